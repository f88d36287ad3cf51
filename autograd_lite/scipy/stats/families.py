"""Distributions with a location and a scale, each from its standard form: z = (x − loc)/scale, density p(z)/scale.

    norm       φ(z) = e^(−z²/2)/√2π        t          (1 + z²/n)^(−(n+1)/2)/(√n B(n/2, ½))
    expon      e^(−z), z ≥ 0               laplace    ½ e^(−|z|)              cauchy       1/(π(1 + z²))
    uniform    1, 0 ≤ z ≤ 1                logistic   σ(z)(1 − σ(z))          gumbel_r     e^(−z − e^(−z))
    lognorm    φ(log z/s)/(s z)            pareto     b z^(−b−1), z ≥ 1       weibull_min  c z^(c−1) e^(−z^c)
    rayleigh   z e^(−z²/2), z ≥ 0          halfnorm   2 φ(z), z ≥ 0           gamma        z^(a−1) e^(−z)/Γ(a)
    chi2       gamma with a = n/2, 2·scale                                    beta         z^(a−1) (1 − z)^(b−1)/B(a, b)

at whole k: binom, bernoulli, geom, nbinom, poisson
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp
import scipy.stats

from ...rules.special_shapes import student_log_density
from .distributions import Counting, Distribution, whole

__all__ = [
    "bernoulli", "beta", "binom", "cauchy", "chi2", "expon", "gamma", "geom", "gumbel_r", "halfnorm", "laplace",
    "logistic", "lognorm", "nbinom", "norm", "pareto", "poisson", "rayleigh", "t", "uniform", "weibull_min",
]  # fmt: skip

TINY = 1e-300  # where log z stands in a density that is 0 at 0
LOG_ROOT_TWO_PI, LOG_PI, PI = 0.9189385332046728, 1.1447298858494002, 3.141592653589793
LOG_2, ROOT_TWO = 0.6931471805599453, 1.4142135623730951
POSITIVE, ABOVE_TINY = (0, np.inf), (TINY, np.inf)

norm = Distribution(
    scipy.stats.norm,
    logpdf=lambda z: -0.5 * z * z - LOG_ROOT_TWO_PI,
    cdf=lambda z: sp.ndtr(z), logcdf=lambda z: sp.log_ndtr(z),
    sf=lambda z: sp.ndtr(-z), logsf=lambda z: sp.log_ndtr(-z),
    ppf=lambda q: sp.ndtri(q), isf=lambda q: -sp.ndtri(q),
)  # fmt: skip


def _student_quantile(df: Any, q: Any) -> Any:
    return np.where(np.equal(q, 0), -np.inf, sp.stdtrit(df, q))  # SciPy has +inf at 0


t = Distribution(
    scipy.stats.t,
    logpdf=lambda z, df: student_log_density(df, z),  # type: ignore[no-untyped-call]
    cdf=lambda z, df: sp.stdtr(df, z), sf=lambda z, df: sp.stdtr(df, -z),
    ppf=lambda q, df: _student_quantile(df, q), isf=lambda q, df: -_student_quantile(df, q),
)  # fmt: skip
gamma = Distribution(
    scipy.stats.gamma, POSITIVE,
    logpdf=lambda z, a: sp.xlogy(a - 1.0, z) - z - sp.gammaln(a),
    cdf=lambda z, a: sp.gammainc(a, z), sf=lambda z, a: sp.gammaincc(a, z),
    ppf=lambda q, a: sp.gammaincinv(a, q), isf=lambda q, a: sp.gammainccinv(a, q),
)  # fmt: skip
chi2 = Distribution(
    scipy.stats.chi2, POSITIVE,
    logpdf=lambda z, df: sp.xlogy(0.5 * df - 1.0, 0.5 * z) - 0.5 * z - sp.gammaln(0.5 * df) - LOG_2,
    cdf=lambda z, df: sp.chdtr(df, z), sf=lambda z, df: sp.chdtrc(df, z),
    ppf=lambda q, df: 2.0 * sp.gammaincinv(0.5 * df, q), isf=lambda q, df: 2.0 * sp.gammainccinv(0.5 * df, q),
)  # fmt: skip
beta = Distribution(
    scipy.stats.beta, (0, 1),
    logpdf=lambda z, a, b: sp.xlogy(a - 1.0, z) + sp.xlog1py(b - 1.0, -z) - sp.betaln(a, b),
    cdf=lambda z, a, b: sp.betainc(a, b, z), sf=lambda z, a, b: sp.betaincc(a, b, z),
    ppf=lambda q, a, b: sp.betaincinv(a, b, q), isf=lambda q, a, b: sp.betainccinv(a, b, q),
)  # fmt: skip
expon = Distribution(
    scipy.stats.expon, POSITIVE,
    logpdf=lambda z: -z, cdf=lambda z: -np.expm1(-z), logsf=lambda z: -z,
    ppf=lambda q: -np.log1p(-q), isf=lambda q: -np.log(q),
)  # fmt: skip
uniform = Distribution(
    scipy.stats.uniform, (0, 1),
    logpdf=lambda z: 0.0 * z, cdf=lambda z: z, sf=lambda z: 1.0 - z, ppf=lambda q: q, isf=lambda q: 1.0 - q,
)  # fmt: skip


def _laplace_cdf(z: Any) -> Any:
    low = np.less(z, 0)
    half = 0.5 * np.exp(np.where(low, z, -z))
    return np.where(low, half, 1.0 - half)


def _laplace_quantile(q: Any) -> Any:
    low = np.less(q, 0.5)
    return np.where(low, np.log(2.0 * np.where(low, q, 0.5)), -np.log(2.0 * np.where(low, 0.5, 1.0 - q)))


laplace = Distribution(
    scipy.stats.laplace,
    logpdf=lambda z: -np.abs(z) - LOG_2,
    cdf=_laplace_cdf, sf=lambda z: _laplace_cdf(-z), ppf=_laplace_quantile, isf=lambda q: -_laplace_quantile(q),
)  # fmt: skip


def _cauchy_quantile(q: Any) -> Any:
    low = np.less(q, 0.5)
    return np.where(low, -1.0, 1.0) / np.tan(PI * np.where(low, q, 1.0 - q))


cauchy = Distribution(
    scipy.stats.cauchy,
    logpdf=lambda z: -np.log1p(z * z) - LOG_PI,
    cdf=lambda z: np.arctan2(np.ones_like(z), -z) / PI, sf=lambda z: np.arctan2(np.ones_like(z), z) / PI,
    ppf=_cauchy_quantile, isf=lambda q: -_cauchy_quantile(q),
)  # fmt: skip
logistic = Distribution(
    scipy.stats.logistic,
    logpdf=lambda z: sp.log_expit(z) + sp.log_expit(-z),
    cdf=lambda z: sp.expit(z), logcdf=lambda z: sp.log_expit(z),
    sf=lambda z: sp.expit(-z), logsf=lambda z: sp.log_expit(-z),
    ppf=lambda q: sp.logit(q), isf=lambda q: -sp.logit(q),
)  # fmt: skip
gumbel_r = Distribution(
    scipy.stats.gumbel_r,
    logpdf=lambda z: -z - np.exp(-z), logcdf=lambda z: -np.exp(-z), sf=lambda z: -np.expm1(-np.exp(-z)),
    ppf=lambda q: -np.log(-np.log(q)), isf=lambda q: -np.log(-np.log1p(-q)),
)  # fmt: skip
lognorm = Distribution(
    scipy.stats.lognorm, ABOVE_TINY,
    logpdf=lambda z, s: -0.5 * (np.log(z) / s) ** 2 - np.log(s * z) - LOG_ROOT_TWO_PI,
    cdf=lambda z, s: sp.ndtr(np.log(z) / s), logcdf=lambda z, s: sp.log_ndtr(np.log(z) / s),
    sf=lambda z, s: sp.ndtr(-np.log(z) / s), logsf=lambda z, s: sp.log_ndtr(-np.log(z) / s),
    ppf=lambda q, s: np.exp(s * sp.ndtri(q)), isf=lambda q, s: np.exp(-s * sp.ndtri(q)),
)  # fmt: skip
pareto = Distribution(
    scipy.stats.pareto, (1, np.inf),
    logpdf=lambda z, b: np.log(b) - (b + 1.0) * np.log(z),
    cdf=lambda z, b: -np.expm1(-b * np.log(z)), logsf=lambda z, b: -b * np.log(z),
    ppf=lambda q, b: (1.0 - q) ** (-1.0 / b), isf=lambda q, b: q ** (-1.0 / b),
)  # fmt: skip
weibull_min = Distribution(
    scipy.stats.weibull_min, POSITIVE,
    logpdf=lambda z, c: np.log(c) + sp.xlogy(c - 1.0, z) - z**c,
    cdf=lambda z, c: -np.expm1(-(z**c)), logsf=lambda z, c: -(z**c),
    ppf=lambda q, c: (-np.log1p(-q)) ** (1.0 / c), isf=lambda q, c: (-np.log(q)) ** (1.0 / c),
)  # fmt: skip
rayleigh = Distribution(
    scipy.stats.rayleigh, ABOVE_TINY,
    logpdf=lambda z: np.log(z) - 0.5 * z * z,
    cdf=lambda z: -np.expm1(-0.5 * z * z), logsf=lambda z: -0.5 * z * z,
    ppf=lambda q: np.sqrt(-2.0 * np.log1p(-q)), isf=lambda q: np.sqrt(-2.0 * np.log(q)),
)  # fmt: skip
halfnorm = Distribution(
    scipy.stats.halfnorm, POSITIVE,
    logpdf=lambda z: -0.5 * z * z - LOG_ROOT_TWO_PI + LOG_2,
    cdf=lambda z: sp.erf(z / ROOT_TWO), sf=lambda z: sp.erfc(z / ROOT_TWO),
    ppf=lambda q: sp.ndtri(0.5 * (1.0 + q)), isf=lambda q: -sp.ndtri(0.5 * q),
)  # fmt: skip


def _log_choose(n: Any, k: Any) -> Any:
    return -np.log(n + 1.0) - sp.betaln(n - k + 1.0, k + 1.0)


def _probability(p: Any) -> Any:
    return np.logical_and(np.greater_equal(p, 0), np.less_equal(p, 1))


def _above_0(p: Any) -> Any:
    return np.logical_and(np.greater(p, 0), np.less_equal(p, 1))


binom = Counting(
    scipy.stats.binom, lambda n, p: (0, n),
    logpmf=lambda k, n, p: _log_choose(n, k) + sp.xlogy(k, p) + sp.xlog1py(n - k, -p),
    cdf=lambda k, n, p: sp.betaincc(k + 1.0, n - k, p), sf=lambda k, n, p: sp.betainc(k + 1.0, n - k, p),
    fits=lambda n, p: np.logical_and(np.logical_and(np.greater_equal(n, 0), whole(n)), _probability(p)),
)  # fmt: skip
bernoulli = Counting(
    scipy.stats.bernoulli, lambda p: (0, 1),
    logpmf=lambda k, p: sp.xlogy(k, p) + sp.xlog1py(1.0 - k, -p),
    cdf=lambda k, p: 1.0 - p + 0.0 * k, sf=lambda k, p: p + 0.0 * k, fits=_probability,
)  # fmt: skip
geom = Counting(
    scipy.stats.geom, lambda p: (1, np.inf),
    logpmf=lambda k, p: np.log(p) + sp.xlog1py(k - 1.0, -p),
    cdf=lambda k, p: -np.expm1(k * np.log1p(-p)), sf=lambda k, p: np.exp(k * np.log1p(-p)), fits=_above_0,
)  # fmt: skip
nbinom = Counting(
    scipy.stats.nbinom, lambda n, p: (0, np.inf),
    logpmf=lambda k, n, p: (
        sp.gammaln(n + k) - sp.gammaln(k + 1.0) - sp.gammaln(n) + sp.xlogy(n, p) + sp.xlog1py(k, -p)),
    cdf=lambda k, n, p: sp.betainc(n, k + 1.0, p), sf=lambda k, n, p: sp.betaincc(n, k + 1.0, p),
    fits=lambda n, p: np.logical_and(np.greater(n, 0), _above_0(p)),
)  # fmt: skip
poisson = Counting(
    scipy.stats.poisson, lambda mu: (0, np.inf),
    logpmf=lambda k, mu: sp.xlogy(k, mu) - sp.gammaln(k + 1.0) - mu,
    cdf=lambda k, mu: sp.gammaincc(k + 1.0, mu), sf=lambda k, mu: sp.gammainc(k + 1.0, mu),
    fits=lambda mu: np.greater_equal(mu, 0),
)  # fmt: skip
