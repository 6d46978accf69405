"""One task's sheet through the web: done with channel and clock, given back, not reached, ended in every way, prepared and signed."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from patients.models import PatientAccess
from tasks.actions import doing
from tasks.actions.creating import create_task
from tasks.actions.nightly import night
from tasks.actions.plans import start_plans
from tasks.models import Delegation, JournalNote, PlanStep, Programme, Task, TaskKind
from tasks.queries.told import MOST_EVENTS
from teams.calendar import DAY, oslo_date
from teams.models import Absence
from tests.conftest import Cast, logged_in, make_member
from tests.tasks.conftest import MONDAY, make_patient, make_task

SHEET = {"HX-Request": "true", "HX-Target": "ark", "HX-Current-URL": "http://testserver/min-dag/?hvem=me"}


def today() -> dt.date:
    return oslo_date(timezone.now())


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def nurse(solbakken: Cast) -> Client:
    return logged_in(solbakken.nurse)


@pytest.fixture
def task(solbakken: Cast) -> Task:
    """A routine control with the nurse: by appointment, on the telephone or by video."""
    return make_task(
        solbakken.clinic, "rutinekontroll", assignee=solbakken.nurse, patient=make_patient(solbakken)
    )


@pytest.fixture
def planned(solbakken: Cast, programme: Programme) -> Task:
    """The same, of a plan; the nurse's."""
    make_patient(solbakken, icpc2="T90")
    start_plans(programme.pk, by=solbakken.doctor, on=today())
    PlanStep.objects.update(opens_on=today(), due_on=today() + 7 * DAY)
    night(now=timezone.now(), today=today())
    found = Task.objects.get(name="Rutinekontroll diabetes")
    Task.objects.filter(pk=found.pk).update(assignee=solbakken.nurse, state="assigned")
    found.refresh_from_db()
    return found


@pytest.fixture
def pair(solbakken: Cast) -> tuple[Task, Task]:
    """(preparation of the secretary's, signature of the doctor's)."""
    signature = create_task(
        by=solbakken.secretary, kind=TaskKind.objects.get(slug="resept_fornyelse"), patient=make_patient(solbakken),
        due_on=today() + 3 * DAY, hard=False, origin="patient", urgent=False, at=timezone.now(),
    )  # fmt: skip
    Task.objects.filter(pk=signature.pk).update(assignee=solbakken.doctor, state="assigned")
    Task.objects.filter(signatures=signature).update(assignee=solbakken.secretary, state="assigned")
    signature.refresh_from_db()
    assert signature.after is not None
    return signature.after, signature


# --- done, with channel


def test_the_channels_are_to_choose_from_where_there_are_several_and_the_first_is_chosen(
    solbakken: Cast, nurse: Client, task: Task
) -> None:
    page = text_of(nurse.get(f"/oppgave/{task.pk}/"))
    assert re.findall(r'name="channel" value="(\w+)"( checked)?', page)[:3] == [
        ("in_person", " checked"), ("phone", ""), ("video", ""),
    ]  # fmt: skip
    alone = make_task(solbakken.clinic, "spirometri", assignee=solbakken.nurse)
    assert '<input type="hidden" name="channel" value="in_person">' in text_of(
        nurse.get(f"/oppgave/{alone.pk}/")
    )


def test_done_on_the_telephone_from_the_sheet_closes_it_and_names_the_row(nurse: Client, task: Task) -> None:
    sent = {"minutes": "12", "version": "1", "channel": "phone", "sheet": "1"}
    answer = nurse.post(f"/oppgave/{task.pk}/utfort/", sent, headers=SHEET)
    assert answer.status_code == 204
    assert json.loads(answer["HX-Trigger"]) == {"oppgave-endret": {"id": str(task.pk), "close": True}}
    task.refresh_from_db()
    assert (task.state, task.minutes, task.channel) == ("done", 12, "phone")
    row = nurse.get(f"/oppgave/{task.pk}/rad/", headers={**SHEET, "HX-Target": f"oppgave-{task.pk}"})
    assert "utført på 12 min" in text_of(row)
    assert "<html" not in text_of(row)


def test_a_channel_that_the_kind_has_not_is_refused_and_the_minutes_are_kept(
    nurse: Client, task: Task
) -> None:
    sent = {"minutes": "12", "version": "1", "channel": "home", "sheet": "1"}
    answer = nurse.post(f"/oppgave/{task.pk}/utfort/", sent)
    assert answer.status_code == 422
    assert 'value="12"' in text_of(answer)
    task.refresh_from_db()
    assert task.state == "assigned"


def test_wrong_minutes_on_the_sheet_are_told_on_the_sheet(nurse: Client, task: Task) -> None:
    sent = {"minutes": "mye", "version": "1", "sheet": "1"}
    answer = nurse.post(f"/oppgave/{task.pk}/utfort/", sent, headers=SHEET)
    assert answer.status_code == 422
    assert "ark-tittel" in text_of(answer)
    assert "helt tall" in text_of(answer)
    assert 'value="mye"' in text_of(answer)


# --- the clock


def test_the_clock_goes_on_the_server_and_fills_the_minutes(nurse: Client, task: Task) -> None:
    answer = nurse.post(f"/oppgave/{task.pk}/begynn/", {"timer": "1"}, headers=SHEET)
    assert "Stans klokken" in text_of(answer)
    assert "oppgave-endret" in answer["HX-Trigger-After-Settle"]
    Task.objects.filter(pk=task.pk).update(timer_from=timezone.now() - dt.timedelta(minutes=17, seconds=30))
    page = text_of(nurse.get(f"/oppgave/{task.pk}/"))
    assert re.search(r'data-clock="10[56]\d"', page)
    assert re.search(r'name="minutes"[^>]* value="18"', page)
    assert nurse.post(f"/oppgave/{task.pk}/stans/").status_code == 302
    page = text_of(nurse.get(f"/oppgave/{task.pk}/"))
    assert "Klokken har telt 18 min." in page
    assert re.search(r'name="minutes"[^>]* value="18"', page)
    task.refresh_from_db()
    assert (task.state, task.timer_from, task.timed) == ("assigned", None, 18)


def test_begun_without_a_clock_has_none(nurse: Client, task: Task) -> None:
    assert nurse.post(f"/oppgave/{task.pk}/begynn/").status_code == 302
    task.refresh_from_db()
    assert (task.state, task.timer_from) == ("started", None)
    page = text_of(nurse.get(f"/oppgave/{task.pk}/"))
    assert "Start klokken" in page
    assert "Jeg er i gang" not in page


# --- handed on, and given back


def test_only_who_was_given_it_may_give_it_back_and_reads_by_whom_and_why(
    solbakken: Cast, nurse: Client
) -> None:
    task = make_task(solbakken.clinic, "telefonsporsmal", assignee=solbakken.secretary)
    assert "Gi tilbake" not in text_of(logged_in(solbakken.secretary).get(f"/oppgave/{task.pk}/"))
    doing.hand_on(
        task.pk, by=solbakken.secretary, to=solbakken.nurse, reason="Kan du ringe?", at=timezone.now()
    )
    page = text_of(nurse.get(f"/oppgave/{task.pk}/"))
    assert "Siri Sand ga den videre til deg." in page
    assert "Kan du ringe?" in page
    assert nurse.post(f"/oppgave/{task.pk}/gi-tilbake/", {"reason": "", "version": "2"}).status_code == 422
    stranger = logged_in(solbakken.doctor).post(
        f"/oppgave/{task.pk}/gi-tilbake/", {"reason": "x", "version": "2"}
    )
    assert stranger.status_code == 422
    back = {"reason": "Har ikke tid", "version": "2"}
    assert nurse.post(f"/oppgave/{task.pk}/gi-tilbake/", back).status_code == 302
    task.refresh_from_db()
    assert task.assignee == solbakken.secretary


def test_colleagues_who_cannot_have_it_are_named_with_what_is_missing(solbakken: Cast, nurse: Client) -> None:
    task = make_task(
        solbakken.clinic, "arskontroll", assignee=solbakken.doctor, patient=make_patient(solbakken),
        forbidden=[solbakken.second_doctor.pk],
    )  # fmt: skip
    page = text_of(nurse.get(f"/oppgave/{task.pk}/"))
    assert "Kan ikke: Arne Aune (utelukket av en leder), Nina Nes (ikke delegert av Hanne Holm)." in page
    assert "Andre yrker kan ikke: oppgaven krever lege eller sykepleier." in page
    assert "Mona Myhre" not in page
    Task.objects.filter(pk=task.pk).update(forbidden=[])
    Absence.objects.create(
        clinic=solbakken.clinic, member=solbakken.second_doctor, starts_on=today(), ends_on=today() + 20 * DAY,
        reason="vacation",
    )  # fmt: skip
    page = text_of(nurse.get(f"/oppgave/{task.pk}/"))
    assert "Nina Nes (ikke delegert av Hanne Holm), Arne Aune (borte de neste dagene)." in page
    everybody = make_task(solbakken.clinic, "telefonsporsmal", assignee=solbakken.nurse)
    Absence.objects.all().delete()
    assert "an ikke:" not in text_of(nurse.get(f"/oppgave/{everybody.pk}/"))


def test_many_who_cannot_are_counted_and_take_no_more_queries(solbakken: Cast, nurse: Client) -> None:
    task = make_task(solbakken.clinic, "arskontroll", patient=make_patient(solbakken))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert nurse.get(f"/oppgave/{task.pk}/", headers=SHEET).status_code == 200
        return len(captured)

    queries()
    few = queries()
    for number in range(12):
        make_member(solbakken.clinic, f"Vikar {number}", "nurse")
    assert queries() <= few
    assert ", 5 til." in text_of(nurse.get(f"/oppgave/{task.pk}/"))


# --- put off


@pytest.mark.parametrize("version", ["1", "0"])
def test_a_reason_that_is_a_button_puts_it_off_in_one_press(nurse: Client, task: Task, version: str) -> None:
    page = text_of(nurse.get(f"/oppgave/{task.pk}/"))
    assert len(re.findall(r'<button type="submit" name="quick" value="[^"]+" formnovalidate>', page)) == 3
    until = (today() + DAY).isoformat()
    sent = {"until": until, "reason": "", "quick": "Venter på prøvesvar", "version": version}
    answer = nurse.post(f"/oppgave/{task.pk}/utsett/", sent)
    if version == "0":  # somebody was first: the reason stands there to be sent again
        assert 'value="Venter på prøvesvar" class="ds-input"' in text_of(answer)
        return
    assert answer.status_code == 302
    assert task.events.get().reason == "Venter på prøvesvar"
    assert nurse.post(f"/oppgave/{task.pk}/utsett/", {**sent, "quick": "", "version": "2"}).status_code == 422


# --- not reached


def test_each_attempt_tells_when_the_task_shows_again(nurse: Client, task: Task) -> None:
    url = f"/oppgave/{task.pk}/"
    assert "Ikke nådd nå: oppgaven vises igjen" in text_of(nurse.get(url))
    sent = {"channel": "phone", "note": "Svarer ikke", "version": "1"}
    answer = nurse.post(f"{url}ikke-nadd/", sent, headers=SHEET)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/min-dag/?hvem=me")
    task.refresh_from_db()
    assert (task.attempts, task.state) == (1, "assigned")
    assert task.opens_on >= today() + 7 * DAY
    Task.objects.filter(pk=task.pk).update(attempts=3)
    page = text_of(nurse.get(url))
    assert "Prøvd 3 ganger. Oppgaven kan avsluttes som «ikke nådd»." in page
    assert nurse.post(f"{url}ikke-nadd/", {"channel": "røyk", "version": "2"}).status_code == 422


def test_the_day_to_try_again_is_chosen_and_the_attempt_is_taken_back_on_the_sheet(
    nurse: Client, task: Task
) -> None:
    url = f"/oppgave/{task.pk}/"
    page = text_of(nurse.get(url))
    proposed = re.search(r'name="until" value="([\d-]+)"[^>]*id="forsok_until"', page)
    assert proposed
    assert dt.date.fromisoformat(proposed[1]) >= today() + 7 * DAY
    sent = {"channel": "phone", "version": "1", "until": today().isoformat()}
    refused = nurse.post(f"{url}ikke-nadd/", sent)
    assert refused.status_code == 422
    assert "Velg en dag som kommer" in text_of(refused)
    told = nurse.post(f"{url}ikke-nadd/", {**sent, "until": (today() + 3 * DAY).isoformat()}, follow=True)
    assert f'<a href="{url}">Se den, eller angre</a>' in text_of(told)
    task.refresh_from_db()
    assert (task.attempts, task.opens_on) == (1, today() + 3 * DAY)
    assert "Du har notert at pasienten ikke ble nådd." in text_of(nurse.get(url))
    nurse.post(f"{url}angre/")
    task.refresh_from_db()
    assert (task.attempts, task.opens_on) == (0, MONDAY)
    assert "ikke ble nådd" not in text_of(nurse.get(url))


def test_a_task_about_nobody_offers_nothing_that_is_about_a_patient(solbakken: Cast, nurse: Client) -> None:
    task = make_task(solbakken.clinic, "bestilling", assignee=solbakken.nurse)
    page = text_of(nurse.get(f"/oppgave/{task.pk}/"))
    for words in ("Ikke nådd", "Pasienten takket nei", "Flyttet", "Død"):
        assert words not in page
    assert "Ikke lenger nødvendig" in page


# --- ended without being done


@pytest.mark.parametrize(
    ("sent", "closing"),
    [
        ({"closing": "elsewhere", "on": "2026-11-20", "reason": "Sykehuset"}, "elsewhere"),
        ({"closing": "declined", "scope": "once", "reason": "Vil ikke"}, "declined"),
        ({"closing": "not_needed"}, "not_needed"),
        ({"closing": "mistake", "reason": "Dobbelt"}, "mistake"),
        ({"closing": "unreached"}, "unreached"),
        ({"closing": "moved", "confirmed": "on"}, "moved"),
        ({"closing": "dead", "confirmed": "on", "on": ""}, "dead"),
    ],
)
def test_each_way_to_end_it_needs_only_its_own_fields(
    nurse: Client, task: Task, sent: dict[str, str], closing: str
) -> None:
    if sent.get("on"):
        sent = {**sent, "on": (today() - DAY).isoformat()}
    answer = nurse.post(f"/oppgave/{task.pk}/avslutt/", {**sent, "version": "1"}, follow=True)
    task.refresh_from_db()
    assert (task.state, task.closing) == ("cancelled", closing)
    assert "er avsluttet" in text_of(answer)
    assert f'href="/oppgave/{task.pk}/"' in text_of(answer)


@pytest.mark.parametrize(
    "sent",
    [
        {"closing": "elsewhere"},
        {"closing": "elsewhere", "on": "2099-01-01"},
        {"closing": "dead"},
        {"closing": "moved"},
        {"closing": "done"},
        {"closing": "returned"},
        {"closing": ""},
        {"closing": "not_needed", "reason": "x" * 301},
    ],
)
def test_what_lacks_its_field_is_refused_in_words_and_nothing_is_ended(
    nurse: Client, task: Task, sent: dict[str, str]
) -> None:
    answer = nurse.post(f"/oppgave/{task.pk}/avslutt/", {**sent, "version": "1"}, headers=SHEET)
    assert answer.status_code == 422
    assert 'role="alert"' in text_of(answer)
    task.refresh_from_db()
    assert task.state == "assigned"


def test_declined_in_a_programme_leads_to_the_text_for_the_journal(nurse: Client, planned: Task) -> None:
    page = text_of(nurse.get(f"/oppgave/{planned.pk}/"))
    assert "Hele programmet" in page
    sent = {
        "closing": "declined",
        "scope": "programme",
        "reason": "Føler meg frisk",
        "version": str(planned.version),
    }
    answer = nurse.post(f"/oppgave/{planned.pk}/avslutt/", sent)
    note = JournalNote.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/journaltekst/{note.pk}/")
    looks = PatientAccess.objects.count()
    page = text_of(nurse.get(f"/journaltekst/{note.pk}/"))
    assert "fastlegeforskriften § 25" in page
    assert "Føler meg frisk" in page
    assert "data-copy" in page
    assert PatientAccess.objects.count() == looks + 1
    assert "Tekst til journalen" in text_of(nurse.get(f"/oppgave/{planned.pk}/"))


def test_ended_by_mistake_is_taken_back_on_its_own_sheet(nurse: Client, task: Task) -> None:
    nurse.post(f"/oppgave/{task.pk}/avslutt/", {"closing": "not_needed", "version": "1"})
    page = text_of(nurse.get(f"/oppgave/{task.pk}/"))
    assert "Angre" in page
    assert "Utsett" not in page
    assert nurse.post(f"/oppgave/{task.pk}/angre/", {"sheet": "1"}).status_code == 302
    task.refresh_from_db()
    assert task.state == "assigned"


# --- prepared and signed


def test_the_signature_shows_where_its_preparation_stands_and_can_send_it_back(
    solbakken: Cast, pair: tuple[Task, Task]
) -> None:
    preparation, signature = pair
    doctor, secretary = logged_in(solbakken.doctor), logged_in(solbakken.secretary)
    page = text_of(doctor.get(f"/oppgave/{signature.pk}/"))
    assert "Hos Siri Sand." in page
    assert "Send tilbake til forberedelse" not in page
    assert "Hos Hanne Holm." in text_of(secretary.get(f"/oppgave/{preparation.pk}/"))
    secretary.post(
        f"/oppgave/{preparation.pk}/utfort/", {"minutes": "3", "version": str(preparation.version)}
    )
    page = text_of(doctor.get(f"/oppgave/{signature.pk}/"))
    assert "Til signering" in page
    assert re.search(r"Forberedt av Siri Sand i dag kl\. \d\d\.\d\d, 3 min\.", page)
    signature.refresh_from_db()
    url, version = f"/oppgave/{signature.pk}/send-tilbake/", str(signature.version)
    assert doctor.post(url, {"reason": "", "version": version}).status_code == 422
    assert doctor.post(url, {"reason": "Mangler liste", "version": version}).status_code == 302
    again = Task.objects.get(signatures=signature)
    assert (again.pk != preparation.pk, again.assignee) == (True, solbakken.secretary)


def test_a_word_from_whoever_prepared_it_stands_on_the_signers_sheet(
    solbakken: Cast, pair: tuple[Task, Task]
) -> None:
    preparation, signature = pair
    doctor, secretary = logged_in(solbakken.doctor), logged_in(solbakken.secretary)
    url, sheet = f"/oppgave/{preparation.pk}/utfort/", f"/oppgave/{signature.pk}/"
    assert "Beskjed til den som signerer" in text_of(secretary.get(f"/oppgave/{preparation.pk}/"))
    assert "Beskjed til den som signerer" not in text_of(doctor.get(sheet))
    sent = {"minutes": "3", "version": "1", "sheet": "1", "reason": "Ber om 100 <tabletter>"}
    assert secretary.post(url, {**sent, "reason": "x" * 301}).status_code == 422
    refused = text_of(secretary.post(url, {**sent, "minutes": "mye"}))
    assert 'value="Ber om 100 &lt;tabletter&gt;"' in refused
    assert secretary.post(url, sent).status_code == 302
    assert "«Ber om 100 &lt;tabletter&gt;»" in text_of(doctor.get(sheet))
    secretary.post(f"/oppgave/{preparation.pk}/angre/")
    assert "tabletter" not in text_of(doctor.get(sheet))


def test_a_doctor_signs_and_whoever_it_is_delegated_to_does_the_rest(
    solbakken: Cast, pair: tuple[Task, Task]
) -> None:
    preparation, signature = pair
    doctor, secretary = logged_in(solbakken.doctor), logged_in(solbakken.secretary)
    row = f"/oppgave/{preparation.pk}/rad/"
    htmx = {"HX-Request": "true"}
    assert "Hanne Holm signerer." in text_of(secretary.get(row, headers=htmx))
    secretary.post(f"/oppgave/{preparation.pk}/utfort/", {"minutes": "3", "version": "1"})
    version = str(Task.objects.get(pk=signature.pk).version)
    doctor.post(f"/oppgave/{signature.pk}/utfort/", {"minutes": "2", "version": version})
    page = text_of(doctor.get(f"/oppgave/{signature.pk}/"))
    assert "Signert av Hanne Holm på 2 min." in page
    assert "Utført av" not in page
    assert re.search(
        r"<b>Signeringen</b>.*?Signert</span>", text_of(secretary.get(f"/oppgave/{preparation.pk}/"))
    )


def test_delegated_to_a_nurse_the_second_half_is_the_rest_and_no_signature(
    solbakken: Cast, pair: tuple[Task, Task]
) -> None:
    preparation, signature = pair
    check = TaskKind.objects.get(slug="arskontroll")
    Task.objects.filter(pk__in=[preparation.pk, signature.pk]).update(kind=check)
    Task.objects.filter(pk=signature.pk).update(assignee=solbakken.nurse, planned_on=today() + DAY)
    Delegation.objects.create(
        clinic=solbakken.clinic, doctor=solbakken.doctor, member=solbakken.nurse, kind=check, starts_on=today(),
        signed_at=timezone.now(), instruction="Som avtalt",
    )  # fmt: skip
    nurse, secretary = logged_in(solbakken.nurse), logged_in(solbakken.secretary)
    htmx = {"HX-Request": "true"}
    assert "Nina Nes gjør resten i morgen." in text_of(
        secretary.get(f"/oppgave/{preparation.pk}/rad/", headers=htmx)
    )
    page = text_of(secretary.get(f"/oppgave/{preparation.pk}/"))
    assert "<b>Resten</b>" in page
    assert "Beskjed til den som gjør resten" in page
    secretary.post(f"/oppgave/{preparation.pk}/utfort/", {"minutes": "3", "version": "1"})
    page = text_of(nurse.get(f"/oppgave/{signature.pk}/"))
    assert "Forberedt</span>" in page
    assert ">Utført</button>" in page
    assert "igner" not in page
    assert "igner" not in text_of(nurse.get(f"/oppgave/{signature.pk}/rad/", headers=htmx))
    version = str(Task.objects.get(pk=signature.pk).version)
    nurse.post(f"/oppgave/{signature.pk}/utfort/", {"minutes": "9", "version": version})
    assert "Utført av Nina Nes på 9 min." in text_of(nurse.get(f"/oppgave/{signature.pk}/"))


def test_a_preparation_that_is_not_done_cannot_be_sent_back(solbakken: Cast, pair: tuple[Task, Task]) -> None:
    sent = {"reason": "x", "version": str(pair[1].version)}
    answer = logged_in(solbakken.doctor).post(f"/oppgave/{pair[1].pk}/send-tilbake/", sent)
    assert answer.status_code == 422


# --- who may look, and how much it costs

VERBS = [
    "", "rad/", "utfort/", "begynn/", "stans/", "ta-over/", "angre/", "utsett/", "gi-videre/", "gi-tilbake/",
    "send-tilbake/", "ikke-nadd/", "avslutt/", "returner/",
]  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_another_clinics_task_is_not_there(solbakken: Cast, furulund: Cast, verb: str) -> None:
    task = make_task(
        solbakken.clinic, "rekv_sykehus", assignee=solbakken.doctor, patient=make_patient(solbakken)
    )
    stranger = logged_in(furulund.doctor)
    sent = {
        "minutes": "5", "version": "1", "closing": "not_needed", "reason": "x", "channel": "phone", "rule": "H2", "text": "x",
        "until": (today() + DAY).isoformat(), "to": "",
    }  # fmt: skip
    url = f"/oppgave/{task.pk}/{verb}"
    answers = [stranger.get(url, headers={"HX-Request": "true"}), stranger.post(url, sent)]
    assert {answer.status_code for answer in answers} <= {404, 405}
    assert 404 in {answer.status_code for answer in answers}
    task.refresh_from_db()
    assert (task.state, task.version) == ("assigned", 1)


def test_the_manager_sees_no_task(solbakken: Cast, task: Task) -> None:
    assert logged_in(solbakken.manager).get(f"/oppgave/{task.pk}/").status_code == 403


def test_opening_a_sheet_is_written_down_and_its_address_names_nobody(nurse: Client, task: Task) -> None:
    page = text_of(nurse.get(f"/oppgave/{task.pk}/"))
    assert PatientAccess.objects.filter(what="oppgave", patient=task.patient).count() == 1
    for address in re.findall(r'(?:href|action|hx-\w+)="([^"]*)"', page):
        assert "Lunde" not in address
        assert "1960" not in address


def test_an_old_task_takes_as_many_queries_as_a_new_one(solbakken: Cast, nurse: Client, task: Task) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert nurse.get(f"/oppgave/{task.pk}/", headers=SHEET).status_code == 200
        return len(captured)

    queries()
    few = queries()
    for number in range(40):
        doing.postpone(
            task.pk, by=solbakken.nurse, until=today() + (1 + number % 5) * DAY, reason="Etter prøvene", at=timezone.now()
        )  # fmt: skip
    assert queries() <= few + 1 <= 30


def course_of(client: Client, task: Task) -> str:
    return str(client.get(f"/oppgave/{task.pk}/").context["course"])


def test_the_sheet_tells_how_long_how_often_handed_over_and_since_when_late(
    solbakken: Cast, nurse: Client
) -> None:
    came = timezone.now() - 12 * DAY - dt.timedelta(hours=1)
    task = create_task(
        by=solbakken.secretary, kind=TaskKind.objects.get(slug="telefonsporsmal"), patient=make_patient(solbakken),
        due_on=oslo_date(came) + 2 * DAY, hard=False, origin="patient", urgent=False, at=came,
    )  # fmt: skip
    held_by = [solbakken.secretary, solbakken.nurse, solbakken.secretary]
    for to in held_by:
        doing.hand_on(task.pk, by=solbakken.doctor, to=to, reason="Bytter", at=came)
    late = date_format(oslo_date(came) + 3 * DAY, "j. F")
    assert course_of(nurse, task).startswith(
        f"Åpen i 12 dager · gått videre 2 ganger · over fristen siden {late}"
    )
    # However long its story is: more than the history shows.
    until = today() + DAY
    for _ in range(MOST_EVENTS):
        doing.postpone(task.pk, by=solbakken.nurse, until=until, reason="Etter prøvene", at=timezone.now())
    assert course_of(nurse, task).startswith("Åpen i 12 dager · gått videre 2 ganger")
    doing.complete(task.pk, by=solbakken.nurse, minutes=5, at=came + 6 * DAY)
    assert course_of(nurse, task).startswith(
        f"Utført etter 6 dager · gått videre 2 ganger · over fristen fra {late}"
    )


def test_of_a_task_that_came_today_or_whose_story_is_not_known_nothing_is_told(
    solbakken: Cast, nurse: Client, task: Task
) -> None:
    assert course_of(nurse, task) == "", "it has no events"
    logged = doing.log_work(task.kind, by=solbakken.nurse, minutes=5, origin="plan", at=timezone.now())
    assert course_of(nurse, logged) == ""


@pytest.mark.parametrize("by", ["doctor", "nurse"])
def test_history_tells_who_did_what_in_sentences(solbakken: Cast, nurse: Client, task: Task, by: str) -> None:
    doing.hand_on(task.pk, by=getattr(solbakken, by), to=None, reason="Bytter", at=timezone.now())
    page = text_of(nurse.get(f"/oppgave/{task.pk}/"))
    who = {"doctor": "Hanne Holm", "nurse": "Du"}[by]
    assert f"{who} ga denne tilbake til teamet i dag kl." in page
    assert "Bytter" in page


def test_the_row_brings_what_follows_only_when_asked_for_it(nurse: Client, task: Task) -> None:
    url, headers = f"/oppgave/{task.pk}/rad/", {**SHEET, "HX-Target": f"oppgave-{task.pk}"}
    assert "hx-swap-oob" not in text_of(nurse.get(url, headers=headers))
    nurse.post(f"/oppgave/{task.pk}/utfort/", {"minutes": "12", "version": "1"})
    assert f'id="gjort-{task.pk}"' not in text_of(nurse.get(url, headers=headers))
    assert f'id="gjort-{task.pk}"' in text_of(nurse.get(f"{url}?folger=nytt", headers=headers))
    nurse.post(f"/oppgave/{task.pk}/angre/")
    assert f'id="gjort-{task.pk}"' not in text_of(nurse.get(f"{url}?folger=nytt", headers=headers))
    deleted = text_of(nurse.get(f"{url}?folger=gjort", headers=headers))
    assert f'id="gjort-{task.pk}" hx-swap-oob="delete"' in deleted
