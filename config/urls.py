"""Every room's doors, and the first page: where a member's day begins."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path, re_path, reverse
from django.urls.resolvers import URLPattern, URLResolver

from config.navigation import entries


@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """For a process manager or a load balancer: the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def closed(request: HttpRequest, *_: object, **__: object) -> HttpResponse:
    raise Http404


def first_page(request: HttpRequest) -> HttpResponseRedirect:
    """Min dag for those who do tasks, the reports for those who read them, else whatever one may open."""
    member = getattr(request, "member", None)
    found = {entry.url for entry in entries(request, member)} if member else set()
    wanted = [reverse(name) for name in ("my_day", "reports", "team", "no_place")]
    return HttpResponseRedirect(next(url for url in wanted if url in found or url == wanted[-1]))


urlpatterns: list[URLPattern | URLResolver] = [
    path("", first_page, name="first_page"),
    path("helse/", health, name="health"),
    # Not offered yet, and reachable ones would send e-mail that nobody has set up.
    re_path(r"^konto/(password/(reset|set)|email|confirm-email|signup|inactive|login/code)", closed),
    # Codes are seen once, on the page; a file of them would stay in somebody's downloads.
    re_path(r"^konto/sikkerhet/recovery-codes/download", closed),
    path("konto/", include("login.urls")),
    path("konto/", include("allauth.account.urls")),
    path("", include("login.oidc.urls")),
    path("konto/sikkerhet/", include("allauth.mfa.urls")),
    path("", include("teams.urls")),
    path("", include("patients.urls")),
    path("", include("tasks.urls")),
    path("", include("reports.urls")),
    path("", include("scenarios.urls")),
    path("", include("rights.urls")),
]

handler400 = "config.requests.bad_request"
handler403 = "config.requests.permission_denied"
handler429 = "config.requests.too_many"
handler404 = "config.requests.not_found"
handler500 = "config.requests.server_error"
