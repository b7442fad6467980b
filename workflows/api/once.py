"""Requests that may be repeated: with an idempotency key the answer is stored in the transaction of the work, and the
same request gets the same bytes again."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

from django.db import OperationalError, transaction
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from bedrock.errors import MalformedInput
from bedrock.fingerprints import fingerprint_of
from web.renderers import JSONRenderer
from workflows.idempotency import answer_once

HEADERS: Final = ("X-Idempotency-Key", "Idempotency-Key")
MOST_TRIES: Final = 3
MET: Final = frozenset({"40001", "40P01"})  # SQLSTATE of transactions that met another one
REPLAYED: Final = {"Idempotent-Replayed": "true"}
KEY: Final = OpenApiParameter(
    HEADERS[1], str, OpenApiParameter.HEADER,
    description="The same key and body again give the stored answer with 200, marked Idempotent-Replayed. "
    f"{HEADERS[0]} means the same.",
)  # fmt: skip

Answered = TypeVar("Answered")
_logger = logging.getLogger(__name__)


def answer_request(
    request: Request,
    *,
    scope: str,
    now: datetime,
    answer: Callable[[], Any],
    status: int = 200,
    needs_key: bool = False,
    key: str | None = None,
) -> HttpResponse:
    """Do the work of a request in one transaction and answer with `status`; a repeated one is answered with 200.

    `scope` names the work and what it is done to: a key counts within it, per person. A `key` that stands in the body
    counts like one in the header. What met another transaction (a version that was withdrawn meanwhile, a deadlock) has
    changed nothing and is tried again, so `answer` may be asked up to three times. Raises MalformedInput
    `idempotency.key_required` when there has to be a key and `idempotency.two_keys` for different ones, and what
    `answer_once` and `answer` raise.
    """
    told = next((request.headers[name] for name in HEADERS if name in request.headers), None)
    if key is not None and told not in (None, key):
        raise MalformedInput(
            "idempotency.two_keys", f"Expected one key, found one in the body and another in {HEADERS[0]}."
        )
    key = told if key is None else key
    if key is None and needs_key:
        raise MalformedInput("idempotency.key_required", f"Expected the header {HEADERS[0]}.")
    if key is None:
        return Response(_in_one_transaction(answer), status=status)
    answered = _in_one_transaction(
        lambda: answer_once(
            owner=str(request.user.pk), scope=scope, key=key, fingerprint=fingerprint_of(request.data), now=now,
            answer=lambda: JSONRenderer().render(answer()).decode(),
        )
    )  # fmt: skip
    return HttpResponse(
        answered.body, content_type=JSONRenderer.media_type, status=200 if answered.is_replayed else status,
        headers=REPLAYED if answered.is_replayed else None,
    )  # fmt: skip


def _in_one_transaction(work: Callable[[], Answered]) -> Answered:
    """What the work gives, from the first try that meets nobody or from the last."""
    for _ in range(MOST_TRIES - 1):
        try:
            with transaction.atomic(durable=True):
                return work()
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) not in MET:
                raise
            _logger.info("tried again", extra={"action": "workflows.tried_again", "reason": str(error).strip()})
    with transaction.atomic(durable=True):
        return work()
