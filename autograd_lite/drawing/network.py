"""From a graph to a picture: which nodes have a card of their own, which share one, and which stand in a box.

``level="ops"`` draws every operation and a box around each scope; ``level="layers"`` draws one card for each scope.
What is more than ``max_nodes`` is folded into one card, and the picture says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..notation.text import clean, finite, is_scalar, shape
from ..notation.titles import described, heading, summary
from .cards import SHOW, arrow, card, key, rows
from .picture import Box, Card, Edge, Picture, Row
from .repeats import Group, fold_layers, fold_steps, named
from .text import width

if TYPE_CHECKING:
    from ..trace.tracing import Graph, GraphNode, Scope

__all__ = ["LEVELS", "compose"]

LEVELS = ("auto", "ops", "layers")
_MANY = 14  # operations of a network that still read well
_CROWDED = 20  # cards that still read well: of more, repeated operations are folded
_USED_ALL_OVER = 6  # uses of a leaf from which on it is named again beside each of them
_COPY = ("muted", "a name alone: drawn elsewhere")
_WIDEST = 1350.0  # points; a wider picture runs downwards

_COUNT = re.compile(r"\s*\(\d+ params\)$")


def compose(
    graph: Graph,
    level: str = "auto",
    show: Collection[str] | None = None,
    max_nodes: int = 100,
    direction: str = "auto",
    title: str | None = None,
    fold: bool = True,
) -> Picture:
    """The picture of a graph; the options are those of ``autograd_lite.drawing.svg``."""
    _check(level, show, max_nodes, direction)
    homes = _homes(graph)
    scoped = any(homes.values())
    layers = level == "layers" or (level == "auto" and scoped and len(graph.nodes) > _MANY)
    groups = _layers(homes) if layers else {}
    repeated = layers and fold and fold_layers(graph, groups)
    steps = fold_steps(graph, homes, groups) if fold and not layers and len(graph.nodes) > _CROWDED else 0
    left_out = _fold(graph, groups, max_nodes)
    shown = SHOW - ({"partial"} if scoped else set()) if show is None else frozenset(show)
    owners = {node: groups.get(node, node) for node in graph.nodes}
    drawn = {id(owner): _card(owner, shown, scoped) for owner in owners.values()}
    sides = _sides(graph, homes, groups, labelled="partial" in shown and not layers)
    edges = _edges(graph, groups, shown, sides)
    said = [
        _expanding(len(graph.nodes), bool(repeated)) if layers and scoped else "",
        f"{steps} nodes of repeated steps folded: fold=False shows them" if steps else "",
        f"{left_out} left out: max_nodes={len(graph.nodes)} shows them" if left_out else "",
    ]
    cards = list(drawn.values())
    rank = _ranks(cards, edges)
    edges, copies = _beside_their_uses(cards, edges, rank)
    edges = _straightened(edges, rank)
    return Picture(
        name=graph.title,
        title=title if title is not None else heading(graph),
        subtitle=summary(graph, *said),
        description=described(graph),
        members=[*_boxes({} if layers else homes, owners, drawn, sides), *copies],
        edges=edges,
        roles=_roles(cards, layers),
        notes=_notes(cards, edges, scoped, layers) + ([_COPY] if copies else []) + _spoiled(graph),
        across=direction == "right" or (direction == "auto" and _breadth(cards, edges, rank) <= _WIDEST),
    )


def _expanding(nodes: int, repeated: bool) -> str:
    """How to see more of a network."""
    first = "fold=False shows each layer," if repeated else "each card is one layer:"
    whole = ", fold=False" if nodes > _CROWDED else ""
    return f"{first} level='ops'{whole}{'' if repeated else ' shows'} all {nodes} nodes"


def _check(level: str, show: Collection[str] | None, max_nodes: int, direction: str) -> None:
    if level not in LEVELS:
        raise ValueError(f"level is one of {', '.join(map(repr, LEVELS))}, not {level!r}")
    if isinstance(show, str) or not set(show or ()) <= SHOW:
        raise ValueError(f"show is a set of {', '.join(map(repr, sorted(SHOW)))}, not {show!r}")
    if direction not in ("auto", "right", "down"):
        raise ValueError(f"direction is one of 'auto', 'right', 'down', not {direction!r}")
    if max_nodes < 3:
        raise ValueError(f"max_nodes is at least 3, not {max_nodes}: the first, the last and what is between")


def _homes(graph: Graph) -> dict[GraphNode, tuple[Scope, ...]]:
    """The scopes around each node; a parameter belongs to its first use, though a penalty may use it again."""
    homes = {node: node.scope for node in graph.nodes}
    for node in reversed(graph.nodes):
        for parent in node.parents:
            if parent.role == "parameter":
                homes[parent] = node.scope
    return homes


def _layers(homes: dict[GraphNode, tuple[Scope, ...]]) -> dict[GraphNode, Group]:
    """The scopes that become cards: the outermost ones, or those inside if a single scope holds everything."""
    depth, deepest = 0, max(map(len, homes.values()), default=0)
    while depth + 1 < deepest and len({scopes[depth] for scopes in homes.values() if len(scopes) > depth}) == 1:
        depth += 1
    by_scope: dict[Scope, Group] = {}
    groups: dict[GraphNode, Group] = {}
    for node, scopes in homes.items():
        if len(scopes) > depth:
            scope = scopes[depth]
            group = by_scope.setdefault(scope, Group(f"g{node.number}", scope.label, scope.kind, list(scope.rows)))
            group.members.append(node)
            groups[node] = group
    return groups


def _fold(graph: Graph, groups: dict[GraphNode, Group], max_nodes: int) -> int:
    """Put the cards in the middle of too many into one group; returns how many."""
    owners = list({id(groups.get(node, node)): groups.get(node, node) for node in graph.nodes}.values())
    if len(owners) <= max_nodes:
        return 0
    last = max_nodes // 3
    middle = owners[max_nodes - 1 - last : len(owners) - last]
    folded = Group("folded", f"… {len(middle)} more", "folded")
    for owner in middle:
        folded.members += owner.members if isinstance(owner, Group) else [owner]
    groups.update(dict.fromkeys(folded.members, folded))
    return len(middle)


def _card(owner: Group | GraphNode, show: Collection[str], compact: bool) -> Card:
    if not isinstance(owner, Group):
        return card(owner, show, compact)
    roles = {node.role for node in owner.members}
    role = next((r for r in ("output", "parameter") if r in roles), "intermediate")
    lines = [Row(label, text, "muted" if label == "params" else "value") for label, text in owner.rows]
    if owner.kind in ("folded", "repeat"):
        role = "folded" if owner.kind == "folded" or role == "parameter" else role
        lines.append(Row("nodes", str(len(owner.members)), "muted"))
        if count := _parameters(owner.members):
            lines.append(Row("params", str(count), "muted"))
    elif role == "parameter" and all(row.label != "params" for row in lines):
        lines.append(Row("params", str(_parameters(owner.members)), "muted"))
    for node in owner.members:
        if node.role == "output" and is_scalar(node.value):
            lines += rows(node, show)
    if owner.times > 1:
        lines = [replace(row, text=f"{row.text} × {owner.times}") if row.label == "params" else row for row in lines]
    name, what = named(owner)
    what = what or (owner.kind if owner.kind not in ("folded", "repeat", "layer") else "")
    what = f"{what} × {owner.times}".lstrip() if owner.times > 1 else what
    hint = f"{owner.label}: " + ", ".join(f"{row.label} {row.text}" for row in lines)
    numbers = tuple(node.number for node in owner.members)
    return Card(owner.key, name, role, what, "", tuple(lines), hint, numbers)


def _parameters(nodes: list[GraphNode]) -> int:
    return sum(int(np.size(node.value)) for node in nodes if node.role == "parameter")


def _sides(
    graph: Graph, homes: dict[GraphNode, tuple[Scope, ...]], groups: dict[GraphNode, Group], labelled: bool
) -> dict[GraphNode, Group | GraphNode]:
    """The leaves that are drawn below the card that uses them: parameters, constants, the targets of a cost.

    Where arrows are labelled only constants are, as there is no room for a label on the short way up.
    """
    users: dict[GraphNode, dict[int, Group | GraphNode]] = {}
    fed: set[int] = set()  # what has a parent that is no leaf
    alone: dict[int, set[GraphNode]] = {}
    for node in graph.nodes:
        owner = groups.get(node, node)
        for parent in node.parents:
            if groups.get(parent, parent) is not owner:
                users.setdefault(parent, {})[id(owner)] = owner
                alone.setdefault(id(owner), set()).add(parent)
                if parent.function or parent in groups:
                    fed.add(id(owner))
    sides = {}
    for leaf, owners in users.items():
        owner = next(iter(owners.values()))
        shared = len(owners) > 1 and leaf.role != "parameter"
        if leaf.function or leaf in groups or shared or len(alone[id(owner)]) == 1:
            continue
        late = id(owner) in fed and (isinstance(owner, Group) or bool(homes[owner]))
        if leaf.role == "constant" or (not labelled and (leaf.role == "parameter" or (leaf.role == "input" and late))):
            sides[leaf] = owner
    return sides


def _edges(
    graph: Graph, groups: dict[GraphNode, Group], show: Collection[str], sides: dict[GraphNode, Group | GraphNode]
) -> list[Edge]:
    """One arrow for each pair of cards: with partials between two nodes, with shapes between layers."""
    edges: dict[tuple[str, str], Edge] = {}
    for node in graph.nodes:
        for parent in dict.fromkeys(node.parents):
            tail, head = groups.get(parent), groups.get(node)
            pair = (tail.key if tail else key(parent), head.key if head else key(node))
            if pair in edges or (tail is head and tail is not None):
                continue
            side = parent.role if sides.get(parent) is (head or node) else ""
            if tail is None and head is None:
                places = [i for i, p in enumerate(node.parents) if p is parent]
                edges[pair] = arrow(parent, node, places, show, side)
            else:
                label = (shape(parent.value),) if "shape" in show and not is_scalar(parent.value) and not side else ()
                hint = f"{parent.name}, shape {shape(parent.value)}"
                edges[pair] = Edge(f"e{parent.number}-{node.number}", *pair, label, hint, side)
    return list(edges.values())


def _boxes(
    homes: dict[GraphNode, tuple[Scope, ...]],
    owners: dict[GraphNode, Group | GraphNode],
    drawn: dict[int, Card],
    sides: dict[GraphNode, Group | GraphNode],
) -> list[Card | Box]:
    """The cards in the order of their creation, inside the boxes of their scopes."""
    top: list[Card | Box] = []
    boxes: dict[Scope, Box] = {}
    placed: set[int] = set()
    for node, owner in owners.items():
        if id(owner) in placed:
            continue
        placed.add(id(owner))
        host = sides.get(node, node)
        inside = top
        for scope in homes.get(host, ()) if owner is node and not isinstance(host, Group) else ():
            if scope not in boxes:
                boxes[scope] = Box(f"b{len(boxes) + 1}", _box_label(scope, homes))
                inside.append(boxes[scope])
            inside = boxes[scope].members
        inside.append(drawn[id(owner)])
    return top


def _box_label(scope: Scope, homes: dict[GraphNode, tuple[Scope, ...]]) -> str:
    count = _parameters([node for node, scopes in homes.items() if scope in scopes])
    return f"{_COUNT.sub('', scope.label)} \u00a0({count} params)" if count else scope.label


def _roles(cards: list[Card], layers: bool) -> list[tuple[str, str]]:
    """The pills of the legend: what is in the picture, in the order of the program."""
    present = {one.role for one in cards}
    names = {"parameter": "layer with parameters" if layers else "trainable parameter"}
    order = ("input", "parameter", "intermediate", "output", "constant")
    return [(role, names.get(role, role)) for role in order if role in present]


def _notes(cards: list[Card], edges: list[Edge], scoped: bool, layers: bool) -> list[tuple[str, str]]:
    """The lines of the legend that this picture needs."""
    labels = {row.label.partition(" ")[0] for one in cards for row in one.rows}
    notes = [("muted", "value")] if "value" in labels and "tangent" in labels | {"adjoint"} else []
    if "tangent" in labels:
        notes.append(("tangent", "tangent = derivative carried forward"))
    if "|tangent|" in labels:
        notes.append(("tangent", "|tangent| = its norm"))
    if "adjoint" in labels:
        notes.append(("adjoint", "adjoint = sensitivity carried back"))
    if "|adjoint|" in labels:
        notes.append(("adjoint", "|adjoint| = size of the gradient"))
    if scoped and not layers:
        notes.append(("muted", "box = layer"))
    labels = {edge.lines[0][:1] for edge in edges if edge.lines}
    if labels:
        what = [name for sign, name in (("∂", "local partial"), ("[", "shape")) if sign in labels]
        notes.append(("muted", f"edge label: {' or '.join(what)}"))
    return notes


def _spoiled(graph: Graph) -> list[tuple[str, str]]:
    """Where nan or inf began: the first node in the order of the sweep."""
    for kind, nodes in (("value", graph.nodes), ("tangent", graph.nodes), ("adjoint", graph.nodes[::-1])):
        for node in nodes:
            quantity = getattr(node, kind)
            if quantity is not None and not isinstance(quantity, tuple) and not finite(quantity):
                return [("bad", f"nan or inf, first in the {kind} of {clean(node.name, 20)}")]
    return []


def _ranks(cards: list[Card], edges: list[Edge]) -> dict[str, int]:
    """The length of the longest way to each card; edges come sorted by head, so one pass is enough."""
    rank = {card.key: 0 for card in cards}
    for edge in edges:
        rank[edge.head] = max(rank[edge.head], rank[edge.tail] + (not edge.side))
    return rank


def _beside_their_uses(
    cards: list[Card], edges: list[Edge], rank: dict[str, int]
) -> tuple[list[Edge], list[Card | Box]]:
    """In a large picture, a leaf that is used all over it is named again beside each use but the first."""
    leaves = {one.key: one for one in cards if one.role in ("input", "parameter", "constant") and not one.nodes}
    uses: dict[str, int] = {}
    for edge in edges:
        uses[edge.tail] = uses.get(edge.tail, 0) + 1
    if len(cards) <= _CROWDED:
        return edges, []
    seen: set[str] = set()
    moved: list[Edge] = []
    copies: list[Card | Box] = []
    for edge in edges:
        leaf = leaves.get(edge.tail)
        if leaf is None or edge.side or uses[leaf.key] < _USED_ALL_OVER or leaf.key not in seen:
            seen.add(edge.tail)
            moved.append(edge)
            continue
        copy = replace(leaf, key=f"{leaf.key}u{len(copies) + 1}", formula="", rows=(), hint=leaf.name)
        copies.append(copy)
        rank[copy.key] = max(rank[edge.head] - 1, 0)
        moved.append(replace(edge, tail=copy.key))
    return moved, copies


def _straightened(edges: list[Edge], rank: dict[str, int]) -> list[Edge]:
    """For each card the arrow on the longest way is kept straight; shortcuts bend around it."""
    longest: dict[str, Edge] = {}
    for edge in edges:
        best = longest.get(edge.head)
        if not edge.side and (best is None or rank[edge.tail] > rank[best.tail]):
            longest[edge.head] = edge
    return [replace(edge, straight=longest.get(edge.head) is edge) for edge in edges]


def _breadth(cards: list[Card], edges: list[Edge], rank: dict[str, int]) -> float:
    """About how wide the picture is from left to right, in points: the widest card and label of each rank."""
    widths: dict[int, float] = {}
    labels: dict[int, float] = {}
    below = {edge.tail for edge in edges if edge.side}
    for one in cards:
        if one.key not in below:
            header = width(one.name, 13, True) + width(one.formula, 13) + width(one.note, 9) + 40
            widths[rank[one.key]] = max(widths.get(rank[one.key], 0.0), header, 90.0)
    for edge in edges:
        if edge.lines and not edge.side:
            longest = max(width(line, 10.5) for line in edge.lines) + 14
            labels[rank[edge.head]] = max(labels.get(rank[edge.head], 0.0), longest)
    return sum(widths.values()) + sum(labels.values()) + 23 * len(widths)
