# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 7 Check your own backpropagation
#
# Everybody should write backpropagation by hand once. And everybody gets it wrong at first: a transpose, a factor, a sum that is missing.
# Mistakes of this kind raise no error, and worse, the network often learns all the same. This chapter is about finding out.

# %%
import textwrap

import matplotlib.pyplot as plt
import numpy as np
from numpy.testing import assert_allclose

import autograd_lite as ag

plt.style.use("house.mplstyle")

# %% [markdown]
# ## 7.1 A network by hand
#
# One hidden layer with tanh, a linear output, the mean squared error over the samples with the factor $\tfrac12$, and an L2 penalty on
# the weights:
#
# $$C = \frac1{2N}\sum_p \lVert \tilde y_p - y_p\rVert^2 + \lambda\bigl(\lVert W_1\rVert^2 + \lVert W_2\rVert^2\bigr).$$

# %%
rng = np.random.default_rng(0)
X = rng.normal(size=(40, 3))
Y = np.column_stack([np.sin(2 * X[:, 0]) * X[:, 1], np.abs(X[:, 2])])
N, lam = len(X), 1e-3


def cost(params):
    A = np.tanh(X @ params["W1"] + params["b1"])
    Z = A @ params["W2"] + params["b2"]
    penalty = lam * (np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2))
    return np.sum((Z - Y) ** 2) / (2 * N) + penalty


params = {
    "W1": rng.normal(size=(3, 8)) / np.sqrt(3),
    "b1": 0.1 * rng.normal(size=8),
    "W2": rng.normal(size=(8, 2)) / np.sqrt(8),
    "b2": 0.1 * rng.normal(size=2),
}

# %% [markdown]
# And the gradient by the rules of chapter 4. The arguments after `params` mark the places where one easily goes wrong; with what they
# are by default, it is right.


# %%
def gradient(
    params,
    samples=N,
    slope=lambda Z1, A: 1 - A**2,
    penalty=2 * lam,
    bias=lambda delta: delta.sum(axis=0),
):
    Z1 = X @ params["W1"] + params["b1"]
    A = np.tanh(Z1)
    delta_2 = (A @ params["W2"] + params["b2"] - Y) / samples
    delta_1 = delta_2 @ params["W2"].T * slope(Z1, A)
    return {
        "W1": X.T @ delta_1 + penalty * params["W1"],
        "b1": bias(delta_1),
        "W2": A.T @ delta_2 + penalty * params["W2"],
        "b2": bias(delta_2),
    }


# %% [markdown]
# ## 7.2 One number to compare
#
# The oldest check needs no library. Take a step in a random direction $v$ and see how the cost changes; a right gradient predicts it:
#
# $$\frac{C(\theta + hv) - C(\theta - hv)}{2h} \approx \langle\nabla C, v\rangle.$$

# %%
v = {name: rng.normal(size=np.shape(p)) for name, p in params.items()}
step = lambda h: ag.trees.map_tree(lambda p, d: p + h * d, params, v)
along = lambda g: sum(np.sum(g[name] * v[name]) for name in params)

h = 1e-5
print("difference quotient   ", (cost(step(h)) - cost(step(-h))) / (2 * h))
print("by hand               ", along(gradient(params)))
print("forgot the factor 1/N ", along(gradient(params, samples=1)))
assert_allclose((cost(step(h)) - cost(step(-h))) / (2 * h), along(gradient(params)), rtol=1e-7)

# %% [markdown]
# It says *that* something is wrong. It does not say what.
#
# ## 7.3 Which mistake?
#
# `ag.check_gradient` has the graph of the cost. It knows the right gradient, and it can make the common mistakes itself, each at
# each place in the graph where it could be made, and see which of them gives *your* numbers.

# %%
report = ag.check_gradient(cost, gradient, params)
print(report)
assert report.ok

# %% [markdown]
# Right. Now without the derivative of tanh:

# %%
ag.check_gradient(cost, lambda p: gradient(p, slope=lambda Z1, A: 1.0), params)

# %% [markdown]
# It names the place, the mistake and the fix. Some others:

# %%
mistakes = {
    "sum, not mean": {"samples": 1},
    "tanh′ is missing": {"slope": lambda Z1, A: 1.0},
    "tanh′ at A": {"slope": lambda Z1, A: 1 - np.tanh(A) ** 2},
    "no penalty": {"penalty": 0.0},
    "half the penalty": {"penalty": lam},
    "bias: one row": {"bias": lambda delta: delta[0]},
}
for name, changed in mistakes.items():
    report = ag.check_gradient(cost, lambda p: gradient(p, **changed), params)
    wrong = [finding for finding in report.findings if not finding.ok]
    print(f"{name} (wrong by {', '.join(finding.name for finding in wrong)})")
    print(textwrap.fill(wrong[0].says, 92, initial_indent="    ", subsequent_indent="    "), "\n")
    assert wrong and all(finding.mistakes for finding in wrong)

# %% [markdown]
# ## 7.4 Mistakes have a face
#
# Draw each entry of the gradient by hand over the right one. A right gradient lies on the diagonal. A wrong factor turns the line;
# what is missing bends it or scatters it.

# %%
right = ag.grad(cost)(params)
figure, axes = plt.subplots(2, 3, figsize=(9, 5.4))
for axis, (name, changed) in zip(axes.flat, mistakes.items(), strict=True):
    by_hand = gradient(params, **changed)
    ends = [min(map(np.min, right.values())), max(map(np.max, right.values()))]
    axis.plot(ends, ends, color="#c5ccd8", linewidth=1, zorder=0)
    for leaf, mark in zip(params, "o^sD", strict=True):
        axis.plot(right[leaf].ravel(), by_hand[leaf].ravel(), mark, markersize=4, label=leaf)
    axis.set_title(name, fontsize=10)
axes[0, 0].legend(fontsize=8)
axes[1, 1].set_xlabel("right")
axes[0, 0].set_ylabel("by hand")
axes[1, 0].set_ylabel("by hand")
plt.show()

# %% [markdown]
# Look at *no penalty* and *half the penalty*: with $\lambda = 0.001$ one sees nothing. That is what makes small terms treacherous. The
# numbers know it all the same: above, both were named.
#
# ## 7.5 It learns, so it is right?
#
# No. To go downhill, a direction must only point roughly downhill. Here is the training with each of these gradients, at the same
# rate.


# %%
def train(gradient, steps=300, rate=0.1):
    p, costs = params, []
    for _ in range(steps):
        costs.append(cost(p))
        p = ag.trees.map_tree(lambda a, g: a - rate * g, p, gradient(p))
    return costs


figure, axis = plt.subplots(figsize=(7.2, 3.4))
axis.semilogy(train(gradient), color="#1e293b", linewidth=3, label="right")
for name in ("tanh′ is missing", "tanh′ at A", "no penalty", "bias: one row"):
    axis.semilogy(train(lambda p: gradient(p, **mistakes[name])), label=name)
axis.set(title="cost", xlabel="step")
axis.legend(loc="upper left", bbox_to_anchor=(1, 1))
plt.show()

# %% [markdown]
# Every one of them learns something, and if one did not know the black curve, one would be content. **A network that learns proves
# nothing about its gradient.**
#
# ## 7.6 Right by coincidence
#
# In chapter 1 there was a point at which $f'$ and $f$ agree. Points at which people like to test have more of these: at weights zero
# no penalty is felt, with all biases zero many mistakes keep quiet. Compare *at* such a point, and a wrong gradient passes:

# %%
at_zero = {name: np.zeros_like(p) for name, p in params.items()}
without_penalty = lambda p: gradient(p, penalty=0.0)

print("the numbers at one point  ", ag.check_gradient(cost, without_penalty(at_zero), at_zero).ok)
print("the function, near it too ", ag.check_gradient(cost, without_penalty, at_zero).ok)
assert ag.check_gradient(cost, without_penalty(at_zero), at_zero).ok
assert not ag.check_gradient(cost, without_penalty, at_zero).ok

# %% [markdown]
# So give it the function, not its numbers: then it looks at more points nearby. In a test suite one line is enough,
# `ag.check_gradient(cost, gradient, params).raise_if_wrong()`.

# %%
ag.check_gradient(cost, gradient, params).raise_if_wrong()

# %% [markdown]
# ## 7.7 When the right gradient is no use
#
# Sometimes the gradient is right, and `nan` or zero all the same, because the mathematics says so. The distance of two points has no
# derivative where they coincide:


# %%
def distance(p, q):
    r = np.sum((p - q) ** 2)
    d = np.sqrt(r)
    return d


here = np.array([1.0, 2.0])
with np.errstate(divide="ignore", invalid="ignore"):
    print("gradient:", ag.grad(distance)(here, here), "\n")
    answer = ag.why(distance, here, here)
print(textwrap.fill(str(answer), 96))
assert answer.kinds == ("nan",)

# %% [markdown]
# `ag.why` walks back to the node at which the trouble began. It answers as well when a derivative is zero, or missing:


# %%
def too_negative(w):
    z = X @ w - 20
    h = np.maximum(z, 0)
    return np.sum(h)


def left_the_graph(w):
    a = w.value
    return np.sum(a**2)


for f in (too_negative, left_the_graph):
    print(textwrap.fill(str(ag.why(f, np.ones(3))), 96), "\n")

# %% [markdown]
# ## Exercises
#
# **1.** Here is a gradient for logistic regression, with the cost $\frac1N\sum_p\bigl(\log(1 + e^{z_p}) - y_pz_p\bigr)$ and $z = Xw$. Find
# the mistake by reading, and then by asking.

# %%
t = (X[:, 0] > 0).astype(float)
logistic = lambda w: np.mean(np.logaddexp(0, X @ w) - t * (X @ w))


def by_hand(w):
    p = 1 / (1 + np.exp(-(X @ w)))
    return X.T @ ((p - t) * p * (1 - p)) / N


# %% [markdown]
# <details><summary>Solution</summary>
#
# The slope of the sigmoid is multiplied once too often. With the cross-entropy it cancels (4.7), and $\delta = (p - t)/N$ is all. Whoever
# comes from the squared error brings the factor along.
#
# ```python
# assert not ag.check_gradient(logistic, by_hand, np.array([0.3, -0.2, 0.5])).ok
# fixed = lambda w: X.T @ (1 / (1 + np.exp(-(X @ w))) - t) / N
# ag.check_gradient(logistic, fixed, np.array([0.3, -0.2, 0.5])).raise_if_wrong()
# ```
#
# </details>

# %% [markdown]
# **2.** Why does one compare along a *random* direction in 7.2, and not along each axis?
#
# <details><summary>Solution</summary>
#
# One direction costs two evaluations of the cost, the axes cost two for each of the parameters. And a random direction has a share in every
# entry: a mistake in one of them escapes only if it happens to be orthogonal to $v$, which has probability zero.
#
# </details>

# %% [markdown]
# **3.** The difference quotient of a ReLU network is sometimes off by far at a single entry, though everything is right. Where?
#
# <details><summary>Solution</summary>
#
# Where a step of $h$ carries some unit across its kink: the quotient then mixes two slopes. The sweep has no step and takes the slope of
# the side on which the point lies.
#
# ```python
# relu = lambda z: np.where(z > 0, z, 0.0)
# z, h = 1e-6, 1e-5
# assert ag.grad(relu)(z) == 1.0
# assert np.isclose((relu(z + h) - relu(z - h)) / (2 * h), 0.55)
# ```
#
# </details>

# %% [markdown]
# Next: [when gradients vanish](08-when-gradients-vanish.ipynb).
