"""Statements planned once for each connection: walled, counted and answered like any other."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.test.utils import CaptureQueriesContext

from teams.models import Absence, Member, User
from teams.prepared import prepared
from teams.queries import leaders_at_work, stands_in
from teams.wall import clinic_scope
from tests.conftest import Cast

MONDAY = dt.date(2026, 11, 23)
WHO = "SELECT count(*), min(clinic_id), max(clinic_id) FROM teams_member WHERE starts_on <= %s"
OFTEN = 8  # more than PostgreSQL plans anew before it keeps one plan


def test_a_plan_that_is_kept_sees_the_clinic_of_its_transaction(solbakken: Cast, furulund: Cast) -> None:
    for _ in range(OFTEN):
        for cast in (solbakken, furulund):
            with clinic_scope(cast.clinic.pk), prepared() as cursor:
                cursor.execute(WHO, [MONDAY])
                assert cursor.fetchone() == (5, cast.clinic.pk, cast.clinic.pk)
    with clinic_scope(None), prepared() as cursor:
        cursor.execute(WHO, [MONDAY])
        assert cursor.fetchone() == (0, None, None)


def test_it_is_counted_like_every_other_statement(solbakken: Cast) -> None:
    with CaptureQueriesContext(connection) as captured, prepared() as cursor:
        cursor.execute(WHO, [MONDAY])
    assert len(captured) == 1


def test_a_leader_is_at_work_unless_away_all_day_gone_or_without_a_login(
    solbakken: Cast, furulund: Cast
) -> None:
    leader = solbakken.doctor
    assert leaders_at_work(solbakken.nurse, MONDAY)
    assert not stands_in(solbakken.nurse, MONDAY)
    away = Absence.objects.create(
        clinic=solbakken.clinic,
        member=leader,
        starts_on=MONDAY,
        ends_on=MONDAY,
        reason="sick",
        part="morning",
    )
    assert leaders_at_work(solbakken.nurse, MONDAY)
    Absence.objects.filter(pk=away.pk).update(part="whole")
    assert not leaders_at_work(solbakken.nurse, MONDAY)
    assert leaders_at_work(solbakken.nurse, MONDAY + dt.timedelta(days=1))
    assert stands_in(solbakken.nurse, MONDAY)
    assert stands_in(leader, MONDAY)
    assert not stands_in(solbakken.manager, MONDAY)
    assert leaders_at_work(furulund.nurse, MONDAY)
    Absence.objects.all().delete()
    User.objects.filter(places=leader).update(is_active=False)
    assert not leaders_at_work(solbakken.nurse, MONDAY)
    assert stands_in(solbakken.nurse, MONDAY)
    User.objects.filter(places=leader).update(is_active=True)
    assert leaders_at_work(solbakken.nurse, MONDAY)
    Member.objects.filter(pk=leader.pk).update(ends_on=MONDAY - dt.timedelta(days=1))
    assert not leaders_at_work(solbakken.nurse, MONDAY)
    Member.objects.filter(pk=leader.pk).update(ends_on=None, user=None)
    assert not leaders_at_work(solbakken.nurse, MONDAY)
