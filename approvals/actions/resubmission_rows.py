"""The rows of a run that is back with its requester: a task of theirs, written like any other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from approvals import papers
from approvals.actions import project
from approvals.directory import Directory
from workflows.engine.work import RunContext, Work
from workflows.queries import present_world
from workflows.statement import Writes


def rows_of(works: Sequence[tuple[RunContext, Work]]) -> list[Writes]:
    """The rows of what the starts of runs ask for; raises as `project.rows_of`."""
    directory = present_world().need(Directory)
    return project.rows_of(
        [(context, replace(work, payload=_paper(context, work.payload, directory))) for context, work in works]
    )


def _paper(context: RunContext, payload: Mapping[str, Any], directory: Directory) -> Mapping[str, Any]:
    if payload["op"] == "open":
        return papers.asking_requester(payload, requester=context.requester or "", at=context.now, directory=directory)
    return papers.heard_requester(payload, requester=context.requester or "", directory=directory)
