"""A patient's page: what is next, what is open, who did the last; and everything else that is known."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.models import Condition, Discharge, Encounter, Medication, Patient, PatientAccess
from tasks.actions import doing
from tasks.actions.plans import decline_programme, start_plans
from tasks.models import FollowUpPlan, PlanStep, Programme, Step
from tasks.presenters.visits import next_visits
from teams.calendar import DAY, OSLO, oslo_date, working_day_on_or_after
from tests.conftest import Cast, logged_in
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

TODAY = oslo_date(timezone.now())
HTMX = {"HX-Request": "true"}


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def shown(cast: Cast, patient: Patient, part: str = "", **headers: Any) -> str:
    return logged_in(cast.nurse).get(f"/pasienter/{patient.pk}/{part}", **headers).content.decode()


def panel(page: str, name: str) -> str:
    """The words of one panel, by its heading's id."""
    return text_of(page.split(f'id="{name}"')[1].split("</section>", maxsplit=1)[0])


@pytest.fixture
def patient(solbakken: Cast, programme: Programme) -> Patient:
    made = make_patient(solbakken, icpc2="T90", sex="male", home_care=True)
    start_plans(programme.pk, by=solbakken.doctor, on=TODAY)
    return made


def due(slug: str, day: dt.date, **fields: Any) -> None:
    PlanStep.objects.filter(step__slug=slug).update(opens_on=day - 14 * DAY, due_on=day, **fields)


def test_what_is_next_stands_first_as_one_visit_with_bloods_before(solbakken: Cast, patient: Patient) -> None:
    day = working_day_on_or_after(TODAY + 100 * DAY)
    due("ars", day)
    due("rutine", day + 20 * DAY)
    due("oye", day + 300 * DAY)
    visits = logged_in(solbakken.nurse).get(f"/pasienter/{patient.pk}/").context["visits"]
    first = visits[0]
    assert first.day == day
    assert first.what == ("Årskontroll diabetes type 2", "Rutinekontroll diabetes")
    ((before, what),) = first.before
    assert what.startswith("Blodprøver")
    assert day - 10 * DAY <= before <= day - 7 * DAY
    assert visits[1].what == ("Bestille øyescreening",)


def test_bloods_for_two_check_ups_are_taken_once(solbakken: Cast, patient: Patient) -> None:
    pressure = Programme.objects.get(slug="hypertensjon")
    Programme.objects.filter(pk=pressure.pk).update(
        state="approved", approved_by=solbakken.doctor, approved_at=MORNING
    )
    Condition.objects.create(clinic=solbakken.clinic, patient=patient, icpc2="K86")
    start_plans(pressure.pk, by=solbakken.doctor, on=TODAY)
    due("ars", working_day_on_or_after(TODAY + 90 * DAY))
    visits = logged_in(solbakken.nurse).get(f"/pasienter/{patient.pk}/").context["visits"]
    visit = next(each for each in visits if "Årskontroll diabetes type 2" in each.what)
    assert "Årskontroll blodtrykk" in visit.what
    assert [what for _day, what in visit.before] == ["Blodprøver"]


def test_retired_steps_and_ended_plans_have_no_visit(solbakken: Cast, patient: Patient) -> None:
    plans = FollowUpPlan.objects.select_related("programme").prefetch_related("steps__step")
    assert next_visits(plans.all(), [], today=TODAY)
    Step.objects.update(retired=True)
    assert next_visits(plans.all(), [], today=TODAY) == []
    Step.objects.update(retired=False)
    FollowUpPlan.objects.update(state="stopped", ended_as="person", ended_on=TODAY)
    assert next_visits(plans.all(), [], today=TODAY) == []


def test_what_is_open_and_who_did_the_last_stand_beside_it(solbakken: Cast, patient: Patient) -> None:
    task = make_task(solbakken.clinic, "sarstell", name="Sår", patient=patient, assignee=solbakken.nurse)
    doing.complete(task.pk, by=solbakken.nurse, minutes=25, at=timezone.now())
    make_task(
        solbakken.clinic, "rutinekontroll", name="Blodtrykk", patient=patient, assignee=solbakken.second_doctor,
        due_on=TODAY - 3 * DAY, attempts=2,
    )  # fmt: skip
    make_task(solbakken.clinic, "post", name="Brev", patient=patient, due_on=None)
    page = shown(solbakken, patient)
    opened = panel(page, "apent")
    assert "2 åpne, 1 forfalt" in opened
    assert re.search(r"Blodtrykk forfalt .* · Arne Aune · ikke nådd 2 ganger", opened)
    assert "Brev uten frist · ingen ennå" in opened
    assert "Sår i dag · Nina Nes · 25" in panel(page, "sist")


def test_both_halves_of_a_pair_are_one_row_that_leads_to_the_preparation(
    solbakken: Cast, patient: Patient
) -> None:
    first = make_task(
        solbakken.clinic, "arskontroll", name="Forbered: Årskontroll", patient=patient, part="prepare",
        assignee=solbakken.nurse,
    )  # fmt: skip
    make_task(
        solbakken.clinic, "arskontroll", name="Årskontroll", patient=patient, part="sign", after=first,
        assignee=solbakken.doctor,
    )  # fmt: skip
    page = shown(solbakken, patient)
    assert "1 åpen" in panel(page, "apent")
    assert "forberedes av Nina Nes, signeres av Hanne Holm" in panel(page, "apent")
    assert f'href="/oppgave/{first.pk}/"' in page.split('id="apent"')[1].split("</section>")[0]


def test_the_page_says_who_it_is_and_what_they_live_with(solbakken: Cast, patient: Patient) -> None:
    common: dict[str, Any] = {"clinic": solbakken.clinic, "patient": patient}
    Medication.objects.create(**common, source_code="1", text="Metformin")
    Medication.objects.create(**common, source_code="2", text="Avsluttet middel", ends_on=TODAY - DAY)
    Condition.objects.create(**common, icpc2="R95", struck_at=MORNING)
    page = text_of(shown(solbakken, patient))
    for words in ("Per Lunde", "Mann, ", "født 01.03.1960", "fastlege Hanne Holm", "fast sykepleier Nina Nes",
                  "hjemmesykepleie", "Metformin", "Diabetes type 2"):  # fmt: skip
        assert words in page
    known = text_of(shown(solbakken, patient).split("<aside>")[1])
    assert "Avsluttet middel" not in known
    assert "KOLS" not in known


def test_each_step_says_how_often_and_where_that_comes_from(solbakken: Cast, patient: Patient) -> None:
    words = panel(shown(solbakken, patient), "planer")
    assert "hver 6. måned" in words
    assert "Fra kilde: diabetes.no, rutinekontroller: 2–6 mnd." in words
    assert "startet av Hanne Holm" in words


def test_programmes_that_fit_are_offered_and_declined_ones_are_kept(
    solbakken: Cast, patient: Patient
) -> None:
    pressure, lungs = (Programme.objects.get(slug=slug) for slug in ("hypertensjon", "kols"))
    Programme.objects.filter(pk__in=[pressure.pk]).update(
        state="approved", approved_by=solbakken.doctor, approved_at=MORNING
    )
    for code in ("K86", "R95"):
        Condition.objects.create(clinic=solbakken.clinic, patient=patient, icpc2=code)
    page = shown(solbakken, patient)
    fits = text_of(page.split("Passer, uten plan")[1].split("<details")[0])
    assert "Hypertensjon Høyt blodtrykk" in fits
    assert "KOLS KOLS" in fits
    assert "venter på godkjenning" in fits
    assert f"/planer/{pressure.pk}/start/" in page
    assert f"/planer/{lungs.pk}/start/" not in page
    decline_programme(
        pressure.pk, [patient.pk], by=solbakken.nurse, on=TODAY, at=timezone.now(), reason="Vil ikke"
    )
    words = panel(shown(solbakken, patient), "planer")
    assert "takket nei" in words
    assert "av Nina Nes: Vil ikke" in words
    assert "Start likevel" in words


def test_a_plan_for_a_condition_that_is_no_more_says_so(solbakken: Cast, patient: Patient) -> None:
    assert "ikke lenger det som programmet er for" not in shown(solbakken, patient)
    Condition.objects.update(struck_at=MORNING)
    assert "ikke lenger det som programmet er for" in shown(solbakken, patient)


@pytest.mark.parametrize(
    ("field", "words"),
    [("deceased_on", "Død 20. november 2026"), ("moved_on", "Ute av kontorets liste siden 20. november 2026"),
     ("institution_on", "På institusjon siden 20. november 2026")],
)  # fmt: skip
def test_somebody_who_is_gone_has_no_next_visit_and_can_start_nothing(
    solbakken: Cast, patient: Patient, field: str, words: str
) -> None:
    Patient.objects.update(**{field: dt.date(2026, 11, 20)})
    Condition.objects.create(clinic=solbakken.clinic, patient=patient, icpc2="K86")
    page = shown(solbakken, patient)
    assert words in page
    assert "/start/" not in page
    assert 'class="visit-line"' not in page


def test_the_story_is_filtered_and_goes_on_by_pages(solbakken: Cast, patient: Patient) -> None:
    for n in range(25):
        Encounter.objects.create(
            clinic=solbakken.clinic, patient=patient, source_id=str(n), act_class="AMB", department=f"Rom {n:02}",
            starts_at=dt.datetime(2026, 1, 1 + n, 9, tzinfo=OSLO),
        )  # fmt: skip
    nurse, own = logged_in(solbakken.nurse), f"/pasienter/{patient.pk}/hendelser/"
    first = nurse.get(f"{own}?slag=sykehus", headers={**HTMX, "HX-Target": "hendelser"}).content.decode()
    assert first.lstrip().startswith('<section class="panel" id="hendelser"')
    older = re.search(r'hx-get="([^"]*etter[^"]*)"', first)
    assert older is not None
    rest = nurse.get(older[1].replace("&amp;", "&"), headers={**HTMX, "HX-Target": "eldre"}).content.decode()
    assert rest.lstrip().startswith('<li class="event')
    rooms = re.findall(r"Rom \d\d", first + rest)
    assert len(rooms) == len(set(rooms)) == 25
    whole = nurse.get(older[1].replace("&amp;", "&")).content.decode()
    assert "<h1>Hendelser</h1>" in whole
    assert "Rom 00" in whole
    assert nurse.get(f"{own}?slag=tull").status_code == 404


def test_discharges_and_contacts_are_told_in_words(solbakken: Cast, patient: Patient) -> None:
    common: dict[str, Any] = {"clinic": solbakken.clinic, "patient": patient}
    Encounter.objects.create(
        **common, source_id="1", act_class="IMP", department="Kirurgisk", starts_at=MORNING - 9 * DAY,
        ends_at=MORNING - 5 * DAY,
    )  # fmt: skip
    Discharge.objects.create(
        **common, hospital="Ahus", department="Kirurgisk", discharged_on=MONDAY - 5 * DAY, by=solbakken.nurse,
        at=MORNING - DAY, mistaken=True,
    )  # fmt: skip
    words = panel(shown(solbakken, patient), "hendelser-tittel")
    assert "Utskrevet fra sykehus 18.11.2026 registrert ved en feil Nina Nes · Ahus · Kirurgisk" in words
    assert "Innlagt Kirurgisk · til 18.11.2026" in words


# --- who may, and what it costs


def test_a_manager_and_another_clinic_see_nothing(solbakken: Cast, furulund: Cast, patient: Patient) -> None:
    for part in ("", "hendelser/", "hendelser/?slag=planer"):
        assert logged_in(solbakken.manager).get(f"/pasienter/{patient.pk}/{part}").status_code == 403
        assert logged_in(furulund.doctor).get(f"/pasienter/{patient.pk}/{part}").status_code == 404
    assert not PatientAccess.objects.exists()


def test_every_look_is_written_down_with_what_was_shown(solbakken: Cast, patient: Patient) -> None:
    page = shown(solbakken, patient)
    shown(solbakken, patient, "hendelser/")
    assert list(PatientAccess.objects.values_list("what", flat=True).order_by("pk")) == [
        "pasientside: planer, oppgaver, hendelser, tilstander, legemidler", "hendelser",
    ]  # fmt: skip
    assert "Nina Nes" in panel(page, "sett")


def test_the_page_takes_the_same_number_of_queries_whatever_there_is(
    solbakken: Cast, patient: Patient
) -> None:
    nurse = logged_in(solbakken.nurse)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert nurse.get(f"/pasienter/{patient.pk}/").status_code == 200
        return len(captured)

    def fill(n: int) -> None:
        common: dict[str, Any] = {"clinic": solbakken.clinic, "patient": patient}
        for each in range(n):
            # Before today's plans, and by turns: something of each kind on the story's first page.
            at = timezone.now() - dt.timedelta(days=1, minutes=each)
            done: dict[str, Any] = {"state": "done", "done_by": solbakken.nurse, "minutes": 5, "ended_at": at}
            make_task(solbakken.clinic, "sarstell", patient=patient, **done)
            make_task(solbakken.clinic, "sarstell", patient=patient, assignee=solbakken.nurse)
            make_task(solbakken.clinic, "sarstell", patient=patient, state="cancelled", ended_at=at)
            Encounter.objects.create(**common, source_id=f"{n}-{each}", starts_at=at)

    fill(1)
    queries()
    few = queries()
    fill(6)
    for slug, code in (("hypertensjon", "K86"), ("kols", "R95"), ("hjertesvikt", "K77")):
        other = Programme.objects.get(slug=slug)
        Programme.objects.filter(pk=other.pk).update(
            state="approved", approved_by=solbakken.doctor, approved_at=MORNING
        )
        Condition.objects.create(clinic=solbakken.clinic, patient=patient, icpc2=code)
        start_plans(other.pk, by=solbakken.doctor, on=TODAY)
    assert queries() == few <= 36
