"""The ufuncs of scipy.special, which act entry by entry: one partial per argument, as p(out, *args).

This table is read when a Tensor first meets one of them, so SciPy is never imported for others.  Orders and shape
parameters whose derivative has no closed form are refused.

Source: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions (1964), chapters 5, 6, 7 and 9; DLMF.
"""

import math

import numpy as np
import scipy.special as sp
from scipy.special._ufuncs import _zeta as zeta  # sp.zeta(s, q) is a Python function in front of it

from ..kinds import Parts, constant, elementwise, general
from .elementwise import power_base, power_exponent, ratio
from .special_shapes import refused

TWO_BY_ROOT_PI, ROOT_TWO_PI, PI = 1.1283791670955126, 2.5066282746310002, 3.141592653589793
ROOT_PI, ROOT_TWO, DEGREE = 1.772453850905516, 1.4142135623730951, 0.017453292519943295
LOG_2, LOG_10 = 0.6931471805599453, 2.302585092994046


def by_order(function, partial):
    """A function of (order, x), differentiated by x."""
    elementwise(function, refused(function, "its order"), partial)


def several(function, *partials):
    """A function of x with several outputs, each with its partial, which is given all outputs."""
    general(
        function,
        jvp=[lambda t, out, x: Parts(t * p(out, x) for p in partials)],
        vjp=[lambda g, out, x: sum(g_i * p(out, x) for g_i, p in zip(g, partials, strict=True) if g_i is not None)],
    )


def by_degree(function, below):
    """A polynomial of (degree, ..., x), differentiated by x: 0 for degree 0, else ``below``."""

    def slope(out, n, *rest):
        zero = np.equal(n, 0)
        return np.where(zero, 0, below(np.where(zero, 1, n), *rest))

    parameters = [refused(function, "its parameters")] * (function.nin - 1)
    elementwise(function, *parameters, slope)


def near_0(coefficients, x, radius, formula):
    """Σ_k c_k x^k inside the radius, where the formula, which divides by x, loses its digits."""
    small = np.less(np.abs(x), radius)
    inner, series = np.where(small, x, 0), 0.0
    for c in reversed(coefficients):
        series = series * inner + c
    return np.where(small, series, formula(np.where(small, 0.5, x)))


def boxcox_slope(log_x, y):
    """∂/∂y (x^y − 1)/y = log²x·h(y log x), h(z) = (e^z (z − 1) + 1)/z² = Σ_k z^k/(k! (k + 2)); 1/y² at x = 0."""
    zero = np.isneginf(log_x)
    log_x = np.where(zero, 0, log_x)
    coefficients = [1 / (math.factorial(k) * (k + 2)) for k in range(15)]
    h = near_0(coefficients, y * log_x, 0.5, lambda z: (np.exp(z) * (z - 1) + 1) / (z * z))
    return np.where(zero, 1 / np.where(zero, y * y, 1), log_x * log_x * h)


def exprel_slope(x):
    """d/dx (e^x − 1)/x = (e^x (x − 1) + 1)/x²"""
    return boxcox_slope(1.0, x)


def rgamma_slope(x):
    """d/dx 1/Γ(x); for x < ½ by 1/Γ(x) = Γ(1 − x) sin(πx)/π, which holds at the poles 0, −1, … too."""
    left = np.logical_and(np.less(np.real(x), 0.5), np.less(np.abs(np.imag(x)), 1))  # beyond, sin πx overflows
    y, z = np.where(left, 1 - x, 1), np.where(left, 1, x)
    turn = np.where(left, PI * x, 0)
    reflected = sp.gamma(y) * (np.cos(turn) - sp.psi(y) * np.sin(turn) / PI)
    return np.where(left, reflected, -sp.rgamma(z) * sp.psi(z))


def trigamma(x):
    """ψ′(x) = ζ(2, x)"""
    if x.dtype.kind == "c":
        raise TypeError("scipy.special.psi has no derivative rule at complex numbers: SciPy has no zeta(2, z) of them")
    return zeta(2.0, x)


def is_pole(x):
    """Whether x is a pole of Γ and ψ: 0, −1, …"""
    return np.logical_and(np.less_equal(x, 0), np.equal(x, np.floor(x)))


def less_psi(out, x, rest):
    """−out·ψ(x), where out = rest/Γ(x): at the poles of Γ it is rest·d/dx 1/Γ(x)."""
    pole = is_pole(x)
    at_pole = np.where(pole, rest, 0) * rgamma_slope(np.where(pole, x, 0))
    return np.where(pole, at_pole, -out * sp.psi(np.where(pole, 1, x)))


def poch_slope(out, z, m):
    """out·(ψ(z + m) − ψ(z)) = out·(ψ(1 − z − m) − ψ(1 − z)) for integer m, which holds where z and z + m are poles."""
    end = z + m
    poles = np.logical_and(is_pole(z), is_pole(end))
    z, end = np.where(poles, 1 - z, z), np.where(poles, 1 - end, end)
    return out * sp.psi(end) + less_psi(out, z, sp.gamma(end))


def binom_share(out, n, k, lower):
    """−out·ψ(lower + 1), where ``lower`` is k or n − k and out = Γ(n + 1)/(Γ(k + 1) Γ(n − k + 1))."""
    return less_psi(out, lower + 1, sp.gamma(n + 1) * sp.rgamma(n - lower + 1))


def with_tail(factor, sign, x, formula):
    """The formula; beyond 20, where it is a difference of nearly equal numbers, factor/x²·Σ_k (2k + 1)!!/(±2x²)^k."""
    if x.dtype.kind == "c":
        return formula(x)
    far = np.greater(np.abs(x), 20)
    y, series = 1 / np.where(far, x * x, 400), 0.0
    for k in range(8, -1, -1):
        series = 1 + sign * (k + 1.5) * y * series
    return np.where(far, factor * y * series, formula(np.where(far, 0, x)))


def legendre_slope(n, x):
    """P_n′ = (n + 1)/2 P_(n−1)^(1,1)"""
    return np.where(np.equal(n, 0), 0, 0.5 * (n + 1) * sp.eval_jacobi(np.where(np.equal(n, 0), 0, n - 1), 1, 1, x))


def sine_powers(sine, cosine, phi, n):
    """∫₀^φ sin²ᵏθ dθ for k = 1 … n, by parts."""
    integrals, power = [phi], sine * cosine
    for k in range(1, n + 1):
        integrals.append(((2 * k - 1) * integrals[-1] - power) / (2 * k))
        power = power * sine * sine
    return integrals[1:]


def elliptic_slope(exponent, integrals, m, formula):
    """½ ∫₀^φ sin²θ (1 − m sin²θ)^(−exponent) dθ, near m = 0 as a series of the integrals of the powers of sin²."""
    coefficients = [0.5 * float(sp.poch(exponent, k)) / math.factorial(k) * i for k, i in enumerate(integrals)]
    return near_0(coefficients, m, 0.1, formula)


QUARTER = sine_powers(1.0, 0.0, 0.5 * PI, 15)


def ellipk_slope(k, m):
    """dK/dm"""
    return elliptic_slope(1.5, QUARTER, m, lambda m: (sp.ellipe(m) / (1 - m) - k) / (2 * m))


def ellipe_slope(e, m):
    """dE/dm"""
    return -elliptic_slope(0.5, QUARTER, m, lambda m: (sp.ellipk(m) - e) / (2 * m))


def ellipkinc_slope(f, phi, m):
    """∂F(φ, m)/∂m"""
    sine, cosine = np.sin(phi), np.cos(phi)

    def formula(m):
        beside = 2 * sine * cosine / (4 * (1 - m) * np.sqrt(1 - m * sine**2))
        return (sp.ellipeinc(phi, m) / (1 - m) - f) / (2 * m) - beside

    return elliptic_slope(1.5, sine_powers(sine, cosine, phi, 15), m, formula)


def ellipeinc_slope(e, phi, m):
    """∂E(φ, m)/∂m"""
    integrals = sine_powers(np.sin(phi), np.cos(phi), phi, 15)
    return -elliptic_slope(0.5, integrals, m, lambda m: (sp.ellipkinc(phi, m) - e) / (2 * m))


def spence_slope(x):
    """log x/(1 − x), −1 at x = 1"""
    if x.dtype.kind == "c":
        return np.log(x) / (1 - x)
    return -1 / sp.exprel(np.log(x))


def expn_slope(out, n, x):
    """−E_(n−1)(x); E_0(x) = e^(−x)/x"""
    return np.where(n > 0, -sp.expn(np.maximum(n - 1, 0), x), -out * (1 + 1 / x))


def hyp2f1_slope(a, b, c, x):
    """ab/c F(a + 1, b + 1; c + 1; x)"""
    factor = np.multiply(a, b)
    constant = np.logical_and(np.equal(factor, 0), np.not_equal(c, 0))
    c = np.where(constant, 1, c)
    return np.divide(factor, c) * np.where(constant, 0, sp.hyp2f1(a + 1, b + 1, c + 1, x))


def struve_slope(function, sign, out, n, x):
    """H′_n = H_(n−1) − n/x·H_n; near 0 half of H_(n−1) ∓ H_(n+1) + (x/2)^n/(√π Γ(n + 3/2)); H_(−1) = 2/π ∓ H_1."""
    small = np.less(np.abs(x), 1)
    inner = np.where(small, x, 0.5)
    near = sign * function(n + 1, inner) + (0.5 * inner) ** n * sp.rgamma(n + 1.5) / ROOT_PI
    first = np.equal(n, 0)
    before = function(np.where(first, 1, n - 1), x)
    before = np.where(first, 2 / PI + sign * before, before)
    return np.where(small, 0.5 * (before + near), before - n * out / np.where(small, 1, x))


def normal_density(x):
    return np.exp(-0.5 * x * x) / ROOT_TWO_PI


# error functions
elementwise(sp.erf,      lambda out, x: TWO_BY_ROOT_PI * np.exp(-x * x))
elementwise(sp.erfc,     lambda out, x: -TWO_BY_ROOT_PI * np.exp(-x * x))
elementwise(sp.erfcx,    lambda out, x: with_tail(-0.5 * TWO_BY_ROOT_PI, -1, x, lambda x: 2 * x * out - TWO_BY_ROOT_PI))
elementwise(sp.erfi,     lambda out, x: TWO_BY_ROOT_PI * np.exp(x * x))
elementwise(sp.erfinv,   lambda out, x: np.exp(out * out) / TWO_BY_ROOT_PI)
elementwise(sp.erfcinv,  lambda out, x: -np.exp(out * out) / TWO_BY_ROOT_PI)
elementwise(sp.dawsn,    lambda out, x: with_tail(-0.5, 1, x, lambda x: 1 - 2 * x * out))
elementwise(sp.ndtr,     lambda out, x: normal_density(x))
elementwise(sp.log_ndtr, lambda out, x: np.exp(-0.5 * x * x - out) / ROOT_TWO_PI)
elementwise(sp.ndtri,    lambda out, x: ROOT_TWO_PI * np.exp(0.5 * out * out))
elementwise(sp.ndtri_exp, lambda out, x: ROOT_TWO_PI * np.exp(x + 0.5 * out * out))

# gamma and beta
elementwise(sp.gamma,    lambda out, x: out * sp.psi(x))
elementwise(sp.gammaln,  lambda out, x: sp.psi(x))
elementwise(sp.loggamma, lambda out, x: sp.psi(x))
elementwise(sp.rgamma,   lambda out, x: rgamma_slope(x))
elementwise(sp.psi,      lambda out, x: trigamma(x))
elementwise(zeta,        refused(zeta, "its exponent"), lambda out, s, q: -s * zeta(s + 1.0, q))
elementwise(sp.poch,     poch_slope, lambda out, z, m: out * sp.psi(z + m))
elementwise(sp.beta,     lambda out, a, b: out * sp.psi(a) + less_psi(out, a + b, sp.gamma(a) * sp.gamma(b)),
                         lambda out, a, b: out * sp.psi(b) + less_psi(out, a + b, sp.gamma(a) * sp.gamma(b)),
)  # fmt: skip
elementwise(sp.betaln,   lambda out, a, b: sp.psi(a) - sp.psi(a + b), lambda out, a, b: sp.psi(b) - sp.psi(a + b))
elementwise(sp.binom,    lambda out, n, k: out * sp.psi(n + 1) + binom_share(out, n, k, n - k),
                         lambda out, n, k: binom_share(out, n, k, k) - binom_share(out, n, k, n - k))  # fmt: skip
constant(sp.gammasgn)

# logistic, logarithms, entropy
elementwise(sp.expit,     lambda out, x: out * (1 - out))
elementwise(sp.logit,     lambda out, x: 1 / (x * (1 - x)))
elementwise(sp.log_expit, lambda out, x: sp.expit(-x))
elementwise(sp.xlogy,     lambda out, x, y: np.log(y),      lambda out, x, y: ratio(x, y))
elementwise(sp.xlog1py,   lambda out, x, y: np.log1p(y),    lambda out, x, y: ratio(x, y + 1))
elementwise(sp.entr,      lambda out, x: -np.log(x) - 1)
elementwise(sp.rel_entr,  lambda out, x, y: np.log(x / y) + 1, lambda out, x, y: -ratio(x, y))
elementwise(sp.kl_div,    lambda out, x, y: np.log(x / y),     lambda out, x, y: 1 - ratio(x, y))
elementwise(sp.log1p,     lambda out, x: 1 / (1 + x))
elementwise(sp.expm1,     lambda out, x: out + 1)
elementwise(sp.cosm1,     lambda out, x: -np.sin(x))
elementwise(sp.exp2,      lambda out, x: out * LOG_2)
elementwise(sp.exp10,     lambda out, x: out * LOG_10)
elementwise(sp.cbrt,      lambda out, x: 1 / (3 * out * out))

# power transforms and losses
elementwise(sp.boxcox,    lambda out, x, y: x ** (y - 1), lambda out, x, y: boxcox_slope(np.log(x), y))
elementwise(sp.boxcox1p,  lambda out, x, y: (1 + x) ** (y - 1), lambda out, x, y: boxcox_slope(np.log1p(x), y))
elementwise(sp.inv_boxcox,   lambda out, x, y: out ** (1 - y),
                             lambda out, x, y: -(out ** (1 - y)) * boxcox_slope(np.log(out), y))  # fmt: skip
elementwise(sp.inv_boxcox1p, lambda out, x, y: (1 + out) ** (1 - y),
                             lambda out, x, y: -((1 + out) ** (1 - y)) * boxcox_slope(np.log1p(out), y))  # fmt: skip
elementwise(sp.powm1,     power_base, lambda out, x, y: power_exponent(out + 1, x, y))
elementwise(sp.exprel,    lambda out, x: exprel_slope(x))
elementwise(sp.huber,     lambda out, d, r: np.maximum(np.abs(r) - d, 0), lambda out, d, r: np.clip(r, -d, d))
elementwise(sp.pseudo_huber, lambda out, d, r: ratio(ratio(r * r, np.hypot(d, r) + d) ** 2, np.hypot(d, r)),
                             lambda out, d, r: ratio(d * r, np.hypot(d, r)))  # fmt: skip

# exponential and elliptic integrals
elementwise(sp.expi,   lambda out, x: np.exp(x) / x)
elementwise(sp.exp1,   lambda out, x: -np.exp(-x) / x)
elementwise(sp.ellipk, ellipk_slope)
elementwise(sp.ellipe, ellipe_slope)
elementwise(sp.ellipkm1, lambda out, p: -ellipk_slope(out, 1 - p))
elementwise(sp.ellipkinc, lambda out, phi, m: 1 / np.sqrt(1 - m * np.sin(phi) ** 2), ellipkinc_slope)
elementwise(sp.ellipeinc, lambda out, phi, m: np.sqrt(1 - m * np.sin(phi) ** 2), ellipeinc_slope)
by_order(sp.expn, lambda out, n, x: expn_slope(out, np.trunc(n), x))
elementwise(sp.spence, lambda out, x: spence_slope(x))
several(sp.sici,    lambda out, x: np.sin(x) / x,  lambda out, x: np.cos(x) / x)
several(sp.shichi,  lambda out, x: np.sinh(x) / x, lambda out, x: np.cosh(x) / x)
several(sp.fresnel, lambda out, x: np.sin(0.5 * PI * x * x), lambda out, x: np.cos(0.5 * PI * x * x))
elementwise(sp.wofz, lambda out, z: 2j / ROOT_PI - 2 * z * out)
elementwise(sp.owens_t, lambda out, h, a: -0.5 * normal_density(h) * sp.erf(a * h / ROOT_TWO),
                        lambda out, h, a: np.exp(-0.5 * h * h * (1 + a * a)) / (2 * PI * (1 + a * a)))  # fmt: skip

# in degrees
elementwise(sp.sindg, lambda out, x: DEGREE * sp.cosdg(x))
elementwise(sp.cosdg, lambda out, x: -DEGREE * sp.sindg(x))
elementwise(sp.tandg, lambda out, x: DEGREE * (1 + out * out))
elementwise(sp.cotdg, lambda out, x: -DEGREE * (1 + out * out))
constant(sp.round)

# Bessel functions
elementwise(sp.j0, lambda out, x: -sp.j1(x))
elementwise(sp.j1, lambda out, x: (sp.j0(x) - sp.jv(2.0, x)) / 2)
elementwise(sp.y0, lambda out, x: -sp.y1(x))
elementwise(sp.y1, lambda out, x: (sp.y0(x) - sp.yv(2.0, x)) / 2)
elementwise(sp.i0, lambda out, x: sp.i1(x))
elementwise(sp.i1, lambda out, x: (sp.i0(x) + sp.iv(2.0, x)) / 2)
elementwise(sp.k0, lambda out, x: -sp.k1(x))
elementwise(sp.k1, lambda out, x: -(sp.k0(x) + sp.kv(2.0, x)) / 2)
elementwise(sp.i0e, lambda out, x: sp.i1e(x) - np.sign(x) * out)
elementwise(sp.i1e, lambda out, x: (sp.i0e(x) + sp.ive(2.0, x)) / 2 - np.sign(x) * out)
elementwise(sp.k0e, lambda out, x: out - sp.k1e(x))
elementwise(sp.k1e, lambda out, x: out - (sp.k0e(x) + sp.kve(2.0, x)) / 2)
by_order(sp.jv,  lambda out, n, x: (sp.jv(n - 1, x) - sp.jv(n + 1, x)) / 2)
by_order(sp.yv,  lambda out, n, x: (sp.yv(n - 1, x) - sp.yv(n + 1, x)) / 2)
by_order(sp.yn,  lambda out, n, x: (sp.yn(np.trunc(n) - 1, x) - sp.yn(np.trunc(n) + 1, x)) / 2)
by_order(sp.iv,  lambda out, n, x: (sp.iv(n - 1, x) + sp.iv(n + 1, x)) / 2)
by_order(sp.ive, lambda out, n, x: (sp.ive(n - 1, x) + sp.ive(n + 1, x)) / 2 - np.sign(x) * out)
by_order(sp.kv,  lambda out, n, x: -(sp.kv(n - 1, x) + sp.kv(n + 1, x)) / 2)
by_order(sp.kn,  lambda out, n, x: -(sp.kn(abs(np.trunc(n) - 1), x) + sp.kn(np.trunc(n) + 1, x)) / 2)
by_order(sp.kve, lambda out, n, x: out - (sp.kve(n - 1, x) + sp.kve(n + 1, x)) / 2)
by_order(sp.hankel1,  lambda out, n, x: (sp.hankel1(n - 1, x) - sp.hankel1(n + 1, x)) / 2)
by_order(sp.hankel2,  lambda out, n, x: (sp.hankel2(n - 1, x) - sp.hankel2(n + 1, x)) / 2)
by_order(sp.hankel1e, lambda out, n, x: (sp.hankel1e(n - 1, x) - sp.hankel1e(n + 1, x)) / 2 - 1j * out)
by_order(sp.hankel2e, lambda out, n, x: (sp.hankel2e(n - 1, x) - sp.hankel2e(n + 1, x)) / 2 + 1j * out)
by_order(sp.struve,    lambda out, n, x: struve_slope(sp.struve, -1, out, n, x))
by_order(sp.modstruve, lambda out, n, x: struve_slope(sp.modstruve, 1, out, n, x))
several(sp.airy, lambda out, x: out[1], lambda out, x: x * out[0], lambda out, x: out[3], lambda out, x: x * out[2])

# hypergeometric functions, by their argument
elementwise(sp.hyp0f1, refused(sp.hyp0f1, "v"), lambda out, v, x: np.divide(sp.hyp0f1(v + 1, x), v))
elementwise(sp.hyp1f1, refused(sp.hyp1f1, "a"), refused(sp.hyp1f1, "b"),
                       lambda out, a, b, x: np.divide(a, b) * sp.hyp1f1(a + 1, b + 1, x))  # fmt: skip
elementwise(sp.hyperu, refused(sp.hyperu, "a"), refused(sp.hyperu, "b"),
                       lambda out, a, b, x: -a * sp.hyperu(a + 1, b + 1, x))  # fmt: skip
elementwise(sp.hyp2f1, *[refused(sp.hyp2f1, name) for name in "abc"],
                       lambda out, a, b, c, x: hyp2f1_slope(a, b, c, x))  # fmt: skip

# orthogonal polynomials, by their argument
by_degree(sp.eval_legendre,    lambda n, x: legendre_slope(np.where(n < 0, -1 - n, n), x))
by_degree(sp.eval_jacobi,      lambda n, a, b, x: 0.5 * (n + a + b + 1) * sp.eval_jacobi(n - 1, a + 1, b + 1, x))
by_degree(sp.eval_gegenbauer,  lambda n, a, x: 2 * a * sp.eval_gegenbauer(n - 1, a + 1, x))
by_degree(sp.eval_chebyt,      lambda n, x: n * sp.eval_chebyu(n - 1, x))
by_degree(sp.eval_chebyu,      lambda n, x: 2 * sp.eval_gegenbauer(n - 1, 2, x))
by_degree(sp.eval_laguerre,    lambda n, x: -sp.eval_genlaguerre(n - 1, 1, x))
by_degree(sp.eval_genlaguerre, lambda n, a, x: -sp.eval_genlaguerre(n - 1, a + 1, x))
by_degree(sp.eval_hermite,     lambda n, x: 2 * n * sp.eval_hermite(n - 1, x))
by_degree(sp.eval_hermitenorm, lambda n, x: n * sp.eval_hermitenorm(n - 1, x))
