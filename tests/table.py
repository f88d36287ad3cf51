"""What a line of the table of cases is, and how its arguments are drawn: by letter, the same in every run.

    R normal   P positive, ½ to 2½   U inside (−1, 1)   C complex normal   M well-conditioned matrix
    S symmetric positive definite   K complex M   H Hermitian positive definite

``case`` adds one line; ``unary``, ``binary`` and ``reduction`` add one for each shape and form.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Draw = Callable[[np.random.Generator], Any]
Function = Callable[..., Any]


def drawn(sample: Callable[..., Any]) -> Callable[..., Draw]:
    return lambda *shape: lambda rng: np.asarray(sample(rng, shape))[()]


def complex_normal(rng, shape):
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


def regular(normal):
    """Matrices with all singular values near n."""
    return lambda rng, shape: normal(rng, shape) + shape[-1] * np.eye(*shape[-2:])


def positive_definite(normal):
    def sample(rng, shape):
        a = normal(rng, shape)
        return a @ np.conj(np.swapaxes(a, -1, -2)) + np.eye(shape[-1])

    return sample


def normal(rng, shape):
    return rng.standard_normal(shape)


R = drawn(normal)
P = drawn(lambda rng, shape: rng.uniform(0.5, 2.5, shape))
U = drawn(lambda rng, shape: rng.uniform(-0.9, 0.9, shape))
C = drawn(complex_normal)
M = drawn(regular(normal))
K = drawn(regular(complex_normal))
S = drawn(positive_definite(normal))
H = drawn(positive_definite(complex_normal))


@dataclass(frozen=True)
class Case:
    function: Function
    note: str
    f: Function
    draws: tuple[Any, ...]

    @property
    def id(self) -> str:
        return f"{self.function.__name__}: {self.note}"

    @property
    def args(self) -> tuple[Any, ...]:
        """The arguments: drawn ones, or the numbers that stand in the table."""
        rng = np.random.default_rng(zlib.crc32(self.id.encode()))
        return tuple(draw(rng) if callable(draw) else np.asarray(draw, dtype=float)[()] for draw in self.draws)


CASES: list[Case] = []


def case(function: Function, note: str, f: Function, *draws: Any) -> None:
    CASES.append(Case(function, note, f, draws))


def unary(function: Function, real: Callable[..., Draw], other: Callable[..., Draw] | None = None) -> None:
    for note, shape in ("0-d", ()), ("1-d", (3,)), ("2-d", (2, 3)), ("empty", (0, 2)):
        case(function, note, function, real(*shape))
    if other is not None:
        case(function, "complex 0-d", function, other())
        case(function, "complex", function, other(2, 2))


def binary(function: Function, a: Callable[..., Draw], b: Callable[..., Draw], complex: bool = False) -> None:
    case(function, "0-d",           function,                     a(),     b())
    case(function, "1-d",           function,                     a(3),    b(3))
    case(function, "stretched",     function,                     a(2, 1), b(3))
    case(function, "new axis",      function,                     a(3),    b(2, 3))
    case(function, "0-d and 2-d",   function,                     a(),     b(2, 2))
    case(function, "empty",         function,                     a(0, 3), b(3))
    case(function, "number first",  lambda x: function(0.7, x),   b(3))
    case(function, "number second", lambda x: function(x, 0.7),   a(3))
    case(function, "int array",     lambda x: function(x, np.array([1, 2, 3])), a(3))
    case(function, "twice the same", lambda x: function(x, x[::-1]), [0.5, 2.3, 1.1, 3.7])
    if complex:
        case(function, "complex",          function, C(2, 1), C(2))
        case(function, "real and complex", function, a(3),    C(3))
        case(function, "complex and real", function, C(3),    b(3))


def reduction(function: Function, draw: Callable[..., Draw], complex: bool = False, empty: bool = True) -> None:
    case(function, "0-d",                     function,                                              draw())
    case(function, "1-d",                     function,                                              draw(4))
    case(function, "2-d",                     function,                                              draw(2, 3))
    case(function, "axis 0",                  lambda x: function(x, axis=0),                         draw(3, 2))
    case(function, "axis by position",        lambda x: function(x, 1),                              draw(2, 3))
    case(function, "negative axis, keepdims", lambda x: function(x, axis=-1, keepdims=True),         draw(2, 3))
    case(function, "all, keepdims",           lambda x: function(x, axis=None, keepdims=True),       draw(2, 2))
    case(function, "two axes",                lambda x: function(x, axis=(0, -1)),                   draw(2, 3, 2))
    case(function, "two axes, keepdims",      lambda x: function(x, axis=(-1, -2), keepdims=True),   draw(2, 3, 2))
    case(function, "axis of length 1",        lambda x: function(x, axis=1),                         draw(3, 1, 2))
    case(function, "ndarray axis is int64",   lambda x: function(x, axis=np.int64(-2)),              draw(3, 2))
    if empty:
        case(function, "empty",               lambda x: function(x, axis=1),                         draw(0, 2))
    if complex:
        case(function, "complex",             function,                                              C(3))
        case(function, "complex, axis",       lambda x: function(x, axis=1),                         C(2, 3))
