"""What check_gradient found, as text and as HTML."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..drawing.palette import variables
from .factors import shown

__all__ = ["GradientFinding", "GradientReport"]

Array = Any


@dataclass(frozen=True)
class GradientFinding:
    """What was found in the gradient by one leaf.

    Attributes
    ----------
    name : str
        The leaf, as it is selected from x.
    ok : bool
    mistakes : tuple of str
        The kinds of the mistake, such as ("sign",) or ("missing sum", "factor n"); empty if there is none, or none of
        the known patterns explains the numbers.
    says, fix : str
        The mistake and what to do about it.
    given, right : array
        Your numbers and the right ones, at x.
    others : tuple of str
        Other mistakes that would explain the same numbers.

    >>> import autograd_lite as ag
    >>> ag.check_gradient(lambda x: x**2, lambda x: x, 3.0).findings[0].ok
    False
    """

    name: str
    ok: bool
    mistakes: tuple[str, ...]
    says: str
    fix: str
    given: Array
    right: Array
    others: tuple[str, ...] = ()

    @property
    def numbers(self) -> str:
        """The largest difference, yours and the right number; how the directions compare, where no pattern fits."""
        if self.ok or self.given is None or np.shape(self.given) != np.shape(self.right):
            return ""
        given, right = np.asarray(self.given), np.asarray(self.right)
        with np.errstate(invalid="ignore"):
            gap = np.abs(given - right)
        at = np.unravel_index(int(np.argmax(np.where(np.isnan(gap), np.inf, gap))), gap.shape)
        place = f" at [{', '.join(map(str, at))}]" if at else ""
        text = f"yours {_number(given[at])}, right {_number(right[at])}{place}"
        lengths = np.linalg.norm(given), np.linalg.norm(right)
        if not self.mistakes and given.size > 1 and all(lengths) and np.all(np.isfinite(given)):
            cosine = float(np.real(np.sum(np.conj(given) * right))) / float(lengths[0] * lengths[1])
            text += f"; cosine {cosine:.3g}, length {shown(float(lengths[0] / lengths[1]))} times the right one"
        return text


def _number(x: Any) -> str:
    return shown(x) if not np.iscomplexobj(x) else f"{x:.6g}"


@dataclass(frozen=True)
class GradientReport:
    """What ``check_gradient`` found: prints as sentences, in a notebook as a table.

    Attributes
    ----------
    ok : bool
        Whether the gradient is right by every leaf, at every point that was tried.
    findings : list of GradientFinding
        One for each leaf, in the order of ``trees.flatten``.
    points : int
        At how many points the gradient was compared.

    >>> import autograd_lite as ag
    >>> ag.check_gradient(lambda x: x**2, lambda x: 2 * x, 3.0).ok
    True
    """

    findings: list[GradientFinding]
    points: int
    title: str = "the cost"
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the gradient by every leaf is right."""
        return all(finding.ok for finding in self.findings)

    def __getitem__(self, name: str) -> GradientFinding:
        """The finding of a leaf, by its name or by the last key in it: report["W1"]."""
        for finding in self.findings:
            if name in (finding.name, _last_key(finding.name)):
                return finding
        raise KeyError(f"no leaf is called {name!r}; there are {', '.join(f.name for f in self.findings)}")

    def __bool__(self) -> bool:
        return self.ok

    def raise_if_wrong(self) -> GradientReport:
        """Raise AssertionError with the report if the gradient is wrong; return the report otherwise."""
        if not self.ok:
            raise AssertionError(str(self))
        return self

    @property
    def headline(self) -> str:
        """The first line of the report."""
        where = f"at {self.points} point{'s' if self.points > 1 else ''}"
        wrong = sum(not f.ok for f in self.findings)
        if not wrong:
            return f"check_gradient of {self.title}: right, {where}"
        total = len(self.findings)
        what = "the gradient is wrong" if total == 1 else f"{wrong} of {total} gradients are wrong"
        return f"check_gradient of {self.title}: {what}, {where}"

    def _rows(self) -> Iterator[tuple[str, list[str], bool]]:
        """The name of each leaf and its lines; what several leaves have in common is said once."""
        said: dict[tuple[Any, ...], str] = {}
        for f in self.findings:
            if f.ok:
                yield f.name, ["right"], True
                continue
            key = (f.mistakes, f.says, f.fix)
            if key in said and f.mistakes:
                yield f.name, [f"wrong: as {said[key]}"], False
                continue
            said[key] = f.name
            fix = f"fix: {f.fix}" if f.fix else ""
            lines = [f"wrong: {f.says}", fix, *[f"or: {other}" for other in f.others], f.numbers]
            yield f.name, [line for line in lines if line], False

    def __str__(self) -> str:
        rows = list(self._rows())
        width = max((len(name) for name, _, _ in rows), default=0)
        lines = [self.headline]
        for name, texts, _ in rows:
            lines += [f"    {name if i == 0 else '':<{width}}  {text}" for i, text in enumerate(texts)]
        return "\n".join([*lines, *[f"    {note}" for note in self.notes]])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        e = html.escape
        rows = ""
        for name, texts, ok in self._rows():
            kind, lines = "right" if ok else "wrong", "<br>".join(map(e, texts))
            rows += f'<tr class="{kind}"><th scope="row">{e(name)}</th><td>{lines}</td></tr>'
        notes = "".join(f"<p>{e(note)}</p>" for note in self.notes)
        return (
            f"<style>{variables('.agl-check')}{_STYLE}</style>"
            f'<div class="agl-check"><table><caption>{e(self.headline)}</caption>'
            f"<tbody>{rows}</tbody></table>{notes}</div>"
        )


# [class] makes a rule as specific as Jupyter's own, which would stripe the rows and align the cells to the right
_STYLE = (
    ".agl-check{color:var(--ink);background:var(--page);font-family:sans-serif;padding:8px 12px}"
    ".agl-check caption{text-align:left;font-weight:bold;padding:4px 0;white-space:nowrap}"
    ".agl-check table{border-collapse:collapse;color:inherit;background:inherit}"
    ".agl-check[class] th,.agl-check[class] td{text-align:left;vertical-align:top;padding:4px 12px 4px 0;"
    "border-top:1px solid var(--frame);color:inherit;background:var(--page)}"
    ".agl-check[class] tr.wrong th{color:var(--adjoint)}"
    ".agl-check[class] tr.right td{color:var(--muted)}"
)


def _last_key(name: str) -> str:
    """W1 of params['W1'], weights of model.layers[0].weights."""
    return name.rpartition("[")[2].rstrip("]").strip("'\"") if name.endswith("]") else name.rpartition(".")[2]
