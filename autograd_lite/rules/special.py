"""The ufuncs of scipy.special, which act entry by entry: one partial per argument, as p(out, *args).

This table is read when a Tensor first meets one of them, so SciPy is never imported for others.  Orders and shape
parameters whose derivative has no closed form are refused.

Source: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions (1964), chapters 5, 6, 7 and 9; DLMF.
"""

import numpy as np
import scipy.special as sp
from scipy.special._ufuncs import _zeta as zeta  # sp.zeta(s, q) is a Python function in front of it

from ..kinds import constant, elementwise
from .elementwise import ratio

TWO_BY_ROOT_PI, ROOT_TWO_PI, PI = 1.1283791670955126, 2.5066282746310002, 3.141592653589793
LOG_2, LOG_10 = 0.6931471805599453, 2.302585092994046


def refused(function, parameter):
    """The partial by a parameter that has no closed form."""

    def partial(out, *args):
        raise TypeError(
            f"scipy.special.{function.__name__} has no derivative rule for {parameter}; pass it as a plain number"
        )

    return partial


def by_order(function, partial):
    """A function of (order, x), differentiated by x."""
    elementwise(function, refused(function, "its order"), partial)


def normal_density(x):
    return np.exp(-0.5 * x * x) / ROOT_TWO_PI


# error functions
elementwise(sp.erf,      lambda out, x: TWO_BY_ROOT_PI * np.exp(-x * x))
elementwise(sp.erfc,     lambda out, x: -TWO_BY_ROOT_PI * np.exp(-x * x))
elementwise(sp.erfcx,    lambda out, x: 2 * x * out - TWO_BY_ROOT_PI)
elementwise(sp.erfi,     lambda out, x: TWO_BY_ROOT_PI * np.exp(x * x))
elementwise(sp.erfinv,   lambda out, x: np.exp(out * out) / TWO_BY_ROOT_PI)
elementwise(sp.erfcinv,  lambda out, x: -np.exp(out * out) / TWO_BY_ROOT_PI)
elementwise(sp.dawsn,    lambda out, x: 1 - 2 * x * out)
elementwise(sp.ndtr,     lambda out, x: normal_density(x))
elementwise(sp.log_ndtr, lambda out, x: np.exp(-0.5 * x * x - out) / ROOT_TWO_PI)
elementwise(sp.ndtri,    lambda out, x: ROOT_TWO_PI * np.exp(0.5 * out * out))

# gamma and beta
elementwise(sp.gamma,    lambda out, x: out * sp.psi(x))
elementwise(sp.gammaln,  lambda out, x: sp.psi(x))
elementwise(sp.loggamma, lambda out, x: sp.psi(x))
elementwise(sp.rgamma,   lambda out, x: -out * sp.psi(x))
elementwise(sp.psi,      lambda out, x: zeta(2.0, x))
elementwise(zeta,        refused(zeta, "its exponent"), lambda out, s, q: -s * zeta(s + 1.0, q))
elementwise(sp.poch,     lambda out, z, m: out * (sp.psi(z + m) - sp.psi(z)), lambda out, z, m: out * sp.psi(z + m))
elementwise(sp.beta,     lambda out, a, b: out * (sp.psi(a) - sp.psi(a + b)),
                         lambda out, a, b: out * (sp.psi(b) - sp.psi(a + b)))  # fmt: skip
elementwise(sp.betaln,   lambda out, a, b: sp.psi(a) - sp.psi(a + b), lambda out, a, b: sp.psi(b) - sp.psi(a + b))
elementwise(sp.gammainc, refused(sp.gammainc, "a"),
                         lambda out, a, x: np.exp(sp.xlogy(a - 1.0, x) - x - sp.gammaln(a)))  # fmt: skip
elementwise(sp.gammaincc, refused(sp.gammaincc, "a"),
                         lambda out, a, x: -np.exp(sp.xlogy(a - 1.0, x) - x - sp.gammaln(a)))  # fmt: skip
elementwise(sp.betainc,  refused(sp.betainc, "a"), refused(sp.betainc, "b"), lambda out, a, b, x:
                         np.exp(sp.xlogy(a - 1.0, x) + sp.xlog1py(b - 1.0, -x) - sp.betaln(a, b)))  # fmt: skip
elementwise(sp.stdtr,    refused(sp.stdtr, "df"), lambda out, n, t: np.exp(
                         sp.gammaln(0.5 * (n + 1.0)) - sp.gammaln(0.5 * n)
                         - 0.5 * (n + 1.0) * np.log1p(t * t / n)) / np.sqrt(n * PI))  # fmt: skip
constant(sp.gammasgn)

# logistic, logarithms, entropy
elementwise(sp.expit,     lambda out, x: out * (1 - out))
elementwise(sp.logit,     lambda out, x: 1 / (x * (1 - x)))
elementwise(sp.log_expit, lambda out, x: sp.expit(-x))
elementwise(sp.xlogy,     lambda out, x, y: np.log(y),      lambda out, x, y: ratio(x, y))
elementwise(sp.xlog1py,   lambda out, x, y: np.log1p(y),    lambda out, x, y: ratio(x, y + 1))
elementwise(sp.entr,      lambda out, x: -np.log(x) - 1)
elementwise(sp.rel_entr,  lambda out, x, y: np.log(x / y) + 1, lambda out, x, y: -x / y)
elementwise(sp.kl_div,    lambda out, x, y: np.log(x / y),     lambda out, x, y: 1 - x / y)
elementwise(sp.log1p,     lambda out, x: 1 / (1 + x))
elementwise(sp.expm1,     lambda out, x: out + 1)
elementwise(sp.cosm1,     lambda out, x: -np.sin(x))
elementwise(sp.exp2,      lambda out, x: out * LOG_2)
elementwise(sp.exp10,     lambda out, x: out * LOG_10)
elementwise(sp.cbrt,      lambda out, x: 1 / (3 * out * out))

# exponential and elliptic integrals
elementwise(sp.expi,   lambda out, x: np.exp(x) / x)
elementwise(sp.exp1,   lambda out, x: -np.exp(-x) / x)
elementwise(sp.ellipk, lambda out, m: (sp.ellipe(m) / (1 - m) - out) / (2 * m))
elementwise(sp.ellipe, lambda out, m: (out - sp.ellipk(m)) / (2 * m))

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
by_order(sp.yn,  lambda out, n, x: (sp.yn(n - 1, x) - sp.yn(n + 1, x)) / 2)
by_order(sp.iv,  lambda out, n, x: (sp.iv(n - 1, x) + sp.iv(n + 1, x)) / 2)
by_order(sp.ive, lambda out, n, x: (sp.ive(n - 1, x) + sp.ive(n + 1, x)) / 2 - np.sign(x) * out)
by_order(sp.kv,  lambda out, n, x: -(sp.kv(n - 1, x) + sp.kv(n + 1, x)) / 2)
by_order(sp.kn,  lambda out, n, x: -(sp.kn(abs(n - 1), x) + sp.kn(n + 1, x)) / 2)
by_order(sp.kve, lambda out, n, x: out - (sp.kve(n - 1, x) + sp.kve(n + 1, x)) / 2)
