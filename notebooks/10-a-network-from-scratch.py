# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 10 A network from scratch
#
# A feed-forward network is a few matrix products with a bend after each. Without a library for networks, in twenty lines
# of NumPy; the engine supplies the gradient. Two half-moons, which no straight line can separate:

# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons

import autograd_lite as ag

plt.style.use("house.mplstyle")

X, y = make_moons(300, noise=0.15, random_state=0)
rng = np.random.default_rng(0)
params = [
    (rng.normal(size=(n, m)) * np.sqrt(2 / (n + m)), np.zeros(m))
    for n, m in [(2, 16), (16, 16), (16, 1)]
]


def network(params, a):
    for W, b in params[:-1]:
        a = np.tanh(a @ W + b)
    W, b = params[-1]
    return (a @ W + b)[:, 0]  # the logit: positive for class 1


def cost(params):
    z = network(params, X)
    return np.mean(np.logaddexp(0, z) - y * z)  # binary cross-entropy


costs = []
for step in range(400):
    value, gradient = ag.value_and_grad(cost)(params)
    params = [
        (W - 0.5 * dW, b - 0.5 * db) for (W, b), (dW, db) in zip(params, gradient, strict=True)
    ]
    costs.append(value)
accuracy = np.mean((network(params, X) > 0) == y)
print(f"cost {costs[0]:.3f} → {costs[-1]:.3f}, accuracy {accuracy:.1%}")
assert accuracy > 0.95

# %% [markdown]
# The gradient has the structure of the parameters, a list of pairs: whatever holds the numbers, the gradient looks the same.

# %%
x1, x2 = np.meshgrid(np.linspace(-1.6, 2.6, 200), np.linspace(-1.2, 1.7, 200))
z = network(params, np.column_stack([x1.ravel(), x2.ravel()])).reshape(x1.shape)
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
left.semilogy(costs, color="#0b5cad")
left.set(title="cost", xlabel="step")
right.contourf(
    x1, x2, 1 / (1 + np.exp(-z)), levels=20, cmap="RdBu_r", alpha=0.55, vmin=-0.1, vmax=1.1
)
right.contour(x1, x2, z, levels=[0], colors="#1d2939")
right.scatter(*X[y == 0].T, s=12, color="#0b5cad", label="class 0")
right.scatter(*X[y == 1].T, s=14, color="#b3420a", marker="^", label="class 1")
right.set_title("decision boundary")
right.legend(loc="lower left")
plt.show()

# %% [markdown]
# ## The same with nn
#
# `nn` packs these lines into layers. A layer is a dataclass of arrays whose `__call__` is the mathematics; there is nothing
# to register, so your own layer is as good as ours. For example a convolution of one dimension:

# %%
from dataclasses import dataclass

import nn


@dataclass
class Convolution:
    kernels: np.ndarray  # (width, features)

    def __call__(self, x):  # (n, length) → (n, length − width + 1, features)
        width = self.kernels.shape[0]
        windows = np.stack([x[:, i : x.shape[1] - width + 1 + i] for i in range(width)], axis=-1)
        return nn.relu(windows @ self.kernels)


# %% [markdown]
# It finds where, in a noisy signal, a bump is hidden: left or right half. Its kernels are learnt.

# %%
signal = rng.normal(scale=0.6, size=(600, 32))
where = rng.integers(0, 24, 600)
for row, start in zip(signal, where, strict=True):
    row[start : start + 8] += 1.5 * np.hanning(8)
side = (where >= 12).astype(int)

model = nn.Sequential(
    Convolution(rng.normal(size=(8, 4)) / 3), nn.Flatten(), nn.Dense(25 * 4, 1, "sigmoid", seed=0)
)
history = nn.fit(
    model, signal[:450], side[:450], optimizer=nn.Adam(0.01), epochs=40, seed=0, verbose=False
)
accuracy = nn.accuracy(side[450:], model(signal[450:]))
print(f"accuracy on signals not seen: {accuracy:.1%}")
assert accuracy > 0.9

plt.figure(figsize=(5, 2.4))
plt.plot(model.layers[0].kernels)
plt.title("the four kernels")
plt.show()

# %% [markdown]
# ## Exercises
#
# **1.** The first network ends with a logit and not with a probability. Why?
#
# <details><summary>Solution</summary>
#
# The cross-entropy is computed from the logit, $\log(1 + e^z) - yz$, which is exact for every $z$. From the probability $p = \sigma(z)$ one
# would need $\log p$, and for a large $\lvert z\rvert$ that is the logarithm of a number rounded to 0 or 1.
#
# ```python
# z = 40.0
# with np.errstate(divide="ignore"):
#     assert np.isinf(-np.log(1 - 1 / (1 + np.exp(-z))))
# assert np.isclose(np.logaddexp(0, z), 40)
# ```
#
# </details>

# %% [markdown]
# **2.** How many parameters has the convolution, and how many would a dense layer need for the same map from 32 numbers to
# $25 \times 4$?
#
# <details><summary>Solution</summary>
#
# $8 \cdot 4 = 32$ against $32 \cdot 100 = 3200$: the same kernels are used at each place, and their gradient is the sum over all places.
#
# ```python
# assert nn.parameter_count(model.layers[0]) == 32
# ```
#
# </details>

# %% [markdown]
# Next: [regression](11-regression.ipynb).
