"""Metrics against scikit-learn's, and preprocessing: scales by the training data, parts that hold all samples."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics, preprocessing

import nn

RNG = np.random.default_rng(0)
TRUE, PREDICTED = RNG.integers(0, 4, 60), RNG.integers(0, 5, 60)
NAMES = {"precision": metrics.precision_score, "recall": metrics.recall_score, "f1_score": metrics.f1_score}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("average", ["macro", "micro", "weighted", None])
def test_rates_of_several_classes(name, average):
    expected = NAMES[name](TRUE, PREDICTED, average=average, zero_division=0)
    np.testing.assert_allclose(getattr(nn, name)(TRUE, PREDICTED, average), expected, rtol=1e-14)
    np.testing.assert_allclose(
        getattr(nn, name)(TRUE, PREDICTED), NAMES[name](TRUE, PREDICTED, average="macro", zero_division=0), rtol=1e-14
    )


@pytest.mark.parametrize("name", NAMES)
def test_rates_of_yes_and_no(name):
    true, p = TRUE % 2, RNG.random(60)
    expected = NAMES[name](true, p >= 0.5)
    np.testing.assert_allclose(getattr(nn, name)(true, p), expected, rtol=1e-14)
    assert getattr(nn, name)([0, 0, 1], [0, 0, 0]) == 0.0
    assert getattr(nn, name)([0, 0], [0, 0]) == 0.0


def test_accuracy_and_confusion_matrix():
    assert nn.accuracy(TRUE, PREDICTED) == metrics.accuracy_score(TRUE, PREDICTED)
    np.testing.assert_array_equal(nn.confusion_matrix(TRUE, PREDICTED), metrics.confusion_matrix(TRUE, PREDICTED))


@pytest.mark.parametrize("shape", [(30,), (30, 1), (30, 3)])
def test_coefficient_of_determination_and_errors(shape):
    true, predicted = RNG.normal(size=shape), RNG.normal(size=shape)
    np.testing.assert_allclose(nn.r2_score(true, predicted), metrics.r2_score(true, predicted), rtol=1e-13)
    for ours, theirs in (
        (nn.mean_squared_error, metrics.mean_squared_error),
        (nn.mean_absolute_error, metrics.mean_absolute_error),
    ):
        np.testing.assert_allclose(ours(true, predicted), theirs(true, predicted), rtol=1e-13)
    assert nn.r2_score(np.ones(5), np.ones(5)) == 1.0
    assert nn.r2_score(np.ones(5), np.arange(5.0)) == 0.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.precision([0, 1], [0, 1], average="mean"), "average must be one of 'binary', 'macro'"),
        (lambda: nn.recall([0, 2], [0, 1], average="binary"), 'take "macro"'),
        (lambda: nn.f1_score([0, 1], [0, 1, 1]), "2 true labels were given, but 3 predictions"),
        (lambda: nn.r2_score([1.0], [1.0]), "at least two samples"),
        (lambda: nn.r2_score([1.0, 2.0], [[1.0, 1.0], [1.0, 1.0]]), r"shape \(2,\), but the predictions"),
        (lambda: nn.min_max([[np.inf]]), "finite"),
        (lambda: nn.min_max([[1.0]], [[1.0, 2.0]]), r"shape \(1, 2\), but those to min_max by"),
        (lambda: nn.min_max([[1.0]], low=1, high=1), "low must be below high"),
        (lambda: nn.train_validation_split([1, 2], [1]), "lengths are"),
        (lambda: nn.train_validation_split(), "at least one array"),
        (lambda: nn.train_validation_split([1, 2], validation=1.0), "between 0 and 1"),
        (lambda: nn.train_validation_split([1], validation=0.4), "1 samples cannot be split"),
        (lambda: nn.train_validation_split([1, 2], validation=0.5, stratify=[1]), r"stratify must have .*\(2,\)"),
    ],
)
def test_bad_input_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scales_are_those_of_scikit_learn(dtype):
    train, test = RNG.normal(3, 2, (50, 3)).astype(dtype), RNG.normal(3, 2, (20, 3)).astype(dtype)
    train[:, 1] = 0.1
    tolerance = {"rtol": 1e-5 if dtype == np.float32 else 1e-12, "atol": 1e-6}
    ours = nn.min_max(train, test, low=-1, high=2)
    scaler = preprocessing.MinMaxScaler((-1, 2)).fit(train)
    np.testing.assert_allclose(ours[0], scaler.transform(train), **tolerance)
    np.testing.assert_allclose(ours[1][:, ::2], scaler.transform(test)[:, ::2], **tolerance)
    assert {x.dtype for x in (*ours, *nn.standardize(train, test))} == {np.dtype(dtype)}
    np.testing.assert_allclose(
        nn.standardize(train[:, ::2]), preprocessing.StandardScaler().fit_transform(train[:, ::2]), rtol=1e-4, atol=1e-6
    )


def test_a_split_holds_every_sample_once_and_keeps_rows_together():
    X, y = np.arange(40).reshape(20, 2), np.arange(20)
    X_train, X_validation, y_train, y_validation = nn.train_validation_split(X, y, validation=0.3, seed=1)
    assert (len(X_train), len(y_validation)) == (14, 6)
    assert sorted([*y_train, *y_validation]) == list(range(20))
    np.testing.assert_array_equal(X_train, X[y_train])
    np.testing.assert_array_equal(X_validation, X[y_validation])
    same, other = (nn.train_validation_split(y, validation=0.3, seed=seed)[1] for seed in (1, 2))
    np.testing.assert_array_equal(same, y_validation)
    assert not np.array_equal(other, y_validation)


@pytest.mark.parametrize("seed", range(5))
def test_a_stratified_split_has_the_classes_in_proportion(seed):
    y = np.repeat([0, 1, 2], [60, 30, 10])
    train, validation = nn.train_validation_split(y, validation=0.2, seed=seed, stratify=y)
    np.testing.assert_array_equal(np.bincount(validation), [12, 6, 2])
    np.testing.assert_array_equal(np.bincount(train), [48, 24, 8])
