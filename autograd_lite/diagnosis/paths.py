"""Mistakes on the way from the cost back to a leaf: a term or a path left out, a wrong product, one row alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..graph import Node
from ..kinds import Linear
from ..sweeps import rules
from .recorded import Recorded, shape_of
from .suspect import Array, Gradients, Suspect

__all__ = ["path_suspects"]

MOST_EDGES = 300


def path_suspects(recorded: Recorded) -> Iterator[Suspect]:
    """What may be wrong on the paths of this cost."""
    yield from _terms(recorded)
    yield from _paths(recorded)
    yield from _transposed_weights(recorded)
    yield from _rows(recorded)
    yield from _updated_weights(recorded)


# terms of the cost, and paths


def _terms(recorded: Recorded) -> Iterator[Suspect]:
    """The addends of the cost: a sum, whatever constant factors stand around it, is taken apart."""
    waiting = [recorded.output]
    while waiting:
        node = waiting.pop(0)
        name = getattr(node.function, "__name__", "")
        active = [j for j, a in enumerate(node.args) if type(a) is Node and a in recorded.path.active]
        if name not in ("add", "subtract", "multiply", "divide", "negative") or np.size(node.value) != 1:
            continue
        if name in ("add", "subtract") and len(active) == 2:
            for j in active:
                yield _term(recorded, node, j)
        if name in ("add", "subtract") or len(active) == 1:
            waiting += [node.args[j] for j in active]


def _term(recorded: Recorded, node: Node, j: int) -> Suspect:
    place, term = recorded.place[node], node.args[j]
    regularizes = not _meets_data(recorded, term)
    text = recorded.text(term)
    return Suspect(
        "missing regularizer" if regularizes else "missing term",
        f"the {'regularizer' if regularizes else 'term'} {text} of the cost is missing in the gradient",
        f"add the derivative of {text}",
        lambda r: r.through({r.order[place].args[j]: r.part(r.order[place], j)}),
        rank=1.9,
        part="term",
    )


def _meets_data(recorded: Recorded, node: Node) -> bool:
    """Whether an array enters on the way from the leaves to the node."""
    seen, waiting = {node}, [node]
    while waiting:
        here = waiting.pop()
        for a in here.args:
            if type(a) is Node and a not in seen and here not in recorded.leaves:
                seen.add(a)
                waiting.append(a)
            if (isinstance(a, np.ndarray) and a.ndim) or (type(a) is Node and _is_constant_array(recorded, a)):
                return True
    return False


def _is_constant_array(recorded: Recorded, node: Node) -> bool:
    return node not in recorded.path.active and shape_of(node.value) != ()


def _paths(recorded: Recorded) -> Iterator[Suspect]:
    """Where paths meet they add: one of them may have been left out."""
    count = 0
    for parent, uses in recorded.uses.items():
        children = sorted({child.number: child for child, _ in uses}.values(), key=lambda node: node.number)
        if len(children) < 2 or count > MOST_EDGES:
            continue
        for child in children:
            count += 1
            yield _path(recorded, parent, child)
        if len(children) > 2 and parent in recorded.leaves:
            yield _alone(recorded, parent, children[0], "first", len(children))
            yield _alone(recorded, parent, children[-1], "last", len(children))


def _contribution(p: int, c: int) -> Gradients:
    """What node c contributes to the adjoint of node p, carried on to the leaves."""

    def part(r: Recorded) -> list[Array]:
        node, total = r.order[c], None
        for j, a in enumerate(node.args):
            if a is r.order[p]:
                one = r.part(node, j)
                total = one if total is None else total if one is None else total + one
        return r.through({r.order[p]: np.zeros_like(r.order[p].value) if total is None else total})

    return part


def _alone(recorded: Recorded, leaf: Node, child: Node, called: str, count: int) -> Suspect:
    """Of a parameter that is used again and again, one use: overwritten instead of added, or broken off."""
    return Suspect(
        "missing path",
        f"only the {called} of the {count} uses of {recorded.face(leaf).name} is in it",
        "add over all uses: dW += …, not dW = …, and do not stop early",
        _contribution(recorded.place[leaf], recorded.place[child]),
        rank=2.1,
    )


def _path(recorded: Recorded, parent: Node, child: Node) -> Suspect:
    name = recorded.face(parent).name
    return Suspect(
        "missing path",
        f"the path from {name} through {recorded.text(child)} is missing",
        f"where paths meet they add: the adjoint of {name} is a sum over everything that {name} goes into",
        _contribution(recorded.place[parent], recorded.place[child]),
        rank=2.2,
        part="path",
    )


# products


def _products(recorded: Recorded) -> Iterator[tuple[Node, int, int]]:
    """(node, j, other) for matrix products: the adjoint of argument j is taken with the other argument."""
    for node in recorded.path.steps:
        if getattr(node.function, "__name__", "") in ("matmul", "dot") and isinstance(rules[node.function], Linear):
            for j in (0, 1):
                if type(node.args[j]) is Node and node.args[j] in recorded.path.active:
                    yield node, j, 1 - j


def _transposed_weights(recorded: Recorded) -> Iterator[Suspect]:
    for node, j, other in _products(recorded):
        a = node.args[other]
        w = a.value if type(a) is Node else a
        if node.args[j] in recorded.leaves or np.ndim(w) != 2 or w.shape[0] != w.shape[1] or np.array_equal(w, w.T):
            continue
        name = recorded.face(a).name if type(a) is Node else "the matrix"
        place = recorded.place[node]

        yield Suspect(
            "transpose",
            f"{name} is not transposed where the adjoint goes back through {recorded.text(node)}",
            f"the adjoint of a product x @ W is x̄ = z̄ @ W.T: use the transpose of {name}",
            _with_transposed(place, j, other),
        )


def _with_transposed(place: int, j: int, other: int) -> Gradients:
    def edit(r: Recorded, node: Node, adjoint: Array) -> Array:
        args = [x.value if type(x) is Node else x for x in node.args]
        args[other] = args[other].T
        return r.part(node, j, adjoint, args)

    return lambda r: r.edited(edges={(place, j): edit})


def _updated_weights(recorded: Recorded) -> Iterator[Suspect]:
    """A weight that was updated before the adjoint went back through it: W − ηW̄ in the place of W."""
    for node, j, other in _products(recorded):
        a = node.args[other]
        if type(a) is not Node or a not in recorded.leaves or node.args[j] in recorded.leaves:
            continue
        place, leaf = recorded.place[node], recorded.place[a]

        def part(r: Recorded, place: int = place, j: int = j, other: int = other, leaf: int = leaf) -> list[Array]:
            node = r.order[place]
            args = [x.value if type(x) is Node else x for x in node.args]
            args[other] = r.gradients[leaf]
            return r.through({node.args[j]: r.part(node, j, None, args)})

        name = recorded.face(a).name
        yield Suspect(
            "updated too early",
            f"{name} was already updated when the adjoint went back through {recorded.text(node)}",
            "compute all gradients first, then update all parameters at once",
            part,
            rank=3.5,
            part="update",
        )


def _rows(recorded: Recorded) -> Iterator[Suspect]:
    """The sum over the batch is missing: one row alone."""
    for leaf in recorded.leaves:
        for child, j in recorded.uses.get(leaf, []):
            shape = shape_of(child.value)
            if not shape or shape[0] < 2 or shape == leaf.value.shape or recorded.adjoints.get(child) is None:
                continue
            for row, called in ((-1, "last"), (0, "first")):
                yield _row(recorded, leaf, child, j, row, called)


def _row(recorded: Recorded, leaf: Node, child: Node, j: int, row: int, called: str) -> Suspect:
    place, at = recorded.place[child], recorded.place[leaf]

    def gradients(r: Recorded) -> list[Array]:
        node = r.order[place]
        adjoint = r.adjoints[node]
        alone = np.zeros_like(adjoint)
        alone[row] = adjoint[row]
        found = [np.array(g) for g in r.gradients]
        part, whole = r.part(node, j, alone), r.part(node, j, adjoint)
        found[at] = found[at] - whole + part
        return found

    return Suspect(
        "one row",
        f"only the {called} row of the batch is in it; the sum over the {len(child.value)} rows of "
        f"{recorded.text(child)} is missing",
        "sum over the batch: np.sum(δ, axis=0) for a bias, X.T @ δ for weights",
        gradients,
        rank=1.5,
    )
