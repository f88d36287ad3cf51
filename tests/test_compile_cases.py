"""Every line of the table in cases.py, compiled: the values and the adjoints of the function itself, and a program that
runs alone in an empty namespace."""

from __future__ import annotations

import numpy as np
import pytest
from cases import CASES

import autograd_lite as ag
from autograd_lite.trees import flatten

each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


def varied(x):
    return np.cos(np.arange(np.size(x))).reshape(np.shape(x))


def pulled(f):
    """The values and the adjoints of f along seeds that vary from entry to entry."""

    def both(*args):
        value, pullback = ag.vjp(f, *args)
        outputs, rebuild = flatten(value)
        return outputs, pullback(rebuild([varied(y) for y in outputs]))

    both.__name__ = "both"
    return both


def same(found, expected):
    found, expected = flatten(found)[0], flatten(expected)[0]
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        a, b = (np.asarray(y.value if type(y) is ag.Tensor else y) for y in (a, b))
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        scale = np.max(np.abs(np.nan_to_num(b, posinf=0, neginf=0)).astype(float), initial=0.0)
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-11 * scale)


@each
def test_compiled_is_eager(case):
    f = pulled(case.f)
    compiled = ag.compile(f)
    expected = f(*case.args)
    same(compiled(*case.args), expected)
    same(compiled(*case.args), expected)
    assert len(compiled.variants) == 1
    namespace = {}
    exec(compiled.source, namespace)
    alone = namespace["both"](*case.args, *compiled.constants.values())
    alone = alone if isinstance(alone, tuple) else (alone,)
    outputs = [y for y, kept in zip(flatten(expected)[0], compiled.variants[0].plan.outputs, strict=True)
               if type(kept) is ag.Node]  # fmt: skip
    same(list(alone), outputs)
