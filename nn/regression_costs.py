"""Costs of numbers: how far outputs ỹ are from targets y, with e = ỹ − y.

    mean squared error       mean e²                           the mean of y is best
    half sum of squares      ½ Σ e²                            as in the lectures; it grows with the batch
    mean absolute error      mean |e|                          the median is best: outliers pull no harder than others
    Huber                    mean ½e² for |e| ≤ δ, else δ(|e| − ½δ)      between the two
    log-cosh                 mean log cosh e                   likewise, and smooth
    hinge                    mean max(0, 1 − yỹ), y = ±1       the cost of support vector machines
    Poisson                  mean (λ − y log λ)                counts y of rate λ, the output
    Gaussian                 mean ½[log 2π + s + (y − μ)² exp(−s)]       outputs μ and s = log σ²: noise that varies
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd_lite as ag

from .activations import relu, softplus
from .cost_base import Cost, weighted_mean, weighted_sum
from .targets import value_targets

__all__ = [
    "Gaussian", "HalfSumOfSquares", "Hinge", "Huber", "LogCosh", "MeanAbsoluteError", "MeanSquaredError", "Poisson",
]  # fmt: skip

Array = Any


class MeanSquaredError(Cost):
    """The mean of (y − ỹ)² over all samples and outputs.

    >>> import nn
    >>> print(round(nn.mean_squared_error([1, 0, 1, 1], [0.9, 0.2, 0.6, 0.3]), 12))
    0.175
    """

    title = "mean squared error"

    def of_outputs(self, targets: Array, outputs: Array, weights: Array | None = None) -> Any:
        return weighted_mean((outputs - targets) ** 2, weights)


class HalfSumOfSquares(Cost):
    """½ Σ (ỹ − y)² over all samples and outputs.  Weights of samples are divided by their mean.

    >>> import nn
    >>> print(round(nn.half_sum_of_squares([1, 0, 1, 1], [0.9, 0.2, 0.6, 0.3]), 12))
    0.35
    """

    title = "half sum of squares"

    def of_outputs(self, targets: Array, outputs: Array, weights: Array | None = None) -> Any:
        return 0.5 * weighted_sum((outputs - targets) ** 2, weights)


class MeanAbsoluteError(Cost):
    """The mean of |ỹ − y| over all samples and outputs, with the derivative 0 where they are equal.

    >>> import nn
    >>> print(round(nn.mean_absolute_error([1, 0, 1, 1], [0.9, 0.2, 0.6, 0.3]), 12))
    0.35
    """

    title = "mean absolute error"

    def of_outputs(self, targets: Array, outputs: Array, weights: Array | None = None) -> Any:
        return weighted_mean(np.abs(outputs - targets), weights)


class Huber(Cost):
    """The mean of ½e² where |e| ≤ δ, and of δ(|e| − ½δ) elsewhere, e = ỹ − y.

    With c = e clipped to ±δ both are c(e − ½c).

    Parameters
    ----------
    delta : float
        Where the parabola becomes a line, δ > 0, in the units of the targets.

    Source: P. Huber, Robust estimation of a location parameter (1964), eq. 3.1.

    >>> import nn
    >>> print(round(nn.Huber(delta=0.5)([0.0, 0.0], [0.2, 2.0]), 12))
    0.4475

    Raises ValueError for a δ that is not above 0.
    """

    title = "huber"

    def __init__(self, delta: float = 1.0) -> None:
        if isinstance(delta, (str, bool)) or not 0 < delta < float("inf"):
            raise ValueError(f"Huber: delta must be a number above 0, but is {delta!r}")
        self.delta = float(delta)

    def of_outputs(self, targets: Array, outputs: Array, weights: Array | None = None) -> Any:
        e = outputs - targets
        c = np.clip(e, -self.delta, self.delta)
        return weighted_mean(c * (e - 0.5 * c), weights)

    def __repr__(self) -> str:
        return "nn.huber" if self.delta == 1 else f"nn.Huber(delta={self.delta:g})"


class LogCosh(Cost):
    """The mean of log cosh(ỹ − y) = log(1 + exp(2e)) − e − log 2: ½e² where e is small, |e| − log 2 where it is large.

    >>> import nn
    >>> print(round(nn.log_cosh([0.0, 0.0], [1.0, 1000.0]), 6))
    499.870317
    """

    title = "log cosh"

    def of_outputs(self, targets: Array, outputs: Array, weights: Array | None = None) -> Any:
        e = outputs - targets
        return weighted_mean(softplus(2 * e) - e - math.log(2), weights)


class Hinge(Cost):
    """The mean of max(0, 1 − yỹ) for targets y = −1, 1 (0 counts as −1) and outputs ỹ whose sign is the prediction.

    Its derivative is 0 at the kink yỹ = 1.

    Source: C. Cortes and V. Vapnik, Support-vector networks (1995).

    >>> import nn
    >>> print(round(nn.hinge([1, -1, 1], [2.0, 0.5, 0.25]), 12))
    0.75
    """

    title = "hinge"

    def prepare(self, targets: Any, shape: tuple[int, ...], dtype: Any) -> Array:
        array = value_targets(targets, shape, dtype)
        if not (np.isin(array, (-1, 1)).all() or np.isin(array, (0, 1)).all()):
            raise ValueError("the targets of a hinge cost are −1 and 1, or 0 and 1, but here they are other numbers")
        return array

    def of_outputs(self, targets: Array, outputs: Array, weights: Array | None = None) -> Any:
        signs = np.where(targets > 0, 1, -1).astype(outputs.dtype)
        return weighted_mean(relu(1 - signs * outputs), weights)


class Poisson(Cost):
    """The mean of λ − y log λ for counts y and outputs λ > 0; from logits z = log λ it is exp(z) − y z.

    It is the negative logarithm of the Poisson probability, without the constant log y!.  End the model in
    ``output=np.exp`` (it is then trained on its logits) or "softplus".

    Source: P. McCullagh and J. Nelder, Generalized Linear Models, 2nd ed. (1989), section 6.2.

    >>> import nn
    >>> print(round(nn.poisson([2, 0], [2.0, 1.0]), 6))
    0.806853
    """

    title = "poisson"
    takes = "rates above 0"
    link = np.exp
    also = (softplus,)

    def prepare(self, targets: Any, shape: tuple[int, ...], dtype: Any) -> Array:
        array = value_targets(targets, shape, dtype)
        if array.size and array.min() < 0:
            raise ValueError(f"the targets of a Poisson cost are counts, 0 or more, but one is {array.min():g}")
        return array

    def of_outputs(self, targets: Array, outputs: Array, weights: Array | None = None) -> Any:
        if type(outputs) is not ag.Tensor and outputs.size and not np.min(outputs) > 0:
            raise ValueError(
                f"a Poisson cost takes rates above 0, but the smallest output is {np.min(outputs):g}: end the model in "
                "np.exp or softplus, or say from_logits=True"
            )
        return weighted_mean(outputs - targets * np.log(outputs), weights)

    def of_logits(self, targets: Array, logits: Array, weights: Array | None = None) -> Any:
        return weighted_mean(np.exp(logits) - targets * logits, weights)


class Gaussian(Cost):
    """The mean of ½[log 2π + s + (y − μ)² exp(−s)], where the outputs are the columns μ and then s = log σ².

    So a model with twice as many outputs as targets learns how uncertain it is, and where.

    Source: D. Nix and A. Weigend, Estimating the mean and variance of the target probability distribution (1994).

    >>> import nn
    >>> print(round(nn.gaussian([1.0], [[1.0, 0.0]]), 6))
    0.918939
    """

    title = "gaussian"

    def prepare(self, targets: Any, shape: tuple[int, ...], dtype: Any) -> Array:
        if not shape or shape[-1] % 2:
            raise ValueError(
                f"a Gaussian cost takes two outputs for each target, μ and log σ², but the outputs have shape {shape}"
            )
        return value_targets(targets, (*shape[:-1], shape[-1] // 2), dtype)

    def of_outputs(self, targets: Array, outputs: Array, weights: Array | None = None) -> Any:
        k = outputs.shape[-1] // 2
        mean, log_variance = outputs[..., :k], outputs[..., k:]
        squares = (targets - mean) ** 2 * np.exp(-log_variance)
        return weighted_mean(0.5 * (math.log(2 * math.pi) + log_variance + squares), weights)
