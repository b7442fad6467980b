"""The rows of this wing: the organisation, and tasks as projections of open approvals."""

from approvals.models.organisation import (
    Absence,
    Department,
    DepartmentMember,
    Group,
    GroupMember,
    OfflineWindow,
)
from approvals.models.task import ApprovalTask, Assignment, Comment, Decision

__all__ = [
    "Absence",
    "ApprovalTask",
    "Assignment",
    "Comment",
    "Decision",
    "Department",
    "DepartmentMember",
    "Group",
    "GroupMember",
    "OfflineWindow",
]
