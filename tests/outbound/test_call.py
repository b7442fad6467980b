"""One call over a real line: what comes back whole, and how each way of failing is told."""

import gzip
import socket
import tracemalloc
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any

import pytest

from tests.outbound.receiver import Receiver, Says, answer, drip, silence
from workflows.outbound.addresses import parse_network
from workflows.outbound.call import Answer, Message, Target, call
from workflows.outbound.line import Limits
from workflows.outbound.lookup import NoAnswer

PATIENT = Limits(connect=30, read=30, total=30, answer_bytes=1_000)
READ_0 = Limits(connect=30, read=0.05, total=30, answer_bytes=1_000)
TOTAL_0 = Limits(connect=30, read=30, total=0.2, answer_bytes=1_000)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def target(
    port: int, *, host: str = "127.0.0.1", scheme: str = "http", networks: Sequence[str] = ("127.0.0.0/8",)
) -> Target:
    named = tuple(network for text in networks if (network := parse_network(text)) is not None)
    return Target(scheme=scheme, host=host, port=port, base_path="", networks=named)


def ask(where: Target, *, limits: Limits = PATIENT, body: bytes | None = None, **options: Any) -> Answer:
    message = Message(method="POST" if body else "GET", address="/orders/1?x=y", headers={"X-One": "1"}, body=body)
    return call(where, message, limits=limits, **options)


def failure(where: Target, **options: Any) -> tuple[str, bool, bool]:
    with pytest.raises(NoAnswer) as failed:
        ask(where, **options)
    return failed.value.code, failed.value.is_sent, failed.value.is_final


def test_a_request_arrives_as_it_was_written_and_its_answer_comes_back() -> None:
    with Receiver(answer("201 Created", body=b'{"id": 7}', x_trace="t")) as receiver:
        got = ask(target(receiver.port), body=b'{"no": "A1"}')

    assert (got.status, got.body, got.headers["x-trace"]) == (201, b'{"id": 7}', "t")
    heard = receiver.heard[0]
    assert (heard.first_line, heard.body) == ("POST /orders/1?x=y HTTP/1.1", b'{"no": "A1"}')
    assert heard.headers == {
        "host": f"127.0.0.1:{receiver.port}", "content-length": "12", "x-one": "1", "accept-encoding": "gzip",
    }  # fmt: skip


def chunked(line: socket.socket, _: Event) -> None:
    line.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n[1,2,\r\n2\r\n3]\r\n0\r\n\r\n")


@pytest.mark.parametrize(
    ("says", "body"),
    [
        (chunked, b"[1,2,3]"),
        (answer(body=gzip.compress(b"[1,2,3]"), content_encoding="gzip"), b"[1,2,3]"),
        (answer(body=b"x" * 1_000), b"x" * 1_000),
    ],
)
def test_answers_in_pieces_packed_or_just_as_large_as_allowed_are_read(says: Says, body: bytes) -> None:
    with Receiver(says) as receiver:
        assert ask(target(receiver.port)).body == body


def cut(said: bytes) -> Says:
    return lambda line, _: line.sendall(said)


PACKED = gzip.compress(b"0" * 100)


@pytest.mark.parametrize(
    ("says", "limits", "told"),
    [
        pytest.param(silence, READ_0, ("http.timed_out", True, False), id="silent"),
        pytest.param(drip(b"", b"X"), TOTAL_0, ("http.timed_out", True, False), id="slow headers"),
        pytest.param(
            drip(HEAD + b"Content-Length: 999\r\n\r\n", b"1"), TOTAL_0, ("http.timed_out", True, False), id="slow body"
        ),
        pytest.param(
            drip(b"", b"HTTP/1.1 102 Processing\r\n\r\n"), TOTAL_0, ("http.timed_out", True, False), id="never done"
        ),
        pytest.param(cut(b""), PATIENT, ("http.line_cut", True, False), id="cut before the answer"),
        pytest.param(cut(HEAD), PATIENT, ("http.line_cut", True, False), id="cut in the headers"),
        pytest.param(
            cut(HEAD + b"Content-Length: 9\r\n\r\n123"), PATIENT, ("http.line_cut", True, False), id="cut in the body"
        ),
        pytest.param(cut(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), PATIENT, ("http.line_cut", True, False), id="not http"),
        pytest.param(drip(HEAD, b"X-Y: z\r\n" * 999), PATIENT, ("http.line_cut", True, False), id="endless headers"),
        pytest.param(
            answer(body=b"x" * 1_001), PATIENT, ("http.answer_too_large", True, True), id="one byte too large"
        ),
        pytest.param(
            drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"64\r\n" + b"1" * 100 + b"\r\n"), PATIENT,
            ("http.answer_too_large", True, True), id="endless body",
        ),
        pytest.param(
            answer(body=gzip.compress(b"0" * 50_000_000), content_encoding="gzip"), PATIENT,
            ("http.answer_too_large", True, True), id="gzip bomb",
        ),
        pytest.param(
            answer(body=PACKED[:-4], content_encoding="gzip"), PATIENT, ("http.answer_unreadable", True, True),
            id="half a gzip",
        ),
        pytest.param(
            answer(body=b"plain", content_encoding="gzip"), PATIENT, ("http.answer_unreadable", True, True),
            id="no gzip",
        ),
        pytest.param(
            answer(body=b"x", content_encoding="br"), PATIENT, ("http.answer_unreadable", True, True),
            id="an encoding that was not asked for",
        ),
    ],
)  # fmt: skip
def test_each_way_of_failing_has_its_name(says: Says, limits: Limits, told: tuple[str, bool, bool]) -> None:
    with Receiver(says) as receiver:
        assert failure(target(receiver.port), limits=limits) == told

    assert receiver.connections == 1


def test_a_bomb_is_never_held_unpacked() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    with Receiver(answer(body=bomb, content_encoding="gzip")) as receiver:
        tracemalloc.start()
        told = failure(target(receiver.port))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert told == ("http.answer_too_large", True, True)
    assert most < 2_000_000


def test_a_redirect_is_an_answer_and_nobody_follows_it() -> None:
    with (
        Receiver(answer()) as inside,
        Receiver(answer("302 Found", location=f"http://127.0.0.1:{inside.port}/secrets")) as receiver,
    ):
        got = ask(target(receiver.port))

    assert got.status == 302
    assert (receiver.connections, inside.connections) == (1, 0)


def test_a_body_that_nobody_wants_is_not_read() -> None:
    with Receiver(drip(HEAD + b"Content-Length: 999\r\n\r\n", b"1")) as receiver:
        assert ask(target(receiver.port), reads_body=lambda status: status != 200).body == b""


def test_no_proxy_of_the_environment_hears_of_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver(answer(body=b"1")) as receiver, Receiver(answer(body=b"2")) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")

        assert ask(target(receiver.port)).body == b"1"

    assert proxy.connections == 0


def test_a_line_that_never_stands_is_told_as_not_sent() -> None:
    with Receiver(silence) as closed:
        port = closed.port
    hanging = Event()

    assert failure(target(port)) == ("http.unreachable", False, False)
    assert failure(target(port, host="erp.test"), resolve=lambda *_: []) == ("http.host_unknown", False, False)
    limits = Limits(connect=0.05, read=30, total=30, answer_bytes=1_000)
    assert failure(
        target(port, host="erp.test"), limits=limits, resolve=lambda *_: [str(hanging.wait())]
    ) == ("http.connect_timed_out", False, False)  # fmt: skip
    hanging.set()


def test_who_speaks_no_tls_never_hears_the_request() -> None:
    with Receiver(answer()) as receiver:
        told = failure(target(receiver.port, scheme="https"), limits=READ_0)

    assert told in {("http.unreachable", False, False), ("http.connect_timed_out", False, False)}
    assert receiver.heard == []


def test_the_name_is_looked_up_once_and_the_line_goes_to_that_address() -> None:
    asked: list[tuple[str, int]] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    with Receiver(answer(body=b"1")) as receiver:
        got = ask(target(receiver.port, host="erp.test"), resolve=rebinding)

    assert got.body == b"1"
    assert asked == [("erp.test", receiver.port)]
    assert receiver.heard[0].headers["host"] == f"erp.test:{receiver.port}"


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    with Receiver(answer(body=b"1")) as receiver:
        got = ask(target(receiver.port, host="erp.test"), resolve=lambda *_: ["127.9.9.9", "127.0.0.1"])

    assert got.body == b"1"


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1", "10.0.0.1"], ["10.0.0.1", "127.0.0.1"], ["::1"], ["::ffff:169.254.169.254"], ["169.254.169.254"],
        ["fe80::1%1"], ["8.8.8.8"], ["nonsense"],
    ],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_too_is_refused_whole(found: list[str]) -> None:
    with Receiver(answer()) as receiver:
        told = failure(target(receiver.port, host="erp.test"), resolve=lambda *_: found)

    assert told == ("http.address_refused", False, True)
    assert receiver.connections == 0


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "::1", "::ffff:127.0.0.1", "::",
        "127.0.0.1.", "0.0.0.0",  # noqa: S104 - nothing is bound
    ],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_way_of_writing_this_machine_reaches_it_without_its_network(host: str, scheme: str) -> None:
    with Receiver(answer()) as receiver:
        code, is_sent, _ = failure(target(receiver.port, host=host, scheme=scheme, networks=()))

    assert (code in {"http.address_refused", "http.host_unknown"}, is_sent) == (True, False)
    assert receiver.connections == 0


def test_who_is_asked_before_sending_may_stop_the_call() -> None:
    class Stopped(Exception):  # noqa: N818
        pass

    def stop() -> None:
        raise Stopped

    with Receiver(answer()) as receiver:
        with pytest.raises(Stopped):
            ask(target(receiver.port), before_sending=stop)
        noted: list[Callable[[], None] | int] = []
        ask(target(receiver.port), body=b"[1]", before_sending=lambda: noted.append(len(receiver.heard)))

    assert noted == [0]
    assert len(receiver.heard) == 1
