"""How many operations a recorded function costs: additions, multiplications, comparisons, values of exp, sin, ... .

    elementwise   1 for each entry of the result        views, copies, choices     0
    sum of n      n − 1 for each result                 matrix product             2·m·n·k
    linear algebra as its usual algorithms, leading terms

Source: G. H. Golub and C. F. Van Loan, Matrix Computations, 4th ed. (2013), 1.1 and 3.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..arrays.versions import along

__all__ = ["flops"]

Count = Callable[[Any, Sequence[Any]], float]


def _matrices(a: Any, per_matrix: float) -> float:
    """A cost of ``per_matrix``·n³ for each n by n matrix of a stack."""
    return per_matrix * int(np.size(a)) * int(np.shape(a)[-1])


def _contract(out: Any, args: Sequence[Any]) -> float:
    terms, result = args[0].split("->")
    sizes: dict[str, int] = {}
    for term, x in zip(terms.split(","), args[1:], strict=True):
        sizes.update(zip(term, np.shape(x), strict=True))
    products = len(args) - 2 + (len(sizes) > len(result))  # one sum more where a letter is summed over
    return math.prod(sizes.values()) * products


def _solve(out: Any, args: Sequence[Any]) -> float:
    return _matrices(args[0], 2 / 3) + 2 * int(np.size(out)) * int(np.shape(args[0])[-1])


def _svd(out: Any, args: Sequence[Any]) -> float:
    *stack, m, n = np.shape(args[0])
    m, n = max(m, n), min(m, n)
    return math.prod(stack) * (14 * m * n**2 + 8 * n**3)


def _qr(out: Any, args: Sequence[Any]) -> float:
    *stack, m, n = np.shape(args[0])
    return math.prod(stack) * (4 * m * n**2 - 4 / 3 * n**3)


def _pseudoinverse(out: Any, args: Sequence[Any]) -> float:
    return _svd(out, args) + 2 * int(np.size(args[0])) * min(np.shape(args[0])[-2:])


def _fourier(out: Any, args: Sequence[Any]) -> float:
    longer = max(np.size(out), np.size(args[0]))
    axis = args[2] if len(args) > 2 else -1
    lanes = max(1, longer // max(np.shape(out)[axis], np.shape(args[0])[axis], 1))
    return 5 * longer * math.log2(max(longer // lanes, 2))


def _sorting(out: Any, args: Sequence[Any]) -> int:
    return int(np.size(args[0])) * max(1, math.ceil(math.log2(np.size(args[0]) or 1)))


_nothing: Count = lambda out, args: 0
_entries: Count = lambda out, args: sum(map(np.size, out)) if isinstance(out, tuple) else np.size(out)
_accumulate: Count = lambda out, args: max(np.size(args[0]) - np.size(out), 0)

_COUNTS: dict[str, Count] = {
    **dict.fromkeys(
        ("same", "stop_gradient", "drawn", "pick", "getitem", "scatter", "assign", "diagonal", "astype", "concatenate",
         "reshape", "ravel", "expand_dims", "squeeze", "transpose", "swapaxes", "moveaxis", "flip", "roll",
         "broadcast_to", "copy", "tril", "triu", "where", "masked", "real", "imag", "conjugate", "positive",
         "completed", "packbits", "unpackbits", "nonzero", "flatnonzero", "argwhere"), _nothing,
    ),
    **dict.fromkeys(("round", "around", "fix", "isneginf", "isposinf", "isreal", "iscomplex", "isclose", "sinc", "clip",
                     "angle", "finite", "unwrap", "turns", "cumsum"), _entries),
    **dict.fromkeys(("sum", "prod", "max", "min", "amax", "amin", "all", "any", "argmax", "argmin",
                     "nanargmax", "nanargmin", "count_nonzero"), _accumulate),
    "add_at": lambda out, args: np.size(along(np.broadcast_to(np.int8(0), np.shape(out)), args[2])[tuple(args[3:])]),
    "mean": lambda out, args: np.size(args[0]),
    "var": lambda out, args: 4 * np.size(args[0]),  # mean, difference, square, mean
    "std": lambda out, args: 4 * np.size(args[0]) + np.size(out),
    "vector_norm": lambda out, args: 2 * np.size(args[0]),
    "matmul": lambda out, args: 2 * np.size(out) * np.shape(args[0])[-1],
    "contract": _contract,
    "solve": _solve,
    "inv": lambda out, args: _matrices(args[0], 2),
    "det": lambda out, args: _matrices(args[0], 2 / 3),
    "slogdet": lambda out, args: _matrices(args[0], 2 / 3),
    "cholesky": lambda out, args: _matrices(args[0], 1 / 3),
    "missing": lambda out, args: _matrices(args[0], 21),
    **dict.fromkeys(("eigh", "_definite"), lambda out, args: _matrices(args[0], 9)),
    "eig": lambda out, args: _matrices(args[0], 25),
    "thin_svd": _svd,
    "columns_left_over": _svd,
    "thin_qr": _qr,
    "pseudoinverse": _pseudoinverse,
    "rank": lambda out, args: np.size(args[0]),
    "full_convolution": lambda out, args: 2 * np.size(args[0]) * np.size(args[1]),
    "bessel_i": lambda out, args: 100 * np.size(out),  # a sum of some tens of exponentials
    "i0": lambda out, args: 60 * np.size(out),  # a Chebyshev series of about 30 terms
    "correlated": lambda out, args: 2 * np.size(out) * np.size(args[1]),
    "filtered": lambda out, args: 2 * args[1] * np.size(out),  # a recursion to and fro for each pole
    "spline_coefficients": lambda out, args: 10 * np.size(out),  # a band of equations
    "spline_coefficients_transposed": lambda out, args: 2 * np.size(args[0]) * args[2],
    "solve_triangular": lambda out, args: np.size(out) * np.shape(args[0])[-1],
    "solve_banded": lambda out, args: 4 * (1 + sum(args[0])) * np.size(out),
    "solve_sylvester": lambda out, args: 25 * (np.shape(args[0])[-1] ** 3 + np.shape(args[1])[-1] ** 3),
    "expm": lambda out, args: _matrices(args[0], 20),
    "sqrtm": lambda out, args: _matrices(args[0], 28),
    "scan_loop": lambda out, args: args[0].n * args[0].bodies[0].flops,
    "recompute": lambda out, args: args[0].flops(args[1:]),
    **dict.fromkeys(("packed", "trajectory", "fixed_point"), _entries),  # what runs inside is not recorded
    **dict.fromkeys(("fft", "ifft", "rfft", "irfft"), _fourier),
    **dict.fromkeys(("argsort", "argpartition", "lexsort", "searchsorted", "digitize", "counts", "isin",
                     "places_of_unique", "places_of_common", "places_between", "positions", "bin_of", "edges_within",
                     "weighted_places"), _sorting),
}  # fmt: skip


def flops(function: Callable[..., Any], out: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> int:
    """The operations that ``out = function(*args, **kwargs)`` took.

    >>> flops(np.matmul, np.ones((2, 4)), [np.ones((2, 3)), np.ones((3, 4))], {})
    48

    Ufuncs, and functions that are not in the table of this module, count 1 for each entry of the result.
    """
    count = _COUNTS.get(getattr(function, "__name__", ""), _entries)
    return round(count(out, args))
