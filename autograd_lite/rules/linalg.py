"""Linear algebra of (stacks of) square matrices.

Source: M. B. Giles, Collected matrix derivative results for forward and reverse mode AD, in Advances in Automatic
Differentiation (Springer, 2008); I. Murray, Differentiation of the Cholesky decomposition, arXiv:1602.07527.
"""

import math

import numpy as np

from ..kinds import Parts, composed, general, primitive


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


@primitive
def cofactor(a):
    """C = ∂det A/∂A = det(A) A⁻ᵀ; where A = U S Vᴴ is singular, Ū cof(S) Vᵀ·det(U Vᴴ)."""
    det = np.linalg.det(a)
    if np.all(det != 0):
        return outside(det) * T(np.linalg.inv(a))
    u, s, vh = np.linalg.svd(a)
    others = np.prod(np.where(np.eye(s.shape[-1], dtype=bool), 1, s[..., None, :]), axis=-1)
    return outside(np.linalg.det(u) * np.linalg.det(vh)) * np.conj(np.matmul(u * others[..., None, :], vh))


def cofactor_change(d, out, a):
    """Ċ = tr(A⁻¹Ȧ)·C − C Ȧᵀ A⁻ᵀ, a symmetric map of Ȧ and so its own transpose."""
    if np.any(np.linalg.det(a) == 0):
        return singular_cofactor_change(d, a)
    inverse = T(np.linalg.inv(a))
    return np.sum(inverse * d, axis=(-2, -1), keepdims=True) * out - np.matmul(out, np.matmul(T(d), inverse))


def singular_cofactor_change(d, a):
    """Ū (diag(P·diag E) − P∘Eᵀ) Vᵀ·det(U Vᴴ), E = Uᴴ Ȧ V, P_ij the product of all singular values but s_i and s_j."""
    u, s, vh = np.linalg.svd(a)
    one = np.eye(s.shape[-1], dtype=bool)
    others = np.prod(np.where(one[:, None] | one, 1, s[..., None, None, :]), axis=-1) * ~one
    e = np.matmul(np.matmul(H(u), d), H(vh))
    inner = one * np.matmul(others, np.diagonal(e, axis1=-2, axis2=-1)[..., None]) - others * T(e)
    return outside(np.linalg.det(u) * np.linalg.det(vh)) * np.matmul(np.matmul(np.conj(u), inner), np.conj(vh))


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
    jvp=[lambda t, out, a: np.sum(cofactor(a) * t, axis=(-2, -1))],
    vjp=[lambda g, out, a: outside(g) * cofactor(a)],
)
general(cofactor, jvp=[cofactor_change], vjp=[cofactor_change])
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
