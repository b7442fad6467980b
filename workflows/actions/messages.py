"""Messages from outside: told to the runs that listen for them. One that nobody listens for is nobody's."""

from datetime import datetime

from workflows import runtime
from workflows.engine.events import MessageReceived
from workflows.prepared import fetch

_ONE_READER = "SELECT instance::text FROM workflows_messagewait WHERE name = %s AND key = %s ORDER BY id"
_EVERYBODY = (
    "SELECT DISTINCT instance::text FROM workflows_messagewait WHERE name = %s AND key IS NULL ORDER BY instance"
)


def send(message: MessageReceived, *, now: datetime) -> list[str]:
    """Tell a message to whoever listens; the ids of the runs that took it.

    With a key it has one reader, the run that has listened longest; without one all take it that listen. Raises what a
    run refuses of it (BadInput `message.payload_unfit`); the caller's transaction then keeps nothing of it.
    """
    if message.key is None:
        listening = [run for (run,) in fetch(_EVERYBODY, [message.name])]
        return [run for run in listening if runtime.deliver(run, message, now=now).changed]
    for (run,) in fetch(_ONE_READER, [message.name, message.key]):
        if runtime.deliver(run, message, now=now).changed:  # else somebody was faster, and the next one is asked
            return [run]
    return []
