"""A statement that is a transaction by itself must refuse by itself what it did not find to write."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION orderflow_expect_rows(what text, written bigint, expected bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    IF written <> expected THEN
        RAISE EXCEPTION '%: expected % rows to write, wrote %', what, expected, written
            USING ERRCODE = 'OF001', CONSTRAINT = what;
    END IF;
    RETURN written;
END $$;
"""
BACKWARD = "DROP FUNCTION orderflow_expect_rows(text, bigint, bigint);"


class Migration(migrations.Migration):
    dependencies = [("workflows", "0005_connections")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
