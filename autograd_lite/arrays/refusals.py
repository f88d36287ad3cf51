"""What a Tensor does not do, and why: each refusal says what to write instead.

``functions`` are NumPy functions that take arrays and have neither a rule nor a form made of ruled functions;
``attributes`` are names of ``numpy.ndarray``.  Both raise with the sentence that stands here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["attributes", "functions"]

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
