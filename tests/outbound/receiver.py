"""A server of raw sockets that does to each connection what the test says, and remembers what it was asked."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread
from types import TracebackType
from typing import Self

Says = Callable[[socket.socket, Event], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One request as it came over the line."""

    first_line: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def answer(status: str = "200 OK", *, body: bytes = b"", **headers: str) -> Says:
    """Say all of it at once."""
    named = {"content_type": "application/json", "content_length": str(len(body)), **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in named.items() if value]
    head = "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()
    return lambda line, _: line.sendall(head + body)


def drip(start: bytes, piece: bytes) -> Says:
    """Begin, and then say a piece at a time for ever."""

    def says(line: socket.socket, closing: Event) -> None:
        line.sendall(start)
        while not closing.wait(0.01):
            line.sendall(piece)

    return says


def silence(line: socket.socket, closing: Event) -> None:
    """Take the request and say nothing."""
    closing.wait()


class Receiver:
    """Listens on 127.0.0.1. The n-th connection gets the n-th of `script`, later ones the last."""

    def __init__(self, *script: Says) -> None:
        self.script = list(script)
        self.heard: list[Heard] = []
        self.connections = 0
        self._closing = Event()
        self._threads: list[Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _start(self, work: Callable[[], None]) -> None:
        thread = Thread(target=work)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            says = self.script[min(self.connections, len(self.script) - 1)]
            self.connections += 1
            self._start(lambda line=line, says=says: self._serve(line, says))  # type: ignore[misc]

    def _serve(self, line: socket.socket, says: Says) -> None:
        with line:
            try:
                if (heard := _request(line)) is not None:
                    self.heard.append(heard)
                    says(line, self._closing)
            except OSError:
                return  # the caller hung up, as callers do


def _request(line: socket.socket) -> Heard | None:
    content = b""
    while b"\r\n\r\n" not in content:
        piece = line.recv(65_536)
        if not piece:
            return None
        content += piece
    head, _, body = content.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in (one.split(": ", 1) for one in rest)}
    while len(body) < int(headers.get("content-length", "0")):
        body += line.recv(65_536)
    return Heard(first_line=first, headers=headers, body=body)
