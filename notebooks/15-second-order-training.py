# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 15 Second-order training
#
# Gradient descent knows the slope. The curvature is in the graph as well: a Hessian–vector product costs a few evaluations
# of the cost, and never needs the Hessian itself. Newton's method asks conjugate gradients for such products;
# Levenberg–Marquardt uses the Jacobian of the residuals; L-BFGS guesses the curvature from its own steps.

# %%
import matplotlib.pyplot as plt
import numpy as np

import autograd_lite as ag
import nn

plt.style.use("house.mplstyle")

rng = np.random.default_rng(0)
x = np.linspace(-1, 1, 80)[:, None]
y = np.sin(4 * x) * np.exp(-(x**2)) + rng.normal(scale=0.02, size=x.shape)

# %% [markdown]
# The same network, the same start, the same data, all of it at each step.

# %%
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
    history = nn.fit(
        model, x, y, optimizer=optimizer, epochs=epochs, batch_size=None, seed=0, verbose=False
    )  # fmt: skip
    curves[name] = history.loss
    print(f"{name:20} {epochs:4} steps: mean squared error {history.loss[-1]:.2e}")

# %%
figure, axis = plt.subplots(figsize=(7.2, 3.4))
colors = ["#7d899f", "#0b5cad", "#b3420a", "#5b3a9b", "#0b5d47"]
for (name, loss), color in zip(curves.items(), colors, strict=True):
    axis.loglog(range(1, len(loss) + 1), loss, color=color, label=name)
axis.set(xlabel="steps", title="mean squared error")
axis.legend(loc="upper left", bbox_to_anchor=(1, 1))
plt.show()

# %% [markdown]
# But a step is not a step. Counted in operations, with the gradient as the unit, a product with the Hessian costs two to three
# gradients, and Newton-CG asks for several of them in each step. Levenberg and Marquardt take the whole Jacobian, 80 residuals by 193
# weights, for the price of some fifty gradients, and solve a linear system with it.

# %%
model = nn.FFNN([1, 12, 12, 1], hidden="tanh", seed=3)
vector, rebuild = ag.trees.ravel(model)
error = nn.objective("mean_squared_error")
cost = lambda v: error(rebuild(v), x, y)
residuals = lambda v: (rebuild(v)(x) - y)[:, 0]
operations = {
    "cost": ag.trace(cost)(vector),
    "gradient": ag.trace(ag.grad(cost))(vector),
    "Hessian–vector product": ag.trace(ag.hessian_vector_product(cost))(vector, vector),
    "Jacobian of the residuals": ag.trace(ag.jacobian(residuals))(vector),
}
unit = operations["gradient"].flops
for name, graph in operations.items():
    print(f"{name:26} {graph.flops:10,} operations = {graph.flops / unit:5.1f} gradients")

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
print(f"{len(vector)} parameters, eigenvalues from {eigenvalues[0]:.1e} to {eigenvalues[-1]:.2f}")
print(f"above 0.01: {np.sum(eigenvalues > 0.01)}, below 0: {np.sum(eigenvalues < 0)}")

plt.figure(figsize=(6, 2.6))
plt.semilogy(np.sort(np.abs(eigenvalues))[::-1], ".", color="#0b5cad")
plt.title("size of the eigenvalues of the Hessian")
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
np.testing.assert_allclose(np.linalg.norm(v), eigenvalues[-1], rtol=1e-4)

# %% [markdown]
# ## Exercises
#
# **1.** Take the noise away from the data. Which of the five methods profit?
#
# <details><summary>Solution</summary>
#
# Those of the second order. Where the residuals go to zero at the minimum, Gauss and Newton's $J^\top J$, which Levenberg and Marquardt
# use, becomes the exact Hessian, and both it and Newton-CG go on for two or three powers of ten. The first two do not come down to the
# noise in the first place.
#
# </details>

# %% [markdown]
# **2.** The Hessian has negative eigenvalues as well. What does Newton's method do with them, if nobody takes care?
#
# <details><summary>Solution</summary>
#
# It goes *uphill* in their directions, to a saddle point: it looks for a zero of the gradient, of whichever kind. `NewtonCG` stops the
# conjugate gradients where the curvature becomes negative, and goes on with what it has found by then.
#
# </details>
