"""Random numbers in a compiled function: drawn from a generator that is recorded, they are drawn anew at each call.

Ordinary draws leave no trace in the record, so a program would repeat the numbers of its first run; ``compile`` refuses
them.  ``recorded(generator)`` draws the same numbers in the same order, and leaves a node for each draw.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..graph import Node
from ..kinds import constant
from ..tensor import Tensor, tensor_of

__all__ = ["RecordedGenerator", "Recorder", "drawn", "recorded", "recorders"]

recorders: list[Recorder] = []  # the captures that are under way


class Recorder:
    """Takes note of the draws during one capture, and takes them back: the program will make them again."""

    def __init__(self) -> None:
        self.effects: list[Node] = []  # what is done at every call, whether or not its result is used
        self.states: dict[int, tuple[np.random.Generator, Any]] = {}

    def restore(self) -> None:
        """Put every generator back to where it stood before."""
        for generator, state in self.states.values():
            generator.bit_generator.state = state


def drawn(generator: np.random.Generator, method: str, *args: Any, **kwargs: Any) -> Any:
    """Numbers from a generator: the elementary function that a recorded draw is."""
    return getattr(generator, method)(*args, **kwargs)


constant(drawn)

_METHODS = frozenset({
    "random", "integers", "choice", "permutation", "permuted", "standard_normal", "normal", "uniform", "exponential",
    "standard_exponential", "standard_gamma", "gamma", "beta", "binomial", "poisson", "lognormal", "laplace",
    "logistic", "gumbel", "chisquare", "f", "geometric", "hypergeometric", "logseries", "multinomial", "dirichlet",
    "multivariate_hypergeometric", "multivariate_normal", "negative_binomial", "noncentral_chisquare", "noncentral_f",
    "pareto", "power", "rayleigh", "standard_cauchy", "standard_t", "triangular", "vonmises", "wald", "weibull", "zipf",
})  # fmt: skip


class RecordedGenerator:
    """A ``np.random.Generator`` whose draws are recorded while a function is compiled.  See ``recorded``."""

    def __init__(self, generator: np.random.Generator) -> None:
        self.generator = generator

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in _METHODS:
            raise AttributeError(f"a recorded generator has no {name!r}: it has the methods that draw, {_SOME}")

        def draw(*args: Any, **kwargs: Any) -> Any:
            if any([type(a) is Tensor for a in (*args, *kwargs.values())]):
                raise TypeError(
                    f"{name}: a distribution whose parameter is a Tensor has no derivative here. Draw from the "
                    "standard one and transform: mean + width * rng.standard_normal(size)"
                )
            if not recorders:
                return drawn(self.generator, name, *args, **kwargs)
            recorder = recorders[-1]
            if id(self.generator) not in recorder.states:
                recorder.states[id(self.generator)] = self.generator, self.generator.bit_generator.state
            value = drawn(self.generator, name, *args, **kwargs)
            node = Node(np.asarray(value)[()], drawn, (self.generator, name, *args), kwargs)
            recorder.effects.append(node)
            return tensor_of(node)

        return draw


_SOME = "such as random, normal, standard_normal, integers, permutation"


def recorded(generator: np.random.Generator | int | None = None) -> RecordedGenerator:
    """A generator that a compiled function draws from anew at each call.

    Parameters
    ----------
    generator : numpy.random.Generator, or a seed for one
        Where the numbers come from: the same numbers, in the same order, as without this.

    Returns
    -------
    RecordedGenerator
        Has the methods of ``numpy.random.Generator`` that draw numbers.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> rng = ag.recorded(7)
    >>> noisy = ag.compile(lambda x: x + rng.standard_normal(2))
    >>> first, second = noisy(np.zeros(2)), noisy(np.zeros(2))
    >>> print(np.array_equal(np.concatenate([first, second]), np.random.default_rng(7).standard_normal(4)))
    True
    """
    return RecordedGenerator(np.random.default_rng(generator))
