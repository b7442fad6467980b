"""What Celery may ring for. Each task only says: look into the database."""

from celery import shared_task

from workflows import jobs, scheduler
from workflows.outbox import TASK


@shared_task(name=TASK, ignore_result=True)
def perform_due_jobs() -> None:
    """Perform jobs until none is due."""
    while jobs.perform_due():
        pass


@shared_task(name="workflows.sweep", ignore_result=True)
def sweep() -> None:
    """One sweep of the scheduler, for installations that let beat ring it."""
    scheduler.run_once()
