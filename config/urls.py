"""Every room's doors, and the first page: where a member's day begins."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from config.navigation import entries


@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """For a process manager or a load balancer: the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def first_page(request: HttpRequest) -> HttpResponseRedirect:
    member = getattr(request, "member", None)
    found = entries(request, member) if member else []
    return HttpResponseRedirect(found[0].url if found else "/team/ingen-plass/")


urlpatterns: list[URLPattern | URLResolver] = [
    path("", first_page, name="first_page"),
    path("helse/", health, name="health"),
    path("konto/", include("allauth.account.urls")),
    path("", include("teams.urls")),
    path("", include("patients.urls")),
    path("", include("tasks.urls")),
    path("", include("reports.urls")),
]

handler400 = "config.requests.bad_request"
handler403 = "config.requests.permission_denied"
handler404 = "config.requests.not_found"
handler500 = "config.requests.server_error"
