"""More transforms, under the names and with the signatures of HIPS autograd: op(f, argnum)(*args, **kwargs).

    make_vjp, make_jvp           the pullback and the pushforward at a point
    make_hvp, make_ggnvp         v ↦ H v   and   v ↦ Jᵀ H_g J v, the Gauss-Newton approximation of it
    deriv, holomorphic_grad      f'(x) and f'(z) of functions of one number
    grad_and_aux, grad_named, multigrad_dict      the gradient, with something beside it, or by names

``argnum`` is a number, or a tuple or list of them, which gives a tuple of derivatives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import Parameter, signature
from typing import Any

import numpy as np

from .boxes import is_boxed, space_of
from .checkpoints import checkpoint
from .jacobians import hessian, hessian_vector_product, jacobian
from .tensor import Tensor, as_leaf_value
from .transforms import elementwise_grad, grad, jvp, value_and_grad, vjp
from .trees import map_tree

__all__ = [
    "checkpoint", "deriv", "elementwise_grad", "grad", "grad_and_aux", "grad_named", "hessian",
    "hessian_tensor_product", "hessian_vector_product", "holomorphic_grad", "jacobian", "make_ggnvp", "make_hvp",
    "make_jvp", "make_jvp_reversemode", "make_vjp", "multigrad_dict", "tensor_jacobian_product", "unary_to_nary",
    "value_and_grad", "vector_jacobian_product",
]  # fmt: skip

Function = Callable[..., Any]
ArgNum = int | Sequence[int]


def unary_to_nary(operator: Function) -> Function:
    """From an operator on functions of one argument, ``operator(f, x)``, make ``op(f, argnum)(*args, **kwargs)``.

    >>> twice = unary_to_nary(lambda f, x: 2 * f(x))
    >>> twice(lambda a, b: a - b, argnum=1)(3.0, 1.0)
    4.0

    The operator then raises TypeError for what is no function.
    """

    @wraps(operator, assigned=("__module__", "__name__", "__qualname__", "__doc__"), updated=())
    def nary(fun: Function, argnum: ArgNum = 0, *operator_args: Any, **operator_kwargs: Any) -> Function:
        if not callable(fun):
            raise TypeError(f"{operator.__name__} takes a function, but got a {type(fun).__name__}")

        @wraps(fun)
        def of_all(*args: Any, **kwargs: Any) -> Any:
            chosen = (argnum,) if isinstance(argnum, int) else tuple(argnum)
            if not all(-len(args) <= k < len(args) for k in chosen):
                raise TypeError(f"there is no argument {argnum}: the call has {len(args)} positional arguments")

            @wraps(fun)
            def of_one(x: Any) -> Any:
                new = list(args)
                for k, part in zip(chosen, (x,) if isinstance(argnum, int) else x, strict=True):
                    new[k] = part
                return fun(*new, **kwargs)

            x = args[argnum] if isinstance(argnum, int) else tuple(args[k] for k in chosen)
            return operator(of_one, x, *operator_args, **operator_kwargs)

        of_all.__name__ = f"{operator.__name__}({getattr(fun, '__name__', type(fun).__name__)})"
        return of_all

    del nary.__wrapped__  # its signature is its own
    return nary


def ones(x: Any) -> Any:
    """Ones in the shape and dtype of x."""
    if is_boxed(x):
        return space_of(x).ones()
    return np.ones_like(as_leaf_value(x.node.value if type(x) is Tensor else x))[()]


def zeros(x: Any) -> Any:
    """Zeros in the shape and dtype of x."""
    if is_boxed(x):
        return space_of(x).zeros()
    return np.zeros_like(as_leaf_value(x.node.value if type(x) is Tensor else x))[()]


@unary_to_nary
def make_vjp(fun: Function, x: Any) -> tuple[Function, Any]:
    """The pullback w ↦ wᵀJ at a point, and the value there: ``make_vjp(f, argnum)(*args)``.

    As ``vjp``, but by the chosen argument alone.

    >>> import numpy as np
    >>> pullback, value = make_vjp(np.sin)(0.0)
    >>> print(pullback(2.0), value)
    2.0 0.0

    Raises TypeError for what is no function.
    """
    value, pullback = vjp(fun, x)
    return lambda seed: pullback(seed)[0], value


@unary_to_nary
def make_jvp(fun: Function, x: Any) -> Function:
    """The pushforward at a point: ``make_jvp(f, argnum)(*args)(v)`` is the value and J·v, by a forward sweep.

    >>> import numpy as np
    >>> value, tangent = make_jvp(np.sin)(0.0)(2.0)
    >>> print(value, tangent)
    0.0 2.0

    Raises TypeError for what is no function.
    """
    return lambda v: jvp(fun, (x,), (v,))


@unary_to_nary
def make_jvp_reversemode(fun: Function, x: Any) -> Function:
    """J·v by reverse sweeps alone: the pullback is linear in its seed, and the pullback of that is J.

    Source: J. Townsend, A new trick for calculating Jacobian vector products (2017).

    >>> import numpy as np
    >>> print(make_jvp_reversemode(np.sin)(0.0)(2.0))
    2.0

    Raises TypeError for what is no function.
    """
    value, pullback = vjp(fun, x)
    _, pushforward = vjp(lambda w: pullback(w)[0], map_tree(zeros, value))
    return lambda v: pushforward(v)[0]


@unary_to_nary
def make_hvp(fun: Function, x: Any) -> tuple[Function, Any]:
    """The product v ↦ H·v at a point, for many v, and the gradient there.

    >>> import numpy as np
    >>> product, gradient = make_hvp(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]))
    >>> print(product(np.array([1.0, 0.0])), gradient)
    [4. 2.] [4. 1.]

    Raises TypeError for what is no function, and for an output that is not one real number.
    """
    value, pullback = vjp(grad(fun), x)
    return lambda v: pullback(v)[0], value


def _half_of_squares(y: Any) -> Any:
    return 0.5 * np.sum(y**2, axis=-1)


def make_ggnvp(f: Function, g: Function = _half_of_squares, f_argnum: ArgNum = 0) -> Function:
    """The product with the generalized Gauss-Newton matrix of g∘f at a point: v ↦ Jᵀ H_g J v.

    Parameters
    ----------
    f : callable
        The model.
    g : callable
        The convex cost of its output, ½Σy² unless given.
    f_argnum : int
        The argument of f.

    Source: N. Schraudolph, Fast curvature matrix-vector products, Neural Computation 14 (2002) 1723.

    >>> import numpy as np
    >>> A = np.array([[1.0, 2.0], [0.0, 1.0]])
    >>> print(make_ggnvp(lambda x: A @ x)(np.ones(2))(np.array([1.0, 0.0])))
    [1. 2.]
    """

    @unary_to_nary
    def at(f: Function, x: Any) -> Function:
        y, pullback = vjp(f, x)

        def product(v: Any) -> Any:
            _, tangent = jvp(f, (x,), (v,))
            _, curved = jvp(grad(g), (y,), (tangent,))
            return pullback(curved)[0]

        return product

    return at(f, f_argnum)


@unary_to_nary
def deriv(fun: Function, x: Any) -> Any:
    """The derivative along (1, 1, …) by a forward sweep: f'(x) for a function of one number.

    >>> import numpy as np
    >>> print(deriv(lambda x: x**3)(2.0))
    12.0

    Raises TypeError for what is no function.
    """
    return jvp(fun, (x,), (map_tree(ones, x),))[1]


@unary_to_nary
def holomorphic_grad(fun: Function, x: Any) -> Any:
    """The complex derivative f'(z) of a holomorphic function: with f = u + iv it is u_x − i·u_y.

    A real argument counts as a complex one.

    >>> import numpy as np
    >>> print(holomorphic_grad(lambda z: z**2)(1 + 2j))
    (2+4j)

    Raises TypeError for what is no function, and for an output that is not one number.
    """
    z = map_tree(lambda a: a * (1 + 0j), x)
    return grad(lambda z: np.real(fun(z)))(z)


@unary_to_nary
def grad_and_aux(fun: Function, x: Any) -> tuple[Any, Any]:
    """For a function with two outputs, the gradient of the first and the second itself.

    Raises
    ------
    TypeError
        If there are not two outputs, or the first is no number.

    >>> import numpy as np
    >>> gradient, squares = grad_and_aux(lambda x: (np.sum(x**2), x**2))(np.array([1.0, 2.0]))
    >>> print(gradient, squares)
    [2. 4.] [1. 4.]
    """
    value, pullback = vjp(lambda x: _pair(fun, x), x)
    first, aux = value
    if np.size(first) != 1:
        raise TypeError(f"grad_and_aux needs a first output that is one number, not one of shape {np.shape(first)}")
    return pullback((ones(first), map_tree(zeros, aux)))[0], aux


def _pair(fun: Function, x: Any) -> tuple[Any, Any]:
    outputs = fun(x)
    if not isinstance(outputs, (tuple, list)) or len(outputs) != 2:
        raise TypeError("grad_and_aux is for functions that return a pair: the number to differentiate, and the rest")
    return tuple(outputs)


def grad_named(fun: Function, argname: str) -> Function:
    """The gradient by the argument of that name.

    >>> print(grad_named(lambda a, b: a * b, "b")(2.0, 3.0))
    2.0

    Raises ValueError for a name that is none of the arguments.
    """
    names = list(signature(fun).parameters)
    if argname not in names:
        raise ValueError(f"there is no argument {argname!r}; the arguments are {', '.join(names)}")
    return grad(fun, names.index(argname))


def multigrad_dict(fun: Function) -> Function:
    """The gradients by all arguments at once, as a dict from their names; of ``*args`` a tuple, of ``**kwargs`` a dict.

    >>> gradients = multigrad_dict(lambda a, b=2.0, **more: a * b + more["c"])(3.0, c=1.0)
    >>> {name: dict(g) if name == "more" else float(g) for name, g in gradients.items()}
    {'a': 2.0, 'b': 3.0, 'more': {'c': np.float64(1.0)}}
    """
    parameters = signature(fun).parameters

    def gradients(*args: Any, **kwargs: Any) -> dict[str, Any]:
        bound = signature(fun).bind(*args, **kwargs)
        bound.apply_defaults()

        def of_all(values: dict[str, Any]) -> Any:
            given: list[Any] = []
            by_name: dict[str, Any] = {}
            for name, value in values.items():
                kind = parameters[name].kind
                if kind is Parameter.VAR_POSITIONAL:
                    given += value
                elif kind is Parameter.VAR_KEYWORD:
                    by_name.update(value)
                elif kind is Parameter.KEYWORD_ONLY:
                    by_name[name] = value
                else:
                    given.append(value)
            return fun(*given, **by_name)

        return grad(of_all)(dict(bound.arguments))

    return wraps(fun)(gradients)


def tensor_jacobian_product(fun: Function, argnum: int = 0) -> Function:
    """The Jacobian multiplied from the left: ``(*args, tensor)`` ↦ Σ_i tensor_i ∂f_i/∂x over the first axes of f.

    >>> import numpy as np
    >>> A = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> print(tensor_jacobian_product(lambda x: A @ x)(np.ones(2), np.array([1.0, 1.0])))
    [4. 6.]
    """

    def contracted(*args: Any, **kwargs: Any) -> Any:
        *primals, tensor = args
        return np.tensordot(tensor, fun(*primals, **kwargs), axes=np.ndim(tensor))

    return jacobian(contracted, argnum)


vector_jacobian_product = tensor_jacobian_product
hessian_tensor_product = hessian_vector_product
