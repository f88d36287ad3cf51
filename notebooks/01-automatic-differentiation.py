# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 1 Automatic differentiation
#
# A program is a list of elementary functions, each of which we can differentiate. The chain rule does the rest. This
# chapter differentiates one function of one variable, forwards and backwards, and looks at every number on the way.
# Compute them on paper as well: they are the numbers of the lecture.

# %%
import matplotlib.pyplot as plt
import numpy as np
from numpy.testing import assert_allclose

import autograd_lite as ag

plt.style.use("house.mplstyle")

# %% [markdown]
# ## 1.1 What a derivative costs
#
# Take $f(x) = \exp(x^2)$. As a program it has two elementary functions,
#
# $$a = x^2, \qquad b = \exp(a).$$
#
# By hand, $f'(x) = 2x\exp(x^2)$. Written out it takes four operations. But $\exp(x^2)$ is already there: it is $b$. With
# $b$ kept, $f'(x) = 2x\,b$ costs two more.

# %%
operations = lambda f, *args: ag.trace(f)(*args).flops

print("f                     ", operations(lambda x: np.exp(x * x), 1.0))
print("f' written out        ", operations(lambda x: 2 * x * np.exp(x * x), 1.0))
print("f' when b is kept     ", operations(lambda x, b: 2 * x * b, 1.0, np.e))

# %% [markdown]
# This is the whole idea: *do not differentiate the formula, differentiate the program, and keep what it has computed*.

# %%
f = lambda x: np.exp(x * x)

print("ag.grad(f)(1.0) =", ag.grad(f)(1.0))
assert_allclose(ag.grad(f)(1.0), 5.43656365691809, rtol=1e-12)

# %% [markdown]
# ## 1.2 The worked example
#
# $$f(x) = \sqrt{x^2 + \exp(x^2)}$$
#
# One elementary function a line:


# %%
def f(x):
    a = x**2
    b = np.exp(a)
    c = a + b
    d = np.sqrt(c)
    return d


graph = ag.trace(f)(0.5)
graph

# %% [markdown]
# `trace` ran the function once, at $x = \tfrac12$, and recorded it. The record is the **graph**. In the language of the
# lecture the inputs are $x_1, \dots, x_d$, then each step is
#
# $$x_i = g_i\bigl(x_{\mathrm{Pa}(i)}\bigr), \qquad i = d + 1, \dots, D,$$
#
# where $\mathrm{Pa}(i)$ are the parents of $i$. Here $d = 1$ and $D = 5$:

# %%
print(graph)

# %%
assert [node.function_name for node in graph] == ["", "square", "exp", "add", "sqrt"]
assert [[parent.number for parent in node.parents] for node in graph] == [[], [1], [2], [2, 3], [4]]

# %% [markdown]
# ## 1.3 Forwards: tangents
#
# Move the input a little. How fast does everything else move with it? Call this the **tangent**, $\dot x_i$. It goes along
# with the program, from the parents to each node:
#
# $$\dot x_i = \sum_{j \in \mathrm{Pa}(i)} \frac{\partial g_i}{\partial x_j}\,\dot x_j, \qquad \dot x = 1.$$

# %%
graph.forward_sweep()

# %% [markdown]
# Read it from the left. On each arrow stands the local partial derivative $\partial g_i/\partial x_j$; each tangent is that
# number times the tangent before it. At $c$ two arrows come in, and their contributions add.
#
# The tangent of the output is $f'(x)$.

# %%
a, b, c, d = (graph[name] for name in "abcd")

assert_allclose(
    [a.tangent, b.tangent, c.tangent], [1, 1.2840254166877414, 2.2840254166877414], rtol=1e-12
)
print("f'(1/2) =", d.tangent)

# %% [markdown]
# ## 1.4 Backwards: adjoints
#
# Now ask the other way round. How strongly does the *output* depend on each node? Call this the **adjoint**, $\bar x_i =
# \partial f/\partial x_i$. It starts at the output with $\bar d = 1$ and goes against the arrows:
#
# $$\bar x_i = \sum_{j\,:\,i \in \mathrm{Pa}(j)} \bar x_j\,\frac{\partial g_j}{\partial x_i}.$$

# %%
ag.trace(f)(0.5).reverse_sweep()

# %% [markdown]
# Read it from the right. The same numbers stand on the arrows: the two sweeps differ in the direction, and in nothing else.
#
# The adjoint of the input is $f'(x)$.

# %%
graph.reverse_sweep()

assert_allclose(
    [c.adjoint, b.adjoint, a.adjoint], [0.4036953311198209, 0.4036953311198209, 0.9220503968758447]
)
print("f'(1/2) =", graph["x"].adjoint)

# %% [markdown]
# ## 1.5 Where paths meet, they add
#
# Two arrows leave $a$: one to $b$, and one directly to $c$. The output depends on $a$ in two ways, so on the way back two
# contributions arrive. They add:
#
# $$\bar a = \bar c\cdot 1 + \bar b\cdot \exp(a) = \frac{1 + b}{2\sqrt c}.$$

# %%
directly = c.adjoint * 1
through_b = b.adjoint * np.exp(a.value)

print("through c directly ", directly)
print("through b          ", through_b)
print("sum                ", directly + through_b)
print("adjoint of a       ", a.adjoint)
assert_allclose(a.adjoint, (1 + b.value) / (2 * np.sqrt(c.value)), rtol=1e-12)

# %% [markdown]
# Why add? Push $a$ by a small $\varepsilon$. Along the one path $c$ grows by $\varepsilon$, along the other by
# $\varepsilon\exp(a)$, and $c$ feels both. Written out over all paths from $x$ to the output, this is the chain rule of the
# calculus book:

# %%
graph.derivation()

# %% [markdown]
# ## 1.6 Which is right?
#
# All of them. The forward sweep, the reverse sweep and the formula $f'(x) = x(1 + b)/d$ agree to the last digit or two. A
# difference quotient does not, and cannot:

# %%
x, h = 0.5, 1e-5
print("forward sweep      ", d.tangent)
print("reverse sweep      ", graph["x"].adjoint)
print("formula            ", x * (1 + b.value) / d.value)
print("central difference ", (f(x + h) - f(x - h)) / (2 * h))
assert_allclose([d.tangent, graph["x"].adjoint], 0.9220503968758447, rtol=1e-12)

# %% [markdown]
# Make $h$ smaller and the difference quotient gets better at first, because the curve becomes straighter; then it gets worse,
# because nearly equal numbers are subtracted. There is no good $h$. A sweep has no $h$.

# %%
exact = x * (1 + b.value) / d.value
h = np.logspace(-15, -1, 57)
quotients = {
    "(f(x + h) − f(x)) / h": (f(x + h) - f(x)) / h,
    "(f(x + h) − f(x − h)) / 2h": (f(x + h) - f(x - h)) / (2 * h),
}

figure, axis = plt.subplots(figsize=(7, 3.2))
for (name, quotient), mark in zip(quotients.items(), ("v", "."), strict=True):
    axis.loglog(
        h, np.abs(quotient - exact) / exact, marker=mark, markersize=5, linewidth=0.8, label=name
    )
axis.axhline(np.finfo(float).eps, color="#0b5d47", label="either sweep: one rounding, 2·10⁻¹⁶")
axis.set(title="relative error of the derivative", xlabel="h", ylim=(3e-17, 10))
axis.legend(loc="upper left", bbox_to_anchor=(1, 1))
plt.show()

# %% [markdown]
# The whole computation in one table, as in the lecture. Values and tangents are read downwards, adjoints upwards; beside each number
# stands the rule that made it.

# %%
graph.table()

# %% [markdown]
# The same at $x = 1$. Something odd happens there: $f'(1) = f(1)$, digit for digit. That is a coincidence of this function ($a = x =
# 1$ makes $x(1+b)/d = c/d = d$). **Never test a derivative at one point alone.**

# %%
at_1 = ag.trace(f)(1.0).forward_sweep().reverse_sweep()
print(at_1.table(digits=16))

tangents = [1, 2, 5.43656365691809, 7.43656365691809, 1.9282846855324671]
adjoints = [1.9282846855324671, 0.9641423427662336, 0.2592978120665479, 0.2592978120665479, 1]
assert_allclose([node.tangent for node in at_1], tangents, rtol=1e-12)
assert_allclose([node.adjoint for node in at_1], adjoints, rtol=1e-12)

# %% [markdown]
# ## 1.7 Counting again
#
# Written out as formulas, $f$ takes 5 operations and $f'$ takes 10. Kept and reused, 4 and 3:

# %%
written_out = operations(lambda x: x * (1 + np.exp(x * x)) / np.sqrt(x * x + np.exp(x * x)), 0.5)
kept = operations(lambda x, b, d: x * (1 + b) / d, 0.5, b.value, d.value)

print("f                 ", operations(lambda x: np.sqrt(x * x + np.exp(x * x)), 0.5))
print("f' written out    ", written_out)
print("f with a kept     ", graph.flops)
print("f' with a, b, d   ", kept)
assert (written_out, graph.flops, kept) == (10, 4, 3)

# %% [markdown]
# Formulas of derivatives grow, and quickly, for every product doubles the number of terms. Derivatives of *programs* do not:
# each step of the program adds one short step to the sweep. That is why one differentiates programs.
#
# ## Exercises
#
# Sheets with blanks, for any program: with another `seed` come other numbers, chosen so that one can calculate with them by hand.
# `sheet.save("sheet.html")` writes a page to print.


# %%
def g(x, y):
    a = x**2
    b = a * y
    c = a + b
    return c


sheet = ag.worksheet(g, hide="adjoints", seed=0)
print(sheet)

# %% [markdown]
# Answers are graded, and the first wrong step is named. Suppose that all is right but $\bar a$, where a path was forgotten:

# %%
report = sheet.grade({**sheet.answers, "ā": 1})
print(report.first_wrong.said)

# %% [markdown]
# **1.** Draw the graph of $f(x) = \dfrac{\sin x}{x}$ on paper, with both sweeps at $x = 2$. Where do two paths meet?
#
# <details><summary>Solution</summary>
#
# With $a = \sin x$ and $d = a/x$ the input is used twice, so two paths meet at $x$ on the way back:
# $\bar a = 1/x$ and $\bar x = -a/x^2 + \bar a\cos x$.
#
# ```python
# def sinc(x):
#     a = np.sin(x)
#     d = a / x
#     return d
#
# sinc_graph = ag.trace(sinc)(2.0).forward_sweep().reverse_sweep()
# assert np.isclose(sinc_graph["x"].adjoint, -np.sin(2) / 4 + np.cos(2) / 2)
# ```
#
# </details>

# %% [markdown]
# **2.** Suppose one forgets the second path, $\bar a = \bar b\,\exp(a)$ alone. What comes out for $f'(\tfrac12)$, and for
# the derivative of which function is that right?
#
# <details><summary>Solution</summary>
#
# It is $2x\,\bar b\exp(a) = 0.518\ldots$ instead of $0.922\ldots$, the derivative of $\sqrt{k + \exp(x^2)}$ with a constant
# $k$: to forget a path is to treat it as constant.
#
# ```python
# forgotten = 2 * 0.5 * b.adjoint * np.exp(a.value)
# assert np.isclose(forgotten, ag.grad(lambda x: np.sqrt(0.25 + np.exp(x**2)))(0.5))
# ```
#
# </details>

# %% [markdown]
# **3.** For which $x$ other than $1$ is $f'(x) = f(x)$?
#
# <details><summary>Solution</summary>
#
# $f' = x(1+b)/d$ equals $f = d$ where $x(1 + b) = d^2 = x^2 + b$, that is where $(x - 1)(x - b) = 0$. Since $b = \exp(x^2) > x$
# always, $x = 1$ is the only such point. The test at $x = 1$ was bad luck.
#
# </details>

# %% [markdown]
# Next: [the two sweeps step by step](02-graphs-and-sweeps.ipynb).
