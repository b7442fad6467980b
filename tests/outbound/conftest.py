"""A declared connection to a server of the test, and flows of one step that call it."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from bedrock.clock import now
from tests.workflows.conftest import live_flow
from workflows.actions.audit import By
from workflows.actions.connections import SecretUse, declare_connection
from workflows.actions.instances import start
from workflows.engine.events import SYSTEM, Actor
from workflows.engine.state import Subject
from workflows.engine.work import Job, RunContext, Work

SECRET = "s3cr3t-of-the-erp"
LOOPBACK = ("127.0.0.0/8",)
BY = By(actor=Actor(id="1", name="管理员"), ip=None)


@pytest.fixture(autouse=True)
def _secrets(settings: Any) -> None:
    settings.ORDERFLOW_CONNECTION_SECRETS = {"ERP": SECRET}


@pytest.fixture
def designer(db: None) -> User:
    return User.objects.create_user("designer", "x", display_name="王芳", roles=["designer"])


def connect(port: int, *, path: str = "/api", networks: Sequence[str] = LOOPBACK) -> None:
    declare_connection(
        "erp",
        base_url=f"http://127.0.0.1:{port}{path}",
        networks=networks,
        secret=SecretUse(name="ERP"),
        by=BY,
        now=now(),
    )


def begin(designer: User, config: dict[str, Any], **variables: Any) -> str:
    """A run of a fresh flow that stands in its one call."""
    drawing = {
        "format": 1,
        "variables": [
            {"name": "orderNo", "type": "text"}, {"name": "parcelNo", "type": "text"}, {"name": "fee", "type": "money"},
        ],
        "nodes": [
            {"id": "start", "type": "start"},
            {"id": "call", "type": "http_request", "config": {"connection": "erp", "path": "/orders", **config}},
            {"id": "end", "type": "end"},
        ],
        "edges": [{"id": "e1", "from": "start", "to": "call"}, {"id": "e2", "from": "call", "to": "end"}],
    }  # fmt: skip
    live_flow("calls", drawing, by=designer)
    with transaction.atomic():
        return start(
            "calls", subject=Subject(type="order", id="1"), variables=variables, requester=None, actor=SYSTEM, now=now()
        ).instance_id


def job(request: dict[str, Any], *, tries: int = 1, attempt: int = 1) -> Job:
    """The job of a call that no run stands behind."""
    payload = {
        "connection": "erp", "method": "GET", "address": "/orders", "headers": {}, "body": None, "key_header": "",
        "success": "2xx", "timeout_seconds": 10, "wanted": {}, **request,
    }  # fmt: skip
    work = Work(type="http_request", node="call", token=1, visit=1, attempt=attempt, payload=payload)
    context = RunContext(
        instance="0190f5fe-7c00-7000-8000-000000000001", definition_key="calls", definition_title={}, version=1,
        subject=Subject(type="order", id="1"), requester=None, now=now(),
    )  # fmt: skip
    return Job(context=context, work=work, variables={}, tries=tries)
