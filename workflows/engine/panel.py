"""Hints for the property panel that a config field carries in its JSON schema under `ui`."""

from typing import Any, Literal

Group = Literal["who", "what", "when", "after", "advanced"]
Widget = Literal[
    "assignees", "timeouts", "branches", "expression", "duration", "select", "text", "trigger", "flow",
    "calendar", "switch", "number", "assignments", "decision_table", "connection", "rows", "variable",
    "errors", "retry", "steps", "paragraph", "schedule", "vote", "rejection", "variables",
]  # fmt: skip


def ui(
    widget: Widget,
    *,
    zh: str,
    en: str,
    group: Group = "when",
    help_zh: str = "",
    help_en: str = "",
    options: tuple[tuple[str, str, str], ...] = (),
) -> dict[str, Any]:
    """The hint of one field: its widget, label, place, help and (value, zh, en) options."""
    hint: dict[str, Any] = {"widget": widget, "label": {"zh": zh, "en": en}, "group": group}
    if help_zh or help_en:
        hint["help"] = {"zh": help_zh, "en": help_en}
    if options:
        hint["options"] = [{"value": v, "label": {"zh": z, "en": e}} for v, z, e in options]
    return {"ui": hint}


def only_for(hint: dict[str, Any], *, field: str, value: str) -> dict[str, Any]:
    """The hint of a setting that is shown only while another field has this value."""
    return {"ui": hint["ui"] | {"shown_for": {"field": field, "value": value}}}


def with_columns(hint: dict[str, Any], *columns: tuple[str, Widget, str, str]) -> dict[str, Any]:
    """The hint of a list of objects, with how each of their fields (name, widget, zh, en) is edited."""
    shown = [{"field": f, "widget": w, "label": {"zh": z, "en": e}} for f, w, z, e in columns]
    return {"ui": hint["ui"] | {"columns": shown}}


def by_kind(hint: dict[str, Any], field: str, *kinds: tuple[str, str, str, tuple[str, ...]]) -> dict[str, Any]:
    """The hint of a list of objects of several kinds (value, zh, en, its own fields), which `field` tells apart."""
    columns = {column["field"]: dict(column) for column in hint["ui"]["columns"]}
    columns[field]["options"] = [{"value": value, "label": {"zh": zh, "en": en}} for value, zh, en, _ in kinds]
    for value, _, _, own in kinds:
        for name in own:
            columns[name]["shown_for"] = {"field": field, "value": value}
    return {"ui": hint["ui"] | {"columns": list(columns.values())}}
