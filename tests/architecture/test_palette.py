"""The palette as a snapshot: a change of a node type's key, ports or config shows in the review as a change of JSON.

To renew it after a change that is meant: `ORDERFLOW_RENEW=1 pytest tests/architecture/test_palette.py`.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workflows.api.palette import node_type_document
from workflows.engine.registry import discover, registry

SNAPSHOT = Path(__file__).with_name("palette.json")
ROOMS = ("workflows.engine.nodes", "workflows.nodes", "approvals.nodes", "orders.nodes")
ROOT = Path(__file__).resolve().parents[2]


def widgets() -> set[str]:
    """The controls that the browser has, read where it declares them; branches have a panel of their own."""
    text = (ROOT / "frontend/src/form/widgets.tsx").read_text(encoding="utf-8")
    declared = re.search(r"const WIDGETS: .*? = \{\n(.*?)\n\};", text, re.DOTALL)
    assert declared is not None
    return {"branches", *re.findall(r"^  (\w+): \w+,$", declared[1], re.MULTILINE)}


@pytest.fixture(scope="module")
def palette() -> dict[str, Any]:
    for room in ROOMS:
        discover(room)
    # Node types of tests may be registered as well when they run in this process; the product's have no such prefix.
    return {one.key: node_type_document(one) for one in registry if not one.key.startswith("test.")}


def test_keys_ports_and_schemas_are_the_checked_in_ones(palette: dict[str, Any]) -> None:
    shown = json.loads(json.dumps(palette))
    if os.environ.get("ORDERFLOW_RENEW"):
        SNAPSHOT.write_text(json.dumps(shown, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")

    assert shown == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def texts(value: Any, place: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Every text for a person: an object that speaks languages and says nothing else. An only way out has no name."""
    if isinstance(value, dict):
        if value and value.keys() <= {"zh", "en"} and all(isinstance(text, str) for text in value.values()):
            yield place, value
            return
        if value.get("port") == "out":
            return
        for key, item in value.items():
            if key not in ("default", "default_config"):  # what a designer has not written yet
                yield from texts(item, f"{place}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts(item, f"{place}.{index}")


def test_every_text_is_there_in_both_languages(palette: dict[str, Any]) -> None:
    found = [pair for key, document in palette.items() for pair in texts(document, key)]

    lacking = [where for where, text in found if not (text.get("zh", "").strip() and text.get("en", "").strip())]
    assert lacking == []
    spoken = {where for where, _ in found}
    for key, document in palette.items():
        ports = document["ports"].get("ports", [])
        named = [f"{key}.ports.ports.{index}.name" for index in range(len(ports)) if len(ports) > 1]
        assert {f"{key}.title", f"{key}.description", *named} <= spoken


def test_chinese_is_chinese(palette: dict[str, Any]) -> None:
    plain = [
        where
        for key, document in palette.items()
        for where, text in texts(document, key)
        if not any("\u4e00" <= sign <= "\u9fff" for sign in text["zh"])
    ]

    assert plain == []


def test_every_field_says_how_it_is_edited(palette: dict[str, Any]) -> None:
    wrong, known = [], widgets()
    for key, document in palette.items():
        for name, field in document["config_schema"].get("properties", {}).items():
            ui = field.get("ui", {})
            options = [option for option in ui.get("options", []) if set(option) < {"value", "label"}]
            if ui.get("widget") not in known or set(ui.get("label", {})) != {"zh", "en"} or options:
                wrong.append(f"{key}.{name}: {ui}")

    assert wrong == []
