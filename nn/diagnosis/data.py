"""What is wrong with the data, before any network has seen them: scales, constant and repeated columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..cost_base import Custom
from ..layers import Flatten
from ..normalization import BatchNorm, LayerNorm
from .evidence import SQUASHED, Evidence
from .findings import Finding

__all__ = ["of_data"]

Array = Any

LARGE, SMALL = 10.0, 1e-3  # root mean squares far away from the 1 that initial weights are made for
SPREAD = 100.0  # how many times the median deviation the largest one may be
FEW = 20  # up to so many features every column counts; among more, some are blank, as the border of an image
ROWS = 10  # samples that it takes to say something of them
RANGES = {
    "sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0), "softsign": (-1.0, 1.0), "relu": (0.0, np.inf),
    "softplus": (0.0, np.inf), "log_softmax": (-np.inf, 0.0),
}  # fmt: skip


def of_data(evidence: Evidence) -> Iterator[Finding]:
    """Findings in X and y."""
    X = evidence.everything[0]
    shape, X = X.shape[1:], X.reshape(len(X), -1)
    yield from _scales(evidence, X, shape)
    if len(X) >= ROWS:
        yield from _constant(X, shape)
        yield from _duplicated(X, shape)
        yield from _validation(evidence, X)
    yield from _targets(evidence)
    yield from _range(evidence)


def _feature(j: int, shape: tuple[int, ...]) -> str:
    """What to call the feature of that number in samples of a shape.

    >>> _feature(5, (8,)), _feature(5, (2, 4))
    ('feature 5', 'feature [1, 1]')
    """
    place = [int(i) for i in np.unravel_index(j, shape)] if len(shape) > 1 else j
    return f"feature {place}"


def _scales(evidence: Evidence, X: Array, shape: tuple[int, ...]) -> Iterator[Finding]:
    layers = [part.layer for part in evidence.start.parts if not isinstance(part.layer, Flatten)]
    if layers and isinstance(layers[0], (BatchNorm, LayerNorm)):
        return
    sizes, deviations = np.sqrt(np.mean(X * X, axis=0)), X.std(axis=0)
    sizes, varied = np.where(deviations > 0, sizes, 0), deviations[deviations > 0]
    if not varied.size:
        return
    j, middle = int(np.argmax(sizes)), float(np.median(varied))
    fix = "bring every feature to mean 0 and deviation 1 by nn.standardize(X, X_validation)"
    if sizes[j] > LARGE:
        low, high = X[:, j].min(), X[:, j].max()
        what = f"{_feature(j, shape)} goes from {low:.4g} to {high:.4g}, but weights start as for sizes near 1"
        yield Finding("unscaled inputs", "inputs", what, fix, float(sizes[j]))
    elif sizes[j] < SMALL:
        what = f"{_feature(j, shape)}, the largest, has the size {sizes[j]:.2g}, but weights start as for sizes near 1"
        yield Finding("unscaled inputs", "inputs", what, fix, float(sizes[j]))
    elif deviations.max() > SPREAD * middle:
        j = int(np.argmax(deviations))
        what = f"{_feature(j, shape)} has the deviation {deviations[j]:.3g}, most others about {middle:.2g}"
        yield Finding("unscaled inputs", "inputs", what, fix, float(deviations[j] / middle))


def _constant(X: Array, shape: tuple[int, ...]) -> Iterator[Finding]:
    constant = np.ptp(X, axis=0) == 0
    blank = constant & (X[0] == 0)
    if X.shape[1] > FEW and 2 * np.count_nonzero(blank) < X.shape[1]:
        constant &= ~blank
    count = np.count_nonzero(constant)
    if count:
        j = int(np.argmax(constant))
        example = f"{_feature(j, shape)}, {X[0, j]:.4g} in every row"
        what = f"{count} of {X.shape[1]} features are constant, for example {example}"
        fix = "leave them out (a bias does the work of a column of ones), or look whether they were lost in loading"
        yield Finding("constant features", "inputs", what, fix, float(count))


def _duplicated(X: Array, shape: tuple[int, ...]) -> Iterator[Finding]:
    """Columns that are a positive multiple of another, up to a shift; those that hardly ever change are left aside."""
    if X.shape[1] > 2000:
        return
    rows = X[: 20 * FEW * FEW].astype(np.float64)
    columns = np.flatnonzero([np.unique(x, return_counts=True)[1].max() <= 0.95 * len(x) for x in rows.T])
    if len(columns) < 2:
        return
    scaled = rows[:, columns] - rows[:, columns].mean(axis=0)
    scaled /= np.linalg.norm(scaled, axis=0)
    alike = np.triu(scaled.T @ scaled > 1 - 1e-9, 1)
    pairs = np.argwhere(alike)
    if len(pairs):
        (i, j), count = columns[pairs[0]].tolist(), len(np.unique(pairs[:, 1]))
        example = f"{_feature(j, shape)} says the same as {_feature(i, shape)}"
        what = f"{count} of {X.shape[1]} features repeat another, for example {example}"
        fix = "leave out all but one: they count more than the others and tell nothing new"
        yield Finding("duplicated features", "inputs", what, fix, float(count))


def _validation(evidence: Evidence, X: Array) -> Iterator[Finding]:
    if evidence.validation is None or len(evidence.validation[0]) < ROWS:
        return
    other, deviation = evidence.validation[0].reshape(-1, X.shape[1]), X.std(axis=0)
    varied = deviation > 0
    if not varied.any():
        return
    means = other.mean(axis=0)
    shift = float(np.median(np.abs(means - X.mean(axis=0))[varied] / deviation[varied]))
    ratio = float(np.median(other.std(axis=0)[varied] / deviation[varied]))
    if shift > 3 or not 0.2 < ratio < 5:
        away = f"lie {shift:.3g} deviations away from those of the training data"
        what = f"most features {away if shift > 3 else f'vary {ratio:.3g} times as much as in the training data'}"
        fix = "scale both alike, with the mean and deviation of the training data: nn.standardize(X, X_validation)"
        yield Finding("validation data unlike training data", "validation data", what, fix, max(shift, ratio))


def _targets(evidence: Evidence) -> Iterator[Finding]:
    y, cost = evidence.everything[1], evidence.objective.cost
    if cost.link is not None or y.size == 0 or not isinstance(y, np.ndarray) or y.dtype.kind != "f":
        yield from _one_class(evidence)
        return
    if isinstance(cost, Custom) and y.shape != (len(y), *evidence.end.outputs.shape[1:]):
        return
    size, given = (float(np.sqrt(np.mean(np.square(a)))) for a in (y, evidence.start.outputs))
    fix = "train on (y − mean)/deviation, as nn.standardize gives it, and undo it in predictions"
    if size > LARGE * max(1, given) and RANGES.get(evidence.last_activation, (0, np.inf))[1] == np.inf:
        what = f"their mean is {y.mean():.4g}, their deviation {y.std():.3g}, the first outputs are about {given:.2g}"
        yield Finding("unscaled targets", "targets", what, fix, size)
    elif 0 < size < SMALL:
        yield Finding("unscaled targets", "targets", f"the targets have the size {size:.2g} only", fix, size)


def _one_class(evidence: Evidence) -> Iterator[Finding]:
    y = evidence.everything[1]
    if evidence.classes and len(y) > 1 and np.ptp(y, axis=0).max() == 0:
        what = f"all {len(y)} targets are of one class: there is nothing to tell apart"
        yield Finding("constant targets", "targets", what, "look at how y was made", float(len(y)))


def _range(evidence: Evidence) -> Iterator[Finding]:
    """Targets that the last activation cannot give."""
    y, last, cost = evidence.everything[1], evidence.last_activation, evidence.objective.cost
    low, high = RANGES.get(last, (-np.inf, np.inf))
    if cost.link is not None or np.shape(y) != (len(y), *evidence.end.outputs.shape[1:]):
        return
    outside = float(np.mean((y < low) | (y > high)))
    if outside > 0.01:
        span = f"from {low:g} to {high:g}".replace("inf", "∞")
        what = f"{last} gives numbers {span}, but {outside:.0%} of the targets lie outside of that"
        fix = "take output='identity'" + ("" if last in SQUASHED else ", or scale the targets")
        yield Finding("wrong output activation", _last(evidence), what, fix, outside)


def _last(evidence: Evidence) -> str:
    return evidence.end.parts[-1].where
