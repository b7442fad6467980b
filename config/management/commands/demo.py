"""`manage.py demo`: accounts, the refund flow, orders and refunds to look at. Repeated, it adds what is missing."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from bedrock.clock import now
from bedrock.errors import OrderflowError
from config.demo.people import ensure_people
from config.demo.story import ensure_flow, ensure_orders, ensure_refunds
from orders.templates import templates


class Command(BaseCommand):
    help = "Install the demo: accounts, groups, working time, the refund flow, orders and refunds."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--password", default=settings.ORDERFLOW_DEMO_PASSWORD, help="of every demo account")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ORDERFLOW_PRODUCTION:
            raise CommandError("The demo's accounts share one known password: not in production.")
        present = now()
        try:
            people = ensure_people(password=options["password"], now=present)
            for template in templates():
                ensure_flow(template, owner=people["admin"], now=present)
            placed = ensure_orders(people, now=present)
            asked = ensure_refunds(people, now=present)
        except OrderflowError as error:
            places = "".join(
                f"\n  {problem.get('node') or problem.get('path')}: {problem['message']}" for problem in error.problems
            )
            raise CommandError(f"{error.message} ({error.code}){places}") from error
        if options["verbosity"] > 0:
            self.stdout.write(f"{len(people)} accounts, {placed} new orders, {asked} new refunds")
