"""Versions of an array under many writes: each can be read at any time, and none costs a copy."""

from __future__ import annotations

import pickle
import tracemalloc
from copy import deepcopy
from operator import setitem
from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite.arrays.versions import History, Version, along, copied, entries, written

A = np.arange(600.0).reshape(20, 30)
WAYS = [None, (None, np.transpose, (), {}), (None, np.flip, (0,), {}), (None, np.reshape, ((30, 20),), {})]
INDICES = [(0,), (3, slice(None, 5)), (..., -1), ([1, 1, 4],), (slice(2, 4), [0, 2])]


def write(x, way, index, value):
    version = written(setitem, x, value, way, index)
    assert type(version) is Version
    return version


writes = st.lists(
    st.tuples(st.integers(0, 50), st.sampled_from(WAYS), st.sampled_from(INDICES), st.integers(0, 9)), max_size=25
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(writes, st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_every_version_can_be_read_in_any_order(program, order):
    """A write into any version, not only the newest, makes one more."""
    versions, expected = [write(A, None, (0, 0), 5.0)], [A.copy()]
    expected[0][0, 0] = 5.0
    for number, (which, way, index, value) in enumerate(program):
        k = which % len(versions)
        array = expected[k].copy()
        along(array, way)[index] = number + 0.1 * value
        versions.append(write(versions[k], way, index, number + 0.1 * value))
        expected.append(array)
    for k in order:
        k %= len(versions)
        np.testing.assert_array_equal(versions[k][k % 20], expected[k][k % 20])
        np.testing.assert_array_equal(np.asarray(versions[k].T[2:, ::3]), expected[k].T[2:, ::3])
        np.testing.assert_array_equal(versions[k].copy(), expected[k])
        if k % 3 == 0:
            np.testing.assert_array_equal(versions[k].whole(), expected[k])
    assert A[0, 0] == 0.0


def test_what_is_read_whole_does_not_change():
    version = write(A, None, (0, 0), 5.0)
    whole, again = version.whole(), np.asarray(version)
    assert whole is again
    newer = write(version, None, (0, 0), 6.0)
    assert (whole[0, 0], entries(newer)[0, 0]) == (5.0, 6.0)


def test_entries_that_were_taken_are_copies():
    version = write(A, None, (0, 0), 5.0)
    row, number = version[0, :3], version[0, 0]
    view, copy = version[:, ::2], version.copy()
    write(version, None, (slice(None), slice(2)), -1.0)
    assert (row[0], number, view[0, 0], copy[0, 0]) == (5.0, 5.0, 5.0, 5.0)
    assert type(view) is Version and type(row) is np.ndarray


def test_it_is_an_array_to_numpy():
    version, plain = write(A, None, (0, 0), 5.0), A.copy()
    plain[0, 0] = 5.0
    assert (version.shape, version.dtype, version.ndim, version.nbytes, len(version)) == ((20, 30), float, 2, 4800, 20)
    for f in (
        lambda x: x + x, lambda x: 2 - x, lambda x: plain @ x.T, np.sin, np.sum, lambda x: x.sum(axis=0), np.sort,
        lambda x: np.concatenate([x, x]), lambda x: np.multiply.outer(x[0], x[1]), lambda x: np.moveaxis(x, 0, 1),
        lambda x: x > 3, lambda x: np.array(x), lambda x: x.reshape(-1), lambda x: np.zeros_like(x),
        lambda x: np.stack(list(x)), lambda x: np.where(x > 3, x, -x), lambda x: x[x > 3], lambda x: np.diagonal(x, 2),
    ):  # fmt: skip
        np.testing.assert_array_equal(np.asarray(f(version)), f(plain))
    assert (repr(version), str(version)) == (repr(plain), str(plain))
    with pytest.raises(ValueError, match="ambiguous"):
        bool(version)


@pytest.mark.parametrize("copy", [deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_graph_is_copied_and_pickled_however_large_its_arrays_are(copy):
    def f(x):
        u = ag.Tensor(np.zeros(1200))
        u[0] = x
        u[1] = u[0] * x
        return u[1]

    graph = ag.trace(f)(3.0)
    other = copy(graph)
    assert any(type(node.node.value) is Version for node in graph)
    for mine, theirs in zip(graph, other, strict=True):
        np.testing.assert_array_equal(mine.value, theirs.value)
    assert other.reverse_sweep().inputs[0].adjoint == 6.0


def test_a_failing_write_leaves_the_array():
    version = write(A, None, (0, 0), 5.0)
    for index, value in (((25,), 1.0), ((0, slice(3)), np.ones(4)), ((0, 0), "text")):
        with pytest.raises((IndexError, ValueError)):
            written(setitem, version, value, None, index)
    np.testing.assert_array_equal(version.copy()[0, :3], [5.0, 1.0, 2.0])
    assert write(version, None, (0, 1), 2.0).history is version.history


def test_small_arrays_and_large_writes_are_copied():
    assert written(setitem, np.zeros(5), 1.0, None, (0,)) is None
    assert written(setitem, A, 1.0, None, (slice(None, 15),)) is None
    assert written(setitem, np.float64(1.0), 1.0, None, ()) is None


def test_strides_are_those_of_the_array():
    x = np.asfortranarray(A)[::2, ::-1]
    assert copied(x).strides == x.strides == write(x, None, (0, 0), 1.0).strides
    np.testing.assert_array_equal(copied(x), x)


def test_memory_is_that_of_the_writes():
    tracemalloc.start()
    version = np.zeros(4000)
    for i in range(4000):
        version = write(version, None, (i,), 1.0 * i)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4e6  # 4000 copies would take 128 MB
    np.testing.assert_array_equal(version.whole(), np.arange(4000.0))


def test_two_threads_may_write_into_the_same_version():
    start = write(A, None, (0, 0), 5.0)
    found = {}

    def work(number):
        version = start
        for i in range(200):
            version = write(version, None, (i % 20, number), 1000.0 * number + i)
        found[number] = version

    threads = [Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, version in found.items():
        expected = A.copy()
        expected[0, 0] = 5.0
        for i in range(200):
            expected[i % 20, number] = 1000.0 * number + i
        np.testing.assert_array_equal(version.whole(), expected)


def test_a_history_moves_one_copy_to_what_is_asked_for():
    history = History(np.zeros(200))
    for i in range(100):
        history.write(setitem, None, (i,), 1.0)
    for place in (50, 49, 51, 0, 100, 99, 3):
        np.testing.assert_array_equal(history.at(place), np.arange(200) < place)
