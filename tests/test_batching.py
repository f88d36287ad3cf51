"""Batched sweeps give what one sweep for each seed gives, for the whole table of cases."""

import numpy as np
import pytest
from cases import CASES

import autograd_lite as ag
from autograd_lite import batching, jacobians
from autograd_lite.trees import flatten

each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
few_entries = [case for case in CASES if sum(np.size(x) for x in case.args) < 100]


@pytest.fixture
def watch(monkeypatch):
    """What a batched sweep did: the functions it applied member by member, and whether it gave up."""
    seen = {"members": set(), "given up": []}
    each_member, sweep = batching.each_member, jacobians._batched_sweep

    def watched(function, args, kwargs):
        seen["members"].add(function.__name__)
        return each_member(function, args, kwargs)

    def noted(*args):
        try:
            return sweep(*args)
        except Exception as error:
            seen["given up"].append(error)
            raise

    for module in (batching, jacobians.batching_rules):
        monkeypatch.setattr(module, "each_member", watched)
    monkeypatch.setattr(jacobians, "_batched_sweep", noted)
    return seen


def one_by_one(monkeypatch, f, *args):
    with monkeypatch.context() as context:
        context.setattr(jacobians, "BATCH_BYTES", 0)
        return f(*args)


def assert_same(found, expected, precision):
    found, expected = flatten(found)[0], flatten(expected)[0]
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        assert (type(a), a.shape, a.dtype) == (type(b), b.shape, b.dtype)
        scale = np.max(np.abs(np.nan_to_num(b, posinf=0, neginf=0)), initial=0.0)
        np.testing.assert_allclose(a, b, rtol=precision, atol=precision * scale)


def all_arguments(case):
    return tuple(range(len(case.args)))


# Applied to one member after the other, because no derivative that matters for speed passes through them
MEMBER_BY_MEMBER = frozenset({
})  # fmt: skip


@each
@pytest.mark.parametrize("jacobian", [ag.jacfwd, ag.jacrev], ids=["forward", "reverse"])
def test_as_one_by_one(case, jacobian, watch, monkeypatch):
    f = jacobian(case.f, all_arguments(case))
    assert_same(f(*case.args), one_by_one(monkeypatch, f, *case.args), 1e-12)
    assert not watch["given up"]
    assert watch["members"] <= MEMBER_BY_MEMBER


@pytest.mark.parametrize("case", [c for c in CASES if all(x.dtype == float for x in c.args)], ids=lambda case: case.id)
def test_as_one_by_one_in_float32(case, watch, monkeypatch):
    args = [x.astype(np.float32) for x in case.args]
    f = ag.jacobian(case.f, all_arguments(case))
    assert_same(f(*args), one_by_one(monkeypatch, f, *args), 1e-5)
    assert not watch["given up"]


def real_total(f, args):
    """A real number that depends on every entry of every output of f."""

    def total(*args):
        outputs = [y for y in flatten(f(*args))[0] if type(y) is ag.Tensor and y.dtype.kind in "fc"]
        weighed = [np.sum(np.real(y * np.cos(np.arange(y.size)).reshape(y.shape))) for y in outputs]
        return sum(weighed, 0.0 * np.sum(np.real(args[0])))

    return total


@pytest.mark.parametrize("case", few_entries, ids=lambda case: case.id)
def test_hessians_as_one_by_one(case, watch, monkeypatch):
    """Second derivatives, and Jacobians inside a derivative, where the batch holds Tensors."""
    total = real_total(case.f, case.args)
    for f in (ag.hessian(total), ag.jacrev(ag.jacrev(total)), ag.jacrev(ag.jacfwd(total))):
        assert_same(f(*case.args), one_by_one(monkeypatch, f, *case.args), 1e-10)
    assert not watch["given up"]
    assert watch["members"] <= MEMBER_BY_MEMBER
