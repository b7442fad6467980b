"""One mail to one person over SMTP, on a line that is guarded as every other: the name of the server is looked up once,
its address judged, and nothing outlasts the deadline.
"""

import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from workflows.outbound.call import Target, trusted
from workflows.outbound.line import Limits
from workflows.outbound.lookup import NoAnswer, Resolve, judged_addresses, look_up

_ADDRESS: Final = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")  # no space, < or >
_GREETING: Final = 220
_OK: Final = 250
_READY: Final = 354
_PERMANENT: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one person is written. The same `message_id` twice is the same letter to whoever sorts mail."""

    to: str
    title: str
    text: str
    message_id: str
    at: datetime


def is_mail_address(text: str) -> bool:
    """Whether mail can be sent there: plain ASCII, one address, nothing around it."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None  # noqa: PLR2004 - RFC 5321


def send_mail(
    target: Target,
    letter: Letter,
    *,
    sender: str,
    username: str,
    password: str,
    limits: Limits,
    resolve: Resolve = look_up,
) -> None:
    """Hand one letter to the server. Raises NoAnswer `mail.*` and `http.host_unknown`, `http.address_refused`."""
    if not is_mail_address(letter.to):
        raise NoAnswer(
            "mail.address_unfit", "Expected a plain mail address, found another.", is_sent=False, is_final=True
        )
    content = _content(letter, sender=sender)
    sending = _Sending()
    try:
        with _line(target, limits=limits, resolve=resolve) as server:
            _greet(server, target, username=username, password=password)
            _expect(server.mail(sender), _OK)
            _expect(server.rcpt(letter.to), _OK)
            _expect(server.docmd("data"), _READY)
            sending.is_sent = True
            server.send(content)
            _expect(server.getreply(), _OK)
    except smtplib.SMTPAuthenticationError:
        raise _final(
            "mail.sign_in_refused", "Expected the mail server to know us, found our sign-in refused."
        ) from None
    except ssl.SSLCertVerificationError:
        message = "Expected a certificate that vouches for the host, found one that does not."
        raise _final("http.certificate_refused", message) from None
    except (smtplib.SMTPException, OSError) as error:
        what = "an answer in time" if isinstance(error, TimeoutError) else "a whole answer"
        message = f"Expected {what} from the mail server, found none."
        raise NoAnswer("mail.unanswered", message, is_sent=sending.is_sent) from None


@dataclass(slots=True)
class _Sending:
    """Whether the server may have the letter already."""

    is_sent: bool = False


def _content(letter: Letter, *, sender: str) -> bytes:
    """The letter as SMTP carries it, with its end. A line of one dot would end it early, so dots are doubled."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, letter.to, letter.title
    mail["Date"], mail["Message-ID"] = format_datetime(letter.at), letter.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text, cte="base64")
    return re.sub(rb"(?m)^\.", b"..", mail.as_bytes()) + b".\r\n"


def _greet(server: smtplib.SMTP, target: Target, *, username: str, password: str) -> None:
    server.ehlo_or_helo_if_needed()
    if target.scheme == "smtp":
        if server.has_extn("starttls"):
            server.starttls(context=trusted())
            server.ehlo_or_helo_if_needed()
        elif not target.networks:
            message = "Expected a mail server that encrypts (STARTTLS), found one that does not."
            raise _final("mail.not_encrypted", message)
    if password:
        server.login(username, password)


def _expect(answered: tuple[int, bytes], wanted: int) -> None:
    """Raises NoAnswer for a refusal: nothing was taken, and 4xx may be taken later. 250 and 251 are yes."""
    status = answered[0]
    if status == wanted or (wanted == _OK and status // 10 == 25):  # noqa: PLR2004
        return
    raise NoAnswer(
        "mail.refused", f"Expected the mail server to take it, found {status}.",
        is_sent=False, is_final=status >= _PERMANENT, status=status,
    )  # fmt: skip


def _final(code: str, message: str) -> NoAnswer:
    return NoAnswer(code, message, is_sent=False, is_final=True)


@contextmanager
def _line(target: Target, *, limits: Limits, resolve: Resolve) -> Iterator[smtplib.SMTP]:
    """A server that has greeted us."""
    ends_at = time.monotonic() + limits.total
    # Whether it will encrypt is known only later; a server of ours may be in a network of ours alone.
    is_plain = target.scheme == "smtp" and bool(target.networks)
    addresses = judged_addresses(
        target.host, target.port, networks=target.networks, is_plain=is_plain, resolve=resolve, seconds=limits.connect
    )
    server = _Server(target, addresses[0], limits)
    # Cut off at the deadline, however slowly it goes on talking.
    cut = threading.Timer(max(ends_at - time.monotonic(), 0.0), server.cut)
    cut.daemon = True
    cut.start()
    try:
        _expect(server.connect(target.host, target.port), _GREETING)
        yield server
    finally:
        cut.cancel()
        server.close()


class _Server(smtplib.SMTP):
    """A line to the judged address. The host's name stays what its certificate must say."""

    def __init__(self, target: Target, address: str, limits: Limits) -> None:
        super().__init__(local_hostname="localhost.localdomain", timeout=limits.read)
        self._host = target.host
        self._is_encrypted = target.scheme == "smtps"
        self._address, self._connect_seconds = address, limits.connect

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = socket.create_connection((self._address, port), self._connect_seconds)
        line.settimeout(timeout)
        return trusted().wrap_socket(line, server_hostname=host) if self._is_encrypted else line

    def cut(self) -> None:
        """End the line under whoever waits on it."""
        line = self.sock
        if line is not None:
            with suppress(OSError):  # it may have ended by itself
                line.shutdown(socket.SHUT_RDWR)
