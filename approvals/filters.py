"""What a page of the inbox is narrowed to, as a part of a statement and as a query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which tasks: by what they are about, by flow and step, and by when they are due. Empty ones let all pass."""

    search: str = ""
    flow: str = ""
    step: str = ""
    due_before: datetime | None = None

    def clauses(self) -> list[tuple[str, list[Any]]]:
        """Conditions on an assignment `a` and its task `q`, each with its parameters."""
        found: list[tuple[str, list[Any]]] = []
        if self.due_before is not None:
            found.append(("a.sort_at < %s", [self.due_before]))
        if self.flow:
            found.append(("q.definition_key = %s", [self.flow]))
        if self.step:
            found.append(("q.node = %s", [self.step]))
        if self.search:
            begins = f"{_literal(self.search)}%"
            found.append(("(q.subject_id = %s OR q.subject_title LIKE %s)", [self.search, begins]))
        return found

    def needs_task(self) -> bool:
        """Whether they ask for more than the index of the inbox holds."""
        return bool(self.search or self.flow or self.step)

    def query(self, *, prefix: str = "") -> Q:
        """The same on tasks that may be over; these have no due time any more."""
        found = Q()
        if self.flow:
            found &= Q(**{f"{prefix}definition_key": self.flow})
        if self.step:
            found &= Q(**{f"{prefix}node": self.step})
        if self.search:
            about = Q(**{f"{prefix}subject_id": self.search})
            found &= about | Q(**{f"{prefix}subject_title__startswith": self.search})
        return found


def _literal(search: str) -> str:
    return search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
