"""Where bytes come from: one file, a folder, or a zip. Nothing is unpacked to disk.

A zip is refused as a whole when it is more than it seems: paths that lead out of it, links, passwords, or
more inside than the limit. Python's zipfile never hands out more than the directory promises, so the
promised sizes are the bound.
"""

from __future__ import annotations

import codecs
import io
import stat
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TextIO

from django.utils.translation import gettext as _

from patients.imports.rows import UNREADABLE, Unreadable

UNPACKED_MAX = 2 * 2**30
# Bulk FHIR packs 20–30 times; a bomb up to 1,032 (the most that deflate can do).
RATIO_MAX = 200
FILES_MAX = 500
# A zip's directory is read whole when it is opened: 17 MB of it took 9 s and 170 MB of memory.
DIRECTORY_MAX = 2**20
# Zips that are one document.
OFFICE = frozenset({".xlsx", ".xlsm", ".ods", ".docx", ".pptx"})
_CHUNK = 2**20
# What every system packs with. bzip2 and LZMA pack much denser than the ratio above is meant for.
_PACKED_WITH = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_PASSWORD, _PATCH, _STRONG, _HIDDEN = 0x1, 0x20, 0x40, 0x2000


def _unreadable(error: UnicodeError) -> tuple[str, int]:
    return UNREADABLE, error.end  # type: ignore[attr-defined]  # every UnicodeError of a codec has it


codecs.register_error("fordel_unreadable", _unreadable)


@dataclass(frozen=True, slots=True)
class File:
    """One file to read; `name` is what messages call it."""

    name: str
    path: Path
    member: str = ""

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        if not self.member:
            with self.path.open("rb") as file:
                yield file
            return
        with ExitStack() as stack:
            try:
                archive = stack.enter_context(zipfile.ZipFile(self.path))
                member = stack.enter_context(archive.open(self.member))
            # A crafted zip makes zipfile raise nearly anything: ValueError, struct.error, UnicodeDecodeError, …
            except Exception as error:
                raise Unreadable(_("Zip-filen er skadet, eller ikke en zip-fil.")) from error
            yield member

    @contextmanager
    def text(self, encoding: str, errors: str = "fordel_unreadable") -> Iterator[TextIO]:
        """Line ends untouched: a quoted field may hold one. A byte that is no letter is `UNREADABLE`."""
        with (
            self.open() as raw,
            io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline="") as text,
        ):
            yield text


@dataclass(frozen=True, slots=True)
class Survey:
    """What a first pass over a file tells. `longest`: no line is longer than this and two megabytes, in bytes."""

    encoding: str
    lines: int
    longest: int = 0


def files_at(path: Path, *, unpacked_max: int = UNPACKED_MAX) -> list[File]:
    """The files to read, by name. A folder with nothing but one zip in it is that zip.

    Raises Unreadable for a path that is not there, an empty folder and a zip that is not to be trusted.
    """
    if path.is_dir():
        found = sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith("."))
        if len(found) == 1 and found[0].suffix.lower() == ".zip":
            return files_at(found[0], unpacked_max=unpacked_max)
        files = [File(p.name, p) for p in found]
    elif not path.is_file():
        raise Unreadable(_("Filen eller mappen finnes ikke."))
    elif zipfile.is_zipfile(path) and path.suffix.lower() not in OFFICE:
        return _in_zip(path, unpacked_max)
    elif path.suffix.lower() == ".zip":
        raise Unreadable(_("Zip-filen er skadet, eller ikke en zip-fil."))
    else:
        files = [File(path.name, path)]
    if not files:
        raise Unreadable(_("Mappen er tom."))
    return files


def refuse_large_directory(path: Path) -> None:
    """Raises Unreadable for a zip that lists far more files than may be in one. To be asked before it is opened."""
    with path.open("rb") as file:
        end = zipfile._EndRecData(file)  # type: ignore[attr-defined]  # what ZipFile itself goes by
    if end and end[zipfile._ECD_SIZE] > DIRECTORY_MAX:  # type: ignore[attr-defined]
        raise _too_much()


def _too_much() -> Unreadable:
    return Unreadable(_("Zip-filen inneholder mer enn det som kan leses på én gang."))


def _in_zip(path: Path, unpacked_max: int) -> list[File]:
    refuse_large_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            everything = archive.infolist()
    except Exception as error:
        raise Unreadable(_("Zip-filen er skadet, eller ikke en zip-fil.")) from error
    members = [m for m in trusted(everything, unpacked_max) if not _is_litter(m.filename)]
    if not members:
        raise Unreadable(_("Zip-filen er tom."))
    return [File(m.filename, path, m.filename) for m in sorted(members, key=lambda m: m.filename)]


def trusted(everything: list[zipfile.ZipInfo], unpacked_max: int) -> list[zipfile.ZipInfo]:
    """The files of a zip's directory. Raises Unreadable for one that is more than it seems."""
    for member in everything:
        _trust(member)
    members = [m for m in everything if not m.is_dir()]
    unpacked = sum(m.file_size for m in members)
    packed = sum(m.compress_size for m in members)
    if len(members) > FILES_MAX or unpacked > unpacked_max:
        raise _too_much()
    if unpacked > 10 * _CHUNK and unpacked > RATIO_MAX * packed:
        raise Unreadable(_("Zip-filen er pakket så tett at den ikke er til å stole på."))
    return members


def _is_litter(name: str) -> bool:
    """What macOS leaves in a zip."""
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith(".")


def _trust(member: zipfile.ZipInfo) -> None:
    # orig_filename: zipfile itself turns backslashes round and cuts a name at a NUL.
    name = member.orig_filename
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
        raise Unreadable(_("Zip-filen inneholder en sti som fører ut av den."))
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Unreadable(_("Zip-filen inneholder en lenke til en annen fil."))
    if member.flag_bits & (_PASSWORD | _STRONG | _HIDDEN):
        raise Unreadable(_("Zip-filen er låst med passord."))
    if member.compress_type not in _PACKED_WITH or member.flag_bits & _PATCH:
        raise Unreadable(
            _("Zip-filen er pakket på en måte som ikke kan leses. Pakk den på nytt som en vanlig zip.")
        )


def survey(file: File) -> Survey:
    """Reads the file once: its encoding, its lines, and how long a line may be.

    UTF-8 or UTF-16 if it begins with that mark. Else UTF-8 if it is that, or if more of its letters beyond ASCII
    are than are not: one broken byte does not make a Windows-1252 file. Else Windows-1252.
    """
    decode = codecs.getincrementaldecoder("utf-8")().decode
    seen = Survey("utf-8-sig", 0, 0)
    start, last, gap, is_utf8 = b"", b"\n", 0, True
    with file.open() as raw:
        while chunk := raw.read(_CHUNK):
            if not start:
                start = chunk[:4]
                if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                    return _survey_utf16(file)
            if b"\0" in chunk:
                raise _not_text(file)
            first = chunk.find(b"\n")
            seen = Survey(
                seen.encoding,
                seen.lines + chunk.count(b"\n"),
                max(seen.longest, gap + (len(chunk) if first < 0 else first)),
            )
            gap = gap + len(chunk) if first < 0 else len(chunk) - chunk.rfind(b"\n")
            # After a letter that is whole, plain ASCII needs no look.
            plain = chunk.isascii() and last.isascii()
            last = chunk[-1:]
            try:
                is_utf8 = is_utf8 and (plain or decode(chunk) is not None)
            except UnicodeDecodeError:
                is_utf8 = False
    if not start:
        raise Unreadable(_("%(file)s er tom.") % {"file": file.name})
    try:
        is_utf8 = is_utf8 and decode(b"", final=True) is not None
    except UnicodeDecodeError:
        is_utf8 = False
    is_utf8 = is_utf8 or start.startswith(codecs.BOM_UTF8) or _mostly_utf8(file)
    encoding = "utf-8-sig" if is_utf8 else "cp1252"
    return Survey(encoding, seen.lines + (last != b"\n"), seen.longest)


def _mostly_utf8(file: File) -> bool:
    letters = broken = 0
    with file.text("utf-8-sig") as text:
        while chunk := text.read(_CHUNK):
            wrong = chunk.count(UNREADABLE)
            broken += wrong
            letters += len(chunk) - len(chunk.encode("ascii", "ignore")) - wrong
    return letters >= broken and letters > 0


def _survey_utf16(file: File) -> Survey:
    """Excel's «Unicode text»."""
    lines, last = 0, "\n"
    with file.text("utf-16") as text:
        while line := text.readline(_CHUNK):
            if "\0" in line or len(line) == _CHUNK:
                raise _not_text(file)
            lines += 1
            last = line
    if lines == 0 or not last:
        raise Unreadable(_("%(file)s er tom.") % {"file": file.name})
    return Survey("utf-16", lines, 0)


def _not_text(file: File) -> Unreadable:
    return Unreadable(_("%(file)s er ikke en tekstfil. Lagre den som CSV (UTF-8).") % {"file": file.name})
