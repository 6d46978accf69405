"""A list taken out as a file: as on screen, nobody dropped, no formula, no number, and written down at everybody."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patients.actions import record_accesses
from patients.models import PatientAccess, PatientIdentifier
from patients.personnummer import FNR_SYSTEM, make_tenor
from tasks.presenters.patients_export import WIDTHS, headings
from tests.conftest import Cast, logged_in
from tests.tasks.conftest import make_patient
from tests.tasks.listing import make_plan, make_programme
from tests.tasks.test_pages_patients import people, shown, today

NUMBER = make_tenor(dt.date(1985, 2, 1), 0)


def export(client: Client, kind: str = "csv", **sent: str) -> bytes:
    answer: Any = client.post("/pasienter/eksport/", {"format": kind, **sent})
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def cells(content: bytes) -> list[list[str]]:
    """The sheet's rows as a spreadsheet would show their stored values; None for a formula anywhere."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        if "xl/sharedStrings.xml" in book.namelist():
            assert "<si>" not in book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    return [
        [re.sub(r"<.*?>", "", cell) for cell in re.findall(r"<c .*?</c>", row)]
        for row in re.findall(r"<row.*?</row>", sheet)
    ]


def test_the_file_holds_everybody_on_screen_in_the_same_order(solbakken: Cast, furulund: Cast) -> None:
    people(solbakken, 60)
    make_patient(solbakken, family_name="Ås", given_name="Eva")
    make_patient(solbakken, family_name="Bø", list_doctor=None)
    make_patient(furulund, family_name="Andre")
    nurse = logged_in(solbakken.nurse)
    first = nurse.get(f"/pasienter/?lege={solbakken.doctor.pk}")
    on_screen = shown(first) + shown(
        nurse.get(f"/pasienter/?lege={solbakken.doctor.pk}&etter={first.context['page'].after}")
    )
    for kind, read in (("csv", lines), ("xlsx", cells)):
        heading, *rows = read(export(nurse, kind, utvalg=f"lege={solbakken.doctor.pk}"))
        assert heading == headings()
        assert [row[0] for row in rows] == on_screen
        assert len(rows) == 61


def test_the_order_and_the_words_are_those_on_screen(solbakken: Cast) -> None:
    late, soon = people(solbakken, 2)
    programme = make_programme(solbakken)
    make_plan(late, programme, today() + dt.timedelta(9))
    make_plan(soon, programme, today() + dt.timedelta(3))
    make_patient(solbakken, family_name="Annen")
    nurse = logged_in(solbakken.nurse)
    rows = lines(export(nurse, utvalg="sorter=neste", q="opp"))[1:]
    assert [row[0] for row in rows] == ["Oppspinn, Test1", "Oppspinn, Test0"]
    assert rows[0][6] == f"{today() + dt.timedelta(3):%d.%m.%Y}"
    assert rows[0][5] == "Diabetes type 2"


def test_birth_date_goes_out_and_person_number_does_not(solbakken: Cast) -> None:
    patient = make_patient(solbakken, birth_date=dt.date(1985, 2, 1))
    PatientIdentifier.objects.create(
        clinic=solbakken.clinic, patient=patient, system=FNR_SYSTEM, value=NUMBER
    )
    nurse = logged_in(solbakken.nurse)
    assert lines(export(nurse))[1][1] == "01.02.1985"
    for kind in ("csv", "xlsx"):
        assert NUMBER.encode() not in export(nurse, kind)


@pytest.mark.parametrize("name", ["=1+1", "+1", "@SUM(A1)", "-1", "＝1"])
def test_a_name_is_never_a_formula(solbakken: Cast, name: str) -> None:
    make_patient(solbakken, family_name=name)
    nurse = logged_in(solbakken.nurse)
    assert lines(export(nurse))[1][0] == f"'{name}, Per"
    assert cells(export(nurse, "xlsx"))[1][0] == f"{name}, Per"


def test_everybody_who_is_in_the_file_has_it_in_the_log(solbakken: Cast, furulund: Cast) -> None:
    inside, _out = make_patient(solbakken), make_patient(solbakken, list_doctor=None)
    export(logged_in(solbakken.nurse), utvalg=f"lege={solbakken.doctor.pk}")
    access = PatientAccess.objects.get()
    assert (access.patient, access.member, access.user) == (inside, solbakken.nurse, solbakken.nurse.user)
    assert (access.what, access.ground) == ("eksport av liste", "oppfølging")


def test_only_those_who_see_patients_take_them_out_and_only_by_post(solbakken: Cast, furulund: Cast) -> None:
    patient, theirs = make_patient(solbakken), make_patient(furulund)
    assert logged_in(solbakken.manager).post("/pasienter/eksport/").status_code == 403
    assert logged_in(solbakken.nurse).get("/pasienter/eksport/").status_code == 405
    with pytest.raises(PermissionDenied):
        record_accesses([patient.pk], by=solbakken.manager, ground="x", what="y")
    assert record_accesses([patient.pk, theirs.pk], by=solbakken.nurse, ground="x", what="y") == 1
    solbakken.nurse.user = None
    with pytest.raises(PermissionDenied):
        record_accesses([patient.pk], by=solbakken.nurse, ground="x", what="y")


def test_a_search_that_is_no_search_takes_nothing_out(solbakken: Cast) -> None:
    make_patient(solbakken)
    answer = logged_in(solbakken.nurse).post("/pasienter/eksport/", {"q": "0102"})
    assert answer.status_code == 422
    assert not PatientAccess.objects.exists()


def test_a_file_of_many_asks_no_more_than_a_file_of_one(solbakken: Cast) -> None:
    nurse = logged_in(solbakken.nurse)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            export(nurse)
        return len(captured)

    make_patient(solbakken)
    queries()
    few = queries()
    people(solbakken, 60)
    assert queries() == few <= 13


def test_every_column_has_a_width() -> None:
    assert len(WIDTHS) == len(headings())
