"""A decision table in a real run: published when its rules are apart, decided once, and told again from the rows."""

from typing import Any

import pytest

from accounts.models import User
from bedrock.errors import BadInput
from tests.workflows.conftest import chain, live_flow
from tests.workflows.test_runtime import begin, replayed
from workflows.models import DefinitionVersion, HistoryEvent

pytestmark = pytest.mark.django_db


def fees(*rules: tuple[str, str]) -> dict[str, Any]:
    """A flow whose table sets the amount anew, and then rests."""
    table = {
        "inputs": [{"value": "${amount}"}],
        "outputs": [{"variable": "amount"}],
        "rules": [{"when": [when], "then": [then]} for when, then in rules],
    }
    return chain(("fee", "decision_table", {"table": table}), ("rest", "delay", {"after": "PT1H"}))


def test_what_the_table_set_and_why_is_kept_and_can_be_told_again(designer: User) -> None:
    live_flow("fee", fees(("< 30.00 CNY", "0.00 CNY"), (">= 30.00 CNY", "${amount} * 1.5%")), by=designer)

    run = begin("fee")

    assert replayed(run).variables == {"amount": {"amount": "0.87", "currency": "CNY"}}
    decided = HistoryEvent.objects.get(instance=run, kind="moved", node="fee")
    assert decided.data["why"] == {
        "rules": [{"rule": 2, "because": "58.00 CNY >= 30.00 CNY → true"}],
        "assigned": [{"variable": "amount", "because": "58.00 CNY * 1.5% = 0.87 CNY → 0.87 CNY"}],
    }


def test_a_unique_table_with_an_overlap_is_not_published(designer: User) -> None:
    with pytest.raises(BadInput) as refused:
        live_flow("fee", fees(("<= 30.00 CNY", "0.00 CNY"), (">= 30.00 CNY", "1.00 CNY")), by=designer)

    assert refused.value.code == "definition.has_problems"
    assert DefinitionVersion.objects.count() == 0
