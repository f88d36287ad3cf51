# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Automatic differentiation
#
# A program is a list of elementary functions, each of which we can differentiate. The chain rule does the rest. This
# notebook follows sections 1 and 2 of the lecture notes: first one function of one variable, then one neuron, then two.
# Every number below is computed; compare it with your own on paper.

# %%
import numpy as np

import autograd_lite as ag

# %% [markdown]
# ## 1.1 What a derivative costs
#
# Take $f(x) = \exp(x^2)$ with $a = x^2$ and $b = \exp(a)$. By hand, $f'(x) = 2x\,b$: once $b$ is kept, the derivative
# needs only two more operations.

# %%
f = lambda x: np.exp(x * x)

print("f'(1)      ", ag.grad(f)(1.0))
print("by hand    ", 2 * np.exp(1.0))
print("operations ", ag.trace(f)(1.0).flops)

# %% [markdown]
# ## 1.2 The worked example, step by step
#
# $$f(x) = \sqrt{x^2 + \exp(x^2)}$$
#
# Written as a program, one elementary function a line:


# %%
def f(x):
    a = x**2
    b = np.exp(a)
    c = a + b
    d = np.sqrt(c)
    return d


graph = ag.trace(f)(0.5)
print(graph)

# %% [markdown]
# `trace` ran the function once and recorded it. That record is the **graph**: which function made each number, and from
# which parents $\mathrm{Pa}(i)$. Two sweeps read it.
#
# **Forward.** Walk from the input to the output and carry along how fast everything changes with $x$. This is the
# *tangent*, $\dot x_i = \sum_j \frac{\partial g_i}{\partial x_j}\,\dot x_j$, starting from $\dot x = 1$.
#
# **Reverse.** Walk back from the output and carry how strongly the output depends on everything. This is the *adjoint*,
# $\bar x_j = \sum_i \bar x_i\,\frac{\partial g_i}{\partial x_j}$, starting from $\bar d = 1$.

# %%
graph.forward_sweep().reverse_sweep()
print(graph)

# %%
graph

# %% [markdown]
# Look at $a$. Two arrows leave it, one to $b$ and one directly to $c$: the output depends on $a$ in two ways, so two
# contributions arrive on the way back, and **they add**:
#
# $$\bar a = \bar c\cdot 1 + \bar b\cdot \exp(a) = \frac{1 + b}{2\sqrt c}.$$

# %%
b_bar, c_bar = graph["b"].adjoint, graph["c"].adjoint
print("through c directly  ", c_bar * 1)
print("through b           ", b_bar * np.exp(graph["a"].value))
print("sum                 ", c_bar * 1 + b_bar * np.exp(graph["a"].value))
print("adjoint of a        ", graph["a"].adjoint)

# %% [markdown]
# Both sweeps give the same derivative, $f'(x) = x(1 + b)/d$. A central difference agrees to about ten digits, as far as
# it can. (Do not test at $x = 1$ alone: there $f' = f$ by coincidence.)

# %%
x, h = 0.5, 1e-5
print("forward sweep      ", graph["d"].tangent)
print("reverse sweep      ", graph["x"].adjoint)
print("formula            ", x * (1 + np.exp(x * x)) / f(x))
print("central difference ", (f(x + h) - f(x - h)) / (2 * h))

# %% [markdown]
# ## 1.3 Counting operations
#
# Writing the derivative out costs more than computing it along the way, because the same intermediate results are
# computed again and again.

# %%
count = lambda f, *args: ag.trace(f)(*args).flops

print("f written out                    ", count(lambda x: np.sqrt(x * x + np.exp(x * x)), 0.5))
print(
    "f' written out                   ",
    count(lambda x: x * (1 + np.exp(x * x)) / np.sqrt(x * x + np.exp(x * x)), 0.5),
)
print("f with a = x·x kept              ", count(lambda x: (lambda a: np.sqrt(a + np.exp(a)))(x * x), 0.5))
print("f' when a, b and d are kept      ", count(lambda x, b, d: x * (1 + b) / d, 0.5, 1.28, 1.24))

# %% [markdown]
# ## 1.4 Derivatives of derivatives
#
# A sweep is itself made of elementary functions, so it can be recorded and swept again, in either direction.

# %%
forward = lambda f: lambda x: ag.jvp(f, (x,), (1.0,))[1]

for outer in (ag.grad, forward):
    for inner in (ag.grad, forward):
        print(outer(inner(f))(0.5))

# %% [markdown]
# ## 2.1 One neuron
#
# $z = wx + b$, $a = \sigma(z)$, and the cost is $C = \tfrac12 (a - y)^2$. On paper, with $\delta = (a - y)\,\sigma'(z)$:
# $\partial C/\partial w = \delta x$ and $\partial C/\partial b = \delta$.

# %%
sigmoid = lambda z: 1 / (1 + np.exp(-z))
x, y = 4.0, 9.0


def cost(w, b):
    z = w * x + b
    a = z
    C = (a - y) ** 2 / 2
    return C


ag.trace(cost)(0.5, 0.1).reverse_sweep()

# %% [markdown]
# That was the linear neuron, $\sigma(z) = z$. One step of gradient descent with $\eta = 0.01$:

# %%
w, b, eta = 0.5, 0.1, 0.01
C, (dw, db) = ag.value_and_grad(cost, argnum=(0, 1))(w, b)
print(f"C = {C:.6g}   dC/dw = {dw:.6g}   dC/db = {db:.6g}")
print(f"w = {w - eta * dw:.6g}   b = {b - eta * db:.6g}")

# %% [markdown]
# ## 2.2 Two neurons in a row
#
# $a_1 = \sigma(w_1 x + b_1)$, $a_2 = \sigma(w_2 a_1 + b_2)$, $C = \tfrac12 (a_2 - y)^2$. On paper one defines
# $\delta_2 = (a_2 - y)\,\sigma'(z_2)$ and $\delta_1 = \delta_2\,w_2\,\sigma'(z_1)$. They are nothing but the adjoints of
# $z_2$ and $z_1$: **backpropagation is the reverse sweep.**

# %%
x, y = 1.0, 0.0


def cost(w1, b1, w2, b2):
    z1 = w1 * x + b1
    a1 = sigmoid(z1)
    z2 = w2 * a1 + b2
    a2 = sigmoid(z2)
    C = (a2 - y) ** 2 / 2
    return C


graph = ag.trace(cost)(0.5, 0.1, -0.3, 0.2).reverse_sweep()
a1, a2 = graph["a1"].value, graph["a2"].value
delta2 = (a2 - y) * a2 * (1 - a2)
delta1 = delta2 * -0.3 * a1 * (1 - a1)
print("delta 2:", delta2, " adjoint of z2:", graph["z2"].adjoint)
print("delta 1:", delta1, " adjoint of z1:", graph["z1"].adjoint)

# %% [markdown]
# The four derivatives, by one reverse sweep:

# %%
for name in ("w1", "b1", "w2", "b2"):
    print(f"dC/d{name} = {graph[name].adjoint:.15f}")

# %% [markdown]
# ## 2.3 Training by hand
#
# A linear net with two weights, $a = w_1 x$, $y = w_2 a$, $C = \tfrac12 (t - y)^2$. Both weights are updated at once, from
# the same gradient.

# %%
x, t, eta = 2.0, 3.0, 0.1
cost = lambda w: (t - w[1] * w[0] * x) ** 2 / 2

w = np.array([0.5, 1.5])
for step in range(4):
    C, slope = ag.value_and_grad(cost)(w)
    print(f"step {step}: w = {w}, C = {C:.7f}, gradient = {slope}")
    w = w - eta * slope

# %% [markdown]
# Next: the same graph, with layers in it. `nn` builds networks from these very operations; no derivative is written there
# by hand.
