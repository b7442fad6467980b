"""Routes of accounts under /api/v1/."""

from django.urls import URLPattern, URLResolver, path

from accounts.api.session import SessionView

urlpatterns: list[URLPattern | URLResolver] = [path("session", SessionView.as_view(), name="session")]
