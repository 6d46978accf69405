"""Fordeling through the web: asked for, looked at, taken whole, in part or not at all, undone; what no longer holds."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks.actions import doing, proposals
from tasks.models import AllocationChange, AllocationRun, Cause, RunState, Task
from tasks.sharings import change_rows
from teams.calendar import oslo_date, working_days
from teams.models import Absence, Member, Overtime
from tests.conftest import Cast, logged_in, make_member
from tests.tasks.conftest import make_patient, make_task

HTMX = {"HX-Request": "true", "HX-Target": "framdrift"}


def today() -> dt.date:
    return oslo_date(timezone.now())


@pytest.fixture
def leader(solbakken: Cast) -> Client:
    return logged_in(solbakken.doctor)


def held(cast: Cast, n: int = 3) -> list[Task]:
    """Tasks of the secretary's that the nurse may do too, on her first working days."""
    patient = make_patient(cast)
    days = working_days(today(), n)
    return [
        make_task(
            cast.clinic, "okonomi", assignee=cast.secretary, patient=patient, planned_on=day, opens_on=today(),
            due_on=days[-1] + dt.timedelta(days=7), why={"rule": "least_loaded"},
        )
        for day in days
    ]  # fmt: skip


def away(member: Member) -> None:
    Absence.objects.create(
        clinic=member.clinic, member=member, reason="sick", starts_on=today(),
        ends_on=today() + dt.timedelta(days=40),
    )  # fmt: skip


def asked(cast: Cast) -> AllocationRun:
    """What the worker has computed of a leader's question."""
    run = proposals.propose(
        cast.clinic.pk, by=cast.doctor, cause=Cause.ABSENCE, calm=True, now=timezone.now()
    )
    assert proposals.compute(run.pk, cast.clinic.pk, today=today(), now=timezone.now())
    run.refresh_from_db()
    assert run.state == RunState.PROPOSED
    return run


def written(cast: Cast, changes: int, *, others: list[Member] | None = None) -> AllocationRun:
    """A large proposal, its rows put down by hand: the secretary's tasks to the nurse, or in turn to these."""
    day = working_days(today(), 1)[0]
    run = AllocationRun.objects.create(
        clinic=cast.clinic, state=RunState.PROPOSED, cause=Cause.ASKED, asked_by=cast.doctor,
        ran_at=timezone.now(), first_day=day, moved=changes, gap=0.004, bound=1, unplaced=60,
        loads={
            "days": [day.isoformat()],
            "members": [
                {"id": cast.secretary.pk, "capacity": [300], "before": [200], "after": [20]},
                {"id": cast.nurse.pk, "capacity": [300], "before": [60], "after": [240]},
                {"id": cast.doctor.pk, "capacity": [120], "before": [30], "after": [30]},
            ],
        },
    )  # fmt: skip
    to = others or [cast.nurse]
    tasks = [make_task(cast.clinic, "okonomi", assignee=cast.secretary) for _ in range(changes)]
    AllocationChange.objects.bulk_create(
        AllocationChange(
            clinic=cast.clinic, run=run, task=task, version=1, from_member=cast.secretary, from_minutes=10,
            to_member=to[n % len(to)], to_day=day, to_minutes=10, to_why={"rule": "only_room"},
        )
        for n, task in enumerate(tasks)
    )  # fmt: skip
    left = [make_task(cast.clinic, "sykmelding", planned_minutes=700) for _ in range(60)]
    run.left = [[task.pk, "too_long"] for task in left]
    run.save()
    return run


def test_asked_for_and_waited_for(solbakken: Cast, leader: Client) -> None:
    held(solbakken)
    answer = leader.post("/fordeling/foresla/", {"calm": "1", "cause": "absence"})
    run = AllocationRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/fordeling/{run.pk}/")
    assert (run.calm, run.cause, run.asked_by) == (True, "absence", solbakken.doctor)
    page = leader.get(f"/fordeling/{run.pk}/").content.decode()
    assert "Venter på tur" in page
    assert 'http-equiv="refresh"' in page
    fragment = leader.get(f"/fordeling/{run.pk}/", headers=HTMX).content.decode()
    assert "Venter på tur" in fragment
    assert "<html" not in fragment
    proposals.compute(run.pk, solbakken.clinic.pk, today=today(), now=timezone.now())
    answer = leader.get(f"/fordeling/{run.pk}/", headers=HTMX)
    assert answer["HX-Redirect"] == f"/fordeling/{run.pk}/"
    assert 'http-equiv="refresh"' not in leader.get(f"/fordeling/{run.pk}/").content.decode()


def test_a_cause_nobody_knows_asks_for_nothing(solbakken: Cast, leader: Client) -> None:
    leader.post("/fordeling/foresla/", {"cause": "boredom"})
    assert not AllocationRun.objects.exists()


def test_what_changes_for_whom_stands_first(solbakken: Cast, leader: Client) -> None:
    tasks = held(solbakken)
    away(solbakken.secretary)
    run = asked(solbakken)
    page = leader.get(f"/fordeling/{run.pk}/")
    text = page.content.decode()
    assert [row.name for row in page.context["loads"].changed] == ["Nina Nes", "Siri Sand"]
    nina, siri = page.context["loads"].changed
    assert (nina.total.change, siri.total.change) == (30, -30)
    assert page.context["sums"].hands == 3
    (group,) = page.context["groups"]
    assert (group.title, group.new, group.givers) == ("Nina Nes", 3, [("Siri Sand", 3)])
    assert "Per Lunde" in text
    assert text.count('name="task"') == text.count(" checked") - 1 == len(tasks)
    for line in group.lines:
        assert line.why.startswith("Siri Sand er ikke på jobb")
        assert line.why.count("Nina Nes") == 1


def test_all_are_taken_and_undone_as_one_step(solbakken: Cast, leader: Client) -> None:
    held(solbakken)
    away(solbakken.secretary)
    run = asked(solbakken)
    page = leader.post(f"/fordeling/{run.pk}/ta-i-bruk/", {"all": "1"}, follow=True).content.decode()
    assert "3 oppgaver er flyttet." in page
    assert "Angre hele fordelingen" in page
    assert "Ta i bruk" not in page
    assert set(Task.objects.values_list("assignee", flat=True)) == {solbakken.nurse.pk}
    page = leader.post(f"/fordeling/{run.pk}/angre/", follow=True).content.decode()
    assert "Fordelingen er angret: 3 oppgaver er som før." in page
    assert "Angre hele" not in page
    assert set(Task.objects.values_list("assignee", flat=True)) == {solbakken.secretary.pk}
    again = leader.post(f"/fordeling/{run.pk}/angre/", follow=True).content.decode()
    assert "Fordelingen er angret." in again


def test_some_are_taken(solbakken: Cast, leader: Client) -> None:
    first, *rest = held(solbakken)
    away(solbakken.secretary)
    run = asked(solbakken)
    chosen = {
        "group": [solbakken.nurse.pk],
        "task": [first.pk],
        "shown": ",".join(str(t.pk) for t in [first, *rest]),
    }
    page = leader.post(f"/fordeling/{run.pk}/ta-i-bruk/", chosen, follow=True).content.decode()
    assert "1 oppgave er flyttet." in page
    assert "2 endringer er ikke i bruk." in page
    assert list(Task.objects.filter(assignee=solbakken.nurse)) == [first]


def test_nothing_chosen_is_said_and_what_was_ticked_stands(solbakken: Cast, leader: Client) -> None:
    tasks = held(solbakken)
    away(solbakken.secretary)
    run = asked(solbakken)
    shown = ",".join(str(t.pk) for t in tasks)
    answer = leader.post(f"/fordeling/{run.pk}/ta-i-bruk/", {"shown": shown})
    assert answer.status_code == 422
    assert "Velg minst én oppgave" in answer.content.decode()
    assert answer.content.decode().count(" checked") == 0
    for wrong in ({"task": "alle"}, {"shown": "1;2"}, {"group": "--1"}, {"task": "9" * 30}):
        answer = leader.post(f"/fordeling/{run.pk}/ta-i-bruk/", wrong)
        assert answer.status_code == 422, wrong
    run.refresh_from_db()
    assert run.state == RunState.PROPOSED


def test_what_changed_meanwhile_is_left_alone_and_said(solbakken: Cast, leader: Client) -> None:
    first, *_rest = held(solbakken)
    away(solbakken.secretary)
    run = asked(solbakken)
    doing.cancel(first.pk, by=solbakken.doctor, reason="gjort", at=timezone.now())
    page = leader.post(f"/fordeling/{run.pk}/ta-i-bruk/", {"all": "1"}, follow=True).content.decode()
    assert "2 oppgaver er flyttet." in page
    assert "1 oppgave ble ikke flyttet, fordi noen andre har endret den." in page
    assert "ikke i bruk" in page


def test_none_are_taken(solbakken: Cast, leader: Client) -> None:
    held(solbakken)
    away(solbakken.secretary)
    run = asked(solbakken)
    page = leader.post(f"/fordeling/{run.pk}/forkast/", follow=True).content.decode()
    assert "Forslaget er forkastet. Ingenting er endret." in page
    page = leader.post(f"/fordeling/{run.pk}/ta-i-bruk/", {"all": "1"}, follow=True).content.decode()
    assert "Forslaget er forkastet." in page
    assert set(Task.objects.values_list("assignee", flat=True)) == {solbakken.secretary.pk}


def test_a_person_unticked_takes_nothing_and_what_was_not_shown_follows_the_rest(
    solbakken: Cast, leader: Client
) -> None:
    second = make_member(solbakken.clinic, "Olav Oen", "nurse")
    run = written(solbakken, 160, others=[solbakken.nurse, second])
    page = leader.get(f"/fordeling/{run.pk}/")
    assert [(g.title, g.count, len(g.lines), g.more) for g in page.context["groups"]] == [
        ("Nina Nes", 80, 60, 20), ("Olav Oen", 80, 60, 20),
    ]  # fmt: skip
    shown = page.context["shown"]
    chosen = {"group": [second.pk], "task": shown, "shown": ",".join(map(str, shown))}
    leader.post(f"/fordeling/{run.pk}/ta-i-bruk/", chosen)
    applied = AllocationChange.objects.filter(run=run, applied=True)
    assert 0 < applied.count() <= 80
    assert set(applied.values_list("to_member", flat=True)) == {second.pk}


def test_what_can_wait_is_told_apart_from_what_loses_its_place(solbakken: Cast, leader: Client) -> None:
    run = written(solbakken, 3)
    lost, waits, _moved = run.changes.order_by("pk")
    AllocationChange.objects.filter(pk=lost.pk).update(to_day=None, to_why={"obstacle": "nobody_has_time"})
    AllocationChange.objects.filter(pk=waits.pk).update(to_day=None, to_why={"obstacle": "may_wait"})
    run.left = [[lost.task_id, "nobody_has_time"], [waits.task_id, "may_wait"]]
    run.save()
    page = leader.get(f"/fordeling/{run.pk}/")
    assert [g.title for g in page.context["groups"]] == ["Nina Nes", "Får ikke plass lenger", "Kan vente"]
    sums = page.context["sums"]
    assert (sums.hands, sums.lost, sums.waiting, sums.stuck, sums.may_wait, sums.all) == (1, 1, 1, 1, 1, 3)
    text = page.content.decode()
    assert "1 av dem hadde plass før · 1 til kan vente" in text
    for address in ("venter", "til/0"):
        assert leader.get(f"/fordeling/{run.pk}/{address}/").status_code == 200, address
    form = {"group": "-1", "task": [waits.task_id], "shown": f"{lost.task_id},{waits.task_id}"}
    leader.post(f"/fordeling/{run.pk}/ta-i-bruk/", form)
    assert list(run.changes.filter(applied=True).values_list("task", flat=True)) == [waits.task_id]


def test_a_small_proposal_is_shown_whole(solbakken: Cast, leader: Client) -> None:
    run = written(solbakken, 70)
    page = leader.get(f"/fordeling/{run.pk}/")
    assert len(page.context["shown"]) == 70
    assert "Se alle" not in page.content.decode()


def test_nine_hundred_changes_take_as_many_queries_as_one_and_stay_readable(
    solbakken: Cast, leader: Client
) -> None:
    def queries(run: AllocationRun) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as captured:
            page = leader.get(f"/fordeling/{run.pk}/")
        assert page.status_code == 200
        return len(captured), len(page.content)

    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('tasks_task', 'id'), 2000)")
    few, many = written(solbakken, 1), written(solbakken, 900)
    queries(few)
    one, _bytes = queries(few)
    nine_hundred, size = queries(many)
    assert nine_hundred == one <= 25
    assert size < 200_000
    page = leader.get(f"/fordeling/{many.pk}/").content.decode()
    assert "Og 780 til, som følger med de andre." in page
    assert "og 50 til" in page
    whole = leader.get(f"/fordeling/{many.pk}/til/{solbakken.nurse.pk}/")
    assert whole.content.decode().count('class="move"') == 500
    # Numbers above 999 are written with a space for people, never where the page sends them back.
    sent = re.findall(r'name="task" value="([^"]*)"', page)
    assert sent == [str(row.task_id) for row in change_rows(many, per_group=120)]
    assert max(map(int, sent)) > 999
    assert leader.get(f"/fordeling/{many.pk}/til/{solbakken.manager.pk}/").status_code == 404


def test_the_first_page_tells_how_good_it_is_and_what_no_longer_holds(
    solbakken: Cast, leader: Client
) -> None:
    held(solbakken)
    run = asked(solbakken)
    proposals.apply(run.pk, by=solbakken.doctor, now=timezone.now())
    away(solbakken.nurse)
    away(solbakken.secretary)
    page = leader.get("/fordeling/").content.decode()
    assert "Planen som gjelder" in page
    assert "Planen holder ikke lenger" in page
    assert "er borte" in page
    assert "Slik veier vi" in page
    assert 'value="absence"' in page
    assert "Planen holder ikke lenger" in leader.get("/team/").content.decode()
    assert "Planen holder ikke lenger" not in logged_in(solbakken.nurse).get("/team/").content.decode()


def test_a_night_that_failed_is_told_plainly(solbakken: Cast, leader: Client) -> None:
    AllocationRun.objects.create(
        clinic=solbakken.clinic, state=RunState.FAILED, cause=Cause.NIGHT, ran_at=timezone.now(),
        first_day=today(), reference="ab12cd34",
    )  # fmt: skip
    page = leader.get("/fordeling/").content.decode()
    assert "mislyktes" in page
    assert "ab12cd34" in page
    run = AllocationRun.objects.get()
    assert "ab12cd34" in leader.get(f"/fordeling/{run.pk}/").content.decode()


def test_older_ones_are_a_page_further_on(solbakken: Cast, leader: Client) -> None:
    AllocationRun.objects.bulk_create(
        AllocationRun(
            clinic=solbakken.clinic, state=RunState.FAILED, cause=Cause.NIGHT, ran_at=timezone.now(),
            first_day=today(), reference=f"{n:08}",
        )
        for n in range(45)
    )  # fmt: skip
    page = leader.get("/fordeling/")
    assert len(page.context["rows"]) == 20
    second = leader.get(f"/fordeling/?for={page.context['older']}")
    third = leader.get(f"/fordeling/?for={second.context['older']}")
    assert (len(second.context["rows"]), len(third.context["rows"])) == (20, 5)
    assert third.context["older"] is None
    seen = {run.pk for each in (page, second, third) for run, *_ in each.context["rows"]}
    assert len(seen) == 45
    assert leader.get("/fordeling/?for=abc").status_code == 200


def test_the_first_page_and_the_team_take_as_many_queries_for_three_as_for_thirty(
    solbakken: Cast, leader: Client
) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert leader.get(path).status_code == 200
        return len(captured)

    held(solbakken, 1)
    for path in ("/fordeling/", "/team/"):
        queries(path)
    few = {path: queries(path) for path in ("/fordeling/", "/team/")}
    held(solbakken, 30)
    for n in range(5):
        make_member(solbakken.clinic, f"Turid Nr{n}", "nurse")
    away(solbakken.secretary)
    for path, before in few.items():
        assert queries(path) == before <= 32, path


def test_another_clinics_sharing_out_is_unknown(solbakken: Cast, furulund: Cast) -> None:
    run = written(solbakken, 2)
    stranger = logged_in(furulund.doctor)
    assert stranger.get(f"/fordeling/{run.pk}/").status_code == 404
    assert stranger.get(f"/fordeling/{run.pk}/til/{solbakken.nurse.pk}/").status_code == 404
    for verb in ("ta-i-bruk", "forkast", "angre"):
        assert stranger.post(f"/fordeling/{run.pk}/{verb}/", {"all": "1"}).status_code == 404, verb
    run.refresh_from_db()
    assert run.state == RunState.PROPOSED
    assert "Fordelinger" in stranger.get("/fordeling/").content.decode()
    assert f"/fordeling/{run.pk}/" not in stranger.get("/fordeling/").content.decode()


def test_only_leaders_share_out(solbakken: Cast) -> None:
    run = written(solbakken, 1)
    for member in (solbakken.nurse, solbakken.manager):
        client = logged_in(member)
        assert client.get("/fordeling/").status_code == 403
        assert client.get(f"/fordeling/{run.pk}/").status_code == 403
        assert client.post("/fordeling/foresla/").status_code == 403
        assert client.post(f"/fordeling/{run.pk}/ta-i-bruk/", {"all": "1"}).status_code == 403
        assert client.post("/team/overtid/").status_code == 403
        if member.profession:
            assert "/fordeling/" not in client.get("/min-dag/").content.decode()


def test_overtime_is_allowed_and_taken_back_with_a_reason(solbakken: Cast, leader: Client) -> None:
    day = working_days(today(), 2)[1]
    form = {"member": solbakken.nurse.pk, "day": day.isoformat(), "minutes": "60", "reason": "Influensa"}
    page = leader.post("/team/overtid/", form, follow=True).content.decode()
    assert "Nina Nes kan planlegges 1\u00a0t ekstra" in page
    assert "Influensa" in page
    assert Overtime.objects.get().minutes == 60
    page = leader.post("/team/overtid/", {**form, "minutes": "0"}, follow=True).content.decode()
    assert "har ikke lenger overtid" in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"reason": ""}, "Skriv kort hvorfor."),
        ({"minutes": "241"}, "Skriv høyst 240 minutter."),
        ({"minutes": "mye"}, "Skriv minutter som et helt tall."),
        ({"day": "2020-01-01"}, "innen 60 dager"),
        ({"day": "i morgen"}, "Skriv en dato"),
        ({"member": "0"}, "Velg fra listen."),
    ],
)
def test_overtime_that_cannot_be_is_refused_in_words(
    solbakken: Cast, leader: Client, wrong: dict[str, str], words: str
) -> None:
    form = {
        "member": solbakken.nurse.pk,
        "day": today().isoformat(),
        "minutes": "60",
        "reason": "x",
        **wrong,
    }
    answer = leader.post("/team/overtid/", form)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Overtime.objects.exists()


def test_nobody_of_another_clinic_is_allowed_overtime(
    solbakken: Cast, furulund: Cast, leader: Client
) -> None:
    form = {"member": furulund.nurse.pk, "day": today().isoformat(), "minutes": "60", "reason": "x"}
    assert leader.post("/team/overtid/", form).status_code == 422
    assert not Overtime.objects.exists()
