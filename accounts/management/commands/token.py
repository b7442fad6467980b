"""`manage.py token USER`: a new API token for that user, printed once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from accounts.actions import create_token
from accounts.models import User


class Command(BaseCommand):
    help = "Print a new API token of USER. It cannot be shown again."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="the user name")
        parser.add_argument("--name", default="command line", help="what the token is for")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user {options['user']}.")
        self.stdout.write(create_token(user, name=options["name"]))
