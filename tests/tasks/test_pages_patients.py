"""The list of patients: who is found, in what order, by how many questions, and that nobody's name is in an address."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.models import Condition, Discharge, Patient, PatientAccess, PatientIdentifier
from patients.personnummer import FNR_SYSTEM, make_tenor
from tasks.models import NeedPoints, SavedView, Task
from teams.calendar import DAY, oslo_date
from tests.conftest import Cast, logged_in
from tests.tasks.conftest import make_patient, make_task
from tests.tasks.listing import give_drugs, make_plan, make_programme

HTMX = {"HX-Request": "true", "HX-Target": "list"}
NUMBER = make_tenor(dt.date(1985, 2, 1), 0)


def today() -> dt.date:
    return oslo_date(timezone.now())


def people(cast: Cast, count: int, **fields: Any) -> list[Patient]:
    return [
        make_patient(cast, **{"given_name": f"Test{n}", "family_name": "Oppspinn", **fields})
        for n in range(count)
    ]


def shown(answer: Any) -> list[str]:
    return [line["name"] for line in answer.context["lines"]]


def listed(client: Client, query: str = "") -> list[str]:
    return shown(client.get(f"/pasienter/?{query}"))


# --- who may see it


def test_a_manager_sees_no_patient_and_nobody_sees_another_clinics(solbakken: Cast, furulund: Cast) -> None:
    theirs = make_patient(furulund, family_name="Hemmelig")
    PatientIdentifier.objects.create(clinic=furulund.clinic, patient=theirs, system=FNR_SYSTEM, value=NUMBER)
    people(solbakken, 1)
    nurse = logged_in(solbakken.nurse)
    assert logged_in(solbakken.manager).get("/pasienter/").status_code == 403
    assert Client().get("/pasienter/").status_code == 302
    assert listed(nurse) == ["Oppspinn, Test0"]
    assert shown(nurse.post("/pasienter/", {"q": "hemmelig"})) == []
    assert nurse.post("/pasienter/", {"q": NUMBER}).status_code == 422
    assert listed(nurse, f"etter=0.{theirs.pk}") == []
    assert listed(nurse, f"lege={furulund.doctor.pk}") == []
    assert not PatientAccess.objects.exists()


# --- finding


def test_pages_of_fifty_show_everybody_once_in_norwegian_order(solbakken: Cast) -> None:
    people(solbakken, 70)
    for name in ("Ås", "Zorn", "Øye", "Ærø", "aagard", "de Vries", "Dahl"):
        people(solbakken, 1, family_name=name)
    nurse = logged_in(solbakken.nurse)
    first = nurse.get("/pasienter/")
    second = nurse.get(f"/pasienter/?etter={first.context['page'].after}")
    names = shown(first) + shown(second)
    assert len(names) == len(set(names)) == 77 == first.context["page"].total
    assert (len(shown(first)), second.context["page"].after) == (50, "")
    others = [name.split(",")[0] for name in names if "Oppspinn" not in name]
    assert others == ["aagard", "Dahl", "de Vries", "Zorn", "Ærø", "Øye", "Ås"]


@pytest.mark.parametrize("order", ["sorter=behov", "sorter=neste"])
def test_in_every_order_nobody_is_shown_twice_or_left_out(solbakken: Cast, order: str) -> None:
    programme = make_programme(solbakken)
    for n, patient in enumerate(people(solbakken, 110, family_name="Lik", given_name="Navn")):
        if n % 3:
            make_plan(patient, programme, today() + (n % 7) * DAY)
        if n % 5 == 0:
            patient.home_care = True
            patient.save()
    nurse, seen, query = logged_in(solbakken.nurse), [], order
    while query:
        page = nurse.get(f"/pasienter/?{query}").context["page"]
        seen += page.ids
        query = f"{order}&etter={page.after}" if page.after else ""
    assert len(seen) == len(set(seen)) == 110


def test_a_search_finds_by_the_beginning_of_any_name_and_by_birth_date(solbakken: Cast) -> None:
    people(solbakken, 1, given_name="Kari Ann", birth_date=dt.date(1985, 2, 1))
    people(solbakken, 1, given_name="Makari", family_name="Annsen")
    people(solbakken, 1, given_name="Kari", family_name="Død", deceased_on=dt.date(2020, 1, 1))
    nurse = logged_in(solbakken.nurse)

    def found(q: str) -> list[str]:
        return shown(nurse.post("/pasienter/", {"q": q}))

    assert found("kari") == ["Død, Kari", "Oppspinn, Kari Ann"]
    assert found("opp ann") == ["Oppspinn, Kari Ann"]
    assert found("01.02.1985") == found("010285") == found("1985-02-01 kari") == ["Oppspinn, Kari Ann"]
    assert found("1.2.1985") == found("1/2-85") == found("1.2.85") == ["Oppspinn, Kari Ann"]
    assert found("Oppspinn, Kari Ann") == found("Oppspinn,Kari") == ["Oppspinn, Kari Ann"]
    assert found("%") == found("_") == found("\\") == []
    assert listed(nurse) == ["Annsen, Makari", "Oppspinn, Kari Ann"]


def test_a_person_number_leads_to_its_patient_and_stands_in_no_url(solbakken: Cast) -> None:
    (patient,) = people(solbakken, 1)
    PatientIdentifier.objects.create(
        clinic=solbakken.clinic, patient=patient, system=FNR_SYSTEM, value=NUMBER
    )
    nurse = logged_in(solbakken.nurse)
    assert (
        nurse.post("/pasienter/", {"q": f"{NUMBER[:6]} {NUMBER[6:]}"}).headers["Location"]
        == f"/pasienter/{patient.pk}/"
    )
    quiet = nurse.post("/pasienter/", {"q": NUMBER}, headers=HTMX)
    assert quiet.headers["HX-Redirect"] == f"/pasienter/{patient.pk}/"
    missed = nurse.post("/pasienter/", {"q": make_tenor(dt.date(1985, 2, 1), 1)})
    assert (missed.status_code, "Ingen pasient her" in missed.content.decode()) == (422, True)
    half = nurse.post("/pasienter/", {"q": NUMBER[:7]})
    assert (half.status_code, "11 siffer" in half.content.decode()) == (422, True)


def test_what_is_typed_is_never_taken_from_an_address_nor_put_into_one(solbakken: Cast) -> None:
    people(solbakken, 60)
    nurse = logged_in(solbakken.nurse)
    assert nurse.get("/pasienter/?q=finnesikke").context["page"].total == 60
    typed = {"q": "oppspinn", "lege": str(solbakken.doctor.pk)}
    quiet, first = nurse.post("/pasienter/", typed, headers=HTMX), nurse.post("/pasienter/", typed)
    assert quiet.headers["HX-Push-Url"] == f"/pasienter/?lege={solbakken.doctor.pk}"
    page = first.content.decode()
    assert "oppspinn" not in "".join(part.split('"')[0] for part in page.split("href=")[1:])
    more = {"utvalg": first.context["query"], "q": "oppspinn", "etter": first.context["page"].after}
    second = nurse.post("/pasienter/", more)
    assert len(shown(second)) == 10
    assert not set(shown(first)) & set(shown(second))


def test_without_words_a_form_that_was_sent_leads_to_the_segments_address(solbakken: Cast) -> None:
    answer = logged_in(solbakken.nurse).post(
        "/pasienter/", {"q": "", "tilstand": ["T90", "K86"], "forfalt": "1"}
    )
    assert answer.headers["Location"] == "/pasienter/?tilstand=K86,T90&forfalt=1"


def test_the_answer_to_htmx_is_the_list_alone(solbakken: Cast) -> None:
    nurse = logged_in(solbakken.nurse)
    part = nurse.post("/pasienter/", {"q": "per"}, headers=HTMX).content.decode()
    assert '<div id="list">' in part
    assert "<html" not in part
    assert "<html" in nurse.get("/pasienter/", headers={"HX-Request": "true"}).content.decode()


# --- narrowing


def test_each_filter_leaves_those_it_is_about(solbakken: Cast, furulund: Cast) -> None:
    sick = {"icpc2": "T90"}
    make_patient(solbakken, family_name="Frisk")
    make_patient(solbakken, family_name="Dia", **sick)
    ended = make_patient(solbakken, family_name="Var", **sick)
    ended.conditions.update(ends_on=today())
    struck = make_patient(solbakken, family_name="Feil", **sick)
    struck.conditions.update(struck_at=timezone.now())
    make_patient(solbakken, family_name="Hjemme", home_care=True, list_doctor=None, usual_nurse=None)
    make_patient(solbakken, family_name="Inst", institution_on=today(), list_doctor=solbakken.second_doctor)
    give_drugs(solbakken.clinic, make_patient(solbakken, family_name="Fire"), 4)
    fewer = make_patient(solbakken, family_name="Tre")
    give_drugs(solbakken.clinic, fewer, 3)
    give_drugs(solbakken.clinic, fewer, 3, ends_on=today())
    for name, days in (("Hjem", 30), ("Lenge", 31)):
        back = make_patient(solbakken, family_name=name)
        Discharge.objects.create(
            clinic=solbakken.clinic, patient=back, discharged_on=today() - days * DAY, at=timezone.now()
        )
    make_patient(solbakken, family_name="Død", deceased_on=today())
    make_patient(furulund, family_name="Andre", **sick)
    nurse = logged_in(solbakken.nurse)

    def family(query: str) -> list[str]:
        return [name.split(",")[0] for name in listed(nurse, query)]

    assert family("tilstand=T90") == ["Dia"]
    assert family("tilstand=T90,R95&lege=ingen") == []
    assert family("lege=ingen") == family("sykepleier=ingen") == family("hjemmesykepleie=1") == ["Hjemme"]
    assert family(f"lege={solbakken.second_doctor.pk}") == family("institusjon=1") == ["Inst"]
    assert family("legemidler=1") == ["Fire"]
    assert family("utskrevet=1") == ["Hjem"]
    assert len(family("")) == 10
    assert len(family("alle=1")) == 11
    assert "død" in nurse.get("/pasienter/?alle=1").content.decode()


def test_overdue_is_an_occasion_or_an_open_task_past_its_grace_in_a_plan_that_runs(solbakken: Cast) -> None:
    late_on = today() - 16 * DAY  # a twelfth of half a year and a day
    programme = make_programme(solbakken)
    late, fine, stopped, opened, off = people(solbakken, 5)
    make_plan(late, programme, late_on)
    make_plan(fine, programme, today())
    make_plan(stopped, programme, late_on, state="stopped", ended_on=today())
    plan = make_plan(opened, programme, late_on, waiting=False)
    make_task(solbakken.clinic, "rutinekontroll", patient=opened, plan_step=plan.steps.get(), due_on=late_on)
    ended = make_plan(off, programme, late_on, waiting=False)
    make_task(
        solbakken.clinic, "rutinekontroll", patient=off, plan_step=ended.steps.get(), due_on=late_on,
        state="cancelled", ended_at=timezone.now(),
    )  # fmt: skip
    nurse = logged_in(solbakken.nurse)
    assert listed(nurse, "forfalt=1") == ["Oppspinn, Test0", "Oppspinn, Test3"]
    assert "Forfalt" in nurse.get("/pasienter/?forfalt=1").content.decode().split("<tbody>")[1]
    Task.objects.filter(patient=opened).update(due_on=today() - 15 * DAY)
    assert listed(nurse, "forfalt=1") == ["Oppspinn, Test0"]


def test_never_followed_up_has_a_plan_that_runs_and_nothing_done_in_any(solbakken: Cast) -> None:
    one, other = make_programme(solbakken), make_programme(solbakken, "KOLS", icpc2=["R95"])
    never, done, before, none = people(solbakken, 4)
    make_plan(never, one, today())
    make_plan(done, one, today(), done=today() - DAY)
    make_plan(before, one, today())
    make_plan(before, other, today(), done=today() - 900 * DAY, state="stopped", ended_on=today())
    make_plan(none, one, today(), state="declined", ended_on=today())
    assert listed(logged_in(solbakken.nurse), "aldri=1") == ["Oppspinn, Test0"]


def test_a_programme_is_had_lacked_or_declined(solbakken: Cast) -> None:
    diabetes = make_programme(solbakken)
    drugs = make_programme(solbakken, "Legemiddelgjennomgang", icpc2=[], min_drugs=4)
    has, lacks, declined, stopped, back, home = people(solbakken, 6)
    for patient in (has, lacks, declined, stopped, back, home):
        Condition.objects.create(clinic=solbakken.clinic, patient=patient, icpc2="T90")
    make_plan(has, diabetes, today())
    make_plan(declined, diabetes, today(), state="declined", ended_on=today())
    make_plan(stopped, diabetes, today(), state="stopped", ended_on=today(), end_reason="følges på sykehuset")
    make_plan(
        back,
        diabetes,
        today(),
        state="stopped",
        ended_on=today(),
        end_reason="ute av listen",
        ended_as="gone",
    )
    Patient.objects.filter(pk=home.pk).update(institution_on=today())
    give_drugs(solbakken.clinic, has, 4)
    nurse = logged_in(solbakken.nurse)
    assert listed(nurse, f"program={diabetes.pk}") == ["Oppspinn, Test0"]
    assert listed(nurse, f"program={diabetes.pk}&plan=mangler") == ["Oppspinn, Test1", "Oppspinn, Test4"]
    assert listed(nurse, f"program={diabetes.pk}&plan=nei") == ["Oppspinn, Test2"]
    assert listed(nurse, f"program={drugs.pk}&plan=mangler") == ["Oppspinn, Test0"]
    # Of any programme, when none is chosen.
    assert listed(nurse, "plan=mangler") == ["Oppspinn, Test0", "Oppspinn, Test1", "Oppspinn, Test4"]
    assert listed(nurse, "plan=nei") == ["Oppspinn, Test2"]
    assert listed(nurse, "plan=har") == ["Oppspinn, Test0"]
    chips = nurse.get("/pasienter/?plan=mangler").context["chips"]
    assert [chip.text for chip in chips] == ["I noe program: mangler plan"]


def test_what_is_chosen_stands_there_by_name_and_can_be_taken_away(solbakken: Cast) -> None:
    programme = make_programme(solbakken)
    people(solbakken, 1, icpc2="T90")
    query = f"tilstand=T90&program={programme.pk}&plan=mangler&lege={solbakken.doctor.pk}&sykepleier=ingen&aldri=1"
    chips = logged_in(solbakken.nurse).get(f"/pasienter/?{query}").context["chips"]
    assert [chip.text for chip in chips] == [
        "Diabetes type 2", "Diabetes type 2: mangler plan", "Fastlege: Hanne Holm", "Fast sykepleier: ingen",
        "Aldri fulgt opp",
    ]  # fmt: skip
    assert "tilstand" not in chips[0].query
    assert "program" not in chips[1].query


# --- a row


def test_a_row_says_what_a_nurse_looks_for(solbakken: Cast) -> None:
    patient = make_patient(solbakken, icpc2="T90", birth_date=dt.date(1940, 1, 1), home_care=True)
    Condition.objects.create(clinic=solbakken.clinic, patient=patient, icpc2="K86")
    make_plan(patient, make_programme(solbakken), today() - 400 * DAY, done=today() - 800 * DAY)
    make_plan(patient, make_programme(solbakken, "Hypertensjon", icpc2=["K86"]), today() + 10 * DAY)
    give_drugs(solbakken.clinic, patient, 5)
    (line,) = logged_in(solbakken.nurse).get("/pasienter/").context["lines"]
    assert (line["name"], line["doctor"], line["drugs"]) == ("Lunde, Per", "Hanne Holm", 5)
    assert (line["conditions"], line["programmes"]) == (
        "Høyt blodtrykk, Diabetes type 2", "Diabetes type 2, Hypertensjon",
    )  # fmt: skip
    assert line["late"]
    assert str((today() - 400 * DAY).year) in line["next"]
    assert str((today() - 800 * DAY).year) in line["last"]
    assert line["need"] == str(2 + 2 + 4 + 2 + 3 + 3)
    assert {"text": "Har hjemmesykepleie", "points": 3} in line["grounds"]
    assert "Har hjemmesykepleie: 3" in line["hint"]
    NeedPoints.objects.create(
        clinic=solbakken.clinic, reason="home_care", points=0, by=solbakken.doctor, at=timezone.now()
    )
    (line,) = logged_in(solbakken.nurse).get("/pasienter/").context["lines"]
    assert line["need"] == "13"
    assert "Har hjemmesykepleie" not in line["hint"]


@pytest.mark.parametrize("order", ["", "sorter=behov", "sorter=neste&forfalt=1&aldri=1"])
def test_the_page_asks_no_more_for_fifty_than_for_one(solbakken: Cast, order: str) -> None:
    programme, nurse = make_programme(solbakken), logged_in(solbakken.nurse)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert nurse.get(f"/pasienter/?{order}").status_code == 200
        return len(captured)

    for patient in people(solbakken, 1, icpc2="T90"):
        make_plan(patient, programme, today() - DAY)
    queries()
    few = queries()
    for patient in people(solbakken, 55, icpc2="T90"):
        make_plan(patient, programme, today() - DAY)
    assert queries() == few <= 20


# --- kept under a name


def test_a_segment_is_kept_under_a_name_and_forgotten(solbakken: Cast) -> None:
    nurse = logged_in(solbakken.nurse)
    answer = nurse.post("/pasienter/utvalg/", {"utvalg": "forfalt=1&lege=ingen&q=Per", "name": "Uten lege"})
    assert answer.headers["Location"] == "/pasienter/?lege=ingen&forfalt=1"
    view = SavedView.objects.get()
    assert (view.member, view.page, view.query) == (solbakken.nurse, "patients", "lege=ingen&forfalt=1")
    again = {"utvalg": "forfalt=1&lege=ingen", "name": "Uten lege"}
    assert "i stedet for det gamle" in nurse.post("/pasienter/utvalg/", again, follow=True).content.decode()
    assert [(c.text, c.current) for c in nurse.get("/pasienter/?lege=ingen&forfalt=1").context["segments"]][
        -1
    ] == ("Uten lege", True)
    assert "Uten lege" not in logged_in(solbakken.doctor).get("/pasienter/").content.decode()
    assert logged_in(solbakken.doctor).post(f"/pasienter/utvalg/{view.pk}/slett/").status_code == 404
    assert nurse.post(f"/pasienter/utvalg/{view.pk}/slett/").status_code == 302
    assert not SavedView.objects.exists()


def test_a_segment_without_a_name_is_told_of_and_still_shown(solbakken: Cast) -> None:
    people(solbakken, 1)
    answer = logged_in(solbakken.nurse).post(
        "/pasienter/utvalg/", {"utvalg": "alle=1", "name": " ", "q": "opp"}
    )
    assert answer.status_code == 422
    assert "Skriv et navn" in answer.content.decode()
    assert shown(answer) == ["Oppspinn, Test0"]
    assert not SavedView.objects.exists()
