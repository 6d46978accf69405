"""What an import came to: for every record type, where each row that was read went. Pure.

    read = new + changed + unchanged + merged + unmapped + ended + ignored + refused

where `merged` rows told of something that another row told too, `unmapped` conditions have a code that no
programme follows, `ended` drugs are not in use and not kept, `ignored` rows are mistaken, planned or not
yet a diagnosis. `stopped` counts drugs that we held as in use and that have now ended, `gone` patients whom a
whole list lacks, `kept` those of whom something was corrected here that the import says otherwise; those are our
rows, not the import's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from patients.imports.rows import CONDITIONS, KINDS, MEDICATIONS, PATIENTS, Place, RowError, Unmapped

FATES = ("new", "changed", "unchanged", "merged", "unmapped", "ended", "ignored", "refused")
# What is kept of problems and codes, so that a hostile or hopeless file cannot fill memory or a table.
PROBLEMS_KEPT = 10_000
CODES_KEPT = 5_000


class Tally:
    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._other: Counter[str] = Counter()
        self._codes: Counter[tuple[str, str]] = Counter()
        self._names: dict[tuple[str, str], str] = {}
        self.problems: list[RowError] = []
        self.problem_count = 0
        self._kept = 0
        self._refused_patients: set[Place] = set()

    def read(self, kind: str, times: int = 1) -> None:
        if times:
            self._counts[kind]["read"] += times

    def ignored(self, kind: str) -> None:
        if kind in KINDS:
            self.read(kind)
            self._counts[kind]["ignored"] += 1
        elif kind in self._other or len(self._other) < 200:
            self._other[kind] += 1

    def nothing(self, kind: str, rows: int) -> None:
        """Rows that were read, and say nothing of what we hold."""
        self._counts[kind]["ignored"] += rows

    def unmapped(self, row: Unmapped) -> None:
        self._counts[CONDITIONS]["read"] += row.times
        self._counts[CONDITIONS]["unmapped"] += row.times
        key = (row.system, row.code)
        if key not in self._names and len(self._names) >= CODES_KEPT:
            key = ("", "")
        self._names.setdefault(key, row.text)
        self._codes[key] += row.times

    def refuse(self, error: RowError) -> None:
        """Count a refused row. What a patient's own row tells besides is refused with it in silence."""
        self._counts[error.kind]["refused"] += 1
        if error.kind == PATIENTS:
            self._refused_patients.add(error.place)
        elif error.place in self._refused_patients:
            return
        self.problem_count += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(error)

    def merged(self, kind: str, *, rows: int, told: int, new: int, changed: int) -> None:
        """`rows` were merged into `told` things, of which some were new to us and some changed."""
        if rows:
            self._counts[kind].update(
                new=new, changed=changed, unchanged=told - new - changed, merged=rows - told
            )

    def ended(self, *, rows: int, held: int) -> None:
        if rows or held:
            self._counts[MEDICATIONS].update(ended=rows, stopped=held)

    def gone(self, patients: int) -> None:
        if patients:
            self._counts[PATIENTS]["gone"] = patients

    def kept(self, patients: int) -> None:
        self._kept = patients

    def counts(self) -> dict[str, Any]:
        """As stored in `ImportRun.counts`."""
        kinds = {
            kind: {name: self._counts[kind][name] for name in ("read", *FATES, "stopped", "gone")}
            for kind in KINDS
            if self._counts[kind]
        }
        counts = {**kinds, "other": dict(sorted(self._other.items())), "problems": self.problem_count}
        return {**counts, "kept": self._kept} if self._kept else counts

    def codes(self) -> list[list[Any]]:
        """`ImportRun.unmapped`: system, code, text and occurrences; the commonest first."""
        ordered = sorted(self._codes.items(), key=lambda item: (-item[1], item[0]))
        return [[system, code, self._names[system, code], n] for (system, code), n in ordered]
