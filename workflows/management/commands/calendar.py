"""`manage.py calendar list|show|preview|set`: working calendars, and what an edit means for waits under way."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from bedrock.clock import now
from bedrock.errors import BadInput, OrderflowError
from workflows.actions.calendars import edit_calendar, preview_edit
from workflows.management.administrators import administrator
from workflows.models import Calendar, CalendarEdit


class Command(BaseCommand):
    help = "List, show, try out and edit working calendars (docs/calendars.md)."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="all calendars with their revisions")
        show = verbs.add_parser("show", help="a calendar's document, and its last edits")
        preview = verbs.add_parser("preview", help="how many waits under way would move; changes nothing")
        change = verbs.add_parser("set", help="store a document for a calendar")
        for verb in (show, preview, change):
            verb.add_argument("key")
        for verb in (preview, change):
            verb.add_argument("file", type=Path, help="a JSON document")
        change.add_argument("--as", dest="username", required=True, help="the administrator who does it")
        change.add_argument(
            "--waits", dest="policy", required=True, choices=CalendarEdit.Policy.values,
            help="whether waits under way keep their due times or are reckoned anew",
        )  # fmt: skip
        change.add_argument("--reason", required=True)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except OrderflowError as error:
            problems = error.problems if isinstance(error, BadInput) else []
            lines = [f"{error.message} ({error.code})", *(f"  {one['path']}: {one['message']}" for one in problems)]
            raise CommandError("\n".join(lines)) from None

    def _list(self, options: dict[str, Any]) -> None:
        for row in Calendar.objects.order_by("key"):
            self.stdout.write(f"{row.key}: revision {row.revision}, {row.document['zone']}")

    def _show(self, options: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(_calendar(options["key"]).document, indent=2, ensure_ascii=False))
        for edit in CalendarEdit.objects.filter(calendar=options["key"]).order_by("-revision")[:10]:
            self.stdout.write(
                f"revision {edit.revision} of {edit.at:%Y-%m-%d %H:%M} by {edit.actor_name or edit.actor}: waits "
                f"{edit.policy}, {edit.status}; of {edit.looked_at} {edit.moved_later} later, "
                f"{edit.moved_earlier} earlier, {edit.left_alone} left alone. {edit.reason}"
            )

    def _preview(self, options: dict[str, Any]) -> None:
        found = preview_edit(options["key"], document=_read(options["file"]), now=now())
        seen = found.looked
        self.stdout.write(
            f"Of {'all' if found.is_whole else 'the next'} {seen.looked_at} waits with a due time {seen.later} would "
            f"be due later, {seen.earlier} earlier ({seen.at_once} of these at once), {seen.left_alone} are left alone."
        )
        if found.unconfirmed_years:
            self.stdout.write(f"No official notice yet: {', '.join(map(str, found.unconfirmed_years))}.")

    def _set(self, options: dict[str, Any]) -> None:
        row = Calendar.objects.filter(pk=options["key"]).first()
        stored = edit_calendar(
            options["key"], name={"zh": options["key"], "en": options["key"]} if row is None else row.name,
            document=_read(options["file"]), revision=0 if row is None else row.revision, policy=options["policy"],
            reason=options["reason"], by=administrator(options["username"]), now=now(),
        )  # fmt: skip
        self.stdout.write(f"{stored.key}: revision {stored.revision}, waits {options['policy']}")


def _calendar(key: str) -> Calendar:
    row = Calendar.objects.filter(pk=key).first()
    if row is None:
        raise CommandError(f"There is no calendar {key}.")
    return row


def _read(file: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise CommandError(f"Expected a JSON document in {file}: {error}") from None
    return document
