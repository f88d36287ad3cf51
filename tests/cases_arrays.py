"""The table of cases, second half: functions that rearrange and take entries, products, linear algebra."""

import numpy as np
from table import C, H, K, M, R, S, case

from autograd_lite.rules.indexing import getitem, scatter
from autograd_lite.rules.linalg import cofactor
from autograd_lite.rules.products import contract
from autograd_lite.rules.shaping import astype, concatenate

# rearranging
case(np.reshape, "to 2-d",             lambda x: np.reshape(x, (2, 3)),             R(6))
case(np.reshape, "-1",                 lambda x: np.reshape(x, -1),                 R(2, 3))
case(np.reshape, "Fortran order",      lambda x: np.reshape(x, (3, 2), order="F"),  R(2, 3))
case(np.reshape, "method",             lambda x: x.reshape(3, 2) * x.reshape((3, -1)), R(2, 3))
case(np.reshape, "flatten",            lambda x: x.flatten(order="F") * x.flatten(), R(2, 3))
case(np.reshape, "to 0-d",             lambda x: np.reshape(x, ()),                 R(1))
case(np.reshape, "empty",              lambda x: np.reshape(x, (3, 0)),             R(0, 2))
case(np.reshape, "complex",            lambda x: np.reshape(x, (1, 2)),             C(2))
case(np.ravel,   "2-d",                np.ravel,                                    R(2, 3))
case(np.ravel,   "Fortran order",      lambda x: np.ravel(x, order="F") + x.ravel(), R(2, 3))
case(np.ravel,   "0-d",                np.ravel,                                    R())
case(np.expand_dims, "one",            lambda x: np.expand_dims(x, -1),             R(3))
case(np.expand_dims, "two",            lambda x: np.expand_dims(x, (0, 2)),         R(3))
case(np.squeeze, "all",                np.squeeze,                                  R(1, 3, 1))
case(np.squeeze, "one",                lambda x: np.squeeze(x, axis=-1) + x.squeeze(2), R(1, 3, 1))
case(np.transpose, "2-d",              lambda x: np.transpose(x) + x.T,             R(2, 3))
case(np.transpose, "axes",             lambda x: np.transpose(x, (1, -1, 0)),       R(2, 3, 4))
case(np.transpose, "method",           lambda x: x.transpose(2, 0, 1) + x.transpose((2, 0, 1)), R(2, 3, 4))
case(np.transpose, "keyword",          lambda x: np.transpose(x, axes=[1, 2, 0]),   R(2, 3, 4))
case(np.swapaxes, "axes",              lambda x: np.swapaxes(x, 0, -1) + x.swapaxes(2, 0), R(2, 3, 4))
case(np.swapaxes, "mT",                lambda x: x.mT if hasattr(x, "mT") else np.swapaxes(x, -1, -2), R(2, 3, 4))
case(np.moveaxis, "one",               lambda x: np.moveaxis(x, 0, -1),             R(2, 3, 4))
case(np.moveaxis, "two",               lambda x: np.moveaxis(x, (0, 1), (2, 0)),    R(2, 3, 4))
case(np.flip,    "all",                np.flip,                                     R(2, 3))
case(np.flip,    "one axis, two axes", lambda x: np.flip(x, -1) * np.flip(x, (0, 1)), R(2, 3))
case(np.roll,    "flattened",          lambda x: np.roll(x, 2),                     R(2, 3))
case(np.roll,    "axis",               lambda x: np.roll(x, -1, axis=1),            R(2, 3))
case(np.roll,    "two axes",           lambda x: np.roll(x, (1, 2), axis=(0, 1)),   R(2, 3))
case(np.broadcast_to, "new axis",      lambda x: np.broadcast_to(x, (2, 3)),        R(3))
case(np.broadcast_to, "stretched",     lambda x: np.broadcast_to(x, (4, 2, 3)),     R(2, 1))
case(np.broadcast_to, "0-d",           lambda x: np.broadcast_to(x, (2, 2)),        R())
case(np.broadcast_to, "to nothing",    lambda x: np.broadcast_to(x, (0, 3)),        R(3))
case(np.full_like, "one entry of it",  lambda x: np.full_like(x, x[0]) * x,          R(3))
case(np.full_like, "keywords",         lambda x: np.full_like(x, fill_value=x, shape=(2, 3)), R(3))
case(np.copy,    "2-d",                lambda x: np.copy(x) * x.copy(),             R(2, 3))
case(np.tril,    "stack, k",           lambda x: np.tril(x, -1) + np.tril(x, k=1),  R(2, 3, 3))
case(np.triu,    "rectangle",          lambda x: np.triu(x) + np.triu(x, 1),        R(2, 3))
case(astype,     "to complex",         lambda x: x.astype(complex) * 1j,            R(3))
case(astype, "float32 to float64", lambda x: x.astype(float), lambda rng: np.float32([0.5, 1.25, 3.0]))
case(astype,     "to an integer",      lambda x: x.astype(int) * x + (x > 0).astype(float), R(3))
case(concatenate, "default axis",      lambda x, y: concatenate(x, y),              R(2), R(3))
case(np.concatenate, "axis",           lambda x, y: np.concatenate([x, y, x], axis=-1), R(2, 1), R(2, 3))
case(np.concatenate, "middle axis",    lambda x, y: np.concatenate((x, y), 1),      R(2, 1, 2), R(2, 3, 2))
case(np.concatenate, "flattened",      lambda x, y: np.concatenate([x, y], axis=None), R(2, 2), R(3))
case(np.concatenate, "with a plain one", lambda x: np.concatenate([np.zeros_like(x), x, x]), R(2))
case(np.concatenate, "with nothing",   lambda x, y: np.concatenate([x, y]),         R(2, 2), R(0, 2))
case(np.concatenate, "complex, real",  lambda x, y: np.concatenate([x, y]),         C(2), R(1))
case(np.concatenate, "dtype",          lambda x: np.concatenate([x, x], dtype=np.float64), R(2))
case(np.concatenate, "lists",          lambda x: np.concatenate([[1, 2], x, (3,)]),   R(2))
case(np.stack,   "numbers",            lambda x, y: np.stack([x, y, x * y]),        R(), R())
case(np.stack,   "axis",               lambda x, y: np.stack([x, y], axis=-1),      R(2, 3), R(2, 3))
case(np.vstack,  "1-d and 2-d",        lambda x, y: np.vstack([x, y]),              R(3), R(2, 3))
case(np.hstack,  "1-d",                lambda x, y: np.hstack([x, y]),              R(3), R())
case(np.hstack,  "2-d",                lambda x, y: np.hstack((x, y)),              R(2, 3), R(2, 1))
case(np.dstack,  "2-d",                lambda x, y: np.dstack([x, y]),              R(2, 3), R(2, 3))
case(np.column_stack, "1-d and 2-d",   lambda x, y: np.column_stack([x, y]),        R(2), R(2, 3))
case(np.append,  "flattened",          lambda x, y: np.append(x, y),                R(2, 2), R())
case(np.append,  "axis",               lambda x, y: np.append(x, y, axis=0),        R(2, 2), R(1, 2))
case(np.atleast_1d, "several",         lambda x, y: np.atleast_1d(x, y),            R(), R(2, 2))
case(np.atleast_2d, "0-d, 1-d, 2-d",   lambda x, y, z: np.atleast_2d(x, y, z),      R(), R(2), R(2, 2))
case(np.atleast_3d, "0-d to 2-d",      lambda x, y, z: np.atleast_3d(x, y, z),      R(), R(2), R(2, 3))
case(np.atleast_3d, "one",             np.atleast_3d,                               R(2))
case(np.array_split, "unequal",        lambda x: np.array_split(x, 3),              R(7))
case(np.array_split, "axis, places",   lambda x: np.array_split(x, [1, 3], axis=-1), R(2, 4))
case(np.split,   "equal",              lambda x: np.split(x, 2, axis=1),            R(2, 4))
case(np.split,   "places beyond",      lambda x: np.split(x, [2, 5, 9]),            R(6))
case(np.hsplit,  "1-d, 2-d",           lambda x, y: (*np.hsplit(x, 2), *np.hsplit(y, [1])), R(4), R(2, 3))
case(np.vsplit,  "2-d",                lambda x: np.vsplit(x, 2),                   R(4, 2))
case(np.tile,    "number",             lambda x: np.tile(x, 2),                     R(2, 3))
case(np.tile,    "new axis",           lambda x: np.tile(x, (2, 1, 3)),             R(2, 2))
case(np.tile,    "0-d",                lambda x: np.tile(x, (2, 2)),                R())
case(np.repeat,  "flattened",          lambda x: np.repeat(x, 2),                   R(2, 2))
case(np.repeat,  "each its own",       lambda x: np.repeat(x, [1, 0, 3], axis=1),   R(2, 3))
case(np.repeat,  "method",             lambda x: x.repeat(3, axis=0),               R(2, 3))

# taking entries
case(getitem, "basic",                 lambda x: x[1] * x[-1, 0] + x[::-1, 1][0],   R(2, 3))
case(getitem, "slices",                lambda x: x[::2, -1:0:-1],                   R(3, 4))
case(getitem, "newaxis, ellipsis",     lambda x: x[None, ..., 0, None],             R(2, 3))
case(getitem, "integer array",         lambda x: x[[0, 2, 0]],                      R(3, 2))
case(getitem, "two integer arrays",    lambda x: x[[0, 1, 0], [1, 1, 1]],           R(2, 3))
case(getitem, "mixed",                 lambda x: x[:, [0, 0], None, 1:],            R(2, 3, 3))
case(getitem, "mask",                  lambda x: x[x > 0],                          R(3, 3))
case(getitem, "mask of an axis",       lambda x: x[np.array([True, False, True])],  R(3, 2))
case(getitem, "mask and integer",      lambda x: x[np.array([True, False]), 1],     R(2, 3))
case(getitem, "index is a Tensor",     lambda x: x[np.argmax(x)] + x[np.argsort(x)], R(3))
case(getitem, "all of 0-d",            lambda x: x[()] + x[...],                    R())
case(getitem, "nothing",               lambda x: x[:0],                             R(3))
case(getitem, "iteration",             lambda x: sum(row * row[0] for row in x),    R(2, 3))
case(getitem, "complex",               lambda x: x[[0, 0]],                         C(2))
case(scatter, "basic",                 lambda g: scatter(g, (3, 4), slice(1, 3), 2), R(2))
case(scatter, "places meet",           lambda g: scatter(g, (3,), np.array([0, 2, 0])), R(3))
case(np.take, "flattened",             lambda x: np.take(x, [0, 3, 3]),             R(2, 3))
case(np.take, "axis",                  lambda x: np.take(x, [[0, 2], [1, 1]], axis=-1), R(2, 3))
case(np.take, "wrap, clip",            lambda x: np.take(x, [4, -5], mode="wrap") + x.take([4, -5], mode="clip"), R(3))
case(np.take, "one",                   lambda x: np.take(x, 1, axis=0),             R(2, 3))
case(np.take_along_axis, "sorted",     lambda x: np.take_along_axis(x, np.argsort(x, axis=0), axis=0), R(3, 2))
case(np.take_along_axis, "stretched",  lambda x: np.take_along_axis(x, np.array([[1, 0]]), axis=1), R(3, 2))
case(np.take_along_axis, "flattened",  lambda x: np.take_along_axis(x, np.array([0, 3]), None), R(2, 2))
case(np.take_along_axis, "broadcast",  lambda x: np.take_along_axis(x, np.array([[0], [1]]), axis=-1), R(2, 3))
case(np.diagonal, "offset",            lambda x: np.diagonal(x) * np.diagonal(x, 1)[0] + np.diagonal(x, -1)[0], R(2, 3))
case(np.diagonal, "stack",             lambda x: np.diagonal(x, 0, 1, 2) + x.diagonal(axis1=-2, axis2=-1), R(2, 3, 3))
case(np.diag,     "matrix",            lambda x: np.diag(x, 1),                     R(3, 3))
case(np.diag,     "vector",            lambda x: np.diag(x) + np.diag(x[:-1], 1) + np.diag(x[1:], k=-1), R(3))
case(np.trace,    "offset",            lambda x: np.trace(x) + np.trace(x, offset=1), R(3, 3))
case(np.trace,    "stack",             lambda x: np.trace(x, axis1=1, axis2=2) + x.trace(0, -2, -1), R(2, 3, 3))

# products
case(np.matmul, "vectors",             lambda x, y: x @ y,                          R(3), R(3))
case(np.matmul, "matrix, vector",      lambda x, y: x @ y,                          R(2, 3), R(3))
case(np.matmul, "vector, matrix",      lambda x, y: x @ y,                          R(2), R(2, 3))
case(np.matmul, "matrices",            lambda x, y: x @ y,                          R(2, 3), R(3, 4))
case(np.matmul, "stacks",              np.matmul,                                   R(2, 2, 3), R(2, 3, 1))
case(np.matmul, "stack, matrix",       np.matmul,                                   R(2, 2, 3), R(3, 2))
case(np.matmul, "matrix, stack",       np.matmul,                                   R(2, 3), R(2, 3, 2))
case(np.matmul, "stretched stacks",    np.matmul,                                   R(2, 1, 1, 3), R(3, 3, 2))
case(np.matmul, "stack, vector",       np.matmul,                                   R(2, 2, 3), R(3))
case(np.matmul, "vector, stack",       np.matmul,                                   R(3), R(2, 3, 2))
case(np.matmul, "plain on the left",   lambda y: np.array([[1.0, 2.0]]) @ y + y @ np.array([[1.0], [2.0]]), M(2, 2))
case(np.matmul, "lists",               lambda x: [[1, 2, 3]] @ x + x @ [1, 2, 3] + np.matmul([4, 5, 6], x), R(3))
case(np.matmul, "empty",               np.matmul,                                   R(2, 0), R(0, 3))
case(np.matmul, "complex",             np.matmul,                                   C(2, 2), C(2, 2))
case(np.dot,    "0-d",                 np.dot,                                      R(), R(2))
case(np.dot,    "vectors",             np.dot,                                      R(3), R(3))
case(np.dot,    "matrices",            lambda x, y: np.dot(x, y) + x.dot(y),        R(2, 3), R(3, 2))
case(np.dot,    "stacks",              np.dot,                                      R(2, 2, 3), R(2, 3, 2))
case(np.dot,    "vector, stack",       np.dot,                                      R(3), R(2, 3, 2))
case(np.inner,  "vectors",             np.inner,                                    R(3), R(3))
case(np.inner,  "0-d",                 np.inner,                                    R(2), R())
case(np.inner,  "stacks",              np.inner,                                    R(2, 3), R(2, 2, 3))
case(np.vdot,   "complex",             np.vdot,                                     C(3), C(3))
case(np.vdot,   "2-d",                 np.vdot,                                     R(2, 2), R(2, 2))
case(np.outer,  "vectors",             np.outer,                                    R(2), R(3))
case(np.outer,  "flattened",           np.outer,                                    R(2, 2), R())
case(np.outer, "ufunc method", lambda x, y: np.multiply.outer(x, y).reshape(4, 3) * np.outer(x, y), R(2, 2), R(3))
case(np.tensordot, "2 axes",           np.tensordot,                                R(2, 3, 2), R(3, 2, 2))
case(np.tensordot, "0 axes",           lambda x, y: np.tensordot(x, y, 0),          R(2), R(3))
case(np.tensordot, "pairs of axes",    lambda x, y: np.tensordot(x, y, axes=([0, -1], [1, 0])), R(2, 4, 3), R(3, 2))
case(np.tensordot, "one pair",         lambda x, y: np.tensordot(x, y, (1, 0)),     R(2, 3), R(3, 2))
case(np.cross,  "vectors",             np.cross,                                    R(3), R(3))
case(np.cross,  "broadcast",           np.cross,                                    R(2, 3), R(3))
case(np.cross,  "axes",                lambda x, y: np.cross(x, y, axisa=0, axisc=0), R(3, 2), R(2, 3))
case(np.kron,   "matrices",            np.kron,                                     R(2, 2), R(2, 3))
case(np.kron,   "vector, matrix",      np.kron,                                     R(2), R(2, 2))
case(contract,  "plain form",          lambda x, y: contract("ij,jk->ik", x, y),    R(2, 3), R(3, 2))
for note, subscripts, *shapes in [
    ("matrix product",      "ij,jk->ik",       (2, 3), (3, 2)),
    ("implicit output",     "ij,jk",           (2, 3), (3, 2)),
    ("implicit, sorted",    "ba",              (2, 3)),
    ("implicit trace",      "ii",              (3, 3)),
    ("trace and vector",    "ii,j->j",         (3, 3), (2,)),
    ("diagonal",            "ii->i",           (3, 3)),
    ("cube diagonal",       "iii->i",          (2, 2, 2)),
    ("two diagonals",       "iijj->ij",        (2, 2, 3, 3)),
    ("diagonal contracted", "iij,j->i",        (2, 2, 3), (3,)),
    ("sum of all",          "ij->",            (2, 3)),
    ("sums of one operand", "ijk,k->i",        (2, 3, 2), (2,)),
    ("outer",               "i,j->ji",         (2,), (3,)),
    ("numbers",             ",->",             (), ()),
    ("number, matrix",      ",ij->ji",         (), (2, 3)),
    ("ellipsis",            "...ij,...jk->...ik", (2, 2, 3), (3, 2)),
    ("ellipsis, implicit",  "...ij,j...",      (2, 2, 3), (3, 2)),
    ("ellipsis moved",      "i...->...i",      (2, 3, 4)),
    ("ellipsis broadcast",  "...,...",         (2, 1), (3,)),
    ("ellipsis summed",     "...i->i...",      (2, 3)),
    ("size 1 stretches",    "ij,ij->ij",       (2, 1), (2, 3)),
    ("size 1 contracts",    "ij,jk->ik",       (2, 1), (3, 2)),
    ("size 1 everywhere",   "ij,ij->j",        (2, 1), (1, 1)),
    ("three operands",      "ij,jk,kl->il",    (2, 3), (3, 2), (2, 2)),
    ("batch bilinear",      "bi,ij,bj->b",     (2, 3), (3, 2), (2, 2)),
    ("spaces",              " i j , j -> i ",  (2, 3), (3,)),
    ("empty",               "ij,jk->ik",       (2, 0), (0, 3)),
]:  # fmt: skip
    case(np.einsum, f"{note}, {subscripts}", lambda *x, s=subscripts: np.einsum(s, *x), *[R(*n) for n in shapes])
case(np.einsum, "optimize",            lambda x, y: np.einsum("ij,jk->ik", x, y, optimize=True), R(2, 3), R(3, 2))
case(np.einsum, "sublists",            lambda x, y: np.einsum(x, [0, 1], y, [1, 2], [0, 2]), R(2, 3), R(3, 2))
case(np.einsum, "sublists, implicit",  lambda x, y: np.einsum(x, [0, 1], y, [1, 2]), R(2, 3), R(3, 2))
case(np.einsum, "sublists, ellipsis",  lambda x, y: np.einsum(x, [..., 1], y, [1, 2], [..., 2]), R(2, 3), R(3, 2))
case(np.einsum, "the same twice",      lambda x: np.einsum("ij,kj->ik", x, x),      R(2, 3))
case(np.einsum, "list",                lambda x: np.einsum("i,ji->j", [1, 2], x),     R(3, 2))
case(np.einsum, "complex",             lambda x, y: np.einsum("ij,j->i", x, y),     C(2, 2), C(2))

# linear algebra
case(np.linalg.solve, "vector",        np.linalg.solve,                             M(3, 3), R(3))
case(np.linalg.solve, "matrix",        np.linalg.solve,                             M(3, 3), R(3, 2))
case(np.linalg.solve, "stacks",        np.linalg.solve,                             M(2, 3, 3), R(2, 3, 1))
case(np.linalg.solve, "stack, matrix", np.linalg.solve,                             M(2, 2, 2), R(2, 3))
case(np.linalg.solve, "stack, vector", np.linalg.solve,                             M(2, 3, 3), R(3))
case(np.linalg.solve, "matrix, stack", np.linalg.solve,                             M(2, 2), R(3, 2, 1))
case(np.linalg.solve, "complex",       np.linalg.solve,                             K(2, 2), C(2))
case(np.linalg.solve, "real, complex", np.linalg.solve,                             M(2, 2), C(2, 2))
case(np.linalg.inv,   "matrix",        np.linalg.inv,                               M(3, 3))
case(np.linalg.inv,   "stack",         np.linalg.inv,                               M(2, 2, 2))
case(np.linalg.inv,   "complex",       np.linalg.inv,                               K(2, 2))
case(np.linalg.det,   "matrix",        np.linalg.det,                               R(3, 3))
case(np.linalg.det,   "stack",         np.linalg.det,                               R(2, 3, 3))
case(np.linalg.det,   "complex",       np.linalg.det,                               C(3, 3))
case(np.linalg.det,   "1 by 1",        np.linalg.det,                               R(1, 1))
case(cofactor,        "matrix",        cofactor,                                    M(3, 3))
case(cofactor,        "stack",         cofactor,                                    M(2, 2, 2))
case(np.linalg.slogdet, "matrix",      lambda x: np.linalg.slogdet(x)[1],           R(3, 3))
case(np.linalg.slogdet, "both parts",  lambda x: tuple(np.linalg.slogdet(x)),       R(3, 3))
case(np.linalg.slogdet, "stack",       lambda x: np.linalg.slogdet(x).logabsdet,    R(2, 3, 3))
case(np.linalg.slogdet, "complex",     lambda x: tuple(np.linalg.slogdet(x)),       C(2, 2))
case(np.linalg.slogdet, "complex stack", lambda x: tuple(np.linalg.slogdet(x)),     C(2, 2, 2))
case(np.linalg.cholesky, "matrix",     lambda x: np.linalg.cholesky((x + x.T) / 2), S(3, 3))
case(np.linalg.cholesky, "stack",      lambda x: np.linalg.cholesky((x + np.swapaxes(x, 1, 2)) / 2), S(2, 3, 3))
case(np.linalg.cholesky, "one triangle", np.linalg.cholesky,                       S(3, 3))
case(np.linalg.cholesky, "one complex triangle", np.linalg.cholesky,               H(2, 2))
case(np.linalg.cholesky, "upper",      lambda x: np.linalg.cholesky(x, upper=True), S(2, 3, 3))
case(np.linalg.cholesky, "upper, complex", lambda x: np.linalg.cholesky(x, upper=True), H(2, 2))
case(np.linalg.cholesky, "complex",    lambda x: np.linalg.cholesky((x + np.conj(x.T)) / 2), H(2, 2))
case(np.linalg.multi_dot, "three",     lambda x, y, z: np.linalg.multi_dot([x, y, z]), R(2, 3), R(3, 2), R(2, 2))
case(np.linalg.multi_dot, "vectors",   lambda x, y, z: np.linalg.multi_dot([x, y, z]), R(2), R(2, 3), R(3))
case(np.linalg.matrix_power, "cube",   lambda x: np.linalg.matrix_power(x, 3),      R(2, 2))
case(np.linalg.matrix_power, "inverse", lambda x: np.linalg.matrix_power(x, -2),    M(2, 2, 2))
case(np.linalg.matrix_power, "0, 1",   lambda x: np.linalg.matrix_power(x, 0) + np.linalg.matrix_power(x, 1), R(2, 2))
