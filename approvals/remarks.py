"""What those who have to do with a task may do without deciding: say something, send copies of the case. Pure."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from approvals import papers
from approvals.ballot import Ballot
from approvals.copies import copies_to
from approvals.deliberation import Deliberation, Refused, is_supervisor
from approvals.refusals import comment_required, nobody_reads, not_yours, unknown_reader
from approvals.targets import GroupTarget, UserTarget
from workflows.engine.events import Actor, Signalled
from workflows.engine.node_type import Note, Outcome, Wait
from workflows.engine.state import Awaits

_READERS: TypeAdapter[list[UserTarget | GroupTarget]] = TypeAdapter(list[UserTarget | GroupTarget])


def comment(case: Deliberation, event: Signalled) -> Outcome:
    """Somebody who has to do with the task says something."""
    _require_involved(case, case.ballot(), event.actor)
    text = str(event.payload.get("text") or "").strip()
    if not text:
        raise Refused(comment_required())
    work = papers.remark(by=event.actor.id, name=event.actor.name, text=text, at=case.now)
    return _going_on(case, work, Note(what="commented", data={"text": text}, actor=event.actor))


def send_copies(case: Deliberation, event: Signalled) -> Outcome:
    """Somebody who has to do with the task lets others read the run; nobody is asked for anything."""
    _require_involved(case, case.ballot(), event.actor)
    named = _read_readers(case, event.payload.get("to"))
    said = str(event.payload.get("comment") or "").strip()
    sent = copies_to(
        named, by=event.actor, comment=said, requester=case.scope.requester, directory=case.directory, at=case.now,
    )  # fmt: skip
    if not sent.paper:
        raise Refused(nobody_reads())
    return _going_on(case, {"op": "copy"} | sent.paper, *sent.notes)


def _going_on(case: Deliberation, work: dict[str, Any], *notes: Note) -> Outcome:
    """The wait stays as it is."""
    scope = case.scope
    return Wait(awaits=Awaits.SIGNAL, data=scope.data, due_at=scope.due_at, work=(work,), notes=notes)


def _require_involved(case: Deliberation, ballot: Ballot, actor: Actor) -> None:
    person = case.directory.person(actor.id)
    involved = person is not None and (
        person.id == case.scope.requester
        or ballot.answered_by(person.id) is not None
        or is_supervisor(person)
        or any(case.may_sit(seat, person) for seat in ballot.pending())
    )
    if not involved:
        raise Refused(not_yours())


def _read_readers(case: Deliberation, document: Any) -> list[UserTarget | GroupTarget]:
    try:
        named = _READERS.validate_python(document)
    except ValidationError:
        raise Refused(unknown_reader("")) from None
    for one in named:
        key = one.group if isinstance(one, GroupTarget) else one.user
        found = case.directory.group(key) if isinstance(one, GroupTarget) else case.directory.find_person(key)
        if found is None:
            raise Refused(unknown_reader(key))
    return named
