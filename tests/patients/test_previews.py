"""What people ask of an import, and that nothing else happens: looked through, confirmed, discarded, expired."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from patients.actions import (
    AlreadyDecided,
    confirm_import,
    discard_import,
    expire_imports,
    look,
    map_columns,
    mappings_of,
    receive_upload,
    remove_orphans,
    rows_path,
    run_import,
    start_preview,
)
from patients.actions.asking import _UPLOAD_LOCK, WAITING_MAX
from patients.imports.reading import Import, NeedsMapping, recognise
from patients.imports.rows import Unreadable
from patients.jobs import import_list, resume_imports
from patients.models import (
    ColumnMapping,
    Condition,
    FollowedCode,
    ImportChange,
    ImportProblem,
    ImportRun,
    Patient,
    PatientIdentifier,
)
from teams.models import Access
from tests.conftest import Cast, make_member
from tests.patients.conftest import HEAD, Importer, number
from tests.patients.conftest import list_row as row

THEIRS = "Fødselsnr.;Kallenavn;Slektsnavn;F.dato;Behandler;Koder"
OURS = dict(zip(THEIRS.split(";"), HEAD.split(";"), strict=True))

Preview = Callable[..., ImportRun]


class Upload:
    """As much of an uploaded file as is asked for."""

    def __init__(self, name: str, *lines: str) -> None:
        self.name, self._content = name, "\n".join([*lines, ""]).encode()
        self.size = len(self._content)

    def chunks(self) -> list[bytes]:
        return [self._content]


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, settings: Any) -> Path:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return tmp_path / "uploads"


def send(cast: Cast, *rows: str, head: str = HEAD, whole_list: bool = False) -> ImportRun:
    files: Any = [Upload("liste.csv", head, *rows)]
    return receive_upload(files, by=cast.doctor, whole_list=whole_list)


def work(run: ImportRun) -> ImportRun:
    done = run_import(run_id=run.pk, clinic_id=run.clinic_id)
    assert done is not None
    return done


def seen(run: ImportRun) -> dt.datetime:
    assert run.finished_at is not None
    return run.finished_at


def confirm(run: ImportRun, cast: Cast, *, take_off: bool = False) -> ImportRun:
    return confirm_import(run, by=cast.doctor, seen=seen(run), take_off=take_off)


def counted(run: ImportRun, *fates: str, of: str = "counts") -> list[int]:
    return [getattr(run, of)["patients"].get(fate, 0) for fate in fates]


# --- looking through


def test_a_preview_tells_what_would_come_and_writes_nothing_of_it(
    solbakken: Cast, take_list: Importer
) -> None:
    take_list(solbakken, row(1), row(2), head=HEAD)
    before = list(Patient.objects.values())
    run = work(send(solbakken, row(1), row(2, name="Anna"), row(3), row(4, doctor="Ola Ukjent")))
    assert run.state == "ready"
    assert counted(run, "read", "new", "changed", "unchanged", "refused") == [4, 1, 1, 1, 1]
    assert run.preview == run.counts
    assert list(Patient.objects.values()) == before
    assert (Condition.objects.count(), PatientIdentifier.objects.count()) == (2, 2)
    assert [(p.row, p.column) for p in ImportProblem.objects.filter(run=run)] == [(5, "fastlege")]
    changes = {(c.fate, c.row, bool(c.patient_id)) for c in ImportChange.objects.filter(run=run)}
    assert changes == {("new", 4, False), ("changed", 3, True)}
    assert "Anna" not in "".join(ImportChange.objects.values_list("what", flat=True))


def test_what_was_confirmed_is_taken_in_and_is_what_the_preview_said(solbakken: Cast) -> None:
    run = work(send(solbakken, row(1), row(2)))
    assert not Patient.objects.exists()
    done = work(confirm(run, solbakken))
    assert (done.state, done.confirmed_by, done.good_rows_only) == ("done", solbakken.doctor, False)
    assert done.counts == done.preview
    assert Patient.objects.count() == 2


def test_a_preview_with_refused_rows_is_confirmed_for_the_good_ones(solbakken: Cast, uploads: Path) -> None:
    run = work(send(solbakken, row(1), row(2, doctor="Ola Ukjent")))
    done = work(confirm(run, solbakken))
    assert (done.state, done.good_rows_only) == ("done", True)
    assert counted(done, "new", "refused") == [1, 1]
    kept = rows_path(done).read_text(encoding="utf-8-sig").splitlines()  # to mend the refused row
    assert kept == [HEAD, row(2, doctor="Ola Ukjent")]


def test_a_good_preview_that_has_gone_bad_takes_in_nothing(solbakken: Cast) -> None:
    run = work(send(solbakken, row(1), row(2)))
    confirm(run, solbakken)
    solbakken.doctor.name = "Hanne Holm-Hansen"
    solbakken.doctor.save()
    done = work(run)
    assert (done.state, done.message[:24]) == ("refused", "Ingen rader er tatt inn,")
    assert not Patient.objects.exists()


def test_an_import_that_nobody_has_confirmed_is_looked_through_once_however_often_it_is_asked_for(
    solbakken: Cast,
) -> None:
    run = work(send(solbakken, row(1)))
    for _ in range(3):
        resume_imports()
        import_list(run.pk, run.clinic_id)
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("ready", 1)
    assert not Patient.objects.exists()


def test_a_condition_that_the_clinic_follows_beyond_the_usual_is_kept(
    solbakken: Cast, furulund: Cast
) -> None:
    FollowedCode.objects.create(clinic=solbakken.clinic, icpc2="A04")
    run = work(send(solbakken, row(1, codes="T90,A04")))
    assert run.counts["conditions"]["new"] == 2
    files: Any = [Upload("liste.csv", HEAD, row(1, doctor="", codes="T90,A04"))]
    theirs = work(receive_upload(files, by=furulund.doctor, whole_list=False))
    assert (theirs.counts["conditions"]["new"], theirs.counts["conditions"]["unmapped"]) == (1, 1)


def test_the_database_takes_no_import_for_done_that_nobody_confirmed(solbakken: Cast) -> None:
    run = work(send(solbakken, row(1)))
    for wrong in ({"state": "done"}, {"confirmed_by": solbakken.doctor}, {"take_off": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ImportRun.objects.filter(pk=run.pk).update(**wrong)


# --- confirming


def test_confirming_twice_takes_in_once(solbakken: Cast) -> None:
    run = work(send(solbakken, row(1)))
    confirm(run, solbakken)
    with pytest.raises(AlreadyDecided, match="Noen har alt bestemt"):
        confirm(run, solbakken)
    done = work(run)
    with pytest.raises(AlreadyDecided):
        confirm(done, solbakken)
    assert counted(work(run), "new") == [1]


def test_a_preview_that_has_been_made_anew_must_be_seen_anew(solbakken: Cast) -> None:
    run = work(send(solbakken, row(1)))
    with pytest.raises(AlreadyDecided, match="Gjennomsynet er nytt"):
        confirm_import(run, by=solbakken.doctor, seen=seen(run) - dt.timedelta(seconds=1), take_off=False)
    run.refresh_from_db()
    assert (run.state, run.confirmed_at) == ("ready", None)


def test_of_two_uploads_each_waits_for_its_own_confirmation_and_the_later_tells_what_differs(
    solbakken: Cast,
) -> None:
    first, second = (work(send(solbakken, row(1), row(n))) for n in (2, 3))
    assert [run.state for run in ImportRun.objects.all()] == ["ready", "ready"]
    assert counted(work(confirm(second, solbakken)), "new", "unchanged") == [2, 0]
    done = work(confirm(first, solbakken))
    assert counted(done, "new", "unchanged") == [1, 1]
    assert counted(done, "new", "unchanged", of="preview") == [2, 0]
    assert Patient.objects.count() == 3


def test_only_those_who_may_import_decide_and_only_in_their_own_clinic(
    solbakken: Cast, furulund: Cast, uploads: Path
) -> None:
    run = work(send(solbakken, row(1)))
    files: Any = [Upload("liste.csv", HEAD, row(1))]
    for member in (solbakken.nurse, solbakken.second_doctor, solbakken.manager):
        for refused in (
            lambda by=member: receive_upload(files, by=by, whole_list=False),
            lambda by=member: start_preview(
                recognise(uploads / run.stored_as), by=by, clinic_id=0, file_name="x", stored_as=""
            ),
            lambda by=member: confirm_import(run, by=by, seen=seen(run), take_off=False),
            lambda by=member: discard_import(run, by=by),
            lambda by=member: map_columns(run, by=by, headings=["a"], mapping={"a": "fornavn"}),
        ):
            with pytest.raises(PermissionDenied):
                refused()
    with pytest.raises(ImportRun.DoesNotExist):
        confirm_import(run, by=furulund.doctor, seen=seen(run), take_off=False)
    with pytest.raises(ImportRun.DoesNotExist):
        discard_import(run, by=furulund.doctor)
    administrator = make_member(solbakken.clinic, "Ada Admin", "", Access.ADMINISTRATOR)
    assert work(confirm_import(run, by=administrator, seen=seen(run), take_off=False)).state == "done"


# --- the whole list


def test_whoever_a_whole_list_lacks_is_told_of_and_taken_off_only_when_that_is_confirmed(
    solbakken: Cast, take_list: Importer
) -> None:
    take_list(solbakken, row(1), row(2), row(3), head=HEAD)
    partial = work(send(solbakken, row(1)))
    assert counted(partial, "gone") == [0]
    run = work(send(solbakken, row(1), whole_list=True))
    assert counted(run, "gone") == [2]
    gone = ImportChange.objects.filter(run=run, fate="gone")
    assert {c.patient.family_name for c in gone if c.patient} == {"Oppspinn2", "Oppspinn3"}
    done = work(confirm(run, solbakken))
    assert (done.state, Patient.objects.filter(moved_on__isnull=False).count()) == ("done", 0)
    again = work(send(solbakken, row(1), whole_list=True))
    done = work(confirm(again, solbakken, take_off=True))
    assert (done.state, counted(done, "gone")) == ("done", [2])
    assert Patient.objects.filter(moved_on__isnull=False).count() == 2


def test_never_more_are_taken_off_than_were_confirmed(solbakken: Cast, take_list: Importer) -> None:
    take_list(solbakken, row(1), row(2), head=HEAD)
    run = work(send(solbakken, row(1), row(9), whole_list=True))
    confirm(run, solbakken, take_off=True)
    take_list(solbakken, row(3), head=HEAD)  # somebody new meanwhile, whom the file lacks
    stopped = work(run)
    assert (stopped.state, stopped.confirmed_at, stopped.take_off) == ("ready", None, False)
    assert "Ingenting er tatt inn: flere enn" in stopped.message
    assert counted(stopped, "gone") == [2]
    assert not Patient.objects.filter(moved_on__isnull=False).exists()
    assert not Patient.objects.filter(family_name="Oppspinn9").exists()
    done = work(confirm(stopped, solbakken, take_off=True))
    assert (done.state, Patient.objects.filter(moved_on__isnull=False).count()) == ("done", 2)


def test_nobody_is_taken_off_who_was_not_shown_though_they_are_no_more(
    solbakken: Cast, take_list: Importer
) -> None:
    take_list(solbakken, row(1), row(2), head=HEAD)
    run = work(send(solbakken, row(1), whole_list=True))
    confirm(run, solbakken, take_off=True)
    Patient.objects.filter(family_name="Oppspinn2").update(moved_on=dt.date(2026, 1, 5))
    take_list(solbakken, row(3), head=HEAD)
    stopped = work(run)
    assert (stopped.state, counted(stopped, "gone")) == ("ready", [1])
    assert Patient.objects.get(family_name="Oppspinn3").moved_on is None


# --- letting go


def test_a_discarded_import_leaves_no_file_and_no_rows(
    solbakken: Cast, uploads: Path, django_capture_on_commit_callbacks: Any
) -> None:
    run = work(send(solbakken, row(1)))
    with django_capture_on_commit_callbacks(execute=True):
        discard_import(run, by=solbakken.doctor)
    run.refresh_from_db()
    assert (run.state, run.stored_as, run.expires_at) == ("discarded", "", None)
    assert not list(uploads.iterdir())
    assert not ImportChange.objects.exists()
    with pytest.raises(AlreadyDecided):
        confirm(run, solbakken)
    assert work(run).state == "discarded"


def test_what_nobody_decides_in_seven_days_expires_and_what_somebody_confirmed_does_not(
    solbakken: Cast, uploads: Path, django_capture_on_commit_callbacks: Any
) -> None:
    ready = work(send(solbakken, row(1)))
    asked = confirm(work(send(solbakken, row(2))), solbakken)
    soon, late = (timezone.now() + dt.timedelta(days=7, minutes=n) for n in (-5, 5))
    assert expire_imports(now=soon) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert expire_imports(now=late) == 1
        assert expire_imports(now=late) == 0
    ready.refresh_from_db()
    asked.refresh_from_db()
    assert (ready.state, ready.stored_as, asked.state) == ("expired", "", "waiting")
    assert [folder.name for folder in uploads.iterdir()] == [asked.stored_as]
    assert work(asked).state == "done"


def test_refused_rows_are_kept_seven_days_and_then_the_import_is_as_it_was_without_them(
    solbakken: Cast, uploads: Path, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        done = work(confirm(work(send(solbakken, row(1), row(2, doctor="Ola Ukjent"))), solbakken))
    # Of what was sent, only the refused row is left.
    assert [path.name for path in uploads.rglob("*") if path.is_file()] == ["liste-avvist.csv"]
    with django_capture_on_commit_callbacks(execute=True):
        clean = work(confirm(work(send(solbakken, row(3))), solbakken))
    assert [folder.name for folder in uploads.iterdir()] == [done.stored_as]
    assert clean.stored_as == ""
    with django_capture_on_commit_callbacks(execute=True):
        expire_imports(now=timezone.now() + dt.timedelta(days=8))
    done.refresh_from_db()
    assert (done.state, done.stored_as) == ("done", "")
    assert not list(uploads.iterdir())
    assert ImportProblem.objects.filter(run=done).count() == 1


def test_orphans_go_after_a_day_and_what_an_import_names_stays(solbakken: Cast, uploads: Path) -> None:
    run = send(solbakken, row(1))
    (uploads / "forgotten").mkdir()
    assert remove_orphans() == 0
    assert remove_orphans(now=timezone.now() + dt.timedelta(days=2)) == 1
    assert [folder.name for folder in uploads.iterdir()] == [run.stored_as]


def test_a_clinic_that_looks_nothing_through_cannot_fill_the_disk(
    solbakken: Cast, furulund: Cast, uploads: Path
) -> None:
    for n in range(WAITING_MAX):
        run = send(solbakken, row(n))
        if n % 2:  # a worker's line is no way round it
            work(run)
    with pytest.raises(Unreadable, match="5 importer venter"):
        send(solbakken, row(1))
    assert len(list(uploads.iterdir())) == WAITING_MAX
    assert send(furulund, row(1, doctor="")).state == "waiting"


def test_what_is_kept_of_ended_imports_counts_as_long_as_it_lies_there(
    solbakken: Cast, uploads: Path, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 400
    done = work(confirm(work(send(solbakken, row(1), row(2, doctor="Ola Ukjent"))), solbakken))
    rows_path(done).write_bytes(b"x" * 1_900)
    with pytest.raises(Unreadable, match="fyller"):
        send(solbakken, row(3))
    rows_path(done).write_bytes(b"x" * 1_000)
    assert send(solbakken, row(3)).state == "waiting"


def test_of_uploads_at_the_same_moment_one_is_counted_before_the_next(solbakken: Cast) -> None:
    send(solbakken, row(1))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()"
            " AND (classid, objid) = (%s, %s)",
            [_UPLOAD_LOCK, solbakken.clinic.pk],
        )
        assert cursor.fetchone() == (1,)


# --- columns


def test_foreign_headings_wait_for_somebody_and_are_remembered_for_the_clinic(
    solbakken: Cast, furulund: Cast
) -> None:
    run = send(solbakken, row(1), head=THEIRS)
    assert (run.state, run.asked) == ("waiting", [])
    run = work(run)
    assert (run.state, run.mapping) == ("mapping", {})
    assert run.asked[0]["headings"] == list(OURS)
    assert work(run).state == "mapping"
    mapped = map_columns(run, by=solbakken.doctor, headings=OURS, mapping=OURS)
    assert mapped.state == "waiting"
    done = work(confirm(work(mapped), solbakken))
    assert (done.state, counted(done, "new")) == ("done", [1])
    assert ColumnMapping.objects.get().clinic == solbakken.clinic
    following = work(send(solbakken, row(2), head=THEIRS))
    assert (following.state, following.mapping) == ("ready", OURS)
    assert work(send(furulund, row(2), head=THEIRS)).state == "mapping"


def test_the_cells_that_were_kept_to_ask_about_go_when_the_import_has_ended(
    solbakken: Cast, uploads: Path, django_capture_on_commit_callbacks: Any
) -> None:
    asked = [work(send(solbakken, row(n), head=THEIRS)) for n in range(4)]
    assert all("Oppspinn" in str(run.asked) for run in asked)
    done, discarded, refused, expired = asked
    for run in (done, refused):
        map_columns(run, by=solbakken.doctor, headings=OURS, mapping=OURS)
    (uploads / refused.stored_as / "liste.csv").write_text("tull", encoding="utf-8")
    ready = work(done)
    assert ready.asked  # may still be mapped otherwise
    work(confirm(ready, solbakken))
    discard_import(discarded, by=solbakken.doctor)
    work(refused)
    expire_imports(now=timezone.now() + dt.timedelta(days=8))
    told = dict(ImportRun.objects.values_list("state", "asked"))
    assert told == {"done": [], "discarded": [], "refused": [], "expired": []}
    assert expired.pk


def test_columns_that_cannot_be_a_list_are_not_remembered(solbakken: Cast) -> None:
    run = work(send(solbakken, row(1), head=THEIRS))
    for wrong in ({"Slektsnavn": ""}, {"Slektsnavn": "fornavn"}, {"Slektsnavn": "tull"}):
        with pytest.raises(Unreadable):
            map_columns(run, by=solbakken.doctor, headings=OURS, mapping={**OURS, **wrong})
    assert not ColumnMapping.objects.exists()


def test_of_several_files_each_is_asked_about_in_turn(solbakken: Cast) -> None:
    first, second = number(), number(serial=1)
    files: Any = [
        Upload("a.csv", "Fødselsnr.;Fornavn;Etternavn;Dag", f"{first};Kari;Oppspinn;01.02.1985"),
        Upload("b.csv", "Nummer;Pasientnavn;Født", f"{second};Påfunn, Ola;01.02.1985"),
    ]
    run = work(receive_upload(files, by=solbakken.doctor, whole_list=False))
    for name, columns in (("a.csv", ["personnummer", "fornavn", "etternavn", "født"]),
                          ("b.csv", ["personnummer", "navn", "født"])):  # fmt: skip
        headings = run.asked[-1]["headings"]
        assert (run.state, run.asked[-1]["file"]) == ("mapping", name)
        said = dict(zip(headings, columns, strict=True))
        run = work(map_columns(run, by=solbakken.doctor, headings=headings, mapping=said))
    assert (run.state, counted(run, "new")) == ("ready", [2])


def test_a_mapping_can_be_changed_after_the_preview(solbakken: Cast) -> None:
    run = work(send(solbakken, row(1, name="Fornavn"), head=THEIRS))
    turned = {**OURS, "Kallenavn": "etternavn", "Slektsnavn": "fornavn"}
    ready = work(map_columns(run, by=solbakken.doctor, headings=OURS, mapping=turned))
    assert ready.state == "ready"
    again = work(map_columns(ready, by=solbakken.doctor, headings=OURS, mapping=OURS))
    work(confirm(again, solbakken))
    assert Patient.objects.get().given_name == "Fornavn"
    assert ColumnMapping.objects.get().mapping == OURS
    with pytest.raises(AlreadyDecided):
        map_columns(run, by=solbakken.doctor, headings=OURS, mapping=turned)


def test_what_is_remembered_is_found_whatever_the_order_and_the_capitals(
    solbakken: Cast, tmp_path: Path
) -> None:
    run = work(send(solbakken, row(1), head=THEIRS))
    map_columns(run, by=solbakken.doctor, headings=OURS, mapping=OURS)
    path = tmp_path / "liste.csv"
    turned = THEIRS.split(";")[::-1]
    cells = row(1).split(";")[::-1]
    path.write_text("\n".join([";".join(turned).upper(), ";".join(cells), ""]), encoding="utf-8")
    looked = look(path, {}, known=mappings_of(solbakken.clinic.pk))
    assert isinstance(looked.found, Import)
    assert looked.mapping == OURS
    other = look(path, {}, known=mappings_of(solbakken.clinic.pk + 1))
    assert isinstance(other.found, NeedsMapping)
