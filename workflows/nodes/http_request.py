"""HTTP request: asks a declared connection, and takes what it answers into variables of their declared types."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from pydantic import Field
from typing_extensions import override

from workflows.engine.catching import Repeating
from workflows.engine.connections import HTTP, ConnectionBook
from workflows.engine.events import ActivityDone, Resumption
from workflows.engine.expressions.errors import EvaluationError, ExpressionError
from workflows.engine.expressions.language import Expression, check, compile_expression
from workflows.engine.graph import Document, LocalText
from workflows.engine.json_pointers import parse_pointer, put
from workflows.engine.json_values import decode, encode
from workflows.engine.node_type import CheckContext, Continue, Fail, Ignore, NodeType, Outcome, Problem, Scope, Wait
from workflows.engine.panel import ui, with_columns
from workflows.engine.results import expression_problems, kept
from workflows.engine.state import Awaits, Json
from workflows.engine.text_templates import (
    AddressTemplate,
    HeaderTemplate,
    TemplateMalformed,
    ValueUnfit,
    address_template,
    header_template,
)
from workflows.engine.values import ValueMismatch
from workflows.engine.variables import Variable
from workflows.engine.work import Job, JobResult
from workflows.outbound.carry import DELAYS, carry_out
from workflows.outbound.request import Method, Request

MAX_BODY: Final = 1_000_000

_HEADER_NAME: Final = r"^[A-Za-z][A-Za-z0-9-]{0,63}$"
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
# What the house writes itself, what carries secrets, and what would change how the line itself is read.
_OWN_HEADERS: Final = frozenset(
    {
        "accept", "accept-encoding", "authorization", "connection", "content-encoding", "content-length",
        "content-type", "cookie", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
        "user-agent",
    }
)  # fmt: skip


class Header(Document):
    """A header and the text of its value."""

    name: str = Field(pattern=_HEADER_NAME)
    value: str = Field(max_length=500)


class BodyField(Document):
    """A place of the JSON body and the expression whose result stands there."""

    place: str = Field(min_length=1, max_length=200)
    value: str = Field(max_length=2000)


class Taken(Document):
    """A place of the JSON answer and the variable that takes what stands there."""

    place: str = Field(max_length=200)
    variable: str = Field(min_length=1, max_length=64)


class HttpConfig(Repeating):
    """One request below the address of a connection."""

    connection: str = Field(
        min_length=1, max_length=64,
        json_schema_extra=ui(
            "connection", zh="连接", en="Connection", group="what", options=((HTTP, "HTTP 接口", "HTTP API"),),
            help_zh="由管理员登记:地址和密钥不写在流程里",
            help_en="Declared by an administrator; its address and secret are never part of a flow",
        ),
    )  # fmt: skip
    method: Method = Field(
        default="GET",
        json_schema_extra=ui(
            "select", zh="方法", en="Method", group="what",
            options=(
                ("GET", "GET 读取", "GET read"), ("POST", "POST 提交", "POST submit"),
                ("PUT", "PUT 写入", "PUT store"), ("PATCH", "PATCH 部分修改", "PATCH change a part"),
                ("DELETE", "DELETE 删除", "DELETE remove"),
            ),
        ),
    )  # fmt: skip
    path: str = Field(
        min_length=1, max_length=1000,
        json_schema_extra=ui(
            "text", zh="路径", en="Path", group="what",
            help_zh="接在连接地址后面,可含字段,如 /orders/${orderNo}?state=paid",
            help_en="Below the connection's address, with fields, such as /orders/${orderNo}?state=paid",
        ),
    )  # fmt: skip
    body: tuple[BodyField, ...] = Field(
        default=(), max_length=100,
        json_schema_extra=with_columns(
            ui(
                "rows", zh="请求内容(JSON)", en="Body (JSON)", group="what",
                help_zh="位置是 JSON 指针,如 /order/no", help_en="Places are JSON pointers such as /order/no",
            ),
            ("place", "text", "位置", "Place"), ("value", "expression", "算式", "Expression"),
        ),
    )  # fmt: skip
    response: tuple[Taken, ...] = Field(
        default=(), max_length=100,
        json_schema_extra=with_columns(
            ui(
                "rows", zh="取回的字段", en="Fields to take", group="after",
                help_zh="从 JSON 应答的位置(如 /data/tracking_no)取值放进字段;类型不符时停下等人处理",
                help_en="What stands at a place of the JSON answer, such as /data/tracking_no, becomes a field; "
                "another type than declared stops the flow for a person",
            ),
            ("place", "text", "位置", "Place"), ("variable", "variable", "字段", "Field"),
        ),
    )  # fmt: skip
    success: str = Field(
        default="2xx", pattern=r"^(2xx|[1-5][0-9][0-9])(\s*,\s*(2xx|[1-5][0-9][0-9])){0,9}$",
        json_schema_extra=ui(
            "text", zh="算作成功的状态码", en="Status codes that mean success", group="after",
            help_zh="如 2xx 或 200, 404", help_en="Such as 2xx, or 200, 404",
        ),
    )  # fmt: skip
    headers: tuple[Header, ...] = Field(
        default=(), max_length=20,
        json_schema_extra=with_columns(
            ui("rows", zh="请求头", en="Headers", group="advanced"),
            ("name", "text", "名称", "Name"), ("value", "text", "内容", "Value"),
        ),
    )  # fmt: skip
    key_header: str = Field(
        default="", pattern=f"^$|{_HEADER_NAME}",
        json_schema_extra=ui(
            "text", zh="幂等键请求头", en="Idempotency key header", group="advanced",
            help_zh="对方支持时填写,如 Idempotency-Key;不填则 POST 和 PATCH 绝不自动重试",
            help_en="If the receiver honours one, such as Idempotency-Key; without it POST and PATCH are never "
            "repeated by themselves",
        ),
    )  # fmt: skip
    timeout_seconds: int = Field(
        default=10, ge=1, le=30,
        json_schema_extra=ui("number", zh="最多等几秒", en="Seconds to wait at most", group="advanced"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Program:
    address: AddressTemplate
    headers: tuple[tuple[str, HeaderTemplate], ...]
    body: tuple[tuple[tuple[str, ...], Expression], ...]
    taken: tuple[Variable, ...]


class HttpRequest(NodeType[HttpConfig]):
    """Asks; repeats only what may be repeated; a request whose outcome nobody knows waits for a person."""

    key = "http_request"
    title = LocalText(zh="HTTP 请求", en="HTTP request")
    description = LocalText(
        zh="调用外部系统并取回结果", en="Calls another system and takes back what it answers"
    )  # fmt: skip
    category = "data"
    icon = "request"
    performs = "deferred"
    waits = True
    external_effect = True
    max_tries = 1 + len(DELAYS)
    Config = HttpConfig

    @override
    def check(self, config: HttpConfig, context: CheckContext) -> Sequence[Problem]:
        return [
            *_connection_problems(config, context.world.need(ConnectionBook)),
            *_template_problems("path", partial(address_template, config.path, context.variables)),
            *_header_problems(config, context.variables),
            *_body_problems(config, context.variables),
            *_taken_problems(config, context.variables),
        ]

    @override
    def compile(self, config: HttpConfig, variables: tuple[Variable, ...]) -> _Program:
        declared = {variable.name: variable for variable in variables}
        return _Program(
            address=address_template(config.path, variables),
            headers=tuple((one.name, header_template(one.value, variables)) for one in config.headers),
            body=tuple(
                (parse_pointer(one.place) or (), compile_expression(one.value, variables)) for one in config.body
            ),
            taken=tuple(declared[one.variable] for one in config.response),
        )

    @override
    def enter(self, scope: Scope[HttpConfig]) -> Outcome:
        config = scope.config
        program: _Program = scope.program
        try:
            request = Request(
                connection=config.connection,
                method=config.method,
                address=program.address.filled(scope.variables),
                headers={name: value.filled(scope.variables) for name, value in program.headers},
                body=_body(program, scope.variables),
                key_header=config.key_header,
                success=config.success,
                timeout_seconds=config.timeout_seconds,
                wanted={one.variable: one.place for one in config.response},
            )
        except (EvaluationError, ValueUnfit) as error:
            return Fail(code=error.code, message=error.message, params=dict(error.params))
        except ValueMismatch as mismatch:
            return Fail(
                code="http.body_unfit",
                message=f"Expected {mismatch.expected} for {mismatch.path} of the body, found {mismatch.found}.",
                params={"place": mismatch.path, "expected": mismatch.expected, "found": mismatch.found},
            )
        return Wait(awaits=Awaits.ACTIVITY, work=(request.model_dump(mode="json"),))

    @override
    def resume(self, scope: Scope[HttpConfig], event: Resumption) -> Outcome:
        if not isinstance(event, ActivityDone):
            return Ignore()
        program: _Program = scope.program
        try:
            output = {
                one.name: encode(decode(one.type, event.output["taken"][one.name], one.name)) for one in program.taken
            }
        except ValueMismatch as mismatch:
            return Fail(
                code="http.answer_mismatch",
                message=f"Expected {mismatch.expected} in the answer for {mismatch.path}, found {mismatch.found}.",
                params={"variable": mismatch.path, "expected": mismatch.expected, "found": mismatch.found},
            )
        return Continue(output=output, why={"status": event.output["status"]})

    @override
    def supposed_output(self, scope: Scope[HttpConfig], given: Mapping[str, Json]) -> Mapping[str, Json]:
        """An answer with the fields that the script gives, and nothing in the others."""
        taken = {one.variable: given.get(one.variable) for one in scope.config.response}
        return {"status": 200, "taken": taken}

    @override
    def target(self, payload: Mapping[str, Json]) -> str:
        """Each connection by itself."""
        return f"{self.key}:{payload['connection']}"

    @override
    def perform(self, job: Job) -> JobResult:
        return carry_out(job)


def _body(program: _Program, values: Mapping[str, Json]) -> Json:
    if not program.body:
        return None
    document: dict[str, Any] = {}
    for steps, expression in program.body:
        place = Variable(name="/".join(steps), type=expression.type, label={})
        put(document, steps, kept(place, expression.value(values)))
    size = len(json.dumps(document))
    if size > MAX_BODY:
        message = f"Expected a body of at most {MAX_BODY} characters, found {size}."
        raise ValueUnfit("http.body_too_large", message, limit=MAX_BODY, found=size)
    return document


def _connection_problems(config: HttpConfig, book: ConnectionBook) -> Iterator[Problem]:
    if book.kinds.get(config.connection) != HTTP:
        yield Problem(
            code="connection.unknown", path="connection", params={"connection": config.connection},
            message=f"Expected an HTTP connection that an administrator has declared, found {config.connection!r}.",
        )  # fmt: skip


def _template_problems(path: str, read: Callable[[], object]) -> Iterator[Problem]:
    try:
        read()
    except (ExpressionError, TemplateMalformed) as error:
        yield Problem(code=error.code, message=error.message, path=path, params=error.params)


def _header_problems(config: HttpConfig, variables: tuple[Variable, ...]) -> Iterator[Problem]:
    used: set[str] = set()
    named = [("key_header", config.key_header)] if config.key_header else []
    named += [(f"headers.{index}.name", one.name) for index, one in enumerate(config.headers)]
    for path, name in named:
        if name.lower() in _OWN_HEADERS or name.lower().startswith(("proxy-", "sec-")):
            yield Problem(
                code="http.header_refused", path=path, params={"header": name},
                message=f"Expected a header that a flow may set, found {name!r}; secrets belong to the connection.",
            )  # fmt: skip
        elif name.lower() in used:
            yield Problem(
                code="http.header_repeated", path=path, params={"header": name},
                message=f"Expected each header once, found {name!r} again.",
            )  # fmt: skip
        used.add(name.lower())
    for index, one in enumerate(config.headers):
        yield from _template_problems(f"headers.{index}.value", partial(header_template, one.value, variables))


def _body_problems(config: HttpConfig, variables: tuple[Variable, ...]) -> Iterator[Problem]:
    if config.body and config.method not in _WITH_BODY:
        yield Problem(
            code="http.body_unexpected", path="body", params={"method": config.method},
            message=f"Expected no body with {config.method}, found one.",
        )  # fmt: skip
    document: dict[str, Any] = {}
    for index, one in enumerate(config.body):
        steps = parse_pointer(one.place)
        if not steps:
            yield _no_pointer(f"body.{index}.place", one.place)
        elif not put(document, steps, None):
            yield Problem(
                code="http.place_taken", path=f"body.{index}.place", params={"place": one.place},
                message=f"Expected a free place in the body, found {one.place!r} taken.",
            )  # fmt: skip
        yield from expression_problems(check(one.value, variables).errors, f"body.{index}.value")


def _taken_problems(config: HttpConfig, variables: tuple[Variable, ...]) -> Iterator[Problem]:
    declared = {variable.name for variable in variables}
    taken: set[str] = set()
    for index, one in enumerate(config.response):
        if parse_pointer(one.place) is None:
            yield _no_pointer(f"response.{index}.place", one.place)
        path = f"response.{index}.variable"
        if one.variable not in declared:
            yield Problem(
                code="http.unknown_variable", path=path, params={"variable": one.variable},
                message=f"Expected a declared variable, found {one.variable!r}.",
            )  # fmt: skip
        elif one.variable in taken:
            yield Problem(
                code="http.variable_repeated", path=path, params={"variable": one.variable},
                message=f"Expected each variable once, found {one.variable!r} again.",
            )  # fmt: skip
        taken.add(one.variable)


def _no_pointer(path: str, found: str) -> Problem:
    message = f"Expected a JSON pointer such as /data/id, found {found!r}."
    return Problem(code="http.place_malformed", path=path, message=message, params={"place": found})
