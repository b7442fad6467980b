"""`manage.py connection declare|robot|mail|list|retire`: the systems outside that flows may call."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from bedrock.clock import now
from bedrock.errors import OrderflowError
from workflows.actions.connections import (
    ChannelUse,
    SecretUse,
    declare_channel,
    declare_connection,
    retire_connection,
)
from workflows.engine.connections import HTTP, MAIL, ROBOTS
from workflows.management.administrators import administrator
from workflows.models import Connection


class Command(BaseCommand):
    help = "Declare, list and retire the connections that steps may use. Secrets are named, never given."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        declare = verbs.add_parser("declare", help="make or change a connection")
        declare.add_argument("name", help="how flows call it: a-z, 0-9, - and _")
        declare.add_argument("--base-url", required=True, help="https://erp.example.com/api; flows add paths below it")
        declare.add_argument(
            "--allow-network", action="append", default=[], metavar="CIDR", dest="networks",
            help="a network that is not public and may be called, such as 10.2.0.0/24; may be repeated",
        )  # fmt: skip
        declare.add_argument(
            "--secret", default="", metavar="NAME",
            help="the value of ORDERFLOW_CONNECTION_SECRET_NAME is sent along with each call",
        )  # fmt: skip
        declare.add_argument("--secret-header", default="Authorization")
        declare.add_argument("--secret-scheme", default="Bearer", help="the word before the secret; '' for none")
        robot = verbs.add_parser("robot", help="make or change the robot of a chat group")
        robot.add_argument("name")
        robot.add_argument("--kind", required=True, choices=ROBOTS)
        robot.add_argument("--secret", required=True, metavar="NAME", help="names the token in the robot's address")
        robot.add_argument("--signing-secret", default="", metavar="NAME", help="names what messages are signed with")
        robot.add_argument("--base-url", default="", help="of an installation of your own")
        mail = verbs.add_parser("mail", help="make or change a mail server")
        mail.add_argument("name")
        mail.add_argument("--base-url", required=True, help="smtps://mail.example.com or smtp://mail.example.com:587")
        mail.add_argument("--sender", required=True, help="the address that mail comes from")
        mail.add_argument("--username", default="")
        mail.add_argument("--secret", default="", metavar="NAME", help="names the password")
        for verb in (robot, mail):
            verb.add_argument("--allow-network", action="append", default=[], metavar="CIDR", dest="networks")
        retire = verbs.add_parser("retire", help="no flow may call it any more")
        retire.add_argument("name")
        verbs.add_parser("list", help="all connections; secrets by name")
        for verb in (declare, robot, mail, retire):
            verb.add_argument("--as", dest="administrator", required=True, help="the administrator who does it")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except OrderflowError as error:
            raise CommandError(f"{error.message} ({error.code})") from None

    def _declare(self, options: dict[str, Any]) -> None:
        secret = None
        if options["secret"]:
            secret = SecretUse(
                name=options["secret"], header=options["secret_header"], scheme=options["secret_scheme"]
            )  # fmt: skip
        row = declare_connection(
            options["name"], base_url=options["base_url"], networks=options["networks"], secret=secret,
            by=administrator(options["administrator"]), now=now(),
        )  # fmt: skip
        self.stdout.write(_line(row))

    def _robot(self, options: dict[str, Any]) -> None:
        use = ChannelUse(kind=options["kind"], secret=options["secret"], signing_secret=options["signing_secret"])
        self._declare_channel(use, options)

    def _mail(self, options: dict[str, Any]) -> None:
        use = ChannelUse(
            kind=MAIL, secret=options["secret"], username=options["username"], sender=options["sender"]
        )  # fmt: skip
        self._declare_channel(use, options)

    def _declare_channel(self, use: ChannelUse, options: dict[str, Any]) -> None:
        row = declare_channel(
            options["name"], use=use, base_url=options["base_url"], networks=options["networks"],
            by=administrator(options["administrator"]), now=now(),
        )  # fmt: skip
        self.stdout.write(_line(row))

    def _retire(self, options: dict[str, Any]) -> None:
        retire_connection(options["name"], by=administrator(options["administrator"]), now=now())
        self.stdout.write(f"{options['name']}: retired")

    def _list(self, options: dict[str, Any]) -> None:
        for row in Connection.objects.order_by("name"):
            self.stdout.write(_line(row))


def _line(row: Connection) -> str:
    networks = f", also in {' '.join(row.networks)}" if row.networks else ""
    secret = f", {row.secret_header or 'secret'} from {row.secret}" if row.secret else ""
    signed = f", signed by {row.signing_secret}" if row.signing_secret else ""
    kind = "" if row.kind == HTTP else f"{row.kind} at "
    return f"{row.name}: {kind}{row.base_url}{networks}{secret}{signed}"
