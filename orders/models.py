"""Every table of this wing, for Django. The rooms import their own models, never this file."""

from orders.changes.models import OrderChange
from orders.core.models import Order, OrderLine
from orders.payments.models import Payment
from orders.payments.sandbox.models import SandboxBehaviour, SandboxRefund, SandboxVoid
from orders.refunds.models import Refund, RefundEffect, UnbookedReceipt

__all__ = [
    "Order",
    "OrderChange",
    "OrderLine",
    "Payment",
    "Refund",
    "RefundEffect",
    "SandboxBehaviour",
    "SandboxRefund",
    "SandboxVoid",
    "UnbookedReceipt",
]
