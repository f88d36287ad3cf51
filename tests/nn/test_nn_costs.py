"""Costs, targets, penalties and metrics: stable forms, soft labels, and every kind of bad target."""

from __future__ import annotations

import numpy as np
import pytest

import autograd_lite as ag
import nn

X = np.array([[0.5, -1.0], [2.0, 0.3], [-0.7, 0.9]])


def entropy_model(output, n_out, seed=0):
    return nn.FFNN([2, 4, n_out], output=output, seed=seed)


def test_cross_entropies_of_outputs_and_of_logits_agree():
    model = entropy_model("softmax", 3)
    by_hand = -np.mean(np.log(model(X)[np.arange(3), [2, 0, 1]]))
    np.testing.assert_allclose(nn.categorical_cross_entropy([2, 0, 1], model(X)), by_hand, rtol=1e-14)
    from_logits = nn.categorical_cross_entropy([2, 0, 1], model.logits(X), from_logits=True)
    np.testing.assert_allclose(from_logits, by_hand, rtol=1e-14)
    np.testing.assert_allclose(nn.objective("categorical_cross_entropy")(model, X, [2, 0, 1]), by_hand, rtol=1e-14)
    model = entropy_model("sigmoid", 1)
    p = model(X).ravel()
    by_hand = -np.mean([np.log(p[0]), np.log(1 - p[1]), np.log(p[2])])
    np.testing.assert_allclose(nn.binary_cross_entropy([1, 0, 1], model(X)), by_hand, rtol=1e-14)
    np.testing.assert_allclose(nn.objective("binary_cross_entropy")(model, X, [1, 0, 1]), by_hand, rtol=1e-14)


def saturated(output, n_out, logits):
    """A model whose logits are the given ones for every x."""
    return nn.Sequential(nn.Dense(2, n_out, output, weights="zeros", biases=logits))


def test_a_saturated_softmax_is_trained_on_its_logits():
    model = saturated("softmax", 3, [1000.0, 0.0, -1000.0])
    value, gradient = ag.value_and_grad(nn.objective("categorical_cross_entropy"))(model, X, [2, 2, 2])
    assert value == 2000.0
    np.testing.assert_array_equal(gradient[0].biases, [1, 0, -1])


def test_a_saturated_sigmoid_is_trained_on_its_logits():
    model = saturated("sigmoid", 1, [1000.0])
    value, gradient = ag.value_and_grad(nn.objective("binary_cross_entropy"))(model, X, [0, 0, 0])
    assert value == 1000.0
    np.testing.assert_array_equal(gradient[0].biases, [1])


def test_a_model_that_ends_in_an_activation_layer_is_trained_on_its_logits_too():
    dense = nn.Dense(2, 3, seed=0)
    one, two = nn.Sequential(dense, "softmax"), nn.Sequential(nn.Sequential(dense, "softmax"))
    three = nn.Sequential(nn.Dense(2, 3, "softmax", weights=dense.weights))
    values = [nn.objective("categorical_cross_entropy")(model, X, [2, 0, 1]) for model in (one, two, three)]
    assert values[0] == values[1] == values[2]


@pytest.mark.parametrize("seed", range(3))
def test_second_derivatives_of_the_costs(seed):
    rng = np.random.default_rng(seed)
    z = np.concatenate([rng.normal(size=5), [0.0]])  # 0 is where |z| or max(z, 0) would go wrong
    t = np.array([0.0, 1, 1, 0, 1, 0])
    s = nn.sigmoid(z)
    hessian = ag.hessian(lambda z: nn.binary_cross_entropy(t, z, from_logits=True))(z)
    np.testing.assert_allclose(hessian, np.diag(s * (1 - s)) / 6, rtol=1e-12, atol=1e-17)
    p = nn.softmax(z)
    hessian = ag.hessian(lambda z: nn.categorical_cross_entropy([2], z[None], from_logits=True))(z)
    np.testing.assert_allclose(hessian, np.diag(p) - np.outer(p, p), rtol=1e-12, atol=1e-17)


def test_labels_may_be_integers_columns_floats_booleans_one_hot_or_soft():
    p = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]])
    expected = nn.categorical_cross_entropy([0, 1], p)
    for labels in ([[0], [1]], [0.0, 1.0], np.int8([0, 1]), [[1, 0, 0], [0, 1, 0]]):
        assert nn.categorical_cross_entropy(labels, p) == expected
    soft = nn.categorical_cross_entropy([[0.5, 0.5, 0], [0, 1, 0]], p)
    np.testing.assert_allclose(soft, -(0.5 * np.log(0.7) + 0.5 * np.log(0.2) + np.log(0.8)) / 2, rtol=1e-14)
    q = np.array([[0.9], [0.2]])
    assert nn.binary_cross_entropy([True, False], q) == nn.binary_cross_entropy([[1.0], [0.0]], q)


def test_recorded_targets_get_the_shape_of_the_outputs():
    model = entropy_model("sigmoid", 1)
    cost = nn.objective("binary_cross_entropy")
    assert ag.trace(cost)(model, X, np.array([1, 0, 1])).output.value == cost(model, X, [1, 0, 1])
    model = entropy_model("softmax", 3)
    cost = nn.objective("categorical_cross_entropy")
    assert ag.trace(cost)(model, X, np.array([2, 0, 1])).output.value == cost(model, X, [2, 0, 1])


@pytest.mark.parametrize(
    ("targets", "error", "message"),
    [
        ([0, 3, 1], ValueError, r"integers from 0 to 2, one for each of 3 classes, but the label at \[1\] is 3"),
        ([0, -1, 1], ValueError, r"the label at \[1\] is -1"),
        ([0, 1.5, 1], ValueError, r"the label at \[1\] is 1.5"),
        (["a", "b", "c"], TypeError, "np.unique"),
        ([0, np.nan, 1], ValueError, r"finite.*the first is nan at \[1\]"),
        ([0, 1], ValueError, r"the targets have shape \(2,\), but the outputs have shape \(3, 3\)"),
        ([[1, 0, 0], [0, 1, 1], [0, 0, 1]], ValueError, "rows of sum 1"),
        ([[1], [2, 3], [1]], ValueError, "different lengths"),
        ([None, 1, 2], ValueError, r"the first is nan at \[0\]"),
        ([object(), 1, 2], TypeError, "must be numbers, not object"),
        ([1j, 1, 2], TypeError, "real numbers"),
    ],
)
def test_bad_classes_are_refused(targets, error, message):
    with pytest.raises(error, match=message):
        nn.objective("categorical_cross_entropy")(entropy_model("softmax", 3), X, targets)


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ([0, 2, 1], "are 0 and 1, but here they go from 0 to 2"),
        ([-1, 1, 1], r"take \(y \+ 1\)/2"),
        ([0, 1], r"shape \(2,\), but the outputs have shape \(3, 1\)"),
    ],
)
def test_bad_yes_or_no_targets_are_refused(targets, message):
    with pytest.raises(ValueError, match=message):
        nn.objective("binary_cross_entropy")(entropy_model("sigmoid", 1), X, targets)


def test_a_cost_of_probabilities_refuses_other_outputs():
    with pytest.raises(ValueError, match="give the model output='softmax'"):
        nn.objective("categorical_cross_entropy")(entropy_model("identity", 3), X, [0, 1, 2])
    with pytest.raises(ValueError, match="probabilities between 0 and 1, but the outputs go from -2"):
        nn.binary_cross_entropy([1, 0], [-2.0, 0.5])
    with pytest.raises(ValueError, match="an output for each class"):
        nn.categorical_cross_entropy([1, 0], [[0.5], [0.5]])
    with pytest.raises(TypeError, match="the targets first and then probabilities"):
        nn.binary_cross_entropy([0.9, 0.2], [1, 0])
    with pytest.raises(TypeError, match="no form from logits"):
        nn.mean_squared_error([1.0], [1.0], from_logits=True)


def test_no_silent_broadcasting_of_targets():
    with pytest.raises(ValueError, match=r"\(3, 2\), but the outputs have shape \(3, 1\)"):
        nn.mean_squared_error(np.zeros((3, 2)), np.zeros((3, 1)))
    assert nn.mean_squared_error([1.0, 2.0, 4.0], [[1.0], [2.0], [3.0]]) == 1 / 3


def test_unknown_costs_are_named():
    with pytest.raises(ValueError, match="no cost is named 'mes'; choose from mean_squared_error"):
        nn.objective("mes")
    with pytest.raises(TypeError, match="a name or a function"):
        nn.objective(3)


def test_penalties_count_weights_and_leave_biases_alone():
    model = nn.FFNN([2, 3, 1], seed=0)
    for layer in model:
        layer.biases[:] = 5.0
    squares = sum(np.sum(layer.weights**2) for layer in model)
    np.testing.assert_allclose(nn.L2(0.5)(model), 0.5 * squares, rtol=1e-14)
    gradient = ag.grad(nn.L1(0.5))(model)
    np.testing.assert_array_equal(gradient[0].weights, 0.5 * np.sign(model[0].weights))
    np.testing.assert_array_equal(gradient[0].biases, np.zeros(3))
    both = nn.objective("mse", [nn.L1(0.1), nn.L2(0.2)])(model, X, np.zeros(3))
    alone = nn.objective("mse")(model, X, np.zeros(3))
    np.testing.assert_allclose(both, alone + nn.L1(0.1)(model) + nn.L2(0.2)(model), rtol=1e-14)


@pytest.mark.parametrize("strength", [-1.0, float("nan"), "big", True])
def test_bad_strengths_are_refused(strength):
    with pytest.raises(ValueError, match="strength"):
        nn.L2(strength)


def test_labels_accuracy_and_confusion():
    p = [[0.1, 0.9], [0.8, 0.2], [0.4, 0.6]]
    assert nn.labels(p).tolist() == [1, 0, 1]
    assert nn.accuracy([1, 0, 0], p) == 2 / 3
    assert nn.accuracy([[0, 1], [1, 0], [1, 0]], p) == 2 / 3
    assert nn.accuracy([1, 0], [[0.7], [0.4]]) == 1.0
    assert nn.confusion_matrix([1, 0, 0], p).tolist() == [[1, 1], [0, 1]]
    assert nn.confusion_matrix([0], [0], classes=3).shape == (3, 3)
    for wrong in (lambda: nn.accuracy([1, 0], [1]), lambda: nn.accuracy([], []), lambda: nn.labels([[0.5], [1.5]])):
        with pytest.raises(ValueError, match=r"labels|outputs"):
            wrong()
    with pytest.raises(ValueError, match="from 0 to 1, but go up to 5"):
        nn.confusion_matrix([5], [0], classes=2)


def test_standardize_by_the_training_data():
    rng = np.random.default_rng(0)
    train, test = rng.normal(3, 2, (50, 3)), rng.normal(3, 2, (20, 3))
    train[:, 1] = 0.1 + 0.2  # a constant column
    a, b = nn.standardize(train, test)
    np.testing.assert_allclose(a.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(a.std(axis=0), [1, 0, 1], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(b[:, 0], (test[:, 0] - train[:, 0].mean()) / train[:, 0].std(), rtol=1e-12)
    with pytest.raises(ValueError, match="nan"):
        nn.standardize([[np.nan]])
    with pytest.raises(ValueError, match=r"shape \(1, 2\)"):
        nn.standardize(train, [[1.0, 2.0]])
