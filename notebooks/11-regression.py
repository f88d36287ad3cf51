# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 11 Regression: Runge's function
#
# $f(x) = 1/(1 + 25x^2)$ on $[-1, 1]$, thirty noisy points. First polynomials, whose parameters ridge and lasso keep in
# check; then a network.

# %%
import matplotlib.pyplot as plt
import numpy as np

import autograd_lite as ag
import nn

plt.style.use("house.mplstyle")

runge = lambda x: 1 / (1 + 25 * x**2)
rng = np.random.default_rng(0)
x = np.sort(rng.uniform(-1, 1, 30))
y = runge(x) + rng.normal(scale=0.05, size=30)
fine = np.linspace(-1, 1, 400)
features = lambda x: np.polynomial.chebyshev.chebvander(x, 20)

# %% [markdown]
# A polynomial of degree 20 through thirty points: the mean squared error alone, with $\lambda\lVert w\rVert_2^2$ (ridge), and
# with $\lambda\lVert w\rVert_1$ (lasso). Only the penalty changes; the derivative follows by itself.

# %%
A = features(x)
penalties = {
    "no penalty": lambda w: 0.0,
    "ridge, λ = 0.001": lambda w: 1e-3 * np.sum(w**2),
    "lasso, λ = 0.002": lambda w: 2e-3 * np.sum(np.abs(w)),
}
found = {}
for name, penalty in penalties.items():
    cost = lambda w: np.mean((A @ w - y) ** 2) + penalty(w)
    optimizer = nn.Adam(nn.schedules.Exponential(0.05, 0.999))
    w = np.zeros(A.shape[1])
    state = optimizer.init(w)
    for _ in range(4000):
        w, state = optimizer.update(ag.grad(cost)(w), state, w)
    found[name] = w
    error = np.sqrt(np.mean((features(fine) @ w - runge(fine)) ** 2))
    print(f"{name:17} error {error:.4f}, |w| above 0.01: {np.sum(np.abs(w) > 0.01)} of {len(w)}")

# %%
figure, axes = plt.subplots(1, 3, figsize=(11, 3), sharey=True)
for axis, (name, w) in zip(axes, found.items(), strict=True):
    axis.plot(fine, runge(fine), color="#7d899f", linestyle="--")
    axis.plot(fine, features(fine) @ w, color="#0b5cad")
    axis.plot(x, y, ".", color="#b3420a")
    axis.set(title=name, ylim=(-0.4, 1.4))
plt.show()

# %% [markdown]
# ## A network
#
# Two hidden layers of 16 units, the same thirty points, and an L2 penalty on the weights only.

# %%
model = nn.FFNN([1, 16, 16, 1], hidden="tanh", seed=1)
history = nn.fit(
    model, x[:, None], y[:, None], optimizer=nn.Adam(0.01), regularization=nn.L2(1e-5), epochs=1500, batch_size=None,
    seed=0, verbose=False,
)  # fmt: skip
error = np.sqrt(np.mean((model(fine[:, None])[:, 0] - runge(fine)) ** 2))
print(f"network            error {error:.4f}")
assert error < 0.06

# %% [markdown]
# A network is a smooth function, so it can be asked for its slope, exactly:

# %%
slope = nn.derivative(model)(fine[:, None])[:, 0]
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3))
left.plot(fine, runge(fine), color="#7d899f", linestyle="--", label="Runge's function")
left.plot(fine, model(fine[:, None])[:, 0], color="#0b5cad", label="network")
left.plot(x, y, ".", color="#b3420a", label="data")
left.legend()
right.plot(fine, ag.elementwise_grad(runge)(fine), color="#7d899f", linestyle="--", label="f′(x)")
right.plot(fine, slope, color="#0b5cad", label="network′(x)")
right.legend()
plt.show()

# %% [markdown]
# ## Exercises
#
# **1.** The ridge has a closed solution. Does Adam find it?
#
# <details><summary>Solution</summary>
#
# The gradient $\tfrac2N A^\top(Aw - y) + 2\lambda w$ is zero for $w = (A^\top A + \lambda N)^{-1}A^\top y$.
#
# ```python
# closed = np.linalg.solve(A.T @ A + 1e-3 * len(y) * np.eye(21), A.T @ y)
# ridge = lambda w: np.mean((A @ w - y) ** 2) + 1e-3 * np.sum(w**2)
# assert np.linalg.norm(ag.grad(ridge)(closed)) < 1e-12
# assert np.max(np.abs(found["ridge, λ = 0.001"] - closed)) < 0.01
# ```
#
# </details>

# %% [markdown]
# **2.** Why does the lasso set weights to zero, and the ridge only makes them smaller?
#
# <details><summary>Solution</summary>
#
# The pull towards zero is $2\lambda w$ in the ridge: the smaller the weight, the weaker. In the lasso it is $\lambda$ in size for every weight
# except zero, so a weight that the data do not hold on to arrives.
#
# </details>

# %% [markdown]
# Next: [breast cancer](12-breast-cancer.ipynb).
