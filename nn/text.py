"""Text for people: tables with aligned columns, which a prompt shows as they are."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["Text", "aligned"]


class Text(str):
    """A text whose repr is itself, so that tables look right at the prompt and in a notebook."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def aligned(rows: Sequence[Sequence[str]], right: str) -> str:
    """Rows with the columns aligned, a line under the first; ``right`` has "r" for each right-aligned column, else "l".

    >>> print(aligned([["n", "name"], ["10", "x"]], "rl"))
     n  name
    --  ----
    10  x
    """
    widths = [max(len(row[j]) for row in rows) for j in range(len(right))]
    lines = [rows[0], ["-" * width for width in widths], *rows[1:]]
    cells = [
        [cell.rjust(w) if side == "r" else cell.ljust(w) for cell, w, side in zip(line, widths, right, strict=True)]
        for line in lines
    ]
    return "\n".join("  ".join(line).rstrip() for line in cells)
