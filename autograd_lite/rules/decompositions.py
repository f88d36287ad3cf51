"""Decompositions of (stacks of) matrices, the functions made of them, and the gauge in which they are differentiated.

Eigenvectors and singular vectors are defined up to a sign (real) or a phase (complex); LAPACK chooses one.  The rules
move each vector orthogonally to itself.  For real vectors this is the derivative; for complex ones it is that of every
function in which the phase cancels.  Where two eigenvalues or singular values are equal the vectors have no
derivative: it is nan, while that of the values alone stays what the formula says.

    A = V diag(w) Vᴴ     ẇ = diag P,  V̇ = V(F∘P),  P = Vᴴ Ȧ V,  F_ij = 1/(w_j − w_i)    of the triangle that is read
    A = V diag(w) V⁻¹    the same with P = V⁻¹ Ȧ V, less the part of v̇_j along v_j
    A = U diag(s) Vᴴ     ṡ = Re diag P,  Uᴴ U̇ = F∘(P S + S Pᴴ),  Vᴴ V̇ = F∘(S P + Pᴴ S),  F_ij = 1/(s_j² − s_i²)
    A = Q R              Ω = L − Lᴴ,  L = tril(C, −1),  C = Qᴴ Ȧ R⁻¹,  Q̇ = QΩ + (1 − QQᴴ) Ȧ R⁻¹,  Ṙ = (C − Ω) R
    P = A⁺               Ṗ = −P Ȧ P + P Pᴴ Ȧᴴ (1 − A P) + (1 − P A) Ȧᴴ Pᴴ P                 at constant rank

Source: M. B. Giles, An extended collection of matrix derivative results, Oxford NA-08/01 (2008); J. Townsend,
Differentiating the singular value decomposition (2016); S. F. Walter, L. Lehmann, Algorithmic differentiation of linear
algebra functions, arXiv:1001.1654; G. H. Golub, V. Pereyra, SIAM J. Numer. Anal. 10, 413 (1973).
"""

import numpy as np

from ..kinds import Parts, constant, general
from ..registry import composed, primitive
from .elementwise import nonzero
from .indexing import scatter
from .linalg import H, T, mirrored, mirrored_adjoint
from .shaping import as_arrays

# In the adjoints below bars are the usual ones, with ⟨a, b⟩ = Re Σ a*·b: they come in and go out by conjugation


def diagonal_part(p):
    return p * np.eye(p.shape[-1], dtype=p.dtype)


def undefined_at_0(x):
    """1/x, and nan where x = 0."""
    return np.where(np.equal(x, 0), np.nan, 1 / nonzero(x))


def gaps(w):
    """F_ij = 1/(w_j − w_i), 0 on the diagonal, nan where two are equal."""
    one = np.eye(w.shape[-1], dtype=bool)
    difference = np.expand_dims(w, -2) - np.expand_dims(w, -1)
    return np.where(one, 0, undefined_at_0(np.where(one, 1, difference)))


def scaled(a, s):
    """A diag(s)"""
    return a * np.expand_dims(s, -2)


def on_diagonal(w, n):
    return np.expand_dims(w, -2) * np.eye(n, dtype=w.dtype)


def beyond(q, x):
    """(1 − Q Qᴴ) X"""
    return x - np.matmul(q, np.matmul(H(q), x))


# eigenvalues


def eigh_jvp(t, out, a, UPLO="L"):
    w, v = out
    p = np.matmul(np.matmul(H(v), mirrored(t, UPLO)), v)
    return Parts((np.real(np.diagonal(p, axis1=-2, axis2=-1)), np.matmul(v, gaps(w) * p)))


def eigh_vjp(g, out, a, UPLO="L"):
    (w, v), (g_w, g_v) = out, g
    p = 0.0 if g_w is None else on_diagonal(g_w, w.shape[-1])
    if g_v is not None:
        p = p + gaps(w) * np.matmul(H(v), np.conj(g_v))
    return np.conj(mirrored_adjoint(np.matmul(np.matmul(v, p), H(v)), UPLO))


def eig_jvp(t, out, a):
    w, v = out
    p = np.linalg.solve(v, np.matmul(t, v))
    d = np.matmul(v, gaps(w) * p)
    along = np.sum(np.conj(v) * d, axis=-2)
    return Parts((np.diagonal(p, axis1=-2, axis2=-1), d - scaled(v, along)))


def eig_vjp(g, out, a):
    (w, v), (g_w, g_v) = out, g
    p = 0.0 if g_w is None else on_diagonal(np.conj(g_w), w.shape[-1])
    if g_v is not None:
        g_v = np.conj(g_v)
        across = g_v - scaled(v, np.sum(np.conj(v) * g_v, axis=-2))
        p = p + np.conj(gaps(w)) * np.matmul(H(v), across)
    return np.conj(np.linalg.solve(H(v), np.matmul(p, H(v))))


general(np.linalg.eigh, jvp=[eigh_jvp], vjp=[eigh_vjp])
general(np.linalg.eig, jvp=[eig_jvp], vjp=[eig_vjp])


@composed(np.linalg.eigvalsh)
def eigvalsh(a, UPLO="L"):
    return np.linalg.eigh(a, UPLO)[0]


@composed(np.linalg.eigvals)
def eigvals(a):
    return np.linalg.eig(a)[0]


# singular values


@primitive
def thin_svd(a):
    """U, s, Vᴴ with as many columns and rows as there are singular values."""
    return tuple(np.linalg.svd(a, full_matrices=False))


def thin_svd_jvp(t, out, a):
    u, s, vh = out
    v, f, inverse = H(vh), gaps(s * s), undefined_at_0(s)
    p = np.matmul(np.matmul(H(u), t), v)
    ps, sp = scaled(p, s), np.expand_dims(s, -1) * p
    turn = f * (ps + H(ps))
    if a.dtype.kind == "c":
        turn = turn + scaled(diagonal_part(0.5 * (p - H(p))), inverse)
    d_u, d_v = np.matmul(u, turn), np.matmul(v, f * (sp + H(sp)))
    if u.shape[-2] > u.shape[-1]:
        d_u = d_u + beyond(u, scaled(np.matmul(t, v), inverse))
    if v.shape[-2] > v.shape[-1]:
        d_v = d_v + beyond(v, scaled(np.matmul(H(t), u), inverse))
    return Parts((d_u, np.real(np.diagonal(p, axis1=-2, axis2=-1)), H(d_v)))


def thin_svd_vjp(g, out, a):
    (u, s, vh), (g_u, g_s, g_vh) = out, g
    v, p, rest = H(vh), 0.0 if g_s is None else on_diagonal(g_s, s.shape[-1]), 0.0
    if g_u is not None:
        g_u = np.conj(g_u)
        inner = np.matmul(H(u), g_u)
        turn = gaps(s * s) * inner
        p = p + scaled(turn + H(turn), s)
        if a.dtype.kind == "c":
            p = p + scaled(diagonal_part(0.5 * (inner - H(inner))), undefined_at_0(s))
        if u.shape[-2] > u.shape[-1]:
            rest = rest + np.matmul(scaled(beyond(u, g_u), undefined_at_0(s)), vh)
    if g_vh is not None:
        g_v = H(np.conj(g_vh))
        turn = gaps(s * s) * np.matmul(vh, g_v)
        p = p + np.expand_dims(s, -1) * (turn + H(turn))
        if v.shape[-2] > v.shape[-1]:
            rest = rest + np.matmul(u, H(scaled(beyond(v, g_v), undefined_at_0(s))))
    return np.conj(np.matmul(np.matmul(u, p), vh) + rest)


@primitive
def completed(u, others):
    """``others``, the columns that complete U to a square unitary matrix, as a function of U.

    Which basis they are of what U leaves over is nobody's choice but LAPACK's; they move orthogonally to each other.
    """
    return others + 0


general(thin_svd, jvp=[thin_svd_jvp], vjp=[thin_svd_vjp])
general(
    completed,
    jvp=[lambda t, out, u, others: -np.matmul(u, np.matmul(H(t), out)), None],
    vjp=[lambda g, out, u, others: -np.conj(np.matmul(out, np.matmul(H(np.conj(g)), u))), None],
)


@primitive
def columns_left_over(a, decomposition, k):
    """What LAPACK adds to the first k columns of the unitary factor that stands on the left."""
    q = np.linalg.svd(a)[0] if decomposition == "svd" else np.linalg.qr(a, "complete")[0]
    return q[..., k:]


constant(columns_left_over)


def complete(q, a, decomposition):
    """Q with all its columns."""
    others = columns_left_over(a, decomposition, q.shape[-1])
    return np.concatenate([q, completed(q, others)], axis=-1)


@composed(np.linalg.svd)
def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    if hermitian:
        return svd_of_hermitian(a, compute_uv)
    u, s, vh = thin_svd(a)
    if not compute_uv:
        return s
    if full_matrices and a.shape[-2] > a.shape[-1]:
        u = complete(u, a, "svd")
    if full_matrices and a.shape[-2] < a.shape[-1]:
        vh = H(complete(H(vh), H(a), "svd"))
    return SVD(u, s, vh)


SVD = type(np.linalg.svd(np.eye(1)))


def svd_of_hermitian(a, compute_uv):
    """Of the triangle that is read: the eigenvalues by size, their signs with Vᴴ."""
    w, v = np.linalg.eigh(a)
    order = np.flip(np.argsort(np.abs(w), axis=-1), -1)
    w = np.take_along_axis(w, order, axis=-1)
    if not compute_uv:
        return np.abs(w)
    u = np.take_along_axis(v, np.expand_dims(order, -2), axis=-1)
    return SVD(u, np.abs(w), H(scaled(u, np.sign(w))))


@composed(np.linalg.svdvals)
def svdvals(x, /):
    return thin_svd(x)[1]


# least squares


@primitive
def pseudoinverse(a, rtol):
    return np.linalg.pinv(a, rtol)


def pseudoinverse_jvp(t, p, a, rtol):
    t_h, p_h = H(t), H(p)
    left, right = np.matmul(p, p_h), np.matmul(p_h, p)
    outside_range = np.matmul(left, t_h - np.matmul(np.matmul(t_h, a), p))
    outside_row_space = np.matmul(t_h - np.matmul(p, np.matmul(a, t_h)), right)
    return outside_range + outside_row_space - np.matmul(p, np.matmul(t, p))


def pseudoinverse_vjp(g, p, a, rtol):
    g_h, p_h = T(g), H(p)
    left, right = np.matmul(p, p_h), np.matmul(p_h, p)
    outside_range = np.matmul(g_h - np.matmul(a, np.matmul(p, g_h)), left)
    outside_row_space = np.matmul(right, g_h - np.matmul(np.matmul(g_h, p), a))
    return np.conj(outside_range + outside_row_space - np.matmul(p_h, np.matmul(np.conj(g), p_h)))


general(pseudoinverse, jvp=[pseudoinverse_jvp, None], vjp=[pseudoinverse_vjp, None])


@composed(np.linalg.pinv)
def pinv(a, rcond=None, hermitian=False, *, rtol=np._NoValue):
    if rcond is not None and rtol is not np._NoValue:
        raise ValueError("np.linalg.pinv: give rcond= or rtol=, not both")
    if rtol is None:
        rcond = max(a.shape[-2:]) * np.finfo(np.result_type(a, 0.0)).eps
    elif rcond is None:
        rcond = 1e-15 if rtol is np._NoValue else rtol
    return inverse_of_rank(mirrored(a) if hermitian else a, rcond)


def inverse_of_rank(a, rcond):
    """A⁺; where rcond cuts off more than rounding, V s⁺ Uᴴ of the singular values that are left."""
    rounding = 1e3 * np.finfo(np.result_type(a, 0.0)).eps
    if np.max(rcond) < rounding or not a.size:
        return pseudoinverse(a, rcond)
    u, s, vh = thin_svd(a)
    size = s / np.max(s, axis=-1, keepdims=True)
    left = np.greater(size, np.expand_dims(rcond, -1))
    if not np.any(np.logical_and(np.logical_not(left), np.greater(size, rounding))):
        return pseudoinverse(a, rcond)
    return np.matmul(scaled(H(vh), np.where(left, 1 / np.where(left, s, 1), 0)), H(u))


@primitive
def rank(s, rcond):
    return np.sum(s > rcond * s[0], dtype=np.intc)


constant(rank)


@composed(np.linalg.lstsq)
def lstsq(a, b, rcond=None):
    """Minimal |x| among those of minimal |Ax − b|: x = A⁺b."""
    a, b = as_arrays(a, b)
    (m, n), dtype = np.shape(a), np.result_type(a, b, 0.0)
    rcond = np.finfo(dtype).eps * max(m, n) if rcond is None else rcond
    x = np.matmul(inverse_of_rank(a, rcond), b)
    s = np.linalg.svdvals(a)
    r = rank(s, rcond)
    residual = np.reshape(b - np.matmul(a, x), (m, -1))
    residuals = np.sum(np.real(residual * np.conj(residual)), axis=0)
    return x, residuals if r == n and m > n else residuals[:0], r, s


# orthogonal and triangular


@primitive
def thin_qr(a):
    """Q with orthonormal columns and R upper triangular, of a matrix with at least as many rows as columns."""
    return tuple(np.linalg.qr(a))


def full_rank(r):
    """R, or an error where it is singular: then Q is not determined by A."""
    size = np.abs(np.diagonal(r, axis1=-2, axis2=-1))
    if size.size and np.any(np.min(size, axis=-1) <= np.finfo(r.dtype).eps * r.shape[-1] * np.max(size, axis=-1)):
        raise np.linalg.LinAlgError(
            "np.linalg.qr has no derivative where the columns that it makes orthogonal are linearly dependent"
        )
    return r


def thin_qr_jvp(t, out, a):
    q, r = out[0], full_rank(out[1])
    t_r = H(np.linalg.solve(H(r), H(t)))
    c = np.matmul(H(q), t_r)
    below = np.tril(c, -1)
    turn = below - H(below)
    if a.dtype.kind == "c":
        turn = turn + 0.5 * diagonal_part(c - H(c))
    return Parts((np.matmul(q, turn) + beyond(q, t_r), np.matmul(c - turn, r)))


def thin_qr_vjp(g, out, a):
    (q, r), (g_q, g_r) = (out[0], full_rank(out[1])), g
    c = 0.0 if g_r is None else np.matmul(np.conj(g_r), H(r))
    turn, rest = -c, 0.0
    if g_q is not None:
        g_q = np.conj(g_q)
        turn, rest = np.matmul(H(q), g_q) - c, beyond(q, g_q)
    c = c + np.tril(turn - H(turn), -1)
    if a.dtype.kind == "c":
        c = c + 0.5 * diagonal_part(turn - H(turn))
    return np.conj(H(np.linalg.solve(r, H(np.matmul(q, c) + rest))))


general(thin_qr, jvp=[thin_qr_jvp], vjp=[thin_qr_vjp])


@composed(np.linalg.qr)
def qr(a, mode="reduced"):
    if mode not in ("reduced", "complete", "r"):
        raise TypeError(
            f"np.linalg.qr: mode={mode!r} is not recorded, which is LAPACK's packed form (reflections below R); write "
            "'reduced', 'complete' or 'r'"
        )
    m, n = a.shape[-2:]
    q, r = thin_qr(a[..., :m])
    if m < n:
        r = np.concatenate([r, np.matmul(H(q), a[..., m:])], axis=-1)
    if mode == "r":
        return r
    if mode == "complete" and m > n:
        q, r = complete(q, a, "qr"), scatter(r, (*a.shape[:-2], m, n), ..., slice(n), slice(None))
    return QR(q, r)


QR = type(np.linalg.qr(np.eye(1)))
