"""``python -m benchmarks [--only WORK] [--peers a,b] [--rounds N] [--markdown]``, from the root of the repository."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Iterable, Sequence

import numpy

from . import THREADS, compiled, engine, loops, networks
from .peers import PEERS, Ours, Peer, numbers
from .timing import interleaved
from .works import WORKS, Work

Table = list[list[str]]


def main() -> None:
    options = parse()
    peers = installed(options.peers)
    print(f"Python {platform.python_version()}, {THREADS} threads, medians of {options.rounds} rounds, interleaved;")
    print(", ".join(f"{peer.name} {peer.version}" for peer in peers) + ".")
    print("Behind a time: our time divided by it.\n")
    chosen = [work for work in WORKS if options.only.lower() in work.name.lower()]
    if chosen:
        header = ["work", *(peer.name for peer in peers), "to reach"]
        show([header, *(row(work, peers, options.rounds) for work in chosen)], options.markdown)
    for name, table in TABLES.items():
        if options.only.lower() in name:
            show(table(options.rounds), options.markdown)
    if not chosen and not any(options.only.lower() in name for name in TABLES):
        raise SystemExit(f"no work is called {options.only!r}; there are: {'; '.join(work.name for work in WORKS)}")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Our engine beside its peers.")
    parser.add_argument("--only", default="", metavar="WORK", help=f"part of a work's name; {', '.join(TABLES)}")
    parser.add_argument("--peers", metavar="A,B", help="parts of the names of the peers; all that are installed")
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="how often each is timed (15)")
    parser.add_argument("--markdown", action="store_true", help="print the tables for the documentation")
    return parser.parse_args()


def installed(wanted: str | None) -> list[Peer]:
    """Ours, and the wanted peers that are installed; the others are named."""
    parts = [""] if wanted is None else [part.strip().lower() for part in wanted.split(",")]
    for part in parts:
        if not any(part in kind.name.lower() for kind in PEERS):
            raise SystemExit(f"no peer is called {part!r}; there are: {', '.join(kind.name for kind in PEERS)}")
    found: list[Peer] = [Ours()]
    for kind in PEERS:
        if any(part in kind.name.lower() for part in parts):
            try:
                found.append(kind())
            except ImportError:
                print(f"{kind.name} is left out, as it is not installed: pip install {kind.package}")
    return found


def row(work: Work, peers: Sequence[Peer], rounds: int) -> list[str]:
    """The times of all peers, taken only after their answers were found to agree with ours."""
    calls = {peer.name: call for peer in peers if (call := work.prepare(peer)) is not None}
    ours, *_ = calls
    answers = {name: numbers(call()) for name, call in calls.items()}
    for name, answer in answers.items():
        compare(work, name, answer, answers[ours])
    times = dict(zip(calls, interleaved(list(calls.values()), rounds), strict=True))
    ratios = {name: times[ours] / seconds for name, seconds in times.items()}
    cells = [
        "—" if name not in times else duration(times[name]) + ("" if name == ours else f" ({ratios[name]:.2f})")
        for name in (peer.name for peer in peers)
    ]
    return [work.name, *cells, ", ".join(verdicts(work, ratios))]


def compare(work: Work, name: str, answer: Iterable[numpy.ndarray], ours: Iterable[numpy.ndarray]) -> None:
    for theirs, mine in zip(answer, ours, strict=True):
        if theirs.shape != mine.shape or theirs.dtype != mine.dtype:
            what = f"{theirs.dtype} of shape {theirs.shape}, ours {mine.dtype} of shape {mine.shape}"
            raise SystemExit(f"{work.name}: {name} computes {what}")
        scale = numpy.abs(mine).max()
        if not numpy.allclose(theirs, mine, rtol=work.rtol, atol=work.rtol * scale):
            raise SystemExit(f"{work.name}: {name} differs from ours by {numpy.abs(theirs - mine).max()} of {scale}")


def verdicts(work: Work, ratios: dict[str, float]) -> list[str]:
    return [
        f"≤ {target} × {name} {'✓' if ratios[name] <= target else '✗'}"
        for name, target in work.targets.items()
        if name in ratios
    ]


def overhead_table(rounds: int) -> Table:
    rows = [
        [f"`{name}`", duration(raw), duration(ours), duration(ours - raw), mark(ours - raw, engine.OVERHEAD)]
        for name, raw, ours in engine.overheads(rounds)
    ]
    return [["operation on 3 numbers", "NumPy", "recorded", "overhead", "to reach"], *rows]


def chain_table(rounds: int) -> Table:
    rows = []
    for n in (100_000, 1_000_000):
        plain, both, peak, kept = engine.chain_costs(n)
        rows.append([f"{n:_}".replace("_", " "), duration(plain), duration(both), f"{peak:.0f} B", str(kept)])
    return [["chain of n scalar operations, for one", "NumPy", "with the gradient", "memory", "nodes kept"], *rows]


def loops_table(rounds: int) -> Table:
    found = {what: loops.times(n, size, max(3, rounds // 3)) for what, n, size in LOOPS}
    names = dict.fromkeys(name for times in found.values() for name in times)
    rows = []
    for name in names:
        cells = [
            "—" if name not in times else f"{duration(times[name])} ({times['scan'] / times[name]:.3g})"
            for times in found.values()
        ]
        rows.append([name, *cells])
    return [["gradient, for one step (scan divided by it)", *found], *rows]


def memory_table(rounds: int) -> Table:
    found = {f"{n:_} {what}".replace("_", " "): loops.memories(n, size) for what, n, size in MEMORIES}
    names = next(iter(found.values()))
    rows = [[name, *[f"{sizes[name] / 2**20:.3g} MiB" for sizes in found.values()]] for name in names]
    return [["memory at the peak of a gradient", *found], *rows]


def training_table(rounds: int) -> Table:
    rows = []
    for sizes, batch, block in NETWORKS:
        plain, checkpointed = loops.training(sizes, batch, block)
        name = f"{len(sizes) - 1} layers, {'-'.join(map(str, sizes[:3]))}-…, {batch} rows, {block} in a checkpoint"
        rows.append([name, f"{plain / 2**20:.3g} MiB", f"{checkpointed / 2**20:.3g} MiB"])
    return [["memory of the gradient of a network", "as it is", "with checkpoints"], *rows]


def compiled_table(rounds: int) -> Table:
    return [["compiled: time divided by that of NumPy by hand", *compiled.COLUMNS], *compiled.rows(rounds)]


def compiling_table(rounds: int) -> Table:
    return [["what compiling costs", "time"], *compiled.costs()]


def import_table(rounds: int) -> Table:
    base, ours = engine.import_seconds(rounds)
    return [
        ["import", "NumPy", "autograd_lite", "difference", "to reach"],
        ["in a new process", duration(base), duration(ours), duration(ours - base), mark(ours - base, engine.IMPORT)],
    ]


def steps_table(rounds: int) -> Table:
    rows = []
    for name, times, target in networks.steps(rounds):
        cells = [duration(times["nn"])]
        for peer in PEERS_OF_NN:
            cells.append("—" if peer not in times else f"{duration(times[peer])} ({times['nn'] / times[peer]:.2f})")
        reached = "PyTorch" in times and times["nn"] <= target * times["PyTorch"]
        rows.append([name, *cells, f"≤ {target} × PyTorch {'✓' if reached else '✗'}"])
    return [["training step of nn, float32", "nn", *PEERS_OF_NN, "to reach"], *rows]


def fits_table(rounds: int) -> Table:
    found = networks.fits(max(3, rounds // 3))
    ours, _ = found["nn"]
    rows = [
        [name, duration(seconds), f"{ours / seconds:.2f}", f"{accuracy:.1%}"]
        for name, (seconds, accuracy) in found.items()
    ]
    return [["whole fit of the digits, 20 epochs", "time", "nn's divided by it", "accuracy"], *rows]


def mark(seconds: float, target: float) -> str:
    return f"≤ {duration(target)} {'✓' if seconds <= target else '✗'}"


def duration(seconds: float) -> str:
    factor, unit = (1e3, "ms") if abs(seconds) >= 1e-3 else (1e6, "µs")
    return f"{seconds * factor:.3g} {unit}" if abs(seconds) * factor < 999.5 else f"{seconds * factor:.0f} {unit}"


def show(table: Table, markdown: bool) -> None:
    if markdown:
        lines = ["| " + " | ".join(cells) + " |" for cells in table]
        lines.insert(1, "|" + "---|" * len(table[0]))
    else:
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ["  ".join(cell.ljust(n) for cell, n in zip(cells, widths, strict=True)).rstrip() for cells in table]
    print("\n".join(lines), end="\n\n", flush=True)


PEERS_OF_NN = ("nn, compile=False", "NumPy by hand", "PyTorch", "scikit-learn")
LOOPS = (("1000 steps of a pendulum", 1000, None), ("1000 steps of 100 pendulums", 1000, 100))
MEMORIES = (("steps of a pendulum", 100_000, None), ("steps of 100 pendulums", 10_000, 100))
NETWORKS = (((256,) * 25, 1024, 5), ((256,) * 101, 1024, 10))
TABLES = {
    "overhead": overhead_table, "chain": chain_table, "loops": loops_table, "memory": memory_table,
    "memory of networks": training_table,
    "compiled": compiled_table, "compiling": compiling_table,
    "import": import_table, "steps of nn": steps_table, "fits of nn": fits_table,
}  # fmt: skip

if __name__ == "__main__":
    main()
