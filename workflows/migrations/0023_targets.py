from django.db import migrations, models
from django.db.models import Q

# Work that waits already asks whoever its type names, or its connection.
BY_TYPE = """
UPDATE workflows_activityjob SET target = CASE type
    WHEN 'http_request' THEN type || ':' || (payload ->> 'connection') ELSE type END
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0022_turns")]

    operations = [
        migrations.CreateModel(
            name="Breaker",
            fields=[
                ("target", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("failures", models.IntegerField()),
                ("code", models.CharField(help_text="What it failed with last.", max_length=80)),
                ("until", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=Q(failures__gte=1), name="breaker_counts_from_one")]
            },
        ),
        migrations.AddField(
            "activityjob", "target", models.CharField(default="", max_length=100), preserve_default=False
        ),
        migrations.RunSQL(BY_TYPE, migrations.RunSQL.noop),
        migrations.RemoveIndex("activityjob", "job_available"),
        migrations.AddIndex("activityjob", models.Index(fields=["target", "available_at"], name="job_available")),
        migrations.AddIndex(
            "activityjob",
            models.Index(condition=Q(claimed__isnull=False), fields=["target"], name="job_claimed"),
        ),
    ]
