"""The history of a training as text, HTML, a dict and a DataFrame."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

import nn


def test_history_as_text_and_data():
    history = nn.History(loss=[1.0, 0.5, 0.4], validation_loss=[1.0, 0.6, 0.7])
    assert history.best_epoch == 2
    assert history.to_dict() == {"epoch": [1, 2, 3], "loss": [1.0, 0.5, 0.4], "validation_loss": [1.0, 0.6, 0.7]}
    assert str(history.table()).splitlines()[0].split() == ["epoch", "loss", "validation", "loss"]
    assert repr(history.table()) == str(history.table())
    assert nn.History(loss=[3.0, 1.0, 2.0]).best_epoch == 2
    assert str(history) == str(history.table())


def test_metrics_are_columns():
    history = nn.History(loss=[1.0, 0.5], metrics={"accuracy": [0.25, 0.75]})
    assert history.to_dict() == {"epoch": [1, 2], "loss": [1.0, 0.5], "accuracy": [0.25, 0.75]}
    assert repr(history) == "History(2 epochs, loss 0.5, accuracy 0.75)"
    assert str(history).splitlines()[-1].split() == ["2", "0.5", "0.75"]


def test_history_as_html_is_escaped_and_marks_the_best_epoch():
    history = nn.History(loss=[2.0, 1.0, 3.0], cost="<b>", stopped="a < b", metrics={"<i>": [1.0, 2.0, 3.0]})
    html = history._repr_html_()
    assert "&lt;b&gt; · best epoch 2 · stopped: a &lt; b" in html and "&lt;i&gt;" in html
    assert "<b>" not in html and "<i>" not in html
    assert html.count("font-weight:600") == 1 and html.count("<tr") == 4
    assert "best" not in nn.History()._repr_html_()


def test_history_as_a_data_frame(monkeypatch):
    seen = {}

    class Frame:
        def __init__(self, columns):
            seen.update(columns)

        def set_index(self, name):
            return name

    monkeypatch.setitem(sys.modules, "pandas", SimpleNamespace(DataFrame=Frame))
    assert nn.History(loss=[1.0, 0.5]).to_pandas() == "epoch"
    assert seen == {"epoch": [1, 2], "loss": [1.0, 0.5]}
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        nn.History().to_pandas()
