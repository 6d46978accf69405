"""Members through the web: who reads, who changes, what is refused with the form, and how many queries it takes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from teams.calendar import OSLO, oslo_date
from teams.models import Access, Duty, Member, Training, WorkingHours
from tests.conftest import Cast, logged_in, make_member

DAY = dt.timedelta(days=1)


def today() -> dt.date:
    return oslo_date(timezone.now())


@pytest.fixture
def leader(solbakken: Cast) -> Client:
    return logged_in(solbakken.doctor)


def week(**fields: str) -> dict[str, str]:
    return {"work_1": "7:30", "booked_1": "1,5", "work_2": "8", **fields}


def duty(**fields: str) -> dict[str, str]:
    return {
        "kind": "meeting", "often": "weekly", "weekday": "3", "starts_on": str(today()), "minutes": "1:00", **fields,
    }  # fmt: skip


def test_the_list_shows_everybody_with_their_week(solbakken: Cast) -> None:
    for reader in (solbakken.nurse, solbakken.manager, solbakken.doctor):
        text = logged_in(reader).get("/team/medlemmer/").content.decode()
        assert "Siri Sand" in text
        assert "25:00" in text  # five days of 300 minutes
        assert ("Ny medarbeider" in text) == (reader == solbakken.doctor)


def test_a_colleague_sees_the_week_but_no_forms_and_no_notes(solbakken: Cast) -> None:
    Duty.objects.create(
        clinic=solbakken.clinic, member=solbakken.nurse, kind="meeting", weekday=2, minutes=30, starts_on=today(),
        note="fysioterapi for ryggen",
    )  # fmt: skip
    path = f"/team/medlem/{solbakken.nurse.pk}/"
    text = logged_in(solbakken.secretary).get(path).content.decode()
    assert "Fast møte" in text
    assert "fysioterapi" not in text
    assert "<form method" not in text.split("<main", 1)[1]
    for reader in (solbakken.nurse, solbakken.doctor):
        assert "fysioterapi" in logged_in(reader).get(path).content.decode()


def test_a_new_member_through_the_form(solbakken: Cast, leader: Client) -> None:
    data = {"name": "Ola Ås", "profession": "nurse", "access": "staff", "starts_on": str(today()), **week()}
    answer = leader.post("/team/medlemmer/ny/", data)
    made = Member.objects.get(name="Ola Ås")
    assert answer.headers["Location"] == f"/team/medlem/{made.pk}/"
    rows = WorkingHours.objects.filter(member=made).values_list("weekday", "minutes", "booked_minutes")
    assert set(rows) == {(1, 450, 90), (2, 480, 0)}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"work_1": "lang dag"}, {"work_1": "7,3"}, {"booked_1": "8"}, {"work_1": "24:30", "booked_1": ""},
        {"profession": ""}, {"training": "lis1"}, {"starts_on": "snart"}, {"access": "king"},
    ],
)  # fmt: skip
def test_a_new_member_that_cannot_be(solbakken: Cast, leader: Client, wrong: dict[str, str]) -> None:
    data = {"name": "Ola Ås", "profession": "nurse", "access": "staff", "starts_on": str(today()), **week()}
    answer = leader.post("/team/medlemmer/ny/", {**data, **wrong})
    assert answer.status_code == 422
    assert "ds-validation-message" in answer.content.decode()
    assert not Member.objects.filter(name="Ola Ås").exists()


def test_hours_change_from_a_day_and_the_page_says_both_weeks(solbakken: Cast, leader: Client) -> None:
    path = f"/team/medlem/{solbakken.nurse.pk}/"
    shown = leader.get(f"{path}arbeidstid/").content.decode()
    assert 'value="5:00"' in shown
    first = today() + 14 * DAY
    assert leader.post(f"{path}arbeidstid/", {**week(), "starts_on": str(first)}).status_code == 302
    text = leader.get(path).content.decode()
    assert "<b>25:00</b>" in text
    assert "15\u00a0t\u00a030\u00a0min på jobb, 14\u00a0t til oppgaver" in text
    assert 'value="7:30"' in leader.get(f"{path}arbeidstid/?fra={first}").content.decode()


def test_days_that_are_past_are_asked_about(solbakken: Cast, leader: Client) -> None:
    path = f"/team/medlem/{solbakken.nurse.pk}/arbeidstid/"
    yesterday = today() - DAY
    answer = leader.post(path, {**week(), "starts_on": str(yesterday)})
    assert answer.status_code == 422
    last_week = yesterday.isocalendar().week != today().isocalendar().week
    assert ("Uker som er over" if last_week else "skal regnes på nytt") in answer.content.decode()


def test_the_page_of_an_own_wrong_address_is_the_current_week(solbakken: Cast, leader: Client) -> None:
    assert leader.get(f"/team/medlem/{solbakken.nurse.pk}/arbeidstid/?fra=snart").status_code == 200


def test_a_duty_is_added_and_ended(solbakken: Cast, leader: Client) -> None:
    path = f"/team/medlem/{solbakken.nurse.pk}/"
    assert leader.post(f"{path}plikt/", duty()).status_code == 302
    made = Duty.objects.get()
    assert "Fast møte</b>, hver onsdag" in leader.get(path).content.decode()
    assert leader.post(f"/team/plikt/{made.pk}/avslutt/", {"on": str(today() + 30 * DAY)}).status_code == 302
    made.refresh_from_db()
    assert made.ends_on == today() + 30 * DAY
    assert leader.post(f"/team/plikt/{made.pk}/avslutt/", {}).status_code == 302
    assert not Duty.objects.exists(), "one that begins today has not been"


def test_a_duty_ended_earlier_this_week_asks_first_and_can_be_answered(
    solbakken: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the clock of a Thursday: on a Monday nothing of the week is over."""
    monday = today() - today().weekday() * DAY
    thursday = dt.datetime.combine(monday + 3 * DAY, dt.time(12), tzinfo=OSLO)
    monkeypatch.setattr(timezone, "now", lambda: thursday)
    leader = logged_in(solbakken.doctor)
    common = {"clinic": solbakken.clinic, "member": solbakken.nurse, "kind": "meeting", "minutes": 30}
    weekly = Duty.objects.create(**common, weekday=1, starts_on=monday - 70 * DAY)
    path, sent = f"/team/plikt/{weekly.pk}/avslutt/", {"on": str(monday)}
    asked = leader.post(path, sent)
    page = asked.content.decode().split("Legg til en plikt")[0]
    assert asked.status_code == 422
    assert "Dagen er alt over" in page
    assert 'name="confirmed"' in page
    assert f'value="{monday}"' in page
    assert leader.post(path, {**sent, "confirmed": "on"}).status_code == 302
    weekly.refresh_from_db()
    assert weekly.ends_on == monday
    once = Duty.objects.create(**common, day=monday + DAY)
    assert "Dagen er alt over" in leader.post(f"/team/plikt/{once.pk}/avslutt/").content.decode()


def test_a_last_day_that_is_none_is_refused_where_it_was_typed(solbakken: Cast, leader: Client) -> None:
    leader.post(f"/team/medlem/{solbakken.nurse.pk}/plikt/", duty())
    path = f"/team/plikt/{Duty.objects.get().pk}/avslutt/"
    for wrong, words in (("i går", "Skriv en dato"), ("2020-01-01", "Uker som er over, endres ikke")):
        answer = leader.post(path, {"on": wrong})
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_a_single_night_on_call_with_its_rest(solbakken: Cast, leader: Client) -> None:
    data = duty(kind="on_call", often="once", weekday="", minutes="", rest="7:30")
    assert leader.post(f"/team/medlem/{solbakken.nurse.pk}/plikt/", data).status_code == 302
    assert (
        "ikke av dagen, 7\u00a0t\u00a030\u00a0min hvile dagen etter"
        in leader.get(f"/team/medlem/{solbakken.nurse.pk}/").content.decode()
    )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": "municipal", "minutes": "8"}, "§ 32"),
        ({"kind": "meeting", "rest": "1:00"}, "legevakt"),
        ({"minutes": ""}, "hvor lang tid"),
        ({"weekday": ""}, "Velg ukedag"),
        ({"kind": ""}, "Velg hva"),
        ({"ends_on": "2020-01-01"}, "Siste dag"),
        ({"starts_on": "2020-01-01"}, "Uker som er over"),
    ],
)
def test_a_duty_that_cannot_be(solbakken: Cast, leader: Client, wrong: dict[str, str], words: str) -> None:
    answer = leader.post(f"/team/medlem/{solbakken.doctor.pk}/plikt/", duty(**wrong))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Duty.objects.exists()


def test_a_supervisor_without_time_for_it_is_told_and_the_form_begins_there(
    solbakken: Cast, leader: Client
) -> None:
    trainee = make_member(
        solbakken.clinic, "Liv Lie", "doctor", training=Training.LIS1, supervisor=solbakken.second_doctor
    )
    path = f"/team/medlem/{solbakken.second_doctor.pk}/"
    text = leader.get(path).content.decode()
    assert "Liv Lie er under veiledning her, men det er ikke satt av tid" in text
    assert '<option value="supervision" selected>' in text
    assert (
        "Arne Aune er veileder, men har ikke satt av tid"
        in leader.get(f"/team/medlem/{trainee.pk}/").content.decode()
    )
    leader.post(f"{path}plikt/", duty(kind="supervision"))
    assert "ikke satt av tid" not in leader.get(path).content.decode()


def test_access_is_changed_and_the_last_leader_refused(solbakken: Cast, leader: Client) -> None:
    answer = leader.post(
        f"/team/medlem/{solbakken.nurse.pk}/endre/", {"name": "Nina Nes", "access": "leader"}
    )
    assert answer.status_code == 302
    Member.objects.filter(pk=solbakken.nurse.pk).update(access=Access.STAFF)
    answer = leader.post(
        f"/team/medlem/{solbakken.doctor.pk}/endre/", {"name": "Hanne Holm", "access": "staff"}
    )
    assert answer.status_code == 422
    assert "Ingen andre med innlogging leder teamet" in answer.content.decode()


def test_an_administrator_without_a_profession_does_it_all_and_sees_no_patient(solbakken: Cast) -> None:
    administrator = make_member(solbakken.clinic, "Ada Ask", "", Access.ADMINISTRATOR)
    client = logged_in(administrator)
    assert client.post(f"/team/medlem/{solbakken.nurse.pk}/plikt/", duty()).status_code == 302
    assert client.get("/team/medlemmer/").status_code == 200
    assert client.get("/pasienter/").status_code == 403
    answer = client.post(f"/team/medlem/{administrator.pk}/endre/", {"name": "Ada Ask", "access": "leader"})
    assert answer.status_code == 422
    assert "mer enn du har" in answer.content.decode()


def test_whoever_has_left_stands_as_it_was(solbakken: Cast, leader: Client) -> None:
    Member.objects.filter(pk=solbakken.nurse.pk).update(ends_on=today() - DAY)
    text = leader.get(f"/team/medlem/{solbakken.nurse.pk}/").content.decode()
    assert "Har sluttet" in text
    assert "Endre arbeidstid" not in text
    assert "1 har sluttet" in leader.get("/team/medlemmer/").content.decode()


CHANGES = ("endre/", "arbeidstid/", "plikt/")


def test_who_may_not_change_is_told_so(solbakken: Cast) -> None:
    for somebody in (solbakken.nurse, solbakken.manager, solbakken.second_doctor):
        client = logged_in(somebody)
        for change in CHANGES:
            assert client.post(f"/team/medlem/{solbakken.secretary.pk}/{change}").status_code == 403
        assert client.get("/team/medlemmer/ny/").status_code == 403
        assert client.post("/team/plikt/1/avslutt/").status_code == 403


def test_another_clinics_members_are_not_there(solbakken: Cast, furulund: Cast) -> None:
    duty_row = Duty.objects.create(
        clinic=solbakken.clinic, member=solbakken.nurse, kind="meeting", day=today(), minutes=30
    )
    stranger = logged_in(furulund.doctor)
    assert stranger.get(f"/team/medlem/{solbakken.nurse.pk}/").status_code == 404
    for change in CHANGES:
        assert stranger.post(f"/team/medlem/{solbakken.nurse.pk}/{change}").status_code == 404
    assert stranger.post(f"/team/plikt/{duty_row.pk}/avslutt/").status_code == 404
    assert f"/team/medlem/{solbakken.nurse.pk}/" not in stranger.get("/team/medlemmer/").content.decode()


def test_a_clinic_of_many_takes_no_more_queries(solbakken: Cast, leader: Client) -> None:
    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert leader.get(path).status_code == 200
        return len(queries)

    one = f"/team/medlem/{solbakken.second_doctor.pk}/"
    make_member(
        solbakken.clinic, "Liv Lie", "doctor", training=Training.ALIS, supervisor=solbakken.second_doctor
    )
    few = count("/team/medlemmer/"), count(one)
    for n in range(15):
        member = make_member(
            solbakken.clinic, f"Ny {n}", "doctor", training=Training.ALIS, supervisor=solbakken.second_doctor
        )
        Duty.objects.create(
            clinic=solbakken.clinic, member=member, kind="meeting", weekday=1, minutes=30, starts_on=today()
        )
    assert (count("/team/medlemmer/"), count(one)) <= few
    assert few[0] <= 14, few
