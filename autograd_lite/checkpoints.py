"""Checkpoints: a part of a program whose values inside are not kept, but computed again when a sweep needs them.

    x ↦ y = f(x)      kept: x, y, and the recipe of f without its values
    sweep             the recipe is followed again at x, swept, and forgotten

The recipe is what f did: a branch is taken again as it was, and a random number drawn inside is the same number.

Source: A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed. (SIAM, 2008), chapter 12.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from .graph import Node, path, record
from .kinds import Parts, pick
from .programs.spelling import called
from .scanning.body import Body, chosen, follow, inputs_of, placed, record_body
from .sweeps import forward_sweep, reverse_sweep, rules, value
from .tensor import Tensor, tensor_of
from .trees import flatten

__all__ = ["checkpoint"]

Function = Callable[..., Any]


def checkpoint(f: Function) -> Function:
    """The same function, recorded as one step: what it computes inside is not kept, and computed again when needed.

    For a program in k parts of equal size, memory falls from that of all parts to that of one and the results between
    them, for one more evaluation.

    Parameters
    ----------
    f : callable
        Takes and returns arrays or structures of arrays.  It may close over Tensors.

    Returns
    -------
    callable
        The same function; its derivatives are of any order and in both modes.

    Raises
    ------
    TypeError
        If f is no function.

    See Also
    --------
    scan, checkpoint_loop : the same for loops.

    Examples
    --------
    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> block = ag.checkpoint(lambda x: np.sin(np.sin(x)))
    >>> f = lambda x: np.sum(block(block(x)))
    >>> print(ag.grad(f)(np.zeros(2)), len(ag.trace(f)(np.zeros(2))))
    [1. 1.] 6
    """

    if not callable(f):
        raise TypeError(f"checkpoint takes a function, but got a {type(f).__name__}: write checkpoint(f)(x)")

    @wraps(f)
    def checkpointed(*args: Any, **kwargs: Any) -> Any:
        leaves, rebuild = flatten([args, kwargs])
        recorded = [type(x) is Tensor for x in leaves]
        inputs = [x.node for x in chosen(leaves, recorded)]
        shape: list[Function] = []

        def run(tensors: list[Any]) -> list[Any]:
            rest = iter(tensors)
            args, kwargs = rebuild([next(rest) if it_is else x for x, it_is in zip(leaves, recorded, strict=True)])
            outputs, build = flatten(f(*args, **kwargs))
            shape.append(build)
            return outputs

        body = record_body(run, [node.value for node in inputs])
        values = [y.value if type(y) is Node else y for y in body.outputs]
        computed = [type(y) is Node for y in body.outputs]
        segment = Segment(called(f, "f"), body)
        node = Node(tuple(chosen(values, computed)), recompute, (segment, *body.consts, *inputs))
        picked = placed([tensor_of(record(pick, (node, i))) for i in range(sum(computed))], computed)
        return shape[0]([y if it_is else x for y, x, it_is in zip(picked, values, computed, strict=True)])

    return checkpointed


class Segment:
    """The recipe of one call: its body without values."""

    def __init__(self, name: str, body: Body) -> None:
        self.__name__ = name
        self.body = body.bare()

    def follow(self, values: list[Any]) -> list[Any]:
        k = len(self.body.consts)
        outputs = follow(self.body, values[k:], dict(zip(self.body.consts, values[:k], strict=True)))
        return chosen(outputs, [type(y) is Node for y in self.body.outputs])


    def flops(self, values: list[Any]) -> int:
        """The operations of one run, which is made to count them."""
        k = len(self.body.consts)
        return record_body(lambda tensors: self.tensors([*values[:k], *tensors]), values[k:]).flops

    def tensors(self, values: list[Any]) -> list[Any]:
        return [tensor_of(y) for y in self.follow([x.node if type(x) is Tensor else x for x in values])]


def recompute(segment: Segment, *values: Any) -> tuple[Any, ...]:
    """The results of the segment at these values of its consts and inputs."""
    return tuple(segment.follow(list(values)))


class _Recomputed:
    """The rule of ``recompute``: follow, sweep, forget."""

    def jvp(self, tangents: list[Any], out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Parts:
        moving = [t is not None for t in tangents[1:]]
        leaves, outputs, view = self.again(args, moving)
        given = dict(zip(leaves, chosen(tangents[1:], moving), strict=True))
        found = forward_sweep(path(leaves, outputs), given, view)
        return Parts([found.get(y) if type(y) is Node else None for y in outputs])

    def vjp(self, j: int, adjoint: Any, out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        found: dict[int, Any] = getattr(adjoint, "found", {})  # one sweep gives all, and each is asked for by itself
        if j not in found:
            wanted = [x.dtype.kind in "fc" for x in args[1:]]
            leaves, outputs, view = self.again(args, wanted)
            seeds: dict[Node, Any] = {}
            for y, g in zip(outputs, adjoint, strict=True):
                if g is not None and type(y) is Node:
                    seeds[y] = seeds[y] + g if y in seeds else g
            swept = reverse_sweep(path(leaves, list(seeds)), seeds, view, keep=False)
            found = dict(enumerate(placed([swept.get(x) for x in leaves], wanted), 1))
            if type(adjoint) is Parts:
                adjoint.found = found  # type: ignore[attr-defined]
        return found[j]

    def again(self, args: list[Any], moving: list[bool]) -> tuple[list[Node], list[Node], Any]:
        """The record of the segment, made again: its leaves, its outputs, and whether the sweep is to be recorded."""
        segment, values = args[0], args[1:]
        nodes = inputs_of(values, moving)
        view = tensor_of if any([type(x) is Tensor for x in values]) else value
        return chosen(nodes, moving), segment.follow(nodes), view


rules[recompute] = _Recomputed()
