"""scan and checkpoint_loop: what a step may not do, and what is said of it."""

import numpy as np
import pytest

import autograd_lite as ag

RNG = np.random.default_rng(0)
C, X = RNG.normal(size=3), RNG.normal(size=(6, 3))

SAME = lambda c, x: (c, x)
ERRORS = [
    (lambda: ag.scan(lambda c, x: c, 0.0, X), TypeError, r"must return a pair, \(carry, y\), but it returned one"),
    (lambda: ag.scan(lambda c, x: ((c, c), c), 0.0, X), TypeError, r"one number or array and .* tuple with \[0\]"),
    (lambda: ag.scan(lambda c, x: ({"b": 1.0}, x), {"a": 1.0}, X), TypeError, "keep its structure"),
    (lambda: ag.scan(lambda c, x: ({"a": x}, x), {"a": 1.0}, X), ValueError, r"carry\['a'\] has shape \(\) .* \(3,\)"),
    (lambda: ag.scan(lambda c, x: (c > 0, x), C, X), TypeError, r"float64 .* returned bool: .*astype\('float64'\)"),
    (lambda: ag.scan(lambda c, x: (c + 1, c if c > 2 else (c, c)), 0.0, X), TypeError, "another structure at a later"),
    (lambda: ag.scan(SAME, 0.0), TypeError, "length=n"),
    (lambda: ag.scan(SAME, 0.0, (X, C)), ValueError, r"xs\[0\] has 6, xs\[1\] has 3"),
    (lambda: ag.scan(SAME, 0.0, X, length=5), ValueError, "length has 5, xs has 6"),
    (lambda: ag.scan(SAME, 0.0, 3.0), ValueError, "xs is one number"),
    (lambda: ag.scan(SAME, 0.0, length=-1), ValueError, "number of steps is -1"),
    (lambda: ag.scan(SAME, np.array(["a"]), X), TypeError, "carry holds no numbers"),
    (lambda: ag.scan(lambda c, x: (c * RNG.normal(), x), 0.0, X), TypeError, "a constant of multiply.*Random numbers"),
    (lambda: ag.scan(lambda c, x: (c + c.value, x), 0.5, length=500), TypeError, "value in line .* of <lambda>, `"),
    (lambda: ag.checkpoint_loop(np.sin, 1.0, 5, 0), ValueError, "at least one slot"),
    (lambda: ag.checkpoint_loop(lambda s, x: s, 1.0, 5, 2, X), ValueError, "length has 5, xs has 6"),
    (lambda: ag.checkpoint_loop(lambda s: (s, s), 1.0, 5, 2), TypeError, "the state must keep its structure"),
]


@pytest.mark.parametrize(("call", "error", "message"), ERRORS)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_decisions_that_never_repeat_inside_a_loop_inside():
    def outer(c, _):
        return ag.scan(lambda c, _: (c + c.value, None), c, length=2)[0], None

    with pytest.raises(TypeError, match="does something else at each step"):
        ag.scan(outer, 1.0, length=200)


def test_a_result_of_changing_kind():
    with pytest.raises(ValueError, match=r"is float64 of shape \(\) in one step and int64 .* in another"):
        ag.scan(lambda c, _: (c + 1, c if c < 3 else c.astype(int)), 0.0, length=300)
