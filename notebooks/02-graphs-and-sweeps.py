# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 2 Graphs and sweeps, step by step
#
# The first chapter showed what comes out. This one takes the two sweeps apart: one node at a time, then as a few lines of
# Python, and then the questions that everybody asks. Why does the order matter? What is the *vector* in a vector–Jacobian
# product? When is which sweep the better one?

# %%
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import SVG
from numpy.testing import assert_allclose

import autograd_lite as ag

plt.style.use("house.mplstyle")


def f(x):
    a = x**2
    b = np.exp(a)
    c = a + b
    d = np.sqrt(c)
    return d


# %% [markdown]
# ## 2.1 One node at a time
#
# Values and tangents run with the arrows, adjoints run back against them. Watch $a$: its adjoint changes twice.

# %%
steps = ag.trace(f)(0.5).steps()
SVG(steps.svg())

# %% [markdown]
# The same in words. Each line gives the rule, the numbers put in, and the running sum.

# %%
print(steps)

# %% [markdown]
# On your own computer, `steps` alone in a cell is a page to step through with the arrow keys, and
# `steps.save("steps.html")` makes a file of it.
#
# ## 2.2 The two sweeps in a few lines
#
# A node knows its value, its parents, and the local partial derivative by each of them. Nothing else is needed.

# %%
graph = ag.trace(f)(0.5)

for node in graph:
    partials = [
        f"∂{node.name}/∂{p.name} = {node.partial(i):.4f}" for i, p in enumerate(node.parents)
    ]
    print(f"x{node.number} = {node.name} = {node.value:.4f}   ", ",  ".join(partials))

# %% [markdown]
# **Forward**: every node collects from its parents, in order.


# %%
def forward(graph, seed):
    tangent = {node: 0.0 for node in graph} | seed
    for node in graph:
        for i, parent in enumerate(node.parents):
            tangent[node] += node.partial(i) * tangent[parent]
    return tangent


forward(graph, {graph["x"]: 1.0})[graph["d"]]

# %% [markdown]
# **Reverse**: every node distributes to its parents, in the opposite order. The one line that does the work has the same three
# factors; only the roles of node and parent are exchanged.


# %%
def reverse(graph, seed, order=None):
    adjoint = {node: 0.0 for node in graph} | seed
    for node in order or reversed(graph.nodes):
        for i, parent in enumerate(node.parents):
            adjoint[parent] += node.partial(i) * adjoint[node]
    return adjoint


reverse(graph, {graph["d"]: 1.0})[graph["x"]]

# %%
assert_allclose(forward(graph, {graph["x"]: 1.0})[graph["d"]], 0.9220503968758447, rtol=1e-12)
assert_allclose(reverse(graph, {graph["d"]: 1.0})[graph["x"]], 0.9220503968758447, rtol=1e-12)

# %% [markdown]
# This is a complete automatic differentiation, for numbers. The engine's own two sweeps are hardly longer; they carry arrays,
# and skip what is zero.
#
# ## 2.3 Why the order matters
#
# A node may pass its adjoint on only when it is *complete*, when everything that uses the node has contributed. Suppose we
# hurry: from $c$ on to $a$ and to $x$, and only then to $b$.

# %%
hasty = [graph[name] for name in ("d", "c", "a", "x", "b")]
wrong = reverse(graph, {graph["d"]: 1.0}, hasty)

print("adjoint of x, hasty    ", wrong[graph["x"]])
print("adjoint of x, in order ", reverse(graph, {graph["d"]: 1.0})[graph["x"]])
assert_allclose(wrong[graph["x"]], graph.reverse_sweep()["c"].adjoint * 2 * 0.5)

# %% [markdown]
# The contribution through $b$ reached $a$ too late: $a$ had already told $x$. The order of creation, backwards, is always safe,
# for nothing can be used before it exists. So the engine needs no sorting: it numbers the nodes as they are made.
#
# ## 2.4 Several inputs, several outputs
#
# A point in polar coordinates, $u = r\cos\varphi$ and $v = r\sin\varphi$. Now there is not one derivative but four, the
# **Jacobian**
#
# $$J = \begin{pmatrix} \partial u/\partial r & \partial u/\partial\varphi \\ \partial v/\partial r & \partial
# v/\partial\varphi \end{pmatrix} = \begin{pmatrix} \cos\varphi & -r\sin\varphi \\ \sin\varphi & r\cos\varphi \end{pmatrix}.$$


# %%
def polar(r, phi):
    u = r * np.cos(phi)
    v = r * np.sin(phi)
    return u, v


graph = ag.trace(polar)(2.0, 0.6)
graph.forward_sweep(r=1.0)

# %% [markdown]
# A forward sweep needs to know *which way the inputs move*. Above, $r$ moved and $\varphi$ stood still, $\dot r = 1$ and
# $\dot\varphi = 0$, and the tangents of the outputs are the first **column** of $J$. The other column takes another sweep.

# %%
column_1 = [node.tangent for node in graph.forward_sweep(r=1.0).outputs]
column_2 = [node.tangent for node in graph.forward_sweep(phi=1.0).outputs]
print(np.column_stack([column_1, column_2]))

# %% [markdown]
# A reverse sweep needs to know *what one wants to know about the outputs*: $u$, or $v$, or a mixture of them. With $\bar u = 1$
# and $\bar v = 0$ it gives the first **row**.

# %%
row_1 = [node.adjoint for node in graph.reverse_sweep(u=1.0).inputs]
row_2 = [node.adjoint for node in graph.reverse_sweep(v=1.0).inputs]
print(np.array([row_1, row_2]))

J = np.array([[np.cos(0.6), -2 * np.sin(0.6)], [np.sin(0.6), 2 * np.cos(0.6)]])
assert_allclose(np.column_stack([column_1, column_2]), J)
assert_allclose([row_1, row_2], J)

# %% [markdown]
# That is the *vector*. A forward sweep computes $J\dot x$ for a direction $\dot x$ of the inputs, by `ag.jvp`; a reverse sweep
# computes $\bar y^\top J$ for weights $\bar y$ of the outputs, by `ag.vjp`. Neither ever writes down $J$.

# %%
output, tangent = ag.jvp(polar, (2.0, 0.6), (0.3, 0.4))
output, pullback = ag.vjp(polar, 2.0, 0.6)
adjoint = pullback((1.5, -0.5))

print("J·(0.3, 0.4)    =", np.array(tangent))
print("(1.5, −0.5)ᵀ·J  =", np.array(adjoint))

# %% [markdown]
# Both can be seen. On the left the inputs move in the direction $\dot x$; on the right the outputs follow in the direction
# $J\dot x$. The dashed line is the curve that the point really takes: the tangent touches it.

# %%
(r, phi), (dr, dphi) = (2.0, 0.6), (0.3, 0.4)
t = np.linspace(-1.5, 1.5, 60)
blue = {"arrowstyle": "-|>", "color": "#0b5cad", "linewidth": 2}
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.3))
left.plot(r + t * dr, phi + t * dphi, "--", color="#7d899f", linewidth=1)
right.plot(*polar(r + t * dr, phi + t * dphi), "--", color="#7d899f", linewidth=1)
for axis, start, arrow in ((left, (r, phi), (dr, dphi)), (right, output, tangent)):
    axis.plot(*start, "o", color="#1e293b")
    axis.annotate("", np.add(start, arrow), start, arrowprops=blue)
left.set(title="inputs: ẋ = (0.3, 0.4)", xlabel="r", ylabel="φ", xlim=(1.4, 2.6), ylim=(0, 1.2))
right.set(title="outputs: J·ẋ", xlabel="u", ylabel="v", xlim=(0.9, 2.1), ylim=(0.2, 2.2))
plt.show()

# %% [markdown]
# One number connects the two: move by $\dot x$, then weigh with $\bar y$; or weigh first, then move. $\bar y^\top(J\dot x) =
# (\bar y^\top J)\,\dot x$. Whoever writes a rule for a sweep can test it with this.

# %%
print("ȳ·(Jẋ) =", np.dot((1.5, -0.5), tangent))
print("(ȳJ)·ẋ =", np.dot(adjoint, (0.3, 0.4)))
assert_allclose(np.dot((1.5, -0.5), tangent), np.dot(adjoint, (0.3, 0.4)))

# %% [markdown]
# ## 2.5 Which sweep?
#
# For the whole Jacobian, forward takes one sweep per *input*, reverse one per *output*. A cost function has many inputs and one
# output: one reverse sweep, and all derivatives are there. Rosenbrock's function of $n$ variables, counted:


# %%
def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


sizes = [2, 4, 8, 16, 32, 64, 128, 256]
costs = [ag.trace(rosenbrock)(np.linspace(-1, 1, n)).cost() for n in sizes]

figure, axis = plt.subplots(figsize=(6.4, 3.2))
forward_n_times = [n * c.forward.flops for n, c in zip(sizes, costs, strict=True)]
reverse_once = [c.value.flops + c.reverse.flops for c in costs]
axis.loglog(sizes, forward_n_times, "o-", label="gradient, forward")
axis.loglog(sizes, reverse_once, "s-", label="gradient, reverse")
axis.loglog(sizes, [c.value.flops for c in costs], ".--", color="#7d899f", label="the function")
axis.set(title="operations", xlabel="variables n")
axis.set_xticks(sizes, sizes)
axis.minorticks_off()
axis.legend()
plt.show()

# %% [markdown]
# The reverse curve runs parallel to the function: **a gradient costs a small multiple of the function, however many variables
# there are.** This is the cheap gradient principle, and the reason why networks with millions of weights can be trained.

# %%
cost = costs[-1]
print(f"gradient / function = {cost.ratio:.2f}")
print(cost.advice)
assert all(c.ratio < 5 for c in costs)

# %% [markdown]
# The other way round, with few inputs and many outputs, forward wins: a curve in the plane, sampled at a hundred points.

# %%
print(ag.trace(lambda a, b: a * np.exp(-b * np.linspace(0, 1, 100)))(1.0, 2.0).cost().advice)

# %% [markdown]
# Reverse has a price that the count does not show: it has to *keep* the values until the sweep comes back. Forward needs only
# the present ones.

# %%
print(f"kept for the reverse sweep: {cost.kept:,} bytes")

# %% [markdown]
# ## 2.6 What is recorded: the run
#
# The graph knows nothing of loops or conditions. It records what *happened*. Here is Heron's way to a square root; three rounds
# of the loop leave three copies in the graph.


# %%
def heron(x, rounds=3):
    root = x
    for _ in range(rounds):
        root = (root + x / root) / 2
    return root


graph = ag.trace(heron)(2.0)
print(graph)

# %% [markdown]
# Nobody told the engine that this is a square root. All the same the derivative comes out as $1/(2\sqrt x)$, the better the more
# rounds are taken. The derivative of a loop that converges converges as well.

# %%
for rounds in range(1, 7):
    value, slope = ag.value_and_grad(lambda x: heron(x, rounds))(2.0)
    print(f"{rounds} rounds: root {value:.15f}, slope {slope:.15f}")
print(f"exact:    root {np.sqrt(2):.15f}, slope {1 / (2 * np.sqrt(2)):.15f}")
assert_allclose([value, slope], [np.sqrt(2), 0.5 / np.sqrt(2)])

# %% [markdown]
# ## Exercises
#
# **1.** How many forward sweeps, and how many reverse sweeps, for the Jacobian of a function from $\mathbb R^3$ to $\mathbb
# R^{200}$? And for its product with *one* vector?
#
# <details><summary>Solution</summary>
#
# Three forward sweeps, or two hundred reverse ones. A product $J\dot x$ takes one forward sweep, a product $\bar y^\top J$ one
# reverse sweep, whatever the shape of $J$.
#
# </details>

# %% [markdown]
# **2.** The two functions `forward` and `reverse` above add with `+=`. Which of the two additions is the one of *where paths meet,
# they add*, and what does the other one stand for?
#
# <details><summary>Solution</summary>
#
# In `reverse` several *children* add to one parent: paths that part at the parent meet there again on the way back. In `forward`
# several *parents* add to one node: it depends on each of them, $\dot c = \dot a + \dot b$. The same sum over all paths, gathered
# at the other end.
#
# </details>

# %% [markdown]
# **3.** The map from $(r, \varphi)$ to $(u, v)$ stretches areas by $\det J$. What does `ag.jacobian` say, and where do you know it
# from?
#
# <details><summary>Solution</summary>
#
# $\det J = r$, the $r$ in $\mathrm du\,\mathrm dv = r\,\mathrm dr\,\mathrm d\varphi$.
#
# ```python
# J = ag.jacobian(lambda p: np.stack(polar(p[0], p[1])))(np.array([2.0, 0.6]))
# assert np.isclose(np.linalg.det(J), 2.0)
# ```
#
# </details>

# %% [markdown]
# **4.** Take a condition: `f = lambda x: x**2 if x > 1 else x`. What is `ag.grad(f)(1.0)`, and what does the graph look like there?
#
# <details><summary>Solution</summary>
#
# At $x = 1$ the condition is false, so what ran is `x`, and the derivative is 1. The graph holds one node. The derivative is that
# of the branch that was taken.
#
# ```python
# branch = lambda x: x**2 if x > 1 else x
# assert ag.grad(branch)(1.0) == 1.0 and ag.grad(branch)(1.5) == 3.0
# ```
#
# </details>

# %% [markdown]
# Next: [from one neuron to a network](03-from-one-neuron-to-a-network.ipynb).
