"""Declaring and retiring connections: what flows may call. On record in the audit chain; secrets are only named."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from bedrock.errors import BadInput, NotFound
from workflows.actions import audit
from workflows.engine.connections import HTTP, MAIL
from workflows.models import Connection
from workflows.outbound.connections import read_target
from workflows.outbound.mail import is_mail_address
from workflows.outbound.robots import BASE_URLS, SIGNS

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_SCHEME: Final = re.compile(r"[A-Za-z0-9-]{0,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretUse:
    """Which secret goes along with each call, by its name, and how: `Authorization: Bearer …`."""

    name: str
    header: str = "Authorization"
    scheme: str = "Bearer"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelUse:
    """How people are told something there: a robot's token and signing secret by name, or a mail server's account."""

    kind: str
    secret: str = ""
    signing_secret: str = ""
    username: str = ""
    sender: str = ""


@transaction.atomic
def declare_connection(
    name: str,
    *,
    base_url: str,
    networks: Sequence[str] = (),
    secret: SecretUse | None = None,
    by: audit.By,
    now: datetime,
) -> Connection:
    """The connection of this name, made or changed; runs call it as it is from now on.

    Raises BadInput `connection.name_malformed`, `connection.header_malformed`, `connection.secret_unknown`, and what
    `read_target` says of address and networks.
    """
    if not _NAME.fullmatch(name):
        raise _name_malformed(name)
    if secret is not None:
        _check_secret(secret)
    read_target(base_url, networks=networks)
    row = Connection(name=name, base_url=base_url, networks=list(networks), updated_at=now)
    if secret is not None:
        row.secret, row.secret_header, row.secret_scheme = secret.name, secret.header, secret.scheme
    return _declare(row, by=by, now=now)


@transaction.atomic
def declare_channel(
    name: str,
    *,
    use: ChannelUse,
    base_url: str = "",
    networks: Sequence[str] = (),
    by: audit.By,
    now: datetime,
) -> Connection:
    """The robot or mail server of this name, made or changed. A robot without an address is where its maker has it.

    Raises BadInput as `declare_connection`, `connection.secret_needed`, `connection.signing_unknown` for a robot that
    knows no signature, `connection.sender_malformed`.
    """
    if not _NAME.fullmatch(name):
        raise _name_malformed(name)
    _check_use(use)
    address = base_url or BASE_URLS.get(use.kind, "")
    read_target(address, networks=networks, kind=use.kind)
    row = Connection(
        name=name, kind=use.kind, base_url=address, networks=list(networks), secret=use.secret,
        signing_secret=use.signing_secret, username=use.username, sender=use.sender, updated_at=now,
    )  # fmt: skip
    return _declare(row, by=by, now=now)


def _declare(row: Connection, *, by: audit.By, now: datetime) -> Connection:
    stored = Connection.objects.select_for_update().filter(pk=row.pk).first()
    row.save(force_insert=stored is None)
    audit.record(
        "connection.declare", by=by, on=_object(row.name), reason="", before=_shown(stored) if stored else None,
        after=_shown(row), now=now,
    )  # fmt: skip
    return row


@transaction.atomic
def retire_connection(name: str, *, by: audit.By, now: datetime) -> None:
    """No flow may call it any more; a run that tries becomes an incident. Raises NotFound `connection.unknown`."""
    row = Connection.objects.select_for_update().filter(pk=name).first()
    if row is None:
        raise NotFound("connection.unknown", f"Expected a declared connection, found {name!r}.", connection=name)
    before = _shown(row)
    row.delete()
    audit.record("connection.retire", by=by, on=_object(name), reason="", before=before, now=now)


def _check_secret(secret: SecretUse) -> None:
    if not _HEADER.fullmatch(secret.header) or not _SCHEME.fullmatch(secret.scheme):
        raise BadInput("connection.header_malformed", "Expected a header and a scheme of letters, digits and -.")
    _require_set(secret.name)


def _check_use(use: ChannelUse) -> None:
    for name in filter(None, (use.secret, use.signing_secret)):
        _require_set(name)
    if use.kind == MAIL:
        if not is_mail_address(use.sender):
            raise BadInput("connection.sender_malformed", "Expected the plain mail address of a sender, found another.")
        if bool(use.secret) is not bool(use.username):
            raise BadInput("connection.secret_needed", "Expected a user name with a secret, or none of them.")
    elif not use.secret:
        raise BadInput("connection.secret_needed", "Expected the name of the robot's token, found none.")
    if use.signing_secret and use.kind not in SIGNS:
        message = f"Expected a signature only where one is known ({', '.join(sorted(SIGNS))}), found {use.kind}."
        raise BadInput("connection.signing_unknown", message)


def _require_set(secret: str) -> None:
    if secret not in settings.ORDERFLOW_CONNECTION_SECRETS:
        raise BadInput(
            "connection.secret_unknown",
            f"Expected ORDERFLOW_CONNECTION_SECRET_{secret} in the environment, found it unset.",
            secret=secret,
        )


def _name_malformed(name: str) -> BadInput:
    return BadInput("connection.name_malformed", f"Expected a name of a-z, 0-9, - and _, found {name!r}.", found=name)


def _object(name: str) -> audit.AuditObject:
    return audit.AuditObject(type="connection", id=name, title=name)


def _shown(row: Connection) -> dict[str, Any]:
    shown = {
        "base_url": row.base_url, "networks": row.networks, "secret": row.secret,
        "secret_header": row.secret_header, "secret_scheme": row.secret_scheme,
    }  # fmt: skip
    if row.kind != HTTP:
        shown |= {
            "kind": row.kind, "signing_secret": row.signing_secret, "username": row.username, "sender": row.sender,
        }  # fmt: skip
    return shown
