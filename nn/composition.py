"""Layers made of layers: around others (residual connections), and beside them (penalties on what comes out).

    Residual        y = x + f(x)
    ActivityPenalty y = f(x), and in training the cost grows by P(y)/n
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .models import Sequential
from .modes import in_training, parts, replaced
from .summary import title

__all__ = ["ActivityPenalty", "Residual", "activity_costs"]

Array = Any


def _inner(name: str, layers: tuple[Any, ...]) -> Any:
    """One layer as it is, several as a Sequential."""
    if len(layers) == 1 and callable(layers[0]):
        return layers[0]
    if not layers:
        raise ValueError(f"{name} needs at least one layer, for example {name}(nn.Dense(3, 3, 'tanh'))")
    return Sequential(*layers)


@dataclass(init=False, repr=False, eq=False)
class Residual:
    """A shortcut around layers, y = x + f(x): what they learn is the difference from the identity.

    The derivative is 1 + f'(x): it does not vanish where f' does, so deep networks can be trained.

    Parameters
    ----------
    *layers : layers
        f, layers one after the other as in ``Sequential``, whose output has the shape of x.

    Raises
    ------
    ValueError
        Without layers, and if f(x) does not have the shape of x.

    Source: K. He et al., Deep residual learning for image recognition (2016), eq. 1.

    Examples
    --------
    >>> from nn import Dense
    >>> block = Residual(Dense(2, 8, "relu", seed=0), Dense(8, 2, weights="zeros"))
    >>> print(block, block(np.ones((1, 2))))
    Residual(Dense(2 → 8, relu), Dense(8 → 2, identity)) [[1. 1.]]
    """

    inner: Any

    def __init__(self, *layers: Any) -> None:
        self.inner = _inner("Residual", layers)

    def __call__(self, x: Array) -> Array:
        """x + f(x)."""
        return self.added(x, self.inner(x))

    def training(self, x: Array, rng: np.random.Generator) -> tuple[Array, Residual]:
        """x + f(x) with f in training, and the layer as it is afterwards."""
        y, after = in_training(self.inner, x, rng)
        return self.added(x, y), self if after is self.inner else replaced(self, inner=after)

    def added(self, x: Array, y: Array) -> Array:
        """x + y, which must have the same shape."""
        if np.shape(x) != np.shape(y):
            raise ValueError(f"{self!r} must keep the shape of x, but turns {np.shape(x)} into {np.shape(y)}")
        return x + y

    def __repr__(self) -> str:
        layers = self.inner.layers if type(self.inner) is Sequential else [self.inner]
        return f"Residual({', '.join(map(title, layers))})"


@dataclass(init=False, repr=False, eq=False)
class ActivityPenalty:
    """A layer whose output is penalized in training: the cost grows by P(y)/n for a batch of n samples.

    With L1 most outputs become zero: the layer learns a sparse code.

    Parameters
    ----------
    layer : layer
        What gives the output y; the penalty layer gives the same.
    penalty : callable
        P, for example ``nn.L1(1e-3)``, or any function of an array.

    Raises
    ------
    TypeError
        If layer or penalty cannot be called.

    Source: I. Goodfellow, Y. Bengio and A. Courville, Deep Learning (MIT Press, 2016), section 7.10.

    Examples
    --------
    >>> from nn import Dense, L1
    >>> layer = ActivityPenalty(Dense(1, 2, weights=[[1.0, -2.0]]), L1(0.1))
    >>> y, after = layer.training(np.ones((5, 1)), np.random.default_rng(0))
    >>> print(after.cost.round(6), layer.cost)
    0.3 0.0
    """

    inner: Any
    penalty: Any = field(metadata={"static": True})
    cost: Any = field(metadata={"static": True})

    def __init__(self, layer: Any, penalty: Any) -> None:
        if not callable(penalty):
            raise TypeError(f"ActivityPenalty: the penalty must be nn.L1(λ), nn.L2(λ) or a function, not {penalty!r}")
        self.inner, self.penalty, self.cost = _inner("ActivityPenalty", (layer,)), penalty, 0.0

    def __call__(self, x: Array) -> Array:
        """The output of the layer."""
        return self.inner(x)

    def training(self, x: Array, rng: np.random.Generator) -> tuple[Array, ActivityPenalty]:
        """The output of the layer, and a layer that knows what it costs."""
        y, after = in_training(self.inner, x, rng)
        return y, replaced(self, inner=after, cost=self.penalty(y) / np.shape(y)[0])

    def __scope__(self) -> dict[str, Any]:
        return {"label": repr(self), "rows": [("penalty", title(self.penalty))]}

    def __repr__(self) -> str:
        return f"ActivityPenalty({title(self.inner)}, {title(self.penalty)})"


def activity_costs(after: Any) -> list[Any]:
    """What each activity penalty in a model costs in the batch it has just seen."""
    return [part.cost for part in parts(after) if isinstance(part, ActivityPenalty)]
