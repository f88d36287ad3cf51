"""Pictures of a training: what they show, and that the same numbers give the same file."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import nn

HISTORY = nn.History(
    loss=[1.0, 0.3, 0.1, 0.05], validation_loss=[0.9, 0.4, 0.2, 0.25], cost="categorical cross-entropy"
)
TRUE, PREDICTED = [0, 1, 2, 2, 1], [0, 1, 2, 1, 1]


@pytest.fixture
def axes():
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    ax = plt.figure().add_subplot()
    yield ax
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_the_losses_with_names_and_the_best(axes):
    assert HISTORY.plot(axes) is axes
    assert axes.get_yscale() == "log"
    assert axes.get_title(loc="left") == "Categorical cross-entropy (log scale)"
    assert texts(axes) == ["train 0.05", "validation 0.25", "best validation 0.2\nat epoch 3 of 4"]
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), [1, 2, 3, 4])
    np.testing.assert_array_equal(axes.lines[1].get_ydata(), HISTORY.validation_loss)
    assert [line.get_xydata().tolist() for line in axes.lines[2:]] == [[[3, 0.2]]]


def test_losses_that_are_not_positive_have_a_linear_scale(axes):
    nn.History(loss=[1.0, 0.0, -1.0], cost="my cost").plot(axes)
    assert axes.get_yscale() == "linear"
    assert axes.get_title(loc="left") == "My cost"


@pytest.mark.parametrize("losses", [[0.5], [1.0, 1.0], [1e-300, 1e-12, 1e5]])
def test_short_constant_and_steep_histories_are_drawn(losses, axes):
    nn.History(loss=losses).plot(axes)
    axes.figure.canvas.draw()


def test_a_new_figure_is_made_where_none_is_given(axes):
    assert HISTORY.plot() is not axes
    assert nn.plot_confusion_matrix(TRUE, PREDICTED) is not axes


def test_the_confusion_matrix(axes):
    nn.plot_confusion_matrix(TRUE, PREDICTED, axes)
    assert axes.get_title(loc="left") == "Confusion matrix · accuracy 80.0%"
    assert texts(axes) == ["1\n100%", "0\n0%", "0\n0%", "0\n0%", "2\n100%", "0\n0%", "0\n0%", "1\n50%", "1\n50%"]


def test_zeros_are_left_out_of_a_large_confusion_matrix(axes):
    nn.plot_confusion_matrix(np.arange(10), np.arange(10), axes)
    assert texts(axes) == ["1"] * 10


def test_the_same_numbers_give_the_same_file(tmp_path):
    for name in ("one.svg", "two.svg"):
        nn.training_figure(HISTORY, TRUE, PREDICTED, tmp_path / name)
    one, two = ((tmp_path / name).read_bytes() for name in ("one.svg", "two.svg"))
    assert one == two
    assert b"<svg" in one and b"<dc:date>" not in one
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.svg", "two.svg"]


def test_other_kinds_of_files(tmp_path):
    nn.training_figure(HISTORY, TRUE, PREDICTED, tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="xyz"):
        nn.training_figure(HISTORY, TRUE, PREDICTED, tmp_path / "picture.xyz")
    assert [path.name for path in tmp_path.iterdir()] == ["picture.png"]


def test_the_background_is_white():
    from matplotlib.colors import to_hex

    figure = nn.training_figure(HISTORY, TRUE, PREDICTED)
    assert {to_hex(figure.get_facecolor()), *(to_hex(ax.get_facecolor()) for ax in figure.axes)} == {"#ffffff"}


def test_without_matplotlib_the_command_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r'pip install "autograd-lite\[nn\]"'):
        nn.training_figure(HISTORY, TRUE, PREDICTED)
