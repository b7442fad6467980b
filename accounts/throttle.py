"""Slows guessing of passwords: failures are counted per account and address, and per address."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from django.core.cache import BaseCache, caches
from redis.exceptions import RedisError

WINDOW_SECONDS = 300
FAILURES_PER_ACCOUNT = 8
FAILURES_PER_ADDRESS = 60

T = TypeVar("T")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to sign in as `username` from `address`."""

    username: str
    address: str

    def is_blocked(self) -> bool:
        """Whether too many tries failed in the last WINDOW_SECONDS."""
        counts = _counting(lambda cache: cache.get_many([self._account_key, self._address_key]))
        return bool(
            counts.get(self._account_key, 0) >= FAILURES_PER_ACCOUNT
            or counts.get(self._address_key, 0) >= FAILURES_PER_ADDRESS
        )

    def note_failure(self) -> None:
        """Count a failed try."""
        for key in (self._account_key, self._address_key):
            _counting(partial(_increase, key=key))

    def note_success(self) -> None:
        """A right password clears the account's count, not the address's: others may be guessed from there."""
        _counting(lambda cache: cache.delete(self._account_key))

    @property
    def _account_key(self) -> str:
        return _key("account", f"{self.username.casefold()}\n{self.address}")

    @property
    def _address_key(self) -> str:
        return _key("address", self.address)


def _counting(do: Callable[[BaseCache], T]) -> T:
    """Count in the cache that all processes share; while that is gone, in this process: guessing stays slow, and people
    with a right password get in."""
    try:
        return do(caches["default"])
    except RedisError as error:
        logger.warning("counting alone", extra={"action": "accounts.counting_alone", "error": str(error)})
        return do(caches["process"])


def _increase(cache: BaseCache, *, key: str) -> None:
    cache.add(key, 0, timeout=WINDOW_SECONDS)
    cache.incr(key)


def _key(kind: str, text: str) -> str:
    return f"accounts.throttle.{kind}.{hashlib.sha256(text.encode(errors='replace')).hexdigest()}"
