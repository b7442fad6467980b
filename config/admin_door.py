"""Django's admin has no password form of its own: people sign in where tries are counted, and only its staff get in."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import User


def login(request: HttpRequest) -> HttpResponse:
    """Where the admin sends whom it does not let in: to the sign-in page, or away when signed in without the right."""
    user: User | AnonymousUser = request.user
    if not isinstance(user, User):
        return redirect("/sign-in")
    if not user.is_staff:
        raise PermissionDenied
    return redirect("admin:index")
