"""What a step lets its people see and fill in of the run's variables. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from approvals.ballot import Answer
from approvals.voting import Vote
from bedrock.errors import BadInput, Forbidden
from workflows.engine.graph import Document
from workflows.engine.json_values import decode, encode
from workflows.engine.state import Json
from workflows.engine.values import ValueMismatch
from workflows.engine.variables import Kind, Variable

Access = Literal["hidden", "read", "write", "required"]
SUPPOSED = "supposed"  # in the payload of an answer that nobody gave; no door lets it in
FILLED: frozenset[Access] = frozenset({"write", "required"})
FILLABLE = frozenset({
    Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.BOOLEAN, Kind.DATE, Kind.DATETIME,
})  # fmt: skip


class FieldRule(Document):
    """What the people of a step may do with a variable: never see it, read it, fill it in, or have to.

    A variable that no rule names is neither shown on the task nor hidden on the page of the run.
    """

    name: str = Field(min_length=1, max_length=64)
    access: Access


Rules = Sequence[FieldRule]


def hidden(rules: Rules) -> frozenset[str]:
    """The variables that the people of this step do not see."""
    return frozenset(rule.name for rule in rules if rule.access == "hidden")


def hidden_by_step(graph: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """What each step of a published drawing hides that asks people, by the step; nothing for most drawings."""
    return {
        node["id"]: frozenset(
            rule["name"] for rule in node["config"].get("fields", ()) if rule["access"] == "hidden"
        )
        for node in graph["nodes"]
        if node["type"] == "approval"
    }  # fmt: skip


def form(rules: Rules, *, declared: Sequence[Variable], values: Mapping[str, Json]) -> list[dict[str, Any]]:
    """The fields that the step shows, in its order: `{name, label, type, access, value}`; hidden ones are not there."""
    known = {variable.name: variable for variable in declared}
    return [
        {
            "name": rule.name, "label": _label(known[rule.name]), "type": str(known[rule.name].type),
            "access": rule.access, "value": values.get(rule.name),
        }
        for rule in rules
        if rule.access != "hidden" and rule.name in known
    ]  # fmt: skip


def _label(variable: Variable) -> dict[str, str]:
    return {language: variable.label.get(language) or variable.name for language in ("zh", "en")}


def filled(answers: Sequence[Answer]) -> dict[str, Json]:
    """What the voters filled in together; of two who filled in the same field the later one counts."""
    return {name: value for answer in answers for name, value in answer.fields.items()}


def read_fields(
    given: Mapping[str, Json], *, outcome: Vote, rules: Rules, declared: Mapping[str, Variable],
    values: Mapping[str, Json], is_supposed: bool = False,
) -> dict[str, Json]:  # fmt: skip
    """What an answer fills in, each of its declared type, in the form in which runs keep it.

    `declared` are the variables that may be filled in here, `values` what is known already. An answer that
    is only supposed leaves what is required unknown. Raises Forbidden
    `task.field_not_writable` for any other name; BadInput `task.fields_to_approve` when somebody fills in and does not
    approve, and `task.fields_invalid` with a problem for each place: of another type, or required and left empty.
    """
    for name in given:
        if name not in declared:  # the same for a hidden one and one that is not there
            raise Forbidden("task.field_not_writable", f"This step lets nobody fill in {name!r}.", field=name)
    if outcome is not Vote.APPROVED:
        if given:
            raise BadInput("task.fields_to_approve", "Expected fields only with an approval.", fields=sorted(given))
        return {}
    read: dict[str, Json] = {}
    problems = list(_read(given, declared, read))
    if not is_supposed:
        problems += _missing(rules, {**values, **read}, wrong=given.keys() - read.keys())
    if problems:
        raise BadInput(
            "task.fields_invalid", f"Expected what the step wants filled in, found {len(problems)} problems.",
            problems=problems,
        )  # fmt: skip
    return read


def _read(
    given: Mapping[str, Json], declared: Mapping[str, Variable], read: dict[str, Json]
) -> Iterator[dict[str, Any]]:
    for name, document in given.items():
        try:
            read[name] = encode(decode(declared[name].type, document, path=name))
        except ValueMismatch as mismatch:
            message = f"Expected {mismatch.expected}, found {mismatch.found}."
            yield _problem("field.mismatch", name, message, expected=mismatch.expected, found=mismatch.found)


def _missing(rules: Rules, values: Mapping[str, Json], *, wrong: frozenset[str] | set[str]) -> Iterator[dict[str, Any]]:
    for rule in rules:
        if rule.access == "required" and rule.name not in wrong and _is_empty(values.get(rule.name)):
            yield _problem("field.required", rule.name, "Expected a value, found none.")


def _is_empty(value: Json) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _problem(code: str, name: str, message: str, **params: Any) -> dict[str, Any]:
    return {"path": f"/form/{name}", "code": code, "message": message, "params": params}
