"""Taking over the organisation from files: all or nothing, the same again changes nothing, nobody goes unasked."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.actions import create_token
from accounts.models import ApiToken, User
from approvals.directory_rows import load_directory
from approvals.models import ApprovalTask, Decision, Department, DepartmentHead, GroupMember, ListedId
from tests.approvals.conftest import Office, open_task, publish_flow, signed_in, start_run
from workflows.models import AuditEntry

pytestmark = pytest.mark.django_db

PEOPLE = "id,username,name,email,department,roles,active"
LI = "e1,li.lei,李雷,li@example.com,sales,approver,true"
HAN = "e2,han,韩梅梅,,sales,approver;requester,"
WEI = "e3,wei,魏,,board,supervisor,"
DEPARTMENTS = ["key,name_zh,name_en,parent,heads", "board,总部,Board,,e3", "sales,销售部,Sales,board,e2;e1"]
GROUPS = ["key,name_zh", "night,夜班组"]
MEMBERS = ["group,person", "night,e1", "night,e2"]


def write(folder: Path, *people: str, encoding: str = "utf-8", **files: list[str]) -> Path:
    contents = {"people": [PEOPLE, *people], "departments": DEPARTMENTS, "groups": GROUPS, "memberships": MEMBERS}
    for name, lines in (contents | files).items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding=encoding)
    return folder


def run(folder: Path, *options: str) -> tuple[int, list[str], list[str]]:
    """Exit code, lines and faults of the command."""
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("directory", "import", str(folder), "--as", "root", *options, stdout=out, stderr=err)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, out.getvalue().splitlines(), err.getvalue().splitlines()


def told(folder: Path, *options: str) -> dict[str, Any]:
    _, lines, _ = run(folder, "--json", *options)
    document: dict[str, Any] = json.loads("\n".join(lines))
    return document


def house() -> dict[str, Any]:
    """Everything that an import could change."""
    found = load_directory()
    return {
        "people": sorted(
            (one.username, one.name, one.roles, one.department, one.active) for one in found.people.values()
        ),
        "departments": sorted((one.key, one.name.zh, one.parent, one.heads) for one in found.departments.values()),
        "groups": sorted((one.key, one.name.zh, one.members) for one in found.groups.values()),
        "links": sorted(ListedId.objects.values_list("source", "external_id", "user__username")),
        "passwords": sorted(User.objects.values_list("username", "password")),
        "audit": AuditEntry.objects.filter(action="directory.import").count(),
    }


def test_people_departments_heads_and_groups_come_from_files(office: Office, tmp_path: Path) -> None:
    code, lines, faults = run(write(tmp_path, LI, HAN, WEI))

    assert (code, lines[-1], faults) == (0, "add 6, change 2, deactivate 0, leave 0", [])
    found = load_directory()
    li, han, wei = (found.find_person(one) for one in ("li.lei", "han", "wei"))
    assert li is not None
    assert han is not None
    assert wei is not None
    assert (li.name, li.roles, li.department, li.active) == ("李雷", ("approver",), "sales", True)
    assert found.departments["sales"].heads == (han.id, li.id)
    assert (found.departments["sales"].parent, found.departments["board"].heads) == ("board", (wei.id,))
    assert found.groups["night"].members == (han.id, li.id)
    assert User.objects.get(username="li.lei").email == "li@example.com"
    assert not User.objects.get(username="li.lei").has_usable_password()
    entry = AuditEntry.objects.get(action="directory.import")
    assert (entry.actor_name, entry.after) == ("root", {"add": 6, "change": 2, "deactivate": 0, "leave": 0})


def test_the_same_files_again_change_nothing(office: Office, tmp_path: Path) -> None:
    folder = write(tmp_path, LI, HAN, WEI)
    run(folder)
    before = house()

    assert run(folder) == (0, ["add 0, change 0, deactivate 0, leave 0"], [])
    assert house() == before


def test_a_dry_run_tells_what_would_change_and_changes_nothing(office: Office, tmp_path: Path) -> None:
    folder = write(tmp_path, LI, HAN, WEI)
    run(folder)
    before = house()
    write(
        folder,
        LI.replace("李雷", "李磊"),
        HAN,
        departments=[*DEPARTMENTS[:2], "sales,销售部,Sales,board,e1"],
        memberships=MEMBERS[:2],
    )
    (folder / "departments.csv").write_text(
        "\n".join(["key,name_zh,name_en,parent,heads", "sales,销售部,Sales,board,e1"])
    )

    document = told(folder, "--dry-run", "--deactivate-missing")

    assert document == {
        "applied": False, "faults": [],
        "changes": [
            {
                "verb": "change", "kind": "person", "key": "li.lei",
                "fields": {"name": {"before": "李雷", "after": "李磊"}},
            },
            {
                "verb": "change", "kind": "department", "key": "sales",
                "fields": {"heads": {"before": ["han", "li.lei"], "after": ["li.lei"]}},
            },
            {
                "verb": "change", "kind": "group", "key": "night",
                "fields": {"members": {"before": ["han", "li.lei"], "after": ["li.lei"]}},
            },
            {
                "verb": "deactivate", "kind": "person", "key": "wei",
                "fields": {"active": {"before": True, "after": False}},
            },
        ],
    }  # fmt: skip
    assert house() == before


def test_somebody_who_is_missing_goes_only_when_it_is_asked_for_and_loses_every_access_at_once(
    office: Office, tmp_path: Path
) -> None:
    folder = write(tmp_path, LI, HAN, WEI)
    run(folder)
    li = User.objects.get(username="li.lei")
    create_token(li)
    browser = signed_in(li)
    assert browser.get("/api/v1/tasks/summary").status_code == 200
    rest = write(
        folder, HAN, WEI, departments=[*DEPARTMENTS[:2], "sales,销售部,Sales,board,e2"], memberships=MEMBERS[::2]
    )

    assert told(rest)["changes"][-1] == {
        "verb": "leave", "kind": "person", "key": "li.lei", "fields": {"active": {"before": True, "after": None}},
    }  # fmt: skip
    assert User.objects.get(username="li.lei").is_active
    run(rest, "--deactivate-missing")

    assert not User.objects.get(username="li.lei").is_active
    assert browser.get("/api/v1/tasks/summary").status_code == 401
    assert not ApiToken.objects.filter(user=li).exists()
    assert User.objects.get(username="f1").is_active  # whom the source never told of


def test_somebody_who_left_comes_back_only_when_it_is_asked_for(office: Office, tmp_path: Path) -> None:
    folder = write(tmp_path, LI, HAN, WEI)
    run(folder)
    User.objects.filter(username="li.lei").update(is_active=False)

    assert told(folder)["changes"] == [
        {"verb": "leave", "kind": "person", "key": "li.lei", "fields": {"active": {"before": False, "after": True}}}
    ]
    run(folder, "--reactivate")

    assert User.objects.get(username="li.lei").is_active


def test_an_administrator_never_goes_by_a_file(office: Office, tmp_path: Path) -> None:
    folder = write(tmp_path, LI, HAN, WEI, "e9,root,根,,,,false")

    assert [one["verb"] for one in told(folder)["changes"] if one["key"] == "root"] == ["change", "leave"]
    assert User.objects.get(username="root").is_active


def test_trap_01_a_new_name_changes_no_history_and_a_new_username_nothing_at_all(
    office: Office, tmp_path: Path
) -> None:
    """Whom the source renames is the same person: flows know them by their username, history by the name of then."""
    folder = write(tmp_path, "e1,f1,方一,,,approver,", departments=DEPARTMENTS[:1], memberships=MEMBERS[:1])
    run(folder)
    publish_flow(office)
    task = open_task(start_run(office))
    assert (
        signed_in(office["f1"]).post(f"/api/v1/tasks/{task.pk}/approve", {"revision": 1}, format="json").status_code
        == 200
    )
    write(folder, "e1,fang.yi,方怡,,,approver,", departments=DEPARTMENTS[:1], memberships=MEMBERS[:1])

    document = told(folder)

    assert document["changes"][-1] == {
        "verb": "leave", "kind": "person", "key": "f1", "fields": {"username": {"before": "f1", "after": "fang.yi"}},
    }  # fmt: skip
    person = User.objects.get(pk=office["f1"].pk)
    assert (person.username, person.display_name) == ("f1", "方怡")
    assert Decision.objects.get(task=task).actor_name == "方一"
    assert ApprovalTask.objects.get(pk=task.pk).decided_by_name == "方一"


def with_person(row: str) -> tuple[list[str], dict[str, list[str]]]:
    return [LI, HAN, WEI, row], {}


def with_department(*rows: str) -> tuple[list[str], dict[str, list[str]]]:
    return [LI, HAN, WEI], {"departments": [*DEPARTMENTS, *rows]}


def with_member(row: str) -> tuple[list[str], dict[str, list[str]]]:
    return [LI, HAN, WEI], {"memberships": [*MEMBERS, row]}


FAULTS = {
    "an id twice": (([LI, LI], {}), "people.csv:2", "directory.twice"),
    "a username of somebody else": (with_person("e4,han,韩,,,,"), "people.csv:5", "directory.username_taken"),
    "no name": (with_person("e4,four,,,,,"), "people.csv:5", "directory.empty_cell"),
    "a username with a blank": (with_person("e4,a b,四,,,,"), "people.csv:5", "directory.bad_username"),
    "no mail address": (with_person("e4,four,四,at home,,,"), "people.csv:5", "directory.bad_email"),
    "an unknown role": (with_person("e4,four,四,,,king,"), "people.csv:5", "directory.unknown_role"),
    "an unknown department": (with_person("e4,four,四,,moon,,"), "people.csv:5", "directory.unknown_department"),
    "perhaps active": (with_person("e4,four,四,,,,maybe"), "people.csv:5", "directory.bad_active"),
    "an unknown head": (with_department("new,新,New,,e7"), "departments.csv:4", "directory.unknown_person"),
    "a head twice": (with_department("new,新,New,,e1;e1"), "departments.csv:4", "directory.head_twice"),
    "a key with a blank": (with_department("a b,新,New,,"), "departments.csv:4", "directory.bad_key"),
    "a circle (trap 9)": (
        with_department("x,新,X,y,", "y,新,Y,x,"),
        "departments.csv:4",
        "directory.department_circle",
    ),
    "an unknown group": (with_member("day,e1"), "memberships.csv:4", "directory.unknown_group"),
    "a member twice": (with_member("night,e1"), "memberships.csv:4", "directory.member_twice"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_one_fault_keeps_everything_as_it_was_and_is_told_with_its_row(
    office: Office, tmp_path: Path, case: str
) -> None:
    (people, files), place, wanted = FAULTS[case]
    before = house()

    folder = write(tmp_path, *people, encoding="utf-8", **files)
    code, lines, faults = run(folder)

    assert code == 1
    assert any(one.startswith(f"{place}: ") and one.endswith(f"({wanted})") for one in faults), faults
    assert lines[-1].endswith("nothing was changed")
    assert house() == before


def test_all_faults_are_told_at_once(office: Office, tmp_path: Path) -> None:
    _, _, faults = run(write(tmp_path, LI, "e2,a b,韩,nobody,moon,king,", WEI))

    assert sorted(one.rsplit("(", 1)[1] for one in faults) == [
        "directory.bad_email)", "directory.bad_username)", "directory.unknown_department)", "directory.unknown_role)",
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_are_read_as_excel_saves_them(office: Office, tmp_path: Path, encoding: str) -> None:
    folder = write(tmp_path, LI, HAN, WEI, encoding=encoding)

    code, _, _ = run(folder, *(["--encoding", "gb18030"] if encoding == "gb18030" else []))

    assert (code, User.objects.get(username="li.lei").display_name) == (0, "李雷")


@pytest.mark.parametrize(
    ("people", "message"),
    [
        (["id,username,name,salary", "e1,li,李,9"], "Expected the columns id, username, name .* 'salary'"),
        (["id,name", "e1,李"], "no username"),
    ],
)
def test_a_file_with_other_columns_is_refused_whole(
    office: Office, tmp_path: Path, people: list[str], message: str
) -> None:
    before = house()

    with pytest.raises(CommandError, match=message):
        run(write(tmp_path, people=people))

    assert house() == before


def test_a_file_of_another_encoding_is_refused_whole(office: Office, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="say its encoding"):
        run(write(tmp_path, LI, encoding="gb18030"))


def test_a_report_starts_no_formula_in_a_spreadsheet(office: Office, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    run(
        write(tmp_path, "e1,-2+3,=HYPERLINK(0),,,,", departments=DEPARTMENTS[:1], memberships=MEMBERS[:1]),
        "--report",
        str(report),
    )

    with report.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.reader(text))
    assert rows[1][:3] == ["add", "person", "'-2+3"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_only_an_administrator_imports(office: Office, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="s1 is no administrator"):
        call_command("directory", "import", str(write(tmp_path, LI)), "--as", "s1")


def test_what_the_files_do_not_speak_of_stays_as_it_is(office: Office, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,username,name\nc1,cs,客服一\n", encoding="utf-8")

    run(tmp_path)

    person = load_directory().find_person("cs")
    assert person is not None
    assert (person.name, person.roles, person.department) == ("客服一", ("requester",), "service")
    assert DepartmentHead.objects.get(department=Department.objects.get(key="service")).user == office["s1"]
    assert GroupMember.objects.count() == 6
