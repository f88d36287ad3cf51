"""Every number of sections 2 and 3 of the lecture notes, and those of section 4 on costs, penalties and optimizers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import autograd_lite as ag
import nn

VALUE, DERIVATIVE = {"rtol": 1e-12, "atol": 0}, {"rtol": 1e-10, "atol": 1e-300}


def half_square(model, x, y):
    """C = ½ Σ (y − ỹ)²"""
    return 0.5 * np.sum((model(x) - y) ** 2)


def neuron(w, b, activation):
    return nn.Dense(1, 1, activation, weights=[[w]], biases=[b])


def flat(model):
    return np.concatenate([np.ravel(x) for x in ag.trees.flatten(model)[0]])


# 2: one neuron and two


def test_one_linear_neuron_learns_by_one_step():
    layer = neuron(0.5, 0.1, "identity")
    x, y = np.array([[4.0]]), np.array([[9.0]])
    cost, gradient = ag.value_and_grad(half_square)(layer, x, y)
    np.testing.assert_allclose(cost, 23.805, **VALUE)
    np.testing.assert_allclose(flat(gradient), [-27.6, -6.9], **DERIVATIVE)
    opt = nn.GD(lr=0.01)
    new, _ = opt.update(gradient, opt.init(layer), layer)
    np.testing.assert_allclose(flat(new), [0.776, 0.169], **DERIVATIVE)
    np.testing.assert_array_equal(flat(layer), [0.5, 0.1])


def test_one_sigmoid_neuron():
    layer = neuron(0.5, 0.1, "sigmoid")
    cost, gradient = ag.value_and_grad(half_square)(layer, np.array([[4.0]]), np.array([[9.0]]))
    delta = -0.7881612717357973
    np.testing.assert_allclose(cost, 32.87872562776241, **VALUE)
    np.testing.assert_allclose(flat(gradient), [delta * 4, delta], **DERIVATIVE)


def test_one_hidden_layer_of_one_unit():
    model = nn.Sequential(neuron(0.5, 0.1, "sigmoid"), neuron(-0.3, 0.2, "sigmoid"))
    cost, gradient = ag.value_and_grad(half_square)(model, np.array([[1.0]]), np.array([[0.0]]))
    np.testing.assert_allclose(cost, 0.125789127436438, **VALUE)
    expected = [-0.008606361917788404, -0.008606361917788404, 0.08096058590385188, 0.12539269751287582]
    np.testing.assert_allclose(flat(gradient), expected, **DERIVATIVE)


def test_linear_net_of_two_weights_moves_both_at_once():
    def cost(w, x, t):
        return 0.5 * (t - w[1] * (w[0] * x)) ** 2

    w = np.array([0.5, 1.5])
    value, gradient = ag.value_and_grad(cost)(w, 2.0, 3.0)
    np.testing.assert_allclose(value, 1.125, **VALUE)
    np.testing.assert_allclose(gradient, [-4.5, -1.5], **DERIVATIVE)
    opt = nn.GD(lr=0.1)
    w, _ = opt.update(gradient, opt.init(w), w)
    np.testing.assert_allclose(w, [0.95, 1.65], **VALUE)
    np.testing.assert_allclose(cost(w, 2.0, 3.0), 0.0091125, rtol=1e-12)


# 3: feed-forward networks


def test_a_layer_is_a_product_with_weights_of_shape_inputs_by_outputs():
    layer = nn.Dense(3, 2, "tanh", seed=0, biases=[0.5, -0.5])
    x = np.array([0.1, -0.2, 0.3])
    np.testing.assert_allclose(layer(x), np.tanh(layer.weights.T @ x + layer.biases), **VALUE)
    np.testing.assert_allclose(layer(np.stack([x, 2 * x]))[0], layer(x), **VALUE)


def test_all_hidden_layers_share_one_activation_and_the_output_has_another():
    model = nn.FFNN([3, 4, 5, 2], hidden="relu", output="sigmoid", seed=0)
    assert [layer.activation for layer in model] == [nn.relu, nn.relu, nn.sigmoid]
    x = np.ones((6, 3))
    by_hand = x
    for layer, function in zip(model, [nn.relu, nn.relu, nn.sigmoid], strict=True):
        by_hand = function(by_hand @ layer.weights + layer.biases)
    np.testing.assert_array_equal(model(x), by_hand)


@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "identity"])
@pytest.mark.parametrize("output", ["sigmoid", "tanh", "identity"])
def test_reverse_sweep_equals_the_delta_recursion(hidden, output):
    """δᴸ = σ'(zᴸ)·∂C/∂aᴸ, δˡ = (δˡ⁺¹ Wᵀ)·σ'(zˡ), ∂C/∂Wˡ = aˡ⁻¹ᵀ δˡ, ∂C/∂bˡ = Σ δˡ, with σ' by hand."""
    slopes = {
        "sigmoid": lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
        "tanh": lambda z: 1 / np.cosh(z) ** 2,
        "relu": lambda z: np.where(z > 0, 1.0, 0.0),
        "leaky_relu": lambda z: np.where(z > 0, 1.0, 0.01),
        "elu": lambda z: np.where(z > 0, 1.0, np.exp(z)),
        "identity": np.ones_like,
    }
    rng = np.random.default_rng(1)
    model = nn.FFNN([3, 5, 4, 2], hidden=hidden, output=output, seed=2)
    x, y = rng.normal(size=(7, 3)), rng.normal(size=(7, 2))
    gradient = ag.grad(half_square)(model, x, y)

    a, z = [x], []
    for layer in model:
        z.append(a[-1] @ layer.weights + layer.biases)
        a.append(layer.activation(z[-1]))
    names = [hidden, hidden, output]
    delta = slopes[output](z[-1]) * (a[-1] - y)
    for layer in (2, 1, 0):
        np.testing.assert_allclose(gradient.layers[layer].weights, a[layer].T @ delta, rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(gradient.layers[layer].biases, delta.sum(axis=0), rtol=1e-10, atol=1e-13)
        if layer:
            delta = (delta @ model[layer].weights.T) * slopes[names[layer - 1]](z[layer - 1])


def test_recap_both_gradient_formulas():
    """J = 1/(2N) Σ_p (t − z)², z = σ(w₂·h), h = σ(W₁x); σ' = σ(1 − σ)."""
    rng = np.random.default_rng(3)
    W1, w2 = rng.normal(size=(4, 3)), rng.normal(size=4)
    X, t = rng.normal(size=(9, 3)), rng.random(9)

    def cost(W1, w2):
        return np.sum((t - nn.sigmoid(nn.sigmoid(X @ W1.T) @ w2)) ** 2) / (2 * len(t))

    by_W1, by_w2 = ag.grad(cost, (0, 1))(W1, w2)
    h = nn.sigmoid(X @ W1.T)
    z = nn.sigmoid(h @ w2)
    error = -(t - z) * z * (1 - z) / len(t)
    np.testing.assert_allclose(by_w2, error @ h, **DERIVATIVE)
    np.testing.assert_allclose(by_W1, (error[:, None] * w2 * h * (1 - h)).T @ X, **DERIVATIVE)


def test_relu_exercise():
    W1 = np.array([[1.0, 0.0], [-1.0, 1.0]])  # rows = hidden units
    model = nn.Sequential(
        nn.Dense(2, 2, "relu", weights=W1.T), nn.Dense(2, 1, weights=[[1.0], [2.0]])
    )
    x, t = np.array([[1.0, 0.0]]), np.array([[2.0]])
    np.testing.assert_array_equal(model[0].linear(x), [[1, -1]])
    np.testing.assert_array_equal(model[0](x), [[1, 0]])
    np.testing.assert_array_equal(model(x), [[1]])
    cost, gradient = ag.value_and_grad(half_square)(model, x, t)
    assert cost == 0.5
    np.testing.assert_array_equal(gradient.layers[1].weights.ravel(), [-1, 0])
    np.testing.assert_array_equal(gradient.layers[0].weights.T, [[-1, 0], [0, 0]])
    moved = ag.trees.map_tree(lambda p, g: p - 0.1 * g, model, gradient)
    W1_new, w2_new = moved[0].weights.T, moved[1].weights.ravel()
    np.testing.assert_allclose(w2_new, [1.1, 2], **VALUE)
    np.testing.assert_allclose(W1_new, [[1.1, 0], [-1, 1]], **VALUE)

    def without_biases(x):
        return nn.relu(x @ W1_new.T) @ w2_new

    np.testing.assert_allclose(without_biases(x), 1.21, **VALUE)
    np.testing.assert_allclose(0.5 * (2 - without_biases(x)) ** 2, 0.31205, **VALUE)


def test_relu_has_derivative_zero_at_zero():
    assert ag.grad(nn.relu)(0.0) == 0.0


def chain(weights, biases, activation):
    return nn.Sequential(*[neuron(w, b, activation) for w, b in zip(weights, biases, strict=True)])


@pytest.mark.parametrize(
    ("activation", "w", "depth", "expected"),
    [
        ("sigmoid", 1.0, 2, 0.04312916016242333),
        ("sigmoid", 1.0, 5, 4.861426435890659e-4),
        ("sigmoid", 1.0, 10, 2.7847671758175863e-7),
        ("relu", 1.0, 10, 1.0),
        ("identity", 5.0, 10, 5.0**9),
    ],
)
def test_vanishing_and_exploding_gradients(activation, w, depth, expected):
    model = chain([w] * depth, [0.0] * depth, activation)
    gradient = ag.grad(lambda model: np.sum(model(np.array([[1.0]]))))(model)
    np.testing.assert_allclose(gradient.layers[0].weights, [[expected]], **DERIVATIVE)


def test_gradient_through_four_tanh_units():
    model = chain([0.8, -1.2, 1.5, 0.7], [0.1, -0.2, 0.3, 0.05], "tanh")
    gradient = ag.grad(lambda model: np.sum(model(np.array([[0.6]]))))(model)
    np.testing.assert_allclose(gradient.layers[0].weights, [[-0.15948807453528432]], **DERIVATIVE)


def test_gradients_vanish_layer_by_layer_in_a_deep_sigmoid_network():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 10)), rng.normal(size=(20, 1))
    sizes = [10] * 9 + [1]

    def norms(hidden):
        gradient = ag.grad(half_square)(nn.FFNN(sizes, hidden=hidden, seed=1), x, y)
        return [float(np.linalg.norm(layer.weights)) for layer in gradient.layers]

    sigmoid, relu = norms("sigmoid"), norms("relu")
    assert all(early < 0.5 * late for early, late in pairwise(sigmoid))
    assert sigmoid[0] / sigmoid[-1] < 1e-4 < 1e-2 < relu[0] / relu[-1]


# 4: activations, costs, penalties, optimizers

Z = np.array([-2, -0.5, 0, 0.5, 2])


def test_values_of_sigmoid_and_elu():
    expected = [0.1192029220221175, 0.3775406687981454, 0.5, 0.6224593312018546, 0.8807970779778823]
    np.testing.assert_allclose(nn.sigmoid(Z), expected, **VALUE)
    np.testing.assert_allclose(nn.elu(Z), [-0.8646647167633873, -0.3934693402873666, 0, 0.5, 2], **VALUE)
    np.testing.assert_allclose(ag.grad(nn.elu)(-2.0), 0.1353352832366127, **DERIVATIVE)


def test_values_of_the_costs():
    t, p = [1, 0, 1, 1], [0.9, 0.2, 0.6, 0.3]
    np.testing.assert_allclose(nn.mean_squared_error(t, p), 0.175, **VALUE)
    np.testing.assert_allclose(nn.binary_cross_entropy(t, p), 0.5108256237659907, **VALUE)
    logits = np.log(np.array(p) / (1 - np.array(p)))
    np.testing.assert_allclose(nn.binary_cross_entropy(t, logits, from_logits=True), 0.5108256237659907, **VALUE)


def test_penalties_and_their_gradients():
    w = np.array([0.5, -1.5, 0])
    value, gradient = ag.value_and_grad(nn.L2(0.1))(w)
    np.testing.assert_allclose(value, 0.25, **VALUE)
    np.testing.assert_allclose(gradient, [0.1, -0.3, 0], **DERIVATIVE)
    value, gradient = ag.value_and_grad(nn.L1(0.1))(w)
    np.testing.assert_allclose(value, 0.2, **VALUE)
    np.testing.assert_allclose(gradient, [0.1, -0.1, 0], **DERIVATIVE)


TRAJECTORIES = [
    (nn.GD(0.05), [(0.95, -1), (0.9025, -0.5), (0.857375, -0.25)]),
    (nn.SGD(0.05), [(0.95, -1), (0.9025, -0.5), (0.857375, -0.25)]),
    (nn.Momentum(0.05, momentum=0.9), [(0.95, -1), (0.8575, 0.4), (0.731375, 1.46)]),
    (
        nn.AdaGrad(0.1),
        [
            (0.900000001, -1.90000000005),
            (0.8331035282939266, -1.831125053882545),
            (0.7804561830893826, -1.7758215150982255),
        ],
    ),
    (
        nn.RMSProp(0.1, rho=0.9),
        [
            (0.6837722439831617, -1.683772234483162),
            (0.49887062011723743, -1.4738753142253707),
            (0.3691805674277941, -1.3087178678182676),
        ],
    ),
    (
        nn.Adam(0.1),
        [
            (0.9000000009999999, -1.90000000005),
            (0.8004122297123379, -1.8001664857113877),
            (0.7015862745044147, -1.7006233914339461),
        ],
    ),
]


@pytest.mark.parametrize(("opt", "expected"), TRAJECTORIES, ids=[type(opt).__name__ for opt, _ in TRAJECTORIES])
def test_three_steps_down_an_elongated_bowl(opt, expected):
    gradient = ag.grad(lambda p: 0.5 * (p[0] ** 2 + 10 * p[1] ** 2))
    p = np.array([1.0, -2.0])
    state = opt.init(p)
    for point in expected:
        p, state = opt.update(gradient(p), state, p)
        np.testing.assert_allclose(p, point, **VALUE)


def test_all_activations_of_the_notes_and_their_derivatives():
    z = Z[Z != 0]
    expected = {
        "sigmoid": (1 / (1 + np.exp(-z)), np.exp(-z) / (1 + np.exp(-z)) ** 2),
        "tanh": (np.tanh(z), 1 / np.cosh(z) ** 2),
        "relu": (np.maximum(z, 0), np.where(z > 0, 1.0, 0.0)),
        "leaky_relu": (np.where(z > 0, z, 0.01 * z), np.where(z > 0, 1.0, 0.01)),
        "elu": (np.where(z > 0, z, np.exp(z) - 1), np.where(z > 0, 1.0, np.exp(z))),
        "identity": (z, np.ones(4)),
    }
    for name, (value, slope) in expected.items():
        np.testing.assert_allclose(getattr(nn, name)(z), value, **VALUE)
        np.testing.assert_allclose(ag.elementwise_grad(getattr(nn, name))(z), slope, **DERIVATIVE)
    p = nn.softmax(Z)
    np.testing.assert_allclose(p, np.exp(Z) / np.sum(np.exp(Z)), **VALUE)
    np.testing.assert_allclose(ag.jacobian(nn.softmax)(Z), np.diag(p) - np.outer(p, p), rtol=1e-10, atol=1e-17)


def test_half_the_sum_of_squares_and_standardization():
    np.testing.assert_allclose(nn.half_sum_of_squares([1, 0, 1, 1], [0.9, 0.2, 0.6, 0.3]), 0.5 * 4 * 0.175, **VALUE)
    np.testing.assert_allclose(nn.standardize([1.0, 2.0, 3.0, 4.0]), (np.arange(4) - 1.5) / np.sqrt(1.25), **VALUE)


def test_batch_normalization():
    layer, x = nn.BatchNorm(1, gamma=2, beta=0.5, eps=0), np.array([[1.0], [2.0], [3.0], [4.0]])
    y, after = layer.training(x, np.random.default_rng(0))
    expected = [-2.1832815729997477, -0.3944271909999159, 1.3944271909999157, 3.1832815729997477]
    np.testing.assert_allclose(y.ravel(), expected, **VALUE)
    np.testing.assert_allclose(nn.LayerNorm(4, gamma=2, beta=0.5, eps=0)(x.ravel()), expected, **VALUE)
    np.testing.assert_allclose([after.mean, after.variance], [[0.25], [0.9 + 0.1 * 5 / 3]], **VALUE)


def test_inverted_dropout():
    layer, x = nn.Dropout(0.25), np.arange(1.0, 9.0)
    y, _ = layer.training(x, np.random.default_rng(0))
    kept = np.random.default_rng(0).random(8) >= 0.25
    np.testing.assert_allclose(y, np.where(kept, x / 0.75, 0), **VALUE)
    assert 0 < kept.sum() < 8
    np.testing.assert_array_equal(layer(x), x)


@pytest.mark.parametrize(("name", "variance"), [("xavier", 2 / 500), ("he", 2 / 200)])
def test_variance_of_the_initial_weights(name, variance):
    for kind in (name, f"{name}_uniform"):
        weights = nn.Dense(200, 300, weights=kind, seed=0).weights
        np.testing.assert_allclose(np.var(weights), variance, rtol=0.02)
        assert abs(np.mean(weights)) < 4 * np.sqrt(variance / weights.size)
