"""Small good files of every format, spoilt in every way that chance finds: `python -m tests.patients.fuzz 10000`.

Reading a spoilt file must end with rows, with row errors, or with words for its owner: nothing else, and nothing in
a row that the database could not hold. The same number gives the same file, whoever runs it.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from patients.imports.reading import Import
    from patients.imports.rows import RowError

DATA = Path(__file__).parent / "data"
TODAY = dt.date(2026, 11, 21)
Change = Callable[[bytes, random.Random], bytes]

WILD = [
    "\0", "\ufeff", "\uffff", "\u202e", "\u2028", "\x85", "\x1b[0m", "é" * 200, "e" + "\u0301" * 300, "😀",
    "\U0010ffff", "İ", "ß", "'", '"', '""', "\\", "\\u0000", "\\ud800", "\\udfff\\ud800", ";", ",", "\t", "\r",
    "\r\n", "\n", "=1+1", "%s", "{}", "[]", "null", "true", "-", ".", " ", "\u00a0", "0" * 12, "9" * 30,
    "1e999", "NaN", "-Infinity", "1" * 5_000, "01.02.0000", "31.12.9999", "0001-01-01", "9999-12-31T23:59:59Z",
    "١٢٣٤٥٦٧٨٩٠١", "²", "T90", "x" * 300,
]  # fmt: skip
RAW = [
    b"\xff",
    b"\xfe\xff",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xc3",
    b"\xf4\x90\x80\x80",
    b"\x81",
    b"\xc0\x80",
    b"PK\x03\x04",
]
DEEP = [b"[" * 3_000, b'{"a":' * 3_000, b"(" * 3_000, b'{"resourceType":"Bundle","entry":[{"resource":' * 400]


def seeds() -> dict[str, bytes]:
    """Good files by name."""
    fhir = {file.name: file.read_bytes() for file in sorted((DATA / "fhir").iterdir())}
    synthea = {file.name: file.read_bytes() for file in sorted((DATA / "synthea").iterdir())}
    practitioner = {
        "resourceType": "Practitioner",
        "id": "d",
        "name": [{"family": "Holm", "given": ["Hanne"]}],
    }
    resources = [json.loads(line) for text in fhir.values() for line in text.splitlines() if line.strip()]
    entries = [{"fullUrl": f"urn:uuid:{n}", "resource": r} for n, r in enumerate([*resources, practitioner])]
    bundle = {"resourceType": "Bundle", "type": "history", "entry": entries}
    theirs = (
        "Fødselsnr;Pasientens navn;F.dato;Diagnose ICD-10\n14835800041;Prøvesen, Fiktiv;14.03.1958;E11.9\n"
    )
    return {
        "liste.csv": (DATA / "liste.csv").read_bytes(),
        "andres.csv": theirs.encode("cp1252"),
        "unicode.txt": (DATA / "liste.csv").read_text("utf-8-sig").replace(";", "\t").encode("utf-16"),
        "liste.xlsx": _book(),
        "patients.csv": synthea["patients.csv"],
        "conditions.csv": synthea["conditions.csv"],
        "synthea.zip": zipped(synthea),
        "alt.ndjson": b"\n".join(fhir.values()),
        "fhir.zip": zipped(fhir),
        "bundle.json": json.dumps(bundle, indent=1, ensure_ascii=False).encode(),
        "bundler.ndjson": b"\n".join(json.dumps({**bundle, "entry": [entry]}).encode() for entry in entries),
    }


def _book() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "dd.mm.yyyy"}) as book:
        sheet = book.add_worksheet("Pasienter")
        rows: list[tuple[Any, ...]] = [
            ("personnummer", "pasientnr", "navn", "født", "kjønn", "tilstander", "hjemmesykepleie"),
            ("14835800041", 17, "Prøvesen, Fiktiv", dt.date(1958, 3, 14), "K", "T90, K86", True),
            (14835800041, 17.5, "Prøvesen, Fiktiv", dt.date(1958, 3, 14), "", "=1+1", ""),
        ]
        for row, cells in enumerate(rows):
            sheet.write_row(row, 0, cells)
    return file.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


# --- ways to spoil


def _flip(content: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8))):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def _cut(content: bytes, chance: random.Random) -> bytes:
    start, end = _slice(content, chance)
    return content[:start] + content[end:]


def _repeat(content: bytes, chance: random.Random) -> bytes:
    start, end = _slice(content, chance)
    return content[:end] + content[start:end] * chance.choice((1, 2, 50)) + content[end:]


def _swap_lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    chance.shuffle(lines)
    return b"".join(lines[: chance.randrange(len(lines)) + 1])


def _put(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    end = start + chance.choice((0, 0, 1, 5))
    new = (
        chance.choice(RAW) if chance.random() < 0.2 else chance.choice(WILD).encode("utf-8", "surrogatepass")
    )
    return content[:start] + new + content[end:]


def _field(content: bytes, chance: random.Random) -> bytes:
    """Another value for a field or a string."""
    marks = [place for place, byte in enumerate(content) if byte in b';,":\n\t>']
    if len(marks) < 2:
        return _put(content, chance)
    at = chance.randrange(len(marks) - 1)
    new = chance.choice(WILD).encode("utf-8", "surrogatepass")
    return content[: marks[at] + 1] + new + content[marks[at + 1] :]


def _deepen(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + chance.choice(DEEP) + content[start:]


def _encode(content: bytes, chance: random.Random) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(chance.choice(("utf-16", "utf-16-le", "utf-32", "cp1252", "utf-8-sig")), "replace")


CHANGES: tuple[Change, ...] = (
    _flip,
    _cut,
    _repeat,
    _swap_lines,
    _put,
    _put,
    _field,
    _field,
    _field,
    _deepen,
    _encode,
)


def _slice(content: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(content))
    return start, min(len(content), start + chance.choice((1, 10, 100, len(content))))


def spoil(content: bytes, chance: random.Random) -> bytes:
    """One to three changes. What is packed is changed inside, and packed again, three times of four."""
    if content.startswith(b"PK") and chance.random() < 0.75:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        name = chance.choice([name for name in sorted(files) if files[name]])
        return zipped(files | {name: spoil(files[name], chance)})
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        content = chance.choice(CHANGES)(content, chance) or b" "
    return content


def spoilt(count: int, seed: int = 0) -> Iterator[tuple[str, str, bytes]]:
    """What to call the case, the file's name, and the file."""
    good = seeds()
    names = sorted(good)
    for number in range(count):
        name = names[number % len(names)]
        yield f"{seed}/{number}", name, spoil(good[name], random.Random(f"{seed}/{number}"))


# --- what must hold


def read_whole(path: Path) -> str:
    """Read a file as an import does, and write its refused rows back. What came of it, in a word.

    Raises whatever is no answer to a file's owner, and AssertionError for a row that nobody could store, or for
    refused rows that read otherwise when they are sent again.
    """
    from patients.imports.pick import write_rows
    from patients.imports.reading import NeedsMapping, recognise
    from patients.imports.rows import Unreadable

    try:
        try:
            found = recognise(path)
        except NeedsMapping as needs:
            assert set(needs.suggested) == set(needs.headings)
            found = recognise(path, mapping=needs.suggested)
        kinds, refused = _rows(found)
    except Unreadable as error:
        assert str(error)
        return "asked" if isinstance(error, NeedsMapping) else "unreadable"
    if not refused:
        return "rows" if kinds else "nothing"
    rows: dict[str, set[int]] = {}
    for place in (row.place for row in refused):
        rows.setdefault(place.file, set()).add(place.row)
    with tempfile.TemporaryDirectory() as folder:
        again = _rows(recognise(write_rows(found, rows, Path(folder)), mapping=_said(found)))[1]
    assert _said_of(again) == _said_of(refused)
    return "refused rows"


def _rows(found: Import) -> tuple[Counter[str], list[RowError]]:
    from patients.imports.reading import read
    from patients.imports.rows import RowError, Unmapped

    refused: list[RowError] = []
    told: list[int] = []
    kinds: Counter[str] = Counter()
    for row in read(found, today=TODAY, synthetic_only=True, progress=told.append):
        _storable(row)
        kinds[type(row).__name__] += row.times if isinstance(row, Unmapped) else 1
        if isinstance(row, RowError):
            refused.append(row)
    assert max(told, default=0) <= found.lines
    return kinds, refused


def _said_of(refused: list[RowError]) -> Counter[tuple[str, str, str]]:
    return Counter((row.kind, row.column, row.message) for row in refused)


def _said(found: Import) -> dict[str, str]:
    """The mapping that the import was read with, out of what came of it."""
    from patients.imports.patient_list import COLUMNS

    return {
        title: column if column in COLUMNS else ""
        for part in found.parts
        for title, column in zip(part.header.titles, part.columns, strict=True)
        if not part.synthea
    }


def _storable(value: Any) -> None:
    """Text that UTF-8 and PostgreSQL can hold, numbers and dates within what they mean."""
    if isinstance(value, str):
        value.encode()
        assert "\0" not in value
        assert len(value) <= 400
    elif isinstance(value, dt.date):
        assert dt.date(1, 1, 1) <= (value.date() if isinstance(value, dt.datetime) else value)
    elif isinstance(value, tuple):
        for inner in value:
            _storable(inner)
    else:
        assert value is None or isinstance(value, int)


def run(count: int, seed: int, into: Callable[[Path], str] = read_whole) -> Counter[str]:
    """Every case through `into`. Raises the first thing that is wrong, with the case's name as a note."""
    came: Counter[str] = Counter()
    slowest = (0.0, "")
    with tempfile.TemporaryDirectory() as folder:
        for case, name, content in spoilt(count, seed):
            path = Path(folder) / name
            path.write_bytes(content)
            begun = time.monotonic()
            try:
                came[into(path)] += 1
            except BaseException as error:
                error.add_note(f"fuzz case {case}, {name}")
                raise
            slowest = max(slowest, (time.monotonic() - begun, f"{case} {name}"))
    came[f"slowest: {slowest[1]}, ms"] = round(1000 * slowest[0])
    return came


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    count, seed = [*map(int, sys.argv[1:]), *(10_000, 0)[len(sys.argv) - 1 :]]
    for answer, times in run(count, seed).most_common():
        print(f"{times:7d}  {answer}")
