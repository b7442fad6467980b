"""The organisation and the tasks."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django_fsm
from django.conf import settings
from django.db import migrations, models

import bedrock.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Group",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=64, unique=True)),
                ("name", models.JSONField()),
                ("calendar", models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="ApprovalTask",
            fields=[
                (
                    "id",
                    models.UUIDField(default=bedrock.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("instance", models.UUIDField(editable=False)),
                ("token", models.PositiveIntegerField()),
                ("node", models.CharField(max_length=64)),
                ("visit", models.PositiveIntegerField()),
                ("title", models.JSONField()),
                ("definition_key", models.CharField(max_length=64)),
                ("definition_title", models.JSONField()),
                ("version", models.PositiveIntegerField()),
                ("subject_type", models.CharField(max_length=40)),
                ("subject_id", models.CharField(max_length=64)),
                ("subject_title", models.CharField(max_length=200)),
                ("subject_facts", models.JSONField(default=list)),
                ("requester", models.CharField(blank=True, max_length=64)),
                ("mode", models.CharField(max_length=10)),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("open", "open"),
                            ("approved", "approved"),
                            ("rejected", "rejected"),
                            ("timed_out", "timed out"),
                            ("cancelled", "cancelled"),
                        ],
                        default="open",
                        max_length=50,
                        protected=True,
                    ),
                ),
                ("revision", models.PositiveIntegerField()),
                ("candidates", models.JSONField()),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), size=None),
                ),
                ("votes", models.JSONField(default=list)),
                ("trace", models.JSONField(default=list)),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("due_does", models.JSONField(null=True)),
                ("timing", models.JSONField()),
                ("reminded_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=64)),
                ("decided_by_name", models.CharField(blank=True, max_length=120)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["instance", "opened_at"], name="task_of_instance"),
                    models.Index(
                        models.F("requester"),
                        models.OrderBy(models.F("opened_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="task_started_by",
                    ),
                    models.Index(fields=["subject_id"], name="task_subject"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("instance", "node", "token", "visit"),
                        name="one_open_task_per_visit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "approved", "rejected", "timed_out", "cancelled"])),
                        name="task_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("status", "open")),
                            models.Q(
                                models.Q(("status", "open"), _negated=True),
                                ("closed_at__isnull", False),
                                ("due_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="task_closed_at_when_over",
                    ),
                    models.CheckConstraint(condition=models.Q(("mode__in", ["any", "all"])), name="task_mode_is_known"),
                    models.CheckConstraint(condition=models.Q(("revision__gte", 1)), name="task_revision_from_one"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Department",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=64, unique=True)),
                ("name", models.JSONField()),
                ("calendar", models.CharField(blank=True, max_length=64)),
                (
                    "head",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="heads",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="approvals.department",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DepartmentMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="approvals.department"
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="placement",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GroupMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="approvals.group"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OfflineWindow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "days",
                    django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), size=7),
                ),
                ("start", models.PositiveSmallIntegerField(help_text="Minute of the day.")),
                (
                    "until",
                    models.PositiveSmallIntegerField(
                        help_text="Minute of the day, exclusive; above 1440 after midnight."
                    ),
                ),
                ("label", models.JSONField(blank=True, default=dict)),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offline_windows",
                        to="approvals.department",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offline_windows",
                        to="approvals.group",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offline_windows",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start", models.DateTimeField()),
                ("end", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="absences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("end__gt", models.F("start"))), name="absence_ends_after_start"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.CharField(max_length=80)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("decided", "decided"),
                            ("transferred", "transferred"),
                            ("not_needed", "not needed"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("requester", models.CharField(blank=True, max_length=64)),
                ("sort_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to="approvals.approvaltask",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "open")),
                        fields=["scope", "sort_at", "task"],
                        name="assignment_inbox",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")), fields=("task", "scope"), name="one_open_seat_per_scope"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "decided", "transferred", "not_needed"])),
                        name="assignment_status_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.CharField(max_length=64)),
                ("actor_name", models.CharField(blank=True, max_length=120)),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="approvals.approvaltask",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["task", "at"], name="comment_of_task")],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.CharField(max_length=64)),
                ("actor_name", models.CharField(blank=True, max_length=120)),
                ("source", models.CharField(max_length=10)),
                ("outcome", models.CharField(max_length=10)),
                ("comment", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decisions",
                        to="approvals.approvaltask",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("actor"),
                        models.OrderBy(models.F("at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="decision_done_by",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("task", "actor"), name="one_decision_per_person"),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["approved", "rejected"])), name="decision_is_known"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="department",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", models.F("id")), _negated=True), name="department_not_its_own_parent"
            ),
        ),
        migrations.AddConstraint(
            model_name="groupmember",
            constraint=models.UniqueConstraint(fields=("group", "user"), name="group_member_once"),
        ),
        migrations.AddConstraint(
            model_name="offlinewindow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("department__isnull", True), ("group__isnull", True), ("person__isnull", False)),
                    models.Q(("department__isnull", True), ("group__isnull", False), ("person__isnull", True)),
                    models.Q(("department__isnull", False), ("group__isnull", True), ("person__isnull", True)),
                    _connector="OR",
                ),
                name="offline_window_has_one_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="offlinewindow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("start__lt", 1440),
                    ("until__gt", models.F("start")),
                    (
                        "until__lte",
                        django.db.models.expressions.CombinedExpression(models.F("start"), "+", models.Value(1440)),
                    ),
                ),
                name="offline_window_within_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="offlinewindow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("days__contained_by", [0, 1, 2, 3, 4, 5, 6]), models.Q(("days", []), _negated=True)
                ),
                name="offline_window_on_weekdays",
            ),
        ),
    ]
