"""From text to tokens, one character at a time. Every token knows its character offsets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from workflows.engine.expressions.errors import ExpressionError
from workflows.engine.expressions.syntax import MAX_TEXT
from workflows.engine.values import MAX_DIGITS
from workflows.engine.variables import MAX_NAME

SHOWN: Final = 40


class TokenKind(StrEnum):
    """The families of tokens."""

    NUMBER = "number"
    WORD = "word"
    TEXT = "text"
    REFERENCE = "reference"
    SYMBOL = "symbol"
    BROKEN = "broken"  # the text cannot be read from here on; the value is the error
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its characters, and for texts and references what they stand for (str, tuple of names)."""

    kind: TokenKind
    text: str
    start: int
    end: int
    value: Any = None

    @property
    def shown(self) -> str:
        """The token as an error names it."""
        return "the end" if self.kind is TokenKind.END else shorten(self.text)


# Longest first, so that <= is not read as <.
_SYMBOLS: Final = (
    "==",
    "!=",
    "<=",
    ">=",
    "&&",
    "||",
    "..",
    "<",
    ">",
    "!",
    "+",
    "-",
    "*",
    "/",
    "%",
    "(",
    ")",
    "[",
    "]",
    ",",
)
_FULL_WIDTH: Final = {
    **{chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)},
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "、": ",",
    "。": ".",
    "【": "[",
    "】": "]",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "×": "*",
    "÷": "/",
    "−": "-",
    "￥": "CNY",
    "¥": "CNY",
}
_SPACES: Final = frozenset(" \t\r\n\u3000\u00a0")
_DIGITS: Final = frozenset("0123456789")
_ESCAPES: Final = {"'": "'", '"': '"', "\\": "\\", "n": "\n", "t": "\t"}


def shorten(text: str) -> str:
    """The text cut to a length an error message can carry."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def tokenize(text: str) -> list[Token]:
    """All tokens of the text and an END, or up to a BROKEN one at the first characters that fit nowhere.

    A broken token is an error only when the parser comes to it: what stands left of it is reported first.
    Raises ExpressionError at once only for a text that is too long.
    """
    if len(text) > MAX_TEXT:
        raise ExpressionError(
            "expression.text_too_long",
            start=MAX_TEXT,
            end=len(text),
            limit=MAX_TEXT,
            found=len(text),
        )
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        if text[at] in _SPACES:
            at += 1
            continue
        try:
            token = _token_at(text, at)
        except ExpressionError as error:
            return [*tokens, Token(TokenKind.BROKEN, text[at], at, at + 1, error)]
        tokens.append(token)
        at = token.end
    tokens.append(Token(TokenKind.END, "", len(text), len(text)))
    return tokens


def _token_at(text: str, at: int) -> Token:
    character = text[at]
    if character in _DIGITS:
        return _number(text, at)
    if character in "'\"":
        return _quoted(text, at)
    if text.startswith("${", at):
        return _reference(text, at)
    symbol = next((symbol for symbol in _SYMBOLS if text.startswith(symbol, at)), None)
    if symbol is not None:
        return Token(TokenKind.SYMBOL, symbol, at, at + len(symbol))
    if character == "=":
        raise ExpressionError("expression.single_equals", start=at, end=at + 1)
    if character in _FULL_WIDTH:
        raise ExpressionError(
            "expression.full_width",
            start=at,
            end=at + 1,
            expected=_FULL_WIDTH[character],
            found=character,
        )
    if character == "_" or character.isalpha():
        return _word(text, at)
    found = character if character.isprintable() else f"U+{ord(character):04X}"
    raise ExpressionError("expression.unexpected_character", start=at, end=at + 1, found=found)


def _run(text: str, at: int) -> int:
    """Where the run of letters, digits and _ that starts at `at` ends."""
    while at < len(text) and (text[at] == "_" or text[at].isalnum()) and text[at] not in _FULL_WIDTH:
        at += 1
    return at


def _digits(text: str, at: int) -> int:
    while at < len(text) and text[at] in _DIGITS:
        at += 1
    return at


def _number(text: str, start: int) -> Token:
    end = _digits(text, start)
    digits = end - start
    if text.startswith(".", end) and not text.startswith("..", end):  # two are the span between two values
        point = end
        end = _digits(text, point + 1)
        digits = end - start - 1
        if end == point + 1:
            found = shorten(text[start : end + 1])
            raise ExpressionError("expression.bad_number", start=start, end=end, found=found)
    if digits > MAX_DIGITS:
        raise ExpressionError("expression.number_too_long", start=start, end=end, limit=MAX_DIGITS, found=digits)
    return Token(TokenKind.NUMBER, text[start:end], start, end)


def _word(text: str, start: int) -> Token:
    end = _run(text, start)
    return Token(TokenKind.WORD, text[start:end], start, end)


def _quoted(text: str, start: int) -> Token:
    quote = text[start]
    parts: list[str] = []
    at = start + 1
    while at < len(text) and text[at] != quote:
        character = text[at]
        if character == "\\":
            escaped = text[at + 1 : at + 2]
            if escaped not in _ESCAPES:
                found = f"\\{escaped}" if escaped.isprintable() else "a control character"
                raise ExpressionError("expression.bad_escape", start=at, end=min(at + 2, len(text)), found=found)
            parts.append(_ESCAPES[escaped])
            at += 2
            continue
        if character < " " or character == "\x7f" or "\ud800" <= character <= "\udfff":
            found = f"U+{ord(character):04X}"
            raise ExpressionError("expression.unexpected_character", start=at, end=at + 1, found=found)
        parts.append(character)
        at += 1
    if at >= len(text):
        raise ExpressionError("expression.unclosed_text", start=start, end=len(text), expected=quote)
    return Token(TokenKind.TEXT, text[start : at + 1], start, at + 1, "".join(parts))


def _reference(text: str, start: int) -> Token:
    names: list[str] = []
    at = start + 2
    while True:
        at = _skip_spaces(text, at)
        end = _run(text, at)
        name = text[at:end]
        if not name.isidentifier() or len(name) > MAX_NAME:
            end = max(end, min(at + 1, len(text)))
            found = shorten(text[at:end]) if text[at:end].isprintable() and at < len(text) else "the end"
            raise ExpressionError("expression.bad_name", start=at, end=end, limit=MAX_NAME, found=found)
        names.append(name)
        at = _skip_spaces(text, end)
        if text.startswith("}", at):
            return Token(TokenKind.REFERENCE, text[start : at + 1], start, at + 1, tuple(names))
        if not text.startswith(".", at):
            found = shorten(text[at : at + 1]) or "the end"
            raise ExpressionError(
                "expression.unclosed_reference",
                start=start,
                end=min(at + 1, len(text)),
                found=found,
            )
        at += 1


def _skip_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACES:
        at += 1
    return at
