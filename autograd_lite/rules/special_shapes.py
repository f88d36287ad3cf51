"""Incomplete gamma and beta functions, and the distribution functions made of them.

By their shape parameters θ they are integrals of the derivative of the density, on either side of x:

    ∂/∂θ ∫₀ˣ f(t; θ) dt = ∫₀ˣ f·∂log f/∂θ dt = −∫ₓ^∞ f·∂log f/∂θ dt

On the side where f falls all the way no peak lies inside, and tails keep their digits.  The integral over t = x·σ, or
t = x/σ, 0 < σ < 1, is a sum over fixed nodes: the rule of H. Takahasi and M. Mori, equal steps of u in
σ = 1/(1 + e^(−π sinh u)), which takes any singularity at the ends.  The sum is plain NumPy, so it has derivatives of
any order.

Source: H. Takahasi, M. Mori, Double exponential formulas for numerical integration, Publ. RIMS 9 (1974) 721.
"""

import numpy as np
import scipy.special as sp

from ..kinds import elementwise
from .elementwise import masked, nonzero, ratio

STEP = 1 / 24
_U = np.arange(-5.4, 5.4, STEP)
_E = np.exp(-np.pi * np.abs(np.sinh(_U)))
_NEAR, _FAR = _E / (1 + _E), 1 / (1 + _E)  # the distances from the nearer and from the farther end
NODES, REST = np.where(_U < 0, _NEAR, _FAR), np.where(_U < 0, _FAR, _NEAR)  # σ and 1 − σ, both with all digits
WEIGHTS = STEP * np.pi * np.cosh(_U) * _NEAR * _FAR
LOG_ROOT_TWO_PI, PI = 0.9189385332046728, 3.141592653589793


def below(density, x, *parameters):
    """∫₀ˣ f(t, x − t, *parameters) dt, entry by entry."""
    x, *parameters = (np.expand_dims(p, -1) for p in (x, *parameters))
    return np.sum(WEIGHTS * x * density(x * NODES, x * REST, *parameters), axis=-1)


def beside(density, x, above, *parameters):
    """∫₀ˣ f(t, *parameters) dt, and −∫ₓ^∞ f(t, *parameters) dt where ``above`` is true."""
    x, above, *parameters = (np.expand_dims(p, -1) for p in (x, above, *parameters))
    places = np.where(above, 1 / NODES, NODES)
    weights = np.where(above, -WEIGHTS / NODES / NODES, WEIGHTS)
    return np.sum(weights * x * density(x * places, *parameters), axis=-1)


def double(*numbers):
    """Numbers and arrays in float64: powers of small nodes overflow in float32."""
    return [x.astype(np.float64) if hasattr(x, "astype") else np.float64(x) for x in numbers]


def finite_or(other, x):
    """Whether x is finite, and x with ``other`` where it is not."""
    finite = np.isfinite(x)
    return finite, np.where(finite, x, other)


def gammainc_shape(a, x):
    """∂P(a, x)/∂a, with the density t^(a−1) e^(−t)/Γ(a) of P."""

    def change(t, a):
        log_t = np.log(nonzero(t))
        return masked(np.exp((a - 1) * log_t - t - sp.gammaln(a)) * (log_t - sp.psi(a)), t > 0)

    a, x = double(a, x)
    bounded, x = finite_or(1, x)
    return masked(beside(change, x, x > a, a), bounded)


def betainc_shape(a, b, x):
    """∂I_x(a, b)/∂a, with the density t^(a−1) (1 − t)^(b−1)/B(a, b) of I."""

    def change(near, rest, a, b, above, beyond):
        far = rest + beyond  # 1 − t = (x − t) + (1 − x)
        log_near, log_far = np.log(nonzero(near)), np.log(nonzero(far))
        log_t, log_other = np.where(above, log_far, log_near), np.where(above, log_near, log_far)
        density = np.exp((a - 1) * log_t + (b - 1) * log_other - sp.betaln(a, b))
        return masked(density * (log_t - sp.psi(a) + sp.psi(a + b)), np.logical_and(near > 0, far > 0))

    a, b, x = double(a, b, x)
    above = x * (a + b) > a
    one_side = below(change, np.where(above, 1 - x, x), a, b, above, np.where(above, x, 1 - x))
    return np.where(above, -one_side, one_side)


def betainc_shape_b(a, b, x):
    """∂I_x(a, b)/∂b: I_x(a, b) = 1 − I_(1−x)(b, a)."""
    return -betainc_shape(b, a, 1 - x)


def student_log_density(n, t):
    """log Γ((n + 1)/2)/Γ(n/2) − ½ log(πn) − (n + 1)/2·log(1 + t²/n), and that of the normal density for n = ∞."""
    bounded, n = finite_or(1, n)
    constant = np.log(sp.poch(0.5 * n, 0.5)) - 0.5 * np.log(PI * n)
    of_student = constant - 0.5 * (n + 1.0) * np.log1p(t * t / n)
    return np.where(bounded, of_student, -0.5 * t * t - LOG_ROOT_TWO_PI)


def student_density(n, t):
    return np.exp(student_log_density(n, t))


def student_shape(n, t):
    """∂F/∂n of Student's distribution function F(t; n)."""

    def change(s, n):
        s = np.minimum(s, 1e150)  # whose square is finite
        q = s * s / n
        slope = sp.psi(0.5 * (n + 1.0)) - sp.psi(0.5 * n) - 1 / n - np.log1p(q) + (n + 1.0) * q / (n * (1 + q))
        return 0.5 * student_density(n, s) * slope

    n, t = double(n, t)
    (bounded, n), (finite, t) = finite_or(1, n), finite_or(1, t)
    above = np.logical_and(np.abs(t) > 1, n > 0.1)  # tails of smaller n end beyond all nodes
    return masked(np.sign(t) * beside(change, np.abs(t), above, n), np.logical_and(bounded, finite))


def gamma_density(a, x):
    """x^(a−1) e^(−x)/Γ(a)"""
    bounded, x = finite_or(1, x)
    return masked(np.exp(sp.xlogy(a - 1.0, x) - x - sp.gammaln(a)), bounded)


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
elementwise(sp.gammaincinv,  lambda out, a, p: -ratio(gammainc_shape(a, out), gamma_density(a, out)),
                             lambda out, a, p: 1 / gamma_density(a, out))  # fmt: skip
elementwise(sp.gammainccinv, lambda out, a, p: -ratio(gammainc_shape(a, out), gamma_density(a, out)),
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
elementwise(sp.betaincinv, lambda out, a, b, p: -ratio(betainc_shape(a, b, out), beta_density(a, b, out)),
                           lambda out, a, b, p: -ratio(betainc_shape_b(a, b, out), beta_density(a, b, out)),
                           lambda out, a, b, p: 1 / beta_density(a, b, out))  # fmt: skip
elementwise(sp.betainccinv, lambda out, a, b, p: -ratio(betainc_shape(a, b, out), beta_density(a, b, out)),
                            lambda out, a, b, p: -ratio(betainc_shape_b(a, b, out), beta_density(a, b, out)),
                            lambda out, a, b, p: -1 / beta_density(a, b, out))  # fmt: skip
elementwise(sp.nbdtr,  None, refused(sp.nbdtr, "n"), lambda out, k, n, p: beta_density(np.trunc(n), np.trunc(k) + 1, p))
elementwise(sp.stdtr,   lambda out, n, t: student_shape(n, t), lambda out, n, t: student_density(n, t))
elementwise(sp.stdtrit, lambda out, n, p: -ratio(student_shape(n, out), student_density(n, out)),
                        lambda out, n, p: 1 / student_density(n, out))  # fmt: skip
