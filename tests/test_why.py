"""why: for every way in which a derivative gets lost, the sentence that names the step, its line and the fix."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import autograd_lite as ag
import nn


def line_of(f, text):
    """The number of the line of f that holds the text."""
    lines, first = inspect.getsourcelines(f)
    return first + next(i for i, line in enumerate(lines) if text in line)


def distance(x, y=0.0):
    d = x - y
    r = np.sum(d**2)
    return np.sqrt(r)


def logarithm_of_softmax(z):
    e = np.exp(z)
    p = e / np.sum(e)
    h = np.log(p)
    return h[0]


def guarded_too_late(x):
    y = np.log(x)
    return np.sum(np.where(x > 0, y, 0))


def guarded(x):
    y = np.log(np.where(x > 0, x, 1))
    return np.sum(np.where(x > 0, y, 0))


def root(x):
    return np.sum(x**0.5)


def angle(x):
    return np.arccos(x)


def ratio(x):
    q = x / x
    return q


def infinity_times_zero(x):
    big = np.exp(x)
    none = 0 * big
    return none


def entropy(p):
    h = p * np.log(p)
    return -np.sum(h)


def inverse(a):
    m = np.stack([np.stack([a, 2 * a]), np.stack([a, 2 * a])])
    return np.sum(m) / (m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0])


SOFTMAX_LOG = ["value of 'h' became inf at log", "'p'", "log(softmax"]
TOO_LATE = ["adjoint of 'x' became nan at log", "[1]", "0·∞", "np.where(mask"]
NOT_FINITE = [  # function, argument, what it is, where, what is said
    (distance, np.zeros(3), "inf", "np.sqrt", ["adjoint of 'r' became inf at sqrt", "value 0", "np.where before sqrt"]),
    (logarithm_of_softmax, np.array([-800.0, 0, 1]), "inf", "np.log", SOFTMAX_LOG),
    (logarithm_of_softmax, np.array([800.0, 0, 1]), "inf", "np.exp", ["value of 'e' became inf", "value 800 at [0]"]),
    (guarded_too_late, np.array([1.0, 0.0]), "nan", "np.log", TOO_LATE),
    (root, np.array([0.0, 1.0]), "inf", "**0.5", ["became inf at power", "value 0 at [0]", "infinite slope"]),
    (angle, 1.0, "inf", "arccos", ["became inf at arccos", "value 1", "np.clip"]),
    (ratio, 0.0, "nan", "x / x", ["value of 'q' became nan at divide", "np.where on the denominator"]),
    (infinity_times_zero, 800.0, "nan", "np.exp", ["value of 'big' became inf at exp", "overflows above 709.8"]),
    (entropy, np.array([0.0, 1.0]), "nan", "np.log", ["became inf at log", "value 0 at [0] of 'p'"]),
    (inverse, 1.5, "inf", "m[1, 1]", ["became inf at divide", "denominator"]),
]  # fmt: skip


@pytest.mark.parametrize(("f", "x", "kind", "text", "said"), NOT_FINITE, ids=lambda v: getattr(v, "__name__", None))
def test_not_finite(f, x, kind, text, said):
    answer = ag.why(f, x)
    assert not answer.ok and kind in ("inf", "nan") and answer.kinds[0] in ("inf", "nan")
    for part in [*said, f"line {line_of(f, text)}"]:
        assert part in str(answer), (part, str(answer))


def test_the_way_from_the_input_is_told():
    assert "(path x → d → r → sqrt(r))" in str(ag.why(distance, np.zeros(3)))


def dead(x):
    z = x - 5
    return np.sum(np.maximum(z, 0) ** 2)


def dead_where(x):
    z = x - 5
    return np.sum(np.where(z > 0, z, 0.0))


def rounded(x):
    k = np.floor(x)
    return k * 2


def counted(x):
    return (x > 1) * 1.0


def as_integer(x):
    n = x.astype(int)
    return n * 2.0


def underflow(x):
    return np.exp(-(x**2))


def saturated(x):
    return np.tanh(x)


def times_zero(x):
    b = 0 * x
    return x * 0.0 + b


def stopped(x):
    return ag.stop_gradient(x) * 2


def cancelling(x):
    a = x * 2
    return np.sin(a) - np.sin(a)


def flat(x):
    return np.cos(x)


def clipped(x):
    return np.sum(np.clip(x, -1, 1))


def kinked(x):
    return np.abs(x)


def overwritten(x):
    u = x * 2
    u[0] = 3.0
    return u[0] ** 2


ZERO = [
    (overwritten, np.ones(3), "u[0] = 3.0", ["u[0] = 3 writes over all entries of 'u' that are read afterwards"]),
    (dead, np.ones(4), "np.maximum", ["all relu inputs are negative", "largest of the 4 entries of 'z' is -4"]),
    (dead_where, np.ones(4), "np.where", ["all relu inputs are negative"]),
    (dead, 1.0, "np.maximum", ["the relu input 'z' is negative (-4)"]),
    (rounded, 2.5, "np.floor", ["floor", "piecewise constant"]),
    (counted, 2.5, "x > 1", ["x > 1", "is a comparison"]),
    (as_integer, 2.5, "astype", ["astype", "integers of 'x'"]),
    (underflow, 40.0, "np.exp", ["exp underflows to 0", "-1600"]),
    (saturated, 40.0, "np.tanh", ["tanh is saturated", "≥ 40"]),
    (times_zero, 2.0, "0.0", ["multiplied by zero"]),
    (stopped, 2.0, "stop_gradient", ["cut at stop_gradient"]),
    (cancelling, 2.0, "", ["paths that meet at 'a' cancel"]),
    (flat, 0.0, "np.cos", ["the derivative of cos(x), −sin(x), is 0 at 'x' = 0"]),
    (clipped, np.array([3.0, 4.0]), "np.clip", ["np.clip cuts off every entry of 'x' (3 … 4)"]),
    (kinked, 0.0, "np.abs", ["absolute is at its kink", "convention"]),
]


@pytest.mark.parametrize(("f", "x", "text", "said"), ZERO, ids=lambda v: getattr(v, "__name__", None))
def test_zero(f, x, text, said):
    answer = ag.why(f, x)
    assert answer.kinds == ("zero",) and "is zero" in str(answer)
    for part in [*said, f"line {line_of(f, text)}" if text else ""]:
        assert part in str(answer), (part, str(answer))


def by_value(x):
    a = x**2
    b = a.value
    return np.exp(b)


def by_item(x):
    a = x.item()
    return a * 2


def by_list(x):
    return np.sum(np.array(x.tolist()))


def by_decision(x):
    if x > 1:
        return 3.0
    return 4.0


CUT = [
    (by_value, ".value", "value of 'a'"), (by_item, ".item", "'x'"), (by_list, ".tolist", "'x'"),
    (by_decision, "bool", "if x"),
]  # fmt: skip


@pytest.mark.parametrize(("f", "door", "said"), CUT, ids=lambda v: getattr(v, "__name__", None))
def test_missing(f, door, said):
    answer = ag.why(f, 2.0)
    line = line_of(f, {"bool": "if x"}.get(door, door))
    assert answer.kinds == ("missing",)
    assert f"'x' does not reach the output: cut at {door}, line {line}" in str(answer) and said in str(answer)


def test_not_used():
    answer = ag.why(lambda p: p["a"] ** 2, {"a": 1.0, "b": 2.0})
    assert answer.kinds == ("fine", "missing")
    assert "p['b'] does not reach the output: it is not used on the way" in str(answer)


@pytest.mark.parametrize("f", [guarded, distance, nn.relu, nn.sigmoid, lambda x: np.sum(np.linalg.norm(x))])
def test_nothing_is_wrong(f):
    answer = ag.why(f, np.array([1.0, 2.0, 0.5]))
    assert answer.ok and answer.kinds == ("fine",)
    assert "nothing is wrong with the derivative by" in str(answer)


def test_a_function_of_several_arguments():
    assert ag.why(lambda x, w: x * w, 2.0, 0.0).kinds == ("zero",)
    assert ag.why(lambda x, w: x * w, 2.0, 0.0, argnum=1).kinds == ("fine",)
    assert "'w'" in str(ag.why(lambda x, w: x * w, 2.0, 0.0, argnum=1))


def test_a_network_says_which_line_of_the_library_and_which_of_yours():
    answer = ag.why(lambda x: np.sum(nn.relu(x - 9)), np.ones(4))
    assert "all relu inputs are negative" in str(answer)
    assert "of activations.py, called from line" in str(answer)


def test_of_tensors_without_a_watch():
    x = ag.Tensor(2.0, name="x")
    y = np.floor(3 * x)
    assert "the derivative by 'x' is zero: floor" in str(ag.why(y, x))
    z = np.sin(3 * x)
    assert ag.why(z, x).ok and ag.why(z).ok
    assert "'z' was made after it" in str(ag.why(x, z))
    assert "is y itself" in str(ag.why(x, x))


def test_of_tensors_after_a_watch():
    with ag.watch():
        u = ag.Tensor(1.0)
        v = 2 * u.value
        w = np.sin(v) * ag.Tensor(1.0)
    line = inspect.currentframe().f_lineno - 2
    assert f"'u' does not reach y: cut at .value, line {line} (v = 2 * u.value)" in str(ag.why(w, u))


def test_an_input_that_is_nan_already():
    x = ag.Tensor(np.array([1.0, np.nan]), name="x")
    assert "the input 'x' is itself nan at [1]" in str(ag.why(x * 2, x))
    X = np.array([1.0, np.inf])
    assert "the constant array in X * x holds inf" in str(ag.why(lambda x: np.sum(X * x), 1.0))


def test_the_answer_in_html_is_escaped():
    answer = ag.why(lambda x: np.sum((x < 3) * 1.0), 1.0)
    assert "x &lt; 3" in answer._repr_html_() and answer.sentences == [str(answer)]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: ag.why(3.0), "takes a Tensor, why"),
        (lambda: ag.why(ag.Tensor(1.0), 3.0), "got a float"),
        (lambda: ag.why(np.sin), "takes the arguments"),
        (lambda: ag.why(np.sin, "text"), "holds no numbers"),
    ],
)
def test_what_cannot_be_asked_is_refused(call, text):
    with pytest.raises(TypeError, match=text):
        call()
