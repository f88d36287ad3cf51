"""The one table of cases: a line says which function, what is special about the case, the expression, its arguments.

Every generic check in test_rules.py and test_peers.py is fed from here, and a rule or a composite of the registry that
has no case fails the suite.  What moves entries, multiplies and solves stands in cases_arrays.py; what the letters
mean, in table.py.
"""

import cases_arrays  # noqa: F401  the other parts of the table
import cases_assembling  # noqa: F401
import cases_decompositions  # noqa: F401
import cases_forms  # noqa: F401
import cases_loops  # noqa: F401
import cases_ordering  # noqa: F401
import numpy as np
from table import CASES, C, M, P, R, U, binary, case, reduction, unary

import autograd_lite as ag
from autograd_lite.kinds import pick
from autograd_lite.rules.constants import stop_gradient
from autograd_lite.rules.elementwise import masked
from autograd_lite.transforms import same

__all__ = ["CASES"]

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
case(np.add,      "dtype",                 lambda x, y: np.add(x, y, dtype=np.float64, casting="same_kind"), R(2), R())
case(np.exp,      "dtype",                 lambda x: np.exp(x, dtype=np.complex128),  R(2))
case(np.multiply, "operators",             lambda x, y: 2 * x * y * 3,                R(2), R())
case(np.divide,   "operators",             lambda x, y: 1 / x / y / 2,                P(2), P())
case(np.divide,   "by a small number",     lambda x, y: x / y,                        R(2), 1e-3)
case(np.divide,   "lists",                 lambda x: np.divide([1, 2], x) + np.divide(x, [3.0, 4]), P(2))
case(np.power,    "lists",                 lambda x: np.power([1.5, 2], x) + np.power(x, (2, 3)), P(2))
case(np.power,    "operators",             lambda x, y: x**y + 2**y + x**3 + x**0.5,  P(2), P(2))
case(np.power,    "negative base",         lambda x: x**3 + x**-2 + x**np.array([0, 1, 2]), -1.5)
case(np.power,    "zero base",             lambda x: x**3 + x**1 + x**0 + x**2.0,     [0.0, 2.0])
case(np.power,    "zero base, int array",  lambda x: x ** np.array([0, 1, 3, 4]),     [0.0, 0.0, 0.0, 0.0])
case(np.power,    "complex base",          lambda x: x**3 + x**-1.5,                  C(3))
case(np.power,    "complex",               lambda x, y: x**y,                         C(3), C(3))
case(np.power,    "negative, complex exponent", lambda x, y: x**y + (-2) ** y,        -1.5, C(3))
case(np.power,    "complex exponent",      lambda x, y: x**y,                         P(3), C(3))
case(np.remainder, "operators",            lambda x, y: x % y + 5.5 % y + x % 2,      R(3), P(3))
case(np.remainder, "negative divisor",     lambda x, y: x % -y,                       R(3), P(3))
case(np.copysign, "both signs",            lambda x: np.copysign(x, [1.0, -1.0, 1.0]), [-0.5, 2.0, 3.0])
case(np.hypot,    "large",                 np.hypot,                                  [1e15], [2e15])
case(np.logaddexp, "far apart",            np.logaddexp,                              [900.0, -900.0], [-900.0, 900.0])
case(np.arctan2, "all quadrants", np.arctan2, [1.0, 1.0, -1.0, -1.0], [1.0, -2.0, -1.0, 2.0])
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
case(np.sinc, "near 0", np.sinc, [0.0, 1e-8, 1e-3, 0.0999, -0.1001, 1.0])
case(np.cbrt,     "negative",          np.cbrt,                                     [-8.0, -1.0])
case(np.exp,      "underflow",         np.exp,                                      [-1000.0, -745.0])
case(np.tanh,     "saturated",         np.tanh,                                     [-1000.0, 1000.0, 20.0])
case(np.log1p,    "near 0",            np.log1p,                                    [1e-12, -1e-12])
case(np.expm1,    "near 0",            np.expm1,                                    [1e-12, -1e-12])

# choices
case(np.clip,  "inside and outside",   lambda x: np.clip(x, -0.5, 0.5),             [-2.0, -0.3, 0.2, 1.5])
case(np.clip,  "one bound",            lambda x: np.clip(x, None, 0.5) + np.clip(x, -0.5, None), [-2.0, -0.3, 1.5])
case(np.clip, "bounds vary", np.clip, [[-2.0, -0.3], [0.2, 1.5]], [-0.5, -0.4], 0.5)
if hasattr(np, "unstack"):  # since NumPy 2.1
    case(np.clip, "keywords",            lambda x: np.clip(x, min=-0.5, max=0.5),     [-2.0, -0.3, 1.5])
case(np.clip,  "method",               lambda x: x.clip(-0.5, 0.5),                 [-2.0, -0.3, 1.5])
case(np.clip,  "a_min, a_max",         lambda x: np.clip(x, a_min=-0.5, a_max=0.5), [-2.0, -0.3, 1.5])
case(masked,   "few entries",          lambda x: masked(x, x > 0),                    R(2, 3))
case(masked,   "bit by bit",           lambda x: masked(x, x > 0)[::37, ::31],        R(70, 64))
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
case(np.prod, "one zero", lambda x: np.prod(x, axis=-1), [[2.0, 0.0, 3.0, -1.0], [1.0, 2.0, 3.0, 4.0]])
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
case(np.cumprod, "axis, zeros", lambda x: np.cumprod(x, axis=1), [[2.0, 0.0, 3.0, 0.0], [1.0, 2.0, 3.0, 4.0]])
case(np.cumprod, "2-d, flattened",     lambda x: x.cumprod(),                       R(2, 2))
case(np.cumprod, "empty",              np.cumprod,                                  R(0))
case(np.average, "no weights",         lambda x: np.average(x, axis=0),             R(2, 3))
case(np.average, "weights",            lambda x, w: np.average(x, weights=w),       R(3), P(3))
case(np.average, "weights of an axis", lambda x, w: np.average(x, 1, w),            R(2, 3), P(3))
case(np.average, "keepdims",           lambda x, w: np.average(x, axis=0, weights=w, keepdims=True), R(2, 3), P(2))
case(np.linalg.vector_norm, "all entries", np.linalg.vector_norm,                   R(2, 3))
case(np.linalg.vector_norm, "two axes", lambda x: np.linalg.vector_norm(x, axis=(0, -1), ord=3),     R(2, 3, 2))
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
case(np.linalg.norm, "matrix, -1, keepdims", lambda x: np.linalg.norm(x, -1, axis=(2, 0), keepdims=True), R(2, 3, 2))
case(np.linalg.norm, "matrix, -inf",   lambda x: np.linalg.norm(x, -np.inf, axis=(0, 1)), R(2, 3, 2))
case(np.linalg.norm, "complex",        np.linalg.norm,                              C(3))
case(np.linalg.norm, "complex, ord 1, 3", lambda x: np.linalg.norm(x, 1) + np.linalg.norm(x, 3), C(3))

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
    np.floor_divide, np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal,
    np.logical_and, np.logical_or, np.logical_xor, np.isclose, np.nextafter,
):  # fmt: skip
    case(function, "broadcast", function, R(2, 3), P(3))
case(np.sign,         "complex",       np.sign,                                     C(2))
case(np.around,       "decimals",      lambda x: np.around(x, 1),                   R(3))
case(np.round,        "method",        lambda x: x.round(1) + np.round(x, 2),       R(3))
case(np.spacing,      "of rounded",    lambda x: np.spacing(np.rint(4 * x)),        P(3))
case(stop_gradient,   "of rounded",    lambda x: stop_gradient(np.rint(4 * x)),     P(3))
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
