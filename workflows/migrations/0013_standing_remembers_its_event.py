"""A withdrawn version leaves the event as it was; and nobody moves a run onto it."""

from django.db import migrations, models

FORWARD = """
CREATE TRIGGER instance_moves_to_no_withdrawn_version BEFORE UPDATE OF version_id ON workflows_instance
    FOR EACH ROW EXECUTE FUNCTION orderflow_refuse_withdrawn();
"""
BACKWARD = "DROP TRIGGER instance_moves_to_no_withdrawn_version ON workflows_instance;"


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0012_mail"),
    ]

    operations = [
        migrations.AddField(
            model_name="standing",
            name="trigger_before",
            field=models.CharField(
                help_text="The event that the flow answered before this version became live.", max_length=100, null=True
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
