"""Carrying out the request of a step: once under one key, again only if that is safe, and told as it was.

What may be repeated (a method that is idempotent by HTTP, or an idempotency key that the receiver honours) is repeated
after 1, 3 and 10 seconds. What may not is repeated only while nothing of it has left the house; after that, no answer
means that nobody knows, and a person is told so.
"""

import json
import logging
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

from bedrock.errors import MalformedInput, OrderflowError
from web.strict_json import read_json
from workflows.effects import LetOutBefore, let_out, note_answered, require_wanted, wish_of
from workflows.engine.json_pointers import PointerLost, parse_pointer, pick
from workflows.engine.work import Done, GiveUp, Job, JobResult, Retry
from workflows.failpoints import hit
from workflows.outbound.call import Answer, Message, call
from workflows.outbound.connections import Ready, ready_connection
from workflows.outbound.line import Limits
from workflows.outbound.lookup import NoAnswer, Resolve, look_up
from workflows.outbound.request import Request

# Seconds to wait after the first, second and third try without a usable answer.
DELAYS: Final = (1.0, 3.0, 10.0)
LONGEST_WAIT: Final = 60.0  # however long a receiver asks us to wait
CONNECT_SECONDS: Final = 3.0
ANSWER_BYTES: Final = 1_000_000

_BUSY: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TYPE: Final = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,40}(?=\s*(?:;|$))", re.IGNORECASE)

logger = logging.getLogger(__name__)


def carry_out(job: Job, *, resolve: Resolve = look_up) -> JobResult:
    """Call, and answer with status and taken values; must run outside of any transaction."""
    request = Request.model_validate(job.work.payload)
    try:
        connection = ready_connection(request.connection)
        if not request.is_repeatable:
            require_wanted(wish_of(job), once=True)
        answer = _asked(request, connection, job, resolve=resolve)
        hit("call.answered")
        result = _judged(request, answer, connection, job)
    except LetOutBefore as before:
        result = _sent_before(request, before)
    except NoAnswer as failure:
        result = _unanswered(request, failure, job)
    except OrderflowError as error:
        result = GiveUp(code=error.code, message=error.message, params=error.fields)
    _log(request, job, result)
    return result


def _asked(request: Request, connection: Ready, job: Job, *, resolve: Resolve) -> Answer:
    own = {"Accept": "application/json", "User-Agent": "Orderflow", **connection.headers}
    if request.key_header:
        own[request.key_header] = job.effect_key
    # A flow never says in its own words what the house and the connection say.
    taken = {name.lower() for name in own}
    headers = own | {name: value for name, value in request.headers.items() if name.lower() not in taken}
    body = None
    if request.body is not None:
        body = json.dumps(request.body, ensure_ascii=False, separators=(",", ":")).encode()
        headers["Content-Type"] = "application/json"
    seconds = float(request.timeout_seconds)
    return call(
        connection.target,
        Message(method=request.method, address=request.address, headers=headers, body=body),
        limits=Limits(
            connect=min(CONNECT_SECONDS, seconds), read=seconds, total=seconds, answer_bytes=ANSWER_BYTES
        ),
        reads_body=lambda status: bool(request.wanted) and request.is_success(status),
        before_sending=(lambda: None) if request.method == "GET" else (lambda: _let_out(request, job)),
        resolve=resolve,
    )  # fmt: skip


def _let_out(request: Request, job: Job) -> None:
    let_out(wish_of(job), once=not request.is_repeatable, doubts=True)


def _judged(request: Request, answer: Answer, connection: Ready, job: Job) -> JobResult:
    status = answer.status
    if request.is_success(status):
        return Done(output={"status": status, "taken": _taken(request, answer, secret=connection.secret)})
    params = {"status": status}
    message = f"Expected an answer {request.success}, found {status}."
    if request.method != "GET" and not _may_pass(status):
        note_answered(wish_of(job))  # it was refused as it was; after trouble of the other side's own nobody knows
    if status in _REDIRECTS:
        return GiveUp(code="http.redirected", message=f"{message} Redirects are not followed.", params=params)
    if _may_pass(status) and request.is_repeatable:
        asked = _asked_wait(answer, now=job.context.now) if status in _BUSY else 0.0
        wait = max(_delay(job.tries), asked)
        return Retry(code="http.refused", message=message, after_seconds=wait, params=params, asked_seconds=asked)
    if _may_pass(status) and status != HTTPStatus.TOO_MANY_REQUESTS:
        return _unknown(message, because="http.refused", **params)
    return GiveUp(code="http.refused", message=message, params=params)


def _may_pass(status: int) -> bool:
    """Whether the receiver had trouble of its own; other refusals are about the request and would stay."""
    return status in _BUSY or status == HTTPStatus.REQUEST_TIMEOUT or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _taken(request: Request, answer: Answer, *, secret: str) -> dict[str, Any]:
    """What stands at the wanted places; raises NoAnswer when the answer cannot say."""
    if not request.wanted:
        return {}
    kind = _TYPE.match(answer.headers.get("content-type", ""))
    found = kind.group().lower() if kind else ""
    if not found.endswith(("/json", "+json")):
        message = f"Expected an answer of type application/json, found {found or 'none'}."
        raise NoAnswer("http.wrong_type", message, is_sent=True, is_final=True, found=found)
    try:
        document = read_json(answer.body)
    except MalformedInput as error:
        message = "Expected an answer in strict JSON, found another."
        raise NoAnswer("http.answer_unreadable", message, is_sent=True, is_final=True, reason=error.code) from None
    taken: dict[str, Any] = {}
    for variable, place in request.wanted.items():
        try:
            taken[variable] = pick(document, parse_pointer(place) or ())
        except PointerLost:
            message = f"Expected something at {place} of the answer, found nothing."
            raise NoAnswer("http.place_missing", message, is_sent=True, is_final=True, place=place) from None
    if secret and json.dumps(secret)[1:-1] in json.dumps(taken, default=str):
        message = "Expected an answer without the secret of the connection, found it in what was to be taken."
        raise NoAnswer("http.secret_echoed", message, is_sent=True, is_final=True)
    return taken


def _unanswered(request: Request, failure: NoAnswer, job: Job) -> JobResult:
    if failure.is_final:
        return GiveUp(code=failure.code, message=failure.message, params=failure.params)
    if failure.is_sent and not request.is_repeatable:
        return _unknown(failure.message, because=failure.code)
    return Retry(
        code=failure.code, message=failure.message, after_seconds=_delay(job.tries), params=failure.params,
        is_outcome_unknown=failure.is_sent and request.method != "GET",
    )  # fmt: skip


def _sent_before(request: Request, before: LetOutBefore) -> JobResult:
    """Another worker let this request out. Until its time is up it may still tell how it went."""
    left = request.timeout_seconds + CONNECT_SECONDS - before.seconds
    message = "Expected to send this request once, found that it may have been sent before."
    if left > 0:
        return Retry(
            code="http.outcome_unknown", message=message, after_seconds=left, asked_seconds=left,
            is_outcome_unknown=True, ails=False,
        )  # fmt: skip
    return _unknown(message, because="http.sent_before")


def _unknown(message: str, **params: Any) -> GiveUp:
    return GiveUp(
        code="http.outcome_unknown",
        message=f"{message} The other side may have acted on the request, and it is not safe to repeat it.",
        params=params,
        is_outcome_unknown=True,
    )


def _asked_wait(answer: Answer, *, now: datetime) -> float:
    """How long the receiver asks us to stay away, in seconds or as a date; at most LONGEST_WAIT."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return 0.0
    return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT) if until.tzinfo is not None else 0.0


def _delay(tries: int) -> float:
    return DELAYS[min(max(tries, 1), len(DELAYS)) - 1]


def _log(request: Request, job: Job, result: JobResult) -> None:
    """Who was asked and how it went; never what was said."""
    facts: Mapping[str, Any] = {
        "action": "workflows.called", "connection": request.connection, "method": request.method,
        "instance": job.context.instance, "node": job.work.node, "tries": job.tries,
        "outcome": type(result).__name__.lower(), "code": getattr(result, "code", ""),
    }  # fmt: skip
    logger.info("system called", extra=facts)
