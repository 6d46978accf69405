"""The floor under an import: bare COPY of the same rows into two plain tables, as fast as psycopg sends bytes.

Nothing is read, checked, looked up or indexed: all columns are text, no table has a key. Synthea's two files are
copied as they are. Of our own list, which tells of conditions inside a row, the second file is written beforehand
(number and code, a row a condition), outside the clock: COPY cannot take a row apart.
"""

from __future__ import annotations

import csv
import time
from pathlib import Path

from django.db import connection

from bench.import_lists import LIST_HEADING, Lists

_CHUNK = 2**20


def files_to_copy(lists: Lists, folder: Path) -> tuple[tuple[str, Path, str], ...]:
    """Table, file and separator of both copies."""
    if len(lists.files) == 2:
        patients, conditions = lists.files
        return ("floor_patient", patients, ","), ("floor_condition", conditions, ",")
    (path,) = lists.files
    beside = folder / "conditions-only.csv"
    column = LIST_HEADING.index("tilstander")
    with path.open(encoding="utf-8", newline="") as told, beside.open("w", encoding="utf-8") as file:
        file.write("personnummer;tilstand\n")
        rows = csv.reader(told, delimiter=";")
        next(rows)
        for row in rows:
            file.writelines(f"{row[0]};{code}\n" for code in row[column].split(","))
    return ("floor_patient", path, ";"), ("floor_condition", beside, ";")


def copy_bare(files: tuple[tuple[str, Path, str], ...]) -> float:
    """Seconds of both copies and their commit. The tables are made before, and taken away after."""
    took = 0.0
    with connection.cursor() as cursor:
        for table, path, separator in files:
            names = path.open(encoding="utf-8").readline().strip().split(separator)
            columns = ", ".join(f"c{n} text" for n in range(len(names)))
            cursor.execute(f"CREATE TABLE {table} ({columns})")
        start = time.perf_counter()
        cursor.execute("BEGIN")
        for table, path, separator in files:
            copying = f"COPY {table} FROM STDIN (FORMAT csv, HEADER, DELIMITER '{separator}')"
            with path.open("rb") as file, cursor.copy(copying) as copy:
                while chunk := file.read(_CHUNK):
                    copy.write(chunk)
        cursor.execute("COMMIT")
        took = time.perf_counter() - start
        for table, _path, _separator in files:
            cursor.execute(f"DROP TABLE {table}")
    return took
