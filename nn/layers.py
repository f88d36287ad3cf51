"""The dense layer: a small dataclass of arrays whose call is the mathematics, a = σ(x W + b).

A batch has one sample in each row, so with a column of W for each unit, z = Wᵀx + b becomes Z = X W + b.  A model is
its parameters: ``autograd_lite.value_and_grad(cost)(model, X, y)`` returns a gradient of the model's own shape.

A layer of your own is any dataclass with ``__call__``, or any function of NumPy calls; there is nothing to register.
Mark fields that are no parameters with ``field(metadata={"static": True})``, and parameters that L1 and L2 are to leave
alone with ``field(metadata={"regularized": False})``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .activations import Activation, name_of
from .activations import activation as activation_named
from .initializers import Initializer, initializer

__all__ = ["Dense"]

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
        σ: "identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softmax", or any function of NumPy calls.
    weights : str, callable or array of shape (n_in, n_out), optional
        An initializer (see ``nn.initializers``) or the weights W themselves.  By default He's for relu, leaky_relu and
        elu, and Xavier's for the rest.
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
    activation: Activation = field(metadata={"static": True})

    def __init__(
        self,
        n_in: int,
        n_out: int,
        activation: str | Activation = "identity",
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

    def __repr__(self) -> str:
        shape = np.shape(self.weights)
        return f"Dense({' → '.join(map(str, shape))}, {name_of(self.activation)})"


def _given(name: str, array: Array, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    array = np.array(array, dtype=dtype)
    if array.shape != shape:
        raise ValueError(f"Dense: {name} must have shape {shape}, but the array given has shape {array.shape}")
    return array
