"""Incomplete gamma and beta functions, and the distribution functions made of them.

By their shape parameters θ they are integrals of the derivative of the density, on either side of x:

    ∂/∂θ ∫₀ˣ f(t; θ) dt = ∫₀ˣ f·∂log f/∂θ dt = −∫ₓ^∞ f·∂log f/∂θ dt

On the side where f falls all the way no peak lies inside, and tails keep their digits.  With t = x·σ^r, 0 < σ < 1, it
is an integral over σ of f·t·r/σ: r is 1, or −1 for the far side, or 1/a where f is like t^(a−1), a < 1, which then is
flat.  It is a sum over fixed nodes by the rule of H. Takahasi and M. Mori, equal steps of u in
σ = 1/(1 + e^(−π sinh u)), which takes any singularity at the ends.  The sum is plain NumPy, so it has derivatives of
any order.

Source: H. Takahasi, M. Mori, Double exponential formulas for numerical integration, Publ. RIMS 9 (1974) 721.
"""

import numpy as np
import scipy.special as sp

from ..kinds import elementwise
from .constants import stop_gradient
from .elementwise import masked, nonzero, ratio

STEP = 1 / 24
_U = np.arange(-5.4, 5.4, STEP)
_E = np.exp(-np.pi * np.abs(np.sinh(_U)))
_NEAR, _FAR = _E / (1 + _E), 1 / (1 + _E)  # the distances from the nearer and from the farther end
LOG = np.where(_U < 0, np.log(_NEAR), np.log1p(-_NEAR))  # of σ
WEIGHTS = STEP * np.pi * np.cosh(_U) * np.where(_U < 0, _FAR, _NEAR)  # dσ/σ
LOG_ROOT_TWO_PI, PI = 0.9189385332046728, 3.141592653589793


def integral(change, x, r, *parameters):
    """∫ g(log t, log t − log x, *parameters) dt/t over t = x·σ^r, entry by entry; against σ where r is negative."""
    log_x, r, *parameters = (np.expand_dims(p, -1) for p in (np.log(nonzero(x)), stop_gradient(r), *parameters))
    logs = r * LOG
    return masked(np.sum(WEIGHTS * r * change(log_x + logs, logs, *parameters), axis=-1), np.not_equal(x, 0))


def double(*numbers):
    """Numbers and arrays in float64: powers of small nodes overflow in float32."""
    return [x.astype(np.float64) if hasattr(x, "astype") else np.float64(x) for x in numbers]


def finite_or(other, x):
    """Whether x is finite, and x with ``other`` where it is not."""
    finite = np.isfinite(x)
    return finite, np.where(finite, x, other)


def gammainc_shape(a, x):
    """∂P(a, x)/∂a, with the density t^(a−1) e^(−t)/Γ(a) of P."""

    def change(log_t, _, a):
        return np.exp(a * log_t - np.exp(log_t) - sp.gammaln(a)) * (log_t - sp.psi(a))

    a, x = double(a, x)
    bounded, x = finite_or(1, x)
    return masked(integral(change, x, np.where(x > a, -1, 1 / np.minimum(a, 1)), a), bounded)


def betainc_shape(a, b, x, rest=None):
    """∂I_x(a, b)/∂a, with the density t^(a−1) (1 − t)^(b−1)/B(a, b) of I; ``rest`` is 1 − x with all its digits."""

    def change(log_near, logs, a, b, above, end, beyond):
        log_far = np.log(beyond - end * np.expm1(logs))  # 1 − t = (1 − x) + (x − t)
        log_t = np.where(above, log_far, log_near)
        density = np.where(above, b, a) * log_near + (np.where(above, a, b) - 1) * log_far - sp.betaln(a, b)
        return np.exp(density) * (log_t - sp.psi(a) + sp.psi(a + b))

    a, b, x, rest = double(a, b, x, 1 - x if rest is None else rest)
    above = x * (a + b) > a
    end, beyond = np.where(above, rest, x), np.where(above, x, rest)
    r = 1 / np.minimum(np.where(above, b, a), 1)
    one_side = integral(change, end, r, a, b, above, end, beyond)
    return np.where(above, -one_side, one_side)


def betainc_shape_b(a, b, x):
    """∂I_x(a, b)/∂b: I_x(a, b) = 1 − I_(1−x)(b, a)."""
    return -betainc_shape(b, a, 1 - x, x)


def student_constant(n):
    """log Γ((n + 1)/2)/Γ(n/2) − ½ log(πn)"""
    return np.log(sp.poch(0.5 * n, 0.5)) - 0.5 * np.log(PI * n)


def student_log_density(n, t):
    """log Γ((n + 1)/2)/Γ(n/2) − ½ log(πn) − (n + 1)/2·log(1 + t²/n), and that of the normal density for n = ∞."""
    bounded, n = finite_or(1, n)
    of_student = student_constant(n) - 0.5 * (n + 1.0) * np.log1p(t * t / n)
    return of_student if bounded.all() else np.where(bounded, of_student, -0.5 * t * t - LOG_ROOT_TWO_PI)


def student_density(n, t):
    return np.exp(student_log_density(n, t))


def student_shape(n, t):
    """∂F/∂n of Student's distribution function F(t; n)."""

    def change(log_s, _, n):
        log_q = 2 * log_s - np.log(n)  # q = s²/n may be too large for a number
        grown = np.logaddexp(0, log_q)
        density = np.exp(student_constant(n) + log_s - 0.5 * (n + 1.0) * grown)
        slope = sp.psi(0.5 * (n + 1.0)) - sp.psi(0.5 * n) - 1 / n - grown + (n + 1.0) / n * sp.expit(log_q)
        return 0.5 * density * slope

    n, t = double(n, t)
    (bounded, n), (finite, t) = finite_or(1, n), finite_or(1, t)
    size = np.abs(t)
    change_beside = integral(change, size, np.where(size > 1, -1 / np.minimum(n, 1), 1), n)
    return masked(np.sign(t) * change_beside, np.logical_and(bounded, finite))


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
