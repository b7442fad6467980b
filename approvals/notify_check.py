"""Every reason why a message step's settings cannot be published. Pure."""

from collections.abc import Iterator

from approvals.directory import Directory
from approvals.notify_config import NotifyConfig
from approvals.target_check import addressee_problems
from workflows.engine.connections import MAIL, ROBOTS, ConnectionBook
from workflows.engine.expressions.errors import ExpressionError
from workflows.engine.node_type import CheckContext, Problem
from workflows.engine.text_templates import TemplateMalformed, prose_template
from workflows.engine.variables import Kind, Variable

TEXTS = ("title_zh", "text_zh", "title_en", "text_en")


def problems_of(config: NotifyConfig, *, context: CheckContext) -> Iterator[Problem]:
    """All problems at once, each with the path of its field."""
    yield from _whom(config, context)
    yield from _ways(config, context.world.need(ConnectionBook))
    yield from _words(config, context.variables)


def names_people(config: NotifyConfig) -> bool:
    """Whether the drawing says who is told in person."""
    return bool(config.to or config.requester or config.variable)


def _whom(config: NotifyConfig, context: CheckContext) -> Iterator[Problem]:
    yield from addressee_problems(config.to, path="to", directory=context.world.need(Directory))
    declared = {one.name: one for one in context.variables}
    if config.variable and config.variable not in declared:
        yield Problem(
            code="notify.unknown_variable", path="variable", params={"variable": config.variable},
            message=f"Expected a declared variable, found {config.variable!r}.",
        )  # fmt: skip
    elif config.variable and declared[config.variable].type.kind is not Kind.TEXT:
        yield Problem(
            code="notify.variable_no_text", path="variable", params={"variable": config.variable},
            message=f"Expected a text that holds a username, found {declared[config.variable].type}.",
        )  # fmt: skip


def _ways(config: NotifyConfig, book: ConnectionBook) -> Iterator[Problem]:
    people = names_people(config)
    if not people and not config.robots:
        yield Problem(code="notify.nobody", path="to", message="Expected somebody to tell, found nobody.")
    elif people and not (config.in_app or config.mail):
        yield Problem(
            code="notify.no_way", path="in_app", message="Expected a way to tell people, found none switched on."
        )
    elif config.mail and not people:
        yield Problem(code="notify.nobody", path="to", message="Expected somebody to write to, found nobody.")
    named: list[tuple[str, str, tuple[str, ...]]] = [("mail", config.mail, (MAIL,))] if config.mail else []
    named += [(f"robots.{index}.connection", one.connection, ROBOTS) for index, one in enumerate(config.robots)]
    seen: set[str] = set()
    for path, name, kinds in named:
        if book.kinds.get(name) not in kinds:
            yield Problem(
                code="connection.unknown", path=path, params={"connection": name},
                message=f"Expected a declared connection of the kind {' or '.join(kinds)}, found {name!r}.",
            )  # fmt: skip
        elif name in seen:
            yield Problem(
                code="notify.robot_repeated", path=path, params={"connection": name},
                message=f"Expected each robot once, found {name!r} again.",
            )  # fmt: skip
        seen.add(name)


def _words(config: NotifyConfig, variables: tuple[Variable, ...]) -> Iterator[Problem]:
    if not any(getattr(config, name).strip() for name in TEXTS):
        yield Problem(code="notify.nothing_said", path="text_zh", message="Expected a title or a text, found none.")
    for name in TEXTS:
        try:
            prose_template(getattr(config, name), variables)
        except (ExpressionError, TemplateMalformed) as error:
            yield Problem(code=error.code, message=error.message, path=name, params=error.params)
        if name.startswith("title") and "\n" in getattr(config, name):
            yield Problem(code="notify.title_lines", path=name, message="Expected a title of one line, found several.")
