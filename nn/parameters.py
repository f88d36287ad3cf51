"""The parameters of a model during training: taken out, moved block by block, and put back."""

from __future__ import annotations

from typing import Any

import numpy as np

from .optimizers.base import Memory, Optimizer, State

__all__ = ["Blocks", "adopt", "in_blocks"]

Array = Any

BLOCK = 1 << 15  # numbers; the arrays that a rule makes on the way from g to Δ then stay in the cache
SMALL = 1 << 16  # numbers; up to here one call of NumPy for all arrays is cheaper than one for each


class Blocks:
    """An optimizer that acts entry by entry, applied to the parameters of a training block by block.

    Its formula is that of ``update``, and so are the numbers, bit by bit; but no large array is made anew.  The
    parameters of this step and of the next take turns in two buffers, so those of one step before are kept.
    """

    def __init__(self, optimizer: Optimizer, arrays: list[Array]) -> None:
        self.optimizer = optimizer
        self.shapes = [x.shape for x in arrays]
        self.stops = np.cumsum([x.size for x in arrays]).tolist()
        self.joined = self.stops[-1] <= SMALL
        vectors = [np.empty(self.stops[-1], arrays[0].dtype) for _ in range(2)]
        self.buffers = [([vector] if self.joined else self.split(vector), self.shaped(vector)) for vector in vectors]
        self.now = 0

    def split(self, vector: Array) -> list[Array]:
        """The vector, cut at the ends of the arrays."""
        return [vector[start:stop] for start, stop in zip([0, *self.stops], self.stops, strict=False)]

    def shaped(self, vector: Array) -> list[Array]:
        """The vector as arrays of the shapes of the parameters."""
        return [part.reshape(shape) for part, shape in zip(self.split(vector), self.shapes, strict=True)]

    def init(self, arrays: list[Array]) -> State:
        """The state of the optimizer at these arrays, with a memory of its own."""
        parts, _ = self.buffers[self.now]
        state = self.optimizer.init(parts)
        return state._replace(memory=[tuple([x.copy() for x in memory]) for memory in state.memory])

    def observe(self, state: State, loss: float) -> State:
        """As ``Optimizer.observe``."""
        return self.optimizer.observe(state, loss)

    def update(self, grads: list[Array], state: State, arrays: list[Array]) -> tuple[list[Array], State]:
        """As ``Optimizer.update``, but the memory is changed in place, and the result stands in a buffer."""
        rule, t = self.optimizer.at(state), state.step + 1
        grads = [g.reshape(-1) for g in rule.limited(grads)]
        if self.joined:
            grads = [np.concatenate(grads)]
        parts, own = self.buffers[self.now]
        if arrays is not own:
            for x, given in zip(own, arrays, strict=True):
                x[...] = given
        self.now = 1 - self.now
        targets, shaped = self.buffers[self.now]
        memory = [_moved(rule, *row, t) for row in zip(parts, grads, state.memory, targets, strict=True)]
        return shaped, State(t, memory, state.schedule)


def _moved(rule: Optimizer, p: Array, g: Array, memory: Memory, target: Array, t: int) -> Memory:
    """Write the vector p, moved by the rule, into the target; returns what is remembered."""
    if p.size <= BLOCK:
        change, memory = rule.change(p, g, memory, t)
        np.add(p, change, out=target)
        return memory
    for start in range(0, p.size, BLOCK):
        block = slice(start, start + BLOCK)
        change, new = rule.change(p[block], g[block], tuple([m[block] for m in memory]), t)
        np.add(p[block], change, out=target[block])
        for m, values in zip(memory, new, strict=True):
            m[block] = values
    return memory


def in_blocks(optimizer: Any, arrays: list[Array]) -> Any:
    """The optimizer as it is best applied: in blocks, if it acts entry by entry and the arrays are of one dtype.

    One that inherits and defines ``init`` or ``update`` itself is left as it is.
    """
    kind = type(optimizer)
    usual = isinstance(optimizer, Optimizer) and (kind.init, kind.update) == (Optimizer.init, Optimizer.update)
    return Blocks(optimizer, arrays) if usual and kind.entrywise and len({x.dtype for x in arrays}) == 1 else optimizer


def adopt(tree: Any, trained: Any) -> Any:
    """Put the leaves and running statistics of ``trained`` into the containers of ``tree``; returns it.

    Both have the same structure.

    >>> model = {"w": [1.0, 2.0]}
    >>> inner = model["w"]
    >>> adopt(model, {"w": [3.0, 4.0]}) is model, inner
    (True, [3.0, 4.0])
    """
    if isinstance(tree, dict):
        tree.update({key: adopt(tree[key], trained[key]) for key in tree})
    elif isinstance(tree, list):
        tree[:] = [adopt(old, new) for old, new in zip(tree, trained, strict=True)]
    elif isinstance(tree, tuple):
        parts = [adopt(old, new) for old, new in zip(tree, trained, strict=True)]
        return type(tree)(*parts) if hasattr(tree, "_fields") else tuple(parts)
    elif hasattr(type(tree), "__dataclass_fields__"):
        for field in type(tree).__dataclass_fields__.values():
            if not field.metadata.get("static") or field.metadata.get("running"):
                new = adopt(getattr(tree, field.name), getattr(trained, field.name))
                object.__setattr__(tree, field.name, new)
    else:
        return trained
    return tree
