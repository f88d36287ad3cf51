"""Initializers: their distributions, and those made with numbers of their own."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import nn
from nn import initializers
from nn.initializers import initializer

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(("n_in", "n_out"), [(6, 4), (4, 6), (5, 5), (1, 3)])
def test_orthogonal_weights_keep_lengths(n_in, n_out):
    W = initializers.orthogonal(gain=1.5)(RNG, n_in, n_out) / 1.5
    assert W.shape == (n_in, n_out)
    gram = W.T @ W if n_in >= n_out else W @ W.T
    np.testing.assert_allclose(gram, np.eye(min(n_in, n_out)), atol=1e-14)


def test_orthogonal_weights_favour_no_direction():
    """Without the signs of R, the first entry of Q by QR would always be negative."""
    first = [initializers.orthogonal()(RNG, 3, 3)[0, 0] for _ in range(400)]
    assert 0.4 < np.mean(np.array(first) > 0) < 0.6


@pytest.mark.parametrize(
    ("make", "distribution"),
    [
        (initializers.xavier, stats.norm(0, np.sqrt(2 / 160))),
        (initializers.xavier_uniform, stats.uniform(-np.sqrt(6 / 160), 2 * np.sqrt(6 / 160))),
        (initializers.he, stats.norm(0, np.sqrt(2 / 100))),
        (initializers.he_uniform, stats.uniform(-np.sqrt(6 / 100), 2 * np.sqrt(6 / 100))),
        (initializers.lecun, stats.norm(0, np.sqrt(1 / 100))),
        (initializers.lecun_uniform, stats.uniform(-np.sqrt(3 / 100), 2 * np.sqrt(3 / 100))),
        (initializers.normal(0.3, mean=2.0), stats.norm(2.0, 0.3)),
        (initializers.uniform(-1, 3), stats.uniform(-1, 4)),
    ],
)
def test_distributions(make, distribution):
    weights = nn.Dense(100, 60, weights=make, seed=0).weights
    assert stats.kstest(weights.ravel(), distribution.cdf).pvalue > 0.01


def test_constants_names_and_defaults():
    np.testing.assert_array_equal(nn.Dense(2, 3, weights=initializers.constant(0.1)).weights, np.full((2, 3), 0.1))
    assert np.all(nn.Dense(2, 3, weights="zeros").weights == 0)
    assert initializer(None, "selu") is initializers.lecun
    for name in ("relu", "leaky_relu", "elu", "gelu", "silu", "softplus"):
        assert initializer(None, name) is initializers.he
    for name in ("tanh", "sigmoid", "identity", "softmax", "softsign"):
        assert initializer(None, name) is initializers.xavier
    for name in ("normal", "uniform", "orthogonal", "lecun", "lecun_uniform"):
        weights = [nn.Dense(5, 4, weights=name, seed=seed, dtype=np.float32).weights for seed in (0, 0, 1)]
        assert weights[0].dtype == np.float32
        np.testing.assert_array_equal(weights[0], weights[1])
        assert not np.array_equal(weights[0], weights[2])


def test_selu_with_its_weights_normalizes_itself():
    x = np.random.default_rng(1).normal(size=(500, 200))
    for layer in nn.FFNN([200] * 21, hidden="selu", output="selu", seed=0):
        x = layer(x)
    assert abs(np.mean(x)) < 0.1 and 0.8 < np.std(x) < 1.2
