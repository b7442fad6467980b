"""The variables of a flow: their declared types, and declarations read from the drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from typing_extensions import override

from workflows.engine.values import ValueMismatch, phrase

# A JSON document. Any, because reading is what checks it.
Json = Any

MAX_NAME: Final = 64
MAX_TYPE_DEPTH: Final = 4


class Kind(StrEnum):
    """The families of declared types."""

    TEXT = "text"  # a string
    INTEGER = "integer"  # a whole number
    DECIMAL = "decimal"  # an exact decimal number
    MONEY = "money"  # amount and currency
    BOOLEAN = "boolean"  # true or false
    DATE = "date"  # a day without a zone
    DATETIME = "datetime"  # an instant with an offset
    DURATION = "duration"  # ISO 8601, days apart from hours
    LIST = "list"  # list<...> of one item type
    RECORD = "record"  # named fields, declared beside it
    NULL = "null"  # the type of the literal null and of the items of []; never declared


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableType:
    """A declared type. `item` is set for lists, `fields` for records."""

    kind: Kind
    item: VariableType | None = None
    fields: tuple[Variable, ...] = ()

    def field(self, name: str) -> Variable | None:
        """The declared field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    @override
    def __str__(self) -> str:
        return f"list<{self.item}>" if self.kind is Kind.LIST else str(self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One declared variable, or one field of a record. `label` maps a language to the name people see."""

    name: str
    type: VariableType
    label: Mapping[str, str]


def parse_variables(document: Json, *, path: str = "variables", depth: int = 0) -> tuple[Variable, ...]:
    """Declarations from the graph document; raises ValueMismatch at the first bad one (names must be
    unique).
    """
    if not isinstance(document, list | tuple):
        raise ValueMismatch(path, expected="a list of declarations", found=phrase(document))
    variables, wrong = read_declarations(document, path=path, depth=depth)
    if wrong:
        raise wrong[0]
    return variables


def read_declarations(
    documents: Sequence[Json], *, path: str = "variables", depth: int = 0
) -> tuple[tuple[Variable, ...], tuple[ValueMismatch, ...]]:
    """The sound declarations, and what is wrong with each of the others: also that its name is taken."""
    sound: dict[str, Variable] = {}
    wrong: list[ValueMismatch] = []
    for i, document in enumerate(documents):
        try:
            variable = parse_variable(document, path=f"{path}[{i}]", depth=depth)
        except ValueMismatch as mismatch:
            wrong.append(mismatch)
            continue
        if variable.name in sound:
            found = repr(variable.name)
            wrong.append(ValueMismatch(f"{path}[{i}].name", expected="a name that is not taken", found=found))
        else:
            sound[variable.name] = variable
    return tuple(sound.values()), tuple(wrong)


def parse_variable(document: Json, *, path: str = "variable", depth: int = 0) -> Variable:
    """One declaration `{name, type, label?, fields?}`; `fields` belongs to `record` and `list<record>` and
    is required there.
    """
    if not isinstance(document, dict):
        raise ValueMismatch(path, expected="a declaration {name, type, label?, fields?}", found=phrase(document))
    unknown = sorted(set(document) - {"name", "type", "label", "fields"})
    if unknown:
        raise ValueMismatch(
            f"{path}.{unknown[0]}",
            expected="only name, type, label, fields",
            found=repr(unknown[0]),
        )
    name = document.get("name")
    if not isinstance(name, str) or not name.isidentifier() or len(name) > MAX_NAME:
        raise ValueMismatch(
            f"{path}.name",
            expected="a name of letters, digits and _ (at most 64)",
            found=repr(name),
        )
    label = document.get("label") or {}
    if not isinstance(label, dict) or not all(isinstance(text, str) for text in label.values()):
        raise ValueMismatch(f"{path}.label", expected="texts by language", found=phrase(label))
    if depth >= MAX_TYPE_DEPTH:
        raise ValueMismatch(path, expected=f"at most {MAX_TYPE_DEPTH} nested records", found="one more")
    declared = document.get("fields")
    fields = parse_variables(declared, path=f"{path}.fields", depth=depth + 1) if declared is not None else ()
    return Variable(
        name=name,
        type=parse_type(document.get("type"), fields=fields, path=f"{path}.type"),
        label=label,
    )


def parse_type(text: Json, *, fields: tuple[Variable, ...] = (), path: str = "type") -> VariableType:
    """A type from its name: `money`, `list<text>`, `record` (with `fields`). Raises ValueMismatch."""
    inner, lists = text, 0
    while isinstance(inner, str) and inner.startswith("list<") and inner.endswith(">") and lists < MAX_TYPE_DEPTH:
        inner, lists = inner[5:-1], lists + 1
    if not isinstance(inner, str) or inner not in _DECLARABLE:
        raise ValueMismatch(path, expected=f"one of {', '.join(sorted(_DECLARABLE))}, list<...>", found=repr(text))
    kind = Kind(inner)
    if (kind is Kind.RECORD) != bool(fields):
        expected = "declared fields" if kind is Kind.RECORD else "no fields"
        raise ValueMismatch(path, expected=f"{expected} for type {inner}", found="none" if not fields else "some")
    result = VariableType(kind=kind, fields=fields)
    for _ in range(lists):
        result = VariableType(kind=Kind.LIST, item=result)
    return result


_DECLARABLE: Final = frozenset(Kind) - {Kind.LIST, Kind.NULL}
