"""Both sweeps as a moving picture: an SVG that needs no script, for places that show images only.

Each step lasts as long as the others: its card and its arrows light up, and its numbers appear and stay until the end.
Below runs the equation of the step.  All of it happens under ``prefers-reduced-motion: no-preference``; for other
readers, and where style sheets do not move, the picture stands still and is complete.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from ..notation.text import clean
from .palette import ADJOINT, DARK, EDGE, LINE, PAGE, TANGENT
from .stepper import chosen, marked_picture, spots
from .text import width

if TYPE_CHECKING:
    from ..trace.steps import Step, Steps

__all__ = ["animated"]

_REST = 3  # steps that the complete picture is shown at the end
_CAPTION = 28.0  # points below the picture


def animated(steps: Steps, seconds: float, limit: int) -> str:
    """The moving picture, each step as many seconds."""
    if not seconds > 0:
        raise ValueError(f"each step takes a positive number of seconds, not {seconds}")
    steps, left_out = chosen(steps, limit)
    svg = marked_picture(steps, left_out)
    opening, _, rest = svg.partition(">")
    prefix = opening.partition('id="')[2].partition('"')[0]
    view = [float(x) for x in opening.partition('viewBox="')[2].partition('"')[0].split()]
    taller = _taller(opening, view)
    style = "".join(_style(steps, prefix, seconds * (len(steps) + _REST)))
    ground = f'<rect x="0" y="{view[3] - 1:g}" width="{view[2]:g}" height="{_CAPTION + 1:g}" fill="{PAGE}"/>'
    captions = ground + "".join(_caption(step, view) for step in steps)
    return f"{taller}><style>{style}</style>{rest.removesuffix('</svg>').rstrip()}{captions}</svg>\n"


def _taller(opening: str, view: list[float]) -> str:
    """The opening tag with room for the captions."""
    old = opening.partition('height="')[2].partition('"')[0]
    high = view[3] + _CAPTION
    box = " ".join(f"{x:g}" for x in (*view[:3], high))
    before = " ".join(f"{x:g}" for x in view)
    return opening.replace(f'viewBox="{before}"', f'viewBox="{box}"').replace(
        f'height="{old}"', f'height="{round(float(old) * high / view[3])}"'
    )


def _caption(step: Step, view: list[float]) -> str:
    """The equations of a step, as large as fits; invisible but for its own time."""
    lines = [clean(line, 400) for line in step.lines[-2:]]
    size = min(15.0, 15.0 * (view[2] - 40) / max(width(line, 15.0) for line in lines))
    colour = TANGENT if step.sweep == "forward" else ADJOINT
    texts = [
        f'<text x="20" y="{view[3] - 8 + 20 * i:g}" font-size="{size:.1f}" fill="{colour}">{html.escape(line)}</text>'
        for i, line in enumerate(lines)
    ]
    return f'<g data-step="{step.number}" opacity="0">{"".join(texts)}</g>'


def _style(steps: Steps, prefix: str, total: float) -> list[str]:
    """The key frames of every step, card and arrow, and the colours they use in either theme."""
    names = {"f": TANGENT, "r": ADJOINT, "l": LINE, "e": EDGE}
    light = "".join(f"--{name}:{colour};" for name, colour in names.items())
    dark = "".join(f"--{name}:{DARK[colour]};" for name, colour in names.items())
    share = 100 / (len(steps) + _REST)
    rules = [f"#{prefix}{{{light}}}@media (prefers-color-scheme:dark){{#{prefix}{{{dark}}}}}"]
    moves, runs = _numbers(steps, prefix, share), f"{total:g}s step-end infinite"
    for spot, times in _lit(steps).items():
        moves += _light(prefix, spot, times, share)
    rules.append("@media (prefers-reduced-motion:no-preference){")
    rules += [move.replace("TIME", runs) for move in moves]
    rules.append(f"#{prefix}:hover *{{animation-play-state:paused}}}}")
    return rules


def _numbers(steps: Steps, prefix: str, share: float) -> list[str]:
    """Numbers appear with their step, captions last for theirs."""
    moves = []
    for step in steps:
        k, start = step.number, (step.number - 1) * share
        kinds = ("value", "tangent") if step.sweep == "forward" else ("adjoint",)
        shown = ",".join(f'#{prefix} [data-node="{step.node.number}"] [data-k="{kind}"]' for kind in kinds)
        moves.append(
            f"@keyframes {prefix}-a{k}{{0%{{opacity:0}}{start:.3f}%,100%{{opacity:1}}}}"
            f"@keyframes {prefix}-c{k}{{0%,{start + share:.3f}%,100%{{opacity:0}}{start:.3f}%{{opacity:1}}}}"
            f'{shown}{{animation:{prefix}-a{k} TIME}}#{prefix} [data-step="{k}"]{{animation:{prefix}-c{k} TIME}}'
        )
    return moves


def _lit(steps: Steps) -> dict[str, list[tuple[int, str]]]:
    """When each card and arrow lights up, and in which colour."""
    lit: dict[str, list[tuple[int, str]]] = {}
    for step in steps:
        colour = "f" if step.sweep == "forward" else "r"
        lit.setdefault(f"n{step.node.number}", []).append((step.number, colour))
        for tail, head in spots(step):
            lit.setdefault(f"e{tail}-{head}", []).append((step.number, colour))
    return lit


def _light(prefix: str, spot: str, times: list[tuple[int, str]], share: float) -> list[str]:
    node = spot[0] == "n"
    dim = "stroke:var(--l);stroke-width:1" if node else "stroke:var(--e);stroke-width:1.3"
    target = f'[data-node~="{spot[1:]}"]>rect:first-of-type' if node else f'[data-edge="{spot[1:]}"] path'
    moves = [_move(f"{prefix}-{spot}", f"#{prefix} {target}", dim, "stroke:var(--{});stroke-width:3", times, share)]
    if not node:
        head, lit = f'#{prefix} [data-edge="{spot[1:]}"] polygon', "stroke:var(--{0});fill:var(--{0})"
        moves.append(_move(f"{prefix}-h{spot[1:]}", head, lit.format("e"), lit, times, share))
    return moves


def _move(name: str, target: str, dim: str, lit: str, times: list[tuple[int, str]], share: float) -> str:
    frames = f"0%,100%{{{dim}}}"
    for k, colour in times:
        frames += f"{(k - 1) * share:.3f}%{{{lit.format(colour)}}}{k * share:.3f}%{{{dim}}}"
    return f"@keyframes {name}{{{frames}}}{target}{{animation:{name} TIME}}"
