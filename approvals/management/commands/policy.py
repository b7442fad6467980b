"""`policy [--json]`: what is wrong with live flows and the organisation; read-only; exit code 1 when something is."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from approvals.actions.policy_look import Finding, look_over
from bedrock.clock import now
from workflows.actions.soundness import problem_documents


class Command(BaseCommand):
    help = "Look whether live flows still fit the organisation and its calendars. Changes nothing."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        found = look_over(now=now())
        if options["json"]:
            self.stdout.write(json.dumps({"findings": [_document(one) for one in found]}, indent=2, default=str))
        else:
            for one in found:
                self.stdout.write(f"{one.problem.severity:8}{_place(one):32}{one.problem.code}: {one.problem.message}")
            self.stdout.write(f"{len(found)} findings")
        if any(one.problem.severity == "error" for one in found):
            raise SystemExit(1)


def _document(finding: Finding) -> dict[str, Any]:
    [problem] = problem_documents([finding.problem])
    release = finding.release
    flow = None if release is None else {"key": release.key, "version": release.number}
    return {"flow": flow, "problem": problem, "since": finding.since}


def _place(finding: Finding) -> str:
    if finding.release is None:
        return "organisation"
    node = f"/{finding.problem.node}" if finding.problem.node else ""
    return f"{finding.release.key}@{finding.release.number}{node}"
