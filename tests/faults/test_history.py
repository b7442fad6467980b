"""The checker of histories: what was answered is there once, what was cut 0 or 1 times, and never anything twice."""

from pathlib import Path

import pytest

from tests.faults.history import History, Kind, Line, Verdict, heard, judge, read_history
from tests.house import Answer


def lines(*told: tuple[Kind, int]) -> list[Line]:
    """Lines about one order, each with the client that it is about."""
    return [
        Line(at="2026-11-21T09:00:00+00:00", client=client, kind=kind, operation="order", key="A1")
        for kind, client in told
    ]


INVOKE, OK, FAIL, UNKNOWN = Kind.INVOKE, Kind.OK, Kind.FAIL, Kind.UNKNOWN


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ([(INVOKE, 1), (OK, 1)], OK),
        ([(INVOKE, 1), (FAIL, 1)], FAIL),
        ([(INVOKE, 1), (UNKNOWN, 1)], UNKNOWN),
        ([(INVOKE, 1)], UNKNOWN),  # the client died
        ([(INVOKE, 1), (UNKNOWN, 1), (INVOKE, 1), (OK, 1)], OK),
        ([(INVOKE, 1), (UNKNOWN, 1), (INVOKE, 1), (FAIL, 1)], UNKNOWN),
        ([(INVOKE, 1), (INVOKE, 2), (FAIL, 2)], UNKNOWN),
        ([(INVOKE, 1), (INVOKE, 2), (OK, 1), (FAIL, 2)], OK),
    ],
)
def test_all_who_asked_know_together(told: list[tuple[Kind, int]], kind: Kind) -> None:
    assert heard(lines(*told)) == {("order", "A1"): kind}


@pytest.mark.parametrize(
    ("told", "count", "broken"),
    [
        (OK, 1, ()),
        (OK, 0, ("order A1: ok, found 0 times",)),
        (OK, 2, ("order A1: ok, found 2 times",)),
        (UNKNOWN, 0, ()),
        (UNKNOWN, 1, ()),
        (UNKNOWN, 2, ("order A1: unknown, found 2 times",)),
        (FAIL, 0, ()),
        (FAIL, 1, ("order A1: fail, found 1 times",)),
    ],
)
def test_what_the_rows_say_is_held_against_what_was_heard(told: Kind, count: int, broken: tuple[str, ...]) -> None:
    verdict = judge(lines((INVOKE, 1), (told, 1)), {("order", "A1"): count})

    assert verdict == Verdict(
        never=int(count == 0), once=int(count == 1), twice=int(count > 1), unknown=int(told is UNKNOWN), broken=broken
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "kind"), [(201, OK), (200, OK), (409, FAIL), (422, FAIL), (503, UNKNOWN), (None, UNKNOWN)]
)
def test_each_request_is_two_lines_and_its_answer_says_what_is_known(
    tmp_path: Path, status: int | None, kind: Kind
) -> None:
    history = History(tmp_path / "history.jsonl")

    history.ask("order", "单号 1", lambda: None if status is None else Answer(status, {}, b""), client=3)

    assert [(line.kind, line.status) for line in history.lines()] == [(INVOKE, None), (kind, status)]
    assert {(line.operation, line.key, line.client) for line in history.lines()} == {("order", "单号 1", 3)}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"at":"","client":1,"kind":"done","operation":"order","key":"A1"}'])
def test_a_line_that_is_none_is_told_with_its_number(tmp_path: Path, text: str) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text(f'{{"at":"","client":1,"kind":"ok","operation":"order","key":"A1"}}\n{text}\n')

    with pytest.raises(ValueError, match=r"history\.jsonl, line 2: "):
        read_history(path)
