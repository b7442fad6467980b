"""Letters and calls; and the name of the lock that whoever begins to wait for a message shares with others who do, and
whoever puts one there has alone."""

from django.db import migrations, models

LETTERBOX = """
CREATE FUNCTION orderflow_letterbox(name text, key text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT hashtextextended(name || COALESCE(E'\\n=' || key, E'\\n*'), 15)
$$;
"""
NO_LETTERBOX = "DROP FUNCTION orderflow_letterbox(text, text);"


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0011_channel_connections"),
    ]

    operations = [
        migrations.RunSQL(LETTERBOX, NO_LETTERBOX),
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100)),
                ("payload", models.JSONField()),
                ("actor", models.CharField(max_length=64)),
                ("actor_name", models.CharField(blank=True, max_length=120)),
                ("source", models.CharField(max_length=10)),
                ("sent_at", models.DateTimeField()),
                ("told", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("told__lte", models.F("last"))), name="call_told_up_to_its_last"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100)),
                ("key", models.CharField(max_length=200, null=True)),
                ("payload", models.JSONField()),
                ("actor", models.CharField(max_length=64)),
                ("actor_name", models.CharField(blank=True, max_length=120)),
                ("source", models.CharField(max_length=10)),
                ("sent_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("died_at", models.DateTimeField(null=True)),
                ("instance", models.UUIDField(null=True)),
                ("code", models.CharField(blank=True, max_length=100)),
                ("reason", models.TextField(blank=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("died_at__isnull", True)), fields=["name", "key", "id"], name="letter_kept"
                    ),
                    models.Index(
                        condition=models.Q(("died_at__isnull", True)), fields=["until"], name="letter_expires"
                    ),
                    models.Index(
                        condition=models.Q(("died_at__isnull", False)), fields=["died_at"], name="letter_dead"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("sent_at"))), name="letter_kept_from_its_sending_on"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("code", ""), ("died_at__isnull", True), ("instance__isnull", True), ("reason", "")
                            ),
                            models.Q(
                                ("died_at__isnull", False),
                                ("instance__isnull", False),
                                models.Q(("code", ""), _negated=True),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="letter_dead_for_a_reason",
                    ),
                ],
            },
        ),
    ]
