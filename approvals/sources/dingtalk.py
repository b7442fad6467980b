"""The organisation as a directory of DingTalk's shape tells it: a token, a tree of departments, people in pages."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from approvals.sources.roster import ListedDepartment, ListedGroup, ListedPerson, Roster
from bedrock.errors import BadInput, Unavailable
from workflows.outbound.call import Answer, Message, Target, call
from workflows.outbound.line import Limits
from workflows.outbound.lookup import NoAnswer

PAGE: Final = 100  # people or roles that are asked for at once
MOST_PAGES: Final = 1000  # of one list; a list that does not end is a mistake at the other side
MOST_DEPARTMENTS: Final = 10_000
TRIES: Final = 3  # of one request: nothing is changed there, so it may be said again
ROOT: Final = 1  # the whole house, which is nobody's department
LIMITS: Final = Limits(connect=5.0, read=10.0, total=20.0, answer_bytes=4_000_000)
_PASSING: Final = frozenset({-1, 88, 90002, 90018})  # busy, too many requests
_TOKEN_GONE: Final = frozenset({40014, 42001})  # of a token that is not (any more) known


@dataclass(slots=True)
class DingTalkSource:
    """One house there. `secret` is `app key:app secret`; ids are remembered under `name`."""

    name: str
    target: Target
    secret: str
    limits: Limits = LIMITS
    _token: str = field(default="", repr=False)

    def read(self) -> Roster:
        """Raises Unavailable `directory.source_silent`, BadInput `directory.source_refused`, `.source_unreadable`."""
        self._token = ""
        found = dict(self._departments())
        people: dict[str, dict[str, Any]] = {}
        for number in (ROOT, *found):
            people |= {one["userid"]: one for one in self._pages("/topapi/v2/user/list", {"dept_id": number})}
        return Roster(
            people=tuple(_person(one) for one in people.values()),
            departments=tuple(_department(number, one, people) for number, one in found.items()),
            groups=tuple(self._groups(people)),
        )

    def _departments(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """From the top down: a department before those below it; one that was met is not asked again."""
        waiting, met = [ROOT], {ROOT}
        while waiting:
            below = self._ask("/topapi/v2/department/listsub", {"dept_id": waiting.pop(0)})
            for one in _rows(below):
                number = _whole(one.get("dept_id"))
                if number in met:
                    continue
                if len(met) > MOST_DEPARTMENTS:
                    raise _unreadable(f"Expected at most {MOST_DEPARTMENTS} departments, found more.")
                met.add(number)
                waiting.append(number)
                yield number, _record(self._ask("/topapi/v2/department/get", {"dept_id": number}))

    def _groups(self, people: Mapping[str, Any]) -> Iterator[ListedGroup]:
        """Roles there are groups here; of somebody who is in no department that was shown, nothing is known."""
        members: dict[int, list[str]] = defaultdict(list)
        names: dict[int, str] = {}
        for shelf in self._pages("/topapi/role/list", {}, by="offset"):
            for role in _rows(shelf.get("roles")):
                number = _whole(role.get("id"))
                names[number] = _text(role.get("name"))
                holders = self._pages("/topapi/role/simplelist", {"role_id": number}, by="offset")
                members[number] += [user for one in holders if (user := _text(one.get("userid"))) in people]
        for number, name in names.items():
            yield ListedGroup(
                place=f"role {number}", key=f"role-{number}", zh=name, en=name,
                members=tuple(dict.fromkeys(members[number])),
            )  # fmt: skip

    def _pages(self, path: str, body: dict[str, Any], *, by: str = "cursor") -> Iterator[dict[str, Any]]:
        """All rows of a list: by the cursor that a page names, or by how many rows there were."""
        start = 0
        for _ in range(MOST_PAGES):
            page = _record(self._ask(path, {**body, by: start, "size": PAGE}))
            rows = _rows(page.get("list"))
            yield from rows
            if not (page.get("has_more") or page.get("hasMore")):
                return
            start = start + len(rows) if by == "offset" else _whole(page.get("next_cursor"))
        raise _unreadable(f"Expected at most {MOST_PAGES} pages of {path}, found more.")

    def _ask(self, path: str, body: dict[str, Any]) -> Any:
        """One answer; what passes by itself is asked again, and a token that is gone is fetched anew."""
        told: tuple[int, str] = (0, "")
        for _ in range(TRIES):
            if not self._token:
                self._token = self._fetch_token()
            answer = self._said("POST", f"{path}?{urlencode({'access_token': self._token})}", body)
            told = _whole(answer.get("errcode")), _text(answer.get("errmsg"))
            if told[0] == 0:
                return answer.get("result")
            if told[0] in _TOKEN_GONE:
                self._token = ""
            elif told[0] not in _PASSING:
                break
        if told[0] in _PASSING:
            raise Unavailable("directory.source_silent", f"Expected an answer of {self.name}, found it busy.")
        raise _refused(self.name, told[0])

    def _fetch_token(self) -> str:
        key, _, secret = self.secret.partition(":")
        answer = self._said("GET", f"/gettoken?{urlencode({'appkey': key, 'appsecret': secret})}", None)
        token = answer.get("access_token")
        if _whole(answer.get("errcode")) != 0 or not isinstance(token, str) or not token:
            raise _refused(self.name, _whole(answer.get("errcode")))
        return token

    def _said(self, method: str, address: str, body: dict[str, Any] | None) -> dict[str, Any]:
        message = Message(
            method=method, address=address, headers={"Content-Type": "application/json", "User-Agent": "Orderflow"},
            body=None if body is None else json.dumps(body).encode(),
        )  # fmt: skip
        failure: NoAnswer | None = None
        for _ in range(TRIES):
            try:
                return _read(call(self.target, message, limits=self.limits))
            except NoAnswer as error:
                failure = error
                if error.is_final:
                    break
        code = "" if failure is None else failure.code
        raise Unavailable("directory.source_silent", f"Expected an answer of {self.name}, found none.", cause=code)


def _person(one: Mapping[str, Any]) -> ListedPerson:
    """Nobody is known by name there but by an id, which is the username here."""
    userid = _text(one.get("userid"))
    places = [number for number in one.get("dept_id_list") or [] if number != ROOT]
    return ListedPerson(
        place=f"user {userid}", id=userid, username=userid, name=_text(one.get("name")),
        email=_text(one.get("email")) or None, department=f"dept-{places[0]}" if places else "",
        active=one.get("active") is not False,
    )  # fmt: skip


def _department(number: int, one: Mapping[str, Any], people: Mapping[str, Any]) -> ListedDepartment:
    above = _whole(one.get("parent_id"))
    heads = [head for head in one.get("dept_manager_userid_list") or [] if head in people]
    name = _text(one.get("name"))
    return ListedDepartment(
        place=f"department {number}", key=f"dept-{number}", zh=name, en=name,
        parent=None if above == ROOT else f"dept-{above}", heads=tuple(dict.fromkeys(heads)),
    )  # fmt: skip


def _read(answer: Answer) -> dict[str, Any]:
    if answer.status != HTTPStatus.OK:
        raise Unavailable("directory.source_silent", f"Expected the status 200, found {answer.status}.")
    try:
        return _record(json.loads(answer.body))
    except ValueError:
        raise _unreadable("Expected JSON, found something else.") from None


def _record(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _unreadable("Expected a record, found something else.")
    return value


def _rows(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _unreadable("Expected a list of records, found something else.")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int):
        raise _unreadable("Expected a whole number, found something else.")
    return value


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _refused(name: str, number: int) -> BadInput:
    return BadInput(
        "directory.source_refused", f"Expected {name} to answer, found its refusal {number}.", number=number
    )


def _unreadable(message: str) -> BadInput:
    return BadInput("directory.source_unreadable", message)
