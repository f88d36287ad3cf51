"""Models: layers one after the other, and what a person asks of them: a name, a table, the number of parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

import autograd_lite as ag

from .activations import Function, activation, name_of
from .fields import derivative
from .initializers import Initializer
from .layers import Activation, Array, Dense, Seed
from .modes import in_training, replaced
from .summary import Titled, parameter_count, table, title
from .text import Text

__all__ = ["FFNN", "Sequential", "parameter_count", "title"]

Layer = Callable[[Array], Array]


@dataclass(init=False, repr=False, eq=False)
class Sequential:
    """Layers one after the other, x ↦ f_L(… f₂(f₁(x))).

    Parameters
    ----------
    *layers : layers, or one list of layers
        Each is a callable: a ``Dense``, a dataclass of your own, a function of NumPy calls, or the name of an
        activation.

    Raises
    ------
    TypeError
        If a layer cannot be called.

    Examples
    --------
    >>> model = Sequential(Dense(2, 3, "tanh", seed=0), Dense(3, 1, seed=1))
    >>> model
    Sequential(Dense(2 → 3, tanh), Dense(3 → 1, identity))
    >>> model(np.ones((5, 2))).shape
    (5, 1)
    """

    layers: list[Layer]

    def __init__(self, *layers: Any) -> None:
        if len(layers) == 1 and isinstance(layers[0], (list, tuple)):
            layers = tuple(layers[0])
        if not layers:
            raise ValueError("Sequential needs at least one layer, for example Sequential(nn.Dense(2, 1))")
        for layer in layers:
            if not callable(layer) and not isinstance(layer, str):
                raise TypeError(f"a layer must be a callable or the name of an activation, not {layer!r}")
        self.layers = [activation(layer) if isinstance(layer, str) else layer for layer in layers]

    def __call__(self, x: Array) -> Array:
        """The output of the last layer."""
        return self._through(self.layers, x)

    def _through(self, layers: list[Layer], a: Array) -> Array:
        for number, layer in enumerate(layers, 1):
            with ag.scope(Titled(number, layer)):
                a = layer(a)
        return a

    def training(self, x: Array, rng: np.random.Generator, logits: bool = False) -> tuple[Array, Any]:
        """The output during training, and the model as it is afterwards; see ``nn.modes``.

        Parameters
        ----------
        x : array of shape (n, ...)
            A batch.
        rng : numpy.random.Generator
            Where dropout draws from.
        logits : bool
            Whether to stop before the last activation.

        Examples
        --------
        >>> from nn import Dropout
        >>> model = Sequential(Dropout(0.5), Dense(2, 1, weights=[[1.0], [1.0]]))
        >>> output, after = model.training(np.ones((3, 2)), np.random.default_rng(0))
        >>> print(output.ravel(), model(np.ones((3, 2))).ravel(), after is model)
        [2. 0. 4.] [2. 2. 2.] True
        """
        a, after, last = x, [], len(self.layers) - 1
        for i, layer in enumerate(self.layers):
            with ag.scope(Titled(i + 1, layer)):
                a, new = _logits_in_training(layer, a, rng) if logits and i == last else in_training(layer, a, rng)
            after.append(new)
        unchanged = all(new is old for new, old in zip(after, self.layers, strict=True))
        return a, self if unchanged else replaced(self, layers=after)

    def logits(self, x: Array) -> Array:
        """The output before the last activation: from it cross-entropies are computed without loss of digits.

        >>> model = FFNN([2, 1], output="sigmoid", seed=0)
        >>> print(model.logits(np.zeros(2)), model(np.zeros(2)))
        [0.] [0.5]
        """
        *inner, last = self.layers
        a = self._through(inner, x)
        if isinstance(last, (Dense, Activation)):
            with ag.scope(Titled(len(self.layers), last)):
                return last.linear(a)
        return last.logits(a) if isinstance(last, Sequential) else a

    def derivative(self, X: Array, order: int = 1, wrt: int | Sequence[int] | None = None) -> Array:
        """The exact derivatives of the outputs in the inputs, at each row of X; see ``nn.derivative``.

        >>> model = Sequential(Dense(1, 1, weights=[[2.0]]), np.sin)
        >>> print(model.derivative([[0.0]]), model.derivative([[0.0]], order=3))
        [[2.]] [[-8.]]
        """
        return derivative(self, order, wrt)(X)

    @property
    def output_activation(self) -> Layer:
        """The last function that is applied."""
        last = self.layers[-1]
        if isinstance(last, Sequential):
            return last.output_activation
        return last.activation if isinstance(last, (Dense, Activation)) else last

    def summary(self, x: Array | None = None) -> Text:
        """A table of the layers: shapes of the parameters and their number, and of the outputs for an input x.

        >>> FFNN([2, 8, 1], hidden="tanh", output="sigmoid", seed=0).summary()
           layer                  parameters  count
        -  ---------------------  ----------  -----
        1  Dense(2 → 8, tanh)     W 2×8, b 8     24
        2  Dense(8 → 1, sigmoid)  W 8×1, b 1      9
           total                                 33
        >>> from nn import BatchNorm, Flatten
        >>> Sequential(Flatten(), BatchNorm(6), "relu").summary(np.zeros((1, 2, 3)))
           layer         output  parameters                            count
        -  ------------  ------  ------------------------------------  -----
        1  Flatten()     1×6                                               0
        2  BatchNorm(6)  1×6     γ 6, β 6; running mean 6, variance 6     12
        3  relu          1×6                                               0
           total                                                          12
        """
        return table(self.layers, x)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, index: int) -> Layer:
        return self.layers[index]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(title, self.layers))})"


@dataclass(init=False, repr=False, eq=False)
class FFNN(Sequential):
    """A feed-forward neural network: dense layers, one activation for all hidden ones and another for the output.

    Parameters
    ----------
    sizes : sequence of int
        Numbers of inputs, of units in each hidden layer, and of outputs: ``[n_in, ..., n_out]``.
    hidden, output : str or callable
        Activations, see ``Dense``.  For classes take ``output="softmax"``, for yes or no ``"sigmoid"``.
    weights : str or callable, optional
        The initializer of all weights, see ``Dense``.
    seed : int or numpy.random.Generator, optional
        The same seed gives the same weights.
    dtype : float dtype
        np.float64 or np.float32.

    Raises
    ------
    ValueError
        For fewer than two sizes, sizes below 1 and unknown names.

    Source: I. Goodfellow, Y. Bengio and A. Courville, Deep Learning (MIT Press, 2016), chapter 6.

    Examples
    --------
    >>> model = FFNN([64, 32, 10], hidden="relu", output="softmax", seed=0)
    >>> model
    FFNN([64, 32, 10], hidden=relu, output=softmax)
    >>> print(np.round(np.sum(model(np.ones((5, 64))), axis=1), 12))
    [1. 1. 1. 1. 1.]
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        hidden: str | Function = "tanh",
        output: str | Function = "identity",
        weights: str | Initializer | None = None,
        seed: Seed = None,
        dtype: Any = np.float64,
    ) -> None:
        if not isinstance(sizes, (list, tuple, np.ndarray)):
            raise TypeError(f"FFNN takes a list of sizes, [n_in, ..., n_out], not {sizes!r}")
        sizes = list(sizes)
        if len(sizes) < 2:
            raise ValueError(f"FFNN needs at least the numbers of inputs and outputs, [n_in, n_out], but got {sizes}")
        rng = np.random.default_rng(seed)
        last = len(sizes) - 2
        super().__init__([
            Dense(n_in, n_out, output if i == last else hidden, weights=weights, seed=rng, dtype=dtype)
            for i, (n_in, n_out) in enumerate(pairwise(sizes))
        ])  # fmt: skip

    def __repr__(self) -> str:
        dense = [layer for layer in self.layers if isinstance(layer, Dense)]
        sizes = [np.shape(dense[0].weights)[0], *(np.shape(layer.weights)[1] for layer in dense)]
        hidden = f"hidden={name_of(dense[0].activation)}, " if len(dense) > 1 else ""
        return f"FFNN({sizes}, {hidden}output={name_of(dense[-1].activation)})"


def _logits_in_training(last: Any, x: Array, rng: np.random.Generator) -> tuple[Array, Any]:
    """What goes into the last activation, and the last layer as it is afterwards."""
    if isinstance(last, Sequential):
        return last.training(x, rng, logits=True)
    return (last.linear(x) if isinstance(last, (Dense, Activation)) else x), last
