"""Sparse Jacobians and Hessians: the pattern from the recorded graph, few products by colouring, a SciPy matrix.

    1. pattern     which entries can differ from zero            one sweep over sets            sparsity.py
    2. colouring   columns (or rows) that share a seed           greedy                         colouring.py
    3. sweep       J·S, one column for each colour               one batched sweep              jacobians.py
    4. recovery    J_ij = (J·S)_i,colour(j)                      each entry stands alone in one of them

The number of colours often does not grow with n (3 for a tridiagonal matrix); then all is linear in the number of
entries.

Source: A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed. (SIAM, 2008), chapters 7 and 8.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..jacobians import seeds_at_once, swept
from ..tensor import Tensor, as_leaf_value
from ..transforms import Function, Recording, _check_callable, _transformed, grad
from .colouring import colours_of_columns, full_rows
from .patterns import pattern_of, sparse_module

__all__ = ["sparse_hessian", "sparse_jacobian"]


def sparse_jacobian(f: Function, argnum: int = 0) -> Function:
    """The Jacobian ∂f_i/∂x_j of a function with few dependences, as a sparse matrix.

    The entries are those that can differ from zero by the structure of the recorded program; some may be 0 at this x.

    Parameters
    ----------
    f : callable
        A function of one array (argument ``argnum``) with one array as output, written in NumPy.
    argnum : int
        The argument to differentiate by.

    Returns
    -------
    callable
        Takes f's arguments and returns a ``scipy.sparse.csr_array`` of shape ``(output.size, argument.size)``, entries
        in C order, in the dtype of the derivative.

    Raises
    ------
    TypeError
        If the argument or the output is no single array, or the call is part of another derivative.
    ImportError
        If SciPy is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> J = sparse_jacobian(lambda x: x[1:] * x[:-1])(np.array([1.0, 2.0, 3.0, 4.0]))
    >>> print(J.toarray())
    [[2. 1. 0. 0.]
     [0. 3. 2. 0.]
     [0. 0. 4. 3.]]

    Source: A. R. Curtis, M. J. D. Powell and J. K. Reid, IMA J. Appl. Math. 13 (1974) 117; T. F. Coleman and A. Verma,
    The efficient computation of sparse Jacobian matrices, SIAM J. Sci. Comput. 19 (1998) 1210 (rows and columns).
    """
    _check_callable("sparse_jacobian", f)

    def jacobian_of_f(*args: Any, **kwargs: Any) -> Any:
        recording, pattern = _recorded("sparse_jacobian", "jacobian", f, argnum, args, kwargs)
        push, pull = Sweep(recording, reverse=False), Sweep(recording, reverse=True)
        turned = pattern.T.tocsr()
        rows, by_columns = full_rows(pattern)
        columns, by_rows = full_rows(turned)
        kinds = recording.leaves[0].value.dtype.kind + np.result_type(recording.outputs[0]).kind
        if kinds == "fc":  # a real adjoint has no place for the imaginary part, nor has a real tangent below
            return _recovered(pattern, rows[:0], push, pull)
        if kinds == "cf":
            return _recovered(turned, columns[:0], pull, push).T.tocsr()
        if by_columns <= by_rows:
            return _recovered(pattern, rows, push, pull)
        return _recovered(turned, columns, pull, push).T.tocsr()

    return _transformed("sparse_jacobian", f, jacobian_of_f)


def sparse_hessian(f: Function, argnum: int = 0) -> Function:
    """The second derivatives ∂²f/∂x_i∂x_j of a scalar function with few interactions, as a sparse matrix.

    Forward over reverse, with as many tangents as there are colours.  Rows with many entries, such as those of a
    parameter that everything depends on, take one tangent each and are mirrored.

    Parameters
    ----------
    f : callable
        A function with one real number as output, written in NumPy.
    argnum : int
        The argument to differentiate by: one real array.

    Returns
    -------
    callable
        Takes f's arguments and returns a symmetric ``scipy.sparse.csr_array`` of shape ``(argument.size,) * 2``.

    Raises
    ------
    TypeError
        If the argument is no single real array, the output no real number, or the call is part of another derivative.
    ImportError
        If SciPy is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> H = sparse_hessian(lambda x: np.sum(x[1:] * x[:-1] ** 2))(np.array([1.0, 2.0, 3.0]))
    >>> print(H.toarray())
    [[4. 2. 0.]
     [2. 6. 4.]
     [0. 4. 0.]]

    Source: A. H. Gebremedhin, F. Manne and A. Pothen, SIAM Review 47 (2005) 629, section 4 (symmetric matrices).
    """
    _check_callable("sparse_hessian", f)
    gradient = grad(f, argnum)

    def hessian_of_f(*args: Any, **kwargs: Any) -> Any:
        recording, pattern = _recorded("sparse_hessian", "hessian", gradient, argnum, args, kwargs)
        if recording.leaves[0].value.dtype.kind == "c":
            raise TypeError("sparse_hessian is for real arguments; use hessian for complex ones")
        pattern = (pattern + pattern.T.tocsr()).tocsr()
        push = Sweep(recording, reverse=False)
        return _recovered(pattern, full_rows(pattern)[0], push, push, symmetric=True)

    return _transformed("sparse_hessian", f, hessian_of_f)


def _recorded(
    name: str, dense: str, f: Function, argnum: int, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Recording, Any]:
    """One run of f, and the pattern of its Jacobian."""
    if not isinstance(argnum, int):
        raise TypeError(f"{name} is for one argument: argnum must be an int, but it is {argnum!r}")
    sparse = sparse_module()
    recording = Recording(f, argnum, args, kwargs)
    if len(recording.leaves) != 1 or len(recording.outputs) != 1:
        raise TypeError(
            f"{name} is for one array as argument and one as output, but there are {len(recording.leaves)} and "
            f"{len(recording.outputs)}; join them with np.concatenate, or use {dense}"
        )
    if recording.path.nested:
        raise TypeError(f"{name} gives a SciPy matrix, which has no derivative itself; use {dense} within a derivative")
    (leaf,), (node,), (y,) = recording.leaves, recording.nodes, recording.outputs
    rows = None if node is None else pattern_of(recording.path, leaf, [node])[0]
    if rows is None:
        rows = sparse.csr_array((int(np.size(y)), leaf.value.size), dtype=bool)
    rows.sum_duplicates()
    return recording, rows


class Sweep:
    """What seeds become: J·s by a forward sweep, Jᵀ·s by a reverse sweep, several at once."""

    def __init__(self, recording: Recording, reverse: bool) -> None:
        self.recording, self.reverse = recording, reverse
        leaf, y = recording.leaves[0].value, recording.outputs[0]
        y = y.value if type(y) is Tensor else as_leaf_value(y)
        self.start, end = (y, leaf) if reverse else (leaf, y)
        self.ends = recording.leaves if reverse else recording.outputs
        self.dtype = end.dtype if end.dtype.kind in "fc" else np.dtype(np.float64)

    def __call__(self, places: Any, seed: Any, count: int) -> Any:
        """``count`` results, one in each row, of seeds that are 1 at ``places``: place p belongs to ``seed[p]``."""
        at_once, x = seeds_at_once(self.recording), self.start
        dtype = x.dtype if x.dtype.kind in "fc" else np.float64
        parts = []
        for first in range(0, count, at_once):
            chosen = (seed >= first) & (seed < first + at_once)
            seeds = np.zeros((min(at_once, count - first), x.size), dtype)
            seeds[seed[chosen] - first, places[chosen]] = 1
            parts.append(swept(self.recording, [seeds.reshape(len(seeds), *x.shape)], self.ends, self.reverse)[0])
        return np.concatenate([part.reshape(len(part), prod(part.shape[1:])) for part in parts])


def _recovered(pattern: Any, full: Any, columns: Sweep, rows: Sweep, symmetric: bool = False) -> Any:
    """The matrix of a pattern: full rows from one product each, the rest from one product for each colour.

    ``columns`` gives M·s, ``rows`` gives Mᵀ·s.  In a symmetric matrix the columns of full rows are full too, and stand
    in the products for those.
    """
    m, n = pattern.shape
    i, j = np.repeat(np.arange(m), np.diff(pattern.indptr)), pattern.indices
    number = np.full(m, -1)
    number[full] = np.arange(len(full))
    i_full = number[i] >= 0
    j_full = (number[j] >= 0) & ~i_full if symmetric else np.zeros(len(j), bool)
    ordinary = ~i_full & ~j_full
    pieces = []
    if np.any(ordinary):
        ones = np.ones(int(np.sum(ordinary)), bool)
        rest = sparse_module().csr_array((ones, (i[ordinary], j[ordinary])), (m, n))
        colours = colours_of_columns(rest)
        used = np.unique(j[ordinary])
        found = columns(used, colours[used], int(colours.max()) + 1)
        pieces.append((ordinary, found[colours[j[ordinary]], i[ordinary]]))
    if len(full):
        found = rows(full, np.arange(len(full)), len(full))
        pieces.append((i_full, found[number[i[i_full]], j[i_full]]))
        pieces.append((j_full, found[number[j[j_full]], i[j_full]]))
    data = np.zeros(len(j), np.result_type(*[values for _, values in pieces]) if pieces else columns.dtype)
    for where, values in pieces:
        data[where] = values
    return sparse_module().csr_array((data, pattern.indices, pattern.indptr), (m, n))
