"""What the robots of chat groups are told, and what their answers mean. Pure: no clock, no line.

Texts go as plain text, never as markdown or cards: what a customer wrote into an order cannot make a link, a picture or
a call to everybody out of it.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from workflows.outbound.call import Message

BASE_URLS: Final = {
    "dingtalk": "https://oapi.dingtalk.com",
    "wecom": "https://qyapi.weixin.qq.com",
    "feishu": "https://open.feishu.cn",
}
SIGNS: Final = frozenset({"dingtalk", "feishu"})  # WeCom has nothing but the key in the address
WECOM_BYTES: Final = 2048

# Of the numbers that a robot may answer, those that pass by themselves: too many messages, system busy.
_PASSING: Final = {
    "dingtalk": frozenset({-1, 130101, 130102, 410100}),
    "wecom": frozenset({-1, 45009, 45033}),
    "feishu": frozenset({9499, 11232, 11233}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A title of one line and a text of several, as they are read."""

    title: str
    text: str

    @property
    def whole(self) -> str:
        """Both as one text."""
        return f"{self.title}\n{self.text}" if self.title and self.text else self.title or self.text


def post_of(kind: str, said: Mapping[str, Said], *, token: str, signing: str, now: datetime) -> Message:
    """The request that tells a robot something in the languages (`zh`, `en`) that are given."""
    address, body = _SPOKEN[kind](said, token, signing, now)
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Message(
        method="POST", address=address, body=content,
        headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": "Orderflow"},
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a robot answered: its own number, 0 for yes; None for what cannot be read."""

    number: int | None
    passes: bool

    @property
    def is_yes(self) -> bool:
        """Whether the message stands in the group."""
        return self.number == 0


def read_answer(kind: str, document: Any) -> Answered:
    """The meaning of the JSON that a robot answered."""
    numbers = [document.get(name) for name in ("errcode", "code", "StatusCode")] if isinstance(document, dict) else []
    number = next((one for one in numbers if isinstance(one, int) and not isinstance(one, bool)), None)
    return Answered(number=number, passes=number in _PASSING[kind])


def _dingtalk(said: Mapping[str, Said], token: str, signing: str, now: datetime) -> tuple[str, Any]:
    address = f"/robot/send?access_token={quote(token, safe='')}"
    if signing:
        stamp = str(int(now.timestamp() * 1000))
        sign = _mac(signing, f"{stamp}\n{signing}")
        address += f"&timestamp={stamp}&sign={quote(sign, safe='')}"
    return address, {"msgtype": "text", "text": {"content": _together(said)}, "at": {"isAtAll": False}}


def _wecom(said: Mapping[str, Said], token: str, *_: object) -> tuple[str, Any]:
    # `<@name>` would call somebody; `@` alone does not.
    text = _cut(_together(said).replace("<@", "＜@"), WECOM_BYTES)
    return f"/cgi-bin/webhook/send?key={quote(token, safe='')}", {"msgtype": "text", "text": {"content": text}}


def _feishu(said: Mapping[str, Said], token: str, signing: str, now: datetime) -> tuple[str, Any]:
    """A post and not a text: only there `<at …>` in what people wrote stays what they wrote."""
    names = {"zh": "zh_cn", "en": "en_us"}
    post = {
        names[language]: {"title": one.title, "content": [[{"tag": "text", "text": line}] for line in _lines(one.text)]}
        for language, one in said.items()
    }
    body: dict[str, Any] = {"msg_type": "post", "content": {"post": post}}
    if signing:
        stamp = str(int(now.timestamp()))
        body |= {"timestamp": stamp, "sign": _mac(f"{stamp}\n{signing}", "")}
    return f"/open-apis/bot/v2/hook/{quote(token, safe='')}", body


_SPOKEN: Final[Mapping[str, Callable[[Mapping[str, Said], str, str, datetime], tuple[str, Any]]]] = {
    "dingtalk": _dingtalk,
    "wecom": _wecom,
    "feishu": _feishu,
}


def _together(said: Mapping[str, Said]) -> str:
    return "\n\n".join(one.whole for one in said.values())


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else [""]


def _mac(key: str, message: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()).decode()


def _cut(text: str, most: int) -> str:
    """At most so many bytes of UTF-8, whole characters, with … where something is missing."""
    encoded = text.encode()
    if len(encoded) <= most:
        return text
    return encoded[: most - 3].decode(errors="ignore") + "…"
