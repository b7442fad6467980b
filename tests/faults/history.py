"""What clients asked for and heard, one line of JSON each, and a checker that reads it together with the rows.

What was answered has happened once, what was refused not at all, and what nobody heard the end of, 0 or 1 times: never
2. It knows rows only by name and count, so it can be read beside any copy of the database:

    python -m tests.faults.history HISTORY.jsonl --database postgres://…
"""

import argparse
import contextlib
import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

import psycopg2
from django.utils import timezone
from typing_extensions import override

from tests.house import Answer

Operation = tuple[str, str]  # what was asked for, and about what


class Kind(StrEnum):
    """What a line tells."""

    INVOKE = "invoke"  # a client has begun to ask
    OK = "ok"  # it was told that this is done
    FAIL = "fail"  # it was told that this is not done
    UNKNOWN = "unknown"  # it was told nothing, or that the house does not know either


# How often an operation has happened, by the rows that it alone makes.
COUNTS = {
    "order": "SELECT order_no, count(*) FROM orders_order WHERE order_no = ANY(%s) GROUP BY 1",
    "refund": (
        "SELECT o.order_no, count(*) FROM orders_refund r JOIN orders_order o ON o.id = r.order_id "
        "WHERE o.order_no = ANY(%s) GROUP BY 1"
    ),
    # A task that one person decides, and one vote among several: about `task/username`.
    "approve": "SELECT task_id::text, count(*) FROM approvals_decision WHERE task_id = ANY(%s::uuid[]) GROUP BY 1",
    "vote": (
        "SELECT about, count(*) FROM approvals_decision d JOIN accounts_user u ON u.id::text = d.actor, "
        "LATERAL concat(d.task_id, '/', u.username) AS about WHERE about = ANY(%s) GROUP BY 1"
    ),
    "start": (  # the runs that it calls are about the same subject
        "SELECT subject_id, count(*) FROM workflows_instance i WHERE subject_id = ANY(%s) "
        "AND NOT EXISTS (SELECT FROM workflows_calledrun c WHERE c.instance = i.id) GROUP BY 1"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the log."""

    at: str  # ISO 8601, UTC, by the clock of the client
    client: int
    kind: Kind
    operation: str
    key: str
    status: int | None = None  # of the answer, if there was one

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ValueError for what is no line."""
        told = json.loads(text)
        if not isinstance(told, dict) or told.keys() - {"status"} != {"at", "client", "kind", "operation", "key"}:
            raise ValueError(f"Expected at, client, kind, operation and key, found {text[:200]!r}.")
        return cls(**(told | {"kind": Kind(told["kind"])}))


@dataclass
class History:
    """The log of all clients of a trial; each line is on its way to the disk before the request is."""

    path: Path
    _pen: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, operation: str, key: str, call: Callable[[], Answer | None], *, client: int = 0) -> Answer | None:
        """Make a request whose end may stay unknown (None), and note both."""
        self._note(Kind.INVOKE, operation, key, client=client)
        answer = call()
        status = None if answer is None else answer.status
        self._note(_kind_of(status), operation, key, client=client, status=status)
        return answer

    def lines(self) -> list[Line]:
        """What was noted until now."""
        return read_history(self.path)

    def _note(self, kind: Kind, operation: str, key: str, *, client: int, status: int | None = None) -> None:
        told: dict[str, Any] = {
            "at": timezone.now().isoformat(), "client": client, "kind": kind, "operation": operation, "key": key,
        }  # fmt: skip
        if status is not None:
            told["status"] = status
        with self._pen, self.path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(told, ensure_ascii=False) + "\n")


def _kind_of(status: int | None) -> Kind:
    """An answer from 500 on says that the house was in trouble, also while it committed: it may have happened."""
    if status is None or status >= 500:
        return Kind.UNKNOWN
    return Kind.OK if status < 300 else Kind.FAIL


def read_history(path: Path) -> list[Line]:
    """The lines of a log. Raises ValueError with the number of a line that is none."""
    lines = []
    with path.open(encoding="utf-8") as log:
        for number, text in enumerate(log, start=1):
            try:
                lines.append(Line.read(text))
            except ValueError as error:
                raise ValueError(f"{path}, line {number}: {error}") from error
    return lines


def heard(lines: Iterable[Line]) -> dict[Operation, Kind]:
    """What all who asked for an operation know together. One who was told `done` knows; one whose line was cut, or
    who never came to an answer, leaves it unknown whatever others were refused; only refusals are a refusal."""
    told: dict[Operation, set[Kind]] = {}
    asking: Counter[tuple[Operation, int]] = Counter()
    for line in lines:
        operation = (line.operation, line.key)
        kinds = told.setdefault(operation, set())
        asking[operation, line.client] += 1 if line.kind is Kind.INVOKE else -1
        if line.kind is not Kind.INVOKE:
            kinds.add(line.kind)
    for (operation, _), open_ones in asking.items():
        if open_ones:
            told[operation].add(Kind.UNKNOWN)
    return {operation: _together(kinds) for operation, kinds in told.items()}


def _together(kinds: set[Kind]) -> Kind:
    return next(kind for kind in (Kind.OK, Kind.UNKNOWN, Kind.FAIL) if kind in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How often the operations of a history have happened, and which contradict what was heard."""

    never: int
    once: int
    twice: int  # or more often
    unknown: int  # of them, those whose end nobody heard
    broken: tuple[str, ...]

    @override
    def __str__(self) -> str:
        operations = self.never + self.once + self.twice
        return (
            f"{operations} operations, {self.unknown} never answered: {self.once} happened once, {self.never} not at "
            f"all, {self.twice} twice; {len(self.broken)} against what was heard"
        )


def judge(lines: Iterable[Line], happened: Mapping[Operation, int]) -> Verdict:
    """Compare what was heard with how often each operation has happened by the rows."""
    known = heard(lines)
    counts = {operation: happened.get(operation, 0) for operation in known}
    allowed = {Kind.OK: (1,), Kind.FAIL: (0,), Kind.UNKNOWN: (0, 1)}
    return Verdict(
        never=sum(count == 0 for count in counts.values()),
        once=sum(count == 1 for count in counts.values()),
        twice=sum(count > 1 for count in counts.values()),
        unknown=sum(kind is Kind.UNKNOWN for kind in known.values()),
        broken=tuple(
            f"{name} {key}: {known[name, key]}, found {count} times"
            for (name, key), count in sorted(counts.items())
            if count not in allowed[known[name, key]]
        ),
    )


def count_rows(database_url: str, operations: Iterable[Operation]) -> dict[Operation, int]:
    """How often each operation has happened. Raises KeyError for an operation that makes no rows known here."""
    keys: dict[str, list[str]] = {}
    for name, key in operations:
        keys.setdefault(name, []).append(key)
    found: dict[Operation, int] = {}
    with contextlib.closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        for name, about in keys.items():
            cursor.execute(COUNTS[name], [about])
            found |= {(name, key): count for key, count in cursor.fetchall()}
    return found


def check(path: Path, database_url: str) -> Verdict:
    """Read a history together with the rows."""
    lines = read_history(path)
    return judge(lines, count_rows(database_url, heard(lines)))


def main(arguments: Sequence[str]) -> int:
    """The command: 0 when the rows are what the clients heard, 1 when not."""
    parser = argparse.ArgumentParser(prog="tests.faults.history", description="Read a history beside its rows.")
    parser.add_argument("history", type=Path)
    parser.add_argument("--database", required=True, help="address of the database, postgres://…")
    given = parser.parse_args(arguments)
    verdict = check(given.history, given.database)
    sys.stdout.write("\n".join([str(verdict), *verdict.broken]) + "\n")
    return 1 if verdict.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
