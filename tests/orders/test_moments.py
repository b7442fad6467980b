"""Times as the world writes them: with any offset they are one instant in UTC, without one they are refused."""

import random
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bedrock.errors import BadInput
from orders.core.models import Order
from orders.intake.document import read_order
from tests.orders.builders import order_document, place
from tests.sizes import sized

ROWS = sized(1_000, full=10_000)
STORED = sized(20, full=500)
SEED = 73
START = datetime(2001, 1, 1, tzinfo=UTC)
OFFSETS = [timedelta(hours=8), timedelta(0), timedelta(hours=-5), timedelta(hours=5, minutes=45), timedelta(hours=14)]


def written(chance: random.Random) -> tuple[datetime, str]:
    """An instant, and how somebody somewhere writes it down."""
    instant = START + timedelta(seconds=chance.randrange(120 * 365 * 86_400))
    offset = chance.choice(OFFSETS)
    text = instant.astimezone(timezone(offset)).isoformat()
    return instant, text.replace("+00:00", "Z") if chance.random() < 0.5 else text


def test_f73_no_time_is_shifted_whatever_its_offset() -> None:
    chance = random.Random(SEED)
    times = [written(chance) for _ in range(ROWS)]

    read = [read_order(order_document(placed_at=text)).placed_at for _, text in times]

    assert [one.astimezone(UTC) for one in read] == [instant for instant, _ in times]


@pytest.mark.django_db
def test_f73_what_is_stored_is_the_instant_that_was_meant() -> None:
    chance = random.Random(SEED)
    times = {f"ORD{number:08}": written(chance) for number in range(STORED)}

    for number, (_, text) in times.items():
        place(order_document(order_no=number, placed_at=text))

    stored = dict(Order.objects.values_list("order_no", "placed_at"))
    assert stored == {number: instant for number, (instant, _) in times.items()}
    assert {at.tzinfo for at in stored.values()} == {UTC}


@pytest.mark.parametrize("text", ["2026-01-26T16:42:11", "2026-01-26 16:42:11+08:00", "2026-01-26", "1769416931"])
@pytest.mark.django_db
def test_f73_a_time_that_does_not_say_where_is_refused_and_nothing_is_placed(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_order(order_document(placed_at=text))

    assert [problem["path"] for problem in refused.value.problems] == ["placed_at"]
    assert Order.objects.count() == 0
