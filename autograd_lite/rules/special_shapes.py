"""Incomplete gamma and beta functions, and the distribution functions made of them.

By their shape parameters θ they are integrals of the derivative of the density:

    ∂/∂θ ∫₀ˣ f(t; θ) dt = ∫₀ˣ f·∂log f/∂θ dt

The integral over t = x·σ, 0 < σ < 1, is a sum over fixed nodes: the rule of H. Takahasi and M. Mori, equal steps of u
in σ = 1/(1 + e^(−π sinh u)), which takes any singularity at the ends.  The sum is plain NumPy, so it has derivatives
of any order.

Source: H. Takahasi, M. Mori, Double exponential formulas for numerical integration, Publ. RIMS 9 (1974) 721.
"""

import numpy as np
import scipy.special as sp

from ..kinds import elementwise
from .elementwise import masked, nonzero

STEP = 1 / 24
_U = np.arange(-5.4, 5.4, STEP)
_E = np.exp(-np.pi * np.abs(np.sinh(_U)))
_NEAR, _FAR = _E / (1 + _E), 1 / (1 + _E)  # the distances from the nearer and from the farther end
NODES, REST = np.where(_U < 0, _NEAR, _FAR), np.where(_U < 0, _FAR, _NEAR)  # σ and 1 − σ, both with all digits
WEIGHTS = STEP * np.pi * np.cosh(_U) * _NEAR * _FAR


def integral(density, x, *parameters):
    """∫₀ˣ f(t, x − t, *parameters) dt, entry by entry."""
    x, *parameters = (np.expand_dims(p, -1) for p in (x, *parameters))
    return np.sum(WEIGHTS * x * density(x * NODES, x * REST, *parameters), axis=-1)


def double(*numbers):
    """Numbers and arrays in float64: powers of small nodes overflow in float32."""
    return [x.astype(np.float64) if hasattr(x, "astype") else np.float64(x) for x in numbers]


def gammainc_shape(a, x):
    """∂P(a, x)/∂a, with the density t^(a−1) e^(−t)/Γ(a) of P; what lies beyond 1 − P = e^(−40) is left out."""

    def change(t, _, a):
        log_t = np.log(nonzero(t))
        return masked(np.exp((a - 1) * log_t - t - sp.gammaln(a)) * (log_t - sp.psi(a)), t > 0)

    a, x = double(a, x)
    return integral(change, np.minimum(x, a + 12 * np.sqrt(a) + 40), a)


def betainc_shape(a, b, x):
    """∂I_x(a, b)/∂a, with the density t^(a−1) (1 − t)^(b−1)/B(a, b) of I."""

    def change(t, below, a, b, beyond):
        log_t, rest = np.log(nonzero(t)), below + beyond  # 1 − t = (x − t) + (1 − x)
        log_density = (a - 1) * log_t + (b - 1) * np.log(nonzero(rest)) - sp.betaln(a, b)
        return masked(np.exp(log_density) * (log_t - sp.psi(a) + sp.psi(a + b)), np.logical_and(t > 0, rest > 0))

    a, b, x = double(a, b, x)
    return integral(change, x, a, b, 1 - x)


def betainc_shape_b(a, b, x):
    """∂I_x(a, b)/∂b: I_x(a, b) = 1 − I_(1−x)(b, a)."""
    return -betainc_shape(b, a, 1 - x)


def student_density(n, t):
    """Γ((n + 1)/2)/(Γ(n/2) √(πn)) (1 + t²/n)^(−(n + 1)/2)"""
    constant = sp.gammaln(0.5 * (n + 1.0)) - sp.gammaln(0.5 * n)
    return np.exp(constant - 0.5 * (n + 1.0) * np.log1p(t * t / n)) / np.sqrt(n * 3.141592653589793)


def student_shape(n, t):
    """∂F/∂n of Student's distribution function F(t; n)."""

    def change(s, _, n):
        q = s * s / n
        slope = sp.psi(0.5 * (n + 1.0)) - sp.psi(0.5 * n) - 1 / n - np.log1p(q) + (n + 1.0) * q / (n * (1 + q))
        return 0.5 * student_density(n, s) * slope

    n, t = double(n, t)
    return integral(change, t, n)


def gamma_density(a, x):
    """x^(a−1) e^(−x)/Γ(a)"""
    return np.exp(sp.xlogy(a - 1.0, x) - x - sp.gammaln(a))


def beta_density(a, b, x):
    """x^(a−1) (1 − x)^(b−1)/B(a, b)"""
    return np.exp(sp.xlogy(a - 1.0, x) + sp.xlog1py(b - 1.0, -x) - sp.betaln(a, b))


def refused(function, parameter):
    """The partial by a parameter that has no closed form."""

    def partial(out, *args):
        raise TypeError(
            f"scipy.special.{function.__name__} has no derivative rule for {parameter}; pass it as a plain number"
        )

    return partial


# incomplete gamma functions, and their inverses: x' = 1/density, and by a what keeps P(a, x) the same
elementwise(sp.gammainc,  lambda out, a, x: gammainc_shape(a, x),  lambda out, a, x: gamma_density(a, x))
elementwise(sp.gammaincc, lambda out, a, x: -gammainc_shape(a, x), lambda out, a, x: -gamma_density(a, x))
elementwise(sp.gammaincinv,  lambda out, a, p: -gammainc_shape(a, out) / gamma_density(a, out),
                             lambda out, a, p: 1 / gamma_density(a, out))  # fmt: skip
elementwise(sp.gammainccinv, lambda out, a, p: -gammainc_shape(a, out) / gamma_density(a, out),
                             lambda out, a, p: -1 / gamma_density(a, out))  # fmt: skip
elementwise(sp.chdtr,  lambda out, n, x: 0.5 * gammainc_shape(0.5 * n, 0.5 * x),
                       lambda out, n, x: 0.5 * gamma_density(0.5 * n, 0.5 * x))  # fmt: skip
elementwise(sp.chdtrc, lambda out, n, x: -0.5 * gammainc_shape(0.5 * n, 0.5 * x),
                       lambda out, n, x: -0.5 * gamma_density(0.5 * n, 0.5 * x))  # fmt: skip
elementwise(sp.pdtr,   None, lambda out, k, m: -gamma_density(np.floor(k) + 1, m))
elementwise(sp.pdtrc,  None, lambda out, k, m: gamma_density(np.floor(k) + 1, m))

# incomplete beta functions, likewise
elementwise(sp.betainc,  lambda out, a, b, x: betainc_shape(a, b, x),  lambda out, a, b, x: betainc_shape_b(a, b, x),
                         lambda out, a, b, x: beta_density(a, b, x))  # fmt: skip
elementwise(sp.betaincc, lambda out, a, b, x: -betainc_shape(a, b, x), lambda out, a, b, x: -betainc_shape_b(a, b, x),
                         lambda out, a, b, x: -beta_density(a, b, x))  # fmt: skip
elementwise(sp.betaincinv, lambda out, a, b, p: -betainc_shape(a, b, out) / beta_density(a, b, out),
                           lambda out, a, b, p: -betainc_shape_b(a, b, out) / beta_density(a, b, out),
                           lambda out, a, b, p: 1 / beta_density(a, b, out))  # fmt: skip
elementwise(sp.nbdtr,  None, refused(sp.nbdtr, "n"), lambda out, k, n, p: beta_density(n, k + 1, p))
elementwise(sp.stdtr,   lambda out, n, t: student_shape(n, t), lambda out, n, t: student_density(n, t))
elementwise(sp.stdtrit, lambda out, n, p: -student_shape(n, out) / student_density(n, out),
                        lambda out, n, p: 1 / student_density(n, out))  # fmt: skip
