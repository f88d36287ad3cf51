"""Derivatives of functions of points: what differential equations are made of.

A batch of points X of shape (n, d) has a point in each row, and u(X) of shape (n,) or (n, m) a value in each row.

    derivative    ∂u/∂x_j, ∂²u/∂x_i∂x_j, …
    laplacian     Δu  = Σ_j ∂²u/∂x_j²
    divergence    ∇·v = Σ_j ∂v_j/∂x_j
    curl          ∇×v = (∂v₃/∂y − ∂v₂/∂z, ∂v₁/∂z − ∂v₃/∂x, ∂v₂/∂x − ∂v₁/∂y),   in the plane ∂v₂/∂x − ∂v₁/∂y

Each takes a function and returns a function, so they nest: ``divergence(derivative(u))`` is ``laplacian(u)``.  What
they return is recorded like anything else, so the residual of an equation can be trained.  A row of u(X) must depend on
the same row of X alone; a forward sweep in a unit direction then gives a partial derivative at all points of the batch.

Source: I. Lagaris, A. Likas and D. Fotiadis, Artificial neural networks for solving ordinary and partial differential
equations, IEEE Transactions on Neural Networks 9 (1998) 987.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

import autograd_lite as ag

from .targets import numbers

__all__ = ["curl", "derivative", "divergence", "laplacian"]

Array = Any
Field = Callable[[Array], Array]


def derivative(u: Field, order: int = 1, wrt: int | Sequence[int] | None = None) -> Field:
    """The function of the exact partial derivatives of u at each point of a batch.

    Parameters
    ----------
    u : callable
        A function of points of shape (n, d), or of numbers of shape (n,), with a value in each row, such as a model.
    order : int
        How often to differentiate: 0, 1, 2, …
    wrt : int or sequence of int, optional
        The column to differentiate by, or a column for each of ``order`` derivatives: ``(0, 1)`` is ∂²u/∂x₀∂x₁.  By
        default the only column, or, of several, all of them.

    Returns
    -------
    callable
        Takes X and returns an array in the shape of u(X); if ``wrt`` is not given and there are d > 1 columns, it has
        ``order`` axes of length d more at the end: the gradients, the Hessians, … of all points.

    Raises
    ------
    ValueError
        If ``order`` is negative or does not fit ``wrt``, there is no such column, or u does not give a value in each
        row.
    TypeError
        If u is no function.

    Examples
    --------
    >>> u = lambda X: X[:, 0] ** 2 * X[:, 1]
    >>> X = np.array([[1.0, 2.0], [3.0, 1.0]])
    >>> print(derivative(u)(X), derivative(u, 2, wrt=(0, 1))(X))
    [[4. 1.]
     [6. 9.]] [2. 6.]
    >>> print(derivative(np.sin, order=2)(np.array([0.0, np.pi / 2])))
    [-0. -1.]
    """
    _check_callable("derivative", u)
    if not isinstance(order, (int, np.integer)) or isinstance(order, bool) or order < 0:
        raise ValueError(f"order must be a whole number, 0 or more, but is {order!r}")
    columns = None if wrt is None else [wrt] * order if np.ndim(wrt) == 0 else list(wrt)  # type: ignore[arg-type]
    if columns is not None and len(columns) != order != 1:
        raise ValueError(f"order is {order}, but wrt={wrt!r} names {len(columns)} columns: one for each derivative")

    def differentiated(X: Any) -> Array:
        X = _points(X)
        if columns is not None:
            return reduce(partial, [_column(j, X) for j in columns], u)(X)
        if _dimension(X) == 1:
            return reduce(partial, [0] * order, u)(X)
        return reduce(lambda v, _: _by_columns(v), range(order - 1), _gradients(u) if order else u)(X)

    return differentiated


def partial(u: Field, j: int) -> Field:
    """∂u/∂x_j as a function of points: one forward sweep in the direction of column j."""

    def partial_of_u(X: Array) -> Array:
        direction = np.zeros(np.shape(X), dtype=X.dtype)
        direction[..., j if X.ndim > 1 else slice(None)] = 1
        value, tangent = ag.jvp(u, (X,), (direction,))
        _check_rows(value, X)
        return tangent

    return partial_of_u


def _by_columns(u: Field) -> Field:
    """All ∂u/∂x_j, stacked at the end, by a forward sweep for each column."""
    return lambda X: np.stack([partial(u, j)(X) for j in range(X.shape[1])], axis=-1)


def _gradients(u: Field) -> Field:
    """The same, by a reverse sweep for each output if there are fewer of these than columns."""

    def gradients(X: Array) -> Array:
        outputs, pullback = ag.vjp(u, X)
        _check_rows(outputs, X)
        width = np.size(outputs) // len(X)
        if width >= X.shape[1]:
            return _by_columns(u)(X)
        seeds = np.eye(width, dtype=outputs.dtype).reshape(width, 1, *np.shape(outputs)[1:])
        rows = [pullback(np.broadcast_to(seed, np.shape(outputs)))[0] for seed in seeds]
        return np.reshape(np.stack(rows, axis=1), (*np.shape(outputs), X.shape[1]))

    return gradients


def laplacian(u: Field) -> Field:
    """Δu = Σ_j ∂²u/∂x_j² as a function of points, in the shape of u(X).

    Raises TypeError if u is no function, ValueError if it does not give a value in each row.

    >>> u = lambda X: X[:, 0] ** 2 + 3 * X[:, 1] ** 2
    >>> print(laplacian(u)(np.zeros((2, 2))))
    [8. 8.]
    """
    _check_callable("laplacian", u)

    def laplacian_of_u(X: Any) -> Array:
        X = _points(X)
        terms = [partial(partial(u, j), j)(X) for j in range(_dimension(X))]
        return sum(terms[1:], terms[0])

    return laplacian_of_u


def divergence(v: Field) -> Field:
    """∇·v = Σ_j ∂v_j/∂x_j as a function of points, of shape (n, ...) for v(X) of shape (n, ..., d).

    Raises TypeError if v is no function, ValueError if v(X) has not a component for each column of X.

    >>> print(divergence(lambda X: X * X)(np.array([[1.0, 2.0]])))
    [6.]
    """
    _check_callable("divergence", v)

    def divergence_of_v(X: Any) -> Array:
        X = _points(X)
        parts = [partial(v, j)(X) for j in range(_dimension(X))]
        _check_components("divergence", parts[0], X)
        terms = [part[..., j] for j, part in enumerate(parts)]
        return sum(terms[1:], terms[0])

    return divergence_of_v


def curl(v: Field) -> Field:
    """∇×v as a function of points: of shape (n, 3) in space, and the one number of a plane, of shape (n,), for d = 2.

    Raises TypeError if v is no function, ValueError for other dimensions and if v(X) has not the shape of X.

    >>> rotation = lambda X: np.stack([-X[:, 1], X[:, 0]], axis=1)
    >>> print(curl(rotation)(np.zeros((2, 2))))
    [2. 2.]
    """
    _check_callable("curl", v)

    def curl_of_v(X: Any) -> Array:
        X = _points(X)
        if X.ndim != 2 or X.shape[1] not in (2, 3):
            raise ValueError(f"curl takes points of 2 or 3 coordinates, X of shape (n, 2) or (n, 3), not {X.shape}")
        d = [partial(v, j)(X) for j in range(X.shape[1])]
        _check_components("curl", d[0], X)
        if len(d) == 2:
            return d[0][:, 1] - d[1][:, 0]
        return np.stack([d[i][:, j] - d[j][:, i] for i, j in ((1, 2), (2, 0), (0, 1))], axis=1)

    return curl_of_v


def _points(X: Any) -> Array:
    """X as an array of numbers; a Tensor as it is."""
    X = X if type(X) is ag.Tensor else numbers("X", X)
    if X.ndim not in (1, 2):
        raise ValueError(f"X must have a point in each row, shape (n, d), or be numbers of shape (n,), not {X.shape}")
    if X.size == 0:
        raise ValueError(f"X has no points: its shape is {X.shape}")
    return X


def _dimension(X: Array) -> int:
    return X.shape[1] if X.ndim == 2 else 1


def _column(j: Any, X: Array) -> int:
    d = _dimension(X)
    if not isinstance(j, (int, np.integer)) or isinstance(j, bool) or not -d <= j < d:
        raise ValueError(f"wrt names column {j!r}, but X has {d} column{'s' if d > 1 else ''}, numbered from 0")
    return int(j) % d


def _check_rows(value: Any, X: Array) -> None:
    shape = np.shape(value)
    if shape[:1] != X.shape[:1]:
        raise ValueError(
            f"the function must give a value for each row, but gave shape {shape} for points of shape {X.shape}: "
            "write it for a batch, for example lambda X: X[:, 0] ** 2"
        )


def _check_components(name: str, values: Array, X: Array) -> None:
    shape = np.shape(values)
    if len(shape) < 2 or shape[-1] != _dimension(X):
        wanted = (len(X), _dimension(X))
        raise ValueError(f"{name} takes a field of shape {wanted} at points of shape {X.shape}, but got {shape}")


def _check_callable(name: str, u: Any) -> None:
    if not callable(u):
        raise TypeError(f"{name} takes a function of points, but got a {type(u).__name__}: write {name}(u)(X)")
