"""One HTTP call: a request in, a whole answer of bounded size out, or NoAnswer. It follows no redirect, knows no proxy
and repeats nothing.
"""

import ssl
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import httpcore

from workflows.outbound.addresses import Network
from workflows.outbound.line import GuardedBackend, Limits
from workflows.outbound.lookup import NoAnswer, Resolve, look_up

_GZIP: Final = 31  # zlib's word for a gzip stream with its header


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a call goes. `base_path` has no slash at its end; an empty `networks` means the public internet only."""

    scheme: str
    host: str
    port: int
    base_path: str
    networks: tuple[Network, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is said: `address` is path and query below the target, encoded."""

    method: str
    address: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. The names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def call(
    target: Target,
    message: Message,
    *,
    limits: Limits,
    reads_body: Callable[[int], bool] = lambda _: True,
    before_sending: Callable[[], None] = lambda: None,
    resolve: Resolve = look_up,
) -> Answer:
    """Send one request and read its answer; raises NoAnswer. `reads_body` says for which status the body is wanted."""
    line = GuardedBackend(
        networks=target.networks, is_plain=target.scheme == "http", limits=limits, resolve=resolve,
        before_sending=before_sending,
    )  # fmt: skip
    url = httpcore.URL(
        scheme=target.scheme.encode(), host=target.host.encode(), port=target.port,
        target=f"{target.base_path}{message.address}".encode(),
    )  # fmt: skip
    sent = [(name.encode(), value.encode("latin-1")) for name, value in message.headers.items()]
    sent.append((b"Accept-Encoding", b"gzip"))
    try:
        with (
            httpcore.ConnectionPool(trusted(), network_backend=line, max_connections=1, retries=0) as pool,
            pool.stream(message.method, url, headers=sent, content=message.body) as response,
        ):
            heard = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            content = b""
            if reads_body(response.status):
                content = _whole(response.iter_stream(), heard.get("content-encoding", ""), limits.answer_bytes)
            return Answer(status=response.status, headers=heard, body=content)
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        raise _no_answer(error, is_sent=line.is_sent) from error


@cache
def trusted() -> ssl.SSLContext:
    """Whose certificates are believed; read once per process, because reading them is slow."""
    return httpcore.default_ssl_context()


def _whole(pieces: Iterable[bytes], encoding: str, most: int) -> bytes:
    """The body, unpacked; never more than `most` bytes of it are held, however small they came."""
    if encoding.lower() not in ("", "identity", "gzip"):
        raise _unreadable("Expected a plain or gzip body, found another encoding.")
    unpacker = zlib.decompressobj(_GZIP) if encoding.lower() == "gzip" else None
    body = bytearray()
    heard = 0
    for piece in pieces:
        heard += len(piece)
        try:
            body += piece if unpacker is None else unpacker.decompress(piece, most + 1 - len(body))
        except zlib.error:
            raise _unreadable("Expected a gzip body, found another.") from None
        if max(len(body), heard) > most:
            message = f"Expected an answer of at most {most} bytes, found more."
            raise NoAnswer("http.answer_too_large", message, is_sent=True, is_final=True, limit=most)
    if unpacker is not None and not unpacker.eof:
        raise _unreadable("Expected a whole gzip body, found a part.")
    return bytes(body)


def _unreadable(message: str) -> NoAnswer:
    return NoAnswer("http.answer_unreadable", message, is_sent=True, is_final=True)


def _no_answer(error: Exception, *, is_sent: bool) -> NoAnswer:
    if isinstance(_root(error), ssl.SSLCertVerificationError):
        message = "Expected a certificate that vouches for the host, found one that does not."
        return NoAnswer("http.certificate_refused", message, is_sent=False, is_final=True)
    if isinstance(error, httpcore.TimeoutException):
        if is_sent:
            return NoAnswer("http.timed_out", "Expected an answer in time, found none.", is_sent=True)
        return NoAnswer("http.connect_timed_out", "Expected a connection in time, found none.", is_sent=False)
    if is_sent:
        return NoAnswer("http.line_cut", "Expected a whole answer, found the line cut or garbled.", is_sent=True)
    return NoAnswer("http.unreachable", "Expected a connection, found none.", is_sent=False)


def _root(error: BaseException) -> BaseException:
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__ or error
    return error
