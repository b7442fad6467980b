"""How large the trials are: small in the suite; with ORDERFLOW_FAULT_SIZE=full as the fault list says, with a number
between 0 and 1 that share of it (`make faults`)."""

import os
from typing import Final


def share_of(told: str) -> float:
    """What a size means as a share of the full one, 0 for `small`. Raises ValueError for what is no size."""
    share = {"small": 0.0, "full": 1.0}.get(told)
    if share is None:
        try:
            share = float(told)
        except ValueError:
            share = -1.0
        if not 0 < share <= 1:
            expected = "small, full or a number above 0 and up to 1"
            raise ValueError(f"Expected ORDERFLOW_FAULT_SIZE to be {expected}, found {told!r}.")
    return share


def scaled(share: float, *, small: int, full: int) -> int:
    """The number for a share of the full size; never below the small one."""
    return max(small, round(full * share))


SHARE: Final = share_of(os.environ.get("ORDERFLOW_FAULT_SIZE") or "small")
# What a whole load may take before a trial says that somebody was never answered.
LOAD_SECONDS: Final = 7200.0 if SHARE else 300.0


def sized(small: int, *, full: int) -> int:
    """The number for this run."""
    return scaled(SHARE, small=small, full=full)
