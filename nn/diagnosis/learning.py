"""What is wrong in how a network learns: rates that are too high or too low, wrong costs, answers that never change.

A rate is called too high or too low only after a trial: the first epochs once more, from the same start with the same
batches, with a tenth or ten times of it, …, must have done better.  For gradient descent the curvature says why: a step
along an eigenvector of the Hessian multiplies the distance to the minimum by 1 − ηλ, which grows for η > 2/λ_max.

Source: Y. LeCun, L. Bottou, G. Orr and K.-R. Müller, Efficient backprop (1998), section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..cost_base import Custom
from ..metrics import labels
from ..optimizers import GD, Momentum, Nesterov
from .evidence import Evidence
from .findings import Finding
from .probe import curvature

__all__ = ["Trial", "of_learning", "rate_of"]

Array = Any
Trial = Callable[[float], tuple[float, int] | None]

BETTER = 0.7  # how far below the loss that was reached a trial must come
LOWER, HIGHER = (0.1, 0.01), (10.0, 100.0, 1e3, 1e4)  # by how much a trial changes the rate
RISING = 0.25  # of the epochs
FEW = 100  # steps that may not suffice at any rate
OVER = 1.5  # how far the validation loss must have risen above its best


def of_learning(evidence: Evidence, trial: Trial, known: bool) -> list[Finding]:
    """Findings in the losses and the outputs; ``known`` says whether a reason to learn badly was found before."""
    found = [*_rate_too_high(evidence, trial), *_cost_of_logits(evidence)]
    for check in (_squares_of_probabilities, _majority):
        found += check(evidence) if not (known or found) else ()
    for guess in (_rate_too_low, _one_answer, _lost):
        found += guess(evidence, trial) if not (known or found) else ()
    return [*found, *(() if known else _overfitting(evidence))]


def rate_of(optimizer: Any) -> float | None:
    """The learning rate of an optimizer, None if it has none or a schedule."""
    rate = getattr(optimizer, "lr", None)
    return rate if isinstance(rate, float) and rate > 0 else None


def _restless(evidence: Evidence) -> bool:
    """Whether the losses look as they do for a rate that is too high."""
    start = evidence.first_loss
    losses = [start, *evidence.losses]
    if evidence.diverged:
        return True
    if len(losses) < 3 or losses[-1] <= 0.1 * start or min(losses) <= 0:
        return False
    return losses[-1] > 0.8 * start or float(np.mean(np.diff(losses) > 0)) >= RISING


def _rate_too_high(evidence: Evidence, trial: Trial) -> Iterator[Finding]:
    rate = rate_of(evidence.optimizer)
    if rate is None or not _restless(evidence):
        return
    start, losses = evidence.first_loss, evidence.losses
    for factor in LOWER:
        tried = trial(factor)
        if tried is None:
            continue
        loss, epochs = tried
        reached = losses[epochs - 1] if len(losses) >= epochs else np.inf
        if loss < min(BETTER * reached, start):
            then = f"went to {reached:.3g}" if np.isfinite(reached) else "became infinite"
            what = (
                f"the rate {rate:g} is too high: the loss of {start:.3g} {then} in {_epochs(epochs)}, with the rate "
                f"{factor * rate:g} it comes to {loss:.3g}{_why(evidence, rate)}"
            )
            yield Finding("rate too high", _name(evidence), what, f"take lr={factor * rate:g} or less", rate)
            return


def _why(evidence: Evidence, rate: float) -> str:
    """What shows in the curvature of the cost, or else in the size of the steps."""
    limit = _limit(evidence.optimizer)
    if limit is not None:
        places = [("start", evidence.start), *([] if evidence.diverged else [("end", evidence.end)])]
        bends = [(curvature(at, evidence.objective, evidence.data), where) for where, at in places]
        bend, where = max((pair for pair in bends if np.isfinite(pair[0])), default=(0.0, ""))
        if bend * rate > limit:
            return (
                f"; at the {where} the cost bends with λ_max = {bend:.3g}, where steps grow for rates above "
                f"{limit:.3g}/λ_max = {limit / bend:.2g}"
            )
    ratio, where = evidence.largest_ratio
    return f"; a step moves the weights of {where} by {ratio:.2g} of their size" if ratio > 0.03 else ""


def _limit(optimizer: Any) -> float | None:
    """ηλ above which the steps of the optimizer grow, None where that is not known.

    For Momentum and Nesterov: the eigenvalues of one step on a parabola leave the unit circle there.
    """
    if not isinstance(optimizer, (GD, Momentum)) or optimizer.clip_norm or optimizer.clip_value:
        return None
    if isinstance(optimizer, Nesterov):
        return float(2 * (1 + optimizer.momentum) / (1 + 2 * optimizer.momentum))
    return float(2 * (1 + getattr(optimizer, "momentum", 0.0)))


def _rate_too_low(evidence: Evidence, trial: Trial) -> Iterator[Finding]:
    rate, losses, start = rate_of(evidence.optimizer), evidence.losses, evidence.first_loss
    if rate is None or evidence.diverged or not losses or not 0 < 0.5 * start <= losses[-1] <= 1.1 * start:
        return
    if len(losses) > 2 and np.mean(np.diff(losses) > 0) > RISING:
        return
    for factor in HIGHER:
        tried = trial(factor)
        if tried is None:
            return
        loss, epochs = tried
        reached = losses[epochs - 1]
        if loss < BETTER * min(reached, start) and start - loss > 3 * (start - reached):
            steps = len(losses) * evidence.batches
            kind, fix = "rate too low", f"take lr={factor * rate:g}"
            what = f"the rate {rate:g} is too low"
            if steps < FEW:
                kind, what = "too few steps", f"{steps} steps are few for the rate {rate:g}"
                fix = f"take more epochs, or lr={factor * rate:g}"
            what += (
                f": the loss went from {start:.4g} to {reached:.4g} in {_epochs(epochs)}, with the rate "
                f"{factor * rate:g} it comes to {loss:.3g}; a step moves weights by {evidence.largest_ratio[0]:.1g} of "
                "their size at most"
            )
            yield Finding(kind, _name(evidence), what, fix, rate)
            return


def _epochs(count: int) -> str:
    return f"{count} epoch{'s' if count > 1 else ''}"


def _name(evidence: Evidence) -> str:
    return type(evidence.optimizer).__name__


def _cost_of_logits(evidence: Evidence) -> Iterator[Finding]:
    """A cost of one's own that applies softmax or sigmoid itself, behind a model that has done so."""
    cost, y = evidence.objective.cost, evidence.data[1]
    if not isinstance(cost, Custom) or not evidence.classes or y.shape != evidence.end.outputs.shape:
        return
    with np.errstate(all="ignore"):
        perfect, sure = (float(cost.of_outputs(y, outputs)) for outputs in (y, 50.0 * (2 * y - 1)))
    if perfect > 0.1 and -1e-9 <= sure < 0.1 * perfect:
        what = (
            f"{cost.title} is {perfect:.3g} for perfect probabilities and {abs(sure):.2g} for logits of ±50: it takes "
            f"logits, but the model ends in {evidence.last_activation}"
        )
        fix = "give the model output='identity', or take the cost of that name in nn"
        yield Finding("activation applied twice", "cost", what, fix, perfect)


def _squares_of_probabilities(evidence: Evidence) -> Iterator[Finding]:
    """Classes that are surely wrong, where the squares of probabilities have no slope."""
    if not evidence.classes or evidence.objective.cost.link is not None:
        return
    y, outputs = evidence.data[1], evidence.end.outputs
    if y.shape != outputs.shape:
        return
    wrong = float(np.mean(np.max(np.abs(y - outputs).reshape(len(y), -1), axis=1) > 0.98))
    if wrong > 0.1:
        name = "binary" if evidence.last_activation == "sigmoid" else "categorical"
        what = (
            f"{wrong:.0%} of the samples have a probability below 2 % for what is true, where the slope of the "
            f"{evidence.objective.cost.title} behind {evidence.last_activation} is nearly 0"
        )
        fix = f'take cost="{name}_cross_entropy", whose slope is largest there'
        yield Finding("wrong cost", "cost", what, fix, wrong)


def _same_class(evidence: Evidence) -> tuple[int, float] | None:
    """The class that the model answers for every sample and its share, None if it answers several or is right."""
    y, outputs = evidence.data[1], evidence.end.outputs
    if not evidence.classes or evidence.diverged or y.shape != outputs.shape or not np.isfinite(outputs).all():
        return None
    if evidence.last_activation == "sigmoid" and y.shape[1:] != (1,):
        return None  # several labels at once
    true, given = labels(y), labels(outputs)
    share = float(np.mean(true == given[0]))
    return None if np.ptp(given) or share == 1 else (int(given[0]), share)


def _majority(evidence: Evidence) -> Iterator[Finding]:
    """The most frequent class as the answer to every sample."""
    same = _same_class(evidence)
    if same is not None and same[1] > 0.7:
        what = f"the model answers class {same[0]} for all {len(evidence.data[0])} samples; {same[1]:.1%} are of it"
        fix = 'give the rare classes weight by class_weight="balanced", and look at nn.confusion_matrix'
        yield Finding("class imbalance", "outputs", what, fix, same[1])


def _one_answer(evidence: Evidence, trial: Trial) -> Iterator[Finding]:
    """The same answer to every sample, for no reason that was found."""
    y, outputs, same = evidence.data[1], evidence.end.outputs, _same_class(evidence)
    fix = "try another rate or start, or more epochs"
    if same is not None:
        what = f"the model answers class {same[0]} for all {len(y)} samples; {same[1]:.1%} are of it"
        yield Finding("constant answers", "outputs", what, fix, same[1])
    elif not (evidence.classes or evidence.diverged) and np.shape(y) == outputs.shape and len(y) > 1:
        spread, wanted = float(np.max(np.std(outputs, axis=0))), float(np.max(np.std(y, axis=0)))
        if spread < 0.01 * wanted:
            what = f"the outputs vary by {spread:.2g} only, the targets by {wanted:.2g}"
            yield Finding("constant answers", "outputs", what, fix, spread)


def _lost(evidence: Evidence, trial: Trial) -> Iterator[Finding]:
    """A training that diverged for no reason that was found."""
    if evidence.diverged:
        ratio, where = evidence.largest_ratio
        moved = f"; a step moved {where} by {ratio:.2g} of its size" if where else ""
        epoch = len(evidence.losses) + 1
        what = f"the loss, first {evidence.first_loss:.3g}, became infinite or nan in epoch {epoch}{moved}"
        fix = "try smaller rates, clip_norm=1, or a bounded activation"
        yield Finding("diverged", _name(evidence), what, fix, ratio)


def _overfitting(evidence: Evidence) -> Iterator[Finding]:
    history = evidence.history
    losses = history.validation_loss
    if not losses or history.restored_epoch is not None or evidence.diverged:
        return
    best = min(losses)
    epoch = losses.index(best) + 1
    if losses[-1] > OVER * best and history.loss[-1] < 0.5 * history.loss[epoch - 1] and len(losses) - epoch >= 5:
        what = (
            f"the validation loss was best at epoch {epoch} of {len(losses)} with {best:.3g} and is {losses[-1]:.3g} "
            f"now, while the training loss fell from {history.loss[epoch - 1]:.3g} to {history.loss[-1]:.3g}"
        )
        fix = "take early_stopping=True, more data, nn.L2 or nn.Dropout"
        yield Finding("overfitting", "validation data", what, fix, losses[-1] / best)
