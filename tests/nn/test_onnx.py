"""Exported models give the same numbers in onnxruntime."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest

import nn
from nn.activations import BY_NAME

RNG = np.random.default_rng(0)


def run(model, path, x, **settings):
    """What onnxruntime makes of the exported model, and of x."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    file = nn.to_onnx(model, path, **settings)
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    return session.run(["y"], {"x": x})[0]


def agree(model, path, x, **settings):
    given, expected = run(model, path, x, **settings), model(x)
    assert given.dtype == expected.dtype and given.shape == expected.shape
    tolerance = 1e-6 if x.dtype == np.float32 else 1e-12
    np.testing.assert_allclose(given, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", BY_NAME)
def test_every_activation(name, dtype, tmp_path):
    x = np.concatenate([np.linspace(-8, 8, 100), [0.0, -0.0, 50.0, -50.0, 1000.0, -1000.0]])
    x = x.astype(dtype).reshape(-1, 2)
    agree(nn.Sequential(nn.Dense(2, 2, name, weights=np.eye(2), dtype=dtype)), tmp_path / "net", x)
    agree(nn.FFNN([3, 16, 16, 2], hidden=name, output=name, seed=0, dtype=dtype), tmp_path / "net", inputs(7, 3, dtype))


def inputs(n, features, dtype):
    return RNG.normal(size=(n, features)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_layer(dtype, tmp_path):
    model = nn.Sequential(
        nn.LayerNorm(4, gamma=1.5, beta=0.3, dtype=dtype), nn.Dense(4, 6, "gelu", seed=0, dtype=dtype),
        nn.BatchNorm(6, dtype=dtype), nn.Dropout(0.5), "tanh", nn.Activation("leaky_relu", slope=0.3),
        nn.Activation("elu", alpha=2.0), nn.Residual(nn.Dense(6, 8, "relu", seed=1, dtype=dtype),
        nn.Dense(8, 6, seed=2, dtype=dtype)), nn.ActivityPenalty(nn.Dense(6, 3, seed=3, dtype=dtype), nn.L1(0.1)),
        nn.Flatten(), nn.FFNN([3, 5, 2], output="softmax", seed=4, dtype=dtype),
    )  # fmt: skip
    X = inputs(40, 4, dtype)
    nn.fit(model, X, RNG.integers(0, 2, 40), epochs=3, seed=0)
    agree(model, tmp_path / "net", X)


def test_samples_of_any_shape_and_batches_of_any_size(tmp_path):
    model = nn.Sequential(nn.Flatten(), nn.Dense(12, 2, seed=0))
    for n in (1, 5, 300):
        agree(model, tmp_path / "net", RNG.normal(size=(n, 3, 4)), input_shape=(3, 4))
    stacked = nn.Sequential(nn.Dense(4, 2, "softmax", seed=0))
    agree(stacked, tmp_path / "net", RNG.normal(size=(5, 3, 4)), input_shape=(3, 4))


def test_a_single_layer_and_a_model_that_begins_with_functions(tmp_path):
    agree(nn.Dense(3, 2, "sigmoid", seed=0), tmp_path / "net", inputs(4, 3, np.float64))
    agree(nn.Sequential("tanh", nn.Residual(nn.Dense(3, 3, seed=0))), tmp_path / "net", inputs(4, 3, np.float64))
    agree(nn.Sequential("relu"), tmp_path / "net", inputs(4, 3, np.float64), input_shape=(3,))


def test_the_file_is_valid_and_says_what_it_takes(tmp_path):
    file = nn.to_onnx(nn.FFNN([4, 3, 2], dtype=np.float32), tmp_path / "net.v1")
    assert file.name == "net.v1.onnx" and os.listdir(tmp_path) == ["net.v1.onnx"]
    model = onnx.load(file)
    onnx.checker.check_model(model, full_check=True)
    axes = model.graph.input[0].type.tensor_type.shape.dim
    assert axes[0].dim_param == "n" and axes[1].dim_value == 4
    assert {constant.name for constant in model.graph.initializer} >= {"layers.0.weights", "layers.1.biases"}


def test_a_network_of_an_estimator_runs_elsewhere(tmp_path):
    X = inputs(50, 3, np.float32)
    net = nn.FFNNClassifier((8,), epochs=5, dtype="float32", random_state=0).fit(X, np.digitize(X[:, 0], [-0.5, 0.5]))
    np.testing.assert_allclose(run(net.model_, tmp_path / "net", X), net.predict_proba(X), rtol=1e-6, atol=1e-6)


class Twice(nn.Dropout):
    def __call__(self, x):
        return 2 * x


@pytest.mark.parametrize(
    "model, message",
    [
        (nn.FFNN([3, 2], output=np.sin), "the activation of layers.0 is 'sin', a function or layer of your own"),
        (nn.Sequential(nn.Dense(3, 2), lambda z: z * z), "layers.1 is 'custom', a function or layer of your own"),
        (nn.Sequential(nn.Dense(3, 2), Twice()), "layers.1 is 'Twice', a function or layer of your own"),
        (nn.Residual(nn.Dense(3, 3), np.sin), "inner.layers.1 is 'sin'"),
        (nn.Sequential(nn.Flatten(), nn.Dense(3, 2)), r"not known from the layers: give to_onnx\(..., input_shape"),
        (nn.Sequential("tanh"), "not known from the layers"),
        (nn.Sequential(nn.Dense(3, 2), nn.Dense(2, 2, dtype=np.float32)), "are float32, float64"),
        (nn.FFNN([3, 2], dtype=np.float16), "must all be float32 or all be float64, but are float16"),
        (nn.FFNNRegressor(epochs=1).fit(np.ones((2, 1)), [1, 2]), "export the network of the estimator, its model_"),
        (nn.Sequential(nn.Dense(3, 2), nn.Dense(3, 2)), "3 columns, one for each input, but x has shape"),
    ],
)
def test_what_onnx_cannot_say_is_refused_and_nothing_is_written(model, message, tmp_path):
    with pytest.raises((ValueError, TypeError), match=message):
        nn.to_onnx(model, tmp_path / "net")
    assert os.listdir(tmp_path) == []


def test_without_onnx_the_error_names_the_command(tmp_path):
    code = """
import sys
sys.modules["onnx"] = None
import nn
try:
    nn.to_onnx(nn.FFNN([1, 1]), "net")
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert 'pip install "autograd-lite[onnx]"' in done.stdout
