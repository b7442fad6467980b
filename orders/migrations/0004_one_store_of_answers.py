"""Answers under a key are kept in one place, by the ground floor."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0003_money_that_left"),
    ]

    operations = [
        migrations.DeleteModel(
            name="IntakeKey",
        ),
    ]
