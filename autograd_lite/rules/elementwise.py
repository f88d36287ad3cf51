"""Functions that act entry by entry: one partial derivative per argument, as p(out, *args).

Conventions, at points where a derivative does not exist: |x|' = 0 at 0; at ties of maximum and minimum each argument
gets half; clip passes the derivative on its closed interval; a power is treated as constant where its formula would
say 0·inf.  For complex numbers a partial is the holomorphic derivative; where a real result comes from a complex
argument (abs, real, imag) p is such that ẏ = Re(p·ẋ), and so the adjoint of a real cost is u_x − i·u_y.

Source: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions (1964), 3.3, 4.1 to 4.6.
"""

import cmath
import math

import numpy as np

from ..kinds import Parts, elementwise, general, linear
from ..registry import composed, primitive

LOG_2, LOG_10, DEGREE = 0.6931471805599453, 2.302585092994046, 0.017453292519943295  # Python floats keep float32


def nonzero(x):
    """x with 1 in the place of 0, to divide by where the numerator is 0."""
    return np.where(np.equal(x, 0), 1, x)


def ratio(x, y):
    """x/y, and 0 where y = 0, with all its derivatives."""
    return np.where(np.equal(y, 0), 0, x / nonzero(y))


def reciprocal(out, x, y):
    """1/y, also where y is Python's number 0."""
    try:
        return 1 / y
    except ZeroDivisionError:
        return np.divide(1, y)


def power_base(out, x, y):
    """y·x^(y−1), and 0 where y = 0, also at x = 0."""
    if type(y) in (int, float):
        return y * x ** (y - 1) if y != 0 else np.zeros_like(x)
    zero = np.equal(y, 0)
    return np.where(zero, 0, y * np.where(zero, 1, x) ** np.where(zero, 1, y - 1))


def power_exponent(out, x, y):
    """x^y·log x, and 0 where x = 0."""
    if type(x) in (int, float):
        x = x or 1
        return out * (cmath.log(x) if out.dtype.kind == "c" else float(np.log(x)))
    base = np.where(np.equal(x, 0), 1, x)
    return out * np.log(base if base.dtype == out.dtype else base.astype(out.dtype))


def absolute(out, x):
    """sign(x); for complex x, x*/|x|; 0 at 0."""
    if x.dtype.kind != "c":
        return np.sign(x)
    return ratio(np.conj(x), out)


def sign_tangent(t, out, z):
    """Constant for real numbers; a complex z/|z| turns by i·Im(s*·ż)/|z|, with s = z/|z|."""
    return ratio(1j * out * np.imag(np.conj(out) * t), np.abs(z)) if z.dtype.kind == "c" else None


def sign_adjoint(g, out, z):
    return ratio(1j * np.conj(out) * np.imag(out * g), np.abs(z)) if z.dtype.kind == "c" else None


BITS = {np.dtype(np.float64): np.int64, np.dtype(np.float32): np.int32, np.dtype(np.float16): np.int16}


@primitive
def masked(x, mask):
    """x where the mask is true, elsewhere 0, also where x is inf or nan: np.where(mask, x, 0), which the sweeps use.

    For large arrays it works on the bits of x: np.where takes a branch at each entry, which costs five times more when
    the mask has no pattern.

    >>> print(masked(np.array([-np.inf, 2.0, np.nan]), np.array([False, True, False])))
    [0. 2. 0.]
    """
    bits = BITS.get(x.dtype) if type(x) is np.ndarray and x.size >= 4096 and type(mask) is np.ndarray else None
    if bits is None or mask.dtype != bool or mask.shape != x.shape:
        return np.where(mask, x, 0)
    every_bit = np.negative(mask.view(np.int8), dtype=bits)
    return np.bitwise_and(x.view(bits), every_bit, out=every_bit).view(x.dtype)


linear(masked, lambda g, out, x, mask: masked(g, mask), None)


def halved_at_ties(g, x, y):
    tie = np.equal(x, y)
    return np.where(tie, 0.5 * g, g) if np.any(tie) else g


def larger(g, out, x, y):
    """The share of x in max(x, y): all where it is larger, half at a tie."""
    return masked(halved_at_ties(g, x, y), np.logical_not(np.less(x, y)))


def smaller(g, out, x, y):
    return masked(halved_at_ties(g, x, y), np.logical_not(np.greater(x, y)))


def chosen(g, out, x, y):
    """The share of x in fmax and fmin, which pass over nan."""
    return masked(halved_at_ties(g, x, y), np.equal(x, out))


def swapped(share):
    return lambda g, out, x, y: share(g, out, y, x)


def within_bounds(g, out, x, low, high, **keywords):
    """The share of x in clip: all where it is not changed."""
    x = x if x.dtype == out.dtype else x.astype(out.dtype)
    return masked(g, np.logical_not(np.logical_or(np.less(x, out), np.greater(x, out))))


def below(g, out, x, low, high, **keywords):
    return masked(g, np.less(x, low))


def above(g, out, x, low, high, **keywords):
    return masked(g, np.greater(x, high))


def choice(function, *shares):
    """Rule of a function that chooses one of its arguments at each entry: tangent and adjoint are chosen alike."""
    general(function, jvp=shares, vjp=shares)


def sinc_slope(out, x):
    """(cos πx − sinc x)/x, near 0 by its series Σ_k (−1)^k π^2k 2k/(2k+1)! x^(2k−1)."""
    small = np.less(np.abs(x), 0.1)
    near = 0.0 * x
    for k in range(8, 0, -1):
        near = near * x * x + (-1) ** k * math.pi ** (2 * k) * 2 * k / math.factorial(2 * k + 1)
    return np.where(small, near * x, (np.cos(math.pi * x) - out) / np.where(small, 1, x))


# arithmetic
elementwise(np.add, 1, 1)
elementwise(np.subtract, 1, -1)
elementwise(np.multiply, lambda out, x, y: y, lambda out, x, y: x)
elementwise(np.divide, reciprocal, lambda out, x, y: -out / y)
elementwise(np.power, power_base, power_exponent)
elementwise(np.float_power, power_base, power_exponent)
elementwise(np.remainder, 1, lambda out, x, y: -np.floor(x / y))
elementwise(np.fmod, 1, lambda out, x, y: -np.trunc(x / y))
elementwise(np.negative, -1)
elementwise(np.positive, 1)
elementwise(np.reciprocal, lambda out, x: -out * out)
elementwise(np.square, lambda out, x: x + x)
elementwise(np.sqrt, lambda out, x: 0.5 / out)
elementwise(np.cbrt, lambda out, x: 1 / (3 * out * out))
elementwise(np.absolute, absolute)
elementwise(np.fabs, lambda out, x: np.sign(x))
elementwise(np.hypot, lambda out, x, y: ratio(x, out), lambda out, x, y: ratio(y, out))
elementwise(np.copysign, lambda out, x, y: np.sign(x) * np.sign(out), None)
elementwise(np.nextafter, 1, None)
general(np.sign, jvp=[sign_tangent], vjp=[sign_adjoint])

# exponentials and logarithms
elementwise(np.exp, lambda out, x: out)
elementwise(np.exp2, lambda out, x: out * LOG_2)
elementwise(np.expm1, lambda out, x: out + 1)
elementwise(np.log, lambda out, x: 1 / x)
elementwise(np.log2, lambda out, x: 1 / (x * LOG_2))
elementwise(np.log10, lambda out, x: 1 / (x * LOG_10))
elementwise(np.log1p, lambda out, x: 1 / (1 + x))
elementwise(np.logaddexp, lambda out, x, y: np.exp(x - out), lambda out, x, y: np.exp(y - out))
elementwise(np.logaddexp2, lambda out, x, y: np.exp2(x - out), lambda out, x, y: np.exp2(y - out))

# circular functions and their inverses
elementwise(np.sin, lambda out, x: np.cos(x))
elementwise(np.cos, lambda out, x: -np.sin(x))
elementwise(np.tan, lambda out, x: 1 + out * out)
elementwise(np.arcsin, lambda out, x: 1 / np.sqrt(1 - x * x))
elementwise(np.arccos, lambda out, x: -1 / np.sqrt(1 - x * x))
elementwise(np.arctan, lambda out, x: 1 / (1 + x * x))
elementwise(np.arctan2, lambda out, y, x: x / (x * x + y * y), lambda out, y, x: y / -(x * x + y * y))
elementwise(np.sinc, sinc_slope)
elementwise(np.degrees, 1 / DEGREE)
elementwise(np.radians, DEGREE)
elementwise(np.rad2deg, 1 / DEGREE)
elementwise(np.deg2rad, DEGREE)

# hyperbolic functions and their inverses
elementwise(np.sinh, lambda out, x: np.cosh(x))
elementwise(np.cosh, lambda out, x: np.sinh(x))
elementwise(np.tanh, lambda out, x: 1 - out * out)
elementwise(np.arcsinh, lambda out, x: 1 / np.sqrt(x * x + 1))
elementwise(np.arccosh, lambda out, x: 1 / (np.sqrt(x - 1) * np.sqrt(x + 1)))
elementwise(np.arctanh, lambda out, x: 1 / (1 - x * x))

# in two parts
general(np.modf, jvp=[lambda t, out, x: Parts((t, None))], vjp=[lambda g, out, x: g[0]])
general(
    np.frexp,
    jvp=[lambda t, out, x: Parts((np.ldexp(t, -out[1]), None))],
    vjp=[lambda g, out, x: None if g[0] is None else np.ldexp(g[0], -out[1])],
)
general(
    np.divmod,
    jvp=[lambda t, out, x, y: Parts((None, t)), lambda t, out, x, y: Parts((None, -out[0] * t))],
    vjp=[lambda g, out, x, y: g[1], lambda g, out, x, y: None if g[1] is None else -out[0] * g[1]],
)
general(np.ldexp, jvp=[lambda t, out, x, n: np.ldexp(t, n)], vjp=[lambda g, out, x, n: np.ldexp(g, n)])

# choices
choice(np.maximum, larger, swapped(larger))
choice(np.minimum, smaller, swapped(smaller))
choice(np.fmax, chosen, swapped(chosen))
choice(np.fmin, chosen, swapped(chosen))
choice(np.clip, within_bounds, below, above)
choice(np.heaviside, None, lambda g, out, x, h: masked(g, np.equal(x, 0)))
linear(np.where, None, lambda g, out, c, x, y: masked(g, c), lambda g, out, c, x, y: masked(g, np.logical_not(c)))

# complex numbers
elementwise(np.real, 1)
linear(np.imag, lambda g, out, z: g * -1j)  # Im ż is a view of ż
linear(np.conjugate, lambda g, out, x: np.conjugate(g))


@composed(np.angle)
def angle(z, deg=False):
    radians = np.arctan2(np.imag(z), np.real(z))
    return np.degrees(radians) if deg else radians
