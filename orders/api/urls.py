"""Routes of orders under /api/v1/."""

from django.urls import URLPattern, URLResolver, path

from orders.api.changes import ChangesView
from orders.api.orders import OrdersView, OrderView, RefundsView
from orders.api.previews import ChangePreviewView, RefundPreviewView
from orders.api.templates import TemplatesView

urlpatterns: list[URLPattern | URLResolver] = [
    path("orders", OrdersView.as_view(), name="orders"),
    path("orders/<str:order_no>", OrderView.as_view(), name="order"),
    path("orders/<str:order_no>/refunds", RefundsView.as_view(), name="order-refunds"),
    path("orders/<str:order_no>/changes", ChangesView.as_view(), name="order-changes"),
    path("orders/<str:order_no>/refunds/preview", RefundPreviewView.as_view(), name="order-refund-preview"),
    path("orders/<str:order_no>/changes/preview", ChangePreviewView.as_view(), name="order-change-preview"),
    path("templates", TemplatesView.as_view(), name="templates"),
]
