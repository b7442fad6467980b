"""`manage.py orders import FILE`: orders from a CSV or XLSX file; every fault with its row; safe to repeat."""

import csv
import sys
from argparse import ArgumentParser
from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from accounts.models import User
from accounts.policy import Role
from bedrock.clock import now
from bedrock.errors import OrderflowError
from bedrock.tables import harmless, read_rows
from orders.core.channels import Channel
from orders.intake.actions import Client
from orders.intake.importing import Fault, Outcome, Tally, import_orders
from orders.intake.mapping import ColumnMapping, own_mapping, read_mapping, with_channel
from workflows.engine.values import Money

SHOWN_FAULTS = 50


class Command(BaseCommand):
    help = "Import orders from a file. Exit code 1 when at least one order could not be placed."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        take = verbs.add_parser("import", help="place the orders of a CSV or XLSX file")
        take.add_argument("file", type=Path)
        take.add_argument("--mapping", type=Path, help="TOML or JSON: which column is which field")
        take.add_argument(
            "--channel", choices=[channel.value for channel in Channel], help="one channel for all orders"
        )
        take.add_argument("--as", dest="username", help="user who places them; the only superuser when left out")
        take.add_argument("--errors", type=Path, help="write every fault to this CSV file")
        take.add_argument("--sheet", help="sheet of an XLSX file; the first when left out")
        take.add_argument("--encoding", default="utf-8-sig", help="of a CSV file, e.g. gb18030")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tally, faults = self._import(options)
        except OrderflowError as error:
            places = "".join(f"\n  {one['path']}: {one['message']}" for one in error.problems)
            raise CommandError(f"{error.message} ({error.code}){places}") from None
        if options["errors"] is not None:
            _write_faults(options["errors"], faults)
        for fault in faults[:SHOWN_FAULTS]:
            place = f"{fault.path}: " if fault.path else ""
            self.stderr.write(f"row {fault.row}: order {fault.order_no or '?'}: {place}{fault.message} ({fault.code})")
        if len(faults) > SHOWN_FAULTS:
            self.stderr.write(f"… and {len(faults) - SHOWN_FAULTS} more; --errors FILE writes all of them.")
        sums = ", ".join(str(Money(amount, currency)) for currency, amount in sorted(tally.totals.items()))
        self.stdout.write(
            f"new {tally.new}, unchanged {tally.unchanged}, failed {tally.failed}; total {sums or 'none'}"
        )
        if tally.failed:
            sys.exit(1)

    def _import(self, options: dict[str, Any]) -> tuple[Tally, list[Fault]]:
        user = _user(options["username"])
        client = Client(user_id=user.pk, may_record_payments=user.has_role(Role.INTEGRATION))
        rows = list(read_rows(options["file"], sheet=options["sheet"], encoding=options["encoding"]))
        mapping = _mapping(options, columns=rows[0].cells.keys() if rows else ())
        tally, faults = Tally(totals={}), list[Fault]()
        for one in import_orders(rows, mapping=mapping, client=client, now=now()):
            tally.add(one)
            faults += one.faults
            if one.outcome is Outcome.NEW and tally.new % 1000 == 0:
                self.stderr.write(f"{tally.new} placed …")
        return tally, faults


def _mapping(options: dict[str, Any], *, columns: Collection[str]) -> ColumnMapping:
    file: Path | None = options["mapping"]
    if file is None:
        mapping = own_mapping({*columns, "channel"} if options["channel"] else columns)
    else:
        kind: Literal["toml", "json"] = "json" if file.suffix.lower() == ".json" else "toml"
        try:
            mapping = read_mapping(file.read_text("utf-8"), kind=kind)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The mapping {file} cannot be read: {error}.") from None
    return with_channel(mapping, options["channel"]) if options["channel"] else mapping


def _user(username: str | None) -> User:
    wanted = User.objects.filter(is_active=True)
    found = list(wanted.filter(username=username) if username else wanted.filter(is_superuser=True)[:2])
    if len(found) != 1:
        raise CommandError(
            f"There is no active user {username}." if username else "Say who places the orders with --as USERNAME."
        )
    return found[0]


def _write_faults(file: Path, faults: list[Fault]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(["row", "order_no", "path", "code", "message"])
        writer.writerows(
            [fault.row, *map(harmless, (fault.order_no, fault.path, fault.code, fault.message))] for fault in faults
        )
