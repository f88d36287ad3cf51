"""Transforms: function in, function out.  Each records its function on fresh leaves and sweeps over that record.

    jvp        value and tangent,   v ↦ J v        one forward sweep
    vjp        value and pullback,  w ↦ Jᵀ w       one reverse sweep for each w
    grad       ∇f of a scalar f                    one reverse sweep

They nest in one another to any order, and take arrays or nested lists, tuples, dicts and dataclasses of arrays.  Whole
Jacobians and Hessians are in jacobians.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .arrays.versions import entries
from .boxes import Box, Vector, is_boxed, recorded_types, space_of
from .graph import Node, Path, leaf, path, roots, same
from .kinds import Linear, cast
from .sweeps import forward_sweep, reverse_sweep, rules, value
from .tensor import Tensor, as_leaf_value, tensor_of
from .trees import flatten, names
from .watches import open_watch

__all__ = ["elementwise_grad", "grad", "jvp", "value_and_grad", "vjp"]

Function = Callable[..., Any]
ArgNum = int | Sequence[int]
swept: list[Callable[[str, dict[Node, Any]], None]] = []  # who is shown the derivatives of a sweep that is recorded


class Same(Linear):
    """The identity, also of what is no array."""

    def jvp(self, tangents: list[Any], out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        return tangents[0]

    def vjp(self, j: int, adjoint: Any, out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        return adjoint


rules[same] = Same(same, lambda g, out, x: g)


class Recording:
    """One run of f on fresh leaves in the place of the numbers of some of its arguments."""

    def __init__(self, f: Function, argnum: ArgNum, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        single = isinstance(argnum, int)
        argnums = (argnum,) if isinstance(argnum, int) else _several(argnum)
        chosen = [_argument(f, args, k) for k in argnums]
        if len({k % len(args) for k in argnums}) < len(argnums):
            raise ValueError(f"argnum={argnum} names the same argument of {_called(f)} twice")
        self.numbers, self.rebuild = flatten(chosen[0] if single else chosen)
        if not self.numbers and not _is_empty(chosen):
            raise TypeError(
                f"argument {argnum} of {_called(f)} holds no numbers to differentiate by: it is a "
                f"{type(chosen[0]).__name__}. Give a number, an array or a list, tuple, dict or dataclass of them"
            )
        self.leaves = [fresh(x) for x in self.numbers]
        tensors = self.rebuild([tensor_of(node) for node in self.leaves])
        arguments = list(args)
        for k, replacement in zip(argnums, (tensors,) if single else tensors, strict=True):
            arguments[k] = replacement
        self.output = f(*arguments, **kwargs)
        if self.output is None:
            raise TypeError(f"{_called(f)} returned None, so there is nothing to differentiate: does it lack a return?")
        self.outputs, self.rebuild_output = flatten(self.output)
        if not self.outputs and not _is_empty([self.output]):
            raise TypeError(f"{_called(f)} returned a {type(self.output).__name__}, which holds no numbers")
        self.nodes = [y.node if type(y) in recorded_types else None for y in self.outputs]
        self.path: Path = path(self.leaves, [node for node in self.nodes if node is not None])
        self.view = tensor_of if self.path.nested else value

    @property
    def value(self) -> Any:
        """f's value; plain unless an older Tensor went into it."""
        return self.rebuild_output(
            [entries(self.view(y.node)) if type(y) in recorded_types else y for y in self.outputs]
        )

    def scalar(self, f: Function, transform: str) -> Any:
        """The output, which must be one real number."""
        y = self.outputs[0] if len(self.outputs) == 1 else None
        if is_boxed(y):
            raise TypeError(f"{transform} is for functions with one number as output, but {_called(f)} gives {y}")
        shape = y.shape if type(y) is Tensor else None if y is None else np.shape(y)
        if shape is None or math.prod(shape) != 1:
            what = f"{len(self.outputs)} outputs" if y is None else f"an output of shape {shape}"
            raise TypeError(
                f"{transform} is for functions with one number as output, but {_called(f)} gives {what}. Three ways "
                "out: jacobian(f) for all derivatives; vjp(f, x) with a seed of that shape for one combination of "
                "them; or reduce the output to a number first, for example with np.sum"
            )
        if type(y) is Tensor and y.dtype.kind == "c":
            raise TypeError(
                f"{transform} is for real outputs, but {_called(f)} gives a complex number. Take np.real, np.imag or "
                "np.abs of it, or use jvp or vjp, which carry complex numbers"
            )
        return y

    def pull(self, seeds: list[Any]) -> list[Any]:
        """The adjoints of the leaves, from one reverse sweep."""
        adjoints: dict[Node, Any] = {}
        for node, seed in zip(self.nodes, seeds, strict=True):
            if node is not None and seed is not None:
                adjoints[node] = adjoints[node] + seed if node in adjoints else seed
        shown = swept if self.path.nested else []
        found = reverse_sweep(self.path, adjoints, self.view, keep=bool(shown))
        for show in shown:
            show("adjoint", found)
        if (watch := open_watch.get()) is not None:
            watch.pulled(self.leaves, self.path, adjoints, found)
        return _owned([found.get(node) for node in self.leaves], self.leaves, seeds)

    def push(self, seeds: list[Any]) -> list[Any]:
        """The tangents of the outputs, from one forward sweep."""
        tangents = {node: seed for node, seed in zip(self.leaves, seeds, strict=True) if seed is not None}
        found = forward_sweep(self.path, tangents, self.view)
        for show in swept if self.path.nested else ():
            show("tangent", found)
        if (watch := open_watch.get()) is not None:
            watch.pushed(self.nodes, self.path, tangents, found)
        return _owned([None if node is None else found.get(node) for node in self.nodes], self.outputs, seeds)


def fresh(x: Any) -> Node:
    """A new leaf with the number x; one that remembers x, where x is itself part of a record."""
    if type(x) in recorded_types:
        return Node(x.node.value, same, (x.node,))
    return leaf(as_leaf_value(x))


def _owned(derivatives: list[Any], like: list[Any], seeds: list[Any]) -> list[Any]:
    """Arrays that are the caller's own: zeros for what is independent, a copy of what is a view or stands twice."""
    taken = {id(seed) for seed in seeds}
    result = []
    for d, x in zip(derivatives, like, strict=True):
        d = entries(d)
        if type(d) is Vector:
            d = d.vector
        elif d is None and is_boxed(x.value if type(x) is Node else x):
            d = space_of(x.value if type(x) is Node else x).zeros()
        elif d is None:
            x = x.value if type(x) is Node else x.node.value if type(x) is Tensor else as_leaf_value(x)
            d = np.zeros_like(x) if x.dtype.kind in "fc" else np.zeros_like(x, dtype=np.float64)
            d = d if d.ndim else d[()]
        elif type(d) is np.ndarray and (d.base is not None or not d.flags.writeable or id(d) in taken):
            d = d.copy() if d.ndim else d[()]
        elif type(d) is Tensor:
            d = tensor_of(d.node)  # no view of what the caller has
        taken.add(id(d))
        result.append(d)
    return result


def _is_empty(arguments: list[Any]) -> bool:
    """Whether these are lists, tuples and dicts without anything in them, whose gradient is the same."""
    return all([isinstance(a, (list, tuple, dict)) and not a for a in arguments])


def _called(f: Function) -> str:
    name = getattr(f, "__name__", None) or type(f).__name__
    return "the function" if name == "<lambda>" else name


def _several(argnum: Any) -> tuple[int, ...]:
    try:
        return tuple(argnum)
    except TypeError:
        raise TypeError(f"argnum must be an int or a sequence of them, not {argnum!r}") from None


def _argument(f: Function, args: tuple[Any, ...], k: int) -> Any:
    try:
        return float(args[k]) if type(args[k]) is bool else args[k]
    except (IndexError, TypeError):
        raise TypeError(
            f"{_called(f)} was called with {len(args)} positional arguments, so there is no argument {k!r} to "
            "differentiate by; pass it by position, or choose another argnum"
        ) from None


def _matching(what: str, seed: Any, x: Any, place: str) -> Any:
    """A seed in the shape and dtype of x, or an error that names the place."""
    if is_boxed(x):
        return Vector(space_of(x), seed)
    if type(seed) is not Tensor:
        seed = as_leaf_value(seed)
    if np.shape(seed) != np.shape(x):
        raise ValueError(f"the {what} of {place} has shape {np.shape(seed)}, but {place} has shape {np.shape(x)}")
    dtype = x.dtype if hasattr(x, "dtype") else as_leaf_value(x).dtype
    if dtype.kind not in "fc":
        dtype = np.dtype(np.float64)
    if np.iscomplexobj(seed) and dtype.kind != "c":
        raise TypeError(f"the {what} of {place} is complex, but {place} is real")
    return cast(seed, dtype)


def _seeds(what: str, tree: Any, like: list[Any], place: str, structure: Any) -> list[Any]:
    seeds = [tree] if len(like) == 1 and type(tree) is Tensor else flatten(tree)[0]
    if len(like) == 1 and len(seeds) != 1:
        seeds = [np.asarray(tree)]
    if len(seeds) != len(like):
        raise ValueError(f"{len(like)} {what}s are needed, one for each array of {place}, but {len(seeds)} were given")
    places = names(structure, place)
    return [_matching(what, seed, x, p) for seed, x, p in zip(seeds, like, places, strict=True)]


def _transformed(name: str, f: Function, function: Function) -> Function:
    """The new function under a name of its own, with the parameters of f."""
    function.__wrapped__ = f  # type: ignore[attr-defined]
    function.__name__ = function.__qualname__ = f"{name}({getattr(f, '__name__', type(f).__name__)})"
    function.__doc__ = f"{name} of a function with the same arguments: {getattr(f, '__doc__', None) or _called(f)}"
    return function


def _check_callable(name: str, f: Function) -> None:
    if not callable(f):
        raise TypeError(f"{name} takes a function, but got a {type(f).__name__}: write {name}(f)(x), not {name}(f(x))")


def value_and_grad(f: Function, argnum: ArgNum = 0, *, check: bool = False) -> Function:
    """The function that returns (f(x), ∇f(x)), both from one recording.

    Parameters
    ----------
    f : callable
        A function with one real number as output, written in NumPy.
    argnum : int or sequence of int
        The argument, or arguments, to differentiate by.
    check : bool
        Run each call under ``ag.watch()``, which is slow: a value or derivative that is not finite, or is lost, raises
        FloatingPointError or ValueError with the line, the path and the fix.

    Returns
    -------
    callable
        Takes f's arguments and returns the value and the gradient, which has the structure, shapes and dtypes of
        the argument (a tuple of such, if ``argnum`` is a sequence).  For complex arguments z = x + iy the gradient
        is ∂f/∂x − i·∂f/∂y.

    Raises
    ------
    TypeError
        If the output is no real scalar, or the argument holds no numbers.

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = value_and_grad(lambda x: np.sum(x**2))(np.array([1.0, 2.0]))
    >>> print(value, gradient)
    5.0 [2. 4.]
    """
    _check_callable("value_and_grad", f)

    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        recording = Recording(f, argnum, args, kwargs)
        y = recording.scalar(f, "grad")
        return recording.value, _structured(recording, argnum, recording.pull([_one(y)]))

    return _transformed("value_and_grad", f, _watched(value_and_gradient) if check else value_and_gradient)


def _watched(function: Function) -> Function:
    from .diagnosis.watching import checked

    return checked(function)


def _one(y: Any) -> Any:
    """The seed of an output that is one number."""
    if type(y) is not Tensor or y.dtype.kind != "f":
        return None
    return np.ones(y.shape, y.dtype) if y.ndim else y.dtype.type(1)


def _ones(y: Any) -> Any:
    """The seed of an output in which every entry is one."""
    if isinstance(y, Box):
        return Vector(space_of(y), space_of(y).ones())
    return np.ones_like(y)[()] if type(y) is Tensor else None


def grad(f: Function, argnum: ArgNum = 0, *, check: bool = False) -> Function:
    """The gradient of a scalar function, ∇f: one reverse sweep, whatever the number of inputs.

    Parameters and errors as in ``value_and_grad``.

    Examples
    --------
    >>> import numpy as np
    >>> f = lambda x: np.sqrt(x**2 + np.exp(x**2))
    >>> print(f"{grad(f)(0.5):.12f} {grad(grad(f))(0.0):.12f}")
    0.922050396876 2.000000000000
    """
    _check_callable("grad", f)

    def gradient(*args: Any, **kwargs: Any) -> Any:
        recording = Recording(f, argnum, args, kwargs)
        y = recording.scalar(f, "grad")
        return _structured(recording, argnum, recording.pull([_one(y)]))

    return _transformed("grad", f, _watched(gradient) if check else gradient)


def vjp(f: Function, *primals: Any) -> tuple[Any, Function]:
    """f's value at ``primals``, and the pullback w ↦ Jᵀw: f is run once, each call of the pullback is a reverse sweep.

    Parameters
    ----------
    f : callable
        A function written in NumPy.
    *primals : arrays or structures of arrays
        All arguments of f.  They are copied, so the pullback stays right when you change yours.

    Returns
    -------
    value, pullback
        ``pullback(w)`` takes a seed of the structure and shapes of the value, and returns a tuple with one adjoint
        for each primal.

    Raises
    ------
    ValueError
        If a seed has another shape than the value.

    Examples
    --------
    >>> import numpy as np
    >>> value, pullback = vjp(np.multiply, 3.0, 4.0)
    >>> print(value, *pullback(1.0))
    12.0 4.0 3.0
    """
    _check_callable("vjp", f)
    leaves, rebuild = flatten(primals)
    primals = rebuild([x if type(x) is Tensor or is_boxed(x) else np.array(x)[()] for x in leaves])
    recording = Recording(f, range(len(primals)), primals, {})

    def pullback(seed: Any) -> tuple[Any, ...]:
        seeds = _seeds("seed", seed, recording.outputs, "the output", recording.output)
        return tuple(recording.rebuild(recording.pull(seeds)))

    return recording.value, pullback


def jvp(f: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """f's value and its tangent J·v at ``primals`` in the direction ``tangents``: one forward sweep.

    Parameters
    ----------
    f : callable
        A function written in NumPy.
    primals, tangents : tuples of arrays or structures of arrays
        All arguments of f, and a direction for each, of the same structure and shapes.

    Returns
    -------
    value, tangent
        Both of the structure and shapes of f's output.

    Raises
    ------
    TypeError
        If ``primals`` or ``tangents`` is no tuple.
    ValueError
        If a tangent has another shape than its primal.

    Examples
    --------
    >>> import numpy as np
    >>> value, tangent = jvp(np.sin, (0.0,), (2.0,))
    >>> print(value, tangent)
    0.0 2.0
    """
    _check_callable("jvp", f)
    if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
        raise TypeError("jvp takes its primals and tangents as tuples, one entry for each argument: jvp(f, (x,), (v,))")
    if len(primals) != len(tangents):
        raise ValueError(f"jvp: {len(primals)} primals, but {len(tangents)} tangents: give one for each argument")
    recording = Recording(f, range(len(primals)), tuple(primals), {})
    seeds = _seeds("tangent", list(tangents), recording.numbers, "primals", list(primals))
    tangents_out = recording.rebuild_output(recording.push(seeds))
    return recording.value, tangents_out


def elementwise_grad(f: Function, argnum: int = 0) -> Function:
    """The derivative of a function that acts entry by entry: ∂f(x)_i/∂x_i, in the shape of x.

    It is the reverse sweep with the seed (1, 1, …), so for other functions it gives the sums of the columns of J.

    Examples
    --------
    >>> import numpy as np
    >>> print(elementwise_grad(np.sin)(np.zeros(3)))
    [1. 1. 1.]
    """
    _check_callable("elementwise_grad", f)

    def derivative(*args: Any, **kwargs: Any) -> Any:
        recording = Recording(f, argnum, args, kwargs)
        return recording.rebuild(recording.pull([_ones(y) for y in recording.outputs]))

    return _transformed("elementwise_grad", f, derivative)


def _structured(recording: Recording, argnum: ArgNum, derivatives: list[Any]) -> Any:
    """A derivative for each leaf in the structure of the argument, in a tuple if ``argnum`` named several."""
    tree = recording.rebuild(derivatives)
    return tree if isinstance(argnum, int) else tuple(tree)


def backward(y: Tensor, seed: Any) -> None:
    """``Tensor.backward``: the reverse sweep from y to every leaf of its history."""
    if seed is None:
        if y.shape != ():
            raise ValueError(
                f"backward() starts from one number, but this Tensor has shape {y.shape}: "
                "reduce it first, for example with .sum(), or give a seed of its shape, backward(seed)"
            )
        seed = y.dtype.type(1)
    seed = _matching("seed", seed, y, "this Tensor")
    leaves = roots(y.node)
    way = path(leaves, [y.node])
    found = reverse_sweep(way, {y.node: seed}, keep=False)
    if (watch := open_watch.get()) is not None:
        watch.pulled(leaves, way, {y.node: seed}, found)
    for node, adjoint in zip(leaves, _owned([found.get(node) for node in leaves], leaves, [seed]), strict=True):
        node.kwargs["grad"] = adjoint  # type: ignore[index]
