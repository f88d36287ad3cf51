# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 3 From one neuron to a network
#
# Sections 2 and 3 of the lecture, with all their numbers: one neuron, two in a row, layers, and a network that learns what no
# single neuron can. The derivatives on paper are called $\delta$; here they come out of the reverse sweep, and each cell
# checks that they are the same.

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from numpy.testing import assert_allclose

import autograd_lite as ag

plt.style.use("house.mplstyle")


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def relu(z):
    return np.where(z > 0, z, 0.0)


# %% [markdown]
# ## 3.1 One neuron
#
# An input $x$, a weight $w$, a bias $b$, an activation $\sigma$, and a target $y$:
#
# $$z = wx + b, \qquad a = \sigma(z), \qquad C = \tfrac12(a - y)^2.$$
#
# On paper one sets $\delta = (a - y)\,\sigma'(z)$; then $\partial C/\partial w = \delta x$ and $\partial C/\partial b = \delta$.
# First the linear neuron, $\sigma(z) = z$.

# %%
x, y = 4.0, 9.0


def linear_neuron(w, b):
    z = w * x + b
    C = (z - y) ** 2 / 2
    return C


graph = ag.trace(linear_neuron)(0.5, 0.1).reverse_sweep()
graph

# %% [markdown]
# The adjoint of $z$ is $\delta = z - y = -6.9$. From there it goes to $b$ unchanged, for $\partial z/\partial b = 1$, and to $w$
# times $x = 4$.

# %%
assert_allclose(graph["C"].value, 23.805, rtol=1e-12)
assert_allclose([graph["z"].adjoint, graph["w"].adjoint, graph["b"].adjoint], [-6.9, -27.6, -6.9])

# %% [markdown]
# **Learning** is one step against the gradient, $w \leftarrow w - \eta\,\delta x$ and $b \leftarrow b - \eta\,\delta$. Both
# derivatives are negative: more weight and more bias make the output larger, and it is too small.

# %%
eta = 0.01
C, (dw, db) = ag.value_and_grad(linear_neuron, argnum=(0, 1))(0.5, 0.1)
w, b = 0.5 - eta * dw, 0.1 - eta * db

print(f"C = {C:.6g},  ∂C/∂w = {dw:.6g},  ∂C/∂b = {db:.6g}")
print(f"after one step: w = {w:.6g},  b = {b:.6g},  C = {linear_neuron(w, b):.6g}")
assert_allclose([w, b], [0.776, 0.169])

# %% [markdown]
# The same neuron with a sigmoid. Its output is at most 1, so the target 9 is out of reach; and since $\sigma'(2.1) = 0.097$ is
# small, $\delta$ is almost nine times smaller than before, although the error is larger. *The activation decides how much of the error
# gets through.*


# %%
def neuron(w, b):
    z = w * x + b
    a = sigmoid(z)
    C = (a - y) ** 2 / 2
    return C


graph = ag.trace(neuron)(0.5, 0.1).reverse_sweep()
print(f"C = {graph['C'].value:.14g},  δ = {graph['z'].adjoint:.14g}")
assert_allclose(graph["C"].value, 32.87872562776241, rtol=1e-12)
assert_allclose(
    [graph["z"].adjoint, graph["w"].adjoint],
    [-0.7881612717357973, -0.7881612717357973 * x],
    rtol=1e-10,
)

# %% [markdown]
# ## 3.2 Two neurons in a row
#
# $$z_1 = w_1x + b_1, \quad a_1 = \sigma(z_1), \quad z_2 = w_2a_1 + b_2, \quad a_2 = \sigma(z_2), \quad C = \tfrac12(a_2 -
# y)^2.$$
#
# On paper there are now two deltas, and the first is made from the second:
#
# $$\delta_2 = (a_2 - y)\,\sigma'(z_2), \qquad \delta_1 = \delta_2\,w_2\,\sigma'(z_1).$$

# %%
x, y = 1.0, 0.0


def two_neurons(w1, b1, w2, b2):
    z1 = w1 * x + b1
    a1 = sigmoid(z1)
    z2 = w2 * a1 + b2
    a2 = sigmoid(z2)
    C = (a2 - y) ** 2 / 2
    return C


graph = ag.trace(two_neurons)(0.5, 0.1, -0.3, 0.2).reverse_sweep()
print(graph.table(digits=8))

# %% [markdown]
# Compare the adjoints of $z_2$ and $z_1$ with the deltas from paper, and with them all four derivatives.

# %%
a1, a2, w2 = graph["a1"].value, graph["a2"].value, graph["w2"].value
delta_2 = (a2 - y) * a2 * (1 - a2)  # σ' = σ(1 − σ)
delta_1 = delta_2 * w2 * a1 * (1 - a1)

print("δ₂ on paper", delta_2, "  adjoint of z2", graph["z2"].adjoint)
print("δ₁ on paper", delta_1, " adjoint of z1", graph["z1"].adjoint)

on_paper = {"w1": delta_1 * x, "b1": delta_1, "w2": delta_2 * a1, "b2": delta_2}
in_the_notes = [
    -0.008606361917788404,
    -0.008606361917788404,
    0.08096058590385188,
    0.12539269751287582,
]
assert_allclose(graph["C"].value, 0.125789127436438, rtol=1e-12)
assert_allclose([graph[name].adjoint for name in on_paper], list(on_paper.values()), rtol=1e-10)
assert_allclose([graph[name].adjoint for name in on_paper], in_the_notes, rtol=1e-10)

# %% [markdown]
# Does it have to be $w_2$ in $\delta_1$, and not $a_1$, as a typed version of the notes has it? The error goes *back through the
# weight* through which the signal came: $z_2 = w_2a_1 + b_2$, so $\partial z_2/\partial a_1 = w_2$. A difference quotient
# settles it.

# %%
h = 1e-6
difference = (two_neurons(0.5 + h, 0.1, -0.3, 0.2) - two_neurons(0.5 - h, 0.1, -0.3, 0.2)) / (2 * h)

print("with w₂            ", delta_2 * w2 * a1 * (1 - a1) * x)
print("with a₁            ", delta_2 * a1 * a1 * (1 - a1) * x)
print("difference quotient", round(difference, 10))
assert_allclose(difference, delta_1 * x, rtol=1e-7)

# %% [markdown]
# ## 3.3 Two weights, and a cost to look at
#
# A linear net, $a = w_1x$ and $y = w_2a$, with the cost $C = \tfrac12(t - y)^2$ for a target $t$:
#
# $$\frac{\partial C}{\partial w_1} = -(t - y)\,w_2x, \qquad \frac{\partial C}{\partial w_2} = -(t - y)\,w_1x.$$

# %%
x, t, eta = 2.0, 3.0, 0.1
cost = lambda w: (t - w[1] * w[0] * x) ** 2 / 2

w = np.array([0.5, 1.5])
way = [w]
for step in range(5):
    C, gradient = ag.value_and_grad(cost)(w)
    print(f"step {step}: w = {w},  C = {C:.8f},  gradient = {gradient}")
    w = w - eta * gradient
    way.append(w)

assert_allclose(ag.grad(cost)(way[0]), [-4.5, -1.5])
assert_allclose(way[1], [0.95, 1.65])
assert_allclose(cost(way[1]), 0.0091125)

# %% [markdown]
# Every pair with $w_1w_2 = \tfrac32$ is perfect, a whole curve of them. Gradient descent goes to a near one.

# %%
w1, w2 = np.meshgrid(np.linspace(-0.2, 2.6, 200), np.linspace(0.2, 2.2, 200))
way = np.array(way)

figure, axis = plt.subplots(figsize=(6, 3.6))
axis.contour(
    w1, w2, cost([w1, w2]), levels=np.geomspace(0.01, 20, 11), colors="#c5ccd8", linewidths=0.8
)
axis.plot(w1[0, 60:], 1.5 / w1[0, 60:], color="#0b5d47", label="C = 0")
axis.plot(*way.T, "o-", color="#b3420a", markersize=4, label="gradient descent")
axis.set(xlabel="$w_1$", ylabel="$w_2$", ylim=(0.2, 2.2), title="the cost of two weights")
axis.legend()
plt.show()

# %% [markdown]
# Both weights are updated *at once*, from the same gradient. To use the new $w_1$ already in the derivative by $w_2$ is another
# method, and another result:

# %%
w1, w2 = 0.5, 1.5
w1 = w1 - eta * ag.grad(cost)(np.array([w1, w2]))[0]
w2 = w2 - eta * ag.grad(cost)(np.array([w1, w2]))[1]
print("one after the other:", np.array([w1, w2]), "   at once:", way[1])

# %% [markdown]
# ## 3.4 Layers
#
# Many neurons side by side make a layer. Its weights form a matrix $W \in \mathbb R^{\text{inputs} \times \text{outputs}}$, and
#
# $$z = W^\top x + b, \qquad a = \sigma(z).$$
#
# Several samples at once stand in the rows of a matrix $X$, and then it reads $Z = XW + b$, with the same $b$ added to each row.
# A feed-forward network is one layer after the other, all hidden ones with the same activation, another one at the output:
#
# $$\tilde y = \sigma_L\bigl(A_L(\dots\sigma_1(A_1x))\bigr), \qquad A_l\,h = W_l^\top h + b_l.$$


# %%
def network(params, a, hidden=np.tanh, output=sigmoid):
    *first, (W, b) = params
    for W_l, b_l in first:
        a = hidden(a @ W_l + b_l)
    return output(a @ W + b)


rng = np.random.default_rng(0)
sizes = [3, 4, 4, 2]
params = [(rng.normal(size=(n, m)), rng.normal(size=m)) for n, m in pairwise(sizes)]
X, Y = rng.normal(size=(5, 3)), rng.random((5, 2))

print("one sample  ", network(params, X[0]))
print("first of five", network(params, X)[0])
assert_allclose(network(params, X)[0], network(params, X[0]))

# %% [markdown]
# The cost is $C = \tfrac12\sum(y - \tilde y)^2$, and its gradient has the form of the parameters themselves: a list of pairs.

# %%
cost = lambda params: np.sum((Y - network(params, X)) ** 2) / 2

gradient = ag.grad(cost)(params)
for l, (dW, db) in enumerate(gradient, 1):
    print(f"layer {l}: ∂C/∂W is {dW.shape}, ∂C/∂b is {db.shape}")

# %% [markdown]
# ## 3.5 The recursion of the deltas
#
# On paper, in components, for one sample:
#
# $$\begin{aligned} \delta^L_j &= \sigma'(z^L_j)\,\frac{\partial C}{\partial a^L_j}, &\qquad
# \delta^l_j &= \sum_k \delta^{l+1}_k\,w^{l+1}_{kj}\,\sigma'(z^l_j), \\
# \frac{\partial C}{\partial w^l_{jk}} &= \delta^l_j\,a^{l-1}_k, &
# \frac{\partial C}{\partial b^l_j} &= \delta^l_j. \end{aligned}$$
#
# Programmed with exactly these sums, sample by sample (and $w^l_{kj}$ in the place `W[j, k]`, as inputs come first here):


# %%
def deltas_on_paper(params, x, y):
    a, z = [x], []
    for l, (W, b) in enumerate(params):
        z.append(W.T @ a[-1] + b)
        a.append(np.tanh(z[-1]) if l < len(params) - 1 else sigmoid(z[-1]))

    delta = a[-1] * (1 - a[-1]) * (a[-1] - y)
    derivatives = []
    for l in reversed(range(len(params))):
        W = params[l][0]
        derivatives.insert(0, (np.outer(a[l], delta), delta))
        if l > 0:
            sums = [sum(delta[k] * W[j, k] for k in range(len(delta))) for j in range(len(W))]
            delta = np.array(sums) * (1 - np.tanh(z[l - 1]) ** 2)
    return derivatives


by_hand = [deltas_on_paper(params, x, y) for x, y in zip(X, Y, strict=True)]
for l, (dW, db) in enumerate(gradient):
    assert_allclose(dW, sum(sample[l][0] for sample in by_hand), rtol=1e-10)
    assert_allclose(db, sum(sample[l][1] for sample in by_hand), rtol=1e-10)
print("the reverse sweep and the recursion agree in every entry")

# %% [markdown]
# Twenty lines, in which it is easy to go wrong, against `ag.grad(cost)(params)`. Why the two must agree is the subject of the
# next chapter.
#
# ## 3.6 Recap: one hidden layer
#
# $$h = \sigma(W_1x), \qquad z = \sigma(w_2\cdot h), \qquad J = \frac1{2N}\sum_p (t - z)^2.$$
#
# With $\sigma' = \sigma(1 - \sigma)$ both gradients can be written down:
#
# $$\frac{\partial J}{\partial w_2} = -\frac1N\sum_p (t - z)\,z(1 - z)\,h, \qquad \frac{\partial J}{\partial W_1} = -\frac1N\sum_p
# (t - z)\,z(1 - z)\,\bigl(w_2 \odot h \odot (1 - h)\bigr)\,x^\top.$$

# %%
W1, w2 = rng.normal(size=(4, 3)), rng.normal(size=4)  # the rows of W1 are the hidden units
X, t = rng.normal(size=(9, 3)), rng.random(9)
J = lambda W1, w2: np.sum((t - sigmoid(sigmoid(X @ W1.T) @ w2)) ** 2) / (2 * len(t))

h = sigmoid(X @ W1.T)
z = sigmoid(h @ w2)
error = -(t - z) * z * (1 - z) / len(t)

dW1, dw2 = ag.grad(J, argnum=(0, 1))(W1, w2)
assert_allclose(dw2, sum(e * h_p for e, h_p in zip(error, h, strict=True)), rtol=1e-10)
assert_allclose(
    dW1,
    sum(np.outer(e * w2 * h_p * (1 - h_p), x_p) for e, h_p, x_p in zip(error, h, X, strict=True)),
)

points = np.linspace(-6, 6, 200)
figure, axis = plt.subplots(figsize=(5.4, 2.6))
axis.plot(points, sigmoid(points), label="σ(z)")
axis.plot(points, ag.elementwise_grad(sigmoid)(points), label="σ′(z), by the engine")
some = points[::10]
axis.plot(some, sigmoid(some) * (1 - sigmoid(some)), ".", color="#1e293b", label="σ(1 − σ)")
axis.legend()
plt.show()

# %% [markdown]
# ## 3.7 An exercise by hand: ReLU
#
# Two inputs, two hidden units with ReLU, one linear output; $x = (1, 0)$, target $t = 2$, and
#
# $$W_1 = \begin{pmatrix} 1 & 0 \\ -1 & 1 \end{pmatrix}, \qquad w_2 = (1, 2), \qquad J = \tfrac12(t - z)^2.$$
#
# The rows of $W_1$ are the hidden units. Do it on paper first.

# %%
x, t = np.array([1.0, 0.0]), 2.0
W1, w2 = np.array([[1.0, 0.0], [-1.0, 1.0]]), np.array([1.0, 2.0])


def exercise(W1, w2):
    net = W1 @ x
    h = relu(net)
    z = w2 @ h
    J = (t - z) ** 2 / 2
    return J


graph = ag.trace(exercise)(W1, w2).reverse_sweep()
for name in ("net", "h", "z", "J"):
    print(f"{name:3} = {graph[name].value}")
print("∂J/∂w₂ =", graph["w2"].adjoint + 0)  # + 0 makes 0 of −0
print("∂J/∂W₁ =", *(graph["W1"].adjoint + 0))

assert_allclose(graph["net"].value, [1, -1])
assert_allclose([graph["z"].value, graph["J"].value], [1, 0.5])
assert_allclose(graph["w2"].adjoint, [-1, 0])
assert_allclose(graph["W1"].adjoint, [[-1, 0], [0, 0]])

# %% [markdown]
# One step with $\eta = 0.1$:

# %%
W1, w2 = W1 - 0.1 * graph["W1"].adjoint, w2 - 0.1 * graph["w2"].adjoint
after = ag.trace(exercise)(W1, w2)
print(f"w₂ = {w2},  first row of W₁ = {W1[0]}")
print(f"z = {after['z'].value:.4f},  J = {after['J'].value:.5f}")
assert_allclose(w2, [1.1, 2])
assert_allclose(W1, [[1.1, 0], [-1, 1]])
assert_allclose([after["z"].value, after["J"].value], [1.21, 0.31205])

# %% [markdown]
# The second unit did not move. Its input is negative, ReLU is flat there, and nothing gets through in either direction: the unit
# is **dead** for this sample. (At $z = 0$ itself the lecture sets $\mathrm{ReLU}'(0) = 0$, and so do we.)

# %%
assert ag.grad(relu)(0.0) == 0.0

# %% [markdown]
# ## 3.8 A long chain
#
# With one neuron in each of $L$ layers, the derivative by the first weight is a plain product:
#
# $$\frac{\partial\tilde y}{\partial w_1} = \prod_{l=2}^L w_l\;\prod_{l=1}^L \sigma'(z_l)\;x.$$
#
# Many factors smaller than 1 make it vanish, many larger than 1 make it explode.


# %%
def chain(w, b, activation, x=1.0):
    a = x
    for w_l, b_l in zip(w, b, strict=True):
        a = activation(w_l * a + b_l)
    return a


slope = lambda w, b, activation, x=1.0: ag.grad(chain)(np.array(w), b, activation, x)[0]

for L in (2, 5, 10):
    by_sigmoid, by_relu = (slope(np.ones(L), np.zeros(L), f) for f in (sigmoid, relu))
    print(f"L = {L:2}:  sigmoid {by_sigmoid:.15e}   ReLU {by_relu}")
print("linear, w = 5, L = 10:", slope(np.full(10, 5.0), np.zeros(10), lambda z: z), "= 5⁹")

four = slope([0.8, -1.2, 1.5, 0.7], [0.1, -0.2, 0.3, 0.05], np.tanh, 0.6)
print("four tanh units:      ", four)

in_the_notes = [0.04312916016242333, 4.861426435890659e-4, 2.7847671758175863e-7]
assert_allclose(
    [slope(np.ones(L), np.zeros(L), sigmoid) for L in (2, 5, 10)], in_the_notes, rtol=1e-10
)
assert_allclose(
    [slope(np.ones(10), np.zeros(10), relu), slope(np.full(10, 5.0), np.zeros(10), lambda z: z)],
    [1, 5.0**9],
)
assert_allclose(four, -0.15948807453528432, rtol=1e-10)

# %% [markdown]
# [Chapter 8](08-when-gradients-vanish.ipynb) looks at this in a real network, layer by layer.
#
# ## 3.9 A network learns
#
# The exclusive or: output 1 where exactly one input is 1. No single neuron can do it, for no straight line separates the points;
# two hidden units are enough.

# %%
X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])
cost = lambda params: np.sum((Y - network(params, X)) ** 2) / 2


def train(params, steps=1500, eta=0.5):
    costs, weights = [], []
    for _ in range(steps):
        C, gradient = ag.value_and_grad(cost)(params)
        params = ag.trees.map_tree(lambda p, slope: p - eta * slope, params, gradient)
        costs.append(C)
        weights.append(params[0][0].ravel())
    return params, costs, np.array(weights)


rng = np.random.default_rng(4)
random_start = [(rng.normal(size=(2, 2)), np.zeros(2)), (rng.normal(size=(2, 1)), np.zeros(1))]
equal_start = [(np.full((2, 2), 0.5), np.zeros(2)), (np.full((2, 1), 0.5), np.zeros(1))]

learned, costs, weights = train(random_start)
stuck, equal_costs, equal_weights = train(equal_start)
print("random start:", network(learned, X).ravel().round(2))
print("equal start: ", network(stuck, X).ravel().round(2))
assert np.array_equal(network(learned, X) > 0.5, Y > 0.5)
assert costs[-1] < 0.02 < equal_costs[-1]

# %%
x1, x2 = np.meshgrid(np.linspace(-0.4, 1.4, 150), np.linspace(-0.4, 1.4, 150))
surface = network(learned, np.column_stack([x1.ravel(), x2.ravel()])).reshape(x1.shape)

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(10.5, 3.1), width_ratios=[1, 1.2, 1.2])
left.contourf(x1, x2, surface, levels=20, cmap="RdBu_r", alpha=0.55, vmin=0, vmax=1)
left.contour(x1, x2, surface, levels=[0.5], colors="#1e293b")
left.scatter(*X[Y[:, 0] == 0].T, color="#0b5cad", label="0", zorder=3)
left.scatter(*X[Y[:, 0] == 1].T, color="#b3420a", marker="^", label="1", zorder=3)
left.set(title="exclusive or, learned", aspect="equal")
for axis, path, name in ((middle, weights, "random start"), (right, equal_weights, "equal start")):
    axis.plot(path[:, [0, 2]], color="#0b5cad")
    axis.plot(path[:, [1, 3]], "--", color="#b3420a")
    axis.set(title=f"hidden weights, {name}", xlabel="step")
    axis.text(
        0.97, 0.03, "unit 1 solid, unit 2 dashed", ha="right", transform=axis.transAxes, fontsize=9
    )
plt.show()

# %% [markdown]
# On the right both hidden units started with the same weights. Then they have the same values, hence the same adjoints, hence the
# same gradient, and stay equal for ever: the network has one hidden unit twice. **A symmetric start never learns.** This is why
# weights are initialized at random.

# %%
dW1 = ag.grad(cost)(equal_start)[0][0]
print("gradient of unit 1:", dW1[:, 0], "  of unit 2:", dW1[:, 1])
assert_allclose(equal_weights[:, 0], equal_weights[:, 1])

# %% [markdown]
# ## Exercises
#
# **1.** In 3.1, is there a learning rate with which the linear neuron is perfect after one step?
#
# <details><summary>Solution</summary>
#
# After a step $z$ is $z - \eta\,\delta(x^2 + 1)$ with $\delta = z - y$; it equals $y$ if $\eta = 1/(x^2 + 1) = 1/17$. With more than
# $2/17$ the error grows.
#
# ```python
# line = lambda w, b: (w * 4.0 + b - 9.0) ** 2 / 2
# dw, db = ag.grad(line, argnum=(0, 1))(0.5, 0.1)
# assert np.isclose(line(0.5 - dw / 17, 0.1 - db / 17), 0)
# ```
#
# </details>

# %% [markdown]
# **2.** In 3.7, which input would bring the second unit back to life?
#
# <details><summary>Solution</summary>
#
# Any with $-x_1 + x_2 > 0$, for instance $x = (0, 1)$: the unit is dead for some samples, not for all. Dead for good is a unit whose
# input is negative for *every* sample.
#
# </details>

# %% [markdown]
# **3.** Start the network of 3.9 with equal weights in the hidden layer, but different ones at the output. Does it learn now?
#
# <details><summary>Solution</summary>
#
# Yes: the adjoints of the hidden units are multiplied by different output weights, so the units part in the first step. The symmetry
# must be complete to hold.
#
# ```python
# broken = [(np.full((2, 2), 0.5), np.zeros(2)), (np.array([[0.5], [-0.7]]), np.zeros(1))]
# dW1 = ag.grad(cost)(broken)[0][0]
# assert not np.allclose(dW1[:, 0], dW1[:, 1])
# ```
#
# </details>

# %% [markdown]
# Next: [why backpropagation works](04-why-backpropagation-works.ipynb).
