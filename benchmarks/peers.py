"""The peers: each says how its users take a gradient, a training step and a Hessian-vector product.

A method returns a call without arguments, or ``None`` where the library has no such thing.  All compute the same:
parameters go in, new parameters come out, nothing is changed in place.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy

from . import THREADS, by_hand
from .works import Call, Network, example, pendulum, rosenbrock


class Peer:
    """The programs of a network in plain NumPy text; a peer overrides what its users would write otherwise."""

    name: str
    package: str

    def __init__(self) -> None:
        self.np: Any = numpy
        self.version = version(self.package)

    def array(self, x: Any) -> Any:
        return x

    def affine(self, x: Any, W: Any, b: Any) -> Any:
        return x @ W + b

    def tanh(self, z: Any) -> Any:
        return self.np.tanh(z)

    def relu(self, z: Any) -> Any:
        return self.np.maximum(z, 0.0)

    def binary_cross_entropy(self, z: Any, y: Any) -> Any:
        """Of y with sigmoid(z)."""
        return self.np.mean(self.np.logaddexp(0.0, z) - y * z)

    def categorical_cross_entropy(self, z: Any, y: Any) -> Any:
        """Of y with softmax(z)."""
        np = self.np
        z = z - np.max(z, axis=1, keepdims=True)
        return np.mean(np.log(np.sum(np.exp(z), axis=1)) - np.sum(y * z, axis=1))

    def cost(self, network: Network) -> Callable[..., Any]:
        hidden, cost = getattr(self, network.hidden), getattr(self, network.cost)

        def cost_of(parameters: list[Any], x: Any, y: Any) -> Any:
            *layers, W, b = parameters
            for i in range(0, len(layers), 2):
                x = hidden(self.affine(x, layers[i], layers[i + 1]))
            return cost(self.affine(x, W, b), y)

        return cost_of

    def gradient(self, f: Callable[..., Any], *primals: Any) -> Call | None:
        """∇f, a tuple if there are several primals."""
        raise NotImplementedError

    def training_step(self, network: Network) -> Call | None:
        """The cost, and the parameters after one step of gradient descent."""
        raise NotImplementedError

    def hessian_product(self, f: Callable[..., Any], x: Any, v: Any) -> Call | None:
        """H·v at x."""
        raise NotImplementedError


class Ours(Peer):
    name = "autograd_lite"
    package = "autograd-lite"

    def __init__(self) -> None:
        super().__init__()
        import autograd_lite

        self.ag = autograd_lite

    def gradient(self, f: Callable[..., Any], *primals: Any) -> Call:
        argnum: Any = 0 if len(primals) == 1 else tuple(range(len(primals)))
        derivative = self.ag.grad(lambda *primals: f(self.np, *primals), argnum)
        return lambda: derivative(*primals)

    def training_step(self, network: Network) -> Call:
        derivative = self.ag.value_and_grad(self.cost(network))
        parameters, (x, y) = network.parameters(), network.data()

        def step() -> Any:
            cost, slopes = derivative(parameters, x, y)
            return cost, [p - network.rate * slope for p, slope in zip(parameters, slopes, strict=True)]

        return step

    def hessian_product(self, f: Callable[..., Any], x: Any, v: Any) -> Call:
        product = self.ag.hessian_vector_product(lambda x: f(self.np, x))
        return lambda: product(x, v)


class NN(Ours):
    """The layers, the cost and the optimizer of nn, on the engine."""

    name = "nn"

    def __init__(self) -> None:
        super().__init__()
        import nn

        self.nn = nn

    def gradient(self, f: Callable[..., Any], *primals: Any) -> None:
        return None  # as the engine's

    def hessian_product(self, f: Callable[..., Any], x: Any, v: Any) -> None:
        return None

    def model(self, network: Network) -> Any:
        """The network as its users write it, with the parameters that all have."""
        nn, found = self.nn, network.parameters()
        last = {"binary_cross_entropy": "sigmoid", "categorical_cross_entropy": "softmax"}[network.cost]
        names = [network.hidden] * (len(found) // 2 - 1) + [last]
        return nn.Sequential([
            nn.Dense(*W.shape, name, weights=W, biases=b, dtype=network.dtype)
            for W, b, name in zip(found[0::2], found[1::2], names, strict=True)
        ])  # fmt: skip

    def training_step(self, network: Network) -> Call:
        nn, model, (x, y) = self.nn, self.model(network), network.data()
        objective, optimizer = nn.objective(network.cost), nn.SGD(network.rate)
        random, state = numpy.random.default_rng(0), optimizer.init(model)
        derivative = self.ag.value_and_grad(lambda model: objective.training(model, x, y, random, prepared=True)[0])

        def step() -> Any:
            cost, slopes = derivative(model)
            return cost, self.ag.trees.flatten(optimizer.update(slopes, state, model)[0])[0]

        return step


class HIPS(Ours):
    """Its interface is ours but for names."""

    name = "HIPS autograd"
    package = "autograd"

    def __init__(self) -> None:
        Peer.__init__(self)
        import autograd
        import autograd.numpy

        self.ag, self.np = autograd, autograd.numpy


class MyGrad(Peer):
    name = "MyGrad"
    package = "mygrad"

    def __init__(self) -> None:
        super().__init__()
        import mygrad
        import mygrad.nnet

        self.mg = mygrad

    def relu(self, z: Any) -> Any:
        return self.mg.nnet.relu(z)  # np.maximum(z, 0.0) of its tensors turns float32 into float64

    def gradient(self, f: Callable[..., Any], *primals: Any) -> Call:
        def call() -> Any:
            tensors = [self.mg.tensor(x) for x in primals]
            f(self.np, *tensors).backward()
            return [x.grad for x in tensors]

        return call

    def training_step(self, network: Network) -> Call:
        cost_of = self.cost(network)
        parameters, (x, y) = network.parameters(), network.data()

        def step() -> Any:
            tensors = [self.mg.tensor(p) for p in parameters]
            cost = cost_of(tensors, x, y)
            cost.backward()
            return cost.data, [p.data - network.rate * p.grad for p in tensors]

        return step

    def hessian_product(self, f: Callable[..., Any], x: Any, v: Any) -> None:
        return None  # first derivatives only


class PyTorch(Peer):
    name = "PyTorch"
    package = "torch"

    def __init__(self) -> None:
        super().__init__()
        import torch

        torch.set_num_threads(THREADS)
        self.np = self.torch = torch

    def affine(self, x: Any, W: Any, b: Any) -> Any:
        return self.torch.addmm(b, x, W)

    def relu(self, z: Any) -> Any:
        return self.torch.relu(z)

    def binary_cross_entropy(self, z: Any, y: Any) -> Any:
        return self.torch.nn.functional.binary_cross_entropy_with_logits(z, y)

    def categorical_cross_entropy(self, z: Any, y: Any) -> Any:
        return self.torch.nn.functional.cross_entropy(z, y)

    def leaf(self, x: Any) -> Any:
        return self.torch.from_numpy(numpy.array(x)).requires_grad_()

    def gradient(self, f: Callable[..., Any], *primals: Any) -> Call:
        leaves = [self.leaf(x) for x in primals]
        return lambda: self.torch.autograd.grad(f(self.torch, *leaves), leaves)

    def training_step(self, network: Network) -> Call:
        cost_of, torch = self.cost(network), self.torch
        parameters = [self.leaf(p) for p in network.parameters()]
        x, y = map(torch.from_numpy, network.data())

        def step() -> Any:
            cost = cost_of(parameters, x, y)
            slopes = torch.autograd.grad(cost, parameters)
            with torch.no_grad():
                return cost, [p - network.rate * slope for p, slope in zip(parameters, slopes, strict=True)]

        return step

    def hessian_product(self, f: Callable[..., Any], x: Any, v: Any) -> Call:
        x, v = self.leaf(x), self.torch.from_numpy(v)

        def call() -> Any:
            (slope,) = self.torch.autograd.grad(f(self.torch, x), x, create_graph=True)
            return self.torch.autograd.grad(slope, x, v)

        return call


class JAX(Peer):
    """Compiled: each program is traced and compiled once, before anything is timed."""

    name = "JAX (jit)"
    package = "jax"

    def __init__(self) -> None:
        super().__init__()
        import jax
        import jax.numpy

        jax.config.update("jax_enable_x64", True)
        self.jax, self.np = jax, jax.numpy

    def compiled(self, f: Callable[..., Any], *args: Any) -> Call:
        args = self.jax.tree.map(self.np.asarray, args)
        program = self.jax.jit(f)
        return lambda: self.jax.block_until_ready(program(*args))

    def gradient(self, f: Callable[..., Any], *primals: Any) -> Call:
        derivative = self.jax.grad(lambda *primals: f(self.np, *primals), tuple(range(len(primals))))
        return self.compiled(derivative, *primals)

    def training_step(self, network: Network) -> Call:
        derivative = self.jax.value_and_grad(self.cost(network))

        def step(parameters: Any, x: Any, y: Any) -> Any:
            cost, slopes = derivative(parameters, x, y)
            return cost, [p - network.rate * slope for p, slope in zip(parameters, slopes, strict=True)]

        return self.compiled(step, network.parameters(), *network.data())

    def hessian_product(self, f: Callable[..., Any], x: Any, v: Any) -> Call:
        derivative = self.jax.grad(lambda x: f(self.np, x))
        return self.compiled(lambda x, v: self.jax.jvp(derivative, (x,), (v,))[1], x, v)


class ByHand(Peer):
    """Derivatives written by a person, in NumPy."""

    name = "NumPy by hand"
    package = "numpy"

    def gradient(self, f: Callable[..., Any], *primals: Any) -> Call:
        derivatives = {example: by_hand.example, rosenbrock: by_hand.rosenbrock, pendulum: by_hand.pendulum}
        return lambda: derivatives[f](*primals)

    def training_step(self, network: Network) -> Call:
        parameters, (x, y) = network.parameters(), network.data()
        return lambda: by_hand.training_step(network, parameters, x, y)

    def hessian_product(self, f: Callable[..., Any], x: Any, v: Any) -> Call:
        return lambda: by_hand.rosenbrock_hessian_product(x, v)


PEERS: list[type[Peer]] = [NN, ByHand, HIPS, MyGrad, PyTorch, JAX]


def numbers(answer: Any) -> list[Any]:
    """The arrays in an answer, whatever the library and the nesting."""
    if isinstance(answer, (list, tuple)):
        return [x for part in answer for x in numbers(part)]
    return [numpy.asarray(answer.detach() if hasattr(answer, "detach") else answer)]
