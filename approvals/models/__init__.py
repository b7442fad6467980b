"""The rows of this wing: the organisation, tasks as projections of open approvals, and what people are told."""

from approvals.models.absence import Absence, Delegation, QueueMove
from approvals.models.copy import Copy
from approvals.models.notice import Delivery, Notice
from approvals.models.organisation import (
    Department,
    DepartmentHead,
    DepartmentMember,
    Group,
    GroupMember,
    ListedId,
    OfflineWindow,
)
from approvals.models.pending import PendingAnswer
from approvals.models.policy import PolicyFinding, PolicyLook
from approvals.models.task import ApprovalTask, Assignment, Comment, Decision
from approvals.models.view import SavedView

__all__ = [
    "Absence",
    "ApprovalTask",
    "Assignment",
    "Comment",
    "Copy",
    "Decision",
    "Delegation",
    "Delivery",
    "Department",
    "DepartmentHead",
    "DepartmentMember",
    "Group",
    "GroupMember",
    "ListedId",
    "Notice",
    "OfflineWindow",
    "PendingAnswer",
    "PolicyFinding",
    "PolicyLook",
    "QueueMove",
    "SavedView",
]
