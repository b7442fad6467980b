"""The drawing as saved: nodes and edges, JSON in and the same JSON out, with a format version."""

import hashlib
import json
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bedrock.errors import BadInput

MAX_NODES = 20_000
MAX_EDGES = 40_000
Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]


class Document(BaseModel):
    """A frozen part of a stored document; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class LocalText(Document):
    """A text for people in both languages of the product."""

    zh: str = Field(default="", max_length=200)
    en: str = Field(default="", max_length=200)


class VariableField(Document):
    """One field of a record variable."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    type: str
    label: LocalText = LocalText()
    fields: tuple["VariableField", ...] = ()


class VariableDeclaration(VariableField):
    """A variable that conditions may read; `type` as in the condition language."""


class Node(Document):
    """A step of the drawing. `config` belongs to the node's type and is parsed by it."""

    id: Id
    type: Annotated[str, Field(min_length=1, max_length=64)]
    name: LocalText = LocalText()
    config: dict[str, Any] = Field(default_factory=dict)


class Edge(Document):
    """A line from a node's port to another node. A `back` edge closes a loop of at most `max_rounds`.

    A loop inside of another may go so many rounds in each round of the outer one.
    """

    id: Id
    source: Id = Field(alias="from")
    port: Annotated[str, Field(min_length=1, max_length=64)] = "out"
    target: Id = Field(alias="to")
    kind: Literal["normal", "back"] = "normal"
    max_rounds: Annotated[int, Field(ge=1, le=1000)] | None = None


class Graph(Document):
    """A whole drawing of format 1. Layout is another document, outside of the hash."""

    format: Literal[1]
    variables: Annotated[tuple[VariableDeclaration, ...], Field(max_length=500)] = ()
    nodes: Annotated[tuple[Node, ...], Field(max_length=MAX_NODES)]
    edges: Annotated[tuple[Edge, ...], Field(max_length=MAX_EDGES)]

    def to_json(self) -> dict[str, Any]:
        """The document as it was given: what was absent stays absent."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    @property
    def graph_hash(self) -> str:
        """SHA-256 (hex) of the canonical JSON of the document."""
        canonical = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def read_graph(document: object) -> Graph:
    """Parse a graph document.

    Raises BadInput `graph.malformed` with one problem per place; a fraction must be written as text,
    because JSON numbers with a point have no exact meaning.
    """
    problems = [
        {"path": path, "code": "graph.fraction", "message": message, "params": {}}
        for path, message in _fractions(document, "graph")
    ]
    if not problems:
        try:
            return Graph.model_validate(document)
        except ValidationError as error:
            problems = [
                {
                    "path": ".".join(["graph", *(str(part) for part in item["loc"])]),
                    "code": "graph.malformed",
                    "message": item["msg"],
                    "params": {},
                }
                for item in error.errors(include_url=False, include_input=False, include_context=False)
            ]
    raise BadInput(
        "graph.malformed",
        f"Expected a graph document of format 1, found {len(problems)} problems.",
        problems=problems,
    )


def _fractions(value: object, path: str) -> list[tuple[str, str]]:
    match value:
        case float() | Decimal():
            return [(path, f"Expected a whole number or a text, found {value}.")]
        case dict():
            return [hit for key, item in value.items() for hit in _fractions(item, f"{path}.{key}")]
        case list() | tuple():
            return [hit for i, item in enumerate(value) for hit in _fractions(item, f"{path}.{i}")]
        case _:
            return []
