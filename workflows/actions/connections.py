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
from workflows.models import Connection
from workflows.outbound.connections import read_target

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_SCHEME: Final = re.compile(r"[A-Za-z0-9-]{0,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretUse:
    """Which secret goes along with each call, by its name, and how: `Authorization: Bearer …`."""

    name: str
    header: str = "Authorization"
    scheme: str = "Bearer"


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
        raise BadInput(
            "connection.name_malformed", f"Expected a name of a-z, 0-9, - and _, found {name!r}.", found=name
        )
    if secret is not None:
        _check_secret(secret)
    read_target(base_url, networks=networks)
    stored = Connection.objects.select_for_update().filter(pk=name).first()
    before = _shown(stored) if stored else None
    row = stored or Connection(name=name)
    row.base_url, row.networks = base_url, list(networks)
    row.secret = secret.name if secret else ""
    row.secret_header, row.secret_scheme = (secret.header, secret.scheme) if secret else ("", "")
    row.updated_at = now
    row.save()
    audit.record("connection.declare", by=by, on=_object(name), reason="", before=before, after=_shown(row), now=now)
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
    if secret.name not in settings.ORDERFLOW_CONNECTION_SECRETS:
        raise BadInput(
            "connection.secret_unknown",
            f"Expected ORDERFLOW_CONNECTION_SECRET_{secret.name} in the environment, found it unset.",
            secret=secret.name,
        )


def _object(name: str) -> audit.AuditObject:
    return audit.AuditObject(type="connection", id=name, title=name)


def _shown(row: Connection) -> dict[str, Any]:
    return {
        "base_url": row.base_url, "networks": row.networks, "secret": row.secret,
        "secret_header": row.secret_header, "secret_scheme": row.secret_scheme,
    }  # fmt: skip
