"""Checkpoints: a training that was killed at any moment goes on to the very same parameters."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn import checkpoints

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
Y = np.argmax(X[:, :3] + 0.3 * RNG.normal(size=(60, 3)), axis=1)


@pytest.fixture(autouse=True, params=[10**9, 1], ids=["eager", "compiled"])
def compiled(request, monkeypatch):
    """All this holds for compiled steps as well."""
    monkeypatch.setattr("nn.steps.WORTH", request.param)


def model():
    return nn.Sequential(
        nn.Dense(4, 8, "tanh", seed=0), nn.BatchNorm(8), nn.Dropout(0.2), nn.Dense(8, 3, "softmax", seed=1)
    )


def numbers(trained):
    statistics = [layer.mean for layer in trained.layers if isinstance(layer, nn.BatchNorm)]
    return [*ag.trees.flatten(trained)[0], *statistics]


def train(epochs, path=None, optimizer=None, seed=3, **settings):
    found = model()
    checkpoint = None if path is None else nn.Checkpoint(path, every=settings.pop("every", 1))
    return nn.fit(
        found, X, Y, optimizer=optimizer or nn.Adam(0.01), epochs=epochs, batch_size=16, checkpoint=checkpoint,
        validation_data=(X[:20], Y[:20]), metrics="accuracy", seed=seed, **settings,
    )  # fmt: skip


def assert_same(one, other):
    assert one.to_dict() == other.to_dict()
    assert (one.stopped, one.restored_epoch) == (other.stopped, other.restored_epoch)
    for x, y in zip(numbers(one.model), numbers(other.model), strict=True):
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize(
    "optimizer",
    [
        nn.Adam(0.01), nn.NAdam(nn.schedules.Cosine(0.01, 40)), nn.Momentum(0.01, clip_norm=0.1), nn.LBFGS(history=3),
        nn.SGD(nn.schedules.ReduceOnPlateau(0.1, patience=0, min_delta=0.1)),
    ],
    ids=str,
)  # fmt: skip
def test_a_training_in_two_parts_is_the_training_in_one(tmp_path, optimizer):
    path = tmp_path / "run.npz"
    train(3, path, optimizer)
    assert_same(train(7, path, optimizer), train(7, optimizer=optimizer))


def test_early_stopping_goes_on_with_its_best_epoch(tmp_path):
    path, settings = tmp_path / "run.npz", {"early_stopping": 4, "optimizer": nn.SGD(0.5)}
    whole = train(60, **settings)
    assert whole.stopped and whole.restored_epoch == whole.best_epoch
    parts = [train(epochs, path, **settings) for epochs in (2, whole.best_epoch + 1, 60)]
    assert_same(parts[-1], whole)
    assert_same(train(60, path, **settings), whole)  # one that is over stays over


def test_it_is_written_every_so_many_epochs_and_at_the_end(tmp_path, monkeypatch):
    done = []
    monkeypatch.setattr("nn.run.write", lambda path, snapshot: done.append(len(snapshot.facts["loss"])))
    train(7, tmp_path / "run.npz", every=3)
    assert done == [3, 6, 7]


def test_float32_and_other_generators(tmp_path):
    def run(epochs, path, generator):
        small = nn.FFNN([4, 3, 3], output="softmax", seed=0, dtype=np.float32)
        nn.fit(small, X, Y, epochs=epochs, batch_size=16, checkpoint=path, seed=np.random.Generator(generator(1)))
        return ag.trees.flatten(small)[0]

    for kind in (np.random.MT19937, np.random.Philox, np.random.SFC64):
        path = tmp_path / f"{kind.__name__}.npz"
        run(2, path, kind)
        for x, y in zip(run(4, path, kind), run(4, None, kind), strict=True):
            assert x.dtype == np.float32
            np.testing.assert_array_equal(x, y)


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[2])
from test_nn_checkpoints import train
history = train(120, sys.argv[1])
print(history.seconds)
"""


def test_killed_at_random_moments_it_loses_nothing_but_time(tmp_path):
    path, whole, kills = tmp_path / "run.npz", train(120), 0
    moments, epochs = random.Random(0), [0]
    command = [sys.executable, "-c", SCRIPT, str(path), os.path.dirname(__file__)]
    while kills < 6:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while len(epochs) <= kills + 1 and process.poll() is None:  # wait for progress, then strike
            if path.exists() and (done := len(json.loads(bytes(np.load(path)["facts"]))["loss"])) > epochs[-1]:
                epochs.append(done)
        time.sleep(moments.uniform(0, 0.01))
        process.kill()
        process.communicate()
        kills += 1
        if epochs[-1] == 120:
            break
    assert kills > 1
    assert_same(train(120, path), whole)


def test_a_failure_while_writing_leaves_the_last_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    train(2, path)
    before = path.read_bytes()

    def full(*args):
        raise OSError("no space left on device")

    monkeypatch.setattr(checkpoints.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        train(3, path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.npz"]


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"optimizer": nn.Adam(0.02)}, r"its optimizer differs: it was Adam\(lr=0.01"),
        ({"regularization": nn.L2(0.1)}, "its regularization differs"),
        ({"early_stopping": 3}, "its early stopping differs"),
        ({"cost": "mse"}, "its cost differs"),
        ({"sample_weight": np.arange(60)}, "its data differs"),
    ],
)
def test_the_checkpoint_of_another_training_is_refused(tmp_path, settings, what):
    path = tmp_path / "run.npz"
    train(1, path)
    with pytest.raises(ValueError, match=f"{what}.*delete the file to start anew"):
        nn.fit(
            model(), X, Y if "cost" not in settings else np.eye(3)[Y], **{
                "optimizer": nn.Adam(0.01), "epochs": 2, "batch_size": 16, "checkpoint": path, **settings,
            },
        )  # fmt: skip


def test_a_damaged_or_hostile_file_is_refused_and_the_model_unchanged(tmp_path):
    path = tmp_path / "run.npz"
    train(1, path)
    data = path.read_bytes()
    hostile = tmp_path / "hostile.npz"
    np.savez(hostile, facts=np.array([{"run": "me"}], dtype=object))
    lists = tmp_path / "lists.npz"
    np.savez(lists, facts=np.frombuffer(b"[1, 2]", np.uint8))
    array = tmp_path / "array.npy"
    np.save(array, np.ones(3))
    others = [file.read_bytes() for file in (hostile, lists, array)]
    for content in (data[: len(data) // 2], b"", b"nothing", data[:-200] + b"\0" * 200, *others):
        path.write_bytes(content)
        fresh = model()
        with pytest.raises(ValueError, match="no checkpoint"):
            nn.fit(fresh, X, Y, epochs=2, checkpoint=path)
        for x, y in zip(numbers(fresh), numbers(model()), strict=True):
            np.testing.assert_array_equal(x, y)


def test_missing_arrays_are_noticed(tmp_path):
    path = tmp_path / "run.npz"
    train(1, path)
    with np.load(path) as file:
        kept = {name: file[name] for name in file.files if name != "state/1"}
    np.savez(path, **kept)
    with pytest.raises(ValueError, match="state number 1 is missing or of another shape"):
        train(2, path)


def test_impossible_checkpoints_are_refused(tmp_path):
    with pytest.raises(ValueError, match="every must be a whole number"):
        nn.Checkpoint(tmp_path / "run.npz", every=0)
    with pytest.raises(TypeError, match=r"a path or nn.Checkpoint\(path"):
        nn.fit(model(), X, Y, checkpoint=3)
