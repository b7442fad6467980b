"""Orders, payments, refunds and the sandbox provider's ledger."""

import uuid
from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
import django_fsm
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Numbers for orders that come without one; a sequence never waits and never repeats.
        migrations.RunSQL("CREATE SEQUENCE orders_order_no", "DROP SEQUENCE orders_order_no"),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("status", django_fsm.FSMField(default="requested", max_length=16, protected=True)),
                ("amount", models.DecimalField(decimal_places=4, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                ("reason", models.CharField(max_length=500)),
                ("instance", models.UUIDField(blank=True, db_index=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["created_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order_no", models.CharField(max_length=64)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("wechat", "wechat"),
                            ("douyin", "douyin"),
                            ("taobao", "taobao"),
                            ("pinduoduo", "pinduoduo"),
                            ("h5", "h5"),
                        ],
                        max_length=16,
                    ),
                ),
                ("status", django_fsm.FSMField(default="pending_payment", max_length=24, protected=True)),
                ("currency", models.CharField(max_length=3)),
                ("goods_total", models.DecimalField(decimal_places=4, max_digits=18)),
                ("discount_total", models.DecimalField(decimal_places=4, max_digits=18)),
                ("freight", models.DecimalField(decimal_places=4, max_digits=18)),
                ("total", models.DecimalField(decimal_places=4, max_digits=18)),
                ("paid", models.DecimalField(decimal_places=4, default=Decimal(0), max_digits=18)),
                ("refund_reserved", models.DecimalField(decimal_places=4, default=Decimal(0), max_digits=18)),
                ("refunded", models.DecimalField(decimal_places=4, default=Decimal(0), max_digits=18)),
                ("buyer_name", models.CharField(max_length=100)),
                ("buyer_phone", models.CharField(max_length=32)),
                ("phone_tail", models.CharField(db_index=True, max_length=4)),
                ("customer_id", models.CharField(blank=True, max_length=64)),
                ("ship_region", models.CharField(blank=True, max_length=100)),
                ("ship_city", models.CharField(blank=True, max_length=100)),
                ("ship_address", models.CharField(blank=True, max_length=300)),
                ("ship_postal_code", models.CharField(blank=True, max_length=20)),
                ("promotion_id", models.CharField(blank=True, max_length=64)),
                ("placed_at", models.DateTimeField()),
                ("estimated_ship_time", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "placed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("sku", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=200)),
                ("quantity", models.PositiveIntegerField()),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=18)),
                ("discount", models.DecimalField(decimal_places=4, max_digits=18)),
                ("total", models.DecimalField(decimal_places=4, max_digits=18)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="orders.order"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=32)),
                ("transaction_id", models.CharField(max_length=64)),
                ("status", django_fsm.FSMField(default="created", max_length=24, protected=True)),
                ("amount", models.DecimalField(decimal_places=4, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                ("refunded", models.DecimalField(decimal_places=4, default=Decimal(0), max_digits=18)),
                ("paid_at", models.DateTimeField()),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="orders.order"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RefundEffect",
            fields=[
                (
                    "refund",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="effect",
                        serialize=False,
                        to="orders.refund",
                    ),
                ),
                ("key", models.CharField(max_length=200, unique=True)),
                ("status", django_fsm.FSMField(default="claimed", max_length=16, protected=True)),
                ("calls", models.PositiveIntegerField(default=0)),
                ("provider_refund_id", models.CharField(blank=True, max_length=64)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                ("claimed_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="refund",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="orders.order"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="payment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="orders.payment"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="requested_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.CreateModel(
            name="SandboxBehaviour",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order_no", models.CharField(max_length=64, unique=True)),
                ("mode", models.CharField(max_length=8)),
                ("seconds", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=6)),
                ("times", models.PositiveIntegerField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["ok", "slow", "fail", "refuse", "cut"])),
                        name="sandbox_mode_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seconds__gte", 0)), name="sandbox_seconds_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SandboxRefund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200, unique=True)),
                ("transaction_id", models.CharField(db_index=True, max_length=64)),
                ("order_no", models.CharField(db_index=True, max_length=64)),
                ("amount", models.DecimalField(decimal_places=4, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                ("calls", models.PositiveIntegerField(db_default=1, default=1)),
                ("paid_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="sandbox_refund_above_zero")
                ],
            },
        ),
        migrations.CreateModel(
            name="IntakeKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200)),
                ("fingerprint", models.CharField(max_length=64)),
                ("response", models.JSONField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("owner", "key"), name="one_answer_per_client_and_key")],
            },
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["-placed_at", "-id"], name="order_newest_first"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["placed_by", "-placed_at", "-id"], name="order_own_newest_first"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["order_no"], name="order_by_no", opclasses=["varchar_pattern_ops"]),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("channel", "order_no"), name="one_order_no_per_channel"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["pending_payment", "awaiting_shipment", "closed"])),
                name="order_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["wechat", "douyin", "taobao", "pinduoduo", "h5"])),
                name="order_channel_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("freight__gte", 0),
                    ("goods_total__gte", 0),
                    (
                        "total",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("goods_total"), "-", models.F("discount_total")
                            ),
                            "+",
                            models.F("freight"),
                        ),
                    ),
                    ("discount_total__gte", 0),
                    ("discount_total__lte", models.F("goods_total")),
                ),
                name="order_total_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("paid__gte", 0), ("paid__lte", models.F("total"))), name="order_paid_within_total"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("refund_reserved__gte", 0), ("refund_reserved__lte", models.F("paid"))),
                name="order_refunds_within_paid",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("refunded__gte", 0), ("refunded__lte", models.F("refund_reserved"))),
                name="order_refunded_within_reserved",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.UniqueConstraint(fields=("order", "position"), name="one_line_per_position"),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("quantity__gte", 1),
                    (
                        "total",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("unit_price"), "*", models.F("quantity")
                            ),
                            "-",
                            models.F("discount"),
                        ),
                    ),
                    ("total__gte", 0),
                    ("discount__gte", 0),
                    ("unit_price__gte", 0),
                ),
                name="order_line_total_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                fields=("provider", "transaction_id"), name="one_payment_per_transaction"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "created"), _negated=True),
                fields=("order",),
                name="one_captured_payment_per_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["created", "captured", "partly_refunded", "refunded"])),
                name="payment_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("refunded__gte", 0), ("refunded__lte", models.F("amount"))),
                name="payment_refunded_within_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundeffect",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["claimed", "confirmed", "refused"])), name="effect_status_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="refundeffect",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at__isnull", False), ("status", "confirmed")),
                    models.Q(models.Q(("status", "confirmed"), _negated=True), ("confirmed_at__isnull", True)),
                    _connector="OR",
                ),
                name="effect_confirmed_with_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="refund_above_zero"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "requested",
                            "in_review",
                            "approved",
                            "refunding",
                            "refunded",
                            "rejected",
                            "cancelled",
                            "failed",
                        ],
                    )
                ),
                name="refund_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", True), ("status__in", ["requested", "in_review", "approved", "refunding"])
                    ),
                    models.Q(
                        ("closed_at__isnull", False),
                        models.Q(("status__in", ["requested", "in_review", "approved", "refunding"]), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="refund_closed_when_settled",
            ),
        ),
    ]
