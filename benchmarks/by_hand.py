"""The derivatives of the works as a person writes them, in NumPy: what the engine's overhead is measured against."""

from __future__ import annotations

from typing import Any

import numpy as np

from .works import Network


def example(x: Any) -> Any:
    a = x**2
    b = np.exp(a)
    return x * (1 + b) / np.sqrt(a + b)


def rosenbrock(x: Any) -> Any:
    left = x[:-1]
    t = x[1:] - left**2
    slope = np.zeros_like(x)
    slope[1:] = 200.0 * t
    slope[:-1] -= 400.0 * t * left + 2.0 * (1.0 - left)
    return slope


def rosenbrock_hessian_product(x: Any, v: Any) -> Any:
    left = x[:-1]
    beside = -400.0 * left
    product = np.zeros_like(x)
    product[1:] = 200.0 * v[1:] + beside * v[:-1]
    product[:-1] += (800.0 * left**2 - 400.0 * (x[1:] - left**2) + 2.0) * v[:-1] + beside * v[1:]
    return product


def pendulum(angle: Any, length: Any) -> tuple[Any, Any]:
    h, frequency, speed = 0.01, 9.81 / length, 0.0
    angles = []
    for _ in range(500):
        angles.append(angle)
        angle, speed = angle + h * speed, speed - h * (frequency * np.sin(angle))
    d_angle, d_speed, d_frequency = 1.0, 0.0, 0.0
    for angle in reversed(angles):
        pull = h * d_speed
        d_frequency -= pull * np.sin(angle)
        d_angle, d_speed = d_angle - pull * frequency * np.cos(angle), d_speed + h * d_angle
    return d_angle, -d_frequency * frequency / length


def training_step(network: Network, parameters: list[Any], x: Any, y: Any) -> tuple[Any, list[Any]]:
    weights, biases = parameters[0::2], parameters[1::2]
    inputs = [x]
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        z = inputs[-1] @ W + b
        inputs.append(np.tanh(z) if network.hidden == "tanh" else np.maximum(z, 0.0))
    z = inputs[-1] @ weights[-1] + biases[-1]
    cost, delta = _binary(z, y) if network.cost == "binary_cross_entropy" else _categorical(z, y)
    slopes: list[Any] = []
    for i in reversed(range(len(weights))):
        a = inputs[i]
        slopes[:0] = [a.T @ delta, np.sum(delta, axis=0)]
        if i:
            delta = (delta @ weights[i].T) * (1.0 - a * a if network.hidden == "tanh" else a > 0.0)
    return cost, [p - network.rate * slope for p, slope in zip(parameters, slopes, strict=True)]


def _binary(z: Any, y: Any) -> tuple[Any, Any]:
    return np.mean(np.logaddexp(0.0, z) - y * z), (1.0 / (1.0 + np.exp(-z)) - y) / z.size


def _categorical(z: Any, y: Any) -> tuple[Any, Any]:
    z = z - np.max(z, axis=1, keepdims=True)
    e = np.exp(z)
    total = np.sum(e, axis=1, keepdims=True)
    cost = np.mean(np.log(total[:, 0]) - np.sum(y * z, axis=1))
    return cost, (e / total - y) / len(z)
