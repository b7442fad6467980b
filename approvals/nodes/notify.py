"""Send a notice: tells people and chat groups something. What does not arrive never holds up the flow unasked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from approvals.actions.notify import TRIES, deliver_letter
from approvals.directory import Directory
from approvals.letters import Letter, Wording
from approvals.notify_check import names_people, problems_of
from approvals.notify_config import NotifyConfig
from approvals.recipients import people_of
from workflows.engine.events import ActivityDone, Resumption
from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.graph import LocalText
from workflows.engine.node_type import (
    CheckContext,
    Continue,
    Fail,
    Ignore,
    NodeType,
    Outcome,
    Port,
    PortRule,
    Problem,
    Scope,
    Wait,
)
from workflows.engine.state import Awaits, Json
from workflows.engine.text_templates import ProseTemplate, prose_template
from workflows.engine.variables import Variable
from workflows.engine.work import Job, JobResult

OUT = Port(port="out")
FAILED = Port(port="failed", name=LocalText(zh="未送达", en="Not delivered"))
MAX_TITLE = 200
MAX_TEXT = 4_000
LANGUAGES = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """A title and a text in one language."""

    language: str
    title: ProseTemplate
    text: ProseTemplate

    def filled(self, values: Mapping[str, Json]) -> Wording:
        title = self.title.filled(values, language=self.language)
        text = self.text.filled(values, language=self.language)
        return Wording(title=_cut(" ".join(title.split()), MAX_TITLE), text=_cut(text.strip(), MAX_TEXT))


class Notify(NodeType[NotifyConfig]):
    """Resolves and words everything when it is entered; a job tells it, and the token goes on when all is settled."""

    key = "notify"
    title = LocalText(zh="发送通知", en="Send a notice")
    description = LocalText(
        zh="用站内通知、邮件、钉钉、企业微信或飞书告诉大家",
        en="Tells people in the house, by mail, DingTalk, WeCom or Feishu",
    )  # fmt: skip
    category = "approval"
    icon = "bell"
    performs = "deferred"
    port_rule = PortRule(ports=(OUT,))
    waits = True
    external_effect = True
    max_tries = TRIES
    Config = NotifyConfig

    @override
    def ports(self, config: NotifyConfig) -> tuple[Port, ...]:
        return (OUT, FAILED) if config.on_failure == "port" else (OUT,)

    @override
    def check(self, config: NotifyConfig, context: CheckContext) -> Sequence[Problem]:
        return tuple(problems_of(config, context=context))

    @override
    def compile(self, config: NotifyConfig, variables: tuple[Variable, ...]) -> Mapping[str, _Words]:
        """What readers of each language see: where nothing is said in theirs, the other one."""
        said = {"zh": (config.title_zh, config.text_zh), "en": (config.title_en, config.text_en)}
        read = {"zh": "zh" if any(said["zh"]) else "en", "en": "en" if any(said["en"]) else "zh"}
        return {
            reader: _Words(
                language=language, title=prose_template(said[language][0], variables),
                text=prose_template(said[language][1], variables),
            )
            for reader, language in read.items()
        }  # fmt: skip

    @override
    def enter(self, scope: Scope[NotifyConfig]) -> Outcome:
        config = scope.config
        named = scope.variables.get(config.variable) if config.variable else None
        people = people_of(
            config.to, usernames=[named] if isinstance(named, str) else [], requester=scope.requester,
            directory=scope.world.need(Directory), at=scope.now,
        )  # fmt: skip
        if config.requester and scope.requester is not None:
            asker = scope.world.need(Directory).person(scope.requester)
            if asker is not None and asker.active:
                people = tuple(dict.fromkeys((*people, asker.id)))
        words: Mapping[str, _Words] = scope.program
        nobody = names_people(config) and not people
        if nobody and not config.robots:
            return _settled(config, {"sent": 0, "failed": [_NOBODY]})
        try:
            letter = Letter(
                zh=words["zh"].filled(scope.variables), en=words["en"].filled(scope.variables),
                people=people, in_app=config.in_app, mail=config.mail,
                robots=tuple(one.connection for one in config.robots),
                robot_languages=LANGUAGES[config.robot_language], repeats_unknown=config.when_unknown == "again",
            )  # fmt: skip
        except EvaluationError as error:
            return Fail(code=error.code, message=error.message, params=dict(error.params))
        data = {"nobody": nobody, "messages": letter.messages}
        return Wait(awaits=Awaits.ACTIVITY, data=data, work=(letter.model_dump(mode="json"),))

    @override
    def resume(self, scope: Scope[NotifyConfig], event: Resumption) -> Outcome:
        if not isinstance(event, ActivityDone):
            return Ignore()
        told = dict(event.output)
        if scope.data["nobody"]:
            told["failed"] = [*told["failed"], _NOBODY]
        return _settled(scope.config, told)

    @override
    def supposed_output(self, scope: Scope[NotifyConfig], given: Mapping[str, Json]) -> Mapping[str, Json]:
        """Everybody is told."""
        return {"sent": scope.data["messages"], "failed": []} | dict(given)

    @override
    def perform(self, job: Job) -> JobResult:
        return deliver_letter(job)


_NOBODY = {"channel": "people", "receiver": "", "outcome": "failed", "code": "notify.nobody_found"}


def _settled(config: NotifyConfig, told: Mapping[str, Json]) -> Outcome:
    failed: list[Any] = told["failed"]
    if failed and config.on_failure == "incident":
        return Fail(
            code="notify.undelivered",
            message=f"Expected every message confirmed, found {len(failed)} that are not.",
            params={"failed": failed, "count": len(failed)},
        )
    return Continue(port="failed" if failed and config.on_failure == "port" else "out", why={"told": dict(told)})


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
