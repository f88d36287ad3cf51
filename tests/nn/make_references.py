"""What PyTorch gives for the activations, costs, layers and initializers of nn, for test_nn_references.py.

Run ``python tests/nn/make_references.py`` where torch is installed; it writes references.json beside itself.  The tests
read that file alone, so they need no torch.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

Z = [-1000.0, -30.0, -3.0, -1.2, -0.3, -1e-9, 0.7, 1.1, 2.5, 30.0, 1000.0]
RNG = np.random.default_rng(20)
OUTPUTS = RNG.normal(size=(6, 3))
TARGETS = RNG.normal(size=(6, 3))
TARGETS[0] += 5.0  # beyond Huber's delta
PROBABILITIES = RNG.uniform(0.05, 0.95, size=(6, 3))
YES = RNG.integers(0, 2, size=(6, 3)).astype(float)
LABELS = RNG.integers(0, 3, size=6)
COUNTS = RNG.poisson(3.0, size=(6, 3)).astype(float)
WEIGHTS = RNG.uniform(0.1, 2.0, size=6)
CLASS_WEIGHTS = [0.5, 2.0, 1.5]
GAMMA, BETA = RNG.normal(size=3), RNG.normal(size=3)
BATCHES = RNG.normal(1.0, 2.0, size=(3, 6, 3))


def _with_gradient(function: Any, x: Any) -> dict[str, Any]:
    """The value of a function of torch at x, and its gradient (of the sum)."""
    import torch

    x = torch.tensor(np.asarray(x), dtype=torch.float64, requires_grad=True)
    y = function(x)
    y.sum().backward()
    return {"value": y.detach().numpy().tolist(), "gradient": x.grad.numpy().tolist()}


def activations() -> dict[str, Any]:
    import torch
    import torch.nn.functional as F

    functions = {
        "identity": lambda z: z * 1, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": F.relu,
        "leaky_relu": F.leaky_relu, "elu": F.elu, "selu": F.selu, "gelu": lambda z: F.gelu(z, approximate="tanh"),
        "silu": F.silu, "softplus": lambda z: F.softplus(z, threshold=1e9), "softsign": F.softsign,
    }  # fmt: skip
    results = {name: _with_gradient(f, Z[1:-1] if name == "softplus" else Z) for name, f in functions.items()}
    weights = torch.tensor(TARGETS)
    for name, f in (("softmax", F.softmax), ("log_softmax", F.log_softmax)):
        results[name] = _with_gradient(lambda z, f=f: f(z, dim=-1) * weights, OUTPUTS)
    return results


def costs() -> dict[str, Any]:
    import torch
    import torch.nn.functional as F

    def t(x: Any) -> Any:
        return torch.tensor(x)

    def mean(losses: Any, weighted: bool) -> Any:
        rows = losses.reshape(6, -1).mean(dim=1)
        return (rows * t(WEIGHTS)).sum() / WEIGHTS.sum() if weighted else rows.mean()

    none = {"reduction": "none"}
    functions = {
        "mean_squared_error": (OUTPUTS, lambda o: F.mse_loss(o, t(TARGETS), **none)),
        "mean_absolute_error": (OUTPUTS, lambda o: F.l1_loss(o, t(TARGETS), **none)),
        "huber": (OUTPUTS, lambda o: F.huber_loss(o, t(TARGETS), **none)),
        "huber(0.3)": (OUTPUTS, lambda o: F.huber_loss(o, t(TARGETS), delta=0.3, **none)),
        "log_cosh": (OUTPUTS, lambda o: torch.log(torch.cosh(o - t(TARGETS)))),
        "hinge": (OUTPUTS, lambda o: torch.clamp(1 - t(2 * YES - 1) * o, min=0)),
        "binary_cross_entropy": (PROBABILITIES, lambda o: F.binary_cross_entropy(o, t(YES), **none)),
        "binary_cross_entropy from logits": (
            5 * OUTPUTS, lambda o: F.binary_cross_entropy_with_logits(o, t(YES), **none)
        ),
        "categorical_cross_entropy from logits": (5 * OUTPUTS, lambda o: F.cross_entropy(o, t(LABELS), **none)),
        "poisson": (PROBABILITIES, lambda o: F.poisson_nll_loss(o, t(COUNTS), log_input=False, eps=0.0, **none)),
        "poisson from logits": (OUTPUTS, lambda o: F.poisson_nll_loss(o, t(COUNTS), **none)),
        "gaussian": (
            np.concatenate([OUTPUTS, TARGETS[::-1]], axis=1),
            lambda o: F.gaussian_nll_loss(o[:, :3], t(TARGETS), torch.exp(o[:, 3:]), full=True, **none),
        ),
    }  # fmt: skip
    results = {
        name: [_with_gradient(lambda o, f=f, w=w: mean(f(o), w), x) for w in (False, True)]
        for name, (x, f) in functions.items()
    }
    weighted = lambda o: F.cross_entropy(o, t(LABELS), weight=t(np.array(CLASS_WEIGHTS)))
    return {**results, "categorical_cross_entropy with class weights": [_with_gradient(weighted, 5 * OUTPUTS)]}


def layers() -> dict[str, Any]:
    import torch

    batch, layer = torch.nn.BatchNorm1d(3, dtype=torch.float64), torch.nn.LayerNorm(3, dtype=torch.float64)
    for part in (batch, layer):
        part.weight.data, part.bias.data = torch.tensor(GAMMA), torch.tensor(BETA)
    targets = torch.tensor(TARGETS)
    training = [_with_gradient(lambda x: batch(x) * targets, x) for x in BATCHES]
    batch.eval()
    return {
        "batch norm in training": training,
        "batch norm": _with_gradient(lambda x: batch(x) * targets, BATCHES[0]),
        "running mean": batch.running_mean.tolist(),
        "running variance": batch.running_var.tolist(),
        "layer norm": _with_gradient(lambda x: layer(x) * targets, BATCHES[0]),
    }


def initializers() -> dict[str, Any]:
    """Standard deviations and largest entries of 300 × 200 weights; torch has the transpose of ours."""
    import torch
    from torch.nn import init

    torch.manual_seed(0)
    functions = {
        "xavier": init.xavier_normal_, "xavier_uniform": init.xavier_uniform_,
        "he": init.kaiming_normal_, "he_uniform": init.kaiming_uniform_,
        "lecun": lambda w: init.kaiming_normal_(w, nonlinearity="linear"),
        "lecun_uniform": lambda w: init.kaiming_uniform_(w, nonlinearity="linear"),
        "orthogonal": init.orthogonal_,
    }  # fmt: skip
    kinds = {name: f(torch.empty(200, 300, dtype=torch.float64)) for name, f in functions.items()}
    return {name: {"deviation": float(w.std()), "largest": float(w.abs().max())} for name, w in kinds.items()}


def main() -> None:
    path = Path(__file__).with_name("references.json")
    parts = {f.__name__: f() for f in (activations, costs, layers, initializers)}
    part = path.with_suffix(".part")
    part.write_text(json.dumps(parts, indent=None, separators=(",", ":")) + "\n", encoding="utf-8")
    os.replace(part, path)


if __name__ == "__main__":
    main()
