"""Activations, costs, layers and initializers against PyTorch and SciPy; PyTorch's numbers are in references.json."""

from __future__ import annotations

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
from scipy import special, stats

import autograd_lite as ag
import nn

HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "references.json").read_text(encoding="utf-8"))
spec = spec_from_file_location("make_references", HERE / "make_references.py")
data = module_from_spec(spec)
spec.loader.exec_module(data)


def compare(function, x, expected, rtol=1e-12, atol=1e-15):
    """The value of a function, and the gradient of its sum, agree with the recorded ones."""
    value, pullback = ag.vjp(function, np.asarray(x))
    np.testing.assert_allclose(value, expected["value"], rtol=rtol, atol=atol)
    (gradient,) = pullback(np.ones_like(value))
    np.testing.assert_allclose(gradient, expected["gradient"], rtol=rtol, atol=atol)


@pytest.mark.parametrize("name", RECORDED["activations"])
def test_activations(name):
    function = getattr(nn, name)
    if "softmax" in name:
        compare(lambda z: function(z) * data.TARGETS, data.OUTPUTS, RECORDED["activations"][name])
    else:
        z = data.Z[1:-1] if name == "softplus" else data.Z
        compare(function, z, RECORDED["activations"][name], rtol=1e-10, atol=1e-14)


def test_activations_against_scipy():
    z = np.linspace(-30, 30, 61)
    np.testing.assert_allclose(nn.sigmoid(z), special.expit(z), rtol=1e-14)
    np.testing.assert_allclose(nn.softmax(z), special.softmax(z), rtol=1e-13)
    np.testing.assert_allclose(nn.log_softmax(z), special.log_softmax(z), rtol=1e-13, atol=1e-14)
    assert np.max(np.abs(nn.gelu(z) - z * special.ndtr(z))) < 5e-4
    fine = np.linspace(-8, 8, 4001)
    assert np.max(np.abs(nn.gelu(fine) - fine * special.ndtr(fine))) < 5e-4


INPUTS = {
    "hinge": (data.OUTPUTS, data.YES),
    "binary_cross_entropy": (data.PROBABILITIES, data.YES),
    "binary_cross_entropy from logits": (5 * data.OUTPUTS, data.YES),
    "categorical_cross_entropy from logits": (5 * data.OUTPUTS, data.LABELS),
    "poisson": (data.PROBABILITIES, data.COUNTS),
    "poisson from logits": (data.OUTPUTS, data.COUNTS),
    "gaussian": (np.concatenate([data.OUTPUTS, data.TARGETS[::-1]], axis=1), data.TARGETS),
}
COSTS = [name for name in RECORDED["costs"] if "class weights" not in name]


@pytest.mark.parametrize("name", COSTS)
def test_costs_with_and_without_weights_of_samples(name):
    cost = nn.Huber(0.3) if name == "huber(0.3)" else getattr(nn, name.removesuffix(" from logits"))
    outputs, targets = INPUTS.get(name, (data.OUTPUTS, data.TARGETS))
    settings = {"from_logits": True} if name.endswith("from logits") else {}
    for weights, expected in zip((None, data.WEIGHTS), RECORDED["costs"][name], strict=True):
        compare(lambda o, w=weights: cost(targets, o, sample_weight=w, **settings), outputs, expected)
    ag.testing.check_grads(lambda o: cost(targets, o, sample_weight=data.WEIGHTS, **settings), outputs)


def test_weights_of_classes():
    (expected,) = RECORDED["costs"]["categorical_cross_entropy with class weights"]
    cost = lambda o: nn.categorical_cross_entropy(
        data.LABELS, o, from_logits=True, class_weight=data.CLASS_WEIGHTS
    )
    compare(cost, 5 * data.OUTPUTS, expected)


def test_half_sum_of_squares_and_likelihoods():
    errors = data.OUTPUTS - data.TARGETS
    np.testing.assert_allclose(nn.half_sum_of_squares(data.TARGETS, data.OUTPUTS), 0.5 * np.sum(errors**2), rtol=1e-14)
    gradient = ag.grad(lambda o: nn.half_sum_of_squares(data.TARGETS, o))(data.OUTPUTS)
    np.testing.assert_allclose(gradient, errors, rtol=1e-14)
    s = data.TARGETS[::-1]
    expected = -np.mean(stats.norm.logpdf(data.TARGETS, data.OUTPUTS, np.exp(s / 2)))
    np.testing.assert_allclose(nn.gaussian(data.TARGETS, np.concatenate([data.OUTPUTS, s], axis=1)), expected)
    rates = np.exp(data.OUTPUTS)
    expected = -np.mean(stats.poisson.logpmf(data.COUNTS, rates) + special.gammaln(data.COUNTS + 1))
    np.testing.assert_allclose(nn.poisson(data.COUNTS, rates), expected, rtol=1e-13)


def test_batch_normalization_in_training_and_prediction():
    layer, rng = nn.BatchNorm(3, gamma=data.GAMMA, beta=data.BETA), np.random.default_rng(0)
    recorded = RECORDED["layers"]
    for batch, expected in zip(data.BATCHES, recorded["batch norm in training"], strict=True):
        compare(lambda x, f=layer: f.training(x, rng)[0] * data.TARGETS, batch, expected, atol=1e-13)
        _, layer = layer.training(batch, rng)
    np.testing.assert_allclose(layer.mean, recorded["running mean"], rtol=1e-13)
    np.testing.assert_allclose(layer.variance, recorded["running variance"], rtol=1e-13)
    compare(lambda x: layer(x) * data.TARGETS, data.BATCHES[0], recorded["batch norm"])


def test_layer_normalization():
    layer = nn.LayerNorm(3, gamma=data.GAMMA, beta=data.BETA)
    compare(lambda x: layer(x) * data.TARGETS, data.BATCHES[0], RECORDED["layers"]["layer norm"], atol=1e-13)


@pytest.mark.parametrize("name", RECORDED["initializers"])
def test_initializers(name):
    """60 000 numbers: the standard deviation of a sample is within 1 % of its own, five times its uncertainty."""
    weights = nn.Dense(300, 200, weights=name, seed=0).weights
    expected = RECORDED["initializers"][name]
    np.testing.assert_allclose(np.std(weights), expected["deviation"], rtol=0.01)
    if "uniform" in name:
        np.testing.assert_allclose(np.max(np.abs(weights)), expected["largest"], rtol=1e-3)
    assert abs(np.mean(weights)) < 5 * expected["deviation"] / np.sqrt(weights.size)
