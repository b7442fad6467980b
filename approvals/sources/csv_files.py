"""The organisation as a folder of CSV files: people.csv; departments.csv, groups.csv, memberships.csv if there are."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from approvals.sources.roster import Fault, ListedDepartment, ListedGroup, ListedPerson, Roster
from bedrock.errors import BadInput
from bedrock.tables import Row, read_rows

# What each file may have; those that must be there first.
COLUMNS: Final = {
    "people": (("id", "username", "name"), ("email", "department", "roles", "active")),
    "departments": (("key", "name_zh"), ("name_en", "parent", "heads", "calendar")),
    "groups": (("key", "name_zh"), ("name_en",)),
    "memberships": (("group", "person"), ()),
}
_YES: Final = {"1": True, "true": True, "yes": True, "是": True, "0": False, "false": False, "no": False, "否": False}


@dataclass(slots=True)
class CsvSource:
    """The files of one folder. Several values of a cell stand between semicolons."""

    folder: Path
    encoding: str = "utf-8-sig"
    name: str = "csv"
    _faults: list[Fault] = field(default_factory=list)

    def read(self) -> Roster:
        """Raises BadInput `import.unreadable`, `import.too_large`, `directory.no_people`."""
        self._faults = []
        if not (self.folder / "people.csv").is_file():
            raise BadInput("directory.no_people", f"Expected a file people.csv in {self.folder.name}, found none.")
        people = tuple(self._person(place, row) for place, row in self._rows("people"))
        departments = tuple(self._department(place, row) for place, row in self._rows("departments"))
        groups = tuple(_group(place, row) for place, row in self._rows("groups"))
        if (self.folder / "memberships.csv").is_file():
            groups = self._with_members(groups)
        return Roster(people=people, departments=departments, groups=groups, faults=tuple(self._faults))

    def _rows(self, name: str) -> Iterator[tuple[str, dict[str, str]]]:
        file = self.folder / f"{name}.csv"
        if not file.is_file():
            return
        needed, more = COLUMNS[name]
        for at, row in enumerate(read_rows(file, encoding=self.encoding)):
            if at == 0:
                _check_header(file.name, row, needed=needed, more=more)
            missing = [column for column in needed if not row.cells[column]]
            place = f"{file.name}:{row.number}"
            if missing:
                message = f"Expected a value for {', '.join(missing)}, found none."
                self._faults.append(
                    Fault(place=place, code="directory.empty_cell", message=message, params={"columns": missing})
                )
            else:
                yield place, row.cells

    def _person(self, place: str, cells: dict[str, str]) -> ListedPerson:
        active = cells.get("active") or None
        if active is not None and active.lower() not in _YES:
            message = f"Expected true or false, found {active!r}."
            self._faults.append(Fault(place=place, code="directory.bad_active", message=message))
        roles = cells.get("roles")
        return ListedPerson(
            place=place, id=cells["id"], username=cells["username"], name=cells["name"], email=cells.get("email"),
            department=cells.get("department"), roles=None if roles is None else _several(roles),
            active=None if active is None else _YES.get(active.lower()),
        )  # fmt: skip

    def _department(self, place: str, cells: dict[str, str]) -> ListedDepartment:
        return ListedDepartment(
            place=place, key=cells["key"], zh=cells["name_zh"], en=cells.get("name_en") or cells["name_zh"],
            parent=cells.get("parent") or None, heads=_several(cells.get("heads", "")), calendar=cells.get("calendar"),
        )  # fmt: skip

    def _with_members(self, groups: tuple[ListedGroup, ...]) -> tuple[ListedGroup, ...]:
        """Every group of the files has exactly the members that memberships.csv lists."""
        members: dict[str, list[str]] = defaultdict(list)
        known = {group.key for group in groups}
        for place, row in self._rows("memberships"):
            key, person = row["group"], row["person"]
            if key not in known:
                message = f"Expected a group of groups.csv, found {key!r}."
                self._faults.append(
                    Fault(place=place, code="directory.unknown_group", message=message, params={"group": key})
                )
            elif person in members[key]:
                message = f"Expected each member of {key!r} once, found {person!r} again."
                self._faults.append(Fault(place=place, code="directory.member_twice", message=message))
            members[key].append(person)
        return tuple(replace(group, members=tuple(members[group.key])) for group in groups)


def _group(place: str, cells: dict[str, str]) -> ListedGroup:
    return ListedGroup(place=place, key=cells["key"], zh=cells["name_zh"], en=cells.get("name_en") or cells["name_zh"])


def _check_header(file: str, row: Row, *, needed: tuple[str, ...], more: tuple[str, ...]) -> None:
    missing = [column for column in needed if column not in row.cells]
    unknown = [column for column in row.cells if column not in (*needed, *more)]
    if missing or unknown:
        said = f"Expected the columns {', '.join(needed)} and perhaps {', '.join(more) or 'none'} in {file}, found "
        raise BadInput(
            "directory.bad_columns", said + (f"no {missing[0]}." if missing else f"{unknown[0]!r}."),
            file=file, missing=missing, unknown=unknown,
        )  # fmt: skip


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.replace("；", ";").split(";") if part.strip())
