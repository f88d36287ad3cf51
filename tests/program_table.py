"""What random programs are made of: NumPy's functions as text, each with the condition under which it is smooth.

The kinds of the operands are r (real) and c (complex).  AXIS, KEEP and NUMBER are drawn when the text is used.
"""

from __future__ import annotations

from typing import NamedTuple

from programs import Reading, Writing


class Template(NamedTuple):
    text: str
    guard: str = ""
    kinds: str = "r"


def of(kinds, *rows):
    return [Template(*(row if isinstance(row, tuple) else (row, "")), kinds) for row in rows]


APART = "np.diff(np.sort({0}, axis=-1), axis=-1) > 0.02"
ALL_APART = "np.diff(np.sort({0}, axis=None)) > 0.02"
VECTORS = "np.ndim({0}) * np.ndim({1}) == 1"
MATRIX = "np.ndim({0}) > 1"
SPD = "({0} @ {0}.T + 2.0 * np.eye(len({0})))"
SYMMETRIC = "({0} + {0}.T + np.diag(np.arange(len({0})) * 3.0))"

ELEMENTWISE = of(
    "r", "np.sin({0})", "np.cos({0})", "np.tanh({0})", ("np.exp({0})", "{0} < 2"), ("np.log({0})", "{0} > 0.3"),
    ("np.sqrt({0})", "{0} > 0.3"), "np.arctan({0})", ("np.sinh({0})", "abs({0}) < 2"), ("np.cosh({0})", "abs({0}) < 2"),
    ("np.log1p({0})", "{0} > -0.6"), ("np.expm1({0})", "{0} < 2"), ("np.arcsin({0})", "abs({0}) < 0.8"),
    ("np.arccos({0})", "abs({0}) < 0.8"), "np.arcsinh({0})", ("np.arccosh({0})", "{0} > 1.3"),
    ("np.arctanh({0})", "abs({0}) < 0.7"), ("np.abs({0})", "abs({0}) > 0.05"), "np.square({0})",
    ("np.reciprocal({0})", "abs({0}) > 0.3"), "{0} ** 2", "{0} ** 3", ("{0} ** NUMBER", "{0} > 0.3"), "-{0}",
    ("np.cbrt({0})", "abs({0}) > 0.3"), ("np.exp2({0})", "{0} < 3"), ("np.log2({0})", "{0} > 0.3"),
    ("np.log10({0})", "{0} > 0.3"), ("np.tan({0})", "abs({0}) < 1.2"), ("NUMBER / {0}", "abs({0}) > 0.3"),
    ("np.sign({0}) * {0}", "abs({0}) > 0.05"), ("NUMBER ** {0}", "abs({0}) < 3"), "NUMBER * {0}", "{0} - NUMBER",
    ("np.clip({0}, -0.5, 0.8)", "np.isrealobj({0}) & (abs({0} + 0.5) > 0.02) & (abs({0} - 0.8) > 0.02)"),
    "np.positive({0})",
    ("np.where({0} > 0.1, {0} ** 2, np.sin({0}))", "abs({0} - 0.1) > 0.02"), "np.sinc({0} / 4.0)",
    ("np.select([{0} > 1.0, {0} > 0.0], [np.sin({0}), {0} ** 2], 0.5 * {0})", "abs(abs({0} - 0.5) - 0.5) > 0.02"),
    ("np.interp({0}, np.array([-9.0, 0.0, 1.0, 9.0]), np.array([-2.0, 1.0, 0.5, 3.0]))",
     "(abs({0}) > 0.02) & (abs({0} - 1.0) > 0.02) & (abs({0}) < 9.0)"),
    "np.polyval(np.array([0.3, -1.0, 0.5]), {0} / 3.0)", ("np.mod({0}, 1.5)", "abs(np.mod({0}, 1.5) - 0.75) < 0.7"),
    "np.nan_to_num({0})", "np.deg2rad({0} * 40.0)", ("np.fabs({0})", "abs({0}) > 0.05"),
    ("np.heaviside({0}, 0.5) * {0}", "abs({0}) > 0.05"), ("np.modf({0})[0]", "abs(np.modf({0})[0]) > 0.02"),
    ("{0} * np.max({0})", ALL_APART), "{0} / np.sqrt(1.0 + np.sum({0} ** 2))",
)  # fmt: skip

BINARY = of(
    "rr", "{0} + {1}", "{0} - {1}", "{0} * {1}", ("{0} / {1}", "abs({1}) > 0.3"), "{0} * {1} + {0}",
    ("np.maximum({0}, {1})", "abs({0} - {1}) > 0.02"), ("np.minimum({0}, {1})", "abs({0} - {1}) > 0.02"),
    ("np.fmax({0}, {1})", "abs({0} - {1}) > 0.02"), ("np.hypot({0}, {1})", "abs({0}) + abs({1}) > 0.3"),
    ("np.arctan2({0}, {1})", "({1} > 0.1) | (abs({0}) > 0.2)"), "np.logaddexp({0}, {1})", "np.logaddexp2({0}, {1})",
    ("np.power({0}, {1})", "({0} > 0.3) & (abs({1}) < 3)"), "np.where({0} > {1}, {0} * {1}, {1} - {0})",
    ("np.where({0} > 0.1, {1}, {0})", "abs({0} - 0.1) > 0.02"), "np.exp(-({0} ** 2)) * {1}",
    "np.multiply.outer({0}, {1})", ("np.fmod({0}, {1})", "(abs({1}) > 0.3) & (abs(np.fmod({0}, {1})) > 0.02)"),
    ("np.copysign({0}, {1})", "(abs({0}) > 0.05) & (abs({1}) > 0.05)"),
)  # fmt: skip
BINARY = [t._replace(guard="abs({0} - {1}) > 0.02") if "> {1}, {0} *" in t.text else t for t in BINARY]

REDUCTIONS = of(
    "r", "np.sum({0}, axis=AXIS, keepdims=KEEP)", "np.mean({0}, axis=AXIS, keepdims=KEEP)",
    "np.prod({0}, axis=AXIS, keepdims=KEEP)", ("np.max({0}, axis=AXIS, keepdims=KEEP)", ALL_APART),
    ("np.min({0}, axis=AXIS, keepdims=KEEP)", ALL_APART), "np.var({0}, axis=AXIS, keepdims=KEEP)",
    ("np.std({0}, axis=AXIS, keepdims=KEEP)", "np.std({0}, axis=AXIS) > 0.1"), "{0}.sum(axis=AXIS)", "{0}.mean()",
    ("np.linalg.norm({0})", "np.linalg.norm({0}) > 0.3"), ("np.ptp({0}, axis=AXIS)", ALL_APART), "np.trace({0})",
    ("np.linalg.norm({0}, axis=-1, keepdims=True)", "np.linalg.norm({0}, axis=-1) > 0.3"), "np.cumsum({0}, axis=AXIS)",
    "np.cumprod({0}, axis=AXIS)", ("np.median({0}, axis=AXIS)", ALL_APART), "np.diff({0}, axis=AXIS)",
    ("np.quantile({0}, 0.3, axis=AXIS)", ALL_APART), "np.average({0}, axis=AXIS)", "np.trapezoid({0}, axis=-1)",
    ("np.linalg.norm({0}, 1, axis=-1)", "abs({0}) > 0.05"), "np.var({0}, axis=AXIS, ddof=1)", "np.nansum({0})",
    ("np.gradient({0}, axis=-1)", "np.shape({0})[-1] > 1"), "np.ediff1d({0})", "np.logaddexp.reduce({0}, axis=AXIS)",
    ("np.maximum.accumulate({0}, axis=-1)", APART), "np.linalg.vector_norm({0} + 3.0, axis=-1)",
)  # fmt: skip

SHAPES = of(
    "r", "{0}.T", "np.swapaxes({0}, 0, -1)", "np.reshape({0}, -1)", "np.reshape({0}, (2, -1))", "{0}[..., None]",
    "np.flip({0}, AXIS)", "np.roll({0}, 1, axis=AXIS)", "np.repeat({0}, 2, axis=AXIS)", "np.tile({0}, (2, 1))",
    "np.expand_dims({0}, 0)", "np.squeeze({0})", "np.moveaxis({0}, 0, -1)", "np.broadcast_to({0}, (2, *np.shape({0})))",
    "np.pad({0}, 1)", "np.pad({0}, 1, mode='edge')", "np.pad({0}, 1, mode='wrap')", ("np.tril({0})", MATRIX),
    ("np.triu({0}, 1)", MATRIX),
    "np.diag({0})", "np.diagonal({0})", "np.rot90({0})", "{0}[1:]", "{0}[::-1]", "{0}[..., 0]", "{0}[-1]",
    "{0}[:, ::2]", "{0}[np.array([0, 1, 0])]", "{0}[np.array([0, 1]), np.array([1, 0])]",
    "np.take({0}, np.array([1, 0, 1]), axis=AXIS)",
    ("np.sort({0}, axis=-1)", APART), ("np.take_along_axis({0}, np.argsort({0}, axis=-1), axis=-1)", APART),
    ("{0}[np.argmax({0}, axis=0)]", ALL_APART), ("np.sort({0}, axis=0)", ALL_APART), "np.delete({0}, 1, axis=AXIS)",
    "np.split({0}, [1], axis=-1)[1]", "np.insert({0}, 1, 0.5, axis=0)", "{0}[:, None] * {0}[None]",
    "np.atleast_2d({0})", "np.fliplr({0})", "np.pad({0}, 1, mode='reflect')", "np.ravel({0}, order='F')",
    "np.take({0}, np.array([-1, 5]), axis=0, mode='wrap')", "np.array_split({0}, 2)[0]", "{0}[1:, [0, 1]]",
    ("np.partition({0}, 1, axis=-1)[..., :2]", APART), "{0}[np.ix_(np.array([0, 1]), np.array([1, 0]))]",
)  # fmt: skip

JOINING = of(
    "rr", "np.concatenate([{0}, {1}], axis=AXIS)", "np.stack([{0}, {1}], axis=AXIS)", "np.vstack([{0}, {1}])",
    "np.hstack([{0}, {1}])", "np.append({0}, {1})", "np.column_stack([{0}, {1}])", "np.block([[{0}, {1}], [{1}, {0}]])",
    "np.concatenate([{0}.ravel(), {1}.ravel()])", "sum([{0}, {1}, {0}])",
)  # fmt: skip

PRODUCTS = of(
    "rr", "{0} @ {1}", "{0} @ {1}.T", "{0}.T @ {1}", "np.dot({0}, {1})", "np.outer({0}, {1})", "np.inner({0}, {1})",
    "np.tensordot({0}, {1}, axes=1)", "np.einsum('ij,jk->ik', {0}, {1})", "np.einsum('ij,kj->ki', {0}, {1})",
    "np.einsum('ij,ij->i', {0}, {1})", "np.einsum('...i,...i', {0}, {1})", "np.einsum('ij,j->i', {0}, {1})",
    "np.einsum('i,j->ij', {0}, {1})", "np.vecdot({0}, {1})", "np.linalg.multi_dot([{0}, {1}, {0}])",
    "np.kron({0}, {1})", ("np.convolve({0}, {1})", VECTORS), "np.vdot({0}, {1})",
    ("np.correlate({0}, {1}, mode='same')", VECTORS), "np.cross({0}, {1})",
    ("np.convolve({0}, {1}, mode='valid')", VECTORS),
)  # fmt: skip

MATRICES = [
    *of("rr", f"np.linalg.solve({SPD}, {{1}})", ("np.linalg.solve({0}, {1})", "np.linalg.cond({0}) < 15.0")),
    *of(
        "r", f"np.linalg.inv({SPD})", f"np.linalg.det({SPD} / 4.0)", f"np.linalg.slogdet({SPD})[1]",
        f"np.linalg.cholesky({SPD})", ("np.linalg.inv({0})", "np.linalg.cond({0}) < 15.0"), "np.einsum('ii->i', {0})",
        ("np.linalg.det({0})", "np.linalg.cond({0}) < 15.0"), "np.linalg.matrix_power({0} / 2.0, 3)",
        (f"np.linalg.eigvalsh({SYMMETRIC})", f"({MATRIX}) & (np.diff(np.linalg.eigvalsh({SYMMETRIC})) > 0.3)"),
        ("np.linalg.svd({0}, compute_uv=False)", "np.diff(np.linalg.svd({0}, compute_uv=False), append=0.0) < -0.2"),
        (f"np.linalg.eigh({SYMMETRIC})[1] ** 2", f"({MATRIX}) & (np.diff(np.linalg.eigvalsh({SYMMETRIC})) > 0.3)"),
        ("np.linalg.qr({0})[0] @ np.linalg.qr({0})[1]", "np.linalg.cond({0}) < 15.0"), f"np.linalg.qr({SPD})[1] ** 2",
        "np.einsum('ij,kj->ik', {0}, {0})", ("np.linalg.pinv({0})", "np.linalg.cond({0}) < 15.0"),
    ),
]  # fmt: skip

TO_COMPLEX = [
    *of("rr", "{0} + 1j * {1}", "{0} * np.exp(1j * {1})"),
    *of("r", "np.exp(1j * {0})", "np.fft.fft({0})", "np.fft.rfft({0})", "(0.5 - 1j) * {0}"),
    *of("c", "np.sin({0} / 3.0)", ("np.exp({0})", "abs({0}) < 2"), "np.conj({0})", "{0}.T", "np.fft.ifft({0})",
        "{0} ** 2", "1j * {0}", "np.cumsum({0}, axis=-1)", "{0}[::-1]", "np.sum({0}, axis=AXIS, keepdims=KEEP)",
        "np.tanh({0} / 9.0)", ("np.reciprocal({0})", "abs({0}) > 0.3"), ("np.sqrt({0})", "np.real({0}) > 0.1"),
        "np.fft.fft2({0})", "np.fft.fftshift({0})", "np.fft.ifftn({0})"),
    *of("cr", "{0} * {1}", "{0} + {1}", "{1} - {0}"),
    *of("cc", "{0} * {1}", "{0} - {1}", "{0} @ {1}", ("{0} / {1}", "abs({1}) > 0.3"), "np.einsum('i,i->i', {0}, {1})"),
]  # fmt: skip

FROM_COMPLEX = of(
    "c", "np.real({0})", "{0}.imag", ("np.abs({0})", "abs({0}) > 0.2"), "np.abs({0}) ** 2",
    "np.real({0} * np.conj({0}))", ("np.angle({0})", "(np.real({0}) > 0.1) | (abs(np.imag({0})) > 0.2)"),
    "np.fft.irfft({0})", "np.imag(np.sum({0}))",
)  # fmt: skip
FROM_COMPLEX = [t._replace(guard="abs({0}) > 0.05") if t.text == "np.abs({0}) ** 2" else t for t in FROM_COMPLEX]

# derivatives inside of what is differentiated
DERIVATIVES = of(
    "rr", "grad(lambda p: np.sum(np.sin(p) * {1}))({0})", "grad(lambda p: np.sum(np.tanh(p * {0}) * {1}))({1})",
    "jvp(lambda p: p * np.sin(p) * {1}, ({0},), (2.0 * {0},))[1]",
    ("jacobian(lambda p: np.cos(p) * np.sum(p * {1}))({0})", "np.ndim({0}) == 1"),
    ("hessian(lambda p: np.sum(p ** 3 * {1}) / 9.0)({0})", "np.ndim({0}) == 1"),
    "grad(lambda p: np.sum(p * grad(lambda q: np.sum(q ** 2 * p * {1}) / 4.0)({0})))({0})",
    "jvp(grad(lambda p: np.sum(np.exp(p / 9.0) * {1} * {0})), ({0},), ({0},))[1]",
    "grad(lambda p: np.sum(jvp(lambda q: np.sin(q * p), ({0},), (p,))[1] * {1}))({0})",
)  # fmt: skip

# families and how often each is drawn
FAMILIES = [(ELEMENTWISE, 5), (BINARY, 5), (REDUCTIONS, 3), (SHAPES, 4), (JOINING, 1.5), (PRODUCTS, 2.5),
            (MATRICES, 1.5), (TO_COMPLEX, 1.2), (FROM_COMPLEX, 1.5), (DERIVATIVES, 1.5)]  # fmt: skip

# where a program may begin to write
BUFFERS = [
    Template("{0}.copy()"), Template("NUMBER * {0}"),
    Template("{0} + {1}", "", "rr"), Template("np.stack([{0}, {0} * 0.5])"), Template("1j * {0}"),
    Template("np.outer({0}, {1})", "", "rr"),
]  # fmt: skip

READINGS = [
    Reading(f"{{0}}[{i}]", f"{{0}}.at[{i}].set({{1}})")
    for i in ("1:", ":-1", "::-1", "::2", "..., 0", "..., 1:", ":, ::-1", "0", "-1", ":, 0", "1:, :-1")
] + [
    Reading("{0}.T", "({1}).T"),
    Reading("{0}.reshape(-1)", "np.reshape({1}, {0}.shape)"),
    Reading("{0}.ravel()", "np.reshape({1}, {0}.shape)"),
    Reading("{0}[..., None]", "np.reshape({1}, {0}.shape)"),
    Reading("np.expand_dims({0}, 1)", "np.reshape({1}, {0}.shape)"),
    Reading("np.flip({0}, 0)", "np.flip({1}, 0)"),
    Reading("np.swapaxes({0}, 0, -1)", "np.swapaxes({1}, 0, -1)"),
    Reading("{0}.real", "{1} + 1j * {0}.imag", "np.iscomplexobj({0})"),
    Reading("{0}.imag", "{0}.real + 1j * ({1})", "np.iscomplexobj({0})"),
    Reading("np.einsum('ii->i', {0})", "{0}.at[np.arange(len({0})), np.arange(len({0}))].set({1})"),
    Reading("np.split({0}, [1])[1]", "{0}.at[1:].set({1})"),
    Reading("np.moveaxis({0}, 0, -1)", "np.moveaxis({1}, -1, 0)"),
    Reading("np.rot90({0})", "np.rot90({1}, -1)"),
    Reading("np.atleast_2d({0})", "np.reshape({1}, {0}.shape)"),
    Reading("np.squeeze({0})", "np.reshape({1}, {0}.shape)"),
]

PLACES = ["0", "-1", "1:", ":-1", "::2", "..., 0", ":, 1:", "1, 0", "0, :", "np.array([1, 0])",
          ":, np.array([0, 1])", "..."]  # fmt: skip


def into(place, statement, method):
    """A write into a place; JAX drops no leading axes of length 1, as NumPy does."""
    text, after = statement.format(f"{{0}}[{place}]", "{1}"), f"{{0}}.at[{place}].{method}"
    return Writing(text, after, f"np.ndim({{1}}) <= np.ndim({{0}}[{place}])")


WRITINGS = [
    *[into(i, "{} = {}", "set({1})") for i in PLACES],
    *[into(i, "{} += {}", "add({1})") for i in PLACES],
    *[into(i, "{} *= {}", f"set({{0}}[{i}] * ({{1}}))") for i in PLACES],
    *[Writing(f"{{0}} {op}= {{1}}", f"{{0}}.at[...].set({{0}} {op} ({{1}}))") for op in "+-*"],
    Writing("{0} /= {1}", "{0}.at[...].set({0} / ({1}))", "abs({1}) > 0.3"),
    Writing("{0} **= 2", "{0} ** 2"),
    Writing("{0}[1:] = {0}[:-1]", "{0}.at[1:].set({0}[:-1])"),
    Writing("{0}[:] = {0}[::-1]", "{0}[::-1]"),
    Writing("{0}[{0} > 0.2] *= 0.7", "np.where({0} > 0.2, {0} * 0.7, {0})", "abs({0} - 0.2) > 0.02"),
    Writing("{0}[{0} < 0.2] = {1}", "np.where({0} < 0.2, {1}, {0})", "(abs({0} - 0.2) > 0.02) & (np.ndim({1}) == 0)"),
    Writing("np.add.at({0}, np.array([0, 1, 0]), {1})", "{0}.at[np.array([0, 1, 0])].add({1})",
            "np.ndim({1}) <= np.ndim({0})"),
    Writing("np.multiply({0}, {1}, out={0})", "{0}.at[...].set({0} * ({1}))"),
    Writing("np.add({0}, {1}, out={0}, where=abs({0}) > 0.2)", "np.where(abs({0}) > 0.2, {0} + ({1}), {0})",
            "abs(abs({0}) - 0.2) > 0.02"),
    Writing("np.copyto({0}, {1})", "{0}.at[...].set({1})", "np.ndim({1}) <= np.ndim({0})"),
    Writing("{0}[0], {0}[-1] = {0}[-1], {0}[0]", "{0}.at[np.array([0, -1])].set({0}[np.array([-1, 0])])",
            "np.ndim({0}) == 1"),
    Writing("{0}[[0, -1]] = {0}[[-1, 0]]", "{0}.at[np.array([0, -1])].set({0}[np.array([-1, 0])])"),
    Writing("{0}[1:] += {0}[:-1]", "{0}.at[1:].add({0}[:-1])"),
    Writing("{0}[np.argmax({0})] = {1}", "{0}.at[np.argmax({0})].set({1})",
            "(np.ndim({0}) == 1) & (np.ndim({1}) == 0) & (np.diff(np.sort({0}, axis=None)) > 0.02)"),
    Writing("np.fill_diagonal({0}, 0.3)", "{0}.at[np.arange(len({0})), np.arange(len({0}))].set(0.3)",
            "(np.ndim({0}) == 2) & (np.shape({0})[0] == np.shape({0})[-1])"),
    Writing("{0}.flat[1] = {1}", "{0}.ravel().at[1].set({1}).reshape({0}.shape)", "np.ndim({1}) == 0"),
    Writing("np.putmask({0}, {0} > 0.2, -0.4)", "np.where({0} > 0.2, -0.4, {0})", "abs({0} - 0.2) > 0.02"),
    Writing("np.cumsum({0}, axis=0, out={0})", "np.cumsum({0}, axis=0)"),
    Writing("np.exp({0}, out={0}, where={0} < 0.2)", "np.where({0} < 0.2, np.exp({0}), {0})",
            "abs({0} - 0.2) > 0.02"),
    Writing("{0}.fill(0.4)", "np.full_like({0}, 0.4)"),
    Writing("{0}.sort(axis=0)", "np.sort({0}, axis=0)", ALL_APART),
    Writing("np.maximum({0}, {1}, out={0})", "{0}.at[...].set(np.maximum({0}, {1}))", "abs({0} - ({1})) > 0.02"),
]  # fmt: skip

# inside a loop; {2} is its variable
TURNS = [
    into("{2}", "{} = {}", "set({1})"),
    into("{2}", "{} += {}", "add({1})"),
    into("{2}", "{} *= {}", "set({0}[{2}] * ({1}))"),
    into("{2} + 1", "{} = 0.7 * {{0}}[{{2}}] + {}", "set(0.7 * {0}[{2}] + ({1}))"),
    into("..., {2}", "{} -= 0.5 * ({})", "add(-0.5 * ({1}))"),
    into("{2}:", "{} += 0.3 * ({})", "add(0.3 * ({1}))"),
]
CARRIED = of(
    "rr", "np.sin({0}) + 0.5 * {1}", "0.6 * {0} * {1}", "np.tanh({0} + {1})", "{0} - 0.1 * {1}",
    "0.5 * {0} + 0.1 * {1} ** 2", "{0} / (1.0 + {1} ** 2)", "0.4 * ({0} @ {1})", "np.concatenate([{0}, {1}])",
)  # fmt: skip
SHRINKING = of(
    "rr", "0.6 * {0}", "0.5 * np.sin({0}) + 0.1 * {1}", "0.4 * {0} * np.tanh({1})", "0.8 * {0} / (1.0 + {1} ** 2)",
)  # fmt: skip
TURN = ["{0}[{1}]", "{0}[..., {1}]", "{0}[{1} - 1]", "({1} + 1.0) * {0}", "{0} ** ({1} + 1)"]

REAL_TERMS = [
    "np.sum(np.sin({0}))", "np.mean({0} ** 2)", "np.sum(np.tanh({0} / 3.0) * {0})",
    "np.sum({0} * np.linspace(0.5, 1.5, np.size({0})).reshape(np.shape({0})))",
]  # fmt: skip
COMPLEX_TERMS = [
    "np.sum(np.real({0} * np.conj({0})))", "np.real(np.sum({0} ** 2))", "np.sum(np.sin({0}.imag) * {0}.real)",
]  # fmt: skip
