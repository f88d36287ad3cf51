"""Networks with scikit-learn's manners: for pipelines, cross-validation and grid searches.

>>> import numpy as np
>>> import nn
>>> X = np.linspace(-1, 1, 80)[:, None]
>>> net = nn.FFNNRegressor((16,), activation="tanh", learning_rate=0.05, epochs=300, tol=None, random_state=0)
>>> net.fit(X, np.sin(3 * X[:, 0])).score(X, np.sin(3 * X[:, 0])) > 0.99
True

A parameter takes a name or anything of one's own that ``nn.fit`` takes: an activation or a cost is any function, an
optimizer any object with ``init`` and ``update``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .estimator_base import PARAMETERS, FFNNEstimator
from .validation import Classes, float_dtype

from sklearn.base import ClassifierMixin, RegressorMixin  # isort: skip  # the base says it first if there is none
from sklearn.utils import column_or_1d, compute_sample_weight  # isort: skip
from sklearn.utils.multiclass import check_classification_targets, type_of_target  # isort: skip
from sklearn.utils.validation import validate_data  # isort: skip

__all__ = ["FFNNClassifier", "FFNNRegressor"]

Array = Any

_OF_REGRESSOR = PARAMETERS.format(output="'identity' by default", cost="'mean_squared_error' by default", more="")
_OF_CLASSIFIER = PARAMETERS.format(
    output="by default 'sigmoid' for two classes or several labels at once, 'softmax' for more classes",
    cost="by default the cross-entropy that belongs to the last activation",
    more="""
    class_weight : dict, "balanced" or None
        How much each class counts; "balanced" makes all count the same.""",
)


class FFNNRegressor(RegressorMixin, FFNNEstimator):  # type: ignore[misc]
    __doc__ = f"""A feed-forward neural network for regression, for one or several targets.

    {_OF_REGRESSOR}

    Examples
    --------
    >>> from sklearn.model_selection import cross_val_score
    >>> X = np.random.default_rng(0).normal(size=(60, 2))
    >>> net = FFNNRegressor((), learning_rate=0.05, random_state=0)
    >>> bool(np.all(cross_val_score(net, X, X @ [1.0, -2.0], cv=3) > 0.99))
    True
    """

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """One epoch on these data, starting from what was learned before; returns itself.

        Raises as ``fit``, and ValueError if the number of features or targets is another than before.
        """
        first = not hasattr(self, "model_")
        X, y = self._checked(X, y, first)
        if first:
            self._start(X, y)
        return self._continue(X, y, sample_weight)

    def predict(self, X: Any) -> Array:
        """The targets, in the shape that y had in ``fit``."""
        return self._prediction(self._inputs(X))

    def _prediction(self, X: Array) -> Array:
        outputs = self.model_(X)
        return outputs[:, 0] if self._single else outputs

    def _checked(self, X: Any, y: Any, first: bool) -> tuple[Array, Array]:
        dtype = float_dtype(self.dtype)
        X, y = validate_data(self, X, y, dtype=dtype, multi_output=True, y_numeric=True, reset=first)
        if first:
            self._single = y.ndim == 1
        return X, y.astype(dtype, copy=False)

    def _outputs(self, y: Array) -> tuple[int, Any]:
        return 1 if y.ndim == 1 else y.shape[1], self.output_activation or "identity"

    def _cost(self) -> Any:
        return "mean_squared_error" if self.cost is None else self.cost

    def _targets(self, y: Array) -> Array:
        return y if y.ndim > 1 else y[:, None]

    def _strata(self, y: Array, watched: int) -> None:
        return None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


class FFNNClassifier(ClassifierMixin, FFNNEstimator):  # type: ignore[misc]
    __doc__ = f"""A feed-forward neural network for classification: two classes, several, or several labels at once.

    {_OF_CLASSIFIER}
    classes_ : array
        The labels, sorted; the columns of ``predict_proba``.

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> y = ["even", "odd", "odd", "even"]
    >>> net = FFNNClassifier((8,), activation="tanh", learning_rate=0.05, random_state=0).fit(X, y)
    >>> net.predict(X).tolist(), net.predict_proba(X).shape
    (['even', 'odd', 'odd', 'even'], (4, 2))
    """

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        *,
        activation: str | Callable[[Array], Array] = "relu",
        output_activation: str | Callable[[Array], Array] | None = None,
        cost: Any = None,
        regularization: Any = None,
        optimizer: Any = "adam",
        learning_rate: float | None = None,
        initializer: Any = None,
        epochs: int = 200,
        batch_size: int | str | None = "auto",
        tol: float | None = 1e-4,
        n_iter_no_change: int = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        class_weight: Any = None,
        random_state: Any = None,
        verbose: bool | None = False,
        diagnose: bool = False,
        compile: bool | str = True,
        dtype: Any = "float64",
    ) -> None:
        super().__init__(
            hidden_layer_sizes, activation=activation, output_activation=output_activation, cost=cost,
            regularization=regularization, optimizer=optimizer, learning_rate=learning_rate, initializer=initializer,
            epochs=epochs, batch_size=batch_size, tol=tol, n_iter_no_change=n_iter_no_change,
            early_stopping=early_stopping, validation_fraction=validation_fraction, random_state=random_state,
            verbose=verbose, diagnose=diagnose, compile=compile, dtype=dtype,
        )  # fmt: skip
        self.class_weight = class_weight

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Any:
        """One epoch on these data, starting from what was learned before; returns itself.

        The first call needs all ``classes`` that will ever come.  Raises as ``fit``, and ValueError for other features
        or classes than before.
        """
        first = not hasattr(self, "model_")
        if isinstance(self.class_weight, str):
            raise ValueError("class_weight='balanced' needs all data at once: give partial_fit a sample_weight")
        if first and classes is None:
            raise ValueError("the first call of partial_fit needs classes=, all labels that will ever come")
        if not first and classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise ValueError(f"classes={classes!r} are not those of before, {self.classes_.tolist()}")
        X, y = self._checked(X, y, first, classes)
        if first:
            self._start(X, y)
        return self._continue(X, y, sample_weight)

    def predict(self, X: Any) -> Array:
        """The label of each row of X; for several labels at once a row of zeros and ones."""
        X = self._inputs(X)
        return self._classes.predicted(self.model_(X))

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class, in the order of ``classes_``: shape (n, classes).

        Raises ValueError if an ``output_activation`` of one's own gives no probabilities.
        """
        return self._prediction(self._inputs(X))

    def decision_function(self, X: Any) -> Array:
        """How much speaks for each class, in the order of ``classes_``: the largest is predicted.

        These are logits, of shape (n, classes); for two classes log p/(1 − p) of the second, of shape (n,), which is
        predicted where it is positive.  An ``output_activation`` of one's own counts as it is, less ½ for two classes.
        """
        X = self._inputs(X)
        return self._classes.decisions(self.model_, X)

    def _prediction(self, X: Array) -> Array:
        return self._classes.probabilities(self.model_(X))

    def _checked(self, X: Any, y: Any, first: bool, classes: Any = None) -> tuple[Array, Array]:
        X, y = validate_data(self, X, y, dtype=float_dtype(self.dtype), multi_output=True, reset=first)
        check_classification_targets(y)
        y = y.toarray() if hasattr(y, "toarray") else y
        multilabel = y.ndim == 2 and y.shape[1] > 1
        if multilabel and not type_of_target(y).startswith("multilabel"):
            raise ValueError("y of several columns must be 0 or 1 everywhere, a column for each label")
        y = y if multilabel else column_or_1d(y, warn=True)
        if first:
            labels = np.unique(y if classes is None else classes) if not multilabel else np.arange(y.shape[1])
            self._classes = Classes(labels, multilabel)
            self.classes_ = labels
        elif multilabel != self._classes.multilabel:
            raise ValueError("y has one label for each sample now and several before, or the other way round")
        return X, y

    def _outputs(self, y: Array) -> tuple[int, Any]:
        self._classes.choose_output(self.output_activation, self.cost)
        return self._classes.columns, self._classes.output

    def _cost(self) -> Any:
        return self.cost

    def _targets(self, y: Array) -> Array:
        return self._classes.targets(y, float_dtype(self.dtype))

    def _weights(self, X: Array, y: Array, sample_weight: Any) -> Array | None:
        weights = super()._weights(X, y, sample_weight)
        if self.class_weight is None:
            return weights
        of_classes = compute_sample_weight(self.class_weight, y)
        return of_classes if weights is None else weights * of_classes

    def _strata(self, y: Array, watched: int) -> Array | None:
        """The labels, where each class is frequent enough to stand on both sides of a split."""
        if self._classes.multilabel:
            return None
        counts = np.unique(y, return_counts=True)[1]
        enough = counts.min() >= 2 and len(counts) <= min(watched, len(y) - watched)
        return y if enough else None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
