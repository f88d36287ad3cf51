"""Functions that make arrays.  NumPy's own do not hand Tensors over; these record them, and call NumPy's without any.

    np.array([a, [b, c]])  =  stack(a, stack(b, c))         linear in a, b, c
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..tensor import Tensor

__all__ = [
    "arange", "array", "asanyarray", "asarray", "asarray_chkfinite", "ascontiguousarray", "asfortranarray", "astype",
    "fromiter", "full", "isscalar", "vectorize",
]  # fmt: skip


def holds_tensors(x: Any) -> bool:
    """Whether a Tensor stands somewhere in nested lists and tuples."""
    if type(x) is Tensor:
        return True
    return isinstance(x, (list, tuple)) and any([holds_tensors(item) for item in x])


def stacked(x: Any) -> Any:
    """Nested lists with Tensors in them as one Tensor."""
    if type(x) is Tensor:
        return x
    if not holds_tensors(x):
        return np.asarray(x)
    parts = [stacked(item) for item in x]
    shapes = {np.shape(part) for part in parts}
    if len(shapes) > 1:
        raise ValueError(
            f"an array needs parts of one shape, but these have {sorted(shapes)}; np.concatenate joins arrays of "
            "different lengths, np.broadcast_to stretches them"
        )
    return np.stack(parts)


def array(
    object: Any, dtype: DTypeLike | None = None, *, copy: bool | None = True, order: Any = "K", subok: bool = False,
    ndmin: int = 0, ndmax: int = 0, like: Any = None,
) -> Any:  # fmt: skip
    """``np.array``; nested lists with Tensors in them are stacked, and the stacking is recorded.

    Parameters
    ----------
    object : array_like, may hold Tensors
    dtype, copy, order, subok, ndmin, like
        As in NumPy; for Tensors ``order`` and ``subok`` mean nothing.

    Returns
    -------
    Tensor if there is one in ``object``, an ndarray otherwise.

    Raises
    ------
    ValueError
        If the parts have different shapes.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda x: array([x, 2 * x, 1.0]).sum())(3.0))
    3.0
    """
    if not holds_tensors(object):
        kept = {"ndmax": ndmax} if ndmax else {}
        kwargs: dict[str, Any] = {"copy": copy, "order": order, "subok": subok, "ndmin": ndmin, "like": like, **kept}
        return np.array(object, dtype, **kwargs)
    made = stacked(object)
    if copy and made is object:
        made = np.copy(made)
    if dtype is not None:
        made = made.astype(dtype)
    return made.reshape((1,) * (ndmin - made.ndim) + made.shape) if made.ndim < ndmin else made


def _converter(function: Callable[..., Any], least: int = 0) -> Callable[..., Any]:
    def convert(a: Any, dtype: DTypeLike | None = None, *args: Any, **kwargs: Any) -> Any:
        if holds_tensors(a):
            return array(a, dtype, copy=False, ndmin=least)
        return function(a, dtype, *args, **kwargs)

    convert.__name__ = convert.__qualname__ = function.__name__
    convert.__doc__ = f"""``np.{function.__name__}``, which leaves a Tensor a Tensor and stacks nested lists of Tensors.

    Raises ValueError for Tensors of different shapes.

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda x: {function.__name__}([x, 2 * x]).sum())(1.0))
    3.0
    """
    return convert


asarray = _converter(np.asarray)
asanyarray = _converter(np.asanyarray)
asarray_chkfinite = _converter(np.asarray_chkfinite)
ascontiguousarray = _converter(np.ascontiguousarray, least=1)
asfortranarray = _converter(np.asfortranarray, least=1)


def astype(x: Any, dtype: DTypeLike, /, *, copy: bool = True, device: Any = None) -> Any:
    """``np.astype``, of a Tensor too.

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda x: astype(x, np.float32) ** 2)(3.0))
    6.0
    """
    return x.astype(dtype) if type(x) is Tensor else np.astype(x, dtype, copy=copy, device=device)


def full(shape: Any, fill_value: Any, dtype: DTypeLike | None = None, **kwargs: Any) -> Any:
    """``np.full``; with a Tensor as ``fill_value`` it is the recorded broadcast of it.

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda x: full((2, 3), x).sum())(1.0))
    6.0
    """
    if not holds_tensors(fill_value):
        return np.full(shape, fill_value, dtype, **kwargs)
    filled = np.broadcast_to(stacked(fill_value), shape)
    return filled if dtype is None else filled.astype(dtype)


def arange(*args: Any, dtype: DTypeLike | None = None, **kwargs: Any) -> Any:
    """``np.arange``; with a Tensor as start or step it is start + step·(0, 1, 2, …), and ``stop`` sets the length.

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda step: arange(0.0, 1.0, step).sum())(0.25))
    6.0
    """
    if not any([type(x) is Tensor for x in (*args, *kwargs.values())]):
        return np.arange(*args, dtype=dtype, **kwargs)
    names = ("start", "stop", "step") if len(args) > 1 or "stop" in kwargs else ("stop",)
    given = dict(zip(names, args, strict=False))
    given = {"start": 0, "step": 1, **given, **{k: v for k, v in kwargs.items() if k in ("start", "stop", "step")}}
    start, stop, step = given["start"], given["stop"], given["step"]
    plain = np.arange(*[x.value if type(x) is Tensor else x for x in (start, stop, step)])
    made = start + step * np.arange(plain.size, dtype=plain.dtype)
    if type(made) is not Tensor:  # only stop was one: it sets the length, which is constant
        return plain if dtype is None else plain.astype(dtype)
    return made if dtype is None else made.astype(dtype)


def fromiter(iter: Iterable[Any], dtype: DTypeLike, count: int = -1, **kwargs: Any) -> Any:
    """``np.fromiter``, also of Tensors.

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda x: fromiter((k * x for k in range(3)), float).sum())(1.0))
    3.0
    """
    items = list(iter)
    if not holds_tensors(items):
        return np.fromiter(items, dtype, count, **kwargs)
    return array(items if count < 0 else items[:count], dtype)


def isscalar(element: Any) -> bool:
    """``np.isscalar``; a Tensor of no dimensions is one.

    >>> isscalar(Tensor(1.0)), isscalar(Tensor([1.0])), isscalar(1.0)
    (True, False, True)
    """
    return element.ndim == 0 if type(element) is Tensor else bool(np.isscalar(element))


class vectorize:
    """``np.vectorize`` for functions of numbers: f is called once for each entry of the broadcast arguments.

    With Tensors among them the results are stacked, and so recorded; ``signature`` and ``excluded`` are for plain
    arrays alone.

    >>> import autograd_lite as ag
    >>> import numpy as np
    >>> relu = vectorize(lambda x: x if x > 0 else 0.0)
    >>> print(ag.elementwise_grad(relu)(np.array([-1.0, 2.0])))
    [0. 1.]

    Raises TypeError for options and keyword arguments together with Tensors.
    """

    def __init__(self, pyfunc: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.pyfunc, self.special = pyfunc, bool(args or kwargs)
        self.plain = np.vectorize(pyfunc, *args, **kwargs)
        self.__name__ = getattr(pyfunc, "__name__", type(pyfunc).__name__)
        self.__doc__ = getattr(pyfunc, "__doc__", None)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not any([holds_tensors(x) for x in (*args, *kwargs.values())]):
            return self.plain(*args, **kwargs)
        if self.special or kwargs:
            raise TypeError(
                f"vectorize({self.__name__}): options and keyword arguments are not recorded; write a function of "
                "arrays with np.where, or stack the results of a loop"
            )
        arrays = [stacked(x) for x in args]
        shape = np.broadcast_shapes(*[np.shape(x) for x in arrays])
        columns = [np.reshape(np.broadcast_to(x, shape), -1) for x in arrays]
        results = [self.pyfunc(*row) for row in zip(*columns, strict=True)]
        return np.reshape(stacked(results), shape)
