"""Whole Jacobians and Hessians: every seed of a sweep at once.

    forward    J·[e₁ … e_n]     one tangent for each entry of the argument
    reverse    [e₁ … e_m]ᵀ·J    one adjoint for each entry of the output

The unit seeds stand in one array with an axis more (see ``batching``), so the record is swept once and each rule
computes with large arrays, instead of n sweeps that compute with small ones.  A Hessian is forward over reverse.

Memory: one sweep carries at most ``BATCH_BYTES`` of derivatives, k·(bytes of all recorded values); more seeds than that
go in several sweeps.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import accumulate
from typing import Any

import numpy as np

from .batching.batched import Batched, Unbatchable, batched
from .graph import Node
from .sweeps import forward_sweep, reverse_sweep
from .tensor import Tensor, as_leaf_value
from .transforms import ArgNum, Function, Recording, _check_callable, _owned, _structured, _transformed, grad, jvp
from .watches import open_watch

__all__ = ["hessian", "hessian_vector_product", "jacfwd", "jacobian", "jacrev"]

BATCH_BYTES = 2**24


def jacrev(f: Function, argnum: ArgNum = 0) -> Function:
    """The Jacobian ∂f_i/∂x_j by a reverse sweep that carries an adjoint for each entry of the output.

    Returns
    -------
    callable
        Takes f's arguments and returns an array of shape ``output.shape + argument.shape``.  Structured outputs and
        arguments give the structure of the output, with that of the argument in each place.

    Examples
    --------
    >>> import numpy as np
    >>> print(jacrev(lambda x: x[0] * x)(np.array([2.0, 3.0])))
    [[4. 0.]
     [3. 2.]]
    """

    return _jacobian_by("jacrev", f, argnum, lambda recording: True)


def jacfwd(f: Function, argnum: ArgNum = 0) -> Function:
    """The Jacobian ∂f_i/∂x_j by a forward sweep that carries a tangent for each entry of the argument.

    Returns the same as ``jacrev``; it is the cheaper one when there are more outputs than inputs.

    Examples
    --------
    >>> import numpy as np
    >>> print(jacfwd(lambda x: x[0] * x)(np.array([2.0, 3.0])))
    [[4. 0.]
     [3. 2.]]
    """

    return _jacobian_by("jacfwd", f, argnum, lambda recording: False)


def jacobian(f: Function, argnum: ArgNum = 0) -> Function:
    """The Jacobian ∂f_i/∂x_j, by whichever sweep has fewer derivatives to carry.

    Parameters
    ----------
    f : callable
        A function written in NumPy.
    argnum : int or sequence of int
        The argument, or arguments, to differentiate by.

    Returns
    -------
    callable
        As ``jacrev`` and ``jacfwd``: an array of shape ``output.shape + argument.shape``.

    Examples
    --------
    >>> import numpy as np
    >>> print(jacobian(lambda x: x[0] * x)(np.array([2.0, 3.0])))
    [[4. 0.]
     [3. 2.]]
    """
    return _jacobian_by("jacobian", f, argnum, _wide)


def hessian(f: Function, argnum: int = 0) -> Function:
    """The matrix of second derivatives ∂²f/∂x_i∂x_j of a scalar function: a forward sweep over the reverse sweep.

    Returns
    -------
    callable
        Takes f's arguments and returns an array of shape ``argument.shape + argument.shape``.

    Examples
    --------
    >>> import numpy as np
    >>> print(hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0])))
    [[4. 2.]
     [2. 0.]]
    """
    return _transformed("hessian", f, jacfwd(grad(f, argnum), argnum))


def hessian_vector_product(f: Function, argnum: int = 0) -> Function:
    """The product H·v of the Hessian of a scalar function with a vector, without the Hessian: forward over reverse.

    Returns
    -------
    callable
        Takes f's arguments and then v, of the structure and shapes of the argument; costs a few evaluations of f.

    Raises
    ------
    TypeError
        If v is missing, or f gives no single real number.
    ValueError
        If v has another shape than the argument.

    Source: B. A. Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6 (1994) 147.

    Examples
    --------
    >>> import numpy as np
    >>> f = lambda x: x[0] ** 2 * x[1]
    >>> print(hessian_vector_product(f)(np.array([1.0, 2.0]), np.array([1.0, 0.0])))
    [4. 2.]
    """
    gradient = grad(f, argnum)

    def product(*args: Any, **kwargs: Any) -> Any:
        if len(args) < 2:
            raise TypeError("hessian_vector_product(f) takes the arguments of f and then the vector: (x, v)")
        *primals, v = args

        def along(x: Any) -> Any:
            return gradient(*primals[:argnum], x, *primals[argnum + 1 :], **kwargs)

        return jvp(along, (primals[argnum],), (v,))[1]

    return _transformed("hessian_vector_product", f, product)


def _wide(recording: Recording) -> bool:
    """Whether the Jacobian has no more rows than columns, counting those twice that take two seeds."""
    outputs, leaves = recording.outputs, [x.value for x in recording.leaves]
    rows, columns = sum(int(np.size(y)) for y in outputs), sum(x.size for x in leaves)
    return rows * (1 + _halved(outputs, leaves)) <= columns * (1 + _halved(leaves, outputs))


def _jacobian_by(name: str, f: Function, argnum: ArgNum, by_rows: Callable[[Recording], bool]) -> Function:
    _check_callable(name, f)

    def jacobian_of_f(*args: Any, **kwargs: Any) -> Any:
        recording = Recording(f, argnum, args, kwargs)
        blocks = _rows(recording) if by_rows(recording) else _columns(recording)
        return recording.rebuild_output([_structured(recording, argnum, block) for block in blocks])

    return _transformed(name, f, jacobian_of_f)


def _rows(recording: Recording) -> list[list[Any]]:
    """∂output_i/∂leaf_j as blocks[i][j], from the rows that reverse sweeps give."""
    seeds = Seeds(recording.outputs)
    leaves = [x.value for x in recording.leaves]
    rows = _both(recording, seeds, leaves, reverse=True)
    return [
        [_shaped(row(y)[start:stop], y.shape + x.shape) for row, x in zip(rows, leaves, strict=True)]
        for y, start, stop in seeds.places
    ]


def _columns(recording: Recording) -> list[list[Any]]:
    """∂output_i/∂leaf_j as blocks[i][j], from the columns that forward sweeps give."""
    seeds = Seeds([x.value for x in recording.leaves])
    columns = _both(recording, seeds, recording.outputs, reverse=False)
    return [
        [_shaped(np.moveaxis(column(x)[start:stop], 0, -1), np.shape(y) + x.shape) for x, start, stop in seeds.places]
        for y, column in zip(recording.outputs, columns, strict=True)
    ]


def _both(recording: Recording, seeds: Seeds, ends: list[Any], reverse: bool) -> list[Callable[[Any], Any]]:
    """For each end, what the seeds become there, as a function of the array that they are seeds of.

    Where complex seeds meet a real end, one sweep leaves the real part of w·J; the other one, of -i·w, the imaginary
    part: ∂u/∂x + i·∂v/∂x of a complex output u + iv, and ∂u/∂x - i·∂u/∂y of a complex argument x + iy.
    """
    arrays = [a for a, _, _ in seeds.places]
    found = carried(recording, seeds, reverse)
    if not _halved(arrays, ends):
        return [partial(_completed, part, None, end) for part, end in zip(found, ends, strict=True)]
    turned = carried(recording, Seeds(arrays, -1j), reverse)
    return [partial(_completed, *three) for three in zip(found, turned, ends, strict=True)]


def _completed(part: Any, other: Any, end: Any, seeded: Any) -> Any:
    return part + 1j * other if other is not None and _halved([seeded], [end]) else part


def _halved(seeded: list[Any], ends: list[Any]) -> bool:
    """Whether complex seeds meet real ends."""
    return any(map(np.iscomplexobj, seeded)) and not all(map(np.iscomplexobj, ends))


def _shaped(block: Any, shape: tuple[int, ...]) -> Any:
    return block.reshape(shape) if shape or type(block) is Tensor else block.reshape(())[()]


class Seeds:
    """The unit seeds for every entry of some arrays, numbered through: arrays e_r of which one entry is 1.

    Instead of 1 it may be a complex unit; seeds of real arrays are then 0.
    """

    def __init__(self, arrays: list[Any], unit: complex = 1) -> None:
        self.unit = unit
        arrays = [a if type(a) is Tensor else as_leaf_value(a) for a in arrays]
        ends = [0, *accumulate(a.size for a in arrays)]
        self.places = list(zip(arrays, ends[:-1], ends[1:], strict=True))
        self.count = ends[-1]

    def between(self, first: int, last: int) -> list[Any]:
        """Seeds first to last, excluded, for each array; None where they are all 0."""
        return [self._part(a, start, stop, first, last) for a, start, stop in self.places]

    def _part(self, a: Any, start: int, stop: int, first: int, last: int) -> Any:
        ones = np.arange(max(first, start), min(last, stop))
        if not len(ones):
            return None
        seeds = np.zeros((last - first, stop - start), a.dtype if a.dtype.kind in "fc" else np.float64)
        if self.unit == 1 or a.dtype.kind == "c":
            seeds[ones - first, ones - start] = self.unit
        return seeds.reshape((last - first, *a.shape))


def carried(recording: Recording, seeds: Seeds, reverse: bool) -> list[Any]:
    """What the seeds become at the other end: for each leaf, or each output, an array with an axis for the seeds."""
    ends = recording.leaves if reverse else recording.outputs
    at_once = seeds_at_once(recording)
    parts = [
        swept(recording, seeds.between(first, min(first + at_once, seeds.count)), ends, reverse)
        for first in range(0, seeds.count, at_once)
    ]
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return [zeros(0, x) for x in ends]
    return [np.concatenate(pieces) for pieces in zip(*parts, strict=True)]


def seeds_at_once(recording: Recording) -> int:
    """How many derivatives of every recorded value fit into ``BATCH_BYTES``."""
    held = 0
    for node in recording.path.steps:
        held += getattr(node.value, "nbytes", 0)
    return max(1, BATCH_BYTES // (held + sum(node.value.nbytes for node in recording.leaves) + 1))


def swept(recording: Recording, seeds: list[Any], ends: list[Any], reverse: bool) -> list[Any]:
    """One batched sweep; or, where a rule has to tell its members apart, one sweep for each seed."""
    k = next(len(seed) for seed in seeds if seed is not None)
    if k > 1 and open_watch.get() is None:  # a watch wants to see each
        try:
            found = _batched_sweep(recording, [None if s is None else batched(s) for s in seeds], reverse)
            return _owned([_unbatched(d, x, k) for d, x in zip(found, ends, strict=True)], ends, seeds)
        except Exception:  # whatever it was, the sweeps below answer or raise the error in the words of one member
            pass
    sweep = recording.pull if reverse else recording.push
    each = [sweep([None if seed is None else seed[i][()] for seed in seeds]) for i in range(k)]
    return [np.stack(derivatives) for derivatives in zip(*each, strict=True)]


def _batched_sweep(recording: Recording, seeds: list[Any], reverse: bool) -> list[Any]:
    if not reverse:
        tangents = {node: seed for node, seed in zip(recording.leaves, seeds, strict=True) if seed is not None}
        found = forward_sweep(recording.path, tangents, recording.view)
        return [None if node is None else found.get(node) for node in recording.nodes]
    adjoints: dict[Node, Any] = {}
    for node, seed in zip(recording.nodes, seeds, strict=True):
        if node is not None and seed is not None:
            adjoints[node] = adjoints[node] + seed if node in adjoints else seed
    found = reverse_sweep(recording.path, adjoints, recording.view, keep=False)
    return [found.get(node) for node in recording.leaves]


def _unbatched(derivative: Any, x: Any, k: int) -> Any:
    """The array of k derivatives of x."""
    if derivative is None:
        return zeros(k, x)
    value = x.value if type(x) is Node else x
    if type(derivative) is not Batched or derivative.array.shape != (k, *value.shape):
        raise Unbatchable(f"{k} derivatives of an array of shape {value.shape}, but got {derivative!r}")
    return derivative.array


def zeros(k: int, x: Any) -> Any:
    """k derivatives of what is independent."""
    value = x.value if type(x) is Node else x.node.value if type(x) is Tensor else as_leaf_value(x)
    return np.zeros((k, *value.shape), value.dtype if value.dtype.kind in "fc" else np.float64)
