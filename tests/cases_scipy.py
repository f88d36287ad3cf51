"""The table of cases for SciPy: its ufuncs, checked one by one, and the functions of autograd_lite.scipy."""

from functools import partial

import numpy as np
import scipy.special as sp
from scipy.special._ufuncs import _zeta
from table import C, Case, M, P, R, S, U, drawn

from autograd_lite.scipy import integrate, linalg, signal, special, stats

__all__ = ["OTHERS", "UFUNCS"]

UFUNCS: list[Case] = []
OTHERS: list[Case] = []
Q = drawn(lambda rng, shape: rng.uniform(0.1, 0.9, shape))  # inside (0, 1)


def ufunc(function, *draws, f=None, note="1-d"):
    UFUNCS.append(Case(function, note, f or function, draws))


def other(name, f, *draws):
    OTHERS.append(Case(other, name, f, draws))


def symmetric(f):
    """f of the symmetric part of its last argument: SciPy looks at one triangle alone."""
    return lambda *args: f(*args[:-1], (args[-1] + args[-1].T) / 2)


for function in (sp.erf, sp.erfc, sp.erfi, sp.dawsn, sp.ndtr, sp.log_ndtr, sp.expit, sp.log_expit, sp.expm1, sp.cosm1,
                 sp.exp2, sp.exp10, sp.erfcx):  # fmt: skip
    ufunc(function, R(3))
    ufunc(function, R(), note="0-d")
for function in (sp.gamma, sp.gammaln, sp.loggamma, sp.rgamma, sp.psi, sp.entr, sp.log1p, sp.cbrt, sp.expi, sp.exp1,
                 sp.j0, sp.j1, sp.y0, sp.y1, sp.i0, sp.i1, sp.k0, sp.k1, sp.i0e, sp.i1e, sp.k0e, sp.k1e):  # fmt: skip
    ufunc(function, P(3))
    ufunc(function, P(), note="0-d")
for function in (sp.logit, sp.erfcinv, sp.ndtri, sp.ellipk, sp.ellipe):
    ufunc(function, Q(3))
for function in (sp.beta, sp.betaln, sp.xlogy, sp.xlog1py, sp.rel_entr, sp.kl_div, sp.poch):
    ufunc(function, P(2, 1), P(3), note="stretched")
for function in (sp.jv, sp.yv, sp.yn, sp.iv, sp.ive, sp.kv, sp.kn, sp.kve):
    ufunc(function, P(3), f=lambda x, g=function: g(2, x))
    ufunc(function, P(3), f=lambda x, g=function: g(0, x), note="order 0")
for function in sp.airy, sp.sici, sp.shichi, sp.fresnel:
    ufunc(function, P(3), f=lambda x, g=function: np.stack(g(x)))
for function in (sp.spence, sp.exprel, sp.sindg, sp.cosdg, sp.tandg, sp.cotdg,
                 sp.owens_t, sp.huber, sp.pseudo_huber, sp.boxcox, sp.boxcox1p, sp.powm1, sp.binom):  # fmt: skip
    ufunc(function, *[P(3)] * function.nin)
for function in sp.inv_boxcox, sp.inv_boxcox1p, sp.gammaincinv, sp.gammainccinv:
    ufunc(function, Q(3), Q(2, 1))
ufunc(sp.boxcox, P(2), f=lambda x: sp.boxcox(x, 0) + sp.inv_boxcox(x, 0.0), note="logarithm")
ufunc(sp.boxcox, [0.5, 2.0], [0.0, 0.0], note="order 0")
ufunc(sp.exprel, [0.0, 1e-9, -0.3, 0.499, 0.501, 5.0], note="near 0")
ufunc(sp.round, P(3), f=lambda x: sp.round(x) * x)
ufunc(sp.ndtri_exp, P(3), f=lambda x: sp.ndtri_exp(-x))
ufunc(sp.wofz, C(2), note="complex")
ufunc(sp.ellipkm1, Q(3))
for function in sp.ellipkinc, sp.ellipeinc:
    ufunc(function, Q(3), Q(2, 1))
for function in (sp.hankel1, sp.hankel2, sp.hankel1e, sp.hankel2e, sp.struve, sp.modstruve, sp.expn, sp.eval_legendre,
                 sp.eval_chebyt, sp.eval_chebyu, sp.eval_laguerre, sp.eval_hermite, sp.eval_hermitenorm):  # fmt: skip
    ufunc(function, P(3), f=lambda x, g=function: g(3, x))
for function in sp.eval_legendre, sp.eval_chebyt, sp.eval_chebyu, sp.eval_hermite, sp.expn:
    ufunc(function, P(3), f=lambda x, g=function: g(np.array([0, 1, 2]), x), note="several orders")
for function in sp.eval_gegenbauer, sp.eval_genlaguerre, sp.hyp1f1, sp.hyperu:
    ufunc(function, Q(3), f=lambda x, g=function: g(2, 1.5, x))
ufunc(sp.eval_jacobi, Q(3), f=lambda x: sp.eval_jacobi(3, 0.5, 1.5, x))
ufunc(sp.hyp0f1, P(3), f=lambda x: sp.hyp0f1(1.5, x))
ufunc(sp.hyp2f1, Q(3), f=lambda x: sp.hyp2f1(0.5, 1.5, 2.5, x))
ufunc(sp.erfinv, U(3))
ufunc(sp.erf, C(2), note="complex")
for function in sp.gammainc, sp.gammaincc, sp.chdtr, sp.chdtrc, sp.stdtr:
    ufunc(function, P(3), P(2, 1), note="stretched")
for function in sp.betainc, sp.betaincc, sp.betaincinv, sp.betainccinv:
    ufunc(function, P(3), P(3), Q(3))
ufunc(sp.gammainc, [0.1, 2.0, 30.0], [0.1, 4.0, 40.0], note="far apart")
ufunc(sp.betainc, [0.2, 3.0], [0.3, 20.0], [0.9, 0.1], note="far apart")
ufunc(sp.stdtr, P(3), R(3), note="both signs")
ufunc(sp.stdtrit, P(3), Q(3))
for function in sp.pdtr, sp.pdtrc:
    ufunc(function, P(3), f=lambda m, g=function: g(np.array([0, 1.5, 3]), m))
ufunc(sp.nbdtr, Q(3), f=lambda p: sp.nbdtr(2, 5, p))
ufunc(sp.rgamma, [-2.0, -1.0, 0.0], note="at the poles of gamma")
ufunc(sp.poch, [-2.0, -1.0], [0.5, 2.5], note="at the poles of gamma")
ufunc(sp.beta, [-0.5, 0.3], [-0.5, -1.3], note="at the poles of gamma")
ufunc(sp.binom, [2.0, 0.5], [5.0, 3.5], note="beyond n")
for function in sp.ellipk, sp.ellipe:
    ufunc(function, [0.0, 1e-9, 0.099, 0.101], note="near 0")
ufunc(sp.ellipkm1, [1.0, 1 - 1e-9, 0.901, 0.899], note="near 1")
for function in sp.ellipkinc, sp.ellipeinc:
    ufunc(function, [-2.0, 0.4, 12.0, 0.7], [0.0, -1e-9, 0.05, 0.101], note="near 0")
ufunc(sp.spence, [1.0, 1 + 1e-9, 0.9], note="near 1")
for function in sp.struve, sp.modstruve:
    ufunc(function, [0.0, -0.3, 1.2], f=lambda x, g=function: g(0, x) + g(3, x), note="near 0")
ufunc(sp.eval_legendre, Q(3), f=lambda x: sp.eval_legendre(np.array([-1, -3, 0]), x), note="negative degrees")
for function in sp.erfcx, sp.dawsn:
    ufunc(function, [19.9, 20.1, 300.0], note="large")
ufunc(sp.powm1, [0.3, 1.0], f=lambda y: sp.powm1(0.0, y), note="of 0")
ufunc(sp.pseudo_huber, [0.0, 1e3], f=lambda r: sp.pseudo_huber(2.0, r), note="of 0")
ufunc(sp.hyp2f1, [0.3, 1.7, -2.5], f=lambda x: sp.hyp2f1(-1, 0, -1, x) * x, note="constant")
for function in sp.spence, sp.erfcx, sp.dawsn, sp.expi, sp.exp1:
    ufunc(function, C(2), note="complex")
ufunc(sp.gammasgn, R(3), f=lambda x: sp.gammasgn(x) * x)
ufunc(_zeta, P(3), f=lambda q: sp.zeta(2, q))

other("logsumexp", special.logsumexp, R(3, 2))
other("logsumexp, axis", lambda x: special.logsumexp(x, axis=1, keepdims=True), R(3, 2))
other("logsumexp, weights", lambda x, b: special.logsumexp(x, axis=0, b=b), R(3, 2), P(3, 2))
other("logsumexp, sign", lambda x: special.logsumexp(x, b=np.array([1.0, -3, 1]), return_sign=True)[0], R(3))
other("softmax", lambda x: special.softmax(x, axis=1), R(2, 3))
other("log_softmax", lambda x: special.log_softmax(x, axis=0), R(2, 3))
other("polygamma", lambda x: special.polygamma(2, x) + special.polygamma(0, x), P(3))
other("polygamma, orders", lambda x: special.polygamma([0, 1, 3], x), P(3))
other("multigammaln", lambda x: special.multigammaln(x + 2, 3), P(2))

for name in ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf"):
    other(f"norm.{name}", getattr(stats.norm, name), R(3), R(2, 1), P(3))
for name in ("pdf", "logpdf"):
    other(f"t.{name}", getattr(stats.t, name), R(3), P(2, 1), R(3), P(3))
    other(f"beta.{name}", getattr(stats.beta, name), Q(3), P(3), P(3))
    other(f"gamma.{name}", getattr(stats.gamma, name), P(3), P(2, 1))
    other(f"chi2.{name}", getattr(stats.chi2, name), P(3), P(3))
    other(f"dirichlet.{name}", partial(getattr(stats.dirichlet, name), np.array([0.2, 0.3, 0.5])), P(3))
    other(f"multivariate_normal.{name}", symmetric(getattr(stats.multivariate_normal, name)), R(4, 2), R(2), S(2, 2))
for name in ("cdf", "logcdf", "sf", "logsf"):
    other(f"t.{name}", getattr(stats.t, name), R(3), P(2, 1))
    other(f"gamma.{name}", getattr(stats.gamma, name), P(3), P(2, 1), [-0.1], P())
    other(f"beta.{name}", getattr(stats.beta, name), Q(3), P(3), P(3))
    other(f"chi2.{name}", getattr(stats.chi2, name), P(3), P(3))
other("norm.ppf", stats.norm.ppf, Q(3), R(3), P(3))
other("norm.isf", stats.norm.isf, Q(3), R(3), P(3))
other("t.ppf", stats.t.ppf, Q(3), P(3))
other("gamma.ppf", stats.gamma.ppf, Q(3), P(3), R(), P())
other("beta.ppf", stats.beta.ppf, Q(3), P(3), P(3))
other("chi2.ppf", stats.chi2.ppf, Q(3), P(3))
for name in ("pdf", "logpdf", "cdf", "sf", "logcdf", "logsf"):
    for family in ("expon", "laplace", "cauchy", "logistic", "gumbel_r", "rayleigh", "halfnorm"):
        other(f"{family}.{name}", getattr(getattr(stats, family), name), P(3), -P(2, 1)(np.random.default_rng(0)), P(3))
    for family in ("lognorm", "weibull_min"):
        other(f"{family}.{name}", getattr(getattr(stats, family), name), P(3), P(3), [-0.5], P())
    other(f"pareto.{name}", getattr(stats.pareto, name), P(3), P(3), [-1.0], [0.3])
    other(f"uniform.{name}", getattr(stats.uniform, name), Q(3), [-0.1], [1.5])
for family in ("expon", "laplace", "cauchy", "logistic", "gumbel_r", "rayleigh", "halfnorm", "uniform"):
    other(f"{family}.ppf", getattr(stats, family).ppf, Q(3), R(3), P(3))
for family in ("lognorm", "weibull_min", "pareto"):
    other(f"{family}.ppf", getattr(stats, family).ppf, Q(3), P(3))
for name in ("pmf", "logpmf", "cdf", "sf"):
    other(f"poisson.{name}", partial(getattr(stats.poisson, name), np.array([0, 2, 3])), P(3))
    other(f"binom.{name}", partial(getattr(stats.binom, name), np.array([0, 2, 5]), 5), Q(3))
    other(f"bernoulli.{name}", partial(getattr(stats.bernoulli, name), np.array([0, 1, 0])), Q(3))
    other(f"geom.{name}", partial(getattr(stats.geom, name), np.array([1, 2, 4])), Q(3))
    other(f"nbinom.{name}", partial(getattr(stats.nbinom, name), np.array([0, 1, 3])), P(3), Q(3))
other("t.cdf, location and scale", lambda x, m, s: stats.t.cdf(x, 3, m, s), R(3), R(3), P(3))
other("multivariate_normal.logpdf, one point", symmetric(stats.multivariate_normal.logpdf), R(2), R(2), S(2, 2))
other("multivariate_normal.logpdf, variance", stats.multivariate_normal.logpdf, R(2), R(2), P())
other("multivariate_normal.logpdf, variances", stats.multivariate_normal.logpdf, R(2), R(2), P(2))
other("multivariate_normal.logpdf, numbers", stats.multivariate_normal.logpdf, R(3), R(), P())
other("multivariate_normal, singular", lambda x: stats.multivariate_normal.logpdf(
    np.concatenate([x, np.zeros(1)]), np.zeros(3), np.diag([1.0, 2, 0]), allow_singular=True), R(2))  # fmt: skip
other("multivariate_normal.entropy", symmetric(stats.multivariate_normal.entropy), R(2), S(2, 2))

other("solve_triangular", linalg.solve_triangular, M(3, 3), R(3))
other("solve_triangular, lower", lambda a, b: linalg.solve_triangular(a, b, lower=True), M(3, 3), R(3, 2))
other("solve_triangular, transposed", lambda a, b: linalg.solve_triangular(a, b, trans="T"), M(3, 3), R(3))
other("solve_triangular, unit",
      lambda a, b: linalg.solve_triangular(a, b, 1, True, unit_diagonal=True), R(3, 3), R(3))  # fmt: skip
other("solve_banded", lambda a, b: linalg.solve_banded((1, 1), a + np.array([[0.0], [6], [0]]), b), R(3, 4), R(4))
other("solve_banded, wide",
      lambda a, b: linalg.solve_banded((0, 2), a + np.array([[0.0], [0], [6]]), b), R(3, 4), R(4, 2))  # fmt: skip
other("solve_sylvester", linalg.solve_sylvester, M(3, 3), M(2, 2), R(3, 2))
other("sqrtm", linalg.sqrtm, S(3, 3))
other("expm", linalg.expm, R(3, 3))
for mode in ("full", "valid", "same"):
    other(f"convolve, {mode}", lambda a, b, mode=mode: signal.convolve(a, b, mode=mode), R(5), R(3))
    other(f"convolve, {mode}, 2-d", lambda a, b, mode=mode: signal.convolve(a, b, mode=mode), R(4, 3), R(2, 2))
other("convolve, shorter first", lambda a, b: signal.convolve(a, b, mode="valid"), R(2), R(4))
other("convolve, axes", lambda a, b: signal.convolve(a, b, ([1], [2]), ([0], [0])), R(2, 4), R(2, 3, 2))
other("odeint", lambda y, t, a: integrate.odeint(
    lambda y, t, a: -a * y + np.sin(t), y, 0.2 + np.cumsum(t), (a,), rtol=1e-10, atol=1e-10), R(2), P(3), P())
other("solve_ivp", lambda y, a: integrate.solve_ivp(
    lambda t, y, a: -a * y * y + t, (0.0, 0.5), y, t_eval=np.array([0.2, 0.5]), args=(a,), rtol=1e-10, atol=1e-10
).y, P(2), P(2))  # fmt: skip
