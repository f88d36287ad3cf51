"""One training at work: its parameters, the loop over epochs and batches, and what happens after each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from math import isfinite
from time import perf_counter
from typing import Any

import numpy as np

from autograd_lite import trees

from .callbacks import Callback, Watch
from .checkpoints import Checkpoint, Snapshot, read, write
from .history import History
from .models import Sequential
from .modes import running, with_running
from .objective import Objective
from .parameters import adopt, in_blocks
from .progress import Progress
from .squares import squares
from .steps import CompiledStep, Step, worth_compiling

__all__ = ["DivergenceError", "Plan", "Run"]

Array = Any
Metric = Callable[[Array, Array], Any]


class DivergenceError(ArithmeticError):
    """Training met a cost that is nan or infinite; ``history`` holds the epochs before.

    >>> import nn
    >>> try:
    ...     nn.fit(nn.FFNN([1, 1], seed=0), np.ones((4, 1)), np.ones(4), optimizer=nn.SGD(1e3), epochs=200, seed=0)
    ... except DivergenceError as error:
    ...     print(len(error.history.loss) < 200)
    True
    """

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history


@dataclass
class Plan:
    """What a training is to do beside its steps."""

    epochs: int
    batch_size: int | None
    validation: tuple[Array, ...] | None = None
    metrics: dict[str, Metric] = field(default_factory=dict)
    truth: dict[str, Array] = field(default_factory=dict)  # the targets as they were given, by prefix, for metrics
    early: Watch | None = None
    converged: Watch | None = None
    callbacks: list[Callback] = field(default_factory=list)
    checkpoint: Checkpoint | None = None
    fingerprint: dict[str, Any] = field(default_factory=dict)
    compile: bool | str = False  # the training step, if there are many: True, or "numba"


class Run:
    """One training: what stays the same in it, and the parameters it has come to."""

    def __init__(
        self, model: Any, rebuild: Callable[[list[Array]], Any], leaves: list[Array], objective: Objective,
        optimizer: Any, data: tuple[Array, ...], rng: np.random.Generator, history: History,
    ) -> None:  # fmt: skip
        self.model, self.rebuild, self.leaves, self.objective = model, rebuild, leaves, objective
        self.running = running(model)
        self.before = leaves, self.running  # the parameters and running statistics one step ago
        self.best: tuple[list[Array], list[Array]] | None = None  # those of the best epoch, for early stopping
        self.chosen, self.optimizer = optimizer, in_blocks(optimizer, leaves)
        self.needs_cost = bool(getattr(optimizer, "needs_cost", False))
        self.data, self.rng, self.history = data, rng, history
        self.step: Step | CompiledStep = Step(objective, rebuild, rng)
        self.state = _begun(self.optimizer.init(leaves), history.state)

    def train(self, plan: Plan, tell: Progress) -> None:
        """All epochs that are left."""
        history, start = self.history, perf_counter() - self.history.seconds
        if plan.compile and not self.needs_cost and worth_compiling(plan.epochs, len(self.data[0]), plan.batch_size):
            step = Step(self.objective, self.rebuild, self.rng)
            self.step = CompiledStep(step, self.model, "numba" if plan.compile == "numba" else "numpy")
        try:
            with np.errstate(all="ignore"):  # an overflow shows in the cost, which is checked at every step
                while len(history.loss) < plan.epochs and not history.stopped:
                    history.loss.append(self.epoch(plan.batch_size))
                    self.judge(plan)
                    history.seconds = perf_counter() - start
                    self.save(plan)
                    tell(history.loss[-1], history.validation_loss[-1] if plan.validation else None)
        finally:
            if plan.early and self.best is not None:
                self.leaves, self.running = self.best
                history.restored_epoch = plan.early.best_epoch
            history.state = self.state
            self.adopt()

    def adopt(self) -> None:
        """Give the model the parameters that the training has come to."""
        adopt(self.model, self.built([x.copy() for x in self.leaves]))

    def built(self, leaves: list[Array]) -> Any:
        """The model of these parameters and the running statistics."""
        return with_running(self.rebuild(leaves), self.running)

    def cost_of(
        self, leaves: list[Array], rng: np.random.Generator, X: Array, targets: Array, weights: Array | None = None
    ) -> Any:
        """The objective in training."""
        return self.objective.training(self.built(leaves), X, targets, rng, weights, prepared=True)[0]

    def epoch(self, batch_size: int | None) -> float:
        """One pass over the data; returns the mean of the objective over the samples."""
        total, before = 0.0, None
        for number, batch in enumerate(_batches(self.data, batch_size, self.rng), 1):
            more = {"cost": _BatchCost(self, batch)} if self.needs_cost else {}
            value, gradient, after = self.step(self.leaves, self.running, batch)
            loss = float(value)
            if not isfinite(loss):
                self.diverged(loss, before, number, batch[0])
            total += loss * len(batch[0])
            before, self.before = loss, (self.leaves, self.running)
            self.running = after
            self.leaves, self.state = self.optimizer.update(gradient, self.state, self.leaves, **more)
            if self.objective.constraints:
                self.constrain()
        if not all(np.isfinite(x).all() for x in self.leaves):
            self.diverged(loss, before, number, batch[0])
        return total / len(self.data[0])

    def constrain(self) -> None:
        """Put the parameters back to where they obey the constraints."""
        found = trees.flatten(self.objective.constrained(self.rebuild(self.leaves)))[0]
        for x, new in zip(self.leaves, found, strict=True):
            if x is not new:
                x[...] = new

    def judge(self, plan: Plan) -> None:
        """Evaluate the epoch, and decide whether it was the last."""
        history = self.history
        if plan.validation is not None:
            loss = self.objective.evaluate(self.built(self.leaves), *plan.validation)
            history.validation_loss.append(float(loss))
        self.measure(plan)
        if hasattr(self.optimizer, "observe"):
            self.state = self.optimizer.observe(self.state, (history.validation_loss or history.loss)[-1])
        if plan.early is not None:
            if plan.early.see(history) and plan.early.rule.restore_best:
                self.best = [x.copy() for x in self.leaves], self.running
            history.stopped = plan.early.reason() if plan.early.over else ""
        if plan.converged is not None:
            plan.converged.see(history)
            history.stopped = history.stopped or (plan.converged.reason() if plan.converged.over else "")
        if plan.callbacks:
            self.adopt()
        for callback in plan.callbacks:
            if callback(history) is True:
                history.stopped = history.stopped or f"the callback {getattr(callback, '__name__', callback)!r} said so"
        if plan.callbacks:
            self.step.renew()

    def measure(self, plan: Plan) -> None:
        """Note the metrics of the model as it is in prediction."""
        if plan.metrics:
            model = self.built(self.leaves)
            for prefix, truth in plan.truth.items():
                X = self.data[0] if not prefix or plan.validation is None else plan.validation[0]
                outputs = model(X)
                outputs = outputs.reshape(truth.shape) if outputs.size == truth.size else outputs
                for name, metric in plan.metrics.items():
                    value = metric(truth, outputs)
                    if np.ndim(value):
                        raise TypeError(f"the metric {name!r} must give one number, but gave shape {np.shape(value)}")
                    self.history.metrics.setdefault(prefix + name, []).append(float(value))

    def snapshot(self, plan: Plan) -> Snapshot:
        """All that the training is at this moment."""
        history = self.history
        facts = {
            "fingerprint": plan.fingerprint, "rng": self.rng.bit_generator.state, "loss": history.loss,
            "validation_loss": history.validation_loss, "metrics": history.metrics, "stopped": history.stopped,
            "seconds": history.seconds,
        }  # fmt: skip
        keeps = plan.early is not None and plan.early.rule.restore_best
        best = (self.best or (self.leaves, self.running)) if keeps else []
        current = {"parameters": self.leaves, "running": self.running, "state": self.state, "best": best}
        return Snapshot(current, facts)

    def save(self, plan: Plan) -> None:
        """Write a checkpoint, if it is time for one."""
        done, checkpoint = len(self.history.loss), plan.checkpoint
        if checkpoint and (done % checkpoint.every == 0 or done == plan.epochs or self.history.stopped):
            write(checkpoint.path, self.snapshot(plan))

    def resume(self, plan: Plan) -> None:
        """Go on from the checkpoint, if its file exists."""
        if plan.checkpoint is None or not plan.checkpoint.path.exists():
            return
        history = self.history
        found = read(plan.checkpoint.path, self.snapshot(plan).trees, plan.fingerprint)
        self.rng.bit_generator.state = found.facts["rng"]
        self.leaves, self.running, self.state = (found.trees[name] for name in ("parameters", "running", "state"))
        self.best = found.trees["best"] or None
        for name in ("loss", "validation_loss", "metrics", "stopped", "seconds"):
            setattr(history, name, found.facts[name])
        for watch in (plan.early, plan.converged):
            if watch is not None and history.loss:
                watch.see(history)

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
        elif callable(rate):
            advice.append(f"smaller learning rates than those of {rate!r}")
        if largest > 10:
            advice.append(f"standardized inputs (nn.standardize; here they reach {largest:.3g})")
        return f"Try {' or '.join(advice or ['another start or a bounded activation'])}."


def _begun(first: Any, given: Any) -> Any:
    """The state to begin with: the optimizer's first, or a copy of the one that was given, if it fits."""
    if given is None:
        return first
    if [np.shape(x) for x in trees.flatten(given)[0]] != [np.shape(x) for x in trees.flatten(first)[0]]:
        raise ValueError(
            "state belongs to another model or optimizer: take history.state of a training of this model with this one"
        )
    return deepcopy(given)


class _BatchCost:
    """The cost on one mini-batch as a function of the parameters, always with the same random numbers."""

    def __init__(self, run: Run, batch: tuple[Array, ...]) -> None:
        self.run, self.batch, self.rng = run, batch, deepcopy(run.rng)

    def __call__(self, leaves: list[Array]) -> Any:
        return self.run.cost_of(leaves, deepcopy(self.rng), *self.batch)

    def residuals(self, leaves: list[Array]) -> Array:
        return squares(self.run.objective, self.run.built(leaves), deepcopy(self.rng), *self.batch)


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
