"""A closed week as a spreadsheet: the numbers of the page, as numbers, and nobody whom the reader may not see."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from reports.actions.closing import close_weeks
from reports.models import CapacityLine, MovableLine, WeeklyReport, WorkLine
from teams.models import Access, Clinic, Member
from tests.conftest import Cast, logged_in, make_member
from tests.reports.conftest import WEEK, done

URL = f"/rapporter/{WEEK.year}/{WEEK.number}/uke."
PERSON = "Person"


@pytest.fixture
def closed(solbakken: Cast) -> WeeklyReport:
    Clinic.objects.filter(pk=solbakken.clinic.pk).update(person_reports=True)
    done(solbakken.doctor, "telefonsporsmal", 95)
    done(solbakken.doctor, "nav_legeerkl", 25, origin="nav")
    done(solbakken.second_doctor, "pasreise_sykehus", 8, origin="hospital")
    done(solbakken.nurse, "sarstell", 30)
    close_weeks(now=WEEK.ends_at, week=WEEK)
    return WeeklyReport.objects.get(clinic=solbakken.clinic)


def fetched(member: Member, kind: str) -> bytes:
    answer: Any = logged_in(member).get(f"{URL}{kind}")
    assert answer.status_code == 200
    assert f'filename="fordel-2026-W10.{kind}"' in answer.headers["Content-Disposition"]
    return b"".join(answer.streaming_content)


def sheets(member: Member) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(fetched(member, "xlsx")))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def column(rows: list[list[Any]], name: str) -> list[Any]:
    return [row[rows[0].index(name)] for row in rows[1:]]


def test_the_sheets_hold_what_is_stored_as_numbers_and_days(solbakken: Cast, closed: WeeklyReport) -> None:
    found = sheets(solbakken.manager)
    assert list(found) == ["Nøkkeltall", "Kapasitet", "Arbeid", "Kan andre ta", "Fra sykehus", "Uke for uke"]
    work = WorkLine.objects.filter(report=closed)
    assert sum(column(found["Arbeid"], "Minutter utført")) == sum(line.done_minutes for line in work) == 158
    assert len(found["Arbeid"]) - 1 == len(work)
    movable = MovableLine.objects.filter(report=closed)
    assert sum(column(found["Kan andre ta"], "Minutter som kan flyttes")) == sum(
        line.minutes for line in movable
    )
    numbers = dict(
        zip(column(found["Nøkkeltall"], "Tall"), column(found["Nøkkeltall"], "Verdi"), strict=True)
    )
    assert numbers["Legetid på arbeid andre kan ta"] == sum(line.minutes for line in movable)
    assert all(isinstance(value, float) for value in numbers.values())
    assert column(found["Uke for uke"], "Mandag") == [dt.date(2026, 3, 2)]


def test_the_lines_of_a_csv_are_each_one_number(solbakken: Cast, closed: WeeklyReport) -> None:
    text = fetched(solbakken.doctor, "csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert {row["Uke"] for row in rows} == {"2026-W10"}
    minutes = [
        int(row["Verdi"]) for row in rows if (row["Tabell"], row["Tall"]) == ("Arbeid", "Minutter utført")
    ]
    assert sum(minutes) == 158


def test_persons_are_for_whoever_leads_and_for_oneself(solbakken: Cast, closed: WeeklyReport) -> None:
    leader = make_member(solbakken.clinic, "Kari Holm", "doctor", Access.LEADER)
    everybody = {
        line.member.name
        for line in CapacityLine.objects.exclude(member=None).select_related("member")
        if line.member
    }
    assert set(filter(None, column(sheets(leader)["Kapasitet"], PERSON))) == everybody
    assert set(filter(None, column(sheets(solbakken.nurse)["Kapasitet"], PERSON))) == {"Nina Nes"}
    assert set(filter(None, column(sheets(solbakken.manager)["Kapasitet"], PERSON))) <= {"Mona Myhre"}


def test_a_name_is_no_formula(solbakken: Cast, closed: WeeklyReport) -> None:
    Member.objects.filter(pk=solbakken.nurse.pk).update(name='=HYPERLINK("http://x")')
    nurse = Member.objects.get(pk=solbakken.nurse.pk)
    assert '=HYPERLINK("http://x")' in column(
        sheets(nurse)["Kapasitet"], PERSON
    )  # as text: a formula would be empty
    assert "\n=" not in (told := fetched(nurse, "csv").decode("utf-8-sig"))
    assert ";=HYPERLINK" not in told


@pytest.mark.parametrize("kind", ["doc", "xls", "csv2"])
def test_other_kinds_weeks_and_clinics_are_not_there(
    solbakken: Cast, furulund: Cast, closed: WeeklyReport, kind: str
) -> None:
    assert logged_in(solbakken.doctor).get(f"{URL}{kind}").status_code == 404
    assert logged_in(solbakken.doctor).get("/rapporter/2026/9/uke.csv").status_code == 404
    theirs = logged_in(furulund.doctor).get(f"{URL}csv")
    assert b"158" not in b"".join(theirs.streaming_content)  # type: ignore[attr-defined]


def test_the_paper_is_tagged_for_those_who_hear_it_and_names_nobody(
    solbakken: Cast, closed: WeeklyReport, tmp_path: Path
) -> None:
    told = fetched(solbakken.manager, "pdf")
    assert told.startswith(b"%PDF-1.")
    assert b"/StructTreeRoot" in told or b"/ObjStm" in told
    assert b"Nina Nes" not in told


def test_an_empty_week_is_a_paper_too(solbakken: Cast) -> None:
    close_weeks(now=WEEK.ends_at, week=WEEK)
    assert fetched(solbakken.nurse, "pdf").startswith(b"%PDF-1.")
