"""How a recorded function is written in a program that stands alone: one of this library in NumPy's words.

A function without an entry is called by its public name, ``np.linalg.solve(A, b)``; one of this package that has no
public name is written into the program as it stands in its source file.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from ..graph import Node
from ..programs.spelling import Text, call, expression, index_text, operand
from ..rules.elementwise import BITS, masked
from ..rules.indexing import BASIC, getitem, scatter
from ..rules.products import contract
from ..rules.shaping import concatenate
from .randomness import drawn

__all__ = ["is_basic", "public_name", "source_of", "spelled", "view_text"]


def view_text(x: str, way: Any, text: Text) -> str:
    """The view of x that is found on a way (see versions.py)."""
    if way is None:
        return x
    before, function, args, kwargs = way
    x = view_text(x, before, text)
    if function is getitem:
        return f"{x}[{index_text(args, text)}]"
    given = [text(a) for a in args] + [f"{k}={text(v)}" for k, v in kwargs.items()]
    return f"np.{function.__name__}({', '.join([x, *given])})"


def is_basic(index: tuple[Any, ...]) -> bool:
    return all([type(i) in BASIC for i in index])


def _scatter(node: Node, text: Text) -> str:
    raise NotImplementedError("written as statements")


def _drawn(node: Node, text: Text) -> str:
    generator, method, *args = node.args
    return call(f"{text(generator)}.{method}", Node(None, None, tuple(args), node.kwargs), text)


def _masked(node: Node, text: Text) -> str:
    """Large arrays by their bits, as the rule does it: np.where takes a branch at each entry."""
    x, mask = node.args
    value, bits = node.value, BITS.get(node.value.dtype)
    same = type(x) is Node and type(mask) is Node and mask.value.shape == value.shape == x.value.shape
    if bits is None or value.size < 4096 or not same or x.value.dtype != value.dtype:
        return f"np.where({text(mask)}, {text(x)}, 0)"
    kept = f"np.negative({operand(text(mask))}.view(np.int8), dtype={text(np.dtype(bits))})"
    return f"({kept} & {operand(text(x))}.view({text(np.dtype(bits))})).view({text(value.dtype)})"


OWN: dict[Any, Callable[[Node, Text], str]] = {  # functions of this library, in NumPy's words
    scatter: _scatter,
    drawn: _drawn,
    contract: lambda node, text: call("np.einsum", node, text),
    concatenate: lambda node, text:
        f"np.concatenate(({', '.join(text(a) for a in node.args)},), axis={text(node.kwargs.get('axis', 0))})",
    masked: _masked,
}  # fmt: skip


def spelled(node: Node, text: Text) -> str:
    """The expression that computes the node; ``text`` gives the text of an argument."""
    return OWN.get(node.function, expression)(node, text)


# The public names of functions

_MODULES = {"np": np, "np.linalg": np.linalg, "np.fft": np.fft}


def public_name(function: Any) -> str | None:
    """``np.linalg.solve``, ``scipy.special.erf``; None for a function without one."""
    name = getattr(function, "__name__", "")
    for prefix, module in _MODULES.items():
        if getattr(module, name, None) is function:
            return f"{prefix}.{name}"
    home = getattr(function, "__module__", None) or ""
    for place in (home, "scipy.special", "scipy.linalg"):
        known = place.startswith("scipy") and "._" not in place
        if known and getattr(sys.modules.get(place), name, None) is function:
            return f"{place}.{name}"
    return None


def source_of(function: Any) -> str | None:
    """The text of a function of this package with all that it calls, able to stand alone; None if it has none."""
    found: dict[str, str] = {}
    try:
        _collect(inspect.unwrap(function), found)
    except (OSError, TypeError, _NotAlone):
        return None
    return "\n\n\n".join(reversed(found.values())) + "\n"


class _NotAlone(Exception):
    """A function that refers to what cannot be written out."""


def _collect(function: Any, found: dict[str, str]) -> None:
    if not isinstance(function, FunctionType) or not function.__module__.startswith("autograd_lite"):
        raise _NotAlone
    if function.__closure__:
        raise _NotAlone
    lines = inspect.getsource(function).splitlines()
    while lines[0].startswith("@"):
        lines.pop(0)
    found[function.__name__] = "\n".join(lines)
    for name in function.__code__.co_names:
        if name in found or name not in function.__globals__:
            continue
        value = function.__globals__[name]
        if isinstance(value, ModuleType):
            if value not in (np, math):
                raise _NotAlone
        elif isinstance(value, (int, float, str)):
            found[name] = f"{name} = {value!r}"
        elif isinstance(value, tuple):
            raise _NotAlone
        else:
            _collect(inspect.unwrap(value), found)
