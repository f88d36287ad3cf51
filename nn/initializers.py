"""Where training starts: random weights whose size keeps the variance of a signal about the same in every layer.

    xavier      Var W = 2/(n_in + n_out)      for activations like tanh and sigmoid
    he          Var W = 2/n_in                for relu and its kin, which pass on half of their input
    lecun       Var W = 1/n_in                for selu, which normalizes itself
    orthogonal  WᵀW = 1 or WWᵀ = 1            keeps lengths exactly

An initializer is a function ``(rng, n_in, n_out) -> array of shape (n_in, n_out)`` with rng a numpy.random.Generator.
Those with numbers of their own are made by a call: ``constant(0.1)``, ``normal(0.05)``, ``uniform(-1, 1)``,
``orthogonal(gain=2**0.5)``.  All weights zero would be a symmetric start: every hidden unit would then learn the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = [
    "constant", "glorot", "he", "he_uniform", "initializer", "lecun", "lecun_uniform", "normal", "orthogonal",
    "uniform", "xavier", "xavier_uniform", "zeros",
]  # fmt: skip

Array = Any
Initializer = Callable[[np.random.Generator, int, int], Array]


def xavier(rng: np.random.Generator, n_in: int, n_out: int) -> Array:
    """Normal numbers of variance 2/(n_in + n_out).

    Source: X. Glorot and Y. Bengio, Understanding the difficulty of training deep feedforward neural networks (2010),
    eq. 12.

    >>> xavier(np.random.default_rng(0), 2, 3).shape
    (2, 3)
    """
    return rng.normal(0.0, np.sqrt(2 / (n_in + n_out)), (n_in, n_out))


glorot = xavier


def xavier_uniform(rng: np.random.Generator, n_in: int, n_out: int) -> Array:
    """Numbers uniform in ±√(6/(n_in + n_out)), of variance 2/(n_in + n_out).

    Source: as ``xavier``, eq. 16.

    >>> float(np.max(np.abs(xavier_uniform(np.random.default_rng(0), 2, 4)))) <= 1.0
    True
    """
    limit = np.sqrt(6 / (n_in + n_out))
    return rng.uniform(-limit, limit, (n_in, n_out))


def he(rng: np.random.Generator, n_in: int, n_out: int) -> Array:
    """Normal numbers of variance 2/n_in.

    Source: K. He et al., Delving deep into rectifiers (2015), eq. 10.

    >>> he(np.random.default_rng(0), 2, 3).shape
    (2, 3)
    """
    return rng.normal(0.0, np.sqrt(2 / n_in), (n_in, n_out))


def he_uniform(rng: np.random.Generator, n_in: int, n_out: int) -> Array:
    """Numbers uniform in ±√(6/n_in), of variance 2/n_in.

    >>> he_uniform(np.random.default_rng(0), 2, 3).shape
    (2, 3)
    """
    limit = np.sqrt(6 / n_in)
    return rng.uniform(-limit, limit, (n_in, n_out))


def zeros(rng: np.random.Generator, n_in: int, n_out: int) -> Array:
    """Zeros: for a linear model, or to show why a symmetric start never learns.

    >>> zeros(np.random.default_rng(0), 1, 2)
    array([[0., 0.]])
    """
    return np.zeros((n_in, n_out))


def lecun(rng: np.random.Generator, n_in: int, n_out: int) -> Array:
    """Normal numbers of variance 1/n_in.

    Source: Y. LeCun, L. Bottou, G. Orr and K.-R. Müller, Efficient backprop (1998), eq. 16.

    >>> lecun(np.random.default_rng(0), 2, 3).shape
    (2, 3)
    """
    return rng.normal(0.0, np.sqrt(1 / n_in), (n_in, n_out))


def lecun_uniform(rng: np.random.Generator, n_in: int, n_out: int) -> Array:
    """Numbers uniform in ±√(3/n_in), of variance 1/n_in.

    >>> lecun_uniform(np.random.default_rng(0), 2, 3).shape
    (2, 3)
    """
    limit = np.sqrt(3 / n_in)
    return rng.uniform(-limit, limit, (n_in, n_out))


@dataclass(frozen=True)
class constant:
    """All weights the same number.

    >>> constant(0.5)(np.random.default_rng(0), 1, 2)
    array([[0.5, 0.5]])
    """

    value: float

    def __call__(self, rng: np.random.Generator, n_in: int, n_out: int) -> Array:
        return np.full((n_in, n_out), float(self.value))


@dataclass(frozen=True)
class normal:
    """Normal numbers of the given standard deviation and mean.

    >>> normal(0.05)(np.random.default_rng(0), 2, 3).shape
    (2, 3)

    Raises ValueError for a deviation that is negative or infinite.
    """

    deviation: float = 1.0
    mean: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.deviation < np.inf:
            raise ValueError(f"normal: the standard deviation must be at least 0, but is {self.deviation!r}")

    def __call__(self, rng: np.random.Generator, n_in: int, n_out: int) -> Array:
        return rng.normal(self.mean, self.deviation, (n_in, n_out))


@dataclass(frozen=True)
class uniform:
    """Numbers uniform between ``low`` and ``high``.

    >>> uniform(0, 1)(np.random.default_rng(0), 2, 3).shape
    (2, 3)

    Raises ValueError if ``low`` is above ``high`` or one is infinite.
    """

    low: float = -1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if not -np.inf < self.low <= self.high < np.inf:
            raise ValueError(f"uniform: low must not be above high, but they are {self.low!r} and {self.high!r}")

    def __call__(self, rng: np.random.Generator, n_in: int, n_out: int) -> Array:
        return rng.uniform(self.low, self.high, (n_in, n_out))


@dataclass(frozen=True)
class orthogonal:
    """A random matrix with orthonormal rows or columns, whichever are fewer, times ``gain``.

    It is Q of the QR decomposition of normal numbers, with the signs that make the diagonal of R positive: then every
    orthogonal matrix is equally likely.

    Source: A. Saxe, J. McClelland and S. Ganguli, Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks (2014), section 3; F. Mezzadri, How to generate random matrices from the classical compact groups
    (2007), section 5.

    >>> W = orthogonal()(np.random.default_rng(0), 3, 2)
    >>> print((W.T @ W).round(12) + 0.0)
    [[1. 0.]
     [0. 1.]]
    """

    gain: float = 1.0

    def __call__(self, rng: np.random.Generator, n_in: int, n_out: int) -> Array:
        q, r = np.linalg.qr(rng.normal(size=(max(n_in, n_out), min(n_in, n_out))))
        q = self.gain * q * np.sign(np.diag(r))
        return q if n_in >= n_out else q.T


_BY_NAME: dict[str, Initializer] = {
    "xavier": xavier, "glorot": glorot, "xavier_uniform": xavier_uniform, "he": he, "he_uniform": he_uniform,
    "lecun": lecun, "lecun_uniform": lecun_uniform, "orthogonal": orthogonal(), "normal": normal(0.05),
    "uniform": uniform(-0.05, 0.05), "zeros": zeros,
}  # fmt: skip
_FOR_HE = frozenset({"relu", "leaky_relu", "elu", "gelu", "silu", "softplus"})


def initializer(chosen: str | Initializer | None, activation_name: str) -> Initializer:
    """The initializer of that name; ``None`` means he for relu and its kin, lecun for selu, else xavier.

    >>> initializer(None, "relu") is he
    True

    Raises ValueError for an unknown name, and TypeError for ``normal`` and its like without numbers.
    """
    if chosen is None:
        return he if activation_name in _FOR_HE else lecun if activation_name == "selu" else xavier
    if isinstance(chosen, type):
        raise TypeError(f"an initializer needs its numbers: write {chosen.__name__}(...), not {chosen.__name__}")
    if callable(chosen):
        return chosen
    if chosen not in _BY_NAME:
        raise ValueError(f"no initializer is named {chosen!r}; choose from {', '.join(_BY_NAME)}, or give a function")
    return _BY_NAME[chosen]
