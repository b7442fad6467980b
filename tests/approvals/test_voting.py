"""The tally of a vote against a slow one that tries everything with fractions, over all orders of answers."""

from fractions import Fraction
from functools import cache
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.voting import Cast, Mode, Rules, Threshold, Verdict, Voice, Vote, read_threshold, tally

OPEN, YES, NO, UNHEARD = Verdict.OPEN, Verdict.APPROVED, Verdict.REJECTED, Verdict.UNHEARD
Given = tuple[tuple[Voice, Vote], ...]


class Oracle:
    """What the words of the rules mean, said as simply as possible and without a thought of speed."""

    def __init__(self, rules: Rules, voices: tuple[Voice, ...]) -> None:
        self.rules = rules
        self.opened = sum(voice.weight for voice in voices)
        self.reaches = cache(self._reaches)

    def holds(self, threshold: Threshold, weight: int, total: int) -> bool:
        if threshold.of is None:
            return weight >= threshold.parts
        if total == 0 or weight == 0:
            return False
        share, wanted = Fraction(weight, total), Fraction(threshold.parts, threshold.of)
        return share > wanted if threshold.more else share >= wanted

    def settled(self, given: Given, waiting: tuple[Voice, ...]) -> Verdict | None:
        """What a rule says of these answers, if one does."""
        yes, no, out = (sum(v.weight for v, vote in given if vote is one) for one in Vote)
        total = self.opened - out if self.rules.fixed else yes + no + sum(v.weight for v in waiting)
        if waiting and not self.rules.early:
            return None
        if any(v.veto and vote is Vote.REJECTED for v, vote in given):
            return NO
        if self.rules.reject is not None and self.holds(self.rules.reject, no, total):
            return NO
        if not waiting and all(vote is Vote.ABSTAINED for _, vote in given):
            return UNHEARD
        if self.holds(self.rules.approve, yes, total) and not any(v.must for v in waiting):
            return YES
        return None if waiting else NO

    def _reaches(self, given: Given, waiting: tuple[Voice, ...]) -> bool:
        """Whether any answers that may still come approve it, leaving aside what a rejection would do."""
        found = self.settled(given, waiting)
        if found is not None:
            return found is YES
        first, rest = waiting[0], waiting[1:]
        return any(self.reaches((*given, (first, vote)), rest) for vote in Vote)

    def verdict(self, given: Given, waiting: tuple[Voice, ...]) -> Verdict:
        found = self.settled(given, waiting)
        if found is not None:
            return found
        return OPEN if not self.rules.early or self.reaches(given, waiting) else NO


thresholds = st.one_of(
    st.integers(1, 6).map(lambda count: Threshold(parts=count)),
    st.integers(1, 7).flatmap(
        lambda of: st.builds(
            lambda parts, more: Threshold(parts=parts, of=of, more=more and parts < of),
            st.integers(1, of), st.booleans(),
        )
    ),
)  # fmt: skip
rules = st.builds(
    Rules, mode=st.just(Mode.VOTE), approve=thresholds, reject=st.none() | thresholds, fixed=st.booleans(),
    early=st.booleans(), abstain=st.just(True),
)  # fmt: skip
voices = st.builds(Voice, weight=st.integers(1, 3), veto=st.booleans(), must=st.booleans())


@settings(max_examples=30, deadline=None)
@given(rules, st.lists(voices, min_size=1, max_size=3))
def test_the_tally_says_what_trying_everything_says_in_every_order(rules: Rules, people: list[Voice]) -> None:
    oracle = Oracle(rules, tuple(people))
    for order in permutations(people):
        for votes in product(Vote, repeat=len(order)):
            for heard in range(len(order) + 1):
                answers, waiting = tuple(zip(order, votes, strict=True))[:heard], order[heard:]
                cast = [Cast(outcome=vote, voice=voice) for voice, vote in answers]

                counted = tally(rules, cast=cast, silent=waiting, opened=oracle.opened)

                if heard:
                    assert counted.verdict is oracle.verdict(answers, waiting)
                assert counted.approved + counted.rejected + counted.abstained + counted.silent == oracle.opened


@settings(max_examples=60, deadline=None)
@given(rules, st.lists(voices, min_size=1, max_size=4), st.lists(st.sampled_from(Vote), min_size=4, max_size=4))
def test_the_order_of_the_answers_changes_nothing_when_all_are_heard(
    rules: Rules, people: list[Voice], votes: list[Vote]
) -> None:
    """Trap 19: the last voter has no more to say than the others."""
    opened = sum(voice.weight for voice in people)
    given_votes = [Cast(outcome=vote, voice=voice) for voice, vote in zip(people, votes, strict=False)]

    verdicts = {tally(rules, cast=order, silent=(), opened=opened).verdict for order in permutations(given_votes)}

    assert len(verdicts) == 1
    assert OPEN not in verdicts


@settings(max_examples=100, deadline=None)
@given(thresholds, st.integers(0, 10_000), st.integers(1, 10_000))
def test_trap_22_a_share_is_compared_by_whole_numbers_and_never_rounded(
    threshold: Threshold, weight: int, total: int
) -> None:
    exact = Oracle(Rules(mode=Mode.VOTE), ()).holds(threshold, weight, total)

    assert threshold.met(weight, total=total) is exact
    oracle, least = Oracle(Rules(mode=Mode.VOTE), ()), threshold.needed(total)
    assert (oracle.holds(threshold, least, total), oracle.holds(threshold, least - 1, total)) == (True, False)


@pytest.mark.parametrize(
    ("text", "total", "needed"),
    [
        ("2/3", 3, 2), ("2/3", 4, 3), ("2/3", 100, 67), ("6667/10000", 3, 3), ("6666/10000", 3, 2), (">1/2", 4, 3),
        ("1/2", 4, 2), ("1/2", 3, 2), (">1/2", 3, 2), ("1/1", 7, 7), ("3", 2, 3), (">2/3", 3, 3), ("1/1000", 3, 1),
    ],
)  # fmt: skip
def test_what_a_threshold_takes(text: str, total: int, needed: int) -> None:
    threshold = read_threshold(text)

    assert threshold is not None
    assert str(threshold) == text
    assert threshold.needed(total) == needed


@pytest.mark.parametrize(
    "text", ["", "0", "0/3", "3/2", ">1/1", "66.7%", "0.5", "-1", "2/0", "1/2/3", ">3", "１/２", "two"]
)
def test_a_threshold_that_says_nothing_is_none(text: str) -> None:
    assert read_threshold(text) is None


def voted(rules: Rules, yes: int = 0, no: int = 0, out: int = 0, silent: int = 0, opened: int = 0) -> Verdict:
    cast = [
        Cast(outcome=vote)
        for vote, count in zip(Vote, (yes, no, out), strict=True)
        for _ in range(count)
    ]  # fmt: skip
    return tally(rules, cast=cast, silent=[Voice()] * silent, opened=opened).verdict


HALF = Rules(mode=Mode.VOTE, approve=Threshold(parts=1, of=2), reject=Threshold(parts=1, of=2))


def test_trap_26_rejection_goes_first_when_both_rules_hold_at_fifty_and_fifty() -> None:
    assert voted(HALF, yes=1, no=1) is NO
    late = Rules(mode=Mode.VOTE, approve=Threshold(parts=2), reject=Threshold(parts=2), early=False)
    assert voted(late, yes=2, no=2) is NO


def test_trap_26_no_rule_holding_is_a_rejection_and_never_a_pass() -> None:
    rules = Rules(mode=Mode.VOTE, approve=Threshold(parts=3), reject=Threshold(parts=3), early=False)
    assert voted(rules, yes=2, no=2) is NO


def test_trap_24_an_unreachable_threshold_ends_early_and_nobody_is_never_a_pass() -> None:
    rules = Rules(mode=Mode.VOTE, approve=Threshold(parts=2, of=3))
    assert voted(rules, no=1, silent=2) is OPEN
    assert voted(rules, no=2, silent=1) is NO
    assert voted(rules) is OPEN  # nobody asked, nobody heard: 0 of 0 is no pass


def test_trap_27_who_abstains_leaves_the_denominator_and_all_of_them_leave_the_question_open() -> None:
    rules = Rules(mode=Mode.VOTE, approve=Threshold(parts=2, of=3))
    assert voted(rules, yes=1, silent=2) is OPEN
    assert voted(rules, yes=1, out=1, silent=1) is OPEN
    assert voted(rules, yes=1, out=2) is YES  # one of one
    assert voted(rules, out=3) is UNHEARD
    fixed = Rules(mode=Mode.VOTE, approve=Threshold(parts=2, of=3), fixed=True)
    assert voted(fixed, yes=1, out=2, opened=3) is YES
    assert voted(fixed, yes=1, no=1, opened=3) is NO  # one was taken away unheard: still one of three


def test_a_mandatory_voice_is_awaited_although_the_threshold_is_reached() -> None:
    rules = Rules(mode=Mode.VOTE, approve=Threshold(parts=1))
    must = Voice(must=True)

    waiting = tally(rules, cast=[Cast(outcome=Vote.APPROVED)], silent=[must])
    heard = tally(rules, cast=[Cast(outcome=Vote.APPROVED), Cast(outcome=Vote.REJECTED, voice=must)], silent=[])

    assert (waiting.verdict, heard.verdict) == (OPEN, YES)


def test_a_veto_decides_alone() -> None:
    rules = Rules(mode=Mode.VOTE, approve=Threshold(parts=1, of=2))
    vetoed = [Cast(outcome=Vote.REJECTED, voice=Voice(veto=True))]

    assert tally(rules, cast=vetoed, silent=[Voice()] * 8).verdict is NO
    assert tally(rules, cast=[Cast(outcome=Vote.REJECTED)], silent=[Voice()] * 8).verdict is OPEN
