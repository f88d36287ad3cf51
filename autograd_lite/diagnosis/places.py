"""Where in a person's program something was recorded: file, line, text; and by which name a node goes there."""

from __future__ import annotations

import linecache
import os
from typing import Any, NamedTuple

import numpy as np

from ..graph import Node
from ..notation import formulas

__all__ = ["Place", "Words"]


class Place(NamedTuple):
    """A line of a program, and the line from where its function was called.

    ``home`` is the file that asked: its lines need no file name, others are told with the line that led there.
    """

    file: str
    line: int
    caller: Place | None = None
    home: str = ""

    @property
    def source(self) -> str:
        """The text of the line, "" where there is none."""
        return linecache.getline(self.file, self.line).strip()

    def __str__(self) -> str:
        if self.file == self.home or self.file.startswith("<"):
            return f"line {self.line}"
        text = f"line {self.line} of {os.path.basename(self.file)}"
        outer = self.caller
        while outer is not None and outer.file != self.home:
            outer = outer.caller
        return f"{text}, called from line {outer.line}" if outer else text

    @property
    def quoted(self) -> str:
        """The line with its text."""
        return f"{self} ({self.source})" if self.source else str(self)


class Words:
    """How the nodes of a record are called: by their names where they have one, else by what computes them.

    ``name_of`` gives the name of a node or None, ``place_of`` its place or None, ``arrays`` the names of plain arrays
    by their identity.
    """

    def __init__(self, name_of: Any, place_of: Any, arrays: Any = None) -> None:
        self.name_of, self.place_of, self.arrays = name_of, place_of, arrays or {}

    def name(self, node: Node) -> str:
        """'r' for a node that has the name r, else its definition."""
        name = self.name_of(node)
        return f"'{name}'" if name and name.isidentifier() else name or self.definition(node)

    def bare(self, node: Node) -> str:
        return self.name_of(node) or self.definition(node)

    def definition(self, node: Node, depth: int = 2) -> str:
        """How the node is computed: "a + b"; parts without a name written out, so many steps deep."""
        if node.function is None:
            return self.name_of(node) or "an input"

        def called(x: Any) -> str:
            if type(x) is not Node:
                name = self.arrays.get(id(x)) if isinstance(x, np.ndarray) else None
                return name or (f"array{np.shape(x)}" if isinstance(x, np.ndarray) else type(x).__name__)
            name = self.name_of(x)
            if name or x.function is None:
                return name or "input"
            text = self.definition(x, depth - 1) if depth else "…"
            return f"({text})" if " " in text and is_operator(node) and is_operator(x) else text

        return formulas.definition(node.function, node.args, node.kwargs, called)

    def where(self, node: Node) -> str:
        """", line 3", or nothing where no watch was open."""
        place = self.place_of(node)
        return f", {place}" if place else ""

    def source(self, node: Node) -> str:
        place = self.place_of(node)
        return place.source if place else ""


OPERATORS = {"add", "subtract", "multiply", "divide", "power", "float_power", "matmul", "square", "negative"}


def is_operator(node: Node) -> bool:
    """Whether the definition is written with an operator."""
    return getattr(node.function, "__name__", "") in OPERATORS
