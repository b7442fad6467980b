"""One letter to a real server: how it arrives, and how each way of failing is told."""

import socket
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.outbound.mail_server import DRIP, HANG_UP, SILENCE, MailServer
from workflows.outbound.addresses import parse_network
from workflows.outbound.call import Target
from workflows.outbound.line import Limits
from workflows.outbound.lookup import NoAnswer
from workflows.outbound.mail import Letter, send_mail

LIMITS = Limits(connect=5, read=5, total=5, answer_bytes=1_000)
AT = datetime(2026, 1, 26, 1, 0, tzinfo=UTC)
TEXT = "订单 A1 已发货\n.\n.. 两个点\n© <b>不是标签</b>"


def letter(**changes: str) -> Letter:
    told = {"to": "li@example.com", "title": "已发货:A1", "text": TEXT, "message_id": "<1@orderflow.invalid>"}
    return Letter(at=AT, **(told | changes))


def where(port: int, *, network: str = "127.0.0.0/8", scheme: str = "smtp", host: str = "127.0.0.1") -> Target:
    found = parse_network(network) if network else None
    return Target(scheme=scheme, host=host, port=port, base_path="", networks=(found,) if found else ())


def send(target: Target, one: Letter | None = None, **options: Any) -> None:
    given: dict[str, Any] = {"sender": "flow@example.com", "username": "", "password": "", "limits": LIMITS} | options
    send_mail(target, one or letter(), **given)


def failure(target: Target, one: Letter | None = None, **options: Any) -> tuple[str, bool, bool]:
    with pytest.raises(NoAnswer) as failed:
        send(target, one, **options)
    return failed.value.code, failed.value.is_sent, failed.value.is_final


def test_a_letter_arrives_as_it_was_written() -> None:
    with MailServer() as server:
        send(where(server.port))

    [taken] = server.taken
    assert (taken.sender, taken.receiver) == ("flow@example.com", "li@example.com")
    mail = taken.mail
    assert (mail["From"], mail["To"], mail["Subject"]) == ("flow@example.com", "li@example.com", "已发货:A1")
    assert (mail["Message-ID"], mail["Auto-Submitted"]) == ("<1@orderflow.invalid>", "auto-generated")
    assert mail["Date"].datetime == AT
    assert (mail.get_content_type(), mail.get_content().split()) == ("text/plain", TEXT.split())


def test_the_password_is_given_where_one_is_asked_for() -> None:
    with MailServer(offers=("AUTH PLAIN",)) as server:
        send(where(server.port), username="flow", password="s3cret")

    assert "AUTH PLAIN AGZsb3cAczNjcmV0" in server.said
    assert len(server.taken) == 1


@pytest.mark.parametrize(
    ("replies", "told", "letters"),
    [
        ({"hello": "554 no"}, ("mail.refused", False, True), 0),
        ({"hello": "421 later"}, ("mail.refused", False, False), 0),
        ({"hello": HANG_UP}, ("mail.unanswered", False, False), 0),
        ({"mail": "550 not you"}, ("mail.refused", False, True), 0),
        ({"rcpt": "550 nobody"}, ("mail.refused", False, True), 0),
        ({"rcpt": "450 greylisted"}, ("mail.refused", False, False), 0),
        ({"data": "451 later"}, ("mail.refused", False, False), 0),
        ({".": "552 too much"}, ("mail.refused", False, True), 1),
        ({".": "451 later"}, ("mail.refused", False, False), 1),
        ({".": HANG_UP}, ("mail.unanswered", True, False), 1),
    ],
)
def test_each_way_of_failing_says_whether_the_letter_may_be_there(
    replies: dict[str, str], told: tuple[str, bool, bool], letters: int
) -> None:
    with MailServer(replies=replies) as server:
        assert failure(where(server.port)) == told

    assert len(server.taken) == letters


def test_a_sign_in_that_is_refused_is_final() -> None:
    with MailServer(offers=("AUTH PLAIN",), replies={"auth": "535 wrong"}) as server:
        told = failure(where(server.port), username="flow", password="s3cret")

    assert (told, server.taken) == (("mail.sign_in_refused", False, True), [])


@pytest.mark.parametrize("replies", [{"hello": SILENCE}, {"hello": DRIP}, {"rcpt": SILENCE}])
def test_nobody_is_waited_for_longer_than_the_deadline(replies: dict[str, str]) -> None:
    short = Limits(connect=5, read=0.5, total=0.3, answer_bytes=1_000)
    with MailServer(replies=replies) as server:
        assert failure(where(server.port), limits=short) == ("mail.unanswered", False, False)


def test_without_an_answer_to_the_letter_nobody_knows() -> None:
    short = Limits(connect=5, read=0.2, total=5, answer_bytes=1_000)
    with MailServer(replies={".": SILENCE}) as server:
        assert failure(where(server.port), limits=short) == ("mail.unanswered", True, False)


def test_a_server_inside_is_called_only_where_its_network_was_named() -> None:
    with MailServer() as server:
        told = failure(where(server.port, network=""))
        elsewhere = failure(where(server.port, network="10.0.0.0/8"))

    assert (told, elsewhere) == (("http.address_refused", False, True), ("http.address_refused", False, True))
    assert (server.taken, server.said) == ([], [])


def test_plain_mail_outside_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name leads to a public address, and the line is bent to a server that cannot encrypt."""
    plain = socket.create_connection
    with MailServer() as server:
        monkeypatch.setattr(socket, "create_connection", lambda _, *rest: plain(("127.0.0.1", server.port), *rest))
        told = failure(where(25, network="", host="mail.example.com"), resolve=lambda *_: ["8.8.8.8"])

    assert (told, server.taken) == (("mail.not_encrypted", False, True), [])


def test_an_encrypted_line_needs_a_certificate() -> None:
    with MailServer() as server:
        code, is_sent, _ = failure(where(server.port, scheme="smtps"))

    assert (code, is_sent, server.taken) == ("mail.unanswered", False, [])


@pytest.mark.parametrize("address", ["", "li", "li@example.com\r\nRCPT TO:<x@y.z>", "a b@c.d", "<li@c.d>", "李@c.d"])
def test_what_is_no_plain_address_is_never_written_on_the_line(address: str) -> None:
    with MailServer() as server:
        assert failure(where(server.port), letter(to=address)) == ("mail.address_unfit", False, True)

    assert server.said == []
