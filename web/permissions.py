"""Doors by role: `permission_classes = [roles(Role.DESIGNER)]`. What is behind a door is scoped by the rooms."""

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView
from typing_extensions import override

from accounts.models import User
from accounts.policy import Role


def roles(*wanted: Role) -> type[BasePermission]:
    """A permission class: signed in and holding one of `wanted` (a superuser holds all)."""

    class HoldsRole(BasePermission):
        @override
        def has_permission(self, request: Request, view: APIView) -> bool:
            return isinstance(request.user, User) and request.user.has_role(*wanted)

    return HoldsRole


def reading_or(*, reading: tuple[Role, ...], writing: tuple[Role, ...]) -> type[BasePermission]:
    """A permission class: `reading` may GET, only `writing` may do the rest."""

    class ReadsOrWrites(BasePermission):
        @override
        def has_permission(self, request: Request, view: APIView) -> bool:
            wanted = reading if request.method in SAFE_METHODS else writing
            return isinstance(request.user, User) and request.user.has_role(*wanted)

    return ReadsOrWrites
