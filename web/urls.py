"""The route of sign-in under /api/v1/."""

from django.urls import URLPattern, URLResolver, path

from web.session import SessionView

urlpatterns: list[URLPattern | URLResolver] = [path("session", SessionView.as_view(), name="session")]
