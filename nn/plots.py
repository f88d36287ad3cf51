"""Pictures of a training: the losses over the epochs, the confusion matrix, and a race of several optimizers."""

from __future__ import annotations

import io
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from . import files
from .history import History
from .metrics import accuracy, confusion_matrix
from .race_results import Lane, Race, quantile

__all__ = ["new_axes", "plot_confusion_matrix", "plot_history", "plot_race", "save_race", "training_figure"]

INK, MUTED, GRID = "#1e293b", "#5b677d", "#e2e8f0"
TRAIN, VALIDATION = "#0b57a8", "#b1420b"
LANES = ("#0b57a8", "#b1420b", "#0b5d47", "#5b3a9b", "#a3195b", "#6b5900", "#5b677d", "#1e293b")
DASHES: tuple[Any, ...] = ("-", (0, (6, 1.6)), (0, (1.4, 1.4)), (0, (6, 1.6, 1.4, 1.6)))
FONTS = ("Helvetica", "Arial", "Liberation Sans", "DejaVu Sans")


def _load(module: str) -> Any:
    """A module of matplotlib, loaded when a picture is wanted."""
    try:
        return import_module(module)
    except ImportError:
        raise ImportError('pictures of a training need matplotlib: pip install "autograd-lite[nn]"') from None


def _style() -> dict[str, Any]:
    """Settings that do not depend on the reader's own: the same numbers give the same file."""
    installed = {font.name for font in _load("matplotlib.font_manager").fontManager.ttflist}
    return {
        "font.family": next(name for name in FONTS if name in installed),
        "font.size": 9.5,
        "axes.edgecolor": "#7687a3",
        "axes.labelcolor": MUTED,
        "axes.titlesize": 11.5,
        "axes.titleweight": "bold",
        "axes.titlecolor": INK,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "text.color": INK,
        "figure.facecolor": "white",
        "axes.facecolor": "white",
        "savefig.facecolor": "white",
        "svg.hashsalt": "autograd_lite",
        "svg.fonttype": "path",
    }


def _drawing() -> Any:
    return _load("matplotlib").rc_context(_style())


def new_axes(width: float = 5.6, height: float = 4.2) -> Any:
    """Axes in a new pyplot figure of that size in inches, in the look of this package."""
    plt = _load("matplotlib.pyplot")
    with _drawing():
        return plt.subplots(figsize=(width, height), layout="constrained")[1]


def plot_history(history: History, ax: Any) -> None:
    """Draw the losses over the epochs, each curve named at its end, the best validation loss marked.

    Parameters
    ----------
    history : History
        With at least one epoch.
    ax : matplotlib axes
        Where to draw.

    Raises ValueError for a history without epochs, ImportError without matplotlib.

    >>> import nn
    >>> X = np.linspace(-1, 1, 20)[:, None]
    >>> history = nn.fit(nn.FFNN([1, 2, 1], seed=0), X, X, epochs=2, seed=0)
    >>> axes = new_axes()
    >>> plot_history(history, axes)
    >>> axes.get_xlabel()
    'epoch'
    """
    if not history.loss:
        raise ValueError("this history has no epochs to draw")
    with _drawing():
        positive = min([*history.loss, *history.validation_loss]) > 0
        curves: list[Any] = [("train", history.loss, TRAIN, "-")]
        if history.validation_loss:
            curves.append(("validation", history.validation_loss, VALIDATION, (0, (4, 1.6))))
        for _, losses, colour, dashes in curves:
            ax.plot(range(1, len(losses) + 1), losses, color=colour, linestyle=dashes, linewidth=2)
        if positive:
            _logarithmic(ax, [*history.loss, *history.validation_loss])
        _name_ends(ax, curves, positive)
        if history.validation_loss:
            _mark_best(ax, history)
        name = history.cost[:1].upper() + history.cost[1:]
        ax.set_title(f"{name} (log scale)" if positive else name, pad=10)
        ax.set_xlabel("epoch")
        _ticks_until(ax, len(history.loss))
        ax.grid(axis="y", color=GRID, linewidth=0.9)
        ax.set_axisbelow(True)


def _ticks_until(ax: Any, last: float, whole: bool = True) -> None:
    """Ticks up to the last epoch or second, and room at the right for the names of the curves."""
    ticks = _load("matplotlib.ticker").MaxNLocator(5, integer=whole).tick_values(0, last)
    ax.set_xlim(0, 1.42 * last)
    ax.set_xticks([tick for tick in ticks if 0 <= tick <= last])


def _logarithmic(ax: Any, losses: list[float]) -> None:
    """A logarithmic scale with plain numbers at 1, 2, 5 · 10ᵏ, or at powers of ten where it spans many."""
    ticker = _load("matplotlib.ticker")
    decades = np.log10(max(losses) / min(losses))
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(ticker.LogLocator(10, subs=(1.0,) if decades > 3 else (1.0, 2.0, 5.0), numticks=12))
    ax.yaxis.set_major_formatter(ticker.FuncFormatter(lambda y, _: f"{y:g}"))
    ax.yaxis.set_minor_formatter(ticker.NullFormatter())
    ax.set_ylim(min(losses) * 0.8, max(losses) * 1.25)


def _name_ends(ax: Any, curves: list[Any], logarithmic: bool) -> None:
    """The name and last value at the end of each curve; two that end close together are kept apart."""
    ends = [losses[-1] for _, losses, _, _ in curves]
    low, high = ax.get_ylim()
    if logarithmic:
        ends, low, high = [float(np.log(y)) for y in ends], float(np.log(low)), float(np.log(high))
    at = [(y - low) / (high - low) for y in ends]
    apart = 0.065
    if len(at) == 2 and abs(at[0] - at[1]) < apart:
        middle, upper = sum(at) / 2, at.index(max(at))
        at[upper], at[1 - upper] = middle + apart / 2, middle - apart / 2
    for (name, losses, colour, _), y in zip(curves, at, strict=True):
        ax.annotate(
            f"{name} {losses[-1]:.3g}", (len(losses), y), xycoords=("data", "axes fraction"), xytext=(9, 0),
            textcoords="offset points", va="center", color=colour, weight="bold",
        )  # fmt: skip


def _mark_best(ax: Any, history: History) -> None:
    """A ring around the best validation loss, and what it is."""
    epoch = history.best_epoch
    best = history.validation_loss[epoch - 1]
    ax.plot(epoch, best, "o", markersize=9, color="white", markeredgecolor=VALIDATION, markeredgewidth=1.4, zorder=3)
    ax.text(
        0.98, 0.95, f"best validation {best:.3g}\nat epoch {epoch} of {len(history.loss)}", transform=ax.transAxes,
        ha="right", va="top", color=MUTED, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
    )  # fmt: skip


def plot_confusion_matrix(y_true: Any, y_pred: Any, ax: Any = None) -> Any:
    """Draw the confusion matrix: counts, and for up to four classes the share of the row; returns the axes.

    Parameters
    ----------
    y_true, y_pred : arrays
        As in ``confusion_matrix``: labels, or what the model returns.
    ax : matplotlib axes, optional
        Where to draw; by default a new figure.

    Raises ImportError without matplotlib, with the command that installs it.

    >>> plot_confusion_matrix([0, 1, 1], [0, 1, 0]).get_ylabel()
    'true'
    """
    counts = confusion_matrix(y_true, y_pred)
    ax = new_axes() if ax is None else ax
    with _drawing():
        classes = len(counts)
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        ax.imshow(shares, cmap="Blues", vmin=0, vmax=1.15)
        for (i, j), count in np.ndenumerate(counts):
            if count or classes <= 4:
                text = f"{count}\n{shares[i, j]:.0%}" if classes <= 4 else str(count)
                colour = "white" if shares[i, j] > 0.5 else INK
                size = 12 if classes <= 4 else 8.5
                ax.text(j, i, text, ha="center", va="center", color=colour, weight="bold", size=size)
        ax.set_xticks(range(classes))
        ax.set_yticks(range(classes))
        ax.set_xlabel("predicted")
        ax.set_ylabel("true")
        ax.set_title(f"Confusion matrix · accuracy {accuracy(y_true, y_pred):.1%}", pad=10)
        for side in ax.spines.values():
            side.set_visible(False)
        ax.set_xticks(np.arange(classes - 1) + 0.5, minor=True)
        ax.set_yticks(np.arange(classes - 1) + 0.5, minor=True)
        ax.grid(which="minor", color="white", linewidth=1)
        ax.tick_params(which="minor", length=0)
    return ax


def training_figure(history: History, y_true: Any, y_pred: Any, path: str | Path | None = None) -> Any:
    """The losses over the epochs beside the confusion matrix, in one picture.

    Parameters
    ----------
    history : History
        From ``fit``.
    y_true, y_pred : arrays
        Labels and predictions, as in ``confusion_matrix``.
    path : str or Path, optional
        A file to write, .svg, .png or .pdf.  The same numbers give the same file.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    ImportError
        Without matplotlib, with the command that installs it.

    Examples
    --------
    >>> import nn
    >>> X = np.linspace(-1, 1, 20)[:, None]
    >>> history = nn.fit(nn.FFNN([1, 2, 1], seed=0), X, X, epochs=2, seed=0)
    >>> len(training_figure(history, [0, 1], [0, 1]).axes)
    2
    """
    with _drawing():
        figure = _figure(figsize=(9.6, 4.3), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])
        figure.get_layout_engine().set(wspace=0.06, w_pad=0.08, h_pad=0.1)
        plot_history(history, left)
        plot_confusion_matrix(y_true, y_pred, right)
        if path is not None:
            _write(figure, Path(path))
    return figure


def _figure(**options: Any) -> Any:
    """A figure of its own, unknown to pyplot, that a notebook shows all the same."""

    class Figure(_load("matplotlib.figure").Figure):  # type: ignore[misc]
        def _repr_png_(self) -> bytes:
            picture = io.BytesIO()
            self.savefig(picture, format="png", dpi=120)
            return picture.getvalue()

    return Figure(**options)


def _write(figure: Any, path: Path) -> None:
    """Write the whole file or none of it."""
    kind = path.suffix[1:].lower() or "svg"
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {}
    content = io.BytesIO()
    figure.savefig(content, format=kind, metadata=metadata, dpi=160)
    files.replace(path, content.getvalue())


def plot_race(race: Race, ax: Any, against: str = "epochs") -> None:
    """Draw the median of each optimizer with a band from quartile to quartile, over the epochs or the seconds."""
    with _drawing():
        seen = np.concatenate([lane.curves[np.isfinite(lane.curves)] for lane in race.lanes])
        start, lowest = float(np.median(race.best.curves[:, 0])), float(np.min(seen))
        positive = lowest > 0
        highest = 3 * start if positive else start + 2 * (start - lowest)  # what lies above has left the picture
        beyond = 30 * highest if positive else highest + 30 * (highest - lowest)
        ends = [_plot_lane(ax, lane, number, against, beyond) for number, lane in enumerate(race.lanes)]
        shown = seen[seen <= highest]
        if positive:
            _logarithmic(ax, shown.tolist())
        else:
            ax.set_ylim(float(np.min(shown)), float(np.max(shown)))
        _name_lanes(ax, ends)
        last = max(x for x, *_ in ends) or 1.0
        _ticks_until(ax, last, whole=against == "epochs")
        ax.set_xlabel("epoch" if against == "epochs" else "seconds on this machine")
        scale = " (log scale)" if positive else ""
        ax.set_title(f"{race.cost[:1].upper()}{race.cost[1:]} on the {race.data}{scale}", pad=22)
        ax.text(0, 1.025, race.conditions, transform=ax.transAxes, color=MUTED, size=8.5, va="bottom")
        ax.grid(axis="y", color=GRID, linewidth=0.9)
        ax.set_axisbelow(True)


def _plot_lane(ax: Any, lane: Lane, number: int, against: str, beyond: float) -> tuple[float, float, str, str]:
    """Line and band of an optimizer; returns where the line ends, its name and its colour."""
    colour, dashes = LANES[number % len(LANES)], DASHES[number % len(DASHES)]
    low, middle, high = (quantile(lane.curves, q) for q in (0.25, 0.5, 0.75))
    x = np.arange(len(middle)) * (1.0 if against == "epochs" else float(np.median(lane.seconds)))
    shown = np.isfinite(middle)
    name = f"{lane.name} {middle[-1]:.3g}" if shown[-1] else lane.name
    low, middle, high = (np.minimum(values, beyond) for values in (low, middle, high))
    ax.fill_between(x, low, high, color=colour, alpha=0.16, linewidth=0)
    ax.plot(x[shown], middle[shown], color=colour, linestyle=dashes, linewidth=2)
    last = int(np.flatnonzero(shown)[-1])
    if lane.diverged:
        name += f" · {lane.diverged} of {len(lane.final)} diverged"
    return float(x[last]), float(middle[last]), name, colour


def _name_lanes(ax: Any, ends: list[tuple[float, float, str, str]]) -> None:
    """The name of each line at its end; those that end close together are kept apart."""
    low, high = ax.get_ylim()
    scale = np.log if ax.get_yscale() == "log" else np.asarray
    at = [float(np.clip((scale(y) - scale(low)) / (scale(high) - scale(low)), 0, 1)) for _, y, _, _ in ends]
    order, apart = sorted(range(len(at)), key=at.__getitem__), 0.062
    for _ in range(100):
        for below, above in pairwise(order):
            lacking = apart - (at[above] - at[below])
            if lacking > 0:
                at[below], at[above] = at[below] - lacking / 2, at[above] + lacking / 2
        at[order[0]] = max(at[order[0]], 0.02)
    right = max(x for x, *_ in ends)
    for (_, _, name, colour), y in zip(ends, at, strict=True):
        ax.annotate(
            name, (right, y), xycoords=("data", "axes fraction"), xytext=(9, 0), textcoords="offset points",
            va="center", color=colour, weight="bold",
        )  # fmt: skip


def save_race(race: Race, path: Path, against: str) -> None:
    """Write the picture of a race; the same numbers give the same file."""
    with _drawing():
        figure = _figure(figsize=(7.6, 4.4), layout="constrained")
        plot_race(race, figure.subplots(), against)
        _write(figure, path)
