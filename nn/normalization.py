"""Normalization: numbers of mean 0 and variance 1, then scaled and shifted by what is learnt.

    y = γ (x − μ)/√(σ² + ε) + β

    BatchNorm   μ, σ² of each feature over the batch; in prediction those seen in training, as running means
    LayerNorm   μ, σ² of each sample over its features, in training and in prediction
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .modes import replaced

__all__ = ["BatchNorm", "LayerNorm"]

Array = Any


@dataclass(init=False, repr=False, eq=False)
class _Normalization:
    """γ, β and ε, and what is the same in both layers."""

    gamma: Array = field(metadata={"symbol": "γ", "regularized": False})
    beta: Array = field(metadata={"symbol": "β", "regularized": False})
    eps: float = field(metadata={"static": True})

    def __init__(self, features: int, gamma: Any, beta: Any, eps: float, dtype: Any) -> None:
        name = type(self).__name__
        if not isinstance(features, (int, np.integer)) or isinstance(features, bool) or features < 1:
            raise ValueError(f"{name}: features must be a whole number of at least 1, but is {features!r}")
        if isinstance(eps, (str, bool)) or not 0 <= eps < float("inf"):
            raise ValueError(f"{name}: eps must be a number of at least 0, but is {eps!r}")
        if np.dtype(dtype).kind != "f":
            raise ValueError(f"{name}: dtype must be a float dtype such as np.float32, but is {np.dtype(dtype)}")
        for symbol, value in (("gamma", gamma), ("beta", beta)):
            if np.shape(value) not in ((), (features,)):
                shape = np.shape(value)
                raise ValueError(f"{name}: {symbol} must be a number or have shape ({features},), not {shape}")
            setattr(self, symbol, np.full(features, value, dtype))
        self.eps = float(eps)

    def normalized(self, deviations: Array, variance: Array) -> Array:
        """γ (x − μ)/√(σ² + ε) + β, from x − μ."""
        return deviations / np.sqrt(variance + self.eps) * self.gamma + self.beta

    def check(self, x: Array) -> None:
        """Raise ValueError if the last axis of x does not have the features of this layer."""
        shape, features = np.shape(x), np.shape(self.gamma)[0]
        if shape[-1:] != (features,):
            columns = f"{features} column{'s' if features > 1 else ''}"
            raise ValueError(f"{self!r} takes x with {columns}, one for each feature, but x has shape {shape}")

    def __scope__(self) -> dict[str, Any]:
        return {"label": repr(self), "rows": [("features", np.shape(self.gamma)[0]), ("ε", f"{self.eps:g}")]}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({np.shape(self.gamma)[0]})"


@dataclass(init=False, repr=False, eq=False)
class BatchNorm(_Normalization):
    """Each feature normalized over the batch, y = γ (x − μ)/√(σ² + ε) + β.

    In training μ and σ² = mean (x − μ)² are those of the batch, over all axes but the last, and each batch moves the
    running statistics a little: mean ← (1 − m) mean + m μ, and the variance likewise, with the unbiased n σ²/(n − 1).
    Prediction uses the running statistics, so the output for a sample does not depend on its companions.  A batch with
    only one row has no variance: it too is normalized by the running statistics, and leaves them as they are.

    Parameters
    ----------
    features : int
        The length of the last axis.
    momentum : float
        The share m of the newest batch in the running statistics, 0 < m ≤ 1.
    eps : float
        The ε that keeps the root away from 0.
    gamma, beta : float or array of shape (features,)
        Where γ and β start.  L1 and L2 leave them alone.
    dtype : float dtype
        np.float64 or np.float32.

    Raises
    ------
    ValueError
        For impossible numbers, for another number of columns, and for training on what is no batch.

    Source: S. Ioffe and C. Szegedy, Batch normalization (2015), algorithms 1 and 2.

    Examples
    --------
    >>> layer = BatchNorm(1, gamma=2, beta=0.5, eps=0)
    >>> x = np.array([[1.0], [2.0], [3.0], [4.0]])
    >>> y, after = layer.training(x, np.random.default_rng())
    >>> print(y.ravel().round(6), layer(x).ravel(), after.mean, after.variance.round(6))
    [-2.183282 -0.394427  1.394427  3.183282] [2.5 4.5 6.5 8.5] [0.25] [1.066667]
    """

    momentum: float = field(metadata={"static": True})
    mean: Array = field(metadata={"static": True, "running": True})
    variance: Array = field(metadata={"static": True, "running": True})

    def __init__(
        self, features: int, *, momentum: float = 0.1, eps: float = 1e-5, gamma: Any = 1.0, beta: Any = 0.0,
        dtype: Any = np.float64,
    ) -> None:  # fmt: skip
        super().__init__(features, gamma, beta, eps, dtype)
        if isinstance(momentum, (str, bool)) or not 0 < momentum <= 1:
            raise ValueError(f"BatchNorm: momentum must be above 0 and at most 1, but is {momentum!r}")
        self.momentum = float(momentum)
        self.mean, self.variance = np.zeros(features, dtype), np.ones(features, dtype)

    def __call__(self, x: Array) -> Array:
        """x normalized by the running statistics."""
        self.check(x)
        return self.normalized(x - self.mean, self.variance)

    def training(self, x: Array, rng: np.random.Generator) -> tuple[Array, BatchNorm]:
        """x normalized by its own statistics, and the layer with new running ones."""
        self.check(x)
        if np.ndim(x) < 2:
            shape = np.shape(x)
            raise ValueError(f"{self!r} is trained on batches of shape (n, ..., features), but x has shape {shape}")
        rows = np.size(x) // np.shape(x)[-1]
        if rows == 1:
            return self(x), self
        axes = tuple(range(np.ndim(x) - 1))
        mean = np.mean(x, axis=axes)
        deviations = x - mean
        variance = np.mean(deviations * deviations, axis=axes)
        old, new = 1 - self.momentum, self.momentum
        after = replaced(
            self,
            mean=old * self.mean + new * mean,
            variance=old * self.variance + (new * rows / (rows - 1)) * variance,
        )
        return self.normalized(deviations, variance), after


@dataclass(init=False, repr=False, eq=False)
class LayerNorm(_Normalization):
    """Each sample normalized over its features, y = γ (x − μ)/√(σ² + ε) + β, with μ and σ² over the last axis.

    Parameters
    ----------
    features : int
        The length of the last axis.
    eps : float
        The ε that keeps the root away from 0.
    gamma, beta : float or array of shape (features,)
        Where γ and β start.  L1 and L2 leave them alone.
    dtype : float dtype
        np.float64 or np.float32.

    Raises
    ------
    ValueError
        For impossible numbers and for another number of columns.

    Source: J. L. Ba, J. R. Kiros and G. E. Hinton, Layer normalization (2016), eq. 4.

    Examples
    --------
    >>> print(LayerNorm(4, gamma=2, beta=0.5, eps=0)(np.array([1.0, 2.0, 3.0, 4.0])).round(6))
    [-2.183282 -0.394427  1.394427  3.183282]
    """

    def __init__(
        self, features: int, *, eps: float = 1e-5, gamma: Any = 1.0, beta: Any = 0.0, dtype: Any = np.float64
    ) -> None:
        super().__init__(features, gamma, beta, eps, dtype)

    def __call__(self, x: Array) -> Array:
        """x normalized over its last axis."""
        self.check(x)
        deviations = x - np.mean(x, axis=-1, keepdims=True)
        return self.normalized(deviations, np.mean(deviations * deviations, axis=-1, keepdims=True))
