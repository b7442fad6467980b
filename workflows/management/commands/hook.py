"""`manage.py hook declare|list|retire`: signed doors through which senders outside start flows."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from bedrock.clock import now
from bedrock.errors import OrderflowError
from workflows.actions.hooks import declare_hook, retire_hook
from workflows.management.administrators import administrator
from workflows.models import Hook


class Command(BaseCommand):
    help = "Declare, list and retire signed doors for senders outside. Secrets are named, never given."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        declare = verbs.add_parser("declare", help="make or change a door")
        declare.add_argument("name", help="the last part of its address: a-z, 0-9, - and _")
        declare.add_argument("--flow", required=True, help="the key of the flow that it starts")
        declare.add_argument("--secret", required=True, metavar="NAME", help="ORDERFLOW_CONNECTION_SECRET_NAME")
        declare.add_argument(
            "--previous-secret", default="", metavar="NAME", help="counts as well while senders change over"
        )
        retire = verbs.add_parser("retire", help="nobody comes through it any more")
        retire.add_argument("name")
        verbs.add_parser("list", help="all doors; secrets by name")
        for verb in (declare, retire):
            verb.add_argument("--as", dest="username", required=True, help="the administrator who does it")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except OrderflowError as error:
            raise CommandError(f"{error.message} ({error.code})") from None

    def _declare(self, options: dict[str, Any]) -> None:
        row = declare_hook(
            options["name"], definition_key=options["flow"], secret=options["secret"],
            previous_secret=options["previous_secret"], by=administrator(options["username"]), now=now(),
        )  # fmt: skip
        self.stdout.write(_line(row))

    def _retire(self, options: dict[str, Any]) -> None:
        retire_hook(options["name"], by=administrator(options["username"]), now=now())
        self.stdout.write(f"{options['name']}: retired")

    def _list(self, options: dict[str, Any]) -> None:
        for row in Hook.objects.order_by("name"):
            self.stdout.write(_line(row))


def _line(row: Hook) -> str:
    before = f", still {row.previous_secret}" if row.previous_secret else ""
    return f"{row.name}: POST /api/v1/hooks/{row.name} starts {row.definition_key}, signed by {row.secret}{before}"
