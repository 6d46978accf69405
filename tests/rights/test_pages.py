"""The pages: asking, deciding, the letter, what is kept for how long, and words set right."""

from __future__ import annotations

import datetime as dt
import html
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.models import PatientAccess, PatientIdentifier
from rights.actions.deleting import carry_out_due, note_returns
from rights.models import DeletionRequest, Rectification, Tombstone
from tasks.models import TaskEvent
from teams.models import Member
from tests.conftest import Cast, logged_in
from tests.rights.conftest import NUMBER, Known, wait_a_week
from tests.tasks.conftest import make_patient

pytestmark = pytest.mark.django_db


def text_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def asked_by(leader: Member, known: Known, hva: str = "patient") -> DeletionRequest:
    answer = logged_in(leader).post(
        f"/pasienter/{known.patient.pk}/rettigheter/sletting/",
        {"hva": hva, "hvem": "patient", "krav": "Ikke meg"},
    )
    assert answer.status_code == 302
    return DeletionRequest.objects.latest("pk")


def test_from_asked_to_gone(known: Known, leader: Member) -> None:
    asked = asked_by(leader, known)
    address, doctor = f"/oppbevaring/sletting/{asked.pk}/", logged_in(known.cast.doctor)
    assert "Dette ville bli borte" in text_of(doctor.get(address))
    assert "venter på avgjørelse" in text_of(doctor.get("/oppbevaring/"))
    said = {"svar": "innvilg", "grunnlag": "mistaken", "begrunnelse": "Ført på feil person"}
    assert doctor.post(address, said).status_code == 302
    assert "Stans slettingen" in text_of(logged_in(leader).get(address))
    wait_a_week(asked)
    carry_out_due(now=timezone.now())
    gone = text_of(doctor.get(address))
    assert "Hvem det gjaldt, er slettet" in gone
    assert "Hemmelig" not in gone
    assert "Hvem hadde sett" in gone
    assert "ført på feil person" in text_of(doctor.get("/oppbevaring/"))
    assert doctor.get(f"/pasienter/{known.patient.pk}/rettigheter/").status_code == 404


def test_a_refusal_has_a_letter_with_the_right_to_complain(known: Known, leader: Member) -> None:
    asked = asked_by(leader, known)
    address, doctor = f"/oppbevaring/sletting/{asked.pk}/", logged_in(known.cast.doctor)
    assert doctor.get(f"{address}avslag.pdf").status_code == 404
    doctor.post(address, {"svar": "avsla", "begrunnelse": "Trengs til oppfølgingen."})
    assert "Trengs til oppfølgingen." in text_of(doctor.get(address))
    letter = doctor.get(f"{address}avslag.pdf")
    assert letter.content.startswith(b"%PDF")
    assert "Hemmelig" not in letter["Content-Disposition"]
    assert PatientAccess.objects.filter(patient=known.patient, what="brev om avslag").count() == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"svar": "innvilg", "begrunnelse": "x"}, "Velg grunnlaget i loven."),
        ({"svar": "innvilg", "grunnlag": "outlived", "begrunnelse": "x"}, "ikke vært borte så lenge"),
        ({"svar": "avsla"}, "Skriv hvorfor."),
        ({"begrunnelse": "x"}, "Velg en avgjørelse."),
        ({"svar": "innvilg", "grunnlag": "wrong", "begrunnelse": "x" * 1001}, "Skriv det kortere"),
    ],
)
def test_what_is_wrong_is_said(known: Known, leader: Member, said: dict[str, str], words: str) -> None:
    asked = asked_by(leader, known)
    answer = logged_in(known.cast.doctor).post(f"/oppbevaring/sletting/{asked.pk}/", said)
    assert answer.status_code == 422
    assert words in text_of(answer)
    asked.refresh_from_db()
    assert asked.state == "asked"


def test_asking_for_what_is_not_the_patients_is_refused(known: Known, leader: Member) -> None:
    for hva in (f"task:{known.open.pk}", "task:0", "condition:99999999", "alt"):
        answer = logged_in(leader).post(
            f"/pasienter/{known.patient.pk}/rettigheter/sletting/",
            {"hva": hva, "hvem": "patient", "krav": "x"},
        )
        assert answer.status_code == 422
    assert not DeletionRequest.objects.exists()


def test_another_clinic_finds_nothing(known: Known, leader: Member, furulund: Cast) -> None:
    asked, theirs = asked_by(leader, known), logged_in(furulund.doctor)
    said = {"svar": "innvilg", "grunnlag": "mistaken", "begrunnelse": "x"}
    address = f"/oppbevaring/sletting/{asked.pk}/"
    answers = [
        theirs.get(address), theirs.post(address, said), theirs.post(f"{address}stans/"), theirs.get(f"{address}avslag.pdf"),
        theirs.get(f"/oppgave/{known.ended.pk}/rettelser/"),
        theirs.post(f"/oppgave/{known.ended.pk}/rettelser/", {"om": "name", "tekst": "x"}),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [404] * 6
    page = text_of(theirs.get("/oppbevaring/"))
    assert "Hemmelig" not in page
    assert "Ingen krav om sletting venter." in page
    asked.refresh_from_db()
    assert asked.state == "asked"


def test_a_leader_who_is_no_doctor_may_not_decide(known: Known, leader: Member) -> None:
    asked = asked_by(leader, known)
    client, address = logged_in(leader), f"/oppbevaring/sletting/{asked.pk}/"
    assert "En lege som leder, avgjør kravet." in text_of(client.get(address))
    said = {"svar": "innvilg", "grunnlag": "mistaken", "begrunnelse": "x"}
    assert client.post(address, said).status_code == 403
    assert client.post(f"{address}stans/").status_code == 302
    asked.refresh_from_db()
    assert asked.state == "stopped"


def test_what_is_kept_and_who_is_named_is_written_down(known: Known, leader: Member) -> None:
    old = make_patient(known.cast, family_name="Eldre", moved_on=dt.date(2001, 1, 1))
    asked_by(leader, known)
    doctor = logged_in(known.cast.doctor)
    with CaptureQueriesContext(connection) as caught:
        page = text_of(doctor.get("/oppbevaring/"))
    assert "Per Eldre" in page
    assert "Innsynsloggen" in page
    assert len(caught) <= 25
    seen = PatientAccess.objects.filter(member=known.cast.doctor, what="oppbevaring og sletting")
    assert set(seen.values_list("patient", flat=True)) == {old.pk, known.patient.pk}
    assert logged_in(known.cast.nurse).get("/oppbevaring/").status_code == 403


def test_who_came_back_may_stay(known: Known, leader: Member) -> None:
    asked = asked_by(leader, known)
    doctor = logged_in(known.cast.doctor)
    doctor.post(
        f"/oppbevaring/sletting/{asked.pk}/", {"svar": "innvilg", "grunnlag": "mistaken", "begrunnelse": "x"}
    )
    wait_a_week(asked)
    carry_out_due(now=timezone.now())
    again = make_patient(known.cast, family_name="Tilbake")
    PatientIdentifier.objects.create(clinic=again.clinic, patient=again, system=NUMBER[0], value=NUMBER[1])
    note_returns()
    assert "Per Tilbake" in text_of(doctor.get("/oppbevaring/"))
    found = Tombstone.objects.get()
    assert doctor.post(f"/oppbevaring/tilbake/{found.pk}/").status_code == 302
    assert "Per Tilbake" not in text_of(doctor.get("/oppbevaring/"))
    assert doctor.post("/oppbevaring/tilbake/0/").status_code == 404


def test_words_are_set_right_beside_what_was_written(known: Known) -> None:
    nurse, address = logged_in(known.cast.nurse), f"/oppgave/{known.ended.pk}/rettelser/"
    event = TaskEvent.objects.get(task=known.ended)
    assert (
        nurse.post(address, {"om": f"event:{event.pk}", "tekst": "Det var kløe, ikke svie"}).status_code
        == 302
    )
    page = text_of(nurse.get(address))
    assert "klaget over svie" in page
    assert "Det var kløe, ikke svie" in page
    assert "Nina Nes" in page
    part = text_of(nurse.get(address, headers={"HX-Request": "true", "HX-Target": "rettet"}))
    assert "Det var kløe, ikke svie" in part
    assert "<html" not in part
    event.refresh_from_db()
    assert event.reason == "klaget over svie"
    assert Rectification.objects.latest("pk").by == known.cast.nurse


@pytest.mark.parametrize(
    ("om", "tekst"), [("event:0", "x"), ("name", ""), ("name", " "), ("name", "x" * 1001), ("", "x")]
)
def test_only_what_stands_there_and_with_words(known: Known, om: str, tekst: str) -> None:
    answer = logged_in(known.cast.nurse).post(
        f"/oppgave/{known.ended.pk}/rettelser/", {"om": om, "tekst": tekst}
    )
    assert answer.status_code == 422
    assert Rectification.objects.count() == 1


def test_words_of_anothers_task_are_not_reached_through_ones_own(known: Known) -> None:
    event = TaskEvent.objects.get(task=known.open)
    answer = logged_in(known.cast.nurse).post(
        f"/oppgave/{known.ended.pk}/rettelser/", {"om": f"event:{event.pk}", "tekst": "x"}
    )
    assert answer.status_code == 422


def test_the_patients_page_leads_there_for_who_leads(known: Known) -> None:
    address = f"/pasienter/{known.patient.pk}/rettigheter/"
    assert address in text_of(logged_in(known.cast.doctor).get(f"/pasienter/{known.patient.pk}/"))
    assert address not in text_of(logged_in(known.cast.nurse).get(f"/pasienter/{known.patient.pk}/"))
