"""Variables that a person or a program gives to a run: exactly those that the flow declares, each of its type."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from bedrock.errors import BadInput
from workflows.engine.json_values import decode, encode
from workflows.engine.plan import Plan
from workflows.engine.state import Json
from workflows.engine.values import ValueMismatch
from workflows.engine.variables import Kind, Variable, VariableType
from workflows.engine.world import World

MAX_BYTES: Final = 1024 * 1024
MOST_PROBLEMS: Final = 100

Problem = dict[str, Any]


def read_variables(declared: Sequence[Variable], given: Mapping[str, Json]) -> dict[str, Json]:
    """The values in the form in which runs keep them: numbers and amounts exactly, as texts.

    Every declared variable must be given; null says that it has no value. Raises BadInput `variables.too_large`, and
    `variables.invalid` with a problem for each place, as a JSON pointer into the request.
    """
    size = len(json.dumps(given, ensure_ascii=False, separators=(",", ":"), default=str).encode())
    if size > MAX_BYTES:
        message = f"Expected at most {MAX_BYTES} bytes, found {size}."
        raise BadInput(
            "variables.too_large", message,
            problems=[_problem("variables.too_large", ("variables",), message, limit=MAX_BYTES, found=size)],
        )  # fmt: skip
    values: dict[str, Json] = {}
    problems = list(islice(_read(declared, given, values), MOST_PROBLEMS))
    if problems:
        raise BadInput(
            "variables.invalid",
            f"Expected the variables that the flow declares, found {len(problems)} problems.",
            problems=problems,
        )
    return values


def require_all(plan: Plan, variables: Mapping[str, Json], *, world: World) -> None:
    """Raise BadInput `variables.invalid` when a step misses something that was to be said at the start."""
    problems = [
        _problem(one.code, ("variables", one.path or ""), one.message, node=node.id, **one.params)
        for node in plan.nodes.values()
        for one in node.type.required(node.config, variables, world)
    ]
    if problems:
        raise BadInput(
            "variables.invalid", f"Expected what the steps need to be told, found {len(problems)} problems.",
            problems=problems[:MOST_PROBLEMS],
        )  # fmt: skip


def _read(declared: Sequence[Variable], given: Mapping[str, Json], values: dict[str, Json]) -> Iterator[Problem]:
    known = {variable.name for variable in declared}
    yield from (_unknown(("variables", name)) for name in given if name not in known)
    for variable in declared:
        path = ("variables", variable.name)
        if variable.name not in given:
            message = f"Expected a value of type {variable.type}, or null, found none."
            yield _problem("variable.missing", path, message, type=str(variable.type))
            continue
        try:
            values[variable.name] = encode(decode(variable.type, given[variable.name], path=variable.name))
        except ValueMismatch as mismatch:
            place = ("variables", *re.split(r"[.\[\]]+", mismatch.path.rstrip("]")))
            message = f"Expected {mismatch.expected}, found {mismatch.found}."
            yield _problem("variable.mismatch", place, message, expected=mismatch.expected, found=mismatch.found)
        else:
            yield from map(_unknown, _undeclared(variable.type, given[variable.name], path))


def _undeclared(declared: VariableType, document: Json, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Places of fields that no record declares; the document has been found to fit its type otherwise."""
    if document is None:
        return
    if declared.kind is Kind.LIST and declared.item is not None:
        for index, item in enumerate(document):
            yield from _undeclared(declared.item, item, (*path, str(index)))
    elif declared.kind is Kind.RECORD:
        yield from ((*path, name) for name in document if declared.field(name) is None)
        for one in declared.fields:
            yield from _undeclared(one.type, document.get(one.name), (*path, one.name))


def _unknown(path: tuple[str, ...]) -> Problem:
    return _problem("variable.unknown", path, "The flow declares nothing of this name.")


def _problem(code: str, path: tuple[str, ...], message: str, **params: Any) -> Problem:
    pointer = "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in path)
    return {"path": pointer, "code": code, "message": message, "params": params}
