"""The rules of retention: what the night takes, and leaves; twice, in batches, killed between two; changed by an installation."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.utils import timezone

from patients.models import ImportChange, ImportProblem, ImportRun
from reports.models import Delivery, Recipient, WeeklyReport
from rights.actions.keeping import keep_rules
from rights.jobs import keep_rules as job
from rights.models import RetentionRun
from rights.queries.deleting import latest_runs, outlived
from rights.retention import FILE, How, read, rules
from rights.statements import statement
from scenarios.models import Scenario
from tasks.models import AllocationRun, BulkChange, BulkItem, Certainty, TaskEvent
from teams.calendar import oslo_date
from teams.wall import jobs_scope
from tests.conftest import Cast
from tests.rights.conftest import Known, make_known
from tests.tasks.conftest import MONDAY, make_patient, make_task

NOW = dt.datetime(2027, 6, 1, 3, 0, tzinfo=dt.UTC)
AUTO = [rule.name for rule in rules().values() if rule.how is How.AUTO]


def ago(days: int) -> dt.datetime:
    return NOW - dt.timedelta(days=days)


def test_every_rule_says_how_long_why_and_how_sure() -> None:
    for rule in rules().values():
        assert rule.title
        assert rule.keep
        assert rule.why
        assert rule.certainty in Certainty.values
        assert bool(rule.days or rule.years) is (rule.how is not How.KEPT)
    assert all(statement(f"keep_{name}") for name in AUTO)


def test_an_installation_changes_numbers_and_nothing_else() -> None:
    told: dict[str, Any] = {
        "a": {"title": "t", "how": "auto", "keep": "k", "why": "w", "certainty": "derived", "days": 9}
    }
    assert read(told, {"a": {"days": 3}})["a"].days == 3
    for wrong in (
        {"b": {"days": 3}},
        {"a": {"days": 0}},
        {"a": {"how": "kept"}},
        {"a": {"years": 1}},
        {"a": {"days": True}},
    ):
        with pytest.raises(ImproperlyConfigured):
            read(told, wrong)


def test_an_installations_own_file(settings: Any, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("[gone]\nyears = 15\n", encoding="utf-8")
    settings.RETENTION_FILE = str(own)
    rules.cache_clear()
    try:
        assert rules()["gone"].years == 15
    finally:
        rules.cache_clear()
    assert FILE.exists()


def a_run(cast: Cast, days: int, **fields: Any) -> ImportRun:
    return ImportRun.objects.create(
        clinic=cast.clinic, source="csv", file_name="x.csv", started_by=cast.nurse,
        **{"state": "refused", "finished_at": ago(days), **fields},
    )  # fmt: skip


def both(cast: Cast) -> None:
    """Something old enough and something not, of every rule that is carried out by itself."""
    clinic, nurse = cast.clinic, cast.nurse
    patient = make_patient(cast)
    for days in (10, 1000):
        run = a_run(cast, days)
        ImportProblem.objects.create(clinic=clinic, run=run, file_name="x.csv", row=1, message="feil")
        ImportChange.objects.create(clinic=clinic, run=run, fate="new", file_name="x.csv", row=1)
        bulk = BulkChange.objects.create(clinic=clinic, verb="cancel", by=nurse, at=ago(days))
        task = make_task(clinic, "okonomi", patient=patient)
        BulkItem.objects.create(clinic=clinic, bulk=bulk, task=task, version=1, before={"state": "open"})
        AllocationRun.objects.create(
            clinic=clinic, cause="night", state="applied", ran_at=ago(days), decided_at=ago(days), first_day=MONDAY,
            left=[[task.pk, "no_time"]], loads={"days": []},
        )  # fmt: skip
        Scenario.objects.create(
            clinic=clinic, name="x", by=nurse, asked_at=ago(days), ran_at=ago(days), state="done"
        )
        report = WeeklyReport.objects.create(
            clinic=clinic, year=2020, week=1 + days % 50, closed_at=ago(days),
            **dict.fromkeys(("followups_due", "followups_in_time", "overdue", "overdue_14_days"), 0),
        )  # fmt: skip
        recipient, _ = Recipient.objects.get_or_create(
            clinic=clinic, member=nurse, defaults={"address": "a@b.no", "asked_at": NOW}
        )
        Delivery.objects.create(
            clinic=clinic, recipient=recipient, report=report, year=2020, week=1 + days % 50, state="sent",
            next_at=ago(days), at=ago(days),
        )  # fmt: skip
        Session.objects.create(session_key=f"{clinic.pk}-{days}", session_data="", expire_date=ago(days - 20))


def standing() -> dict[str, int]:
    return {
        "refused_rows": ImportProblem.objects.count(),
        "previews": ImportChange.objects.count(),
        "undo": BulkItem.objects.count(),
        "shared_out": AllocationRun.objects.exclude(left=[]).count(),
        "scenarios": Scenario.objects.count(),
        "mail": Delivery.objects.count(),
        "sessions": Session.objects.count(),
    }


@pytest.mark.django_db
def test_the_old_goes_and_the_rest_stays_in_every_clinic(solbakken: Cast, furulund: Cast) -> None:
    for cast in (solbakken, furulund):
        both(cast)
    assert standing() == dict.fromkeys(AUTO, 4)
    assert keep_rules(now=NOW) == dict.fromkeys(AUTO, 2)
    assert standing() == dict.fromkeys(AUTO, 2)
    assert BulkChange.objects.count() == AllocationRun.objects.count() == 4  # that it happened stays
    assert dict(RetentionRun.objects.values_list("rule", "removed")) == dict.fromkeys(AUTO, 2)


@pytest.mark.django_db
def test_twice_takes_no_more(solbakken: Cast) -> None:
    both(solbakken)
    keep_rules(now=NOW)
    stands = standing()
    assert keep_rules(now=NOW + dt.timedelta(minutes=1)) == dict.fromkeys(AUTO, 0)
    assert standing() == stands
    assert {n for _at, n in latest_runs().values()} == {0}


@pytest.mark.django_db
def test_in_batches_each_with_its_trace(solbakken: Cast) -> None:
    run = a_run(solbakken, 1000)
    ImportProblem.objects.bulk_create(
        ImportProblem(clinic=solbakken.clinic, run=run, file_name="x", row=n, message="m") for n in range(7)
    )
    keep_rules(now=NOW, most=3)
    assert list(
        RetentionRun.objects.filter(rule="refused_rows").order_by("pk").values_list("removed", flat=True)
    ) == [3, 3, 1]
    assert latest_runs()["refused_rows"] == (NOW, 7)


@pytest.mark.django_db
def test_killed_between_two_batches_what_is_gone_is_told(
    solbakken: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(solbakken, 1000)
    ImportProblem.objects.bulk_create(
        ImportProblem(clinic=solbakken.clinic, run=run, file_name="x", row=n, message="m") for n in range(7)
    )
    begun: list[int] = []

    def cut() -> Any:
        begun.append(1)
        if len(begun) == 3:
            raise OperationalError
        return jobs_scope()

    monkeypatch.setattr("rights.actions.keeping.jobs_scope", cut)
    with pytest.raises(OperationalError):
        keep_rules(now=NOW, most=3)
    monkeypatch.undo()
    assert (
        ImportProblem.objects.count() == 7 - sum(RetentionRun.objects.values_list("removed", flat=True)) == 1
    )
    keep_rules(now=NOW + dt.timedelta(minutes=1), most=3)
    assert ImportProblem.objects.count() == 0


@pytest.mark.django_db
def test_what_somebody_still_works_with_stays(solbakken: Cast) -> None:
    waits = a_run(solbakken, 1000, state="ready")
    ImportChange.objects.create(clinic=solbakken.clinic, run=waits, fate="new", file_name="x", row=1)
    Scenario.objects.create(
        clinic=solbakken.clinic, name="x", by=solbakken.nurse, asked_at=ago(1000), state="running"
    )
    keep_rules(now=NOW)
    assert ImportChange.objects.count() == Scenario.objects.count() == 1


@pytest.mark.django_db
def test_the_record_is_never_touched(known: Known) -> None:
    events = TaskEvent.objects.count()
    keep_rules(now=NOW + dt.timedelta(days=40_000))
    assert TaskEvent.objects.count() == events
    assert known.patient.accesses.count() == 1
    assert known.patient.conditions.count() == 1


@pytest.mark.django_db
def test_the_job_does_all_three(solbakken: Cast) -> None:
    both(solbakken)
    job()
    assert RetentionRun.objects.filter(rule="mail").exists()


@pytest.mark.django_db
def test_who_has_been_gone_long_enough(solbakken: Cast, furulund: Cast) -> None:
    today = oslo_date(timezone.now())
    long_ago, lately = today.replace(year=today.year - 11), today.replace(year=today.year - 9)
    dead = make_patient(solbakken, deceased_on=long_ago)
    moved = make_patient(solbakken, moved_on=long_ago)
    make_patient(solbakken, moved_on=lately)
    make_patient(solbakken)
    make_patient(furulund, moved_on=long_ago)
    seen = make_known(solbakken).patient
    seen.moved_on = long_ago
    seen.save()
    assert list(outlived(solbakken.doctor, today)) == [dead, moved]
