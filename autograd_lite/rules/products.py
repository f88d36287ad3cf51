"""Products: linear in each factor.  The transpose of a product is a product with the other factors."""

import math

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from ..kinds import multilinear
from ..registry import composed, primitive
from .shaping import as_arrays, number


def matmul_left(g, out, a, b):
    """A B with C̄: Ā = C̄ Bᵀ."""
    if b.ndim == 1:
        return np.expand_dims(g, -1) * b if a.ndim > 1 else g * b
    return g @ b.mT if a.ndim > 1 else np.squeeze(np.expand_dims(g, -2) @ b.mT, -2)


def matmul_right(g, out, a, b):
    """A B with C̄: B̄ = Aᵀ C̄."""
    if a.ndim == 1:
        return np.expand_dims(a, -1) * np.expand_dims(g, -2) if b.ndim > 1 else g * a
    return a.mT @ g if b.ndim > 1 else np.squeeze(a.mT @ np.expand_dims(g, -1), -1)


@primitive
def contract(subscripts, *operands):
    """np.einsum in its plain form: explicit result, and each letter of an operand once in it and again elsewhere."""
    return np.einsum(subscripts, *operands)


def contract_transpose(j, g, out, subscripts, *operands):
    """Swap operand and result: ``ij,jk->ik`` becomes ``ik,jk->ij`` for the first operand."""
    terms, result = subscripts.split("->")
    j, terms = j - 1, terms.split(",")  # argument 0 is the text of subscripts
    return contract(
        ",".join([result, *terms[:j], *terms[j + 1 :]]) + "->" + terms[j], g, *operands[:j], *operands[j + 1 :]
    )


multilinear(np.matmul, matmul_left, matmul_right)
multilinear(contract, contract_transpose, variadic=True)


@composed(np.einsum)
def einsum(*operands, out=None, optimize=False, dtype=None, order="K", casting="safe"):
    """Every notation of np.einsum, reduced to ``contract``: sums and diagonals of a single operand come first."""
    if not isinstance(operands[0], str):
        operands = from_sublists(operands)
    arrays = as_arrays(*operands[1:])
    if dtype is not None:
        ones = [np.ones(1, x.dtype) for x in arrays]
        np.einsum(",".join("a" * len(ones)) + "->", *ones, dtype=dtype, casting=casting)  # for what it raises
        arrays = [x.astype(dtype) for x in arrays]
    terms, result, operands = explicit(operands[0].replace(" ", ""), arrays)
    long = {k for term, x in zip(terms, operands, strict=True) for k, n in zip(term, x.shape, strict=True) if n != 1}
    for i, x in enumerate(operands):
        term, x = take_diagonals(terms[i], x)
        stretched = tuple(axis for axis, k in enumerate(term) if k in long and x.shape[axis] == 1)
        operands[i] = np.squeeze(x, axis=stretched) if stretched else x
        terms[i] = "".join(k for axis, k in enumerate(term) if axis not in stretched)
    for i, term in enumerate(terms):
        elsewhere = set(result).union(*terms[:i], *terms[i + 1 :])
        alone = tuple(axis for axis, k in enumerate(term) if k not in elsewhere)
        operands[i] = np.sum(operands[i], axis=alone) if alone else operands[i]
        terms[i] = "".join(k for k in term if k in elsewhere)
    found = contract(",".join(terms) + "->" + result, *operands)
    return np.copy(found, order) if order in ("C", "F") else found


def from_sublists(operands):
    """``einsum(a, [0, 1], b, [1, 2], [0, 2])`` in letters."""
    pairs = list(zip(operands[0::2], operands[1::2], strict=False))
    letters = "".join

    def spell(sublist):
        return letters("..." if k is Ellipsis else chr(ord("A") + k if k < 26 else ord("a") + k - 26) for k in sublist)

    text = ",".join(spell(sublist) for _, sublist in pairs)
    return (text + ("->" + spell(operands[-1]) if len(operands) % 2 else ""), *[x for x, _ in pairs])


def explicit(subscripts, operands):
    """Letters for every axis of every operand and of the result: no ``...``, and ``->`` written out."""
    inputs, arrow, result = subscripts.partition("->")
    terms = inputs.split(",")
    if len(terms) != len(operands):
        raise ValueError(f"np.einsum: {subscripts!r} names {len(terms)} operands, but {len(operands)} were given")
    unused = [k for k in "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA" if k not in subscripts]
    most = max(np.ndim(x) - len(t.replace("...", "")) for t, x in zip(terms, operands, strict=True) if "..." in t) if (
        "..." in inputs
    ) else 0
    dots = "".join(unused[:most])
    if not arrow:
        once = sorted(k for k in set(inputs) - {",", "."} if inputs.count(k) == 1)
        result = ("..." if "..." in inputs else "") + "".join(once)
    for i, (term, x) in enumerate(zip(terms, operands, strict=True)):
        own = np.ndim(x) - len(term.replace("...", ""))
        if own < 0 or (own and "..." not in term):
            raise ValueError(f"np.einsum: {term!r} does not fit operand {i} of shape {np.shape(x)}")
        terms[i] = term.replace("...", dots[len(dots) - own :])
    return terms, result.replace("...", dots), operands


def take_diagonals(term, x):
    """A letter that stands twice in one operand means its diagonal."""
    for k in dict.fromkeys(term):
        while term.count(k) > 1:
            a = term.index(k)
            b = term.index(k, a + 1)
            x = np.diagonal(x, axis1=a, axis2=b)
            term = term[:a] + term[a + 1 : b] + term[b + 1 :] + k
    return term, x


@composed(np.dot)
def dot(a, b, out=None):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    if np.ndim(b) <= 2:
        return np.matmul(a, b)
    return np.tensordot(a, b, axes=(-1, -2))


@composed(np.inner)
def inner(a, b):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    return number(np.tensordot(a, b, axes=(-1, -1)))


@composed(np.vdot)
def vdot(a, b):
    return np.matmul(np.conj(np.ravel(a)), np.ravel(b))


@composed(np.outer)
def outer(a, b, out=None):
    return np.multiply(np.reshape(a, (-1, 1)), np.reshape(b, (1, -1)))


@composed(np.tensordot)
def tensordot(a, b, axes=2):
    """One matrix product of the arrays with the summed axes moved together."""
    if isinstance(axes, (int, np.integer)):
        axes_a, axes_b = list(range(np.ndim(a) - axes, np.ndim(a))), list(range(axes))
    else:
        axes_a, axes_b = ([k] if isinstance(k, (int, np.integer)) else list(k) for k in axes)
    shape_a, shape_b = np.shape(a), np.shape(b)
    axes_a = list(normalize_axis_tuple(axes_a, len(shape_a)))
    axes_b = list(normalize_axis_tuple(axes_b, len(shape_b)))
    if [shape_a[k] for k in axes_a] != [shape_b[k] for k in axes_b]:
        raise ValueError(f"np.tensordot: axes {axes_a} of shape {shape_a} do not fit axes {axes_b} of shape {shape_b}")
    free_a = [k for k in range(len(shape_a)) if k not in axes_a]
    free_b = [k for k in range(len(shape_b)) if k not in axes_b]
    summed = math.prod(shape_a[k] for k in axes_a)
    out_a, out_b = [shape_a[k] for k in free_a], [shape_b[k] for k in free_b]
    left = np.reshape(np.transpose(a, free_a + axes_a), (math.prod(out_a), summed))
    right = np.reshape(np.transpose(b, axes_b + free_b), (summed, math.prod(out_b)))
    return np.reshape(np.matmul(left, right), out_a + out_b)


@composed(np.cross)
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    if np.shape(a)[-1] != 3 or np.shape(b)[-1] != 3:
        raise ValueError(f"np.cross needs vectors of length 3, got shapes {np.shape(a)} and {np.shape(b)}")
    following, last = np.array([1, 2, 0]), np.array([2, 0, 1])
    c = a[..., following] * b[..., last] - a[..., last] * b[..., following]
    return np.moveaxis(c, -1, axisc)


@composed(np.kron)
def kron(a, b):
    n = max(np.ndim(a), np.ndim(b))
    shape_a, shape_b = ((1,) * (n - np.ndim(x)) + np.shape(x) for x in (a, b))
    product = np.reshape(a, [k for m in shape_a for k in (m, 1)]) * np.reshape(b, [k for m in shape_b for k in (1, m)])
    return np.reshape(product, [i * j for i, j in zip(shape_a, shape_b, strict=True)])


def last(x, axis):
    return x if axis in (-1, np._NoValue) else np.moveaxis(x, axis, -1)


@composed(np.vecdot)
def vecdot(x1, x2, /, *, axis=np._NoValue):
    """Σ x₁*·x₂ over the axis"""
    x1, x2 = last(np.conj(x1), axis), last(x2, axis)
    return number(np.squeeze(np.matmul(np.expand_dims(x1, -2), np.expand_dims(x2, -1)), (-2, -1)))


if hasattr(np, "matvec"):  # since NumPy 2.2

    @composed(np.matvec)
    def matvec(x1, x2, /):
        return np.squeeze(np.matmul(x1, np.expand_dims(x2, -1)), -1)

    @composed(np.vecmat)
    def vecmat(x1, x2, /):
        return np.squeeze(np.matmul(np.expand_dims(np.conj(x1), -2), x2), -2)


# the array API's names in np.linalg


@composed(np.linalg.matmul)
def linalg_matmul(x1, x2, /):
    return np.matmul(x1, x2)


@composed(np.linalg.tensordot)
def linalg_tensordot(x1, x2, /, *, axes=2):
    return tensordot(x1, x2, axes)


@composed(np.linalg.vecdot)
def linalg_vecdot(x1, x2, /, *, axis=-1):
    return vecdot(x1, x2, axis=axis)


@composed(np.linalg.outer)
def linalg_outer(x1, x2, /):
    if np.ndim(x1) != 1 or np.ndim(x2) != 1:
        raise ValueError(f"np.linalg.outer needs 1-d arrays, got shapes {np.shape(x1)} and {np.shape(x2)}")
    return outer(x1, x2)


@composed(np.linalg.cross)
def linalg_cross(x1, x2, /, *, axis=-1):
    return cross(x1, x2, axis=axis)


@composed(np.linalg.diagonal)
def linalg_diagonal(x, /, *, offset=0):
    return np.diagonal(x, offset, -2, -1)


@composed(np.linalg.trace)
def linalg_trace(x, /, *, offset=0, dtype=None):
    return np.sum(np.diagonal(x, offset, -2, -1), axis=-1, dtype=dtype)
