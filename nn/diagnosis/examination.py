"""When a training is looked at: at its start, after each epoch, and at its end or where it diverged."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import is_dataclass, replace
from typing import Any

import numpy as np

from ..history import History
from ..progress import say
from ..run import DivergenceError, Plan, Run
from .data import of_data
from .evidence import Evidence, Step
from .findings import Diagnosis
from .layers import idle, of_layers
from .learning import of_learning, rate_of
from .probe import Part, Snapshot, snapshot

__all__ = ["examined"]

Array = Any

SAMPLES = 1000  # to look at
HARMLESS = ("constant features", "duplicated features")  # they are no reason to learn badly
CONSEQUENCES = ("dead units", "saturation", "exploding weights")  # told after what they may come from
TRIED = 200  # steps of a trial with another rate, rounded up to whole epochs


@contextmanager
def examined(run: Run, plan: Plan, verbose: bool | None) -> Iterator[None]:
    """Look at a training while it runs; ``history.diagnosis`` then says what is wrong, also if it diverged."""
    examination = Examination(run, plan)
    plan.callbacks.append(examination.see)
    try:
        yield
    except DivergenceError:
        examination.conclude(verbose, diverged=True)
        raise
    examination.conclude(verbose)


class Examination:
    """What is seen of one training, and what it was at its start."""

    def __init__(self, run: Run, plan: Plan) -> None:
        self.run, self.plan = run, plan
        n = len(run.data[0])
        rows = np.sort(np.random.default_rng(0).choice(n, SAMPLES, replace=False)) if n > SAMPLES else slice(None)
        self.data = tuple([x[rows] for x in run.data])
        self.steps: list[Step] = []
        self.first_epoch = len(run.history.loss)
        self.rng, self.state = deepcopy(run.rng), deepcopy(run.state)
        self.batches = math.ceil(n / min(n, plan.batch_size or n))
        self.start = self.snapshot()
        with np.errstate(all="ignore"):
            X, y, *weights = self.data
            loss, _ = run.objective.training(
                self.start.model, X, y, np.random.default_rng(0), *weights, prepared=True
            )
        self.first_loss = float(loss)

    def snapshot(self) -> Snapshot:
        run = self.run
        return snapshot(run.model, run.leaves, run.running, run.objective, self.data)

    def see(self, history: History) -> None:
        """Note how far the last step of the epoch went."""
        before, after = self.run.before[0], self.run.leaves
        moved = [float(np.linalg.norm(new - old)) for old, new in zip(before, after, strict=True)]
        self.steps.append(Step(moved, [float(np.linalg.norm(old)) for old in before]))

    def trial(self, factor: float) -> tuple[float, int] | None:
        """The loss of the last of the first epochs, done again with another rate, and their number.

        None where there is no rate to change, or if the training then diverges.
        """
        run = self.run
        rate = rate_of(run.chosen)
        done = len(run.history.loss) - self.first_epoch
        epochs = min(done or 1, math.ceil(TRIED / self.batches))
        if rate is None or not is_dataclass(run.chosen) or isinstance(run.chosen, type):
            return None
        chosen = replace(run.chosen, lr=factor * rate)
        leaves = [x.copy() for x in self.start.leaves]
        history = History(state=self.state)
        again = Run(run.model, run.rebuild, leaves, run.objective, chosen, run.data, deepcopy(self.rng), history)
        again.running = self.start.running
        loss = math.inf
        try:
            with np.errstate(all="ignore"):
                for _ in range(epochs):
                    loss = again.epoch(self.plan.batch_size)
        except DivergenceError:
            return None
        return loss, epochs

    def conclude(self, verbose: bool | None, diverged: bool = False) -> None:
        """Say what is wrong."""
        run = self.run
        evidence = Evidence(
            objective=run.objective, optimizer=run.chosen, history=run.history, batches=self.batches,
            everything=run.data, data=self.data, validation=self.plan.validation, start=self.start,
            end=self.snapshot(), first_loss=self.first_loss, steps=self.steps, diverged=diverged,
            first_epoch=self.first_epoch,
        )  # fmt: skip
        with np.errstate(all="ignore"):
            findings = [*of_data(evidence), *of_layers(evidence)]
            known = any(finding.kind not in HARMLESS for finding in findings)
            findings += of_learning(evidence, self.trial, known)
            parts = zip(evidence.start.parts, evidence.end.parts, strict=True)
            rows = [_row(evidence, before, after) for before, after in parts]
        findings.sort(key=lambda finding: finding.kind in CONSEQUENCES)
        run.history.diagnosis = Diagnosis(findings, rows, len(self.data[0]))
        say(run.history.diagnosis, verbose)


def _row(evidence: Evidence, before: Part, after: Part) -> list[str]:
    """The numbers of a layer as text."""
    signal = "" if after.output is None else f"{before.signal:.2g} → {after.signal:.2g}"
    adjoint = "" if after.adjoint is None else f"{before.strength:.1g} → {after.strength:.1g}"
    ratio, share = evidence.ratio(after), idle(after)
    return [
        after.where, signal, adjoint, "" if math.isnan(ratio) else f"{ratio:.1g}",
        "" if math.isnan(share) else f"{share:.0%}",
    ]  # fmt: skip
