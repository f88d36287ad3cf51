"""np.poly… : polynomials by their coefficients, the highest power first.

Which leading coefficients are zero is a matter of the values: it decides the degree and is locally constant.
"""

from operator import index

import numpy as np

from ..registry import composed
from .shaping import as_arrays, floating


def coefficients(*polynomials):
    return [np.atleast_1d(p) for p in as_arrays(*polynomials)]


def trimmed(p):
    """Without leading zeros, but with one coefficient at least."""
    places = np.flatnonzero(p)
    return p[index(places[0]) :] if places.size else p[:0] if p.size == 0 else p[-1:]


def longer(p, n):
    return np.concatenate([np.zeros(n - p.shape[0], p.dtype), p]) if p.shape[0] < n else p


@composed(np.polyval)
def polyval(p, x):
    """Horner's scheme."""
    p, x = as_arrays(p, x)
    y = np.zeros_like(x)
    for i in range(p.shape[0]):
        y = y * x + p[i]
    return y


@composed(np.polyder)
def polyder(p, m=1):
    (p,) = coefficients(p)
    for _ in range(m):
        p = p[:-1] * np.arange(p.shape[0] - 1, 0, -1)
    return p


@composed(np.polyint)
def polyint(p, m=1, k=None):
    (p,) = coefficients(p)
    (constants,) = coefficients(0 if k is None else k)
    constants = np.broadcast_to(constants, (m,)) if constants.shape[0] == 1 else constants
    for i in range(m):
        p = np.concatenate([p / np.arange(p.shape[0], 0, -1), constants[i : i + 1]])
    return p


@composed(np.polyadd)
def polyadd(a1, a2):
    a1, a2 = coefficients(a1, a2)
    n = max(a1.shape[0], a2.shape[0])
    return longer(a1, n) + longer(a2, n)


@composed(np.polysub)
def polysub(a1, a2):
    return polyadd(a1, np.negative(a2))


@composed(np.polymul)
def polymul(a1, a2):
    a1, a2 = coefficients(a1, a2)
    return np.convolve(trimmed(a1), trimmed(a2))


@composed(np.polydiv)
def polydiv(u, v):
    """Quotient and remainder by long division."""
    u, v = coefficients(u, v)
    m, n = u.shape[0], v.shape[0]
    quotient = []
    for i in range(max(m - n + 1, 0)):
        d = u[i : i + 1] * (1.0 / v[0])
        quotient.append(d)
        u = np.concatenate([u[:i], u[i : i + n] - d * v, u[i + n :]])
    zero = np.zeros(1, np.result_type(u, v, np.float16))
    quotient = np.concatenate(quotient) if quotient else zero
    return quotient, remainder_of(u, quotient.shape[0] if m >= n else 0)


def remainder_of(u, done):
    """What is left, without the leading coefficients that rounding alone keeps from zero."""
    rest = u[min(done, u.shape[0] - 1) :]
    while rest.shape[0] > 1 and np.allclose(rest[0], 0, rtol=1e-14):
        rest = rest[1:]
    return rest


@composed(np.poly)
def poly(seq_of_zeros):
    """∏ (x − z_k); of a matrix, its characteristic polynomial."""
    zeros = floating(*coefficients(seq_of_zeros))
    if zeros.ndim == 2:
        zeros = np.linalg.eigvals(zeros)
    p = np.ones(1, zeros.dtype)
    for i in range(zeros.shape[0]):
        p = np.convolve(p, np.stack([np.ones((), zeros.dtype), -zeros[i]]))
    return np.real(p) if p.dtype.kind == "c" and np.allclose(np.imag(p), 0, atol=1e-14) and paired(zeros) else p


def paired(zeros):
    """Whether the zeros come in conjugate pairs."""
    return np.all(np.sort_complex(zeros) == np.sort_complex(np.conj(zeros)))


@composed(np.roots)
def roots(p):
    """The eigenvalues of the companion matrix."""
    (p,) = coefficients(p)
    places = np.flatnonzero(p)
    if places.size == 0:
        return p[:0]
    inner = floating(p[index(places[0]) : index(places[-1]) + 1])
    n, at_zero = inner.shape[0] - 1, p.shape[0] - 1 - index(places[-1])
    if n == 0:
        return np.zeros(at_zero)
    companion = np.concatenate([np.reshape(-inner[1:] / inner[0], (1, n)), np.eye(n - 1, n, dtype=inner.dtype)])
    found = np.linalg.eigvals(companion)
    if found.dtype.kind == "c" != companion.dtype.kind and not np.any(np.imag(found)):
        found = np.real(found)  # since NumPy 2.5 eigvals is always complex, but roots is not
    return np.concatenate([found, np.zeros(at_zero, found.dtype)])


@composed(np.polyfit)
def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    """Least squares, with the columns of the Vandermonde matrix scaled to length 1."""
    x, y = map(floating, as_arrays(x, y))
    columns, right = np.vander(x, deg + 1), y
    if w is not None:
        (w,) = as_arrays(w)
        columns = columns * np.expand_dims(w, -1)
        right = y * (np.expand_dims(w, -1) if y.ndim == 2 else w)
    length = np.sqrt(np.sum(columns * columns, axis=0))
    rcond = x.size * np.finfo(x.dtype).eps if rcond is None else rcond
    found, residuals, rank, s = np.linalg.lstsq(columns / length, right, rcond)
    found = found / (np.expand_dims(length, -1) if y.ndim == 2 else length)
    if full:
        return found, residuals, rank, s, rcond
    if not cov:
        return found
    spread = np.linalg.inv(np.matmul(columns.T, columns) / np.outer(length, length)) / np.outer(length, length)
    factor = 1
    if cov != "unscaled":
        if x.size <= deg + 1:
            raise ValueError("np.polyfit: the number of data points must exceed order to scale the covariance matrix")
        factor = residuals / (x.size - deg - 1)
    return found, spread * factor if y.ndim == 1 else np.expand_dims(spread, -1) * factor
