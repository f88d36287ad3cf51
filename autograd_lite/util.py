"""The names of HIPS autograd's module ``autograd.util``."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

__all__ = ["func", "quick_grad_check", "subval", "subvals", "toposort"]


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


def toposort(end_node: Any, parents: Callable[[Any], Iterable[Any]] = attrgetter("parents")) -> Iterator[Any]:
    """The nodes that ``end_node`` comes from, each before its parents.

    >>> parents = {"d": "bc", "c": "b", "b": "a", "a": ""}
    >>> "".join(toposort("d", parents.get))
    'dcba'
    """
    uses: dict[Any, int] = {}
    waiting = [end_node]
    while waiting:
        node = waiting.pop()
        uses[node] = uses.get(node, 0) + 1
        if uses[node] == 1:
            waiting += parents(node)
    waiting = [end_node]
    while waiting:
        node = waiting.pop()
        yield node
        for parent in parents(node):
            uses[parent] -= 1
            if not uses[parent]:
                waiting.append(parent)


def quick_grad_check(
    fun: Callable[..., Any], arg0: Any, extra_args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None,
    verbose: bool = True, eps: float | None = None, rtol: float | None = None, atol: float | None = None,
    rs: Any = None,
) -> None:  # fmt: skip
    """Deprecated: ``autograd_lite.testing.check_grads`` by the first argument, reverse sweep, first order.

    ``verbose`` and ``rs`` mean nothing.

    Raises AssertionError, with the place, if the gradient is wrong.

    >>> import numpy as np
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     quick_grad_check(np.sin, 0.5)
    """
    from .testing import check_grads

    warnings.warn("quick_grad_check is deprecated: use autograd_lite.testing.check_grads", DeprecationWarning, 2)
    f = lambda x: fun(x, *extra_args, **(kwargs or {}))
    check_grads(f, arg0, modes=("rev",), order=1, eps=eps, rtol=rtol, atol=atol)
