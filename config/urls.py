"""All routes: the API's rooms, its documentation, health, Django's admin, and the application for everything else."""

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config import admin_door, frontend, health
from web import errors

urlpatterns = [
    path("api/v1/", include("web.urls")),
    path("api/v1/", include("workflows.api.urls")),
    path("api/v1/", include("approvals.api.urls")),
    path("api/v1/", include("orders.api.urls")),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("admin/login/", admin_door.login),
    path("admin/", admin.site.urls),
    re_path(r"^(?!api/|static/|admin/|healthz|readyz|metrics|assets/).*$", frontend.index),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error
