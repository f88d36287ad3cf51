# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Second-order training
#
# Gradient descent knows the slope. The curvature is in the graph as well: a Hessian–vector product costs a few evaluations
# of the cost, and never needs the Hessian itself. Newton's method asks conjugate gradients for such products;
# Levenberg–Marquardt uses the Jacobian of the residuals; L-BFGS guesses the curvature from its own steps.

# %%
import matplotlib.pyplot as plt
import numpy as np

import autograd_lite as ag
import nn

rng = np.random.default_rng(0)
x = np.linspace(-1, 1, 80)[:, None]
y = np.sin(4 * x) * np.exp(-(x**2)) + rng.normal(scale=0.02, size=x.shape)

# %% [markdown]
# The same network, the same start, the same data, all of it at each step. A second-order step costs more, so the curves are
# drawn over the time they took, too.

# %%
import time

optimizers = {
    "gradient descent": (nn.GD(0.2), 600),
    "Adam": (nn.Adam(0.02), 600),
    "L-BFGS": (nn.LBFGS(), 200),
    "Newton-CG": (nn.NewtonCG(), 60),
    "Levenberg–Marquardt": (nn.LevenbergMarquardt(), 60),
}
curves = {}
for name, (optimizer, epochs) in optimizers.items():
    model = nn.FFNN([1, 12, 12, 1], hidden="tanh", seed=3)
    start = time.perf_counter()
    history = nn.fit(model, x, y, optimizer=optimizer, epochs=epochs, batch_size=None, seed=0, verbose=False)
    curves[name] = np.array(history.loss), time.perf_counter() - start
    print(f"{name:20} {epochs:4} steps: mean squared error {history.loss[-1]:.2e}")

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4), sharey=True, layout="constrained")
colors = ["#7d899f", "#0b5cad", "#b3420a", "#5b3a9b", "#0b5d47"]
for (name, (loss, seconds)), color in zip(curves.items(), colors, strict=True):
    left.loglog(range(1, len(loss) + 1), loss, color=color, label=name)
    right.loglog(np.linspace(seconds / len(loss), seconds, len(loss)), loss, color=color)
left.set(xlabel="steps", title="mean squared error")
right.set(xlabel="seconds on this machine", title="the same, over time")
left.legend(fontsize=8)
plt.show()

# %% [markdown]
# The noise has variance $4\cdot10^{-4}$; below that, a method learns the noise.
#
# ## The Hessian itself
#
# For a network this small we can look at it. Its eigenvalues say why the first methods are slow: a few directions are steep,
# most are nearly flat.

# %%
model = nn.FFNN([1, 12, 12, 1], hidden="tanh", seed=3)
nn.fit(model, x, y, optimizer=nn.Adam(0.02), epochs=600, batch_size=None, seed=0, verbose=False)
vector, rebuild = ag.trees.ravel(model)
cost = nn.objective("mean_squared_error")
hessian = ag.hessian(lambda v: cost(rebuild(v), x, y))(vector)
eigenvalues = np.linalg.eigvalsh(hessian)
print(f"{len(vector)} parameters; largest eigenvalue {eigenvalues[-1]:.2f}, above 0.01: {np.sum(eigenvalues > 0.01)}")

plt.figure(figsize=(6, 2.6), layout="constrained")
plt.semilogy(np.sort(np.abs(eigenvalues))[::-1], ".", color="#0b5cad")
plt.title("size of the eigenvalues of the Hessian", loc="left")
plt.show()

# %% [markdown]
# Gradient descent is stable for rates below $2/\lambda_{\max}$, and a Hessian–vector product finds $\lambda_{\max}$ without the
# Hessian, by power iteration:

# %%
product = ag.hessian_vector_product(lambda v: cost(rebuild(v), x, y))
v = rng.normal(size=vector.shape)
for _ in range(30):
    v = product(vector, v / np.linalg.norm(v))
print(f"power iteration {np.linalg.norm(v):.4f}, eigenvalue {np.max(np.abs(eigenvalues)):.4f}")
