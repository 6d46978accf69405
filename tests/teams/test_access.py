"""Access is let out for a time: who says so, what it opens, how it ends, and that nobody gets round it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from teams.accesses import runs_out_soon
from teams.actions.access import approve_access, withdraw_access
from teams.actions.members import Profile, change_member
from teams.calendar import DAY, oslo_date
from teams.models import Access, AccessApproval, Decision, Member
from teams.queries import leaders_at_work
from tests.conftest import Cast, logged_in, make_cast, make_member
from tests.teams.test_wall import connect

YEAR = 365 * DAY


def today() -> dt.date:
    return oslo_date(timezone.now())


def set_until(member: Member, until: dt.date | None) -> None:
    Member.objects.filter(pk=member.pk).update(access_until=until)


@pytest.fixture
def second_leader(solbakken: Cast) -> Member:
    return make_member(solbakken.clinic, "Lars Lie", "nurse", Access.LEADER)


@pytest.mark.parametrize("until", [None, -1, -300])
def test_an_access_that_is_over_opens_nothing_also_for_whoever_is_logged_in(
    solbakken: Cast, until: int | None
) -> None:
    nurse = logged_in(solbakken.nurse)
    assert nurse.get("/min-dag/").status_code == 200
    set_until(solbakken.nurse, None if until is None else today() + until * DAY)
    for path in ("/min-dag/", "/pasienter/", "/team/", "/rapporter/"):
        answer = nurse.get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/team/ingen-plass/"), path
    told = nurse.get("/team/ingen-plass/").content.decode()
    assert "Solbakken legesenter" in told
    assert ("gjaldt til og med" in told) == (until is not None)


def test_the_last_day_is_a_whole_day(solbakken: Cast) -> None:
    set_until(solbakken.nurse, today())
    assert logged_in(solbakken.nurse).get("/min-dag/").status_code == 200


def test_a_leader_approves_some_or_all_and_it_is_told_who_did(solbakken: Cast, second_leader: Member) -> None:
    leader = logged_in(solbakken.doctor)
    page = leader.get("/team/tilganger/").content.decode()
    for name in ("Nina Nes", "Siri Sand", "Mona Myhre", "Lars Lie"):
        assert name in page
    chosen = [solbakken.nurse, solbakken.manager]
    answer = leader.post(
        "/team/tilganger/godkjenn/",
        {"member": [m.pk for m in chosen], "until": str(today() + 100 * DAY)},
    )
    assert answer.status_code == 302
    for member in chosen:
        member.refresh_from_db()
        assert member.access_until == today() + 100 * DAY
        last = AccessApproval.objects.filter(member=member).first()
        assert last
        assert (last.by, last.decision, last.access) == (solbakken.doctor, Decision.RENEWED, member.access)
    solbakken.secretary.refresh_from_db()
    assert solbakken.secretary.access_until == today() + YEAR
    told = leader.get(f"/team/medlem/{solbakken.nurse.pk}/").content.decode()
    assert "Historikk over tilganger" in told
    assert "av Hanne Holm" in told
    assert "Historikk over tilganger" in logged_in(solbakken.nurse).get(f"/team/medlem/{solbakken.nurse.pk}/").content.decode()  # fmt: skip
    assert "Historikk over tilganger" not in logged_in(solbakken.secretary).get(f"/team/medlem/{solbakken.nurse.pk}/").content.decode()  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [{"until": ""}, {"until": "snart"}, {"until": "2020-01-01"}, {"until": str(today() + YEAR + DAY)}, {"member": []}, {"member": "x"}],
)  # fmt: skip
def test_what_cannot_be_approved_is_refused_in_words(solbakken: Cast, wrong: dict[str, Any]) -> None:
    before = AccessApproval.objects.count()
    data = {"member": [solbakken.nurse.pk], "until": str(today() + YEAR), **wrong}
    answer = logged_in(solbakken.doctor).post("/team/tilganger/godkjenn/", data)
    assert answer.status_code == 422
    assert AccessApproval.objects.count() == before


def test_nobody_approves_their_own_while_a_colleague_could(solbakken: Cast, second_leader: Member) -> None:
    now = timezone.now()
    with pytest.raises(ValueError, match="own"):
        approve_access([solbakken.doctor.pk], today() + YEAR, by=solbakken.doctor, at=now)
    set_until(second_leader, today() - DAY)
    approve_access([solbakken.doctor.pk], today() + YEAR, by=solbakken.doctor, at=now)


def test_who_may_not_manage_members_approves_and_sees_nobody_elses(solbakken: Cast) -> None:
    for somebody in (solbakken.nurse, solbakken.second_doctor, solbakken.manager):
        client = logged_in(somebody)
        page = client.get("/team/tilganger/").content.decode()
        assert "Siri Sand" not in page
        assert somebody.name in page
        data = {"member": [somebody.pk], "until": str(today() + YEAR)}
        assert client.post("/team/tilganger/godkjenn/", data).status_code == 403
        assert client.post(f"/team/medlem/{solbakken.secretary.pk}/trekk-tilgang/", {"reason": "x"}).status_code == 403  # fmt: skip
        with pytest.raises(PermissionDenied):
            approve_access([somebody.pk], today() + YEAR, by=somebody, at=timezone.now())


def test_another_clinics_people_are_unknown_in_what_is_sent(solbakken: Cast, furulund: Cast) -> None:
    leader, before = logged_in(solbakken.doctor), AccessApproval.objects.count()
    data = {"member": [solbakken.nurse.pk, furulund.nurse.pk], "until": str(today() + YEAR)}
    assert leader.post("/team/tilganger/godkjenn/", data).status_code == 404
    assert leader.post(f"/team/medlem/{furulund.nurse.pk}/trekk-tilgang/", {"reason": "x"}).status_code == 404
    assert AccessApproval.objects.count() == before


def test_withdrawn_is_at_once_with_a_reason_and_never_of_the_last_who_leads(
    solbakken: Cast, second_leader: Member
) -> None:
    leader, nurse = logged_in(solbakken.doctor), logged_in(solbakken.nurse)
    path = f"/team/medlem/{solbakken.nurse.pk}/trekk-tilgang/"
    assert leader.get(path).status_code == 200
    assert leader.post(path, {"reason": " "}).status_code == 422
    assert leader.post(path, {"reason": "Permisjon fra mandag"}).status_code == 302
    assert nurse.get("/min-dag/").status_code == 302
    assert "Permisjon fra mandag" in leader.get(f"/team/medlem/{solbakken.nurse.pk}/").content.decode()
    assert leader.post(path, {"reason": "igjen"}).status_code == 422
    now = timezone.now()
    withdraw_access(second_leader.pk, "Slutter som leder", by=solbakken.doctor, at=now)
    with pytest.raises(ValueError, match="last_leader"):
        withdraw_access(solbakken.doctor.pk, "Nei", by=solbakken.doctor, at=now)
    approve_access([solbakken.nurse.pk], today() + YEAR, by=solbakken.doctor, at=now)
    assert nurse.get("/min-dag/").status_code == 200


def test_another_access_is_a_new_approval_and_needs_one_that_holds(
    solbakken: Cast, second_leader: Member
) -> None:
    now, nurse = timezone.now(), solbakken.nurse
    set_until(nurse, today() + 10 * DAY)
    change_member(nurse.pk, Profile(nurse.name, Access.LEADER), by=solbakken.doctor, at=now)
    nurse.refresh_from_db()
    assert (nurse.access, nurse.access_until) == (Access.LEADER, today() + YEAR)
    last = AccessApproval.objects.filter(member=nurse).first()
    assert last
    assert (last.decision, last.by, last.access) == (Decision.CHANGED, solbakken.doctor, Access.LEADER)
    # Stepping down oneself lengthens nothing.
    set_until(second_leader, today() + 10 * DAY)
    second_leader.refresh_from_db()
    change_member(second_leader.pk, Profile("Lars Lie", Access.STAFF), by=second_leader, at=now)
    second_leader.refresh_from_db()
    assert (second_leader.access, second_leader.access_until) == (Access.STAFF, today() + 10 * DAY)
    set_until(nurse, today() - DAY)
    with pytest.raises(ValueError, match="no_access"):
        change_member(nurse.pk, Profile(nurse.name, Access.STAFF), by=solbakken.doctor, at=now)


def test_a_new_member_has_an_access_that_somebody_gave(solbakken: Cast) -> None:
    data = {
        "name": "Ola Ås",
        "profession": "nurse",
        "access": "staff",
        "starts_on": str(today()),
        "work_1": "7:30",
    }
    assert logged_in(solbakken.doctor).post("/team/medlemmer/ny/", data).status_code == 302
    made = Member.objects.get(name="Ola Ås")
    approval = AccessApproval.objects.get(member=made)
    assert (approval.decision, approval.by, made.access_until) == (
        Decision.GIVEN,
        solbakken.doctor,
        today() + YEAR,
    )


def test_it_is_told_in_good_time(solbakken: Cast) -> None:
    leader, nurse = logged_in(solbakken.doctor), logged_in(solbakken.nurse)
    assert "går snart ut" not in leader.get("/team/").content.decode()
    set_until(solbakken.nurse, today() + 31 * DAY)
    assert "Tilgangen din" not in nurse.get("/min-dag/").content.decode()
    set_until(solbakken.nurse, today() + 30 * DAY)
    assert "Tilgangen din gjelder til og med" in nurse.get("/min-dag/").content.decode()
    for path in ("/team/", "/team/medlemmer/"):
        assert "1 tilgang går snart ut" in leader.get(path).content.decode()
        assert "går snart ut" not in nurse.get(path).content.decode()
    # Whoever approves others: sixty days, since nobody may be left who could.
    set_until(solbakken.doctor, today() + 60 * DAY)
    assert "Tilgangen din gjelder til og med" in leader.get("/min-dag/").content.decode()
    assert "30 dager igjen" in leader.get("/team/tilganger/").content.decode()
    # An employment that ends first needs no approval.
    solbakken.nurse.access_until = solbakken.nurse.ends_on = today() + DAY
    assert not runs_out_soon(solbakken.nurse, today())


def test_a_leader_who_cannot_get_in_leads_nobody(solbakken: Cast) -> None:
    assert leaders_at_work(solbakken.nurse, today())
    set_until(solbakken.doctor, today() - DAY)
    assert not leaders_at_work(solbakken.nurse, today())


def test_whoever_runs_fordel_lets_the_last_leader_in_again(solbakken: Cast, capsys: Any) -> None:
    set_until(solbakken.doctor, today() - DAY)
    assert solbakken.doctor.user
    name = solbakken.doctor.user.username
    call_command("approve_access", name, "solbakken")
    assert str(today() + YEAR) in capsys.readouterr().out
    assert logged_in(solbakken.doctor).get("/min-dag/").status_code == 200
    last = AccessApproval.objects.filter(member=solbakken.doctor).first()
    assert last
    assert last.by is None
    with pytest.raises(CommandError):
        call_command("approve_access", name, "furulund")
    call_command("login_link", name)
    assert "/invitasjon/" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("login_link", "ukjent")


def test_the_page_takes_no_more_queries_for_many(solbakken: Cast) -> None:
    leader = logged_in(solbakken.doctor)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert leader.get("/team/tilganger/").status_code == 200
        return len(queries)

    few = count()
    for n in range(15):
        make_member(solbakken.clinic, f"Ny {n}", "nurse")
    assert count() == few <= 12


# --- in the database


def test_a_year_is_the_most_whoever_writes_it(solbakken: Cast) -> None:
    with pytest.raises(IntegrityError, match="approval_a_year_at_most"):
        AccessApproval.objects.create(
            clinic=solbakken.clinic, member=solbakken.nurse, decision="given", access="staff", profession="nurse",
            until=today() + 400 * DAY, at=timezone.now(),
        )  # fmt: skip


def test_what_was_decided_is_never_rewritten(solbakken: Cast) -> None:
    for sql in ("UPDATE teams_accessapproval SET until = NULL", "DELETE FROM teams_accessapproval"):
        with (
            pytest.raises(ProgrammingError, match="never changed"),
            transaction.atomic(),
            connection.cursor() as c,
        ):
            c.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE teams_member SET access = 'leader' WHERE id = {nurse}",
        "UPDATE teams_member SET access_until = '2099-01-01' WHERE id = {nurse}",
        "UPDATE teams_member SET profession = 'doctor' WHERE id = {nurse}",
        "UPDATE teams_member SET user_id = NULL WHERE id = {nurse}",
        "INSERT INTO teams_member (clinic_id, name, profession, access, starts_on, access_until)"
        " VALUES ({clinic}, 'x', 'doctor', 'leader', '2026-01-01', '2026-12-31')",
        "INSERT INTO teams_member (clinic_id, name, profession, access, starts_on, user_id)"
        " VALUES ({clinic}, 'x', 'doctor', 'leader', '2026-01-01', {user})",
        # A decision about somebody else's member, or about another profession than they have.
        "INSERT INTO teams_accessapproval (clinic_id, member_id, decision, access, profession, until, at)"
        " VALUES ({theirs}, {stranger}, 'given', 'leader', 'nurse', current_date, now())",
        "INSERT INTO teams_accessapproval (clinic_id, member_id, decision, access, profession, until, at)"
        " VALUES ({clinic}, {stranger}, 'given', 'leader', 'nurse', current_date, now())",
        "INSERT INTO teams_accessapproval (clinic_id, member_id, decision, access, profession, until, at)"
        " VALUES ({clinic}, {nurse}, 'given', 'leader', 'doctor', current_date, now())",
        "UPDATE teams_accessapproval SET until = current_date",
    ],
)
def test_the_application_lets_nobody_in_but_by_a_decision_that_stays(committed: None, sql: str) -> None:
    """By raw SQL, as the real login."""
    mine, theirs = make_cast("solbakken", "Solbakken"), make_cast("furulund", "Furulund")
    names = {
        "nurse": mine.nurse.pk, "user": theirs.nurse.user_id, "clinic": mine.clinic.pk, "theirs": theirs.clinic.pk,
        "stranger": theirs.nurse.pk,
    }  # fmt: skip
    with pytest.raises(psycopg.errors.InsufficientPrivilege), connect("fordel_app") as app, app.transaction():
        app.execute("SELECT set_config('fordel.clinic', %s, true)", [str(mine.clinic.pk)])
        app.execute(sql.format(**names))


def test_the_latest_decision_is_what_the_members_row_says(committed: None) -> None:
    cast = make_cast("solbakken", "Solbakken")
    with connect("fordel_app") as app, app.transaction():
        app.execute("SELECT set_config('fordel.clinic', %s, true)", [str(cast.clinic.pk)])
        app.execute(
            "INSERT INTO teams_accessapproval (clinic_id, member_id, decision, access, profession, until, by_id, at)"
            " VALUES (%s, %s, 'changed', 'leader', 'nurse', current_date, %s, now())",
            [cast.clinic.pk, cast.nurse.pk, cast.doctor.pk],
        )
    cast.nurse.refresh_from_db()
    assert cast.nurse.access == Access.LEADER
