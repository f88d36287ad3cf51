"""Densities and distribution functions for Tensors.

Each module has the functions of SciPy's object of its name, by the same arguments; what it does not have (``rvs``,
``ppf``) is SciPy's.

"""

from __future__ import annotations

import scipy.stats

from ..forward import forwarding
from . import beta, chi2, dirichlet, gamma, multivariate_normal, norm, poisson, t

__all__ = ["beta", "chi2", "dirichlet", "gamma", "multivariate_normal", "norm", "poisson", "t"]

__getattr__ = forwarding(__name__, scipy.stats)
