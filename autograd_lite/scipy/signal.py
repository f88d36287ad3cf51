"""Convolution along chosen axes, as a product with windows: (a ∗ b)_k = Σ_j a_{k−j} b_j."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.signal

from .forward import forwarding

__all__ = ["convolve"]

__getattr__ = forwarding(__name__, scipy.signal)

Axes = tuple[Sequence[int], Sequence[int]]
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def convolve(
    A: Any, B: Any, axes: Axes | None = None, dot_axes: Axes = ((), ()), mode: str = "full"
) -> Any:
    """The convolution of A and B along pairs of axes, summed over other pairs, with all remaining axes kept.

    Parameters
    ----------
    A, B : arrays or Tensors
    axes : pair of sequences of int, optional
        The axes of A and those of B to convolve; all of both unless given.
    dot_axes : pair of sequences of int
        Axes of A and of B to multiply and sum over, without a shift.
    mode : "full", "valid" or "same"
        As in ``scipy.signal.convolve``.

    Returns
    -------
    array
        The axes of A that are neither, then those of B, then the convolved ones.

    Raises
    ------
    ValueError
        If the mode is none of these, if in mode "valid" neither array is the larger one along all axes, or if they have
        different numbers of axes and ``axes`` does not pair them.
    TypeError
        If the mode is given by position, as SciPy allows: third come the axes here, as in HIPS autograd.

    Examples
    --------
    >>> print(convolve(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0])))
    [1. 3. 5. 3.]
    """
    if isinstance(axes, str):
        raise TypeError(f"convolve: give the mode by name, mode={axes!r}; third come the axes")
    if axes is None and np.ndim(A) != np.ndim(B):
        raise ValueError(f"convolve: {np.ndim(A)} axes and {np.ndim(B)} axes; say which are paired, axes=([0], [0])")
    if mode not in ("full", "valid", "same"):
        raise ValueError(f"convolve: mode is 'full', 'valid' or 'same', not {mode!r}")
    axes_a, axes_b = (range(np.ndim(A)), range(np.ndim(A))) if axes is None else axes
    pairs = [(a % np.ndim(A), b % np.ndim(B)) for a, b in zip(axes_a, axes_b, strict=True)]
    sizes = [(np.shape(A)[a], np.shape(B)[b]) for a, b in pairs]
    if mode == "valid" and any(m < n for m, n in sizes) and any(m > n for m, n in sizes):
        raise ValueError("convolve: in mode 'valid' one array must be the larger one along all axes")
    terms = iter(LETTERS)
    term_a, term_b = [[next(terms)] for _ in range(np.ndim(A))], [next(terms) for _ in range(np.ndim(B))]
    for a, b in zip(*dot_axes, strict=True):
        term_b[b] = term_a[a][0]
    summed = {term_a[a % np.ndim(A)][0] for a in dot_axes[0]}
    kept = [term_a[i][0] for i in range(np.ndim(A)) if i not in {a for a, _ in pairs}]
    kept += [term_b[i] for i in range(np.ndim(B)) if i not in {b for _, b in pairs}]
    moved = A
    for (a, b), (m, n) in sorted(zip(pairs, sizes, strict=True), reverse=True):  # from behind: axes in front stay
        moved = windows(moved, a, m, n, mode)
        term_a[a].append(term_b[b])
    result = [k for k in kept if k not in summed] + [term_a[a][0] for a, _ in pairs]
    return np.einsum(f"{''.join(c for t in term_a for c in t)},{''.join(term_b)}->{''.join(result)}", moved, B)


def windows(A: Any, axis: int, m: int, n: int, mode: str) -> Any:
    """A with its axis of length m replaced by two: k of the result, and j of a filter of length n."""
    start, stop = {
        "full": (0, m + n - 1), "valid": (min(m, n) - 1, max(m, n)), "same": ((n - 1) // 2, (n - 1) // 2 + m)
    }[mode]  # fmt: skip
    index = np.arange(start, stop)[:, None] - np.arange(n)[None, :]
    inside = (index >= 0) & (index < m)
    taken = A[(slice(None),) * axis + (np.where(inside, index, 0),)]
    return taken * inside.astype(A.dtype).reshape(inside.shape + (1,) * (np.ndim(A) - axis - 1))
