"""A worker that sleeps on its way to the provider while its run is cancelled: what was given up is never paid."""

from signal import SIGCONT, SIGSTOP

import pytest

from tests.faults.trial import Tell, Trial, approve, waiting_task
from tests.flows.shop import cny, paid_back, refund_status
from tests.house import eventually, pause
from tests.sizes import sized
from workflows.failpoints import SLEEP_SECONDS

pytestmark = pytest.mark.serial
TURNS = sized(1, full=100)  # at each of two points


def cancel(house: Trial, instance: str) -> None:
    path = f"/api/v1/instances/{instance}/cancel"
    shown = house.post(f"{path}/preview", {}, user="supervisor1")
    assert shown.status == 200, shown.json
    done = house.post(path, {"token": shown.json["token"], "reason": "买家撤回申请"}, user="supervisor1")
    assert done.status == 200, done.json


@pytest.mark.parametrize("point", ["refund.before_call", "refund.let_out"])
def test_f18_nothing_is_paid_when_the_worker_wakes_up_after_its_refund_was_given_up(
    house: Trial, tell: Tell, point: str
) -> None:
    for _ in range(TURNS):
        assert_nothing_is_paid(house, point)
    tell(f"F18: {TURNS} times: worker stopped at {point}, run cancelled, amount freed, worker let go: 0 paid")


def assert_nothing_is_paid(house: Trial, point: str) -> None:
    """A worker is stopped at this point until its refund was given up."""
    number, task = waiting_task(house)
    unanswered = int(point == "refund.let_out")

    def effects(where: str) -> int:
        rows = (
            "orders_refundeffect e JOIN orders_refund r ON r.id = e.refund_id JOIN orders_order o ON o.id = r.order_id"
        )
        return house.count(rows, f"o.order_no = %s AND {where}", number)

    with house.neighbour(failpoint=f"{point}:sleep") as sleeper:
        house.product.send_signal(SIGSTOP)  # so that the sleeper is the one who takes the work
        try:
            assert approve(sleeper, task) is not None
            eventually(lambda: effects(f"e.status = 'claimed' AND e.unanswered = {unanswered}") == 1)
            sleeper.victim.send_signal(SIGSTOP)  # asleep at the point, for as long as it takes the others
        finally:
            house.product.send_signal(SIGCONT)
        cancel(house, task["instance"])
        house.wind(minutes=3)
        eventually(lambda: refund_status(house, number) == "failed")
        assert house.get(f"/api/v1/orders/{number}", user="cs1").json["refundable"] == cny("100.00")

        sleeper.victim.send_signal(SIGCONT)
        pause(SLEEP_SECONDS + 2)

    assert (refund_status(house, number), paid_back(house, number)) == ("failed", [])
    assert effects("e.status = 'refused' AND e.unanswered = 0") == 1
