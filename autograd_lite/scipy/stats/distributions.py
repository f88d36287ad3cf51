"""What every distribution with a location and a scale has, from the functions of its standard form.

    z = (x − loc)/scale        density p(z)/scale        P(X ≤ x) = F(z)        quantile loc + scale·F⁻¹(q)

The formulas are only asked inside the support; elsewhere probabilities are 0 or 1, and so are their derivatives 0.
Where a parameter is out of its range, the result is nan, as in SciPy.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from ...primitives import holds_tensors

__all__ = ["Counting", "Distribution", "Joint"]

Function = Callable[..., Any]


def log_of(probability: Any) -> Any:
    """Its logarithm; −inf at 0, with the derivative 0."""
    zero = np.equal(probability, 0)
    return np.where(zero, -np.inf, np.log(np.where(zero, 1.0, probability)))


def log_of_either(probability: Any, rest: Any) -> Any:
    """log p from p and 1 − p, with all digits near 1 too."""
    small = np.less(probability, 0.5)
    return np.where(small, log_of(np.where(small, probability, 1.0)), np.log1p(-np.where(small, 0.0, rest)))


def nan_unless(fits: Any, result: Any) -> Any:
    """The result, and nan where it does not fit, with derivatives that are nan too."""
    return result if fits.all() else result * np.where(fits, 1.0, np.nan)


def whole(k: Any) -> Any:
    return np.equal(k, np.floor(k))


class Family:
    """One of SciPy's distributions: with Tensors among the arguments its methods are recorded, all else is SciPy's.

    ``fits(*shapes)`` says where the parameters of the standard form are in their range.
    """

    def __init__(self, theirs: Any, methods: str, standard: list[str], fits: Function | None) -> None:
        self.theirs, self.fits = theirs, fits
        self.shapes = theirs.shapes.replace(" ", "").split(",") if theirs.shapes else []
        self.names, self.methods = [*self.shapes, *standard], methods.split()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.theirs, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Frozen:
        """The distribution with these parameters: ``norm(loc, scale).logpdf(x)``."""
        return Frozen(self, args, kwargs)

    def split(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """The parameters of a call, in order."""
        given = {"loc": 0.0, "scale": 1.0, **dict(zip(self.names, args, strict=False)), **kwargs}
        unknown = [*(name for name in kwargs if name not in self.names), *args[len(self.names) :]]
        missing = [name for name in self.names if name not in given]
        if unknown or missing:
            wrong = f"{unknown[0]!r} is none of them" if unknown else f"{missing[0]!r} is missing"
            raise TypeError(f"{self.theirs.name} takes {', '.join(self.names)}: {wrong}")
        return [given[name] for name in self.names]

    def call(self, name: str, formula: Function, x: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """``formula(x, *parameters)`` for calls with Tensors; nan where a parameter is out of its range."""
        if not holds_tensors([x, *args, *kwargs.values()]):
            return getattr(self.theirs, name)(x, *args, **kwargs)
        x, *parameters = [a if hasattr(a, "dtype") else np.asarray(a)[()] for a in (x, *self.split(args, kwargs))]
        result, shapes = formula(x, *parameters), parameters[: len(self.shapes)]
        ranges = [self.fits(*shapes)] if self.fits else [np.greater(shape, 0) for shape in shapes]
        for fits in ranges + [np.greater(p, 0) for p in parameters[len(self.shapes) + 1 :]]:
            result = nan_unless(fits, result)
        return result


class Joint:
    """A distribution of vectors, whose functions stand in a module.

    >>> from autograd_lite.scipy.stats import multivariate_normal
    >>> print(multivariate_normal(np.zeros(2), np.eye(2)).logpdf(np.zeros(2)).round(6))
    -1.837877
    """

    def __init__(self, theirs: Any, functions: ModuleType) -> None:
        self.theirs, self.functions, self.methods = theirs, functions, functions.__all__

    def __getattr__(self, name: str) -> Any:
        return getattr(self.functions, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Frozen:
        """The distribution with these parameters: ``multivariate_normal(mean, cov).logpdf(x)``."""
        return Frozen(self, args, kwargs)


class Frozen:
    """A distribution with its parameters."""

    def __init__(self, family: Family | Joint, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.family, self.args, self.kwargs = family, args, kwargs

    def __getattr__(self, name: str) -> Any:
        if name in self.family.methods:
            return lambda *x: getattr(self.family, name)(*x, *self.args, **self.kwargs)
        return getattr(self.family.theirs(*self.args, **self.kwargs), name)


class Distribution(Family):
    """A continuous distribution, from ``logpdf(z, *shapes)``, ``cdf`` or ``logcdf``, …, ``isf`` of the standard form.

    >>> import autograd_lite as ag
    >>> from autograd_lite.scipy.stats import expon
    >>> print(ag.grad(lambda scale: expon.logpdf(1.0, scale=scale))(2.0))
    -0.25
    """

    def __init__(
        self, theirs: Any, support: tuple[float, float] = (-np.inf, np.inf), *, logpdf: Function, ppf: Function,
        isf: Function, cdf: Function | None = None, sf: Function | None = None, logcdf: Function | None = None,
        logsf: Function | None = None,
    ) -> None:  # fmt: skip
        super().__init__(theirs, "pdf logpdf cdf logcdf sf logsf ppf isf", ["loc", "scale"], None)
        low, high = support
        self.support = support
        self.inner = low + 0.5 * (high - low) if np.isfinite(high) else low + 1.0 if np.isfinite(low) else 0.0
        self._logpdf, self._ppf, self._isf = self._finite(logpdf), ppf, isf
        self._cdf, self._logcdf = self._with_logarithm(cdf, logcdf)
        self._sf, self._logsf = self._with_logarithm(sf, logsf)

    def _with_logarithm(self, probability: Function | None, logarithm: Function | None) -> tuple[Function, Any]:
        """Both, the probability from its logarithm where it is not given."""
        if logarithm is None:
            assert probability is not None
            return probability, None
        finite = self._finite(logarithm)
        return probability or (lambda z, *shapes: np.exp(finite(z, *shapes))), finite

    def _finite(self, logarithm: Function) -> Function:
        """The logarithm of a density or probability; where that is 0 inside the support too, so is its derivative."""

        def finite(z: Any, *shapes: Any) -> Any:
            result = logarithm(z, *shapes)
            none = np.equal(result, -np.inf)
            if none.any():
                result = np.where(none, -np.inf, logarithm(np.where(none, self.inner, z), *shapes))
            return result

        return finite

    def _inside(self, x: Any, loc: Any, scale: Any, formula: Function, below: float, above: float) -> Any:
        """``formula(z)`` on the support, and beside it these numbers, with the derivative 0."""
        infinite = np.isinf(x)
        reached = bool(infinite.any())
        z = ((np.where(infinite, 0.0, x) if reached else x) - loc) / scale
        masks, inner = [], z
        for is_beyond, end, value in (np.less, self.support[0], below), (np.greater, self.support[1], above):
            if reached or np.isfinite(end):
                beyond = np.where(infinite, is_beyond(x, 0), is_beyond(z, end)) if reached else is_beyond(z, end)
                masks.append((beyond, value))
                inner = np.where(beyond, self.inner, inner)
        result = formula(inner)
        for beyond, value in masks:
            result = np.where(beyond, value, result)
        return result

    def _density(self, x: Any, *parameters: Any) -> Any:
        *shapes, loc, scale = parameters
        return self._inside(x, loc, scale, lambda z: self._logpdf(z, *shapes), -np.inf, -np.inf) - np.log(scale)

    def _probability(self, x: Any, *parameters: Any) -> Any:
        *shapes, loc, scale = parameters
        return self._inside(x, loc, scale, lambda z: self._cdf(z, *shapes), 0.0, 1.0)

    def _rest(self, x: Any, *parameters: Any) -> Any:
        *shapes, loc, scale = parameters
        return self._inside(x, loc, scale, lambda z: self._sf(z, *shapes), 1.0, 0.0)

    def _log_probability(self, x: Any, *parameters: Any) -> Any:
        *shapes, loc, scale = parameters
        either = lambda z: log_of_either(self._cdf(z, *shapes), self._sf(z, *shapes))
        direct = lambda z: self._logcdf(z, *shapes)
        return self._inside(x, loc, scale, direct if self._logcdf else either, -np.inf, 0.0)

    def _log_rest(self, x: Any, *parameters: Any) -> Any:
        *shapes, loc, scale = parameters
        either = lambda z: log_of_either(self._sf(z, *shapes), self._cdf(z, *shapes))
        direct = lambda z: self._logsf(z, *shapes)
        return self._inside(x, loc, scale, direct if self._logsf else either, 0.0, -np.inf)

    def _quantile(self, standard: Function) -> Function:
        def quantile(q: Any, *parameters: Any) -> Any:
            *shapes, loc, scale = parameters
            possible = np.logical_and(np.greater_equal(q, 0), np.less_equal(q, 1))
            return loc + scale * standard(nan_unless(possible, q), *shapes)

        return quantile

    def logpdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of the density."""
        return self.call("logpdf", self._density, x, args, kwargs)

    def pdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The density."""
        return self.call("pdf", lambda *a: np.exp(self._density(*a)), x, args, kwargs)

    def cdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of x or less."""
        return self.call("cdf", self._probability, x, args, kwargs)

    def logcdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of ``cdf``."""
        return self.call("logcdf", self._log_probability, x, args, kwargs)

    def sf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of more than x."""
        return self.call("sf", self._rest, x, args, kwargs)

    def logsf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of ``sf``."""
        return self.call("logsf", self._log_rest, x, args, kwargs)

    def ppf(self, q: Any, *args: Any, **kwargs: Any) -> Any:
        """The quantile: where ``cdf`` is q.  With q uniform it is a sample, differentiable by the parameters."""
        return self.call("ppf", self._quantile(self._ppf), q, args, kwargs)

    def isf(self, q: Any, *args: Any, **kwargs: Any) -> Any:
        """Where ``sf`` is q."""
        return self.call("isf", self._quantile(self._isf), q, args, kwargs)


class Counting(Family):
    """A distribution of whole numbers k, from ``logpmf(k, *shapes)``, ``cdf`` and ``sf``, differentiated by its shapes.

    ``support(*shapes)`` has the first and the last k, where ``cdf`` is 1.

    >>> import autograd_lite as ag
    >>> from autograd_lite.scipy.stats import binom
    >>> print(f"{ag.grad(lambda p: binom.logpmf(2, 5, p))(0.25):.6f}")
    4.000000
    """

    def __init__(
        self, theirs: Any, support: Function, *, logpmf: Function, cdf: Function, sf: Function, fits: Function
    ) -> None:
        super().__init__(theirs, "pmf logpmf cdf logcdf sf logsf", ["loc"], fits)
        self.support, self._logpmf, self._cdf, self._sf = support, logpmf, cdf, sf

    def _places(self, k: Any, parameters: tuple[Any, ...]) -> tuple[Any, Any, Any, list[Any]]:
        *shapes, loc = parameters
        if any(hasattr(x, "node") and x.dtype.kind in "fc" for x in (k, loc)):
            raise TypeError(
                f"{self.theirs.name}: k and loc count, and have no derivative; pass them as plain numbers, t.value"
            )
        return np.asarray(k - loc, float), *self.support(*shapes), shapes

    def _density(self, k: Any, *parameters: Any) -> Any:
        k, low, high, shapes = self._places(k, parameters)
        possible = np.logical_and(whole(k), np.logical_and(k >= low, np.logical_and(k <= high, np.isfinite(k))))
        impossible = np.where(np.isnan(k), np.nan, -np.inf)
        return np.where(possible, self._logpmf(np.where(possible, k, low), *shapes), impossible)

    def _probability(self, k: Any, *parameters: Any) -> Any:
        return self._summed(self._cdf, 0.0, 1.0, k, parameters)

    def _rest(self, k: Any, *parameters: Any) -> Any:
        return self._summed(self._sf, 1.0, 0.0, k, parameters)

    def _summed(self, standard: Function, below: float, above: float, k: Any, parameters: tuple[Any, ...]) -> Any:
        k, low, high, shapes = self._places(k, parameters)
        k = np.floor(k)
        over = np.logical_or(k >= high, np.isposinf(k))
        inside = standard(np.where(np.logical_or(k < low, over), low, k), *shapes)
        inside = np.where(np.isnan(k), np.nan, inside)
        return np.where(k < low, below, np.where(over, above, inside))

    def logpmf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of the probability of k; −inf where k is not whole or outside the support."""
        return self.call("logpmf", self._density, k, args, kwargs)

    def pmf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of k."""
        return self.call("pmf", lambda *a: np.exp(self._density(*a)), k, args, kwargs)

    def cdf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of k or less."""
        return self.call("cdf", self._probability, k, args, kwargs)

    def logcdf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of ``cdf``."""
        return self.call("logcdf", lambda *a: log_of_either(self._probability(*a), self._rest(*a)), k, args, kwargs)

    def sf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of more than k."""
        return self.call("sf", self._rest, k, args, kwargs)

    def logsf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of ``sf``."""
        return self.call("logsf", lambda *a: log_of_either(self._rest(*a), self._probability(*a)), k, args, kwargs)
