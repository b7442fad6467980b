"""`manage.py directory import FOLDER | fetch CONNECTION | simulate`: people, departments and groups from outside."""

import csv
import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from accounts.policy import ROLE_VALUES
from approvals.actions.import_directory import Imported, import_directory
from approvals.roster_plan import Change, Options, Verb
from approvals.sources.csv_files import CsvSource
from approvals.sources.dingtalk import DingTalkSource
from approvals.sources.roster import DirectorySource
from approvals.sources.simulator import KEY, SECRET, fake_house, serve
from bedrock.clock import now
from bedrock.errors import OrderflowError
from bedrock.tables import harmless
from workflows.management.administrators import administrator
from workflows.outbound.connections import ready_connection

SHOWN = 50


class Command(BaseCommand):
    help = (
        "Take over the organisation from a source: all of it, or nothing. Exit code 1 when something is wrong with it."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        files = verbs.add_parser("import", help="from CSV files in a folder")
        files.add_argument("folder", type=Path)
        files.add_argument("--encoding", default="utf-8-sig", help="of the files, e.g. gb18030")
        files.add_argument("--source", default="csv", help="under which name ids are remembered")
        fetch = verbs.add_parser("fetch", help="from a directory of DingTalk's shape")
        fetch.add_argument("connection", help="a declared connection; its secret is APPKEY:APPSECRET")
        for verb in (files, fetch):
            verb.add_argument("--as", dest="administrator", required=True, help="the administrator who does it")
            verb.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
            verb.add_argument("--deactivate-missing", action="store_true", help="who is not there any more has left")
            verb.add_argument("--reactivate", action="store_true", help="who is there again may sign in again")
            verb.add_argument("--new-roles", nargs="*", default=[], choices=ROLE_VALUES, help="of new people")
            verb.add_argument("--report", type=Path, help="write every line and fault to this CSV file")
            verb.add_argument("--json", action="store_true", help="one JSON document instead of lines")
        simulate = verbs.add_parser("simulate", help="a house of DingTalk's shape on this machine, until it is stopped")
        simulate.add_argument("--people", type=int, default=40)
        simulate.add_argument("--port", type=int, default=8099)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "simulate":
            self._simulate(options)
            return
        try:
            done = import_directory(
                _source(options), is_dry=options["dry_run"], by=administrator(options["administrator"]), now=now(),
                options=Options(
                    deactivate_missing=options["deactivate_missing"], reactivate=options["reactivate"],
                    new_roles=tuple(options["new_roles"]),
                ),
            )  # fmt: skip
        except OrderflowError as error:
            raise CommandError(f"{error.message} ({error.code})") from None
        if options["report"] is not None:
            _write_report(options["report"], done)
        if options["json"]:
            self._document(done)
        else:
            self._lines(done, is_dry=options["dry_run"])
        if done.plan.faults:
            sys.exit(1)

    def _lines(self, done: Imported, *, is_dry: bool) -> None:
        plan = done.plan
        for fault in plan.faults[:SHOWN]:
            self.stderr.write(f"{fault.place}: {fault.message} ({fault.code})")
        for line in plan.changes[:SHOWN]:
            self.stdout.write(f"{line.verb.value:11}{line.kind:11}{line.key:24}{_said(line)}")
        more = max(0, len(plan.changes) - SHOWN) + max(0, len(plan.faults) - SHOWN)
        if more:
            self.stderr.write(f"… and {more} more; --report FILE writes all of them.")
        if plan.faults:
            self.stdout.write(f"{len(plan.faults)} faults; nothing was changed")
            return
        counts = ", ".join(f"{verb.value} {plan.count(verb)}" for verb in Verb)
        self.stdout.write(f"{counts}{'; nothing was changed: a dry run' if is_dry else ''}")

    def _document(self, done: Imported) -> None:
        said = {
            "applied": done.is_applied, "changes": [one.to_json() for one in done.plan.changes],
            "faults": [one.to_json() for one in done.plan.faults],
        }  # fmt: skip
        self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2))

    def _simulate(self, options: dict[str, Any]) -> None:
        with serve(fake_house(options["people"]), port=options["port"]) as server:
            self.stdout.write(f"http://127.0.0.1:{server.server_port}, secret {KEY}:{SECRET}; Ctrl-C stops it")
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                self.stdout.write("stopped")


def _source(options: dict[str, Any]) -> DirectorySource:
    if options["verb"] == "import":
        return CsvSource(folder=options["folder"], encoding=options["encoding"], name=options["source"])
    ready = ready_connection(options["connection"])
    return DingTalkSource(name=options["connection"], target=ready.target, secret=ready.secret)


def _said(line: Change) -> str:
    return "; ".join(f"{name}: {_text(before)} → {_text(after)}" for name, (before, after) in line.fields.items())


def _text(value: Any) -> str:
    match value:
        case None | "":
            return "–"
        case dict():
            return " / ".join(dict.fromkeys(map(str, value.values())))
        case list():
            return ", ".join(map(str, value)) or "–"
        case _:
            return str(value)


def _write_report(file: Path, done: Imported) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(["verb", "kind", "key", "what"])
        for fault in done.plan.faults:
            writer.writerow(["fault", *map(harmless, (fault.code, fault.place, fault.message))])
        for line in done.plan.changes:
            writer.writerow([line.verb.value, line.kind, *map(harmless, (line.key, _said(line)))])
