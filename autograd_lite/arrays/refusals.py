"""What a Tensor does not do, and why: each refusal says what to write instead.

``functions`` are NumPy functions that take arrays and have neither a rule nor a form made of ruled functions;
``attributes`` are names of ``numpy.ndarray``.  Both raise with the sentence that stands here.  ``no_plain_array`` is
what functions hear that turn their arguments into plain arrays, as most of SciPy's do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from inspect import isfunction
from typing import Any

import numpy as np

__all__ = ["OTHER_ARRAYS", "attributes", "functions", "no_other_array", "no_plain_array"]

OTHER_ARRAYS = (np.matrix, np.ma.MaskedArray)

_MEMORY = "is about the memory of the plain array: take t.value"
_OUT_OF_THE_GRAPH = "takes the numbers out of the graph: use t.value"

functions: dict[Callable[..., Any], str] = {
    np.lib.stride_tricks.sliding_window_view:
        "gives a view of memory; write t[np.arange(n - k + 1)[:, None] + np.arange(k)]",
    np.save: _OUT_OF_THE_GRAPH,
    np.savez: _OUT_OF_THE_GRAPH,
    np.savez_compressed: _OUT_OF_THE_GRAPH,
    np.savetxt: _OUT_OF_THE_GRAPH,
    np.isnat: "is about dates, which have no derivative",
    np.busday_count: "is about dates, which have no derivative",
    np.busday_offset: "is about dates, which have no derivative",
    np.is_busday: "is about dates, which have no derivative",
    np.datetime_as_string: "is about dates, which have no derivative",
}

attributes: dict[str, str] = {
    "numpy": "no method of a Tensor: t.value is the plain array",
    "detach": "no method of a Tensor: t.value is the plain array, ag.stop_gradient(t) a constant of the graph",
    "requires_grad": "no part of a Tensor: every one that is made by ag.Tensor(x) has a grad after backward()",
    "zero_grad": "no method of a Tensor: each backward() begins anew, and nothing adds up",
    "append": "no method of an array: write np.append(t, x), or np.stack of a list",
    "resize": "t.resize(shape) writes into t; write t = np.resize(t, shape)",
    "setfield": f"setfield {_MEMORY}",
    "getfield": f"getfield {_MEMORY}",
    "setflags": f"setflags {_MEMORY}",
    "byteswap": f"byteswap {_MEMORY}",
    "itemset": "NumPy 2 has no itemset either; write t = np.where(mask, v, t)",
    "newbyteorder": "NumPy 2 has no newbyteorder either; it is about the memory of the plain array",
    "tostring": "an old name of tobytes, which takes the numbers out of the graph: use t.value",
    "view": "another dtype of the same bytes has no derivative; write t.astype(dtype), or t.value.view(dtype)",
    "base": f"base {_MEMORY}",
    "ctypes": f"ctypes {_MEMORY}",
    "data": f"data {_MEMORY}",
    "flags": f"flags {_MEMORY}",
    "strides": f"strides {_MEMORY}",
    "tobytes": f"tobytes {_OUT_OF_THE_GRAPH}",
    "tofile": f"tofile {_OUT_OF_THE_GRAPH}",
    "dump": f"dump {_OUT_OF_THE_GRAPH}",
    "dumps": f"dumps {_OUT_OF_THE_GRAPH}",
    "__array_interface__": f"__array_interface__ {_MEMORY}",
    "__array_struct__": f"__array_struct__ {_MEMORY}",
    "__array_finalize__": f"__array_finalize__ {_MEMORY}",
    "__array_wrap__": f"__array_wrap__ {_MEMORY}",
    "__array_namespace__": "a Tensor is no array of the array API: call NumPy's functions",
    "__dlpack__": f"__dlpack__ {_MEMORY}",
    "__dlpack_device__": f"__dlpack_device__ {_MEMORY}",
    "__delitem__": "the entries of an array cannot be deleted; write np.delete(t, i)",
    "__setstate__": "the record of a Tensor cannot be restored; store t.value",
}


def no_other_array(x: Any) -> str:
    """Why a matrix or a masked array is not taken: its operators mean something else, and a Tensor has no mask."""
    if isinstance(x, np.matrix):
        return "np.matrix multiplies by *, a Tensor by @: give np.asarray(x)"
    return "a Tensor has no mask: give x.filled(0) or x.data, and leave the masked entries out by np.where or ag.masked"


def no_plain_array() -> str:
    """Why a Tensor is not taken as a plain array: what asked for one, and what to write instead."""
    room, name = _scipy_function()
    if not name:
        return (
            "a Tensor does not turn into a plain array by itself: its derivative would be lost in silence. "
            "To build an array from Tensors use np.stack([...]) or np.concatenate([...]); "
            "to fill one entry by entry make it a Tensor first, a = ag.Tensor(np.zeros(n)); "
            "to take the number out for good use t.value"
        )
    ours: Any = import_module("autograd_lite.scipy")
    first = name.split(".")[0]
    instead = "write it with functions that have a derivative rule"
    if room in ours.__all__ and first in getattr(ours, room).__all__:
        instead = f"use autograd_lite.scipy.{room}.{name}"
    elif room in ("linalg", "fft") and hasattr(getattr(np, room), first):
        instead = f"use np.{room}.{first}"
    return (
        f"scipy.{room}.{name} computes with plain arrays, and the derivative of a Tensor would be lost in silence: "
        f"{instead}, or pass t.value if it is to count as a constant"
    )


def _scipy_function() -> tuple[str, str]:
    """The module and the name of the function of SciPy that the user called and that is running now, if it is one."""
    frame: Any = sys._getframe(3)
    found = ("", "")
    while frame is not None:
        module, name = frame.f_globals.get("__name__", ""), frame.f_code.co_name
        if module.startswith("scipy."):
            if name.endswith("wrapper"):  # of a decorator, which holds the function
                held = [f for f in frame.f_locals.values() if isfunction(f) and f.__module__.startswith("scipy.")]
                module, name = (held[0].__module__, held[0].__name__) if held else (module, "_")
            owner = frame.f_locals.get("self")
            if owner is not None:
                kind = getattr(owner, "name", type(owner).__name__)
                name = kind if name == "__init__" else f"{kind}.{name}"
            if not name.split(".")[-1].startswith("_"):
                found = (module.split(".")[1], name)
        elif found[1] or not module.startswith(("numpy", "autograd_lite.")):
            break
        frame = frame.f_back
    return found
