"""Regularization: a penalty on large weights, added to the cost.

    L2:  λ Σ w²        gradient 2λ w           pulls every weight towards zero in proportion
    L1:  λ Σ |w|       gradient λ sign(w)      pulls each with the same force: many become zero
    elastic net:  λ (r Σ |w| + (1 − r) Σ w²)   both: sparse, and groups of alike inputs keep alike weights
    max-norm:  ‖w_j‖ ≤ c for each unit j       no penalty but a constraint, restored after each step

Biases are left alone: every parameter counts but a dataclass field marked ``metadata={"regularized": False}``.
``fit(..., regularization=...)`` takes one of these, a list, or a dict {layer: one or a list} for single layers.

Source: T. Hastie, R. Tibshirani and J. Friedman, The Elements of Statistical Learning, 2nd ed. (2009), section 3.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite import trees

from .modes import replaced

__all__ = ["L1", "L2", "ElasticNet", "MaxNorm", "OfLayer", "weights"]

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


@dataclass(frozen=True, repr=False)
class _Penalty:
    strength: Any

    def __post_init__(self) -> None:
        if isinstance(self.strength, (str, bool)) or not self.strength >= 0:
            raise ValueError(f"{type(self).__name__}: the strength λ must be a number ≥ 0, but is {self.strength!r}")
        if isinstance(self.strength, (int, float, np.number)):
            object.__setattr__(self, "strength", float(self.strength))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.strength:g})"

    def of_array(self, w: Array) -> Any:
        raise NotImplementedError

    def __call__(self, model: Any) -> Any:
        """The penalty for a model, or for any structure of arrays."""
        with ag.scope(self):
            parts = [self.of_array(w) for w in weights(model)]
            return self.strength * sum(parts[1:], parts[0]) if parts else 0.0

    def __scope__(self) -> dict[str, Any]:
        return {"label": f"{type(self).__name__} penalty", "kind": "cost", "rows": [("λ", self.strength)]}


@dataclass(frozen=True, repr=False)
class L2(_Penalty):
    """λ Σ w².

    >>> print(round(float(L2(0.1)(np.array([0.5, -1.5, 0.0]))), 12))
    0.25
    """

    def of_array(self, w: Array) -> Any:
        """Σ w² of one array."""
        return np.sum(w**2)


@dataclass(frozen=True, repr=False)
class L1(_Penalty):
    """λ Σ |w|, with the derivative 0 at w = 0.

    >>> print(round(float(L1(0.1)(np.array([0.5, -1.5, 0.0]))), 12))
    0.2
    """

    def of_array(self, w: Array) -> Any:
        """Σ |w| of one array."""
        return np.sum(np.abs(w))


@dataclass(frozen=True, repr=False)
class ElasticNet(_Penalty):
    """λ (r Σ |w| + (1 − r) Σ w²), between L1 (r = 1) and L2 (r = 0); no factor ½, as in ``L2``.

    Parameters
    ----------
    strength : float
        λ, at least 0.
    l1_ratio : float
        r, from 0 to 1.

    Source: T. Hastie, R. Tibshirani and J. Friedman, The Elements of Statistical Learning (2009), eq. 3.54.

    >>> print(round(float(ElasticNet(0.1, l1_ratio=0.5)(np.array([0.5, -1.5, 0.0]))), 12))
    0.225

    Raises ValueError for a λ below 0 and an r outside of 0 to 1.
    """

    l1_ratio: Any = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.l1_ratio, (str, bool)) or not 0 <= self.l1_ratio <= 1:
            raise ValueError(f"ElasticNet: l1_ratio must be a number from 0 to 1, but is {self.l1_ratio!r}")
        object.__setattr__(self, "l1_ratio", float(self.l1_ratio))

    def of_array(self, w: Array) -> Any:
        """r Σ |w| + (1 − r) Σ w² of one array."""
        return self.l1_ratio * np.sum(np.abs(w)) + (1 - self.l1_ratio) * np.sum(w**2)

    def __scope__(self) -> dict[str, Any]:
        scope = super().__scope__()
        return {**scope, "rows": [*scope["rows"], ("L1 share r", self.l1_ratio)]}

    def __repr__(self) -> str:
        return f"ElasticNet({self.strength:g}, l1_ratio={self.l1_ratio:g})"


@dataclass(frozen=True)
class MaxNorm:
    """The constraint ‖w_j‖₂ ≤ c on the weights w_j into each unit j, restored after each step of ``fit``.

    A column of W that has become too long is scaled back to the length c; large learning rates then do no harm.

    Parameters
    ----------
    largest : float
        The length c > 0.

    Source: N. Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting (2014), section 5.1.

    Examples
    --------
    >>> print(MaxNorm(1.0).project(np.array([[3.0, 0.1], [4.0, 0.2]])))
    [[0.6 0.1]
     [0.8 0.2]]

    Raises ValueError for a length that is not above 0.
    """

    largest: float

    def __post_init__(self) -> None:
        if isinstance(self.largest, (str, bool)) or not 0 < self.largest < float("inf"):
            raise ValueError(f"MaxNorm: the largest norm must be a number above 0, but is {self.largest!r}")
        object.__setattr__(self, "largest", float(self.largest))

    def project(self, model: Any) -> Any:
        """The model with shorter weights where they are too long; a new one, nothing is changed in place."""
        counted = {id(w) for w in weights(model)}
        leaves, rebuild = trees.flatten(model)
        return rebuild([self.of_array(x) if id(x) in counted else x for x in leaves])

    def of_array(self, w: Array) -> Array:
        """Columns no longer than c; the axes before the last are those of the inputs."""
        axes = tuple(range(w.ndim - 1)) if w.ndim > 1 else None
        norms = np.sqrt(np.sum(w * w, axis=axes, keepdims=True))
        return w * (self.largest / np.maximum(norms, self.largest))


@dataclass(frozen=True)
class OfLayer:
    """A penalty or constraint on one layer of a model; ``regularization={2: nn.L2(0.1)}`` makes it from a dict.

    >>> from nn import FFNN
    >>> model = FFNN([2, 3, 1], weights=lambda rng, n_in, n_out: np.ones((n_in, n_out)))
    >>> print(OfLayer(0, L2(0.5))(model), OfLayer(-1, L2(0.5))(model))
    3.0 1.5
    """

    number: int
    rule: Any

    def _layers(self, model: Any) -> list[Any]:
        layers = getattr(model, "layers", None)
        if not isinstance(layers, list) or not -len(layers) <= self.number < len(layers):
            has = f"has {len(layers)} layers, numbered from 0" if isinstance(layers, list) else "has no list of layers"
            raise ValueError(f"regularization names layer {self.number!r}, but the model {has}")
        return layers

    def __call__(self, model: Any) -> Any:
        """The penalty on that layer."""
        return self.rule(self._layers(model)[self.number])

    def project(self, model: Any) -> Any:
        """The model with the constraint on that layer."""
        layers = list(self._layers(model))
        layers[self.number] = self.rule.project(layers[self.number])
        return replaced(model, layers=layers)
