"""nn beside its peers: one training step in float32, and a whole fit of the handwritten digits.

    steps    the cost, its gradient and one step of gradient descent on one mini-batch, as in the loop of nn.fit
    fits     1500 digits, 64-128-10, mini-batches of 64, Adam with 0.001: every epoch of the fit, shuffling included

PyTorch's step and fit are what its users write, with torch.nn's layers and torch.optim; scikit-learn's step is
``MLPClassifier.partial_fit`` with plain SGD.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy

from . import THREADS
from .peers import NN, ByHand, numbers
from .timing import PAUSE, interleaved
from .works import Network

NETWORKS: list[tuple[Network, float]] = [
    (Network((2, 16, 16, 1), "tanh", "binary_cross_entropy", 64, numpy.float32), 1.0),
    (Network((64, 128, 128, 10), "relu", "categorical_cross_entropy", 64, numpy.float32), 1.0),
    (Network((784, 512, 512, 10), "relu", "categorical_cross_entropy", 128, numpy.float32), 1.3),
]  # with the ratio to PyTorch to reach
EPOCHS, BATCH, RATE = 20, 64, 0.001

Row = tuple[str, dict[str, float], float]


def steps(rounds: int) -> list[Row]:
    """For each network its name, the seconds of each library, and the ratio to reach."""
    rows = []
    for network, target in NETWORKS:
        calls: dict[str, Any] = {
            "nn": nn_step(network), "nn, compile=False": nn_step(network, compiled=False),
            "NumPy by hand": ByHand().training_step(network),
        }  # fmt: skip
        for name, prepare in (("PyTorch", torch_step), ("scikit-learn", sklearn_step)):
            try:
                calls[name] = prepare(network)
            except ImportError:
                print(f"{name} is left out, as it is not installed")
        first = {name: float(numbers(call())[0]) for name, call in calls.items() if name != "scikit-learn"}
        if not numpy.allclose(list(first.values()), first["nn"], rtol=1e-4):
            raise SystemExit(f"{network.sizes}: the costs differ, {first}")
        times = interleaved(list(calls.values()), rounds)
        rows.append(("-".join(map(str, network.sizes)), dict(zip(calls, times, strict=True)), target))
    return rows


def nn_step(network: Network, compiled: bool = True) -> Callable[[], Any]:
    """One turn of the loop inside ``nn.fit``."""
    import nn
    from nn.run import Run
    from nn.steps import CompiledStep

    model, data, ag = NN().model(network), network.data(), NN().ag
    leaves, rebuild = ag.trees.flatten(model)
    objective, random = nn.objective(network.cost), numpy.random.default_rng(0)
    run = Run(model, rebuild, leaves, objective, nn.SGD(network.rate), data, random, nn.History())
    if compiled:
        run.step = CompiledStep(run.step, model)

    def step() -> float:
        cost, slopes, _ = run.step(run.leaves, run.running, data)
        run.leaves, run.state = run.optimizer.update(slopes, run.state, run.leaves)
        return float(cost)

    return step


def torch_step(network: Network) -> Callable[[], Any]:
    import torch

    torch.set_num_threads(THREADS)
    layers: list[Any] = []
    for W, b in zip(*[iter(network.parameters())] * 2, strict=True):
        layers += [torch.nn.Linear(*W.shape), torch.nn.Tanh() if network.hidden == "tanh" else torch.nn.ReLU()]
        layers[-2].load_state_dict({"weight": torch.from_numpy(W.T.copy()), "bias": torch.from_numpy(b)})
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.SGD(model.parameters(), network.rate)
    x, y = map(torch.from_numpy, network.data())
    binary = network.cost == "binary_cross_entropy"
    functions = torch.nn.functional
    cost_of = functions.binary_cross_entropy_with_logits if binary else functions.cross_entropy

    def step() -> float:
        optimizer.zero_grad()
        cost = cost_of(model(x), y)
        cost.backward()
        optimizer.step()
        return float(cost.detach())

    return step


def sklearn_step(network: Network) -> Callable[[], Any]:
    x, y = network.data()
    labels = y.ravel() if y.shape[1] == 1 else y.argmax(axis=1)
    model = sklearn_model(network.sizes[1:-1], len(x), hidden=network.hidden, solver="sgd", rate=network.rate)
    classes = numpy.arange(max(2, network.sizes[-1]))
    model.partial_fit(x, labels, classes=classes)
    return lambda: model.partial_fit(x, labels)


def sklearn_model(hidden_sizes: Any, batch: int, *, hidden: str, solver: str, rate: float) -> Any:
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(
        hidden_sizes, activation=hidden, solver=solver, alpha=0.0, batch_size=batch, learning_rate_init=rate,
        momentum=0.0, max_iter=EPOCHS, tol=0.0, n_iter_no_change=10**6, random_state=0,
    )  # fmt: skip


def fits(rounds: int) -> dict[str, tuple[float, float]]:
    """For each library the seconds of a whole fit of the digits, and its accuracy on those not seen."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    X = (X / 16).astype(numpy.float32)
    data, rest = (X[:1500], y[:1500]), (X[1500:], y[1500:])
    calls: dict[str, Callable[[], Any]] = {"nn": lambda: nn_fit(*data), "scikit-learn": lambda: sklearn_fit(*data)}
    try:
        torch_fit(data[0][:1], data[1][:1])
        calls["PyTorch"] = lambda: torch_fit(*data)
    except ImportError:
        print("PyTorch is left out, as it is not installed")
    found = {name: float(numpy.mean(call()(rest[0]) == rest[1])) for name, call in calls.items()}
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            time.sleep(PAUSE)
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return {name: (median(times[name]), found[name]) for name in calls}


def nn_fit(X: Any, y: Any) -> Callable[[Any], Any]:
    import nn

    model = nn.FFNN([64, 128, 10], hidden="relu", output="softmax", seed=0, dtype=numpy.float32)
    nn.fit(model, X, y, optimizer=nn.Adam(RATE), epochs=EPOCHS, batch_size=BATCH, seed=0, verbose=False)
    return lambda X: nn.labels(model(X))


def sklearn_fit(X: Any, y: Any) -> Callable[[Any], Any]:
    model = sklearn_model((128,), BATCH, hidden="relu", solver="adam", rate=RATE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it has not converged
        return model.fit(X, y).predict


def torch_fit(X: Any, y: Any) -> Callable[[Any], Any]:
    import torch

    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
    optimizer = torch.optim.Adam(model.parameters(), RATE)
    inputs, labels = torch.from_numpy(X), torch.from_numpy(y)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(X)).split(BATCH):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(inputs[rows]), labels[rows])
            loss.backward()
            optimizer.step()

    def predict(X: Any) -> Any:
        with torch.no_grad():
            return model(torch.from_numpy(X)).argmax(1).numpy()

    return predict
