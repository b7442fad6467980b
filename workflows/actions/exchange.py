"""Flows from and to files: the one way in for the API and for the command line."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from accounts.models import User
from bedrock.errors import BadInput
from web.strict_json import read_json
from workflows import worlds
from workflows.actions.definitions import Draft, create_definition, save_draft
from workflows.engine.graph import LocalText
from workflows.engine.node_type import Problem
from workflows.engine.registry import registry
from workflows.engine.validate import validate
from workflows.exchange.bpmn_export import write_bpmn
from workflows.exchange.bpmn_import import read_bpmn
from workflows.exchange.flow_document import Flow, read_flow, write_flow
from workflows.exchange.imported import Finding, Imported
from workflows.models import Definition
from workflows.queries import version_of

Format = Literal["json", "bpmn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A draft that came from a file, with what of the file it does not hold."""

    draft: Draft
    findings: tuple[Finding, ...]
    is_new: bool


def read_file(content: bytes | str, *, kind: Format) -> Imported:
    """The flow of a file. Raises BadInput when it is hostile or none."""
    if kind == "bpmn":
        return read_bpmn(content)
    body = content if isinstance(content, bytes) else content.encode(errors="surrogatepass")
    return Imported(document=read_flow(read_json(body)))


def write_file(flow: Flow, *, kind: Format) -> str:
    """A flow as the text of a file."""
    return write_bpmn(flow) if kind == "bpmn" else write_flow(flow)


def take_in(imported: Imported, *, key: str | None, title: LocalText | None, actor: User, now: datetime) -> Taken:
    """A new flow from a file; one without a name is called by its key.

    Raises BadInput `import.key_missing`, Conflict `definition.key_taken`.
    """
    flow = imported.document
    known_key = _key(key, flow)
    named = title or flow.title
    words = {"zh": named.zh, "en": named.en} if named.zh or named.en else {"zh": known_key, "en": known_key}
    draft = create_definition(
        key=known_key, title=words, graph=flow.graph.to_json(), layout=flow.layout, actor=actor, now=now
    )
    return Taken(draft=draft, findings=imported.findings, is_new=True)


def bring_up_to_date(imported: Imported, *, key: str | None, actor: User, now: datetime) -> Taken:
    """The draft of the flow with this key becomes what the file says; a flow that is not known yet is new."""
    flow = imported.document
    row = Definition.objects.filter(key=_key(key, flow)).first()
    if row is None:
        return take_in(imported, key=key, title=None, actor=actor, now=now)
    draft = save_draft(
        str(row.pk), revision=row.draft_revision, graph=flow.graph.to_json(), layout=flow.layout, actor=actor, now=now
    )
    return Taken(draft=draft, findings=imported.findings, is_new=False)


def flow_of(definition: Definition, *, number: int | None) -> Flow:
    """A flow's draft, or one of its versions, as it would be written. NotFound `version.unknown`."""
    graph, layout = definition.draft_graph, definition.draft_layout
    if number is not None:
        version = version_of(definition, number)
        graph, layout = version.graph, version.layout
    return read_flow({"key": definition.key, "title": definition.title, "graph": graph, "layout": layout})


def problems_without_house(flow: Flow, *, now: datetime) -> tuple[Problem, ...]:
    """All that stands against publishing a flow anywhere: what depends on people and calendars is left out."""
    found = validate(flow.graph, registry=registry, world=worlds.without_rows(), now=now)
    return tuple(problem for problem in found if not worlds.asks_the_rows(problem.code))


def kind_of(content: bytes) -> Format:
    """What a file is, by its first sign: XML starts with < in every encoding that is read."""
    return "bpmn" if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"<", b"\xff", b"\xfe"} else "json"


def _key(key: str | None, flow: Flow) -> str:
    found = key or flow.key
    if found is None:
        raise BadInput("import.key_missing", "Expected a key for the flow, found none in the file or beside it.")
    return found
