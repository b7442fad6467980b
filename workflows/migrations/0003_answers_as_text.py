"""Keeps answers under a key as the text that was sent, for every door that takes a key."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0002_guards"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="storedanswer",
            name="status",
        ),
        migrations.AlterField(
            model_name="storedanswer",
            name="body",
            field=models.TextField(),
        ),
        migrations.AlterField(
            model_name="storedanswer",
            name="key",
            field=models.CharField(max_length=200),
        ),
    ]
