"""Which cells of a column of clinics are left out, so that none under five can be known or computed from the sum. Pure.

A cell is what one clinic has: one count, or the counts that a share is made of (the part and what is left of the whole).
A cell with a count from one to four is left out. The sum of the column is told, so whoever adds up what is told learns
the sum of what is not: cells are therefore left out, the smallest first, until that sum could be made up in so many ways
that no cell left out is known to be under five. Where that cannot be, the sum is left out too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

FEW = 5
LEAST = 3  # cells: whoever works at one of two would know the other
Cell = tuple[int, ...]


def left_out(cells: Mapping[int, Cell]) -> tuple[frozenset[int], bool]:
    """The clinics whose cell is left out, and whether the sum is told."""
    small = {clinic for clinic, cell in cells.items() if any(0 < count < FEW for count in cell)}
    out = set(small)
    # Always one that is not small, zeros last, and all of a size together: else the order itself would tell.
    rest = sorted({(sum(cell) == 0, sum(cell)) for clinic, cell in cells.items() if clinic not in out})
    while out and (out == small or not _hidden([cells[clinic] for clinic in out])):
        if not rest:
            return frozenset(cells), False
        _nothing, size = rest.pop(0)
        out |= {clinic for clinic, cell in cells.items() if sum(cell) == size}
    return frozenset(out), True


def _hidden(cells: Sequence[Cell]) -> bool:
    """Do the sums of these cells' counts leave it open, for each cell, whether it is under five?

    Of n cells that are told to add up to s, any one may be as large as s − (n − 1) if the others are at least one.
    """
    if len(cells) < LEAST:
        return False
    return all(total == 0 or total - (len(cells) - 1) >= FEW for total in map(sum, zip(*cells, strict=True)))
