"""The names of HIPS autograd's module ``autograd.util``."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

__all__ = ["func", "quick_grad_check", "subval", "subvals"]


def func(f: Any) -> Any:
    """f itself.

    >>> func(len) is len
    True
    """
    return f


def subvals(x: Sequence[Any], ivs: Iterable[tuple[int, Any]]) -> tuple[Any, ...]:
    """x as a tuple with some entries replaced.

    >>> subvals((1, 2, 3), [(0, 5), (2, 6)])
    (5, 2, 6)
    """
    new = list(x)
    for i, v in ivs:
        new[i] = v
    return tuple(new)


def subval(x: Sequence[Any], i: int, v: Any) -> tuple[Any, ...]:
    """x as a tuple with entry i replaced by v.

    >>> subval((1, 2, 3), 0, 5)
    (5, 2, 3)
    """
    return subvals(x, [(i, v)])


def quick_grad_check(
    fun: Callable[..., Any], arg0: Any, extra_args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None,
    **tolerances: Any,
) -> None:  # fmt: skip
    """Deprecated: ``autograd_lite.testing.check_grads`` by the first argument, reverse sweep, first order.

    ``tolerances`` are ``eps``, ``rtol`` and ``atol`` of check_grads; ``verbose`` and ``rs`` mean nothing.

    Raises AssertionError, with the place, if the gradient is wrong.

    >>> import numpy as np
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     quick_grad_check(np.sin, 0.5)
    """
    from .testing import check_grads

    warnings.warn("quick_grad_check is deprecated: use autograd_lite.testing.check_grads", DeprecationWarning, 2)
    given = {k: v for k, v in tolerances.items() if k not in ("verbose", "rs")}
    check_grads(lambda x: fun(x, *extra_args, **(kwargs or {})), arg0, modes=("rev",), order=1, **given)
