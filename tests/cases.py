"""The one table of cases: a line says which function, what is special about the case, the expression, its arguments.

Every generic check in test_rules.py and test_peers.py is fed from here, and a rule or a composite of the registry that
has no case fails the suite.  Arguments are drawn by letter, the same in every run:

    R normal   P positive, ½ to 2½   U inside (−1, 1)   C complex normal   M well-conditioned matrix
    S symmetric positive definite   K complex M   H Hermitian positive definite

``unary``, ``binary`` and ``reduction`` are lines that stand for one case of each shape and form.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite.kinds import pick
from autograd_lite.rules.indexing import getitem, scatter
from autograd_lite.rules.linalg import cofactor
from autograd_lite.rules.products import contract
from autograd_lite.rules.shaping import astype, concatenate
from autograd_lite.transforms import same

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
    case(function, "twice the same", lambda x: function(x, x[::-1]), lambda rng: np.abs(a(4)(rng)) + np.arange(4.0) + 0.5)
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


# arithmetic
binary(np.add,         R, R, complex=True)
binary(np.subtract,    R, R, complex=True)
binary(np.multiply,    R, R, complex=True)
binary(np.divide,      R, P, complex=True)
binary(np.power,       P, R)
binary(np.float_power, P, R)
binary(np.remainder,   R, P)
binary(np.fmod,        R, P)
binary(np.hypot,       R, P)
binary(np.copysign,    R, P)
binary(np.arctan2,     P, R)
binary(np.logaddexp,   R, R)
binary(np.logaddexp2,  R, R)
binary(np.maximum,     R, R)
binary(np.minimum,     R, R)
binary(np.fmax,        R, R)
binary(np.fmin,        R, R)
case(np.add,      "operators",             lambda x, y: x + y + 1 + x,                R(2), R())
case(np.subtract, "operators",             lambda x, y: 1 - x - y - 2,                R(2), R())
case(np.multiply, "operators",             lambda x, y: 2 * x * y * 3,                R(2), R())
case(np.divide,   "operators",             lambda x, y: 1 / x / y / 2,                P(2), P())
case(np.divide,   "by a small number",     lambda x, y: x / y,                        R(2), 1e-3)
case(np.power,    "operators",             lambda x, y: x**y + 2**y + x**3 + x**0.5,  P(2), P(2))
case(np.power,    "negative base",         lambda x: x**3 + x**-2 + x**np.array([0, 1, 2]), -1.5)
case(np.power,    "zero base",             lambda x: x**3 + x**1 + x**0 + x**2.0,     [0.0, 2.0])
case(np.power,    "zero base, int array",  lambda x: x ** np.array([0, 1, 3, 4]),     [0.0, 0.0, 0.0, 0.0])
case(np.power,    "complex base",          lambda x: x**3 + x**-1.5,                  C(3))
case(np.power,    "complex",               lambda x, y: x**y,                         C(3), C(3))
case(np.power,    "complex exponent",      lambda x, y: x**y,                         P(3), C(3))
case(np.remainder, "operators",            lambda x, y: x % y + 5.5 % y + x % 2,      R(3), P(3))
case(np.remainder, "negative divisor",     lambda x, y: x % -y,                       R(3), P(3))
case(np.copysign, "both signs",            lambda x: np.copysign(x, [1.0, -1.0, 1.0]), [-0.5, 2.0, 3.0])
case(np.hypot,    "large",                 np.hypot,                                  [1e15], [2e15])
case(np.logaddexp, "far apart",            np.logaddexp,                              [900.0, -900.0], [-900.0, 900.0])
case(np.arctan2,  "all quadrants",         np.arctan2,                                [1.0, 1.0, -1.0, -1.0], [1.0, -2.0, -1.0, 2.0])
case(np.arctan2,  "on the axes",           np.arctan2,                                [1.0, -1.0, 0.0], [0.0, 0.0, 1.0])

# one argument
unary(np.negative,   R, C)
unary(np.positive,   R, C)
unary(np.reciprocal, P, C)
unary(np.square,     R, C)
unary(np.sqrt,       P, C)
unary(np.cbrt,       P)
unary(np.absolute,   R, C)
unary(np.fabs,       R)
unary(np.exp,        R, C)
unary(np.exp2,       R, C)
unary(np.expm1,      R, C)
unary(np.log,        P, C)
unary(np.log2,       P, C)
unary(np.log10,      P, C)
unary(np.log1p,      P, C)
unary(np.sin,        R, C)
unary(np.cos,        R, C)
unary(np.tan,        U, C)
unary(np.arcsin,     U, C)
unary(np.arccos,     U, C)
unary(np.arctan,     R, C)
unary(np.sinh,       R, C)
unary(np.cosh,       R, C)
unary(np.tanh,       R, C)
unary(np.arcsinh,    R, C)
unary(np.arccosh,    lambda *shape: lambda rng: 1 + P(*shape)(rng), C)
unary(np.arctanh,    U, C)
unary(np.sinc,       R)
unary(np.degrees,    R)
unary(np.radians,    R)
unary(np.rad2deg,    R)
unary(np.deg2rad,    R)
unary(np.real,       R, C)
unary(np.imag,       R, C)
unary(np.conjugate,  R, C)
unary(np.angle,      P, C)
case(np.angle,    "degrees",           lambda x: np.angle(x, deg=True),             C(3))
case(np.absolute, "operator",          lambda x: abs(x) + abs(-x),                  R(3))
case(np.negative, "operators",         lambda x: -(+x),                             R(3))
case(np.square,   "at 0",              lambda x: x**2,                              [0.0, -3.0])
case(np.sinc,     "near 0",            np.sinc,                                     [0.0, 1e-8, 1e-3, 0.0999, -0.1001, 1.0])
case(np.cbrt,     "negative",          np.cbrt,                                     [-8.0, -1.0])
case(np.exp,      "underflow",         np.exp,                                      [-1000.0, -745.0])
case(np.tanh,     "saturated",         np.tanh,                                     [-1000.0, 1000.0, 20.0])
case(np.log1p,    "near 0",            np.log1p,                                    [1e-12, -1e-12])
case(np.expm1,    "near 0",            np.expm1,                                    [1e-12, -1e-12])

# choices
case(np.clip,  "inside and outside",   lambda x: np.clip(x, -0.5, 0.5),             [-2.0, -0.3, 0.2, 1.5])
case(np.clip,  "one bound",            lambda x: np.clip(x, None, 0.5) + np.clip(x, -0.5, None), [-2.0, -0.3, 1.5])
case(np.clip,  "bounds vary",          np.clip,                                     [[-2.0, -0.3], [0.2, 1.5]], [-0.5, -0.4], 0.5)
case(np.clip,  "keywords",             lambda x: np.clip(x, min=-0.5, max=0.5),     [-2.0, -0.3, 1.5])
case(np.clip,  "method",               lambda x: x.clip(-0.5, 0.5),                 [-2.0, -0.3, 1.5])
case(np.clip,  "a_min, a_max",         lambda x: np.clip(x, a_min=-0.5, a_max=0.5), [-2.0, -0.3, 1.5])
case(np.where, "masks",                lambda x, y: np.where(x > 0, x * y, y),      R(2, 3), R(3))
case(np.where, "stretched",            lambda x, y: np.where([[True], [False]], x, y), R(3), R())
case(np.where, "one side a number",    lambda x: np.where(x > 0, x, 0) + np.where(x > 0, 1.0, x), R(2, 3))
case(np.where, "complex",              lambda x, y: np.where([True, False], x, y),  C(2), R(2))
case(np.where, "empty",                lambda x: np.where(x > 0, x, -x),            R(0, 2))

# reductions
reduction(np.sum,       R, complex=True)
reduction(np.mean,      R, complex=True)
reduction(np.prod,      R, complex=True)
reduction(np.max,       R)
reduction(np.min,       R)
reduction(np.amax,      R)
reduction(np.amin,      R)
reduction(np.ptp,       R)
reduction(np.var,       R, complex=True)
case(np.sum,  "method",                lambda x: x.sum() + x.sum(0) + x.sum(axis=1, keepdims=True).sum(), R(2, 3))
case(np.sum,  "dtype",                 lambda x: np.sum(x, dtype=np.float64),       R(3))
case(np.sum,  "of nothing",            lambda x: np.sum(x, axis=0),                 R(0, 2))
case(np.sum,  "empty axis tuple",      lambda x: np.sum(x, axis=()),                R(2, 3))
case(np.sum,  "ufunc method",          lambda x: np.add.reduce(x) + np.add.reduce(x, axis=1).sum(), R(2, 3))
case(np.mean, "method",                lambda x: x.mean(0) * x.mean(),              R(2, 3))
case(np.prod, "one zero",              lambda x: np.prod(x, axis=-1),               [[2.0, 0.0, 3.0, -1.0], [1.0, 2.0, 3.0, 4.0]])
case(np.prod, "two zeros",             np.prod,                                     [2.0, 0.0, 3.0, 0.0])
case(np.prod, "three zeros",           np.prod,                                     [0.0, 0.0, 3.0, 0.0])
case(np.prod, "of nothing",            lambda x: np.prod(x, axis=0),                R(0, 2))
case(np.max,  "method",                lambda x: x.max() * x.min(axis=0), R(2, 3))
case(np.var,  "ddof",                  lambda x: np.var(x, axis=0, ddof=1),         R(4, 2))
case(np.var,  "correction",            lambda x: np.var(x, axis=0, correction=1),   R(4, 2))
case(np.var,  "of equal numbers",      np.var,                                      [2.0, 2.0, 2.0])
case(np.std,  "1-d",                   np.std,                                      R(4))
case(np.std,  "axis",                  lambda x: np.std(x, axis=0),                 R(4, 2))
case(np.std,  "two axes, keepdims",    lambda x: np.std(x, axis=(0, 2), keepdims=True), R(2, 3, 2))
case(np.std,  "ddof",                  lambda x: np.std(x, -1, ddof=1),             R(2, 4))
case(np.std,  "method",                lambda x: x.std() * x.var(0),                R(3, 2))
case(np.std,  "complex",               np.std,                                      C(3))
case(np.cumsum, "1-d",                 np.cumsum,                                   R(4))
case(np.cumsum, "2-d, flattened",      np.cumsum,                                   R(2, 3))
case(np.cumsum, "axis",                lambda x: np.cumsum(x, axis=0) * x.cumsum(-1), R(2, 3))
case(np.cumsum, "empty",               np.cumsum,                                   R(0))
case(np.cumsum, "complex",             np.cumsum,                                   C(3))
case(np.cumsum, "0-d",                 np.cumsum,                                   R())
case(np.average, "returned",           lambda x, w: np.average(x, weights=w, returned=True), R(3), P(3))
case(np.cumprod, "1-d",                np.cumprod,                                  R(4))
case(np.cumprod, "axis, zeros",        lambda x: np.cumprod(x, axis=1),             [[2.0, 0.0, 3.0, 0.0], [1.0, 2.0, 3.0, 4.0]])
case(np.cumprod, "2-d, flattened",     lambda x: x.cumprod(),                       R(2, 2))
case(np.cumprod, "empty",              np.cumprod,                                  R(0))
case(np.average, "no weights",         lambda x: np.average(x, axis=0),             R(2, 3))
case(np.average, "weights",            lambda x, w: np.average(x, weights=w),       R(3), P(3))
case(np.average, "weights of an axis", lambda x, w: np.average(x, 1, w),            R(2, 3), P(3))
case(np.average, "keepdims",           lambda x, w: np.average(x, axis=0, weights=w, keepdims=True), R(2, 3), P(2))
case(np.linalg.vector_norm, "all entries", np.linalg.vector_norm,                   R(2, 3))
case(np.linalg.vector_norm, "two axes", lambda x: np.linalg.vector_norm(x, axis=(0, -1), keepdims=True, ord=3), R(2, 3, 2))
case(np.linalg.norm, "1-d",            np.linalg.norm,                              R(3))
case(np.linalg.norm, "2-d",            np.linalg.norm,                              R(2, 3))
case(np.linalg.norm, "axis",           lambda x: np.linalg.norm(x, axis=0),         R(2, 3))
case(np.linalg.norm, "axis, keepdims", lambda x: np.linalg.norm(x, axis=-1, keepdims=True), R(2, 3))
case(np.linalg.norm, "ord 1, 2, 3",    lambda x: sum(np.linalg.norm(x, p) for p in (1, 2, 3, 2.5)), R(3))
case(np.linalg.norm, "ord inf",        lambda x: np.linalg.norm(x, np.inf) + np.linalg.norm(x, -np.inf), R(3))
case(np.linalg.norm, "ord 1, axis",    lambda x: np.linalg.norm(x, 1, axis=1),      R(2, 3))
case(np.linalg.norm, "ord below 1",    lambda x: np.linalg.norm(x, 0.5) + np.linalg.norm(x, -1), P(3))
case(np.linalg.norm, "ord 0",          lambda x: np.linalg.norm(x, 0),              R(3))
case(np.linalg.norm, "Frobenius",      lambda x: np.linalg.norm(x, "fro", axis=(0, 2)), R(2, 3, 2))
case(np.linalg.norm, "columns, rows",  lambda x: np.linalg.norm(x, 1) * np.linalg.norm(x, np.inf), R(2, 3))
case(np.linalg.norm, "matrix, -1, -inf", lambda x: np.linalg.norm(x, -1, axis=(2, 0), keepdims=True) + np.linalg.norm(x, -np.inf, axis=(0, 1)), R(2, 3, 2))
case(np.linalg.norm, "complex",        np.linalg.norm,                              C(3))
case(np.linalg.norm, "complex, ord 1, 3", lambda x: np.linalg.norm(x, 1) + np.linalg.norm(x, 3), C(3))

# rearranging
case(np.reshape, "to 2-d",             lambda x: np.reshape(x, (2, 3)),             R(6))
case(np.reshape, "-1",                 lambda x: np.reshape(x, -1),                 R(2, 3))
case(np.reshape, "Fortran order",      lambda x: np.reshape(x, (3, 2), order="F"),  R(2, 3))
case(np.reshape, "method",             lambda x: x.reshape(3, 2) * x.reshape((3, -1)) + x.flatten(order="F").reshape(3, 2, order="F"), R(2, 3))
case(np.reshape, "to 0-d",             lambda x: np.reshape(x, ()),                 R(1))
case(np.reshape, "empty",              lambda x: np.reshape(x, (3, 0)),             R(0, 2))
case(np.reshape, "complex",            lambda x: np.reshape(x, (1, 2)),             C(2))
case(np.ravel,   "2-d",                np.ravel,                                    R(2, 3))
case(np.ravel,   "Fortran order",      lambda x: np.ravel(x, order="F") + x.ravel(), R(2, 3))
case(np.ravel,   "0-d",                np.ravel,                                    R())
case(np.expand_dims, "one",            lambda x: np.expand_dims(x, -1),             R(3))
case(np.expand_dims, "two",            lambda x: np.expand_dims(x, (0, 2)),         R(3))
case(np.squeeze, "all",                np.squeeze,                                  R(1, 3, 1))
case(np.squeeze, "one",                lambda x: np.squeeze(x, axis=-1) + x.squeeze(2), R(1, 3, 1))
case(np.transpose, "2-d",              lambda x: np.transpose(x) + x.T,             R(2, 3))
case(np.transpose, "axes",             lambda x: np.transpose(x, (1, -1, 0)),       R(2, 3, 4))
case(np.transpose, "method",           lambda x: x.transpose(2, 0, 1) + x.transpose((2, 0, 1)), R(2, 3, 4))
case(np.transpose, "keyword",          lambda x: np.transpose(x, axes=[1, 2, 0]),   R(2, 3, 4))
case(np.swapaxes, "axes",              lambda x: np.swapaxes(x, 0, -1) + x.swapaxes(2, 0), R(2, 3, 4))
case(np.swapaxes, "mT",                lambda x: x.mT if hasattr(x, "mT") else np.swapaxes(x, -1, -2), R(2, 3, 4))
case(np.moveaxis, "one",               lambda x: np.moveaxis(x, 0, -1),             R(2, 3, 4))
case(np.moveaxis, "two",               lambda x: np.moveaxis(x, (0, 1), (2, 0)),    R(2, 3, 4))
case(np.flip,    "all",                np.flip,                                     R(2, 3))
case(np.flip,    "one axis, two axes", lambda x: np.flip(x, -1) * np.flip(x, (0, 1)), R(2, 3))
case(np.roll,    "flattened",          lambda x: np.roll(x, 2),                     R(2, 3))
case(np.roll,    "axis",               lambda x: np.roll(x, -1, axis=1),            R(2, 3))
case(np.roll,    "two axes",           lambda x: np.roll(x, (1, 2), axis=(0, 1)),   R(2, 3))
case(np.broadcast_to, "new axis",      lambda x: np.broadcast_to(x, (2, 3)),        R(3))
case(np.broadcast_to, "stretched",     lambda x: np.broadcast_to(x, (4, 2, 3)),     R(2, 1))
case(np.broadcast_to, "0-d",           lambda x: np.broadcast_to(x, (2, 2)),        R())
case(np.broadcast_to, "to nothing",    lambda x: np.broadcast_to(x, (0, 3)),        R(3))
case(np.copy,    "2-d",                lambda x: np.copy(x) * x.copy(),             R(2, 3))
case(np.tril,    "stack, k",           lambda x: np.tril(x, -1) + np.tril(x, k=1),  R(2, 3, 3))
case(np.triu,    "rectangle",          lambda x: np.triu(x) + np.triu(x, 1),        R(2, 3))
case(astype,     "to complex",         lambda x: x.astype(complex) * 1j,            R(3))
case(astype,     "float32 to float64", lambda x: x.astype(float),                   lambda rng: np.float32([0.5, 1.25, 3.0]))
case(astype,     "to an integer",      lambda x: x.astype(int) * x + (x > 0).astype(float), R(3))
case(concatenate, "default axis",      lambda x, y: concatenate(x, y),              R(2), R(3))
case(np.concatenate, "axis",           lambda x, y: np.concatenate([x, y, x], axis=-1), R(2, 1), R(2, 3))
case(np.concatenate, "middle axis",    lambda x, y: np.concatenate((x, y), 1),      R(2, 1, 2), R(2, 3, 2))
case(np.concatenate, "flattened",      lambda x, y: np.concatenate([x, y], axis=None), R(2, 2), R(3))
case(np.concatenate, "with a plain one", lambda x: np.concatenate([np.zeros_like(x), x, x]), R(2))
case(np.concatenate, "with nothing",   lambda x, y: np.concatenate([x, y]),         R(2, 2), R(0, 2))
case(np.concatenate, "complex, real",  lambda x, y: np.concatenate([x, y]),         C(2), R(1))
case(np.concatenate, "dtype",          lambda x: np.concatenate([x, x], dtype=np.float64), R(2))
case(np.stack,   "numbers",            lambda x, y: np.stack([x, y, x * y]),        R(), R())
case(np.stack,   "axis",               lambda x, y: np.stack([x, y], axis=-1),      R(2, 3), R(2, 3))
case(np.vstack,  "1-d and 2-d",        lambda x, y: np.vstack([x, y]),              R(3), R(2, 3))
case(np.hstack,  "1-d",                lambda x, y: np.hstack([x, y]),              R(3), R())
case(np.hstack,  "2-d",                lambda x, y: np.hstack((x, y)),              R(2, 3), R(2, 1))
case(np.dstack,  "2-d",                lambda x, y: np.dstack([x, y]),              R(2, 3), R(2, 3))
case(np.column_stack, "1-d and 2-d",   lambda x, y: np.column_stack([x, y]),        R(2), R(2, 3))
case(np.append,  "flattened",          lambda x, y: np.append(x, y),                R(2, 2), R())
case(np.append,  "axis",               lambda x, y: np.append(x, y, axis=0),        R(2, 2), R(1, 2))
case(np.atleast_1d, "several",         lambda x, y: np.atleast_1d(x, y),            R(), R(2, 2))
case(np.atleast_2d, "0-d, 1-d, 2-d",   lambda x, y, z: np.atleast_2d(x, y, z),      R(), R(2), R(2, 2))
case(np.atleast_3d, "0-d to 2-d",      lambda x, y, z: np.atleast_3d(x, y, z),      R(), R(2), R(2, 3))
case(np.atleast_3d, "one",             np.atleast_3d,                               R(2))
case(np.array_split, "unequal",        lambda x: np.array_split(x, 3),              R(7))
case(np.array_split, "axis, places",   lambda x: np.array_split(x, [1, 3], axis=-1), R(2, 4))
case(np.split,   "equal",              lambda x: np.split(x, 2, axis=1),            R(2, 4))
case(np.split,   "places beyond",      lambda x: np.split(x, [2, 5, 9]),            R(6))
case(np.hsplit,  "1-d, 2-d",           lambda x, y: (*np.hsplit(x, 2), *np.hsplit(y, [1])), R(4), R(2, 3))
case(np.vsplit,  "2-d",                lambda x: np.vsplit(x, 2),                   R(4, 2))
case(np.tile,    "number",             lambda x: np.tile(x, 2),                     R(2, 3))
case(np.tile,    "new axis",           lambda x: np.tile(x, (2, 1, 3)),             R(2, 2))
case(np.tile,    "0-d",                lambda x: np.tile(x, (2, 2)),                R())
case(np.repeat,  "flattened",          lambda x: np.repeat(x, 2),                   R(2, 2))
case(np.repeat,  "each its own",       lambda x: np.repeat(x, [1, 0, 3], axis=1),   R(2, 3))
case(np.repeat,  "method",             lambda x: x.repeat(3, axis=0),               R(2, 3))

# taking entries
case(getitem, "basic",                 lambda x: x[1] * x[-1, 0] + x[::-1, 1][0],   R(2, 3))
case(getitem, "slices",                lambda x: x[::2, -1:0:-1],                   R(3, 4))
case(getitem, "newaxis, ellipsis",     lambda x: x[None, ..., 0, None],             R(2, 3))
case(getitem, "integer array",         lambda x: x[[0, 2, 0]],                      R(3, 2))
case(getitem, "two integer arrays",    lambda x: x[[0, 1, 0], [1, 1, 1]],           R(2, 3))
case(getitem, "mixed",                 lambda x: x[:, [0, 0], None, 1:],            R(2, 3, 3))
case(getitem, "mask",                  lambda x: x[x > 0],                          R(3, 3))
case(getitem, "mask of an axis",       lambda x: x[np.array([True, False, True])],  R(3, 2))
case(getitem, "mask and integer",      lambda x: x[np.array([True, False]), 1],     R(2, 3))
case(getitem, "index is a Tensor",     lambda x: x[np.argmax(x)] + x[np.argsort(x)], R(3))
case(getitem, "all of 0-d",            lambda x: x[()] + x[...],                    R())
case(getitem, "nothing",               lambda x: x[:0],                             R(3))
case(getitem, "iteration",             lambda x: sum(row * row[0] for row in x),    R(2, 3))
case(getitem, "complex",               lambda x: x[[0, 0]],                         C(2))
case(scatter, "basic",                 lambda g: scatter(g, (3, 4), slice(1, 3), 2), R(2))
case(scatter, "places meet",           lambda g: scatter(g, (3,), np.array([0, 2, 0])), R(3))
case(np.take, "flattened",             lambda x: np.take(x, [0, 3, 3]),             R(2, 3))
case(np.take, "axis",                  lambda x: np.take(x, [[0, 2], [1, 1]], axis=-1), R(2, 3))
case(np.take, "wrap, clip",            lambda x: np.take(x, [4, -5], mode="wrap") + x.take([4, -5], mode="clip"), R(3))
case(np.take, "one",                   lambda x: np.take(x, 1, axis=0),             R(2, 3))
case(np.take_along_axis, "sorted",     lambda x: np.take_along_axis(x, np.argsort(x, axis=0), axis=0), R(3, 2))
case(np.take_along_axis, "flattened",  lambda x: np.take_along_axis(x, np.array([0, 3]), None), R(2, 2))
case(np.take_along_axis, "broadcast",  lambda x: np.take_along_axis(x, np.array([[0], [1]]), axis=-1), R(2, 3))
case(np.diagonal, "offset",            lambda x: np.diagonal(x) * np.diagonal(x, 1)[0] + np.diagonal(x, -1)[0], R(2, 3))
case(np.diagonal, "stack",             lambda x: np.diagonal(x, 0, 1, 2) + x.diagonal(axis1=-2, axis2=-1), R(2, 3, 3))
case(np.diag,     "matrix",            lambda x: np.diag(x, 1),                     R(3, 3))
case(np.diag,     "vector",            lambda x: np.diag(x) + np.diag(x[:-1], 1) + np.diag(x[1:], k=-1), R(3))
case(np.trace,    "offset",            lambda x: np.trace(x) + np.trace(x, offset=1), R(3, 3))
case(np.trace,    "stack",             lambda x: np.trace(x, axis1=1, axis2=2) + x.trace(0, -2, -1), R(2, 3, 3))

# products
case(np.matmul, "vectors",             lambda x, y: x @ y,                          R(3), R(3))
case(np.matmul, "matrix, vector",      lambda x, y: x @ y,                          R(2, 3), R(3))
case(np.matmul, "vector, matrix",      lambda x, y: x @ y,                          R(2), R(2, 3))
case(np.matmul, "matrices",            lambda x, y: x @ y,                          R(2, 3), R(3, 4))
case(np.matmul, "stacks",              np.matmul,                                   R(2, 2, 3), R(2, 3, 1))
case(np.matmul, "stack, matrix",       np.matmul,                                   R(2, 2, 3), R(3, 2))
case(np.matmul, "matrix, stack",       np.matmul,                                   R(2, 3), R(2, 3, 2))
case(np.matmul, "stretched stacks",    np.matmul,                                   R(2, 1, 1, 3), R(3, 3, 2))
case(np.matmul, "stack, vector",       np.matmul,                                   R(2, 2, 3), R(3))
case(np.matmul, "vector, stack",       np.matmul,                                   R(3), R(2, 3, 2))
case(np.matmul, "plain on the left",   lambda y: np.array([[1.0, 2.0]]) @ y + y @ np.array([[1.0], [2.0]]), M(2, 2))
case(np.matmul, "empty",               np.matmul,                                   R(2, 0), R(0, 3))
case(np.matmul, "complex",             np.matmul,                                   C(2, 2), C(2, 2))
case(np.dot,    "0-d",                 np.dot,                                      R(), R(2))
case(np.dot,    "vectors",             np.dot,                                      R(3), R(3))
case(np.dot,    "matrices",            lambda x, y: np.dot(x, y) + x.dot(y),        R(2, 3), R(3, 2))
case(np.dot,    "stacks",              np.dot,                                      R(2, 2, 3), R(2, 3, 2))
case(np.dot,    "vector, stack",       np.dot,                                      R(3), R(2, 3, 2))
case(np.inner,  "vectors",             np.inner,                                    R(3), R(3))
case(np.inner,  "0-d",                 np.inner,                                    R(2), R())
case(np.inner,  "stacks",              np.inner,                                    R(2, 3), R(2, 2, 3))
case(np.vdot,   "complex",             np.vdot,                                     C(3), C(3))
case(np.vdot,   "2-d",                 np.vdot,                                     R(2, 2), R(2, 2))
case(np.outer,  "vectors",             np.outer,                                    R(2), R(3))
case(np.outer,  "flattened",           np.outer,                                    R(2, 2), R())
case(np.outer,  "ufunc method",        lambda x, y: np.multiply.outer(x, y).reshape(4, 3) * np.outer(x, y), R(2, 2), R(3))
case(np.tensordot, "2 axes",           np.tensordot,                                R(2, 3, 2), R(3, 2, 2))
case(np.tensordot, "0 axes",           lambda x, y: np.tensordot(x, y, 0),          R(2), R(3))
case(np.tensordot, "pairs of axes",    lambda x, y: np.tensordot(x, y, axes=([0, -1], [1, 0])), R(2, 4, 3), R(3, 2))
case(np.tensordot, "one pair",         lambda x, y: np.tensordot(x, y, (1, 0)),     R(2, 3), R(3, 2))
case(np.cross,  "vectors",             np.cross,                                    R(3), R(3))
case(np.cross,  "broadcast",           np.cross,                                    R(2, 3), R(3))
case(np.cross,  "axes",                lambda x, y: np.cross(x, y, axisa=0, axisc=0), R(3, 2), R(2, 3))
case(np.kron,   "matrices",            np.kron,                                     R(2, 2), R(2, 3))
case(np.kron,   "vector, matrix",      np.kron,                                     R(2), R(2, 2))
case(contract,  "plain form",          lambda x, y: contract("ij,jk->ik", x, y),    R(2, 3), R(3, 2))
for note, subscripts, *shapes in [
    ("matrix product",      "ij,jk->ik",       (2, 3), (3, 2)),
    ("implicit output",     "ij,jk",           (2, 3), (3, 2)),
    ("implicit, sorted",    "ba",              (2, 3)),
    ("implicit trace",      "ii",              (3, 3)),
    ("trace and vector",    "ii,j->j",         (3, 3), (2,)),
    ("diagonal",            "ii->i",           (3, 3)),
    ("cube diagonal",       "iii->i",          (2, 2, 2)),
    ("two diagonals",       "iijj->ij",        (2, 2, 3, 3)),
    ("diagonal contracted", "iij,j->i",        (2, 2, 3), (3,)),
    ("sum of all",          "ij->",            (2, 3)),
    ("sums of one operand", "ijk,k->i",        (2, 3, 2), (2,)),
    ("outer",               "i,j->ji",         (2,), (3,)),
    ("numbers",             ",->",             (), ()),
    ("number, matrix",      ",ij->ji",         (), (2, 3)),
    ("ellipsis",            "...ij,...jk->...ik", (2, 2, 3), (3, 2)),
    ("ellipsis, implicit",  "...ij,j...",      (2, 2, 3), (3, 2)),
    ("ellipsis moved",      "i...->...i",      (2, 3, 4)),
    ("ellipsis broadcast",  "...,...",         (2, 1), (3,)),
    ("ellipsis summed",     "...i->i...",      (2, 3)),
    ("size 1 stretches",    "ij,ij->ij",       (2, 1), (2, 3)),
    ("size 1 contracts",    "ij,jk->ik",       (2, 1), (3, 2)),
    ("size 1 everywhere",   "ij,ij->j",        (2, 1), (1, 1)),
    ("three operands",      "ij,jk,kl->il",    (2, 3), (3, 2), (2, 2)),
    ("batch bilinear",      "bi,ij,bj->b",     (2, 3), (3, 2), (2, 2)),
    ("spaces",              " i j , j -> i ",  (2, 3), (3,)),
    ("empty",               "ij,jk->ik",       (2, 0), (0, 3)),
]:  # fmt: skip
    case(np.einsum, f"{note}, {subscripts}", lambda *x, s=subscripts: np.einsum(s, *x), *[R(*shape) for shape in shapes])
case(np.einsum, "optimize",            lambda x, y: np.einsum("ij,jk->ik", x, y, optimize=True), R(2, 3), R(3, 2))
case(np.einsum, "sublists",            lambda x, y: np.einsum(x, [0, 1], y, [1, 2], [0, 2]), R(2, 3), R(3, 2))
case(np.einsum, "sublists, implicit",  lambda x, y: np.einsum(x, [0, 1], y, [1, 2]), R(2, 3), R(3, 2))
case(np.einsum, "sublists, ellipsis",  lambda x, y: np.einsum(x, [..., 1], y, [1, 2], [..., 2]), R(2, 3), R(3, 2))
case(np.einsum, "the same twice",      lambda x: np.einsum("ij,kj->ik", x, x),      R(2, 3))
case(np.einsum, "complex",             lambda x, y: np.einsum("ij,j->i", x, y),     C(2, 2), C(2))

# linear algebra
case(np.linalg.solve, "vector",        np.linalg.solve,                             M(3, 3), R(3))
case(np.linalg.solve, "matrix",        np.linalg.solve,                             M(3, 3), R(3, 2))
case(np.linalg.solve, "stacks",        np.linalg.solve,                             M(2, 3, 3), R(2, 3, 1))
case(np.linalg.solve, "stack, matrix", np.linalg.solve,                             M(2, 2, 2), R(2, 3))
case(np.linalg.solve, "stack, vector", np.linalg.solve,                             M(2, 3, 3), R(3))
case(np.linalg.solve, "matrix, stack", np.linalg.solve,                             M(2, 2), R(3, 2, 1))
case(np.linalg.solve, "complex",       np.linalg.solve,                             K(2, 2), C(2))
case(np.linalg.solve, "real, complex", np.linalg.solve,                             M(2, 2), C(2, 2))
case(np.linalg.inv,   "matrix",        np.linalg.inv,                               M(3, 3))
case(np.linalg.inv,   "stack",         np.linalg.inv,                               M(2, 2, 2))
case(np.linalg.inv,   "complex",       np.linalg.inv,                               K(2, 2))
case(np.linalg.det,   "matrix",        np.linalg.det,                               R(3, 3))
case(np.linalg.det,   "stack",         np.linalg.det,                               R(2, 3, 3))
case(np.linalg.det,   "complex",       np.linalg.det,                               C(3, 3))
case(np.linalg.det,   "1 by 1",        np.linalg.det,                               R(1, 1))
case(cofactor,        "matrix",        cofactor,                                    M(3, 3))
case(cofactor,        "stack",         cofactor,                                    M(2, 2, 2))
case(np.linalg.slogdet, "matrix",      lambda x: np.linalg.slogdet(x)[1],           R(3, 3))
case(np.linalg.slogdet, "both parts",  lambda x: tuple(np.linalg.slogdet(x)),       R(3, 3))
case(np.linalg.slogdet, "stack",       lambda x: np.linalg.slogdet(x).logabsdet,    R(2, 3, 3))
case(np.linalg.slogdet, "complex",     lambda x: tuple(np.linalg.slogdet(x)),       C(2, 2))
case(np.linalg.slogdet, "complex stack", lambda x: tuple(np.linalg.slogdet(x)),     C(2, 2, 2))
case(np.linalg.cholesky, "matrix",     lambda x: np.linalg.cholesky((x + x.T) / 2), S(3, 3))
case(np.linalg.cholesky, "stack",      lambda x: np.linalg.cholesky((x + np.swapaxes(x, 1, 2)) / 2), S(2, 3, 3))
case(np.linalg.cholesky, "complex",    lambda x: np.linalg.cholesky((x + np.conj(x.T)) / 2), H(2, 2))
case(np.linalg.multi_dot, "three",     lambda x, y, z: np.linalg.multi_dot([x, y, z]), R(2, 3), R(3, 2), R(2, 2))
case(np.linalg.multi_dot, "vectors",   lambda x, y, z: np.linalg.multi_dot([x, y, z]), R(2), R(2, 3), R(3))
case(np.linalg.matrix_power, "cube",   lambda x: np.linalg.matrix_power(x, 3),      R(2, 2))
case(np.linalg.matrix_power, "inverse", lambda x: np.linalg.matrix_power(x, -2),    M(2, 2, 2))
case(np.linalg.matrix_power, "0, 1",   lambda x: np.linalg.matrix_power(x, 0) + np.linalg.matrix_power(x, 1), R(2, 2))

# the engine's own
case(same, "nested derivative",        lambda x: ag.grad(lambda y: y**3 * x)(x),    R())
case(pick, "second output",            lambda x: np.linalg.slogdet(x)[1] * x,       M(2, 2))

# piecewise constant: recorded, derivative zero
for function in (
    np.floor, np.ceil, np.trunc, np.rint, np.round, np.fix, np.sign, np.signbit, np.isnan, np.isinf, np.isfinite,
    np.isneginf, np.isposinf, np.isreal, np.iscomplex, np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.argsort,
    np.nonzero, np.flatnonzero, np.argwhere, np.count_nonzero, np.all, np.any, np.logical_not,
):  # fmt: skip
    case(function, "2-d", function, R(2, 3))
for function in (
    np.floor_divide, np.heaviside, np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal,
    np.logical_and, np.logical_or, np.logical_xor, np.isclose, np.nextafter,
):  # fmt: skip
    case(function, "broadcast", function, R(2, 3), P(3))
case(np.sign,         "complex",       np.sign,                                     C(2))
case(np.round,        "method",        lambda x: x.round(1) + np.round(x, 2),       R(3))
case(np.spacing,      "of rounded",    lambda x: np.spacing(np.rint(4 * x)),        P(3))
case(np.bitwise_and,  "masks",         lambda x: (x > 0) & (x < 1),                 R(5))
case(np.bitwise_or,   "masks",         lambda x: (x > 1) | (x < 0),                 R(5))
case(np.bitwise_xor,  "masks",         lambda x: (x > 0) ^ (x < 1),                 R(5))
case(np.invert,       "mask",          lambda x: ~(x > 0),                          R(5))
case(np.left_shift,   "integers",      lambda x: np.left_shift(np.argsort(x), 1),   R(5))
case(np.right_shift,  "integers",      lambda x: np.right_shift(np.argsort(x), 1),  R(5))
case(np.argpartition, "third",         lambda x: np.argpartition(x, 2), R(5))
case(np.lexsort,      "two keys",      lambda x: np.lexsort(x),                     R(2, 5))
case(np.searchsorted, "method",        lambda x: np.searchsorted([-1.0, 0.0, 1.0], x), R(5))
case(np.digitize,     "bins",          lambda x: np.digitize(x, [-1.0, 0.0, 1.0]),  R(5))
case(np.bincount,     "of signs",      lambda x: np.bincount(np.searchsorted([0.0], x), minlength=3), R(5))
