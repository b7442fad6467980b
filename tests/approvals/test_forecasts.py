"""When would it fire? Of a step in a drawing, of a wait under way, and if calendars were other ones."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.approvals.conftest import Office, publish_flow, refund_graph, signed_in
from tests.approvals.office import MONDAY, OFFICE, at
from workflows.engine.calendar_document import calendar_to_document
from workflows.models import Definition, HistoryEvent, Instance
from workflows.runtime import Delivered

Run = Callable[..., Delivered]
pytestmark = pytest.mark.django_db
HOLIDAY = calendar_to_document(OFFICE) | {"days": {"2026-01-26": []}}
STEPS = [
    {"after": "PT120M", "do": "transfer", "to": [{"kind": "group", "group": "backup"}]},
    {"after": "PT60M", "do": "remind"}, {"after": "P1D", "do": "leave"},
]  # fmt: skip


def said(answer: Any) -> list[tuple[str, str, str, list[str]]]:
    assert answer.status_code == 200, answer.content
    return [
        (one["at"], one["then"], one["what"], [seat["key"] for seat in one["asked"]])
        for one in answer.json()["firings"]
    ]


@pytest.fixture
def flow(office: Office) -> Definition:
    publish_flow(office)
    return Definition.objects.get(key="refund")


def ask(office: Office, flow: Definition, **given: Any) -> Any:
    path = f"/api/v1/definitions/{flow.pk}/forecast"
    return signed_in(office["d1"]).post(path, {"node": "finance", "at": MONDAY.isoformat(), **given}, format="json")


def test_a_step_tells_its_whole_row_of_due_times_from_a_given_instant(office: Office, flow: Definition) -> None:
    answer = ask(office, flow, graph=refund_graph(timeouts=STEPS), requester="cs")

    assert said(answer) == [
        ("2026-01-26T11:00:00+08:00", "waits", "reassigned", ["backup"]),
        ("2026-01-26T12:00:00+08:00", "waits", "reminded", []),
        ("2026-01-27T12:00:00+08:00", "leaves", "timed_out", []),
    ] or said(answer) == [
        ("2026-01-26T03:00:00Z", "waits", "reassigned", ["backup"]),
        ("2026-01-26T04:00:00Z", "waits", "reminded", []),
        ("2026-01-27T05:00:00Z", "leaves", "timed_out", []),
    ]


def test_a_step_is_told_by_the_draft_and_in_a_world_with_another_calendar(office: Office, flow: Definition) -> None:
    as_it_is = said(ask(office, flow))
    with_holiday = said(ask(office, flow, calendars={"office": HOLIDAY}))

    assert [one[0] for one in as_it_is] == ["2026-01-26T03:00:00Z"]
    assert [one[0] for one in with_holiday] == ["2026-01-27T03:00:00Z"]


def test_a_run_tells_when_its_wait_is_due_now_and_would_be_after_an_edit(office: Office, run: Run) -> None:
    started = run(now=at(9))
    before = (Instance.objects.values().get(), HistoryEvent.objects.count())
    client, path = signed_in(office["s1"]), f"/api/v1/instances/{started.instance_id}/forecast"

    [now] = client.post(path, {"calendars": {}}, format="json").json()["results"]
    [then] = client.post(path, {"calendars": {"office": HOLIDAY}}, format="json").json()["results"]

    assert (now["node"], now["due_at"], now["reckoned_at"]) == ("finance", *["2026-01-26T03:00:00Z"] * 2)
    assert (then["due_at"], then["reckoned_at"]) == ("2026-01-26T03:00:00Z", "2026-01-27T03:00:00Z")
    assert [one["what"] for one in then["firings"]] == ["reassigned"]
    assert (Instance.objects.values().get(), HistoryEvent.objects.count()) == before


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"node": "nobody"}, 404, "node.unknown"),
        ({"calendars": {"moon": HOLIDAY}}, 404, "calendar.unknown"),
        ({"calendars": {"office": {"zone": "Mars"}}}, 422, "calendar.document_invalid"),
        ({"graph": refund_graph(timeouts=[{"after": "soon", "do": "remind"}])}, 422, "forecast.step_has_problems"),
        ({"requester": "nobody"}, 422, "simulation.unknown_person"),
    ],
)
def test_what_cannot_be_told_is_refused(
    office: Office, flow: Definition, given: dict[str, Any], status: int, code: str
) -> None:
    answer = ask(office, flow, **given)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
