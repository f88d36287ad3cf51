"""What the classifier and the regressor share: parameters, training, derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

try:
    from sklearn.base import BaseEstimator
    from sklearn.model_selection import train_test_split
    from sklearn.utils import check_random_state
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
except ImportError:
    raise ImportError(
        'nn.FFNNClassifier and nn.FFNNRegressor need scikit-learn 1.6 or newer: pip install "autograd-lite[demo]"'
    ) from None

from .callbacks import EarlyStopping
from .fields import derivative
from .history import History
from .models import FFNN
from .training import fit
from .validation import batch_rows, float_dtype, fraction, layer_sizes, number, optimizer_with_rate, whole

__all__ = ["PARAMETERS", "FFNNEstimator"]

Array = Any


class FFNNEstimator(BaseEstimator):  # type: ignore[misc]
    """A feed-forward network as an estimator; a child says what its outputs mean."""

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
        random_state: Any = None,
        verbose: bool | None = False,
        diagnose: bool = False,
        compile: bool | str = True,
        dtype: Any = "float64",
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.output_activation = output_activation
        self.cost = cost
        self.regularization = regularization
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.initializer = initializer
        self.epochs = epochs
        self.batch_size = batch_size
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.random_state = random_state
        self.verbose = verbose
        self.diagnose = diagnose
        self.compile = compile
        self.dtype = dtype

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Train a new network on X of shape (n, inputs) and y, with a weight for each sample; returns itself.

        Raises
        ------
        ValueError, TypeError
            For data and parameters that do not fit, as scikit-learn's estimators.
        nn.DivergenceError
            If the cost becomes nan or infinite.
        """
        epochs, stop = whole("epochs", self.epochs, 0), self._stop()
        X, y = self._checked(X, y, first=True)
        self._start(X, y)
        data = self._data(X, y, sample_weight)
        data, validation = self._split(data, y) if self.early_stopping else (data, None)
        self.history_ = self._fit(
            data, validation_data=validation, early_stopping=stop, epochs=epochs, verbose=self.verbose,
            diagnose=self.diagnose,
        )  # fmt: skip
        return self._trained()

    def _continue(self, X: Array, y: Array, sample_weight: Any) -> Any:
        """One more epoch, on new data."""
        before = self.history_
        now = self._fit(self._data(X, y, sample_weight), epochs=1, state=before.state, verbose=False)
        now.loss, now.seconds = before.loss + now.loss, before.seconds + now.seconds
        self.history_ = now
        return self._trained()

    def _start(self, X: Array, y: Array) -> None:
        """A network with random weights."""
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        self._rng = np.random.default_rng(seed)
        n_outputs, output = self._outputs(y)
        self.model_ = FFNN(
            [X.shape[1], *layer_sizes(self.hidden_layer_sizes), n_outputs],
            hidden=self.activation, output=output, weights=self.initializer, seed=self._rng, dtype=X.dtype,
        )  # fmt: skip
        self.history_ = History(model=self.model_)

    def _fit(self, data: tuple[Array, ...], **more: Any) -> History:
        """``nn.fit`` with the parameters of this estimator, on (X, y) or (X, y, sample_weight)."""
        X, y, *weights = data
        return fit(
            self.model_, X, y, sample_weight=weights[0] if weights else None, cost=self._cost(),
            optimizer=optimizer_with_rate(self.optimizer, self.learning_rate), regularization=self.regularization,
            batch_size=batch_rows(self.batch_size, len(X)), seed=self._rng, compile=self.compile, **more,
        )  # fmt: skip

    def _stop(self) -> EarlyStopping | None:
        """When to stop before all epochs are done."""
        patience = whole("n_iter_no_change", self.n_iter_no_change, 1)
        tol = None if self.tol is None else number("tol", self.tol)
        if tol is None and not self.early_stopping:
            return None
        return EarlyStopping(patience, tol or 0.0, restore_best=bool(self.early_stopping))

    def _data(self, X: Array, y: Array, sample_weight: Any) -> tuple[Array, ...]:
        weights = self._weights(X, y, sample_weight)
        return (X, self._targets(y)) if weights is None else (X, self._targets(y), weights)

    def _weights(self, X: Array, y: Array, sample_weight: Any) -> Array | None:
        if sample_weight is None:
            return None
        return _check_sample_weight(sample_weight, X, dtype=X.dtype)

    def _split(self, data: tuple[Array, ...], y: Array) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
        """The data to train on and those to watch, chosen at random."""
        n, share = len(y), fraction("validation_fraction", self.validation_fraction)
        if n < 2:
            raise ValueError("early_stopping watches some of the samples, but n_samples = 1: take early_stopping=False")
        watched, seed = min(max(round(share * n), 1), n - 1), int(self._rng.integers(2**31))
        strata = self._strata(y, watched)
        rows = train_test_split(np.arange(n), test_size=watched, random_state=seed, stratify=strata)
        train, watch = (tuple(array[chosen] for array in data) for chosen in rows)
        return train, watch

    def _trained(self) -> Any:
        self.n_iter_ = len(self.history_.loss)
        self.loss_curve_ = self.history_.loss
        self.n_outputs_ = self.model_.layers[-1].biases.size  # type: ignore[attr-defined]
        return self

    def _inputs(self, X: Any) -> Array:
        check_is_fitted(self)
        return validate_data(self, X, reset=False, dtype=float_dtype(self.dtype))

    def derivative(self, X: Any, order: int = 1, wrt: int | Sequence[int] | None = None) -> Array:
        """The exact derivatives, in the inputs, of the prediction of a regressor or the probabilities of a classifier.

        Parameters as in ``nn.derivative``: by default all partial derivatives of that order, at each row of X.

        >>> import nn
        >>> X = np.linspace(-1, 1, 50)[:, None]
        >>> net = nn.FFNNRegressor((), learning_rate=0.05, epochs=500, tol=None, random_state=0).fit(X, 3 * X[:, 0])
        >>> print(net.derivative(X[:2]).round(2))
        [3. 3.]
        """
        return derivative(self._prediction, order, wrt)(self._inputs(X))

    # What the two kinds say for themselves

    def _checked(self, X: Any, y: Any, first: bool) -> tuple[Array, Array]:
        raise NotImplementedError

    def _outputs(self, y: Array) -> tuple[int, Any]:
        raise NotImplementedError

    def _cost(self) -> Any:
        raise NotImplementedError

    def _targets(self, y: Array) -> Array:
        raise NotImplementedError

    def _strata(self, y: Array, watched: int) -> Array | None:
        raise NotImplementedError

    def _prediction(self, X: Array) -> Array:
        raise NotImplementedError


PARAMETERS = """Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        Numbers of units in each hidden layer; () for none.
    activation, output_activation : str or callable
        σ of the hidden layers and of the last one, see ``nn.Dense``; {output}.
    cost : str or callable, optional
        See ``nn.fit``; {cost}.
    regularization : callable or list of callables, optional
        Such as ``nn.L2(1e-4)``.
    optimizer : str or object with ``init`` and ``update``
        Such as "adam" or ``nn.Momentum(0.01)``.
    learning_rate : float, optional
        In the place of the optimizer's own.
    initializer : str or callable, optional
        Of the weights, see ``nn.initializers``.
    epochs : int
        The largest number of passes over the data.
    batch_size : int, "auto" or None
        Samples per step; "auto" is 200 or all, if there are fewer; None is all.
    tol, n_iter_no_change : float or None, int
        Training ends when the loss did not fall by more than ``tol`` for that many epochs; with None it goes on.
    early_stopping : bool
        Whether to hold out data and watch their loss instead, and to keep the parameters of the best epoch.
    validation_fraction : float
        The share of the samples to hold out.
    random_state : int, RandomState or None
        Where weights, the order of the samples and the split come from; the same int gives the same bits.
    verbose : bool or None
        Whether to show a progress bar; None shows it in a terminal or a notebook.
    diagnose : bool
        Whether to look for what is wrong with the training; ``history_.diagnosis`` says it, see ``nn.fit``.
    compile : bool or "numba"
        Whether to compile the steps of longer trainings, to the same numbers; see ``nn.fit``.
    dtype : "float64" or "float32"
        What to compute in.{more}

    Attributes
    ----------
    model_ : nn.FFNN
        The network.
    history_ : nn.History
        The losses of each epoch; ``loss_curve_`` is its list of training losses, ``n_iter_`` the number of epochs.
    n_features_in_, feature_names_in_, n_outputs_
        As everywhere in scikit-learn."""
