"""`/people`, `/groups`, `/departments`: whom a flow or a transfer may name. Read from the directory."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.policy import Role
from approvals.api import shapes
from approvals.directory import Department, Directory, Person
from bedrock.errors import BadInput
from web.inputs import query_of
from web.paging import limit_of
from web.permissions import roles
from workflows.queries import present_world

STAFF = (Role.APPROVER, Role.SUPERVISOR, Role.AUDITOR, Role.DESIGNER, Role.REQUESTER)
COLLEAGUES = roles(*STAFF)


class PeopleView(APIView):
    permission_classes = [COLLEAGUES]

    @extend_schema(
        operation_id="people_list",
        parameters=[
            OpenApiParameter("q", str, description="part of a username or name"),
            OpenApiParameter("may", str, enum=["decide", "read"], description="decide (the default), or read a copy"),
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
        ],
        responses=shapes.PeopleShape,
    )
    def get(self, request: Request) -> Response:
        params = query_of(request.query_params, "q", "may", "cursor", "limit")
        limit, after = limit_of(params.get("limit")), params.get("cursor", "")
        directory, may = present_world().need(Directory), params.get("may", "decide")
        if may not in ("decide", "read"):
            raise BadInput("people.unknown_right", f"Expected decide or read, found {may[:20]!r}.")
        wanted = params.get("q", "").strip().casefold()
        found = sorted(
            (
                person
                for person in directory.people.values()
                if (person.may_decide if may == "decide" else person.may_read)
                and person.username > after
                and (wanted in person.username.casefold() or wanted in person.name.casefold())
            ),
            key=lambda person: person.username,
        )
        results = [_person(person, directory) for person in found[:limit]]
        return Response({"results": results, "next": found[limit - 1].username if len(found) > limit else None})


class GroupsView(APIView):
    permission_classes = [COLLEAGUES]

    @extend_schema(operation_id="groups_list", responses=shapes.GroupsShape)
    def get(self, request: Request) -> Response:
        query_of(request.query_params)
        directory = present_world().need(Directory)
        return Response(
            {
                "results": [
                    {
                        "key": group.key,
                        "name": group.name.model_dump(),
                        "calendar": group.calendar,
                        "members": [_member(person) for person in directory.members(group.key)],
                    }
                    for _, group in sorted(directory.groups.items())
                ]
            }
        )


class DepartmentsView(APIView):
    permission_classes = [COLLEAGUES]

    @extend_schema(operation_id="departments_list", responses=shapes.DepartmentsShape)
    def get(self, request: Request) -> Response:
        query_of(request.query_params)
        directory = present_world().need(Directory)
        rows = [_department(one, directory) for _, one in sorted(directory.departments.items())]
        return Response({"results": rows})


def _person(person: Person, directory: Directory) -> dict[str, Any]:
    place = directory.department(person.department)
    department = None if place is None else {"key": place.key, "name": place.name.model_dump()}
    return {"id": person.id, **_member(person), "department": department}


def _member(person: Person) -> dict[str, Any]:
    return {"username": person.username, "display_name": person.name}


def _department(department: Department, directory: Directory) -> dict[str, Any]:
    heads = (directory.person(head) for head in department.heads)
    return {
        "key": department.key, "name": department.name.model_dump(), "parent": department.parent,
        "heads": [_member(head) for head in heads if head is not None], "calendar": department.calendar,
    }  # fmt: skip
