"""Densities and distribution functions for Tensors.

Each module has the functions of SciPy's object of its name, by the same arguments; what it does not have (``rvs``,
``fit``) is SciPy's.
"""

from __future__ import annotations

import scipy.stats

from ..forward import forwarding
from . import beta, chi2, dirichlet, gamma, multivariate_normal, norm, poisson, t
from .families import (
    bernoulli,
    binom,
    cauchy,
    expon,
    geom,
    gumbel_r,
    halfnorm,
    laplace,
    logistic,
    lognorm,
    nbinom,
    pareto,
    rayleigh,
    uniform,
    weibull_min,
)

__all__ = [
    "bernoulli", "binom", "cauchy", "expon", "geom", "gumbel_r", "halfnorm", "laplace", "logistic", "lognorm", "nbinom",
    "pareto", "rayleigh", "uniform", "weibull_min",
    "beta", "chi2", "dirichlet", "gamma", "multivariate_normal", "norm", "poisson", "t",
]  # fmt: skip

__getattr__ = forwarding(__name__, scipy.stats)
