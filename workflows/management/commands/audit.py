"""`audit verify`: walks the hash chain of the audit rows; exit code 1 and the first bad rows when it is broken."""

import itertools
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from workflows.actions.audit import broken_entries
from workflows.models import AuditEntry

SHOWN = 20


class Command(BaseCommand):
    help = "Verify the hash chain of the audit rows. Changes nothing."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify"])

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        broken = list(itertools.islice(broken_entries(), SHOWN))
        for seq, why in broken:
            self.stderr.write(f"entry {seq}: {why}")
        if broken:
            raise SystemExit(1)
        last = AuditEntry.objects.order_by("-seq").first()
        self.stdout.write(
            f"{last.seq} entries, whole; last hash {last.hash}" if last else "0 entries, nothing to verify"
        )
