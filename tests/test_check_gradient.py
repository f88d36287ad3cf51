"""check_gradient on backpropagation with seeded mistakes: they are named rightly, and nothing else gets a name."""

from __future__ import annotations

import numpy as np
import pytest
from gradient_table import MUTANTS, OUTSIDE, TABLE, outside

import autograd_lite as ag
import nn

CASES = [(*mutant, seed, form) for mutant in MUTANTS for seed, form in ((0, "f"), (1, "f"), (2, "v"))]


def built(problem, seed):
    return TABLE[problem][0](np.random.default_rng(seed))


def checked(problem, gradient, form):
    return ag.check_gradient(problem.cost, gradient if form == "f" else gradient(problem.x), problem.x)


def misnamed(problem, mistake, seed, form):
    """The leaves of which something wrong was said."""
    p = built(problem, seed)
    report = checked(p, lambda x: p.backprop(x, mistake), form)
    expected = TABLE[problem][1][mistake]
    wrong = []
    for finding in report.findings:
        leaf = finding.name.split("'")[1] if "'" in finding.name else "x"
        names = expected.get(leaf, ())
        one_of = bool(names) and all("term" in n or "path" in n for n in names)
        said = finding.mistakes
        right = len(said) == 1 and said[0] in names if one_of else set(said) == set(names)
        if not right or finding.ok != (not names):
            wrong.append((leaf, finding.mistakes, finding.says))
    return wrong


def test_a_cost_may_fill_an_array_of_its_own():
    def cost(x):
        u = ag.Tensor(np.zeros(3))
        u[0] = x[0] ** 2
        u[1] = u[0] * x[1]
        return np.sum(u)

    right = ag.grad(cost)
    assert ag.check_gradient(cost, right, np.array([0.5, 2.0])).ok
    assert not ag.check_gradient(cost, lambda x: -right(x), np.array([0.5, 2.0])).ok


def test_there_are_enough_mutants():
    assert len(MUTANTS) >= 60 and len(CASES) >= 180


@pytest.mark.parametrize("problem", TABLE)
def test_mutants_are_named_rightly(problem):
    cases = [case for case in CASES if case[0] == problem]
    failed = {case: wrong for case in cases if (wrong := misnamed(*case))}
    assert len(failed) <= 0.05 * len(cases), failed
    assert not [w for wrong in failed.values() for w in wrong if w[1]], "a false name"


@pytest.mark.parametrize("problem", TABLE)
def test_right_gradients_are_right(problem):
    for seed in range(4):
        p = built(problem, seed)
        for form in "fv":
            report = checked(p, lambda x, p=p: p.backprop(x, ""), form)
            assert report.ok and bool(report) and report.raise_if_wrong() is report, str(report)
        assert ag.check_gradient(p.cost, ag.grad(p.cost), p.x).ok


@pytest.mark.parametrize("kind", OUTSIDE)
@pytest.mark.parametrize("problem", TABLE)
def test_no_name_for_what_is_on_no_list(problem, kind):
    for seed in range(2):
        p = built(problem, seed)
        gradient = outside(np.random.default_rng(seed + 100), p, kind)
        for form in "fv":
            for finding in checked(p, gradient, form).findings:
                assert finding.mistakes == (), finding
                assert finding.ok or "no known pattern" in finding.says


def test_round_numbers_do_not_make_a_pattern():
    rng = np.random.default_rng(0)
    named = []
    for _ in range(60):
        X, y, w = (rng.integers(-3, 4, shape) * 1.0 for shape in ((4, 3), 4, 3))
        given = rng.integers(-6, 7, 3) * 1.0
        finding = ag.check_gradient(lambda w, X=X, y=y: np.sum((X @ w - y) ** 2) + np.sum(w**2), given, w).findings[0]
        named += [finding] if finding.mistakes not in ((), ("one entry",)) else []
    assert named == []


def test_at_1_the_derivative_of_the_lecture_equals_the_function():
    f = lambda x: np.sqrt(x**2 + np.exp(x**2))
    assert ag.check_gradient(f, f(1.0), 1.0).ok  # one number alone cannot tell
    report = ag.check_gradient(f, f, 1.0)
    assert not report.ok and "right by coincidence" in str(report)


def test_a_gradient_that_does_not_follow_x():
    cost = lambda w: np.sum(np.sin(w))
    w = np.array([0.3, 0.7, 1.1])
    kept = np.cos(w)
    finding = ag.check_gradient(cost, lambda x: kept, w).findings[0]
    assert finding.mistakes == ("stale",) and "at the first point it is right" in finding.says


def test_all_activations_at_once():
    rng = np.random.default_rng(3)
    X, ws = rng.normal(size=(6, 4)), [rng.normal(size=(4, 4)) for _ in range(4)]

    def cost(ws):
        a = X
        for w in ws:
            a = np.tanh(a @ w)
        return np.mean(a**2)

    def backprop(ws):
        a = [X]
        for w in ws:
            a.append(np.tanh(a[-1] @ w))
        d, grads = 2 * a[-1] / a[-1].size, []
        for i in reversed(range(4)):
            grads.append(a[i].T @ d)
            d = d @ ws[i].T
        return grads[::-1]

    report = ag.check_gradient(cost, backprop, ws)
    assert [f.mistakes for f in report.findings] == [("missing activation derivative",)] * 4
    assert "at each of 4 places" in report.findings[0].says and str(report).count("as ws[0]") == 3


def test_the_sentence_names_node_mistake_and_fix():
    p = built("sigmoid", 0)
    report = ag.check_gradient(p.cost, lambda x: p.backprop(x, "no slope"), p.x)
    text = str(report)
    assert "2 of 4 gradients are wrong, at 3 points" in text
    assert "the derivative of sigmoid in a1 = 1 / (1 + exp(-z1)) is missing" in text
    assert "fix: multiply the adjoint by a1 * (1 - a1)" in text and "wrong: as p['W1']" in text
    assert report["W1"].name == "p['W1']" and report["b2"].ok
    with pytest.raises(KeyError, match="no leaf is called 'W9'"):
        report["W9"]
    with pytest.raises(AssertionError, match="derivative of sigmoid"):
        report.raise_if_wrong()


def test_html_is_escaped():
    report = ag.check_gradient(lambda p: p["<b>"] ** 2, lambda p: {"<b>": -2 * p["<b>"]}, {"<b>": 3.0})
    page = report._repr_html_()
    assert "&lt;b&gt;" in page and "<b>" not in page


def test_float32_and_complex_and_models():
    p = built("tanh", 1)
    x = {k: v.astype(np.float32) for k, v in p.x.items()}
    assert ag.check_gradient(p.cost, lambda x: p.backprop(x, ""), x).ok
    assert ag.check_gradient(p.cost, lambda x: p.backprop(x, "no slope"), x)["W1"].mistakes == (
        "missing activation derivative",
    )
    report = ag.check_gradient(lambda z: np.abs(z) ** 2, lambda z: 2 * z, 1 + 2j)
    assert report.findings[0].mistakes == ("conjugate",)
    model, X = nn.FFNN([3, 4, 2], hidden="tanh", seed=1), np.random.default_rng(0).normal(size=(5, 3))
    cost = lambda model: np.mean(model(X) ** 2)
    negated = lambda model: ag.trees.map_tree(np.negative, ag.grad(cost)(model))
    assert {f.mistakes for f in ag.check_gradient(cost, negated, model).findings} == {("sign",)}


A, B = np.random.default_rng(5).normal(size=(2, 4, 4))


@pytest.mark.parametrize(
    ("cost", "x"),
    [
        (lambda W: np.linalg.eigh(W + W.T)[0][0] ** 2, A),
        (lambda W: np.linalg.slogdet(W @ W.T + np.eye(4))[1], A),
        (lambda W: np.einsum("ij,jk,ik->", B, W, B) ** 2, A),
        (lambda x: np.sum(np.abs(np.fft.fft(x)) ** 3), A[0]),
        (lambda p: np.sum(p["a"]) + p["b"] ** 3, {"a": np.zeros((0, 3)), "b": 2.0}),
        (lambda x: np.sum(np.stack([x, x**2]).reshape(-1)[::2] ** 2), A[0]),
        (lambda x: np.std(x) + np.linalg.norm(x) + np.prod(x), A[0]),
        (lambda x: x[0] * x[1]["k"][0], [2.0, {"k": (3.0, np.ones(2))}]),
        (lambda m: np.mean((m(B) - 1) ** 2), nn.FFNN([4, 3, 2], hidden="gelu", output="softmax", seed=0)),
        (lambda x: np.sum(ag.grad(lambda t: np.sum(t**3))(x) ** 2), A[0]),
    ],
)
def test_all_sorts_of_costs(cost, x):
    right = ag.grad(cost)
    assert ag.check_gradient(cost, right, x).ok and ag.check_gradient(cost, right(x), x).ok
    for wrong, names in (
        (np.negative, {(), ("sign",)}),
        (lambda g: g + 0.1 * np.cos(3 + np.arange(g.size)).reshape(g.shape), {(), ("constant factor",)}),
    ):
        spoiled = lambda x, wrong=wrong: ag.trees.map_tree(lambda g: wrong(np.asarray(g)), right(x))
        for gradient in (spoiled, spoiled(x)):
            report = ag.check_gradient(cost, gradient, x)
            assert not report.ok and {f.mistakes for f in report.findings} <= names, report


def test_other_structures_are_read_by_order():
    cost = lambda p: np.sum(p["W"] ** 2) + 3 * p["b"]
    x = {"W": np.ones((2, 3)), "b": 1.0}
    assert ag.check_gradient(cost, lambda p: (2 * p["W"], 3.0), x).ok
    assert ag.check_gradient(cost, lambda p: {"dW": 2 * p["W"], "db": 3}, x).ok
    assert ag.check_gradient(lambda x: x[0] * x[1], lambda x: np.array([x[1], x[0]]), [2.0, 3.0]).ok
    assert ag.check_gradient(lambda x: np.sum(x**2), lambda x: [2 * v for v in x], np.array([2.0, 3.0])).ok


@pytest.mark.parametrize(
    ("cost", "gradient", "x", "error", "text"),
    [
        (3.0, 1.0, 1.0, TypeError, "the cost as a function"),
        (np.square, 1.0, "text", TypeError, "no numbers in x"),
        (lambda x: x * np.ones(3), 1.0, 1.0, TypeError, r"outputs of shape \(3,\)"),
        (lambda p: p["a"], {"a": 1.0, "b": 2.0, "c": 1.0}, {"a": 1.0, "d": 2.0}, TypeError, "has 3 arrays"),
        (np.sqrt, 1.0, 0.0, ValueError, "not finite"),
        (np.square, "text", 1.0, TypeError, "holds a str"),
        (lambda x: np.sum(x), [1, [2, 3]], np.ones(2), TypeError, "different shapes"),
    ],
)
def test_what_cannot_be_checked_is_refused(cost, gradient, x, error, text):
    with np.errstate(all="ignore"), pytest.raises(error, match=text):
        ag.check_gradient(cost, gradient, x)


def test_what_changes_from_call_to_call_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="my_gradient changes"):
        ag.check_gradient(np.square, lambda x: rng.normal(), 1.0)
    with pytest.raises(ValueError, match="the cost changes"):
        ag.check_gradient(lambda x: x * rng.normal(), lambda x: x, 1.0)
