"""Every line of the table in cases.py against every generic check, and the conventions where no derivative exists."""

from __future__ import annotations

import numpy as np
import pytest
from cases import CASES

import autograd_lite as ag
from autograd_lite import kinds
from autograd_lite.sweeps import rules
from autograd_lite.testing import check_grads
from autograd_lite.trees import flatten

each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
first_of_each = pytest.mark.parametrize(
    "case", list({case.function: case for case in reversed(CASES)}.values()), ids=lambda case: case.function.__name__
)
real = pytest.mark.parametrize(
    "case", [case for case in CASES if all(np.asarray(x).dtype == np.float64 for x in case.args)], ids=lambda case: case.id
)


def arrays(tree):
    return [np.asarray(y.value if type(y) is ag.Tensor else y) for y in flatten(tree)[0]]


def assert_same(found, expected, precision=1e-12):
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        scale = np.max(np.abs(np.nan_to_num(b, posinf=0, neginf=0)).astype(float), initial=0.0)
        np.testing.assert_allclose(a, b, rtol=precision, atol=precision * scale)


def pulled_and_pushed(f, args):
    """Adjoints and tangents of f along directions that vary from entry to entry."""
    value, pullback = ag.vjp(f, *args)
    seeds, rebuild = flatten(value)
    adjoints = pullback(rebuild([varied(y) for y in seeds]))
    _, tangent = ag.jvp(f, args, tuple(varied(x) for x in args))
    return arrays(adjoints), arrays(tangent)


def varied(x):
    return np.cos(np.arange(np.size(x))).reshape(np.shape(x))


def recorded(outputs):
    """The functions in the history of some Tensors."""
    seen, functions, waiting = set(), set(), [y.node for y in flatten(outputs)[0] if type(y) is ag.Tensor]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            functions.add(node.function)
            waiting += node.parents
    return functions


# the generic checks


@each
def test_value_is_numpys(case):
    assert_same(arrays(case.f(*[ag.Tensor(x) for x in case.args])), arrays(case.f(*case.args)))


@each
def test_derivatives(case):
    check_grads(case.f, *case.args, order=2)


@first_of_each
def test_third_order(case):
    check_grads(case.f, *case.args, order=3)


@real
def test_float32_in_float32_out(case, monkeypatch):
    """And no rule computes in float64 on the way: a cast would hide it."""

    def cast(derivative, dtype):
        assert not (dtype == np.float32 and derivative.dtype == np.float64), "a rule promotes float32 to float64"
        return original(derivative, dtype)

    original = kinds.cast
    args = [x.astype(np.float32) for x in case.args]
    assert_same(arrays(case.f(*[ag.Tensor(x) for x in args])), arrays(case.f(*args)), 1e-5)
    check_grads(case.f, *args, order=1)
    if case.note != "dtype":
        monkeypatch.setattr(kinds, "cast", cast)
        ag.vjp(lambda *x: sum(np.sum(y) for y in flatten(case.f(*x))[0] if y.dtype == np.float32), *args)[1](np.float32(1))


@each
def test_memory_order_does_not_matter(case):
    """Strided and Fortran-ordered arguments give what contiguous ones give."""
    strided = tuple(np.repeat(x, 2, axis=-1)[..., ::2] if x.ndim else x for x in case.args)
    turned = tuple(np.asfortranarray(x) if x.ndim else x for x in case.args)
    expected = pulled_and_pushed(case.f, case.args)
    for args in (strided, turned):
        for found, wanted in zip(pulled_and_pushed(case.f, args), expected, strict=True):
            assert_same(found, wanted, 1e-10)


@each
def test_a_case_exercises_its_function(case, monkeypatch):
    called = set()
    if case.function in kinds.composites:
        composite = kinds.composites[case.function]
        monkeypatch.setitem(
            kinds.composites, case.function, lambda *args, **kwargs: called.add(case.function) or composite(*args, **kwargs)
        )
    called |= recorded(case.f(*[ag.Tensor(x) for x in case.args]))
    assert case.function in called


def test_every_rule_and_composite_has_a_case():
    covered = {case.function for case in CASES}
    missing = [f for f in (*rules, *kinds.composites) if f not in covered and f.__module__.startswith(("numpy", "autograd_lite"))]
    assert not missing, f"no case in tests/cases.py: {[f.__name__ for f in missing]}"


def test_ids_are_unique():
    assert len({case.id for case in CASES}) == len(CASES)
