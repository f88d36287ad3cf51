"""Backpropagation written by hand, right and with one mistake (or two) built in: what check_gradient is to name.

Each problem is a cost, a point and a function ``backprop(x, mistake)``.  A dict beside it lists the mistakes of the
problem with the names that are right for each leaf; a leaf that is not listed stays right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class Problem:
    cost: Callable[[Any], Any]
    x: Any
    backprop: Callable[[Any, str], Any]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


ACTIVATIONS = {  # function, derivative by z
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(0, z), lambda z: (z > 0) * 1.0),
    "leaky": (lambda z: np.where(z > 0, z, 0.1 * z), lambda z: np.where(z > 0, 1.0, 0.1)),
}


def _numbers(rng, n, inputs, hidden, outputs):
    return {
        "W1": rng.normal(size=(inputs, hidden)), "b1": rng.normal(size=hidden) * 0.3,
        "W2": rng.normal(size=(hidden, outputs)), "b2": rng.normal(size=outputs) * 0.3,
    }  # fmt: skip


def mlp(rng, activation="sigmoid", lam=0.07, n=7, inputs=3, hidden=4, outputs=3):
    """Two layers, mean squared error ½Σ/n and L2."""
    X, t = rng.normal(size=(n, inputs)), rng.normal(size=(n, outputs))
    f, slope = ACTIVATIONS[activation]

    def cost(p):
        z1 = X @ p["W1"] + p["b1"]
        a1 = f(z1)
        y = a1 @ p["W2"] + p["b2"]
        return 0.5 * np.sum((y - t) ** 2) / n + lam * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))

    def backprop(p, mistake=""):
        is_ = mistake.split("+").__contains__
        z1 = X @ p["W1"] + p["b1"]
        a1 = f(z1)
        d2 = (a1 @ p["W2"] + p["b2"] - t) / n
        d2 = d2 * 2 if is_("forgot half") else d2 * n if is_("sum in delta") else -d2 if is_("delta sign") else d2
        W2 = p["W2"] - 0.05 * (a1.T @ d2 + 2 * lam * p["W2"]) if is_("updated early") else p["W2"]
        s = {
            "no slope": np.ones_like(z1), "slope at a": slope(a1), "value for slope": a1, "other side": (z1 <= 0) * 1.0,
            "slope of sigmoid": sigmoid(z1) * (1 - sigmoid(z1)), "slope of tanh": 1 - np.tanh(z1) ** 2,
            "slope twice": slope(z1) ** 2,
            "formula with z": z1 * (1 - z1) if activation == "sigmoid" else 1 - z1**2,
        }  # fmt: skip
        d1 = (d2 @ W2.T) * next((d for name, d in s.items() if is_(name)), slope(z1))
        if is_("weights not transposed"):
            d1 = (d2 @ W2) * slope(z1)
        r = 1 if is_("half regularizer") else 0 if is_("no regularizer") else -2 if is_("regularizer sign") else 2
        g = {"W1": X.T @ d1 + r * lam * p["W1"], "b1": np.sum(d1, axis=0)}
        g |= {"W2": a1.T @ d2 + r * lam * p["W2"], "b2": np.sum(d2, axis=0)}
        return _spoiled(g, p, mistake, {"d1": d1, "d2": d2, "a0": X, "a1": a1, "n": n, "lam": lam})

    return Problem(cost, _numbers(rng, n, inputs, hidden, outputs), backprop)


def _every(function):
    return lambda g, p, have: {k: function(v, p[k], have) for k, v in g.items()}


def _one(leaf, function):
    return lambda g, p, have: {**g, leaf: function(g[leaf], p[leaf], have)}


def _entry(v, p, have):
    v[1, 2] += 0.5
    return v


def _nan(v, p, have):
    v[0, 0] = np.nan
    return v


def _clip(v, p, have):
    limit = np.sort(np.abs(v), axis=None)[-4]
    return np.clip(v, -limit, limit)


SPOILED = {  # mistakes made after the deltas: (the gradients, the parameters, what else is known) -> the gradients
    "all times n": _every(lambda v, p, have: v * have["n"]),
    "all over n": _every(lambda v, p, have: v / have["n"]),
    "all doubled": _every(lambda v, p, have: v * 2),
    "all halved": _every(lambda v, p, have: v / 2),
    "all negated": _every(lambda v, p, have: -v),
    "times rate": _every(lambda v, p, have: v * 0.013),
    "updated": _every(lambda v, p, have: p - 0.1 * v),
    "no regularizer W1": _one("W1", lambda v, p, have: v - 2 * have["lam"] * p),
    "bias regularized": lambda g, p, have: {**g, **{k: g[k] + 2 * have["lam"] * p[k] for k in ("b1", "b2")}},
    "b1 not summed": _one("b1", lambda v, p, have: have["d1"]),
    "b2 not summed": _one("b2", lambda v, p, have: have["d2"]),
    "b2 mean": _one("b2", lambda v, p, have: np.mean(have["d2"], axis=0)),
    "b2 last row": _one("b2", lambda v, p, have: have["d2"][-1]),
    "b1 first row": _one("b1", lambda v, p, have: have["d1"][0]),
    "b2 keepdims": _one("b2", lambda v, p, have: np.sum(have["d2"], axis=0, keepdims=True)),
    "W2 last row": _one("W2", lambda v, p, have: np.outer(have["a1"][-1], have["d2"][-1]) + 2 * have["lam"] * p),
    "W2 transposed": _one("W2", lambda v, p, have: v.T),
    "W1 transposed": _one("W1", lambda v, p, have: v.T),
    "W2 sign": _one("W2", lambda v, p, have: -v),
    "W1 sign": _one("W1", lambda v, p, have: -v),
    "b1 sign": _one("b1", lambda v, p, have: -v),
    "b2 sign": _one("b2", lambda v, p, have: -v),
    "swapped biases": lambda g, p, have: {**g, "b1": g["b2"], "b2": g["b1"]},
    "W1 entry": _one("W1", _entry),
    "W1 zero": _one("W1", lambda v, p, have: 0 * v),
    "b2 none": _one("b2", lambda v, p, have: None),
    "W2 nan": _one("W2", _nan),
    "W1 flipped": _one("W1", lambda v, p, have: v[::-1]),
    "W1 permuted": _one("W1", lambda v, p, have: np.reshape(np.ravel(v, order="F"), v.shape)),
    "clipped": _one("W1", _clip),
    "absolute": _one("W1", lambda v, p, have: np.abs(v)),
}


def _spoiled(g, p, mistake, have):
    for one in mistake.split("+"):
        g = SPOILED[one](g, p, have) if one in SPOILED else g
    return g


ALL = ("W1", "b1", "W2", "b2")
NO_SLOPE, AT_A = ("missing activation derivative",), ("activation derivative at the wrong argument",)
WRONG, TWICE = ("wrong activation derivative",), ("extra activation derivative",)


def every(names, mistakes):
    return dict.fromkeys(names, mistakes)


MLP = {  # mistake: what is to be said of which leaf
    "all times n": every(ALL, ("factor n",)),
    "all over n": every(ALL, ("factor 1/n",)),
    "all doubled": every(ALL, ("factor 2",)),
    "all halved": every(ALL, ("factor 1/2",)),
    "all negated": every(ALL, ("sign",)),
    "all negated+all times n": every(ALL, ("sign", "factor n")),
    "all doubled+all over n": every(ALL, ("factor 1/n", "factor 2")),
    "times rate": every(ALL, ("constant factor",)),
    "updated": every(ALL, ("updated parameter",)),
    "forgot half": {**every(("b1", "b2"), ("factor 2",)), **every(("W1", "W2"), ("term factor 2", "path factor 2"))},
    "sum in delta": {**every(("b1", "b2"), ("factor n",)), **every(("W1", "W2"), ("term factor n", "path factor n"))},
    "delta sign": {**every(("b1", "b2"), ("sign",)), **every(("W1", "W2"), ("term sign", "path sign"))},
    "no slope": every(("W1", "b1"), NO_SLOPE),
    "slope at a": every(("W1", "b1"), AT_A),
    "value for slope": every(("W1", "b1"), ("activation value instead of derivative",)),
    "slope twice": every(("W1", "b1"), TWICE),
    "no regularizer": every(("W1", "W2"), ("missing regularizer",)),
    "half regularizer": every(("W1", "W2"), ("term factor 1/2",)),
    "regularizer sign": every(("W1", "W2"), ("term sign",)),
    "no regularizer W1": {"W1": ("missing regularizer",)},
    "no regularizer+no slope": {
        "W1": (*NO_SLOPE, "missing regularizer"), "b1": NO_SLOPE, "W2": ("missing regularizer",),
    },
    "bias regularized": every(("b1", "b2"), ("extra regularizer",)),
    "b1 not summed": {"b1": ("missing sum",)},
    "b2 not summed": {"b2": ("missing sum",)},
    "b2 mean": {"b2": ("factor 1/n",)},
    "b2 last row": {"b2": ("one row",)},
    "b1 first row": {"b1": ("one row",)},
    "b2 keepdims": {"b2": ("shape",)},
    "W2 last row": {"W2": ("one row",)},
    "W2 transposed": {"W2": ("transpose",)},
    "W1 transposed": {"W1": ("transpose",)},
    "W2 sign": {"W2": ("sign",)},
    "b1 sign": {"b1": ("sign",)},
    "W2 transposed+W2 sign": {"W2": ("transpose", "sign")},
    "b2 not summed+b2 sign": {"b2": ("missing sum", "sign")},
    "no slope+b1 sign": {"W1": NO_SLOPE, "b1": (*NO_SLOPE, "sign")},
    "no slope+W1 transposed": {"W1": ("transpose", *NO_SLOPE), "b1": NO_SLOPE},
    "no slope+b1 not summed": {"W1": NO_SLOPE, "b1": ("missing sum", *NO_SLOPE)},
    "updated early": every(("W1", "b1"), ("updated too early",)),
    "W1 entry": {"W1": ("one entry",)},
    "W1 zero": {"W1": ("zeros",)},
    "b2 none": {"b2": ("missing",)},
    "W2 nan": {"W2": ("not finite",)},
    "W1 flipped": {"W1": ("order",)},
    "W1 permuted": {"W1": ("order",)},
    "clipped": {"W1": ("clipped",)},
    "absolute": {"W1": ("absolute value",)},
}  # fmt: skip
SIGMOID = {**MLP, "slope of tanh": every(("W1", "b1"), WRONG), "formula with z": every(("W1", "b1"), AT_A)}
TANH = {**MLP, "slope of sigmoid": every(("W1", "b1"), WRONG), "formula with z": every(("W1", "b1"), AT_A)}
RELU = {
    name: said for name, said in MLP.items() if name not in ("slope at a", "slope twice")
} | {"slope of sigmoid": every(("W1", "b1"), WRONG), "other side": every(("W1", "b1"), WRONG)}  # fmt: skip
SQUARE = {  # as many inputs, hidden units and outputs: transposes keep the shape
    "weights not transposed": every(("W1", "b1"), ("transpose",)),
    "W2 transposed": {"W2": ("transpose",)},
    "swapped biases": every(("b1", "b2"), ("swapped",)),
    "W1 transposed+W1 sign": {"W1": ("transpose", "sign")},
}


def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def classifier(rng, activation="tanh", n=6, inputs=3, hidden=5, outputs=4):
    """Two layers, softmax and cross-entropy, mean over the batch."""
    X, t = rng.normal(size=(n, inputs)), rng.integers(0, outputs, n)
    Y = np.eye(outputs)[t]
    f, slope = ACTIVATIONS[activation]

    def cost(p):
        a1 = f(X @ p["W1"] + p["b1"])
        z2 = a1 @ p["W2"] + p["b2"]
        m = np.max(z2.value if hasattr(z2, "node") else z2, axis=1, keepdims=True)
        return np.mean(np.log(np.sum(np.exp(z2 - m), axis=1)) - np.sum((z2 - m) * Y, axis=1))

    def backprop(p, mistake=""):
        is_ = mistake.split("+").__contains__
        z1 = X @ p["W1"] + p["b1"]
        a1 = f(z1)
        q = softmax(a1 @ p["W2"] + p["b2"])
        d2 = q if is_("no targets") else q - Y
        d2 = d2 * q * (1 - q) if is_("softmax slope too") else d2
        d2 = d2 if is_("sum") else d2 / n
        d1 = d2 @ p["W2"].T * (1 if is_("no slope") else slope(a1) if is_("slope at a") else slope(z1))
        g = {"W1": X.T @ d1, "b1": np.sum(d1, axis=0), "W2": a1.T @ d2, "b2": np.sum(d2, axis=0)}
        return _spoiled(g, p, mistake, {"d1": d1, "d2": d2, "a0": X, "a1": a1, "n": n, "lam": 0.0})

    return Problem(cost, _numbers(rng, n, inputs, hidden, outputs), backprop)


CLASSIFIER = {
    "sum": every(ALL, ("factor n",)),
    "no targets": every(ALL, ("missing path", "missing term")),
    "softmax slope too": every(ALL, TWICE),
    "softmax slope too+sum": every(ALL, (*TWICE, "factor n")),
    "no slope": every(("W1", "b1"), NO_SLOPE),
    "slope at a": every(("W1", "b1"), AT_A),
    "no slope+sum": {**every(("W1", "b1"), (*NO_SLOPE, "factor n")), **every(("W2", "b2"), ("factor n",))},
    "all negated": every(ALL, ("sign",)),
    "b2 mean": {"b2": ("factor 1/n",)},
    "b2 last row": {"b2": ("one row",)},
    "b1 not summed": {"b1": ("missing sum",)},
    "W2 transposed": {"W2": ("transpose",)},
}


def squares_of_softmax(rng, n=6, inputs=3, outputs=4):
    """One layer, softmax and squares: the Jacobian of softmax is needed."""
    X, t = rng.normal(size=(n, inputs)), np.eye(outputs)[rng.integers(0, outputs, n)]

    def cost(p):
        z = X @ p["W"] + p["b"]
        e = np.exp(z - np.max(z.value if hasattr(z, "node") else z, axis=1, keepdims=True))
        q = e / np.sum(e, axis=1, keepdims=True)
        return np.sum((q - t) ** 2) / n

    def backprop(p, mistake=""):
        q = softmax(X @ p["W"] + p["b"])
        g = 2 * (q - t) / n
        d = q * (g - np.sum(g * q, axis=1, keepdims=True))
        d = g if mistake == "no slope" else g * q * (1 - q) if mistake == "diagonal" else d
        return {"W": X.T @ d, "b": np.sum(d, axis=0)}

    return Problem(cost, {"W": rng.normal(size=(inputs, outputs)), "b": rng.normal(size=outputs)}, backprop)


SOFTMAX = {"no slope": every(("W", "b"), NO_SLOPE), "diagonal": every(("W", "b"), ("softmax diagonal only",))}


def logistic(rng, n=8, inputs=4, lam=0.3):
    """Logistic regression with the cross-entropy of probabilities, and L1."""
    X, y = rng.normal(size=(n, inputs)), rng.integers(0, 2, n) * 1.0

    def cost(p):
        a = 1 / (1 + np.exp(-(X @ p["w"] + p["b"])))
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)) + lam * np.sum(np.abs(p["w"]))

    def backprop(p, mistake=""):
        a = sigmoid(X @ p["w"] + p["b"])
        d = a - y
        d = d * a * (1 - a) if mistake == "slope of squares" else d
        d = -d if mistake == "y - a" else d
        d = d if mistake == "sum" else d / n
        w = X.T @ d + (0 if mistake == "no L1" else lam * np.sign(p["w"]))
        b = np.sum(d) + (lam * np.sign(p["b"]) if mistake == "L1 on b" else 0)
        return {"w": w, "b": d if mistake == "b not summed" else b}

    return Problem(cost, {"w": rng.normal(size=inputs), "b": rng.normal()}, backprop)


LOGISTIC = {
    "slope of squares": {"b": TWICE},
    "y - a": {"w": ("term sign", "path sign"), "b": ("sign",)},
    "sum": {"w": ("term factor n", "path factor n"), "b": ("factor n",)},
    "no L1": {"w": ("missing regularizer",)},
    "b not summed": {"b": ("missing sum",)},
}
LOGISTIC["slope of squares"] = {"b": TWICE, "w": TWICE}


def linear(rng, n=9, inputs=5):
    """Linear regression, mean squared error."""
    X, y = rng.normal(size=(n, inputs)), rng.normal(size=n)

    def cost(p):
        return np.mean((X @ p["w"] + p["b"] - y) ** 2)

    def backprop(p, mistake=""):
        r = X @ p["w"] + p["b"] - y
        w, b = 2 * X.T @ r / n, 2 * np.sum(r) / n
        return {
            "sum": {"w": w * n, "b": b * n}, "no 2": {"w": w / 2, "b": b / 2}, "sign": {"w": -w, "b": -b},
            "2 and n": {"w": w * n / 2, "b": b * n / 2}, "w alone": {"w": -2 * w, "b": b},
            "no bias": {"w": w, "b": 0.0},
            "normalized": {"w": w / np.linalg.norm(w), "b": b},
        }.get(mistake, {"w": w, "b": b})  # fmt: skip

    return Problem(cost, {"w": rng.normal(size=inputs), "b": rng.normal()}, backprop)


LINEAR = {
    "sum": every(("w", "b"), ("factor n",)),
    "no 2": every(("w", "b"), ("factor 1/2",)),
    "2 and n": every(("w", "b"), ("factor n", "factor 1/2")),
    "sign": every(("w", "b"), ("sign",)),
    "w alone": {"w": ("sign", "factor 2")},
    "no bias": {"b": ("zeros",)},
    "normalized": {"w": ("normalized",)},
}


def expression(rng):
    """f(x) = √(x² + exp(x²)) + x·sin(x) of the lecture, at an array of points, summed."""

    def cost(x):
        a = x**2
        b = np.exp(a)
        d = np.sqrt(a + b)
        return np.sum(d + x * np.sin(x))

    def backprop(x, mistake=""):
        a = x * x
        b = np.exp(a)
        d = np.sqrt(a + b)
        dc = np.ones_like(x) if mistake == "no root" else 0.5 / d
        da = (0 if mistake == "path b" else dc * b if mistake != "no exp" else dc) + (0 if mistake == "path a" else dc)
        rest = np.sin(x) * (mistake != "product") + x * np.cos(x) * (-1 if mistake == "cosine" else 1)
        if mistake == "inner":
            return da + rest
        return {"swap": -1}.get(mistake, 1) * (2 * x * da + rest)

    return Problem(cost, rng.uniform(0.3, 1.2, 4), backprop)


EXPRESSION = {
    "no root": every(("x",), NO_SLOPE),
    "path b": every(("x",), ("missing path",)),
    "path a": every(("x",), ("missing path",)),
    "no exp": every(("x",), NO_SLOPE),
    "product": every(("x",), ("missing path",)),
    "inner": every(("x",), NO_SLOPE),
    "swap": every(("x",), ("sign",)),
}


def kinked(rng):
    """relu and abs, with entries exactly at the kink."""
    x = rng.normal(size=6)
    x[2] = x[4] = 0.0
    w = rng.normal(size=6)

    def cost(x):
        return np.sum(w * np.maximum(x, 0) ** 1 + np.abs(x) * w**2)

    def backprop(x, mistake=""):
        relu = np.where(x == 0, {"relu 1": 1.0, "relu 0": 0.0}.get(mistake, 0.5), x > 0)
        sign = np.where(x == 0, {"abs 1": 1.0, "abs -1": -1.0}.get(mistake, 0.0), np.sign(x))
        return w * relu + w**2 * sign

    return Problem(cost, x, backprop)


KINKED = {name: {"x": ("kink",)} for name in ("relu 1", "relu 0", "abs 1", "abs -1")}
