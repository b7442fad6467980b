"""Looking ahead of a run: reads rows, writes none."""

from datetime import datetime

from bedrock.errors import NotFound
from workflows import store
from workflows.simulation.ahead import Ahead, ahead_of


def look_ahead(instance_id: str, *, now: datetime) -> Ahead:
    """What lies before this run by the values, the organisation and the calendars of now; one statement.

    Raises NotFound `instance.unknown`.
    """
    run = store.read(instance_id)
    if run is None:
        raise NotFound("instance.unknown", f"Expected an instance, found none with id {instance_id}.")
    return ahead_of(run.release.plan, run.state, at=now, world=run.world)
