"""What a list shows: a filter, views kept under a name, and free text that is never in an address."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from tasks.actions.desk import delete_view, save_view
from tasks.filters import TEAM, Filter
from tasks.forms.choosing import FilterForm, ViewForm, WordsForm
from tasks.models import SavedView
from tasks.queries import SECTIONS, kinds_to_choose, matching, read, saved_views
from tasks.views.answers import Desk
from tasks.views.my_day import KEPT
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires

MOST_FOUND = 50
MOST_WORDS = 6
REFUSED = {
    "name": gettext_lazy("Skriv et navn på høyst 40 tegn."),
    "views": gettext_lazy("Du har alt tjue visninger. Slett en først."),
}


@require_safe
@requires(Permission.DO_TASKS)
def choose(request: MemberRequest) -> HttpResponse:
    """The filter's form and one's own views, as a page or above the list."""
    return _panel(request, Filter.from_query(request.GET))


def _panel(
    request: MemberRequest, wanted: Filter, *, typed: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": FilterForm(wanted, kinds=kinds_to_choose()),
        "query": wanted.query(),
        "views": saved_views(request.member, KEPT),
        "typed": typed,
        "error": error,
    }
    template = "tasks/choose_tasks.html" + ("#panel" if request.htmx.target == "filter" else "")
    return render(request, template, context, status=status)


@require_POST
@requires(Permission.DO_TASKS)
def save(request: MemberRequest) -> HttpResponse:
    """Keep what is shown under a name."""
    form = ViewForm(request.POST)
    name = form.cleaned_data["name"] if form.is_valid() else ""
    wanted = Filter.from_query(QueryDict(form.cleaned_data.get("query", "")))
    try:
        view, new = save_view(by=request.member, page=KEPT, name=name, wanted=wanted)
    except ValueError as error:
        typed = request.POST.get("name", "")[:80].replace("\0", "")
        return _panel(request, wanted, typed=typed, error=str(REFUSED[str(error)]), status=422)
    said = (
        _("Visningen «%(name)s» er lagret.")
        if new
        else _("Visningen «%(name)s» er lagret i stedet for den gamle.")
    )
    messages.success(request, said % {"name": view.name})
    return HttpResponseRedirect(f"{reverse('my_day')}?{view.query or 'hvem=me'}")


@require_POST
@requires(Permission.DO_TASKS)
def delete(request: MemberRequest, view_id: int) -> HttpResponse:
    """Forget one of one's own views."""
    try:
        view = delete_view(view_id, by=request.member)
    except SavedView.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Visningen «%(name)s» er slettet.") % {"name": view.name})
    return HttpResponseRedirect(reverse("my_day"))


@require_POST
@requires(Permission.DO_TASKS)
def find(request: MemberRequest) -> HttpResponse:
    """The team's open tasks with all of these words, in the patient's name, the task or the sender."""
    form = WordsForm(request.POST)
    words = form.cleaned_data["words"].split()[:MOST_WORDS] if form.is_valid() else []
    desk = Desk(request.member, Filter(who=TEAM), timezone.now())
    ids = matching(desk.tasks, words, limit=MOST_FOUND + 1) if words else []
    rows = read(request.member, ids[:MOST_FOUND])
    told = ngettext("%(n)d åpen oppgave funnet", "%(n)d åpne oppgaver funnet", len(ids)) % {"n": len(ids)}
    if len(ids) > MOST_FOUND:
        told = _("Mange treff: de %(n)d første. Skriv mer for å finne færre.") % {"n": MOST_FOUND}
    lines = [desk.reader.line(rows[each]) for each in ids[:MOST_FOUND]]
    context = {"told": told, "lines": lines, "keys": SECTIONS}
    template = "tasks/found.html" + ("#found" if request.htmx.target == "listen" else "")
    return render(request, template, context, status=200 if words else 422)
