"""The product's addresses, and beside them two floors: an empty view, and each page's rows by bare psycopg.

Served only by a measurement (bench/pages_settings.py). A floor goes through the same middleware as the page: the
session, who is logged in and where, the transaction and the walls. What it does not do is Django's own: no model,
no form, no template, no words; the rows are written as plain text. Where showing a page is written down (who saw
whom), or the page is a change, the floor writes the same rows.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver
from django.views.decorators.http import require_POST, require_safe

from teams.calendar import Week, day_share, oslo_date
from teams.middleware import MemberRequest

# A site's error pages are those of its root: the product's own.
handler400 = "config.requests.bad_request"
handler403 = "config.requests.permission_denied"
handler404 = "config.requests.not_found"
handler500 = "config.requests.server_error"

# The rows are chosen first and joined then: joined first, a thousand patients are read for sixty rows.
_TASKS = """
SELECT t.id, t.version, t.name, t.kind_id, t.origin, t.sender, t.opens_on, t.due_on, t.closes_on, t.hard, t.part,
       t.planned_minutes, t.planned_on, t.why::text, t.patient_id, p.given_name, p.family_name, p.birth_date, g.name
FROM ({tasks}) t
LEFT JOIN patients_patient p ON p.id = t.patient_id
LEFT JOIN tasks_planstep s ON s.id = t.plan_step_id
LEFT JOIN tasks_followupplan f ON f.id = s.plan_id
LEFT JOIN tasks_programme g ON g.id = f.programme_id
"""
_OPEN = "SELECT * FROM tasks_task WHERE clinic_id = %(clinic)s AND ended_at IS NULL"
_IN_ORDER = "ORDER BY hard DESC, due_on NULLS LAST, id LIMIT %(rows)s"
_THIS = _TASKS.format(tasks="SELECT * FROM tasks_task WHERE clinic_id = %(clinic)s AND id = %(id)s")


def _list(condition: str) -> str:
    """The statement of a list of open tasks, in order."""
    chosen = _TASKS.format(tasks=f"{_OPEN} AND {condition} {_IN_ORDER}")
    return f"{chosen} ORDER BY t.hard DESC, t.due_on NULLS LAST, t.id"


# As a Norwegian sorts: æ, ø, å last.
_NAME = ", ".join(
    f"translate(lower({name}), 'æøåäöÆØÅÄÖ', '{{|}}{{|{{|}}{{|')" for name in ("family_name", "given_name")
)
_SEEN = """
INSERT INTO patients_patientaccess (clinic_id, patient_id, member_id, user_id, at, ground, what)
SELECT t.clinic_id, t.patient_id, %(member)s, %(user)s, now(), 'oppfølging', 'oppgave'
FROM tasks_task t WHERE t.id = %(id)s AND t.patient_id IS NOT NULL
"""
_EVENTS = """
SELECT e.verb, e.at, b.name, m.name, e.reason FROM tasks_taskevent e
LEFT JOIN teams_member b ON b.id = e.by_id LEFT JOIN teams_member m ON m.id = e.to_member_id
WHERE e.task_id = %(id)s ORDER BY e.id
"""
_RECEIVERS = "SELECT id, name, profession FROM teams_member WHERE clinic_id = %(clinic)s ORDER BY name"

# What each page's floor asks the database for. Parameters: clinic, member, user, today, days and shares (four weeks
# from this Monday), and from the query string id and rows (how many the page itself showed).
ROWS: dict[str, tuple[str, ...]] = {
    "min_dag": (_list("assignee_id = %(member)s"),),
    "team_now": (
        """
        SELECT m.id, m.name, m.profession, c.minutes
        FROM teams_member m LEFT JOIN teams_capacity(%(days)s::date[], %(shares)s::real[]) c
            ON c.member_id = m.id AND c.on_day = %(today)s
        WHERE m.clinic_id = %(clinic)s ORDER BY 3, 2
        """,
        """
        SELECT t.assignee_id, sum(t.planned_minutes), count(*) FROM tasks_task t
        WHERE t.clinic_id = %(clinic)s AND t.ended_at IS NULL AND coalesce(t.planned_on, t.due_on) <= %(today)s
        GROUP BY 1
        """,
    ),
    "team": (
        """
        SELECT m.id, m.name, m.profession, date_trunc('week', c.on_day) AS week, sum(c.minutes)
        FROM teams_member m LEFT JOIN teams_capacity(%(days)s::date[], %(shares)s::real[]) c ON c.member_id = m.id
        WHERE m.clinic_id = %(clinic)s GROUP BY 1, 2, 3, 4 ORDER BY 3, 2, 4
        """,
        """
        SELECT t.assignee_id, date_trunc('week', coalesce(t.planned_on, t.due_on)) AS week, sum(t.planned_minutes),
               count(*), count(*) FILTER (WHERE t.due_on < %(today)s), count(*) FILTER (WHERE t.hard)
        FROM tasks_task t
        WHERE t.clinic_id = %(clinic)s AND t.ended_at IS NULL
          AND (coalesce(t.planned_on, t.due_on) <= %(last)s OR t.due_on < %(today)s)
        GROUP BY 1, 2
        """,
    ),
    "cell": (_list("assignee_id = %(id)s"),),
    "pool": (_list("assignee_id IS NULL"),),
    "task_sheet": (_THIS, _EVENTS, _RECEIVERS, _SEEN),
    "patients": (
        """
        SELECT p.id, p.given_name, p.family_name, p.birth_date, d.name,
               ARRAY(SELECT c.icpc2 FROM patients_condition c
                     WHERE c.patient_id = p.id AND c.ends_on IS NULL AND c.struck_at IS NULL ORDER BY 1),
               (SELECT string_agg(g.name, ', ') FROM tasks_followupplan f JOIN tasks_programme g ON g.id = f.programme_id
                WHERE f.patient_id = p.id AND f.state = 'active'),
               (SELECT min(t.due_on) FROM tasks_task t WHERE t.patient_id = p.id AND t.ended_at IS NULL)
        FROM (SELECT * FROM patients_patient WHERE clinic_id = %(clinic)s AND deceased_on IS NULL AND moved_on IS NULL
              ORDER BY /* name */, id LIMIT %(rows)s) p
        LEFT JOIN teams_member d ON d.id = p.list_doctor_id
        """.replace("/* name */", _NAME),
    ),
    "lacking": (
        """
        SELECT p.id, p.given_name, p.family_name, p.birth_date, g.name
        FROM tasks_programme g
        JOIN patients_condition c ON c.clinic_id = g.clinic_id AND c.icpc2 = ANY(g.icpc2) AND c.ends_on IS NULL
        JOIN patients_patient p ON p.id = c.patient_id AND p.deceased_on IS NULL AND p.moved_on IS NULL
        WHERE g.clinic_id = %(clinic)s AND g.state = 'approved' AND NOT EXISTS (
            SELECT FROM tasks_followupplan f WHERE f.patient_id = p.id AND f.programme_id = g.id
        )
        ORDER BY /* name */, p.id LIMIT %(rows)s
        """.replace("/* name */", _NAME),
    ),
    "patient": (
        """
        SELECT p.*, d.name, n.name FROM patients_patient p
        LEFT JOIN teams_member d ON d.id = p.list_doctor_id LEFT JOIN teams_member n ON n.id = p.usual_nurse_id
        WHERE p.clinic_id = %(clinic)s AND p.id = %(id)s
        """,
        "SELECT * FROM patients_condition WHERE clinic_id = %(clinic)s AND patient_id = %(id)s ORDER BY icpc2",
        """
        SELECT g.name, f.state, s.name, ps.opens_on, ps.due_on, ps.last_done_on, ps.waiting
        FROM tasks_followupplan f JOIN tasks_programme g ON g.id = f.programme_id
        JOIN tasks_planstep ps ON ps.plan_id = f.id JOIN tasks_step s ON s.id = ps.step_id
        WHERE f.clinic_id = %(clinic)s AND f.patient_id = %(id)s ORDER BY ps.due_on
        """,
        """
        SELECT t.id, t.name, t.state, t.due_on, t.ended_at, t.minutes, a.name, b.name FROM tasks_task t
        LEFT JOIN teams_member a ON a.id = t.assignee_id LEFT JOIN teams_member b ON b.id = t.done_by_id
        WHERE t.clinic_id = %(clinic)s AND t.patient_id = %(id)s ORDER BY t.ended_at DESC NULLS FIRST LIMIT %(rows)s
        """,
        """
        INSERT INTO patients_patientaccess (clinic_id, patient_id, member_id, user_id, at, ground, what)
        VALUES (%(clinic)s, %(id)s, %(member)s, %(user)s, now(), 'oppfølging', 'pasient')
        """,
    ),
    "sharing": (
        """
        SELECT id, state, cause, calm, ran_at, placed, unplaced, moved, gap FROM tasks_allocationrun
        WHERE clinic_id = %(clinic)s ORDER BY ran_at DESC LIMIT %(rows)s
        """,
    ),
    "report_week": (
        """
        SELECT l.*, k.name FROM reports_workline l JOIN tasks_taskkind k ON k.id = l.kind_id
        WHERE l.report_id = %(id)s ORDER BY k.position, l.origin
        """,
        """
        SELECT l.*, k.name FROM reports_movableline l JOIN tasks_taskkind k ON k.id = l.kind_id
        WHERE l.report_id = %(id)s ORDER BY l.minutes DESC
        """,
        """
        SELECT l.*, m.name FROM reports_capacityline l LEFT JOIN teams_member m ON m.id = l.member_id
        WHERE l.report_id = %(id)s ORDER BY l.profession, m.name
        """,
    ),
    "complete_task": (
        """
        UPDATE tasks_task SET state = 'done', version = version + 1, ended_at = now(), done_by_id = %(member)s,
               minutes = 7, closing = 'done', pinned = pinned
        WHERE id = %(id)s AND state = 'assigned'
        RETURNING id, version
        """,
        """
        INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, from_member_id, to_member_id, by_id,
                                     at, effective_at, reason, after)
        VALUES (%(clinic)s, %(id)s, 'complete', 'assigned', 'done', %(member)s, %(member)s, %(member)s,
                now(), now(), '', '{"minutes": 7}') RETURNING id
        """,
        _THIS,
    ),
    "undo_task": (
        """
        UPDATE tasks_task SET state = 'assigned', version = version + 1, ended_at = NULL, done_by_id = NULL,
               minutes = NULL, closing = ''
        WHERE id = %(id)s AND state = 'done'
        RETURNING id, version
        """,
        """
        INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, from_member_id, to_member_id, by_id,
                                     at, effective_at, reason, after)
        VALUES (%(clinic)s, %(id)s, 'undo', 'done', 'assigned', %(member)s, %(member)s, %(member)s,
                now(), now(), '', '{}') RETURNING id
        """,
        _THIS,
    ),
}  # fmt: skip


@require_safe
def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def rows(request: MemberRequest, page: str) -> HttpResponse:
    return _rows(request, page)


@require_POST
def change(request: MemberRequest, page: str) -> HttpResponse:
    return _rows(request, page)


def _rows(request: MemberRequest, page: str) -> HttpResponse:
    lines: list[str] = []
    # Django's connection, which the walls stand on, and nothing else of Django's.
    with psycopg.Cursor(connection.connection) as cursor:
        for statement in ROWS[page]:
            cursor.execute(statement, _parameters(request))
            if cursor.description:
                lines += ["\t".join(map(str, row)) for row in cursor]
    return HttpResponse("\n".join(lines), content_type="text/plain")


def _parameters(request: MemberRequest) -> dict[str, Any]:
    today = oslo_date(dt.datetime.now(dt.UTC))
    days = [Week.of(today).monday + dt.timedelta(days=n) for n in range(28)]
    member = request.member
    return {
        "clinic": member.clinic_id, "member": member.pk, "user": request.user.pk, "today": today, "days": days,
        "shares": [day_share(day) for day in days], "last": days[-1],
        "id": int(request.GET.get("id", 0)), "rows": int(request.GET.get("rows", 0)),
    }  # fmt: skip


urlpatterns: list[URLPattern | URLResolver] = [
    path("gulv/", empty),
    path("gulv/<slug:page>/", rows),
    path("gulv/<slug:page>/endre/", change),
    path("", include("config.urls")),
]
