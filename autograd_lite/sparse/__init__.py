"""Sparse Jacobians and Hessians: their pattern from the recorded graph, coloured, a few sweeps, a SciPy matrix."""

from .derivatives import sparse_hessian, sparse_jacobian

__all__ = ["sparse_hessian", "sparse_jacobian"]
