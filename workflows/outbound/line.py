"""The line to the other side: the name is looked up once, the address judged, and the connection made to that very
address. Nothing on it, silent or dripping, outlasts the deadline of the whole call.
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import httpcore
from typing_extensions import override

from workflows.outbound.addresses import Network, is_permitted, is_within, parse_address

Resolve = Callable[[str, int], Sequence[str]]


class NoAnswer(Exception):  # noqa: N818 - named for what happened
    """A call came to nothing. `is_sent`: the other side may have heard of it. `is_final`: again would be the same."""

    def __init__(self, code: str, message: str, *, is_sent: bool, is_final: bool = False, **params: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.is_sent = is_sent
        self.is_final = is_final
        self.params = params


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a call may take, in seconds, and how many bytes its answer may have, unpacked."""

    connect: float
    read: float  # between two pieces
    total: float
    answer_bytes: int


def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a host as this machine resolves them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


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
        for address in self._judged(self._looked_up(host, port)):
            seconds = self.left(self._limits.connect, httpcore.ConnectTimeout)
            try:
                return _TimedStream(self._inner.connect_tcp(address, port, timeout=seconds), self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _looked_up(self, host: str, port: int) -> Sequence[str]:
        """Asked beside the call: a resolver that hangs keeps its own thread, not the worker."""
        answers: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(list(dict.fromkeys(self._resolve(host, port))))
            except (OSError, UnicodeError):
                answers.put(())

        threading.Thread(target=ask, name="resolver", daemon=True).start()
        try:
            return answers.get(timeout=self.left(self._limits.connect, httpcore.ConnectTimeout))
        except queue.Empty:
            raise httpcore.ConnectTimeout from None

    def _judged(self, found: Sequence[str]) -> Sequence[str]:
        """All of them, or none: a name that also leads inside is no name to trust."""
        if not found:
            raise NoAnswer("http.host_unknown", "Expected an address for the host, found none.", is_sent=False)
        for text in found:
            address = parse_address(text)
            inside = address is not None and is_within(address, self._networks)
            # What is not encrypted stays in the networks that were named.
            if address is None or not (inside if self._is_plain else is_permitted(address, self._networks)):
                raise NoAnswer(
                    "http.address_refused",
                    f"Expected a public address or one in a network of the connection, found {text}.",
                    is_sent=False, is_final=True, address=text,
                )  # fmt: skip
        return found


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
