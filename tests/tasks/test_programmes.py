"""Programmes: drafted by leaders and doctors, approved by a doctor for the words read, followed by plans, ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from patients.actions.following import follow_codes
from patients.models import Condition, FollowedCode, Medication, Patient
from tasks.actions.changing import Changed
from tasks.actions.drafting import discard_draft, draft_programme, may_draft, save_draft
from tasks.actions.intervals import change_interval
from tasks.actions.plans import decline_programme, enrol, start_plans
from tasks.actions.programmes import (
    approve_programme,
    approve_programmes,
    propose_programmes,
    retire_programme,
)
from tasks.catalogue import programmes
from tasks.life import NotAllowed
from tasks.models import FollowUpPlan, PlanStep, Programme, ProgrammeVersion, Step
from tasks.programme_checks import Unsound
from tasks.programme_text import ProgrammeText, StepText, from_default, from_json
from tasks.queries.programmes import (
    Affected,
    Counts,
    in_force,
    next_text,
    plans_affected,
    programme_counts,
    read_digest,
    waiting_programmes,
)
from teams.models import Member
from tests.conftest import Cast
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

LATER = MORNING + dt.timedelta(days=1)
INR = StepText("inr", "INR", "provetaking", days=28, opens=3, closes=7, hard=True, source="Vår erfaring")
OWN = ProgrammeText("Høyt stoffskifte", ("T85",), source="Vår erfaring", steps=(replace(INR, slug="steg-1"),))


@pytest.fixture
def proposed(programme: Programme) -> Programme:
    return Programme.objects.get(clinic_id=programme.clinic_id, slug="hypertensjon")


def other(text: ProgrammeText, slug: str, **fields: Any) -> ProgrammeText:
    return replace(text, steps=tuple(replace(s, **fields) if s.slug == slug else s for s in text.steps))


def save(programme: Programme, text: ProgrammeText, by: Member) -> Programme:
    programme.refresh_from_db()
    return save_draft(programme.pk, text, read=read_digest(programme), by=by, at=MORNING)


def approve(programme: Programme, by: Member, at: dt.datetime = LATER) -> Programme:
    programme.refresh_from_db()
    return approve_programme(programme.pk, by=by, at=at, read=read_digest(programme))


# --- proposed, approved


def test_a_clinic_gets_every_default_as_it_is_written_and_once(solbakken: Cast) -> None:
    count = propose_programmes(solbakken.clinic.pk)
    assert propose_programmes(solbakken.clinic.pk) == 0
    rows = Programme.objects.filter(clinic=solbakken.clinic)
    assert {p.slug: in_force(p) for p in rows} == {d["slug"]: from_default(d) for d in programmes()}
    assert count == rows.filter(state="proposed", version=1).count() == len(programmes())


def test_what_a_doctor_approves_is_kept_word_for_word(solbakken: Cast, proposed: Programme) -> None:
    text = next_text(proposed)
    approved = approve(proposed, solbakken.second_doctor)
    assert (approved.state, approved.version, approved.approved_by) == (
        "approved",
        1,
        solbakken.second_doctor,
    )
    version = ProgrammeVersion.objects.get(programme=proposed)
    assert (version.version, version.approved_by, version.approved_at) == (1, solbakken.second_doctor, LATER)
    assert from_json(version.content) == text == in_force(approved)


@pytest.mark.parametrize("who", ["nurse", "secretary", "manager"])
def test_only_a_doctor_approves_and_takes_out_of_use(solbakken: Cast, proposed: Programme, who: str) -> None:
    by = getattr(solbakken, who)
    with pytest.raises(PermissionDenied):
        approve(proposed, by)
    with pytest.raises(PermissionDenied):
        approve_programmes({proposed.pk: read_digest(proposed)}, by=by, at=MORNING)
    with pytest.raises(PermissionDenied):
        retire_programme(proposed.pk, reason="x", by=by, at=MORNING)
    proposed.refresh_from_db()
    assert proposed.state == "proposed"


def test_another_clinics_programme_is_unknown_to_every_action(furulund: Cast, programme: Programme) -> None:
    by, read = furulund.doctor, read_digest(programme)
    for act in (
        lambda: approve_programme(programme.pk, by=by, at=MORNING),
        lambda: approve_programmes({programme.pk: read}, by=by, at=MORNING),
        lambda: retire_programme(programme.pk, reason="x", by=by, at=MORNING),
        lambda: save_draft(programme.pk, in_force(programme), read=read, by=by, at=MORNING),
        lambda: discard_draft(programme.pk, read=read, by=by, at=MORNING),
    ):
        with pytest.raises(Programme.DoesNotExist):
            act()


def test_other_words_than_those_read_are_not_approved(solbakken: Cast, proposed: Programme) -> None:
    read = read_digest(proposed)
    save(proposed, other(next_text(proposed), "maling", opens=14), solbakken.doctor)
    with pytest.raises(Changed, match="endret siden"):
        approve_programme(proposed.pk, by=solbakken.doctor, at=LATER, read=read)
    proposed.refresh_from_db()
    assert proposed.state == "proposed"


def test_of_several_approved_at_once_none_is_when_one_was_not_read(
    solbakken: Cast, proposed: Programme
) -> None:
    kols = Programme.objects.get(clinic=solbakken.clinic, slug="kols")
    with pytest.raises(Changed):
        approve_programmes({kols.pk: read_digest(kols), proposed.pk: "gammel"}, by=solbakken.doctor, at=LATER)
    assert not ProgrammeVersion.objects.filter(programme=kols).exists()
    read = {p.pk: read_digest(p) for p in (kols, proposed)}
    assert {p.slug for p in approve_programmes(read, by=solbakken.doctor, at=LATER)} == {
        "kols",
        "hypertensjon",
    }
    with pytest.raises(Changed, match="alt godkjent"):
        approve_programmes(read, by=solbakken.second_doctor, at=LATER)
    with pytest.raises(ValueError, match="nothing"):
        approve_programmes({}, by=solbakken.doctor, at=LATER)


# --- drafts


def test_leaders_and_doctors_draft_and_others_do_not(solbakken: Cast, programme: Programme) -> None:
    assert [may_draft(m) for m in (solbakken.doctor, solbakken.second_doctor)] == [True, True]
    text = other(in_force(programme), "rutine", opens=14)
    for by in (solbakken.nurse, solbakken.secretary, solbakken.manager):
        with pytest.raises(PermissionDenied):
            save(programme, text, by)
        with pytest.raises(PermissionDenied):
            draft_programme(OWN, by=by, at=MORNING)
        with pytest.raises(PermissionDenied):
            discard_draft(programme.pk, read="", by=by, at=MORNING)


def test_a_draft_changes_nothing_before_it_is_approved(solbakken: Cast, programme: Programme) -> None:
    before = in_force(programme)
    saved = save(programme, other(before, "rutine", opens=14), solbakken.second_doctor)
    assert in_force(saved) == before
    assert next_text(saved) != before
    assert (saved.state, saved.version, saved.drafted_by) == ("approved", 1, solbakken.second_doctor)
    assert [p.pk for p in waiting_programmes(solbakken.doctor) if p.state == "approved"] == [programme.pk]


def test_what_is_in_force_is_no_draft(solbakken: Cast, programme: Programme) -> None:
    before = in_force(programme)
    save(programme, other(before, "rutine", opens=14), solbakken.doctor)
    saved = save(programme, before, solbakken.doctor)
    assert (saved.draft, saved.drafted_by, saved.drafted_at) == (None, None, None)


def test_the_second_of_two_writers_is_told_and_loses_nothing_of_the_firsts(
    solbakken: Cast, programme: Programme
) -> None:
    read, before = read_digest(programme), in_force(programme)
    first = other(before, "rutine", opens=14)
    save_draft(programme.pk, first, read=read, by=solbakken.doctor, at=MORNING)
    with pytest.raises(Changed, match="endret av andre"):
        save_draft(
            programme.pk, other(before, "rutine", opens=7), read=read, by=solbakken.second_doctor, at=LATER
        )
    programme.refresh_from_db()
    assert (next_text(programme), programme.drafted_by) == (first, solbakken.doctor)


def test_a_draft_written_on_an_older_version_is_refused(solbakken: Cast, programme: Programme) -> None:
    read, before = read_digest(programme), in_force(programme)
    save(programme, other(before, "rutine", opens=14), solbakken.doctor)
    approve(programme, solbakken.doctor)
    with pytest.raises(Changed):
        save_draft(programme.pk, other(before, "ars", opens=7), read=read, by=solbakken.doctor, at=LATER)


def test_whoever_changes_an_interval_says_why_to_the_action_too(
    solbakken: Cast, programme: Programme
) -> None:
    with pytest.raises(Unsound) as refused:
        save(programme, other(in_force(programme), "rutine", months=3), solbakken.doctor)
    assert [(p.step, p.field) for p in refused.value.problems] == [("rutine", "source")]
    with pytest.raises(Unsound):
        draft_programme(replace(OWN, steps=()), by=solbakken.doctor, at=MORNING)


def test_a_draft_is_discarded_as_it_was_read_and_the_rest_stands(
    solbakken: Cast, programme: Programme
) -> None:
    before = in_force(programme)
    saved = save(programme, other(before, "rutine", opens=14), solbakken.doctor)
    with pytest.raises(Changed):
        discard_draft(programme.pk, read="gammel", by=solbakken.doctor, at=LATER)
    discarded = discard_draft(programme.pk, read=read_digest(saved), by=solbakken.second_doctor, at=LATER)
    assert next_text(discarded) == before
    with pytest.raises(Changed):
        discard_draft(programme.pk, read=read_digest(discarded), by=solbakken.doctor, at=LATER)


# --- a programme of the clinic's own


def test_a_programme_of_the_clinics_own_is_in_use_when_approved(solbakken: Cast) -> None:
    made = draft_programme(OWN, by=solbakken.second_doctor, at=MORNING)
    again = draft_programme(replace(OWN, name="Høyt  stoffskifte!"), by=solbakken.doctor, at=MORNING)
    assert (made.slug, again.slug, made.state) == ("hoyt-stoffskifte", "hoyt-stoffskifte-2", "proposed")
    assert not made.steps.exists()
    with pytest.raises(NotAllowed, match="bare et utkast"):
        discard_draft(made.pk, read=read_digest(made), by=solbakken.doctor, at=MORNING)
    approved = approve(made, solbakken.doctor)
    assert in_force(approved) == OWN
    assert (approved.version, approved.draft) == (1, None)


def test_codes_beyond_the_common_table_are_followed_from_the_approval_on(
    solbakken: Cast, furulund: Cast
) -> None:
    made = draft_programme(replace(OWN, icpc2=("T85", "T90")), by=solbakken.doctor, at=MORNING)
    assert not FollowedCode.objects.exists()
    approve(made, solbakken.doctor)
    assert list(FollowedCode.objects.values_list("clinic", "icpc2")) == [(solbakken.clinic.pk, "T85")]
    assert follow_codes(["T85", "A01"], by=solbakken.doctor) == ["A01"]
    assert follow_codes(["T85"], by=furulund.doctor) == ["T85"]
    for by, codes, error in (
        (solbakken.nurse, ["A01"], PermissionDenied),
        (solbakken.doctor, ["a1"], ValueError),
    ):
        with pytest.raises(error):
            follow_codes(codes, by=by)


# --- the next version, and the plans that run


def test_a_new_version_changes_steps_where_they_are_and_retires_what_is_out(
    solbakken: Cast, programme: Programme
) -> None:
    """Bloods lead to another step than before; nothing is deleted, and both versions can be read."""
    rows = {step.slug: step.pk for step in programme.steps.all()}
    before = in_force(programme)
    kept = tuple(step for step in before.steps if step.slug not in ("oye", "ars-prover"))
    bloods = StepText(
        "steg-1", "Prøver før rutinekontroll", "provetaking", leads_to="rutine", lead_days=7, source="x"
    )
    new = replace(before, name="Diabetes 2", icpc2=("T90", "T89"), steps=(bloods, *kept))
    save(programme, new, solbakken.second_doctor)
    approved = approve(programme, solbakken.doctor)
    assert (approved.name, approved.version, approved.draft, approved.drafted_by) == (
        "Diabetes 2",
        2,
        None,
        None,
    )
    assert in_force(approved) == new
    after = {step.slug: step for step in Step.objects.filter(programme=programme)}
    assert {slug: after[slug].pk for slug in rows} == rows
    assert {slug for slug, step in after.items() if step.retired} == {"oye", "ars-prover"}
    assert after["steg-1"].leads_to_id == rows["rutine"]
    kept_words = {
        v.version: from_json(v.content) for v in ProgrammeVersion.objects.filter(programme=programme)
    }
    assert kept_words == {1: before, 2: new}


def test_a_step_that_was_taken_out_can_come_back(solbakken: Cast, programme: Programme) -> None:
    before = in_force(programme)
    without = replace(before, steps=tuple(s for s in before.steps if s.slug != "oye"))
    for text in (without, before):
        save(programme, text, solbakken.doctor)
        approve(programme, solbakken.doctor)
    assert in_force(Programme.objects.get(pk=programme.pk)) == before
    assert not Step.objects.get(programme=programme, slug="oye").retired


def test_plans_that_run_follow_and_own_intervals_and_open_tasks_stand(
    solbakken: Cast, programme: Programme
) -> None:
    patients = [make_patient(solbakken, icpc2="T90", family_name=name) for name in ("A", "B", "C")]
    enrol(programme.pk, [p.pk for p in patients], by=solbakken.doctor, on=MONDAY, at=MORNING)
    step = Step.objects.get(programme=programme, slug="rutine")
    plain, own, opened = PlanStep.objects.filter(step=step).order_by("plan__patient_id")
    change_interval(own.pk, by=solbakken.doctor, at=MORNING, today=MONDAY, months=2, days=0, reason="Ustabil")
    PlanStep.objects.filter(step=step).update(last_done_on=MONDAY, due_on=dt.date(2027, 5, 24))
    PlanStep.objects.filter(pk=opened.pk).update(waiting=False)
    make_task(solbakken.clinic, "rutinekontroll", plan_step=opened, patient=patients[2])
    before = in_force(programme)
    new = other(before, "rutine", months=3, source="Svinger mer her")
    new = replace(new, steps=(*(s for s in new.steps if s.slug != "oye"), replace(INR, source="x")))
    saved = save(programme, new, solbakken.doctor)
    assert plans_affected(saved, new) == Affected(moved=1, added=3, dropped=3)
    approve(programme, solbakken.doctor)
    dues = {row.pk: row.due_on for row in PlanStep.objects.filter(step=step)}
    assert dues[plain.pk] == dt.date(2027, 2, 23)
    assert dues[own.pk] == dt.date(2027, 5, 24)  # an own interval stands
    assert dues[opened.pk] == dt.date(2027, 5, 24)
    assert PlanStep.objects.filter(step__slug="inr", plan__programme=programme, waiting=True).count() == 3
    assert not PlanStep.objects.filter(step__slug="oye", plan__programme=programme, waiting=True).exists()


def test_a_step_that_from_now_on_leads_to_another_has_no_time_of_its_own(
    solbakken: Cast, programme: Programme
) -> None:
    enrol(programme.pk, [make_patient(solbakken, icpc2="T90").pk], by=solbakken.doctor, on=MONDAY, at=MORNING)
    led = other(in_force(programme), "oye", months=0, opens=0, leads_to="rutine", lead_days=14, source="x")
    save(programme, led, solbakken.doctor)
    approve(programme, solbakken.doctor)
    assert not PlanStep.objects.filter(step__programme=programme, step__slug="oye", waiting=True).exists()


def test_what_was_approved_before_versions_were_kept_is_kept_with_the_next(
    solbakken: Cast, proposed: Programme
) -> None:
    Programme.objects.filter(pk=proposed.pk).update(
        state="approved", approved_by=solbakken.second_doctor, approved_at=MORNING
    )
    before = in_force(proposed)
    save(proposed, other(before, "maling", opens=14), solbakken.doctor)
    approve(proposed, solbakken.doctor)
    rows = ProgrammeVersion.objects.filter(programme=proposed).order_by("version")
    assert [(v.version, v.approved_by, v.approved_at) for v in rows] == [
        (1, solbakken.second_doctor, MORNING), (2, solbakken.doctor, LATER),
    ]  # fmt: skip
    assert from_json(rows[0].content) == before


# --- out of use, and back


def test_out_of_use_stops_its_plans_with_why_and_no_other(solbakken: Cast, programme: Programme) -> None:
    patient = make_patient(solbakken, icpc2="T90")
    kols = Programme.objects.get(clinic=solbakken.clinic, slug="kols")
    approve(kols, solbakken.doctor)
    for each in (programme, kols):
        enrol(each.pk, [patient.pk], by=solbakken.doctor, on=MONDAY, at=MORNING)
    for reason in ("", "x" * 121):
        with pytest.raises(ValueError, match="reason"):
            retire_programme(programme.pk, reason=reason, by=solbakken.doctor, at=LATER)
    assert retire_programme(programme.pk, reason="Følges på sykehuset", by=solbakken.doctor, at=LATER) == 1
    plan = FollowUpPlan.objects.get(programme=programme)
    assert (plan.state, plan.end_reason) == ("stopped", "Følges på sykehuset")
    assert FollowUpPlan.objects.get(programme=kols).state == "active"
    with pytest.raises(Changed, match="alt tatt ut"):
        retire_programme(programme.pk, reason="Igjen", by=solbakken.doctor, at=LATER)


def test_what_is_out_of_use_is_not_drafted_and_comes_back_as_a_new_version(
    solbakken: Cast, programme: Programme
) -> None:
    patient = make_patient(solbakken, icpc2="T90")
    enrol(programme.pk, [patient.pk], by=solbakken.doctor, on=MONDAY, at=MORNING)
    retire_programme(programme.pk, reason="Pause", by=solbakken.doctor, at=LATER)
    with pytest.raises(NotAllowed, match="ut av bruk"):
        save(programme, other(in_force(programme), "rutine", opens=14), solbakken.doctor)
    back = approve(programme, solbakken.second_doctor)
    assert (back.state, back.version, back.approved_by) == ("approved", 2, solbakken.second_doctor)
    assert FollowUpPlan.objects.get(programme=programme).state == "stopped"


# --- whom it is for


def test_counts_are_of_those_on_the_list_who_have_it_and_lacking_is_who_would_get_a_plan(
    solbakken: Cast, furulund: Cast, programme: Programme
) -> None:
    on_list = [make_patient(solbakken, icpc2="T90", family_name=name) for name in "ABCDE"]
    make_patient(furulund, icpc2="T90")
    for field in ("deceased_on", "moved_on", "institution_on"):
        make_patient(solbakken, icpc2="T90", **{field: MONDAY})
    for field, value in (("ends_on", MONDAY), ("struck_at", timezone.now())):
        condition = Condition(clinic=solbakken.clinic, patient=make_patient(solbakken), icpc2="T90")
        setattr(condition, field, value)
        condition.save()
    by = solbakken.doctor
    enrol(programme.pk, [on_list[0].pk], by=by, on=MONDAY, at=MORNING)
    decline_programme(programme.pk, [on_list[1].pk], by=by, on=MONDAY, at=MORNING, reason="Vil ikke")
    late = make_patient(solbakken, icpc2="T90")
    decline_programme(programme.pk, [late.pk], by=by, on=MONDAY, at=MORNING, reason="Vil ikke")
    Patient.objects.filter(pk=late.pk).update(deceased_on=MONDAY)
    counts = programme_counts(by, MONDAY)[programme.pk]
    assert counts == Counts(fits=5, lacking=3, active=1, declined=1)
    assert programme_counts(by, MONDAY, only=programme.pk) == {programme.pk: counts}
    assert start_plans(programme.pk, by=by, on=MONDAY) == counts.lacking


def test_drugs_in_use_are_counted_and_those_enrolled_by_hand_fit_nobody(
    solbakken: Cast, programme: Programme
) -> None:
    few, many = make_patient(solbakken, icpc2="K78"), make_patient(solbakken, family_name="Mange")
    for n in range(5):
        Medication.objects.create(
            clinic=solbakken.clinic,
            patient=many,
            source_code=f"m{n}",
            text="m",
            ends_on=MONDAY if n == 0 else None,
        )
        if n < 3:
            Medication.objects.create(clinic=solbakken.clinic, patient=few, source_code=f"m{n}", text="m")
    counts = programme_counts(solbakken.doctor, MONDAY)
    by_slug = {p.slug: counts.get(p.pk, Counts()) for p in Programme.objects.filter(clinic=solbakken.clinic)}
    assert by_slug["legemidler"] == Counts(fits=1, lacking=1)
    assert by_slug["atrieflimmer"] == Counts(fits=1, lacking=1)
    assert by_slug["warfarin"] == by_slug["utskrivning"] == Counts()


def test_of_a_proposal_the_words_that_wait_decide_whom_it_is_for(solbakken: Cast) -> None:
    make_patient(solbakken, icpc2="T85")
    made = draft_programme(OWN, by=solbakken.doctor, at=MORNING)
    assert programme_counts(solbakken.doctor, MONDAY)[made.pk] == Counts(fits=1, lacking=1)
    approve(made, solbakken.doctor)
    save(made, replace(OWN, icpc2=("A01",)), solbakken.doctor)
    assert programme_counts(solbakken.doctor, MONDAY)[made.pk] == Counts(fits=1, lacking=1)
