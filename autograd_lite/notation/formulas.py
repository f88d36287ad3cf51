"""How a recorded function is written: as typed (``x**2``), typeset (``x²``), and its partial derivatives (``2x``).

In the tables {0}, {1}, ... stand for the arguments and {out} for the result.  The partials are those of the rules in
``rules/elementwise.py``, as one reads them in a table of derivatives; [a > b] is 1 where a > b and 0 elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..registry import parameters
from . import special_formulas

__all__ = ["definition", "formula", "function_name", "number", "partial_formula"]

Function = Callable[..., Any]
Text = Callable[[Any], str]

_INFIX: dict[str, tuple[str, str]] = {  # as typed, typeset
    "add": (" + ", " + "), "subtract": (" - ", " − "), "multiply": (" * ", "·"), "divide": (" / ", "/"),
    "matmul": (" @ ", " @ "), "floor_divide": (" // ", " // "), "remainder": (" % ", " mod "),
    "power": ("**", "^"), "float_power": ("**", "^"),
    "less": (" < ", " < "), "less_equal": (" <= ", " ≤ "), "greater": (" > ", " > "),
    "greater_equal": (" >= ", " ≥ "), "equal": (" == ", " = "), "not_equal": (" != ", " ≠ "),
    "bitwise_and": (" & ", " ∧ "), "bitwise_or": (" | ", " ∨ "), "bitwise_xor": (" ^ ", " ⊕ "),
    "left_shift": (" << ", " << "), "right_shift": (" >> ", " >> "),
    "logical_and": (" & ", " ∧ "), "logical_or": (" | ", " ∨ "), "logical_xor": (" ^ ", " ⊕ "),
}  # fmt: skip

_TYPED: dict[str, str] = {
    "negative": "-{0}", "positive": "+{0}", "invert": "~{0}", "square": "{0}**2", "absolute": "abs({0})",
    "transpose": "{0}.T", "pick": "{0}[{1}]", "same": "{0}",
}  # fmt: skip

_TYPESET: dict[str, str] = {
    "negative": "−{0}", "positive": "{0}", "invert": "¬{0}", "logical_not": "¬{0}", "square": "{0}²",
    "absolute": "|{0}|", "fabs": "|{0}|", "sqrt": "√{0}", "cbrt": "∛{0}", "reciprocal": "1/{0}",
    "exp2": "2^{0}", "expm1": "exp({0}) − 1", "log1p": "log(1 + {0})", "log2": "log₂({0})",
    "log10": "log₁₀({0})", "hypot": "√({0}² + {1}²)", "logaddexp": "log(exp({0}) + exp({1}))",
    "logaddexp2": "log₂(2^{0} + 2^{1})", "maximum": "max({0}, {1})", "minimum": "min({0}, {1})",
    "floor": "⌊{0}⌋", "ceil": "⌈{0}⌉", "real": "Re {0}", "imag": "Im {0}", "conjugate": "{0}*",
    "sum": "Σ {0}", "prod": "∏ {0}", "transpose": "{0}ᵀ", "vector_norm": "‖{0}‖", "inv": "{0}⁻¹",
    "solve": "{0}⁻¹ {1}", "pick": "{0}[{1}]", "same": "{0}",
    "ldexp": "{0}·2^{1}", "i0": "I₀({0})",
}  # fmt: skip

_PARTIALS: dict[str, tuple[str, ...]] = {
    # arithmetic
    "add": ("1", "1"),
    "subtract": ("1", "−1"),
    "multiply": ("{1}", "{0}"),
    "divide": ("1/{1}", "−{0}/{1}²"),
    "remainder": ("1", "−⌊{0}/{1}⌋"),
    "fmod": ("1", "−trunc({0}/{1})"),
    "negative": ("−1",),
    "positive": ("1",),
    "reciprocal": ("−1/{0}²",),
    "square": ("2{0}",),
    "sqrt": ("1/(2√{0})",),
    "cbrt": ("1/(3·{out}²)",),
    "absolute": ("sign({0})",),
    "sign": ("0",),
    "fabs": ("sign({0})",),
    "hypot": ("{0}/{out}", "{1}/{out}"),
    "nextafter": ("1", "0"),
    "copysign": ("sign({0})·sign({1})", "0"),
    "ldexp": ("2^{1}", "0"),
    "i0": ("I₁({0})",),
    "same": ("1",),
    "unwrap": ("1",),
    "bessel_i": ("", "(bessel_i({0} − 1, {1}) + bessel_i({0} + 1, {1}))/2"),
    # exponentials and logarithms
    "exp": ("exp({0})",),
    "exp2": ("2^{0}·log 2",),
    "expm1": ("exp({0})",),
    "log": ("1/{0}",),
    "log2": ("1/({0}·log 2)",),
    "log10": ("1/({0}·log 10)",),
    "log1p": ("1/(1 + {0})",),
    "logaddexp": ("exp({0} − {out})", "exp({1} − {out})"),
    "logaddexp2": ("2^({0} − {out})", "2^({1} − {out})"),
    # circular functions and their inverses
    "sin": ("cos({0})",),
    "cos": ("−sin({0})",),
    "tan": ("1 + {out}²",),
    "arcsin": ("1/√(1 − {0}²)",),
    "arccos": ("−1/√(1 − {0}²)",),
    "arctan": ("1/(1 + {0}²)",),
    "arctan2": ("{1}/({0}² + {1}²)", "−{0}/({0}² + {1}²)"),
    "sinc": ("(cos(π{0}) − {out})/{0}",),
    "degrees": ("180/π",),
    "radians": ("π/180",),
    "rad2deg": ("180/π",),
    "deg2rad": ("π/180",),
    # hyperbolic functions and their inverses
    "sinh": ("cosh({0})",),
    "cosh": ("sinh({0})",),
    "tanh": ("1 − {out}²",),
    "arcsinh": ("1/√({0}² + 1)",),
    "arccosh": ("1/√({0}² − 1)",),
    "arctanh": ("1/(1 − {0}²)",),
    # choices: at a tie of two, each has ½
    "maximum": ("[{0} > {1}]", "[{1} > {0}]"),
    "minimum": ("[{0} < {1}]", "[{1} < {0}]"),
    "fmax": ("[{0} > {1}]", "[{1} > {0}]"),
    "fmin": ("[{0} < {1}]", "[{1} < {0}]"),
    "heaviside": ("0", "[{0} = 0]"),
    "clip": ("[{1} ≤ {0} ≤ {2}]", "[{0} < {1}]", "[{0} > {2}]"),
    "where": ("0", "[{0}]", "[¬{0}]"),
    "masked": ("[{1}]", "0"),
    # complex numbers
    "real": ("1",),
    "imag": ("−i",),
    "angle": ("−i·{0}*/|{0}|²",),
    "conjugate": ("1",),
}

_COMPLEX: dict[str, tuple[str, ...]] = {  # of complex arguments, where that is another formula
    "absolute": ("{0}*/{out}",),
    "sign": ("",),
}

_POWERS = ("power", "float_power")
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_NAMES = {"vector_norm": "norm", "contract": "einsum", "scan_loop": "scan", "recompute": "checkpoint"}


def number(x: Any, digits: int = 6) -> str:
    """A number in at most so many significant digits.

    >>> number(0.5), number(1 / 3), number(2.0)
    ('0.5', '0.333333', '2')
    """
    if isinstance(x, (complex, np.complexfloating)):
        sign = "-" if x.imag < 0 or (x.imag == 0 and str(x.imag)[0] == "-") else "+"
        return f"{x.real:.{digits}g}{sign}{abs(x.imag):.{digits}g}j"
    return str(x) if isinstance(x, (bool, np.bool_)) else f"{x:.{digits}g}"


def function_name(function: Function) -> str:
    """The name of a recorded function: ``exp``, ``add``, ``getitem``."""
    name = _key(function)
    return _NAMES.get(name, name)


def _key(function: Function) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def _plain(x: Any, text: Text) -> str:
    """An argument as typed: numbers short, slices as in an index, ``text`` for what it has a name for."""
    if x is None or x is Ellipsis:
        return "..." if x is Ellipsis else "None"
    if isinstance(x, slice):
        ends = ["" if end is None else _plain(end, text) for end in (x.start, x.stop, x.step)]
        return ":".join(ends[:2] if x.step is None else ends)
    if isinstance(x, (tuple, list)):
        inside = ", ".join(_plain(item, text) for item in x)
        return f"[{inside}]" if isinstance(x, list) else f"({inside},)" if len(x) == 1 else f"({inside})"
    if isinstance(x, (str, np.dtype)):
        return repr(x) if isinstance(x, str) else x.name
    if isinstance(x, (int, float, complex, np.generic)):
        return f"({number(x)})" if isinstance(x, complex) else number(x)
    return text(x)


def _typeset(x: Any, text: Text) -> str:
    """The same with the minus sign of print."""
    plain = _plain(x, text)
    return plain.replace("-", "−") if isinstance(x, (int, float, complex)) else plain


def _operand(text: str) -> str:
    """An argument of an operator: in parentheses if it begins with a sign or is itself an operation."""
    return f"({text})" if text[:1] in "-−" or (" " in text and text[-1] not in ")]") else text


def _infix(key: str, operator: str, texts: list[str]) -> str:
    left, right = map(_operand, texts)
    return (left if key in _POWERS or " " in texts[0] else texts[0]) + operator + right


def _call(function: Function, args: list[str], kwargs: Mapping[str, Any], text: Text) -> str:
    words = [f"{name}={_plain(x, text)}" for name, x in kwargs.items() if (name, x) not in _USUAL]
    if _key(function) == "concatenate":
        return f"concatenate([{', '.join(args)}]{''.join(', ' + word for word in words)})"
    return f"{function_name(function)}({', '.join(args + words)})"


def definition(function: Function, args: Sequence[Any], kwargs: Mapping[str, Any], text: Text) -> str:
    """The call as typed in Python; ``text`` gives the name of an argument.

    >>> definition(np.add, ("a", 2.0), {}, str), definition(np.sum, (np.ones(3),), {"axis": 0}, lambda x: "w")
    ("'a' + 2", 'sum(w, axis=0)')
    """
    key, texts = _key(function), [_plain(x, text) for x in args]
    if key in _INFIX and len(texts) == 2 and not kwargs:
        return _infix(key, _INFIX[key][0], texts)
    if key in _TYPED and not kwargs and len(texts) == _TYPED[key].count("{"):
        return _TYPED[key].format(*map(_operand, texts))
    if key == "getitem":
        return f"{_operand(texts[0])}[{', '.join(texts[1:])}]"
    if key in ("assign", "add_at"):
        sign = "=" if key == "assign" else "+="
        return f"{_view(texts[0], args[2], text)}[{', '.join(texts[3:])}] {sign} {texts[1]}"
    if key == "scatter":
        return f"scatter({texts[0]}, {texts[1]}, [{', '.join(texts[2:])}])"
    names = () if len(args) == 1 or key == "concatenate" else _positional(function)
    named = [f"{names[i]}={t}" if i and i < len(names) and names[i] in _SHOWN else t for i, t in enumerate(texts)]
    return _call(function, named, kwargs, text)


def _view(x: str, way: Any, text: Text) -> str:
    """The view that is found on a way from x."""
    if way is None:
        return _operand(x)
    before, function, args, kwargs = way
    return definition(function, (_Typed(_view(x, before, text)), *args), kwargs, text)


class _Typed(str):
    """Text that stands as it is, without quotes."""

    __slots__ = ()
    __repr__ = str.__str__


_SHOWN = frozenset({"axis", "axes", "keepdims", "dtype"})
_USUAL = (("axis", None), ("dtype", None), ("keepdims", False), ("ord", 2))


def _positional(function: Function) -> tuple[str, ...]:
    try:
        return parameters(function)
    except (TypeError, ValueError):  # ufuncs tell no names
        return ()


def formula(function: Function, args: Sequence[Any], kwargs: Mapping[str, Any], text: Text) -> str:
    """The call typeset in Unicode.

    >>> formula(np.power, (np.ones(3), 3), {}, lambda x: "w")
    'w³'
    """
    key, texts = _key(function), [_typeset(x, text) for x in args]
    if key in _POWERS and isinstance(args[1], (int, float)):
        return _raised(_operand(texts[0]), args[1])
    if key in _INFIX and len(texts) == 2 and not kwargs:
        return _infix(key, _INFIX[key][1], texts)
    if key in _TYPESET and not kwargs and len(texts) == _TYPESET[key].count("{"):
        return _TYPESET[key].format(*map(_operand, texts))
    if key in ("assign", "add_at"):
        return f"{texts[0]} with {definition(function, args, kwargs, text)}"
    return definition(function, args, kwargs, text)


def partial_formula(function: Function, j: int, args: Sequence[Any], out: str, text: Text) -> str:
    """The partial derivative by argument j, "" where the table has none.

    >>> partial_formula(np.square, 0, (np.ones(3),), "a", lambda x: "x")
    '2x'
    """
    key, texts = _key(function), [_typeset(x, text) for x in args]
    if key in _POWERS:
        return _power(j, texts, args[1])
    partials = _COMPLEX.get(key, ()) if _is_complex(args[j]) else ()
    partials = partials or _partials(function, key)
    if j >= len(partials):
        return ""
    if key == "clip":
        texts = [t if t != "None" else "−∞" if i == 1 else "∞" for i, t in enumerate([*texts, "None"])]
    if any(f"{{{i}}}" in partials[j] for i in range(len(texts), 4)):
        return ""  # of an argument that was given by keyword
    return partials[j].format(*[_factor(t, partials[j], i) for i, t in enumerate(texts)], out=out)


def _is_complex(x: Any) -> bool:
    dtype = getattr(getattr(x, "value", x), "dtype", None)
    return type(x) is complex or (dtype is not None and dtype.kind == "c")


def _partials(function: Function, key: str) -> tuple[str, ...]:
    """The partials in the tables; a function of your own that is called gamma or beta is not that of SciPy."""
    if isinstance(function, np.ufunc) and function is not getattr(np, key, None):
        return special_formulas.PARTIALS.get(key) or _PARTIALS.get(key, ())
    return _PARTIALS.get(key, ())


def _factor(text: str, template: str, i: int) -> str:
    """The text as it stands in this template: in parentheses where it would run into what is beside it."""
    if template.startswith("[") or template == f"{{{i}}}":
        return text
    tight = any(beside.format(i) in template for beside in ("2{{{}}}", "π{{{}}}", "√{{{}}}", "{{{}}}²"))
    return f"({text})" if tight and not text.isidentifier() else _operand(text)


def _power(j: int, texts: list[str], exponent: Any) -> str:
    """y·x^(y−1) and x^y·log x."""
    base, power = map(_operand, texts)
    if j == 1:
        return f"{base}^{power}·log({texts[0]})"
    if not isinstance(exponent, (int, float)):
        return f"{power}·{base}^({texts[1]} − 1)"
    if exponent in (0, 1):
        return str(int(exponent))
    factor = number(exponent).replace("-", "−") + ("" if base.isidentifier() and float(exponent).is_integer() else "·")
    return factor + (base if exponent == 2 else _raised(base, exponent - 1))


def _raised(base: str, exponent: float) -> str:
    """A constant power: x³, x⁻¹, x^(−0.5)."""
    if float(exponent).is_integer():
        return base + str(int(exponent)).translate(_SUPERSCRIPT)
    return f"{base}^{_operand(number(exponent).replace('-', '−'))}"
