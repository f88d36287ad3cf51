"""Regularization: a penalty on large weights, added to the cost.

    L2:  λ Σ w²        gradient 2λ w           pulls every weight towards zero in proportion
    L1:  λ Σ |w|       gradient λ sign(w)      pulls each with the same force: many become zero

Biases are left alone: every parameter counts but a dataclass field marked ``metadata={"regularized": False}``.

Source: T. Hastie, R. Tibshirani and J. Friedman, The Elements of Statistical Learning, 2nd ed. (2009), section 3.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite import trees

__all__ = ["L1", "L2", "weights"]

Array = Any


def weights(model: Any) -> Iterator[Array]:
    """The arrays of a model that regularization counts.

    >>> [w.shape for w in weights({"first": np.ones(2), "second": [np.ones(3)]})]
    [(2,), (3,)]
    """
    if trees.is_leaf(model):
        yield model
    elif isinstance(model, dict):
        for part in model.values():
            yield from weights(part)
    elif isinstance(model, (list, tuple)):
        for part in model:
            yield from weights(part)
    else:
        for field in getattr(type(model), "__dataclass_fields__", {}).values():
            if not field.metadata.get("static") and field.metadata.get("regularized", True):
                yield from weights(getattr(model, field.name))


@dataclass(frozen=True)
class _Penalty:
    strength: Any

    def __post_init__(self) -> None:
        if isinstance(self.strength, (str, bool)) or not self.strength >= 0:
            raise ValueError(f"{type(self).__name__}: the strength λ must be a number ≥ 0, but is {self.strength!r}")
        if isinstance(self.strength, (int, float, np.number)):
            object.__setattr__(self, "strength", float(self.strength))

    def of_array(self, w: Array) -> Any:
        raise NotImplementedError

    def __call__(self, model: Any) -> Any:
        """The penalty for a model, or for any structure of arrays."""
        with ag.scope(self):
            parts = [self.of_array(w) for w in weights(model)]
            return self.strength * sum(parts[1:], parts[0]) if parts else 0.0

    def __scope__(self) -> dict[str, Any]:
        return {"label": f"{type(self).__name__} penalty", "kind": "cost", "rows": [("λ", self.strength)]}


@dataclass(frozen=True)
class L2(_Penalty):
    """λ Σ w².

    >>> print(round(float(L2(0.1)(np.array([0.5, -1.5, 0.0]))), 12))
    0.25
    """

    def of_array(self, w: Array) -> Any:
        return np.sum(w**2)


@dataclass(frozen=True)
class L1(_Penalty):
    """λ Σ |w|, with the derivative 0 at w = 0.

    >>> print(round(float(L1(0.1)(np.array([0.5, -1.5, 0.0]))), 12))
    0.2
    """

    def of_array(self, w: Array) -> Any:
        return np.sum(np.abs(w))
