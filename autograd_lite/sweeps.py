"""The two sweeps over one recorded graph.

Same path, opposite order, same rule; a derivative that is zero is ``None`` and is skipped everywhere.

    forward:  for node in path:            ẋ_i  = Σ_j  ∂g_i/∂x_j · ẋ_j        tangents, carried along
    reverse:  for node in reversed(path):  x̄_j +=       x̄_i · ∂g_i/∂x_j       adjoints, carried back

Where paths meet, contributions add.  A sweep is itself made of elementary functions: given ``view=value`` it computes
with plain values, given ``view=Tensor`` it is recorded and can be swept again, to any order.  Each sweep keeps its
derivatives in a dictionary of its own, so derivatives of different sweeps cannot be confused.

Source: A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed. (SIAM, 2008), chapter 3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Protocol

from .graph import Node, Path
from .pending import Pending, added_up

__all__ = ["Rule", "forward_sweep", "reverse_sweep", "rules", "value"]


class Rule(Protocol):
    """What a sweep asks of the derivative of an elementary function out = g(*args, **kwargs)."""

    def jvp(self, tangents: list[Any], out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        """The tangent of out: Σ_j ∂g/∂x_j · ẋ_j; ``tangents`` has ``None`` where an argument has none."""

    def vjp(self, j: int, adjoint: Any, out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        """What out contributes to the adjoint of argument j: x̄_i · ∂g/∂x_j.  It may be ``Pending``: see there."""


rules: dict[Callable[..., Any] | None, Rule] = {}

value = attrgetter("value")


def forward_sweep(
    path: Path, tangents: Mapping[Node, Any], view: Callable[[Node], Any] = value
) -> dict[Node, Any]:
    """Carry the tangents of the leaves along the path; returns the tangent of every node that has one.

    >>> import autograd_lite as ag
    >>> import numpy as np
    >>> x = ag.Tensor(3.0).node
    >>> y = ag.record(np.square, (x,))
    >>> print(forward_sweep(ag.path([x], [y]), {x: np.float64(1.0)})[y])
    6.0
    """
    tangents = dict(tangents)
    for node in path.steps:
        seeds = [tangents.get(a) if type(a) is Node else None for a in node.args]
        if [seed for seed in seeds if seed is not None]:
            args = [view(a) if type(a) is Node else a for a in node.args]
            tangent = rules[node.function].jvp(seeds, view(node), args, node.kwargs)
            if tangent is not None:
                tangents[node] = tangent
    return tangents


def reverse_sweep(
    path: Path, adjoints: Mapping[Node, Any], view: Callable[[Node], Any] = value, *, keep: bool = True
) -> dict[Node, Any]:
    """Carry the adjoints of the outputs back along the path; returns the adjoint of every node that has one.

    With ``keep=False`` the adjoint of a node is dropped as soon as it was passed on: only the leaves remain.

    >>> import autograd_lite as ag
    >>> import numpy as np
    >>> x = ag.Tensor(3.0).node
    >>> y = ag.record(np.square, (x,))
    >>> print(reverse_sweep(ag.path([x], [y]), {y: np.float64(1.0)})[x])
    6.0
    """
    adjoints = dict(adjoints)
    active = path.active
    for node in reversed(path.steps):
        adjoint = adjoints.get(node) if keep else adjoints.pop(node, None)
        if type(adjoint) is Pending:  # few entries of many, which wait to be added up
            adjoint = adjoint.due(node, adjoints, keep)
        if adjoint is not None:
            args = [view(a) if type(a) is Node else a for a in node.args]
            vjp, out = rules[node.function].vjp, view(node)
            for j, parent in enumerate(node.args):
                if type(parent) is Node and parent in active:
                    part = vjp(j, adjoint, out, args, node.kwargs)
                    if part is not None:
                        adjoints[parent] = adjoints[parent] + part if parent in adjoints else part
    return added_up(adjoints)
