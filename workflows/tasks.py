"""What Celery may ring for: look into the database."""

from celery import shared_task

from workflows import jobs
from workflows.outbox import TASK


@shared_task(name=TASK, ignore_result=True)
def perform_due_jobs() -> None:
    """Perform jobs until none is due."""
    while jobs.perform_due():
        pass
