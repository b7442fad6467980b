"""Whatever the directory is loaded from raises its revision, so that processes load it again."""

from django.conf import settings
from django.db import migrations

TABLES = (
    "approvals_department",
    "approvals_departmentmember",
    "approvals_group",
    "approvals_groupmember",
    "approvals_offlinewindow",
    "approvals_absence",
)
PERSON_COLUMNS = "username, display_name, is_active, is_superuser, roles"

FORWARD = "\n".join(
    f"CREATE TRIGGER {table}_bumps_world AFTER INSERT OR UPDATE OR DELETE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION orderflow_bump_world('directory');"
    for table in TABLES
) + (
    # Signing in writes `last_login` and must not cost every process a reload.
    "\nCREATE TRIGGER user_bumps_directory AFTER INSERT OR DELETE OR UPDATE OF "
    + PERSON_COLUMNS
    + " ON accounts_user FOR EACH STATEMENT EXECUTE FUNCTION orderflow_bump_world('directory');"
)
BACKWARD = "\n".join(f"DROP TRIGGER {table}_bumps_world ON {table};" for table in TABLES) + (
    "\nDROP TRIGGER user_bumps_directory ON accounts_user;"
)


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0001_initial"),
        ("workflows", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
