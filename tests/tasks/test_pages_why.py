"""«Hvorfor meg?», a leader's own word, and what is urgent: through the web, as full pages and in the sheet."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.models import PatientAccess
from tasks.models import Delegation, Task, TaskEvent, TaskKind
from teams.calendar import oslo_date, working_days
from teams.models import Overtime
from tests.conftest import Cast, logged_in, make_member
from tests.tasks.conftest import make_patient, make_task

DAY = dt.timedelta(days=1)


def today() -> dt.date:
    return oslo_date(timezone.now())


@pytest.fixture
def nurse(solbakken: Cast) -> Client:
    return logged_in(solbakken.nurse)


@pytest.fixture
def leader(solbakken: Cast) -> Client:
    return logged_in(solbakken.doctor)


def delegated(cast: Cast, kind: str, **fields: object) -> Delegation:
    return Delegation.objects.create(
        clinic=cast.clinic, kind=TaskKind.objects.get(slug=kind), instruction="som avtalt",
        signed_at=timezone.now(),
        **{"doctor": cast.doctor, "member": cast.nurse, "starts_on": today() - 30 * DAY, **fields},
    )  # fmt: skip


def her_own(cast: Cast) -> Task:
    """A delegated check-up that the nurse got since she knows the patient."""
    delegated(cast, "arskontroll")
    return make_task(
        cast.clinic, "arskontroll", assignee=cast.nurse, patient=make_patient(cast), planned_on=today(),
        why={
            "rule": "usual_nurse", "ground": "delegation", "load_before": 600, "load_after": 645, "capacity": 3000,
            "others": [[cast.doctor.pk, "later", 900, 1200], [cast.second_doctor.pk, "away", 0, 0]],
        },
    )  # fmt: skip


def test_two_sentences_and_behind_them_every_colleague(solbakken: Cast, nurse: Client) -> None:
    task = her_own(solbakken)
    page = nurse.get(f"/oppgave/{task.pk}/hvorfor/")
    text = page.content.decode()
    assert "<h1>Hvorfor meg?</h1>" in text
    assert (
        "Du er fast sykepleier for pasienten og har tid i dag. "
        "Hanne kunne også, men har ikke plass så tidlig, og Arne er borte."
    ) in text
    told = {row.name: (row.tag.text, row.text) for row in page.context["why"].rows}
    assert told == {
        "Nina Nes": ("Har den", "Delegert av fastlegen, Hanne Holm"),
        "Hanne Holm": ("Kunne", "Har først plass senere"),
        "Arne Aune": ("Kunne", "Borte de dagene det gjelder"),
        "Siri Sand": ("Kan ikke", "Oppgaven krever lege eller sykepleier"),
    }
    assert "20\u00a0% → <b>22\u00a0%</b>" in text
    assert PatientAccess.objects.get().what == "oppgave"


def test_a_leader_reads_it_by_name(solbakken: Cast, leader: Client) -> None:
    text = leader.get(f"/oppgave/{her_own(solbakken).pk}/hvorfor/").content.decode()
    assert "<h1>Hvorfor Nina?</h1>" in text
    assert "Nina er fast sykepleier for pasienten" in text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ends_on": -1}, "Delegeringen gikk ut"),
        ({"revoked_on": 0}, "Delegeringen ble trukket tilbake"),
        ({"starts_on": 1}, "Delegeringen gjelder først fra"),
        (None, "Har ikke delegering fra fastlegen, Hanne Holm"),
    ],
)
def test_what_is_missing_is_said_of_whoever_may_not(
    solbakken: Cast, nurse: Client, fields: dict[str, int] | None, words: str
) -> None:
    if fields is not None:
        delegated(solbakken, "arskontroll", **{name: today() + days * DAY for name, days in fields.items()})
    task = make_task(solbakken.clinic, "arskontroll", patient=make_patient(solbakken))
    page = nurse.get(f"/oppgave/{task.pk}/hvorfor/")
    (row,) = [row for row in page.context["why"].rows if row.name == "Nina Nes"]
    assert row.tag.text == "Kan ikke"
    assert row.text.startswith(words)


def test_another_doctors_delegation_is_named(solbakken: Cast, nurse: Client) -> None:
    delegated(solbakken, "arskontroll", doctor=solbakken.second_doctor)
    task = make_task(solbakken.clinic, "arskontroll", patient=make_patient(solbakken))
    text = nurse.get(f"/oppgave/{task.pk}/hvorfor/").content.decode()
    assert "Delegeringen er fra Arne Aune, og gjelder ikke denne pasienten" in text


def test_a_task_that_nobody_got_says_why_and_what_can_be_done(solbakken: Cast, leader: Client) -> None:
    task = make_task(solbakken.clinic, "sykmelding", why={"obstacle": "nobody_has_time", "others": []})
    text = leader.get(f"/oppgave/{task.pk}/hvorfor/").content.decode()
    assert "<h1>Hvorfor ingen?</h1>" in text
    assert "Ingen av dem som kan gjøre den, har ledig tid i tide." in text
    assert "Tillat overtid" in text


def test_a_task_of_before_tells_that_no_sharing_out_decided(solbakken: Cast, nurse: Client) -> None:
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse)
    assert "Ingen fordeling har bestemt det." in nurse.get(f"/oppgave/{task.pk}/hvorfor/").content.decode()


def test_as_many_queries_for_four_colleagues_as_for_forty(solbakken: Cast, nurse: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert nurse.get(f"/oppgave/{task.pk}/hvorfor/").status_code == 200
        return len(captured)

    task = her_own(solbakken)
    queries()
    few = queries()
    for n in range(36):
        make_member(solbakken.clinic, f"Turid Nr{n}", "nurse")
    assert queries() == few <= 20


def test_it_is_a_link_on_every_line_and_unknown_to_another_clinic(
    solbakken: Cast, furulund: Cast, nurse: Client
) -> None:
    task = her_own(solbakken)
    address = f"/oppgave/{task.pk}/hvorfor/"
    for page in ("/min-dag/", f"/oppgave/{task.pk}/"):
        assert address in nurse.get(page).content.decode(), page
    assert logged_in(furulund.doctor).get(address).status_code == 404
    assert logged_in(solbakken.manager).get(address).status_code == 403


def test_locked_to_somebody_on_a_day_and_unlocked(solbakken: Cast, leader: Client) -> None:
    task = make_task(
        solbakken.clinic, "sarstell", assignee=solbakken.nurse, opens_on=today(), due_on=today() + 9 * DAY
    )
    day = working_days(today() + DAY, 1)[0]
    form = {
        "to": solbakken.second_doctor.pk, "day": day.isoformat(), "reason": "Kjenner familien", "version": "1",
    }  # fmt: skip
    page = leader.post(f"/oppgave/{task.pk}/las/", form, follow=True).content.decode()
    assert "Sårstell er låst til Arne Aune." in page
    assert "Kjenner familien" in page
    task.refresh_from_db()
    assert (task.assignee, task.planned_on, task.pinned, task.pinned_day) == (
        solbakken.second_doctor, day, True, True,
    )  # fmt: skip
    text = leader.get(f"/oppgave/{task.pk}/hvorfor/").content.decode()
    assert "Hanne Holm har bestemt at Arne skal ha den." in text
    assert "fordelingen flytter den ikke" in text
    form = {"reason": "Ble frisk", "version": "2"}
    assert "låst opp" in leader.post(f"/oppgave/{task.pk}/las-opp/", form, follow=True).content.decode()
    task.refresh_from_db()
    assert not task.pinned


def test_a_full_day_is_refused_until_overtime_is_allowed(solbakken: Cast, leader: Client) -> None:
    day = working_days(today() + DAY, 1)[0]
    make_task(
        solbakken.clinic, "sarstell", assignee=solbakken.nurse, planned_on=day, planned_minutes=295,
        due_on=today() + 9 * DAY,
    )  # fmt: skip
    task = make_task(solbakken.clinic, "sarstell", opens_on=today(), due_on=today() + 9 * DAY)
    form = {"to": solbakken.nurse.pk, "day": day.isoformat(), "reason": "x", "version": "1"}
    answer = leader.post(f"/oppgave/{task.pk}/las/", form)
    assert answer.status_code == 422
    assert "Dagen er full." in answer.content.decode()
    Overtime.objects.create(
        clinic=solbakken.clinic, member=solbakken.nurse, day=day, minutes=30, reason="x", by=solbakken.doctor,
        at=timezone.now(),
    )  # fmt: skip
    assert leader.post(f"/oppgave/{task.pk}/las/", form).status_code == 302


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"reason": ""}, "Skriv kort hvorfor."),
        ({"to": ""}, "Velg hvem."),
        ({"day": "2020-01-01"}, "Velg en dag fra i dag"),
        ({"day": "en dag"}, "Skriv en dato"),
        ({"version": "7"}, "Endret av andre siden du åpnet den"),
    ],
)
def test_what_cannot_be_decided_is_refused_in_the_sheet(
    solbakken: Cast, leader: Client, wrong: dict[str, str], words: str
) -> None:
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse)
    form = {"to": solbakken.nurse.pk, "day": "", "reason": "x", "version": "1", **wrong}
    answer = leader.post(f"/oppgave/{task.pk}/las/", form, headers={"HX-Request": "true", "HX-Target": "ark"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert "<html" not in text
    assert 'class="leader" open' in text
    task.refresh_from_db()
    assert task.version == 1


def test_nobody_is_locked_to_what_the_law_keeps_from_them(solbakken: Cast, leader: Client) -> None:
    task = make_task(solbakken.clinic, "sykmelding", assignee=solbakken.doctor)
    form = {"to": solbakken.secretary.pk, "reason": "x", "version": "1"}
    answer = leader.post(f"/oppgave/{task.pk}/las/", form)
    assert answer.status_code == 422
    assert "Velg en av dem som kan gjøre oppgaven." in answer.content.decode()


def test_ruled_out_and_allowed_again(solbakken: Cast, leader: Client) -> None:
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse)
    form = {"member": solbakken.nurse.pk, "reason": "Nabo", "version": "1"}
    page = leader.post(f"/oppgave/{task.pk}/utelukk/", form, follow=True).content.decode()
    assert "Utelukket fra Sårstell." in page
    assert "Utelukket: Nina Nes" in page
    text = leader.get(f"/oppgave/{task.pk}/hvorfor/").content.decode()
    assert "Utelukket fra denne oppgaven av en leder" in text
    form = {"member": solbakken.nurse.pk, "reason": "Flyttet", "version": "2"}
    page = leader.post(f"/oppgave/{task.pk}/tillat/", form, follow=True).content.decode()
    assert "Tillatt igjen for Sårstell." in page
    assert list(TaskEvent.objects.values_list("verb", "reason")) == [("forbid", "Nabo"), ("allow", "Flyttet")]


def test_only_leaders_overrule_and_only_in_their_own_clinic(
    solbakken: Cast, furulund: Cast, nurse: Client
) -> None:
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse)
    form = {"to": solbakken.nurse.pk, "member": solbakken.nurse.pk, "reason": "x", "version": "1"}
    for verb in ("las", "las-opp", "utelukk", "tillat"):
        assert nurse.post(f"/oppgave/{task.pk}/{verb}/", form).status_code == 403, verb
        assert logged_in(furulund.doctor).post(f"/oppgave/{task.pk}/{verb}/", form).status_code == 404, verb
    assert "Bestem selv" not in nurse.get(f"/oppgave/{task.pk}/").content.decode()
    task.refresh_from_db()
    assert task.version == 1


def test_begun_from_the_sheet_and_said_there(solbakken: Cast, furulund: Cast, nurse: Client) -> None:
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse)
    assert f"/oppgave/{task.pk}/begynn/" in nurse.get(f"/oppgave/{task.pk}/").content.decode()
    assert logged_in(furulund.doctor).post(f"/oppgave/{task.pk}/begynn/").status_code == 404
    assert nurse.post(f"/oppgave/{task.pk}/begynn/").status_code == 302
    task.refresh_from_db()
    assert task.state == "started"
    assert "Påbegynt" in nurse.get(f"/oppgave/{task.pk}/").content.decode()
    answer = logged_in(solbakken.doctor).post(f"/oppgave/{task.pk}/begynn/")
    assert answer.status_code == 422
