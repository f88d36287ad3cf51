# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 14 Differential equations
#
# A network is a function whose exact derivatives we can take, so it can be asked to *satisfy an equation*: make the
# residual of the equation small at many points. Conditions at the boundary are built into a trial function (Lagaris, Likas
# and Fotiadis, 1998).

# %%
from collections.abc import Callable
from dataclasses import dataclass, field

import matplotlib.pyplot as plt
import numpy as np

import nn

plt.style.use("house.mplstyle")


@dataclass
class Equation:
    """A model whose output is the residual of a trial function; training it to zero solves the equation."""

    net: nn.FFNN
    trial: Callable = field(metadata={"static": True})  # (points, network's output) → u
    residual: Callable = field(metadata={"static": True})  # (u, points) → what should be 0

    def u(self, X):
        return self.trial(X, self.net(X))

    def __call__(self, X):
        return self.residual(self.u, X)

    def solve(self, X, epochs):
        zero, options = np.zeros((len(X), 1)), {"batch_size": None, "verbose": False}
        for rate in (0.02, 0.002):
            nn.fit(self, X, zero, optimizer=nn.Adam(rate), epochs=epochs, **options)
        return self.u(X)


# %% [markdown]
# ## Decay
#
# $u' = -2u$, $u(0) = 1$. The trial function $1 + t\,N(t)$ starts at 1, whatever the network $N$ is.

# %%
t = np.linspace(0, 2, 40)[:, None]
decay = Equation(
    nn.FFNN([1, 10, 1], hidden="tanh", seed=0),
    trial=lambda t, N: 1 + t * N,
    residual=lambda u, t: nn.derivative(u)(t) + 2 * u(t),
)
solution = decay.solve(t, 1000)
error = np.max(np.abs(solution - np.exp(-2 * t)))
print(f"largest error {error:.1e}")
assert error < 0.02

# %% [markdown]
# ## Logistic growth
#
# $u' = u(1 - u)$, $u(0) = 0.1$: not linear, and nothing changes in the recipe.

# %%
s = np.linspace(0, 6, 60)[:, None]
growth = Equation(
    nn.FFNN([1, 10, 1], hidden="tanh", seed=0),
    trial=lambda t, N: 0.1 + t * N,
    residual=lambda u, t: nn.derivative(u)(t) - u(t) * (1 - u(t)),
)
logistic = growth.solve(s, 1500)
exact = 1 / (1 + 9 * np.exp(-s))
error = np.max(np.abs(logistic - exact))
print(f"largest error {error:.1e}")
assert error < 0.02

# %%
figure, axes = plt.subplots(1, 2, figsize=(9, 2.8))
for axis, points, found, truth, name in (
    (axes[0], t, solution, np.exp(-2 * t), "decay"),
    (axes[1], s, logistic, exact, "logistic growth"),
):
    axis.plot(points, truth, color="#7d899f", linewidth=4, alpha=0.5, label="exact")
    axis.plot(points, found, color="#0b5cad", label="network")
    axis.set_title(name)
    axis.legend()
plt.show()

# %% [markdown]
# ## Diffusion
#
# A partial differential equation: $\partial_t u = \partial_x^2 u$ on $0 \le x \le 1$, with $u = \sin(\pi x)$ at $t = 0$ and $u = 0$ at
# both ends. The points are rows $(x, t)$.

# %%
grid = np.stack(np.meshgrid(np.linspace(0, 1, 12), np.linspace(0, 0.3, 12)), axis=-1).reshape(-1, 2)
x_of, t_of = lambda X: X[:, :1], lambda X: X[:, 1:]
diffusion = Equation(
    nn.FFNN([2, 16, 1], hidden="tanh", seed=0),
    trial=lambda X, N: (
        (1 - t_of(X)) * np.sin(np.pi * x_of(X)) + x_of(X) * (1 - x_of(X)) * t_of(X) * N
    ),
    residual=lambda u, X: nn.derivative(u, wrt=1)(X) - nn.derivative(u, order=2, wrt=0)(X),
)
diffusion.solve(grid, 1000)
exact = lambda X: np.exp(-(np.pi**2) * t_of(X)) * np.sin(np.pi * x_of(X))
fine = np.stack(np.meshgrid(np.linspace(0, 1, 60), np.linspace(0, 0.3, 60)), axis=-1).reshape(-1, 2)
error = np.abs(diffusion.u(fine) - exact(fine))
print(f"largest error {error.max():.1e}")
assert error.max() < 0.02

# %%
figure, axes = plt.subplots(1, 2, figsize=(9, 3))
for axis, values, name in ((axes[0], diffusion.u(fine), "network"), (axes[1], error, "error")):
    image = axis.pcolormesh(
        np.linspace(0, 1, 60),
        np.linspace(0, 0.3, 60),
        values.reshape(60, 60),
        cmap="Blues",
        shading="gouraud",
    )
    axis.set(title=name, xlabel="x", ylabel="t")
    figure.colorbar(image, ax=axis)
plt.show()

# %% [markdown]
# ## Exercises
#
# **1.** Write a trial function for $u'' = -u$ with $u(0) = 0$ and $u(\pi/2) = 1$.
#
# <details><summary>Solution</summary>
#
# A line through both ends, and a network that is switched off at both, $u = \tfrac{2t}\pi + t\,(\tfrac\pi2 - t)\,N(t)$. The solution is
# $\sin t$.
#
# ```python
# r = np.linspace(0, np.pi / 2, 40)[:, None]
# oscillator = Equation(
#     nn.FFNN([1, 10, 1], hidden="tanh", seed=0),
#     trial=lambda t, N: 2 / np.pi * t + t * (np.pi / 2 - t) * N,
#     residual=lambda u, t: nn.derivative(u, order=2)(t) + u(t),
# )
# assert np.max(np.abs(oscillator.solve(r, 500) - np.sin(r))) < 0.01
# ```
#
# </details>

# %% [markdown]
# **2.** The residual holds a derivative of the network, and training differentiates it again. Of which order is the derivative in the diffusion
# problem?
#
# <details><summary>Solution</summary>
#
# The third: two in $x$ and one in the weights, a sweep over sweeps over sweeps.
#
# </details>

# %% [markdown]
# Next: [second-order training](15-second-order-training.ipynb).
