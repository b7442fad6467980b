"""What several tests of one text say together: that they contradict each other, or a text that passes them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

_MAX_TRIED: Final = 400
_OTHER: Final = ("other", "other 2", "other 3", "", "zz", "~")


class TextRelation(StrEnum):
    """How a text is tested against constants."""

    ONE_OF = "one of"  # it is one of them
    BEFORE = "before"  # it sorts before the constant
    UP_TO = "up to"  # it sorts before the constant or is it
    CONTAINS = "contains"
    STARTS = "starts with"
    ENDS = "ends with"
    IS_IN = "is in"  # it stands somewhere in the constant
    BEGINS_OF = "begins"  # the constant starts with it
    END_OF = "ends"  # the constant ends with it


@dataclass(frozen=True, slots=True)
class TextTest:
    """A test of one text. `constants` is one text, several only for ONE_OF."""

    relation: TextRelation
    constants: tuple[str, ...]

    def passes(self, text: str) -> bool:  # noqa: PLR0911 - one case per relation
        """Whether this text passes."""
        constant = self.constants[0] if self.constants else ""
        match self.relation:
            case TextRelation.ONE_OF:
                return text in self.constants
            case TextRelation.BEFORE:
                return text < constant
            case TextRelation.UP_TO:
                return text <= constant
            case TextRelation.CONTAINS:
                return constant in text
            case TextRelation.STARTS:
                return text.startswith(constant)
            case TextRelation.ENDS:
                return text.endswith(constant)
            case TextRelation.IS_IN:
                return text in constant
            case TextRelation.BEGINS_OF:
                return constant.startswith(text)
            case TextRelation.END_OF:
                return constant.endswith(text)


Asked = tuple[TextTest, bool]  # a test and whether it must pass


def passes(text: str, asked: Iterable[Asked]) -> bool:
    """Whether the text answers every test as wanted."""
    return all(test.passes(text) is wanted for test, wanted in asked)


def contradict(asked: Sequence[Asked]) -> bool:
    """True when certainly no text answers all tests as wanted; False says nothing."""
    listed = [test for test, wanted in asked if wanted and test.relation is TextRelation.ONE_OF]
    if listed:
        return not any(passes(text, asked) for text in listed[0].constants)
    if any(wanted and _only_empty(test) for test, wanted in asked):
        return not passes("", asked)
    return _parts_contradict(asked) or _order_contradicts(asked)


def _only_empty(test: TextTest) -> bool:
    return test.relation in {TextRelation.IS_IN, TextRelation.BEGINS_OF, TextRelation.END_OF} and test.constants == (
        "",
    )


_HAVING: Final = frozenset({TextRelation.CONTAINS, TextRelation.STARTS, TextRelation.ENDS})


def _parts_contradict(asked: Sequence[Asked]) -> bool:
    having = [test for test, wanted in asked if wanted and test.relation in _HAVING]
    for relation, fits in ((TextRelation.STARTS, str.startswith), (TextRelation.ENDS, str.endswith)):
        given = [test.constants[0] for test in having if test.relation is relation]
        longest = max(given, key=len, default="")
        if not all(fits(longest, part) for part in given):
            return True
        missing = [test.constants[0] for test, wanted in asked if not wanted and test.relation is relation]
        if any(fits(longest, part) for part in missing):
            return True
    absent = [test.constants[0] for test, wanted in asked if not wanted and test.relation is TextRelation.CONTAINS]
    return any(part in test.constants[0] for part in absent for test in having) or "" in absent


def _order_contradicts(asked: Sequence[Asked]) -> bool:
    """Bounds that leave no room: at least 'b' and before 'b'."""
    ordered = [
        (test.constants[0], test.relation is TextRelation.BEFORE, wanted)
        for test, wanted in asked
        if test.relation in {TextRelation.BEFORE, TextRelation.UP_TO}
    ]
    highs = [(constant, is_before) for constant, is_before, wanted in ordered if wanted]
    lows = [(constant, not is_before) for constant, is_before, wanted in ordered if not wanted]
    starts = [test.constants[0] for test, wanted in asked if wanted and test.relation is TextRelation.STARTS]
    lows += [(start, False) for start in starts]
    if any(is_open and high == "" for high, is_open in highs):
        return True
    return any(
        low > high or (low == high and (is_low_open or is_high_open))
        for low, is_low_open in lows
        for high, is_high_open in highs
    )


def fitting(asked: Sequence[Asked], *, taken: Sequence[str] = ()) -> Iterator[str]:
    """Some texts that answer every test as wanted, the plain ones first; perhaps none though there is one."""
    tried = (text for text in islice(_tried(asked, taken), _MAX_TRIED) if passes(text, asked))
    return iter(dict.fromkeys(tried))


def _tried(asked: Sequence[Asked], taken: Sequence[str]) -> Iterator[str]:
    wanted = [test for test, is_wanted in asked if is_wanted]
    constants = [constant for test in wanted for constant in test.constants]
    starts = max((test.constants[0] for test in wanted if test.relation is TextRelation.STARTS), key=len, default="")
    ends = max((test.constants[0] for test in wanted if test.relation is TextRelation.ENDS), key=len, default="")
    inside = "".join(test.constants[0] for test in wanted if test.relation is TextRelation.CONTAINS)
    for test in wanted:
        if test.relation is TextRelation.ONE_OF:
            yield from test.constants
    if starts or inside or ends:
        yield from (starts + inside + ends, starts + ends, f"{starts} {inside} {ends}")
    yield from constants
    yield from (text for text in taken)
    yield from _OTHER
    for constant in dict.fromkeys([*constants, *(each for test, _ in asked for each in test.constants)]):
        yield from (constant, constant + "!", constant + "a", constant + "~", constant[:-1], constant[1:], constant[:1])
        if constant:
            yield constant[:-1] + chr(max(ord(constant[-1]) - 1, 32))
