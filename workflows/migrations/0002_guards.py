"""What the database itself refuses or does: versions, history and audit never change; world revisions follow their rows."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION orderflow_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER definitionversion_is_immutable BEFORE UPDATE OR DELETE ON workflows_definitionversion
    FOR EACH ROW EXECUTE FUNCTION orderflow_refuse_change();
CREATE TRIGGER historyevent_is_append_only BEFORE UPDATE OR DELETE ON workflows_historyevent
    FOR EACH ROW EXECUTE FUNCTION orderflow_refuse_change();
CREATE TRIGGER auditentry_is_append_only BEFORE UPDATE OR DELETE ON workflows_auditentry
    FOR EACH ROW EXECUTE FUNCTION orderflow_refuse_change();
CREATE TRIGGER auditentry_is_not_truncated BEFORE TRUNCATE ON workflows_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION orderflow_refuse_change();

CREATE SEQUENCE orderflow_world_revision;
CREATE FUNCTION orderflow_bump_world() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A sequence does not roll back, so a revision never means two different worlds.
    INSERT INTO workflows_worldrevision (name, revision) VALUES (TG_ARGV[0], nextval('orderflow_world_revision'))
    ON CONFLICT (name) DO UPDATE SET revision = nextval('orderflow_world_revision');
    RETURN NULL;
END $$;
CREATE TRIGGER calendar_bumps_world AFTER INSERT OR UPDATE OR DELETE ON workflows_calendar
    FOR EACH STATEMENT EXECUTE FUNCTION orderflow_bump_world('calendars');

ALTER TABLE workflows_timer SET (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 90);
ALTER TABLE workflows_activityjob SET (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 80);
ALTER TABLE workflows_instance SET (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 85);
"""

BACKWARD = """
DROP TRIGGER calendar_bumps_world ON workflows_calendar;
DROP FUNCTION orderflow_bump_world();
DROP SEQUENCE orderflow_world_revision;
DROP TRIGGER auditentry_is_not_truncated ON workflows_auditentry;
DROP TRIGGER auditentry_is_append_only ON workflows_auditentry;
DROP TRIGGER historyevent_is_append_only ON workflows_historyevent;
DROP TRIGGER definitionversion_is_immutable ON workflows_definitionversion;
DROP FUNCTION orderflow_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
