"""The size of the trials."""

import pytest

from tests.sizes import scaled, share_of


@pytest.mark.parametrize(
    ("told", "number"), [("small", 10), ("full", 5_000), ("0.1", 500), ("1", 5_000), ("0.001", 10)]
)
def test_a_share_of_the_full_size_is_never_below_the_small_one(told: str, number: int) -> None:
    assert scaled(share_of(told), small=10, full=5_000) == number


@pytest.mark.parametrize("told", ["big", "0", "-1", "1.5", "nan", "inf"])
def test_what_is_no_size_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match="Expected ORDERFLOW_FAULT_SIZE to be small, full or a number"):
        share_of(told)
