# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Gradient descent and its variants
#
# A long, narrow valley: $f(x) = \tfrac12 (x_1^2 + 10\,x_2^2)$. The gradient is exact; what differs is what each method does
# with it. An optimizer is a pair of functions: `state = opt.init(params)` and
# `params, state = opt.update(gradient, state, params)`. Nothing is hidden in it.

# %%
import matplotlib.pyplot as plt
import numpy as np

import autograd_lite as ag
import nn

f = lambda x: (x[0] ** 2 + 10 * x[1] ** 2) / 2


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
for optimizer in [nn.GD(0.05), nn.Momentum(0.05, momentum=0.9), nn.AdaGrad(0.1), nn.RMSProp(0.1), nn.Adam(0.1)]:
    print(f"{type(optimizer).__name__:9}", *[np.round(x, 6) for x in path_of(optimizer, [1.0, -2.0], 3)[1:]])

# %% [markdown]
# And the whole way. Plain gradient descent zigzags across the valley; momentum overshoots and returns; the adaptive methods
# take steps of about the same length in every direction, whatever the slope.

# %%
methods = {
    "gradient descent": nn.GD(0.17),
    "momentum": nn.Momentum(0.03, momentum=0.9),
    "AdaGrad": nn.AdaGrad(0.6),
    "RMSProp": nn.RMSProp(0.1),
    "Adam": nn.Adam(0.3),
    "Newton-CG": nn.NewtonCG(),
}
x1, x2 = np.meshgrid(np.linspace(-4.5, 4.5, 200), np.linspace(-2.5, 2.5, 200))
figure, axes = plt.subplots(2, 3, figsize=(11, 5.2), sharex=True, sharey=True, layout="constrained")
for axis, (name, optimizer) in zip(axes.flat, methods.items(), strict=True):
    if name == "Newton-CG":
        x, state = np.array([-4.0, 2.0]), optimizer.init(np.zeros(2))
        visited = [x]
        for _ in range(3):
            x, state = optimizer.update(ag.grad(f)(x), state, x, cost=f)
            visited.append(x)
        way = np.array(visited)
    else:
        way = path_of(optimizer, [-4.0, 2.0], 40)
    axis.contour(x1, x2, f([x1, x2]), levels=np.geomspace(0.05, 40, 12), colors="#c5ccd8", linewidths=0.8)
    axis.plot(*way.T, "o-", color="#0b5cad", markersize=3, linewidth=1.2)
    axis.plot(0, 0, "+", color="#b3420a", markersize=10)
    axis.set_title(f"{name}: f = {f(way[-1]):.1e} after {len(way) - 1} steps", fontsize=10, loc="left")
plt.show()

# %% [markdown]
# ## How large a step?
#
# Each step multiplies $x_2$ by $1 - 10\,\eta$. For $\eta > 0.2$ its size grows: the method diverges, however smooth the
# function is.

# %%
for rate in (0.05, 0.1, 0.19, 0.2, 0.21):
    print(f"rate {rate}: f after 50 steps = {f(path_of(nn.GD(rate), [1.0, -2.0], 50)[-1]):.3g}")

# %% [markdown]
# The optimizer is made of the same elementary functions as everything else, so one can differentiate *through* it: here is
# the derivative of $f$ after ten steps with respect to the rate, and with it a better rate.


# %%
def after_ten(rate):
    x = np.array([1.0, -2.0])
    for _ in range(10):
        x = x - rate * ag.grad(f)(x)
    return f(x)


rate = 0.05
for step in range(4):
    print(f"rate {rate:.4f}: f = {after_ten(rate):.3e}, df/drate = {ag.grad(after_ten)(rate):.3e}")
    rate = rate - 0.01 * ag.grad(after_ten)(rate)
