"""What a vote can be told: what is enough, of what, and whose voice weighs how much. Pure."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from approvals.candidates import Candidate, Kind
from approvals.directory import Directory
from approvals.targets import GroupTarget, UserTarget
from approvals.voting import PLAIN, Mode, Rules, Threshold, Voice, read_threshold
from workflows.engine.graph import Document

ThresholdText = Annotated[str, Field(min_length=1, max_length=20)]


class VoiceConfig(Document):
    """The voice of a person, or of every member of a group. Of several that fit, the first counts."""

    who: Annotated[UserTarget | GroupTarget, Field(discriminator="kind")]
    weight: Annotated[int, Field(ge=1, le=1000)] = 1
    veto: bool = False
    must: bool = False

    def speaks_of(self, seat: Candidate, *, directory: Directory) -> bool:
        """Whether it is about the person who sits here."""
        if seat.kind is not Kind.USER:
            return False
        if isinstance(self.who, UserTarget):
            person = directory.find_person(self.who.user)
            return person is not None and person.id == seat.key
        group = directory.group(self.who.group)
        return group is not None and seat.key in group.members


class VoteConfig(Document):
    """Settings of the mode `vote`. Thresholds: `3` (a weight), `2/3` (at least) or `>1/2` (more than).

    `of`: a share is of what is asked now (added signers count, removed ones do not), or of what was asked at the
    opening (added signers advise). Who abstains counts in neither.
    """

    approve: ThresholdText = ">1/2"
    reject: ThresholdText | None = None
    of: Literal["asked", "opened"] = "asked"
    finish: Literal["early", "everyone"] = "early"
    abstain: bool = False
    voices: Annotated[tuple[VoiceConfig, ...], Field(max_length=50)] = ()

    def voice_of(self, seat: Candidate, *, directory: Directory) -> Voice:
        """What an answer from this seat is worth."""
        found = next((one for one in self.voices if one.speaks_of(seat, directory=directory)), None)
        return PLAIN if found is None else Voice(weight=found.weight, veto=found.veto, must=found.must)


def compiled_rules(mode: Mode, vote: VoteConfig) -> Rules:
    """The rules of a published step. Raises ValueError for a threshold that `problems_of` would have refused."""
    if mode is not Mode.VOTE:
        return Rules(mode=mode)
    return Rules(
        mode=mode, approve=_compiled(vote.approve), reject=None if vote.reject is None else _compiled(vote.reject),
        fixed=vote.of == "opened", early=vote.finish == "early", abstain=vote.abstain,
    )  # fmt: skip


def weight_of(seats: Sequence[Candidate], vote: VoteConfig, *, directory: Directory) -> int:
    """The weight of all these seats together."""
    return sum(vote.voice_of(seat, directory=directory).weight for seat in seats)


def _compiled(text: str) -> Threshold:
    found = read_threshold(text)
    if found is None:
        raise ValueError(f"Expected a threshold, found {text!r}.")
    return found
