r"""LaTeX of formulas and names: 1/(2√c) becomes \frac{1}{2 \sqrt{c}}, W1 becomes W_{1}.

A formula of ``formulas.py`` is read by recursive descent, from what binds loosely to what binds tightly:

    with   comparison   sum   product   power   √, Σ, ∂, names, indices, numbers, calls, brackets

What cannot be read is set as typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ["Symbol", "escape", "formula", "name"]

_LETTERS = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta",
    "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
_GREEK = frozenset(_LETTERS.values())
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"\textquotedbl{}", "'": r"\textquotesingle{}", "`": r"\textasciigrave{}",
    "-": r"{-}", "−": r"\ensuremath{-}", "·": r"\ensuremath{\cdot}", "²": r"\ensuremath{^2}", "³": r"\ensuremath{^3}",
    "√": r"\ensuremath{\surd}", "Σ": r"\ensuremath{\Sigma}", "≤": r"\ensuremath{\leq}", "≥": r"\ensuremath{\geq}",
    "≠": r"\ensuremath{\neq}", "→": r"\ensuremath{\to}", "×": r"\ensuremath{\times}", "∂": r"\ensuremath{\partial}",
    "∘": r"\ensuremath{\circ}",
   
    "ᵀ": r"\ensuremath{^\top}", "…": r"\ldots{}", "∞": r"\ensuremath{\infty}", "\u00a0": "~",
}  # fmt: skip
_OPERATORS = frozenset(
    {"exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "max", "min", "det"}
)
_COMPARISONS = {"<": "<", ">": ">", "≤": r"\leq", "≥": r"\geq", "=": "=", "≠": r"\neq", "∧": r"\wedge", "∨": r"\vee",
                "⊕": r"\oplus", "<<": r"\ll", ">>": r"\gg", "+=": r"\mathrel{+}="}  # fmt: skip
_PRODUCTS = ("·", "/", "@", "∘", "mod")
_BRACKETS = {"(": (")", "(", ")"), "[": ("]", "[", "]"), "⌊": ("⌋", r"\lfloor ", r"\rfloor "),
             "⌈": ("⌉", r"\lceil ", r"\rceil "), "|": ("|", "|", "|"), "‖": ("‖", r"\|", r"\|")}  # fmt: skip
_IN_AN_INDEX = {":": "{:}", ",": ", ", "...": r"\ldots", "-": "-", "−": "-", "[": "[", "]": "]"}
_SUPER = dict(zip("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789", strict=True))
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:e[-+−]?\d+)?)|(?P<lowered>[₀-₉]+)|(?P<raised>⁻?ᵀ|[⁺⁻⁰¹²³⁴-⁹]+)"
    r"|(?P<name>π|[^\W\d][A-Za-z0-9_]*)|(?P<sign><<|>>|\+=|\.{3}|\.T\b|\S))"
)


def escape(text: str) -> str:
    r"""Text of any characters in LaTeX, outside of formulas; Greek letters as symbols, what has no command as "?".

    >>> print(escape("p['W'] & 50%"))
    p[\textquotesingle{}W\textquotesingle{}] \& 50\%
    """
    return "".join(_escaped(c) for c in text)


def _escaped(c: str) -> str:
    if c in _SPECIAL:
        return _SPECIAL[c]
    if c in _LETTERS:
        return rf"\ensuremath{{\{_LETTERS[c]}}}"
    return c if c.isascii() and c.isprintable() else " " if c.isspace() else "?"


def name(text: str) -> str:
    r"""The name of a variable inside a formula.

    >>> print(name("x"), name("W1"), name("sigma_2"), name("loss"))
    x W_{1} \sigma_{2} \mathit{loss}
    """
    letter, index = re.fullmatch(r"(.*?)_?(\d*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    if not (letter.isascii() and letter.isalpha()) and letter not in _LETTERS:
        return rf"\texttt{{{escape(text)}}}"
    if letter in _LETTERS or letter in _GREEK:
        letter = "\\" + _LETTERS.get(letter, letter)
    elif len(letter) > 1:
        letter = rf"\mathit{{{letter}}}"
    return f"{letter}_{{{index}}}" if index else letter


@dataclass(frozen=True)
class Symbol:
    """What a name in a formula stands for: LaTeX, the text as typed, whether it is an array, or even a vector."""

    latex: str
    typed: str
    array: bool = False
    vector: bool = False


@dataclass(frozen=True)
class _Piece:
    text: str
    array: bool = False
    bare: str = ""  # without the parentheses around it
    vector: bool = False


def formula(text: str, symbols: Mapping[str, Symbol]) -> str:
    r"""The LaTeX of a formula; ``symbols`` says what its names stand for.

    >>> print(formula("1/(2√c) + x^(−1.5)", {}))
    \frac{1}{2 \sqrt{c}} + x^{-1.5}
    """
    try:
        return r",\quad ".join(_Reader(clause, symbols).read() for clause in text.split("; "))
    except _CannotRead:
        pattern = "|".join(sorted(map(re.escape, symbols), key=len, reverse=True)) or r"(?!)"
        return rf"\texttt{{{escape(re.sub(pattern, lambda m: symbols[m[0]].typed, text))}}}"


class _CannotRead(ValueError):
    """The formula has a part that is no mathematics."""


class _Reader:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, text: str, symbols: Mapping[str, Symbol]) -> None:
        self.tokens = [(m.lastgroup or "", m[m.lastgroup or 0]) for m in _TOKEN.finditer(text)]
        self.symbols, self.at = symbols, 0

    def read(self) -> str:
        piece = self.written()
        if self.at < len(self.tokens):
            raise _CannotRead
        return piece.text

    def peek(self, offset: int = 0) -> str:
        return self.tokens[self.at + offset][1] if self.at + offset < len(self.tokens) else ""

    def kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        self.at += 1
        return self.peek(-1)

    def expect(self, token: str) -> None:
        if self.peek() != token:
            raise _CannotRead
        self.at += 1

    def chain(self, operand: Callable[[], _Piece], operators: Mapping[str, str]) -> _Piece:
        piece = operand()
        while self.peek() in operators:
            operator = operators[self.next()]
            right = operand()
            piece = _Piece(f"{piece.text} {operator} {right.text}", piece.array or right.array)
        return piece

    def written(self) -> _Piece:
        """An array with some entries written: x with x[0] = v."""
        piece = self.comparison()
        if self.peek() != "with":
            return piece
        self.next()
        return _Piece(rf"{piece.text} \text{{ with }} {self.comparison().text}", piece.array)

    def comparison(self) -> _Piece:
        return self.chain(self.sum, _COMPARISONS)

    def sum(self) -> _Piece:
        return self.chain(self.product, {"+": "+", "−": "-", "-": "-"})

    def product(self) -> _Piece:
        if self.peek() in ("−", "-", "¬"):
            sign = r"\neg " if self.next() == "¬" else "-"
            piece = self.product()
            return _Piece(sign + piece.text, piece.array)
        piece = self.power()
        while self.peek() in _PRODUCTS or self.starts():
            operator = self.next() if self.peek() in _PRODUCTS else ""
            right = self.power()
            array = piece.array or right.array
            if operator == "/":
                piece = _Piece(rf"\frac{{{piece.bare or piece.text}}}{{{right.bare or right.text}}}", array)
                continue
            if operator == "@" and piece.vector:
                piece = _Piece(rf"{piece.text}^{{\top}}", array)
            times = r" \odot " if piece.array and right.array else r" \, "
            sign = {"·": times, "∘": r" \circ ", "mod": r" \bmod "}.get(operator, " ")
            digits = sign == r" \, " and right.text[:1].isdigit()
            piece = _Piece(piece.text + (r" \cdot " if digits else sign) + right.text, array)
        return piece

    def starts(self) -> bool:
        """Whether what comes next is a factor without a sign of multiplication before it: 2x, π√x, A⁻¹ b."""
        return (self.kind() in ("name", "number") and self.peek() != "with") or self.peek() in ("√", "∛", "(", "⌊", "⌈")

    def power(self) -> _Piece:
        if self.peek() in ("√", "∛"):
            root = "[3]" if self.next() == "∛" else ""
            inside = self.power()
            return _Piece(rf"\sqrt{root}{{{inside.bare or inside.text}}}", inside.array)
        if self.peek() in ("Σ", "∏"):
            sign = r"\sum" if self.next() == "Σ" else r"\prod"
            return _Piece(rf"{sign} {self.power().text}")
        base = self.atom()
        while self.kind() == "raised" or self.peek() in ("^", "*"):
            base = self.raised(base)
        return base

    def raised(self, base: _Piece) -> _Piece:
        sign = self.next()
        if sign == "^":
            minus = "-" if self.peek() in ("−", "-") and self.next() else ""
            exponent = self.power()
            top = minus + (exponent.bare or exponent.text)
        else:
            top = {"*": "*", "ᵀ": r"\top", "⁻ᵀ": r"-\top"}.get(sign) or "".join(_SUPER[c] for c in sign)
        text = f"{{{base.text}}}" if "^" in base.text or "frac" in base.text else base.text
        return _Piece(f"{text}^{{{top}}}", base.array)

    def atom(self) -> _Piece:
        kind, token = self.kind(), self.next()
        if kind == "number":
            mantissa, _, exponent = token.replace("−", "-").partition("e")
            return _Piece(rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa)
        if kind == "name":
            return self.named(token)
        if token in _BRACKETS:
            closing, left, right = _BRACKETS[token]
            inside = self.written()
            self.expect(closing)
            return _Piece(_between(left, inside.text, right), inside.array, inside.text if token == "(" else "")
        if token == "∞":
            return _Piece(r"\infty")
        if token == "∂":
            return _Piece(rf"\partial {self.atom().text}")
        raise _CannotRead

    def named(self, token: str) -> _Piece:
        if self.peek() in ("[", ".T"):
            return self.indexed(token)
        if token in ("Re", "Im") or (token in _OPERATORS and self.kind() == "number"):
            argument = self.power()
            command = rf"\{token}" if token in _OPERATORS else rf"\operatorname{{{token}}}"
            return _Piece(f"{command} {argument.text}", argument.array)
        if token in self.symbols:
            symbol = self.symbols[token]
            return _Piece(symbol.latex, symbol.array, vector=symbol.vector)
        command = rf"\{token}" if token in _OPERATORS else rf"\operatorname{{{escape(token)}}}"
        if self.kind() == "lowered":
            command += f"_{{{''.join(str(ord(c) - ord('₀')) for c in self.next())}}}"
        if self.peek() == "(":
            return self.call(command)
        return _Piece({"inf": r"\infty"}.get(token) or name(token))

    def indexed(self, token: str) -> _Piece:
        """A part of an array or of its transpose, v1[0, 2:], v1.T[3]."""
        if token not in self.symbols:
            raise _CannotRead
        text = self.symbols[token].latex
        while self.peek() in ("[", ".T"):
            if self.peek() == "[":
                text += self.index()
            else:
                self.next()
                text += r"^{\top}"
        return _Piece(text, array=True)

    def index(self) -> str:
        """What stands in the brackets of an index of NumPy, with them."""
        self.expect("[")
        text, depth = "[", 1
        while depth:
            kind, token = self.kind(), self.next()
            depth += {"[": 1, "]": -1}.get(token, 0)
            if kind == "name":
                text += self.symbols[token].latex if token in self.symbols else name(token)
            elif kind == "number" or token in _IN_AN_INDEX:
                text += _IN_AN_INDEX.get(token, token)
            else:
                raise _CannotRead
        return text

    def call(self, command: str) -> _Piece:
        self.next()
        arguments = []
        while True:
            keyword = rf"\mathrm{{{escape(self.next())}}}" + self.next() if self.peek(1) == "=" else ""
            is_tuple = self.peek() == "(" and (self.peek(1) == ")" or self.peek(2) == "," or keyword)
            is_index = command == r"\operatorname{scatter}" and self.peek() == "["
            argument = self.tuple() if is_tuple else _Piece(self.index()) if is_index else self.comparison()
            arguments.append(_Piece(keyword + argument.text, argument.array))
            if self.peek() != ",":
                break
            self.next()
        self.expect(")")
        if command == r"\operatorname{sum}" and len(arguments) <= 2:
            return _summation(*arguments)
        if command == r"\operatorname{outer}" and len(arguments) == 2:
            return _Piece(rf"{arguments[0].text} \, {arguments[1].text}^{{\top}}", array=True)
        inside = ", ".join(argument.text for argument in arguments)
        return _Piece(command + _between("(", inside, ")"), any(argument.array for argument in arguments))

    def tuple(self) -> _Piece:
        """A tuple of numbers, such as axes or a shape."""
        items = []
        self.next()
        while self.peek() not in (")", ""):
            items.append(self.next())
        self.expect(")")
        return _Piece(f"({' '.join(items)})".replace(" ,", ",").replace("−", "-"))


def _summation(summand: _Piece, axis: _Piece | None = None) -> _Piece:
    """Σ over all entries, or over an axis."""
    below = rf"_{{{axis.text.replace('=', chr(92) + ', ')}}}" if axis else ""
    alone = re.fullmatch(r"[^ +-]+", summand.text)
    return _Piece(rf"\sum{below} {summand.text if alone else _between('(', summand.text, ')')}", axis is not None)


def _between(left: str, inside: str, right: str) -> str:
    """The formula in brackets, which grow only where they have to."""
    tall = any(command in inside for command in (r"\frac", r"\sum", r"\prod", r"\left"))
    return rf"\left{left}{inside}\right{right}" if tall else f"{left}{inside}{right}"
