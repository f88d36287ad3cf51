"""What repeats in a program: equal layers in a row, and the steps of a loop, folded into one card, "× 12".

The steps of a loop are found in the record itself.  Each node is described by its function, its shape, and how far back
its arguments stand; where these descriptions have a period p,

    s(k) = s(k − p)    for k = start + p, …, end

(where an argument is older than the step before, it may stand anywhere) the program between start and end is the same p
operations over and over.  The first of them are drawn, in a box; the rest share a card.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..trace.scopes import Scope

if TYPE_CHECKING:
    from ..trace.tracing import Graph, GraphNode

__all__ = ["Group", "fold_layers", "fold_steps", "named"]

_FEWEST = 3  # equal parts in a row that are folded
_LONGEST_STEP, _LONGEST_PROGRAM = 200, 20_000
_COUNT = re.compile(r"\s*\(\d+ params\)$")
_DIGITS = re.compile(r"\d+")
_Description = tuple[Hashable, tuple[Hashable, ...]]


@dataclass
class Group:
    """Nodes that share one card: those of a scope, the further steps of a loop, or those that are left out."""

    key: str
    label: str
    kind: str = ""
    rows: list[tuple[str, str]] = field(default_factory=list)
    members: list[GraphNode] = field(default_factory=list)
    times: int = 1


class _Run(NamedTuple):
    """Equal steps among the computed nodes: where the first begins, how many nodes each has, and how many there are."""

    start: int
    period: int
    times: int

    @property
    def saved(self) -> int:
        return (self.times - 1) * self.period

    @property
    def stop(self) -> int:
        return self.start + self.times * self.period


def named(group: Group) -> tuple[str, str]:
    """The name of a layer and what it is: "Layer 2", "Dense(8 → 8, tanh)"."""
    name, _, what = _COUNT.sub("", group.label).partition(" · ")
    return name, what


def fold_layers(graph: Graph, groups: dict[GraphNode, Group]) -> bool:
    """Make one group of three or more equal layers, each fed by the one before; returns whether there are such."""
    run: list[Group] = []
    runs = [run]
    for group in {id(group): group for group in groups.values()}.values():
        if run and not _follows(group, run[-1], groups):
            run = []
            runs.append(run)
        run.append(group)
    runs = [run for run in runs if len(run) >= _FEWEST]
    for first, *rest in runs:
        first.label = _label(first, rest[-1])
        first.members += [node for group in rest for node in group.members]
        first.times = 1 + len(rest)
        groups.update(dict.fromkeys(first.members, first))
        _gather_leaves(graph, first, groups)
    return bool(runs)


def _label(first: Group, last: Group) -> str:
    (name, what), last_name = named(first), named(last)[0]
    name = name if name == last_name else f"{name} … {last_name.rpartition(' ')[2]}"
    return f"{name} · {what}" if what else name


def _follows(group: Group, before: Group, groups: dict[GraphNode, Group]) -> bool:
    """Whether a layer is as the one before, which feeds it and nothing else does."""
    (name, what), (name_before, what_before) = named(group), named(before)
    alike = (what, group.kind, group.rows) == (what_before, before.kind, before.rows)
    if not what:  # a scope that says nothing more than "step 3" is judged by what is in it
        alike = alike and _DIGITS.sub("", name) == _DIGITS.sub("", name_before)
        alike = alike and [node.function for node in group.members] == [node.function for node in before.members]
    fed = {id(groups.get(p)) for node in group.members for p in node.parents if p.function} - {id(group)}
    ends = any(node.role == "output" for node in before.members + group.members)
    return alike and fed == {id(before)} and not ends


def fold_steps(graph: Graph, homes: dict[GraphNode, tuple[Scope, ...]], groups: dict[GraphNode, Group]) -> int:
    """Put the first step of each loop into a box and the others into one group; returns how many nodes that hides."""
    nodes = graph.computed
    if len(nodes) > _LONGEST_PROGRAM:
        return 0
    place = {node: k for k, node in enumerate(nodes)}
    exact = [_described(node, k, place) for k, node in enumerate(nodes)]
    for run in _runs(exact, 0, len(nodes)):
        steps = [nodes[i : i + run.period] for i in range(run.start, run.stop, run.period)]
        noun = _box(steps[0], run.times, homes)
        rest = [node for step in steps[1:] for node in step]
        group = Group(f"r{rest[0].number}", f"× {run.times - 1} · more such {noun}", "repeat", members=rest)
        groups.update(dict.fromkeys(rest, group))
        _gather_leaves(graph, group, groups)
    return len(groups)


def _described(node: GraphNode, k: int, place: dict[GraphNode, int]) -> _Description:
    """What a node computes; and how far back each argument stands, or what kind of leaf or constant it is."""
    arguments: list[Hashable] = []
    for a in node.arguments:
        known = place.get(a) if type(a) is type(node) else None
        shape = _shape(a.value) if type(a) is type(node) else type(a).__name__
        arguments.append(shape if known is None else k - known)
    return (node.function, _shape(node.value), len(arguments)), tuple(arguments)


def _shape(value: Any) -> Hashable:
    return tuple(map(_shape, value)) if isinstance(value, tuple) else np.shape(value)


def _runs(exact: Sequence[_Description], low: int, high: int) -> list[_Run]:
    """The loops between two places, one after the other, and those inside of the first step of each."""
    best = max(_candidates(exact, low, high), key=lambda run: (run.saved, -run.period), default=None)
    if best is None:
        return []
    inside = _runs(exact, best.start, best.start + best.period)
    return [*_runs(exact, low, best.start), *inside, best, *_runs(exact, best.stop, high)]


def _candidates(exact: Sequence[_Description], low: int, high: int) -> list[_Run]:
    """For each period the stretches in which it holds; the first step of a loop may begin from anything."""
    found = []
    for period in range(1, min((high - low) // _FEWEST, _LONGEST_STEP) + 1):
        k = low + period
        while k < high:
            if not _alike(exact[k], exact[k - period], period):
                k += 1
                continue
            start = k - period
            while k < high and _alike(exact[k], exact[k - period], period):
                k += 1
            first = max(low, start - period)
            while start > first and exact[start - 1][0] == exact[start - 1 + period][0]:
                start -= 1
            if (times := (k - start) // period) >= _FEWEST:
                found.append(_Run(start, period, times))
    return found


def _alike(a: _Description, b: _Description, period: int) -> bool:
    """Whether two nodes a period apart are the same node of two steps."""
    if a == b:
        return True
    far = 2 * period
    return a[0] == b[0] and all(
        x == y or (type(x) is type(y) is int and x >= far and y >= far) for x, y in zip(a[1], b[1], strict=True)
    )


def _box(step: list[GraphNode], times: int, homes: dict[GraphNode, tuple[Scope, ...]]) -> str:
    """The first step in a box of its own, or in that of its scope; returns what it is, "layers" or "steps"."""
    scopes = {homes[node][-1:] for node in step}
    own = next(iter(scopes)) if len(scopes) == 1 else ()
    inside = [node for node, scope in homes.items() if own and scope[-1:] == own and node.function]
    if own and set(inside) == set(step):
        label = _COUNT.sub("", own[0].label)
        noun = "layers" if " · " in label else "steps"
        boxed = Scope(f"{label} · 1 of {times} equal {noun}", own[0].kind)
        homes.update({node: (*scope[:-1], boxed) for node, scope in homes.items() if scope[-1:] == own})
        return noun
    boxed = Scope(f"1 of {times} equal steps", "repeat")
    homes.update({node: (*homes[node], boxed) for node in step})
    return "steps"


def _gather_leaves(graph: Graph, group: Group, groups: dict[GraphNode, Group]) -> None:
    """The leaves that one of these steps uses once, such as its own input, are folded with them if they are many."""
    users: dict[GraphNode, list[int]] = {}
    for node in graph.nodes:
        for parent in node.parents:
            users.setdefault(parent, []).append(id(groups.get(node)))
    leaves = [node for node, by in users.items() if not node.function and by == [id(group)]]
    if len(leaves) >= _FEWEST:
        group.members += leaves
        if inputs := sum(leaf.role == "input" for leaf in leaves):
            group.rows.append(("inputs", str(inputs)))
        groups.update(dict.fromkeys(leaves, group))
