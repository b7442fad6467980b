"""Every version has a standing, and no run starts on a version that was withdrawn, whatever it read before."""

from django.db import migrations

FORWARD = """
INSERT INTO workflows_standing
    (version_id, definition_id, status, effective_at, live_at, ended_at, replaces_id, take_over, editors)
SELECT v.id, v.definition_id, CASE WHEN d.live_version_id = v.id THEN 'live' ELSE 'replaced' END,
    v.published_at, v.published_at,
    CASE WHEN d.live_version_id = v.id THEN NULL ELSE COALESCE(later.published_at, v.published_at) END,
    earlier.id, FALSE, '[]'
FROM workflows_definitionversion v
JOIN workflows_definition d ON d.id = v.definition_id
LEFT JOIN workflows_definitionversion earlier ON earlier.definition_id = v.definition_id AND earlier.number = v.number - 1
LEFT JOIN workflows_definitionversion later ON later.definition_id = v.definition_id AND later.number = v.number + 1;

UPDATE workflows_definition d SET draft_editors = jsonb_build_array(d.draft_by_id::text)
WHERE NOT EXISTS (
    SELECT FROM workflows_definitionversion v WHERE v.id = d.live_version_id AND v.graph_hash = d.draft_hash
);

CREATE FUNCTION orderflow_refuse_withdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Who withdraws a version takes this lock alone, before counting its runs; so one of the two sees the other.
    PERFORM pg_advisory_xact_lock_shared(7301002, hashtext(NEW.version_id::text));
    IF EXISTS (SELECT FROM workflows_standing WHERE version_id = NEW.version_id AND status = 'withdrawn') THEN
        RAISE EXCEPTION 'version % was withdrawn', NEW.version_id USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER instance_starts_on_no_withdrawn_version BEFORE INSERT ON workflows_instance
    FOR EACH ROW EXECUTE FUNCTION orderflow_refuse_withdrawn();
"""

BACKWARD = """
DROP TRIGGER instance_starts_on_no_withdrawn_version ON workflows_instance;
DROP FUNCTION orderflow_refuse_withdrawn();
DELETE FROM workflows_standing;
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0008_version_standings")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
