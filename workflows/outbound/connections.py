"""Connections as they are used: read from their rows, with the secrets that their names stand for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from bedrock.errors import BadInput, Conflict, NotFound
from workflows.engine.connections import HTTP, MAIL, ConnectionBook
from workflows.models import Connection
from workflows.outbound.addresses import Network, parse_network
from workflows.outbound.call import Target

_PORTS: Final = {"http": 80, "https": 443}
_MAIL_PORTS: Final = {"smtp": 587, "smtps": 465}
_HOST: Final = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_PATH: Final = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_SECRET: Final = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """An HTTP connection that can be called. `secret` and `headers` never leave the process but on the line."""

    target: Target
    headers: dict[str, str]
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyChannel:
    """A robot or a mail server that can be spoken to. Its secrets never leave the process but on the line."""

    kind: str
    target: Target
    secret: str
    signing: str
    username: str
    sender: str


def load_connections() -> ConnectionBook:
    """The kinds of all connections by name; one query."""
    return ConnectionBook(kinds=dict(Connection.objects.values_list("name", "kind")))


def ready_connection(name: str) -> Ready:
    """The HTTP connection of this name. Raises NotFound `connection.unknown`, Conflict `connection.secret_missing`."""
    row = Connection.objects.filter(pk=name, kind=HTTP).first()
    if row is None:
        raise _unknown(name)
    secret = _secret(row.secret, connection=name)
    return Ready(
        target=read_target(row.base_url, networks=row.networks),
        headers={row.secret_header: f"{row.secret_scheme} {secret}".strip()} if secret else {},
        secret=secret,
    )


def ready_channel(name: str) -> ReadyChannel:
    """The robot or mail server of this name. Raises as `ready_connection` does."""
    row = Connection.objects.exclude(kind=HTTP).filter(pk=name).first()
    if row is None:
        raise _unknown(name)
    return ReadyChannel(
        kind=row.kind,
        target=read_target(row.base_url, networks=row.networks, kind=row.kind),
        secret=_secret(row.secret, connection=name),
        signing=_secret(row.signing_secret, connection=name),
        username=row.username,
        sender=row.sender,
    )


def read_target(base_url: str, *, networks: Sequence[str], kind: str = HTTP) -> Target:
    """Where a base URL leads. Raises BadInput `connection.base_url_malformed`, `connection.network_malformed`,
    `connection.plain_needs_network`.
    """
    ports = _MAIL_PORTS if kind == MAIL else _PORTS
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname or "", parts.port or ports[parts.scheme]
        host = host.encode("idna").decode() if not host.isascii() else host
        is_whole = "@" not in parts.netloc and not parts.query and not parts.fragment and base_url.isprintable()
        is_whole = is_whole and parts.scheme in ports
        path = parts.path.rstrip("/")
    except (ValueError, KeyError):
        is_whole = False
    if not is_whole or not _HOST.fullmatch(host) or not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        example = "smtps://mail.example.com" if kind == MAIL else "https://erp.example.com/api"
        raise BadInput(
            "connection.base_url_malformed",
            f"Expected an address such as {example}, without user, query or fragment.",
        )
    named = tuple(_network(text) for text in networks)
    if parts.scheme == "http" and not named:
        raise BadInput(
            "connection.plain_needs_network",
            "Expected https, or the network that the plain connection stays in, found http to anywhere.",
        )
    return Target(scheme=parts.scheme, host=host, port=port, base_path=path, networks=named)


def _secret(name: str, *, connection: str) -> str:
    """The value of a named secret; empty without a name."""
    if not name:
        return ""
    secret: str = settings.ORDERFLOW_CONNECTION_SECRETS.get(name, "")
    if not _SECRET.fullmatch(secret):
        raise Conflict(
            "connection.secret_missing",
            f"Expected the secret {name} of the connection to be set to printable characters, found it unset or unfit.",
            connection=connection, secret=name,
        )  # fmt: skip
    return secret


def _unknown(name: str) -> NotFound:
    return NotFound("connection.unknown", f"Expected a declared connection, found {name!r}.", connection=name)


def _network(text: str) -> Network:
    network = parse_network(text)
    if network is None:
        raise BadInput(
            "connection.network_malformed",
            f"Expected a network such as 10.2.0.0/24, of at least 8 fixed bits (IPv6: 32), found {text!r}.",
            found=text,
        )
    return network
