"""What has no derivative: piecewise constant functions, whose derivative is zero, and questions about an array."""

from typing import Any

import numpy as np

from ..kinds import constant
from ..registry import plain, primitive


@primitive
def stop_gradient(x):
    """x as a constant: recorded, so that a picture shows it and a compiled program computes it, with derivative zero.

    Raises nothing; takes a number, an array or a Tensor, and returns it with its shape and dtype.  The same as
    jax.lax.stop_gradient and PyTorch's ``detach``; ``x.value`` takes the number out of the graph for good.

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda x: x * ag.stop_gradient(x))(3.0))
    3.0
    """
    return x


# recorded, derivative zero
constant(
    np.floor, np.ceil, np.trunc, np.rint, np.round, np.around, np.fix, np.signbit, np.floor_divide,
    np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal,
    np.logical_and, np.logical_or, np.logical_xor, np.logical_not,
    np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert, np.left_shift, np.right_shift,
    np.isnan, np.isinf, np.isfinite, np.isneginf, np.isposinf, np.isreal, np.iscomplex, np.isclose,
    np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.argsort, np.argpartition, np.lexsort,
    np.searchsorted, np.digitize, np.nonzero, np.flatnonzero, np.argwhere, np.count_nonzero,
    np.all, np.any, np.spacing, np.isin, np.gcd, np.lcm, np.bitwise_count, np.packbits, np.unpackbits,
    stop_gradient,
)  # fmt: skip

# answered from the shape and the dtype alone, the same at every value
ABOUT_SHAPES: frozenset[Any] = frozenset({
    np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.common_type, np.iscomplexobj, np.isrealobj,
    np.zeros_like, np.ones_like, np.empty_like, np.may_share_memory, np.shares_memory, np.einsum_path,
    np.broadcast_shapes, np.iterable, np.isscalar, np.diag_indices_from, np.tril_indices_from, np.triu_indices_from,
})  # fmt: skip

# answered from the value
plain(
    *ABOUT_SHAPES, np.min_scalar_type, np.array_equal, np.array_equiv, np.allclose, np.array2string, np.array_repr,
    np.array_str, np.linalg.matrix_rank, np.unravel_index, np.ravel_multi_index, np.ix_,
)  # fmt: skip
