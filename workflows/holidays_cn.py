"""Chinese public holidays and make-up working days (调休) of a year, as the days of a calendar document.

A year counts as confirmed once the State Council's notice is out and the `holidays` package carries it: before
that the package answers without make-up days, so a calendar must say that it is not confirmed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

import holidays

from workflows.engine.calendar_document import WEEKDAYS

CONFIRMED_FROM, CONFIRMED_THROUGH = 2012, 2026  # checked against the notices; raise it when a new one is carried

ZONE = "Asia/Shanghai"
OFFICE_HOURS = ("09:00-12:00", "13:30-18:00")
NORMAL_WEEK: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: () if name in ("sat", "sun") else OFFICE_HOURS for name in WEEKDAYS}
)


def is_confirmed(year: int) -> bool:
    """Whether this year's holidays and make-up days follow an official notice."""
    return CONFIRMED_FROM <= year <= CONFIRMED_THROUGH


def day_overrides(year: int, *, windows: Sequence[str] = OFFICE_HOURS) -> dict[str, list[str]]:
    """The days of the year that differ from an ordinary week: none for a holiday, `windows` for a make-up day.

    Without a notice (see `is_confirmed`) it holds the statutory holidays only.
    """
    # A make-up day in December may belong to the New Year of the next year.
    china = holidays.country_holidays("CN", years=(year, year + 1))
    found: dict[date, list[str]] = {day: [] for day in china if day.year == year}
    found.update({day: list(windows) for day in china.weekend_workdays if day.year == year})
    return {day.isoformat(): found[day] for day in sorted(found)}


def office_calendar_document(years: Iterable[int]) -> dict[str, Any]:
    """The document of an ordinary Chinese office over these years, saying which of them are confirmed."""
    chosen = sorted(set(years))
    days: dict[str, list[str]] = {}
    for year in chosen:
        days |= day_overrides(year)
    return {
        "zone": ZONE,
        "week": {name: list(windows) for name, windows in NORMAL_WEEK.items()},
        "days": days,
        "offline": [],
        "absences": [],
        "confirmed_years": [year for year in chosen if is_confirmed(year)],
    }
