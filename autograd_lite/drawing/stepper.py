"""Both sweeps in one page to step through, without a server, a network or JavaScript.

One radio button for each step holds the state: arrow keys move between radio buttons by themselves, and style rules
show the sentence of the chosen step and reveal the numbers up to it.  Each number knows its step, k, and is seen where
the chosen step, in the variable --k, is at least k; so the page grows with the number of steps and not with its square.
A few lines of script add arrow keys for the whole page, a link for each step, and announcements for screen readers.
Printed, the page lists all steps below the complete picture; so does a reader without style sheets.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from ..notation.text import clean
from ..notation.titles import heading
from . import layout
from .markup import source
from .network import compose
from .page import finished
from .palette import variables

if TYPE_CHECKING:
    from ..trace.steps import Step, Steps

__all__ = ["chosen", "fragment", "marked_picture", "page", "spots"]

_MOST, _WHOLE = 200, 60  # steps in a notebook; nodes of a picture in which nothing repeated is folded
_SVG = "http://www.w3.org/2000/svg"
_KINDS = {"value": "forward", "tangent": "forward", "adjoint": "reverse"}

_STYLE = """\
#P{font:15px/1.45 Helvetica,Arial,"Liberation Sans",sans-serif;color:var(--ink);background:var(--page);\
border:1px solid var(--frame);border-radius:12px;padding:14px 18px;max-width:1120px;box-sizing:border-box;\
margin:0 auto;position:relative;text-align:left}
#P>input{position:absolute;opacity:0;width:1px;height:1px;margin:0}
#P .chips{display:flex;gap:6px;align-items:center;flex-wrap:wrap;max-height:9em;overflow:auto;padding:3px}
#P .chips label,#P .go label{padding:3px 9px;border-radius:8px;background:var(--box);border:1px solid var(--frame);\
cursor:pointer;color:var(--ink)}
#P .sweep{font-weight:bold;margin:0 4px 0 10px}#P .forward{color:var(--tangent)}#P .reverse{color:var(--adjoint)}
#P ol{list-style:none;margin:12px 0 0;padding:0;position:sticky;top:0;background:var(--page)}
#P [data-node]{scroll-margin:9em}
@media screen{#P li{display:none}}#P li{min-height:6.6em;padding-left:14px;border-left:5px solid var(--edge);margin:0}
#P li.forward{border-color:var(--tangent)}#P li.reverse{border-color:var(--adjoint)}
#P li p{margin:0;color:var(--ink);overflow-wrap:anywhere}#P li .rule{font-size:19px}#P li .note{color:var(--muted)}
#P li .count{color:var(--muted);font-size:13px}
#P .go div{display:none;justify-content:space-between}#P .go label{font-weight:bold;padding:5px 14px}
#P>input:focus-visible~.chips{outline:3px solid var(--tangent);outline-offset:2px;border-radius:8px}
#P svg{max-width:100%;height:auto;display:block;margin:10px auto}#P svg text{transition:opacity .25s}
#P .said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
#P [data-k]{opacity:clamp(0,calc(var(--k) - var(--at) + 1),1)}
@media (prefers-reduced-motion:reduce){#P svg text{transition:none}}
@media print{#P{border:0;max-width:none;display:flex;flex-direction:column}#P svg{order:-1}
#P ol{columns:2;position:static}
#P .chips,#P .go,#P .said{display:none!important}
#P li{min-height:0;margin:0 0 10px;break-inside:avoid}#P li.start{display:none!important}
#P li .rule{font-size:15px}#P [data-k]{opacity:1!important}}"""

_SCRIPT = """\
(function(){var box=document.getElementById("P"),all=[].slice.call(box.querySelectorAll(":scope>input")),
said=box.querySelector(".said"),alone=box.hasAttribute("data-alone");
function at(){return all.findIndex(function(r){return r.checked})}
function tell(){var i=at(),item=box.querySelectorAll("li")[i];
said.textContent=[].map.call(item.querySelectorAll("p"),function(p){return p.textContent}).join(". ");
var card=box.querySelector('[data-node~="'+item.getAttribute("data-of")+'"]');
if(alone&&card)card.scrollIntoView({block:"nearest"});
if(alone&&history.replaceState)try{history.replaceState(null,"",i?"#"+i:"#")}catch(e){}}
function go(i,focus){if(i<0||i>=all.length)return;all[i].checked=true;
if(focus)all[i].focus({preventScroll:true});tell()}
box.addEventListener("change",tell);
(alone?document:box).addEventListener("keydown",function(e){if(e.altKey||e.ctrlKey||e.metaKey)return;
var to={ArrowRight:at()+1,ArrowDown:at()+1,PageDown:at()+1,ArrowLeft:at()-1,ArrowUp:at()-1,PageUp:at()-1,
Home:0,End:all.length-1}[e.key];if(to===undefined)return;e.preventDefault();go(to,true)});
function open(){var i=parseInt(location.hash.slice(1),10);if(alone&&i>0)go(i,false)}
addEventListener("hashchange",open);open()})();"""


def page(steps: Steps, limit: int) -> str:
    """A whole HTML page."""
    title = html.escape(clean(f"Step by step: {heading(steps.graph)}", 200))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';style-src 'unsafe-inline';"
        "script-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{variables(':root')}body{{margin:16px;background:var(--page)}}"
        "@page{size:A4 landscape;margin:12mm}</style></head>\n"
        f"<body>{_widget(steps, limit, alone=True)}</body></html>\n"
    )


def fragment(steps: Steps) -> str:
    """The same for the output of a notebook."""
    return _widget(steps, _MOST, alone=False)


def chosen(steps: Steps, limit: int) -> tuple[Steps, str]:
    """As many steps as are shown, numbered anew, and what to say of the others.

    Those of nodes that share a card are left out first, then those in the middle of the program.
    """
    if limit < 4:
        raise ValueError(f"max_steps is at least 4, not {limit}")
    if len(steps) <= limit:
        return steps, ""
    shared = {number for numbers in compose(steps.graph, level="ops").shared.values() for number in numbers}
    nodes = [node for node in dict.fromkeys(step.node for step in steps) if node.number not in shared]
    if 2 * len(nodes) > limit:
        nodes = nodes[: limit // 4] + nodes[len(nodes) - limit // 4 :]
    records = [step for step in steps if step.node in nodes]
    records = [replace(step, number=i, total=len(records)) for i, step in enumerate(records, 1)]
    said = f"{len(steps) - len(records)} of {len(steps)} steps are left out: max_steps={len(steps)} shows them"
    return type(steps)(steps.graph, records), said


def _widget(steps: Steps, limit: int, alone: bool) -> str:
    steps, left_out = chosen(steps, limit)
    svg = marked_picture(steps, left_out)
    prefix = "agl-s" + sha256(svg.encode() + str(steps).encode()).hexdigest()[:8]
    style = variables("#P") + _STYLE + "".join(_state(steps))
    parts = [
        f'<div id="{prefix}" role="group" aria-label="{html.escape(clean(heading(steps.graph), 200))}, step by step"'
        f"{' data-alone' if alone else ''}>",
        f"<style>{style.replace('#P', f'#{prefix}').replace('#R', f'#{prefix}-')}</style>",
        *_radios(steps, prefix),
        _chips(steps, prefix),
        '<div class="said" aria-live="polite"></div>',
        f"<ol>{_START}{''.join(_item(step) for step in steps)}</ol>",
        svg,
        _buttons(steps, prefix),
        f"<script>{_SCRIPT.replace('P', prefix, 1)}</script></div>",
    ]
    return "\n".join(parts)


def _radios(steps: Steps, prefix: str) -> list[str]:
    labels = ["start", *[f"step {s.number} of {s.total}, {s.sweep}, {s.node.name}" for s in steps]]
    return [
        f'<input type="radio" name="{prefix}" id="{prefix}-{i}" aria-label="{html.escape(clean(label))}"'
        f"{'' if i else ' checked'}>"
        for i, label in enumerate(labels)
    ]


def _chips(steps: Steps, prefix: str) -> str:
    chips = [f'<label for="{prefix}-0" title="start">⟲</label>']
    for sweep, text in (("forward", "Forward →"), ("reverse", "← Reverse")):
        own = [step for step in steps if step.sweep == sweep]
        chips += [f'<span class="sweep {sweep}">{text}</span>'] if own else []
        chips += [
            f'<label class="k{s.number}" for="{prefix}-{s.number}">{html.escape(clean(s.node.name, 16))}</label>'
            for s in own
        ]
    return f'<div class="chips" aria-hidden="true">{"".join(chips)}</div>'


_START = (
    '<li class="start"><p class="rule">Forward, then back: one node at a time.</p>'
    '<p class="note">Values and tangents run '
    "forward with the arrows, adjoints run back against them. Go on with the arrow keys.</p></li>"
)


def _item(step: Step) -> str:
    lines = "".join(f'<p class="rule">{_emphasized(line)}</p>' for line in step.lines)
    return (
        f'<li class="{step.sweep}" data-of="{step.node.number}">'
        f'<p class="count">step {step.number} of {step.total}, {step.sweep}</p>{lines}'
        f'<p class="note">{html.escape(clean(step.note, 300))}</p></li>'
    )


def _buttons(steps: Steps, prefix: str) -> str:
    """Back and next, for each step its own."""
    lines = []
    for k in range(len(steps) + 1):
        back = f'<label for="{prefix}-{k - 1}">◀ Back</label>' if k else "<span></span>"
        on = f'<label for="{prefix}-{k + 1}">Next ▶</label>' if k < len(steps) else "<span></span>"
        lines.append(f"<div>{back}{on}</div>")
    return f'<div class="go" aria-hidden="true">{"".join(lines)}</div>'


def _emphasized(line: str) -> str:
    """The line with its result in bold."""
    head, sign, result = clean(line, 600).rpartition("= ")
    return f"{html.escape(head + sign)}<b>{html.escape(result)}</b>"


def _state(steps: Steps) -> list[str]:
    """Style rules of each step: its number, its sentence, its chip, its card and the arrows it uses."""
    rules = ["#R0:checked~svg{--k:0}"]
    for step in steps:
        on, k, colour = f"#R{step.number}:checked~", step.number, "tangent" if step.sweep == "forward" else "adjoint"
        edges = [f'{on}svg [data-edge="{tail}-{head}"]' for tail, head in spots(step)]
        lines, heads, texts = (",".join(f"{edge} {tag}" for edge in edges) for tag in ("path", "polygon", "text"))
        ink = f"var(--{colour})"
        rules.append(
            f"{on}svg{{--k:{k}}}{on}.chips .k{k}{{background:{ink};color:var(--page)}}"
            f'{on}svg [data-node~="{step.node.number}"]>rect:first-of-type{{stroke:{ink};stroke-width:3}}'
        )
        if edges:
            rules.append(f"{lines}{{stroke:{ink};stroke-width:3;stroke-dasharray:7 4}}")
            rules.append(f"{heads}{{stroke:{ink};fill:{ink}}}{texts}{{fill:{ink}}}")
    for k in range(len(steps) + 1):
        on = f"#R{k}:checked~"
        rules.append(f"{on}ol li:nth-child({k + 1}){{display:block}}{on}.go div:nth-child({k + 1}){{display:flex}}")
    return ["@media screen{", *rules, "}"]


def spots(step: Step) -> list[tuple[int, int]]:
    """The arrows a step uses, from parent to child, by the numbers of their nodes."""
    own = step.node.number
    ends = dict.fromkeys(term.node.number for term in step.terms)
    if step.sweep == "forward":
        return [(parent.number, own) for parent in dict.fromkeys(step.node.parents)]
    return [(own, child) for child in ends]


def marked_picture(steps: Steps, subtitle: str = "") -> str:
    """The picture of the graph; each number knows the step that finds it, each card and arrow whose it is."""
    graph = steps.graph
    picture = compose(graph, level="ops", fold=len(graph) > _WHOLE)
    shared = picture.shared
    picture = replace(picture, subtitle=subtitle, roles=[], notes=[])
    title = f"Computation graph of {heading(graph)}"
    drawn = finished(layout.run(source(picture), "svg"), title, picture.description, "auto")
    return _marked(drawn, steps, shared)


def _marked(svg: str, steps: Steps, shared: Mapping[str, tuple[int, ...]]) -> str:
    at = {(step.sweep, step.node.number): step.number for step in steps}
    ET.register_namespace("", _SVG)
    root = ET.fromstring(svg)
    for group in root.iter(f"{{{_SVG}}}g"):
        mark = group.get("id", "").rpartition("-")
        if group.get("class") == "node" and mark[2].startswith("n") and mark[2][1:].isdigit():
            group.set("data-node", mark[2][1:])
            _mark_numbers(group, int(mark[2][1:]), at)
        elif group.get("class") == "node" and mark[2] in shared:
            group.set("data-node", " ".join(map(str, shared[mark[2]])))
        elif group.get("class") == "edge":
            _mark_edge(group)
    return ET.tostring(root, encoding="unicode")


def _mark_numbers(group: ET.Element, node: int, at: dict[tuple[str, int], int]) -> None:
    title = group.find(f"{{{_SVG}}}title")
    if title is not None:
        group.remove(title)  # the tooltip would tell the numbers before their step
    kind = ""
    for text in group.findall(f"{{{_SVG}}}text"):
        if text.get("text-anchor") != "end":
            kind = [*(text.text or "").split(), ""][0].strip("|")
        k = at.get((_KINDS.get(kind, ""), node))
        if k is not None and (kind != "value" or text.get("text-anchor") == "end"):
            text.set("data-k", kind)
            text.set("style", f"--at:{k}")


def _mark_edge(group: ET.Element) -> None:
    tail, _, head = group.get("id", "").rpartition("-e")[2].partition("-")
    group.set("data-edge", f"{tail}-{head}")
