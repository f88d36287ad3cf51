# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 13 Handwritten digits
#
# 1797 images of 8 × 8 pixels. One hidden layer is enough for 97 % and more.

# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import autograd_lite as ag
import nn

plt.style.use("house.mplstyle")

images, labels = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(
    images / 16, labels, test_size=0.25, stratify=labels, random_state=0
)

figure, axes = plt.subplots(1, 12, figsize=(10, 1.1))
for axis, image, label in zip(axes, X, y, strict=False):
    axis.imshow(image.reshape(8, 8), cmap="Greys")
    axis.set_title(label, fontsize=9)
    axis.axis("off")
plt.show()

# %%
model = nn.FFNN([64, 64, 10], hidden="relu", output="softmax", seed=0)
history = nn.fit(
    model, X, y, optimizer=nn.Adam(0.005), regularization=nn.L2(1e-4), epochs=30, batch_size=64,
    validation_data=(X_test, y_test), seed=0, verbose=False,
)  # fmt: skip
predicted = nn.labels(model(X_test))
print(f"test accuracy {nn.accuracy(y_test, predicted):.1%}")
assert nn.accuracy(y_test, predicted) > 0.95

# %%
nn.training_figure(history, y_test, predicted)

# %% [markdown]
# ## The network as a graph
#
# What `fit` differentiates is recorded like any other function. Each layer is a card; `level="ops"` would show every operation.

# %%
cost = nn.objective("categorical_cross_entropy")
graph = ag.trace(cost)(model, X[:64], y[:64]).reverse_sweep()
graph

# %% [markdown]
# ## The mistakes
#
# Every image that it got wrong, with what it saw.

# %%
wrong = np.flatnonzero(predicted != y_test)
figure, axes = plt.subplots(1, len(wrong), figsize=(1.1 * len(wrong), 1.5))
for axis, i in zip(np.atleast_1d(axes), wrong, strict=True):
    axis.imshow(X_test[i].reshape(8, 8), cmap="Greys")
    axis.set_title(f"{y_test[i]}, not {predicted[i]}", fontsize=9)
    axis.axis("off")
plt.show()

# %% [markdown]
# ## What would change its mind?
#
# The gradient can be taken with respect to the *image* as well. Moving each pixel a little, in the direction in which the cost
# grows, turns right answers into wrong ones: an adversarial example.

# %%
image_slope = ag.grad(cost, argnum=1)(model, X_test, y_test)
for size in (0.0, 0.05, 0.1, 0.2):
    attacked = np.clip(X_test + size * np.sign(image_slope), 0, 1)
    accuracy = nn.accuracy(y_test, model(attacked))
    print(f"pixels moved by at most {size:4.2f}: accuracy {accuracy:.1%}")

# %% [markdown]
# ## Exercises
#
# **1.** A random change of the pixels, of the same size: how much does it harm?
#
# <details><summary>Solution</summary>
#
# Hardly any, until it is several times as large. In 64 dimensions nearly all directions are harmless; the gradient knows the
# one that is not.
#
# ```python
# noise = np.sign(np.random.default_rng(0).normal(size=X_test.shape))
# noisy = np.clip(X_test + 0.1 * noise, 0, 1)
# hit = np.clip(X_test + 0.1 * np.sign(image_slope), 0, 1)
# assert nn.accuracy(y_test, model(noisy)) > nn.accuracy(y_test, model(hit)) + 0.3
# ```
#
# </details>

# %% [markdown]
# **2.** What is the loss of a network that knows nothing, and what is it at the start here?
#
# <details><summary>Solution</summary>
#
# $\log 10 = 2.30$, for ten equal probabilities. A network with random weights is a little worse, as it believes something. Much more than
# that at the start is a sign of weights too large, or of inputs that are not scaled.
#
# ```python
# fresh = nn.FFNN([64, 64, 10], hidden="relu", output="softmax", seed=0)
# assert 2.2 < cost(fresh, X, y) < 3.5
# ```
#
# </details>

# %% [markdown]
# Next: [differential equations](14-differential-equations.ipynb).
