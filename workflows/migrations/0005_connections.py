import django.contrib.postgres.fields
from django.db import migrations, models

FORWARD = """
CREATE TRIGGER connection_bumps_world AFTER INSERT OR UPDATE OR DELETE ON workflows_connection
    FOR EACH STATEMENT EXECUTE FUNCTION orderflow_bump_world('connections');
"""
BACKWARD = "DROP TRIGGER connection_bumps_world ON workflows_connection;"


class Migration(migrations.Migration):
    dependencies = [("workflows", "0004_lean_hot_rows")]

    operations = [
        migrations.CreateModel(
            name="Connection",
            fields=[
                ("name", models.SlugField(max_length=64, primary_key=True, serialize=False)),
                ("base_url", models.CharField(max_length=300)),
                ("secret", models.CharField(blank=True, max_length=64)),
                ("secret_header", models.CharField(blank=True, max_length=64)),
                ("secret_scheme", models.CharField(blank=True, max_length=32)),
                (
                    "networks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50), blank=True, default=list, size=None
                    ),
                ),
                ("updated_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.CreateModel(
            name="SentCall",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "instance", "node", "visit", "attempt",
                        blank=True, editable=False, primary_key=True, serialize=False,
                    ),
                ),
                ("instance", models.UUIDField()),
                ("node", models.CharField(max_length=64)),
                ("visit", models.IntegerField()),
                ("attempt", models.IntegerField()),
                ("sent_at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["sent_at"], name="sent_call_by_age")]},
        ),
    ]  # fmt: skip
