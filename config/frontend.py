"""The built application: one page for every address that is not the server's own."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import ensure_csrf_cookie


@ensure_csrf_cookie
def index(request: HttpRequest) -> HttpResponse | FileResponse:
    """`frontend/dist/index.html`: the address in it is read by the application itself."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    page = Path(settings.FRONTEND_DIST) / "index.html"
    if not page.is_file():
        raise Http404("The application is not built.")
    return HttpResponse(page.read_bytes(), headers={"Cache-Control": "no-cache"})
