"""The line to the other side: the name is looked up once, the address judged, and the connection made to that very
address. Nothing on it, silent or dripping, outlasts the deadline of the whole call.
"""

import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import httpcore
from typing_extensions import override

from workflows.outbound.addresses import Network
from workflows.outbound.lookup import Resolve, judged_addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a call may take, in seconds, and how many bytes its answer may have, unpacked."""

    connect: float
    read: float  # between two pieces
    total: float
    answer_bytes: int


class GuardedBackend(httpcore.NetworkBackend):
    """Connects one call. `before_sending` is called once, when the line is up and nothing has been said yet."""

    def __init__(
        self,
        *,
        networks: Sequence[Network],
        is_plain: bool,
        limits: Limits,
        resolve: Resolve,
        before_sending: Callable[[], None],
    ) -> None:
        self.is_sent = False
        self._networks = networks
        self._is_plain = is_plain
        self._limits = limits
        self._resolve = resolve
        self._before_sending = before_sending
        self._ends_at = time.monotonic() + limits.total
        self._inner = httpcore.SyncBackend()

    def left(self, most: float, error: type[Exception]) -> float:
        """Seconds for the next thing to happen; raises `error` when the whole call has none left."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise error
        return min(left, most)

    def send(self) -> None:
        """From here on the other side may hear of the call."""
        if not self.is_sent:
            self._before_sending()
            self.is_sent = True

    @property
    def read_limit(self) -> float:
        """Seconds between two pieces."""
        return self._limits.read

    @override
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("no address")
        for address in self._addresses(host, port):
            seconds = self.left(self._limits.connect, httpcore.ConnectTimeout)
            try:
                return _TimedStream(self._inner.connect_tcp(address, port, timeout=seconds), self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            return judged_addresses(
                host, port, networks=self._networks, is_plain=self._is_plain, resolve=self._resolve,
                seconds=self.left(self._limits.connect, httpcore.ConnectTimeout),
            )  # fmt: skip
        except TimeoutError:
            raise httpcore.ConnectTimeout from None


class _TimedStream(httpcore.NetworkStream):
    """A stream on which no wait outlasts the call."""

    def __init__(self, inner: httpcore.NetworkStream, call: GuardedBackend) -> None:
        self._inner = inner
        self._call = call

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._call.left(self._call.read_limit, httpcore.ReadTimeout))

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._call.send()
        self._inner.write(buffer, self._call.left(self._call.read_limit, httpcore.WriteTimeout))

    @override
    def close(self) -> None:
        self._inner.close()

    @override
    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = self._call.left(self._call.read_limit, httpcore.ConnectTimeout)
        return _TimedStream(self._inner.start_tls(ssl_context, server_hostname, seconds), self._call)

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
