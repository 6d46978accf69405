"""Who lacks follow-up, and why: the reasons in words, and a plan or a no for those who are chosen."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.models import Condition, Patient
from tasks.actions.lacking import Begun, decline_chosen, start_chosen, undo_started
from tasks.actions.plans import NotApproved, decline_programme, stop_plan
from tasks.models import FollowUpPlan, PlanEvent, PlanStep, Programme, Task
from tasks.presenters.lacking import every_words, lack_lines
from tasks.queries.lacking import APART, DECLINED, LONG, NONE, Lack, lacking
from teams.calendar import DAY, oslo_date
from tests.conftest import Cast, logged_in
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task
from tests.tasks.listing import give_drugs, make_plan, make_programme


def reasons(cast: Cast, wanted: Lack | None = None, today: dt.date = MONDAY) -> dict[str, list[str]]:
    """What is said of each, by family name."""
    page = lacking(cast.nurse, wanted or Lack(), today=today)
    return {
        line.name.split(",")[0]: [
            f"{reason.words} | {reason.more}".removesuffix(" | ") for reason in line.reasons
        ]
        for line in lack_lines(page.rows, today)
    }


def with_condition(cast: Cast, name: str, *codes: str, **fields: Any) -> Patient:
    patient = make_patient(cast, family_name=name, **fields)
    for code in codes or ("T90",):
        Condition.objects.create(clinic=cast.clinic, patient=patient, icpc2=code)
    return patient


# --- a condition and no plan


def test_a_followed_condition_without_a_plan_is_a_reason(solbakken: Cast, furulund: Cast) -> None:
    diabetes = make_programme(solbakken)
    make_programme(solbakken, "Hypertensjon", icpc2=["K86", "K87"])
    make_programme(furulund)
    with_condition(solbakken, "Begge", "T90", "K86", "K87")
    make_plan(with_condition(solbakken, "Har"), diabetes, MONDAY + DAY)
    with_condition(furulund, "Andres")
    assert reasons(solbakken) == {
        "Begge": [
            "Diabetes type 2 uten plan",
            "Høyt blodtrykk, Høyt blodtrykk med organskade uten plan | Hypertensjon",
        ]
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "proposed", "approved_by": None, "approved_at": None},
        {"state": "retired"},
        {"by_condition": False},
        {"on_discharge": True},
    ],
)
def test_a_programme_that_is_not_for_conditions_or_not_approved_is_none(
    solbakken: Cast, fields: dict[str, Any]
) -> None:
    make_programme(solbakken, **fields)
    with_condition(solbakken, "Lunde")
    assert reasons(solbakken) == {}


@pytest.mark.parametrize(
    "fields", [{"deceased_on": MONDAY}, {"moved_on": MONDAY}, {"institution_on": MONDAY}]
)
def test_whoever_is_not_ours_to_follow_lacks_nothing(solbakken: Cast, fields: dict[str, Any]) -> None:
    make_programme(solbakken)
    with_condition(solbakken, "Lunde", **fields)
    assert reasons(solbakken) == {}


def test_a_condition_that_is_over_or_was_a_mistake_is_none(solbakken: Cast) -> None:
    make_programme(solbakken)
    with_condition(solbakken, "Over").conditions.update(ends_on=MONDAY)
    with_condition(solbakken, "Feil").conditions.update(struck_at=MORNING)
    assert reasons(solbakken) == {}


def test_enough_drugs_and_no_review_is_a_reason(solbakken: Cast) -> None:
    make_programme(solbakken, "Legemiddelgjennomgang", icpc2=[], min_drugs=4)
    for name, count in (("Tre", 3), ("Fire", 4)):
        patient = make_patient(solbakken, family_name=name)
        give_drugs(solbakken.clinic, patient, count)
        give_drugs(solbakken.clinic, patient, 2, ends_on=MONDAY)
    assert reasons(solbakken) == {"Fire": ["4 legemidler uten plan | Legemiddelgjennomgang"]}


def test_a_plan_that_stopped_by_itself_is_lacking_and_one_that_somebody_stopped_is_a_decision(
    solbakken: Cast,
) -> None:
    diabetes, other = make_programme(solbakken), make_programme(solbakken, "KOLS", icpc2=["R95"])
    back, stopped = with_condition(solbakken, "Tilbake"), with_condition(solbakken, "Stanset")
    make_plan(
        back,
        diabetes,
        MONDAY,
        state="stopped",
        ended_on=dt.date(2026, 3, 1),
        end_reason="ute av listen",
        ended_as="gone",
    )
    make_plan(with_condition(solbakken, "Ferdig", "R95"), other, MONDAY, state="finished", ended_on=MONDAY)
    plan = make_plan(stopped, diabetes, MONDAY + DAY)
    stop_plan(plan.pk, by=solbakken.doctor, on=MONDAY, at=MORNING, reason="følges på sykehuset")
    no = with_condition(solbakken, "Nei")
    told: dict[str, Any] = {"by": solbakken.nurse, "on": MONDAY, "at": MORNING}
    decline_programme(diabetes.pk, [no.pk], reason="vil ikke", **told)
    assert reasons(solbakken) == {
        "Tilbake": ["Diabetes type 2 uten plan | planen stanset 1. mars 2026: ute av listen"]
    }
    assert reasons(solbakken, Lack(reason=DECLINED)) == {
        "Nei": ["Diabetes type 2: takket nei | 23. november 2026, Nina Nes, «vil ikke»"],
        "Stanset": ["Diabetes type 2: stanset | 23. november 2026, Hanne Holm, «følges på sykehuset»"],
    }


# --- a plan and nothing done


@pytest.mark.parametrize(
    ("done", "lacks"),
    [(dt.date(2026, 4, 9), False), (dt.date(2026, 4, 7), True), (None, False)],
)  # fmt: skip
def test_nothing_done_within_five_quarters_of_the_shortest_interval_is_a_reason(
    solbakken: Cast, done: dt.date | None, lacks: bool
) -> None:
    steps = [{"interval_months": 12, "name": "Årskontroll"}, {"interval_months": 6, "name": "Rutine"}]
    programme = make_programme(solbakken, steps=steps)
    make_plan(
        with_condition(solbakken, "Lunde"), programme, MONDAY, done=done, starts_on=dt.date(2026, 4, 9)
        if done is None else dt.date(2020, 1, 1),
    )  # fmt: skip
    words = "Ingen oppfølging siden april 2026, skulle vært hver 6. måned | Diabetes type 2"
    assert reasons(solbakken) == ({"Lunde": [words]} if lacks else {})


def test_never_done_counts_from_the_start_and_says_so(solbakken: Cast) -> None:
    patient = with_condition(solbakken, "Lunde")
    make_plan(patient, make_programme(solbakken), MONDAY + DAY, starts_on=dt.date(2026, 3, 20))
    assert reasons(solbakken) == {
        "Lunde": [
            "Ingen oppfølging siden planen startet i mars 2026, skulle vært hver 6. måned | Diabetes type 2"
        ]
    }


def test_a_plan_begun_again_counts_from_then(solbakken: Cast) -> None:
    plan = make_plan(with_condition(solbakken, "Lunde"), make_programme(solbakken), MONDAY + DAY)
    PlanStep.objects.update(last_done_on=dt.date(2020, 1, 1))
    FollowUpPlan.objects.filter(pk=plan.pk).update(starts_on=dt.date(2026, 9, 1))
    assert reasons(solbakken) == {}


def test_a_patients_own_interval_counts(solbakken: Cast) -> None:
    programme = make_programme(solbakken)
    done = dt.date(2026, 3, 1)
    own = {"interval_months": 12, "interval_days": 0}
    make_plan(
        with_condition(solbakken, "Sjelden"), programme, MONDAY + DAY, done=done, starts_on=done, own=own
    )
    own = {"interval_months": 0, "interval_days": 14}
    recent = MONDAY - 18 * DAY
    make_plan(
        with_condition(solbakken, "Ofte"), programme, MONDAY + DAY, done=recent, starts_on=done, own=own
    )
    assert reasons(solbakken) == {
        "Ofte": ["Ingen oppfølging siden november 2026, skulle vært hver 2. uke | Diabetes type 2"]
    }


def test_what_is_done_once_or_is_retired_has_no_interval_to_miss(solbakken: Cast) -> None:
    steps = [{"rule": "once", "interval_days": 5, "interval_months": 0}, {"retired": True}]
    make_plan(
        with_condition(solbakken, "Lunde"), make_programme(solbakken, steps=steps), MONDAY + DAY,
        starts_on=dt.date(2020, 1, 1),
    )  # fmt: skip
    assert reasons(solbakken) == {}


@pytest.mark.parametrize(
    ("months", "days", "words"),
    [
        (1, 0, "hver måned"), (6, 0, "hver 6. måned"), (12, 0, "hvert år"), (24, 0, "hvert 2. år"),
        (0, 7, "hver uke"), (0, 28, "hver 4. uke"), (0, 10, "hver 10. dag"), (0, 1, "hver dag"),
    ],
)  # fmt: skip
def test_an_interval_is_said_as_people_say_it(months: int, days: int, words: str) -> None:
    assert every_words(months, days) == words


# --- two that could be one


def two_plans(cast: Cast, first: int, second: int, **fields: Any) -> Patient:
    patient = make_patient(cast)
    for name, days in (("Hypertensjon", first), ("KOLS", second)):
        programme = make_programme(cast, name, icpc2=[], steps=[{"name": f"Kontroll {name}", **fields}])
        make_plan(patient, programme, MONDAY + days * DAY, starts_on=MONDAY)
    return patient


def test_two_plans_that_could_share_a_visit_but_lie_apart_are_a_reason(solbakken: Cast) -> None:
    two_plans(solbakken, 10, 60)
    assert reasons(solbakken) == {
        "Lunde": ["Kontroll Hypertensjon 3. desember og kontroll KOLS 22. januar kan være ett besøk"]
    }


@pytest.mark.parametrize(
    ("first", "second", "fields"),
    [
        (10, 40, {}), (10, 91, {}), (-1, 40, {}), (10, 60, {"shares": ""}), (10, 60, {"hard": True}),
        (10, 60, {"retired": True}),
    ],
)  # fmt: skip
def test_what_comes_together_anyway_or_may_not_be_moved_is_none(
    solbakken: Cast, first: int, second: int, fields: dict[str, Any]
) -> None:
    two_plans(solbakken, first, second, **fields)
    assert reasons(solbakken) == {}


def test_an_occasion_whose_task_is_open_is_due_when_the_task_is(solbakken: Cast) -> None:
    patient = two_plans(solbakken, 10, 60)
    step = PlanStep.objects.get(step__name="Kontroll KOLS")
    PlanStep.objects.filter(pk=step.pk).update(waiting=False)
    assert reasons(solbakken) == {}
    make_task(solbakken.clinic, "rutinekontroll", patient=patient, plan_step=step, due_on=MONDAY + 61 * DAY)
    assert "23. januar" in reasons(solbakken)["Lunde"][0]


# --- the page


def test_reasons_are_counted_and_lead_to_those_who_have_them(solbakken: Cast) -> None:
    diabetes = make_programme(solbakken)
    with_condition(solbakken, "Uten")
    with_condition(solbakken, "Legeløs", list_doctor=None)
    make_plan(with_condition(solbakken, "Lenge"), diabetes, MONDAY + DAY, starts_on=dt.date(2020, 1, 1))
    two_plans(solbakken, 10, 60)
    make_plan(with_condition(solbakken, "Nei"), diabetes, MONDAY, state="declined", ended_on=MONDAY)
    page = lacking(solbakken.nurse, Lack(), today=MONDAY)
    assert page.counts == {"": 4, NONE: 2, LONG: 1, APART: 1, DECLINED: 1}
    for reason, names in (
        (NONE, ["Legeløs", "Uten"]), (LONG, ["Lenge"]), (APART, ["Lunde"]), (DECLINED, ["Nei"])
    ):  # fmt: skip
        wanted = Lack(reason=reason)
        assert list(reasons(solbakken, wanted)) == names
        assert Lack.from_query(dict(p.split("=") for p in wanted.query().split("&"))) == wanted
    assert list(reasons(solbakken, Lack(doctor="ingen"))) == ["Legeløs"]
    assert list(reasons(solbakken, Lack(programme=diabetes.pk))) == ["Legeløs", "Lenge", "Uten"]
    assert list(reasons(solbakken, Lack(programme=diabetes.pk, doctor=solbakken.doctor.pk))) == [
        "Lenge", "Uten",
    ]  # fmt: skip


def test_fifty_at_a_time_in_the_order_of_names_and_nobody_twice(solbakken: Cast, furulund: Cast) -> None:
    make_programme(solbakken)
    for name in ("Ås", "Øye", *(f"N{n:02}" for n in range(60))):
        with_condition(solbakken, name)
    first = lacking(solbakken.nurse, Lack(), today=MONDAY)
    second = lacking(solbakken.nurse, Lack(), today=MONDAY, after=first.after)
    names = [row.family_name for row in first.rows + second.rows]
    assert names == [*(f"N{n:02}" for n in range(60)), "Øye", "Ås"]
    assert (len(first.rows), second.after) == (50, None)
    assert lacking(furulund.nurse, Lack(), today=MONDAY, after=first.after).rows == []


def test_the_page_asks_no_more_for_fifty_than_for_one(solbakken: Cast) -> None:
    make_programme(solbakken)
    nurse = logged_in(solbakken.nurse)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert nurse.get("/pasienter/mangler/").status_code == 200
        return len(captured)

    with_condition(solbakken, "Lunde")
    queries()
    few = queries()
    for n in range(60):
        with_condition(solbakken, f"N{n}")
    assert queries() == few <= 14


@pytest.mark.parametrize("query", ["grunn=tull", "program=x", "lege=x", "etter=x", "program=99999999999", "lege=0"])  # fmt: skip
def test_an_address_that_says_nothing_is_no_error(solbakken: Cast, query: str) -> None:
    assert logged_in(solbakken.nurse).get(f"/pasienter/mangler/?{query}").status_code == 200


def test_a_manager_sees_nobody(solbakken: Cast) -> None:
    manager = logged_in(solbakken.manager)
    assert manager.get("/pasienter/mangler/").status_code == 403
    for url in ("valgt", "start", "nei", "angre"):
        assert manager.post(f"/pasienter/mangler/{url}/").status_code == 403


# --- starting, declining, taking back


def sent(*pairs: tuple[Patient, Programme], **more: str) -> dict[str, Any]:
    return {"plan": [f"{patient.pk}.{programme.pk}" for patient, programme in pairs], **more}


def test_plans_are_looked_at_and_started_for_those_who_were_ticked(solbakken: Cast) -> None:
    diabetes, lungs = make_programme(solbakken), make_programme(solbakken, "KOLS", icpc2=["R95"])
    both, one = with_condition(solbakken, "Begge", "T90", "R95"), with_condition(solbakken, "En")
    with_condition(solbakken, "Annen")
    pairs = ((both, diabetes), (both, lungs), (one, diabetes))
    nurse = logged_in(solbakken.nurse)
    sheet = nurse.post("/pasienter/mangler/valgt/", sent(*pairs, verb="start", utvalg="grunn=uten"))
    assert sheet.context["rows"] == [("Diabetes type 2", 2), ("KOLS", 1)]
    assert "Start 3 planer" in sheet.content.decode()
    assert not FollowUpPlan.objects.exists()
    done = nurse.post(
        "/pasienter/mangler/start/", sent(*pairs, verb="start", first="spread", utvalg="grunn=uten")
    )
    assert done.headers["Location"] == "/pasienter/mangler/?grunn=uten"
    assert set(FollowUpPlan.objects.values_list("patient", "programme", "state")) == {
        (patient.pk, programme.pk, "active") for patient, programme in pairs
    }
    assert [event.by for event in PlanEvent.objects.all()] == [solbakken.nurse] * 3
    assert [line.name for line in nurse.get("/pasienter/mangler/").context["lines"]] == ["Annen, Per"]
    again = nurse.post("/pasienter/mangler/start/", sent(*pairs, verb="start", first="spread"), follow=True)
    assert "0 planer er startet" in again.content.decode()


@pytest.mark.parametrize("first", ["soon", "day"])
def test_the_first_time_is_soon_or_on_a_day_that_somebody_chose(solbakken: Cast, first: str) -> None:
    patient, programme = with_condition(solbakken, "Lunde"), make_programme(solbakken)
    today = oslo_date(timezone.now())
    day = today + 40 * DAY
    logged_in(solbakken.nurse).post(
        "/pasienter/mangler/start/", sent((patient, programme), verb="start", first=first, first_on=f"{day}")
    )
    due = PlanStep.objects.get().due_on
    wanted = today if first == "soon" else day
    assert wanted <= due <= wanted + 10 * DAY


@pytest.mark.parametrize("day", ["", "2020-01-01", "2099-01-01", "i morgen"])
def test_a_day_that_cannot_be_is_told_of_and_who_was_chosen_is_kept(solbakken: Cast, day: str) -> None:
    patient, programme = with_condition(solbakken, "Lunde"), make_programme(solbakken)
    answer = logged_in(solbakken.nurse).post(
        "/pasienter/mangler/start/", sent((patient, programme), verb="start", first="day", first_on=day)
    )
    assert answer.status_code == 422
    assert 'id="start_first_on_error"' in answer.content.decode()
    assert f'value="{patient.pk}.{programme.pk}"' in answer.content.decode()
    assert not FollowUpPlan.objects.exists()


@pytest.mark.parametrize("plan", [[], ["x"], ["1"], ["1.2", "x.y"], [f"{n}.1" for n in range(1, 202)]])
def test_nobody_chosen_or_too_many_is_told_of(solbakken: Cast, plan: list[str]) -> None:
    for url in ("valgt", "start", "nei"):
        answer = logged_in(solbakken.nurse).post(
            f"/pasienter/mangler/{url}/", {"plan": plan, "verb": "start", "first": "spread", "reason": "x"}
        )
        assert answer.status_code == 422
        assert "Merk minst én først." in (page := answer.content.decode()) or "Høyst 200" in page


def test_a_no_is_written_down_with_who_and_why_and_can_be_a_plan_after_all(solbakken: Cast) -> None:
    patient, programme = with_condition(solbakken, "Lunde"), make_programme(solbakken)
    nurse, pair = logged_in(solbakken.nurse), (patient, programme)
    assert "Takket nei til 1 plan" in nurse.post(
        "/pasienter/mangler/valgt/", sent(pair, verb="decline")
    ).content.decode()  # fmt: skip
    assert nurse.post("/pasienter/mangler/nei/", sent(pair, verb="decline", reason=" ")).status_code == 422
    assert not FollowUpPlan.objects.exists()
    nurse.post("/pasienter/mangler/nei/", sent(pair, verb="decline", reason="Vil ikke"))
    today = oslo_date(timezone.now())
    assert reasons(solbakken, today=today) == {}
    (told,) = reasons(solbakken, Lack(reason=DECLINED), today=today)["Lunde"]
    assert "Nina Nes, «Vil ikke»" in told
    nurse.post("/pasienter/mangler/start/", sent(pair, verb="start", first="spread"))
    assert FollowUpPlan.objects.get().state == "active"
    assert "Angre" in nurse.get("/pasienter/mangler/").content.decode()
    nurse.post("/pasienter/mangler/angre/")
    plan = FollowUpPlan.objects.get()
    assert (plan.state, plan.end_reason) == ("declined", "Vil ikke")


def test_what_was_just_started_can_be_taken_back_by_who_did_it(solbakken: Cast) -> None:
    patient, programme = with_condition(solbakken, "Lunde"), make_programme(solbakken)
    nurse = logged_in(solbakken.nurse)
    nurse.post("/pasienter/mangler/start/", sent((patient, programme), verb="start", first="soon"))
    assert "Angre" not in logged_in(solbakken.doctor).get("/pasienter/mangler/").content.decode()
    logged_in(solbakken.doctor).post("/pasienter/mangler/angre/")
    assert FollowUpPlan.objects.get().state == "active"
    assert "1 plan er stanset igjen" in nurse.post("/pasienter/mangler/angre/", follow=True).content.decode()
    assert FollowUpPlan.objects.get().state == "stopped"
    assert not PlanStep.objects.filter(waiting=True).exists()
    assert not Task.objects.exists()
    page = nurse.get("/pasienter/mangler/")
    assert [line.name for line in page.context["lines"]] == ["Lunde, Per"]
    assert "Angre" not in page.content.decode()
    assert "ikke noe å angre" in nurse.post("/pasienter/mangler/angre/", follow=True).content.decode()


def test_one_programme_that_is_not_approved_starts_none(solbakken: Cast) -> None:
    patient = with_condition(solbakken, "Lunde")
    fine, not_yet = make_programme(solbakken), make_programme(solbakken, "KOLS", state="retired")
    told: dict[str, Any] = {"by": solbakken.nurse, "on": MONDAY, "at": MORNING}
    with pytest.raises(NotApproved):
        start_chosen([(patient.pk, fine.pk), (patient.pk, not_yet.pk)], **told)
    assert not FollowUpPlan.objects.exists()
    answer = logged_in(solbakken.nurse).post(
        "/pasienter/mangler/start/", sent((patient, not_yet), first="soon", verb="start"), follow=True
    )
    assert "ikke godkjent" in answer.content.decode()


def test_another_clinics_programme_is_not_there_and_its_patient_is_passed_over(
    solbakken: Cast, furulund: Cast
) -> None:
    theirs, ours = make_programme(furulund), make_programme(solbakken)
    patient, stranger = with_condition(solbakken, "Lunde"), with_condition(furulund, "Andres")
    nurse = logged_in(solbakken.nurse)
    for url in ("start", "nei"):
        data = sent((patient, theirs), first="soon", verb="start", reason="x")
        assert nurse.post(f"/pasienter/mangler/{url}/", data).status_code == 404
    told: dict[str, Any] = {"by": solbakken.nurse, "on": MONDAY, "at": MORNING}
    assert start_chosen([(stranger.pk, ours.pk)], **told) == []
    assert decline_chosen([(stranger.pk, ours.pk)], reason="x", **told) == 0
    plan = make_plan(stranger, theirs, MONDAY)
    assert undo_started([Begun(plan.pk, "", "", "")], **told) == 0
    assert FollowUpPlan.objects.get().state == "active"


def test_a_manager_starts_and_takes_back_nothing(solbakken: Cast) -> None:
    told: dict[str, Any] = {"by": solbakken.manager, "on": MONDAY, "at": MORNING}
    patient, programme = with_condition(solbakken, "Lunde"), make_programme(solbakken)
    pair = [(patient.pk, programme.pk)]
    for act in (
        lambda: start_chosen(pair, **told), lambda: decline_chosen(pair, reason="x", **told),
        lambda: undo_started([], **told),
    ):  # fmt: skip
        with pytest.raises(PermissionDenied):
            act()
