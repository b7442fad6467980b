"""`replay [--instance ID] [--json]`: folds the history of runs and compares it with what is stored; read-only."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from workflows.replays import Replayed, replay_all, replay_one

SHOWN = 1_000  # in the JSON document, which is kept until the end; `diverging` counts them all


class Command(BaseCommand):
    help = "Tell every run again from its history; exit code 1 when one is not what is stored. Changes nothing."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--instance", type=UUID, metavar="ID", help="only this run")
        parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        checked = diverging = 0
        shown: list[dict[str, Any]] = []
        for one in _runs(options["instance"]):
            checked += 1
            if one.field is None:
                continue
            diverging += 1
            if not options["json"]:
                self.stdout.write(f"{one.instance} {one.field}: {one.message}")
            elif len(shown) < SHOWN:
                shown.append({"id": one.instance, "field": one.field, "message": one.message})
        if options["json"]:
            self.stdout.write(json.dumps({"checked": checked, "diverging": diverging, "runs": shown}, indent=2))
        else:
            self.stdout.write(f"{checked} runs told again, {diverging} differ from what is stored")
        if diverging:
            raise SystemExit(1)


def _runs(instance: UUID | None) -> Iterable[Replayed]:
    if instance is None:
        return replay_all()
    found = replay_one(str(instance))
    if found is None:
        raise CommandError(f"Expected a run, found none with id {instance}.", returncode=2)
    return [found]
