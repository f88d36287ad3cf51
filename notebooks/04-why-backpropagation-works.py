# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 4 Why backpropagation works
#
# Backpropagation is often taught as a recipe for networks: compute the deltas of the last layer, send them back through the
# weights, multiply by $\sigma'$, and so on. This chapter shows that there is no recipe to learn. The deltas *are* adjoints, and
# every line of the recipe is the one rule of chapter 1, applied to one elementary function.

# %%
from itertools import pairwise, product

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import SVG
from numpy.testing import assert_allclose

import autograd_lite as ag

plt.style.use("house.mplstyle")
np.set_printoptions(precision=6, suppress=True)

# %% [markdown]
# ## 4.1 The deltas are adjoints
#
# $\delta^l$ is defined as the derivative of the cost by $z^l$, the input of the activation in layer $l$. The adjoint of a node is
# the derivative of the output by that node. So with the cost as the output,
#
# $$\delta^l = \frac{\partial C}{\partial z^l} = \bar z^l$$
#
# by definition. What remains to be seen is that the *recursion* is the same as well. Here is a network of two layers, with a batch
# of five samples.


# %%
def cost(W1, b1, W2, b2, X, Y):
    with ag.scope("hidden layer"):
        Z1 = X @ W1 + b1
        A1 = np.tanh(Z1)
    with ag.scope("output layer"):
        Z2 = A1 @ W2 + b2
    with ag.scope("cost"):
        C = np.sum((Z2 - Y) ** 2) / 2
    return C


rng = np.random.default_rng(0)
W1, b1 = rng.normal(size=(3, 4)), rng.normal(size=4)
W2, b2 = rng.normal(size=(4, 2)), rng.normal(size=2)
X, Y = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))

graph = ag.trace(cost)(W1, b1, W2, b2, X, Y).reverse_sweep()
SVG(graph.svg(level="ops", show={"adjoint", "shape"}))

# %% [markdown]
# The recipe, in the matrix form for a batch ($\odot$ multiplies entry by entry):
#
# $$\delta^2 = Z_2 - Y, \qquad \delta^1 = (\delta^2\,W_2^\top) \odot \tanh'(Z_1), \qquad \frac{\partial C}{\partial W_l} =
# A_{l-1}^\top\,\delta^l, \qquad \frac{\partial C}{\partial b_l} = \sum_{\text{rows}} \delta^l.$$

# %%
Z1, A1, Z2 = graph["Z1"].value, graph["A1"].value, graph["Z2"].value
delta_2 = Z2 - Y
delta_1 = (delta_2 @ W2.T) * (1 - np.tanh(Z1) ** 2)

assert_allclose(graph["Z2"].adjoint, delta_2)
assert_allclose(graph["Z1"].adjoint, delta_1)
assert_allclose(graph["W2"].adjoint, A1.T @ delta_2)
assert_allclose(graph["W1"].adjoint, X.T @ delta_1)
assert_allclose(graph["b2"].adjoint, delta_2.sum(axis=0))
assert_allclose(graph["b1"].adjoint, delta_1.sum(axis=0))
print("δ² = adjoint of Z2, δ¹ = adjoint of Z1, and all four gradients agree")

# %% [markdown]
# ## 4.2 Three elementary functions
#
# A layer is made of three elementary functions: a product, a sum, an activation. For each we ask what the rule
#
# $$\bar x_j = \sum_i \bar x_i\,\frac{\partial g_i}{\partial x_j}$$
#
# says, once, and never again.
#
# **The activation** acts on each entry alone, $A_{pj} = \sigma(Z_{pj})$. So $\bar Z_{pj} = \bar A_{pj}\,\sigma'(Z_{pj})$:

# %%
Z_bar = rng.normal(size=(5, 4))  # any adjoint will do
value, pullback = ag.vjp(np.tanh, Z1)
assert_allclose(pullback(Z_bar)[0], Z_bar * (1 - np.tanh(Z1) ** 2))

# %% [markdown]
# **The sum.** $Z_{pj} = V_{pj} + b_j$: the entry $b_j$ is used in *every* row $p$. Where paths meet, they add, so
# $\bar b_j = \sum_p \bar Z_{pj}$, and $\bar V = \bar Z$:

# %%
value, pullback = ag.vjp(np.add, X @ W1, b1)
V_bar, b_bar = pullback(Z_bar)
assert_allclose(V_bar, Z_bar)
assert_allclose(b_bar, Z_bar.sum(axis=0))

# %% [markdown]
# **The product.** $V_{pj} = \sum_i X_{pi}W_{ij}$. The weight $W_{ij}$ is used in every row $p$, each time with the partial
# derivative $X_{pi}$; the entry $X_{pi}$ in every column $j$, with $W_{ij}$:
#
# $$\bar W_{ij} = \sum_p X_{pi}\,\bar V_{pj} = (X^\top\bar V)_{ij}, \qquad \bar X_{pi} = \sum_j \bar V_{pj}\,W_{ij} = (\bar
# V\,W^\top)_{pi}.$$
#
# There are the transposes: they say no more than *over which index the paths meet*.

# %%
value, pullback = ag.vjp(np.matmul, X, W1)
X_bar, W_bar = pullback(Z_bar)
assert_allclose(X_bar, Z_bar @ W1.T)
assert_allclose(W_bar, X.T @ Z_bar)

# %% [markdown]
# ## 4.3 Put together
#
# Walk the graph of 4.1 backwards with these three rules, and the recipe comes out line by line. The engine writes it down itself,
# for the program that ran:

# %%
graph.derivation("reverse")

# %% [markdown]
# That is the whole proof. The recursion of the deltas is the reverse sweep, with the sweep's intermediate results $\bar A$ put in.
#
# ## 4.4 The program
#
# Any number of layers, by hand. Compare the loop with the picture: it visits the layers from right to left, and each of its lines is
# one arrow.


# %%
def forward(params, X):
    A, Z = [X], []
    for W, b in params:
        Z.append(A[-1] @ W + b)
        A.append(np.tanh(Z[-1]))
    return A, Z


def backpropagation(params, X, Y):
    A, Z = forward(params, X)
    A_bar = A[-1] - Y
    gradient = []
    for l in reversed(range(len(params))):
        delta = A_bar * (1 - np.tanh(Z[l]) ** 2)  # through the activation
        gradient.insert(0, (A[l].T @ delta, delta.sum(axis=0)))  # to W and b
        A_bar = delta @ params[l][0].T  # on to the layer before
    return gradient


sizes = [3, 6, 5, 4, 2]
params = [(rng.normal(size=(n, m)) / np.sqrt(n), rng.normal(size=m)) for n, m in pairwise(sizes)]
by_hand = backpropagation(params, X, Y)
by_sweep = ag.grad(lambda params: np.sum((forward(params, X)[0][-1] - Y) ** 2) / 2)(params)

for (dW, db), (W_bar, b_bar) in zip(by_hand, by_sweep, strict=True):
    assert_allclose(dW, W_bar)
    assert_allclose(db, b_bar)
print("four layers: backpropagation by hand and the reverse sweep agree")

# %% [markdown]
# ## 4.5 A sum over all paths
#
# There is another way to see it. By the chain rule the derivative of the cost by the first $z$ is a sum over *all paths* through the
# network, from unit to unit; each path contributes the product of the weights and the slopes along it. For a small network we can
# walk all of them.

# %%
sizes = [2, 4, 4, 4, 1]
params = [(rng.normal(size=(n, m)), rng.normal(size=m)) for n, m in pairwise(sizes)]
x, y = np.array([[0.3, -0.8]]), np.array([[0.5]])
A, Z = forward(params, x)
slopes = [1 - np.tanh(z[0]) ** 2 for z in Z]


def sum_over_paths(first):
    total, count = 0.0, 0
    for units in product(*[range(m) for m in sizes[2:]]):
        amount, here = slopes[0][first], first
        for l, unit in enumerate(units, 1):
            amount, here = amount * params[l][0][here, unit] * slopes[l][unit], unit
        total, count = total + amount * (A[-1][0, here] - y[0, here]), count + 1
    return total, count


delta_1 = backpropagation(params, x, y)[0][1]  # the gradient of b in layer 1 is δ¹
for unit in range(4):
    total, count = sum_over_paths(unit)
    print(f"unit {unit + 1}: sum over {count} paths = {total:+.12f},   δ¹ = {delta_1[unit]:+.12f}")
    assert_allclose(total, delta_1[unit])

# %% [markdown]
# Sixteen paths for each unit here. In a network with $m$ units in each of $L$ layers there are about $m^L$ paths, and nobody could
# walk them. But there are only $L\,m^2$ arrows. **Backpropagation computes the sum over all paths by using every arrow once**: $\delta$
# at a unit is the sum over all paths *from there to the end*, computed once and shared by all the paths that come in.

# %%
depth = np.arange(2, 13)
figure, axis = plt.subplots(figsize=(5.8, 3))
axis.semilogy(depth, 64.0**depth, "o-", color="#b3420a", label="paths, $m^L$")
axis.semilogy(depth, depth * 64.0**2, "s-", color="#0b5cad", label="arrows, $L\\,m^2$")
axis.set(title="a network of 64 units a layer", xlabel="layers L")
axis.legend()
plt.show()

# %% [markdown]
# The forward sweep shares as well, but from the other end: it needs a sweep for each weight. What that would cost for the network
# of 4.1, with its 26 weights and biases and 25 numbers of data:

# %%
print(graph.cost().advice)

# %% [markdown]
# ## 4.6 What the recipe does not cover
#
# The deltas are made for layers in a row. Real networks skip layers, share weights, or have a cost that looks inside; then the
# recipe has to be found anew. The sweep has not.
#
# An autoencoder with *tied weights* encodes with $W$ and decodes with $W^\top$. The same $W$ is used twice, so two paths end in it.


# %%
def tied(W, X):
    code = np.tanh(X @ W)
    decoded = code @ W.T
    C = np.sum((decoded - X) ** 2) / 2
    return C


W = rng.normal(size=(3, 2))
SVG(ag.trace(tied)(W, X).reverse_sweep().svg(show={"adjoint", "shape"}, direction="right"))

# %% [markdown]
# By hand: pretend there were two matrices, take both gradients, and add.

# %%
two = lambda encoder, decoder: np.sum((np.tanh(X @ encoder) @ decoder - X) ** 2) / 2
by_encoder, by_decoder = ag.grad(two, argnum=(0, 1))(W, W.T)

assert_allclose(ag.grad(tied)(W, X), by_encoder + by_decoder.T)
print("tied weights: the gradient is the sum over both uses")

# %% [markdown]
# ## 4.7 The last delta
#
# The recursion starts with $\delta^L$. With a softmax output, $p = \mathrm{softmax}(z)$, and the cross-entropy $C = -\sum_k
# t_k\log p_k$, everything cancels that can:
#
# $$\delta^L = p - t.$$
#
# The prediction minus the truth, as if the output were linear with half a square as its cost. No slope stands in the way,
# so a wrong output learns fast however sure of itself it is. With half a square the same softmax is flat there:


# %%
def softmax(z):
    e = np.exp(z - np.max(z))
    return e / np.sum(e)


z, t = np.array([9.0, 0.0, -1.0]), np.array([0.0, 1.0, 0.0])  # sure, and wrong
cross_entropy = lambda z: -np.sum(t * np.log(softmax(z)))
half_square = lambda z: np.sum((softmax(z) - t) ** 2) / 2

print("p − t               ", softmax(z) - t)
print("δ, cross-entropy    ", ag.grad(cross_entropy)(z))
print("δ, half a square    ", ag.grad(half_square)(z))
assert_allclose(ag.grad(cross_entropy)(z), softmax(z) - t)

# %% [markdown]
# ## Exercises
#
# **1.** A residual layer adds its input again, $a' = a + \sigma(aW)$. What does the recursion become?
#
# <details><summary>Solution</summary>
#
# Two paths leave $a$, so $\bar a = \bar a' + \delta W^\top$ with $\delta = \bar a' \odot \sigma'$. The first term goes back unweakened
# through any number of such layers: this is why very deep networks are built of them.
#
# ```python
# layer = lambda a, W: a + np.tanh(a @ W)
# a, square, a_bar = rng.normal(size=(5, 4)), rng.normal(size=(4, 4)), rng.normal(size=(5, 4))
# value, pullback = ag.vjp(layer, a, square)
# delta = a_bar * (1 - np.tanh(a @ square) ** 2)
# assert np.allclose(pullback(a_bar)[0], a_bar + delta @ square.T)
# ```
#
# </details>

# %% [markdown]
# **2.** The cost is now the *mean* over the samples, $C = \tfrac1{2N}\sum(\dots)^2$. Which lines of `backpropagation` change?
#
# <details><summary>Solution</summary>
#
# Only the start: `A_bar = (A[-1] - Y) / N`. Everything after it is linear in the adjoint, so the factor passes through to all
# gradients.
#
# ```python
# mean = lambda params: np.sum((forward(params, X)[0][-1] - Y) ** 2) / (2 * len(X))
# params = [(rng.normal(size=(3, 2)), rng.normal(size=2))]
# assert np.allclose(ag.grad(mean)(params)[0][0], backpropagation(params, X, Y)[0][0] / len(X))
# ```
#
# </details>

# %% [markdown]
# **3.** The adjoint of `X` was computed as well. What is it good for?
#
# <details><summary>Solution</summary>
#
# It says how the cost would change if the *data* changed. Chapter 13 uses it to find the smallest change of an image that makes the
# network misread it, and a library that trains several networks in a row needs it to go from one to the next.
#
# </details>

# %% [markdown]
# Next: [broadcasting and transposes](05-broadcasting-and-transposes.ipynb).
