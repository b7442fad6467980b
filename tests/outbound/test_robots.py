"""What robots of chat groups are sent over a real line, and what their answers mean."""

import base64
import hashlib
import hmac
import json
import logging
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bedrock.clock import now
from bedrock.errors import BadInput
from tests.outbound.conftest import BY, LOOPBACK, job
from tests.outbound.receiver import Receiver, Says, answer, silence
from workflows.actions.connections import ChannelUse, declare_channel
from workflows.engine.work import GiveUp
from workflows.models import Connection
from workflows.outbound import channels
from workflows.outbound.carry import carry_out
from workflows.outbound.channels import Undelivered, tell_robot
from workflows.outbound.line import Limits
from workflows.outbound.robots import Said

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 26, 1, 0, tzinfo=UTC)
STAMP = 1769389200
ZH = Said(title="退款", text='订单 A1\n<at user_id="all">所有人</at> <@all>')
EN = Said(title="Refund", text="Order A1")
YES = answer(body=b'{"errcode":0,"errmsg":"ok"}')


@pytest.fixture(autouse=True)
def _tokens(settings: Any) -> None:
    settings.ORDERFLOW_CONNECTION_SECRETS = {"TOKEN": "t0k3n-of/the+group", "SIGN": "SECabc"}


def declare(port: int, kind: str, *, signing: str = "") -> None:
    declare_channel(
        "group", use=ChannelUse(kind=kind, secret="TOKEN", signing_secret=signing),
        base_url=f"http://127.0.0.1:{port}", networks=LOOPBACK, by=BY, now=now(),
    )  # fmt: skip


def hang_up(*_: object) -> None:
    """Hear the request out and say nothing at all."""


def told(kind: str, *, signing: str = "", **said: Said) -> tuple[str, dict[str, list[str]], Any]:
    """Path, query and JSON of what a robot was sent."""
    with Receiver(YES if kind != "feishu" else answer(body=b'{"code":0,"msg":"success"}')) as receiver:
        declare(receiver.port, kind, signing=signing)
        tell_robot("group", said or {"zh": ZH}, now=AT)
    [heard] = receiver.heard
    address = urlsplit(heard.first_line.split()[1])
    return address.path, parse_qs(address.query), json.loads(heard.body)


def test_dingtalk_gets_plain_text_signed_by_time_and_secret() -> None:
    path, query, body = told("dingtalk", signing="SIGN")

    mac = hmac.new(b"SECabc", f"{STAMP}000\nSECabc".encode(), hashlib.sha256).digest()
    assert path == "/robot/send"
    assert query == {
        "access_token": ["t0k3n-of/the+group"], "timestamp": [f"{STAMP}000"], "sign": [base64.b64encode(mac).decode()],
    }  # fmt: skip
    assert body == {"msgtype": "text", "text": {"content": ZH.whole}, "at": {"isAtAll": False}}


def test_wecom_gets_plain_text_that_calls_nobody_and_is_not_too_long() -> None:
    path, query, body = told("wecom", zh=ZH, en=EN)
    *_, cut = told("wecom", zh=Said(title="", text="长" * 2000))

    assert (path, query) == ("/cgi-bin/webhook/send", {"key": ["t0k3n-of/the+group"]})
    content = '退款\n订单 A1\n<at user_id="all">所有人</at> ＜@all>\n\nRefund\nOrder A1'
    assert body == {"msgtype": "text", "text": {"content": content}}
    assert cut["text"]["content"] == "长" * 681 + "…"
    assert len(cut["text"]["content"].encode()) == 2046


def test_feishu_gets_a_post_in_each_language_in_which_tags_are_only_text() -> None:
    path, query, body = told("feishu", signing="SIGN", zh=ZH, en=EN)

    mac = hmac.new(f"{STAMP}\nSECabc".encode(), b"", hashlib.sha256).digest()
    assert (path, query) == ("/open-apis/bot/v2/hook/t0k3n-of%2Fthe%2Bgroup", {})
    assert (body["timestamp"], body["sign"]) == (str(STAMP), base64.b64encode(mac).decode())
    lines = [[{"tag": "text", "text": line}] for line in ZH.text.split("\n")]
    assert body["content"]["post"] == {
        "zh_cn": {"title": "退款", "content": lines},
        "en_us": {"title": "Refund", "content": [[{"tag": "text", "text": "Order A1"}]]},
    }


@pytest.mark.parametrize(
    ("kind", "says", "fate", "code"),
    [
        ("dingtalk", answer(body=b'{"errcode":310000}'), "failed", "robot.refused"),
        ("dingtalk", answer(body=b'{"errcode":130101}'), "later", "robot.refused"),
        ("wecom", answer(body=b'{"errcode":93000}'), "failed", "robot.refused"),
        ("wecom", answer(body=b'{"errcode":45009}'), "later", "robot.refused"),
        ("feishu", answer(body=b'{"code":19021}'), "failed", "robot.refused"),
        ("feishu", answer(body=b'{"code":9499}'), "later", "robot.refused"),
        ("feishu", answer(body=b'{"code":true}'), "unknown", "robot.answer_unreadable"),
        ("wecom", answer(body=b"<html>"), "unknown", "robot.answer_unreadable"),
        ("wecom", answer("429 Slow"), "later", "robot.refused"),
        ("wecom", answer("404 No"), "failed", "robot.refused"),
        ("wecom", answer("302 Away", location="http://127.0.0.1:1/"), "failed", "robot.refused"),
        ("wecom", answer("502 Bad"), "unknown", "robot.refused"),
        ("wecom", hang_up, "unknown", "http.line_cut"),
        ("wecom", silence, "unknown", "http.timed_out"),
    ],
)
def test_every_answer_says_whether_the_group_has_read_it(
    kind: str, says: Says, fate: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if says is silence:
        monkeypatch.setattr(channels, "LIMITS", Limits(connect=3, read=0.1, total=3, answer_bytes=1_000))
    with Receiver(says) as receiver:
        declare(receiver.port, kind)
        with pytest.raises(Undelivered) as failed:
            tell_robot("group", {"zh": ZH}, now=AT)

    assert (failed.value.fate, failed.value.code, receiver.connections) == (fate, code, 1)


def test_a_robot_inside_is_not_called_unless_its_network_is_named() -> None:
    with Receiver(YES) as receiver:
        declare(receiver.port, "wecom")
        Connection.objects.update(networks=["10.0.0.0/8"])
        with pytest.raises(Undelivered) as failed:
            tell_robot("group", {"zh": ZH}, now=AT)

    assert (failed.value.fate, failed.value.code, receiver.connections) == ("failed", "http.address_refused", 0)


def test_a_request_step_cannot_borrow_a_robots_token() -> None:
    with Receiver(YES) as receiver:
        declare(receiver.port, "wecom")
        result = carry_out(job({"connection": "group"}))

    assert isinstance(result, GiveUp)
    assert (result.code, receiver.connections) == ("connection.unknown", 0)


def test_neither_token_nor_text_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told("dingtalk", signing="SIGN")

    seen = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "people told" in seen
    assert [secret for secret in ("t0k3n", "SECabc", "退款") if secret in seen] == []


@pytest.mark.parametrize(
    ("use", "code"),
    [
        (ChannelUse(kind="wecom"), "connection.secret_needed"),
        (ChannelUse(kind="wecom", secret="TOKEN", signing_secret="SIGN"), "connection.signing_unknown"),
        (ChannelUse(kind="wecom", secret="ABSENT"), "connection.secret_unknown"),
        (ChannelUse(kind="mail", sender="flow"), "connection.sender_malformed"),
        (ChannelUse(kind="mail", sender="flow@example.com", secret="TOKEN"), "connection.secret_needed"),
    ],
)
def test_what_could_not_work_is_not_declared(use: ChannelUse, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        declare_channel("group", use=use, base_url="smtps://mail.example.com", by=BY, now=now())

    assert (refused.value.code, Connection.objects.count()) == (code, 0)
