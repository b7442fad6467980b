"""The house rules that a reader of one file cannot see. Standard library only: reads the sources, imports nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("accounts", "approvals", "bedrock", "config", "orders", "web", "workflows")
FILE_LINES, FUNCTION_LINES = 400, 60

DUMPING_GROUNDS = {"utils", "helpers", "common", "misc", "services", "managers", "mixins"}
RINGS_THE_BELL = {"delay", "apply_async", "delay_on_commit", "apply_async_on_commit", "send_task"}
WRITES = {"save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
READS_THE_CLOCK = {
    ("timezone", "now"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("time", "time"),
}
CLOCK_DOORS = {"bedrock/clock.py", "web/authentication.py"}


def _modules() -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


MODULES = {_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in _modules()}


def _calls(name: str) -> Iterator[tuple[ast.Call, ast.Attribute]]:
    for node in ast.walk(MODULES[name]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node, node.func


def _is_door(name: str) -> bool:
    return "/api/" in name or name.endswith("/tasks.py") or name.startswith("config/")


def test_sizes_are_printed_for_the_reader(capsys: pytest.CaptureFixture[str]) -> None:
    """Not a gate: at the limit, ask which second subject has moved in."""
    long_files = [f"{name}: {_lines(name)} lines" for name in MODULES if _lines(name) > FILE_LINES]
    long_functions = [
        f"{name}:{node.lineno} {node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines"
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES
    ]

    with capsys.disabled():
        if long_files or long_functions:
            print("\nLong for the house:", *long_files, *long_functions, sep="\n  ")  # noqa: T201

    assert MODULES


def _lines(name: str) -> int:
    return len((ROOT / name).read_text(encoding="utf-8").splitlines())


def test_no_file_is_a_dumping_ground() -> None:
    parts = {name: set(name.removesuffix(".py").split("/")) for name in MODULES}

    assert [name for name, words in parts.items() if words & DUMPING_GROUNDS] == []


def test_only_the_outbox_and_tasks_ring_the_bell() -> None:
    rings = [
        f"{name}:{call.lineno}"
        for name in MODULES
        if name != "workflows/outbox.py" and not name.endswith("/tasks.py")
        for call, attribute in _calls(name)
        if attribute.attr in RINGS_THE_BELL
    ]

    assert rings == []


def test_doors_and_queries_write_nothing() -> None:
    reading = [
        name
        for name in MODULES
        if "/api/" in name
        or name.endswith(("/queries.py", "/search.py"))
        or "/queries/" in name
        or "serializer" in name
    ]

    writes = [
        f"{name}:{call.lineno} .{attribute.attr}("
        for name in reading
        for call, attribute in _calls(name)
        if attribute.attr in WRITES
    ]

    assert writes == []


def test_only_doors_read_the_clock() -> None:
    readings = [
        f"{name}:{call.lineno}"
        for name in MODULES
        if name not in CLOCK_DOORS and not _is_door(name)
        for call, attribute in _calls(name)
        if (getattr(attribute.value, "id", getattr(attribute.value, "attr", "")), attribute.attr) in READS_THE_CLOCK
    ]

    assert readings == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [name for name, tree in MODULES.items() if tree.body and ast.get_docstring(tree) is None]

    assert silent == []


def test_no_import_hides_in_a_function() -> None:
    """Such an import dodges a circle: fix the floor.

    The roof may: it imports what it has just installed or set up. So may `apps.py`: models exist only in `ready()`.
    """
    hidden = [
        f"{name}:{node.lineno}"
        for name, tree in MODULES.items()
        if not name.startswith("config/") and not name.endswith("/apps.py")
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert hidden == []


def test_status_never_changes_behind_the_back_of_its_machine() -> None:
    """`.update(status=…)` passes by django-fsm's guards. A guarded UPDATE (with the old status in its filter) may."""
    unguarded = [
        f"{name}:{call.lineno}"
        for name in MODULES
        for call, attribute in _calls(name)
        if attribute.attr == "update"
        and any(keyword.arg == "status" for keyword in call.keywords)
        and "status" not in ast.unparse(attribute.value)
    ]

    assert unguarded == []
