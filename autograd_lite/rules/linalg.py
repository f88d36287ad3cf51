"""Linear algebra of (stacks of) square matrices.

Source: M. B. Giles, Collected matrix derivative results for forward and reverse mode AD, in Advances in Automatic
Differentiation (Springer, 2008); I. Murray, Differentiation of the Cholesky decomposition, arXiv:1602.07527.
"""

import math

import numpy as np

from ..kinds import Parts, constant, general
from ..registry import composed, primitive


def T(a):
    return np.swapaxes(a, -1, -2)


def H(a):
    return np.conj(T(a))


def solve_columns(a, v, b):
    """A⁻¹ v, where v is a column if b is a vector (as in NumPy, only a 1-d b is one)."""
    return np.squeeze(np.linalg.solve(a, np.expand_dims(v, -1)), -1) if b.ndim == 1 else np.linalg.solve(a, v)


def times(a, v, b):
    """A v, likewise."""
    return np.squeeze(np.matmul(a, np.expand_dims(v, -1)), -1) if b.ndim == 1 else np.matmul(a, v)


def solve_left(g, out, a, b):
    """X = A⁻¹B: Ā = −A⁻ᵀ X̄ Xᵀ."""
    g_b = solve_columns(T(a), g, b)
    return -np.expand_dims(g_b, -1) * np.expand_dims(out, -2) if b.ndim == 1 else -np.matmul(g_b, T(out))


def halved(a):
    """Φ: the lower triangle with half the diagonal."""
    return np.tril(a) - 0.5 * a * np.eye(a.shape[-1], dtype=a.dtype)


def mirrored(a, triangle="L"):
    """The Hermitian matrix that NumPy means where it reads one triangle of A."""
    half = halved(a if triangle in "lL" else H(a))
    return half + H(half)


def mirrored_adjoint(s, triangle="L"):
    """The adjoint of that: what meets both triangles belongs to the one that is read."""
    half = halved(s + H(s))
    return half if triangle in "lL" else H(half)


def cholesky_jvp(t, out, a, upper=False):
    """A = L Lᴴ: L̇ = L Φ(L⁻¹ Ȧ L⁻ᴴ)."""
    l = H(out) if upper else out
    inside = np.linalg.solve(l, H(np.linalg.solve(l, mirrored(t, "U" if upper else "L"))))
    tangent = np.matmul(l, halved(H(inside)))
    return H(tangent) if upper else tangent


def cholesky_vjp(g, out, a, upper=False):
    """Ā = L⁻ᴴ Φ(Lᴴ L̄) L⁻¹."""
    l, g = (H(out), H(np.conj(g))) if upper else (out, np.conj(g))
    p = halved(np.matmul(H(l), g))
    s = np.linalg.solve(H(l), H(np.linalg.solve(H(l), H(p))))
    return np.conj(mirrored_adjoint(s, "U" if upper else "L"))


WELL_CONDITIONED = 1e4


def cofactor(det, a):
    """C = ∂det A/∂A = det(A) A⁻ᵀ, written in functions that have rules of their own, so all orders are right.

    Where A is singular, or nearly, A = A′ − U Vᴴ with a regular A′ and the few columns of U and V that it lacks:
    det A = det A′·det S, S = 1 − Vᴴ A′⁻¹ U, and so C = det A′·(det(S) A′⁻¹ + A′⁻¹ U adj(S) Vᴴ A′⁻¹)ᵀ.
    """
    if np.all(det != 0):
        inverse = np.linalg.inv(a)
        if np.all(largest(a) * largest(inverse) < WELL_CONDITIONED):
            return outside(det) * T(inverse)
    size, u, vh = missing(a)
    regular = a / size + np.matmul(u, vh)
    inverse, det = np.linalg.inv(regular), outside(np.linalg.det(regular))
    left, right = np.matmul(inverse, u), np.matmul(vh, inverse)
    det_small, adjugate = polynomials(np.eye(np.shape(u)[-1], dtype=u.dtype) - np.matmul(right, u))
    c = det * T(det_small * inverse + np.matmul(left, np.matmul(adjugate, right)))
    return c * size ** (a.shape[-1] - 1)


def largest(a):
    return np.max(np.abs(a), axis=(-2, -1), initial=0.0)


@primitive
def missing(a):
    """The size of A, and U, Vᴴ that fill up what it lacks at this size: singular vectors, as constants."""
    size = outside(largest(a))
    size = np.where(size == 0, 1, size).astype(a.dtype)
    u, s, vh = np.linalg.svd(a / size)
    small = s <= 0.01 * np.max(s, axis=-1, keepdims=True)
    first = a.shape[-1] - int(np.max(np.sum(small, axis=-1)))
    return size, u[..., first:] * small[..., None, first:], vh[..., first:, :]


constant(missing)


def polynomials(s):
    """det S and adj S by the method of Faddeev and LeVerrier, which divides by nothing but 1, 2, …."""
    n = s.shape[-1]
    adjugate, c = np.eye(n, dtype=s.dtype), np.ones((1, 1), dtype=s.dtype)
    for k in range(1, n + 1):
        product = np.matmul(s, adjugate)
        c = outside(np.trace(product, axis1=-2, axis2=-1)) / -k
        if k < n:
            adjugate = product + c * np.eye(n, dtype=s.dtype)
    sign = (-1.0) ** n
    return sign * c, -sign * adjugate


def outside(d):
    """A number per matrix, ready to multiply the matrices."""
    return np.reshape(d, (*d.shape, 1, 1))


def slogdet_jvp(t, out, a):
    """d log det A = tr(A⁻¹ Ȧ) = w: the logarithm of the size moves by Re w, the sign by sign·i·Im w."""
    w = np.sum(T(np.linalg.inv(a)) * t, axis=(-2, -1))
    return Parts((out[0] * 1j * np.imag(w), np.real(w)) if a.dtype.kind == "c" else (None, w))


def slogdet_vjp(g, out, a):
    g_sign, g_log = g
    weight = 0.0 if g_log is None else outside(g_log)
    if g_sign is not None and a.dtype.kind == "c":
        weight = weight + 1j * outside(np.imag(g_sign * out[0]))
    return weight * T(np.linalg.inv(a))


general(
    np.linalg.solve,
    jvp=[lambda t, out, a, b: -solve_columns(a, times(t, out, b), b), lambda t, out, a, b: solve_columns(a, t, b)],
    vjp=[solve_left, lambda g, out, a, b: solve_columns(T(a), g, b)],
)
general(
    np.linalg.inv,
    jvp=[lambda t, out, a: -np.matmul(out, np.matmul(t, out))],
    vjp=[lambda g, out, a: -np.matmul(T(out), np.matmul(g, T(out)))],
)
general(
    np.linalg.det,
    jvp=[lambda t, out, a: np.sum(cofactor(out, a) * t, axis=(-2, -1))],
    vjp=[lambda g, out, a: outside(g) * cofactor(out, a)],
)
general(np.linalg.slogdet, jvp=[slogdet_jvp], vjp=[slogdet_vjp])
general(np.linalg.cholesky, jvp=[cholesky_jvp], vjp=[cholesky_vjp])


@composed(np.linalg.multi_dot)
def multi_dot(arrays, *, out=None):
    """One product after the other, from the left."""
    if len(arrays) < 2:
        raise ValueError("np.linalg.multi_dot needs two arrays at least")
    product = arrays[0]
    for a in arrays[1:]:
        product = np.dot(product, a)
    return product


@composed(np.linalg.matrix_power)
def matrix_power(a, n):
    """By repeated squaring."""
    if n < 0:
        return matrix_power(np.linalg.inv(a), -n)
    power, square = None, a
    while n:
        n, odd = divmod(n, 2)
        if odd:
            power = square if power is None else np.matmul(power, square)
        if n:
            square = np.matmul(square, square)
    return np.eye(a.shape[-1], dtype=a.dtype) + 0 * a if power is None else power


@composed(np.linalg.cond)
def cond(x, p=None):
    """‖A‖·‖A⁻¹‖; for the 2-norm the ratio of the outermost singular values."""
    if p in (None, 2, -2):
        s = np.linalg.svdvals(x)
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    return np.linalg.norm(x, p, axis=(-2, -1)) * np.linalg.norm(np.linalg.inv(x), p, axis=(-2, -1))


@composed(np.linalg.tensorsolve)
def tensorsolve(a, b, axes=None):
    if axes is not None:
        axes = [k % a.ndim for k in axes]
        a = np.transpose(a, [k for k in range(a.ndim) if k not in axes] + axes)
    shape = np.shape(a)[np.ndim(b) :]
    n = math.prod(shape)
    return np.reshape(np.linalg.solve(np.reshape(a, (-1, n)), np.ravel(b)), shape)


@composed(np.linalg.tensorinv)
def tensorinv(a, ind=2):
    if ind <= 0:
        raise ValueError(f"np.linalg.tensorinv: ind must be positive, not {ind}")
    n = math.prod(a.shape[ind:])
    return np.reshape(np.linalg.inv(np.reshape(a, (n, -1))), a.shape[ind:] + a.shape[:ind])
