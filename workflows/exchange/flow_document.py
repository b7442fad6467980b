"""A flow as one JSON document: the body of `POST /definitions`, or a graph alone. In and out without a difference."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, ValidationError

from bedrock.errors import BadInput
from workflows.engine.graph import Document, Graph, LocalText, read_graph


class Flow(Document):
    """A drawing with its name. `key` and `title` may be missing: a graph alone has none."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")] | None = None
    title: LocalText = LocalText()
    graph: Graph
    layout: dict[str, Any] = Field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The document: `{key, title, graph, layout}`, without a key or a title when there is none."""
        document: dict[str, Any] = {"graph": self.graph.to_json(), "layout": self.layout}
        if self.title.zh or self.title.en:
            document = {"title": {"zh": self.title.zh, "en": self.title.en}} | document
        return document if self.key is None else {"key": self.key} | document


def read_flow(document: object) -> Flow:
    """The flow of a JSON value: a whole flow, or a graph alone.

    Raises BadInput `graph.malformed` or `flow.malformed` with one problem per place.
    """
    if not isinstance(document, Mapping):
        raise BadInput("flow.malformed", "Expected an object with a graph, found something else.")
    if "graph" not in document:
        return Flow(graph=read_graph(document))
    graph = read_graph(document["graph"])
    try:
        return Flow.model_validate({**_with_floats(dict(document)), "graph": graph})
    except ValidationError as error:
        problems = [
            {
                "path": ".".join(str(part) for part in item["loc"]), "code": "flow.malformed",
                "message": item["msg"], "params": {},
            }
            for item in error.errors(include_url=False, include_input=False, include_context=False)
        ]  # fmt: skip
    raise BadInput(
        "flow.malformed", f"Expected a flow of key, title, graph and layout, found {len(problems)} problems.",
        problems=problems,
    )  # fmt: skip


def _with_floats(value: object) -> Any:
    """The same value with floats where strict JSON reads decimals: a place on the canvas needs no exactness."""
    match value:
        case dict():
            return {key: _with_floats(item) for key, item in value.items()}
        case list():
            return [_with_floats(item) for item in value]
        case Decimal():
            return float(value)
        case _:
            return value


def write_flow(flow: Flow) -> str:
    """The document as text, indented for people and for line by line comparison."""
    return json.dumps(flow.to_json(), ensure_ascii=False, indent=2) + "\n"
