"""Indexes for the badge and for the search by an order number."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0002_directory_bumps_world"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="assignment",
            name="assignment_inbox",
        ),
        migrations.AddIndex(
            model_name="approvaltask",
            index=models.Index(fields=["subject_title"], name="task_title", opclasses=["text_pattern_ops"]),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("status", "open")),
                fields=["scope", "sort_at", "task"],
                include=("requester",),
                name="assignment_inbox",
            ),
        ),
    ]
