"""Which functions see a Tensor, and as what.

A NumPy function that is called with a Tensor has a rule (kinds.py); or it is ``composed``, written in terms of
functions that have one; or ``plain``, a question about an array (its shape, its dtype) that is answered from the value
and not recorded.  ``primitive`` makes a function of ours one that is given Tensors as NumPy's own are.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from inspect import CO_VARKEYWORDS, signature
from typing import Any

import numpy as np

__all__ = ["composed", "plain", "primitive"]

Function = Callable[..., Any]

composites: dict[Function, Function] = {}
plain_functions: set[Function] = set()


def composed(function: Function) -> Callable[[Function], Function]:
    """Decorator: calls of ``function`` with a Tensor go to the decorated one, written in terms of ruled functions.

    A call with ``out=``, or with a keyword that the decorated function does not take, raises TypeError.

    >>> import autograd_lite as ag
    >>> distance = primitive(lambda x, y: abs(x - y))
    >>> @composed(distance)
    ... def in_terms_of_others(x, y):
    ...     return np.abs(np.subtract(x, y))
    >>> print(ag.grad(distance)(1.0, 3.0))
    -1.0
    """

    def register(composite: Function) -> Function:
        code = composite.__code__
        known = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        positional = known[: code.co_argcount]
        out_at = positional.index("out") if "out" in positional else sys.maxsize
        open_ended = bool(code.co_flags & CO_VARKEYWORDS)

        @wraps(composite)
        def call(*args: Any, **kwargs: Any) -> Any:
            if kwargs or len(args) > out_at:
                kwargs = {k: v for k, v in kwargs.items() if v is not np._NoValue and (k in known or v is not None)}
                unknown = [] if open_ended else [k for k in kwargs if k not in known]
                refused = unknown + [k for k in ("out",) if k in known and kwargs.get(k) is not None]
                if refused or any(a is not None for a in args[out_at : out_at + 1]):
                    accepted = ", ".join([k for k in known if k != "out"])
                    keyword = refused[0] if refused else "out"
                    raise TypeError(f"{function.__name__}: {keyword}= is not recorded; it takes {accepted}")
            return composite(*args, **kwargs)

        composites[function] = call
        return composite

    return register


def plain(*functions: Function) -> None:
    """These functions are answered from the values of their arguments, and not recorded.

    >>> import autograd_lite as ag
    >>> entries = primitive(lambda x: int(np.size(x)))
    >>> plain(entries)
    >>> entries(ag.Tensor([1.0, 2.0]))
    2
    """
    plain_functions.update(functions)


late_tables = {"scipy.special": "autograd_lite.rules.special"}  # tables that are read once their library is there


def load_late_tables() -> bool:
    """Read the tables of the libraries that were imported by now; whether there was one to read."""
    ready = [library for library in late_tables if library in sys.modules]
    for library in ready:
        import_module(late_tables.pop(library))
    return bool(ready)


_KNOWN = frozenset({np.ndarray, np.float64, np.float32, float, int, slice, tuple, str})


def primitive(function: Function) -> Function:
    """Decorator: a function of ours that hands itself to its array arguments as NumPy's own do (NEP 18).

    >>> import autograd_lite as ag
    >>> from autograd_lite.kinds import elementwise
    >>> cube = primitive(lambda x: x * x * x)
    >>> elementwise(cube, lambda out, x: 3 * x * x)
    >>> print(ag.grad(ag.grad(cube))(2.0))
    12.0
    """

    @wraps(function)
    def dispatch(*args: Any, **kwargs: Any) -> Any:
        first = None
        for a in args:
            other = type(a) not in _KNOWN and type(a) is not type(first) and hasattr(a, "__array_function__")
            if other and (first is None or isinstance(a, type(first))):  # the most derived one
                first = a
        if first is None:
            return function(*args, **kwargs)
        return first.__array_function__(dispatch, (type(first),), args, kwargs)

    return dispatch


_parameters: dict[Function, tuple[str, ...]] = {}


def parameters(function: Function) -> tuple[str, ...]:
    """The names of a function's parameters, in order."""
    if function not in _parameters:
        try:
            _parameters[function] = tuple(signature(function).parameters)
        except ValueError:  # a function in C without signature, as np.dot before NumPy 2.3
            if function not in composites:
                raise
            _parameters[function] = tuple(signature(composites[function]).parameters)
    return _parameters[function]
