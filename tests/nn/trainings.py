"""Trainings that are sick, each with what is wrong, and healthy ones: name → (model, X, y, settings of fit)."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, make_moons

import nn

DIGITS, DIGIT = load_digits(return_X_y=True)
DIGITS = DIGITS / 16
RAW_CELLS, CANCER = load_breast_cancer(return_X_y=True)
CELLS = nn.standardize(RAW_CELLS)
PATIENTS, DISEASE = load_diabetes(return_X_y=True)
PATIENTS = nn.standardize(PATIENTS)
FLOWERS, FLOWER = load_iris(return_X_y=True)
MOONS, MOON = make_moons(300, noise=0.15, random_state=0)
LINE = np.linspace(-3, 3, 200)[:, None]
CORNERS, XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])
RNG = np.random.default_rng(0)
CLOUD = RNG.normal(size=(400, 5))
PLANE = CLOUD @ [1.0, -2.0, 0.5, 0.0, 1.0] + 0.1 * RNG.normal(size=400)
RARE = (RNG.random(400) < 0.05).astype(int)
COIN = RNG.integers(0, 2, 400)


def net(sizes, **settings):
    return nn.FFNN(sizes, **{"seed": 0, **settings})


def digits(model, **settings):
    return model, DIGITS[:1300], DIGIT[:1300], settings


def cross_entropy_of_logits(targets, z):
    return -np.sum(targets * nn.log_softmax(z)) / z.shape[0]


def split(X, y, n):
    return X[:n], y[:n], (X[n:], y[n:])


def sick_digits():
    deep = [64, *[64] * 8, 10]
    normal = nn.initializers.normal
    biases = np.r_[np.full(61, -30.0), np.zeros(3)]
    sleepy = nn.Sequential(nn.Dense(64, 64, "relu", biases=biases, seed=0), nn.Dense(64, 10, "softmax", seed=1))
    twice = nn.Sequential(nn.Dense(64, 10, "softmax", seed=0), "softmax")
    return {
        "sigmoids, eight of them": (
            "vanishing gradients",
            digits(net(deep, hidden="sigmoid", output="softmax"), optimizer=nn.SGD(0.1), epochs=8),
        ),
        "tiny weights in a deep network": (
            "vanishing gradients",
            digits(net(deep, output="softmax", weights=normal(0.01)), optimizer=nn.SGD(0.1), epochs=5),
        ),
        "tiny weights, relu, twenty layers": (
            "vanishing gradients",
            digits(net([64, *[20] * 20, 10], hidden="relu", output="softmax", weights=normal(0.1)), epochs=5),
        ),
        "relu units that sleep": ("dead units", digits(sleepy, optimizer=nn.Adam(0.003), epochs=5)),
        "large weights behind tanh": (
            "saturation",
            digits(net([64, 64, 10], output="softmax", weights=normal(3.0)), optimizer=nn.Adam(0.003), epochs=5),
        ),
        "Adam with the rate 1": (
            "rate too high", digits(net([64, 32, 10], output="softmax"), optimizer=nn.Adam(1.0), epochs=8),
        ),
        "a rate that kills relu units": (
            "rate too high",
            digits(net([64, 64, 64, 10], hidden="relu", output="softmax"), optimizer=nn.SGD(10.0), epochs=5),
        ),
        "momentum with the rate 3": (
            "rate too high", digits(net([64, 32, 10], output="softmax"), optimizer=nn.Momentum(3.0), epochs=8),
        ),
        "SGD with the rate 1e-5": (
            "rate too low", digits(net([64, 32, 10], output="softmax"), optimizer=nn.SGD(1e-5), epochs=8),
        ),
        "softmax of softmax": ("activation applied twice", digits(twice, epochs=8)),
        "a cost of one's own that takes logits": (
            "activation applied twice",
            (net([64, 10], output="softmax"), DIGITS, nn.one_hot(DIGIT),
             {"cost": cross_entropy_of_logits, "epochs": 8}),
        ),
    }  # fmt: skip


def sick():
    """name → (what is wrong, training)"""
    noise, coin, unseen = split(CLOUD, COIN, 60)
    cells, cancer, _ = split(CELLS, CANCER, 400)
    sure = nn.Sequential(nn.Dense(30, 8, "tanh", seed=0), nn.Dense(8, 1, "sigmoid", biases=[-12.0], seed=1))
    steep = net([5, *[64] * 10, 1], hidden="relu", weights=nn.initializers.normal(0.6))
    yes_no = net([30, 8, 1], output="sigmoid")
    full = {"batch_size": None}
    adam = {"optimizer": nn.Adam(0.01), "epochs": 20}
    return {
        **sick_digits(),
        "large weights in a deep relu network": (
            "exploding gradients", (steep, CLOUD, PLANE, {"optimizer": nn.SGD(1e-3), "epochs": 5}),
        ),
        "zeros as weights": ("symmetric start", (net([2, 4, 1], output="sigmoid", weights="zeros"), CORNERS, XOR, {})),
        "constants as weights": (
            "symmetric start", (net([5, 8, 8, 1], weights=nn.initializers.constant(0.3)), CLOUD, PLANE, {"epochs": 8}),
        ),
        "gradient descent beyond 2/λ": (
            "rate too high", (net([5, 8, 1]), CLOUD, PLANE, {"optimizer": nn.GD(1.5), "epochs": 30, **full}),
        ),
        "a linear model that diverges": (
            "rate too high", (net([5, 1]), CLOUD, PLANE, {"optimizer": nn.GD(3.0), "epochs": 1000, **full}),
        ),
        "weights without bounds": (
            "exploding weights", (net([5, 1]), CLOUD, PLANE, {"optimizer": nn.GD(1.2), "epochs": 60, **full}),
        ),
        "Adam with the rate 1e-6": (
            "rate too low", (yes_no, CELLS, CANCER, {"optimizer": nn.Adam(1e-6), "epochs": 10}),
        ),
        "six steps": ("too few steps", (net([5, 8, 1]), CLOUD, PLANE, {"batch_size": 200, "epochs": 3})),
        "cells as they were measured": ("unscaled inputs", (yes_no, RAW_CELLS, CANCER, {"epochs": 8})),
        "images from 0 to 255": (
            "unscaled inputs",
            (nn.Sequential(nn.Flatten(), net([64, 16, 10], output="softmax")), 255 * DIGITS.reshape(-1, 8, 8), DIGIT,
             {"epochs": 5}),
        ),
        "inputs of 1e-5": ("unscaled inputs", (net([5, 8, 1]), 1e-5 * CLOUD, PLANE, {"epochs": 8})),
        "one feature in other units": (
            "unscaled inputs", (net([5, 8, 1]), CLOUD * [0.01, 5, 0.01, 0.01, 0.01], PLANE, adam),
        ),
        "disease as it was measured": ("unscaled targets", (net([10, 16, 1]), PATIENTS, DISEASE, {"epochs": 8})),
        "a column of ones": ("constant features", (net([6, 8, 1]), np.c_[CLOUD, np.ones(400)], PLANE, adam)),
        "metres and centimetres": ("duplicated features", (net([6, 8, 1]), np.c_[CLOUD, 2 + CLOUD[:, 1]], PLANE, adam)),
        "one in twenty": ("class imbalance", (net([5, 8, 1], output="sigmoid"), CLOUD, RARE, {"epochs": 20})),
        "one class only": ("constant targets", (yes_no, CELLS, 0 * CANCER, {"epochs": 8})),
        "a sigmoid for any number": (
            "wrong output activation", (net([5, 8, 1], output="sigmoid"), CLOUD, PLANE, {"cost": "mse", "epochs": 8}),
        ),
        "squares of sure probabilities": (
            "wrong cost", (sure, CELLS, CANCER, {"cost": "mse", "optimizer": nn.SGD(0.1), "epochs": 8}),
        ),
        "coins learnt by heart": (
            "overfitting",
            (net([5, 64, 64, 1], output="sigmoid"), noise, coin,
             {"validation_data": unseen, "optimizer": nn.Adam(0.01), "epochs": 150}),
        ),
        "validation data that nobody scaled": (
            "validation data unlike training data",
            (yes_no, cells, cancer, {"validation_data": (RAW_CELLS[400:], CANCER[400:]), **adam}),
        ),
    }  # fmt: skip


OPTIMIZERS = [
    nn.GD(0.5), nn.SGD(0.1), nn.Momentum(0.02), nn.Nesterov(0.02), nn.AdaGrad(0.05), nn.RMSProp(0.003),
    nn.AdaDelta(1.0), nn.Adam(0.003), nn.AdamW(0.003), nn.AMSGrad(0.003), nn.Adamax(0.005), nn.NAdam(0.003),
    nn.Lion(0.0005), nn.LBFGS(), nn.NewtonCG(),
]  # fmt: skip


def by_every_optimizer():
    found = {}
    for optimizer in OPTIMIZERS:
        name = type(optimizer).__name__
        whole = name in ("GD", "LBFGS", "NewtonCG")
        epochs = 200 if name == "GD" else 12 if whole else 20
        settings = {"optimizer": optimizer, "epochs": epochs, "batch_size": None if whole else 32}
        unseen = {"validation_data": (DIGITS[1300:], DIGIT[1300:])}
        cells = net([30, 8, 1], output="sigmoid"), CELLS, CANCER, {**settings, "regularization": nn.L2(1e-3)}
        found[f"cells by {name}"] = cells
        found[f"digits by {name}"] = digits(net([64, 64, 10], hidden="relu", output="softmax"), **settings, **unseen)
    return found


def healthy():
    """name → training"""
    deep = [64, *[64] * 8, 10]
    waves, clumps = np.sin(LINE), (CLOUD[:, 0] > 1.6).astype(int)
    cells, cancer, unseen = split(CELLS, CANCER, 426)
    disease = (DISEASE - DISEASE.mean()) / DISEASE.std()
    sgd, adam, full = {"optimizer": nn.SGD(0.1)}, {"optimizer": nn.Adam(0.01)}, {"batch_size": None}
    modern = nn.Sequential(
        nn.Dense(64, 64, seed=0), nn.BatchNorm(64), "relu", nn.Dropout(0.3),
        nn.Residual(nn.Dense(64, 64, "gelu", seed=1)), nn.Dense(64, 10, "softmax", seed=2),
    )  # fmt: skip
    early = {"validation_data": unseen, "early_stopping": nn.EarlyStopping(20), "regularization": nn.L2(1e-3)}
    counts = np.random.default_rng(5).poisson(np.exp(CLOUD[:, 0] / 2))
    return {
        **by_every_optimizer(),
        "XOR": (net([2, 8, 1], output="sigmoid"), CORNERS, XOR, {"optimizer": nn.Adam(0.05), "epochs": 200}),
        "XOR by squares": (
            net([2, 8, 1], output="sigmoid"), CORNERS, XOR, {"optimizer": nn.Adam(0.05), "epochs": 200, "cost": "mse"},
        ),
        "sin": (net([1, 32, 32, 1]), LINE, waves, {**adam, "epochs": 100}),
        "sin by L-BFGS": (net([1, 16, 1]), LINE, waves, {"optimizer": nn.LBFGS(), "epochs": 60, **full}),
        "sin by Levenberg and Marquardt": (
            net([1, 12, 12, 1]), LINE, waves, {"optimizer": nn.LevenbergMarquardt(), "epochs": 12, **full},
        ),
        "disease": (net([10, 16, 1]), PATIENTS, disease, {"optimizer": nn.Adam(0.005), "epochs": 40}),
        "a plane": (net([5, 1]), CLOUD, PLANE, {"optimizer": nn.GD(0.1), "epochs": 100, **full}),
        "a plane from zeros": (
            net([5, 1], weights="zeros"), CLOUD, PLANE, {"optimizer": nn.Momentum(0.02), "epochs": 100, **full},
        ),
        "moons": (net([2, 16, 16, 1], output="sigmoid"), MOONS, MOON, {"optimizer": nn.GD(0.5), "epochs": 400, **full}),
        "deep tanh": digits(net(deep, output="softmax"), **sgd, epochs=15),
        "deep relu": digits(net(deep, hidden="relu", output="softmax"), **sgd, epochs=15),
        "batch normalization, dropout and a shortcut": digits(
            modern, optimizer=nn.Adam(0.003), epochs=12, regularization={-1: [nn.L2(1e-4), nn.MaxNorm(4)]}
        ),
        "early stopping": (net([30, 16, 1], output="sigmoid"), cells, cancer, {**adam, **early}),
        "logistic regression": (net([30, 1], output="sigmoid"), CELLS, CANCER, {**sgd, "epochs": 15}),
        "all defaults": digits(net([64, 32, 10], output="softmax"), epochs=15),
        "float32": digits(net([64, 64, 10], hidden="gelu", output="softmax", dtype=np.float32), **adam, epochs=8),
        "a schedule": digits(
            net([64, 64, 10], hidden="relu", output="softmax"), epochs=8,
            optimizer=nn.Adam(nn.schedules.Exponential(0.01, 0.999)),
        ),
        "targets that are noise": (net([5, 8, 1]), CLOUD[:, ::-1], RNG.normal(size=400), {**adam, "epochs": 20}),
        "counts": (net([5, 8, 1], output=np.exp), CLOUD, counts, {"cost": "poisson", **adam, "epochs": 30}),
        "a cost below zero": (
            net([1, 16, 2]), LINE, 0.01 * waves + 0.001 * np.cos(9 * LINE), {"cost": "gaussian", **adam, "epochs": 60},
        ),
        "hinge": (net([30, 1]), CELLS, 2 * CANCER - 1, {"cost": "hinge", **adam, "epochs": 20}),
        "flowers, not scaled": (
            net([4, 10, 3], hidden="relu", output="softmax"), FLOWERS, FLOWER, {**adam, "epochs": 60},
        ),
        "a code of three numbers": (net([8, 3, 8]), np.eye(8), np.eye(8), {"optimizer": nn.Adam(0.02), "epochs": 500}),
        "a rare class that can be told": (net([5, 8, 1], output="sigmoid"), CLOUD, clumps, {**adam, "epochs": 100}),
    }  # fmt: skip
