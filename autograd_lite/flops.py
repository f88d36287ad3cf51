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


_nothing: Count = lambda out, args: 0
_entries: Count = lambda out, args: np.size(out)
_accumulate: Count = lambda out, args: np.size(args[0]) - np.size(out)

_COUNTS: dict[str, Count] = {
    **dict.fromkeys(
        ("same", "pick", "getitem", "scatter", "astype", "concatenate", "reshape", "ravel", "expand_dims", "squeeze",
         "transpose", "swapaxes", "moveaxis", "flip", "roll", "broadcast_to", "copy", "tril", "triu",
         "where", "masked", "real", "imag", "conjugate", "positive", "nonzero", "flatnonzero", "argwhere"), _nothing,
    ),
    **dict.fromkeys(("round", "fix", "isneginf", "isposinf", "isreal", "iscomplex", "isclose", "sinc", "clip", "angle",
                     "cumsum"), _entries),
    **dict.fromkeys(("sum", "prod", "max", "min", "amax", "amin", "all", "any", "argmax", "argmin",
                     "nanargmax", "nanargmin", "count_nonzero"), _accumulate),
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
    "cofactor": lambda out, args: _matrices(args[0], 2),
    **dict.fromkeys(("argsort", "argpartition", "lexsort", "searchsorted", "digitize", "bincount"),
                    lambda out, args: np.size(args[0]) * max(1, math.ceil(math.log2(np.size(args[0]) or 1)))),
}  # fmt: skip


def flops(function: Callable[..., Any], out: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> int:
    """The operations that ``out = function(*args, **kwargs)`` took.

    >>> flops(np.matmul, np.ones((2, 4)), [np.ones((2, 3)), np.ones((3, 4))], {})
    48

    Ufuncs, and functions that are not in the table of this module, count 1 for each entry of the result.
    """
    count = _COUNTS.get(getattr(function, "__name__", ""), _entries)
    return round(count(out, args))
