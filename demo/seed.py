"""Fills a database with the two demo clinics. Same (seed, today): same rows.

Runs as the tables' owner, in one transaction. Everything that the product can do by itself, it does: it proposes
and approves the programmes, runs the night of today, closes the weeks and draws the charts.
"""

from __future__ import annotations

import datetime as dt
import gc
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from django.contrib.auth.hashers import get_hasher
from django.db import connection, transaction

from demo.accesses import approve_accesses
from demo.history import History
from demo.kind import Kind
from demo.logins import LOGINS, PASSWORD
from demo.patients import Lists, Maker
from demo.people import FURULUND, SOLBAKKEN, Cast, started_on
from demo.plans import ApprovedProgramme, ProgrammeStep
from demo.roster import Roster
from demo.rows import TABLES, DelegationRow, Ids, Row
from demo.work import NIGHT, Work
from demo.write import foreign_keys_checked_at_the_end, reserve_ids, write
from reports.actions.advising import advise
from reports.actions.closing import close_weeks
from reports.actions.drawing import draw_charts
from reports.actions.municipal import add_up
from reports.models import WeeklyReport
from tasks.actions.discharges import NEWS, follow_discharges
from tasks.actions.nightly import allocate_tasks, open_due_tasks, remake_usual_minutes
from tasks.actions.occasions import rhythm_of
from tasks.actions.programmes import approve_programme, propose_programmes
from tasks.models import Programme, Task, TaskKind
from teams.calendar import DAY, OSLO, midnight
from teams.models import Clinic, Member, Municipality, MunicipalLead, User

# Left as proposals, so that there is something to approve. Furulund has only just begun.
STILL_PROPOSED = {
    "solbakken": {"angst", "depresjon", "epilepsi", "nevrologi", "fedme"},
    "furulund": {
        "angst",
        "depresjon",
        "epilepsi",
        "nevrologi",
        "fedme",
        "demens",
        "skropelig",
        "rus",
        "litium",
    },
}
CLOSING = dt.timedelta(minutes=10)
NO_HURRY = 60.0  # seconds for the night: a slow machine makes the same demo


@dataclass
class Seeded:
    """What was made, and how many seconds each part took."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self.seconds[name] += perf_counter() - start

    def write(self, *batches: Sequence[Row]) -> None:
        write(*batches)
        self.counts.update({TABLES[type(rows[0])]: len(rows) for rows in batches if rows})


def exists() -> bool:
    """Has this database got the demo clinic?"""
    return Clinic.objects.filter(slug=SOLBAKKEN.slug).exists()


def latest_day(now: dt.datetime) -> dt.date:
    """The day the demo may end on at the latest: its night is past. Oslo's clock."""
    return (now.astimezone(OSLO) - NIGHT).date()


@transaction.atomic
def seed(*, today: dt.date, number: int, patients: int, charts: int = 1) -> Seeded:
    """Make both clinics. `patients` is the length of Solbakken's lists; Furulund gets a tenth of it.

    `charts`: of how many of the latest reports; the worker draws the rest when it starts.
    """
    seeded = Seeded()
    # A quarter of a million small tuples that all live to the end: the collector would only count them.
    gc.disable()
    try:
        with foreign_keys_checked_at_the_end("tasks_task", "tasks_taskevent"):
            histories = _clinics(seeded, today, number, patients)
        _finish(histories, today, seeded)
    finally:
        gc.enable()
    with seeded.part("charts"):
        latest = WeeklyReport.objects.order_by("-year", "-week", "clinic")[:charts]
        seeded.counts["charted_reports"] = draw_charts(reports=[report.pk for report in latest])
    return seeded


def _clinics(seeded: Seeded, today: dt.date, number: int, patients: int) -> list[History]:
    with seeded.part("logins"):
        user_ids = _users(today)
    ids = reserve_ids()
    sizes = {SOLBAKKEN: patients, FURULUND: max(40, patients // 10)}
    return [
        _clinic(cast, size, today=today, number=number, ids=ids, user_ids=user_ids, seeded=seeded)
        for cast, size in sizes.items()
    ]


def _clinic(
    cast: Cast,
    size: int,
    *,
    today: dt.date,
    number: int,
    ids: Ids,
    user_ids: Mapping[str, int],
    seeded: Seeded,
) -> History:
    """One clinic up to today's night."""
    rng = random.Random(f"{number} {today} {cast.slug}")
    municipality, made = Municipality.objects.get_or_create(number="9901", defaults={"name": "Solvik"})
    if made:
        MunicipalLead.objects.create(municipality=municipality, user_id=user_ids["kommune"], since=today)
    clinic = Clinic.objects.create(
        slug=cast.slug, name=cast.name, municipality=municipality, started_on=started_on(cast, today)
    )
    kinds = _kinds()
    with seeded.part("people"):
        roster = Roster(cast, clinic.pk, user_ids, today, rng, ids)
        delegations = roster.delegations({slug: kind.id for slug, kind in kinds.items()}, ids)
        seeded.write(roster.members, roster.hours, roster.absences, delegations)
        programmes = _programmes(clinic, kinds)
    with seeded.part("patients"):
        lists = Maker(roster, rng, ids).make(size)
    with seeded.part("history"):
        history = _history(roster, kinds, delegations, lists, programmes, ids, rng)
        told = history.tell()
    with seeded.part("copy"):
        patients = [followed.row for followed in lists.patients]
        seeded.write(patients, lists.identifiers, lists.conditions, lists.medications, lists.encounters)
        seeded.write(told.plans, told.plan_steps, *told.of_tasks)
    return history


def _history(
    roster: Roster,
    kinds: Mapping[str, Kind],
    delegations: list[DelegationRow],
    lists: Lists,
    programmes: list[ApprovedProgramme],
    ids: Ids,
    rng: random.Random,
) -> History:
    return History(Work(roster, kinds, delegations, rng), lists.patients, programmes, ids, rng)


def _finish(histories: list[History], today: dt.date, seeded: Seeded) -> None:
    """Today's night and the weeks that are over, by the product's own hand; then what came this morning."""
    now = midnight(today) + NIGHT
    _plan_events()
    seeded.counts["access_approvals"] = approve_accesses(today)
    with seeded.part("analyze"), connection.cursor() as cursor:
        for table in TABLES.values():
            cursor.execute(f"ANALYZE {table}")
    with seeded.part("night"):
        _came_home(now)
        seeded.counts["discharges"] = follow_discharges(now=now)
        open_due_tasks(now=now, today=today)
        seeded.counts["opened_tonight"] = Task.objects.count() - seeded.counts["tasks_task"]
        seeded.counts["usual_minutes"] = remake_usual_minutes(now=now)
        seeded.counts["placed_tonight"] = allocate_tasks(now=now, today=today, seconds=NO_HURRY)
    with seeded.part("weeks"):
        # Each on its own Monday, so that a report says when it was closed.
        monday = started_on(SOLBAKKEN, today) + 7 * DAY
        while (closing := midnight(monday) + CLOSING) <= now:
            seeded.counts["weekly_reports"] += close_weeks(now=closing).reports
            add_up(now=closing)
            monday += 7 * DAY
        seeded.counts["advised_reports"] = advise()
    with seeded.part("morning"):
        # The night took ids of its own.
        first = histories[0]
        first.ids = reserve_ids()
        seeded.write(*first.rows(first.arrivals.after_the_night()))


def _came_home(now: dt.datetime) -> None:
    """Stays of before were noted when follow-up after them was not approved yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO patients_discharge (clinic_id, patient_id, encounter_id, hospital, department, discharged_on, at,"
            " mistaken)"
            " SELECT DISTINCT ON (patient_id, day) clinic_id, patient_id, id, '', department, day, ends_at, false"
            " FROM patients_encounter, LATERAL (SELECT (ends_at AT TIME ZONE 'Europe/Oslo')::date AS day) home"
            " WHERE act_class = 'IMP' AND ends_at BETWEEN %s AND %s ORDER BY patient_id, day, id",
            [now - 60 * DAY, now - NEWS],
        )


def _plan_events() -> None:
    """What the plans' own rows say of their past, as events: begun, declined, stopped."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tasks_planevent (clinic_id, plan_id, verb, by_id, at, reason)"
            " SELECT f.clinic_id, f.id, 'start', p.approved_by_id, f.starts_on + time '08:30', ''"
            " FROM tasks_followupplan f JOIN tasks_programme p ON p.id = f.programme_id"
            " UNION ALL"
            " SELECT f.clinic_id, f.id, CASE f.state WHEN 'declined' THEN 'decline' ELSE 'stop' END,"
            " CASE f.state WHEN 'declined' THEN p.approved_by_id END, f.ended_on + time '08:40', f.end_reason"
            " FROM tasks_followupplan f JOIN tasks_programme p ON p.id = f.programme_id WHERE f.state <> 'active'"
            " ORDER BY 5, 2"
        )


def _users(today: dt.date) -> dict[str, int]:
    """Logins, ids by user name. One hash for all: the password is on the screen, and a hash costs half a second."""
    password = get_hasher().encode(PASSWORD, "fordel-demo-2026-salt")
    users = User.objects.bulk_create(
        User(
            username=login.username,
            first_name=login.name.rsplit(" ", 1)[0],
            last_name=login.name.rsplit(" ", 1)[1],
            password=password,
            date_joined=midnight(today),
        )
        for login in LOGINS
    )
    return {user.username: user.pk for user in users}


def _kinds() -> dict[str, Kind]:
    return {
        k.slug: Kind(
            k.pk,
            k.slug,
            k.name,
            k.origin,
            tuple(k.professions),
            tuple(k.delegable_to),
            k.minutes,
            k.return_rule,
            tuple(k.preparable_by),
            k.prepare_minutes,
            k.decide_minutes,
            k.paired,
            tuple(k.channels),
        )
        for k in TaskKind.objects.all()
    }


def _programmes(clinic: Clinic, kinds: Mapping[str, Kind]) -> list[ApprovedProgramme]:
    """The clinic's programmes, proposed by the product and approved by the leading doctor when they began."""
    propose_programmes(clinic.pk)
    by_id = {kind.id: kind for kind in kinds.values()}
    leader = Member.objects.filter(clinic=clinic).order_by("pk")[0]
    approved = []
    at = midnight(clinic.started_on) - dt.timedelta(hours=9)
    for programme in Programme.objects.filter(clinic=clinic).order_by("pk").prefetch_related("steps"):
        if programme.slug in STILL_PROPOSED[clinic.slug]:
            continue
        approve_programme(programme.pk, by=leader, at=at)
        steps = tuple(
            ProgrammeStep(s.pk, by_id[s.kind_id], s.name, s.minutes, rhythm_of(s))
            for s in programme.steps.all()
            if s.leads_to_id is None  # what leads to a step opens with it, from tonight on
        )
        approved.append(
            ApprovedProgramme(
                programme.pk,
                programme.slug,
                programme.name,
                tuple(programme.icpc2),
                programme.min_drugs,
                programme.by_condition,
                steps,
            )
        )
    return approved
