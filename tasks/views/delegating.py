"""A delegation comes to be and ends: drafted, rewritten, signed by the doctor, taken back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tasks.actions.delegations import discard, draft, revise, revoke, sign
from tasks.delegating import REGISTERED_FIRST, Standing, draft_of, still_a_draft
from tasks.forms.delegations import ReviseForm, RevokeForm, SignForm, TermsForm, WhomForm, default_end
from tasks.jobs import share_out_clinic
from tasks.life import NotAllowed
from tasks.models import Delegation
from tasks.presenters.delegations import where_they_went
from tasks.queries.delegations import Registered, could_be_given, delegable_kinds, latest_texts, register
from tasks.views.delegations import delegation_page, found_or_404
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.models import Member, Profession
from teams.permissions import Permission, requires

REFUSED = {
    "doctor": gettext_lazy("Velg en lege som arbeider her."),
    "member": gettext_lazy("Velg noen som arbeider her, og som denne typen oppgave kan delegeres til."),
    "starts_on": gettext_lazy("Velg en dag fra i dag, innen fem år."),
    "ends_on": gettext_lazy("Siste dag kan ikke være før første, og ikke være over."),
    "text": gettext_lazy("Skriv instruksen, høyst 8000 tegn."),
    "nothing": gettext_lazy("Kryss av for minst ett utkast."),
    "answers": gettext_lazy("Kryss av for at du svarer for det. Uten det kan du ikke delegere."),
    "registered": gettext_lazy(
        "Kryss av for at det er meldt i Praksisinformasjon. Meld det hos Helfo først."
    ),
    "mark": gettext_lazy("Teksten sier fortsatt at den er et utkast. Tilpass den, og ta bort den linjen."),
    "reason": gettext_lazy("Skriv kort hvorfor."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DO_TASKS)
def new_delegation(request: MemberRequest) -> HttpResponse:
    """First whom and what (in the address, so that a cell of the table can ask), then the words."""
    now = timezone.now()
    whom = _whom(request, request.POST or request.GET or None)
    chosen = whom.is_bound and whom.is_valid()
    form = _terms(request, whom, request.POST or None) if chosen else None
    if request.method == "POST" and form is not None and form.is_valid():
        data = whom.cleaned_data
        try:
            made = draft(data["lege"], data["til"], form.terms(), by=request.member, at=now)
        except ValueError as error:
            form.add_error(str(error) if str(error) in form.fields else None, str(REFUSED[str(error)]))
        else:
            asked = len(data["til"]) * len(data["type"])
            return _drafted(request, made, asked - len(made))
    refused = whom.is_bound and (not chosen or (form is not None and form.is_bound))
    context = {"whom": whom, "form": form, "registered": _registered_first(whom) if chosen else []}
    return render(request, "tasks/delegation_new.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DO_TASKS)
def revise_delegation(request: MemberRequest, delegation_id: int) -> HttpResponse:
    each = found_or_404(request, delegation_id)
    row = each.row
    initial = {
        "text": row.instruction,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "read": each.digest,
    }
    form, met = ReviseForm(request.POST or None, initial=initial), None
    if form.is_valid():
        data = form.cleaned_data
        try:
            revise(delegation_id, form.terms(), read=data["read"], by=request.member, at=timezone.now())
        except NotAllowed as changed:
            met = found_or_404(request, delegation_id)  # as it is now: sent again, it is that which was read
            form = ReviseForm({**request.POST.dict(), "read": met.digest})
            form.add_error(None, str(changed))
        except ValueError as error:
            form.add_error(str(error), str(REFUSED[str(error)]))
        else:
            messages.success(request, _("Utkastet er lagret."))
            return HttpResponseRedirect(reverse("delegation", args=[delegation_id]))
    context = {"row": row, "form": form, "met": met, "mark": still_a_draft(row.instruction)}
    return render(request, "tasks/delegation_revise.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.DO_TASKS)
def discard_delegation(request: MemberRequest, delegation_id: int) -> HttpResponse:
    found_or_404(request, delegation_id)
    try:
        discard(delegation_id, by=request.member, at=timezone.now())
    except NotAllowed as changed:
        messages.error(request, str(changed))
    else:
        messages.success(request, _("Utkastet er forkastet."))
    return HttpResponseRedirect(reverse("delegations"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DELEGATE)
def sign_delegations(request: MemberRequest) -> HttpResponse:
    """All that waits for this doctor's signature, with every word of it. `?utkast=` has one ticked."""
    by, today = request.member, oslo_date(timezone.now())
    rows = [e for e in register(by, today, doctor=by) if e.standing == Standing.DRAFT]
    form = SignForm(request.POST or None, choices=[_choice(each) for each in rows])
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("answers", "registered")}
        try:
            signed = sign(form.read(), **said, by=by, at=timezone.now())
        except NotAllowed as changed:
            form.add_error(None, str(changed))
        except ValueError as error:
            form.add_error(str(error) if str(error) in form.fields else None, str(REFUSED[str(error)]))
        else:
            text = ngettext("%(n)d delegering er signert.", "%(n)d delegeringer er signert.", len(signed))
            messages.success(request, text % {"n": len(signed)})
            return HttpResponseRedirect(reverse("delegations") + f"?lege={by.pk}")
    ticked = request.POST.getlist("drafts") or [
        _choice(e) for e in rows if str(e.row.pk) == request.GET.get("utkast")
    ]
    shown = [_to_sign(each, ticked) for each in rows]
    context = {"shown": shown, "form": form, "helfo": any(each["registered_first"] for each in shown)}
    return render(request, "tasks/delegations_sign.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.SEE_TEAM)
def revoke_delegation(request: MemberRequest, delegation_id: int) -> HttpResponse:
    """At once, with what it does to tasks told. The action decides who may."""
    found_or_404(request, delegation_id)
    by, form = request.member, RevokeForm(request.POST)
    if not form.is_valid():
        return delegation_page(request, delegation_id, form=form, status=422)
    try:
        done = revoke(delegation_id, reason=form.cleaned_data["reason"], by=by, at=timezone.now())
    except NotAllowed as changed:
        messages.error(request, str(changed))
        return HttpResponseRedirect(reverse("delegation", args=[delegation_id]))
    if done.later:
        clinic_id = by.clinic_id
        transaction.on_commit(lambda: share_out_clinic.delay(clinic_id))
    names = dict(
        Member.objects.visible_to(by).filter(pk__in=[k for k in done.went_to if k]).values_list("pk", "name")
    )
    told = where_they_went(done.went_to, done.later, names) or _("Ingen oppgaver måtte flyttes.")
    messages.success(request, _("Delegeringen er trukket tilbake.") + " " + told)
    return HttpResponseRedirect(reverse("delegation", args=[delegation_id]))


def _choice(each: Registered) -> str:
    return f"{each.row.pk}:{each.digest}"


def _to_sign(each: Registered, ticked: list[str]) -> dict[str, Any]:
    return {
        "row": each.row,
        "choice": _choice(each),
        "ticked": _choice(each) in ticked,
        "mark": still_a_draft(each.row.instruction),
        "registered_first": each.row.kind.slug in REGISTERED_FIRST,
    }


def _whom(request: MemberRequest, data: Any) -> WhomForm:
    by, today = request.member, oslo_date(timezone.now())
    there = Member.objects.visible_to(by).employed_on(today)
    kinds = delegable_kinds()
    given = there.filter(pk__in=[m.pk for m in could_be_given(by, today, kinds)])
    return WhomForm(
        data, doctors=there.filter(profession=Profession.DOCTOR), members=given, kinds=kinds,
        initial={"lege": by.pk if by.is_doctor else None},
    )  # fmt: skip


def _terms(request: MemberRequest, whom: WhomForm, data: Any) -> TermsForm:
    """The doctor's newest own words for a kind, else our draft."""
    kinds, today = list(whom.cleaned_data["type"]), oslo_date(timezone.now())
    own = latest_texts(request.member, whom.cleaned_data["lege"].pk, [kind.pk for kind in kinds])
    texts = {kind.pk: own.get(kind.pk) or draft_of(kind.slug) for kind in kinds}
    return TermsForm(
        data, kinds=kinds, texts=texts, initial={"starts_on": today, "ends_on": default_end(today)}
    )


def _registered_first(whom: WhomForm) -> list[str]:
    return [kind.name for kind in whom.cleaned_data["type"] if kind.slug in REGISTERED_FIRST]


def _drafted(request: MemberRequest, made: list[Delegation], lay_there: int) -> HttpResponse:
    if made:
        text = ngettext("%(n)d utkast er laget. Legen må signere.", "%(n)d utkast er laget. Legen må signere.", len(made))  # fmt: skip
        messages.success(request, text % {"n": len(made)})
    if lay_there:
        text = ngettext("%(n)d utkast lå der alt.", "%(n)d utkast lå der alt.", lay_there)
        messages.info(request, text % {"n": lay_there})
    if len(made) == 1:
        return HttpResponseRedirect(reverse("delegation", args=[made[0].pk]))
    return HttpResponseRedirect(reverse("delegations") + "?vis=liste")
