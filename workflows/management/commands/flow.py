"""`manage.py flow check|simulate|import|export|publish`: flows as files, for a repository and its checks."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from accounts.models import User
from accounts.policy import Role
from bedrock.clock import now
from bedrock.errors import OrderflowError
from web.strict_json import read_json
from workflows.actions import definitions, exchange
from workflows.actions.cases import read_case
from workflows.actions.going_live import Terms
from workflows.actions.soundness import problem_documents
from workflows.case_runs import CaseResult
from workflows.exchange.imported import Finding, Imported
from workflows.management import file_rehearsal as rehearsal
from workflows.models import Definition
from workflows.simulation.cases import Given
from workflows.simulation.documents import result_document, run_document

MAX_FILE = 2 * 1024 * 1024


class Command(BaseCommand):
    help = "Check, simulate, import, export and publish flows as JSON or BPMN 2.0 files."
    requires_system_checks = []

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser("check", help="say what stands against publishing these files; exit code 1 if any")
        check.add_argument("files", nargs="+", type=Path, metavar="FILE")
        check.add_argument("--json", action="store_true", help="one JSON document instead of lines")
        simulate = verbs.add_parser("simulate", help="play a flow on test cases or values; exit code 1 if a case fails")
        simulate.add_argument("file", type=Path)
        simulate.add_argument("--values", type=Path, metavar="FILE", help="JSON of one start: values, at, outcomes, …")
        simulate.add_argument(
            "--cases", type=Path, metavar="FILE", help="JSON with a list `cases`, and maybe a `house`"
        )
        simulate.add_argument("--house", type=Path, metavar="FILE", help="JSON of people and calendars: no database")
        simulate.add_argument(
            "--this-house", action="store_true", help="people and calendars of the database, and the cases kept there"
        )
        simulate.add_argument("--json", action="store_true", help="one JSON document instead of lines")
        take = verbs.add_parser("import", help="make a file the draft of its flow")
        take.add_argument("file", type=Path)
        take.add_argument("--key", help="the key of the flow; the file's own when left out")
        give = verbs.add_parser("export", help="write a flow: its draft, or a version")
        give.add_argument("key")
        give.add_argument("--version", dest="number", type=int, metavar="N")
        give.add_argument("--format", choices=["json", "bpmn"], default="json")
        give.add_argument("-o", "--output", type=Path, metavar="FILE", help="standard output when left out")
        publish = verbs.add_parser("publish", help="make the draft of a flow its next version")
        publish.add_argument("key")
        publish.add_argument("--note", required=True, help="what is new, for the list of versions")
        publish.add_argument(
            "--effective-at",
            type=_instant,
            metavar="TIME",
            help="when it becomes live, ISO 8601 with offset; else at once",
        )
        publish.add_argument("--take-over", action="store_true", help="replace the flow that answers the same event")
        publish.add_argument("--despite-cases", metavar="REASON", help="publish although test cases fail; on record")
        for verb in (take, publish):
            verb.add_argument("--as", dest="username", required=True, help="the designer who does it")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except OrderflowError as error:
            places = "".join(f"\n  {place}" for place in map(_problem_line, error.problems))
            raise CommandError(f"{error.message} ({error.code}){places}") from None

    def _check(self, options: dict[str, Any]) -> None:
        reports = {str(file): _report(file) for file in options["files"]}
        is_sound = not any(one["severity"] == "error" for report in reports.values() for one in report)
        if options["json"]:
            self.stdout.write(json.dumps({"ok": is_sound, "files": reports}, ensure_ascii=False, indent=2))
        else:
            for file, report in reports.items():
                for one in report:
                    self.stdout.write(f"{file}: {one['severity']}: {_problem_line(one)}")
        if not is_sound:
            sys.exit(1)

    def _simulate(self, options: dict[str, Any]) -> None:
        """`check` and `simulate` without `--this-house` need no database."""
        flow = _read(options["file"]).document
        written = {name: _json(options[name]) for name in ("values", "cases", "house") if options[name] is not None}
        house = _house(written, is_this=options["this_house"])
        plan = rehearsal.plan_in(house, flow.graph, now=now())
        if "values" in written:
            played = rehearsal.play_values(_given(written["values"]), plan=plan, house=house)
            told = run_document(played, live=None, amount=None)
            self._tell(told, _run_lines(told), is_json=options["json"])
            return
        if "cases" not in written and not options["this_house"]:
            raise CommandError("Expected --values, --cases or --this-house.")
        cases = rehearsal.read_cases(written["cases"]) if "cases" in written else rehearsal.stored_cases(flow.key)
        results = rehearsal.run_all(cases, plan=plan, house=house)
        failed = sum(not one.is_passed for one in results)
        told = {
            "ok": not failed,
            "cases": [{"name": one.name, **result_document(one.played, one.misses)} for one in results],
        }
        self._tell(told, [*_case_lines(results), f"{len(results) - failed} passed, {failed} failed"],
                   is_json=options["json"])  # fmt: skip
        if failed:
            sys.exit(1)

    def _tell(self, document: dict[str, Any], lines: list[str], *, is_json: bool) -> None:
        text = json.dumps(document, ensure_ascii=False, indent=2) if is_json else "\n".join(lines)
        self.stdout.write(text)

    def _import(self, options: dict[str, Any]) -> None:
        actor = _designer(options["username"])
        imported = _read(options["file"])
        taken = exchange.bring_up_to_date(imported, key=options["key"], actor=actor, now=now())
        for finding in taken.findings:
            self.stderr.write(f"{finding.severity}: {_finding_line(finding)}")
        row = taken.draft.definition
        errors = sum(problem.severity == "error" for problem in taken.draft.problems)
        done = "created" if taken.is_new else "draft saved"
        self.stdout.write(f"{row.key}: {done}, revision {row.draft_revision}, {errors} errors against publishing")

    def _export(self, options: dict[str, Any]) -> None:
        flow = exchange.flow_of(_definition(options["key"]), number=options["number"])
        text = exchange.write_file(flow, kind=options["format"])
        if options["output"] is None:
            self.stdout.write(text, ending="")
            return
        try:
            options["output"].write_bytes(text.encode())
        except OSError as error:
            raise CommandError(f"{options['output']} cannot be written: {error}.") from None

    def _publish(self, options: dict[str, Any]) -> None:
        actor, row = _designer(options["username"]), _definition(options["key"])
        terms = Terms(
            take_over=options["take_over"], effective_at=options["effective_at"],
            despite_cases=options["despite_cases"],
        )  # fmt: skip
        version = definitions.publish(
            str(row.pk), revision=row.draft_revision, note=options["note"], terms=terms, actor=actor, now=now()
        ).version
        day = version.standing.effective_at
        becomes = "is live" if options["effective_at"] is None else f"becomes live at {day.isoformat()}"
        self.stdout.write(f"{row.key}: version {version.number} {becomes}")


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("Expected a time with its offset, found none.")
    return found


def _read(file: Path) -> Imported:
    try:
        with file.open("rb") as source:
            content = source.read(MAX_FILE + 1)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error}.") from None
    if len(content) > MAX_FILE:
        raise CommandError(f"{file} is larger than {MAX_FILE} bytes.")
    return exchange.read_file(content, kind=exchange.kind_of(content))


def _json(file: Path) -> Any:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error}.") from None
    return read_json(content)


def _house(written: dict[str, Any], *, is_this: bool) -> rehearsal.House:
    cases = written.get("cases")
    document = written.get("house", cases.get("house") if isinstance(cases, dict) else None)
    if is_this and document is not None:
        raise CommandError("Expected one house: --this-house, or people and calendars in a file.")
    return rehearsal.this_house() if is_this else rehearsal.house_of(document)


def _given(document: Any) -> Given:
    return read_case("values", document, {}).given


def _case_lines(results: list[CaseResult]) -> list[str]:
    return [
        line
        for one in results
        for line in (
            [f"ok    {one.name}"] if one.is_passed else [f"FAIL  {one.name}: {m.sentence}" for m in one.misses]
        )
    ]


def _run_lines(run: dict[str, Any]) -> list[str]:
    """A line for each visit: when, where, by which way, and why with the numbers."""
    lines = []
    for step in run["steps"]:
        conditions = (step["because"] or {}).get("conditions", ())
        because = "".join(f"  [{one['because']}]" for one in conditions)
        who = ", ".join(one["key"] for asked in step["asked"] for one in asked["candidates"])
        failed = f"  ! {step['incident']['code']}" if step["incident"] else ""
        way = f" → {', '.join(step['ports'])}" if step["ports"] else ""
        lines.append(f"{step['entered']}  {step['node']}{way}{because}{f'  ({who})' if who else ''}{failed}")
    return [*lines, f"{run['ended_at']}  {run['ending']} {' '.join(run['ends'])}".rstrip()]


def _report(file: Path) -> list[dict[str, Any]]:
    """All problems of one file as JSON; findings of an import are among them."""
    try:
        imported = _read(file)
    except OrderflowError as error:
        whole = {"code": error.code, "message": error.message, "severity": "error"}
        return [whole, *({**problem, "severity": "error"} for problem in error.problems)]
    except CommandError as error:
        return [{"code": "file.unreadable", "message": str(error), "severity": "error"}]
    findings = [{**asdict(one), "message": one.reason} for one in imported.findings]
    problems = exchange.problems_without_house(imported.document, now=now())
    return findings + problem_documents(problems)


def _problem_line(problem: dict[str, Any]) -> str:
    place = next((problem[name] for name in ("node", "edge", "element", "path") if problem.get(name)), "")
    return f"{f'{place}: ' if place else ''}{problem['message']} ({problem['code']})"


def _finding_line(finding: Finding) -> str:
    return _problem_line({**asdict(finding), "message": finding.reason})


def _designer(username: str) -> User:
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active user {username}.")
    if not user.has_role(Role.DESIGNER):
        raise CommandError(f"{username} is no designer.")
    return user


def _definition(key: str) -> Definition:
    found = Definition.objects.filter(key=key).first()
    if found is None:
        raise CommandError(f"There is no flow {key}.")
    return found
