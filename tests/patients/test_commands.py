"""The import commands: what they print, and how they end."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from patients.models import ImportRun, Patient
from tests.conftest import Cast
from tests.patients.conftest import DATA, HEAD, list_row, number


def run(command: str, path: Path, **options: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(command, path, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_counts_are_printed_and_the_second_time_only_unchanged(solbakken: Cast) -> None:
    first, _ = run("import_csv", DATA / "liste.csv", clinic="solbakken")
    assert "nye" in first.splitlines()[1]
    second, _ = run("import_csv", DATA / "liste.csv", clinic="solbakken")
    assert second.splitlines()[1].split() == ["lest", "uendret", "følges", "ikke"]
    assert "A04" in second


def test_a_refused_list_ends_with_its_rows_and_an_error(solbakken: Cast, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(
        f"personnummer;fornavn;etternavn;født\n{number()};Kari;Oppspinn;01.02.2985\n", encoding="utf-8"
    )
    err = StringIO()
    with pytest.raises(CommandError, match="Ingen rader er tatt inn"):
        call_command("import_csv", path, clinic="solbakken", stdout=StringIO(), stderr=err)
    assert "liste.csv, rad 2, født: Fødselsdatoen er i framtiden." in err.getvalue()
    assert not Patient.objects.exists()
    _, warned = run("import_csv", path, clinic="solbakken", good_rows=True)
    assert "1 rader er avvist" in warned


def test_the_wrong_format_the_wrong_clinic_and_no_file_are_one_clear_line(
    solbakken: Cast, tmp_path: Path
) -> None:
    for command, path, clinic, words in (
        ("import_fhir", DATA / "liste.csv", "solbakken", "Filen er csv, ikke fhir"),
        ("import_csv", DATA / "liste.csv", "finnesikke", "Kjente: solbakken"),
        ("import_csv", tmp_path / "borte.csv", "solbakken", "finnes ikke"),
    ):
        with pytest.raises(CommandError, match=words):
            run(command, path, clinic=clinic)
    assert not ImportRun.objects.exists()


def test_a_preview_tells_the_counts_and_leaves_the_list_as_it_is(solbakken: Cast) -> None:
    told, _ = run("import_csv", DATA / "liste.csv", clinic="solbakken", preview=True)
    assert "klar til gjennomsyn" in told
    assert told.splitlines()[2].split() == ["Pasienter", "3", "3", "0"]
    assert not Patient.objects.exists()
    left = ImportRun.objects.get()
    assert (left.state, left.confirmed_at, left.changes.count()) == ("discarded", None, 0)


def test_a_whole_list_takes_off_whoever_it_lacks(solbakken: Cast, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("\n".join([HEAD, list_row(1), list_row(2), ""]), encoding="utf-8")
    run("import_csv", path, clinic="solbakken")
    path.write_text("\n".join([HEAD, list_row(1), ""]), encoding="utf-8")
    told, _ = run("import_csv", path, clinic="solbakken", preview=True, whole_list=True)
    assert "1 pasienter på listen her står ikke i filen." in told
    assert Patient.objects.followed().count() == 2
    run("import_csv", path, clinic="solbakken", whole_list=True)
    assert Patient.objects.followed().get().family_name == "Oppspinn1"


def test_foreign_headings_are_told_of_and_mapped_by_a_file(solbakken: Cast, tmp_path: Path) -> None:
    path, mapping = tmp_path / "liste.csv", tmp_path / "kolonner.json"
    theirs = ["Nummer", "Kallenavn", "Slekt", "Dato", "Behandler", "Koder"]
    path.write_text("\n".join([";".join(theirs), list_row(1), ""]), encoding="utf-8")
    with pytest.raises(CommandError, match=r'--mapping: \{"Nummer": ".*", "Kallenavn": '):
        run("import_csv", path, clinic="solbakken")
    mapping.write_text(json.dumps(dict(zip(theirs, HEAD.split(";"), strict=True))), encoding="utf-8")
    run("import_csv", path, clinic="solbakken", mapping=mapping)
    assert Patient.objects.get().given_name == "Kari"
    for wrong in ("tull", '["a"]', '{"a": 1}'):
        mapping.write_text(wrong, encoding="utf-8")
        with pytest.raises(CommandError, match=r"kolonner\.json"):
            run("import_csv", path, clinic="solbakken", mapping=mapping)


def test_a_spreadsheet_is_taken_in_like_any_list(solbakken: Cast, tmp_path: Path) -> None:
    path = tmp_path / "liste.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate((HEAD, list_row(1), list_row(2))):
            sheet.write_row(number, 0, line.split(";"))
    run("import_csv", path, clinic="solbakken")
    assert Patient.objects.count() == 2
