"""`manage.py sandbox`: tells the bundled payment provider how to behave, and shows what it has paid back."""

from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand
from typing_extensions import override

from orders.payments.sandbox.controls import forget, paid_back, tell, told
from orders.payments.sandbox.models import EVERY_ORDER, Mode


class Command(BaseCommand):
    help = "The sandbox payment provider: be slow, fail, refuse or cut the line; show its ledger."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        be = verbs.add_parser("be", help="behave like this from now on")
        be.add_argument("mode", choices=[mode.value for mode in Mode])
        be.add_argument("--order", default=EVERY_ORDER, help="only for this order number")
        be.add_argument("--seconds", type=Decimal, default=Decimal(0), help="how late a slow answer comes")
        be.add_argument("--times", type=int, help="only for the next calls; without it until told otherwise")
        reset = verbs.add_parser("reset", help="behave well again")
        reset.add_argument("--order", help="only for this order number")
        paid = verbs.add_parser("paid", help="what it has paid back for an order")
        paid.add_argument("order")
        verbs.add_parser("status", help="how it behaves now")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        match options["verb"]:
            case "be":
                tell(
                    Mode(options["mode"]), order_no=options["order"], seconds=options["seconds"], times=options["times"]
                )
            case "reset":
                self.stdout.write(f"{forget(order_no=options['order'])} behaviours dropped")
            case "paid":
                for row in paid_back(options["order"]):
                    self.stdout.write(f"{row.amount:.2f} {row.currency} under {row.key}, asked {row.calls} times")
        if options["verb"] in ("be", "status"):
            for one in told():
                self.stdout.write(f"{one.order_no}: {one.mode}, {one.seconds:g} s, {_times(one.times)}")


def _times(times: int | None) -> str:
    return "until told otherwise" if times is None else f"{times} more times"
