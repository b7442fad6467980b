"""Addresses with variables in them: a value fills its place and can make no other, whatever it holds."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workflows.engine.expressions.errors import ExpressionError
from workflows.engine.text_templates import (
    MAX_ADDRESS,
    TemplateMalformed,
    ValueUnfit,
    address_template,
    header_template,
)
from workflows.engine.variables import parse_variables

VARIABLES = parse_variables(
    [
        {"name": "no", "type": "text"},
        {"name": "state", "type": "text"},
        {"name": "count", "type": "integer"},
        {"name": "share", "type": "decimal"},
        {"name": "paid", "type": "boolean"},
        {"name": "day", "type": "date"},
        {"name": "at", "type": "datetime"},
        {"name": "total", "type": "money"},
        {"name": "buyer", "type": "record", "fields": [{"name": "city", "type": "text"}]},
    ]
)


def address(text: str, **values: Any) -> str:
    return address_template(text, VARIABLES).filled(values)


def tried(fill: Callable[[], str]) -> tuple[str, str | None]:
    """The filled text, or the code of the refusal."""
    try:
        return fill(), None
    except ValueUnfit as unfit:
        return "", unfit.code


# Values as hostile orders have them: everything that means something in an address, and any other character.
HOSTILE = st.sampled_from(["..", "%2e%2e", "../x", "%2e%2e%2f"]) | st.text(
    st.sampled_from("/\\?#&=%.@:;+ \t\n\x00$é退ab{}[]\"'<>") | st.characters(exclude_categories=["Cs"])
)


@given(no=HOSTILE, state=HOSTILE)
def test_no_value_adds_a_segment_begins_a_query_or_names_a_host(no: str, state: str) -> None:
    made, refusal = tried(lambda: address("/orders/${no}/items?state=${state}&kind=x", no=no, state=state))
    if refusal is not None:
        assert refusal in {"http.path_value_empty", "http.path_value_unsafe", "http.address_too_long"}
        return

    split = urlsplit(f"https://erp.example.com/api{made}")
    assert (split.scheme, split.netloc, split.fragment) == ("https", "erp.example.com", "")
    assert [unquote(segment) for segment in split.path.split("/")] == ["", "api", "orders", no, "items"]
    assert parse_qsl(split.query, keep_blank_values=True) == [("state", state), ("kind", "x")]
    assert made.isascii()
    assert made.isprintable()


@given(no=HOSTILE, before=st.sampled_from(["", "x-", "."]), after=st.sampled_from(["", ".json", "."]))
def test_no_value_climbs_out_of_its_segment_even_for_a_server_that_decodes_twice(
    no: str, before: str, after: str
) -> None:
    assume(before + after not in (".", ".."))
    try:
        made = address(f"/a/{before}${{no}}{after}", no=no)
    except ValueUnfit:
        return

    for decoded in (unquote(made), unquote(unquote(made))):
        assert not {".", ".."} & set(decoded.replace("\\", "/").split("/"))


@pytest.mark.parametrize(
    "no",
    ["..", ".", "../admin", "a/../b", "..\\admin", "a\\..\\..", "%2e%2e", "a%2F%2e%2e%2Fb", " .. ", "a\x00b", "a\nb"],
)
def test_a_value_that_could_lead_elsewhere_is_refused(no: str) -> None:
    with pytest.raises(ValueUnfit) as refused:
        address("/orders/${no}", no=no)

    assert refused.value.code == "http.path_value_unsafe"


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("/", "/"),
        ("/orders/", "/orders/"),
        ("/orders/${no}.json", "/orders/A%2F1.json"),
        ("/orders/${no}:cancel", "/orders/A%2F1:cancel"),
        ("/退款/${buyer.city}", "/%E9%80%80%E6%AC%BE/%E6%9D%AD%E5%B7%9E"),
        ("/x?q=${state}", "/x?q=a%26b%3Dc%20d%2B"),
        ("/x?q=before+${count}&p=${paid}", "/x?q=before%2B7&p=true"),
        ("/x?share=${share}&day=${day}&at=${at}",
         "/x?share=0.125&day=2026-01-31&at=2026-01-31T09%3A30%3A00%2B08%3A00"),
        ("/x?empty=", "/x?empty="),
    ],
)  # fmt: skip
def test_each_kind_of_value_has_one_way_to_be_written(text: str, made: str) -> None:
    values = {
        "no": "A/1", "state": "a&b=c d+", "count": 7, "share": "0.125", "paid": True, "day": "2026-01-31",
        "at": "2026-01-31T09:30:00+08:00", "buyer": {"city": "杭州"},
    }  # fmt: skip

    assert address(text, **values) == made


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("orders", "http.path_not_rooted"),
        ("https://evil.example.com/", "http.path_not_rooted"),
        ("${no}/x", "http.path_not_rooted"),
        ("//evil.example.com/x", "http.path_empty_segment"),
        ("/a//b", "http.path_empty_segment"),
        ("/a/../b", "http.path_climbs"),
        ("/a/.", "http.path_climbs"),
        ("/a\\b", "http.character_refused"),
        ("/a#b", "http.character_refused"),
        ("/a b", "http.character_refused"),
        ("/%2e%2e/b", "http.character_refused"),
        ("/a/${no", "http.character_refused"),
        ("/a/${no}}", "http.character_refused"),
        ("/a?b", "http.query_malformed"),
        ("/a?b=1&", "http.query_malformed"),
        ("/a?=1", "http.query_malformed"),
        ("/a?${no}=1", "http.query_name_variable"),
        ("/a/${total}", "http.variable_unwritable"),
        ("/a/${buyer}", "http.variable_unwritable"),
    ],
)
def test_what_is_no_address_is_refused_when_it_is_written(text: str, code: str) -> None:
    with pytest.raises(TemplateMalformed) as refused:
        address_template(text, VARIABLES)

    assert refused.value.code == code


@pytest.mark.parametrize("text", ["/a/${gone}", "/a/${no + 1}", "/a/${}", "/a?b=${no.x}"])
def test_only_declared_variables_fill_a_place(text: str) -> None:
    with pytest.raises(ExpressionError):
        address_template(text, VARIABLES)


@pytest.mark.parametrize(
    ("text", "values", "code"),
    [
        ("/a/${no}", {}, "http.value_missing"),
        ("/a?b=${no}", {}, "http.value_missing"),
        ("/a/x${no}", {"no": ""}, "http.path_value_empty"),
        ("/a/${no}", {"no": "\ud800"}, "http.value_unfit"),
        ("/a?b=${no}", {"no": "x" * MAX_ADDRESS}, "http.address_too_long"),
    ],
)
def test_a_value_that_has_no_place_is_refused_when_the_step_is_entered(
    text: str, values: dict[str, Any], code: str
) -> None:
    with pytest.raises(ValueUnfit) as refused:
        address(text, **values)

    assert refused.value.code == code


@given(no=HOSTILE)
def test_no_value_makes_a_second_header(no: str) -> None:
    made, refusal = tried(lambda: header_template("order ${no};", VARIABLES).filled({"no": no}))
    if refusal is not None:
        assert refusal == "http.header_unfit"
        return

    assert made == f"order {no};"
    assert made.isascii()
    assert made.isprintable()


@pytest.mark.parametrize("text", ["a\nb", "é", "a ${no"])
def test_what_is_no_header_is_refused_when_it_is_written(text: str) -> None:
    with pytest.raises(TemplateMalformed) as refused:
        header_template(text, VARIABLES)

    assert refused.value.code == "http.character_refused"
