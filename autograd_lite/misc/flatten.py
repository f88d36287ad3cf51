"""A nested structure of arrays as one vector, and back: both linear, both differentiable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import trees
from ..kinds import cast
from ..tensor import Tensor, as_leaf_value

__all__ = ["flatten", "flatten_func"]


def flatten(value: Any) -> tuple[Any, Callable[[Any], Any]]:
    """All numbers of a structure as a 1-d array, and the function that puts such an array back into the structure.

    Dicts are taken in the order of their sorted keys.  Real and complex numbers together make a complex vector, of
    which real entries take the real part; integers and booleans become float64.

    Raises ValueError if the vector that is put back has another length.

    >>> import numpy as np
    >>> vector, unflatten = flatten({"b": [3.0], "a": np.array([[1.0, 2.0]])})
    >>> print(vector)
    [1. 2. 3.]
    >>> print(unflatten(2 * vector))
    {'b': [np.float64(6.0)], 'a': array([[2., 4.]])}
    """
    leaves, rebuild = trees.flatten(value)
    leaves = [x if type(x) is Tensor else as_leaf_value(x) for x in leaves]
    order = _order(rebuild(list(range(len(leaves)))))
    parts = [np.reshape(leaves[k], -1) for k in order]
    shapes, dtypes = [np.shape(x) for x in leaves], [x.dtype for x in leaves]
    ends = np.cumsum([part.shape[0] for part in parts]).tolist()

    def unflatten(vector: Any) -> Any:
        vector = vector if type(vector) is Tensor else np.asarray(vector)
        if vector.shape != (ends[-1] if ends else 0,):
            raise ValueError(f"this structure holds {ends[-1] if ends else 0} numbers, the vector has {vector.shape}")
        new: list[Any] = [None] * len(leaves)
        for k, start, end in zip(order, [0, *ends], ends, strict=False):
            new[k] = cast(np.reshape(vector[start:end], shapes[k]), dtypes[k])
        return rebuild([x if np.ndim(x) else x[()] for x in new])

    return np.concatenate(parts) if parts else np.zeros(0), unflatten


def _order(tree: Any) -> list[int]:
    """The numbers of the leaves with the keys of dicts sorted."""
    if isinstance(tree, dict):
        return [k for key in sorted(tree) for k in _order(tree[key])]
    parts = trees.children(tree)
    if parts is None:
        return [tree] if trees.is_leaf(tree) else []
    return [k for _, part in parts for k in _order(part)]


def flatten_func(func: Callable[..., Any], example: Any) -> tuple[Callable[..., Any], Callable[[Any], Any], Any]:
    """A function from structure to structure as one from vector to vector, ``unflatten``, and ``example`` as a vector.

    >>> double, _, vector = flatten_func(lambda p: {"w": 2 * p["w"]}, {"w": 3.0})
    >>> print(double(vector))
    [6.]
    """
    vector, unflatten = flatten(example)
    return lambda x, *args: flatten(func(unflatten(x), *args))[0], unflatten, vector
