"""Calendars as JSON: what is read, what is written, and that every mistake is named."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock.errors import BadInput
from workflows.engine.calendar_document import (
    CalendarDocumentInvalid,
    calendar_from_document,
    calendar_to_document,
    offline_from_document,
    offline_to_document,
)
from workflows.engine.calendar_windows import OfflineLabel, OfflineWindow, WorkingHours
from workflows.engine.calendars import ALWAYS

OFFICE = ["09:00-12:00", "13:30-18:00"]
LUNCH = {"days": "daily", "from": "12:00", "to": "13:30", "label": {"zh": "午休", "en": "Lunch"}}


def document(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "zone": "Asia/Shanghai",
        "week": {
            **{day: list(OFFICE) for day in ("mon", "tue", "wed", "thu", "fri")},
            "sat": ["00:00-24:00"],
            "sun": ["22:00-06:00"],
        },
        "days": {"2026-02-14": list(OFFICE), "2026-02-16": []},
        "offline": [LUNCH, {"days": ["mon", "fri"], "from": "23:00", "to": "01:00"}],
        "absences": [{"from": "2026-03-04T01:00:00Z", "to": "2026-03-04T10:00:00.000001Z"}],
        "confirmed_years": [2025, 2026],
    }
    return {**whole, **changes}


def problems_of(value: object) -> list[tuple[str, str]]:
    with pytest.raises(CalendarDocumentInvalid) as refusal:
        calendar_from_document(value)
    assert refusal.value.code == "calendar.document_invalid"
    assert all(problem.message for problem in refusal.value.document_problems)
    assert [problem["path"] for problem in refusal.value.problems] == [
        problem.path for problem in refusal.value.document_problems
    ]
    return [(problem.code.removeprefix("calendar."), problem.path) for problem in refusal.value.document_problems]


def test_a_document_becomes_the_hours_it_says_when_read() -> None:
    hours = calendar_from_document(document()).rule

    assert hours == WorkingHours(
        zone="Asia/Shanghai",
        week=(((540, 720), (810, 1080)),) * 5 + (((0, 1440),), ((1320, 1800),)),
        days=((date(2026, 2, 14), ((540, 720), (810, 1080))), (date(2026, 2, 16), ())),
        offline=(
            OfflineWindow(days=(0, 1, 2, 3, 4, 5, 6), window=(720, 810), label=OfflineLabel("午休", "Lunch")),
            OfflineWindow(days=(0, 4), window=(1380, 1500)),
        ),
        absences=((datetime(2026, 3, 4, 1, tzinfo=UTC), datetime(2026, 3, 4, 10, 0, 0, 1, tzinfo=UTC)),),
        confirmed_years=(2025, 2026),
    )


def test_a_document_comes_back_when_written() -> None:
    assert calendar_to_document(calendar_from_document(document())) == document()


def test_windows_come_back_in_normal_form_when_they_overlap() -> None:
    torn = document(week={"mon": ["13:00-14:00", "09:00-12:00", "12:00-13:30", "23:00-24:00"]})

    written = calendar_to_document(calendar_from_document(torn))

    assert written["week"]["mon"] == ["09:00-14:00", "23:00-24:00"]
    assert written["week"]["tue"] == []


def test_only_zone_and_week_are_needed_when_there_is_nothing_else() -> None:
    calendar = calendar_from_document({"zone": "UTC", "week": {"mon": ["09:00-10:00"]}})

    assert calendar_to_document(calendar) == {
        "zone": "UTC",
        "week": {
            "mon": ["09:00-10:00"], "tue": [], "wed": [], "thu": [], "fri": [], "sat": [], "sun": [],
        },
        "days": {},
        "offline": [],
        "absences": [],
    }  # fmt: skip


def test_leave_is_kept_in_utc_when_it_has_an_offset() -> None:
    leave = [{"from": "2026-03-04T09:00:00+08:00", "to": "2026-03-04T05:30:00-05:00"}]

    written = calendar_to_document(calendar_from_document(document(absences=leave)))

    assert written["absences"] == [{"from": "2026-03-04T01:00:00Z", "to": "2026-03-04T10:30:00Z"}]


def test_every_problem_is_named_when_there_are_many() -> None:
    wrong = document(
        zone="Asia/Peking",
        week={"mon": ["9:00-12:00", "24:00-03:00", "09:00-09:00", 5], "monday": []},
        days={"2026-02-30": [], "2026-02-14": "09:00-12:00"},
        offline=[{"days": ["mo"], "from": "12:00", "to": "12:60", "label": {"zh": "午休"}}, "lunch"],
        absences=[{"from": "2026-03-04T09:00:00", "to": "2026-03-04"}, {"from": "2026-03-04T09:00:00Z"}],
        confirmed_years=[True, "2026"],
        holidays=[],
    )

    assert problems_of(wrong) == [
        ("unknown_field", "holidays"),
        ("unknown_zone", "zone"),
        ("unknown_field", "week.monday"),
        ("bad_time", "week.mon.0"),
        ("bad_window", "week.mon.1"),
        ("bad_window", "week.mon.2"),
        ("bad_window", "week.mon.3"),
        ("bad_date", "days.2026-02-30"),
        ("not_a_list", "days.2026-02-14"),
        ("bad_weekdays", "offline.0.days"),
        ("bad_time", "offline.0.to"),
        ("bad_label", "offline.0.label"),
        ("not_an_object", "offline.1"),
        ("bad_weekdays", "offline.1.days"),
        ("bad_time", "offline.1.from"),
        ("bad_time", "offline.1.to"),
        ("bad_instant", "absences.0.from"),
        ("bad_instant", "absences.0.to"),
        ("bad_instant", "absences.1.to"),
        ("bad_year", "confirmed_years.0"),
        ("bad_year", "confirmed_years.1"),
    ]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"week": {"mon": ["09:00-08:00", "07:00-10:00"]}}, ("bad_window", "week.mon")),
        ({"absences": [{"from": "2026-03-04T09:00Z", "to": "2026-03-04T09:00Z"}]}, ("bad_absence", "absences.0.to")),
        ({"absences": [{"from": "1900-01-01T00:00Z", "to": "2026-03-04T09:00Z"}]}, ("bad_instant", "absences.0.from")),
        ({"days": {"9999-12-31": []}}, ("bad_date", "days.9999-12-31")),
        ({"days": {"２０２６-02-14": []}}, ("bad_date", "days.２０２６-02-14")),
        ({"zone": "../etc/passwd"}, ("unknown_zone", "zone")),
        ({"zone": 8}, ("not_text", "zone")),
        ({"week": {"mon": ["09:00-10:00"] * 49}}, ("too_many", "week.mon")),
        ({"week": {}, "days": {}}, ("no_open_time", "")),
        ({"offline": [{"days": "daily", "from": "00:00", "to": "24:00"}]}, ("no_open_time", "")),
    ],
)  # fmt: skip
def test_one_problem_is_named_when_one_thing_is_wrong(changes: dict[str, Any], problem: tuple[str, str]) -> None:
    assert problems_of(document(**changes)) == [problem]


def test_it_is_refused_when_it_is_no_object() -> None:
    assert problems_of(None) == [("not_an_object", "")]
    assert problems_of([]) == [("not_an_object", "")]
    assert problems_of({}) == [("missing_field", "zone"), ("missing_field", "week")]


def test_a_composition_is_not_written_when_it_has_no_hours_of_its_own() -> None:
    with pytest.raises(BadInput) as refusal:
        calendar_to_document(ALWAYS)

    assert refusal.value.code == "calendar.composed"


def test_breaks_of_a_person_are_read_and_written_when_they_stand_alone() -> None:
    windows = offline_from_document([LUNCH])

    assert windows[0].window == (720, 810)
    assert offline_to_document(windows) == [LUNCH]
    with pytest.raises(CalendarDocumentInvalid) as refusal:
        offline_from_document([{**LUNCH, "to": "12:00"}])
    assert [problem.path for problem in refusal.value.document_problems] == ["offline.0.to"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(["daily", "mon"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(["zone", "week", "days", "offline", "absences", "confirmed_years", "else"]), json_values)
def test_it_is_read_or_refused_with_problems_when_a_field_is_anything(name: str, value: object) -> None:
    try:
        calendar = calendar_from_document(document(**{name: value}))
    except CalendarDocumentInvalid:
        assert problems_of(document(**{name: value}))
        return

    assert calendar_from_document(calendar_to_document(calendar)) == calendar
    assert calendar.between(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)) >= timedelta()
