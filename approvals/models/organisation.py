"""Departments, groups, and their breaks. Every change raises the revision of the world value `directory`."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from typing_extensions import override


class Department(models.Model):
    """A place in the organisation. `calendar` is the key of a working calendar."""

    key = models.SlugField(max_length=64, unique=True)
    name = models.JSONField()
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    calendar = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="department_not_its_own_parent"),
        ]

    @override
    def __str__(self) -> str:
        return self.key


class DepartmentHead(models.Model):
    """A person who leads a department; `position` 0 leads it, the next ones stand in or lead it with them."""

    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="heads")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="headships")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["department", "user"], name="department_head_once"),
            models.UniqueConstraint(fields=["department", "position"], name="department_heads_in_order"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user_id} leads {self.department_id}"


class DepartmentMember(models.Model):
    """The one department a person belongs to."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="placement")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="members")

    @override
    def __str__(self) -> str:
        return f"{self.user_id}@{self.department_id}"


class Group(models.Model):
    """A pool of approvers. Graphs name it by `key`, which therefore never changes."""

    key = models.SlugField(max_length=64, unique=True)
    name = models.JSONField()
    calendar = models.CharField(max_length=64, blank=True)

    @override
    def __str__(self) -> str:
        return self.key


class GroupMember(models.Model):
    """A person in a group, live: open tasks of the group follow at once."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="group_member_once")]

    @override
    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"


class ListedId(models.Model):
    """The id under which a source of the directory knows a person: it stays when their name there changes."""

    source = models.SlugField(max_length=64)
    external_id = models.CharField(max_length=128)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="listed_ids")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="listed_id_means_one_person"),
            models.UniqueConstraint(fields=["source", "user"], name="person_listed_once_per_source"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"


class OfflineWindow(models.Model):
    """A recurring break of one owner: minutes of the weekdays in `days` (Monday 0); `until` may pass midnight."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="offline_windows"
    )
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.CASCADE, related_name="offline_windows")
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.CASCADE, related_name="offline_windows"
    )
    days: "ArrayField[list[int], list[int]]" = ArrayField(models.PositiveSmallIntegerField(), size=7)
    start = models.PositiveSmallIntegerField(help_text="Minute of the day.")
    until = models.PositiveSmallIntegerField(help_text="Minute of the day, exclusive; above 1440 after midnight.")
    label = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, group__isnull=True, department__isnull=True)
                | Q(person__isnull=True, group__isnull=False, department__isnull=True)
                | Q(person__isnull=True, group__isnull=True, department__isnull=False),
                name="offline_window_has_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(start__lt=1440, until__gt=F("start"), until__lte=F("start") + 1440),
                name="offline_window_within_a_day",
            ),
            models.CheckConstraint(
                condition=Q(days__contained_by=[0, 1, 2, 3, 4, 5, 6]) & ~Q(days=[]),
                name="offline_window_on_weekdays",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.days} {self.start}-{self.until}"
