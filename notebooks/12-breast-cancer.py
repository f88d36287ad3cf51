# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Breast cancer
#
# 569 tumours, thirty measurements of each, from Wisconsin; benign or malignant? A small network, standardized inputs, and
# stopping before it learns the training data by heart.

# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

import nn

data = load_breast_cancer()
X, X_test, y, y_test = train_test_split(data.data, data.target, test_size=0.25, stratify=data.target, random_state=0)
mean, std = X.mean(axis=0), X.std(axis=0)
X, X_test = (X - mean) / std, (X_test - mean) / std

model = nn.FFNN([30, 16, 1], hidden="tanh", output="sigmoid", seed=0)
model.summary()

# %%
history = nn.fit(
    model, X, y, optimizer=nn.Adam(0.005), regularization=nn.L2(1e-3), epochs=200, batch_size=32,
    validation_data=(X_test, y_test), early_stopping=nn.EarlyStopping(patience=20), seed=0, verbose=False,
)  # fmt: skip
predicted = nn.labels(model(X_test))
print(f"{len(history.loss)} epochs, accuracy {nn.accuracy(y_test, predicted):.1%}")

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
plt.figure(figsize=(6.5, 3), layout="constrained")
plt.barh(data.feature_names[order], size[order], color="#0b5cad")
plt.title("mean |∂logit/∂x|, the ten largest", loc="left")
plt.show()

# %% [markdown]
# ## As an estimator
#
# The same network with scikit-learn's manners, in a pipeline, cross-validated:

# %%
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

classifier = nn.FFNNClassifier(hidden_layer_sizes=(16,), activation="tanh", epochs=40, random_state=0)
scores = cross_val_score(make_pipeline(StandardScaler(), classifier), data.data, data.target, cv=5)
print(f"accuracy of five folds: {scores.mean():.1%} ± {scores.std():.1%}")
