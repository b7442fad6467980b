"""A mail server of raw sockets: it takes letters as SMTP has it, or refuses and hangs up where the test says."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Event, Thread
from types import TracebackType
from typing import Self

HANG_UP, SILENCE, DRIP = "hang up", "silence", "drip"


@dataclass(slots=True)
class Taken:
    """A letter as it came over the line."""

    sender: str
    receiver: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)


@dataclass(slots=True)
class MailServer:
    """Listens on 127.0.0.1. `replies` changes what is said to a verb, to the letter (`.`) or as greeting (`hello`)."""

    replies: Mapping[str, str] = field(default_factory=dict)
    offers: tuple[str, ...] = ("8BITMIME",)
    taken: list[Taken] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    port: int = 0
    _closing: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)
    _listener: socket.socket = field(init=False)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._start(Thread(target=self._accept))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _start(self, thread: Thread) -> None:
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self._start(Thread(target=self._serve, args=(line,)))

    def _serve(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as heard:
            try:
                self._talk(line, heard)
            except OSError:
                return  # the caller hung up, as callers do

    def _talk(self, line: socket.socket, heard: object) -> None:
        sender = receiver = ""
        if not self._say(line, "hello", "220 mail.test"):
            return
        while words := heard.readline().decode(errors="replace").strip():  # type: ignore[attr-defined]
            self.said.append(words)
            verb, _, rest = words.partition(" ")
            match verb.lower():
                case "ehlo":
                    told = "\r\n".join([*(f"250-{one}" for one in ("mail.test", *self.offers)), "250 HELP"])
                    goes_on = self._say(line, "ehlo", told)
                case "auth":
                    goes_on = self._say(line, "auth", "235 welcome")
                case "mail" | "rcpt":
                    address = rest.partition("<")[2].partition(">")[0]
                    sender, receiver = (address, receiver) if verb.lower() == "mail" else (sender, address)
                    goes_on = self._say(line, verb.lower(), "250 fine")
                case "data":
                    goes_on = self._say(line, "data", "354 go on")
                    if "data" not in self.replies:
                        goes_on = self._take(line, heard, sender, receiver)
                case _:
                    goes_on = self._say(line, verb.lower(), "250 fine")
            if not goes_on:
                return

    def _take(self, line: socket.socket, heard: object, sender: str, receiver: str) -> bool:
        lines: list[bytes] = []
        while (one := heard.readline()) not in (b".\r\n", b""):  # type: ignore[attr-defined]
            lines.append(one[1:] if one.startswith(b".") else one)
        self.taken.append(Taken(sender, receiver, b"".join(lines)))
        return self._say(line, ".", "250 taken")

    def _say(self, line: socket.socket, to: str, usually: str) -> bool:
        reply = self.replies.get(to, usually)
        if reply == HANG_UP:
            return False
        if reply == SILENCE:
            self._closing.wait()
            return False
        while reply == DRIP:
            if self._closing.wait(0.02):
                return False
            line.sendall(b"220-wait\r\n")
        line.sendall(f"{reply}\r\n".encode())
        return not reply.startswith(("421", "5"))
