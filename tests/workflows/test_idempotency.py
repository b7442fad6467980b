"""A request under a key is done once, and answered with the same bytes however often it comes."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from bedrock.errors import BadInput, MalformedInput
from tests.workflows.conftest import chain, live_flow
from workflows import scheduler
from workflows.idempotency import BATCH, KEPT, Answered, answer_once, forget_old
from workflows.models import Instance, StoredAnswer

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 26, 9, 0, tzinfo=UTC)
TEXT = '{"b": 1,  "a": "张三"}'  # neither sorted nor evenly spaced: what comes back is what was sent


def ask(
    key: str = "K-1", *, fingerprint: str = "f", scope: str = "orders", answer: Callable[[], str] = lambda: TEXT
) -> Answered:
    with transaction.atomic():
        return answer_once(owner="7", scope=scope, key=key, fingerprint=fingerprint, now=NOW, answer=answer)


def never() -> str:
    raise AssertionError("the work was done again")


def test_the_very_text_comes_again_when_a_request_is_repeated() -> None:
    first = ask()
    with CaptureQueriesContext(connection) as queries:
        second = ask(answer=never)

    assert (first, second) == (Answered(body=TEXT, is_replayed=False), Answered(body=TEXT, is_replayed=True))
    assert len(queries) == 3, [query["sql"] for query in queries]  # savepoint, the key, release


def test_a_key_is_free_for_other_work() -> None:
    ask()

    assert ask(scope="instances").is_replayed is False


def test_a_key_is_refused_when_it_was_used_for_another_body() -> None:
    ask()

    with pytest.raises(BadInput, match=r"idempotency\.key_reused"):
        ask(fingerprint="other", answer=never)


@pytest.mark.parametrize("key", ["", "x" * 201, "钥匙", "a\nb"])
def test_a_request_is_refused_when_its_key_is_malformed(key: str) -> None:
    with pytest.raises(MalformedInput, match=r"idempotency\.key_malformed"):
        ask(key, answer=never)

    assert StoredAnswer.objects.count() == 0


def test_a_key_is_free_again_when_its_work_was_refused() -> None:
    with pytest.raises(BadInput):
        ask(answer=refuse)

    assert StoredAnswer.objects.count() == 0
    assert ask().is_replayed is False


def refuse() -> str:
    raise BadInput("order.invalid", "Expected an order.")


@pytest.mark.usefixtures("transactional_db")
def test_the_work_is_done_once_when_four_requests_arrive_at_once() -> None:
    barrier, done, results = threading.Barrier(4), [], []

    def work() -> str:
        done.append(1)
        return TEXT

    def run() -> None:
        barrier.wait()
        try:
            results.append(ask(answer=work))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one.is_replayed for one in results) == [False, True, True, True]
    assert ({one.body for one in results}, len(done)) == ({TEXT}, 1)


def test_answers_are_forgotten_in_batches_when_they_were_kept_long_enough() -> None:
    rows = [
        StoredAnswer(owner="7", scope="orders", key=f"K-{n}", fingerprint="f", body=TEXT, created_at=NOW)
        for n in range(BATCH + 1)
    ]
    StoredAnswer.objects.bulk_create(rows)
    young = StoredAnswer.objects.create(
        owner="7", scope="orders", key="young", fingerprint="f", body=TEXT, created_at=NOW + timedelta(seconds=2)
    )

    too_early = forget_old(now=NOW + KEPT)
    after = [forget_old(now=NOW + KEPT + timedelta(seconds=1)) for _ in range(3)]

    assert (too_early, after) == (0, [BATCH, 1, 0])
    assert list(StoredAnswer.objects.all()) == [young]


def test_the_sweep_forgets_them() -> None:
    StoredAnswer.objects.create(owner="7", scope="orders", key="old", fingerprint="f", body=TEXT, created_at=NOW - KEPT)

    scheduler.sweep_chores()

    assert StoredAnswer.objects.count() == 0


def test_one_run_is_started_when_a_request_with_a_key_is_repeated(designer: User) -> None:
    live_flow("flow", chain(("rest", "delay", {"after": "PT1H"})), by=designer)
    client = APIClient()
    client.force_login(User.objects.create_user("cs", "pass-word-1", roles=["requester"]))
    body = {"definition": "flow", "subject": {"type": "question", "id": "q-1"}, "variables": {"amount": None}}

    answers: list[Any] = [
        client.post("/api/v1/instances", body, format="json", headers={"Idempotency-Key": "S-1"}) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert (answers[0].content, answers[1].headers["Idempotent-Replayed"]) == (answers[1].content, "true")
    assert Instance.objects.count() == 1
