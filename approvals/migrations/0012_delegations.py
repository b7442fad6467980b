"""Delegations, and decisions about the open work of who is away."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BUMP = (
    "CREATE TRIGGER approvals_delegation_bumps_world AFTER INSERT OR UPDATE OR DELETE ON approvals_delegation"
    " FOR EACH STATEMENT EXECUTE FUNCTION orderflow_bump_world('directory');"
)


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0011_saved_views"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start", models.DateField()),
                ("end", models.DateField()),
                ("zone", models.CharField(max_length=64)),
                (
                    "flows",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), blank=True, default=list, size=None
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=64)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="delegations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="acts_for",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QueueMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("delegation", "delegation"),
                            ("delegation_ended", "delegation ended"),
                            ("leave", "leave"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "flows",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), blank=True, default=list, size=None
                    ),
                ),
                ("comment", models.CharField(blank=True, max_length=200)),
                ("actor", models.CharField(max_length=64)),
                ("actor_name", models.CharField(blank=True, max_length=120)),
                ("due_at", models.DateTimeField()),
                ("cursor", models.BigIntegerField(default=0)),
                ("moved", models.IntegerField(default=0)),
                ("stayed", models.IntegerField(default=0)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "absence",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="approvals.absence",
                    ),
                ),
                (
                    "delegation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="approvals.delegation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="delegation",
            index=models.Index(condition=models.Q(("ended_at__isnull", True)), fields=["to"], name="delegation_to"),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("end__gt", models.F("start"))), name="delegation_ends_after_start"
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("person", models.F("to")), _negated=True), name="delegation_not_to_oneself"
            ),
        ),
        migrations.AddIndex(
            model_name="queuemove",
            index=models.Index(condition=models.Q(("done_at__isnull", True)), fields=["due_at"], name="queue_move_due"),
        ),
        migrations.AddConstraint(
            model_name="queuemove",
            constraint=models.CheckConstraint(
                condition=models.Q(("cause__in", ["delegation", "delegation_ended", "leave"])),
                name="queue_move_cause_is_known",
            ),
        ),
        migrations.RunSQL(BUMP, "DROP TRIGGER approvals_delegation_bumps_world ON approvals_delegation;"),
    ]
