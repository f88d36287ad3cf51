"""The parameters of a model during training: taken out, joined for speed, and put back."""

from __future__ import annotations

from typing import Any

import numpy as np

from .optimizers import Optimizer

__all__ = ["Joined", "adopt"]

Array = Any

SMALL = 1 << 13  # numbers; up to here one call of NumPy costs more than what it computes


class Joined:
    """An optimizer for many small arrays, that works on all of them as one vector.

    A rule that acts entry by entry gives the same numbers, bit by bit, with fewer calls of NumPy.
    """

    def __init__(self, optimizer: Optimizer, arrays: list[Array]) -> None:
        self.optimizer = optimizer
        stops = np.cumsum([x.size for x in arrays]).tolist()
        self.parts = [(slice(stop - x.size, stop), x.shape) for x, stop in zip(arrays, stops, strict=True)]

    def init(self, arrays: list[Array]) -> Any:
        vector = _joined(arrays)
        return vector, self.optimizer.init(vector)

    def update(self, grads: list[Array], state: Any, arrays: list[Array]) -> tuple[list[Array], Any]:
        vector, memory = self.optimizer.update(_joined(grads), state[1], state[0])
        return [vector[part].reshape(shape) for part, shape in self.parts], (vector, memory)


def _joined(arrays: list[Array]) -> Array:
    return np.concatenate([x.reshape(-1) for x in arrays])


def worth_joining(optimizer: Any, arrays: list[Array]) -> bool:
    """Whether the optimizer acts entry by entry, and the arrays are small and of one dtype."""
    return (
        isinstance(optimizer, Optimizer)
        and optimizer.entrywise
        and len({x.dtype for x in arrays}) == 1
        and sum(x.size for x in arrays) <= SMALL
    )


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
