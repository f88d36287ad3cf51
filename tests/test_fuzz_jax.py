"""Random programs give what JAX gives: value, gradient, J·v and H·v, in float64; and compiled the same as eager.

`FUZZ_PROGRAMS=500 pytest tests/test_fuzz_jax.py` tries more of them; `python tests/test_fuzz_jax.py 2000` many, with
a tally.  A program that fails is shrunk and printed as a file that runs.  The many are tried in processes of their own:
one that XLA's compiler ends, or computes wrongly, is tried again, operation by operation.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import numpy as np
import pytest
from program_generator import generate
from program_table import BUFFERS, CARRIED, FAMILIES, READINGS, SHRINKING, TURNS, WRITINGS
from programs import (
    DERIVATIVES,
    Assign,
    Branch,
    Call,
    Loop,
    Program,
    Reading,
    Repeat,
    View,
    Write,
    Writing,
    judged,
    shrink,
)

import autograd_lite as ag
from autograd_lite.kinds import elementwise
from autograd_lite.sweeps import rules

PROGRAMS = int(os.environ.get("FUZZ_PROGRAMS", "60"))
STEPWISE = "FUZZ_STEPWISE" in os.environ  # each operation is a program of XLA's own
TOLERANCE = 1e-9
# a program runs only once; and that pass of XLA ends the process where an array is flipped after some sums (JAX 0.10.2)
QUICK = {"xla_backend_optimization_level": 0, "xla_disable_hlo_passes": "algsimp"}


def with_jax(program, inputs, directions, stepwise=STEPWISE):
    """The gradient is the derivative of the value; the derivative of both along the directions is J·v and H·v."""
    import jax
    import jax.experimental

    double_precision = jax.enable_x64 if hasattr(jax, "enable_x64") else jax.experimental.enable_x64  # before JAX 0.8
    with double_precision(True), jax.disable_jit() if stepwise else nullcontext():
        derivatives = {name: getattr(jax, name) for name in DERIVATIVES}
        f = program.function("jax", jax.numpy, outcomes=iter(program.outcomes(inputs)), **derivatives)
        both = jax.value_and_grad(f, argnums=tuple(range(len(inputs))))
        run = lambda x, v: jax.jvp(both, x, v)
        if not stepwise:
            run = jax.jit(run).lower(tuple(inputs), directions).compile(QUICK)
        (value, gradient), (slope, product) = run(tuple(inputs), directions)
        return {"value": [value], "gradient": gradient, "J·v": [slope], "H·v": product}


def with_us(program, inputs, directions):
    f, every = program.function(), tuple(range(len(inputs)))
    value = f(*map(ag.Tensor, inputs))
    gradient = ag.grad(f, argnum=every)
    along = lambda *x: ag.jvp(f, x, directions)[1]
    times = lambda *x: sum(np.sum(g * v) for g, v in zip(gradient(*x), directions, strict=True))
    return {
        "value": [value.value if isinstance(value, ag.Tensor) else value],
        "plain value": [f(*[np.array(x) for x in inputs])],
        "gradient": gradient(*inputs),
        "J·v": [along(*inputs)],
        "H·v, forward over reverse": ag.jvp(gradient, inputs, directions)[1],
        "H·v, reverse over forward": ag.grad(along, argnum=every)(*inputs),
        "H·v, reverse over reverse": ag.grad(times, argnum=every)(*inputs),
    }


def differences(found, expected, tolerance=TOLERANCE):
    """The names of what differs by more than the tolerance, in units of the largest entry or 1."""
    wrong = []
    for a, b in zip(found, expected, strict=True):
        a, b = np.asarray(a), np.asarray(b)
        if a.shape != b.shape or not np.all(np.abs(a - b) <= tolerance * max(1.0, np.max(np.abs(b), initial=0.0))):
            wrong.append(f"{a.tolist()} instead of {b.tolist()}")
    return wrong


def directions_for(program, inputs):
    rng = np.random.default_rng(program.seed)
    return tuple(rng.standard_normal(np.shape(x)) for x in inputs)


def against_jax(program, inputs):
    """What is wrong with the derivatives on these inputs: a list of lines, none if all agree."""
    directions = directions_for(program, inputs[0])
    kept = [np.array(x) for x in inputs[0]]
    try:
        found = with_us(program, inputs[0], directions)
    except Exception as error:
        return [f"raised {type(error).__name__}: {error}"]
    for stepwise in dict.fromkeys((STEPWISE, True)):  # XLA, too, makes mistakes when it optimizes
        try:
            expected = with_jax(program, inputs[0], directions, stepwise)
        except Exception as error:
            return [f"JAX raised {type(error).__name__}: {error}"]
        kinds = {kind: expected[re.sub("plain |,.*", "", kind)] for kind in found}
        wrong = [f"{kind}: {line}" for kind, values in found.items() for line in differences(values, kinds[kind])]
        if not wrong:
            break
    changed = any(not np.array_equal(a, b) for a, b in zip(kept, inputs[0], strict=True))
    return wrong + ["an argument was written over"] * changed


def against_eager(program, inputs, backend="numpy"):
    """Three inputs, the first of them once more at the end: other branches, other masks, other orders."""
    f = ag.value_and_grad(program.function(), argnum=tuple(range(len(inputs[0]))))
    compiled = ag.compile(f, backend=backend)
    wrong = []
    for x in (*inputs, inputs[0]):
        try:
            (value, gradient), expected = compiled(*x), f(*x)
        except Exception as error:
            if "knows no" in str(error):  # the other backends say what they cannot do
                return []
            return [f"compiled for {backend}: raised {type(error).__name__}: {error}"]
        wrong += differences([value, *gradient], [expected[0], *expected[1]], 1e-11 if backend == "numpy" else 1e-10)
    return [f"compiled for {backend}: {line}" for line in wrong]


def complaints(program, inputs, checks):
    return [line for check in checks for line in check(program, inputs)]


def with_numba(program, inputs):
    return against_eager(program, inputs, "numba")


def told(program, inputs, checks):
    """The report of a program that fails: its smallest form, as a file that runs, and what is wrong with it."""
    failing = [check for check in checks if check(program, inputs)]
    kind = failing[0](program, inputs)[0][:40]  # that of the derivative, or of the error
    kind = kind if "raised" in kind else kind.rpartition(":")[0]
    same = lambda smaller: [line for line in failing[0](smaller, inputs) if line.startswith(kind)]
    program = shrink(program, inputs, same)
    lines = complaints(program, inputs, failing)
    return f"program {program.seed}\n\n{program.script(inputs[0])}\n" + "\n".join(lines)


def tried(seed, numba=False):
    """None, or the report of what fails."""
    program, inputs = generate(seed)
    checks = [against_jax, against_eager, *[with_numba] * numba]
    return told(program, inputs, checks) if complaints(program, inputs, checks) else None


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("AUTOGRAD_LITE_CACHE", str(tmp_path_factory.getbasetemp() / "programs"))


@pytest.mark.parametrize("seed", range(PROGRAMS))
def test_a_random_program(seed):
    report = tried(seed, numba=seed % 20 == 0)
    if report:
        pytest.fail(report, pytrace=False)


# The generator and the shrinker themselves


# what differs from program to program
DRAWN = re.compile(r"AXIS|KEEP|NUMBER|\(0, 1\)|None|True|False|-?\b\d[\d.]*")


def nodes(x):
    """Everything in a syntax tree."""
    if isinstance(x, (tuple, list)):
        return [node for y in x for node in nodes(y)]
    fields = getattr(x, "__dataclass_fields__", {})
    return [x, *[node for name in fields for node in nodes(getattr(x, name))]]


def test_programs_use_nearly_everything_in_the_table():
    found = [node for seed in range(140) for node in nodes(generate(seed)[0])]
    kinds = Counter(type(node) for node in found)
    assert min(kinds[kind] for kind in (Assign, View, Write, Loop, Branch, Repeat)) > 20
    used = {DRAWN.sub("", node.text) for node in found if isinstance(node, (Call, Reading, Writing))}
    of_families = [template for family, _ in FAMILIES for template in family]
    table = [*BUFFERS, *CARRIED, *SHRINKING, *READINGS, *WRITINGS, *TURNS, *of_families]
    unused = [entry.text for entry in table if DRAWN.sub("", entry.text) not in used]
    assert len(unused) < len(table) / 5, unused


def test_a_program_is_the_same_for_the_same_seed_and_smooth_on_its_inputs():
    for seed in range(6):
        program, inputs = generate(seed)
        again, same = generate(seed)
        assert program.script(inputs[2]) == again.script(same[2])
        assert all(judged(program, x) for x in inputs)


def test_failing_programs_are_shrunk_to_what_fails():
    fails = lambda p: "+= " in p.text() and "np.s" in p.text()
    programs = [generate(seed) for seed in range(30)]
    failing = [(program, inputs) for program, inputs in programs if fails(program)]
    assert len(failing) >= 3
    for program, inputs in failing[:4]:
        small = shrink(program, inputs, fails)
        assert fails(small) and judged(small, inputs[0])
        assert len(small.text().splitlines()) <= 6 and len(small.terms) == 1


def test_a_wrong_derivative_is_found_and_shrunk(monkeypatch):
    monkeypatch.setitem(rules, np.arctan, rules[np.arctan])
    elementwise(np.arctan, lambda out, x: 1 / np.sqrt(1 + x**2))
    program = Program(0, ("x0",), (
        Assign("v0", Call("{0} ** 2", ("x0",))), Assign("v1", Call("np.arctan({0})", ("v0",))),
        Loop("i", 2, (Write("v1", TURNS[0], ("0.5", "i")),)), Assign("v2", Call("np.cos({0})", ("v1",))),
    ), (Call("np.sum({0})", ("v1",)), Call("np.sum({0})", ("v2",))))  # fmt: skip
    inputs = [[np.array([0.5, -1.0, 2.0])]]
    report = told(program, inputs, [against_jax])
    assert "def program(x0):\n    v1 = np.arctan(x0)\n    return np.sum(v1)\n" in report
    assert "gradient: [" in report and "H·v" in report and "value:" not in report


def test_a_view_in_both_dialects():
    program = Program(0, ("x0",), (
        Assign("v0", Call("{0}.copy()", ("x0",))), View("v1", "v0", READINGS[0]), View("v2", "v1", READINGS[2]),
        Write("v2", WRITINGS[0], ("0.5",)), Loop("i", 2, (Write("v1", TURNS[0], ("x0", "i")),)),
    ), ("np.sum(v0)",))  # fmt: skip
    assert program.text().splitlines()[1:4] == ["    v0 = x0.copy()", "    v1 = v0[1:]", "    v2 = v1[::-1]"]
    assert "v0 = v0.at[1:].set(" in program.text("jax") and "v1 =" not in program.text("jax")


# Many of them: `python tests/test_fuzz_jax.py [how many] [the first seed]`

CHUNK = 50  # programs for one process


def reports(seeds: list[int], **settings: str) -> Iterator[tuple[int, str | None]]:
    """What a process of its own says of each program, as far as it comes."""
    command = [sys.executable, __file__, "--here", *map(str, seeds)]
    with subprocess.Popen(command, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            yield tuple(json.loads(line))


def judgements(seeds: list[int]) -> tuple[dict[int, str | None], list[int]]:
    """The report of every program, and those that were tried operation by operation, for they ended their process."""
    found, stepwise = {}, []
    while len(found) < len(seeds):
        found.update(reports(seeds[len(found) :]))
        if len(found) < len(seeds):
            ended = seeds[len(found)]
            found[ended] = "ended its process"
            found.update(reports([ended], FUZZ_STEPWISE="1"))
            stepwise.append(ended)
    return found, stepwise


def here(seeds: list[int]) -> None:
    """Try the programs in this process: a line for each."""
    warnings.simplefilter("error")
    for seed in seeds:
        print(json.dumps([seed, tried(seed, numba=seed % 20 == 0)]), flush=True)


def main(number: int = 100, first: int = 0) -> int:
    """Try many, print those that fail and a tally; the number that failed."""
    last = first + number
    chunks = [list(range(start, min(start + CHUNK, last))) for start in range(first, last, CHUNK)]
    failed, stepwise, done = [], [], 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for found, again in pool.map(judgements, chunks):
            wrong = [seed for seed, report in found.items() if report]
            print(*[found[seed] + "\n" for seed in wrong], sep="\n", end="", flush=True)
            failed, stepwise, done = failed + wrong, stepwise + again, done + len(found)
            print(f"{done - len(failed)} of {done} programs agree; failed: {failed}; stepwise: {stepwise}", flush=True)
    return len(failed)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--here"]:
        here([int(seed) for seed in sys.argv[2:]])
    else:
        sys.exit(min(main(*map(int, sys.argv[1:])), 1))
