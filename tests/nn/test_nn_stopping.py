"""Metrics, early stopping, convergence, callbacks, and going on from the state of an earlier training."""

from __future__ import annotations

import gc
import sys
import tracemalloc

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn.callbacks import Watch

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3))
Y = (X[:, 0] + X[:, 1] * X[:, 2] > 0).astype(int)
HELD_OUT = (X[60:], Y[60:])


def train(**settings):
    model = nn.FFNN([3, 8, 1], output="sigmoid", seed=0)
    return nn.fit(model, X[:60], Y[:60], **{"epochs": 20, "seed": 1, "optimizer": nn.Adam(0.05), **settings})


def weights(model):
    return np.concatenate([np.ravel(x) for x in ag.trees.flatten(model)[0]])


def test_metrics_are_noted_on_both_parts_of_the_data():
    def largest(targets, outputs):
        assert targets.shape == outputs.shape and targets.dtype == Y.dtype  # the targets as they were given
        return np.max(outputs)

    history = train(metrics=["accuracy", largest], validation_data=HELD_OUT)
    assert list(history.metrics) == ["accuracy", "largest", "validation_accuracy", "validation_largest"]
    assert {len(column) for column in history.metrics.values()} == {20}
    assert history.metrics["accuracy"][-1] == nn.accuracy(Y[:60], history.model(X[:60]))
    assert history.metrics["validation_accuracy"][-1] == nn.accuracy(Y[60:], history.model(X[60:]))
    assert history.metrics["validation_largest"][-1] == np.max(history.model(X[60:]))


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"metrics": "acuracy"}, ValueError, "no metric is named 'acuracy'; choose from .*accuracy"),
        ({"metrics": 3}, TypeError, "a metric is a name or a function"),
        ({"metrics": "confusion_matrix"}, TypeError, r"'confusion_matrix' must give one number, but gave shape"),
        ({"early_stopping": 0}, ValueError, "patience must be a whole number of epochs, at least 1, but is 0"),
        ({"early_stopping": "soon"}, TypeError, "early_stopping must be True, a number of epochs or"),
        ({"early_stopping": nn.EarlyStopping(monitor="accuracy")}, ValueError, "no 'accuracy' in this .*; it has loss"),
        ({"tol": -1}, ValueError, "tol must be a number, at least 0"),
        ({"callbacks": 3}, TypeError, "a callback is a function of the history"),
    ],
)
def test_bad_wishes_are_refused(settings, error, message):
    with pytest.raises(error, match=message):
        train(**settings)


def test_early_stopping_gives_the_best_weights_back():
    seen = []
    history = train(
        epochs=500, early_stopping=6, validation_data=HELD_OUT,
        callbacks=lambda history: seen.append(weights(history.model)),
    )  # fmt: skip
    best = int(np.argmin(history.validation_loss)) + 1
    assert len(history.loss) == best + 6 < 500
    assert history.restored_epoch == history.best_epoch == best
    assert history.stopped == f"the validation loss has not become better since epoch {best}"
    np.testing.assert_array_equal(weights(history.model), seen[best - 1])


def test_the_best_weights_are_given_back_also_when_the_epochs_run_out():
    history = train(epochs=120, early_stopping=1000, validation_data=HELD_OUT)
    assert not history.stopped and history.restored_epoch == history.best_epoch < 120
    loss = nn.objective("binary_cross_entropy")(history.model, *HELD_OUT)
    np.testing.assert_allclose(loss, min(history.validation_loss), rtol=1e-12)


def test_early_stopping_may_watch_a_metric_and_keep_the_last_weights():
    rule = nn.EarlyStopping(patience=5, min_delta=0.01, monitor="accuracy", maximize=True, restore_best=False)
    history = train(epochs=500, early_stopping=rule, metrics="accuracy")
    assert history.restored_epoch is None and "accuracy has not risen by more than 0.01" in history.stopped
    np.testing.assert_array_equal(weights(history.model), weights(train(epochs=len(history.loss)).model))


def test_statistics_belong_to_the_best_weights():
    model = nn.Sequential(nn.BatchNorm(3), nn.Dense(3, 1, "sigmoid", seed=0))
    history = nn.fit(
        model, X[:60], Y[:60], epochs=100, optimizer=nn.SGD(2.0), early_stopping=5, seed=0, validation_data=HELD_OUT
    )
    loss = nn.objective("binary_cross_entropy")(model, *HELD_OUT)
    np.testing.assert_allclose(loss, min(history.validation_loss), rtol=1e-12)


def test_patience_counts_only_what_is_better_by_more_than_min_delta():
    watch = Watch(nn.EarlyStopping(patience=2, min_delta=0.1), "loss")
    history, found = nn.History(), []
    for loss in (1.0, 0.95, 0.85, 0.8, 0.76):
        history.loss.append(loss)
        found.append((watch.see(history), watch.over))
    assert found == [(True, False), (False, False), (True, False), (False, False), (False, True)]


def test_a_nan_is_never_the_best():
    watch = Watch(nn.EarlyStopping(patience=2), "loss")
    history = nn.History(loss=[float("nan"), 3.0, float("nan"), 2.0])
    assert watch.see(history) and watch.best_epoch == 4


def test_a_cost_that_has_converged_ends_the_training():
    model = nn.FFNN([3, 1], seed=0)
    history = nn.fit(model, X, X @ [1.0, 2.0, 3.0], optimizer=nn.GD(0.3), batch_size=None, epochs=10_000, tol=1e-9)
    assert 20 < len(history.loss) < 1000
    assert history.loss[-11] - history.loss[-1] <= 1e-9 < history.loss[-14] - history.loss[-12]
    assert history.stopped.startswith("the loss has not fallen by more than 1e-09 since epoch")


def test_callbacks_see_each_epoch_and_may_end_the_training():
    seen = []

    def stop_at_four(history):
        seen.append((len(history.loss), float(nn.objective("binary_cross_entropy")(history.model, *HELD_OUT))))
        return len(history.loss) == 4

    history = train(callbacks=[stop_at_four, lambda history: None], validation_data=HELD_OUT)
    assert history.stopped == "the callback 'stop_at_four' said so"
    assert seen == list(zip(range(1, 5), history.validation_loss, strict=True))


def test_a_training_goes_on_from_the_state_of_the_optimizer():
    settings = {"batch_size": None, "optimizer": nn.Adam(0.05)}
    whole = train(epochs=9, **settings)
    first = train(epochs=4, **settings)
    second = nn.fit(first.model, X[:60], Y[:60], epochs=5, state=first.state, **settings)
    assert first.loss + second.loss == whole.loss
    np.testing.assert_array_equal(weights(second.model), weights(whole.model))
    state = first.state.memory[0][0].copy()
    nn.fit(first.model, X[:60], Y[:60], epochs=5, state=first.state, **settings)
    np.testing.assert_array_equal(first.state.memory[0][0], state)
    with pytest.raises(ValueError, match="state belongs to another model or optimizer"):
        train(optimizer=nn.SGD(0.1), state=first.state)


def test_reduce_on_plateau_sees_the_validation_loss():
    schedule = nn.schedules.ReduceOnPlateau(0.05, factor=0.5, patience=2, min_delta=0.0)
    history = train(epochs=60, optimizer=nn.Adam(schedule), validation_data=HELD_OUT)
    memory = schedule.init()
    for loss in history.validation_loss:
        memory = schedule.observe(memory, loss)
    assert history.state.schedule == memory and memory[0] < 0.05


def test_divergence_names_the_schedule():
    with pytest.raises(nn.DivergenceError, match=r"smaller learning rates than those of Constant\(lr=1000.0\)"):
        nn.fit(nn.FFNN([3, 4, 1], hidden="relu", seed=0), X, Y, optimizer=nn.SGD(nn.schedules.Constant(1e3)))


def test_memory_does_not_grow_over_ten_thousand_steps():
    blocks, sizes = [], []

    def measure(history):
        epoch = len(history.loss)
        history.loss[:] = [0.0] * epoch  # one number, shared
        if epoch in (20, 950, 955, 1000):
            gc.collect()
        if epoch in (20, 950):
            blocks.append(sys.getallocatedblocks())
        if epoch == 950:
            tracemalloc.start()  # from here on bytes, too
        if epoch in (955, 1000):
            sizes.append(tracemalloc.get_traced_memory()[0])

    model = nn.Sequential(nn.Dense(3, 4, "relu", seed=0), nn.BatchNorm(4), nn.Dropout(0.1), nn.Dense(4, 1, "sigmoid"))
    nn.fit(model, X, Y, optimizer=nn.Adam(1e-3, clip_norm=1.0), batch_size=8, epochs=1000, seed=0, callbacks=measure)
    tracemalloc.stop()
    assert blocks[1] - blocks[0] < 200  # of 9300 steps
    assert sizes[1] - sizes[0] < 20_000  # bytes, of 450 steps: less than any array in each; the list of losses counts
