# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # When gradients vanish
#
# In a chain of $L$ neurons the derivative of the output by the first weight is a product,
#
# $$\frac{\partial\tilde y}{\partial w_1} = \prod_{l=2}^{L} w_l\;\prod_{l=1}^{L}\sigma'(z_l)\;x .$$
#
# The sigmoid's slope is at most $\tfrac14$. Ten layers, and there is nothing left to learn from.

# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import autograd_lite as ag
import nn


def chain(w, activation, x=1.0):
    a = x
    for weight in w:
        a = activation(weight * a)
    return a


for L in (2, 5, 10):
    slopes = [ag.grad(chain)(np.ones(L), activation)[0] for activation in (nn.sigmoid, nn.relu)]
    print(f"L = {L:2}: sigmoid {slopes[0]:.6e}   relu {slopes[1]:g}")
print("a linear chain with w = 5, L = 10:", ag.grad(chain)(np.full(10, 5.0), nn.identity)[0], "=", 5.0**9)

# %% [markdown]
# ## On a real network, layer by layer
#
# Eight hidden layers on the digits. Not trained yet: this is the gradient at the start, its size in each layer.

# %%
X, y = load_digits(return_X_y=True)
X = X / 16
cost = nn.objective("categorical_cross_entropy")
sizes = [64] + [64] * 8 + [10]


def sizes_of_gradient(hidden, weights=None):
    model = nn.FFNN(sizes, hidden=hidden, output="softmax", weights=weights, seed=0)
    gradient = ag.grad(cost)(model, X, y)
    return [np.linalg.norm(layer.weights) for layer in gradient.layers]


networks = {
    "sigmoid, Xavier": sizes_of_gradient("sigmoid"),
    "tanh, Xavier": sizes_of_gradient("tanh"),
    "relu, Xavier": sizes_of_gradient("relu", "xavier"),
    "relu, He": sizes_of_gradient("relu"),
}
plt.figure(figsize=(7, 3.2), layout="constrained")
for (name, norms), color, mark in zip(networks.items(), ["#b3420a", "#0b5cad", "#7d899f", "#0b5d47"], "o^sD", strict=True):
    plt.semilogy(range(1, len(norms) + 1), norms, marker=mark, color=color, label=name)
plt.legend(fontsize=9)
plt.title("size of the gradient of the weights in each layer", loc="left")
plt.xlabel("layer")
plt.show()

# %% [markdown]
# The sigmoid's first layer gets a gradient some hundred thousand times smaller than its last. What that means in training:

# %%
curves = {}
for hidden in ("sigmoid", "tanh", "relu"):
    model = nn.FFNN(sizes, hidden=hidden, output="softmax", seed=0)
    history = nn.fit(model, X[:1300], y[:1300], optimizer=nn.SGD(0.1), epochs=25, batch_size=32, seed=0, verbose=False)
    curves[hidden] = history.loss
    print(f"{hidden:8} accuracy {nn.accuracy(y[1300:], model(X[1300:])):.1%}")

# %%
plt.figure(figsize=(7, 2.8), layout="constrained")
for (name, loss), color in zip(curves.items(), ["#b3420a", "#0b5cad", "#0b5d47"], strict=True):
    plt.semilogy(range(1, 26), loss, color=color, label=name)
plt.legend()
plt.title("loss, the same network and the same steps", loc="left")
plt.xlabel("epoch")
plt.show()

# %% [markdown]
# ## Dead units
#
# ReLU has a trap of its own: a unit whose input is negative for every sample has derivative 0 everywhere, and never comes
# back. The exercise of the lecture, $x = (1, 0)$, shows it on two units:

# %%
x, t = np.array([1.0, 0.0]), 2.0
W1, w2 = np.array([[1.0, 0.0], [-1.0, 1.0]]), np.array([1.0, 2.0])  # rows of W1 are the hidden units
J = lambda W1, w2: (t - w2 @ nn.relu(W1 @ x)) ** 2 / 2
print("dJ/dW1 =\n", ag.grad(J, 0)(W1, w2), "\ndJ/dw2 =", ag.grad(J, 1)(W1, w2))
