"""Who declares where flows may call, what is refused, and that the audit chain has all of it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import User
from workflows.models import AuditEntry, Connection

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _people() -> None:
    User.objects.create_superuser("admin", password="x", display_name="管理员")
    User.objects.create_user("ops", "x", roles=["designer"])


def run(*words: str, by: str | None = "admin") -> str:
    out = StringIO()
    call_command("connection", *words, *(["--as", by] if by else []), stdout=out)
    return out.getvalue()


def test_a_connection_is_declared_changed_listed_and_retired_on_record() -> None:
    run("declare", "erp", "--base-url", "https://erp.example.com/api/", "--secret", "ERP")
    run(
        "declare",
        "wms",
        "--base-url",
        "http://wms.lan:8080",
        "--allow-network",
        "10.2.0.0/24",
        "--allow-network",
        "fd00::/64",
    )
    run("declare", "erp", "--base-url", "https://erp.example.com/v2", "--secret", "ERP", "--secret-header", "X-Key",
        "--secret-scheme", "")  # fmt: skip

    assert run("list", by=None).splitlines() == [
        "erp: https://erp.example.com/v2, X-Key from ERP",
        "wms: http://wms.lan:8080, also in 10.2.0.0/24 fd00::/64",
    ]
    assert run("retire", "wms") == "wms: retired\n"
    assert list(Connection.objects.values_list("name", flat=True)) == ["erp"]
    entries = AuditEntry.objects.order_by("seq")
    assert [(one.action, one.object_id, one.actor_name) for one in entries] == [
        ("connection.declare", "erp", "管理员"), ("connection.declare", "wms", "管理员"),
        ("connection.declare", "erp", "管理员"), ("connection.retire", "wms", "管理员"),
    ]  # fmt: skip
    changed = entries[2]
    assert (changed.before or {})["base_url"] == "https://erp.example.com/api/"
    assert changed.after == {
        "base_url": "https://erp.example.com/v2", "networks": [], "secret": "ERP", "secret_header": "X-Key",
        "secret_scheme": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["ERP", "--base-url", "https://erp.example.com"], "connection.name_malformed"),
        (["erp", "--base-url", "erp.example.com"], "connection.base_url_malformed"),
        (["erp", "--base-url", "ftp://erp.example.com"], "connection.base_url_malformed"),
        (["erp", "--base-url", "https://"], "connection.base_url_malformed"),
        (["erp", "--base-url", "https://user:pw@erp.example.com"], "connection.base_url_malformed"),
        (["erp", "--base-url", "https://erp.example.com?x=1"], "connection.base_url_malformed"),
        (["erp", "--base-url", "https://erp.example.com/a/../b"], "connection.base_url_malformed"),
        (["erp", "--base-url", "https://erp.example.com:99999"], "connection.base_url_malformed"),
        (["erp", "--base-url", "https://[::1"], "connection.base_url_malformed"),
        (["erp", "--base-url", "https://erp.example.com\r\n/x"], "connection.base_url_malformed"),
        (["erp", "--base-url", "https://erp_.example.com%00"], "connection.base_url_malformed"),
        (["erp", "--base-url", "https://erp.example.com/a b"], "connection.base_url_malformed"),
        (["erp", "--base-url", "http://erp.example.com"], "connection.plain_needs_network"),
        (["erp", "--base-url", "https://erp.lan", "--allow-network", "0.0.0.0/0"], "connection.network_malformed"),
        (["erp", "--base-url", "https://erp.lan", "--allow-network", "10.2.0.9/24"], "connection.network_malformed"),
        (["erp", "--base-url", "https://erp.lan", "--secret", "GONE"], "connection.secret_unknown"),
        (["erp", "--base-url", "https://erp.lan", "--secret", "ERP", "--secret-header", "X: y"],
         "connection.header_malformed"),
    ],
)  # fmt: skip
def test_what_is_no_connection_is_refused_and_nothing_is_kept(words: list[str], code: str) -> None:
    with pytest.raises(CommandError, match=code):
        run("declare", *words)

    assert (Connection.objects.count(), AuditEntry.objects.count()) == (0, 0)


@pytest.mark.parametrize(("by", "why"), [("ops", "no administrator"), ("nobody", "no active user")])
def test_only_administrators_declare(by: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        run("declare", "erp", "--base-url", "https://erp.example.com", by=by)

    assert Connection.objects.count() == 0


def test_what_is_not_there_cannot_be_retired() -> None:
    with pytest.raises(CommandError, match=r"connection\.unknown"):
        run("retire", "erp")

    assert AuditEntry.objects.count() == 0
