"""A request whose start loses to a withdrawal is tried again by the house, not by whoever sent it."""

import threading

import pytest
from django.db import connection, transaction
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import User
from bedrock.clock import now
from tests.workflows.conftest import chain, live_flow
from workflows import invariants
from workflows.actions import versions
from workflows.actions.definitions import publish, save_draft
from workflows.models import Instance, StoredAnswer


@pytest.mark.django_db(transaction=True)
def test_a_start_that_waited_for_a_withdrawal_begins_on_the_version_that_is_live_again(designer: User) -> None:
    row = live_flow("rest", chain(("rest", "delay", {"after": "PT1H"})), by=designer)
    longer = chain(("rest", "delay", {"after": "PT2H"}))
    save_draft(str(row.pk), revision=1, graph=longer, layout={}, actor=designer, now=now())
    publish(str(row.pk), revision=2, note="second", actor=designer, now=now())
    client, answers = APIClient(), list[Response]()
    client.force_authenticate(User.objects.create_user("shop", "x", roles=["integration"]))

    def begin() -> None:
        body = {"definition": "rest", "subject": {"type": "question", "id": "q-1"}, "variables": {"amount": None}}
        answers.append(client.post("/api/v1/instances", body, format="json", headers={"Idempotency-Key": "K-1"}))
        connection.close()

    start = threading.Thread(target=begin)
    with transaction.atomic():
        versions.withdraw(str(row.pk), 2, reason="wrong limit", actor=designer, ip=None, now=now())
        start.start()
        waits_for_the_withdrawal()
    start.join(20)

    assert [answer.status_code for answer in answers] == [201]
    assert [run.version.number for run in Instance.objects.select_related("version")] == [1]
    assert (StoredAnswer.objects.count(), invariants.broken()) == (1, [])


def waits_for_the_withdrawal() -> None:
    with connection.cursor() as cursor:
        for _ in range(2000):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'")
            if cursor.fetchone()[0]:
                return
            threading.Event().wait(0.005)
    pytest.fail("The start never came to the lock.")
