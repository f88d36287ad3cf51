"""What PyTorch's optimizers and schedules do, written down for the tests, which run without PyTorch.

``python -m benchmarks.references`` writes tests/nn/pytorch.json: 50 steps of every optimizer, in float64, on

    f(x, y) = Σ a log cosh(x − 1) + Σ sin(2y) + ½ Σ y² + x₁ y₁,        from x = (2, −1), y = (0.3, −1.5),

and the rates of every schedule in 50 steps.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import torch
from torch.optim import lr_scheduler

TARGET = Path(__file__).parent.parent / "tests" / "nn" / "pytorch.json"
STEPS = 50


def cost(x: Any, y: Any) -> Any:
    a = torch.tensor([1.0, 4.0], dtype=torch.float64)
    return (a * torch.log(torch.cosh(x - 1))).sum() + torch.sin(2 * y).sum() + 0.5 * (y**2).sum() + x[1] * y[1]


class Lion(torch.optim.Optimizer):
    """PyTorch has none: algorithm 2 of X. Chen et al., Symbolic discovery of optimization algorithms (2023)."""

    def __init__(self, params: Any, lr: float, betas: tuple[float, float], weight_decay: float) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        for group in self.param_groups:
            first, second = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                update = torch.sign(m.lerp(p.grad, 1 - first)) + group["weight_decay"] * p
                p -= group["lr"] * update
                self.state[p]["m"] = m.lerp(p.grad, 1 - second)


OPTIMIZERS: dict[str, Any] = {
    "SGD(lr=0.05)": lambda p: torch.optim.SGD(p, 0.05),
    "Momentum(lr=0.02, momentum=0.8)": lambda p: torch.optim.SGD(p, 0.02, momentum=0.8),
    "Nesterov(lr=0.02, momentum=0.8)": lambda p: torch.optim.SGD(p, 0.02, momentum=0.8, nesterov=True),
    "AdaGrad(lr=0.3)": lambda p: torch.optim.Adagrad(p, 0.3, eps=1e-8),
    "RMSProp(lr=0.02, rho=0.95)": lambda p: torch.optim.RMSprop(p, 0.02, alpha=0.95),
    "AdaDelta(lr=2.0, rho=0.8)": lambda p: torch.optim.Adadelta(p, 2.0, rho=0.8),
    "Adam(lr=0.05, beta1=0.8, beta2=0.95)": lambda p: torch.optim.Adam(p, 0.05, (0.8, 0.95)),
    "AdamW(lr=0.05, weight_decay=0.3)": lambda p: torch.optim.AdamW(p, 0.05, weight_decay=0.3),
    "AMSGrad(lr=0.05, beta2=0.6)": lambda p: torch.optim.Adam(p, 0.05, (0.9, 0.6), amsgrad=True),
    "Adamax(lr=0.05)": lambda p: torch.optim.Adamax(p, 0.05),
    "NAdam(lr=0.05)": lambda p: torch.optim.NAdam(p, 0.05),
    "Lion(lr=0.03, weight_decay=0.2)": lambda p: Lion(p, 0.03, (0.9, 0.99), 0.2),
    "SGD(lr=0.1, clip_norm=0.5)": lambda p: torch.optim.SGD(p, 0.1),
    "SGD(lr=0.1, clip_value=0.4)": lambda p: torch.optim.SGD(p, 0.1),
}  # as ours are written, beside PyTorch's


def trajectory(name: str) -> list[list[float]]:
    """The four numbers after each step."""
    x = torch.tensor([2.0, -1.0], dtype=torch.float64, requires_grad=True)
    y = torch.tensor([0.3, -1.5], dtype=torch.float64, requires_grad=True)
    optimizer, found = OPTIMIZERS[name]([x, y]), []
    for _ in range(STEPS):
        optimizer.zero_grad()
        cost(x, y).backward()
        if "clip_norm" in name:
            torch.nn.utils.clip_grad_norm_([x, y], 0.5)
        if "clip_value" in name:
            torch.nn.utils.clip_grad_value_([x, y], 0.4)
        optimizer.step()
        found.append([*x.tolist(), *y.tolist()])
    return found


SCHEDULES: dict[str, Any] = {
    "Constant(0.1)": lambda o: lr_scheduler.ConstantLR(o, 1.0),
    "StepDecay(0.1, every=7, factor=0.5)": lambda o: lr_scheduler.StepLR(o, 7, 0.5),
    "Exponential(0.1, decay=0.93)": lambda o: lr_scheduler.ExponentialLR(o, 0.93),
    "InverseTime(0.7, 7)": lambda o: lr_scheduler.LambdaLR(o, lambda t: 7 / (t + 7)),
    "Cosine(0.1, steps=50, end=0.01)": lambda o: lr_scheduler.CosineAnnealingLR(o, 50, 0.01),
    "WarmUp(0.1, steps=10, start=0.2)": lambda o: lr_scheduler.LinearLR(o, 0.2, total_iters=10),
    "WarmUp(Exponential(0.1, 0.9), steps=10, start=0.1)": lambda o: lr_scheduler.SequentialLR(
        o, [lr_scheduler.LinearLR(o, 0.1, total_iters=10), lr_scheduler.ExponentialLR(o, 0.9)], [10]
    ),
    "OneCycle(0.1, steps=50, up=0.4)": lambda o: lr_scheduler.OneCycleLR(o, 0.1, 50, pct_start=0.4),
    "ReduceOnPlateau(0.1, factor=0.5, patience=3, min_delta=0.01)": lambda o: lr_scheduler.ReduceLROnPlateau(
        o, factor=0.5, patience=3, threshold=0.01, threshold_mode="abs"
    ),
}


def loss_of(epoch: int) -> float:
    """A loss that falls in steps."""
    return 1 / (1 + epoch // 8) + 0.005 * (epoch % 3)


def rates(name: str) -> list[float]:
    """The rate of each step."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1)
    schedule, found = SCHEDULES[name](optimizer), []
    for t in range(STEPS):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step(*([loss_of(t)] if "Plateau" in name else []))
    return found


def main() -> None:
    found = {
        "optimizers": {name: trajectory(name) for name in OPTIMIZERS},
        "schedules": {name: rates(name) for name in SCHEDULES},
    }
    rounded = json.loads(json.dumps(found), parse_float=lambda text: float(f"{float(text):.14g}"))
    part = TARGET.with_suffix(".part")
    part.write_text(json.dumps(rounded).replace('"], ', '"],\n').replace("]], ", "]],\n") + "\n", encoding="utf-8")
    os.replace(part, TARGET)


if __name__ == "__main__":
    main()
