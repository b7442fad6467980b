"""Telling people something through a declared robot or mail server: one message, once, and told as it was."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, Literal

from bedrock.errors import Conflict, MalformedInput, OrderflowError
from web.strict_json import read_json
from workflows.engine.connections import MAIL
from workflows.outbound.call import call
from workflows.outbound.connections import ReadyChannel, ready_channel
from workflows.outbound.line import Limits
from workflows.outbound.lookup import NoAnswer, Resolve, look_up
from workflows.outbound.mail import Letter, send_mail
from workflows.outbound.robots import Said, post_of, read_answer

LIMITS: Final = Limits(connect=3.0, read=5.0, total=8.0, answer_bytes=100_000)

Fate = Literal["failed", "later", "unknown"]
logger = logging.getLogger(__name__)


class Undelivered(Exception):  # noqa: N818 - named for what happened
    """Nobody confirmed the message. `fate`: it failed for good, may be tried again, or nobody knows."""

    def __init__(self, fate: Fate, code: str, message: str, **params: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.fate = fate
        self.code = code
        self.message = message
        self.params = params


def tell_robot(name: str, said: Mapping[str, Said], *, now: datetime, resolve: Resolve = look_up) -> None:
    """Say it in the group of the robot `name`, in the languages that are given. Raises Undelivered."""

    def tell(channel: ReadyChannel) -> None:
        post = post_of(channel.kind, said, token=channel.secret, signing=channel.signing, now=now)
        answer = call(channel.target, post, limits=LIMITS, resolve=resolve)
        _judge(channel.kind, answer.status, answer.body)

    _tell(name, tell, is_mail=False)


def write_mail(name: str, letter: Letter, *, resolve: Resolve = look_up) -> None:
    """Hand the letter to the mail server `name`. Raises Undelivered."""

    def tell(channel: ReadyChannel) -> None:
        send_mail(
            channel.target, letter, sender=channel.sender, username=channel.username, password=channel.secret,
            limits=LIMITS, resolve=resolve,
        )  # fmt: skip

    _tell(name, tell, is_mail=True)


def _tell(name: str, tell: Callable[[ReadyChannel], None], *, is_mail: bool) -> None:
    outcome, code, params = "sent", "", dict[str, Any]()
    try:
        tell(_channel(name, is_mail=is_mail))
    except NoAnswer as failure:
        fate: Fate = "failed" if failure.is_final else "unknown" if failure.is_sent else "later"
        outcome, code = fate, failure.code
        raise Undelivered(fate, failure.code, failure.message, **failure.params) from None
    except OrderflowError as error:
        outcome, code = "failed", error.code
        raise Undelivered("failed", error.code, error.message, **error.fields) from None
    except Undelivered as refused:
        outcome, code, params = refused.fate, refused.code, refused.params
        raise
    finally:
        # Who was told and how it went; never what was said, and no address, which may hold a token.
        facts = {"action": "workflows.told", "connection": name, "outcome": outcome, "code": code, **params}
        logger.info("people told", extra=facts)


def _channel(name: str, *, is_mail: bool) -> ReadyChannel:
    channel = ready_channel(name)
    if (channel.kind == MAIL) is not is_mail:
        wanted = "a mail server" if is_mail else "a robot"
        raise Conflict("connection.wrong_kind", f"Expected {wanted}, found {channel.kind}.", kind=channel.kind)
    return channel


def _judge(kind: str, status: int, body: bytes) -> None:
    """Raises Undelivered unless the robot said yes. What it refuses it has not shown to anybody."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Undelivered("later", "robot.refused", f"Expected a yes, found {status}.", status=status)
    if status != HTTPStatus.OK:
        fate: Fate = "unknown" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "failed"
        raise Undelivered(fate, "robot.refused", f"Expected a yes, found {status}.", status=status)
    try:
        answered = read_answer(kind, read_json(body))
    except MalformedInput:
        answered = read_answer(kind, None)
    if answered.number is None:
        raise Undelivered("unknown", "robot.answer_unreadable", "Expected the answer of a robot, found another.")
    if not answered.is_yes:
        message = f"Expected a yes, found the robot's refusal {answered.number}."
        raise Undelivered("later" if answered.passes else "failed", "robot.refused", message, number=answered.number)
