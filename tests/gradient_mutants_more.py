"""More problems with mistakes: recurrent weights, an activation without a name, stable logistic regression, ridge."""

from __future__ import annotations

import numpy as np
from gradient_mutants import AT_A, NO_SLOPE, TWICE, Problem, every, sigmoid


def recurrent(rng, steps=4):
    """h ← tanh(h W + x U), the sum of squares at the end: each weight is used at every step."""
    S = rng.normal(size=(steps, 2))

    def cost(p):
        h = np.zeros(3)
        for x in S:
            h = np.tanh(h @ p["W"] + x @ p["U"])
        return np.sum(h**2)

    def backprop(p, mistake=""):
        h = [np.zeros(3)]
        for x in S:
            h.append(np.tanh(h[-1] @ p["W"] + x @ p["U"]))
        d, W, U = 2 * h[-1], np.zeros((3, 3)), np.zeros((2, 3))
        for i in reversed(range(steps)):
            d = d * (1 if mistake == "no slope" else 1 - h[i + 1] ** 2)
            W = np.outer(h[i], d) + (0 if mistake == "overwritten" else W)
            U = np.outer(S[i], d) + (0 if mistake == "overwritten" else U)
            d = d @ p["W"].T
            if mistake == "broken off":
                break
        return {"W": W, "U": U}

    return Problem(cost, {"W": rng.normal(size=(3, 3)), "U": rng.normal(size=(2, 3))}, backprop)


RECURRENT = {
    "broken off": every(("W", "U"), ("missing path",)),
    "overwritten": {"U": ("missing path",), "W": ("zeros",)},  # the first step starts from h = 0
    "no slope": every(("W", "U"), NO_SLOPE),
}


def softplus(rng, n=9):
    """One hidden layer with log(1 + exp(z)), an activation without a name, and squares."""
    X, t = rng.normal(size=(n, 5)), rng.normal(size=n)

    def cost(p):
        z = X @ p["W"] + p["b"]
        h = np.log1p(np.exp(z))
        return np.mean((h @ p["v"] - t) ** 2)

    def backprop(p, mistake=""):
        z = X @ p["W"] + p["b"]
        h = np.log1p(np.exp(z))
        d = 2 * (h @ p["v"] - t) / n
        slope = {"no slope": 1, "slope at a": sigmoid(h), "slope twice": sigmoid(z) ** 2}.get(mistake, sigmoid(z))
        inner = np.outer(d, p["v"]) * slope
        return {"W": X.T @ inner, "b": np.sum(inner, axis=0), "v": h.T @ d}

    return Problem(cost, {"W": rng.normal(size=(5, 4)), "b": rng.normal(size=4), "v": rng.normal(size=4)}, backprop)


SOFTPLUS = {
    "no slope": every(("W", "b"), NO_SLOPE),
    "slope at a": every(("W", "b"), AT_A),
    "slope twice": every(("W", "b"), TWICE),
}


def stable_logistic(rng, n=12, lam=0.3):
    """Logistic regression from logits with L2: the sigmoid stands nowhere in the cost, X @ w stands there twice."""
    X, y = rng.normal(size=(n, 5)), rng.integers(0, 2, n) * 1.0

    def cost(w):
        return np.mean(np.logaddexp(0, X @ w) - y * (X @ w)) + lam * w @ w

    def backprop(w, mistake=""):
        p = sigmoid(X @ w)
        d = (p - y) * (p * (1 - p) if mistake == "slope" else 1) / (1 if mistake == "sum" else n)
        r = {"half": lam, "none": 0, "squared": 2 * lam**2}.get(mistake, 2 * lam)
        return X.T @ d + r * w

    return Problem(cost, rng.normal(size=5), backprop)


STABLE = {
    "slope": {"x": TWICE},
    "half": {"x": ("term factor 1/2",)},
    "none": {"x": ("missing regularizer",)},
    "squared": {"x": ("term factor",)},
    "sum": {"x": ("term factor n", "path factor n")},
}


def skipping(rng):
    """A residual block, h + tanh(h B): two paths."""
    X = rng.normal(size=(7, 5))

    def cost(p):
        h = np.tanh(X @ p["A"])
        s = h + np.tanh(h @ p["B"])
        return np.sum(s**2)

    def backprop(p, mistake=""):
        h = np.tanh(X @ p["A"])
        u = np.tanh(h @ p["B"])
        d = 2 * (h + u)
        du = d * (1 - u**2)
        dh = (0 if mistake == "block" else du @ p["B"].T) + (0 if mistake == "skip" else d)
        return {"A": X.T @ (dh * (1 - h**2)), "B": h.T @ du}

    return Problem(cost, {"A": rng.normal(size=(5, 3)), "B": rng.normal(size=(3, 3))}, backprop)


SKIPPING = {"skip": {"A": ("missing path",)}, "block": {"A": ("missing path",)}}

MORE = {
    "recurrent": (recurrent, RECURRENT),
    "softplus": (softplus, SOFTPLUS),
    "stable": (stable_logistic, STABLE),
    "skipping": (skipping, SKIPPING),
}
