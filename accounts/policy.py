"""Roles: what a person or program is trusted with. Pure; scope and separation of duties are decided by the rooms."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    DESIGNER = "designer"  # draws and publishes definitions
    APPROVER = "approver"  # works in the inbox
    SUPERVISOR = "supervisor"  # forces, cancels and retries instances, with a reason
    REQUESTER = "requester"  # asks for refunds and starts flows
    AUDITOR = "auditor"  # reads everything, changes nothing
    INTEGRATION = "integration"  # a program: a shop, a warehouse


ROLE_VALUES = tuple(role.value for role in Role)


def unknown_roles(roles: Iterable[str]) -> tuple[str, ...]:
    """The names in `roles` that are no Role, in their order."""
    return tuple(role for role in roles if role not in ROLE_VALUES)


def holds_any(roles: Iterable[str], wanted: Iterable[Role], *, is_superuser: bool) -> bool:
    """Whether somebody with `roles` may enter a door for `wanted`. A superuser may enter every door."""
    return is_superuser or not set(roles).isdisjoint(wanted)
