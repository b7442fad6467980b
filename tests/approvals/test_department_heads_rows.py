"""Heads of departments as rows: their order in the directory, over HTTP, and what became of the single head."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from approvals.directory_rows import load_directory
from approvals.models import Department, DepartmentHead
from tests.approvals.conftest import Office, signed_in


@pytest.mark.django_db
def test_heads_are_read_in_their_order_whatever_the_order_of_the_rows(office: Office) -> None:
    service = Department.objects.get(key="service")
    DepartmentHead.objects.filter(department=service).update(position=2)
    DepartmentHead.objects.create(department=service, user=office["f2"], position=1)
    DepartmentHead.objects.create(department=service, user=office["f1"], position=0)

    assert load_directory().departments["service"].heads == tuple(str(office[one].pk) for one in ("f1", "f2", "s1"))
    [shown] = signed_in(office["d1"]).get("/api/v1/departments").json()["results"]
    assert [one["username"] for one in shown["heads"]] == ["f1", "f2", "s1"]


@pytest.mark.django_db
@pytest.mark.parametrize(("who", "position"), [("s1", 1), ("f1", 0)])
def test_nobody_leads_a_department_twice_and_no_two_are_first(office: Office, who: str, position: int) -> None:
    service = Department.objects.get(key="service")

    with pytest.raises(IntegrityError), transaction.atomic():
        DepartmentHead.objects.create(department=service, user=office[who], position=position)

    assert service.heads.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_head_that_a_department_had_is_its_first_head_and_goes_back(office: Office) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([("approvals", "0012_delegations")])
    try:
        old = executor.loader.project_state([("approvals", "0012_delegations")]).apps.get_model(
            "approvals", "Department"
        )
        assert list(old.objects.values_list("key", "head_id")) == [("service", office["s1"].pk)]
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())

    assert list(DepartmentHead.objects.values_list("department__key", "user_id", "position")) == [
        ("service", office["s1"].pk, 0)
    ]
