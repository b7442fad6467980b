"""The strict JSON reader: what it lets through and what it refuses, with the code that says why."""

from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.actions import create_token, ensure_user
from bedrock.errors import MalformedInput
from orders.core.models import Order
from tests.orders.builders import order_document
from web.strict_json import MAX_DEPTH, read_json


def _code(body: bytes) -> str:
    with pytest.raises(MalformedInput) as refused:
        read_json(body)
    return refused.value.code


def test_fractions_are_decimals_and_nothing_is_rounded() -> None:
    value = read_json('{"a": 0.1, "b": [1, -2.50, 1e3], "c": "退款 \\ud83d\\ude00", "d": null, "e": true}'.encode())

    assert value == {
        "a": Decimal("0.1"),
        "b": [1, Decimal("-2.50"), Decimal("1e3")],
        "c": "退款 😀",
        "d": None,
        "e": True,
    }
    assert str(value["b"][1]) == "-2.50"
    assert type(value["b"][0]) is int


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "json.syntax"),
        (b"{", "json.syntax"),
        (b'{"a": 1,}', "json.syntax"),
        (b"{'a': 1}", "json.syntax"),
        (b"[1] [2]", "json.syntax"),
        (b"01", "json.syntax"),
        (b'"line\nbreak"', "json.syntax"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "json.duplicate_key"),
        (b'{"a": 1, "\\u0061": 2}', "json.duplicate_key"),
        (b'{"a": "\\u0000"}', "json.bad_text"),
        (b'{"\\u0000": 1}', "json.bad_text"),
        (b'["\\ud800"]', "json.bad_text"),
        (b'["\\udc00\\ud800"]', "json.bad_text"),
        (b"NaN", "json.not_finite"),
        (b"[-Infinity]", "json.not_finite"),
        (b"1e999999999", "json.number_out_of_range"),
        (b"1e-999999999", "json.number_out_of_range"),
        (b"9" * 65, "json.number_too_long"),
        (b"0." + b"9" * 65, "json.number_too_long"),
        (b'{"a": 1} x', "json.syntax"),
        (b'{"a": 1}\x00', "json.syntax"),
        (b"\x00", "json.syntax"),
        (b"[1", "json.syntax"),
        (b"+1", "json.syntax"),
        (b".5", "json.syntax"),
        (b"1.", "json.syntax"),
        (b"0x10", "json.syntax"),
        ("１".encode(), "json.syntax"),
        (b'{"a": undefined}', "json.syntax"),
        (b"// c\n1", "json.syntax"),
        (b'"\\x41"', "json.syntax"),
        (b"-" + b"9" * 64, "json.number_too_long"),
        (b"1e" + b"9" * 63, "json.number_too_long"),
        (b"{" * 70 + b"}" * 70, "json.too_deep"),
        (b'["a\xc0\xaf"]', "json.not_utf8"),
        ('{"a": 1}'.encode("utf-16"), "json.not_utf8"),
        (b"\xff\xfe[]", "json.not_utf8"),
        (b"\xed\xa0\x80", "json.not_utf8"),
        (b"\xef\xbb\xbf{}", "json.byte_order_mark"),
        (b"[" * 100_000 + b"]" * 100_000, "json.too_deep"),
        (b'{"a":' * 100_000, "json.too_deep"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "json.too_deep"),
    ],
)
def test_body_is_refused_with_its_reason(body: bytes, code: str) -> None:
    assert _code(body) == code


def test_depth_counts_brackets_outside_of_texts_only() -> None:
    deepest = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    in_text = b'{"a": "' + b"[" * 1000 + b'\\"' + b"{" * 1000 + b'"}'

    assert read_json(deepest) is not None
    assert read_json(in_text)["a"] == "[" * 1000 + '"' + "{" * 1000


@given(st.binary(max_size=200) | st.text(alphabet='[]{}":,\\0eE.-ndu', max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused_but_never_crash(body: bytes) -> None:
    try:
        read_json(body)
    except MalformedInput as refused:
        assert refused.code.startswith("json.")  # noqa: PT017 - both outcomes are right


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "media_type", "status", "code"),
    [
        (b"{", "application/json", 400, "json.syntax"),
        (b"[" * 100_000, "application/json", 400, "json.too_deep"),
        (b'{"language": "en", "language": "zh-CN"}', "application/json", 400, "json.duplicate_key"),
        (b'{"language": "' + b"x" * 2_100_000 + b'"}', "application/json", 413, "input.too_large"),
        (b"language=en", "application/x-www-form-urlencoded", 415, "input.unsupported_media_type"),
        (b"[]", "application/json", 422, "input.invalid"),
        (b'"en"', "application/json", 422, "input.invalid"),
        (b"null", "application/json", 422, "input.invalid"),
        (b"", "application/json", 422, "input.invalid"),
        (b"{} {}", "application/json", 400, "json.syntax"),
        (b'{"language": "\xff"}', "application/json", 400, "json.not_utf8"),
        (b'{"language": "\\u0000"}', "application/json", 400, "json.bad_text"),
        (b'{"language": 1e999999}', "application/json", 400, "json.number_out_of_range"),
        (b'{"language": ' + b"9" * 5000 + b"}", "application/json", 400, "json.number_too_long"),
        (b'{"language": ["en"]}', "application/json", 422, "input.invalid"),
        (b'{"language": "en", "__proto__": {}}', "application/json", 422, "input.invalid"),
        (b'{"language": "en"}', "text/plain", 415, "input.unsupported_media_type"),
        (b'{"language": "en"}', "multipart/form-data", 415, "input.unsupported_media_type"),
        (b'{"language": "en"}', "json", 415, "input.unsupported_media_type"),
    ],
)
def test_api_answers_with_a_problem_when_body_is_bad(body: bytes, media_type: str, status: int, code: str) -> None:
    ann = ensure_user("ann", password="pw")
    client = Client()
    client.force_login(ann)

    answer = client.generic("PATCH", "/api/v1/session", body, content_type=media_type)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    ann.refresh_from_db()
    assert ann.language == "zh-CN"


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00", "1999-12-31T23:59:59Z"])
def test_moment_that_no_calendar_can_count_from_is_refused_and_nothing_is_placed(moment: str) -> None:
    client = Client(
        headers={"authorization": f"Token {create_token(ensure_user('shop', password='pw', roles=['integration']))}"}
    )

    answer = client.post(
        "/api/v1/orders",
        order_document(placed_at=moment),
        content_type="application/json",
        headers={"X-Idempotency-Key": "K-1"},
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "input.invalid")
    assert [(one["path"], one["code"]) for one in answer.json()["errors"]] == [("placed_at", "input.moment_range")]
    assert not Order.objects.exists()
