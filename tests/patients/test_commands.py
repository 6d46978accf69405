"""The import commands: what they print, and how they end."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from patients.models import ImportRun, Patient
from tests.conftest import Cast
from tests.patients.conftest import DATA, number


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
