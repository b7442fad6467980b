"""A department may have several heads, in order; the one it had is the first."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BUMP = (
    "CREATE TRIGGER approvals_departmenthead_bumps_world AFTER INSERT OR UPDATE OR DELETE ON approvals_departmenthead"
    " FOR EACH STATEMENT EXECUTE FUNCTION orderflow_bump_world('directory');"
)
COPY = (
    "INSERT INTO approvals_departmenthead (department_id, user_id, position)"
    " SELECT id, head_id, 0 FROM approvals_department WHERE head_id IS NOT NULL;"
)
COPY_BACK = (
    "UPDATE approvals_department d SET head_id = h.user_id FROM approvals_departmenthead h"
    " WHERE h.department_id = d.id AND h.position = 0;"
)


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0012_delegations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DepartmentHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="heads", to="approvals.department"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="headships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("department", "user"), name="department_head_once"),
                    models.UniqueConstraint(fields=("department", "position"), name="department_heads_in_order"),
                ]
            },
        ),
        migrations.RunSQL(COPY, COPY_BACK),
        migrations.RemoveField(model_name="department", name="head"),
        migrations.RunSQL(BUMP, "DROP TRIGGER approvals_departmenthead_bumps_world ON approvals_departmenthead;"),
    ]
