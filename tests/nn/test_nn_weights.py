"""Weights of samples: a whole weight is a repetition, zero is absence, and only their ratios count."""

from __future__ import annotations

import numpy as np
import pytest

import autograd_lite as ag
import nn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 3))
COUNTS = np.array([0, 1, 2, 3] * 3)
REPEATED = np.repeat(np.arange(12), COUNTS)
TARGETS = {
    "mean_squared_error": (RNG.normal(size=(12, 2)), RNG.normal(size=(12, 2))),
    "binary_cross_entropy": (RNG.integers(0, 2, (12, 2)), RNG.uniform(0.1, 0.9, (12, 2))),
    "categorical_cross_entropy": (RNG.integers(0, 3, 12), nn.softmax(RNG.normal(size=(12, 3)))),
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_whole_weight_counts_like_repetitions(name):
    cost, (y, outputs) = getattr(nn, name), TARGETS[name]
    repeated = cost(y[REPEATED], outputs[REPEATED])
    np.testing.assert_allclose(cost(y, outputs, sample_weight=COUNTS), repeated, rtol=1e-14)
    np.testing.assert_allclose(cost(y, outputs, sample_weight=7.5 * COUNTS), repeated, rtol=1e-14)
    assert abs(cost(y, outputs) - repeated) > 1e-3


@pytest.mark.parametrize("name", ["binary_cross_entropy", "categorical_cross_entropy"])
def test_weights_count_in_the_form_from_logits_too(name):
    cost, (y, _) = getattr(nn, name), TARGETS[name]
    z = RNG.normal(size=TARGETS[name][1].shape)
    weighted = cost(y, z, from_logits=True, sample_weight=COUNTS)
    np.testing.assert_allclose(weighted, cost(y, cost.link(z), sample_weight=COUNTS), rtol=1e-12)


@pytest.mark.parametrize("output", ["identity", "sigmoid", "softmax"])
def test_full_batch_training_with_weights_is_training_on_repeated_samples(output):
    y = RNG.integers(0, 2, 12)
    models = [nn.FFNN([3, 5, 2 if output == "softmax" else 1], output=output, seed=0) for _ in range(2)]
    settings = dict(epochs=20, batch_size=None, optimizer=nn.Adam(0.05))
    weighted = nn.fit(models[0], X, y, sample_weight=COUNTS, **settings)
    repeated = nn.fit(models[1], X[REPEATED], y[REPEATED], **settings)
    np.testing.assert_allclose(weighted.loss, repeated.loss, rtol=1e-10)
    np.testing.assert_allclose(models[0](X), models[1](X), rtol=1e-9)


def test_mini_batches_take_their_weights_along():
    y = X @ [1.0, -2.0, 0.5]
    y[COUNTS == 0] = 1e3
    model = nn.FFNN([3, 1], seed=0)
    history = nn.fit(
        model, X, y, sample_weight=COUNTS, batch_size=5, epochs=400, optimizer=nn.Adam(0.05), seed=0,
        validation_data=(X, y, COUNTS),
    )  # fmt: skip
    np.testing.assert_allclose(model.layers[0].weights.ravel(), [1.0, -2.0, 0.5], atol=1e-3)
    assert history.validation_loss[-1] < 1e-5


def test_weights_keep_float32():
    model = nn.FFNN([3, 1], seed=0, dtype=np.float32)
    loss, gradient = ag.value_and_grad(nn.objective("mse"))(model, X.astype(np.float32), np.ones(12), COUNTS)
    assert loss.dtype == gradient.layers[0].weights.dtype == np.float32


def test_a_cost_of_ones_own_takes_weights_or_says_how():
    y = TARGETS["mean_squared_error"][0]
    own = lambda t, o, weights=1.0: np.mean(weights * (o - t) ** 2)
    model, given = nn.FFNN([3, 2], seed=0), dict(sample_weight=COUNTS, epochs=1, batch_size=None)
    assert nn.fit(model, X, y, cost=own, **given).loss == pytest.approx(
        nn.fit(nn.FFNN([3, 2], seed=0), X, y, **given).loss, rel=1e-13
    )
    with pytest.raises(TypeError, match=r"takes no weights of samples: write it as a function of .*weights=None"):
        nn.fit(model, X, y, cost=lambda t, o: np.mean((o - t) ** 2), **given)


@pytest.mark.parametrize(
    "weights, message",
    [
        (np.ones(11), r"sample_weight has shape \(11,\), but must have \(12,\)"),
        (-np.ones(12), "must not be negative"),
        (np.zeros(12), "must not be zero for all samples"),
        (np.full(12, np.nan), "sample_weight must be finite"),
    ],
)
def test_bad_weights_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        nn.fit(nn.FFNN([3, 2], seed=0), X, TARGETS["mean_squared_error"][0], sample_weight=weights, epochs=1)


@pytest.mark.parametrize("name", ["binary_cross_entropy", "categorical_cross_entropy"])
def test_weights_of_classes_are_weights_of_their_samples(name):
    y = np.array([0, 1, 1, 2, 2, 2] if name.startswith("cat") else [0, 1, 1, 1, 1, 1])
    outputs = nn.softmax(RNG.normal(size=(6, 3))) if name.startswith("cat") else RNG.uniform(0.1, 0.9, (6, 1))
    cost, own = getattr(nn, name), np.arange(1.0, 7.0)
    expected = cost(y, outputs, sample_weight=own * np.array([3.0, 0.5, 1.0])[y])
    for weights in ({0: 3.0, 1: 0.5}, [3.0, 0.5, 1.0]):
        np.testing.assert_allclose(cost(y, outputs, sample_weight=own, class_weight=weights), expected, rtol=1e-15)
        model = lambda x: outputs
        value = nn.objective(name)(model, X[:6], y, own, class_weight=weights)
        np.testing.assert_allclose(value, expected, rtol=1e-15)
    if name.startswith("cat"):
        one_hot = cost(nn.one_hot(y), outputs, sample_weight=own, class_weight={0: 3.0, 1: 0.5})
        np.testing.assert_allclose(one_hot, expected, rtol=1e-15)


def test_balanced_classes_weigh_the_same_as_in_scikit_learn():
    from sklearn.utils.class_weight import compute_sample_weight

    y, outputs = np.array([0, 0, 0, 0, 1, 2, 2]), nn.softmax(RNG.normal(size=(7, 3)))
    expected = nn.categorical_cross_entropy(y, outputs, sample_weight=compute_sample_weight("balanced", y))
    value = nn.categorical_cross_entropy(y, outputs, class_weight="balanced")
    np.testing.assert_allclose(value, expected, rtol=1e-15)
    heavy = nn.categorical_cross_entropy(y[3:], outputs[3:], class_weight="balanced", sample_weight=[4, 1, 1, 1])
    same = nn.categorical_cross_entropy(y[3:], outputs[3:], sample_weight=[1, 1, 0.5, 0.5])
    np.testing.assert_allclose(heavy, same, rtol=1e-15)


def test_fit_takes_weights_of_classes():
    y = (np.arange(12) % 4 == 0).astype(int)
    runs = [
        nn.fit(nn.FFNN([3, 4, 1], output="sigmoid", seed=0), X, y, epochs=3, seed=0, batch_size=5, **given).loss
        for given in ({"class_weight": {1: 3}}, {"sample_weight": 1 + 2 * y}, {"class_weight": "balanced"})
    ]
    np.testing.assert_array_equal(runs[0], runs[1])
    np.testing.assert_allclose(runs[0], runs[2], rtol=1e-12)


@pytest.mark.parametrize(
    "weights, targets, message",
    [
        ("balance", [0, 1], 'must be "balanced", a dict or a sequence'),
        ({"a": 1}, [0, 1], "the labels are integers from 0, but one is 'a'"),
        ({0: -1}, [0, 1], "finite and not negative"),
        ([1.0], [0, 1], r"shape \(1,\), but there are 2 classes"),
        ("balanced", [0.5, 1.5], "needs classes as targets"),
        ("balanced", [[1, 1], [0, 1]], "one class for each sample"),
    ],
)
def test_bad_weights_of_classes_are_refused(weights, targets, message):
    with pytest.raises(ValueError, match=message):
        nn.mean_squared_error(targets, np.zeros(np.shape(targets)), class_weight=weights)
