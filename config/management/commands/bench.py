"""`manage.py bench engine|inbox|simulation|timers [--json]`: what this machine does, on a database of its own."""

import importlib
import json
from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

SUBJECTS: Final = {
    "engine": "tests.bench.bench_shell", "inbox": "tests.bench.bench_inbox",
    "simulation": "tests.bench.bench_simulation", "timers": "tests.bench.bench_timers",
}  # fmt: skip


class Command(BaseCommand):
    help = (
        "Measure the engine on this machine, beside what its connection can do and beside other ways to run the flow."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("subject", nargs="?", default="engine", choices=sorted(SUBJECTS))
        parser.add_argument("--json", action="store_true")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            subject = importlib.import_module(SUBJECTS[options["subject"]])
        except ModuleNotFoundError as error:
            raise CommandError(
                f"The benchmarks live in tests/, which this installation does not have: {error}"
            ) from None
        figures: dict[str, Any] = subject.bench()
        if options["json"]:
            self.stdout.write(json.dumps(figures, indent=2))
            return
        for name, value in figures.items():
            self.stdout.write(
                f"{name:34} {value:>12,}" if isinstance(value, int | float) else f"{name:34} {value or '-'}"
            )
