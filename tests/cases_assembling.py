"""The table of cases, fourth part: arrays put together, cut, padded and turned; functions with several results."""

import numpy as np
from table import C, P, R, case

# chosen entry by entry
case(np.choose, "two",                 lambda x, y: np.choose([0, 1, 0], [x, y]),   R(3), R())
case(np.choose, "wrap, clip",          lambda x, y: np.choose([[-1], [5]], [x, y], mode="wrap") * np.choose(
                                                    [[-1], [5]], [x, y], mode="clip"), R(3), R())  # fmt: skip
case(np.choose, "method",              lambda x: np.argsort(x).choose([x, 2 * x, x * x]), R(3))
case(np.select, "default",             lambda x, y: np.select([x > 0, x < -1], [x * y, y], x**2), R(3, 2), R())
case(np.select, "plain default",       lambda x: np.select([x > 0], [x]),           R(4))
case(np.piecewise, "functions, number", lambda x: np.piecewise(x, [x < 0, x > 1], [lambda v: -v, lambda v: v**2, 3.0]),
     R(3, 4))  # fmt: skip
case(np.piecewise, "0-d",              lambda x: np.piecewise(x, [x < 0], [lambda v: -v, np.sin]), R())
case(np.piecewise, "one condition",    lambda x: np.piecewise(x, x > 0, [lambda v, k: v**k], 3), R(5))
case(np.compress, "axis",              lambda x: np.compress([0, 1, 1], x, axis=0), R(3, 2))
case(np.compress, "flattened, method", lambda x: x.compress([False, True, True]),   R(2, 2))
case(np.extract, "mask",               lambda x: np.extract(x > 0, x),              R(3, 2))
case(np.heaviside, "value at 0",       lambda h: np.heaviside([[-1.0], [0.0], [2.0]], h), R(2))
case(np.heaviside, "broadcast",        np.heaviside,                                R(2, 3), P(3))

# cut and put in
case(np.delete, "one, flattened",      lambda x: np.delete(x, 1),                   R(2, 2))
case(np.delete, "several of an axis",  lambda x: np.delete(x, [0, -1], axis=1),     R(2, 4))
case(np.delete, "slice",               lambda x: np.delete(x, slice(0, 1), 0),      R(2, 2))
case(np.insert, "one",                 lambda x, y: np.insert(x, 1, y),             R(4), R())
case(np.insert, "several at one place", lambda x, y: np.insert(x, 1, y),            R(4), R(3))
case(np.insert, "several places",      lambda x, y: np.insert(x, [3, 1, 1], y),     R(4), R(3))
case(np.insert, "negative places",     lambda x, y: np.insert(x, [-1, 0], y),       R(4), R())
case(np.insert, "column",              lambda x, y: np.insert(x, 2, y, axis=1),     R(3, 4), R(3))
case(np.insert, "column in brackets",  lambda x, y: np.insert(x, [2], y, axis=1),   R(3, 4), R(3, 1))
case(np.insert, "rows",                lambda x, y: np.insert(x, [0, 2], y, axis=0), R(3, 4), R(4))
case(np.insert, "slice",               lambda x, y: np.insert(x, slice(0, 2), y),   R(4), R(2))
case(np.resize, "larger",              lambda x: np.resize(x, (3, 5)),              R(2, 2))
case(np.resize, "smaller",             lambda x: np.resize(x, 3),                   R(2, 2))
case(np.resize, "of nothing",          lambda x: np.resize(x, 3),                   R(0))
case(np.trim_zeros, "both ends",       lambda x: np.trim_zeros(x * np.array([0, 1, 1, 0])), R(4))
if hasattr(np, "matvec"):  # since NumPy 2.2
    BORDER = np.outer([0, 1, 0], [0, 1, 1, 0])
    case(np.trim_zeros, "two axes",    lambda x: np.trim_zeros(x * BORDER),         R(3, 4))
    case(np.trim_zeros, "one axis",    lambda x: np.trim_zeros(x * BORDER, "b", axis=1), R(3, 4))
case(np.trim_zeros, "nothing left",    lambda x: np.trim_zeros(0 * x),              R(3))
case(np.trim_zeros, "front",           lambda x: np.trim_zeros(x * np.array([0, 1, 1, 0]), "f"), R(4))

# blocks and grids
case(np.block, "two rows",             lambda x, y, z: np.block([[x, y], [z, 2.0]]), R(2, 2), R(2, 1), R(2))
case(np.block, "one list",             lambda x, y: np.block([x, y]),               R(2, 2), R(2, 1))
case(np.block, "no list",              np.block,                                    R(2, 2))
case(np.meshgrid, "three",             np.meshgrid,                                 R(2), R(3), R())
case(np.meshgrid, "sparse, ij",        lambda x, y: np.meshgrid(x, y, sparse=True, indexing="ij"), R(2), R(3))
case(np.meshgrid, "one",               np.meshgrid,                                 R(2))
case(np.broadcast_arrays, "two",       np.broadcast_arrays,                         R(2, 1), R(3))
case(np.diagflat, "offset",            lambda x: np.diagflat(x, 1),                 R(2, 2))
case(np.dsplit, "equal",               lambda x: np.dsplit(x, 2),                   R(2, 2, 4))

case(np.linspace, "numbers",           lambda x, y: np.linspace(x, y, 5),           R(), R())
case(np.linspace, "axis, step",        lambda x, y: np.linspace(x, y, 4, False, True, axis=1), R(2), R())
case(np.linspace, "one point, none",   lambda x, y: (np.linspace(x, y, 1), np.linspace(x, y, 0)), R(2), R())
case(np.linspace, "one end",           lambda y: np.linspace(0, y, 3),              R(2))
case(np.linspace, "complex",           lambda x, y: np.linspace(x, y, 3),           C(), C())
case(np.logspace, "base",              lambda x, y, b: np.logspace(x, y, 3, base=b), R(2), R(2), P())
case(np.geomspace, "positive",         lambda x, y: np.geomspace(x, y, 4),          P(2), P())
case(np.geomspace, "negative",         lambda y: np.geomspace(-1, -y, 3, endpoint=False), P())

# padded
for mode in (
    "constant", "edge", "wrap", "symmetric", "reflect", "mean", "median", "maximum", "minimum", "linear_ramp",
):  # fmt: skip
    case(np.pad, mode, lambda x, mode=mode: np.pad(x, ((0, 5), (4, 1)), mode), R(4, 3))
case(np.pad, "one number",             lambda x: np.pad(x, 2),                      R(2, 3))
case(np.pad, "constant values",        lambda x, c: np.pad(x, 1, constant_values=c), R(2, 3), R(2, 2))
case(np.pad, "end values",             lambda x, e: np.pad(x, 2, "linear_ramp", end_values=e), R(3), R())
case(np.pad, "odd",                    lambda x: np.pad(x, (2, 5), "reflect", reflect_type="odd"), R(4))
case(np.pad, "odd, symmetric",         lambda x: np.pad(x, 2, "symmetric", reflect_type="odd"), R(3, 2))
case(np.pad, "stat_length",            lambda x: np.pad(x, 2, "mean", stat_length=((1, 2),)), R(3, 4))
case(np.pad, "complex",                lambda x: np.pad(x, 1, "reflect"),           C(3))

# turned
case(np.rot90, "0 to 3 times",         lambda x: tuple(np.rot90(x, k) for k in range(-1, 3)), R(2, 3))
case(np.rot90, "axes",                 lambda x: np.rot90(x, 3, axes=(1, 2)) * np.rot90(x, axes=(2, 1)), R(2, 3, 2))
case(np.fliplr, "2-d",                 np.fliplr,                                   R(2, 3))
case(np.flipud, "2-d",                 np.flipud,                                   R(2, 3))
case(np.rollaxis, "to the front",      lambda x: np.rollaxis(x, 2),                 R(2, 3, 4))
case(np.rollaxis, "to the back",       lambda x: np.rollaxis(x, 0, 3),              R(2, 3, 4))
case(np.rollaxis, "from the end",      lambda x: np.rollaxis(x, -1, -2),            R(2, 3, 4))
case(np.matrix_transpose, "stack",     np.matrix_transpose,                         R(2, 3, 4))
case(np.linalg.matrix_transpose, "of a stack", np.linalg.matrix_transpose,               R(2, 3, 4))
if hasattr(np, "unstack"):
    case(np.unstack, "axis",           lambda x: np.unstack(x, axis=1),             R(2, 3))
case(np.astype, "complex",             lambda x: np.astype(x, np.complex128),       R(3))
case(np.real_if_close, "real",         lambda x: np.real_if_close(x + 0j),          R(3))
case(np.real_if_close, "complex",      np.real_if_close,                            C(3))
case(np.apply_along_axis, "to a number", lambda x: np.apply_along_axis(np.sum, 0, x), R(2, 3))
case(np.apply_along_axis, "to a matrix", lambda x: np.apply_along_axis(lambda v: np.outer(v, v)[:2], 1, x), R(2, 3, 2))
case(np.apply_over_axes, "two",        lambda x: np.apply_over_axes(np.sum, x, [0, 2]), R(2, 3, 2))

# several results
case(np.modf,  "2-d",                  np.modf,                                     R(2, 3))
case(np.frexp, "2-d",                  lambda x: np.frexp(x)[0],                    P(2, 3))
case(np.frexp, "with exponents",       lambda x: np.ldexp(*np.frexp(x)) ** 2,       R(3))
case(np.ldexp, "broadcast",            lambda x: np.ldexp(x, np.array([[1], [-3]])), R(3))
case(np.divmod, "broadcast",           np.divmod,                                   R(2, 1), P(3))
case(np.divmod, "operators",           lambda x: (*divmod(x, 0.7), *divmod(2.5, x)), P(3))

# integers
case(np.gcd,  "of places",             lambda x: np.gcd(np.argsort(x), 6),          R(4))
case(np.lcm,  "of places",             lambda x: np.lcm(np.argsort(x), 6),          R(4))
case(np.bitwise_count, "of places",    lambda x: np.bitwise_count(np.argsort(x)),   R(4))
case(np.packbits, "of signs",          lambda x: np.packbits(x > 0),                R(9))
case(np.unpackbits, "of signs",        lambda x: np.unpackbits(np.packbits(x > 0)), R(9))
case(np.left_shift, "operators",       lambda x: (np.argsort(x) << 1) + (8 >> np.argsort(x)), R(4))

# ufuncs along an axis
case(np.subtract, "reduce",            lambda x: np.subtract.reduce(x, axis=1, keepdims=True), R(2, 3))
case(np.subtract, "accumulate",        lambda x: np.subtract.accumulate(x),         R(3, 2))
case(np.power,    "reduce",            lambda x: np.power.reduce(x),                [[1.5, 0.7], [1.2, 0.4]])
case(np.logaddexp, "reduce all",       lambda x: np.logaddexp.reduce(x, axis=None, keepdims=True), R(2, 2))
case(np.logaddexp, "reduce axes",      lambda x: np.logaddexp.reduce(x, axis=(0, -1)), R(2, 3, 2))
case(np.maximum,  "accumulate",        lambda x: np.maximum.accumulate(x, axis=-1), R(2, 4))
case(np.multiply, "reduceat",          lambda x: np.multiply.reduceat(x, [0, 2, 1], axis=1), R(2, 4))

# nothing, and single numbers
case(np.pad,   "empty stack",          lambda x: np.pad(x, ((0, 0), (1, 2)), "edge"), R(0, 3))
case(np.pad,   "nothing, constant",    lambda x: np.pad(x, 1),                      R(0))
case(np.block, "numbers",              lambda x, y: np.block([x, y]),               R(), R())
case(np.delete, "empty",               lambda x: np.delete(x, []),                  R(2))
case(np.insert, "into nothing",        lambda x, y: np.insert(x, 0, y),             R(0), R(2))
case(np.select, "0-d",                 lambda x: np.select([x > 0, x <= 0], [x, -x]), R())
case(np.modf,  "0-d",                  np.modf,                                     R())
case(np.frexp, "0-d, empty",           lambda x, y: (np.frexp(x)[0], np.frexp(y)[0]), R(), R(0))
case(np.divmod, "0-d",                 np.divmod,                                   R(), P())
case(np.ldexp, "0-d",                  lambda x: np.ldexp(x, 3),                    R())
case(np.rot90, "empty",                np.rot90,                                    R(0, 2))
case(np.meshgrid, "empty",             np.meshgrid,                                 R(0), R(2))
