"""From a host's name to the addresses that may be called: looked up once, and judged before anybody connects."""

import queue
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

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


def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a host as this machine resolves them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def judged_addresses(
    host: str, port: int, *, networks: Sequence[Network], is_plain: bool, resolve: Resolve, seconds: float
) -> Sequence[str]:
    """All addresses of the host, or none: a name that also leads inside is no name to trust.

    What is not encrypted (`is_plain`) stays in the named networks. Raises NoAnswer `http.host_unknown` and
    `http.address_refused`, and TimeoutError when the name is not known after so many seconds.
    """
    found = _looked_up(host, port, resolve=resolve, seconds=seconds)
    if not found:
        raise NoAnswer("http.host_unknown", "Expected an address for the host, found none.", is_sent=False)
    for text in found:
        address = parse_address(text)
        inside = address is not None and is_within(address, networks)
        if address is None or not (inside if is_plain else is_permitted(address, networks)):
            raise NoAnswer(
                "http.address_refused",
                f"Expected a public address or one in a network of the connection, found {text}.",
                is_sent=False, is_final=True, address=text,
            )  # fmt: skip
    return found


def _looked_up(host: str, port: int, *, resolve: Resolve, seconds: float) -> Sequence[str]:
    """Asked beside the call: a resolver that hangs keeps its own thread, not the worker."""
    answers: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(list(dict.fromkeys(resolve(host, port))))
        except (OSError, UnicodeError):
            answers.put(())

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
