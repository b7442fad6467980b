"""Places in JSON documents by RFC 6901."""

from typing import Any

import pytest

from workflows.engine.json_pointers import PointerLost, parse_pointer, pick, put

# The examples of the RFC, section 5.
DOCUMENT: dict[str, Any] = {
    "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, 'k"l': 6, " ": 7, "m~n": 8,
    "none": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("", DOCUMENT), ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3),
        ("/g|h", 4), ("/i\\j", 5), ('/k"l', 6), ("/ ", 7), ("/m~0n", 8), ("/none", None),
    ],
)  # fmt: skip
def test_a_pointer_leads_to_its_place(pointer: str, found: Any) -> None:
    assert pick(DOCUMENT, parse_pointer(pointer) or ()) == found


@pytest.mark.parametrize("pointer", ["/gone", "/foo/2", "/foo/-", "/foo/00", "/foo/x", "/foo/0/0", "/none/x"])
def test_a_place_that_is_not_there_is_not_null(pointer: str) -> None:
    with pytest.raises(PointerLost):
        pick(DOCUMENT, parse_pointer(pointer) or ())


@pytest.mark.parametrize("text", ["foo", "/a~", "/a~2b", "#/foo"])
def test_what_is_no_pointer_is_called_so(text: str) -> None:
    assert parse_pointer(text) is None


def test_places_are_made_on_the_way_and_taken_once() -> None:
    document: dict[str, Any] = {}

    assert put(document, ("order", "no"), "A1")
    assert put(document, ("order", "lines"), [1])
    assert not put(document, ("order",), {})
    assert not put(document, ("order", "no"), "B2")
    assert not put(document, ("order", "no", "deep"), "C3")

    assert document == {"order": {"no": "A1", "lines": [1]}}
