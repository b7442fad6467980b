"""Whose time counts is composed once per organisation and book of calendars: counted in calendars that are built."""

import pytest

from approvals.candidates import Candidate, Kind
from approvals.directory import Directory
from approvals.presence import Presence
from tests.approvals.office import LUNCH, OFFICE, at, away, directory, with_group, with_person
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.calendar_windows import WorkingHours
from workflows.engine.calendars import Calendar

F1, F2 = Candidate(kind=Kind.USER, key="1"), Candidate(kind=Kind.USER, key="2")
FINANCE, BACKUP = Candidate(kind=Kind.GROUP, key="finance"), Candidate(kind=Kind.GROUP, key="backup")
NIGHT = Calendar(WorkingHours(zone="Asia/Shanghai", week=(((1200, 1440),),) * 7))
BOOK = CalendarBook({"office": OFFICE, "night": NIGHT})


class Built:
    """How many calendars were built since it was asked last."""

    def __init__(self) -> None:
        self.number = 0

    def since(self) -> int:
        number, self.number = self.number, 0
        return number


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Built:
    found, build = Built(), Calendar.__post_init__

    def counted(calendar: Calendar) -> None:
        found.number += 1
        build(calendar)

    monkeypatch.setattr(Calendar, "__post_init__", counted)
    return found


def staff() -> Directory:
    """Both of finance have a break of their own and some leave, the pool has lunch."""
    people = with_group(directory(), "finance", offline=(LUNCH,))
    for who, hour in (("1", 14), ("2", 15)):
        people = with_person(people, who, offline=(LUNCH,), absences=(away(at(hour), at(hour + 1)),))
    return people


def test_who_is_away_is_looked_up_and_not_built_again(built: Built) -> None:
    presence = Presence(directory=staff(), book=BOOK)
    person = presence.directory.people["1"]

    assert presence.is_away(person, candidate=FINANCE, at=at(12, 30))
    assert built.since() == 2  # the person's and the pool's
    for minute in range(60):
        presence.is_away(person, candidate=FINANCE, at=at(9, minute))

    assert built.since() == 0


def test_seats_that_share_people_share_their_calendars(built: Built) -> None:
    presence = Presence(directory=staff(), book=BOOK)

    presence.availability([F1])
    presence.availability([F2])
    assert built.since() == 4  # each: the break and leave, and those within the office's time
    presence.availability([F1, F2])
    assert built.since() == 1  # whoever of the two is there
    presence.availability([FINANCE])

    assert built.since() == 3  # the pool's lunch, whoever of the two is not away, both within the office's time


def test_the_same_question_in_another_request_builds_nothing(built: Built) -> None:
    people = with_group(staff(), "backup", calendar="night")
    first = Presence(directory=people, book=BOOK, requester="8")
    second = Presence(directory=people, book=BOOK, requester="8")
    kept = first.availability([F1, FINANCE]), first.nominal([FINANCE, BACKUP])
    assert built.since() == 8

    assert second.availability([F1, FINANCE]) is kept[0]
    assert second.nominal([FINANCE, BACKUP]) is kept[1]
    assert built.since() == 0


def test_a_new_book_or_a_new_organisation_is_never_answered_from_the_old_one() -> None:
    people = staff()
    old = Presence(directory=people, book=BOOK).availability([F1])
    assert old is not None
    assert old.is_open(at(10))

    closed = Presence(directory=people, book=CalendarBook({"office": NIGHT})).availability([F1])
    assert closed is not None
    assert not closed.is_open(at(10))

    moved = with_person(people, "1", absences=(away(at(9), at(12)),))
    gone = Presence(directory=moved, book=BOOK).availability([F1])
    assert gone is not None
    assert not gone.is_open(at(10))


def test_a_pool_without_the_requester_is_not_answered_from_the_pool_with_them() -> None:
    people = with_person(staff(), "2", absences=(away(at(9), at(12)),))

    anybody = Presence(directory=people, book=BOOK, requester="8").availability([FINANCE])
    others = Presence(directory=people, book=BOOK, requester="1").availability([FINANCE])

    assert anybody is not None
    assert others is not None
    assert (anybody.is_open(at(10)), others.is_open(at(10))) == (True, False)
