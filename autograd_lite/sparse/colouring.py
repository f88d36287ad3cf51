"""Colouring: columns that never meet in a row share one seed, so a sparse matrix is found from few products.

    J·(e₁ + e₄ + e₇ + …)   gives columns 1, 4, 7, … at once, where no row has an entry in two of them

Two columns conflict if some row has entries in both; greedy colouring of that graph gives each column the smallest
colour that no conflicting one has.  A few full rows would make all columns conflict, so they are left out and found on
their own (by reverse sweeps; in a symmetric matrix they are columns as well).

Sources: A. R. Curtis, M. J. D. Powell and J. K. Reid, On the estimation of sparse Jacobian matrices, IMA J. Appl.
Math. 13 (1974) 117; A. H. Gebremedhin, F. Manne and A. Pothen, What color is your Jacobian? Graph coloring for
computing derivatives, SIAM Review 47 (2005) 629.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["colours_of_columns", "full_rows"]


def full_rows(pattern: Any) -> tuple[Any, int]:
    """The rows to leave out, and about how many products are needed with them: t + (entries of the fullest other row).

    >>> from scipy.sparse import csr_array
    >>> arrow = csr_array(np.eye(5, dtype=bool) | (np.arange(5) == 0)[:, None])
    >>> rows, products = full_rows(arrow)
    >>> rows.tolist(), products
    ([0], 2)
    """
    counts = np.diff(pattern.indptr)
    order = np.argsort(-counts, kind="stable")
    products = np.arange(len(counts) + 1) + np.append(counts[order], 0)
    t = int(np.argmin(products))
    return order[:t], int(products[t])


def colours_of_columns(pattern: Any) -> Any:
    """A colour for each column, 0, 1, …, such that no row has entries in two columns of one colour.

    >>> from scipy.sparse import csr_array
    >>> colours_of_columns(csr_array(np.tri(6, k=1) * np.tri(6, k=1).T > 0)).tolist()
    [0, 1, 2, 0, 1, 2]
    """
    n = pattern.shape[1]
    fullest = int(np.max(np.diff(pattern.indptr), initial=0))
    if 2 * fullest > n:  # nothing to win
        return np.arange(n)
    conflicts = (pattern.T.tocsr() @ pattern).tocsr()
    colours = _greedy(conflicts, range(n))
    if max(colours, default=0) + 1 > fullest:  # the fullest row needs that many
        other = _greedy(conflicts, np.argsort(-np.diff(conflicts.indptr), kind="stable").tolist())
        colours = min(colours, other, key=max)
    return np.array(colours, dtype=np.intp)


def _greedy(conflicts: Any, order: Any) -> list[int]:
    """The smallest colour that no neighbour has, one vertex after the other."""
    starts, neighbours = conflicts.indptr.tolist(), conflicts.indices.tolist()
    colours = [-1] * (len(starts) - 1)
    for v in order:
        taken = {colours[w] for w in neighbours[starts[v] : starts[v + 1]]}
        colour = 0
        while colour in taken:
            colour += 1
        colours[v] = colour
    return colours
