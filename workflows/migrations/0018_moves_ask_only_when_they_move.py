"""Every step writes the version of its run; whether that version was withdrawn is asked only when it is another one."""

from django.db import migrations

TRIGGER = """
DROP TRIGGER instance_moves_to_no_withdrawn_version ON workflows_instance;
CREATE TRIGGER instance_moves_to_no_withdrawn_version BEFORE UPDATE OF version_id ON workflows_instance
    FOR EACH ROW {when} EXECUTE FUNCTION orderflow_refuse_withdrawn();
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0017_called_runs")]

    operations = [
        migrations.RunSQL(
            TRIGGER.format(when="WHEN (OLD.version_id IS DISTINCT FROM NEW.version_id)"), TRIGGER.format(when="")
        )
    ]
