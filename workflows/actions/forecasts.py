"""When would it fire: asked of a step of a drawing, and of waits under way, in this world or with other calendars.

Reads rows and writes none.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from bedrock.errors import BadInput, NotFound
from workflows import store
from workflows.actions.soundness import problem_documents
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.calendar_document import calendar_from_document
from workflows.engine.calendars import NoOpenTime
from workflows.engine.forecast import Forecast, entering, waiting
from workflows.engine.graph import Graph
from workflows.engine.node_type import CheckContext, Place, Scope
from workflows.engine.plan import declarations
from workflows.engine.registry import registry
from workflows.engine.state import Token
from workflows.engine.validate import has_errors
from workflows.engine.values import ValueMismatch
from workflows.engine.variables import parse_variables
from workflows.engine.world import World

Documents = Mapping[str, Mapping[str, Any]]  # calendars by key


def forecast_step(
    drawing: Graph, node_id: str, *, at: datetime, requester: str | None, calendars: Documents, now: datetime
) -> Forecast:
    """What a step would do by itself if a token entered it at this instant. Looks at no other step.

    Raises NotFound `node.unknown` and `calendar.unknown`; BadInput `forecast.step_has_problems` and what the reader of
    calendars raises.
    """
    node = next((one for one in drawing.nodes if one.id == node_id), None)
    node_type = None if node is None else registry.find(node.type)
    if node is None or node_type is None:
        raise NotFound("node.unknown", f"Expected a step of the drawing, found none with id {node_id!r}.", node=node_id)
    world = _world(calendars, now=now)
    try:
        config = node_type.Config.model_validate(node.config)
        variables = parse_variables(declarations(drawing))
        problems = node_type.check(config, CheckContext(variables=variables, world=world, now=now))
    except (ValidationError, ValueMismatch):
        raise BadInput("forecast.step_has_problems", "Expected a step without errors, found it malformed.") from None
    if has_errors(problems):
        raise BadInput(
            "forecast.step_has_problems", "Expected a step without errors, found some.",
            problems=problem_documents(problems),
        )  # fmt: skip
    place: Place[Any] = Place(
        id=node.id, name=node.name, config=config, program=node_type.compile(config, variables)
    )  # fmt: skip
    unknown = dict.fromkeys(one.name for one in variables)
    return entering(node_type, place, at=at, requester=requester, variables=unknown, world=world)


def forecast_run(
    instance_id: str, *, calendars: Documents, now: datetime
) -> list[tuple[Token, datetime | None, Forecast]]:
    """Of each wait of a run that has a due time: the wait, when it is due by the calendars of now (None: it goes by
    none), and what it would do by itself.

    Raises NotFound `instance.unknown` and `calendar.unknown`, and what the reader of calendars raises.
    """
    run = store.read(instance_id)
    if run is None:
        raise NotFound("instance.unknown", f"Expected an instance, found none with id {instance_id}.")
    world = _world(calendars, now=now)
    found = []
    for token in run.state.tokens.values():
        if token.due_at is None:
            continue
        node = run.release.plan.nodes[token.node]
        scope = Scope(node, token, run.state, token.visit, token.attempt, now, world)
        try:
            due = node.type.reckoned(scope)
        except NoOpenTime:
            due = None
        forecast = waiting(node.type, node, _due_at(token, due), run.state, now=now, world=world)
        found.append((token, due, forecast))
    return found


def _due_at(token: Token, due: datetime | None) -> Token:
    return token if due is None else Token(
        token.id, token.node, token.via, token.visit, token.awaits, token.attempt, token.since, due, token.data,
        token.listens,
    )  # fmt: skip


def _world(calendars: Documents, *, now: datetime) -> World:
    world = store.present_world()
    book = world.need(CalendarBook)
    for key, document in calendars.items():
        if key not in book:
            raise NotFound("calendar.unknown", f"Expected a calendar of the book, but got {key!r}.", calendar=key)
        book = book.edited(key, calendar_from_document(document), at=now, keeps=False)
    return World(values={**world.values, CalendarBook: book}) if calendars else world
