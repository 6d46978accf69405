"""A doctor's delegations: anybody drafts, the doctor signs what they have read, and taking one back works at once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from patients.models import Patient
from tasks.actions import delegations as acts
from tasks.actions import employment
from tasks.actions.changing import Changed
from tasks.actions.delegations import Terms, discard, draft, revise, revoke, sign
from tasks.delegating import REGISTERED_FIRST, Standing, draft_of, standing, still_a_draft
from tasks.models import AllocationRun, Cause, Delegation, Task, TaskEvent, TaskKind, Verb
from tasks.queries import may_do
from tasks.queries.delegations import (
    begun_without_ground,
    delegable_kinds,
    digest_of,
    register,
    warnings,
)
from teams.models import Access, Member
from tests.conftest import Cast, make_member
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

DAY = dt.timedelta(days=1)
WORDS = Terms("Årskontroll etter programmet. Ring ved tvil.", MONDAY)


def kind(slug: str = "arskontroll") -> TaskKind:
    return TaskKind.objects.get(slug=slug)


def drafted(
    cast: Cast, slug: str = "arskontroll", terms: Terms = WORDS, by: Member | None = None
) -> Delegation:
    (made,) = draft(cast.doctor, [cast.nurse], {kind(slug): terms}, by=by or cast.secretary, at=MORNING)
    return made


def signed(
    cast: Cast, slug: str = "arskontroll", terms: Terms = WORDS, at: dt.datetime = MORNING
) -> Delegation:
    (made,) = draft(cast.doctor, [cast.nurse], {kind(slug): terms}, by=cast.secretary, at=at)
    return sign_it(cast, made, at=at)


def sign_it(cast: Cast, row: Delegation, at: dt.datetime = MORNING, **said: bool) -> Delegation:
    row.refresh_from_db()
    ticks = {"answers": True, "registered": True, **said}
    return sign({row.pk: digest_of(row)}, **ticks, by=cast.doctor, at=at)[0]


def where(row: Delegation, cast: Cast, today: dt.date = MONDAY) -> Standing:
    return next(e.standing for e in register(cast.doctor, today, everything=True) if e.row.pk == row.pk)


# --- drafts


def test_a_draft_gives_nobody_anything(solbakken: Cast) -> None:
    row = drafted(solbakken)
    task = make_task(solbakken.clinic, "arskontroll", patient=make_patient(solbakken))
    assert where(row, solbakken) == Standing.DRAFT
    assert row.drafted_by == solbakken.secretary
    assert not may_do(solbakken.nurse, task, on=MONDAY)


def test_several_members_and_kinds_are_a_row_each_and_none_twice(solbakken: Cast) -> None:
    other = make_member(solbakken.clinic, "Ola Ås", "nurse")
    kinds = {kind("arskontroll"): WORDS, kind("prosvar"): WORDS}
    drafted(solbakken)
    made = draft(solbakken.doctor, [solbakken.nurse, other], kinds, by=solbakken.nurse, at=MORNING)
    assert len(made) == 3
    assert Delegation.objects.count() == 4


@pytest.mark.parametrize(
    ("terms", "refused"),
    [
        (Terms("tekst", MONDAY - DAY), "starts_on"),
        (Terms("tekst", MONDAY + 6 * 366 * DAY), "starts_on"),
        (Terms("tekst", MONDAY, MONDAY - DAY), "ends_on"),
        (Terms("  ", MONDAY), "text"),
        (Terms("x" * 8001, MONDAY), "text"),
    ],
)
def test_terms_that_are_refused(solbakken: Cast, terms: Terms, refused: str) -> None:
    with pytest.raises(ValueError, match=rf"^{refused}$"):
        drafted(solbakken, terms=terms)


def test_only_to_whom_the_kind_can_be_delegated(solbakken: Cast) -> None:
    gone = make_member(solbakken.clinic, "Gro Gundersen", "nurse", ends_on=MONDAY - DAY)
    for member in (solbakken.secretary, solbakken.doctor, gone):
        with pytest.raises(ValueError, match=r"^member$"):
            draft(solbakken.doctor, [member], {kind(): WORDS}, by=solbakken.nurse, at=MORNING)
    with pytest.raises(ValueError, match=r"^member$"):
        drafted(solbakken, "konsultasjon")
    with pytest.raises(ValueError, match=r"^doctor$"):
        draft(solbakken.secretary, [solbakken.nurse], {kind(): WORDS}, by=solbakken.nurse, at=MORNING)


def test_other_clinics_and_those_without_tasks_draft_nothing(solbakken: Cast, furulund: Cast) -> None:
    with pytest.raises(PermissionDenied):
        draft(furulund.doctor, [solbakken.nurse], {kind(): WORDS}, by=solbakken.nurse, at=MORNING)
    with pytest.raises(PermissionDenied):
        draft(solbakken.doctor, [furulund.nurse], {kind(): WORDS}, by=solbakken.nurse, at=MORNING)
    with pytest.raises(PermissionDenied):
        draft(solbakken.doctor, [solbakken.nurse], {kind(): WORDS}, by=solbakken.manager, at=MORNING)


def test_a_draft_is_rewritten_as_it_was_read(solbakken: Cast, furulund: Cast) -> None:
    row = drafted(solbakken)
    read = digest_of(row)
    revised = revise(row.pk, Terms("Nytt", MONDAY + DAY), read=read, by=solbakken.nurse, at=MORNING)
    assert (revised.instruction, revised.starts_on, revised.drafted_by) == (
        "Nytt",
        MONDAY + DAY,
        solbakken.nurse,
    )
    with pytest.raises(Changed):
        revise(row.pk, WORDS, read=read, by=solbakken.secretary, at=MORNING)
    with pytest.raises(Delegation.DoesNotExist):
        revise(row.pk, WORDS, read=digest_of(revised), by=furulund.nurse, at=MORNING)
    sign_it(solbakken, row)
    with pytest.raises(Changed):
        revise(row.pk, WORDS, read=digest_of(revised), by=solbakken.nurse, at=MORNING)


def test_a_discarded_draft_stays_in_the_past_of_the_register(solbakken: Cast) -> None:
    row = drafted(solbakken)
    with pytest.raises(PermissionDenied):
        discard(row.pk, by=solbakken.nurse, at=MORNING)  # neither wrote it, nor leads, nor is the doctor
    discard(row.pk, by=solbakken.secretary, at=MORNING)
    assert where(row, solbakken) == Standing.DISCARDED
    assert register(solbakken.doctor, MONDAY) == []
    with pytest.raises(Changed):
        discard(row.pk, by=solbakken.secretary, at=MORNING)
    with pytest.raises(Changed):
        sign_it(solbakken, row)


# --- signatures


def test_signed_the_nurse_may_for_that_doctors_patients_only(solbakken: Cast) -> None:
    signed(solbakken)
    own = make_task(solbakken.clinic, "arskontroll", patient=make_patient(solbakken))
    others = make_task(
        solbakken.clinic, "arskontroll", patient=make_patient(solbakken, list_doctor=solbakken.second_doctor)
    )
    assert may_do(solbakken.nurse, own, on=MONDAY)
    assert not may_do(solbakken.nurse, others, on=MONDAY)


def test_on_a_shared_list_only_the_responsible_doctors_delegation_counts(solbakken: Cast) -> None:
    signed(solbakken)
    patient = make_patient(solbakken)
    task = make_task(solbakken.clinic, "arskontroll", patient=patient)
    assert may_do(solbakken.nurse, task, on=MONDAY)
    Patient.objects.filter(pk=patient.pk).update(list_doctor=solbakken.second_doctor)
    assert not may_do(solbakken.nurse, Task.objects.get(pk=task.pk), on=MONDAY)


def test_only_the_doctor_signs(solbakken: Cast, furulund: Cast) -> None:
    row = drafted(solbakken)
    for somebody in (solbakken.second_doctor, furulund.doctor, solbakken.secretary, solbakken.nurse):
        with pytest.raises(PermissionDenied):
            sign({row.pk: digest_of(row)}, answers=True, registered=True, by=somebody, at=MORNING)
    row.refresh_from_db()
    assert row.signed_at is None


def test_a_leader_signs_for_nobody(solbakken: Cast) -> None:
    (row,) = draft(
        solbakken.second_doctor, [solbakken.nurse], {kind(): WORDS}, by=solbakken.nurse, at=MORNING
    )
    with pytest.raises(PermissionDenied):
        sign({row.pk: digest_of(row)}, answers=True, registered=True, by=solbakken.doctor, at=MORNING)


def test_what_was_read_is_what_is_signed(solbakken: Cast) -> None:
    row = drafted(solbakken)
    read = {row.pk: digest_of(row)}
    revise(row.pk, Terms("Noe helt annet", MONDAY), read=digest_of(row), by=solbakken.nurse, at=MORNING)
    with pytest.raises(Changed):
        sign(read, answers=True, registered=True, by=solbakken.doctor, at=MORNING)
    assert not Delegation.objects.filter(signed_at__isnull=False).exists()


def test_without_the_ticks_nothing_is_signed(solbakken: Cast) -> None:
    row = drafted(solbakken, "hjemmebesok")
    for lacks in ("answers", "registered"):
        with pytest.raises(ValueError, match=rf"^{lacks}$"):
            sign_it(solbakken, row, MORNING, **{lacks: False})
    with pytest.raises(ValueError, match=r"^nothing$"):
        sign({}, answers=True, registered=True, by=solbakken.doctor, at=MORNING)
    assert sign_it(solbakken, drafted(solbakken, "prosvar"), registered=False).signed_at


def test_our_own_words_cannot_be_signed_before_a_doctor_has_made_them_theirs(solbakken: Cast) -> None:
    row = drafted(solbakken, terms=Terms(draft_of("arskontroll"), MONDAY))
    with pytest.raises(ValueError, match=r"^mark$"):
        sign_it(solbakken, row)


def test_every_kind_that_can_be_delegated_has_a_draft_that_says_so(solbakken: Cast) -> None:
    slugs = [found.slug for found in delegable_kinds()]
    assert set(slugs) >= REGISTERED_FIRST
    assert all(still_a_draft(draft_of(slug)) for slug in [*slugs, "noe-annet"])
    assert len({draft_of(slug) for slug in slugs}) == len(slugs)


def test_it_never_counts_from_before_it_was_signed(solbakken: Cast) -> None:
    row = drafted(solbakken, terms=Terms("tekst", MONDAY))
    assert sign_it(solbakken, row, at=MORNING + 3 * DAY).starts_on == MONDAY + 3 * DAY
    late = drafted(solbakken, "prosvar", Terms("tekst", MONDAY, MONDAY + DAY))
    with pytest.raises(ValueError, match=r"^ends_on$"):
        sign_it(solbakken, late, at=MORNING + 3 * DAY)


def test_a_new_text_is_a_new_version_that_ends_the_old_the_day_before(solbakken: Cast) -> None:
    old = signed(solbakken)
    new = signed(solbakken, terms=Terms("Nye ord", MONDAY + 7 * DAY))
    old.refresh_from_db()
    assert (old.ends_on, old.instruction) == (MONDAY + 6 * DAY, WORDS.text)
    assert (new.version, new.replaces) == (2, old)
    assert [where(old, solbakken, day) for day in (MONDAY + 6 * DAY, MONDAY + 7 * DAY)] == [
        Standing.IN_FORCE,
        Standing.REPLACED,
    ]
    for day in (MONDAY, MONDAY + 6 * DAY, MONDAY + 7 * DAY):
        assert Delegation.objects.in_force(day).count() == 1


def test_a_version_that_begins_no_later_takes_the_olds_whole_time(solbakken: Cast) -> None:
    old = signed(solbakken)
    new = signed(solbakken, terms=Terms("Samme dag", MONDAY))
    assert where(old, solbakken) == Standing.REPLACED
    assert list(Delegation.objects.in_force(MONDAY)) == [new]


def test_one_kinds_new_version_leaves_the_others(solbakken: Cast) -> None:
    other = signed(solbakken, "prosvar")
    signed(solbakken)
    signed(solbakken, terms=Terms("Nye ord", MONDAY + DAY))
    other.refresh_from_db()
    assert other.ends_on is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"signed": False}, Standing.DRAFT),
        ({"signed": False, "revoked_on": MONDAY}, Standing.DISCARDED),
        ({"starts_on": MONDAY + DAY}, Standing.AHEAD),
        ({}, Standing.IN_FORCE),
        ({"ends_on": MONDAY + 31 * DAY}, Standing.IN_FORCE),
        ({"ends_on": MONDAY + 30 * DAY}, Standing.EXPIRING),
        ({"ends_on": MONDAY}, Standing.EXPIRING),
        ({"ends_on": MONDAY, "replaced": True}, Standing.IN_FORCE),
        ({"ends_on": MONDAY - DAY}, Standing.EXPIRED),
        ({"ends_on": MONDAY - DAY, "replaced": True}, Standing.REPLACED),
        ({"revoked_on": MONDAY}, Standing.REVOKED),
        ({"revoked_on": MONDAY + DAY}, Standing.EXPIRING),
        ({"revoked_on": MONDAY + 60 * DAY}, Standing.IN_FORCE),
        ({"revoked_on": MONDAY + 60 * DAY, "starts_on": MONDAY + DAY}, Standing.AHEAD),
    ],
)
def test_where_a_delegation_stands(fields: dict[str, object], expected: Standing) -> None:
    plain = {
        "signed": True,
        "starts_on": MONDAY - 10 * DAY,
        "ends_on": None,
        "revoked_on": None,
        "replaced": False,
    }
    assert standing(**{**plain, **fields}, today=MONDAY) == expected  # type: ignore[arg-type]


# --- somebody leaves later


@pytest.mark.parametrize("leaves", ["nurse", "doctor"])
def test_the_doctor_takes_back_at_once_what_would_end_with_somebodys_last_day(
    solbakken: Cast, leaves: str
) -> None:
    another = make_member(solbakken.clinic, "Liv Leder", "nurse", Access.LEADER)
    row = signed(solbakken)
    leaving = getattr(solbakken, leaves)
    employment.end(leaving.pk, MONDAY + 30 * DAY, by=another, at=MORNING)
    assert where(row, solbakken) == Standing.EXPIRING
    revoke(row.pk, reason="Det går ikke.", by=solbakken.doctor, at=MORNING)
    assert where(row, solbakken) == Standing.REVOKED
    assert not Delegation.objects.in_force(MONDAY).exists()
    with pytest.raises(Changed):
        revoke(row.pk, reason="Det går ikke.", by=solbakken.doctor, at=MORNING)
    employment.undo(leaving.pk, by=another, at=MORNING)
    row.refresh_from_db()
    assert (row.revoked_on, row.revoke_reason) == (MONDAY, "Det går ikke.")


def test_a_new_version_ends_the_earlier_one_though_somebody_leaves_later(solbakken: Cast) -> None:
    first = signed(solbakken)
    employment.end(solbakken.nurse.pk, MONDAY + 30 * DAY, by=solbakken.doctor, at=MORNING)
    second = signed(solbakken, terms=Terms("Bare til kveld.", MONDAY + 10 * DAY))
    first.refresh_from_db()
    assert first.ends_on == MONDAY + 9 * DAY
    assert list(Delegation.objects.in_force(MONDAY + 10 * DAY)) == [second]
    assert where(first, solbakken, MONDAY + 40 * DAY) == Standing.REPLACED


def test_a_doctor_who_only_manages_now_takes_back_their_own(solbakken: Cast) -> None:
    row, other = signed(solbakken), Access.MANAGER
    Member.objects.filter(pk=solbakken.doctor.pk).update(access=other)
    solbakken.doctor.refresh_from_db()
    task = make_task(
        solbakken.clinic, "arskontroll", patient=make_patient(solbakken), assignee=solbakken.nurse
    )
    revoke(row.pk, reason="Leder nå.", by=solbakken.doctor, at=MORNING)
    task.refresh_from_db()
    assert where(row, solbakken) == Standing.REVOKED
    assert task.assignee != solbakken.nurse


# --- warnings


def test_the_doctor_and_the_leader_are_warned_thirty_days_before(solbakken: Cast) -> None:
    (row,) = draft(
        solbakken.second_doctor, [solbakken.nurse], {kind(): Terms("tekst", MONDAY, MONDAY + 30 * DAY)},
        by=solbakken.nurse, at=MORNING,
    )  # fmt: skip
    assert warnings(solbakken.second_doctor, MONDAY).to_sign == 1
    sign({row.pk: digest_of(row)}, answers=True, registered=True, by=solbakken.second_doctor, at=MORNING)
    for warned in (solbakken.second_doctor, solbakken.doctor):
        assert [each.days_left for each in warnings(warned, MONDAY).expiring] == [30]
    another = make_member(solbakken.clinic, "Per Pil", "doctor")
    for unconcerned in (another, solbakken.nurse, solbakken.manager):
        assert not warnings(unconcerned, MONDAY)


def test_what_is_followed_by_a_new_version_is_no_warning(solbakken: Cast) -> None:
    signed(solbakken, terms=Terms("tekst", MONDAY, MONDAY + 10 * DAY))
    assert warnings(solbakken.doctor, MONDAY).expiring
    signed(solbakken, terms=Terms("ny", MONDAY + 11 * DAY))
    assert not warnings(solbakken.doctor, MONDAY).expiring


# --- taken back


def held(cast: Cast, member: Member, slug: str = "arskontroll", **fields: object) -> Task:
    given = {"patient": make_patient(cast), "planned_on": MONDAY, **fields}
    return make_task(cast.clinic, slug, assignee=member, **given)


def test_taken_back_its_tasks_are_somebody_elses_at_once(solbakken: Cast) -> None:
    row = signed(solbakken)
    task = held(solbakken, solbakken.nurse, pinned=True, pinned_day=True)
    done = revoke(row.pk, reason="ikke lenger avtalt", by=solbakken.doctor, at=MORNING)
    task.refresh_from_db()
    assert task.assignee in (solbakken.doctor, solbakken.second_doctor)
    assert not may_do(solbakken.nurse, task, on=MONDAY)
    assert (done.released, dict(done.went_to)) == (1, {task.assignee_id: 1})
    told = list(TaskEvent.objects.filter(task=task).values_list("verb", "by", "reason"))
    assert told[0] == (Verb.RELEASE, solbakken.doctor.pk, "delegeringen er trukket tilbake")
    assert told[1][0] == Verb.ASSIGN
    assert AllocationRun.objects.get().cause == Cause.DELEGATION
    assert where(row, solbakken) == Standing.REVOKED


def test_what_is_begun_stays_and_is_named(solbakken: Cast) -> None:
    row = signed(solbakken)
    task = held(solbakken, solbakken.nurse, state="started")
    done = revoke(row.pk, reason="avtalen er over", by=solbakken.doctor, at=MORNING)
    task.refresh_from_db()
    assert (task.assignee, task.state, done.begun, done.released) == (solbakken.nurse, "started", (task,), 0)
    assert begun_without_ground(solbakken.nurse, MONDAY) == (task,)
    assert begun_without_ground(solbakken.second_doctor, MONDAY, everybodys=True) == ()
    assert warnings(solbakken.doctor, MONDAY, everybodys=True).begun == (task,)


def test_what_is_held_on_another_ground_stays(solbakken: Cast) -> None:
    row = signed(solbakken)
    others = make_patient(solbakken, list_doctor=solbakken.second_doctor)
    stay = [
        held(solbakken, solbakken.nurse, "rutinekontroll"),  # a nurse's own
        held(solbakken, solbakken.nurse, part="prepare"),  # nurses may prepare it
        held(solbakken, solbakken.nurse, patient=others),  # another doctor's patient
        held(solbakken, solbakken.second_doctor),
    ]
    done = revoke(row.pk, reason="avtalen er over", by=solbakken.doctor, at=MORNING)
    assert done.released == 0
    for task in stay:
        before = task.assignee_id
        task.refresh_from_db()
        assert (task.assignee_id, task.version) == (before, 1)


def test_without_a_place_it_is_nobodys_and_said(solbakken: Cast) -> None:
    row = signed(solbakken)
    task = held(solbakken, solbakken.nurse, planned_minutes=400)
    done = revoke(row.pk, reason="avtalen er over", by=solbakken.doctor, at=MORNING)
    task.refresh_from_db()
    assert task.assignee is None
    assert dict(done.went_to) == {None: 1}


def test_many_are_left_for_a_worker_the_most_pressing_placed_first(
    solbakken: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "AT_ONCE", 2)
    row = signed(solbakken)
    tasks = [held(solbakken, solbakken.nurse, due_on=MONDAY + n * DAY) for n in range(4)]
    done = revoke(row.pk, reason="avtalen er over", by=solbakken.doctor, at=MORNING)
    assert (done.later, done.released) == (2, 4)
    assert [Task.objects.get(pk=task.pk).assignee is None for task in tasks] == [False, False, True, True]


def test_tasks_that_move_together_do_not_fill_a_day_twice(solbakken: Cast) -> None:
    row = signed(solbakken)
    tasks = [held(solbakken, solbakken.nurse, planned_minutes=60) for _ in range(4)]
    revoke(row.pk, reason="avtalen er over", by=solbakken.doctor, at=MORNING)
    places: dict[tuple[int | None, dt.date | None], int] = {}
    for task in Task.objects.filter(pk__in=[task.pk for task in tasks], planned_on__isnull=False):
        key = (task.assignee_id, task.planned_on)
        places[key] = places.get(key, 0) + task.planned_minutes
    assert places
    assert max(places.values()) <= 120


def test_only_the_doctor_takes_it_back(solbakken: Cast, furulund: Cast) -> None:
    (row,) = draft(
        solbakken.second_doctor, [solbakken.nurse], {kind(): WORDS}, by=solbakken.nurse, at=MORNING
    )
    sign({row.pk: digest_of(row)}, answers=True, registered=True, by=solbakken.second_doctor, at=MORNING)
    for somebody in (solbakken.doctor, solbakken.nurse, solbakken.manager):
        with pytest.raises(PermissionDenied):
            revoke(row.pk, reason="nei", by=somebody, at=MORNING)
    with pytest.raises(Delegation.DoesNotExist):
        revoke(row.pk, reason="nei", by=furulund.doctor, at=MORNING)


def test_a_leader_takes_it_back_for_a_doctor_who_has_left(solbakken: Cast) -> None:
    (row,) = draft(
        solbakken.second_doctor, [solbakken.nurse], {kind(): WORDS}, by=solbakken.nurse, at=MORNING
    )
    sign({row.pk: digest_of(row)}, answers=True, registered=True, by=solbakken.second_doctor, at=MORNING)
    Member.objects.filter(pk=solbakken.second_doctor.pk).update(ends_on=MONDAY - DAY)
    nurse = make_member(solbakken.clinic, "Ada Ask", "nurse")
    with pytest.raises(PermissionDenied):
        revoke(row.pk, reason="legen har sluttet", by=nurse, at=MORNING)
    done = revoke(row.pk, reason="legen har sluttet", by=solbakken.doctor, at=MORNING)
    assert done.delegation.revoked_by == solbakken.doctor


def test_what_is_over_or_only_drafted_is_not_taken_back(solbakken: Cast) -> None:
    row = drafted(solbakken)
    with pytest.raises(Changed):
        revoke(row.pk, reason="nei", by=solbakken.doctor, at=MORNING)
    row = sign_it(solbakken, row)
    with pytest.raises(ValueError, match=r"^reason$"):
        revoke(row.pk, reason=" ", by=solbakken.doctor, at=MORNING)
    revoke(row.pk, reason="ja", by=solbakken.doctor, at=MORNING)
    with pytest.raises(Changed):
        revoke(row.pk, reason="ja", by=solbakken.doctor, at=MORNING)


def test_there_is_no_switch_for_a_whole_clinic() -> None:
    """A delegation names one doctor, one member and one kind, each of them needed (DOMAIN §0.1)."""
    needed = {field.name for field in Delegation._meta.fields if not field.null}
    assert needed >= {"doctor", "member", "kind"}


def test_leaders_of_any_profession_and_staff_see_the_same_register(solbakken: Cast) -> None:
    signed(solbakken)
    administrator = make_member(solbakken.clinic, "Ada Ask", "", Access.ADMINISTRATOR)
    assert len(register(administrator, MONDAY)) == len(register(solbakken.nurse, MONDAY)) == 1
