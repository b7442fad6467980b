"""Texts with variables in them, such as `/orders/${orderNo}?state=${state}`: a value fills a place, it never makes one.

An address is cut into its parts before any value is known, and each value is percent-encoded into its part. So no value
can add a segment, climb out of one, begin a query or name a host.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NoReturn
from urllib.parse import quote, unquote

from workflows.engine.expressions.language import Expression, compile_expression
from workflows.engine.state import Json
from workflows.engine.values import Money, plain
from workflows.engine.variables import Kind, Variable

MAX_ADDRESS: Final = 4_000
MAX_HEADER: Final = 2_000

_HOLE: Final = re.compile(r"\$\{[^{}]*\}")
_SAYABLE: Final = frozenset({Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.BOOLEAN, Kind.DATE, Kind.DATETIME})
_WRITABLE: Final = frozenset({Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.BOOLEAN, Kind.DATE, Kind.DATETIME})
# What a written address may not hold: `%` because it would be encoded twice or read as something else.
_REFUSED_IN_ADDRESS: Final = re.compile(r"[\x00-\x20\x7f\\#%{}]")
_REFUSED_IN_PROSE: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]|\$\{")
_REFUSED_IN_HEADER: Final = re.compile(r"[^\x20-\x7e]|\$\{")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_HEADER_TEXT: Final = re.compile(r"[\x20-\x7e]*")
_YES_NO: Final = {"zh": ("是", "否"), "en": ("yes", "no")}
# What values may bring along and no reader could see: controls without line ends, and what turns writing around.
_UNSEEN: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_KEPT_IN_SEGMENT: Final = "-._~!$'()*+,;=:@"
_KEPT_IN_QUERY: Final = "-._~!$'()*,;:@/?"


class TemplateMalformed(ValueError):  # noqa: N818 - named for what happened, like every error of this house
    """The written text is no template; `code`, `message` and `params` say why."""

    def __init__(self, code: str, message: str, **params: Json) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.params = params


class ValueUnfit(ValueError):  # noqa: N818
    """A variable has no value that could stand in its place."""

    def __init__(self, code: str, message: str, **params: Json) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.params = params


@dataclass(frozen=True, slots=True)
class TextTemplate:
    """Written text and variables in their order."""

    parts: tuple[str | Expression, ...]

    def filled(self, values: Mapping[str, Json], *, text: Callable[[str], str], value: Callable[[str], str]) -> str:
        """The text with its values, each part written in its way; raises ValueUnfit for a missing value."""
        return "".join(text(part) if isinstance(part, str) else value(_written(part, values)) for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressTemplate:
    """Path and query below a connection's address, cut into the parts that values fill."""

    segments: tuple[TextTemplate, ...]
    query: tuple[tuple[str, TextTemplate], ...]

    def filled(self, values: Mapping[str, Json]) -> str:
        """The path with its query, percent-encoded; raises ValueUnfit."""
        path = "".join(f"/{_segment(segment, values)}" for segment in self.segments)
        pairs = [f"{quote(name, safe=_KEPT_IN_QUERY)}={_query_value(value, values)}" for name, value in self.query]
        address = f"{path}?{'&'.join(pairs)}" if pairs else path
        if len(address) > MAX_ADDRESS:
            message = f"Expected an address of at most {MAX_ADDRESS} characters, found {len(address)}."
            raise ValueUnfit("http.address_too_long", message, limit=MAX_ADDRESS, found=len(address))
        return address


@dataclass(frozen=True, slots=True)
class HeaderTemplate:
    """The value of a header."""

    text: TextTemplate

    def filled(self, values: Mapping[str, Json]) -> str:
        """The value of the header; raises ValueUnfit when it could not stand in one line of plain characters."""
        written = self.text.filled(values, text=str, value=str).strip()
        if not _HEADER_TEXT.fullmatch(written) or len(written) > MAX_HEADER:
            message = f"Expected at most {MAX_HEADER} printable ASCII characters for a header, found others or more."
            raise ValueUnfit("http.header_unfit", message, limit=MAX_HEADER)
        return written


@dataclass(frozen=True, slots=True)
class ProseTemplate:
    """Text for people, of one or several lines."""

    text: TextTemplate

    def filled(self, values: Mapping[str, Json], *, language: str) -> str:
        """The text with its values as people of this language (`zh`, `en`) read them; — stands for a missing one."""
        written = "".join(
            part if isinstance(part, str) else _said(part.value(values), language) for part in self.text.parts
        )
        return _UNSEEN.sub(" ", written)


def prose_template(text: str, variables: tuple[Variable, ...]) -> ProseTemplate:
    """The template of a text for people; raises TemplateMalformed or ExpressionError."""
    return ProseTemplate(_template(text, variables, refused=_REFUSED_IN_PROSE, kinds=_SAYABLE))


def address_template(text: str, variables: tuple[Variable, ...]) -> AddressTemplate:
    """The template of a path with an optional query; raises TemplateMalformed or ExpressionError."""
    path, _, query = text.partition("?")
    if not path.startswith("/"):
        _refuse("http.path_not_rooted", "Expected a path that starts with /, found one that does not.")
    written = path[1:].split("/")
    for segment in written[:-1]:
        if not segment:
            _refuse("http.path_empty_segment", "Expected a name between two slashes, found nothing.")
    for segment in written:
        if _climbs(segment):
            _refuse("http.path_climbs", "Expected names in a path, found one of dots that leads elsewhere.")
    return AddressTemplate(
        segments=tuple(_template(segment, variables, refused=_REFUSED_IN_ADDRESS) for segment in written),
        query=tuple(_pair(pair, variables) for pair in query.split("&")) if query else (),
    )


def header_template(text: str, variables: tuple[Variable, ...]) -> HeaderTemplate:
    """The template of a header's value; raises TemplateMalformed or ExpressionError."""
    return HeaderTemplate(_template(text, variables, refused=_REFUSED_IN_HEADER))


def _pair(text: str, variables: tuple[Variable, ...]) -> tuple[str, TextTemplate]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        _refuse("http.query_malformed", "Expected name=value pairs joined by &, found something else.", found=text)
    if "${" in name:
        _refuse("http.query_name_variable", "Expected a written name before =, found a variable.", found=name)
    named = _template(name, variables, refused=_REFUSED_IN_ADDRESS)
    return "".join(str(part) for part in named.parts), _template(value, variables, refused=_REFUSED_IN_ADDRESS)


def _template(
    text: str, variables: tuple[Variable, ...], *, refused: re.Pattern[str], kinds: frozenset[Kind] = _WRITABLE
) -> TextTemplate:
    parts: list[str | Expression] = []
    at = 0
    for hole in _HOLE.finditer(text):
        parts += [text[at : hole.start()], _hole(hole.group(), variables, kinds)]
        at = hole.end()
    parts.append(text[at:])
    for part in parts:
        if isinstance(part, str) and (wrong := refused.search(part)) is not None:
            message = f"Expected plain characters and variables such as ${{orderNo}}, found {wrong.group()!r}."
            _refuse("http.character_refused", message, found=wrong.group())
    return TextTemplate(tuple(part for part in parts if part != ""))


def _hole(text: str, variables: tuple[Variable, ...], kinds: frozenset[Kind]) -> Expression:
    expression = compile_expression(text, variables)
    if expression.type.kind not in kinds:
        message = f"Expected a text, number, date or boolean here, found {expression.type}."
        _refuse("http.variable_unwritable", message, variable=text[2:-1], found=str(expression.type))
    return expression


def _refuse(code: str, message: str, **params: Json) -> NoReturn:
    raise TemplateMalformed(code, message, **params)


def _segment(template: TextTemplate, values: Mapping[str, Json]) -> str:
    meant = template.filled(values, text=str, value=_named)
    # Servers and proxies may decode once more than they should: then this would be another path.
    if _climbs(meant) or _climbs(unquote(meant)) or _CONTROL.search(meant):
        raise ValueUnfit("http.path_value_unsafe", f"Expected a plain name in the path, found {meant[:60]!r}.")
    return template.filled(values, text=lambda text: _encoded(text, safe=_KEPT_IN_SEGMENT), value=_encoded)


def _named(value: str) -> str:
    if not value:
        raise ValueUnfit("http.path_value_empty", "Expected a value for each place in the path, found an empty text.")
    return value


def _query_value(template: TextTemplate, values: Mapping[str, Json]) -> str:
    return template.filled(values, text=lambda text: _encoded(text, safe=_KEPT_IN_QUERY), value=_encoded)


def _climbs(segment: str) -> bool:
    return any(part.strip() in (".", "..") for part in re.split(r"[/\\]", segment))


def _encoded(text: str, *, safe: str = "") -> str:
    try:
        return quote(text, safe=safe)
    except UnicodeEncodeError:
        raise ValueUnfit("http.value_unfit", "Expected whole characters, found half of one.") from None


def _said(value: Any, language: str) -> str:
    if value is None:
        return "—"
    match value:
        case bool():
            return _YES_NO[language][0 if value else 1]
        case Money():
            return f"{value.quantized().amount:f} {value.currency}"
        case int() | Decimal():
            return plain(value)
        case datetime():
            return value.isoformat(sep=" ", timespec="minutes")
    return str(value)


def _written(expression: Expression, values: Mapping[str, Json]) -> str:
    """The value as an address or a header shows it."""
    value: Any = expression.value(values)
    match value:
        case None:
            message = f"Expected a value for {expression.text}, found none."
            raise ValueUnfit("http.value_missing", message, variable=expression.text[2:-1])
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return plain(value)
        case datetime() | date():
            return value.isoformat()
    return str(value)
