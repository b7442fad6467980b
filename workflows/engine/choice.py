"""What a person who starts a run chooses for a step of it. Values only."""

from workflows.engine.record import record


@record
class Offered:
    """Somebody who may be chosen: a username and the name for people."""

    username: str
    name: str


@record
class Choice:
    """Up to `most` of `people`, kept in a variable of the run; `is_cut_off` when there are more who could be chosen."""

    variable: str
    most: int
    people: tuple[Offered, ...]
    is_cut_off: bool = False
