"""What Celery may ring for: look into the database."""

from celery import shared_task

from bedrock.clock import now
from workflows import jobs
from workflows.actions.calls import attend_due
from workflows.actions.turns import let_in
from workflows.outbox import TASK


@shared_task(name=TASK, ignore_result=True)
def perform_due_jobs() -> None:
    """Perform jobs, and tell what is to be told between runs, until nothing is due."""
    while jobs.perform_due() + attend_due(now=now()) + let_in(now=now()):
        pass
