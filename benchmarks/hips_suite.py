"""HIPS autograd's own test suite and examples, run against this package: ``python -m benchmarks.hips_suite``.

It downloads the source distribution of HIPS autograd (with pip, into ``--folder`` or a temporary one), and runs its
tests and its examples twice, each in a process of its own: with HIPS autograd, and with the name ``autograd`` meaning
``autograd_lite``.  Nothing of theirs is part of this repository.  It prints the tests passed and failed of every file,
the reason of each failure, whether every example prints and plots the same numbers, and the times side by side.

The alias is the whole migration.  Three names of internals that tests use are handed to it: the table of rules, and
``numpy.linalg._dot`` and ``.T``.  Examples that need MNIST get random images of the same format, and those without a
seed get one.  Those that would train for minutes make fewer steps, on both sides; with ``--full`` they run as they are.
Nothing is drawn: the mean and a weighted mean of all that would be are printed.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import os
import pkgutil
import re
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from xml.etree import ElementTree

VERSION = "1.9.1"
PACKAGES = ("autograd", "autograd_lite")
PUBLIC = (
    "builtins", "core", "differential_operators", "extend", "misc", "numpy", "scipy", "test_util", "tracer", "util",
    "wrap_util",
)  # fmt: skip
EXPECTED = {  # tests that fail, and why
    "test_rfftn_odd_not_implemented": "demands an error where there is a derivative here",
    "test_unimplemented_falseyness": "takes a rule out of the table of rules",
    "test_wrapped_name_and_docs": "demands the words of a docstring, and grad_of_foo_wrt_argnum_1 as a name",
    "test_assignment_raises_error": "demands that A[1] = b raises",
}
PASSED = 614  # at least
SHORTER: dict[str, dict[str, int]] = {  # constants of long examples; "maxiter" counts the steps of scipy's minimize
    "bayesian_optimization": {"num_iters": 3},
    "black_box_svi": {"num_iters": 1000},
    "convnet": {"num_epochs": 5, "batch_size": 64},
    "deep_gaussian_process": {"maxiter": 40},
    "fluidsim": {"simulation_timesteps": 20, "maxiter": 3},
    "wing": {"simulation_timesteps": 3, "maxiter": 5},
    "gmm": {"maxiter": 25},
    "gplvm": {"maxiter": 60},
    "hmm_em": {"max_lines": 20},
    "ica": {"maxiter": 25},
    "lstm": {"num_iters": 100},
    "mixture_variational_inference": {"num_iters": 200},
    "ode_net": {"num_iters": 11},
    "rnn": {"num_iters": 30},
}
FACTORS = {"example": 1.0, "above": 1 + 2**-52, "below": 1 - 2**-53}  # of numbers at the start
ROUNDING = "HIPS autograd, started one rounding away,"
SECONDS = "seconds of this example:"
PLOTTED = "plotted: "
PLOTS = ("contour", "fill", "hist", "imshow", "matshow", "plot", "scatter", "streamplot")
NUMBER = re.compile(r"(?<!\w)[-+]?(?:(?:\d+\.\d*|\.\d+|\d+)(?:e[-+]?\d+)?|nan\b|inf\b)", re.IGNORECASE)


# In the process of a test or an example


def modules(package: str) -> dict[str, ModuleType]:
    """A package and its public modules, imported."""
    public = re.compile(rf"{package}(\.({'|'.join(PUBLIC)})(\..+)?)?")
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        if public.fullmatch(module.name):
            importlib.import_module(module.name)
    return {name: module for name, module in sys.modules.items() if public.fullmatch(name)}


def alias() -> None:
    """Let the name ``autograd`` and all its submodules mean ``autograd_lite``."""
    import numpy

    from autograd_lite.sweeps import rules

    for name, module in modules("autograd_lite").items():
        sys.modules[name.replace("autograd_lite", "autograd", 1)] = module
    sys.modules["autograd.core"].primitive_vjps = rules  # type: ignore[attr-defined]
    linalg = sys.modules["autograd.numpy.linalg"]
    linalg._dot, linalg.T = numpy.matmul, numpy.matrix_transpose  # type: ignore[attr-defined]


def seed(factor: float) -> None:
    """A seed for every generator, whose numbers are multiplied by ``factor``."""
    import numpy

    class Seeded(numpy.random.RandomState):
        def __init__(self, seed: object = 0) -> None:
            super().__init__(seed)  # type: ignore[arg-type]

        def rand(self, *shape: int) -> object:
            return super().rand(*shape) * factor

        def randn(self, *shape: int) -> Any:
            return super().randn(*shape) * factor

        def multivariate_normal(self, mean: Any, cov: Any, size: int) -> Any:  # by the root that has no choice of signs
            variances, axes = numpy.linalg.eigh(cov)
            root = axes * numpy.sqrt(numpy.maximum(variances, 0.0)) @ axes.T
            return mean + self.randn(size, len(mean)) @ root

    numpy.random.RandomState = Seeded  # type: ignore[misc]
    numpy.random.seed(0)
    randn = numpy.random.randn
    numpy.random.randn = lambda *shape: randn(*shape) * factor


def plot_numbers() -> None:
    """Let what would be drawn be printed, as two numbers for each array."""
    import matplotlib.pyplot as plt
    import numpy as np
    from matplotlib.axes import Axes

    def printed(kind: str) -> Callable[..., None]:
        def plot(axes: object, *arrays: object, **options: object) -> None:
            for array in arrays:
                if not isinstance(array, str):
                    entries = np.asarray(array, float).ravel()
                    weighted = np.mean(entries * np.cos(np.arange(entries.size)))
                    print(f"{PLOTTED}{kind} {np.mean(entries)} {weighted}")

        return plot

    for kind in PLOTS:
        setattr(Axes, kind, printed(kind))
        setattr(plt, kind, partial(getattr(Axes, kind), None))
    for name in ("draw", "legend", "pause", "savefig", "show"):
        setattr(plt, name, lambda *arguments, **options: None)


def minimizer(steps: int | None, factor: float) -> None:
    """Let scipy's minimize stop after so many steps; the cost and its gradient are multiplied by ``factor``."""
    import scipy.optimize

    minimize = scipy.optimize.minimize

    def other(
        cost: Callable[..., Any], *arguments: object, options: dict[str, object] | None = None, **others: object
    ) -> object:
        def rounded(*x: object) -> object:
            values = cost(*x)
            return tuple(v * factor for v in values) if isinstance(values, tuple) else values * factor

        limit = {} if steps is None else {"maxiter": steps}
        return minimize(rounded, *arguments, options={**(options or {}), **limit}, **others)

    scipy.optimize.minimize = other


def example(file: Path, full: bool, factor: float) -> None:
    """One example, with its plots as numbers; the time it takes goes to stderr, without that of imports."""
    source = file.read_text()
    constants = {} if full else SHORTER.get(file.stem, {})
    minimizer(constants.get("maxiter"), factor)
    for constant, value in constants.items():
        source, found = re.subn(rf"\b({constant} ?= ?)\d+", rf"\g<1>{value}", source)
        if not found and constant != "maxiter":
            raise ValueError(f"{file.name} has no {constant}")
    plot_numbers()
    sys.path.insert(0, str(file.parent))
    program = compile(source, str(file), "exec")
    os.system = lambda command: 0  # type: ignore[assignment]
    start = time.process_time()
    exec(program, {"__name__": "__main__", "__file__": str(file)})
    print(f"{SECONDS} {time.process_time() - start}", file=sys.stderr)


def inside(package: str, job: str, *arguments: str) -> None:
    """One test file, or one example with a seed and without windows."""
    import matplotlib

    matplotlib.use("Agg")
    if job in FACTORS:
        seed(FACTORS[job])
    if package == "autograd_lite":
        alias()
    else:
        modules(package)
    if job == "tests":
        import pytest

        file, report = arguments
        options = ["-c", os.devnull, "--rootdir", ".", "-p", "no:cacheprovider", "-q", f"--junitxml={report}"]
        sys.exit(pytest.main([file, *options]))
    example(Path(arguments[0]), arguments[1] == "full", FACTORS[job])


# In the process that asks


class Test(NamedTuple):
    name: str
    outcome: str  # "passed", "skipped" or the reason why it failed


class Report(NamedTuple):
    tests: list[Test]
    seconds: float


class Output(NamedTuple):
    text: str
    errors: str
    seconds: float
    late: bool  # interrupted

    @property
    def numbers(self) -> dict[str, list[float]]:
        """What it printed, and what it would have plotted."""
        lines = self.text.splitlines()
        return {
            "printed": numbers("\n".join(line for line in lines if not line.startswith(PLOTTED))),
            "plotted": numbers("\n".join(line for line in lines if line.startswith(PLOTTED))),
        }

    @property
    def error(self) -> str:
        return self.errors.strip().splitlines()[-1] if "Traceback" in self.errors and not self.late else ""


def download(folder: Path) -> Path:
    """The unpacked source distribution."""
    source = folder / f"autograd-{VERSION}"
    if not source.exists():
        pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", f"autograd=={VERSION}"]
        subprocess.run([*pip, "--quiet", "--dest", str(folder)], check=True)
        with tarfile.open(folder / f"autograd-{VERSION}.tar.gz") as archive:
            archive.extractall(folder, filter="data")
    return source


def random_digits(folder: Path) -> None:
    """Files in the format of MNIST with 600 and 100 random images."""
    import numpy as np

    rng = np.random.default_rng(0)
    folder.mkdir(exist_ok=True)
    for name, n in (("train", 600), ("t10k", 100)):
        images, labels = rng.integers(0, 256, (n, 28, 28), np.uint8), rng.integers(0, 10, n, np.uint8)
        with gzip.open(folder / f"{name}-images-idx3-ubyte.gz", "wb") as file:
            file.write(struct.pack(">IIII", 2051, n, 28, 28) + images.tobytes())
        with gzip.open(folder / f"{name}-labels-idx1-ubyte.gz", "wb") as file:
            file.write(struct.pack(">II", 2049, n) + labels.tobytes())


def run(package: str, job: str, folder: Path, arguments: Sequence[str], limit: float) -> Output:
    """What a process wrote."""
    command = [sys.executable, "-u", "-W", "ignore", __file__, "inside", package, job, *arguments]
    root = str(Path(__file__).parent.parent)
    paths = {"PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}
    environment = {**os.environ, **paths, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, timeout=limit, capture_output=True, text=True, check=False
        )
        seconds = re.search(rf"{SECONDS} (\S+)", done.stderr)
        return Output(done.stdout, done.stderr, float(seconds[1]) if seconds else 0.0, False)
    except subprocess.TimeoutExpired as error:
        parts = [part.decode() if isinstance(part, bytes) else part or "" for part in (error.stdout, error.stderr)]
        return Output(parts[0], parts[1], 0.0, True)


def tested(package: str, file: Path, limit: float) -> Report:
    """The outcome of every test in a file."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "report.xml"
        out, err, _, late = run(package, "tests", file.parent, [file.name, str(path)], limit)
        if not path.exists():
            last = (err or out).strip().splitlines()[-1:] or ["no report"]
            return Report([Test(file.name, "interrupted" if late else last[0])], limit if late else 0.0)
        cases = list(ElementTree.parse(path).getroot().iter("testcase"))
    return Report([outcome(case) for case in cases], sum(float(case.get("time", 0)) for case in cases))


def outcome(case: ElementTree.Element) -> Test:
    for found in case:
        if found.tag in ("failure", "error"):
            return Test(case.get("name", ""), (found.get("message") or found.text or "failed").strip().splitlines()[0])
        if found.tag == "skipped":
            return Test(case.get("name", ""), "skipped")
    return Test(case.get("name", ""), "passed")


def numbers(text: str) -> list[float]:
    return [float(number) for number in NUMBER.findall(text)]


def parting(a: Output, b: Output, kind: str) -> tuple[int, int]:
    """The place, from 0, of the first number in which two outputs differ, and how many numbers both have."""
    expected, found = a.numbers[kind], b.numbers[kind]
    late = a.late or b.late
    both = max(min(len(expected), len(found)) - late, 0)  # the last number may be cut off
    for k, (x, y) in enumerate(zip(expected[:both], found, strict=False)):
        if not (x == y or abs(x - y) <= 1e-6 + 1e-5 * abs(x) or (x != x and y != y)):
            return k, both
    return (both if late or len(expected) == len(found) else both - 1), both


def compared(theirs: Output, ours: Output, moved: Callable[[], list[Output]]) -> str:
    """Whether an example printed and plotted the same numbers, as far as both came, or as far as anybody can."""
    for who, output in (("HIPS autograd", theirs), ("ours", ours)):
        if output.error:
            return f"{who} fails: {output.error}"
    found = []
    for kind in ("printed", "plotted"):
        same, both = parting(theirs, ours, kind)
        if same < both:
            themselves = min(parting(theirs, other, kind)[0] for other in moved())
            if same < themselves:
                return f"{kind} number {same + 1} of {both} differs; {ROUNDING} keeps {themselves}"
            found.append(f"{same} of {both} {kind} ({ROUNDING} keeps {themselves})")
        elif both:
            found.append(f"{both} {kind}")
    late = theirs.late or ours.late
    if not found:
        return "interrupted before the first number" if late else "shows no numbers"
    return f"same numbers: {', '.join(found)}{' until interrupted' if late else ''}"


def show_tests(source: Path, only: str, limit: float, workers: int, alone: bool) -> bool:
    """The counts of every file, and the failures; whether only those failed that are expected to."""
    files = [file for file in sorted((source / "tests").glob("test_*.py")) if only in file.name]
    jobs = [(package, file, limit) for file in files for package in PACKAGES]
    with ThreadPoolExecutor(workers) as pool:
        reports = list(pool.map(lambda job: tested(*job), jobs[1::2] if alone else jobs))
    reports = [report for report in reports for _ in range(2)] if alone else reports
    print(f"{'file':28}{'passed':>8}{'failed':>8}{'of':>5}{'theirs pass':>13}{'seconds':>9}{'theirs':>8}")
    total, failed = [0, 0, 0, 0], []
    for file, theirs, ours in zip(files, reports[::2], reports[1::2], strict=True):
        counts = [[t.outcome for t in r.tests if t.outcome != "skipped"] for r in (ours, theirs)]
        passed, reference = counts[0].count("passed"), counts[1].count("passed")
        row = [passed, len(counts[0]) - passed, max(len(counts[0]), len(counts[1])), reference]
        total = [a + b for a, b in zip(total, row, strict=True)]
        print(f"{file.name:28}{row[0]:8}{row[1]:8}{row[2]:5}{row[3]:13}{ours.seconds:9.2f}{theirs.seconds:8.2f}")
        failed += [(file.name, test) for test in ours.tests if test.outcome not in ("passed", "skipped")]
    seconds = [sum(report.seconds for report in reports[k::2]) for k in (1, 0)]
    print(f"{'all':28}{total[0]:8}{total[1]:8}{total[2]:5}{total[3]:13}{seconds[0]:9.2f}{seconds[1]:8.2f}\n")
    for name, test in failed:
        print(f"{name}::{test.name}: {EXPECTED.get(test.name) or test.outcome[:200]}")
    return all(test.name in EXPECTED for _, test in failed) and (bool(only) or total[0] >= PASSED)


def show_examples(source: Path, only: str, limit: float, workers: int, full: bool) -> bool:
    folder = source / "examples"
    random_digits(folder / "data")
    library = ("__init__.py", "data.py", "data_mnist.py")
    files = [f for f in sorted(folder.rglob("*.py")) if f.name not in library and only in f.name]

    def both(file: Path) -> tuple[str, float, float]:
        arguments = [str(file), "full" if full else "shorter"]
        theirs, ours = (run(package, "example", folder, arguments, limit) for package in PACKAGES)
        moved = cache(lambda: [run(PACKAGES[0], job, folder, arguments, limit) for job in ("above", "below")])
        return compared(theirs, ours, moved), ours.seconds, theirs.seconds

    with ThreadPoolExecutor(workers) as pool:
        results = list(pool.map(both, files))
    print(f"\n{'example':32}{'seconds':>9}{'theirs':>8}{'ratio':>7}")
    for file, (verdict, ours, theirs) in zip(files, results, strict=True):
        ratio = f"{ours / theirs:7.2f}" if theirs and ours else " " * 7
        print(f"{file.name:32}{ours:9.2f}{theirs:8.2f}{ratio}  {verdict[:200]}")
    finished = [(ours, theirs) for _, ours, theirs in results if ours and theirs]
    ours, theirs = (sum(times) for times in zip(*finished, strict=True)) if finished else (0.0, 0.0)
    print(f"{'all that end':32}{ours:9.2f}{theirs:8.2f}{ours / theirs if theirs else 0:7.2f}")
    same = sum(verdict.startswith("same") for verdict, _, _ in results)
    slow = sum(verdict.startswith("interrupted") for verdict, _, _ in results)
    print(f"{same} of {len(files)} examples print the same numbers, {slow} print none within {limit:g} seconds")
    return same == len(files)


def main() -> None:
    if sys.argv[1:2] == ["inside"]:
        inside(*sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hips_suite", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--folder", type=Path, help="where to unpack HIPS autograd; a temporary folder unless given")
    parser.add_argument("--only", default="", metavar="NAME", help="part of the name of a file")
    parser.add_argument("--part", choices=("tests", "examples", "both"), default="both")
    parser.add_argument("--alone", action="store_true", help="the tests without HIPS autograd beside them")
    parser.add_argument("--full", action="store_true", help="the long examples as they are, as far as they come")
    parser.add_argument("--limit", type=float, default=300, metavar="S", help="for one example; tests twice that")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes at once; 1 to compare times")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        source = download(options.folder or Path(scratch))
        as_expected = True
        if options.part != "examples":
            as_expected = show_tests(source, options.only, 2 * options.limit, options.workers, options.alone)
        if options.part != "tests":
            same = show_examples(source, options.only, options.limit, options.workers, options.full)
            as_expected = as_expected and (same or options.full)
    if not as_expected:
        sys.exit("a test or an example failed that should not")


if __name__ == "__main__":
    main()
