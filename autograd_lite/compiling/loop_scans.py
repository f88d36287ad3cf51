"""A scan as a loop of machine code: the same as in scans.py, with every number and array in its own place in memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graph import Node
from .entries import Unsupported
from .groups import LoopWriter
from .places import affine, place_of
from .planning import Step
from .scans import Inner, write_body, write_end, write_head

__all__ = ["write_loop_scan"]


def write_loop_scan(emitter: LoopWriter, step: Step) -> None:
    """Write the loop, and give their names and places to its outputs."""
    inner = Inner(emitter, step)
    _know(emitter, inner)
    for node in inner.body_consts:
        _const(emitter, node, inner.given[node])
    for leaf, a in zip(inner.leaves, inner.carry, strict=False):
        emitter._line(f"{emitter.names[leaf]} = {_value(emitter, a, leaf)}")
    gathered = [*inner.put, *inner.stored]
    for i in gathered:
        like = inner.value(i)
        emitter._line(f"{inner.picks[i].name} = np.empty({(inner.loop.n, *like.shape)}, {emitter.text(like.dtype)})")
    for x in [x for x in inner.xs if type(x) is Node]:
        emitter._flat(emitter.place(x).base)
    write_head(emitter, inner)
    outer = set(emitter.flat)
    for leaf, x in zip(inner.leaves[inner.loop.carries :], inner.xs, strict=True):
        emitter._line(f"{emitter.names[leaf]} = {_row(emitter, x, leaf, inner.index)}")
    write_body(emitter, inner, lambda y: _entry(emitter, y))
    emitter.flat = outer
    write_end(emitter, inner)
    for s in inner.picks.values():
        emitter.places[s.node] = place_of(s.node)


def _know(emitter: LoopWriter, inner: Inner) -> None:
    """Tell the emitter who reads the values of the body, and where its inputs are."""
    for step in inner.steps:
        emitter.refuse(step.node)
        for a in step.node.parents:
            emitter.readers.setdefault(a, []).append(step)
    for y in (*inner.outputs, *inner.guards):
        if type(y) is Node:
            emitter.readers.setdefault(y, []).append(None)
    for leaf in inner.leaves:
        emitter.refuse(leaf)
        emitter.places[leaf] = place_of(leaf)


def _const(emitter: LoopWriter, node: Node, a: Any) -> None:
    """What the step takes from outside stands in the place of the argument."""
    if type(a) is not Node and np.ndim(a):
        raise Unsupported("a constant array in a scan")
    emitter.names[node] = emitter.names[a] if type(a) is Node and a in emitter.names else emitter.text(a)
    if type(a) is Node:
        emitter.places[node] = emitter.place(a)


def _value(emitter: LoopWriter, a: Any, like: Node) -> str:
    if like.value.ndim == 0:
        return f"np.{like.value.dtype.name}({emitter.text(a)})"
    if type(a) is not Node:
        return f"np.full({like.value.shape}, {emitter.text(a)})" if np.ndim(a) == 0 else f"{emitter.text(a)}.copy()"
    return f"{emitter._whole(a)}.copy()"


def _row(emitter: LoopWriter, x: Any, leaf: Node, t: str) -> str:
    """What the scan takes from xs at step t."""
    if type(x) is not Node:
        return f"{emitter.text(x)}[{t}]" + (".copy()" if leaf.value.ndim else "")
    place = emitter.place(x)
    if leaf.value.ndim == 0:
        return f"{emitter.names[place.base]}_[{affine(place, [t])}]"
    return f"{emitter._whole(x)}[{t}].copy()"


def _entry(emitter: LoopWriter, y: Any) -> str:
    if type(y) is not Node or y.value.ndim == 0:
        return emitter.text(y)
    return emitter._whole(y)
