"""What a picture consists of, before any layout: cards, edges, boxes, a title and a legend."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Box", "Card", "Edge", "Picture", "Row"]


@dataclass(frozen=True)
class Row:
    """One line of a card.  ``kind`` chooses its ink: value, tangent, adjoint, muted or bad."""

    label: str
    text: str
    kind: str = "value"


@dataclass(frozen=True)
class Card:
    """One node of the picture: its name in a pill, its formula, the name of the function, and its rows.

    ``nodes`` are the numbers of the nodes that share the card, empty for a card of one node.
    """

    key: str
    name: str
    role: str
    formula: str = ""
    note: str = ""
    rows: tuple[Row, ...] = ()
    hint: str = ""
    nodes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Edge:
    """An arrow; ``lines`` are its label.  ``side`` is the role of a leaf that is drawn below its operation."""

    key: str
    tail: str
    head: str
    lines: tuple[str, ...] = ()
    hint: str = ""
    side: str = ""
    straight: bool = False


@dataclass
class Box:
    """A scope drawn around its members."""

    key: str
    label: str
    members: list[Card | Box] = field(default_factory=list)


@dataclass
class Picture:
    """All of it.  ``roles`` and ``notes`` (kind, text) make the legend; ``across`` is true from left to right."""

    name: str
    title: str
    subtitle: str
    description: str
    members: list[Card | Box]
    edges: list[Edge]
    roles: list[tuple[str, str]]
    notes: list[tuple[str, str]]
    across: bool = True

    @property
    def shared(self) -> dict[str, tuple[int, ...]]:
        """The cards that stand for several nodes, with the numbers of these."""
        found: dict[str, tuple[int, ...]] = {}
        waiting = list(self.members)
        while waiting:
            member = waiting.pop()
            if isinstance(member, Box):
                waiting += member.members
            elif member.nodes:
                found[member.key] = member.nodes
        return found
