"""Sparsity: which inputs each number of a recorded program depends on, found by a forward sweep over sets.

A tangent is linear in the seeds, so in the place of the tangent ẏ_i a rule may as well be given the *set* of seeds it
could contain: a sum makes a union, a factor changes nothing (not even the factor 0, an accident of the values), x[i]
takes the set of its entry.  The sets of all entries of an array are the rows of one Boolean matrix, and they are
always large enough: where nothing is known of a function, each entry of its result may depend on all it was given.

The work is linear in the sizes of the sets, not in n².

Source: A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed. (SIAM, 2008), section 7.1 (index domains).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import prod
from typing import Any

import numpy as np

from ..arrays.versions import along
from ..graph import Node, Path
from ..kinds import Parts
from ..registry import composites, parameters
from ..rules.assigning import add_at, assign, part_of, without_parts
from ..rules.elementwise import masked
from ..rules.indexing import getitem, scatter
from ..rules.products import contract
from ..rules.shaping import astype, concatenate
from ..sweeps import rules

__all__ = ["Pattern", "UnknownPattern", "pattern_of", "sparse_module"]

Function = Callable[..., Any]
_new = object.__new__


def sparse_module() -> Any:
    """scipy.sparse, which only what is sparse needs."""
    try:
        from scipy import sparse
    except ImportError as error:
        raise ImportError(
            'sparse Jacobians and Hessians are SciPy matrices: pip install "autograd-lite[sparse]"'
        ) from error
    return sparse


class UnknownPattern(TypeError):
    """A function about which nothing is known here: what depends on it may depend on all of it."""


def pattern(rows: Any, shape: tuple[int, ...]) -> Pattern:
    """The Pattern of an array of this shape, a row of seeds for each of its entries."""
    new: Pattern = _new(Pattern)
    new.rows, new.shape = rows, shape
    return new


def _operator(self: Pattern, other: Any) -> Pattern:
    is_one = type(other) is not Pattern and getattr(other, "shape", ()) in ((), self.shape)
    return self if is_one and not isinstance(other, (list, tuple)) else elementwise(self, other)


class Pattern:
    """The seeds that each entry of an array may depend on: a Boolean matrix, one row for each entry in C order.

    It stands in the place of a tangent and follows NumPy's protocols as one does.
    """

    __slots__ = ("rows", "shape")

    rows: Any
    shape: tuple[int, ...]
    dtype = np.dtype(np.float64)

    @property
    def ndim(self) -> int:
        """The number of axes of the array."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of its entries."""
        return prod(self.shape)

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = _operator

    def __neg__(self) -> Pattern:
        return self

    def __matmul__(self, other: Any) -> Pattern:
        return product(self, other)

    def __rmatmul__(self, other: Any) -> Pattern:
        return product(other, self)

    def __getitem__(self, index: Any) -> Pattern:
        return self.moved(lambda entries: entries[index])

    def __len__(self) -> int:
        return self.shape[0]

    def __bool__(self) -> bool:
        raise UnknownPattern("a pattern has no values to ask about")

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise UnknownPattern("a pattern has no values")

    @property
    def T(self) -> Pattern:
        """The pattern of the array with its axes in reverse order."""
        return self.moved(np.transpose)

    @property
    def mT(self) -> Pattern:
        """The pattern of the array with its last two axes exchanged."""
        return self.moved(lambda entries: entries.mT)

    def astype(self, dtype: Any) -> Pattern:
        """This pattern: what an entry depends on has no dtype."""
        return self

    def reshape(self, *shape: Any) -> Pattern:
        """The pattern of the array in another shape."""
        return self.moved(lambda entries: entries.reshape(*shape))

    def sum(self, axis: Any = None, keepdims: bool = False) -> Pattern:
        """A sum depends on all that its terms depend on."""
        return self.united(axis, keepdims)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method == "__call__" and not kwargs and ufunc.nout == 1:
            if ufunc.signature is None:
                return elementwise(*inputs)
            if ufunc is np.matmul:
                return product(*inputs)
        raise UnknownPattern(ufunc.__name__)

    def __array_function__(self, function: Function, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        rule = pattern_rules.get(function) or composites.get(function)
        if rule is None:
            raise UnknownPattern(function.__name__)
        return rule(*args, **kwargs)

    def moved(self, function: Function) -> Pattern:
        """Entries taken, repeated and moved by ``function``: it is asked what it does to their numbers."""
        entries = function(np.arange(self.size).reshape(self.shape))
        order = np.ravel(entries)
        if len(order) == self.size and np.array_equal(order, np.arange(self.size)):
            return pattern(self.rows, np.shape(entries))
        return pattern(self.rows[order], np.shape(entries))

    def spread(self, shape: tuple[int, ...]) -> Pattern:
        """The pattern of the array broadcast to a shape."""
        return self if self.shape == shape else self.moved(lambda entries: np.broadcast_to(entries, shape))

    def collected(self, places: Any, shape: tuple[int, ...]) -> Pattern:
        """Entry i united into entry ``places[i]`` of an array of ``shape``."""
        entries = np.arange(self.size)
        ones, size = np.ones(self.size, bool), (prod(shape), self.size)
        return pattern(sparse_module().csr_array((ones, (np.ravel(places), entries)), size) @ self.rows, shape)

    def united(self, axis: Any, keepdims: bool) -> Pattern:
        """The union over an axis, over several, over all."""
        nothing = np.broadcast_to(np.False_, self.shape)
        kept = np.any(nothing, axis=axis, keepdims=True).shape
        places = np.broadcast_to(np.arange(prod(kept)).reshape(kept), self.shape)
        return self.collected(places, kept if keepdims else np.any(nothing, axis=axis).shape)

    def union(self, other: Pattern) -> Pattern:
        """Each entry may depend on what it depends on here or there."""
        return self if self.rows is other.rows else pattern(self.rows + other.rows, self.shape)


def elementwise(*args: Any) -> Pattern:
    """Entry by entry, broadcast: the union of what stands under one another."""
    shape = np.broadcast_shapes(*[np.shape(a) for a in args])
    first, *others = [a.spread(shape) for a in args if type(a) is Pattern]
    for other in others:
        first = first.union(other)
    return first


def product(a: Any, b: Any) -> Pattern:
    """A b: an entry may depend on all of its row of A and on all of its column of b."""
    shape = np.matmul(*[np.broadcast_to(0.0, np.shape(x)) for x in (a, b)]).shape
    parts = []
    if type(a) is Pattern:
        rows = a.united(-1, True)
        parts.append(rows if np.ndim(b) > 1 else rows.reshape(rows.shape[:-1]))
    if type(b) is Pattern:
        columns = b.united(-2 if b.ndim > 1 else -1, True)
        parts.append(columns if np.ndim(a) > 1 or b.ndim == 1 else columns.reshape((*b.shape[:-2], b.shape[-1])))
    parts = [p.reshape(()) if p.size == 1 else p for p in parts]
    if type(b) is Pattern and b.ndim == 1:
        parts[-1] = parts[-1].reshape(())
    return elementwise(*[p.spread(shape) for p in parts])


def constant_product(node: Node, patterns: list[Any]) -> Pattern | None:
    """A b where one factor is a constant matrix: its zeros are no accident.  None if it is something else."""
    a, b = node.args
    (t,) = [p for p in patterns if p is not None]
    other = b if patterns[1] is None else a
    if type(other) is Node or np.ndim(other) != 2 or t.ndim > 2:
        return None
    sparse = sparse_module()
    if patterns[1] is None:
        matrix = sparse.csr_array(np.transpose(other) != 0)
        matrix = matrix if t.ndim == 1 else sparse.kron(sparse.eye_array(t.shape[0], dtype=bool), matrix, "csr")
    else:
        matrix = sparse.csr_array(np.asarray(other) != 0)
        matrix = matrix if t.ndim == 1 else sparse.kron(matrix, sparse.eye_array(t.shape[1], dtype=bool), "csr")
    return pattern(matrix.astype(bool) @ t.rows, node.value.shape)


def contraction(subscripts: str, *operands: Any) -> Pattern:
    """Sums of products: unions over the letters that the result does not have."""
    terms, result = subscripts.split("->")
    named = list(zip(terms.split(","), operands, strict=True))
    sizes = {k: n for term, x in named for k, n in zip(term, x.shape, strict=True)}
    shape = tuple([sizes[k] for k in result])
    parts = []
    for term, x in named:
        if type(x) is Pattern:
            x = x.united(tuple(i for i, k in enumerate(term) if k not in result), False)
            kept = [k for k in term if k in result]
            x = x.moved(lambda e, kept=kept: np.transpose(e, [kept.index(k) for k in result if k in kept]))
            parts.append(x.reshape([sizes[k] if k in kept else 1 for k in result]).spread(shape))
    return elementwise(*parts)


def joined(*arrays: Any, axis: Any = 0) -> Pattern:
    """Arrays along an axis, as np.concatenate."""
    sparse = sparse_module()
    seeds = next(a.rows.shape[1] for a in arrays if type(a) is Pattern)
    blocks = [a.rows if type(a) is Pattern else sparse.csr_array((np.size(a), seeds), dtype=bool) for a in arrays]
    starts = np.cumsum([0, *[block.shape[0] for block in blocks]])
    entries = [start + np.arange(np.size(a)).reshape(np.shape(a)) for start, a in zip(starts, arrays, strict=False)]
    order = np.concatenate(entries, axis=axis)
    return pattern(sparse.vstack(blocks, "csr"), (starts[-1],)).moved(lambda numbers: numbers[order])


def collected(values: Any, shape: Any, *index: Any) -> Pattern:
    """The transpose of indexing: entries that go to one place are united."""
    places = np.arange(prod(shape)).reshape(shape)[index]
    return values.spread(np.shape(places)).collected(places, tuple(shape))


def added(x: Any, value: Any, way: Any, *index: Any) -> Pattern:
    """``value`` united with what was there."""
    return _written(x, value, way, index, True)


def replaced(x: Any, value: Any, way: Any, *index: Any) -> Pattern:
    """``value`` in the place of what was there; of complex entries with one new part the other remains."""
    return _written(x, value, way, index, part_of(way) is not None)


def _written(x: Any, value: Any, way: Any, index: Any, keep: bool) -> Pattern:
    places = along(np.arange(np.size(x)).reshape(np.shape(x)), without_parts(way))[index]
    found = []
    if type(x) is Pattern:
        remain = np.arange(x.size) if keep else np.setdiff1d(np.arange(x.size), places)
        selection = sparse_module().csr_array((np.ones(len(remain), bool), (remain, remain)), (x.size, x.size))
        found.append(pattern(selection @ x.rows, x.shape))
    if type(value) is Pattern:
        value = value.reshape(value.shape[max(value.ndim - np.ndim(places), 0) :])
        found.append(value.spread(np.shape(places)).collected(places, np.shape(x)))
    return elementwise(*found)


def reduction(function: Function) -> Function:
    """Each entry of the result may depend on the entries that are reduced to it."""
    def rule(x: Pattern, *args: Any, **kwargs: Any) -> Pattern:
        given = {**dict(zip(parameters(function)[1:], args, strict=False)), **kwargs}
        return x.united(given.get("axis"), given.get("keepdims", False) is True)

    return rule


def mixed(function: Function) -> Function:
    """Each entry of the result may depend on all entries along the axis."""

    def rule(x: Pattern, *args: Any, **kwargs: Any) -> Pattern:
        given = {**dict(zip(parameters(function)[1:], args, strict=False)), **kwargs}
        shape = function(np.zeros(x.shape), *args, **kwargs).shape
        axis = given.get("axis", None if function is np.cumsum else -1)
        together = x.united(axis, axis is not None)
        return together.spread(shape)

    return rule


def moving(function: Function) -> Function:
    """A function that moves entries and computes nothing."""
    return lambda x, *args, **kwargs: x.moved(lambda entries: function(entries, *args, **kwargs))


def unchanged(x: Pattern, *args: Any, **kwargs: Any) -> Pattern:
    """A function entry by entry of one array: nothing new is depended on."""
    return x


pattern_rules: dict[Function, Function] = {
    **{f: reduction(f) for f in (np.sum, np.prod, np.mean, np.max, np.min)},
    **{f: mixed(f) for f in (np.cumsum, np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft)},
    **{f: moving(f) for f in (np.reshape, np.transpose, np.swapaxes, np.moveaxis, np.flip, np.roll, np.diagonal)},
    **{f: moving(f) for f in (np.expand_dims, np.squeeze, np.broadcast_to)},
    **dict.fromkeys((np.real, np.imag, np.copy, astype), unchanged),
    np.tril: lambda m, k=0: m if m.ndim > 1 else m.spread((m.size, m.size)),
    np.triu: lambda m, k=0: m if m.ndim > 1 else m.spread((m.size, m.size)),
    np.where: elementwise,
    masked: elementwise,
    getitem: lambda x, *index: x[index],
    scatter: collected,
    assign: replaced,
    add_at: added,
    concatenate: joined,
    contract: contraction,
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: lambda a: a.size,
    np.zeros_like: lambda a, dtype=None, shape=None: np.zeros(a.shape if shape is None else shape),
    np.iscomplexobj: lambda x: True,
}


def everything(patterns: Iterable[Any], value: Any) -> Any:
    """Each entry of a value may depend on all that went into it."""
    if isinstance(value, tuple):
        patterns = list(patterns)
        return Parts(everything(patterns, part) for part in value)
    each = [part for p in patterns for part in (p if type(p) is Parts else (p,))]
    return elementwise(*[p.united(None, False) for p in each if p is not None]).spread(np.shape(value))


def pattern_of(path: Path, leaf: Node, outputs: list[Node]) -> list[Any]:
    """For each output the Boolean matrix of the entries of ``leaf`` it may depend on; None if on none."""
    n = leaf.value.size
    seeds = sparse_module().eye_array(n, dtype=bool, format="csr")
    found: dict[Any, Any] = {leaf: pattern(seeds, leaf.value.shape)}
    with np.errstate(all="ignore"):
        for node in path.steps:
            patterns = [found.get(a) if type(a) is Node else None for a in node.args]
            if any(p is not None for p in patterns):
                result = step(node, patterns)
                if result is not None:
                    found[node] = result
    return [found[y].rows if y in found else None for y in outputs]


def step(node: Node, patterns: list[Any]) -> Any:
    """What one elementary function makes of the patterns of its arguments: its own tangent rule says it."""
    try:
        if node.function is np.matmul and None in patterns:
            result = constant_product(node, patterns)
            if result is not None:
                return result
        args = [a.value if type(a) is Node else a for a in node.args]
        result = rules[node.function].jvp(patterns, node.value, args, node.kwargs)
    except Exception:  # a rule that needs the numbers of a tangent says nothing about its pattern
        return everything(patterns, node.value)
    if result is None or type(result) is Parts:
        return result
    if type(result) is not Pattern or result.shape != np.shape(node.value):
        return everything(patterns, node.value)
    return result
