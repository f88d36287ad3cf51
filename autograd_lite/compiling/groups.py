"""The loop that is open while a plan is written as loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..graph import Node
from .planning import Step

if TYPE_CHECKING:
    from .loops import LoopEmitter

__all__ = ["Group"]


class Group:
    """The loop that is open: its shape, its steps, what it makes, and what of that is complete only after it."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.steps: list[tuple[str, Step]] = []
        self.made: set[Node] = set()
        self.partial: set[Node] = set()

    def makes(self, a: Node, emitter: LoopEmitter) -> bool:
        """Whether the node, or what it is a view of, is made in this loop."""
        return a in self.made or (a in emitter.places and emitter.places[a].base in self.made)
