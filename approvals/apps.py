"""Registers the room approvals with Django: its node types and the directory as a world value."""

from django.apps import AppConfig
from typing_extensions import override


class ApprovalsConfig(AppConfig):
    name = "approvals"
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        from approvals import queries
        from approvals.actions.hold import bring_into_force
        from approvals.actions.move_queue import carry_out_moves
        from approvals.actions.notify import forget_deliveries
        from approvals.actions.policy_look import look_daily
        from approvals.actions.project import FOLLOWED, rows_of
        from approvals.actions.reassess import reassess_left_work
        from approvals.actions.resubmission_rows import rows_of as rows_of_starts
        from approvals.directory import Directory
        from approvals.directory_document import read_directory
        from approvals.directory_rows import load_directory
        from approvals.invariants import INVARIANTS
        from approvals.nodes.approval import Approval
        from approvals.rehearsal import with_absences
        from workflows import wings, worlds
        from workflows.engine.nodes.start import Start
        from workflows.engine.registry import discover

        discover("approvals.nodes")
        unknown = (f"approval.unknown_{kind}" for kind in ("user", "group", "department"))
        worlds.provide(
            Directory, name="directory", load=load_directory, asks=(*unknown, "approval.no_calendar"),
            suppose=with_absences, read=read_directory,
        )  # fmt: skip
        wings.write_with(Approval.key, rows_of)
        wings.write_with(Start.key, rows_of_starts)
        wings.follow_due_times(FOLLOWED)
        wings.show_tasks(queries.lines_of)
        wings.show_to(queries.runs_shown_to)
        wings.hide_variables(queries.hidden_from)
        wings.show_all_to(queries.all_runs_shown_to)
        wings.show_flows_to(queries.flows_shown_to)
        wings.sweep_before_due_times(bring_into_force)
        wings.sweep_with(carry_out_moves)  # before the rules look for somebody: a successor was named
        wings.sweep_with(reassess_left_work)
        wings.sweep_with(forget_deliveries)
        wings.sweep_with(look_daily)
        for name, offenders in INVARIANTS.items():
            wings.hold_true(name, offenders)
