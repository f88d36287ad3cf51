"""Random shapes, axes and indices: the value is NumPy's, and check_grads agrees, whatever is drawn."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import (
    array_shapes,
    basic_indices,
    broadcastable_shapes,
    integer_array_indices,
    mutually_broadcastable_shapes,
    valid_tuple_axes,
)  # fmt: skip

import autograd_lite as ag
from autograd_lite.testing import check_grads
from autograd_lite.trees import flatten

few = settings(max_examples=40, deadline=None, derandomize=True, database=None)
many = settings(few, max_examples=200)

shapes = array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
filled = array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=3)


def numbers(shape, seed=0):
    """Distinct numbers of both signs: no ties, no kinks, none near 0."""
    rng = np.random.default_rng(seed)
    n = int(np.prod(shape))
    spread = (np.arange(n) + 1.0) / (n + 1) * 2 + 0.1
    return rng.permutation(spread * rng.choice([-1.0, 1.0], n)).reshape(shape)


def agrees(f, *args, order=2):
    found = [np.asarray(y.value if type(y) is ag.Tensor else y) for y in flatten(f(*[ag.Tensor(x) for x in args]))[0]]
    expected = [np.asarray(y) for y in flatten(f(*args))[0]]
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)
    check_grads(f, *args, order=order)


@st.composite
def reductions(draw):
    shape = draw(filled)
    axis = draw(st.none() | st.integers(-len(shape), len(shape) - 1) | valid_tuple_axes(len(shape), min_size=0))
    return shape, axis, draw(st.booleans())


@few
@given(reductions(), st.sampled_from([np.sum, np.mean, np.prod, np.max, np.min, np.var, np.std, np.ptp]))
def test_reductions(reduction, function):
    shape, axis, keepdims = reduction
    reduced = np.sum(np.ones(shape), axis=axis).max() if axis != () else 1
    order = 1 if function is np.std and reduced == 1 else 2  # the std of one number is 0, a kink
    x = numbers(shape)
    if order == 2:
        agrees(lambda x: function(x, axis=axis, keepdims=keepdims), x)
    else:
        np.testing.assert_array_equal(ag.grad(lambda x: np.sum(function(x, axis=axis, keepdims=keepdims)))(x), 0 * x)


@few
@given(filled, st.data(), st.sampled_from([np.cumsum, np.cumprod, np.flip]))
def test_along_an_axis(shape, data, function):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    agrees(lambda x: function(x, axis=axis), numbers(shape))


@few
@given(filled, st.data(), st.sampled_from([None, 1, 2, 3, np.inf, -np.inf, 0.5]))
def test_norms(shape, data, ord):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    agrees(lambda x: np.linalg.norm(x, ord, axis=axis), numbers(shape))


@few
@given(shapes, st.data())
def test_basic_indices(shape, data):
    index = data.draw(basic_indices(shape, max_dims=5, allow_newaxis=True, allow_ellipsis=True))
    agrees(lambda x: x[index], numbers(shape))


@few
@given(filled, st.data())
def test_integer_arrays(shape, data):
    index = data.draw(integer_array_indices(shape, result_shape=array_shapes(min_dims=0, max_dims=2, max_side=3)))
    agrees(lambda x: x[index], numbers(shape))
    agrees(lambda x: x[..., index[-1]], numbers(shape))


@few
@given(filled, st.data())
def test_masks(shape, data):
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=shape[0], max_size=shape[0])))
    x = numbers(shape)
    agrees(lambda x: x[mask], x)
    agrees(lambda x: x[x > 0], x)


@few
@given(st.data())
def test_mixed_indices(data):
    """Slices, numbers, integer arrays and masks, new axes and an ellipsis beside each other."""
    shape = (3, 2, 4)
    choices = [
        st.sampled_from([0, -1, slice(None), slice(None, None, -1), slice(1, None), [0, 1, 1], np.array([[1], [0]])]),
        st.sampled_from([0, -2, slice(None), slice(0, 1), [1, 0, 1]]),
        st.sampled_from([3, slice(None), slice(3, None, -2), [-1, 0, 2], np.array([True, False, True, True])]),
    ]
    index = [data.draw(choice) for choice in choices]
    if data.draw(st.booleans()):
        index.insert(data.draw(st.integers(0, 3)), None)
    if data.draw(st.booleans()):
        index[-1] = Ellipsis
    agrees(lambda x: x[tuple(index)], numbers(shape))


@few
@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3, min_side=0),
       st.sampled_from([np.add, np.subtract, np.multiply, np.divide, np.maximum, np.hypot, np.arctan2]))  # fmt: skip
def test_broadcasting(both, function):
    a, b = both.input_shapes
    agrees(function, numbers(a), numbers(b, seed=1) + 0.03)


@few
@given(mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=3))
def test_where_and_clip(three):
    condition, a, b = three.input_shapes
    agrees(lambda x, y: np.where(numbers(condition) > 0, x, y), numbers(a), numbers(b))
    agrees(lambda x, low: np.clip(x, low, 1.03), numbers(a), numbers(b, seed=1) - 1.53)


@few
@given(shapes, st.data())
def test_broadcast_to(shape, data):
    target = data.draw(broadcastable_shapes(shape, max_dims=4, min_side=0, max_side=3))
    target = np.broadcast_shapes(shape, target)
    agrees(lambda x: np.broadcast_to(x, target), numbers(shape))


@few
@given(shapes, st.data())
def test_reshape_and_transpose(shape, data):
    axes = data.draw(st.permutations(range(len(shape))))
    axes = [a - len(shape) if data.draw(st.booleans()) else a for a in axes]
    order = data.draw(st.sampled_from("CF"))
    agrees(lambda x: np.transpose(x, axes).reshape(-1), numbers(shape))
    agrees(lambda x: np.reshape(np.transpose(x), shape, order=order), numbers(shape))
    agrees(lambda x: np.moveaxis(x, axes, range(len(shape))), numbers(shape))


@few
@given(filled, st.data())
def test_concatenate_stack_and_split(shape, data):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    other = list(shape)
    other[axis] = data.draw(st.integers(0, 3))
    places = sorted(data.draw(st.lists(st.integers(0, 5), max_size=3)))
    x = numbers(shape)
    agrees(lambda x, y: np.concatenate([x, y, x], axis=axis), x, numbers(tuple(other)))
    agrees(lambda x: np.stack([x, 2 * x], axis=axis), x)
    agrees(lambda x: np.array_split(x, places, axis=axis), x)
    agrees(lambda x: np.array_split(x, 2, axis=axis), x)


@few
@given(filled, st.data())
def test_roll_repeat_tile_take(shape, data):
    axis = data.draw(st.one_of(st.none(), st.integers(-len(shape), len(shape) - 1)))
    n = data.draw(st.integers(0, 3))
    reps = data.draw(st.lists(st.integers(0, 2), min_size=1, max_size=4))
    x = numbers(shape)
    agrees(lambda x: np.roll(x, n - 1, axis=axis), x)
    agrees(lambda x: np.repeat(x, n, axis=axis), x)
    agrees(lambda x: np.tile(x, reps), x)
    agrees(lambda x: np.take(x, [[0, -1]], axis=axis), x)


@few
@given(mutually_broadcastable_shapes(signature="(i?,j),(j,k?)->(i?,k?)", max_dims=2, max_side=3, min_side=0))
def test_matmul(both):
    a, b = both.input_shapes
    agrees(np.matmul, numbers(a), numbers(b))


@few
@given(array_shapes(min_dims=1, max_dims=3, max_side=3), array_shapes(min_dims=0, max_dims=2, max_side=3), st.data())
def test_tensordot(shape, free, data):
    axes = data.draw(st.permutations(range(len(shape))))[: data.draw(st.integers(0, len(shape)))]
    b = (*free, *[shape[a] for a in axes])
    places = list(range(len(free), len(b)))
    pairs = (axes, [p - len(b) for p in places])
    agrees(lambda x, y: np.tensordot(x, y, axes=pairs), numbers(shape), numbers(b, seed=1))


@st.composite
def einsums(draw):
    """One to three operands over the letters of a few sizes, with repeated letters, size-1 axes and an ellipsis."""
    sizes = dict(zip("ijkl", draw(st.permutations([1, 2, 2, 3])), strict=True))
    terms, shapes = [], []
    for _ in range(draw(st.integers(1, 3))):
        term = draw(st.text("ijkl", min_size=0, max_size=3))
        lonely = {k: 1 if draw(st.integers(0, 5)) == 0 and term.count(k) == 1 else sizes[k] for k in term}
        dots = draw(st.sampled_from([(), (), (2,), (1,)]))
        terms.append(("..." if dots else "") + term)
        shapes.append((*dots, *[lonely[k] for k in term]))
    used = "".join(sorted(set("".join(terms)) - {"."}))
    ellipsis = "..." if any("..." in term for term in terms) else ""
    if draw(st.booleans()):
        return ",".join(terms), shapes
    chosen = draw(st.permutations(used)) if used else []
    return ",".join(terms) + "->" + ellipsis + "".join(chosen[: draw(st.integers(0, len(chosen)))]), shapes


@many
@given(einsums())
def test_einsum(drawn):
    subscripts, operand_shapes = drawn
    args = [numbers(shape, seed) for seed, shape in enumerate(operand_shapes)]
    agrees(lambda *x: np.einsum(subscripts, *x), *args, order=1)


def test_einsum_of_sublists_with_many_letters():
    agrees(lambda x, y: np.einsum(x, [30, 2], y, [2, 51], [51, 30]), numbers((2, 3)), numbers((3, 2)))
