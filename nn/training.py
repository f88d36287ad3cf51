"""Training: θ ← update(∇C(θ), θ), over and over.

    for each epoch:                         a pass over the data in a new random order
        for each mini-batch X, y:
            C, g  = value_and_grad(objective)(model, X, y)
            model = optimizer.update(g, model)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite
from time import perf_counter
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite import trees

from .history import History
from .models import Sequential
from .modes import running, with_running
from .objective import Objective, Regularization, default_cost
from .optimizers import optimizer as optimizer_named
from .parameters import Joined, adopt, worth_joining
from .progress import Progress, progress
from .targets import numbers, row_weights
from .weighting import combined_weights

__all__ = ["DivergenceError", "fit"]

Array = Any


class DivergenceError(ArithmeticError):
    """Training met a cost that is nan or infinite; ``history`` holds the epochs before."""

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history


def fit(
    model: Any,
    X: Any,
    y: Any,
    *,
    cost: Any = None,
    optimizer: Any = "adam",
    regularization: Regularization = None,
    epochs: int = 100,
    batch_size: int | None = 32,
    sample_weight: Any = None,
    class_weight: Any = None,
    validation_data: tuple[Any, ...] | None = None,
    seed: int | np.random.Generator | None = None,
    verbose: bool | None = None,
) -> History:
    """Train a model: its parameters are changed in place, and the history of the training is returned.

    Parameters
    ----------
    model : FFNN, Sequential, or any dataclass of arrays with ``__call__``
        What to train.  It is trained in the dtype of its parameters.
    X : array of shape (n, ...)
        A sample in each row.
    y : array of shape (n,) or (n, outputs)
        Targets; for ``categorical_cross_entropy`` integer labels or one-hot rows.
    cost : str or callable, optional
        "mean_squared_error", "binary_cross_entropy", "categorical_cross_entropy", or any function of (targets,
        outputs).  By default the cross-entropy that belongs to an output sigmoid or softmax, else the mean squared
        error.  The cross-entropies are computed from the model's logits.
    optimizer : str or object with ``init`` and ``update``
        For example ``nn.Adam(lr=0.01)``.
    regularization : callable, list or dict, optional
        Penalties on the weights such as ``nn.L2(1e-4)``, constraints such as ``nn.MaxNorm(3)``, any function of the
        model; a list of them, or {layer: one or a list} for single layers.
    epochs : int
        Passes over the data.
    batch_size : int or None
        Samples per step; ``None`` takes all at once.
    sample_weight : array of shape (n,), optional
        How much each sample counts in the cost; the weights are divided by their mean.
    class_weight : dict, sequence or "balanced", optional
        How much each class counts: {label: weight}, a weight for each class, or "balanced" for classes that weigh the
        same; it multiplies ``sample_weight``.  The validation data are left as they are.
    validation_data : (X, y) or (X, y, sample_weight), optional
        Data to evaluate the objective on after each epoch.
    seed : int or numpy.random.Generator, optional
        Where the order of the samples comes from: the same seed gives the same weights, bit by bit.
    verbose : bool, optional
        Whether to show a progress bar; by default in a terminal or a notebook, if tqdm is installed.

    Returns
    -------
    History
        Losses of each epoch, and the model.

    Raises
    ------
    DivergenceError
        If the cost becomes nan or infinite; the model keeps the last parameters of which the cost was finite.
    ValueError, TypeError
        For data that do not fit the model or the cost, nan, text, labels out of range, and impossible settings.

    Examples
    --------
    >>> import nn
    >>> X = np.linspace(-1, 1, 50)[:, None]
    >>> model = nn.FFNN([1, 8, 1], seed=0)
    >>> history = nn.fit(model, X, X**2, batch_size=10, optimizer=nn.Adam(lr=0.05), epochs=300, seed=0)
    >>> bool(np.max(np.abs(model(X) - X**2)) < 0.05)
    True
    """
    _check_counts(epochs, batch_size)
    leaves, rebuild = trees.flatten(model)
    if not leaves:
        raise TypeError(f"this model has no parameters to train: {model!r}")
    leaves = [np.array(leaf, dtype=np.result_type(np.asarray(leaf), np.float16)) for leaf in leaves]
    dtype = np.result_type(*leaves)
    objective = Objective(default_cost(model) if cost is None else cost, regularization)
    data = _prepared("", model, objective, dtype, X, y, combined_weights(y, sample_weight, class_weight))
    validation = None
    if validation_data is not None:
        validation = _prepared("validation ", model, objective, dtype, *validation_data)
    history = History(model=model, cost=objective.cost.title)
    with progress(epochs, verbose) as tell:
        run = _Run(model, rebuild, leaves, objective, optimizer_named(optimizer), data, history)
        run.train(epochs, batch_size, np.random.default_rng(seed), validation, tell)
    return history


class _Run:
    """One training: what stays the same in it, and the parameters it has come to."""

    def __init__(
        self, model: Any, rebuild: Callable[[list[Array]], Any], leaves: list[Array], objective: Objective,
        optimizer: Any, data: tuple[Array, ...], history: History,
    ) -> None:  # fmt: skip
        self.model, self.rebuild, self.leaves, self.objective = model, rebuild, leaves, objective
        self.running = running(model)
        self.before = leaves, self.running  # the parameters and running statistics one step ago
        self.chosen = optimizer
        joined = worth_joining(optimizer, leaves) and not objective.constraints
        self.optimizer = Joined(optimizer, leaves) if joined else optimizer
        self.data, self.history = data, history

    def train(
        self, epochs: int, batch_size: int | None, rng: np.random.Generator, validation: Any, tell: Progress
    ) -> None:
        start, self.rng = perf_counter(), rng
        state = self.optimizer.init(self.leaves)
        try:
            with np.errstate(all="ignore"):  # an overflow shows in the cost, which is checked at every step
                for _ in range(epochs):
                    loss, state = self.epoch(batch_size, rng, state)
                    self.history.loss.append(loss)
                    tell(loss, self.validate(validation))
        finally:
            adopt(self.model, self.built([x.copy() for x in self.leaves]))
            self.history.seconds = perf_counter() - start

    def built(self, leaves: list[Array]) -> Any:
        """The model of these parameters and the running statistics."""
        return with_running(self.rebuild(leaves), self.running)

    def cost_of(self, leaves: list[Array], X: Array, targets: Array, weights: Array | None = None) -> Any:
        """The objective in training; the model as it is after this batch is kept aside."""
        loss, self.after = self.objective.training(self.built(leaves), X, targets, self.rng, weights, prepared=True)
        return loss

    def epoch(self, batch_size: int | None, rng: np.random.Generator, state: Any) -> tuple[float, Any]:
        """One pass over the data; returns the mean of the objective over the samples, and the optimizer's state."""
        value_and_grad, update = ag.value_and_grad(self.cost_of), self.optimizer.update
        total, before = 0.0, None
        for batch, (X, *others) in enumerate(_batches(self.data, batch_size, rng), 1):
            loss, gradient = value_and_grad(self.leaves, X, *others)
            loss = float(loss)
            if not isfinite(loss):
                self.diverged(loss, before, batch, X)
            total += loss * len(X)
            before, self.before = loss, (self.leaves, self.running)
            if self.running:
                self.running = running(self.after)
            self.leaves, state = update(gradient, state, self.leaves)
            if self.objective.constraints:
                self.leaves = trees.flatten(self.objective.constrained(self.rebuild(self.leaves)))[0]
        if not all(np.isfinite(x).all() for x in self.leaves):
            self.diverged(loss, before, batch, X)
        return total / len(self.data[0]), state

    def validate(self, validation: tuple[Array, ...] | None) -> float | None:
        """The objective on the validation data, noted in the history."""
        if validation is None:
            return None
        loss = float(self.objective.evaluate(self.built(self.leaves), *validation))
        self.history.validation_loss.append(loss)
        return loss

    def diverged(self, loss: float, before: float | None, batch: int, X: Array) -> None:
        """Go back to the last parameters whose cost was finite, and say what happened."""
        epoch = len(self.history.loss) + 1
        layer = _first_bad_layer(self.built(self.leaves), X)
        first = before is None and epoch == 1
        self.leaves, self.running = self.before
        what = f"the cost became {loss}" if not isfinite(loss) else "the parameters became nan or infinite"
        where = f"at epoch {epoch}, batch {batch}"
        then = "before any step" if first else f"after {before:.4g} one step before" if before is not None else ""
        kept = "The model is unchanged." if first else "The model keeps the last parameters that gave a finite cost."
        raise DivergenceError(
            f"{what} {where}{', ' if then else ''}{then}{layer}. {kept} {self.advice(X)}", self.history
        )

    def advice(self, X: Array) -> str:
        """What to try."""
        rate, largest = getattr(self.chosen, "lr", None), float(np.max(np.abs(X)))
        advice = []
        if isinstance(rate, float) and rate > 0:
            advice.append(f"a smaller learning rate (lr={rate / 10:g} instead of {rate:g})")
        if largest > 10:
            advice.append(f"standardized inputs (nn.standardize; here they reach {largest:.3g})")
        return f"Try {' or '.join(advice or ['another start or a bounded activation'])}."


def _first_bad_layer(model: Any, X: Array) -> str:
    """Which layer gives the first number that is not finite."""
    if not isinstance(model, Sequential):
        return ""
    for number, layer in enumerate(model, 1):
        X = layer(X)
        if not np.isfinite(X).all():
            return f"; the first nan or inf comes out of layer {number}, {layer!r}"
    return "; the outputs of the model are finite, but too large for the cost"


def _batches(data: tuple[Array, ...], size: int | None, rng: np.random.Generator) -> Iterator[tuple[Array, ...]]:
    """Mini-batches in a new random order; all data as they are if they fit into one."""
    n = len(data[0])
    if size is None or size >= n:
        yield data
        return
    order = rng.permutation(n)
    for start in range(0, n, size):
        chosen = order[start : start + size]
        yield tuple([x.take(chosen, axis=0) for x in data])


def _prepared(
    prefix: str, model: Any, objective: Objective, dtype: np.dtype[Any], X: Any, y: Any, sample_weight: Any = None
) -> tuple[Array, ...]:
    """Data, targets and weights, if any, as arrays that fit the model and the cost."""
    X = numbers(f"{prefix}X", X).astype(dtype, copy=False)
    if X.ndim == 0 or not len(X):
        raise ValueError(f"{prefix}X must have a row for each sample and at least one, but has shape {X.shape}")
    rows = len(y) if hasattr(y, "__len__") else 0
    if rows != len(X):
        raise ValueError(f"{prefix}X has {len(X)} rows, but {prefix}y has {rows}: give one target for each row")
    objective.from_logits(model)
    with np.errstate(all="ignore"):
        shape = np.shape(model(X[:1]))
    if len(shape) == 0 or shape[0] != 1:
        raise ValueError(f"the model must give one row for each sample, but gave shape {shape} for one sample")
    shape = (len(X), *shape[1:])
    targets = objective.cost.prepare(y, shape, dtype)
    return (X, targets) if sample_weight is None else (X, targets, row_weights(sample_weight, shape, dtype))


def _check_counts(epochs: Any, batch_size: Any) -> None:
    if not isinstance(epochs, (int, np.integer)) or isinstance(epochs, bool) or epochs < 0:
        raise ValueError(f"epochs must be a whole number, 0 or more, but is {epochs!r}")
    if batch_size is None:
        return
    if not isinstance(batch_size, (int, np.integer)) or isinstance(batch_size, bool) or batch_size < 1:
        raise ValueError(f"batch_size must be a whole number of at least 1, or None for all, but is {batch_size!r}")
