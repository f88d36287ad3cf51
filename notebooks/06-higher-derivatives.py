# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 6 Higher derivatives
#
# A sweep multiplies and adds: it is a program made of elementary functions. So it can be recorded and swept again. That is all there
# is to second derivatives, and to third ones. This chapter looks at the derivative as a graph, and then puts the second derivative to
# work.

# %%
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import SVG
from numpy.testing import assert_allclose

import autograd_lite as ag

plt.style.use("house.mplstyle")
np.set_printoptions(precision=6, suppress=True)


def f(x):
    a = x**2
    b = np.exp(a)
    c = a + b
    d = np.sqrt(c)
    return d


# %% [markdown]
# ## 6.1 The derivative is a program
#
# Trace not $f$ but `ag.grad(f)`. The graph holds the function *and* its reverse sweep, as further nodes: first $a$, $b$, $c$, $d$ as
# before, then the way back to $x$.

# %%
graph = ag.trace(ag.grad(f))(0.5)
print(graph)

# %%
SVG(graph.svg(show={"value"}, direction="right", title="f′ at x = 1/2"))

# %% [markdown]
# The output of this graph is $f'(\tfrac12)$, a number that depends on $x$ like any other. Sweep it once more, and there is
# $f''(\tfrac12)$, as the adjoint of $x$:

# %%
graph.reverse_sweep()
print("f'(1/2)  =", graph.output.value)
print("f''(1/2) =", graph["x"].adjoint)
assert_allclose([graph.output.value, graph["x"].adjoint], [0.9220503968758447, 1.6760309414386625])

# %% [markdown]
# ## 6.2 Four ways
#
# Inside a forward or a reverse sweep, outside again either: four ways to the second derivative. They pass through different
# numbers, and agree.

# %%
forward = lambda f: lambda x: ag.jvp(f, (x,), (1.0,))[1]
names = {ag.grad: "reverse", forward: "forward"}

for outer in names:
    for inner in names:
        second = outer(inner(f))
        print(
            f"{names[outer]} over {names[inner]}:",
            *[f"f''({x}) = {second(x):.12f}  " for x in (1.0, 0.5)],
        )
        assert_allclose(
            [second(1.0), second(0.5)], [2.8193781227987427, 1.6760309414386625], rtol=1e-12
        )
        assert_allclose(second(0.0), 2.0)

# %% [markdown]
# ## 6.3 Any order
#
# Differentiate again and again, and the function becomes a polynomial near a point: Taylor's. A list of functions, each the
# derivative of the one before:

# %%
derivatives = [f]
for _ in range(6):
    derivatives.append(ag.grad(derivatives[-1]))
at_half = np.array([derivative(0.5) for derivative in derivatives])
print(at_half)

# %%
x = np.linspace(-0.7, 1.5, 200)
factorials = np.cumprod([1, 1, 2, 3, 4, 5, 6])
powers = (x[:, None] - 0.5) ** np.arange(7)

figure, axis = plt.subplots(figsize=(7, 3.4))
axis.plot(x, f(x), color="#1e293b", linewidth=3, label="f")
for order, color in zip((1, 2, 4, 6), ("#7d899f", "#0b5d47", "#b3420a", "#0b5cad"), strict=True):
    polynomial = powers[:, : order + 1] @ (at_half / factorials)[: order + 1]
    axis.plot(x, polynomial, color=color, linewidth=1.3, label=f"order {order}")
axis.plot(0.5, f(0.5), "o", color="#1e293b")
axis.set(ylim=(0, 3.6), title="Taylor's polynomials at x = 1/2")
axis.legend()
plt.show()

# %%
# the remainder of order 6 is of the size h⁷: half the step, 128 times less
remainder = lambda h: f(0.5 + h) - h ** np.arange(7) @ (at_half / factorials)
assert 100 < remainder(0.1) / remainder(0.05) < 160

# %% [markdown]
# The programs grow with the order, for each sweep sweeps over all that was there before. For high orders there are better
# methods (Taylor arithmetic); up to four or five this is perfectly good.

# %%
for order, derivative in enumerate(derivatives[:6]):
    print(f"order {order}: {len(ag.trace(derivative)(0.5)):5} nodes")

# %% [markdown]
# ## 6.4 Two derivatives at once, not to be mixed up
#
# When derivatives are nested in one another, their tangents must not mix. The standard trap: an inner derivative that uses a
# variable of the outer one,
#
# $$\frac{\mathrm d}{\mathrm dx}\Bigl(x\cdot\frac{\mathrm d}{\mathrm dy}(x + y)\Bigr) = \frac{\mathrm d}{\mathrm dx}(x\cdot 1) = 1.$$
#
# A program with only *one* slot for a tangent in each variable answers 2. Here each sweep has a table of its own.

# %%
inner = lambda x: forward(lambda y: x + y)(1.0)
print(forward(lambda x: x * inner(x))(1.0))
assert forward(lambda x: x * inner(x))(1.0) == ag.grad(lambda x: x * inner(x))(1.0) == 1.0

# %% [markdown]
# ## 6.5 Many variables: the Hessian
#
# The second derivatives of a function of $n$ variables form the matrix $H_{ij} = \partial^2 f/\partial x_i\partial x_j$. It is the
# Jacobian of the gradient. Rosenbrock's valley, at its lowest point $(1, 1)$:


# %%
def rosenbrock(x):
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


H = ag.hessian(rosenbrock)(np.array([1.0, 1.0]))
print(H)
assert_allclose(H, [[802, -400], [-400, 200]])
assert_allclose(H, ag.jacobian(ag.grad(rosenbrock))(np.array([1.0, 1.0])))

# %% [markdown]
# Its eigenvectors are the directions along and across the valley, its eigenvalues say how steep it rises there: 0.4 and 1002. Such
# a valley is hard for gradient descent, which sees only the walls.

# %%
eigenvalues, vectors = np.linalg.eigh(H)
x1, x2 = np.meshgrid(np.linspace(0.4, 1.6, 200), np.linspace(0.2, 1.9, 200))

figure, axis = plt.subplots(figsize=(5, 4))
levels = np.geomspace(0.02, 60, 12)
axis.contour(x1, x2, rosenbrock([x1, x2]), levels, colors="#c5ccd8", linewidths=0.8)
for value, vector, color in zip(eigenvalues, vectors.T, ("#0b5d47", "#b3420a"), strict=True):
    axis.plot(*(1 + np.outer(vector, [-0.45, 0.45])), color=color, label=f"eigenvalue {value:.1f}")
axis.set(aspect="equal", title="Rosenbrock's valley", xlim=(0.4, 1.6), ylim=(0.2, 1.9))
axis.legend(loc="lower right")
plt.show()

# %% [markdown]
# ## 6.6 Newton's method
#
# Where the gradient is zero there may be a minimum. Newton follows the tangent of the *gradient* to zero:
#
# $$x \leftarrow x - H^{-1}\,\nabla f.$$

# %%
gradient, hessian = ag.grad(rosenbrock), ag.hessian(rosenbrock)

newton = [np.array([-1.2, 1.0])]
while np.linalg.norm(gradient(newton[-1])) > 1e-9:
    x = newton[-1]
    newton.append(x - np.linalg.solve(hessian(x), gradient(x)))
    print(f"step {len(newton) - 1}: distance from the minimum {np.linalg.norm(newton[-1] - 1):.1e}")

assert len(newton) < 10
assert_allclose(newton[-1], [1, 1])

# %% [markdown]
# Close to the end the number of right digits doubles with each step. Gradient descent, with a step as long as it can be without
# jumping out of the valley, has hardly moved along it after a hundred.

# %%
descent = [np.array([-1.2, 1.0])]
for _ in range(100):
    descent.append(descent[-1] - 0.001 * gradient(descent[-1]))

x1, x2 = np.meshgrid(np.linspace(-1.6, 1.5, 200), np.linspace(-3.4, 2, 200))
figure, axis = plt.subplots(figsize=(6.6, 3.8))
levels = np.geomspace(0.1, 2000, 14)
axis.contour(x1, x2, rosenbrock([x1, x2]), levels, colors="#c5ccd8", linewidths=0.8)
axis.plot(*np.array(newton).T, "o-", markersize=4, label=f"Newton, {len(newton) - 1} steps")
axis.plot(*np.array(descent).T, ".-", markersize=3, label="gradient descent, 100 steps")
axis.plot(1, 1, "*", color="#0b5d47", markersize=12)
axis.legend(loc="lower center")
plt.show()

# %% [markdown]
# ## 6.7 The Hessian without the Hessian
#
# With a million variables nobody can store $10^{12}$ numbers. But often only *products* $Hv$ are wanted, and those are cheap. $Hv$ is
# the derivative of the gradient in the direction $v$, one forward sweep over a reverse sweep:
#
# $$Hv = \frac{\mathrm d}{\mathrm dt}\,\nabla f(x + tv)\Big|_{t=0}.$$

# %%
x, v = np.array([-1.2, 1.0]), np.array([0.3, 0.7])
by_two_sweeps = ag.jvp(gradient, (x,), (v,))[1]

print("forward over reverse      ", by_two_sweeps)
print("hessian_vector_product    ", ag.hessian_vector_product(rosenbrock)(x, v))
print("H @ v                     ", hessian(x) @ v)
assert_allclose(by_two_sweeps, hessian(x) @ v)


# %%
def long_valley(x):
    return np.sum((1 - x[:-1]) ** 2 + 100 * (x[1:] - x[:-1] ** 2) ** 2)


operations = lambda f, *args: ag.trace(f)(*args).flops
hvp = ag.hessian_vector_product(long_valley)

for n in (10, 100, 1000, 10_000):
    x, v = np.linspace(-1, 1, n), np.ones(n)
    function, gradient_too = operations(long_valley, x), operations(ag.grad(long_valley), x)
    product = operations(hvp, x, v)
    counts = f"f {function:7,}   ∇f {gradient_too:7,}   Hv {product:7,}"
    print(f"n = {n:6}: {counts}   Hv/f = {product / function:.2f}")
    assert product < 5 * function

# %% [markdown]
# A product costs a few times the function, for ten variables or ten thousand. [Chapter 15](15-second-order-training.ipynb) trains
# networks with it.
#
# ## Exercises
#
# **1.** Two atoms at a distance $r$ have the energy $V(r) = 4(r^{-12} - r^{-6})$. At which distance is the force zero, and how stiff is the
# bond there?
#
# <details><summary>Solution</summary>
#
# The force is $-V'$, zero at $r = 2^{1/6}$, and the stiffness is $V'' = 72/2^{1/3} \approx 57.1$.
#
# ```python
# V = lambda r: 4 * (r**-12.0 - r**-6.0)
# r = 2 ** (1 / 6)
# assert_allclose(ag.grad(V)(r), 0, atol=1e-12)
# assert_allclose(ag.grad(ag.grad(V))(r), 72 / 2 ** (1 / 3))
# ```
#
# </details>

# %% [markdown]
# **2.** Show with one line that $u(x, t) = e^{-\pi^2t}\sin(\pi x)$ satisfies $\partial_tu = \partial_x^2u$.
#
# <details><summary>Solution</summary>
#
# ```python
# u = lambda x, t: np.exp(-(np.pi**2) * t) * np.sin(np.pi * x)
# assert_allclose(ag.grad(u, 1)(0.3, 0.1), ag.grad(ag.grad(u))(0.3, 0.1))
# ```
#
# </details>

# %% [markdown]
# **3.** For which functions does Newton's method need exactly one step?
#
# <details><summary>Solution</summary>
#
# For those whose gradient is linear, the quadratic ones: the tangent of a straight line is the line. The Hessian must be invertible.
#
# ```python
# A, b = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([1.0, -1.0])
# quadratic = lambda x: x @ A @ x / 2 - b @ x
# x = np.array([5.0, -7.0])
# x = x - np.linalg.solve(ag.hessian(quadratic)(x), ag.grad(quadratic)(x))
# assert_allclose(ag.grad(quadratic)(x), 0, atol=1e-12)
# ```
#
# </details>

# %% [markdown]
# **4.** What is the second derivative of ReLU? What does that mean for the Hessian of a ReLU network?
#
# <details><summary>Solution</summary>
#
# Zero, wherever it exists. The network is made of linear pieces: the Hessian sees the curvature of the cost, and the products of
# weights in different layers, but none from the activations.
#
# ```python
# relu = lambda z: np.where(z > 0, z, 0.0)
# assert ag.grad(ag.grad(relu))(0.7) == 0.0
# ```
#
# </details>

# %% [markdown]
# Next: [check your own backpropagation](07-check-your-own-backpropagation.ipynb).
