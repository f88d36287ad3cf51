# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 8 When gradients vanish
#
# A deep network can be perfectly programmed, with a gradient that is right to the last digit, and still not learn. On the way back
# the adjoint is multiplied by a slope and a matrix in every layer. After ten layers little may be left of it; or far too much.

# %%
import matplotlib.pyplot as plt
import numpy as np
from numpy.testing import assert_allclose
from sklearn.datasets import load_digits

import autograd_lite as ag
import nn

plt.style.use("house.mplstyle")

# %% [markdown]
# ## 8.1 A product of many factors
#
# In a chain of $L$ neurons the derivative of the output by the first weight is one long product,
#
# $$\frac{\partial\tilde y}{\partial w_1} = \prod_{l=2}^{L} w_l\;\prod_{l=1}^{L}\sigma'(z_l)\;x .$$
#
# How large are the factors? The slope of the sigmoid is at most $\tfrac14$, and nearly zero away from the middle.

# %%
z = np.linspace(-5, 5, 300)
figure, axis = plt.subplots(figsize=(6, 2.8))
for f, style in ((nn.sigmoid, "-"), (np.tanh, "--"), (nn.relu, "-.")):
    axis.plot(z, ag.elementwise_grad(f)(z), style, label=f.__name__)
axis.axhline(0.25, color="#c5ccd8", linewidth=0.8, zorder=0)
axis.set(title="slope σ′(z)", xlabel="z", yticks=[0, 0.25, 0.5, 1])
axis.legend()
plt.show()

# %% [markdown]
# So the adjoint shrinks wherever the units are *saturated*, far from the middle. Three units in a row, with tanh, each driven a little
# too hard; read the adjoints from right to left and multiply by what stands on the arrows.


# %%
def saturated(x):
    a = np.tanh(2 * x)
    b = np.tanh(2 * a)
    c = np.tanh(2 * b)
    return c


ag.trace(saturated)(1.0).reverse_sweep()

# %% [markdown]
# All weights 1, all biases 0, $x = 1$. The more layers, the less is left, by a factor of four and more in each:


# %%
def chain(w, activation, x=1.0):
    a = x
    for w_l in w:
        a = activation(w_l * a)
    return a


def slope(L, activation, w=1.0):
    return ag.grad(chain)(np.full(L, w), activation)[0]


for L in (2, 5, 10):
    print(f"L = {L:2}: sigmoid {slope(L, nn.sigmoid):.6e}   relu {slope(L, nn.relu):g}")

in_the_notes = [0.04312916016242333, 4.861426435890659e-4, 2.7847671758175863e-7]
assert_allclose([slope(L, nn.sigmoid) for L in (2, 5, 10)], in_the_notes, rtol=1e-10)

# %% [markdown]
# Factors larger than 1 are no better. A linear chain with all weights 5 multiplies by 5 in each layer: its gradient **explodes**.

# %%
L = np.arange(1, 21)
figure, axis = plt.subplots(figsize=(6, 3.2))
for activation, w, name, style in (
    (nn.identity, 5.0, "linear, w = 5", "v-"),
    (nn.relu, 1.0, "relu, w = 1", "s-"),
    (np.tanh, 1.0, "tanh, w = 1", "D-"),
    (nn.sigmoid, 1.0, "sigmoid, w = 1", "o-"),
):
    axis.semilogy(L, [slope(int(n), activation, w) for n in L], style, markersize=4, label=name)
axis.set(title="∂ỹ/∂w₁ in a chain", xlabel="layers L")
axis.set_xticks([1, 5, 10, 15, 20])
axis.legend(loc="upper left", bbox_to_anchor=(1, 1))
plt.show()
assert_allclose(slope(10, nn.identity, 5.0), 5.0**9)

# %% [markdown]
# ## 8.2 In a real network, layer by layer
#
# Eight hidden layers for the handwritten digits, not trained yet. This is the gradient at the start, its size in each layer.

# %%
X, y = load_digits(return_X_y=True)
X = X / 16
cost = nn.objective("categorical_cross_entropy")
sizes = [64] + [64] * 8 + [10]


def sizes_of_gradient(model):
    gradient = ag.grad(cost)(model, X, y)
    return np.array([np.linalg.norm(layer.weights) for layer in gradient.layers])


networks = {
    "tanh, Xavier": nn.FFNN(sizes, hidden="tanh", output="softmax", seed=0),
    "relu, He": nn.FFNN(sizes, hidden="relu", output="softmax", seed=0),
    "relu, Xavier": nn.FFNN(sizes, hidden="relu", output="softmax", weights="xavier", seed=0),
    "sigmoid, Xavier": nn.FFNN(sizes, hidden="sigmoid", output="softmax", seed=0),
}
norms = {name: sizes_of_gradient(model) for name, model in networks.items()}

figure, axis = plt.subplots(figsize=(7, 3.2))
colors = ("#0b5cad", "#0b5d47", "#7d899f", "#b3420a")
for (name, norm), color, mark in zip(norms.items(), colors, "sD^o", strict=True):
    axis.semilogy(range(1, 10), norm, marker=mark, color=color, label=name)
axis.set(title="size of ∂C/∂W in each layer", xlabel="layer")
axis.legend(loc="upper left", bbox_to_anchor=(1, 1))
plt.show()

# %%
sigmoid = norms["sigmoid, Xavier"]
print(
    f"sigmoid: the last layer's gradient is {sigmoid[-1] / sigmoid[0]:,.0f} times the first layer's"
)
assert sigmoid[-1] / sigmoid[0] > 1e4

# %% [markdown]
# What that means in training, with the same network and the same steps:


# %%
def train(model, rate=0.1, epochs=15):
    options = {"epochs": epochs, "batch_size": 32, "seed": 0, "verbose": False}
    history = nn.fit(model, X[:1300], y[:1300], optimizer=nn.SGD(rate), **options)
    return history.loss, nn.accuracy(y[1300:], model(X[1300:]))


figure, axis = plt.subplots(figsize=(7, 2.9))
for hidden, color in (("sigmoid", "#b3420a"), ("tanh", "#0b5cad"), ("relu", "#0b5d47")):
    loss, accuracy = train(nn.FFNN(sizes, hidden=hidden, output="softmax", seed=0))
    print(f"{hidden:8} accuracy {accuracy:.1%}")
    axis.semilogy(range(1, len(loss) + 1), loss, color=color, label=hidden)
    assert (accuracy > 0.8) == (hidden != "sigmoid")
axis.set(title="loss while training", xlabel="epoch")
axis.legend()
plt.show()

# %% [markdown]
# The sigmoid network guesses. Its last layer learns how frequent the ten digits are; the layers below get no word of what went wrong.
#
# ## 8.3 How large should the first weights be?
#
# A unit sums $n$ inputs. If these have size 1, and the weights the variance $v$, then the sum has the variance $n\,v$. To keep the size
# from layer to layer one needs $n\,v = 1$; with ReLU, which throws half of it away, $n\,v = 2$. On the way back the same count
# holds with the outputs of the layer in the place of its inputs. Hence the two rules in use:
#
# $$v_{\text{Xavier}} = \frac{2}{n_{\text{in}} + n_{\text{out}}}, \qquad v_{\text{He}} = \frac{2}{n_{\text{in}}}.$$
#
# Thirty layers of ReLU, with the weights of He, and with weights a little larger or smaller than that:


# %%
def sizes_through(scale, depth=30, n=128):
    rng = np.random.default_rng(0)
    weights = [scale * rng.normal(size=(n, n)) * np.sqrt(2 / n) for _ in range(depth)]

    def program(a):
        for W in weights:
            a = nn.relu(a @ W)
        return a

    graph = ag.trace(program)(rng.normal(size=(50, n)))
    graph.reverse_sweep(rng.normal(size=(50, n)))
    z = [node for node in graph if node.function_name == "matmul"]
    return [np.std(node.value) for node in z], [np.std(node.adjoint) for node in z]


figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.1), sharey=True)
for scale, color in ((1.25, "#b3420a"), (1.0, "#0b5d47"), (0.8, "#0b5cad")):
    forwards, backwards = sizes_through(scale)
    left.semilogy(range(1, 31), forwards, color=color, label=f"{scale:g} × He")
    right.semilogy(range(1, 31), backwards, color=color)
left.set(title="size of the values →", xlabel="layer")
right.set(title="← size of the adjoints", xlabel="layer")
left.legend()
plt.show()

# %% [markdown]
# A fifth too small, and after thirty layers a thousandth is left, for $0.8^{30} = 0.001$; a quarter too large, and it has grown
# nearly a thousandfold.
#
# ## 8.4 Dead units
#
# ReLU has a trap of its own. A unit whose input is negative for *every* sample has output 0 and derivative 0: no gradient reaches its
# weights, and it never comes back. The exercise of the lecture, $x = (1, 0)$, shows it on two units:

# %%
x, t = np.array([1.0, 0.0]), 2.0
W1, w2 = np.array([[1.0, 0.0], [-1.0, 1.0]]), np.array([1.0, 2.0])  # rows of W1: hidden units
J = lambda W1, w2: (t - w2 @ nn.relu(W1 @ x)) ** 2 / 2

dW1, dw2 = ag.grad(J, argnum=(0, 1))(W1, w2)
print("∂J/∂W₁ =", *(dW1 + 0), "  ∂J/∂w₂ =", dw2 + 0)  # + 0 makes 0 of −0
assert_allclose(dW1, [[-1, 0], [0, 0]])
assert_allclose(dw2, [-1, 0])

# %% [markdown]
# In training it is a learning rate too high that kills: one long step, and the biases lie far below zero. Of the 128 units here, how many
# answer to no sample at all?

# %%
for rate in (0.05, 0.2, 1.0, 2.0):
    model = nn.FFNN([64, 128, 10], hidden="relu", output="softmax", seed=0)
    loss, accuracy = train(model, rate, epochs=5)
    dead = np.sum(np.all(model.layers[0](X[:1300]) == 0, axis=0))
    print(f"rate {rate:4}: {dead:3} dead units, accuracy {accuracy:.1%}")
assert dead > 64

# %% [markdown]
# Leaky ReLU and ELU keep a small slope on the negative side, so that a unit can return.

# %%
for f in (nn.relu, nn.leaky_relu, nn.elu):
    print(f"{f.__name__:11} slope at z = −2: {ag.grad(f)(-2.0):.4f}")

# %% [markdown]
# ## 8.5 A way around
#
# A **residual** layer adds its input to its output, $y = x + f(x)$. Its derivative is $1 + f'(x)$: on the way back there is always a path
# on which nothing is multiplied. The sigmoid network of 8.2, of the same depth, with such a path around each layer:


# %%
def deep(wrapped):
    hidden = [wrapped(nn.Dense(64, 64, "sigmoid", seed=l)) for l in range(8)]
    return nn.Sequential(*hidden, nn.Dense(64, 10, "softmax", seed=9))


def first_and_eighth(model):
    gradient = ag.grad(cost)(model, X, y).layers
    inner = [getattr(layer, "inner", layer) for layer in gradient]
    return np.linalg.norm(inner[0].weights), np.linalg.norm(inner[7].weights)


for name, model in (("plain", deep(lambda layer: layer)), ("residual", deep(nn.Residual))):
    first, eighth = first_and_eighth(model)
    print(f"{name:9} gradient of layer 1: {first:.2e}, of layer 8: {eighth:.2e}")
    print(f"{'':9} accuracy after training: {train(model)[1]:.1%}")
assert eighth / first < 10

# %% [markdown]
# What helps, in short: an activation whose slope is 1 where it is used, weights of the right size at the start, a way around, and
# normalization in between (`nn.BatchNorm`, `nn.LayerNorm`), which sets the size anew in every layer.
#
# ## 8.6 Let the training say it
#
# All that was measured here can be measured while a network trains. With `diagnose=True`, `fit` looks at the values, the adjoints and the
# steps of each layer and says what it finds, and what to do about it. The two sick networks of this chapter:

# %%
options = {"epochs": 5, "batch_size": 32, "seed": 0, "verbose": False, "diagnose": True}
sick = {
    "eight layers of sigmoids": (nn.FFNN(sizes, hidden="sigmoid", output="softmax", seed=0), 0.1),
    "a rate too high": (nn.FFNN([64, 128, 10], hidden="relu", output="softmax", seed=0), 2.0),
}
for name, (model, rate) in sick.items():
    history = nn.fit(model, X[:1300], y[:1300], optimizer=nn.SGD(rate), **options)
    print(f"{name}\n{history.diagnosis}\n")
    assert history.diagnosis.kinds

# %% [markdown]
# ## Exercises
#
# **1.** How must $w$ be chosen so that a chain of sigmoids with $b = 0$ neither shrinks nor grows at $z = 0$? Does it help?
#
# <details><summary>Solution</summary>
#
# $w\,\sigma'(0) = 1$ needs $w = 4$. But then $z = 4\cdot\tfrac12 = 2$ in the next layer, where the slope is 0.105: only a bias of $-2$
# would bring it back to the middle. Then it works.
#
# ```python
# def balanced(w, a=0.5):
#     for w_l in w:
#         a = nn.sigmoid(w_l * a - 2)
#     return a
#
# slopes = ag.grad(balanced)(np.full(10, 4.0))
# assert_allclose(slopes[0], 0.5 / 4)
# ```
#
# </details>

# %% [markdown]
# **2.** The gradient of the *biases* vanishes as well. Is the factor the same?
#
# <details><summary>Solution</summary>
#
# The same but for the last one: $\partial C/\partial b_l = \delta_l$ and $\partial C/\partial w_l = \delta_l\,a_{l-1}$. What vanishes is
# $\delta$.
#
# </details>

# %% [markdown]
# **3.** Why does Adam train the deep sigmoid network better than plain gradient descent, although the gradient is the same?
#
# <details><summary>Solution</summary>
#
# Adam divides the gradient of each weight by its own typical size, so a gradient of $10^{-6}$ makes steps as long as one of $1$. As
# long as it is not lost in rounding, and in the noise of the batches, that repairs the scale. It does not repair the
# direction: what a nearly flat function says is mostly noise.
#
# </details>

# %% [markdown]
# Here the course ends, and the applications begin: [gradient descent and its
# variants](09-gradient-descent-and-its-variants.ipynb).
