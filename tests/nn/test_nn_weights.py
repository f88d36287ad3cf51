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
