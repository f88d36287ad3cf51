"""The names of HIPS autograd's module ``autograd.wrap_util``, for operators of your own, ``op(f, argnum)(*args)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .differential_operators import unary_to_nary
from .util import subvals

__all__ = ["get_doc", "get_name", "subvals", "unary_to_nary", "wrap_nary_f", "wraps"]

Function = Callable[..., Any]


def get_name(f: Any) -> str:
    """The name of a function, "[unknown name]" if it has none.

    >>> get_name(len)
    'len'
    """
    return getattr(f, "__name__", "[unknown name]")


def get_doc(f: Any) -> str | None:
    """The docstring of a function.

    >>> get_doc(get_name)[:22]
    'The name of a function'
    """
    return getattr(f, "__doc__", "")


def wraps(
    fun: Function, namestr: str = "{fun}", docstr: str = "{doc}", **kwargs: Any
) -> Callable[[Function], Function]:
    """Decorator: name and docstring, made by these templates from those of ``fun`` and from ``kwargs``.

    >>> @wraps(len, "{what}_of_{fun}", what="square")
    ... def f(x):
    ...     return len(x) ** 2
    >>> f.__name__
    'square_of_len'
    """

    def named(f: Function) -> Function:
        f.__name__ = namestr.format(fun=get_name(fun), **kwargs)
        f.__doc__ = docstr.format(fun=get_name(fun), doc=get_doc(fun), **kwargs)
        return f

    return named


def wrap_nary_f(fun: Function, op: Function, argnum: Any) -> Callable[[Function], Function]:
    """Decorator: the name and docstring that HIPS autograd gives to ``op(fun, argnum)``."""
    doc = (
        "    {op} of function {fun} with respect to argument number {argnum}. Takes the\n"
        "    same arguments as {fun} but returns the {op}.\n    "
    )
    return wraps(fun, "{op}_of_{fun}_wrt_argnum_{argnum}", doc, op=get_name(op), argnum=argnum)
