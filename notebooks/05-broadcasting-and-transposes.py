# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 5 Broadcasting and transposes
#
# Two questions about arrays come up again and again. Where do the transposes in backpropagation come from? And why is the
# gradient of a bias a *sum*? Both have the same answer: a reverse sweep goes through every linear function by its transpose,
# and broadcasting is a linear function.

# %%
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import SVG
from numpy.testing import assert_allclose

import autograd_lite as ag

plt.style.use("house.mplstyle")
np.set_printoptions(precision=4, suppress=True)
rng = np.random.default_rng(0)

# %% [markdown]
# ## 5.1 Forwards by the matrix, backwards by its transpose
#
# Take a linear function, $y = Ax$. Its Jacobian is $A$, wherever we are. A forward sweep carries a tangent through it, and a reverse
# sweep an adjoint:
#
# $$\dot y = A\,\dot x, \qquad \bar x = A^\top\,\bar y.$$
#
# The second line is the first rule read the other way. The partial derivative of $y_i$ by $x_j$ is $A_{ij}$, so $\bar x_j = \sum_i
# \bar y_i A_{ij}$: summed over the *first* index, which is what the transpose does.

# %%
A = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]])
linear = lambda x: A @ x
x, x_dot, y_bar = rng.normal(size=3), rng.normal(size=3), rng.normal(size=2)

y, y_dot = ag.jvp(linear, (x,), (x_dot,))
y, pullback = ag.vjp(linear, x)
(x_bar,) = pullback(y_bar)

print("Jacobian\n", ag.jacobian(linear)(x))
assert_allclose(y_dot, A @ x_dot)
assert_allclose(x_bar, A.T @ y_bar)

# %% [markdown]
# One number ties the two together, whatever the function is:
#
# $$\langle \bar y,\, J\dot x\rangle = \langle J^\top\bar y,\, \dot x\rangle.$$
#
# It is the definition of the transpose, and the test that every rule of this library has to pass.

# %%
print("⟨ȳ, Jẋ⟩  ", y_bar @ y_dot)
print("⟨Jᵀȳ, ẋ⟩ ", x_bar @ x_dot)
assert_allclose(y_bar @ y_dot, x_bar @ x_dot)

# %% [markdown]
# ## 5.2 Copying is linear, and its transpose is a sum
#
# Copy one number three times: $y = (x, x, x)$. As a matrix that is a column of ones, so its transpose is a row of ones, which
# *adds*. Where copies are made, adjoints are summed. This is **where paths meet, they add** once more: each copy is a path.

# %%
copy = lambda x: np.broadcast_to(x, (3,))

print("Jacobian of the copy:\n", ag.jacobian(copy)(np.array([7.0])))
value, pullback = ag.vjp(copy, np.array([7.0]))
print("adjoints (10, 20, 30) come back as", pullback(np.array([10.0, 20.0, 30.0]))[0])

# %% [markdown]
# **Broadcasting** is such a copy, made in silence. In $Z = XW + b$ the product has the shape $(N, m)$ and $b$ has the shape $(m,)$;
# NumPy adds $b$ to each of the $N$ rows. So $\bar b$ is the sum over the rows:

# %%
X, W, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)


def layer(X, W, b):
    V = X @ W
    Z = V + b
    return Z


graph = ag.trace(layer)(X, W, b)
Z_bar = rng.normal(size=(4, 2))
graph.reverse_sweep(Z_bar)
SVG(graph.svg(show={"shape", "adjoint", "partial"}))

# %%
print("Z̄ =\n", Z_bar)
print("b̄ =", graph["b"].adjoint, " the sum of its rows")
assert_allclose(graph["b"].adjoint, Z_bar.sum(axis=0))

# %% [markdown]
# The rule for any shapes: **the adjoint has the shape of the value.** Sum over every axis along which the value was copied. There is
# nothing else to remember.

# %%
for shape in [(4, 2), (2,), (1, 2), (4, 1), ()]:
    value, pullback = ag.vjp(lambda b: np.zeros((4, 2)) + b, np.ones(shape))
    print(
        f"{shape!s:7} broadcast to (4, 2), back from ones:", pullback(np.ones((4, 2)))[0].tolist()
    )

# %% [markdown]
# ## 5.3 A gallery of transposes
#
# Much of NumPy is linear: it moves numbers, copies them, or adds them up. Here are some Jacobians as pictures, blue for $+1$ and red
# for $-1$. Below each stands its transpose, and the function that it belongs to.

# %%
x = np.arange(6.0)
pairs = {
    ("sum", "broadcast"): (lambda x: np.sum(x, keepdims=True), lambda y: np.broadcast_to(y, (6,))),
    ("x[1:4]", "pad with zeros"): (lambda x: x[1:4], lambda y: np.pad(y, (1, 2))),
    ("cumsum", "cumsum from the end"): (np.cumsum, lambda y: np.cumsum(y[::-1])[::-1]),
    ("roll(x, 2)", "roll(y, −2)"): (lambda x: np.roll(x, 2), lambda y: np.roll(y, -2)),
    ("diff", "−diff, padded"): (np.diff, lambda y: -np.diff(np.pad(y, 1))),
    ("x[[0, 0, 3]]", "add at 0, 0, 3"): (
        lambda x: x[[0, 0, 3]],
        lambda y: np.bincount([0, 0, 3], y, 6),
    ),
}
figure, axes = plt.subplots(2, 6, figsize=(10.5, 3.6))
for column, (names, (f, transpose)) in zip(axes.T, pairs.items(), strict=True):
    J = ag.jacobian(f)(x)
    for axis, matrix, name in zip(column, (J, J.T), names, strict=True):
        axis.imshow(matrix, cmap="RdBu", vmin=-1.6, vmax=1.6)
        axis.set_title(name, fontsize=9, loc="center")
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_visible(True)
    y_bar = rng.normal(size=len(J))
    assert_allclose(ag.vjp(f, x)[1](y_bar)[0], transpose(y_bar))
plt.show()

# %% [markdown]
# The last one picks the entry 0 *twice*. On the way back two adjoints arrive there, and they add.

# %%
value, pullback = ag.vjp(lambda x: x[[0, 0, 3]], x)
print(pullback(np.array([1.0, 10.0, 100.0]))[0])

# %% [markdown]
# And the transpose of transposing is transposing back, of reshaping is reshaping back, of putting together is taking apart.
#
# ## 5.4 The product of matrices
#
# $V = XW$ is linear in $X$ and linear in $W$, so there are two transposes. The shapes leave no choice. Let $X$ be $(N, n)$ and $W$ be
# $(n, m)$; then $\bar V$ is $(N, m)$, and:
#
# | wanted | shape | can only be |
# |---|---|---|
# | $\bar X$ | $(N, n)$ | $\bar V\,W^\top$: $(N, m)(m, n)$ |
# | $\bar W$ | $(n, m)$ | $X^\top\bar V$: $(n, N)(N, m)$ |

# %%
V_bar = rng.normal(size=(4, 2))
value, pullback = ag.vjp(np.matmul, X, W)
X_bar, W_bar = pullback(V_bar)
assert_allclose(X_bar, V_bar @ W.T)
assert_allclose(W_bar, X.T @ V_bar)
print("X̄ = V̄Wᵀ", X_bar.shape, "  W̄ = XᵀV̄", W_bar.shape)

# %% [markdown]
# The same in sums. With $V_{pj} = \sum_i X_{pi}W_{ij}$ the reverse sweep keeps the letters and sums over those that are not wanted:
#
# $$\bar W_{ij} = \sum_p X_{pi}\,\bar V_{pj}.$$
#
# In `einsum` one sees it directly: exchange the output with the factor that is wanted. This works for any product of any arrays.

# %%
assert_allclose(np.einsum("pi,ij->pj", X, W), X @ W)
assert_allclose(np.einsum("pi,pj->ij", X, V_bar), W_bar)
assert_allclose(np.einsum("pj,ij->pi", V_bar, W), X_bar)

# %% [markdown]
# ## 5.5 Taking away the mean
#
# A function with both in it: subtract from each column its mean, $y = x - \tfrac1n\sum x$. The mean is a sum, and it is broadcast
# when it is subtracted. In the reverse sweep the two change their roles: the adjoint is summed because the mean was broadcast, and
# broadcast because the mean was a sum. What comes out is the same function again.

# %%
center = lambda x: x - np.mean(x)

J = ag.jacobian(center)(np.arange(4.0))
print(J)
assert_allclose(J, np.eye(4) - 1 / 4)

value, pullback = ag.vjp(center, np.arange(4.0))
y_bar = rng.normal(size=4)
assert_allclose(pullback(y_bar)[0], center(y_bar))

# %% [markdown]
# The Jacobian is its own transpose. Its rows add up to zero: to add a constant to $x$ changes nothing.
#
# ## 5.6 A trap
#
# Broadcasting is convenient, and sometimes it is a mistake that nobody reports. Labels of shape $(N,)$, predictions of shape $(N, 1)$,
# as a network returns them. The difference has the shape $(N, N)$: every prediction minus every label.

# %%
N = 50
labels = np.linspace(-1, 1, N)  # (N,)
features = labels[:, None]  # (N, 1)
wrong = lambda w: np.mean((features * w - labels) ** 2)
right = lambda w: np.mean((features[:, 0] * w - labels) ** 2)

print("shape of the difference:", (features - labels).shape)
print("at the perfect weight w = 1:")
print(f"   right: cost {right(1.0):.4f}, derivative {ag.grad(right)(1.0):+.4f}")
print(f"   wrong: cost {wrong(1.0):.4f}, derivative {ag.grad(wrong)(1.0):+.4f}")

# %% [markdown]
# No error, no warning, and the network learns to predict the mean of all labels. A look at the graph shows it at once: the card of
# the difference says $[50, 50]$.


# %%
def cost(w):
    prediction = features * w
    difference = prediction - labels
    C = np.mean(difference**2)
    return C


graph = ag.trace(cost)(1.0).reverse_sweep()
assert graph["difference"].value.shape == (N, N)
SVG(graph.svg(show={"shape", "value", "adjoint"}))

# %%
w = np.linspace(-0.5, 1.5, 100)
figure, axis = plt.subplots(figsize=(5.4, 2.8))
axis.plot(w, [right(v) for v in w], label="right: least at w = 1")
axis.plot(w, [wrong(v) for v in w], "--", label="wrong: least at w = 0")
axis.set(xlabel="w", title="the cost with and without the trap")
axis.legend(loc="upper center")
plt.show()

# %% [markdown]
# ## Exercises
#
# Find the gradient on paper, by shapes and transposes, and check it with `ag.grad`.
#
# **1.** $f(A) = \sum_i A_{ii}$, the trace.
#
# <details><summary>Solution</summary>
#
# The identity: $\partial f/\partial A_{ij}$ is 1 on the diagonal and 0 elsewhere.
#
# ```python
# A = rng.normal(size=(3, 3))
# assert_allclose(ag.grad(np.trace)(A), np.eye(3))
# ```
#
# </details>

# %% [markdown]
# **2.** $f(x) = x^\top A\,x$.
#
# <details><summary>Solution</summary>
#
# $x$ is used twice, so there are two paths: $\bar x = Ax + A^\top x = (A + A^\top)\,x$. Only for a symmetric $A$ is it $2Ax$.
#
# ```python
# x = rng.normal(size=3)
# assert_allclose(ag.grad(lambda x: x @ A @ x)(x), (A + A.T) @ x)
# ```
#
# </details>

# %% [markdown]
# **3.** $f(A) = \log\lvert\det A\rvert$.
#
# <details><summary>Solution</summary>
#
# $A^{-\top}$. The determinant is linear in each entry, with the cofactor as its partial derivative, and the matrix of cofactors
# divided by the determinant is $A^{-\top}$.
#
# ```python
# assert_allclose(ag.grad(lambda A: np.linalg.slogdet(A)[1])(A), np.linalg.inv(A).T)
# ```
#
# </details>

# %% [markdown]
# **4.** Standardize a column, $y = (x - \mu)/s$ with its mean $\mu$ and standard deviation $s$. Which two directions $\dot x$ leave $y$
# unchanged, and how does the Jacobian say so?
#
# <details><summary>Solution</summary>
#
# To add a constant, $\dot x = (1, \dots, 1)$, and to stretch from the mean, $\dot x = x - \mu$. Both have $J\dot x = 0$. This is why
# batch normalization makes a network indifferent to the scale of the weights before it.
#
# ```python
# standardize = lambda x: (x - np.mean(x)) / np.std(x)
# x = rng.normal(size=5)
# J = ag.jacobian(standardize)(x)
# assert_allclose(J @ np.ones(5), 0, atol=1e-14)
# assert_allclose(J @ (x - np.mean(x)), 0, atol=1e-14)
# ```
#
# </details>

# %% [markdown]
# Next: [higher derivatives](06-higher-derivatives.ipynb).
