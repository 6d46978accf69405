"""Clinics, people, patients and weeks of work for measurements, made by the database itself.

Every number is a hash of the row's own number and the seed, so the same call makes the same rows whatever
plan the database chooses. Nobody here has a name that could be somebody's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from teams.calendar import Week

DOCTORS, NURSES, SECRETARIES = 5, 3, 4
MEMBERS = DOCTORS + NURSES + SECRETARIES
PATIENTS = 600  # of a clinic, each in one plan
TASKS_A_WEEK = 900

# chance(n, salt) is the same number in [0, 1) for the same n, salt and seed.
CHANCE = """
CREATE OR REPLACE FUNCTION pg_temp.chance(n bigint, salt int) RETURNS double precision LANGUAGE sql IMMUTABLE AS $$
    SELECT (hashint8extended(n * 64 + salt, {seed}) & 2147483647) / 2147483648.0::float8
$$
"""

PEOPLE = [
    "INSERT INTO teams_municipality (number, name) VALUES ('0301', 'Oslo') ON CONFLICT DO NOTHING",
    """
    INSERT INTO teams_clinic (slug, name, municipality_id, person_reports, started_on)
    SELECT 'kontor-' || n, 'Legekontor ' || n, (SELECT min(id) FROM teams_municipality), n %% 2 = 0, %(first)s
    FROM generate_series(1, %(clinics)s) AS n
    """,
    """
    INSERT INTO teams_member (clinic_id, name, profession, access, starts_on)
    SELECT c.id, 'Medarbeider ' || n,
        CASE WHEN n <= %(doctors)s THEN 'doctor' WHEN n <= %(doctors)s + %(nurses)s THEN 'nurse' ELSE 'secretary' END,
        CASE WHEN n = 1 THEN 'leader' ELSE 'staff' END, %(first)s
    FROM teams_clinic c, generate_series(1, %(members)s) AS n
    """,
    """
    INSERT INTO teams_workinghours (clinic_id, member_id, weekday, minutes, booked_minutes, starts_on)
    SELECT clinic_id, id, weekday, 450, CASE profession WHEN 'doctor' THEN 300 WHEN 'nurse' THEN 180 ELSE 150 END,
        %(first)s
    FROM teams_member, generate_series(1, 5) AS weekday
    """,
    """
    INSERT INTO patients_patient
        (clinic_id, given_name, family_name, birth_date, sex, list_doctor_id, usual_nurse_id, home_care, created_at)
    SELECT c.id, 'Pasient', n::text, date '1940-01-01' + (n * 37) %% 25000, 'unknown',
        doctor.ids[1 + n %% %(doctors)s], nurse.ids[1 + n %% %(nurses)s], false, now()
    FROM teams_clinic c
    CROSS JOIN LATERAL (
        SELECT array_agg(id ORDER BY id) AS ids FROM teams_member WHERE clinic_id = c.id AND profession = 'doctor'
    ) doctor
    CROSS JOIN LATERAL (
        SELECT array_agg(id ORDER BY id) AS ids FROM teams_member WHERE clinic_id = c.id AND profession = 'nurse'
    ) nurse
    CROSS JOIN generate_series(1, %(patients)s) AS n
    """,
    # Every doctor has delegated the yearly check to the first nurse.
    """
    INSERT INTO tasks_delegation (clinic_id, doctor_id, member_id, kind_id, instruction, starts_on, signed_at)
    SELECT d.clinic_id, d.id, n.id, k.id, 'Etter prosedyre.', %(first)s, now()
    FROM teams_member d
    JOIN (SELECT clinic_id, min(id) AS id FROM teams_member WHERE profession = 'nurse' GROUP BY 1) n USING (clinic_id)
    JOIN tasks_taskkind k ON k.slug = 'arskontroll'
    WHERE d.profession = 'doctor'
    """,
    """
    INSERT INTO tasks_programme
        (clinic_id, slug, name, icpc2, min_drugs, by_condition, state, version, source, certainty, approved_by_id,
         approved_at)
    SELECT clinic_id, 'diabetes2', 'Diabetes type 2', '{T90}', 0, true, 'approved', 1, '', 'sourced', min(id), now()
    FROM teams_member GROUP BY clinic_id
    """,
    """
    INSERT INTO tasks_step
        (clinic_id, programme_id, slug, name, kind_id, interval_months, interval_days, opens_days_before, hard,
         source, certainty, position)
    SELECT p.clinic_id, p.id, 'rutine', 'Rutinekontroll', k.id, 6, 0, 21, false, '', 'sourced', 1
    FROM tasks_programme p, tasks_taskkind k WHERE k.slug = 'rutinekontroll'
    """,
    """
    INSERT INTO tasks_followupplan (clinic_id, patient_id, programme_id, state, starts_on, end_reason)
    SELECT p.clinic_id, p.id, g.id, 'active', %(first)s, ''
    FROM patients_patient p JOIN tasks_programme g USING (clinic_id)
    """,
    """
    INSERT INTO tasks_planstep (clinic_id, plan_id, step_id, opens_on, due_on, waiting)
    SELECT p.clinic_id, p.id, s.id, %(first)s, %(first)s, false
    FROM tasks_followupplan p JOIN tasks_step s USING (programme_id)
    """,
]

# A third of the work comes from plans. Nine in ten are done, within about ten days; a few are called off.
# Everybody does what their profession may, the catalogue's first kinds most often.
WORK = """
WITH kind AS MATERIALIZED (
    SELECT id, name, origin, profession, row_number() OVER profession - 1 AS rank
    FROM tasks_taskkind, unnest(professions) AS profession
    WINDOW profession AS (PARTITION BY profession ORDER BY position)
),
member AS MATERIALIZED (
    SELECT clinic_id, id, profession, row_number() OVER (PARTITION BY clinic_id ORDER BY id) - 1 AS rank,
        (SELECT count(*) FROM kind WHERE kind.profession = teams_member.profession) AS kinds
    FROM teams_member
),
patient AS MATERIALIZED (
    SELECT p.clinic_id, p.id, step.id AS step_id, row_number() OVER (PARTITION BY p.clinic_id ORDER BY p.id) - 1 AS rank
    FROM patients_patient p
    JOIN tasks_followupplan plan ON plan.patient_id = p.id
    JOIN tasks_planstep step ON step.plan_id = plan.id
),
drawn AS MATERIALIZED (
    SELECT n, c.id AS clinic_id,
        %(starts)s::timestamptz + (%(ends)s::timestamptz - %(starts)s::timestamptz) * w.week
            + interval '1 week' * pg_temp.chance(n, 1) AS opened_at,
        floor(pg_temp.chance(n, 2) * %(members)s)::bigint AS member_rank,
        floor(pg_temp.chance(n, 6) * %(patients)s)::bigint AS patient_rank,
        pg_temp.chance(n, 3) * pg_temp.chance(n, 8) AS what, pg_temp.chance(n, 4) AS fate,
        pg_temp.chance(n, 5) AS wait, pg_temp.chance(n, 7) AS lasts
    FROM teams_clinic c
    CROSS JOIN generate_series(0, %(weeks)s - 1) AS w (week)
    CROSS JOIN LATERAL (SELECT c.id * 10000000 + w.week * %(tasks)s + i AS n FROM generate_series(1, %(tasks)s) AS i) x
),
timed AS MATERIALIZED (
    SELECT drawn.*, member.id AS member_id, member.profession, floor(what * member.kinds)::bigint AS kind_rank,
        patient.id AS patient_id,
        CASE WHEN n %% 3 = 0 THEN patient.step_id END AS step_id,
        (opened_at AT TIME ZONE 'Europe/Oslo')::date AS opened_on,
        opened_at + interval '10 days' * wait * wait AS ended_at,
        CASE WHEN opened_at + interval '10 days' * wait * wait > %(until)s OR fate > 0.97 THEN 'assigned'
            WHEN fate > 0.94 THEN 'cancelled' ELSE 'done' END AS state
    FROM drawn
    JOIN member ON member.clinic_id = drawn.clinic_id AND member.rank = drawn.member_rank
    JOIN patient ON patient.clinic_id = drawn.clinic_id AND patient.rank = drawn.patient_rank
)
INSERT INTO tasks_task (
    clinic_id, kind_id, name, patient_id, plan_step_id, origin, sender, state, opens_on, due_on, hard, logged,
    planned_minutes, assignee_id, why, opened_at, ended_at, done_by_id, minutes, version, closing
)
SELECT t.clinic_id, kind.id, kind.name, t.patient_id, t.step_id,
    CASE WHEN t.step_id IS NULL THEN kind.origin ELSE 'plan' END, '', t.state, t.opened_on,
    t.opened_on + 2 + (n %% 7)::int, false, n %% 10 = 0, 10, t.member_id, '{}', t.opened_at,
    CASE WHEN t.state <> 'assigned' THEN t.ended_at END, CASE WHEN t.state = 'done' THEN t.member_id END,
    CASE WHEN t.state = 'done' THEN 2 + floor(t.lasts * 28)::int END, 2,
    CASE t.state WHEN 'assigned' THEN '' WHEN 'cancelled' THEN 'not_needed' ELSE t.state END
FROM timed t
JOIN kind ON kind.profession = t.profession AND kind.rank = t.kind_rank
ON CONFLICT DO NOTHING
"""

# What the application writes down of such tasks: opened, shared out, ended.
STORIES = """
INSERT INTO tasks_taskevent (
    clinic_id, task_id, verb, from_state, to_state, to_member_id, by_id, at, effective_at, reason, after
)
SELECT t.clinic_id, t.id, e.verb, e.was, e.becomes, e.whose, e.by, e.at, e.at, '', e.told
FROM tasks_task t
CROSS JOIN LATERAL (VALUES
    (1, 'open', '', 'open', NULL, NULL, t.opened_at, jsonb_build_object(
        'planned_minutes', t.planned_minutes, 'opens_on', t.opens_on, 'due_on', t.due_on, 'closes_on', t.closes_on)),
    (2, 'assign', 'open', 'assigned', t.assignee_id, NULL, t.opened_at, '{}'),
    (3, CASE t.state WHEN 'done' THEN 'complete' ELSE 'cancel' END, 'assigned', t.state, NULL, t.assignee_id, t.ended_at,
        CASE t.state WHEN 'done' THEN jsonb_build_object('minutes', t.minutes) ELSE '{}' END)
) AS e (step, verb, was, becomes, whose, by, at, told)
WHERE e.at IS NOT NULL
ORDER BY e.at, t.id, e.step
"""


def fill_people(clinics: int, *, first: dt.date, patients: int = PATIENTS) -> None:
    """Clinics of twelve members that started on `first`, with list patients, a plan each, and delegations."""
    _run(PEOPLE, {
        "clinics": clinics, "first": first, "patients": patients,
        "doctors": DOCTORS, "nurses": NURSES, "members": MEMBERS,
    })  # fmt: skip


def fill_work(
    first: Week,
    weeks: int,
    *,
    seed: int,
    until: dt.datetime,
    tasks: int = TASKS_A_WEEK,
    patients: int = PATIENTS,
) -> int:
    """Tasks opened over these weeks in every clinic, ended as far as `until`, with their events; how many tasks."""
    parameters = {
        "starts": first.starts_at, "ends": first.ends_at, "weeks": weeks, "tasks": tasks, "until": until,
        "members": MEMBERS, "patients": patients,
    }  # fmt: skip
    with indexes_made_at_the_end("tasks_task"):
        _run([CHANCE.format(seed=int(seed)), WORK], parameters)
    with indexes_made_at_the_end("tasks_taskevent"):
        _run([STORIES], {})
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tasks_task")
        return int(cursor.fetchone()[0])


def _run(statements: list[str], parameters: dict[str, Any]) -> None:
    with relations_checked_at_the_end(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, parameters if "%(" in statement else None)


@contextmanager
def relations_checked_at_the_end() -> Iterator[None]:
    """Foreign keys off and on again: checking a million rows at once costs a tenth of checking each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)"
            " FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
        )
        relations = cursor.fetchall()
        for table, name, _definition in relations:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        yield
        for table, name, definition in relations:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


@contextmanager
def indexes_made_at_the_end(table: str) -> Iterator[None]:
    """Those that are not unique off and on again: ten million rows at once take a fifth of the time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " WHERE i.indrelid = %s::regclass AND NOT i.indisunique",
            [table],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        for _name, definition in indexes:
            cursor.execute(definition)
