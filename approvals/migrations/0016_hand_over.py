"""A decision about open work may be that of a person who leaves the house."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0015_filled_in_form"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="queuemove",
            name="queue_move_cause_is_known",
        ),
        migrations.AlterField(
            model_name="queuemove",
            name="cause",
            field=models.CharField(
                choices=[
                    ("delegation", "delegation"),
                    ("delegation_ended", "delegation ended"),
                    ("leave", "leave"),
                    ("hand_over", "hand-over"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="queuemove",
            constraint=models.CheckConstraint(
                condition=models.Q(("cause__in", ["delegation", "delegation_ended", "leave", "hand_over"])),
                name="queue_move_cause_is_known",
            ),
        ),
    ]
