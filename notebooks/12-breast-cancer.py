# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 12 Breast cancer
#
# 569 tumours, thirty measurements of each, from Wisconsin; benign or malignant? A small network, standardized inputs, and
# stopping before it learns the training data by heart.

# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

import nn

plt.style.use("house.mplstyle")

data = load_breast_cancer()
X, X_test, y, y_test = train_test_split(
    data.data, data.target, test_size=0.25, stratify=data.target, random_state=0
)
mean, std = X.mean(axis=0), X.std(axis=0)
X, X_test = (X - mean) / std, (X_test - mean) / std

model = nn.FFNN([30, 16, 1], hidden="tanh", output="sigmoid", seed=0)
model.summary()

# %% [markdown]
# When to stop is decided on a part of the training data, set aside for that. The test data have no part in it: what has helped to
# choose the model cannot judge it.

# %%
X_fit, X_aside, y_fit, y_aside = train_test_split(X, y, test_size=0.2, stratify=y, random_state=0)
history = nn.fit(
    model, X_fit, y_fit, optimizer=nn.Adam(0.005), regularization=nn.L2(1e-3), epochs=200, batch_size=32,
    validation_data=(X_aside, y_aside), early_stopping=nn.EarlyStopping(patience=20), seed=0, verbose=False,
)  # fmt: skip
predicted = nn.labels(model(X_test))
print(f"{len(history.loss)} epochs, accuracy {nn.accuracy(y_test, predicted):.1%}")
assert nn.accuracy(y_test, predicted) > 0.93

# %%
nn.training_figure(history, y_test, predicted)

# %% [markdown]
# ## Which measurements does it look at?
#
# The derivative of the output in its inputs says so: the mean size of $\partial(\text{logit})/\partial x_j$ over the test data,
# exact, for all thirty at once.

# %%
slopes = nn.derivative(lambda x: model.logits(x))(X_test)[:, 0]
size = np.mean(np.abs(slopes), axis=0)
order = np.argsort(size)[-10:]
plt.figure(figsize=(6.5, 3))
plt.barh(data.feature_names[order], size[order], color="#0b5cad")
plt.title("mean |∂logit/∂x|, the ten largest")
plt.show()

# %% [markdown]
# ## As an estimator
#
# The same network with scikit-learn's manners, in a pipeline, cross-validated:

# %%
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

classifier = nn.FFNNClassifier(
    hidden_layer_sizes=(16,), activation="tanh", epochs=40, random_state=0
)
scores = cross_val_score(make_pipeline(StandardScaler(), classifier), data.data, data.target, cv=5)
print(f"accuracy of five folds: {scores.mean():.1%} ± {scores.std():.1%}")
assert scores.mean() > 0.93

# %% [markdown]
# ## Exercises
#
# **1.** Mean and standard deviation are taken from the training data alone. What would be wrong with those of all data?
#
# <details><summary>Solution</summary>
#
# The test data would have had a part in the model, if a small one. A tumour that comes tomorrow cannot have it either. The
# pipeline at the end does it right in each fold by itself.
#
# </details>

# %% [markdown]
# **2.** Why does one ask for the derivative of the *logit*, and not of the probability?
#
# <details><summary>Solution</summary>
#
# $\partial p/\partial x = p(1 - p)\,\partial z/\partial x$: where the network is sure, the first factor hides the second. The logit says
# what speaks for and against, however sure the network is.
#
# </details>

# %% [markdown]
# Next: [handwritten digits](13-handwritten-digits.ipynb).
