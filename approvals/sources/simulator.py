"""A house of DingTalk's shape on this machine: for trying an import, and its faults, without an account there."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from typing_extensions import override

KEY, SECRET = "simulator", "simulator-secret"
HEADS: Final = 2  # of each department
_FAMILY: Final = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林罗高"
_GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚"
_TEAMS: Final = ("客服部", "财务部", "运营部", "仓储部", "采购部")

Body = Mapping[str, Any]


@dataclass(slots=True)
class FakeHouse:
    """An organisation: departments and people as that API tells them; `roles` are ids of people by role.

    Faults for trials: a token is good for `token_uses` requests, each of the next `busy` answers says so, and every
    answer takes `slowness` seconds.
    """

    departments: dict[int, dict[str, Any]] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    roles: dict[int, tuple[str, list[str]]] = field(default_factory=dict)
    token_uses: int = 1_000_000
    busy: int = 0
    slowness: float = 0
    largest_page: int = 100
    tokens: dict[str, int] = field(default_factory=dict)  # requests that each is good for

    def answer(self, path: str, query: Mapping[str, str], body: Body) -> dict[str, Any]:
        """What that API would say."""
        if path == "/gettoken":
            return self._token(query)
        if self.busy > 0:
            self.busy -= 1
            return {"errcode": 90018, "errmsg": "too many requests"}
        left = self.tokens.get(query.get("access_token", ""), 0)
        if left <= 0:
            return {"errcode": 40014, "errmsg": "invalid access_token"}
        self.tokens[query["access_token"]] = left - 1
        told = _PATHS.get(path)
        if told is None:
            return {"errcode": 404, "errmsg": "unknown path"}
        return {"errcode": 0, "errmsg": "ok", "result": told(self, body)}

    def _token(self, query: Mapping[str, str]) -> dict[str, Any]:
        if (query.get("appkey"), query.get("appsecret")) != (KEY, SECRET):
            return {"errcode": 40096, "errmsg": "invalid appkey or appsecret"}
        token = f"token-{len(self.tokens) + 1}"
        self.tokens[token] = self.token_uses
        return {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": 7200}

    def below(self, body: Body) -> list[dict[str, Any]]:
        return [
            {"dept_id": number, "name": one["name"], "parent_id": one["parent_id"]}
            for number, one in self.departments.items() if one["parent_id"] == body["dept_id"]
        ]  # fmt: skip

    def department(self, body: Body) -> dict[str, Any]:
        return {"dept_id": body["dept_id"], **self.departments[body["dept_id"]]}

    def staff(self, body: Body) -> dict[str, Any]:
        found = [one for one in self.people.values() if body["dept_id"] in one["dept_id_list"]]
        page, start = self.page(found, body, "cursor")
        return page | ({"next_cursor": start} if page["has_more"] else {})

    def shelves(self, body: Body) -> dict[str, Any]:
        shelf = {"name": "默认", "roles": [{"id": number, "name": name} for number, (name, _) in self.roles.items()]}
        page, _ = self.page([shelf], body, "offset")
        return {"list": page["list"], "hasMore": page["has_more"]}

    def holders(self, body: Body) -> dict[str, Any]:
        _, people = self.roles[body["role_id"]]
        page, _ = self.page([{"userid": one, "name": self.people[one]["name"]} for one in people], body, "offset")
        return {"list": page["list"], "hasMore": page["has_more"]}

    def page(self, rows: list[dict[str, Any]], body: Body, by: str) -> tuple[dict[str, Any], int]:
        start, size = body[by], min(body["size"], self.largest_page)
        end = start + size
        return {"list": rows[start:end], "has_more": end < len(rows)}, end


_PATHS: Final[Mapping[str, Callable[[FakeHouse, Body], Any]]] = {
    "/topapi/v2/department/listsub": FakeHouse.below,
    "/topapi/v2/department/get": FakeHouse.department,
    "/topapi/v2/user/list": FakeHouse.staff,
    "/topapi/role/list": FakeHouse.shelves,
    "/topapi/role/simplelist": FakeHouse.holders,
}


def fake_house(people: int) -> FakeHouse:
    """A house of so many people in five departments, each led by its first two; one role for approvers."""
    house = FakeHouse()
    for number, name in enumerate(_TEAMS, start=2):
        house.departments[number] = {"name": name, "parent_id": 1, "dept_manager_userid_list": []}
    for index in range(people):
        number = index % len(_TEAMS) + 2
        userid = f"manager{index:05d}"
        family, given = _FAMILY[index % len(_FAMILY)], _GIVEN[index // len(_FAMILY) % len(_GIVEN)]
        house.people[userid] = {"userid": userid, "name": family + given, "dept_id_list": [number], "active": True}
        if len(house.departments[number]["dept_manager_userid_list"]) < HEADS:
            house.departments[number]["dept_manager_userid_list"].append(userid)
    house.roles[71] = ("审批人", sorted(house.people)[:10])
    return house


def serve(house: FakeHouse, *, port: int = 0) -> ThreadingHTTPServer:
    """A server of this house on the loopback address; whoever calls runs `serve_forever` and closes it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.tell({})

        def do_POST(self) -> None:
            self.tell(json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}"))

        def tell(self, body: Body) -> None:
            url = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            Event().wait(house.slowness)
            content = json.dumps(house.answer(url.path, query, body), ensure_ascii=False).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing: requests carry tokens."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
