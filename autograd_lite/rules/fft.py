"""Discrete Fourier transforms: linear, y = F x with F_jk = ω^jk symmetric, so that each is nearly its own transpose.

    y = F fit(x)          x̄ = fit(F ȳ)                         fit: cut to n entries, or filled up with zeros
    y = half F x          x̄ = Re F fill(ȳ)                     x real, the n//2 + 1 frequencies that say all
    y = F⁻¹ mirror(z)     z̄ = c·conj(half F ȳ)/n               c = 1 at frequency 0 and n/2, else 2

Functions of several axes are transforms of one axis after the other, as in NumPy.
"""

import numpy as np

from ..kinds import linear
from ..registry import composed
from .indexing import at_axis, scatter
from .shaping import laid_along

OTHER_WAY = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}


def fit(g, n, axis):
    """The first n entries along the axis, with zeros after the last one."""
    have = g.shape[axis]
    if have == n:
        return g
    if have > n:
        return g[at_axis(axis, slice(n))]
    shape = list(g.shape)
    shape[axis] = n
    return scatter(g, tuple(shape), *at_axis(axis, slice(have)))


def transposed(transform):
    return lambda g, out, x, n=None, axis=-1, norm=None: fit(transform(g, axis=axis, norm=norm), x.shape[axis], axis)


def from_half(g, out, x, n=None, axis=-1, norm=None):
    n = x.shape[axis] if n is None else n
    return fit(np.real(np.fft.fft(g, n=n, axis=axis, norm=norm)), x.shape[axis], axis)


def to_half(g, out, z, n=None, axis=-1, norm=None):
    n = out.shape[axis]
    twice = np.full(n // 2 + 1, 2, out.dtype)
    twice[0] = 1
    if n % 2 == 0:
        twice[-1] = 1
    twice = laid_along(twice, axis, out.ndim)
    return fit(twice * np.conj(np.fft.rfft(g, axis=axis, norm=OTHER_WAY[norm])), z.shape[axis], axis)


linear(np.fft.fft, transposed(np.fft.fft))
linear(np.fft.ifft, transposed(np.fft.ifft))
linear(np.fft.rfft, from_half)
linear(np.fft.irfft, to_half)


@composed(np.fft.hfft)
def hfft(a, n=None, axis=-1, norm=None, out=None):
    return np.fft.irfft(np.conj(a), 2 * (a.shape[axis] - 1) if n is None else n, axis, OTHER_WAY[norm])


@composed(np.fft.ihfft)
def ihfft(a, n=None, axis=-1, norm=None, out=None):
    return np.conj(np.fft.rfft(a, n, axis, OTHER_WAY[norm]))


def lengths_and_axes(a, s, axes):
    """A length for each axis; None or −1 leaves it as it is."""
    if axes is None:
        axes = range(a.ndim) if s is None else range(-len(s), 0)
    axes = list(axes)
    s = [None] * len(axes) if s is None else [None if n == -1 else n for n in s]
    if len(s) != len(axes):
        raise ValueError(f"s={tuple(s)} and axes={tuple(axes)} have different lengths")
    return s, axes


def one_after_the_other(transform, a, s, axes, norm):
    """The last axis first."""
    for n, axis in zip(reversed(s), reversed(axes), strict=True):
        a = transform(a, n, axis, norm)
    return a


@composed(np.fft.fftn)
def fftn(a, s=None, axes=None, norm=None, out=None):
    return one_after_the_other(np.fft.fft, a, *lengths_and_axes(a, s, axes), norm)


@composed(np.fft.ifftn)
def ifftn(a, s=None, axes=None, norm=None, out=None):
    return one_after_the_other(np.fft.ifft, a, *lengths_and_axes(a, s, axes), norm)


@composed(np.fft.rfftn)
def rfftn(a, s=None, axes=None, norm=None, out=None):
    s, axes = lengths_and_axes(a, s, axes)
    return one_after_the_other(np.fft.fft, np.fft.rfft(a, s[-1], axes[-1], norm), s[:-1], axes[:-1], norm)


@composed(np.fft.irfftn)
def irfftn(a, s=None, axes=None, norm=None, out=None):
    s, axes = lengths_and_axes(a, s, axes)
    for n, axis in zip(s[:-1], axes[:-1], strict=True):
        a = np.fft.ifft(a, n, axis, norm)
    return np.fft.irfft(a, s[-1], axes[-1], norm)


@composed(np.fft.fft2)
def fft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    return fftn(a, s, axes, norm)


@composed(np.fft.ifft2)
def ifft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    return ifftn(a, s, axes, norm)


@composed(np.fft.rfft2)
def rfft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    return rfftn(a, s, axes, norm)


@composed(np.fft.irfft2)
def irfft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    return irfftn(a, s, axes, norm)


def shifted(x, axes, share):
    axes = range(x.ndim) if axes is None else (axes,) if isinstance(axes, (int, np.integer)) else axes
    return np.roll(x, tuple(share(x.shape[k]) for k in axes), tuple(axes))


@composed(np.fft.fftshift)
def fftshift(x, axes=None):
    return shifted(x, axes, lambda n: n // 2)


@composed(np.fft.ifftshift)
def ifftshift(x, axes=None):
    return shifted(x, axes, lambda n: -(n // 2))
