"""Densities and distribution functions for Tensors.

Each name has the functions of SciPy's object of its name, by the same arguments; what it does not have (``rvs``,
``fit``) is SciPy's.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import cast

import scipy.stats

from ..forward import forwarding
from . import dirichlet as _dirichlet
from . import families
from . import multivariate_normal as _multivariate_normal
from .distributions import Joint
from .families import (
    bernoulli,
    beta,
    binom,
    cauchy,
    chi2,
    expon,
    gamma,
    geom,
    gumbel_r,
    halfnorm,
    laplace,
    logistic,
    lognorm,
    nbinom,
    norm,
    pareto,
    poisson,
    rayleigh,
    t,
    uniform,
    weibull_min,
)

__all__ = [
    "bernoulli", "beta", "binom", "cauchy", "chi2", "dirichlet", "expon", "gamma", "geom", "gumbel_r", "halfnorm",
    "laplace", "logistic", "lognorm", "multivariate_normal", "nbinom", "norm", "pareto", "poisson", "rayleigh", "t",
    "uniform", "weibull_min",
]  # fmt: skip

__getattr__ = forwarding(__name__, scipy.stats)

dirichlet = Joint(scipy.stats.dirichlet, _dirichlet)
multivariate_normal = Joint(scipy.stats.multivariate_normal, _multivariate_normal)

for _name in families.__all__:  # import autograd_lite.scipy.stats.norm as norm, as programs for HIPS autograd say
    sys.modules[f"{__name__}.{_name}"] = cast(ModuleType, getattr(families, _name))
