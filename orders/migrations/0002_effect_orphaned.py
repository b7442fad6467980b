"""Remembers when the run of a refund ended while the outcome of its payment was unknown."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="refundeffect",
            name="orphaned_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="refundeffect",
            index=models.Index(
                condition=models.Q(("orphaned_at__isnull", False), ("status", "claimed")),
                fields=["orphaned_at"],
                name="effect_orphaned",
            ),
        ),
    ]
