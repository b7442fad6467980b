"""Registers the orders wing with Django: its node types and the events that start flows."""

from django.apps import AppConfig
from typing_extensions import override


class OrdersConfig(AppConfig):
    name = "orders"
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        from orders import queries
        from orders.changes import actions as changes
        from orders.invariants import INVARIANTS
        from orders.refunds.actions import settle_after_runs
        from orders.refunds.orphans import settle_orphans
        from orders.refunds.receipts import book_receipts
        from orders.subjects import (
            AMOUNTS,
            CHANGE,
            CHANGE_REQUESTED,
            REFUND,
            REFUND_REQUESTED,
            SUBJECTS,
            TITLES,
            TRIGGERS,
        )
        from workflows import triggers, wings
        from workflows.engine.registry import discover

        discover("orders.nodes")
        wings.settle_after(REFUND, settle_after_runs)
        wings.settle_after(CHANGE, changes.settle_after_runs)
        wings.show_to(queries.runs_of_own_orders)
        wings.own_subjects(REFUND)
        wings.own_subjects(CHANGE)
        wings.recall_with(REFUND_REQUESTED, queries.runs_of_refunds)
        wings.recall_with(CHANGE_REQUESTED, queries.runs_of_changes)
        wings.name_subjects(REFUND, queries.refunds_of_order_no)
        wings.name_subjects(CHANGE, queries.changes_of_order_no)
        wings.sweep_with(settle_orphans)
        wings.sweep_with(book_receipts)
        for name, offenders in INVARIANTS.items():
            wings.hold_true(name, offenders)
        for key, variables in TRIGGERS.items():
            triggers.declare(
                triggers.Trigger(
                    key=key, title=TITLES[key], variables=variables, subject=SUBJECTS[key], amount=AMOUNTS[key]
                )
            )
