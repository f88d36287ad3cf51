"""Distributions with a location and a scale, each from its standard form: z = (x − loc)/scale, density p(z)/scale.

    expon      e^(−z), z ≥ 0               laplace    ½ e^(−|z|)              cauchy       1/(π(1 + z²))
    uniform    1, 0 ≤ z ≤ 1                logistic   σ(z)(1 − σ(z))          gumbel_r     e^(−z − e^(−z))
    lognorm    φ(log z/s)/(s z)            pareto     b z^(−b−1), z ≥ 1       weibull_min  c z^(c−1) e^(−z^c)
    rayleigh   z e^(−z²/2), z ≥ 0          halfnorm   2 φ(z), z ≥ 0           binom, bernoulli, geom, nbinom: at whole k
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp
import scipy.stats

from ..forward import for_tensors
from .ranges import nan_outside

__all__ = ["Distribution", "bernoulli", "binom", "cauchy", "expon", "geom", "gumbel_r", "halfnorm", "laplace",
           "log_of", "logistic", "lognorm", "nbinom", "pareto", "rayleigh", "uniform",
           "weibull_min", "within"]  # fmt: skip

Function = Callable[..., Any]
TINY = 1e-300  # where log z stands in a density that is 0 at 0
LOG_ROOT_TWO_PI, LOG_PI, PI = 0.9189385332046728, 1.1447298858494002, 3.141592653589793


def within(z: Any, low: float, high: float, log_density: Function, outside: float = -np.inf) -> Any:
    """``log_density(z)`` on the support, and elsewhere ``outside``, whose derivative is 0."""
    beyond = np.logical_or(np.less(z, low), np.greater(z, high))
    inner = low + 0.5 * (high - low) if np.isfinite(high) else low + 1.0 if np.isfinite(low) else 0.0
    return np.where(beyond, outside, log_density(np.where(beyond, inner, z)))


def log_of(probability: Any) -> Any:
    """Its logarithm; −inf at 0, with the derivative 0."""
    zero = np.equal(probability, 0)
    return np.where(zero, -np.inf, np.log(np.where(zero, 1.0, probability)))


def _names(theirs: Any) -> list[str]:
    """The parameters of the standard form."""
    return theirs.shapes.replace(" ", "").split(",") if theirs.shapes else []


class Distribution:
    """A continuous distribution: ``logpdf(z, *shapes)``, ``cdf``, ``sf`` and ``ppf`` of the standard form.

    With Tensors among the arguments the methods are recorded; all else is SciPy's.

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda scale: expon.logpdf(1.0, scale=scale))(2.0))
    -0.25
    """

    def __init__(
        self, theirs: Any, logpdf: Function, cdf: Function, sf: Function, ppf: Function,
        support: tuple[float, float] = (-np.inf, np.inf),
    ) -> None:  # fmt: skip
        self.theirs, self.standard, self.support = theirs, (logpdf, cdf, sf, ppf), support
        self.shapes = theirs.numargs

    def __getattr__(self, name: str) -> Any:
        return getattr(self.theirs, name)

    def split(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], Any, Any]:
        """Shapes, location and scale of a call."""
        names = [*_names(self.theirs), "loc", "scale"]
        given = {"loc": 0.0, "scale": 1.0, **dict(zip(names, args, strict=False)), **kwargs}
        missing = [name for name in names if name not in given]
        if missing or len(args) > len(names) or len(given) > len(names):
            raise TypeError(f"{self.theirs.name} takes {', '.join(names)}, not {[*kwargs, *missing] or len(args)}")
        return [given[name] for name in names[:-2]], given["loc"], given["scale"]

    def logpdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of the density."""

        def recorded(x: Any, *args: Any, **kwargs: Any) -> Any:
            shapes, loc, scale = self.split(args, kwargs)
            result = within((x - loc) / scale, *self.support, lambda z: self.standard[0](z, *shapes)) - np.log(scale)
            return self._checked(result, shapes, scale)

        return for_tensors(self.theirs.logpdf)(recorded)(x, *args, **kwargs)

    def pdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The density."""
        return for_tensors(self.theirs.pdf)(lambda *a, **k: np.exp(self.logpdf(*a, **k)))(x, *args, **kwargs)

    def cdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of x or less."""
        return self._integrated(1, self.theirs.cdf, x, args, kwargs)

    def sf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of more than x."""
        return self._integrated(2, self.theirs.sf, x, args, kwargs)

    def logcdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of ``cdf``."""
        return for_tensors(self.theirs.logcdf)(lambda *a, **k: log_of(self.cdf(*a, **k)))(x, *args, **kwargs)

    def logsf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of ``sf``."""
        return for_tensors(self.theirs.logsf)(lambda *a, **k: log_of(self.sf(*a, **k)))(x, *args, **kwargs)

    def ppf(self, q: Any, *args: Any, **kwargs: Any) -> Any:
        """The quantile: where ``cdf`` is q.  With q uniform it is a sample, differentiable by the parameters."""

        def recorded(q: Any, *args: Any, **kwargs: Any) -> Any:
            shapes, loc, scale = self.split(args, kwargs)
            return self._checked(loc + scale * self.standard[3](q, *shapes), shapes, scale)

        return for_tensors(self.theirs.ppf)(recorded)(q, *args, **kwargs)

    def _integrated(self, which: int, original: Function, x: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        def recorded(x: Any, *args: Any, **kwargs: Any) -> Any:
            shapes, loc, scale = self.split(args, kwargs)
            z, (low, high) = (x - loc) / scale, self.support
            return self._checked(self.standard[which](np.clip(z, low, high), *shapes), shapes, scale)

        return for_tensors(original)(recorded)(x, *args, **kwargs)

    def _checked(self, result: Any, shapes: list[Any], scale: Any) -> Any:
        return nan_outside(result, {"scale": scale, **dict(zip(_names(self.theirs), shapes, strict=True))})


expon = Distribution(
    scipy.stats.expon, lambda z: -z, lambda z: -np.expm1(-z), lambda z: np.exp(-z), lambda q: -np.log1p(-q), (0, np.inf)
)
uniform = Distribution(scipy.stats.uniform, lambda z: 0.0 * z, lambda z: z, lambda z: 1 - z, lambda q: q, (0, 1))
laplace = Distribution(
    scipy.stats.laplace, lambda z: -np.abs(z) - np.log(2.0),
    lambda z: np.where(z < 0, 0.5 * np.exp(-np.abs(z)), 1 - 0.5 * np.exp(-np.abs(z))),
    lambda z: np.where(z > 0, 0.5 * np.exp(-np.abs(z)), 1 - 0.5 * np.exp(-np.abs(z))),
    lambda q: np.where(q < 0.5, np.log(2 * np.minimum(q, 0.5)), -np.log(2 * np.minimum(1 - q, 0.5))),
)  # fmt: skip
cauchy = Distribution(
    scipy.stats.cauchy, lambda z: -np.log1p(z * z) - LOG_PI, lambda z: 0.5 + np.arctan(z) / PI,
    lambda z: np.arctan2(np.ones_like(z), z) / PI, lambda q: np.tan(PI * (q - 0.5)),
)  # fmt: skip
logistic = Distribution(
    scipy.stats.logistic, lambda z: sp.log_expit(z) + sp.log_expit(-z), sp.expit, lambda z: sp.expit(-z), sp.logit
)
gumbel_r = Distribution(
    scipy.stats.gumbel_r, lambda z: -z - np.exp(-z), lambda z: np.exp(-np.exp(-z)), lambda z: -np.expm1(-np.exp(-z)),
    lambda q: -np.log(-np.log(q)),
)  # fmt: skip
lognorm = Distribution(
    scipy.stats.lognorm, lambda z, s: -0.5 * (np.log(z) / s) ** 2 - np.log(s * z) - LOG_ROOT_TWO_PI,
    lambda z, s: sp.ndtr(np.log(z) / s), lambda z, s: sp.ndtr(-np.log(z) / s), lambda q, s: np.exp(s * sp.ndtri(q)),
    (TINY, np.inf),
)  # fmt: skip
pareto = Distribution(
    scipy.stats.pareto, lambda z, b: np.log(b) - (b + 1) * np.log(z), lambda z, b: 1 - z**-b, lambda z, b: z**-b,
    lambda q, b: (1 - q) ** (-1 / b), (1, np.inf),
)  # fmt: skip
weibull_min = Distribution(
    scipy.stats.weibull_min, lambda z, c: np.log(c) + sp.xlogy(c - 1, z) - z**c, lambda z, c: -np.expm1(-(z**c)),
    lambda z, c: np.exp(-(z**c)), lambda q, c: (-np.log1p(-q)) ** (1 / c), (0, np.inf),
)  # fmt: skip
rayleigh = Distribution(
    scipy.stats.rayleigh, lambda z: np.log(z) - 0.5 * z * z, lambda z: -np.expm1(-0.5 * z * z),
    lambda z: np.exp(-0.5 * z * z), lambda q: np.sqrt(-2 * np.log1p(-q)), (TINY, np.inf),
)  # fmt: skip
halfnorm = Distribution(
    scipy.stats.halfnorm, lambda z: -0.5 * z * z - LOG_ROOT_TWO_PI + np.log(2.0), lambda z: sp.erf(z / np.sqrt(2.0)),
    lambda z: sp.erfc(z / np.sqrt(2.0)), lambda q: sp.ndtri(0.5 * (1 + q)), (0, np.inf),
)  # fmt: skip


class Counting:
    """A distribution of whole numbers k: ``logpmf(k, *parameters)``, differentiated by the parameters.

    >>> import autograd_lite as ag
    >>> print(f"{ag.grad(lambda p: binom.logpmf(2, 5, p))(0.25):.6f}")
    4.000000
    """

    def __init__(self, theirs: Any, logpmf: Function, cdf: Function, support: Function) -> None:
        self.theirs, self.standard, self.support = theirs, (logpmf, cdf), support

    def __getattr__(self, name: str) -> Any:
        return getattr(self.theirs, name)

    def logpmf(self, k: Any, *parameters: Any, loc: Any = 0, **named: Any) -> Any:
        """The logarithm of the probability of k; −inf where k is not whole or outside the support."""

        def recorded(k: Any, *parameters: Any, loc: Any = 0, **named: Any) -> Any:
            k, given = np.asarray(k - loc, float), self._ordered(parameters, named)
            low, high = self.support(*given)
            possible = (k == np.floor(k)) & (k >= low) & (k <= high)
            result = self.standard[0](np.where(possible, k, low), *given)
            return self._checked(np.where(possible, result, np.where(np.isnan(k), np.nan, -np.inf)), given)

        return for_tensors(self.theirs.logpmf)(recorded)(k, *parameters, loc=loc, **named)

    def pmf(self, k: Any, *parameters: Any, loc: Any = 0, **named: Any) -> Any:
        """The probability of k."""
        recorded = lambda *a, **n: np.exp(self.logpmf(*a, **n))
        return for_tensors(self.theirs.pmf)(recorded)(k, *parameters, loc=loc, **named)

    def cdf(self, k: Any, *parameters: Any, loc: Any = 0, **named: Any) -> Any:
        """The probability of k or less."""

        def recorded(k: Any, *parameters: Any, loc: Any = 0, **named: Any) -> Any:
            k, given = np.floor(np.asarray(k - loc, float)), self._ordered(parameters, named)
            low, high = self.support(*given)
            inner = np.clip(k, low, np.maximum(high - 1, low))
            result = np.where(k < low, 0.0, np.where(k >= high, 1.0, self.standard[1](inner, *given)))
            return self._checked(result, given)

        return for_tensors(self.theirs.cdf)(recorded)(k, *parameters, loc=loc, **named)

    def sf(self, k: Any, *parameters: Any, loc: Any = 0, **named: Any) -> Any:
        """The probability of more than k."""
        return for_tensors(self.theirs.sf)(lambda *a, **n: 1 - self.cdf(*a, **n))(k, *parameters, loc=loc, **named)

    def _checked(self, result: Any, given: list[Any]) -> Any:
        return nan_outside(result, dict(zip(_names(self.theirs), given, strict=True)))

    def _ordered(self, parameters: tuple[Any, ...], named: dict[str, Any]) -> list[Any]:
        names = _names(self.theirs)
        given = {**dict(zip(names, parameters, strict=False)), **named}
        if sorted(given) != sorted(names) or len(parameters) > len(names):
            raise TypeError(f"{self.theirs.name} takes k, {', '.join(names)} and loc")
        return [given[name] for name in names]


def _log_choose(n: Any, k: Any) -> Any:
    return -np.log(n + 1.0) - sp.betaln(n - k + 1.0, k + 1.0)


binom = Counting(
    scipy.stats.binom, lambda k, n, p: _log_choose(n, k) + sp.xlogy(k, p) + sp.xlog1py(n - k, -p),
    lambda k, n, p: sp.betainc(n - k, k + 1.0, 1 - p), lambda n, p: (0, n),
)  # fmt: skip
bernoulli = Counting(
    scipy.stats.bernoulli, lambda k, p: sp.xlogy(k, p) + sp.xlog1py(1 - k, -p), lambda k, p: 1 - p + 0 * k,
    lambda p: (0, 1),
)  # fmt: skip
geom = Counting(
    scipy.stats.geom, lambda k, p: np.log(p) + sp.xlog1py(k - 1, -p), lambda k, p: -np.expm1(k * np.log1p(-p)),
    lambda p: (1, np.inf),
)  # fmt: skip
nbinom = Counting(
    scipy.stats.nbinom,
    lambda k, n, p: sp.gammaln(n + k) - sp.gammaln(k + 1) - sp.gammaln(n) + sp.xlogy(n, p) + sp.xlog1py(k, -p),
    lambda k, n, p: sp.betainc(n, k + 1.0, p), lambda n, p: (0, np.inf),
)  # fmt: skip
