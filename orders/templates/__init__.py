"""The flows that ship with the product, as JSON: read once, in the order of their keys."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from workflows.engine.graph import LocalText


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A flow to install. `sample` holds example values of its trigger's variables in their JSON form."""

    key: str
    title: LocalText
    summary: LocalText
    graph: dict[str, Any]
    sample: dict[str, Any]


@cache
def templates() -> tuple[Template, ...]:
    """Every template."""
    documents = sorted(
        (file for file in files(__name__).iterdir() if file.name.endswith(".json")), key=lambda f: f.name
    )
    return tuple(_read(json.loads(file.read_text("utf-8"))) for file in documents)


def template(key: str) -> Template:
    """One template; KeyError if there is none."""
    return {template.key: template for template in templates()}[key]


def _read(document: dict[str, Any]) -> Template:
    return Template(
        key=document["key"],
        title=LocalText(**document["title"]),
        summary=LocalText(**document["summary"]),
        graph=document["graph"],
        sample=document["sample"],
    )
