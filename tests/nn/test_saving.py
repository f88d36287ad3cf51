"""Models come back from files bit by bit; a damaged or hostile file is refused, with a sentence, as a whole."""

from __future__ import annotations

import builtins
import copy
import json
import os
import pickle
import subprocess
import sys
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save as to_bytes

import autograd_lite as ag
import nn
from nn.activations import BY_NAME
from nn.architecture import LAYERS
from nn.saving import digest

X = np.random.default_rng(0).normal(size=(5, 3))


def everything():
    model = nn.Sequential(
        nn.Dense(3, 4, "relu", seed=0), nn.BatchNorm(4, momentum=0.3), nn.Residual(nn.Dense(4, 4, "tanh", seed=1)),
        nn.Dropout(0.2), nn.LayerNorm(4, gamma=1.5), "tanh", nn.Activation("leaky_relu", slope=0.3),
        nn.ActivityPenalty(nn.Dense(4, 2, seed=2), nn.ElasticNet(0.1, 0.3)), nn.Flatten(), nn.FFNN([2, 3, 1], seed=0),
    )  # fmt: skip
    nn.fit(model, X, X[:, 0], epochs=2, seed=0)
    return model


def same(a, b):
    """Whether two models are the same, to the last bit, with the same settings."""
    assert pickle.dumps(ag.trees.flatten(a)[0]) == pickle.dumps(ag.trees.flatten(b)[0])
    assert repr(a) == repr(b)
    np.testing.assert_array_equal(a(X), b(X))


@pytest.fixture
def path(tmp_path):
    nn.save(everything(), tmp_path / "net")
    return tmp_path / "net.safetensors"


def parts(path):
    with safe_open(path, framework="numpy") as file:
        return json.loads(file.metadata()["architecture"]), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def written(path, architecture, arrays, text=None):
    """A file with this content, without the readable one beside it."""
    path.with_suffix(".json").unlink(missing_ok=True)
    text = json.dumps(architecture) if text is None else text
    path.write_bytes(to_bytes(arrays, {"architecture": text, "sha256": digest(architecture, arrays)}))
    return path


def test_every_layer_comes_back(path):
    model = nn.load(path)
    same(model, everything())
    assert {type(part).__name__ for part in nn.modes.parts(model)} >= set(LAYERS)
    np.testing.assert_array_equal(model.layers[1].mean, everything().layers[1].mean)
    assert model.layers[1].momentum == 0.3 and model.layers[7].penalty == nn.ElasticNet(0.1, 0.3)
    nn.fit(model, X, X[:, 0], epochs=1)


@pytest.mark.parametrize("name", BY_NAME)
def test_every_named_activation_comes_back(name, tmp_path):
    nn.save(nn.FFNN([3, 2], output=name), tmp_path / "net")
    assert nn.load(tmp_path / "net").output_activation is BY_NAME[name]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", ">f4"])
def test_dtype_and_bits_are_kept(dtype, tmp_path):
    model = nn.FFNN([3, 4, 2], seed=0)
    for layer in model:
        layer.weights, layer.biases = layer.weights.astype(dtype), layer.biases.astype(dtype)
    model.layers[0].biases[:3] = [np.nan, np.inf, -0.0]
    model.layers[1].weights = np.asfortranarray(model.layers[1].weights)
    nn.save(model, tmp_path / "net")
    for old, new in zip(ag.trees.flatten(model)[0], ag.trees.flatten(nn.load(tmp_path / "net"))[0], strict=True):
        native = old.astype(old.dtype.newbyteorder("="))
        assert new.dtype == native.dtype and new.tobytes() == native.tobytes()


def test_the_architecture_stands_beside_for_people_to_read(path):
    architecture = json.loads(path.with_suffix(".json").read_text())
    assert architecture == parts(path)[0]
    assert architecture["model"]["layers"][0]["activation"] == "relu"
    path.with_suffix(".json").unlink()
    same(nn.load(path), everything())


def test_paths_get_their_suffix_and_keep_their_dots(tmp_path):
    model = nn.FFNN([3, 1], seed=0)
    assert nn.save(model, str(tmp_path / "net.v2")) == tmp_path / "net.v2.safetensors"
    assert sorted(os.listdir(tmp_path)) == ["net.v2.json", "net.v2.safetensors"]
    same(nn.load(tmp_path / "net.v2"), model)
    same(nn.load(tmp_path / "net.v2.safetensors"), model)


@dataclass
class Bump:
    width: np.ndarray = field(default_factory=lambda: np.ones(1))

    def __call__(self, x):
        return np.exp(-((x / self.width) ** 2))


class Child(nn.FFNN):
    pass


@pytest.mark.parametrize(
    "model, message",
    [
        (nn.FFNN([3, 2], output=np.sin), r"layers.0.activation is the function 'sin' of your own"),
        (nn.FFNN([3, 2], output=lambda z: z), "layers.0.activation is the function 'custom' of your own"),
        (nn.Sequential(nn.Dense(3, 2), Bump()), r"layers.1 is Bump\(.*a layer of your own, which a file cannot name"),
        (nn.Sequential(nn.Dense(3, 2), np.tanh), r"layers.1 is <ufunc 'tanh'>, a layer of your own"),
        (nn.ActivityPenalty(nn.Dense(3, 2), np.sum), "penalty is .* a penalty of your own"),
        (Bump(), r"only a model or a layer of nn can be saved, FFNN, .*, not Bump"),
        (Child([3, 2]), "only a model or a layer of nn can be saved|a layer of your own"),
        ({"w": np.ones(2)}, "only a model or a layer of nn can be saved"),
        (nn.FFNN([3, 2], dtype=np.longdouble), "layers.0.weights has dtype .* but a file can keep float16"),
        (nn.FFNNRegressor(epochs=1).fit(X, X[:, 0]), "save the network of the estimator, its model_"),
    ],
)
def test_what_has_no_name_is_refused_and_nothing_is_written(model, message, tmp_path):
    with pytest.raises((ValueError, TypeError), match=message):
        nn.save(model, tmp_path / "net")
    assert os.listdir(tmp_path) == []


def test_a_model_that_could_not_be_loaded_is_not_saved(tmp_path):
    model = nn.FFNN([3, 4, 2])
    model.layers[0].biases = np.zeros(7)
    with pytest.raises(ValueError, match=r"layers.0: Dense: biases must have shape \(4,\)"):
        nn.save(model, tmp_path / "net")
    assert os.listdir(tmp_path) == []


def test_writing_is_all_or_nothing(path, monkeypatch):
    before = path.read_bytes()

    def fails(*args):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fails)
        with pytest.raises(OSError, match="disk full"):
            nn.save(nn.FFNN([3, 1]), path)
    assert path.read_bytes() == before and len(os.listdir(path.parent)) == 2
    same(nn.load(path), everything())


def test_a_crash_between_the_two_files_leaves_a_whole_model(path, monkeypatch):
    better, replace = everything(), os.replace
    better.layers[0].weights += 1

    def crashes(source, target):
        if str(target).endswith(".json"):
            raise KeyboardInterrupt
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", crashes)
        with pytest.raises(KeyboardInterrupt):
            nn.save(better, path)
    assert len(os.listdir(path.parent)) == 2
    same(nn.load(path), better)


def refused(path):
    with pytest.raises(ValueError, match="is no model that nn can load") as caught:
        nn.load(path)
    assert len(str(caught.value)) < 1000 + len(str(path))


def test_each_truncated_file_is_refused(path):
    content = path.read_bytes()
    for length in [*range(0, 200), *range(200, len(content), 37), len(content) - 1]:
        path.write_bytes(content[:length])
        refused(path)
    path.write_bytes(content + b"\0")
    refused(path)


def test_flipped_bits_never_give_another_model(path):
    content, model = path.read_bytes(), everything()
    header = 8 + int.from_bytes(content[:8], "little")
    rng = np.random.default_rng(0)
    for place in [*range(12), *rng.integers(12, header, 300), *rng.integers(header, len(content), 100)]:
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        try:
            loaded = nn.load(path)
        except ValueError as error:
            assert "is no model that nn can load" in str(error)
        else:  # a flip in the space between the words
            same(loaded, model)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(data, here=()):
    """The way to each part of nested data."""
    yield here
    for key, part in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from places(part, (*here, key))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_other_json_is_refused_or_means_the_same(path, data):
    if not path.with_name("original").exists():
        path.with_name("original").write_bytes(path.read_bytes())
    architecture, arrays = parts(path.with_name("original"))
    changed = copy.deepcopy(architecture)
    *way, last = data.draw(st.sampled_from([p for p in places(architecture) if p]))
    holder = changed
    for key in way:
        holder = holder[key]
    if data.draw(st.booleans()):
        del holder[last]
    else:
        holder[last] = data.draw(JSON)
    written(path, changed, arrays)
    try:
        loaded = nn.load(path)
    except ValueError as error:
        assert "is no model that nn can load" in str(error)
    else:
        assert type(loaded) in {kind.cls for kind in LAYERS.values()}
        assert loaded(X).shape == (5, 1)


def test_hostile_content_is_refused(path, monkeypatch):
    architecture, arrays = parts(path)
    model = architecture["model"]

    def forbidden(*args, **kwargs):
        raise AssertionError("something was executed")

    for name in ("eval", "exec"):
        monkeypatch.setattr(builtins, name, forbidden)
    monkeypatch.setattr(os, "system", forbidden)
    for text in (
        "", "null", "[]", "{", '{"model": NaN}', "[" * 100_000, '{"a":' * 100_000,
        json.dumps({**architecture, "version": 2}), json.dumps({**architecture, "format": "pickle"}),
        json.dumps({**architecture, "code": "import os"}),
    ):  # fmt: skip
        refused(written(path, None, arrays, text))
    deep = {"class": "Flatten"}
    for _ in range(400):
        deep = {"class": "Residual", "inner": deep}
    dense = model["layers"][0]
    for hostile in (
        {"class": "os.system"}, {"class": "__import__('os')"}, {"class": ["FFNN"]}, {"class": "Flatten", "cls": 1},
        "os.system", ["Flatten"], "tanh", None, {"class": "Dropout", "rate": 1e400}, {"class": "Dropout", "rate": True},
        {"class": "Dropout", "rate": 10**400}, {"class": "FFNN", "layers": []}, deep,
        {"class": "L1", "strength": 1.0}, {"class": "Activation", "function": "tanh", "options": {"__class__": 1}},
        {**model, "layers": [{**dense, "weights": {"shape": [10**12, 10**12], "dtype": "float64"}}]},
        {**model, "layers": [{**dense, "weights": {"shape": [-3, -4], "dtype": "float64"}}]},
        {**model, "layers": [{**dense, "weights": {"shape": [3, 4], "dtype": "O"}}]},
        {**model, "layers": [{**dense, "activation": "../../etc/passwd"}]},
        {**model, "layers": [{**dense, "activation": "numpy.exp"}]},
        {**model, "layers": model["layers"][:-1]},
    ):  # fmt: skip
        refused(written(path, {**architecture, "model": hostile}, arrays))


def test_hostile_arrays_are_refused(path):
    architecture, arrays = parts(path)
    refused(written(path, architecture, {**arrays, "../../outside": np.ones(1)}))
    assert not (path.parent.parent.parent / "outside").exists()
    refused(written(path, architecture, {k: v for k, v in arrays.items() if k != "layers.0.biases"}))
    refused(written(path, architecture, {**arrays, "layers.0.biases": arrays["layers.0.biases"][:2]}))
    refused(written(path, architecture, {**arrays, "layers.0.biases": arrays["layers.0.biases"].astype(np.float32)}))
    refused(written(path, architecture, {**arrays, "layers.0.biases": np.arange(4)}))
    refused(written(path, architecture, {}))
    path.write_bytes(to_bytes(arrays))
    refused(path)
    huge = json.dumps({"w": {"dtype": "F64", "shape": [2**62, 2**62], "data_offsets": [0, 8]}}).encode()
    path.write_bytes(len(huge).to_bytes(8, "little") + huge + bytes(8))
    refused(path)
    path.write_bytes((2**63).to_bytes(8, "little") + b"{}")
    refused(path)
    path.write_bytes(pickle.dumps(everything().layers[0].weights))
    refused(path)


@pytest.mark.parametrize(
    "model, name, array, message",
    [
        (nn.Dense(3, 2), "weights", np.zeros(6), "weights must have two axes"),
        (nn.LayerNorm(3), "beta", np.zeros(2), "must have one axis of the same length"),
        (nn.BatchNorm(3), "variance", np.zeros((3, 1)), "must have one axis of the same length"),
        (nn.FFNN([3, 2, 1]), "layers.1.weights", np.zeros((5, 1)), "layers 1 and 2 of FFNN"),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(model, name, array, message, tmp_path):
    nn.save(model, tmp_path / "net")
    architecture, arrays = parts(tmp_path / "net.safetensors")
    arrays[name] = array
    *way, last = name.split(".")
    holder = architecture["model"]
    for key in way:
        holder = holder[int(key) if key.isdigit() else key]
    holder[last] = {"shape": list(array.shape), "dtype": "float64"}
    with pytest.raises(ValueError, match=message):
        nn.load(written(tmp_path / "net.safetensors", architecture, arrays))


def test_a_readable_file_that_says_something_else_is_noticed(path):
    beside = path.with_suffix(".json")
    text = beside.read_text()
    for other in (text.replace('"relu"', '"tanh"'), "{", "", "[" * 100_000):
        beside.write_text(other)
        with pytest.raises(ValueError, match=r"net.json beside it says something else than the file itself"):
            nn.load(path)
    beside.write_text(text)
    same(nn.load(path), everything())


def test_a_folder_and_no_file_are_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no model at .*net.safetensors"):
        nn.load(tmp_path / "net")
    (tmp_path / "net.safetensors").mkdir()
    with pytest.raises(FileNotFoundError, match="no model at"):
        nn.load(tmp_path / "net")


def test_without_safetensors_the_error_names_the_command(tmp_path):
    code = """
import sys
sys.modules["safetensors"] = sys.modules["safetensors.numpy"] = None
import nn
for call in (lambda: nn.save(nn.FFNN([1, 1]), "net"), lambda: nn.load("net")):
    try:
        call()
    except ImportError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.count('pip install "autograd-lite[safetensors]"') == 2
