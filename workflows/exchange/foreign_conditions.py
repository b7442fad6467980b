"""Conditions of other tools, FEEL and JUEL, in our language: only where the meaning stays exactly the same.

The rewrite knows texts that compare variables with constants and with each other, joined by and and or. Whatever could
turn out differently when a value is missing, in a rounding or in a conversion of types, is refused.
"""

import re
from typing import Literal

from workflows.engine.expressions.errors import ExpressionError
from workflows.engine.expressions.language import parse
from workflows.engine.expressions.syntax import MAX_TEXT

LANGUAGE = "urn:orderflow:conditions:1"
Dialect = Literal["feel", "juel"]

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?(?![\w.]))
      | (?P<text>"[^"\\\r\n]*"|'[^'\\\r\n]*')
      | (?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
      | (?P<sign>&&|\|\||==|!=|<=|>=|[<>=!()+*-]))""",
    re.VERBOSE,
)
_WRAPPED = re.compile(r"[$#]\{([^{}]*)\}", re.DOTALL)
_JUEL = {"&&": "and", "||": "or", "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=", "not": "!"}
_FEEL = {"=": "==", "not": "!"}
# Words that mean something else there, or nothing here.
_REFUSED = frozenset(
    {
        "between", "instance", "of", "if", "then", "else", "for", "some", "every", "satisfies", "return", "function",
        "in", "empty", "instanceof", "div", "mod", "is",
    }
)  # fmt: skip
_OPENS = frozenset({"and", "or", "==", "!=", "<", "<=", ">", ">=", "("})  # a minus behind one of these is a sign
_CONSTANTS = frozenset({"true", "false"})


class _NotExact(Exception):  # noqa: N818 - never leaves this module
    """The text has a part that cannot be said exactly."""


def dialect_of(text: str, language: str) -> Dialect | None:
    """Which language a condition is written in, by what the file says of it and by its form."""
    if "feel" in language.lower() or (not language and text.lstrip().startswith("=")):
        return "feel"
    return "juel" if _WRAPPED.fullmatch(text.strip()) else None


def in_our_language(text: str, language: str) -> str | None:
    """The same condition as we write it, or None when that is not exactly possible."""
    if language == LANGUAGE:
        return text
    if len(text) > MAX_TEXT:
        return None
    dialect = dialect_of(text, language)
    if dialect is None:
        # Nobody else writes comparisons around ${…}: it was written for us, by hand or by a program.
        return text.strip() if not language and "${" in text and _reads(text.strip()) else None
    wrapped = _WRAPPED.fullmatch(text.strip())
    body = wrapped.group(1) if wrapped and dialect == "juel" else text.strip().removeprefix("=")
    try:
        found = _rewritten(_tokens(body, dialect), dialect)
    except _NotExact:
        return None
    return found if _reads(found) else None


def _reads(text: str) -> bool:
    try:
        parse(text)
    except ExpressionError:
        return False
    return True


def _tokens(text: str, dialect: Dialect) -> list[str]:
    """Our spelling of each token; a variable as `${name}`."""
    words = _JUEL if dialect == "juel" else _FEEL
    tokens: list[str] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _NotExact
        said = _spelled(found.group(found.lastgroup or 0), found.lastgroup or "", words, dialect)
        is_negative = found.lastgroup == "number" and tokens[-1:] == ["-"] and (tokens[-2:-1] or ["("])[0] in _OPENS
        tokens[len(tokens) - is_negative :] = [f"-{said}" if is_negative else said]
        at = found.end()
    return tokens


def _spelled(said: str, group: str, words: dict[str, str], dialect: Dialect) -> str:
    if group == "name" and said not in words:
        if said in _REFUSED:
            raise _NotExact
        return said if said in {"and", "or", "null"} | _CONSTANTS else f"${{{said}}}"
    if (group == "sign" and said == "=" and dialect == "juel") or (said in {"==", "&&", "||"} and dialect == "feel"):
        raise _NotExact
    if group == "text" and said.startswith("'") and dialect == "feel":
        raise _NotExact
    return words.get(said, said) if group != "text" else said


def _rewritten(tokens: list[str], dialect: Dialect) -> str:
    said: list[str] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token == "!":  # noqa: S105 - a part of a text
            part, at = _negation(tokens, at, dialect)
            said.append(part)
        elif token in _HOLDS_FOR_NOTHING[dialect]:
            said[-1:] = [_comparison(tokens, at)]
            at += 2
        elif token in {"null", "-"} | _COMPUTES[dialect]:
            raise _NotExact
        else:
            said.append(token)
            at += 1
    return " ".join(said).replace("( ", "(").replace(" )", ")")


# Operators that are true for two missing values, or for one: unknown with us, so that one side must be a constant.
_HOLDS_FOR_NOTHING: dict[Dialect, frozenset[str]] = {
    "juel": frozenset({"==", "!=", "<=", ">="}),
    "feel": frozenset({"==", "!="}),
}
# A missing number counts as zero in JUEL.
_COMPUTES: dict[Dialect, frozenset[str]] = {"juel": frozenset({"+", "*"}), "feel": frozenset()}


def _comparison(tokens: list[str], at: int) -> str:
    """One variable and one constant with the operator at `at` between them."""
    if not 0 < at < len(tokens) - 1 or not _stands_alone(tokens, at):
        raise _NotExact
    left, operator, right = tokens[at - 1 : at + 2]
    if left.startswith("$") and right == "null" and operator in {"==", "!="}:
        return f"{left} is empty" if operator == "==" else f"{left} is not empty"
    name, constant = (left, right) if left.startswith("$") else (right, left)
    if not name.startswith("$") or not _is_constant(constant):
        raise _NotExact
    told = f"{left} {operator} {right}"
    return f"({name} is empty or {told})" if operator == "!=" else told


def _negation(tokens: list[str], at: int, dialect: Dialect) -> tuple[str, int]:
    """`!flag` or `not(flag)`: of one variable alone, because a missing value makes larger ones differ."""
    inner = tokens[at + 1 : at + 4]
    name, after = (inner[1], at + 4) if inner[:1] == ["("] and inner[2:] == [")"] else ((inner or [""])[0], at + 2)
    if not name.startswith("$") or (after < len(tokens) and tokens[after] not in {"and", "or", ")"}):
        raise _NotExact
    return (f"({name} is empty or not {name})" if dialect == "juel" else f"not {name}"), after


def _stands_alone(tokens: list[str], at: int) -> bool:
    """The two sides of the operator at `at` are one token each."""
    before = tokens[at - 2] if at >= 2 else "("  # noqa: PLR2004 - left side and what stands before it
    behind = tokens[at + 2] if at + 2 < len(tokens) else ")"
    return before in {"and", "or", "("} and behind in {"and", "or", ")"}


def _is_constant(token: str) -> bool:
    return token.removeprefix("-")[:1].isdigit() or token[:1] in {'"', "'"} or token in _CONSTANTS
