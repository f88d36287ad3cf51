"""Optimizers and schedules against PyTorch's, step by step; what those did stands in pytorch.json.

``python -m benchmarks.references`` wrote it; the function and the start stand there.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn import schedules

RECORDED = json.loads((Path(__file__).parent / "pytorch.json").read_text(encoding="utf-8"))
OURS = [
    nn.SGD(lr=0.05), nn.Momentum(lr=0.02, momentum=0.8), nn.Nesterov(lr=0.02, momentum=0.8), nn.AdaGrad(lr=0.3),
    nn.RMSProp(lr=0.02, rho=0.95), nn.AdaDelta(lr=2.0, rho=0.8), nn.Adam(lr=0.05, beta1=0.8, beta2=0.95),
    nn.AdamW(lr=0.05, weight_decay=0.3), nn.AMSGrad(lr=0.05, beta2=0.6), nn.Adamax(lr=0.05), nn.NAdam(lr=0.05),
    nn.Lion(lr=0.03, weight_decay=0.2), nn.SGD(lr=0.1, clip_norm=0.5), nn.SGD(lr=0.1, clip_value=0.4),
]  # fmt: skip
SCHEDULES = [
    schedules.Constant(0.1), schedules.StepDecay(0.1, every=7, factor=0.5), schedules.Exponential(0.1, decay=0.93),
    schedules.InverseTime(0.7, 7), schedules.Cosine(0.1, steps=50, end=0.01),
    schedules.WarmUp(0.1, steps=10, start=0.2),
    schedules.WarmUp(schedules.Exponential(0.1, 0.9), steps=10, start=0.1),
    schedules.OneCycle(0.1, steps=50, up=0.4),
    schedules.ReduceOnPlateau(0.1, factor=0.5, patience=3, min_delta=0.01),
]  # fmt: skip


def cost(p):
    x, y = p["x"], p["y"]
    bowl = np.sum(np.array([1.0, 4.0]) * np.log(np.cosh(x - 1)))
    return bowl + np.sum(np.sin(2 * y)) + 0.5 * np.sum(y**2) + x[1] * y[1]


def test_everything_recorded_is_compared():
    assert len(OURS) == len(RECORDED["optimizers"]) and len(SCHEDULES) == len(RECORDED["schedules"])


@pytest.mark.parametrize(("opt", "name"), list(zip(OURS, RECORDED["optimizers"], strict=True)), ids=str)
def test_fifty_steps_are_those_of_pytorch(opt, name):
    assert name.startswith(type(opt).__name__)
    params, gradient = {"x": np.array([2.0, -1.0]), "y": np.array([0.3, -1.5])}, ag.grad(cost)
    state, found = opt.init(params), []
    for _ in range(50):
        params, state = opt.update(gradient(params), state, params)
        found.append([*params["x"], *params["y"]])
    rtol = 1e-5 if "clip_norm" in name else 1e-9  # PyTorch divides by the norm plus 1e-6
    np.testing.assert_allclose(found, RECORDED["optimizers"][name], rtol=rtol, atol=rtol)


def loss_of(epoch):
    return 1 / (1 + epoch // 8) + 0.005 * (epoch % 3)


@pytest.mark.parametrize(("schedule", "name"), list(zip(SCHEDULES, RECORDED["schedules"], strict=True)), ids=str)
def test_fifty_rates_are_those_of_pytorch(schedule, name):
    assert name.startswith(type(schedule).__name__)
    opt = nn.SGD(schedule)
    params, found = np.zeros(2), []
    state = opt.init(params)
    for t in range(50):
        found.append(opt.rate(state))
        moved, state = opt.update(np.ones(2), state, params)
        np.testing.assert_allclose(moved, -found[-1], rtol=1e-15)
        state = opt.observe(state, loss_of(t))
    np.testing.assert_allclose(found, RECORDED["schedules"][name], rtol=1e-12)
    assert len(set(found)) > 1 or name == "Constant(0.1)"
