"""Calendars as JSON: read with every problem at once, written in one normal form; docs/calendars.md shows it."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple, TypeVar

from bedrock.errors import BadInput
from workflows.engine.calendar_windows import (
    ALL_DAYS,
    FIRST_YEAR,
    LAST_YEAR,
    OfflineLabel,
    OfflineWindow,
    Stretch,
    Window,
    WorkingHours,
    check_window,
    check_year,
    merge_windows,
    utc,
    zone_of,
)
from workflows.engine.calendars import Calendar, NoOpenTime

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

T = TypeVar("T")

_FIELDS = ("zone", "week", "days", "offline", "absences", "confirmed_years")
_MOST = {"windows": 48, "days": 5000, "offline": 100, "absences": 5000, "confirmed_years": 300}
_LONGEST_LABEL = 200
_LONGEST_SHOWN = 60
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|(24):(00)", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class DocumentProblem(NamedTuple):
    """One thing that is wrong: a stable code, where (`week.mon.0`), a sentence."""

    code: str
    path: str
    message: str


class CalendarDocumentInvalid(BadInput):
    """`calendar.document_invalid`: everything that is wrong with the document, in `document_problems`."""

    def __init__(self, problems: list[DocumentProblem]) -> None:
        super().__init__(
            "calendar.document_invalid",
            f"Expected a calendar, but found {len(problems)} problems; the first at {problems[0].path or 'the top'}: "
            f"{problems[0].message}",
            problems=[{**problem._asdict(), "params": {}} for problem in problems],
        )
        self.document_problems = tuple(problems)


def calendar_from_document(document: object) -> Calendar:
    """The calendar that this parsed JSON describes; CalendarDocumentInvalid with every problem in it."""
    reader = _Reader()
    hours = reader.hours(document)
    if hours is None:
        raise CalendarDocumentInvalid(reader.problems)
    try:
        return Calendar(hours)
    except NoOpenTime as error:
        raise CalendarDocumentInvalid([DocumentProblem(error.code, "", error.message)]) from error


def calendar_to_document(calendar: Calendar) -> dict[str, Any]:
    """The document of a calendar; reading it gives an equal one. BadInput `calendar.composed` for a composition."""
    hours = calendar.rule
    if not isinstance(hours, WorkingHours):
        raise BadInput("calendar.composed", "Expected a calendar with hours of its own, but got a composition.")
    document: dict[str, Any] = {
        "zone": hours.zone,
        "week": {name: _write_windows(windows) for name, windows in zip(WEEKDAYS, hours.week, strict=True)},
        "days": {day.isoformat(): _write_windows(windows) for day, windows in hours.days},
        "offline": offline_to_document(hours.offline),
        "absences": [{"from": _write_instant(start), "to": _write_instant(end)} for start, end in hours.absences],
    }
    if hours.confirmed_years is not None:
        document["confirmed_years"] = list(hours.confirmed_years)
    return document


def offline_from_document(document: object) -> tuple[OfflineWindow, ...]:
    """Recurring breaks on their own (of a person, group or department): the list `offline`, read the same way."""
    reader = _Reader()
    windows = reader.items(document, "offline", reader.offline)
    if reader.problems:
        raise CalendarDocumentInvalid(reader.problems)
    return windows


def offline_to_document(windows: tuple[OfflineWindow, ...]) -> list[dict[str, Any]]:
    """What `offline_from_document` reads."""
    return [_write_offline(window) for window in windows]


class _Reader:
    """Reads the parts and collects what is wrong; a part that cannot be read becomes None and leaves a problem."""

    def __init__(self) -> None:
        self.problems: list[DocumentProblem] = []

    def refuse(self, code: str, path: str, message: str) -> None:
        self.problems.append(DocumentProblem(f"calendar.{code}", path, message))

    def mapping(self, value: object, path: str) -> Mapping[str, Any]:
        if isinstance(value, dict) and all(isinstance(key, str) for key in value):
            return value
        self.refuse("not_an_object", path, f"Expected an object, but got {_shown(value)}.")
        return {}

    def known(self, value: Mapping[str, Any], fields: tuple[str, ...], *, path: str) -> None:
        for key in value:
            if key not in fields:
                at = f"{path}.{key}" if path else key
                self.refuse("unknown_field", at, f"Expected one of {', '.join(fields)}, but got {_shown(key)}.")

    def items(self, value: object, path: str, read: Callable[[object, str], T | None]) -> tuple[T, ...]:
        most = _MOST.get(path, _MOST["windows"])
        if not isinstance(value, list):
            self.refuse("not_a_list", path, f"Expected a list, but got {_shown(value)}.")
            return ()
        if len(value) > most:
            self.refuse("too_many", path, f"Expected at most {most} entries, but got {len(value)}.")
            return ()
        found = (read(item, f"{path}.{index}") for index, item in enumerate(value))
        return tuple(item for item in found if item is not None)

    def hours(self, document: object) -> WorkingHours | None:
        """The working hours, or None when there is a problem."""
        whole = self.mapping(document, "")
        if not self.problems:
            self.known(whole, _FIELDS, path="")
            for name in ("zone", "week"):
                if name not in whole:
                    self.refuse("missing_field", name, f"Expected a field {name}, but there is none.")
        zone = self.zone(whole["zone"]) if "zone" in whole else ""
        week = self.week(whole["week"]) if "week" in whole else ()
        days = self.days(whole.get("days", {}))
        offline = self.items(whole.get("offline", []), "offline", self.offline)
        absences = self.items(whole.get("absences", []), "absences", self.absence)
        confirmed = whole.get("confirmed_years")
        years = None if confirmed is None else self.items(confirmed, "confirmed_years", self.year)
        if self.problems:
            return None
        return WorkingHours(zone=zone, week=week, days=days, offline=offline, absences=absences, confirmed_years=years)

    def zone(self, value: object) -> str:
        if isinstance(value, str):
            try:
                zone_of(value)
            except BadInput as error:
                self.refuse("unknown_zone", "zone", error.message)
            return value
        self.refuse("not_text", "zone", f"Expected the name of a time zone, but got {_shown(value)}.")
        return ""

    def week(self, value: object) -> tuple[tuple[Window, ...], ...]:
        week = self.mapping(value, "week")
        self.known(week, WEEKDAYS, path="week")
        return tuple(self.windows(week.get(name, []), f"week.{name}") for name in WEEKDAYS)

    def days(self, value: object) -> tuple[tuple[date, tuple[Window, ...]], ...]:
        days = self.mapping(value, "days")
        if len(days) > _MOST["days"]:
            self.refuse("too_many", "days", f"Expected at most {_MOST['days']} days, but got {len(days)}.")
            return ()
        found = ((self.day(key), self.windows(item, f"days.{key}")) for key, item in days.items())
        return tuple((day, windows) for day, windows in found if day is not None)

    def day(self, text: str) -> date | None:
        try:
            day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
        except ValueError:
            day = None
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            shown = _shown(text)
            self.refuse("bad_date", f"days.{text}", f"Expected a date such as 2026-02-14, but got {shown}.")
            return None
        return day

    def windows(self, value: object, path: str) -> tuple[Window, ...]:
        windows = self.items(value, path, self.window)
        try:
            return merge_windows(windows)
        except BadInput as error:
            self.refuse("bad_window", path, f"Joined, these windows are too long. {error.message}")
            return ()

    def window(self, value: object, path: str) -> Window | None:
        start, dash, end = value.partition("-") if isinstance(value, str) else ("", "", "")
        if not dash:
            self.refuse("bad_window", path, f"Expected a window such as 09:00-12:00, but got {_shown(value)}.")
            return None
        return self.span(start, end, start_path=path, end_path=path)

    def span(self, start: object, end: object, *, start_path: str, end_path: str) -> Window | None:
        """Minutes of two clock times; an end that is not later is one of the next day."""
        opens, closes = self.clock(start, start_path), self.clock(end, end_path)
        if opens is None or closes is None:
            return None
        window = (opens, closes if closes > opens else closes + 24 * 60)
        try:
            check_window(window)
        except BadInput:
            self.refuse(
                "bad_window",
                end_path,
                f"Expected a window shorter than 24 hours that starts before 24:00, or 00:00-24:00, "
                f"but got {start}-{end}.",
            )
            return None
        return window

    def clock(self, value: object, path: str) -> int | None:
        found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            self.refuse("bad_time", path, f"Expected a time from 00:00 to 24:00, but got {_shown(value)}.")
            return None
        hours, minutes = found[1] or found[3], found[2] or found[4]
        return int(hours) * 60 + int(minutes)

    def offline(self, value: object, path: str) -> OfflineWindow | None:
        before = len(self.problems)
        item = self.mapping(value, path)
        self.known(item, ("days", "from", "to", "label"), path=path)
        days = self.weekdays(item.get("days"), f"{path}.days")
        window = self.span(item.get("from"), item.get("to"), start_path=f"{path}.from", end_path=f"{path}.to")
        label = self.label(item["label"], f"{path}.label") if item.get("label") is not None else None
        if window is None or len(self.problems) > before:
            return None
        return OfflineWindow(days=days, window=window, label=label)

    def weekdays(self, value: object, path: str) -> tuple[int, ...]:
        if value == "daily":
            return ALL_DAYS
        if isinstance(value, list) and value and all(day in WEEKDAYS for day in value):
            return tuple(WEEKDAYS.index(day) for day in value)
        self.refuse(
            "bad_weekdays", path, f'Expected "daily" or a list such as ["mon", "fri"], but got {_shown(value)}.'
        )
        return ()

    def label(self, value: object, path: str) -> OfflineLabel | None:
        texts = self.mapping(value, path)
        self.known(texts, ("zh", "en"), path=path)
        zh, en = texts.get("zh"), texts.get("en")
        if all(isinstance(text, str) and 0 < len(text) <= _LONGEST_LABEL for text in (zh, en)):
            return OfflineLabel(zh=texts["zh"], en=texts["en"])
        self.refuse("bad_label", path, "Expected texts zh and en of 1 to 200 characters.")
        return None

    def absence(self, value: object, path: str) -> Stretch | None:
        item = self.mapping(value, path)
        self.known(item, ("from", "to"), path=path)
        start = self.instant(item.get("from"), f"{path}.from")
        end = self.instant(item.get("to"), f"{path}.to")
        if start is None or end is None:
            return None
        if start >= end:
            self.refuse("bad_absence", f"{path}.to", f"Expected an end after {item['from']}, but got {item['to']}.")
            return None
        return start, end

    def instant(self, value: object, path: str) -> datetime | None:
        try:
            at = utc(datetime.fromisoformat(value)) if isinstance(value, str) else None
            if at is not None:
                check_year(at.year)
        except (ValueError, BadInput):
            at = None
        if at is None:
            self.refuse(
                "bad_instant",
                path,
                f"Expected an instant with a zone such as 2026-02-16T09:00:00+08:00, but got {_shown(value)}.",
            )
        return at

    def year(self, value: object, path: str) -> int | None:
        if isinstance(value, int) and not isinstance(value, bool) and FIRST_YEAR <= value <= LAST_YEAR:
            return value
        self.refuse("bad_year", path, f"Expected a year such as 2026, but got {_shown(value)}.")
        return None


def _shown(value: object) -> str:
    """A value for a sentence: quoted and cut, never a whole document."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _write_clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _write_windows(windows: tuple[Window, ...]) -> list[str]:
    return [f"{_write_clock(start)}-{_write_clock(_end(end))}" for start, end in windows]


def _write_offline(item: OfflineWindow) -> dict[str, Any]:
    start, end = item.window
    written: dict[str, Any] = {
        "days": "daily" if item.days == ALL_DAYS else [WEEKDAYS[day] for day in item.days],
        "from": _write_clock(start),
        "to": _write_clock(_end(end)),
    }
    if item.label is not None:
        written["label"] = {"zh": item.label.zh, "en": item.label.en}
    return written


def _end(minute: int) -> int:
    return minute if minute <= 24 * 60 else minute - 24 * 60


def _write_instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
