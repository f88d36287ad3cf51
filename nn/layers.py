"""Layers: small dataclasses of arrays whose call is the mathematics.

    Dense       a = σ(x W + b)
    Activation  a = σ(x)
    Dropout     a = x m/(1 − p) in training, where each entry of m is 0 with the probability p and else 1;  a = x
    Flatten     the rows of a batch as vectors

A batch has one sample in each row, so with a column of W for each unit, z = Wᵀx + b becomes Z = X W + b.  A model is
its parameters: ``autograd_lite.value_and_grad(cost)(model, X, y)`` returns a gradient of the model's own shape.

A layer of your own is any dataclass with ``__call__``, or any function of NumPy calls; there is nothing to register.
Mark fields that are no parameters with ``field(metadata={"static": True})``, and parameters that L1 and L2 are to leave
alone with ``field(metadata={"regularized": False})``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from .activations import Function, name_of
from .activations import activation as activation_named
from .initializers import Initializer, initializer

__all__ = ["Activation", "Dense", "Dropout", "Flatten"]

Array = Any
Seed = int | np.random.Generator | None


@dataclass(init=False, repr=False, eq=False)
class Dense:
    """A fully connected layer, a = σ(x W + b).

    Parameters
    ----------
    n_in, n_out : int
        Numbers of inputs and of units.
    activation : str or callable
        σ: "identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "softsign",
        "softmax", "log_softmax", or any function of NumPy calls.
    weights : str, callable or array of shape (n_in, n_out), optional
        An initializer (see ``nn.initializers``) or the weights W themselves.  By default He's for relu and its kin
        (leaky_relu, elu, gelu, silu, softplus), LeCun's for selu, and Xavier's for the rest.
    biases : array of shape (n_out,), optional
        The biases b; zeros by default.
    seed : int or numpy.random.Generator, optional
        Where the random weights come from.
    dtype : float dtype
        np.float64 or np.float32.

    Raises
    ------
    ValueError
        For sizes below 1, arrays of another shape and unknown names.

    Examples
    --------
    >>> layer = Dense(2, 3, "tanh", seed=0)
    >>> layer
    Dense(2 → 3, tanh)
    >>> layer(np.ones((5, 2))).shape
    (5, 3)
    """

    weights: Array = field(metadata={"symbol": "W"})
    biases: Array = field(metadata={"symbol": "b", "regularized": False})
    activation: Function = field(metadata={"static": True})

    def __init__(
        self,
        n_in: int,
        n_out: int,
        activation: str | Function = "identity",
        *,
        weights: str | Initializer | Array | None = None,
        biases: Array | None = None,
        seed: Seed = None,
        dtype: Any = np.float64,
    ) -> None:
        for name, n in (("n_in", n_in), ("n_out", n_out)):
            if not isinstance(n, (int, np.integer)) or isinstance(n, bool) or n < 1:
                raise ValueError(f"Dense: {name} must be a whole number of at least 1, but is {n!r}")
        dtype = np.dtype(dtype)
        if dtype.kind != "f":
            raise ValueError(f"Dense: dtype must be a float dtype such as np.float32, but is {dtype}")
        self.activation = activation_named(activation)
        if weights is None or isinstance(weights, str) or callable(weights):
            weights = initializer(weights, name_of(self.activation))(np.random.default_rng(seed), n_in, n_out)
        self.weights = _given("weights", weights, (n_in, n_out), dtype)
        self.biases = _given("biases", np.zeros(n_out) if biases is None else biases, (n_out,), dtype)

    def __call__(self, x: Array) -> Array:
        """σ(x W + b), for one sample of shape (n_in,) or a batch of shape (n, n_in)."""
        return self.activation(self.linear(x))

    def linear(self, x: Array) -> Array:
        """x W + b, before the activation.

        Raises ValueError if x does not have n_in columns.
        """
        try:
            z = x @ self.weights + self.biases
        except (ValueError, TypeError):
            raise self._misfit(x) from None
        return z

    def _misfit(self, x: Array) -> Exception:
        shape, n_in = np.shape(x), self.weights.shape[0]
        if shape[-1:] != (n_in,):
            many = f"{n_in} column{'s' if n_in > 1 else ''}, one for each input"
            return ValueError(f"{self!r} takes x with {many}, but x has shape {shape}")
        return TypeError(f"{self!r} takes numbers, but x is {getattr(x, 'dtype', type(x).__name__)}")

    def __scope__(self) -> dict[str, Any]:
        return {"label": repr(self), "rows": [("units", np.shape(self.biases)[0])]}

    def __repr__(self) -> str:
        shape = np.shape(self.weights)
        return f"Dense({' → '.join(map(str, shape))}, {name_of(self.activation)})"


@dataclass(init=False, repr=False, eq=False)
class Activation:
    """A layer without parameters that applies a function, a = σ(x).

    In a model the name or the function alone does the same; this form takes options.

    Parameters
    ----------
    activation : str or callable
        σ, as in ``Dense``.
    **options
        Further arguments of the function.

    Raises
    ------
    ValueError, TypeError
        For an unknown name, and for options that the function does not have.

    Examples
    --------
    >>> layer = Activation("leaky_relu", slope=0.2)
    >>> print(layer, layer(np.array([-1.0, 1.0])))
    Activation(leaky_relu, slope=0.2) [-0.2  1. ]
    """

    function: Function = field(metadata={"static": True})
    options: dict[str, Any] = field(metadata={"static": True})

    def __init__(self, activation: str | Function, **options: Any) -> None:
        self.function, self.options = activation_named(activation), options
        if options:
            try:
                self.activation(np.zeros(2))
            except TypeError as error:
                raise TypeError(f"{self!r}: {error}") from None

    @property
    def activation(self) -> Function:
        """The function with its options."""
        return partial(self.function, **self.options) if self.options else self.function

    def __call__(self, x: Array) -> Array:
        """σ(x), entry by entry, or row by row for softmax."""
        return self.function(x, **self.options)

    def linear(self, x: Array) -> Array:
        """x, before the activation."""
        return x

    def __repr__(self) -> str:
        return f"Activation({', '.join([name_of(self.function), *(f'{k}={v}' for k, v in self.options.items())])})"


@dataclass(repr=False, eq=False)
class Dropout:
    """In training each entry is dropped with the probability ``rate``, and the others are divided by 1 − rate.

    So the mean of an entry is the same with and without dropout, and prediction leaves x as it is ("inverted" dropout).

    Parameters
    ----------
    rate : float
        The probability p to drop an entry, 0 ≤ p < 1.

    Raises
    ------
    ValueError
        For other rates.

    Source: N. Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting (2014), section 4.

    Examples
    --------
    >>> layer = Dropout(0.2)
    >>> x = np.ones(5)
    >>> print(layer(x), layer.training(x, np.random.default_rng(0))[0])
    [1. 1. 1. 1. 1.] [1.25 1.25 0.   0.   1.25]
    """

    rate: float = field(default=0.5, metadata={"static": True})

    def __post_init__(self) -> None:
        if isinstance(self.rate, (str, bool)) or not 0 <= self.rate < 1:
            raise ValueError(f"Dropout: the rate must be a number from 0 to below 1, but is {self.rate!r}")
        self.rate = float(self.rate)

    def __call__(self, x: Array) -> Array:
        """x, as it is."""
        return x

    def training(self, x: Array, rng: np.random.Generator) -> tuple[Array, Dropout]:
        """x with random entries set to zero, and the layer itself."""
        kept = rng.random(np.shape(x), np.float32 if x.dtype == np.float32 else np.float64) >= self.rate
        return x * (kept.astype(x.dtype) / (1 - self.rate)), self

    def __scope__(self) -> dict[str, Any]:
        return {"label": repr(self), "rows": [("rate", f"{self.rate:g}")]}

    def __repr__(self) -> str:
        return f"Dropout({self.rate:g})"


@dataclass(repr=False, eq=False)
class Flatten:
    """Each sample of a batch as one vector: shape (n, a, b, …) becomes (n, a·b·…).

    >>> Flatten()(np.zeros((5, 8, 8))).shape
    (5, 64)

    Raises ValueError for a single number, which is no batch.
    """

    def __call__(self, x: Array) -> Array:
        """The batch in shape (n, numbers of one sample).

        Raises ValueError for a single number, which is no batch.
        """
        shape = np.shape(x)
        if not shape:
            raise ValueError("Flatten takes a batch of shape (n, ...), but x is a single number")
        return np.reshape(x, (shape[0], math.prod(shape[1:])))

    def __repr__(self) -> str:
        return "Flatten()"


def _given(name: str, array: Array, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    array = np.array(array, dtype=dtype)
    if array.shape != shape:
        raise ValueError(f"Dense: {name} must have shape {shape}, but the array given has shape {array.shape}")
    return array
