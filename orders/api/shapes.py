"""What the order routes answer, for the API's schema. The answers themselves are made in `orders.queries`."""

from rest_framework import serializers

from orders.changes.models import ChangeStatus
from orders.core.changeable import COLUMNS
from orders.core.channels import Channel
from orders.core.models import OrderStatus
from orders.payments.models import PaymentStatus
from orders.refunds.models import RefundStatus
from web.shapes import LocalTextShape, MoneyShape, Shape
from workflows.api.run_shapes import INSTANCE_STATUSES, DefinitionRefShape


class BuyerShape(Shape):
    name = serializers.CharField()
    phone = serializers.CharField(help_text="masked")


class KnownBuyerShape(BuyerShape):
    customer_id = serializers.CharField(allow_blank=True)


class OrderSummaryShape(Shape):
    order_no = serializers.CharField()
    channel = serializers.ChoiceField(choices=[channel.value for channel in Channel])
    status = serializers.ChoiceField(choices=[status.value for status in OrderStatus])
    total = MoneyShape()
    paid = MoneyShape()
    refundable = MoneyShape()
    buyer = BuyerShape()
    placed_at = serializers.DateTimeField()
    estimated_ship_time = serializers.DateTimeField()
    refunds_open = serializers.IntegerField()


class OrdersShape(Shape):
    results = OrderSummaryShape(many=True)
    next = serializers.CharField(allow_null=True)


class ShipToShape(Shape):
    region = serializers.CharField()
    city = serializers.CharField()
    address = serializers.CharField(help_text="masked")
    postal_code = serializers.CharField()


class LineShape(Shape):
    sku = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = MoneyShape()
    discount = MoneyShape()
    total = MoneyShape()


class PaymentShape(Shape):
    provider = serializers.CharField()
    transaction_id = serializers.CharField()
    amount = MoneyShape()
    refunded = MoneyShape()
    status = serializers.ChoiceField(choices=[status.value for status in PaymentStatus])
    paid_at = serializers.DateTimeField()


class AskedByShape(Shape):
    username = serializers.CharField()
    display_name = serializers.CharField()


class RefundShape(Shape):
    id = serializers.UUIDField()
    amount = MoneyShape()
    reason = serializers.CharField()
    status = serializers.ChoiceField(choices=[status.value for status in RefundStatus])
    instance = serializers.UUIDField(allow_null=True)
    requested_by = AskedByShape()
    requested_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    provider_refund_id = serializers.CharField(allow_null=True)


class AskedRefundShape(RefundShape):
    order_no = serializers.CharField()


class FieldChangeShape(Shape):
    field = serializers.ChoiceField(choices=list(COLUMNS))
    before = serializers.CharField(allow_blank=True, help_text="phone and address masked")
    after = serializers.CharField(allow_blank=True, help_text="phone and address masked")


class OrderChangeShape(Shape):
    id = serializers.UUIDField()
    wanted = FieldChangeShape(many=True)
    reason = serializers.CharField()
    status = serializers.ChoiceField(choices=[status.value for status in ChangeStatus])
    instance = serializers.UUIDField(allow_null=True)
    requested_by = AskedByShape()
    requested_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class AskedChangeShape(OrderChangeShape):
    order_no = serializers.CharField()


class RunShape(Shape):
    id = serializers.UUIDField()
    definition = DefinitionRefShape()
    version = serializers.IntegerField()
    status = serializers.ChoiceField(choices=INSTANCE_STATUSES)
    nodes = serializers.ListField(child=serializers.CharField())


class OrderShape(OrderSummaryShape):
    buyer = KnownBuyerShape()
    goods_total = MoneyShape()
    discount_total = MoneyShape()
    freight = MoneyShape()
    refunded = MoneyShape()
    promotion_id = serializers.CharField()
    ship_to = ShipToShape()
    lines = LineShape(many=True)
    payments = PaymentShape(many=True)
    refunds = RefundShape(many=True)
    changes = OrderChangeShape(many=True)
    instances = RunShape(many=True)


class TemplateShape(Shape):
    key = serializers.CharField()
    title = LocalTextShape()
    summary = LocalTextShape()
    graph = serializers.DictField()
    sample = serializers.DictField()


class TemplatesShape(Shape):
    results = TemplateShape(many=True)
