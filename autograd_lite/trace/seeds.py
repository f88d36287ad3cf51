"""Where a sweep starts: the tangents of the inputs, or the adjoints of the outputs, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..graph import Node
from ..kinds import cast
from ..tensor import Tensor, as_leaf_value

if TYPE_CHECKING:
    from .nodes import GraphNode

__all__ = ["seeds_of"]

_SWEEPS = {"tangent": "forward_sweep", "adjoint": "reverse_sweep"}


def seeds_of(ends: list[GraphNode], what: str, given: Any, named: dict[str, Any]) -> dict[Node, Any]:
    """The seeds by node, ``what`` being "tangent" or "adjoint"; 1 where there is one scalar and none is given.

    Raises
    ------
    ValueError
        If a seed is needed and not given, or has another shape than its end.
    KeyError
        If there is no end of that name.
    TypeError
        If the end holds integers, or the seed is complex and the end real.
    """
    free = {node.name: node for node in ends if node.value.dtype.kind in "fc"}
    if given is None and not named:
        if len(free) != 1 or any(np.shape(node.value) for node in free.values()):
            raise ValueError(_ask(what, list(free.values())))
        given = 1
    if isinstance(given, Mapping):
        named = {**given, **named}
    elif given is not None:
        if len(free) != 1:
            raise ValueError(_ask(what, list(free.values())))
        named = {next(iter(free)): given, **named}
    for name in named:
        if name not in free:
            raise _refusal(name, what, ends, list(free))
    return {free[name].node: _seed(what, seed, free[name]) for name, seed in named.items()}


def _refusal(name: str, what: str, ends: list[GraphNode], free: list[str]) -> Exception:
    for node in ends:
        if node.name == name:
            said = f"{name} holds {node.value.dtype}s, which count as constant: pass {name}.astype(float)"
            return TypeError(said)
    return KeyError(f"{_SWEEPS[what]} got a seed for {name!r}, but it starts from {', '.join(free) or 'nothing'}")


def _ask(what: str, ends: list[GraphNode]) -> str:
    """What to write instead, where a sweep does not know where to start."""
    sweep, side = _SWEEPS[what], "inputs" if what == "tangent" else "outputs"
    if not ends:
        return f"{sweep} cannot start: this graph has no floating-point numbers among its {side}"
    examples = []
    for node in ends[:3]:
        shape = np.shape(node.value)
        seed = f"np.ones({shape})" if shape else "1.0"
        examples.append(f"{node.name}={seed}" if node.name.isidentifier() else f"**{{{node.name!r}: {seed}}}")
    return (
        f"{sweep} needs the {what} to start from: this graph has the {side} "
        + ", ".join(f"{n.name} {np.shape(n.value) or '(a number)'}" for n in ends[:10])
        + f". Write for example graph.{sweep}({examples[0]}); those left out are 0"
    )


def _seed(what: str, seed: Any, end: GraphNode) -> Any:
    seed, value = as_leaf_value(seed.value if type(seed) is Tensor else seed), end.value
    if seed.shape != value.shape:
        raise ValueError(f"the {what} of {end.name} has shape {seed.shape}, but {end.name} has shape {value.shape}")
    if seed.dtype.kind == "c" and value.dtype.kind != "c":
        raise TypeError(f"the {what} of {end.name} is complex, but {end.name} is real")
    return cast(seed, value.dtype)
