"""nn: feed-forward networks, costs and optimizers, built from autograd_lite's primitives alone.

No derivative is written in this package: layers, costs, penalties and optimizers are NumPy expressions, and the engine
differentiates them.

>>> import numpy as np
>>> import nn
>>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
>>> y = np.array([0, 1, 1, 0])
>>> model = nn.FFNN([2, 8, 1], hidden="tanh", output="sigmoid", seed=0)
>>> history = nn.fit(model, X, y, optimizer=nn.Adam(lr=0.05), epochs=200, seed=0)
>>> print(model(X).ravel().round(1), nn.accuracy(y, model(X)))
[0. 1. 1. 0.] 1.0
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import diagnosis, initializers, schedules
from .activations import (
    elu,
    gelu,
    identity,
    leaky_relu,
    log_softmax,
    relu,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    tanh,
)
from .callbacks import EarlyStopping
from .checkpoints import Checkpoint
from .composition import ActivityPenalty, Residual
from .costs import (
    Cost,
    Huber,
    binary_cross_entropy,
    categorical_cross_entropy,
    gaussian,
    half_sum_of_squares,
    hinge,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_squared_error,
    poisson,
)
from .fields import curl, derivative, divergence, laplacian
from .history import History
from .layers import Activation, Dense, Dropout, Flatten
from .metrics import accuracy, confusion_matrix, f1_score, labels, precision, r2_score, recall
from .models import FFNN, Sequential, parameter_count
from .modes import in_training
from .normalization import BatchNorm, LayerNorm
from .objective import objective
from .onnx import to_onnx
from .optimizers import (
    GD,
    LBFGS,
    SGD,
    AdaDelta,
    AdaGrad,
    Adam,
    Adamax,
    AdamW,
    AMSGrad,
    LevenbergMarquardt,
    Lion,
    Momentum,
    NAdam,
    Nesterov,
    NewtonCG,
    Optimizer,
    RMSProp,
    SumOfSquares,
)
from .plots import plot_confusion_matrix, plot_history, training_figure
from .preprocessing import min_max, standardize, train_validation_split
from .race import race
from .regularization import L1, L2, ElasticNet, MaxNorm
from .saving import load, save
from .targets import one_hot
from .training import DivergenceError, fit

if TYPE_CHECKING:
    from .estimators import FFNNClassifier as FFNNClassifier
    from .estimators import FFNNRegressor as FFNNRegressor

__all__ = [
    "AMSGrad", "Activation", "ActivityPenalty", "AdaDelta", "AdaGrad", "Adam", "AdamW", "Adamax", "BatchNorm",
    "Checkpoint", "Cost", "Dense", "DivergenceError", "Dropout", "EarlyStopping", "ElasticNet", "FFNN", "Flatten",
    "GD", "History", "Huber", "L1", "L2", "LBFGS", "LayerNorm", "LevenbergMarquardt", "Lion", "MaxNorm", "Momentum",
    "NAdam", "Nesterov", "NewtonCG", "Optimizer", "RMSProp", "Residual", "SGD", "Sequential", "SumOfSquares",
    "accuracy", "binary_cross_entropy", "categorical_cross_entropy", "confusion_matrix", "curl", "derivative",
    "diagnosis", "divergence", "elu", "f1_score", "fit", "gaussian", "gelu", "half_sum_of_squares", "hinge", "huber",
    "identity", "in_training", "initializers", "labels", "laplacian", "leaky_relu", "load", "log_cosh", "log_softmax",
    "mean_absolute_error", "mean_squared_error", "min_max", "objective", "one_hot", "parameter_count",
    "plot_confusion_matrix", "plot_history", "poisson", "precision", "r2_score", "race", "recall", "relu", "save",
    "schedules", "selu", "sigmoid", "silu", "softmax", "softplus", "softsign", "standardize", "tanh", "to_onnx",
    "train_validation_split", "training_figure",
]  # fmt: skip

_LATER = {"FFNNClassifier": "estimators", "FFNNRegressor": "estimators"}  # they need scikit-learn


def __getattr__(name: str) -> Any:
    if name in _LATER:  # loaded when it is first used
        return getattr(import_module(f".{_LATER[name]}", __name__), name)
    raise AttributeError(f"module 'nn' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_LATER])
