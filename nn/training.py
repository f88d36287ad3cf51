"""Training: θ ← update(∇C(θ), θ), over and over.

    for each epoch:                         a pass over the data in a new random order
        for each mini-batch X, y:
            C, g  = value_and_grad(objective)(model, X, y)
            model = optimizer.update(g, model)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

import numpy as np

from autograd_lite import trees

from . import metrics as known_metrics
from .callbacks import Callback, EarlyStopping, callbacks_of, early_stopping_of, tolerance_of
from .checkpoints import checkpoint_of, fingerprint
from .history import History
from .objective import Objective, Regularization, default_cost
from .optimizers import optimizer as optimizer_named
from .progress import progress
from .run import DivergenceError, Metric, Plan, Run
from .targets import numbers, row_weights
from .weighting import combined_weights

__all__ = ["DivergenceError", "fit"]

Array = Any
Metrics = str | Metric | Sequence[str | Metric] | None


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
    metrics: Metrics = None,
    early_stopping: EarlyStopping | int | bool | None = None,
    tol: float | None = None,
    callbacks: Callback | Sequence[Callback] | None = None,
    checkpoint: Any = None,
    state: Any = None,
    seed: int | np.random.Generator | None = None,
    verbose: bool | None = None,
    diagnose: bool = False,
    compile: bool | str = True,
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
    metrics : names, functions of (targets, outputs), or a list of them, optional
        What else to note after each epoch: names of ``nn.metrics`` such as "accuracy", or functions of your own that
        give one number.  They see the targets as they were given, and take part in the history as columns.
    early_stopping : bool, int or EarlyStopping, optional
        Stop when the validation loss (without validation data the loss) has not become better for 10 epochs, or that
        many, and give the model the parameters of the best epoch back; see ``nn.EarlyStopping``.
    tol : float, optional
        Stop when the cost has converged: the loss has not fallen by more than this in 10 epochs.
    callbacks : function or list of functions, optional
        Called with the history after each epoch; one that returns True ends the training.
    checkpoint : path or Checkpoint, optional
        A file to write the training to after each epoch; if it exists, the training goes on from it.  See
        ``nn.Checkpoint``.
    state : optional
        The state of the optimizer to begin with, ``history.state`` of an earlier training of this model.
    seed : int or numpy.random.Generator, optional
        Where the order of the samples comes from: the same seed gives the same weights, bit by bit.
    verbose : bool, optional
        Whether to show a progress bar; by default in a terminal or a notebook, if tqdm is installed.
    diagnose : bool
        Whether to look at data, layers and losses, and to say what is wrong with the training: vanishing gradients,
        dead units, a rate that is too high, …; see ``nn.diagnosis``.  It is ``history.diagnosis``, and is shown at the
        end unless ``verbose=False``.  The training itself stays the same, bit by bit.
    compile : bool or "numba"
        Whether to make a training of 200 or more steps faster by ``autograd_lite.compile``: model, cost, penalties and
        reverse sweep are then recorded once, and run as one program of NumPy.  Where that cannot be, a warning says
        why, and the training goes on without.  What a layer or a cost of your own prints, it then prints only while it
        is recorded.  Optimizers with a line search run uncompiled.  The numbers are those of ``compile=False``; with
        "numba", in machine code (``pip install "autograd-lite[fast]"``), they may differ in the last digits.

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
    _check_settings(epochs, batch_size, compile)
    leaves, rebuild = _parameters(model)
    objective = Objective(default_cost(model) if cost is None else cost, regularization)
    fitted = partial(_prepared, model, objective, np.result_type(*leaves))
    data = fitted("", X, y, combined_weights(y, sample_weight, class_weight))
    validation = None if validation_data is None else fitted("validation ", *_given(validation_data))
    plan = Plan(
        epochs, batch_size, validation, _named(metrics), _truth(y, validation_data),
        early_stopping_of(early_stopping, validation is not None), tolerance_of(tol), callbacks_of(callbacks),
        checkpoint_of(checkpoint), compile=compile,
    )  # fmt: skip
    history, rng = History(model=model, cost=objective.cost.title, state=state), np.random.default_rng(seed)
    run = Run(model, rebuild, leaves, objective, optimizer_named(optimizer), data, rng, history)
    _resume(run, plan)
    diagnosis = _examined(run, plan, verbose) if diagnose else nullcontext()
    with diagnosis, progress(epochs, verbose, len(history.loss)) as tell:
        run.train(plan, tell)
    return history


def _parameters(model: Any) -> tuple[list[Array], Callable[[list[Array]], Any]]:
    """Copies of the parameters, as floats, and the model that others make."""
    if not callable(model):
        raise TypeError(f"a model is called with X to give outputs, but this one cannot be: {model!r}")
    leaves, rebuild = trees.flatten(model)
    if not leaves:
        raise TypeError(f"this model has no parameters to train: {model!r}")
    return [np.array(leaf, dtype=np.result_type(np.asarray(leaf), np.float16)) for leaf in leaves], rebuild


def _given(validation_data: Any) -> tuple[Any, ...]:
    if not isinstance(validation_data, (tuple, list)) or len(validation_data) not in (2, 3):
        raise TypeError("validation_data must be (X, y) or (X, y, sample_weight)")
    return tuple(validation_data)


def _truth(y: Any, validation_data: tuple[Any, ...] | None) -> dict[str, Array]:
    """The targets as they were given, by prefix."""
    truth = {"": np.asarray(y)}
    return truth if validation_data is None else {**truth, "validation_": np.asarray(validation_data[1])}


def _resume(run: Run, plan: Plan) -> None:
    """Go on from the checkpoint, if there is one and it is of the same training."""
    if plan.checkpoint is None:
        return
    objective, early = run.objective, plan.early
    plan.fingerprint = fingerprint(
        {"model": repr(run.model), "optimizer": repr(run.chosen), "cost": objective.cost.title,
         "batch size": plan.batch_size, "regularization": objective.penalties + objective.constraints,
         "early stopping": early and early.rule},
        run.data,
    )  # fmt: skip
    run.resume(plan)


def _examined(run: Run, plan: Plan, verbose: bool | None) -> AbstractContextManager[None]:
    from .diagnosis.examination import examined

    return examined(run, plan, verbose)


def _named(metrics: Metrics) -> dict[str, Metric]:
    """The metrics by name; a name is that of a function of ``nn.metrics``."""
    found: dict[str, Metric] = {}
    chosen: list[Any] = list(metrics) if isinstance(metrics, (list, tuple)) else [] if metrics is None else [metrics]
    for metric in chosen:
        if isinstance(metric, str):
            if metric not in known_metrics.__all__:
                raise ValueError(
                    f"no metric is named {metric!r}; choose from {', '.join(known_metrics.__all__)}, or give "
                    "a function of (targets, outputs)"
                )
            metric = getattr(known_metrics, metric)
        if not callable(metric):
            raise TypeError(f"a metric is a name or a function of (targets, outputs), not {metric!r}")
        found[getattr(metric, "__name__", type(metric).__name__).replace("<lambda>", "metric")] = metric
    return found


def _prepared(
    model: Any, objective: Objective, dtype: np.dtype[Any], prefix: str, X: Any, y: Any, sample_weight: Any = None
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
        try:
            shape = np.shape(model(X[:1]))
        except ValueError as error:
            where = f"{prefix}X of shape {X.shape} does not fit the model"
            raise ValueError(f"{where}: for its first row, {error}") from error
    if len(shape) == 0 or shape[0] != 1:
        raise ValueError(f"the model must give one row for each sample, but gave shape {shape} for one sample")
    shape = (len(X), *shape[1:])
    targets = objective.cost.prepare(y, shape, dtype)
    return (X, targets) if sample_weight is None else (X, targets, row_weights(sample_weight, shape, dtype))


def _check_settings(epochs: Any, batch_size: Any, compile: Any) -> None:
    if not (isinstance(compile, bool) or compile == "numba"):
        raise ValueError(f'compile must be True, False or "numba", but is {compile!r}')
    if not isinstance(epochs, (int, np.integer)) or isinstance(epochs, bool) or epochs < 0:
        raise ValueError(f"epochs must be a whole number, 0 or more, but is {epochs!r}")
    if batch_size is None:
        return
    if not isinstance(batch_size, (int, np.integer)) or isinstance(batch_size, bool) or batch_size < 1:
        raise ValueError(f"batch_size must be a whole number of at least 1, or None for all, but is {batch_size!r}")
