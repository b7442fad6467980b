"""`manage.py flow`: the checks of a repository without a database, and the same actions as the API with one."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from tests.exchange.files import bpmn, chain, refund
from tests.house import ROOT
from workflows.exchange.bpmn_export import write_bpmn
from workflows.exchange.flow_document import write_flow
from workflows.models import Definition, DefinitionVersion

PLAIN = {
    "format": 1,
    "nodes": [{"id": "start", "type": "start"}, {"id": "wait", "type": "delay", "config": {"after": "PT1H"}},
              {"id": "end", "type": "end"}],
    "edges": [{"id": "e1", "from": "start", "to": "wait"}, {"id": "e2", "from": "wait", "to": "end"}],
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plain.json").write_text(json.dumps(PLAIN), encoding="utf-8")
    (tmp_path / "refund.json").write_text(write_flow(refund()), encoding="utf-8")
    (tmp_path / "refund.bpmn").write_text(write_bpmn(refund()), encoding="utf-8")
    (tmp_path / "foreign.bpmn").write_text(bpmn(chain('<task id="t" name="Ask"/>', "t")), encoding="utf-8")
    (tmp_path / "loose.json").write_text(json.dumps(PLAIN | {"edges": PLAIN["edges"][:1]}), encoding="utf-8")  # type: ignore[index]
    (tmp_path / "hostile.bpmn").write_text("<!DOCTYPE d><d/>", encoding="utf-8")
    return tmp_path


def run(*arguments: Any) -> tuple[int, list[str]]:
    """Exit code and lines of the command in this process."""
    out, code = io.StringIO(), 0
    try:
        call_command("flow", *map(str, arguments), stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        code = int(str(end.code))
    return code, out.getvalue().splitlines()


def test_sound_files_pass_without_a_word(folder: Path) -> None:
    assert run("check", folder / "plain.json", folder / "refund.json", folder / "refund.bpmn") == (0, [])


def test_every_problem_is_one_line_and_makes_the_check_fail(folder: Path) -> None:
    names = ("plain.json", "loose.json", "foreign.bpmn", "hostile.bpmn", "gone.json")

    code, lines = run("check", *(folder / name for name in names))

    assert code == 1
    assert [line.removeprefix(f"{folder}/") for line in lines] == [
        "loose.json: error: start: Expected a way from this node to an end, found none. (node.no_way_to_end)",
        "loose.json: error: wait: Expected an edge from port 'out', found none. (port.not_connected)",
        "loose.json: error: wait: Expected a way from this node to an end, found none. (node.no_way_to_end)",
        "loose.json: error: end: Expected a way from the start to this node, found none. (node.unreachable)",
        "foreign.bpmn: error: t: It does not say who or what does it; choose a step. (bpmn.not_mapped)",
        "foreign.bpmn: error: t: Expected a known node type, found 'bpmn.task'. (node.unknown_type)",
        "hostile.bpmn: error: Expected XML without a DTD or entities, found a declaration. (xml.declaration)",
        f"gone.json: error: {folder}/gone.json cannot be read: [Errno 2] No such file or directory: "
        f"'{folder}/gone.json'. (file.unreadable)",
    ]


def test_the_check_as_one_document(folder: Path) -> None:
    code, lines = run("check", "--json", folder / "plain.json", folder / "hostile.bpmn")

    assert code == 1
    assert json.loads("\n".join(lines)) == {
        "ok": False,
        "files": {
            str(folder / "plain.json"): [],
            str(folder / "hostile.bpmn"): [
                {"code": "xml.declaration", "severity": "error",
                 "message": "Expected XML without a DTD or entities, found a declaration."}
            ],
        },
    }  # fmt: skip


@pytest.mark.serial
def test_the_check_runs_where_no_database_is(folder: Path, tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"ORDERFLOW_HOME": str(tmp_path / "home"), "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", "import sys; from pathlib import Path; from config import command_line; "
               "sys.exit(command_line.run(sys.argv, home=Path(sys.argv.pop(1))))"]  # fmt: skip

    done = [
        subprocess.run(
            [*command, str(tmp_path / "home"), "flow", "check", str(folder / name)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        for name in ("refund.bpmn", "loose.json")
    ]

    assert [(one.returncode, len(one.stdout.splitlines())) for one in done] == [(0, 0), (1, 4)], done
    assert not (tmp_path / "home" / "postgres").exists()


@pytest.fixture
def people(db: None) -> None:
    User.objects.create_user("wang", "x", roles=["designer"])
    User.objects.create_user("li", "x", roles=["approver"])


@pytest.mark.usefixtures("people")
def test_a_file_becomes_a_flow_then_its_next_draft_then_a_version_and_a_file_again(folder: Path) -> None:
    first = run("import", folder / "plain.json", "--key", "plain", "--as", "wang")
    again = run("import", folder / "plain.json", "--key", "plain", "--as", "wang")
    live = run("publish", "plain", "--note", "first", "--as", "wang")
    code, lines = run("export", "plain", "--version", 1)

    assert first == (0, ["plain: created, revision 1, 0 errors against publishing"])
    assert again == (0, ["plain: draft saved, revision 2, 0 errors against publishing"])
    assert live == (0, ["plain: version 1 is live"])
    assert (code, json.loads("\n".join(lines))) == (
        0, {"key": "plain", "title": {"zh": "plain", "en": "plain"}, "graph": PLAIN, "layout": {}},
    )  # fmt: skip
    version = DefinitionVersion.objects.get()
    assert (version.note, version.published_by.username) == ("first", "wang")


@pytest.mark.usefixtures("people")
def test_a_flow_is_written_as_bpmn_and_read_back_unchanged(folder: Path) -> None:
    run("import", folder / "refund.json", "--as", "wang")
    before = Definition.objects.get(key="refunds")

    assert run("export", "refunds", "--format", "bpmn", "-o", folder / "out.bpmn") == (0, [])
    run("import", folder / "out.bpmn", "--as", "wang")

    after = Definition.objects.get(key="refunds")
    assert (after.draft_hash, after.draft_layout, after.draft_revision) == (before.draft_hash, before.draft_layout, 2)
    assert after.draft_hash == refund().graph.graph_hash


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("import", "hostile.bpmn", "--key", "x", "--as", "wang"), "xml.declaration"),
        (("import", "plain.json", "--as", "wang"), "import.key_missing"),
        (("import", "gone.json", "--key", "x", "--as", "wang"), "cannot be read"),
        (("import", "plain.json", "--key", "x", "--as", "li"), "li is no designer."),
        (("import", "plain.json", "--key", "x", "--as", "nobody"), "There is no active user nobody."),
        (("publish", "x", "--note", "n", "--as", "wang"), "There is no flow x."),
        (("export", "x"), "There is no flow x."),
    ],
)
@pytest.mark.usefixtures("people")
def test_what_cannot_be_done_is_said_and_nothing_is_made(folder: Path, arguments: tuple[str, ...], told: str) -> None:
    given = [str(folder / one) if one.endswith(("bpmn", "json")) else one for one in arguments]

    with pytest.raises(CommandError) as refused:
        run(*given)

    assert told in str(refused.value)
    assert not Definition.objects.exists()


@pytest.mark.usefixtures("people")
def test_a_draft_with_problems_is_not_published(folder: Path) -> None:
    run("import", folder / "loose.json", "--key", "loose", "--as", "wang")

    with pytest.raises(CommandError) as refused:
        run("publish", "loose", "--note", "n", "--as", "wang")

    assert "definition.has_problems" in str(refused.value)
    assert "wait: Expected an edge from port 'out', found none. (port.not_connected)" in str(refused.value)
    assert not DefinitionVersion.objects.exists()
