"""Connections as they are used: read from their rows, with the secret that their name stands for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from bedrock.errors import BadInput, Conflict, NotFound
from workflows.engine.connections import ConnectionBook
from workflows.models import Connection
from workflows.outbound.addresses import Network, parse_network
from workflows.outbound.call import Target

_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_PATH: Final = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_HEADER_VALUE: Final = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A connection that can be called. `secret` and `headers` never leave the process but on the line."""

    target: Target
    headers: dict[str, str]
    secret: str


def load_connections() -> ConnectionBook:
    """The names of all connections; one query."""
    return ConnectionBook(names=frozenset(Connection.objects.values_list("name", flat=True)))


def ready_connection(name: str) -> Ready:
    """The connection of this name. Raises NotFound `connection.unknown`, Conflict `connection.secret_missing`."""
    row = Connection.objects.filter(pk=name).first()
    if row is None:
        raise NotFound("connection.unknown", f"Expected a declared connection, found {name!r}.", connection=name)
    secret = ""
    if row.secret:
        secret = settings.ORDERFLOW_CONNECTION_SECRETS.get(row.secret, "")
        if not _HEADER_VALUE.fullmatch(secret):
            raise Conflict(
                "connection.secret_missing",
                f"Expected the secret {row.secret} of the connection to be set to printable characters, found it unset "
                "or unfit.",
                connection=name, secret=row.secret,
            )  # fmt: skip
    return Ready(
        target=read_target(row.base_url, networks=row.networks),
        headers={row.secret_header: f"{row.secret_scheme} {secret}".strip()} if secret else {},
        secret=secret,
    )


def read_target(base_url: str, *, networks: Sequence[str]) -> Target:
    """Where a base URL leads. Raises BadInput `connection.base_url_malformed`, `connection.network_malformed`,
    `connection.plain_needs_network`.
    """
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        host = host.encode("idna").decode() if not host.isascii() else host
        is_whole = "@" not in parts.netloc and not parts.query and not parts.fragment and base_url.isprintable()
        path = parts.path.rstrip("/")
    except (ValueError, KeyError):
        is_whole = False
    if not is_whole or not _HOST.fullmatch(host) or not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        raise BadInput(
            "connection.base_url_malformed",
            "Expected an address such as https://erp.example.com/api, without user, query or fragment.",
        )
    named = tuple(_network(text) for text in networks)
    if parts.scheme == "http" and not named:
        raise BadInput(
            "connection.plain_needs_network",
            "Expected https, or the network that the plain connection stays in, found http to anywhere.",
        )
    return Target(scheme=parts.scheme, host=host, port=port, base_path=path, networks=named)


def _network(text: str) -> Network:
    network = parse_network(text)
    if network is None:
        raise BadInput(
            "connection.network_malformed",
            f"Expected a network such as 10.2.0.0/24, of at least 8 fixed bits (IPv6: 32), found {text!r}.",
            found=text,
        )
    return network
