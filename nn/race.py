"""A race of optimizers, made fair: for each seed all start from the same weights and see the same batches.

Which of two optimizers is better is a question about their rates as much as about them, and one run is no answer:
``race`` can choose the best of the same few rates for each, and repeats every run with several seeds.

Source: D. Choi et al., On empirical comparisons of optimizers for deep learning (2019).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np

from autograd_lite import trees

from .objective import Objective, default_cost
from .optimizers import optimizer as optimizer_named
from .progress import Progress, progress
from .race_results import Lane, Race, quantile
from .run import DivergenceError
from .training import fit
from .validation import whole
from .weighting import combined_weights

__all__ = ["race"]

SHARE = 0.9  # of the fall of the winner's objective: where the threshold is by default


def race(
    model: Any,
    X: Any,
    y: Any,
    optimizers: Sequence[Any] | Mapping[str, Any],
    *,
    seeds: Sequence[int] = (0, 1, 2),
    epochs: int = 20,
    batch_size: int | None = 32,
    rates: Sequence[float] | None = None,
    cost: Any = None,
    regularization: Any = None,
    sample_weight: Any = None,
    class_weight: Any = None,
    validation_data: tuple[Any, ...] | None = None,
    threshold: float | None = None,
    verbose: bool | None = None,
) -> Race:
    """Train the same model by several optimizers, from the same start with the same batches, and compare them.

    Parameters
    ----------
    model : model, or function from a seed to a model
        Where all start.  A model is copied and stays as it is; all seeds then have the same start and differ in their
        batches.  With a function, such as ``lambda seed: nn.FFNN([2, 8, 1], seed=seed)``, they differ in both.
    X, y, cost, regularization, batch_size, sample_weight, class_weight
        As in ``nn.fit``.
    optimizers : list of optimizers or names, or dict of them by name
        Who takes part.
    seeds : sequence of int
        One training for each, of every optimizer.
    epochs : int
        How long each training is.
    rates : sequence of float, optional
        Learning rates to try with every optimizer that has one, so that each runs at its best of the same choice: that
        of the smallest median at the end.  Those with a schedule or without a rate run as they are.
    validation_data : (X, y) or (X, y, sample_weight), optional
        Where the objective is measured after each epoch; by default on the training data.
    threshold : float, optional
        The objective to count the steps to; by default where nine tenths of the fall of the winner are done.
    verbose : bool, optional
        As in ``nn.fit``, for all trainings together.

    Returns
    -------
    Race
        The lanes in order, as a table, and ``plot()``.

    Raises
    ------
    ValueError, TypeError
        As ``nn.fit``; without optimizers or seeds, for two optimizers of one name, and for rates that are not positive.

    Examples
    --------
    >>> import nn
    >>> X = np.random.default_rng(0).normal(size=(64, 3))
    >>> start = lambda seed: nn.FFNN([3, 1], seed=seed)
    >>> result = race(start, X, X @ [1.0, 2.0, 3.0], [nn.GD(0.1), nn.GD(9.0)], batch_size=None, epochs=200)
    >>> [(lane.name, lane.diverged) for lane in result]
    [('GD(0.1)', 0), ('GD(9)', 3)]
    """
    runners = _named(optimizers, rates is not None)
    seeds = [whole("each of the seeds", seed, 0) for seed in seeds]
    if not seeds or len(set(seeds)) < len(seeds):
        raise ValueError(f"seeds must be different whole numbers, at least one, but are {seeds}")
    epochs, starts = whole("epochs", epochs, 1), [_start(model, seed) for seed in seeds]
    objective = Objective(default_cost(starts[0]) if cost is None else cost, regularization)
    weights = combined_weights(y, sample_weight, class_weight)
    measured = validation_data if validation_data is not None else (X, y) if weights is None else (X, y, weights)
    course = _Course(
        starts, seeds, (X, y, weights), measured, [float(objective(start, *measured)) for start in starts],
        {"cost": objective.cost, "regularization": regularization, "epochs": epochs, "batch_size": batch_size},
    )  # fmt: skip
    tries = {name: _at_rates(chosen, rates) for name, chosen in runners.items()}
    with progress(epochs * len(seeds) * sum(map(len, tries.values())), verbose) as tell:
        lanes = [_best([course.lane(name, chosen, tell) for chosen in found]) for name, found in tries.items()]
    lanes.sort(key=_rank)
    batches = 1 if batch_size is None else -(-len(X) // batch_size)
    where = "training data" if validation_data is None else "validation data"
    goal = _goal(lanes[0]) if threshold is None else float(threshold)
    return Race(lanes, seeds, batches, objective.cost.title, where, goal)


class _Course:
    """What is the same for all who take part."""

    def __init__(
        self, starts: list[Any], seeds: list[int], data: tuple[Any, ...], measured: tuple[Any, ...],
        before: list[float], settings: dict[str, Any],
    ) -> None:  # fmt: skip
        self.starts, self.seeds, self.data, self.measured = starts, seeds, data, measured
        self.before, self.settings = before, settings

    def lane(self, name: str, chosen: Any, tell: Progress) -> Lane:
        """All trainings of an optimizer."""
        curves, seconds = [], []
        for start, seed, before in zip(self.starts, self.seeds, self.before, strict=True):
            X, y, weights = self.data
            try:
                history = fit(
                    deepcopy(start), X, y, optimizer=chosen, sample_weight=weights, validation_data=self.measured,
                    callbacks=lambda history: tell(history.loss[-1], history.validation_loss[-1]), seed=seed,
                    verbose=False, **self.settings,
                )  # fmt: skip
            except DivergenceError as error:
                history = error.history
            missing = self.settings["epochs"] - len(history.loss)
            for _ in range(missing):
                tell(np.inf, None)
            curve = [before, *history.validation_loss[: len(history.loss)], *[np.inf] * missing]
            curves.append(np.where(np.isfinite(curve), curve, np.inf))
            seconds.append(history.seconds / max(len(history.loss), 1))
        return Lane(name, chosen, np.array(curves), np.array(seconds), [])


def _start(model: Any, seed: int) -> Any:
    """The model of that seed: a copy of the one given, or what the function makes of the seed."""
    if trees.flatten(model)[0]:
        return deepcopy(model)
    made = model(seed) if callable(model) else None
    if not callable(made) or not trees.flatten(made)[0]:
        raise TypeError(
            "race takes a model with parameters, or a function that makes one from a seed such as "
            f"lambda seed: nn.FFNN([2, 8, 1], seed=seed), not {model!r}"
        )
    return made


def _named(optimizers: Any, tuned: bool) -> dict[str, Any]:
    """The optimizers by name: that of the class, with its rate, or all of it, where two are of one class."""
    if isinstance(optimizers, Mapping):
        found = {str(name): optimizer_named(chosen) for name, chosen in optimizers.items()}
    else:
        if isinstance(optimizers, str) or not isinstance(optimizers, Sequence):
            raise TypeError(f"optimizers must be a list such as [nn.SGD(0.1), nn.Adam(0.01)], not {optimizers!r}")
        chosen = [optimizer_named(each) for each in optimizers]
        names = [type(each).__name__ for each in chosen]
        for longer in (repr,) if tuned else (_with_rate, repr):
            names = [name if names.count(name) == 1 else longer(each) for name, each in zip(names, chosen, strict=True)]
        if len(set(names)) < len(names):
            raise ValueError(f"two of the optimizers are the same: {', '.join(names)}")
        found = dict(zip(names, chosen, strict=True))
    if not found:
        raise ValueError("a race needs optimizers, for example [nn.SGD(0.1), nn.Adam(0.01)]")
    return found


def _with_rate(chosen: Any) -> str:
    rate = getattr(chosen, "lr", None)
    return f"{type(chosen).__name__}({rate:g})" if isinstance(rate, float) else repr(chosen)


def _at_rates(chosen: Any, rates: Sequence[float] | None) -> list[Any]:
    """The optimizer at each of the rates; alone if there are none, or if it has no number for a rate."""
    if rates is None or not isinstance(getattr(chosen, "lr", None), float):
        return [chosen]
    if not len(rates) or not all(isinstance(rate, (int, float)) and 0 < rate < np.inf for rate in rates):
        raise ValueError(f"rates must be positive numbers, at least one, but are {rates!r}")
    return [replace(chosen, lr=float(rate)) for rate in sorted(set(rates))]


def _best(lanes: list[Lane]) -> Lane:
    """The lane of the best rate, named by it."""
    if len(lanes) == 1:
        return lanes[0]
    best = min(lanes, key=_rank)
    rates = [lane.optimizer.lr for lane in lanes]
    return replace(best, name=f"{best.name}({best.optimizer.lr:g})", rates=rates)


def _rank(lane: Lane) -> tuple[float, int, float]:
    """The median at the end; where it is infinite, those who diverged less and later are better."""
    finite = np.isfinite(lane.curves)
    return float(quantile(lane.final, 0.5)), lane.diverged, -float(np.sum(finite))


def _goal(winner: Lane) -> float | None:
    """Where nine tenths of the fall of the winner are done; None if nobody has become better."""
    start, end = float(np.median(winner.curves[:, 0])), float(quantile(winner.final, 0.5))
    return start - SHARE * (start - end) if end < start else None
