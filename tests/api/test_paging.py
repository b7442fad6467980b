"""Keyset pages over real rows: complete, in order, stable while rows are added, and honest about bad cursors."""

import base64
import json

import pytest

from accounts.models import User
from bedrock.errors import BadInput
from web.paging import MAX_LIMIT, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[User]:
    names = [("b", "x"), ("a", "x"), ("d", "y"), ("c", "y"), ("e", "z")]
    return [User.objects.create(username=name, display_name=shown) for name, shown in names]


def _walk(order_by: tuple[str, ...], limit: int) -> list[list[str]]:
    pages, cursor = [], None
    while True:
        params = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        one = page(User.objects.all(), order_by=order_by, params=params)
        pages.append([user.username for user in one.rows])
        cursor = one.next
        if cursor is None:
            return pages


@pytest.mark.parametrize(
    ("order_by", "expected"),
    [
        (("username",), [["a", "b"], ["c", "d"], ["e"]]),
        (("-username",), [["e", "d"], ["c", "b"], ["a"]]),
        (("display_name", "-username"), [["b", "a"], ["d", "c"], ["e"]]),
        (("-display_name", "username"), [["e", "c"], ["d", "a"], ["b"]]),
        (("-created_at", "-id"), [["e", "c"], ["d", "a"], ["b"]]),
    ],
)
def test_pages_are_complete_and_in_order(
    people: list[User], order_by: tuple[str, ...], expected: list[list[str]]
) -> None:
    assert _walk(order_by, 2) == expected


def test_last_page_has_no_next_when_it_is_exactly_full(people: list[User]) -> None:
    assert page(User.objects.all(), order_by=("id",), params={"limit": "5"}).next is None


def test_rows_neither_shift_nor_repeat_when_rows_are_added(people: list[User]) -> None:
    first = page(User.objects.all(), order_by=("username",), params={"limit": "2"})
    User.objects.create(username="aa")
    assert first.next is not None

    second = page(User.objects.all(), order_by=("username",), params={"limit": "2", "cursor": first.next})

    assert [user.username for user in first.rows + second.rows] == ["a", "b", "c", "d"]


def test_body_shapes_rows(people: list[User]) -> None:
    one = page(User.objects.all(), order_by=("username",), params={"limit": "1"})

    assert one.body(lambda user: user.username) == {"results": ["a"], "next": one.next}


def _cursor(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!",
        "é",
        _cursor([]),
        _cursor(["a", "b"]),
        _cursor([1]),
        _cursor({"a": 1}),
        _cursor("ab"),
        _cursor(["\0"]),
        _cursor(["\ud800"]),
        "W" * 9001,
    ],
)
def test_foreign_cursor_is_refused(people: list[User], cursor: str) -> None:
    with pytest.raises(BadInput) as refused:
        page(User.objects.all(), order_by=("username",), params={"cursor": cursor})

    assert refused.value.code == "paging.bad_cursor"


@pytest.mark.parametrize("order_by", ["id", "created_at"])
def test_cursor_of_another_type_is_refused(people: list[User], order_by: str) -> None:
    with pytest.raises(BadInput):
        page(User.objects.all(), order_by=(order_by,), params={"cursor": _cursor(["no such value"])})


@pytest.mark.parametrize("limit", ["0", "-1", "x", str(MAX_LIMIT + 1), "1e1", "٣", "9" * 5000])
def test_limit_out_of_range_is_refused(people: list[User], limit: str) -> None:
    with pytest.raises(BadInput) as refused:
        page(User.objects.all(), order_by=("id",), params={"limit": limit})

    assert refused.value.code == "paging.bad_limit"
