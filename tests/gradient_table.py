"""All problems with their mutants, and wrong gradients that are on nobody's list."""

from __future__ import annotations

import numpy as np
from gradient_mutants import (
    CLASSIFIER,
    EXPRESSION,
    KINKED,
    LINEAR,
    LOGISTIC,
    RELU,
    SIGMOID,
    SOFTMAX,
    SQUARE,
    TANH,
    classifier,
    expression,
    kinked,
    linear,
    logistic,
    mlp,
    squares_of_softmax,
)  # fmt: skip
from gradient_mutants_more import MORE

TABLE = {  # name: the problem, its mutants
    "sigmoid": (lambda rng: mlp(rng, "sigmoid"), SIGMOID),
    "tanh": (lambda rng: mlp(rng, "tanh"), TANH),
    "relu": (lambda rng: mlp(rng, "relu"), RELU),
    "square": (lambda rng: mlp(rng, "tanh", inputs=4, hidden=4, outputs=4), SQUARE),
    "classifier": (classifier, CLASSIFIER),
    "softmax": (squares_of_softmax, SOFTMAX),
    "logistic": (logistic, LOGISTIC),
    "linear": (linear, LINEAR),
    "expression": (expression, EXPRESSION),
    "kinked": (kinked, KINKED),
    **MORE,
}


def _rebuilt(g, function):
    return {k: function(v) for k, v in g.items()} if isinstance(g, dict) else function(g)


def outside(rng, problem, kind):
    """A wrong gradient with a mistake that is on nobody's list; as a function of x and of a kind of wrongness."""
    noise = _rebuilt(problem.x, lambda v: rng.normal(size=np.shape(v)))
    parts = list(problem.x.values()) if isinstance(problem.x, dict) else [problem.x]
    shift = [rng.normal(size=np.shape(v)) for v in parts]

    def gradient(x):
        g = problem.backprop(x, "")
        if kind == "noise":
            return {k: noise[k] * np.cos(np.sum(x[k])) for k in g} if isinstance(g, dict) else noise * np.cos(np.sum(x))
        if kind == "added":
            return _zipped(g, shift, lambda v, s: v + 0.3 * s)
        if kind == "reweighted":
            return _zipped(g, shift, lambda v, s: v * (1.5 + np.tanh(s * v)))
        if kind == "cubed":
            return _rebuilt(g, lambda v: v**3)
        if kind == "elsewhere":
            away = _zipped(x, shift, lambda v, s: v + 0.5 * s)
            return problem.backprop(away, "")
        return _rebuilt(g, lambda v: np.sin(3 * v) + 0.1)

    return gradient


def _zipped(g, others, function):
    if not isinstance(g, dict):
        return function(g, others[0])
    return {k: function(v, s) for (k, v), s in zip(g.items(), others, strict=True)}


OUTSIDE = ("noise", "added", "reweighted", "cubed", "elsewhere", "sine")
MUTANTS = [(problem, mistake) for problem, (_, mutants) in TABLE.items() for mistake in mutants]
