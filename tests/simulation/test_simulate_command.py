"""`manage.py flow simulate`: a repository's checks without a database, and the cases of this house with one."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.approvals.office import OFFICE
from tests.house import ROOT
from tests.simulation.conftest import Shop
from tests.simulation.flows import cny, refund_graph
from workflows.engine.calendar_document import calendar_to_document

MONDAY = "2026-01-26T09:00:00+08:00"
HOUSE = {
    "directory": {
        "people": [{"username": name} for name in ("f1", "b1", "o1", "o2")],
        "groups": [
            {"key": key, "members": members, "calendar": "office"}
            for key, members in {"finance": ["f1"], "backup": ["b1"], "ops": ["o1", "o2"]}.items()
        ],
    },
    "calendars": {"office": calendar_to_document(OFFICE)},
}


def given(refund: str, **more: Any) -> dict[str, Any]:
    return {"values": {"refundAmount": cny(refund), "orderTotal": cny("199.00")}, "at": MONDAY} | more


CASES = [
    {"name": "small", "given": given("58.00"), "expect": {"avoids": ["finance"], "end": "end", "within": "PT0S"}},
    {"name": "large", "given": given("80.00", requester="o1"), "expect": {"asked": [{"node": "ops", "who": "ops"}]}},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, document in {
        "refund": refund_graph(), "half": refund_graph("0.2"), "cases": {"house": HOUSE, "cases": CASES},
        "bare": {"cases": CASES}, "house": HOUSE, "values": given("80.00"),
    }.items():  # fmt: skip
        (tmp_path / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    return tmp_path


def run(*arguments: Any) -> tuple[int, str]:
    """Exit code and output of the command in this process; no database is open to most of these tests."""
    out, code = io.StringIO(), 0
    try:
        call_command("flow", "simulate", *map(str, arguments), stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        code = int(str(end.code))
    return code, out.getvalue()


def test_cases_that_pass_end_with_zero(folder: Path) -> None:
    code, text = run(folder / "refund.json", "--cases", folder / "cases.json")

    assert (code, text.splitlines()) == (0, ["ok    small", "ok    large", "2 passed, 0 failed"])


def test_a_case_that_fails_ends_with_one_and_says_what_was_found(folder: Path) -> None:
    code, text = run(folder / "half.json", "--cases", folder / "bare.json", "--house", folder / "house.json")

    assert code == 1
    assert text.splitlines()[0].startswith("FAIL  small: Expected avoids finance, found ['start', 'small', 'finance'")
    assert text.splitlines()[1:] == ["ok    large", "1 passed, 1 failed"]


def test_the_report_can_be_read_by_a_program(folder: Path) -> None:
    code, text = run(folder / "half.json", "--cases", folder / "cases.json", "--json")

    report = json.loads(text)
    assert (code, report["ok"], [one["passed"] for one in report["cases"]]) == (1, False, [False, True])
    assert report["cases"][0]["misses"][0]["what"] == "avoids"


def test_values_are_told_step_by_step(folder: Path) -> None:
    code, text = run(folder / "refund.json", "--values", folder / "values.json", "--house", folder / "house.json")

    assert code == 0
    assert text.splitlines() == [
        "2026-01-26T01:00:00+00:00  start → out",
        "2026-01-26T01:00:00+00:00  small → otherwise  [80.00 CNY < 199.00 CNY * 0.3 = 59.70 CNY → false]",
        "2026-01-26T01:00:00+00:00  finance → approved  (finance)",
        "2026-01-26T01:00:00+00:00  ops → approved  (ops)",
        "2026-01-26T01:00:00+00:00  refund → out",
        "2026-01-26T01:00:00+00:00  end",
        "2026-01-26T01:00:00+00:00  completed end",
    ]


def test_in_a_house_where_nobody_lives_nobody_can_be_asked(folder: Path) -> None:
    _, text = run(folder / "refund.json", "--values", folder / "values.json", "--json")

    told = json.loads(text)
    assert (told["ending"], told["incidents"]) == ("incident", ["approval.nobody"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("refund.json",), "Expected --values, --cases or --this-house"),
        (("refund.json", "--cases", "values.json"), "cases.malformed"),
        (("refund.json", "--cases", "gone.json"), "cannot be read"),
        (("refund.json", "--cases", "cases.json", "--this-house"), "Expected one house"),
        (("refund.json", "--values", "values.json", "--house", "values.json"), "house.unknown_part"),
    ],
)
def test_what_cannot_be_played_is_said(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    paths = [one if one.startswith("--") else folder / one for one in arguments]

    with pytest.raises(CommandError, match=said):
        run(*paths)


def test_the_cases_of_this_house_are_run_in_it(shop: Shop, folder: Path) -> None:
    for case in CASES:
        assert shop.post("/cases", case).status_code == 201
    flow = {"key": "refunds", "title": {"zh": "退款", "en": "Refunds"}, "graph": refund_graph("0.2"), "layout": {}}
    (folder / "flow.json").write_text(json.dumps(flow), encoding="utf-8")

    code, text = run(folder / "flow.json", "--this-house")

    assert code == 1
    assert text.splitlines()[0] == "ok    large"


@pytest.mark.serial
def test_it_runs_where_there_is_no_database(folder: Path) -> None:
    environment = os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "ORDERFLOW_HOME": str(folder)}
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "flow", "simulate", str(folder / "refund.json"),
         "--cases", str(folder / "cases.json")],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["2 passed, 0 failed"]), done.stderr
