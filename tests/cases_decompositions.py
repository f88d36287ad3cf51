"""The table of cases, fifth part: decompositions of matrices, what is made of them, and Fourier transforms.

Complex eigenvectors and singular vectors have a phase that is LAPACK's choice: their cases are of |v|.
"""

import numpy as np
from table import C, K, M, R, case

from autograd_lite.rules.decompositions import (
    columns_left_over,
    completed,
    pseudoinverse,
    rank,
    thin_qr,
    thin_svd,
)  # fmt: skip

SPREAD = np.diag([1.0, 2.5, 4.5])  # eigenvalues far apart


def hermitian(a):
    return 0.5 * (a + np.conj(np.swapaxes(a, -1, -2)))


def size(vectors):
    return np.real(vectors * np.conj(vectors))


# eigenvalues
case(np.linalg.eigh, "matrix",         lambda a: tuple(np.linalg.eigh(hermitian(a))), R(3, 3))
case(np.linalg.eigh, "stack, upper",   lambda a: tuple(np.linalg.eigh(hermitian(a), UPLO="U")), R(2, 2, 2))
case(np.linalg.eigh, "fields", lambda a: np.linalg.eigh(hermitian(a)).eigenvalues, R(3, 3))
case(np.linalg.eigh, "complex",        lambda a: np.linalg.eigh(hermitian(a))[0],   C(3, 3))
case(np.linalg.eigh, "complex vectors", lambda a: size(np.linalg.eigh(hermitian(a))[1]), C(3, 3))
case(np.linalg.eigh, "exp of a matrix", lambda a: (lambda w, v: v * np.exp(w) @ v.T)(*np.linalg.eigh(a @ a.T)), R(3, 3))
for triangle in "LU":
    case(np.linalg.eigh, f"not symmetric, {triangle}", lambda a, t=triangle: tuple(np.linalg.eigh(a, t)), R(3, 3))
    case(np.linalg.eigh, f"not Hermitian, {triangle}", lambda a, t=triangle: np.linalg.eigh(a, UPLO=t)[0], C(3, 3))
    case(np.linalg.eigh, f"vectors, {triangle}", lambda a, t=triangle: size(np.linalg.eigh(a, t)[1]), C(3, 3))
case(np.linalg.eigvalsh, "not symmetric", np.linalg.eigvalsh,                       R(2, 3, 3))
case(np.linalg.eigvalsh, "matrix",     lambda a: np.linalg.eigvalsh(hermitian(a)),  R(3, 3))
case(np.linalg.eigvalsh, "stack",      lambda a: np.linalg.eigvalsh(hermitian(a), "U"), R(2, 2, 2))
case(np.linalg.eig, "real",            lambda a: tuple(np.linalg.eig(SPREAD + 0.1 * a)), R(3, 3))
case(np.linalg.eig, "stack",           lambda a: tuple(np.linalg.eig(SPREAD + 0.1 * a)), R(2, 3, 3))
case(np.linalg.eig, "rotation", lambda a: np.linalg.eig(a + np.array([[0, 4], [-4, 0]]))[0], R(2, 2))
case(np.linalg.eig, "rotation, vectors", lambda a: size(np.linalg.eig(a + np.array([[0, 4], [-4, 0]]))[1]), R(2, 2))
case(np.linalg.eig, "complex",         lambda a: (lambda w, v: (w, size(v)))(*np.linalg.eig(a)), C(3, 3))
case(np.linalg.eigvals, "real",        lambda a: np.linalg.eigvals(SPREAD + 0.1 * a), R(3, 3))
case(np.linalg.eigvals, "complex",     np.linalg.eigvals,                           C(2, 2, 2))

# singular values
for note, shape in ("square", (3, 3)), ("tall", (4, 2)), ("wide", (2, 4)), ("stack", (2, 3, 2)):
    case(np.linalg.svd, f"thin, {note}", lambda a: tuple(np.linalg.svd(a, full_matrices=False)), R(*shape))
    case(np.linalg.svd, f"values, {note}", lambda a: np.linalg.svd(a, compute_uv=False), R(*shape))
    case(np.linalg.svdvals, note,      np.linalg.svdvals,                           R(*shape))
    case(np.linalg.svdvals, f"complex, {note}", np.linalg.svdvals,                  C(*shape))
    case(np.linalg.svd, f"complex, {note}", lambda a: tuple(map(size, np.linalg.svd(a, False))), C(*shape))
    case(np.linalg.qr, note,           lambda a: tuple(np.linalg.qr(a)),            R(*shape))
    case(np.linalg.qr, f"complex, {note}", lambda a: tuple(np.linalg.qr(a)),        C(*shape))
    case(np.linalg.pinv, note,         np.linalg.pinv,                              R(*shape))
    case(np.linalg.pinv, f"complex, {note}", np.linalg.pinv,                        C(*shape))
case(np.linalg.svd, "full, tall",      lambda a: tuple(np.linalg.svd(a)),           R(3, 2))
case(np.linalg.svd, "full, wide",      lambda a: np.linalg.svd(a).Vh,               R(2, 3))
case(np.linalg.svd, "hermitian",       lambda a: tuple(np.linalg.svd(a, hermitian=True)), R(2, 3, 3))
case(np.linalg.svd, "hermitian, values", lambda a: np.linalg.svd(a, compute_uv=False, hermitian=True), C(3, 3))
case(thin_svd, "tall",                 lambda a: thin_svd(a)[1],                    R(3, 2))
case(columns_left_over, "tall",        lambda a: np.rint(np.abs(columns_left_over(np.rint(a), "svd", 2))), R(3, 2))
case(completed, "tall",                lambda a: np.linalg.svd(a)[0],               R(3, 2))

# least squares
case(np.linalg.pinv, "hermitian",      lambda a: np.linalg.pinv(hermitian(a), hermitian=True), M(2, 2))
case(np.linalg.pinv, "one triangle",   lambda a: np.linalg.pinv(a, hermitian=True), C(3, 3))
case(np.linalg.pinv, "rank 1", lambda x, y: np.linalg.pinv(np.outer(x, y), rcond=1e-6), R(3), R(2))
case(pseudoinverse, "tall",            lambda a: pseudoinverse(a, 1e-12),           R(3, 2))
case(np.linalg.lstsq, "overdetermined", lambda a, b: np.linalg.lstsq(a, b)[0],      R(4, 2), R(4))
case(np.linalg.lstsq, "all results",   np.linalg.lstsq,                             R(4, 2), R(4, 3))
case(np.linalg.lstsq, "underdetermined", np.linalg.lstsq,                           R(2, 3), R(2))
case(rank, "of rounded",               lambda s: rank(np.rint(s), 1e-9),            [2.1, 0.9, 0.1])

# orthogonal and triangular
case(np.linalg.qr, "r",                lambda a: np.linalg.qr(a, mode="r"),         R(3, 2))
case(np.linalg.qr, "complete",         lambda a: tuple(np.linalg.qr(a, "complete")), R(3, 2))
case(thin_qr, "tall",                  lambda a: tuple(thin_qr(a)),                 R(3, 2))

# norms, condition
for order in (2, -2, "nuc"):
    case(np.linalg.norm, f"matrix, {order}", lambda a, p=order: np.linalg.norm(a, p), R(3, 2))
    case(np.linalg.norm, f"stack, {order}", lambda a, p=order: np.linalg.norm(a, p, (0, 2), True), R(2, 2, 3))
case(np.linalg.norm, "matrix, 2, complex", lambda a: np.linalg.norm(a, 2),          C(2, 2))
case(np.linalg.matrix_norm, "stack",   np.linalg.matrix_norm,                       R(2, 2, 3))
case(np.linalg.matrix_norm, "2, keepdims", lambda a: np.linalg.matrix_norm(a, ord=2, keepdims=True), R(2, 2, 3))
for order in (None, -2, 1, np.inf, "fro"):
    case(np.linalg.cond, f"{order}",   lambda a, p=order: np.linalg.cond(a, p),     M(2, 3, 3))
case(np.linalg.cond, "complex",        np.linalg.cond,                              K(2, 2))

# tensors, and the array API's names
case(np.linalg.tensorsolve, "axes", lambda a, b: np.linalg.tensorsolve(a.reshape(2, 3, 6), b), M(6, 6), R(2, 3))
case(np.linalg.tensorsolve, "moved", lambda a, b: np.linalg.tensorsolve(np.moveaxis(a.reshape(2, 2, 4), 2, 0), b, (0,)),
     M(4, 4), R(2, 2))  # fmt: skip
case(np.linalg.tensorinv, "ind 2",     lambda a: np.linalg.tensorinv(a.reshape(2, 3, 6)), M(6, 6))
case(np.linalg.tensorinv, "ind 1",     lambda a: np.linalg.tensorinv(a.reshape(6, 2, 3), ind=1), M(6, 6))
case(np.linalg.matmul, "2-d",      np.linalg.matmul,                            R(2, 2, 3), R(3, 2))
case(np.linalg.tensordot, "axes",      lambda x, y: np.linalg.tensordot(x, y, axes=1), R(2, 3), R(3, 2))
case(np.linalg.outer, "two vectors",   np.linalg.outer,                             R(2), R(3))
case(np.linalg.cross, "axis",          lambda x, y: np.linalg.cross(x, y, axis=0),  R(3, 2), R(3, 2))
case(np.linalg.diagonal, "of a stack", lambda x: np.linalg.diagonal(x, offset=1),   R(2, 3, 3))
case(np.linalg.trace, "of a stack",    lambda x: np.linalg.trace(x, offset=-1),     R(2, 3, 3))
case(np.linalg.vecdot, "complex stack",np.linalg.vecdot,                            C(2, 3), C(3))
case(np.vecdot, "axis",                lambda x, y: np.vecdot(x, y, axis=0),        R(3, 2), R(3, 1))
case(np.vecdot, "complex",             np.vecdot,                                   C(2, 3), C(3))
if hasattr(np, "matvec"):
    case(np.matvec, "stack",           np.matvec,                                   R(2, 2, 3), R(3))
    case(np.vecmat, "complex stack",   np.vecmat,                                   C(2), C(2, 2, 3))

# Fourier transforms: even and odd lengths, cut and filled up
for function, draw in (
    (np.fft.fft, C), (np.fft.ifft, C), (np.fft.rfft, R), (np.fft.irfft, C), (np.fft.hfft, C), (np.fft.ihfft, R)
):  # fmt: skip
    for m in 4, 5:
        case(function, f"of {m}", function, draw(m))
        for n in 3, 4, 7:
            case(function, f"of {m}, n={n}", lambda x, f=function, n=n: f(x, n), draw(m))
    for norm in "backward", "ortho", "forward":
        case(function, norm, lambda x, f=function, norm=norm: f(x, norm=norm), draw(2, 4))
    case(function, "first axis",       lambda x, f=function: f(x, n=4, axis=0),     draw(3, 2))
    case(function, "axis -2",          lambda x, f=function: f(x, n=3, axis=-2),    draw(4, 2))
for function in np.fft.fft, np.fft.ifft, np.fft.irfft, np.fft.fftn:
    case(function, "real",             function,                                    R(5))
for function, draw in (np.fft.fft2, C), (np.fft.ifft2, C), (np.fft.rfft2, R), (np.fft.irfft2, C):
    case(function, "stack",            function,                                    draw(2, 3, 4))
    case(function, "lengths, axes",    lambda x, f=function: f(x, (4, 3), (0, 1), "ortho"), draw(3, 2, 2))
for function, draw in (np.fft.fftn, C), (np.fft.ifftn, C), (np.fft.rfftn, R), (np.fft.irfftn, C):
    case(function, "all axes",         function,                                    draw(2, 3, 4))
    case(function, "lengths, axes",    lambda x, f=function: f(x, s=(3, 5), axes=(0, -1)), draw(2, 2, 4))
case(np.fft.fftshift, "all axes",      np.fft.fftshift,                             R(2, 5))
case(np.fft.fftshift, "one axis",      lambda x: np.fft.fftshift(x, 0) * np.fft.fftshift(x, (1,)), R(3, 4))
case(np.fft.ifftshift, "all axes",     lambda x: np.fft.ifftshift(x) * x,           R(2, 5))

# empty stacks
for function in (
    np.linalg.eigvalsh, np.linalg.svdvals, np.linalg.pinv, np.linalg.matrix_norm, np.linalg.cond, np.fft.fft,
    np.fft.rfft, np.fft.irfft, np.fft.fft2, np.fft.fftshift,
):  # fmt: skip
    case(function, "empty stack", function, R(0, 3, 3))
case(np.linalg.eigh, "empty stack",    lambda a: np.linalg.eigh(a)[0],              R(0, 3, 3))
case(np.linalg.eig, "empty stack",     lambda a: np.linalg.eig(a)[0],               R(0, 3, 3))
case(np.linalg.svd, "empty stack",     lambda a: np.linalg.svd(a, False)[0],        R(0, 3, 2))
case(np.linalg.qr, "empty stack",      lambda a: np.linalg.qr(a)[0],                R(0, 3, 2))
case(np.linalg.lstsq, "one column",    lambda a, b: np.linalg.lstsq(a, b)[0],       R(3, 1), R(3))
