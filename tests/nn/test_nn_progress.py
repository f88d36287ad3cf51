"""What a training says while it runs: a bar in a terminal, an updated display in a notebook, lines elsewhere."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import nn
from nn import progress as module
from nn.progress import progress

X = np.random.default_rng(0).normal(size=(40, 3))
Y = np.tanh(X[:, 0] - X[:, 1] * X[:, 2])


def train(**settings):
    return nn.fit(nn.FFNN([3, 6, 1], seed=0), X, Y, seed=1, **settings)


def in_terminal(monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)


@pytest.mark.parametrize("verbose", [True, None])
def test_one_bar_over_the_epochs_in_a_terminal(capsys, monkeypatch, verbose):
    in_terminal(monkeypatch)
    train(verbose=verbose, epochs=3, validation_data=(X, Y))
    text = capsys.readouterr().err
    assert "training: 100%" in text and "3/3" in text and "loss 0." in text and "validation 0." in text


def test_a_line_for_each_tenth_elsewhere(capsys):
    history = train(verbose=True, epochs=40)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 10
    assert lines[0] == f" 10 %  epoch  4/40  loss {history.loss[3]:.4g}"
    assert lines[-1] == f"100 %  epoch 40/40  loss {history.loss[-1]:.4g}"
    train(verbose=True, epochs=3)
    assert [line.split()[0] for line in capsys.readouterr().err.splitlines()] == ["33", "66", "100"]


def test_unasked_only_a_long_training_says_something(capsys, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 1e9)
    train(epochs=10)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    train(epochs=10)
    assert len(capsys.readouterr().err.splitlines()) == 10
    train(epochs=10, verbose=False)
    assert capsys.readouterr().err == ""


class Screen:
    """Stands for IPython's display."""

    def __init__(self):
        self.shown = []

    def display(self, bundle, *, raw, display_id):
        assert raw and display_id
        self.shown.append(bundle)
        return self

    def update(self, bundle, *, raw):
        assert raw
        self.shown.append(bundle)


@pytest.fixture
def notebook(monkeypatch):
    screen = Screen()
    kernel = type("Shell", (), {"kernel": 1})()
    python = type("IPython", (), {"get_ipython": staticmethod(lambda: kernel)})
    monkeypatch.setitem(sys.modules, "IPython", python)
    monkeypatch.setitem(sys.modules, "IPython.display", screen)
    return screen


def test_a_display_that_ends_with_the_last_epoch_in_a_notebook(notebook, monkeypatch, capsys):
    monkeypatch.setattr(module, "REFRESH", 1e9)
    history = train(epochs=8, callbacks=lambda history: len(history.loss) == 6)
    assert len(notebook.shown) == 1  # and nothing between
    assert notebook.shown[0]["text/plain"] == f"{'█' * 15}{'░' * 5} epoch 6/8 · loss {history.loss[-1]:.4g}"
    assert "<progress value='6' max='8'>" in notebook.shown[0]["text/html"]
    monkeypatch.setattr(module, "REFRESH", -1.0)
    train(epochs=4)
    assert len(notebook.shown) == 6
    with progress(3, None):
        pass
    assert len(notebook.shown) == 6
    assert capsys.readouterr().err == ""


def test_without_tqdm_a_bar_that_was_asked_for_is_an_error(monkeypatch):
    in_terminal(monkeypatch)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with pytest.raises(ImportError, match=r'pip install "autograd-lite\[nn\]"'), progress(3, True):
        pass
    with progress(3, None) as tell:
        assert tell(1.0, None) is None
