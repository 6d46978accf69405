"""What the two import commands share: path and clinic in, a readable table of counts out."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError

from patients.actions import discard_import, look, mappings_of, run_import, start_import, start_preview
from patients.import_presenters import count_table, count_text, kept_text
from patients.imports.reading import Format, Import, NeedsMapping
from patients.imports.rows import Unreadable
from patients.models import ImportRun
from teams.models import Clinic
from teams.wall import clinic_scope, jobs_scope

SHOWN = 20


class ImportCommand(BaseCommand):
    expected: ClassVar[Format]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="fil, mappe eller zip")
        parser.add_argument("--clinic", required=True, metavar="SLUG", help="legekontorets kortnavn")
        parser.add_argument("--good-rows", action="store_true", help="ta inn de gode radene når noen er feil")
        parser.add_argument(
            "--preview", action="store_true", help="vis hva som ville skjedd, og ta ikke inn noe"
        )
        parser.add_argument(
            "--whole-list", action="store_true", help="sett dem som ikke står i filen, ut av listen"
        )
        parser.add_argument(
            "--mapping",
            type=Path,
            metavar="FIL.json",
            help="overskriftene i filen → kolonnene i docs/import.md",
        )

    def handle(self, *, path: Path, clinic: str, preview: bool, **options: Any) -> None:
        began = time.monotonic()
        clinic_id = self._clinic(clinic)
        found, mapping = self._found(path, clinic_id, options["mapping"])
        asked = {
            "by": None,
            "clinic_id": clinic_id,
            "file_name": path.name,
            "stored_as": "",
            "whole_list": options["whole_list"],
            "mapping": mapping,
        }
        with clinic_scope(clinic_id):
            if preview:
                waiting = start_preview(found, **asked)
            else:
                waiting = start_import(found, good_rows_only=options["good_rows"], **asked)
        run = run_import(run_id=waiting.pk, clinic_id=clinic_id, path=path)
        if run is None:
            raise CommandError("En annen prosess holder på med denne importen.")
        self._tell(run, time.monotonic() - began)
        if run.state == ImportRun.State.READY:
            with clinic_scope(clinic_id):
                discard_import(run, by=None)
        elif run.state != ImportRun.State.DONE:
            raise CommandError(run.message or run.get_state_display())

    def _found(self, path: Path, clinic_id: int, told: Path | None) -> tuple[Import, dict[str, str]]:
        try:
            with clinic_scope(clinic_id):
                known = mappings_of(clinic_id)
            looked = look(path, _told(told), known=known, expected=self.expected)
        except Unreadable as error:
            raise CommandError(str(error)) from error
        found = looked.found
        if isinstance(found, NeedsMapping):
            example = json.dumps(dict.fromkeys(found.headings, "") | found.suggested, ensure_ascii=False)
            raise CommandError(
                f"{found.file} har andre overskrifter enn våre. Si hva de er, i en fil til --mapping: {example}"
            )
        return found, looked.mapping

    @staticmethod
    def _clinic(slug: str) -> int:
        with jobs_scope():
            clinic = Clinic.objects.filter(slug=slug).first()
            known = ", ".join(Clinic.objects.order_by("slug").values_list("slug", flat=True)[:20])
        if clinic is None:
            raise CommandError(f"Det finnes ikke noe legekontor «{slug}». Kjente: {known or 'ingen'}.")
        return clinic.pk

    def _tell(self, run: ImportRun, seconds: float) -> None:
        self.stdout.write(f"{run.file_name}: {run.get_state_display()} på {seconds:.1f} s\n")
        self.stdout.write(count_text(count_table(run.counts)))
        if run.counts.get("kept"):
            self.stdout.write(kept_text(run.counts["kept"]))
        if run.counts.get("other"):
            other = ", ".join(f"{name} {n}" for name, n in run.counts["other"].items())
            self.stdout.write(f"Andre ressurstyper, ikke lest: {other}")
        if run.unmapped:
            self.stdout.write(f"\nKoder som ikke følges ({len(run.unmapped)}):")
            for _system, code, text, n in run.unmapped[:SHOWN]:
                self.stdout.write(f"  {n:>7}  {code:<18}  {text}")
            if len(run.unmapped) > SHOWN:
                rest = sum(row[3] for row in run.unmapped[SHOWN:])
                self.stdout.write(f"  {rest:>7}  {len(run.unmapped) - SHOWN} andre koder")
        self._tell_problems(run)

    def _tell_problems(self, run: ImportRun) -> None:
        total = run.counts.get("problems", 0)
        if not total:
            return
        self.stderr.write(f"\n{total} rader er avvist:")
        with clinic_scope(run.clinic_id):
            for problem in run.problems.all()[:100]:
                column = f", {problem.column}" if problem.column else ""
                self.stderr.write(f"  {problem.file_name}, rad {problem.row}{column}: {problem.message}")
        if total > 100:
            self.stderr.write(f"  … og {total - 100} til")


def _told(path: Path | None) -> dict[str, str]:
    """The mapping in a file: an object of texts."""
    if path is None:
        return {}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{path.name} kan ikke leses som JSON.") from error
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        raise CommandError(f'{path.name} skal være som {{"Fødselsnr.": "personnummer"}}.')
    return told
