"""Where training starts: random weights whose size keeps the variance of a signal about the same in every layer.

    xavier   Var W = 2/(n_in + n_out)      for activations like tanh and sigmoid
    he       Var W = 2/n_in                for relu and its kin, which pass on half of their input

An initializer is a function ``(rng, n_in, n_out) -> array of shape (n_in, n_out)`` with rng a numpy.random.Generator.
All weights zero would be a symmetric start: every hidden unit would then learn the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["glorot", "he", "he_uniform", "initializer", "xavier", "xavier_uniform", "zeros"]

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


_BY_NAME: dict[str, Initializer] = {
    "xavier": xavier, "glorot": glorot, "xavier_uniform": xavier_uniform, "he": he, "he_uniform": he_uniform,
    "zeros": zeros,
}  # fmt: skip
_FOR_HE = frozenset({"relu", "leaky_relu", "elu"})


def initializer(chosen: str | Initializer | None, activation_name: str) -> Initializer:
    """The initializer of that name; ``None`` means he for relu, leaky_relu and elu, and xavier for the rest.

    >>> initializer(None, "relu") is he
    True

    Raises ValueError for an unknown name.
    """
    if chosen is None:
        return he if activation_name in _FOR_HE else xavier
    if callable(chosen):
        return chosen
    if chosen not in _BY_NAME:
        raise ValueError(f"no initializer is named {chosen!r}; choose from {', '.join(_BY_NAME)}, or give a function")
    return _BY_NAME[chosen]
