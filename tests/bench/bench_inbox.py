"""The inbox with a million open tasks: a page, a page behind half of them, the badge, by SQL and through the API; and a
hundred answers in one call beside a hundred one by one.
"""

import os
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from rest_framework.test import APIClient

from accounts.models import User
from approvals import queries
from approvals.actions import batch
from approvals.actions.decide import answer
from approvals.api.cursors import write_place
from approvals.filters import Filters
from approvals.models import ApprovalTask
from approvals.queries import FOREVER, Place
from bedrock.clock import now
from config.demo.people import CALENDAR, ensure_people
from tests.bench import timer_rows
from tests.bench.database import own_database
from tests.bench.timer_rows import ASK
from workflows.actions.audit import By
from workflows.actions.calendars import save_calendar
from workflows.engine.events import Actor
from workflows.models import Calendar

OPEN: Final = int(os.environ.get("ORDERFLOW_BENCH_OPEN", "1000000"))
DUE_TIMES: Final = 20  # the open ones fall due at so many times
PAGE: Final = 20
LOOKS: Final = 200
ROUNDS: Final = 5


def bench() -> dict[str, Any]:
    """Figures by name; makes and drops a database of its own on the configured server."""
    with own_database():
        people = ensure_people(password="bench-only", now=now())
        save_calendar(timer_rows.CALENDAR, name={}, document=Calendar.objects.get(pk=CALENDAR).document, now=now())
        timer_rows.publish_flow(ASK, by=people["admin"])
        answers = _answered(people)
        for number in range(DUE_TIMES):
            run = timer_rows.begin(ASK, by=people["cs1"], at=now())
            timer_rows.multiply(run, count=OPEN // DUE_TIMES - 1, due=now() + timedelta(hours=number))
        timer_rows.settle()
        return {"open": OPEN} | answers | _looked(people["finance1"])


def _answered(people: dict[str, User]) -> dict[str, float]:
    """A hundred approvals one by one and a hundred in one call, in turns, by the action and through the API."""
    user = people["finance1"]
    by = By(actor=Actor(id=str(user.pk), name=user.get_full_name()), ip="127.0.0.1")
    ways: dict[str, Callable[[], float]] = {
        "one_by_one": lambda: _one_by_one(_asked(people), user, by),
        "in_one_call": lambda: _in_one_call(_asked(people), user, by),
        "http_one_by_one": lambda: _requests(_asked(people), _client(user)),
        "http_in_one_call": lambda: _one_request(_asked(people), _client(user)),
    }
    for warm in ways.values():  # plans and prepared statements are made once
        warm()
    rounds = [{name: way() for name, way in ways.items()} for _ in range(ROUNDS)]
    figures = {f"{name}_per_s": round(statistics.median(one[name] for one in rounds), 1) for name in ways}
    for kind in ("", "http_"):
        ratios = [one[f"{kind}in_one_call"] / one[f"{kind}one_by_one"] for one in rounds]
        figures[f"{kind}in_one_call_per_one_by_one"] = round(statistics.median(ratios), 2)
    return figures


def _asked(people: dict[str, User]) -> list[batch.Looked]:
    runs = [timer_rows.begin(ASK, by=people["cs1"], at=now()) for _ in range(batch.MOST)]
    tasks = ApprovalTask.objects.filter(instance__in=runs)
    return [batch.Looked(id=task, revision=revision) for task, revision in tasks.values_list("pk", "revision")]


def _one_by_one(tasks: Sequence[batch.Looked], user: User, by: By) -> float:
    def approve() -> None:
        for one in tasks:
            answer(one.id, name="approve", payload={"revision": one.revision}, user=user, by=by, now=now())

    return len(tasks) / _seconds(approve)


def _in_one_call(tasks: Sequence[batch.Looked], user: User, by: By) -> float:
    shown = batch.preview(tasks, batch.Said(action="approve", comment="", user=user, actor=by.actor), now=now())

    def approve() -> None:
        with transaction.atomic():
            fates = batch.apply(shown.token or "", user=user, by=by, now=now())
        if any(one.problem for one in fates):
            raise AssertionError(f"Expected all to be approved, found {fates}.")

    return len(tasks) / _seconds(approve)


def _requests(tasks: Sequence[batch.Looked], client: APIClient) -> float:
    def approve() -> None:
        for one in tasks:
            _sent(client, f"{one.id}/approve", {"revision": one.revision})

    return len(tasks) / _seconds(approve)


def _one_request(tasks: Sequence[batch.Looked], client: APIClient) -> float:
    looked = [{"id": str(one.id), "revision": one.revision} for one in tasks]
    token = _sent(client, "batch/preview", {"action": "approve", "tasks": looked})["token"]

    def approve() -> None:
        if not all(one["done"] for one in _sent(client, "batch", {"token": token})["results"]):
            raise AssertionError("Expected all to be approved.")

    return len(tasks) / _seconds(approve)


def _sent(client: APIClient, path: str, body: dict[str, Any]) -> Any:
    answered = client.post(f"/api/v1/tasks/{path}", body, format="json")
    if answered.status_code != 200:
        raise AssertionError(f"Expected 200, found {answered.status_code}: {answered.content!r}.")
    return answered.json()


def _client(user: User) -> APIClient:
    client = APIClient(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def _looked(user: User) -> dict[str, float]:
    viewer = queries.viewer_of(user, now=now())
    # Half of the open ones are before this place: a page there costs what the first one costs.
    behind = ApprovalTask.objects.filter(status="open").order_by("due_at", "pk")[OPEN // 2 : OPEN // 2 + 1].get()
    places = {"first": None, "middle": Place(sort_at=behind.due_at or FOREVER, task=behind.pk)}
    client = _client(user)
    figures: dict[str, float] = {}
    for name, place in places.items():
        sql = partial(queries.todo, viewer, filters=Filters(), after=place, limit=PAGE)
        http = partial(_page, client, cursor=write_place(place) or "")
        figures |= _times(f"{name}_page_sql", sql) | _times(f"{name}_page_http", http)
    return (
        figures | _times("badge_sql", partial(queries.summary, viewer)) | _times("badge_http", partial(_badge, client))
    )


def _page(client: APIClient, *, cursor: str) -> None:
    answered = client.get("/api/v1/tasks", {"limit": str(PAGE), "cursor": cursor})
    if len(answered.json()["results"]) != PAGE:
        raise AssertionError("Expected a full page.")


def _badge(client: APIClient) -> None:
    if client.get("/api/v1/tasks/summary").json()["todo"] < OPEN:
        raise AssertionError("Expected the open ones to be counted.")


def _times(name: str, look: Callable[[], object]) -> dict[str, float]:
    took = sorted(_seconds(look) * 1000 for _ in range(LOOKS))
    return {f"{name}_ms": round(statistics.median(took), 3), f"{name}_p99_ms": round(took[LOOKS * 99 // 100], 3)}


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
