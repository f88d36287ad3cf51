"""The estimators keep scikit-learn's contract, and do what its closed networks cannot."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_iris, make_multilabel_classification
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import nn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3))
Y = np.tanh(X[:, 0] - X[:, 1] * X[:, 2])
LABELS = np.where(X[:, 0] + X[:, 1] > 0, "yes", "no")
WORDS = np.array(["a", "b", "c"])[np.digitize(X[:, 0], [-0.5, 0.5])]


def regressor(**settings):
    return nn.FFNNRegressor(**{"hidden_layer_sizes": (12,), "learning_rate": 0.02, "random_state": 0, **settings})


def classifier(**settings):
    return nn.FFNNClassifier(**{"hidden_layer_sizes": (12,), "learning_rate": 0.02, "random_state": 0, **settings})


@pytest.mark.parametrize(
    "estimator",
    [
        nn.FFNNRegressor(),
        nn.FFNNClassifier(),
        nn.FFNNRegressor((40, 20), activation="tanh", batch_size=None),
        nn.FFNNClassifier((20, 20), output_activation="sigmoid", regularization=nn.L2(1e-5)),
    ],
    ids=lambda estimator: repr(estimator)[:40],
)
def test_check_estimator(estimator, monkeypatch):
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")  # without it one check says nothing
    results = check_estimator(estimator, on_fail=None, on_skip=None)
    wrong = {r["check_name"]: r["exception"] for r in results if r["status"] != "passed"}
    assert len(results) > 50 and wrong == {}


def test_pipeline_grid_search_and_cross_validation():
    data, target = load_breast_cancer(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), classifier(epochs=20))
    assert np.mean(cross_val_score(pipeline, data, target, cv=3)) > 0.95
    grid = {"ffnnclassifier__hidden_layer_sizes": [(), (8,)], "ffnnclassifier__optimizer": ["adam", nn.SGD(1e-9)]}
    search = GridSearchCV(clone(pipeline).set_params(ffnnclassifier__learning_rate=None), grid, cv=2)
    search.fit(data[::4], target[::4])
    assert search.best_params_["ffnnclassifier__optimizer"] == "adam"


def test_the_same_random_state_gives_the_same_bits_and_pickles_to_them():
    first, second = (classifier(batch_size=16, epochs=5).fit(X, LABELS) for _ in range(2))
    copy = pickle.loads(pickle.dumps(first))
    for other in (second, copy):
        np.testing.assert_array_equal(first.predict_proba(X), other.predict_proba(X))
    copy.partial_fit(X, LABELS)
    first.partial_fit(X, LABELS)
    np.testing.assert_array_equal(first.predict_proba(X), copy.predict_proba(X))
    different = classifier(batch_size=16, epochs=5, random_state=1).fit(X, LABELS)
    assert not np.array_equal(first.predict_proba(X), different.predict_proba(X))


def test_fit_is_nn_fit():
    net = regressor(activation="tanh", epochs=7, tol=None, batch_size=None, optimizer="adam").fit(X, Y)
    rng = np.random.default_rng(np.random.RandomState(0).randint(np.iinfo(np.int32).max))
    model = nn.FFNN([3, 12, 1], hidden="tanh", seed=rng)
    history = nn.fit(model, X, Y, optimizer=nn.Adam(0.02), batch_size=None, epochs=7)
    np.testing.assert_array_equal(net.predict(X), model(X)[:, 0])
    assert net.history_.loss == net.loss_curve_ == history.loss
    assert net.n_iter_ == 7 and net.history_.model is net.model_


def test_partial_fit_goes_on_with_the_optimizer_where_it_was():
    whole = regressor(epochs=6, tol=None, batch_size=20).fit(X, Y)
    pieces = regressor(batch_size=20)
    for _ in range(6):
        pieces.partial_fit(X, Y)
    np.testing.assert_array_equal(whole.predict(X), pieces.predict(X))
    assert pieces.n_iter_ == 6


def test_partial_fit_learns_classes_that_come_later():
    net = classifier()
    parts = [WORDS == word for word in "abc"]  # noqa: SIM300
    for rows in 60 * parts:
        net.partial_fit(X[rows], WORDS[rows], classes=["c", "a", "b"])
    assert net.classes_.tolist() == ["a", "b", "c"]
    assert net.score(X, WORDS) > 0.8


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda net: net.partial_fit(X, LABELS), "the first call of partial_fit needs classes"),
        (lambda net: net.set_params(class_weight="balanced").partial_fit(X, LABELS, ["no", "yes"]), "needs all data"),
        (lambda net: net.fit(X, LABELS).partial_fit(X, LABELS, ["no", "maybe"]), "are not those of before"),
        (lambda net: net.fit(X, LABELS).partial_fit(X, WORDS), "which is none of the classes"),
        (lambda net: net.fit(X, LABELS).partial_fit(X[:, :2], LABELS), "X has 2 features, but FFNNClassifier"),
    ],
)
def test_partial_fit_refuses(call, message):
    with pytest.raises(ValueError, match=message):
        call(classifier(epochs=2))


def test_strings_probabilities_and_two_three_or_one_class():
    for labels in (LABELS, WORDS):
        net = classifier().fit(X, labels)
        p = net.predict_proba(X)
        assert p.shape == (80, len(net.classes_)) and net.score(X, labels) > 0.9
        np.testing.assert_allclose(p.sum(axis=1), 1)
        np.testing.assert_array_equal(net.predict(X), net.classes_[np.argmax(p, axis=1)])
    net = classifier(epochs=1).fit(X, ["only"] * 80)
    assert set(net.predict(X)) == {"only"} and np.array_equal(net.predict_proba(X), np.ones((80, 1)))


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_either_last_activation_serves_two_and_three_classes(output):
    for labels in (LABELS, WORDS):
        net = classifier(output_activation=output).fit(X, labels)
        np.testing.assert_allclose(net.predict_proba(X).sum(axis=1), 1)
        assert net.score(X, labels) > 0.9
        assert net.history_.cost.startswith("binary" if output == "sigmoid" else "categorical")


@pytest.mark.parametrize("output", ["sigmoid", "softmax", np.tanh])
def test_decisions_agree_with_predictions(output):
    for labels in (LABELS, WORDS):
        net = classifier(output_activation=output, epochs=20, cost="mse" if output is np.tanh else None).fit(X, labels)
        decisions = net.decision_function(X)
        if len(net.classes_) == 2:
            np.testing.assert_array_equal(net.predict(X), net.classes_[(decisions > 0).astype(int)])
        else:
            np.testing.assert_array_equal(net.predict(X), net.classes_[np.argmax(decisions, axis=1)])
    if output != np.tanh:
        p = classifier(output_activation=output, epochs=20).fit(X, LABELS)
        odds = np.log(p.predict_proba(X)[:, 1] / p.predict_proba(X)[:, 0])
        np.testing.assert_allclose(p.decision_function(X), odds, rtol=1e-9)


def test_a_cost_brings_its_last_activation():
    net = classifier(cost="categorical_cross_entropy", epochs=3).fit(X, LABELS)
    assert net.n_outputs_ == 2 and net.model_.output_activation is nn.softmax


def test_several_labels_at_once():
    data, labels = make_multilabel_classification(n_samples=150, n_classes=4, random_state=0)
    net = make_pipeline(StandardScaler(), classifier()).fit(data, labels)
    p = net.predict_proba(data)
    assert p.shape == labels.shape and net.score(data, labels) > 0.8
    np.testing.assert_array_equal(net.predict(data), (p >= 0.5).astype(int))


def test_several_targets_in_the_shape_they_were_given():
    net = regressor(epochs=5)
    assert net.fit(X, Y).predict(X).shape == (80,)
    assert net.fit(X, Y[:, None]).predict(X).shape == (80, 1)
    both = regressor(activation="tanh", tol=None, epochs=500).fit(X, np.stack([Y, -Y], axis=1))
    assert both.predict(X).shape == (80, 2) and both.n_outputs_ == 2 and both.score(X, np.stack([Y, -Y], axis=1)) > 0.9


def test_anything_of_ones_own_is_taken():
    class Sign(nn.Optimizer):
        def delta(self, g, memory, t):
            return -self.lr * np.sign(g), memory

    def bump(z):
        return np.exp(-z * z)

    def quartic(targets, outputs, weights=1.0):
        return np.mean(weights * (outputs - targets) ** 4)

    net = regressor(activation=bump, cost=quartic, optimizer=Sign(0.003), learning_rate=None, epochs=300, tol=None)
    assert clone(net).fit(X, Y, sample_weight=np.ones(80)).score(X, Y) > 0.9
    signed = classifier(output_activation="tanh", cost=lambda y, o: np.mean((o - y) ** 2)).fit(X, LABELS)
    assert signed.score(X, LABELS) > 0.9
    with pytest.raises(ValueError, match="the outputs are no probabilities"):
        signed.predict_proba(X)


def test_weights_of_samples_and_classes():
    counts = RNG.integers(0, 3, 80)
    repeated = np.repeat(np.arange(80), counts)
    settings = dict(batch_size=None, epochs=30, tol=None)
    for make, target in ((regressor, Y), (classifier, LABELS)):
        weighted = make(**settings).fit(X, target, sample_weight=counts)
        again = make(**settings).fit(X[repeated], target[repeated])
        np.testing.assert_allclose(weighted.loss_curve_, again.loss_curve_, rtol=1e-9)
    by_class = classifier(class_weight={"no": 1, "yes": 3}, **settings).fit(X, LABELS, sample_weight=counts)
    by_hand = classifier(**settings).fit(X, LABELS, sample_weight=counts * np.where(LABELS == "yes", 3, 1))
    np.testing.assert_array_equal(by_class.predict_proba(X), by_hand.predict_proba(X))
    rare = np.r_[np.flatnonzero(LABELS == "no"), np.flatnonzero(LABELS == "yes")[:3]]
    balanced, plain = (classifier(class_weight=w, epochs=10).fit(X[rare], LABELS[rare]) for w in ("balanced", None))
    assert np.mean(balanced.predict(X) == "yes") > np.mean(plain.predict(X) == "yes")


def test_names_of_columns_are_remembered():
    frame, target = load_iris(return_X_y=True, as_frame=True)
    net = classifier(epochs=3).fit(frame, target)
    assert net.feature_names_in_.tolist() == list(frame.columns) and net.n_features_in_ == 4
    with pytest.raises(ValueError, match="feature names"):
        net.predict(frame[frame.columns[::-1]])
    text = pd.Series(LABELS, dtype="string")
    assert set(classifier(epochs=3).fit(pd.DataFrame(X, columns=list("uvw")), text).classes_) == {"yes", "no"}


def test_early_stopping_keeps_the_best_of_the_watched_epochs():
    noisy = Y + 0.5 * RNG.normal(size=80)
    watched = dict(early_stopping=True, validation_fraction=0.3, n_iter_no_change=15)
    net = regressor(hidden_layer_sizes=(60,), epochs=2000, **watched)
    net.fit(X, noisy)
    history = net.history_
    assert history.restored_epoch == net.n_iter_ - 15 and net.n_iter_ < 2000
    shorter = clone(net).set_params(epochs=history.restored_epoch).fit(X, noisy)
    np.testing.assert_array_equal(net.predict(X), shorter.predict(X))


def test_early_stopping_watches_each_class():
    seen = []
    net = classifier(early_stopping=True, epochs=1)
    net.set_params(cost=lambda y, o, weights=1.0: (seen.append(np.unique(np.asarray(y).ravel())), np.sum(o) * 0)[1])
    net.fit(X, np.where(np.arange(80) < 20, "rare", "usual"))
    assert all(len(values) == 2 for values in seen)


def test_training_ends_when_the_loss_has_converged():
    net = regressor(hidden_layer_sizes=(), epochs=5000, learning_rate=0.05).fit(X, X[:, 0])
    assert net.n_iter_ < 1000
    assert regressor(epochs=0).fit(X, Y).n_iter_ == 0


def test_exact_derivatives_of_the_prediction():
    net = regressor(activation="tanh", epochs=20).fit(X, Y)
    h, points = 1e-6, X[:4]
    steps = h * np.eye(3)
    differences = np.stack([(net.predict(points + s) - net.predict(points - s)) / (2 * h) for s in steps], axis=1)
    np.testing.assert_allclose(net.derivative(points), differences, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(net.derivative(points, 2, wrt=(0, 1)), net.derivative(points, order=2)[:, 0, 1])
    three = classifier(activation="tanh", epochs=20).fit(X, WORDS)
    assert three.derivative(points).shape == (4, 3, 3)
    np.testing.assert_allclose(three.derivative(points).sum(axis=1), 0, atol=1e-14)
    two = classifier(activation="tanh", epochs=20).fit(X, LABELS)
    np.testing.assert_allclose(two.derivative(points)[:, 0], -two.derivative(points)[:, 1], atol=1e-14)


def test_float32_throughout():
    net = classifier(dtype="float32", epochs=3).fit(X, WORDS, sample_weight=np.ones(80))
    assert net.model_.layers[0].weights.dtype == net.predict_proba(X).dtype == net.derivative(X).dtype == np.float32


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"hidden_layer_sizes": (4, 0)}, "each of hidden_layer_sizes must be a whole number of at least 1"),
        ({"hidden_layer_sizes": "ab"}, "must be a tuple of whole numbers"),
        ({"hidden_layer_sizes": 2.5}, "must be a tuple of whole numbers"),
        ({"activation": "swishy"}, "no activation is named 'swishy'"),
        ({"cost": "mis"}, "no cost is named 'mis'"),
        ({"optimizer": "adamant"}, "no optimizer is named 'adamant'"),
        ({"learning_rate": -1.0}, "lr must be at least 0"),
        ({"epochs": -1}, "epochs must be a whole number of at least 0"),
        ({"epochs": 2.5}, "epochs must be a whole number of at least 0"),
        ({"batch_size": 0}, "batch_size must be a whole number of at least 1"),
        ({"batch_size": "all"}, "batch_size must be 'auto'"),
        ({"tol": -1}, "tol must be a number of at least 0"),
        ({"n_iter_no_change": 0}, "n_iter_no_change must be a whole number of at least 1"),
        ({"early_stopping": True, "validation_fraction": 1.0}, "validation_fraction must lie between 0 and 1"),
        ({"dtype": "int8"}, "dtype must be 'float64' or 'float32'"),
        ({"dtype": "floaty"}, "dtype must be 'float64' or 'float32'"),
        ({"dtype": None}, "dtype must be 'float64' or 'float32'"),
    ],
)
@pytest.mark.parametrize("make", [regressor, classifier])
def test_impossible_settings_are_refused_by_fit(make, settings, message):
    with pytest.raises(ValueError, match=message):
        make(**settings).fit(X, LABELS if make is classifier else Y)


def test_a_rate_for_an_optimizer_without_one_is_refused():
    class Still:
        def init(self, params):
            return None

        def update(self, grads, state, params):
            return params, state

    assert regressor(optimizer=Still(), learning_rate=None, epochs=2).fit(X, Y).n_iter_ == 2
    with pytest.raises(ValueError, match="has no field lr that learning_rate could set"):
        regressor(optimizer=Still(), learning_rate=0.1).fit(X, Y)


def test_impossible_data_are_refused():
    with pytest.raises(ValueError, match="NaN"):
        regressor().fit(np.where(X > 2, np.nan, X), Y)
    with pytest.raises(ValueError, match="sample_weight must not be negative"):
        regressor().fit(X, Y, sample_weight=-np.ones(80))
    with pytest.raises(ValueError, match="must be 0 or 1 everywhere"):
        classifier().fit(X, RNG.integers(0, 3, (80, 2)))
    with pytest.raises(ValueError, match="n_samples = 1: take early_stopping=False"):
        regressor(early_stopping=True).fit(X[:1], Y[:1])
    with pytest.raises(ValueError, match="take 'sigmoid', not 'softmax'"):
        classifier(output_activation="softmax").fit(X, X > 0)
    with pytest.raises(ValueError, match="y has 2 columns, but there were 3 labels before"):
        classifier(epochs=1).fit(X, X > 0).partial_fit(X, X[:, :2] > 0)
    for before, now in ((X > 0, X[:, 0] > 0), (X[:, 0] > 0, X > 0)):
        with pytest.raises(ValueError, match="y has one label for each sample now and several before"):
            classifier(epochs=1).fit(X, before).partial_fit(X, now)
    with pytest.raises(NotFittedError):
        classifier().predict(X)
    with pytest.warns(DataConversionWarning):
        classifier(epochs=1).fit(X, LABELS[:, None])
    assert regressor(batch_size=1000, epochs=2).fit(X[:1], Y[:1]).predict(X[:1]).shape == (1,)


WITHOUT = """
import sys
sys.modules["sklearn"] = None
import nn
from nn import *
assert "FFNNClassifier" in dir(nn)
try:
    nn.FFNNClassifier
except ImportError as error:
    print(error)
"""


def test_without_scikit_learn_all_else_works_and_the_error_names_the_command():
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True)
    assert 'pip install "autograd-lite[demo]"' in done.stdout
