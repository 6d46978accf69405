"""Every address there is, as staff and as leader: exactly the patients in the answer stand in the log of that request.

The addresses come from Django's own resolver and the names are one of a kind, so that a page that is made tomorrow is
walked too. Each request is rolled back, so that none finds the log of another.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

import pytest
import typst
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from config.shown import PAGES, words_for
from demo.seed import seed
from patients.models import (
    Block,
    BreakGlass,
    Condition,
    Discharge,
    ImportRun,
    ListShown,
    Patient,
    PatientAccess,
)
from reports.models import Delivery, WeeklyReport
from rights.models import DeletionRequest, Tombstone
from scenarios.models import Scenario
from tasks.models import (
    AllocationRun,
    BulkChange,
    Delegation,
    FollowUpPlan,
    JournalNote,
    PlanRun,
    PlanStep,
    Programme,
    SavedView,
    SenderReturn,
    Task,
)
from teams.calendar import oslo_date
from teams.models import Absence, Duty, Member
from tests.conftest import logged_in
from tests.tasks.conftest import make_task

OWN = {"config", "teams", "login", "patients", "tasks", "reports", "scenarios", "rights"}
NAME = re.compile(r"Qzqzq(\d+)qzq")
# Leaves of what one is, or is of one's own key to log in with.
NOT_WALKED = {"choose_place", "mfa_edit_webauthn", "mfa_remove_webauthn"}
RUNS: dict[str, Any] = {"import": ImportRun, "sharing": AllocationRun, "plan": PlanRun}
ROWS: dict[str, Any] = {
    "task_id": Task, "patient_id": Patient, "programme_id": Programme, "plan_id": FollowUpPlan, "note_id": JournalNote,
    "plan_step_id": PlanStep, "return_id": SenderReturn, "delegation_id": Delegation, "absence_id": Absence,
    "bulk_id": BulkChange, "member_id": Member, "view_id": SavedView, "condition_id": Condition, "duty_id": Duty,
    "discharge_id": Discharge, "scenario_id": Scenario, "delivery_id": Delivery, "block_id": Block,
    "glass_id": BreakGlass, "shown_id": ListShown, "request_id": DeletionRequest, "tombstone_id": Tombstone,
}  # fmt: skip


@pytest.fixture(scope="module")
def walked(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Member]]:
    """The demo clinic, in which every patient has a name and a number like nobody else's."""
    with django_db_blocker.unblock(), transaction.atomic():
        seed(today=oslo_date(timezone.now()), number=1, patients=120)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE patients_patient SET given_name = 'Fornavn', family_name = 'Qzqzq' || id || 'qzq'"
            )
            cursor.execute("UPDATE patients_patientidentifier SET value = 'Qzqzq' || patient_id || 'qzq'")
        people = {
            name: Member.objects.get(user__username=name)
            for name in ("leder", "sykepleier", "lege", "sekretaer")
        }
        patients = Patient.objects.filter(clinic=people["leder"].clinic).order_by("pk")
        for member, patient in zip(people.values(), patients, strict=False):
            make_task(
                member.clinic, "okonomi", assignee=member, patient=patient, due_on=oslo_date(timezone.now())
            )
        yield people
        transaction.set_rollback(True)
        cache.clear()


def addresses() -> list[Any]:
    found: list[Any] = []
    for each in cast("list[Any]", get_resolver().url_patterns):
        inside = getattr(each, "url_patterns", None)
        module = getattr(getattr(each, "urlconf_name", None), "__name__", "config").split(".")[0]
        if module in OWN:
            found += inside if inside is not None else [each]
    return [each for each in found if each.name and each.name not in NOT_WALKED]


def some(page: str, param: str, clinic: int, by: Member) -> list[Any]:
    """A few values for a part of an address: every state that there is of tasks and runs, and two of the rest."""
    report = WeeklyReport.objects.filter(clinic=clinic).order_by("-pk").first()
    words: dict[str, list[Any]] = {
        "key": ["hard", "overdue", "today", "week", "undated", "later", "waiting"], "week": ["2026-W47", this_week()],
        "weekday": [1], "field": ["moved_on", "deceased_on", "institution_on"], "fate": ["endret", "ikke-i-filen", "rettet-her"],
        "what": ["leger", "forfalt", "sykehus", "harde-frister", "end"], "group": [*Member.objects.filter(clinic=clinic).values_list("pk", flat=True)[:4], 0],
        "kind": ["pdf", "xlsx", "csv"], "chart": ["trend"], "year": [report.year if report else 2026],
        "number": [report.week if report else 47], "rule": ["hours"], "day": ["2026-11-20"], "session_id": [0], "provider_id": ["helseid"], "token": ["x" * 43],
    }  # fmt: skip
    if param in words:
        return words[param]
    model = (
        next((m for word, m in RUNS.items() if word in page), None) if param == "run_id" else ROWS.get(param)
    )
    assert model is not None, f"{page}: say which rows {param} means"
    rows = model.objects.filter(clinic=clinic)
    if model is Task:
        mine = list(rows.filter(assignee=by, patient__isnull=False).values_list("pk", flat=True)[:3])
        with_patient = rows.filter(patient__isnull=False).order_by("state", "pk").distinct("state")
        return mine + list(with_patient.values_list("pk", flat=True))
    if param == "run_id" and model is not PlanRun:
        return list(rows.order_by("state", "-pk").distinct("state").values_list("pk", flat=True))
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:3])


def this_week() -> str:
    year, week, _ = oslo_date(timezone.now()).isocalendar()
    return f"{year}-W{week:02d}"


def calls(page: Any, by: Member) -> Iterator[dict[str, Any]]:
    found: list[dict[str, Any]] = [{}]
    for param in page.pattern.converters:
        found = [
            {**each, param: value} for each in found for value in some(page.name, param, by.clinic_id, by)
        ]
    yield from found[:24]


def text_of(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    return str(body.decode("utf-8", "replace"))


def named_in(text: str) -> set[int]:
    return set(map(int, NAME.findall(text)))


@pytest.fixture(autouse=True)
def papers_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes onto paper is what typst is given."""
    monkeypatch.setattr(
        typst, "compile", lambda *_a, sys_inputs, **_k: json.dumps(sys_inputs, ensure_ascii=False).encode()
    )


class Logged(Exception):
    """Takes the request back."""


def compare(ask: Callable[[], Any]) -> tuple[set[int], set[int], int]:
    """Whom the answer shows, whom the log has of it, and the answer's status. Nothing remains."""
    last = (
        PatientAccess.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
        ListShown.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
    )
    shown: set[int] = set()
    logged: set[int] = set()
    status = 0
    try:
        with transaction.atomic():
            answer = ask()
            shown, status = named_in(text_of(answer)), answer.status_code
            logged = set(PatientAccess.objects.filter(pk__gt=last[0]).values_list("patient_id", flat=True))
            for row in ListShown.objects.filter(pk__gt=last[1]):
                logged |= set(row.patients)
            raise Logged
    except Logged:
        return shown, logged, status


def walk(by: Member, ask: Callable[[Client, str], Any]) -> tuple[list[str], set[str]]:
    """What is wrong, and which pages showed somebody."""
    client, wrong, showed = logged_in(by), [], set()
    client.raise_request_exception = False
    for page in addresses():
        for kwargs in calls(page, by):
            url = reverse(page.name, kwargs=kwargs)
            shown, logged, status = compare(partial(ask, client, url))
            if shown - logged or (status < 300 and logged - shown - without_name(page.name, kwargs, logged)):
                wrong.append(
                    f"{page.name} {status}: unlogged {sorted(shown - logged)}, not shown {sorted(logged - shown)[:9]}"
                )
            if shown:
                showed.add(page.name)
            if status >= 500:
                wrong.append(f"{page.name}: {status}")
    return wrong, showed


def without_name(page: str, kwargs: dict[str, Any], logged: set[int]) -> set[int]:
    """Pages that tell of patients without naming them: of one task or plan, and the tasks behind a number."""
    return logged if page == "behind" or (kwargs and len(logged) == 1) else set()


@pytest.mark.parametrize("who", ["leder", "sykepleier", "lege", "sekretaer"])
def test_whoever_is_on_the_page_is_in_the_log(
    walked: dict[str, Member], django_db_blocker: Any, who: str
) -> None:
    with django_db_blocker.unblock():
        wrong, showed = walk(walked[who], lambda client, url: client.get(url))
    assert wrong == []
    assert {"my_day", "patient", "patients", "task"} <= showed
    assert {page for page in showed if words_for(page, {"task_id": 1})[1] == page} == set()


@pytest.mark.parametrize("who", ["leder", "sykepleier"])
def test_whoever_is_in_the_answer_to_a_form_is_in_the_log(
    walked: dict[str, Member], django_db_blocker: Any, who: str
) -> None:
    """Empty forms are mostly refused, and come back with the page that they stood on."""
    with django_db_blocker.unblock():
        wrong, _showed = walk(walked[who], lambda client, url: client.post(url, {}))
    assert wrong == []


def test_search_hits_files_and_previews(walked: dict[str, Member], django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        client = logged_in(walked["leder"])
        tasks = list(
            Task.objects.filter(clinic=walked["leder"].clinic, ended_at=None, patient__isnull=False)[:8]
        )
        asked: dict[str, dict[str, Any]] = {
            "/min-dag/sok/": {"words": "Qzqzq"}, "/pasienter/": {"q": "Qzqzq"}, "/pasienter/eksport/": {"format": "xlsx"},
            "/oppgaver/ny/": {"q": "Qzqzq", "find": "1"},
            "/team/oppgaver/forhandsvis/": {
                "task": [t.pk for t in tasks], "verb": "reassign", "to": walked["sykepleier"].pk, "sted": "pool"
            },
        }  # fmt: skip
        for url, data in asked.items():
            shown, logged, status = compare(partial(client.post, url, data))
            assert shown == logged, (url, status)
            assert shown and status == 200, (url, status)


def test_every_line_of_the_table_is_an_address() -> None:
    assert set(PAGES) <= {each.name for each in addresses()}


def test_what_was_shown_has_room() -> None:
    assert all(len(what) <= 120 for _ground, what in PAGES.values())
