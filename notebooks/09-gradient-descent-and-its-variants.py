# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 9 Gradient descent and its variants
#
# The gradient is exact now. What differs is what a method *does* with it. A long, narrow valley shows the differences best:
#
# $$f(x) = \tfrac12\,(x_1^2 + 10\,x_2^2).$$

# %%
import matplotlib.pyplot as plt
import numpy as np
from numpy.testing import assert_allclose

import autograd_lite as ag
import nn

plt.style.use("house.mplstyle")

f = lambda x: (x[0] ** 2 + 10 * x[1] ** 2) / 2

# %% [markdown]
# An optimizer of `nn` is a pair of functions: `state = opt.init(params)` makes its memory, and
# `params, state = opt.update(gradient, state, params)` makes a step. Nothing is hidden in it.


# %%
def path_of(optimizer, start, steps):
    x = np.array(start)
    state, visited = optimizer.init(x), [x]
    for _ in range(steps):
        x, state = optimizer.update(ag.grad(f)(x), state, x)
        visited.append(x)
    return np.array(visited)


# %% [markdown]
# The first three steps from $(1, -2)$, as on paper:

# %%
third_steps = {
    nn.GD(0.05): (0.857375, -0.25),
    nn.Momentum(0.05, momentum=0.9): (0.731375, 1.46),
    nn.AdaGrad(0.1): (0.7804561830893826, -1.7758215150982255),
    nn.RMSProp(0.1, rho=0.9): (0.3691805674277941, -1.3087178678182676),
    nn.Adam(0.1): (0.7015862745044147, -1.7006233914339461),
}
for optimizer, third in third_steps.items():
    path = path_of(optimizer, [1.0, -2.0], 3)
    print(f"{type(optimizer).__name__:9}", *[f"({x[0]:.6f}, {x[1]:+.6f})" for x in path[1:]])
    assert_allclose(path[3], third, rtol=1e-12)

# %% [markdown]
# And the whole way. Plain gradient descent zigzags across the valley; momentum overshoots and returns; the adaptive methods take
# steps of about the same length in every direction, whatever the slope. Newton-CG, which knows the curvature, is there at once.

# %%
methods = {
    "gradient descent": nn.GD(0.17),
    "momentum": nn.Momentum(0.03, momentum=0.9),
    "AdaGrad": nn.AdaGrad(0.6),
    "RMSProp": nn.RMSProp(0.1),
    "Adam": nn.Adam(0.3),
}
ways = {name: path_of(optimizer, [-4.0, 2.0], 40) for name, optimizer in methods.items()}

start, newton = np.array([-4.0, 2.0]), nn.NewtonCG()
ways["Newton-CG"] = np.array(
    [start, newton.update(ag.grad(f)(start), newton.init(start), start, cost=f)[0]]
)

# %%
x1, x2 = np.meshgrid(np.linspace(-4.5, 4.5, 200), np.linspace(-2.5, 2.5, 200))
figure, axes = plt.subplots(2, 3, figsize=(9.5, 4.6), sharex=True, sharey=True)
for axis, (name, way) in zip(axes.flat, ways.items(), strict=True):
    axis.contour(x1, x2, f([x1, x2]), np.geomspace(0.05, 40, 12), colors="#c5ccd8", linewidths=0.8)
    axis.plot(*way.T, "o-", markersize=3, linewidth=1.2)
    axis.plot(0, 0, "+", color="#b3420a", markersize=10)
    steps = f"{len(way) - 1} steps" if len(way) > 2 else "one step"
    axis.set_title(f"{name}: {f(way[-1]):.0e}, {steps}", fontsize=9.5)
plt.show()

# %% [markdown]
# ## How large a step?
#
# Each step multiplies $x_1$ by $1 - \eta$ and $x_2$ by $1 - 10\,\eta$. For $\eta > 0.2$ the second factor is larger than 1 in size:
# the method diverges, however smooth the function is. The steepest direction sets the limit, the flattest one the time it takes.

# %%
for rate in (0.05, 0.1, 0.19, 0.2, 0.21):
    print(f"rate {rate:4}: f after 50 steps = {f(path_of(nn.GD(rate), [1.0, -2.0], 50)[-1]):.3g}")

# %% [markdown]
# In general the limit is $2/\lambda_{\max}$ with the largest eigenvalue of the Hessian:

# %%
largest = np.linalg.eigvalsh(ag.hessian(f)(np.zeros(2)))[-1]
print("largest eigenvalue", largest, "  limit of the rate", 2 / largest)

# %% [markdown]
# An optimizer is made of the same elementary functions as everything else, so one can differentiate *through* it. Here is the
# derivative of $f$ after ten steps with respect to the rate; gradient descent on the rate finds a better one.


# %%
def after_ten(rate):
    x = np.array([1.0, -2.0])
    for _ in range(10):
        x = x - rate * ag.grad(f)(x)
    return f(x)


rate = 0.05
for step in range(4):
    value, slope = ag.value_and_grad(after_ten)(rate)
    print(f"rate {rate:.4f}: f = {value:.3e}, df/drate = {slope:+.3e}")
    rate = rate - 0.01 * slope

# %% [markdown]
# ## A sample of the gradient
#
# A cost is a mean over many samples, and so is its gradient. **Stochastic** gradient descent takes the mean over a few samples only,
# drawn anew for each step: many cheap, rough steps in the place of one that is right. A straight line through 200 points:

# %%
rng = np.random.default_rng(0)
x = rng.uniform(-1, 1, 200)
y = 0.7 + 1.5 * x + rng.normal(scale=0.5, size=200)
cost = lambda w, rows: np.mean((w[0] + w[1] * x[rows] - y[rows]) ** 2)
everything = np.arange(200)
best = np.polynomial.polynomial.polyfit(x, y, 1)


def descend(batch_size, rate, steps=60):
    rng = np.random.default_rng(1)
    w, visited = np.array([-0.8, -0.5]), []
    for step in range(steps):
        visited.append(w)
        w = w - rate(step) * ag.grad(cost)(w, rng.choice(everything, batch_size, replace=False))
    return np.array(visited)


ways = {
    "all 200 samples": descend(200, nn.schedules.Constant(0.3)),
    "5 samples": descend(5, nn.schedules.Constant(0.3)),
    "5 samples, rate falls": descend(5, nn.schedules.InverseTime(t0=2.4, t1=8)),
}

# %%
w0, w1 = np.meshgrid(np.linspace(-1, 1.6, 60), np.linspace(-0.8, 2.4, 60))
surface = np.mean((w0[..., None] + w1[..., None] * x - y) ** 2, axis=-1)
figure, axes = plt.subplots(1, 3, figsize=(9.5, 2.8), sharey=True)
for axis, (name, way) in zip(axes, ways.items(), strict=True):
    axis.contour(w0, w1, surface, 12, colors="#c5ccd8", linewidths=0.8)
    axis.plot(*way.T, "o-", markersize=3, linewidth=1)
    axis.plot(*best, "+", color="#b3420a", markersize=12)
    axis.set_title(name, fontsize=10)
plt.show()

for name, way in ways.items():
    print(f"{name:22} distance from the best line at the end {np.linalg.norm(way[-1] - best):.3f}")

# %% [markdown]
# With a constant rate the rough steps wander about the minimum and never settle. Where the rate falls, they do. Every optimizer of `nn`
# takes such a schedule in the place of the rate:

# %%
steps = np.arange(100)
figure, axis = plt.subplots(figsize=(6.2, 2.8))
for schedule, style in (
    (nn.schedules.Exponential(0.1, 0.97), "-"),
    (nn.schedules.StepDecay(0.1, every=25, factor=0.5), "--"),
    (nn.schedules.Cosine(0.1, 100), "-."),
):
    axis.plot(steps, [schedule(step) for step in steps], style, label=type(schedule).__name__)
axis.set(title="learning rates", xlabel="step")
axis.legend()
plt.show()

# %% [markdown]
# ## A fair race
#
# Which one is the best? A valley in two dimensions does not tell, and one training of one network does not either: another start, another
# order of the batches, and another method wins. `nn.race` trains the same network by each of them, from the same starts with the same
# batches, and gives each the best of the same choice of rates.

# %%
from sklearn.datasets import load_digits

images, labels = load_digits(return_X_y=True)
images = images / 16
race = nn.race(
    lambda seed: nn.FFNN([64, 32, 10], hidden="relu", output="softmax", seed=seed),
    images[:1300],
    labels[:1300],
    [nn.SGD(0.1), nn.Momentum(0.1), nn.RMSProp(0.01), nn.Adam(0.01)],
    rates=[0.003, 0.01, 0.03, 0.1, 0.3, 1.0],
    epochs=6,
    validation_data=(images[1300:], labels[1300:]),
    verbose=False,
)
for lane in race:
    ends = np.sort(lane.final).round(3)
    print(f"{lane.name:14} median {np.median(lane.final):.3f}, of the seeds {ends}")

# %%
figure, axis = plt.subplots(figsize=(6.4, 3.2))
race.plot(axis)
plt.show()

# %% [markdown]
# Each at its own rate, they are closer to one another than the seeds are among themselves. Choose the rate with care before you choose
# the method.
#
# ## Exercises
#
# **1.** With momentum $\mu$ and a gradient that stays the same, how long does each step become in the end?
#
# <details><summary>Solution</summary>
#
# The steps add up as $1 + \mu + \mu^2 + \dots = 1/(1 - \mu)$: with $\mu = 0.9$ ten times as long as without. This is why momentum needs a
# smaller rate.
#
# ```python
# optimizer = nn.Momentum(0.01, momentum=0.9)
# w, constant = np.zeros(1), np.ones(1)
# state, before = optimizer.init(w), w
# for _ in range(200):
#     before = w
#     w, state = optimizer.update(constant, state, w)
# assert_allclose(before - w, 0.1)
# ```
#
# </details>

# %% [markdown]
# **2.** Multiply the cost by 1000. Which of the methods notice?
#
# <details><summary>Solution</summary>
#
# Gradient descent and momentum: their steps become 1000 times as long. AdaGrad, RMSProp and Adam divide the gradient by its own
# size, and Newton divides it by the curvature, which grows as well.
#
# </details>

# %% [markdown]
# Next: [a network from scratch](10-a-network-from-scratch.ipynb).
