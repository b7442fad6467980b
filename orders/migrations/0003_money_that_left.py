"""Fences a paused worker out of a refund, and keeps every receipt of money that has left."""

from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0002_effect_orphaned"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SandboxVoid",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200, unique=True)),
                ("voided_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="UnbookedReceipt",
            fields=[
                (
                    "refund",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="unbooked",
                        serialize=False,
                        to="orders.refund",
                    ),
                ),
                ("provider_refund_id", models.CharField(max_length=64)),
                ("amount", models.DecimalField(decimal_places=4, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                ("reason", models.CharField(max_length=300)),
                ("received_at", models.DateTimeField()),
                ("booked_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.RenameField(model_name="refundeffect", old_name="calls", new_name="claims"),
        migrations.AddField(
            model_name="order",
            name="unbooked",
            field=models.DecimalField(decimal_places=4, default=Decimal(0), max_digits=18),
        ),
        migrations.AddField(
            model_name="refundeffect",
            name="unanswered",
            field=models.PositiveIntegerField(default=0),
        ),
        # Of the claims made until now nobody knows which were sent: all may have been.
        migrations.RunSQL(
            "UPDATE orders_refundeffect SET unanswered = claims WHERE status = 'claimed'", migrations.RunSQL.noop
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("unbooked__gte", 0)), name="order_unbooked_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="refundeffect",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "claimed"), ("unanswered", 0), _connector="OR"),
                name="effect_settled_when_answered",
            ),
        ),
        migrations.AddIndex(
            model_name="unbookedreceipt",
            index=models.Index(
                condition=models.Q(("booked_at__isnull", True)), fields=["received_at"], name="receipt_unbooked"
            ),
        ),
    ]
