"""Who has a place, what they may see, and who may say so: nobody lifts themselves, and somebody always leads."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from patients.models import Patient
from teams.actions.members import Profile, add_member, change_member
from teams.calendar import OSLO
from teams.models import Access, Member, Training, WorkingHours
from teams.permissions import Permission, may
from teams.queries import capacity
from tests.conftest import Cast, make_member

WEDNESDAY = dt.datetime(2026, 11, 25, 9, 0, tzinfo=OSLO)
TODAY = WEDNESDAY.date()
DAY = dt.timedelta(days=1)
WEEK = dict.fromkeys(range(1, 6), (450, 60))


def add(cast: Cast, new: Profile, **fields: object) -> Member:
    given = {
        "profession": "nurse",
        "starts_on": TODAY,
        "hours": WEEK,
        "by": cast.doctor,
        "at": WEDNESDAY,
        **fields,
    }
    return add_member(new, **given)  # type: ignore[arg-type]


def change(cast: Cast, member: Member, by: Member | None = None, **fields: object) -> Member:
    new = {"name": member.name, "access": member.access, **fields}
    return change_member(member.pk, Profile(**new), by=by or cast.doctor, at=WEDNESDAY)  # type: ignore[arg-type]


def test_a_new_member_has_hours_from_the_first_day(solbakken: Cast) -> None:
    made = add(solbakken, Profile("  Ola   Ås ", Access.STAFF), starts_on=TODAY + DAY)
    assert (made.name, made.user) == ("Ola Ås", None)
    days = [TODAY, TODAY + DAY]
    assert capacity(days)[made.pk] == {TODAY + DAY: 390}


def test_whoever_began_earlier_gets_no_hours_in_weeks_that_are_over(solbakken: Cast) -> None:
    made = add(solbakken, Profile("Ola Ås", Access.STAFF), starts_on=TODAY - 60 * DAY)
    assert set(WorkingHours.objects.filter(member=made).values_list("starts_on", flat=True)) == {
        TODAY - 2 * DAY
    }


@pytest.mark.parametrize(
    ("new", "fields", "refused"),
    [
        (Profile(" ", "staff"), {}, "name"),
        (Profile("A" * 121, "staff"), {}, "name"),
        (Profile("A", "king"), {}, "access"),
        (Profile("A", "staff"), {"profession": ""}, "access"),
        (Profile("A", "staff"), {"profession": "wizard"}, "profession"),
        (Profile("A", "staff"), {"starts_on": TODAY + 400 * DAY}, "starts_on"),
        (Profile("A", "staff", "lis1"), {}, "training"),
        (Profile("A", "staff", "lis9"), {"profession": "doctor"}, "training"),
        (Profile("A", "staff"), {"hours": {1: (60, 90)}}, "booked"),
    ],
)
def test_what_is_refused(solbakken: Cast, new: Profile, fields: dict[str, object], refused: str) -> None:
    with pytest.raises(ValueError, match=rf"^{refused}$"):
        add(solbakken, new, **fields)


def test_a_doctor_in_training_has_a_supervisor_who_is_not(solbakken: Cast, furulund: Cast) -> None:
    own = Profile("Liv Lie", Access.STAFF, Training.LIS1, solbakken.second_doctor)
    trainee = add(solbakken, own, profession="doctor")
    assert trainee.supervisor == solbakken.second_doctor
    for supervisor in (solbakken.nurse, furulund.doctor, trainee):
        with pytest.raises(ValueError, match=r"^supervisor$"):
            change(solbakken, trainee, training=Training.LIS1, supervisor=supervisor)
    with pytest.raises(ValueError, match=r"^supervisor$"):
        change(solbakken, solbakken.second_doctor, supervisor=solbakken.doctor)  # in no training
    with pytest.raises(ValueError, match=r"^training$"):
        change(solbakken, solbakken.nurse, training=Training.ALIS)


def test_a_doctor_in_training_is_a_member_with_an_own_smaller_capacity(solbakken: Cast) -> None:
    trainee = add(solbakken, Profile("Liv Lie", "staff", "lis1"), profession="doctor", hours={3: (450, 390)})
    assert capacity([TODAY])[trainee.pk][TODAY] == 60


def test_nobody_lifts_their_own_access(solbakken: Cast) -> None:
    administrator = make_member(solbakken.clinic, "Ada Ask", "", Access.ADMINISTRATOR)
    for access in (Access.LEADER, Access.MANAGER):
        with pytest.raises(ValueError, match=r"^own_access$"):
            change(solbakken, administrator, by=administrator, access=access)
    assert change(solbakken, solbakken.nurse, by=administrator, access=Access.LEADER).access == Access.LEADER


@pytest.mark.parametrize("access", [access for access in Access if access != Access.LEADER])
def test_the_last_leader_goes_on_leading(solbakken: Cast, access: Access) -> None:
    administrator = make_member(solbakken.clinic, "Ada Ask", "", Access.ADMINISTRATOR)
    for by in (solbakken.doctor, administrator):
        with pytest.raises(ValueError, match=r"^last_leader$"):
            change(solbakken, solbakken.doctor, by=by, access=access)


def test_another_leader_must_be_there_and_able_to_log_in(solbakken: Cast) -> None:
    other = change(solbakken, solbakken.nurse, access=Access.LEADER)
    for away in ({"user": None}, {"ends_on": TODAY - DAY}, {"ends_on": TODAY}, {"starts_on": TODAY + DAY}):
        before = {name: getattr(other, name) for name in away}
        Member.objects.filter(pk=other.pk).update(**away)
        with pytest.raises(ValueError, match=r"^last_leader$"):
            change(solbakken, solbakken.doctor, access=Access.STAFF)
        Member.objects.filter(pk=other.pk).update(**before)
    assert change(solbakken, solbakken.doctor, access=Access.STAFF).access == Access.STAFF


def test_whoever_has_left_is_not_changed(solbakken: Cast) -> None:
    Member.objects.filter(pk=solbakken.nurse.pk).update(ends_on=TODAY - DAY)
    with pytest.raises(ValueError, match=r"^ended$"):
        change(solbakken, solbakken.nurse, name="Nina Ny")


def test_without_a_profession_there_is_no_access_to_tasks(solbakken: Cast) -> None:
    with pytest.raises(ValueError, match=r"^access$"):
        change(solbakken, solbakken.manager, access=Access.STAFF)


def test_only_who_manages_members_and_only_of_the_own_clinic(solbakken: Cast, furulund: Cast) -> None:
    with pytest.raises(PermissionDenied):
        add(solbakken, Profile("Ola Ås", Access.STAFF), by=solbakken.second_doctor)
    with pytest.raises(PermissionDenied):
        change(solbakken, solbakken.nurse, by=solbakken.nurse, access=Access.LEADER)
    with pytest.raises(Member.DoesNotExist):
        change(solbakken, solbakken.nurse, by=furulund.doctor)


def test_a_shared_list_still_has_one_responsible_doctor() -> None:
    """Fellesliste: several doctors see the patients, one answers for each. Nothing points to two."""
    doctors = [f.name for f in Patient._meta.get_fields() if f.related_model is Member and not f.auto_created]
    assert sorted(doctors) == ["list_doctor", "usual_nurse"]
    assert Patient._meta.get_field("list_doctor").many_to_one


def test_only_doctors_delegate() -> None:
    assert may(Member(access="staff", profession="doctor"), Permission.DELEGATE)
    assert not may(Member(access="leader", profession="nurse"), Permission.DELEGATE)
    assert not may(Member(access="administrator", profession="doctor"), Permission.DELEGATE)
