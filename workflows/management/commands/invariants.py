"""`invariants [--json]`: checks what must always be true; read-only; exit code 1 when something is broken."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from workflows import invariants


class Command(BaseCommand):
    help = "Check what must always be true of the rows. Changes nothing."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        found = {one.name: list(one.ids) for one in invariants.broken()}
        if options["json"]:
            self.stdout.write(json.dumps({"checked": list(invariants.names()), "broken": found}, indent=2))
        else:
            for name in invariants.names():
                ids = found.get(name)
                self.stdout.write(f"{'BROKEN' if ids else 'ok':8}{name}{' ' + ', '.join(ids) if ids else ''}")
        if found:
            raise SystemExit(1)
