"""Every answer that shows patients is written down before it leaves, whatever page it is.

Whom it shows is noted where names come from (patients/naming.py); here stands on what ground each address shows
them, and what. An address that is not in the table is written down under its own name, and a test asks for its words
(tests/attacks/test_everything_shown_is_logged.py).
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.utils.html import escape

from login.closing import Inside
from patients.actions.access import record_file_of_strangers, record_shown
from patients.models import Ground
from patients.naming import Seen, looking
from teams.permissions import Permission, may

_DAY = "navn, alder, oppgaver, frister"
_TASK = "navn, alder, oppgave"
_LIST = "navn, alder, tilstander, planer, neste og siste oppfølging"

_FOLLOW_UP: dict[str, str] = {
    "my_day": f"Min dag: {_DAY}",
    "my_day_section": f"Min dag, flere oppgaver: {_DAY}",
    "find_tasks": f"søk i oppgaver: {_DAY}",
    "choose_tasks": f"Min dag, filtrert: {_DAY}",
    "team_now": f"Min dag, Teamet i dag: {_DAY}",
    "print_day": "Min dag på papir: navn, fødselsår, oppgaver, frister",
    "complete_visit": f"besøk utført: {_TASK}",
    "log_work": f"oppgave ført: {_TASK}",
    "new_task": "ny oppgave, søk etter pasient: navn, fødselsdato",
    "waiting_returns": "returer som venter på svar: navn, alder, oppgave, avsender",
    "patients": f"pasientliste eller søk: {_LIST}",
    "lacking": "mangler oppfølging: navn, alder, tilstander, hva som mangler",
    "choose_lacking": "mangler oppfølging, valgte: navn, alder, tilstander, planer",
    "start_chosen_plans": "mangler oppfølging, planer startes: navn, alder, planer",
    "decline_chosen_plans": "mangler oppfølging, takket nei: navn, alder, planer",
    "undo_started_plans": "mangler oppfølging, angret: navn, alder, planer",
    "plan_run": "forslag til planer: navn, alder, planer",
    "patient": "pasientside: planer, oppgaver, hendelser, tilstander, legemidler",
    "diary_week": "tidsdagbok: oppgaver du har ført",
    "diary": "tidsdagbok: oppgaver du har ført",
}
_SHARING: dict[str, str] = {
    "team": f"Team: {_DAY}",
    "task_list": f"oppgaveliste: {_DAY}",
    "pool": f"ikke fordelt: {_DAY}",
    "move_task": f"oppgave flyttet: {_DAY}",
    "bulk_preview": f"samlet endring, gjennomsyn: {_DAY}",
    "bulk_carry_out": f"samlet endring: {_DAY}",
    "bulk_change": f"samlet endring, hva som ble gjort: {_DAY}",
    "undo_bulk": f"samlet endring angret: {_DAY}",
    "sharing": f"Fordeling: {_DAY}",
    "sharing_run": f"forslag til fordeling: {_DAY}",
    "sharing_person": f"forslag til fordeling, til én: {_DAY}",
    "sharing_waiting": f"forslag til fordeling, det som kan vente: {_DAY}",
    "propose_sharing": f"forslag til fordeling: {_DAY}",
    "apply_sharing": f"fordeling tatt i bruk: {_DAY}",
    "absence": f"fravær, oppgaver som står udekket: {_DAY}",
    "absences": f"fravær: {_DAY}",
    "change_absence": f"fravær endret: {_DAY}",
    "take_back": f"fravær, oppgaver tas tilbake: {_DAY}",
    "end_employment": f"slutter, oppgaver som står udekket: {_DAY}",
    "member": f"medarbeider som slutter: {_DAY}",
}
_LIST_KEEPING: dict[str, str] = {
    "imports": "import: navn",
    "import_run": "gjennomsyn av import: navn, hva som endres",
    "import_changes": "gjennomsyn av import, rader: navn, fødselsdato, fastlege, hva som endres",
    "import_refused": "avviste rader fra import, som fil: alt som sto i radene",
    "import_problems": "avviste rader fra import, hva som er feil",
}
_CONTROL: dict[str, str] = {
    "behind": "oppgavene bak et tall i ukesrapporten: oppgave, frist, status, uten navn",
    "access_log": "innsynslogg: navn, hvem som har sett hva",
    "access_list": "innsynslogg, alle på en liste: navn, fødselsdato",
    "access_log_file": "innsynslogg som fil: navn, hvem som har sett hva",
    "unusual_access": "etterkontroll: navn, hvem som har sett",
    "review_access": "etterkontroll: navn, hvem som har sett",
    "blocks": "sperringer: navn, hvem som er sperret",
    "break_glass": "nødåpning: navn",
}
# Of one task, whatever is done with it: its row, its sheet, its place on the page.
_OF_TASK = f"oppgave: {_TASK}"

PAGES: dict[str, tuple[str, str]] = {
    **{page: (str(Ground.FOLLOW_UP), what) for page, what in _FOLLOW_UP.items()},
    **{page: (str(Ground.SHARING), what) for page, what in _SHARING.items()},
    **{page: (str(Ground.LIST), what) for page, what in _LIST_KEEPING.items()},
    **{page: (str(Ground.CONTROL), what) for page, what in _CONTROL.items()},
}
# Rows of a file as they were sent: of people who may be nobody's patient here yet.
STRANGERS = ("import_refused",)


def words_for(page: str, kwargs: dict[str, Any]) -> tuple[str, str]:
    """On what ground, and what. A page of one task or one patient has no line of its own."""
    if page in PAGES:
        return PAGES[page]
    if "task_id" in kwargs or "return_id" in kwargs or "note_id" in kwargs:
        return str(Ground.FOLLOW_UP), _OF_TASK
    return str(Ground.FOLLOW_UP), page


class ShownMiddleware(Inside):
    """In the transaction that made the answer, and last: when it cannot be written down, nothing is shown."""

    def process_view(
        self,
        request: Any,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase:
        with looking() as seen:
            request.seen = seen
            return super().process_view(request, view, args, kwargs)

    def answered(self, request: Any, response: HttpResponseBase) -> None:
        """Nothing of what was made is shown by an answer that only sends the reader on."""
        if response.status_code == HTTPStatus.NO_CONTENT or 300 <= response.status_code < 400:
            return
        by: Any = getattr(request, "member", None)
        page, kwargs = _address(request)
        ground, what = words_for(page, kwargs)
        if page in STRANGERS and response.status_code == HTTPStatus.OK:
            record_file_of_strangers(by=by, page=page, what=what)
        if by is not None and not may(by, Permission.SEE_PATIENTS):
            _refuse_names(request.seen, response)
            return
        if untold := request.seen.untold:
            record_shown(untold, by=by, ground=ground, page=page, what=what)


def _refuse_names(seen: Seen, response: HttpResponseBase) -> None:
    """Somebody who may see no patient gets no answer with a patient's name in it, whatever a page has forgotten."""
    if not seen.names:
        return
    text = "" if response.streaming else getattr(response, "content", b"").decode(response.charset, "replace")
    if response.streaming or any(
        name and (name in text or escape(name) in text) for name in seen.names.values()
    ):
        raise PermissionDenied("a patient's name")


def _address(request: Any) -> tuple[str, dict[str, Any]]:
    found = request.resolver_match
    return found.url_name or found.route, found.kwargs
