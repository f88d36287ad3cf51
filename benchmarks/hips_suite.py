"""HIPS autograd's own test suite and examples, run against this package: ``python -m benchmarks.hips_suite``.

It downloads the source distribution of HIPS autograd (with pip, into ``--folder`` or a temporary one), and runs its
tests and its examples twice, each in a process of its own: with HIPS autograd, and with the name ``autograd`` meaning
``autograd_lite``.  Nothing of theirs is part of this repository.  It prints the tests passed and failed of every file,
the reason of each failure, whether every example prints the same numbers, and the times side by side.

The alias is the whole migration.  Three names of internals that tests use are handed to it: the table of rules, and
``numpy.linalg._dot`` and ``.T``.  Examples that need MNIST get random images of the same format, and those without a
seed get one.
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
from pathlib import Path
from typing import NamedTuple
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
    "test_wrapped_name_and_docs": "demands the text of a docstring",
    "test_assignment_raises_error": "demands that A[1] = b raises",
}
PASSED = 614  # at least
NUMBER = re.compile(r"(?<!\w)[-+]?(?:(?:\d+\.\d*|\.\d+|\d+)(?:e[-+]?\d+)?|nan\b|inf\b)", re.IGNORECASE)


# In the process of a test or an example


def alias() -> None:
    """Let the name ``autograd`` and all its submodules mean ``autograd_lite``."""
    import numpy

    import autograd_lite
    from autograd_lite.sweeps import rules

    sys.modules["autograd"] = autograd_lite
    for found in pkgutil.walk_packages(autograd_lite.__path__, "autograd_lite."):
        if found.name.split(".")[1] in PUBLIC:
            name = found.name.replace("autograd_lite", "autograd", 1)
            sys.modules[name] = importlib.import_module(found.name)
    sys.modules["autograd.core"].primitive_vjps = rules  # type: ignore[attr-defined]
    linalg = sys.modules["autograd.numpy.linalg"]
    linalg._dot, linalg.T = numpy.matmul, numpy.matrix_transpose  # type: ignore[attr-defined]


def seed(moved: bool) -> None:
    """A seed for every generator; ``moved``, its normal numbers are one rounding away from what they would be."""
    import numpy

    factor = 1 + 2**-52 if moved else 1.0

    class Seeded(numpy.random.RandomState):
        def __init__(self, seed: object = 0) -> None:
            super().__init__(seed)  # type: ignore[arg-type]

        def randn(self, *shape: int) -> object:
            return super().randn(*shape) * factor

    numpy.random.RandomState = Seeded  # type: ignore[misc]
    numpy.random.seed(0)
    randn = numpy.random.randn
    numpy.random.randn = lambda *shape: randn(*shape) * factor


def inside(package: str, job: str, *arguments: str) -> None:
    """One test file, or one example with a seed and without windows."""
    import matplotlib

    matplotlib.use("Agg")
    if job != "tests":
        seed(job == "moved")
    if package == "autograd_lite":
        alias()
    if job == "tests":
        import pytest

        file, report = arguments
        options = ["-c", os.devnull, "--rootdir", ".", "-p", "no:cacheprovider", "-q", f"--junitxml={report}"]
        sys.exit(pytest.main([file, *options]))
    import runpy

    sys.path.insert(0, str(Path(arguments[0]).parent))
    runpy.run_path(arguments[0], run_name="__main__")


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
    start = time.perf_counter()
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, timeout=limit, capture_output=True, text=True, check=False
        )
        return Output(done.stdout, done.stderr, time.perf_counter() - start, False)
    except subprocess.TimeoutExpired as error:
        parts = [part.decode() if isinstance(part, bytes) else part or "" for part in (error.stdout, error.stderr)]
        return Output(parts[0], parts[1], limit, True)


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


def parting(a: Output, b: Output) -> tuple[int, int]:
    """The place, from 0, of the first number in which two outputs differ, and how many numbers both have."""
    expected, found = numbers(a.text), numbers(b.text)
    late = a.late or b.late
    both = max(min(len(expected), len(found)) - late, 0)  # the last number may be cut off
    for k, (x, y) in enumerate(zip(expected[:both], found, strict=False)):
        if not (x == y or abs(x - y) <= 1e-6 + 1e-5 * abs(x) or (x != x and y != y)):
            return k, both
    return (both if late or len(expected) == len(found) else both - 1), both


def compared(theirs: Output, ours: Output, moved: Callable[[], Output]) -> str:
    """Whether an example printed the same numbers, as far as both came, or as far as anybody can."""
    for who, output in (("HIPS autograd", theirs), ("ours", ours)):
        if output.error:
            return f"{who} fails: {output.error}"
    same, both = parting(theirs, ours)
    if same < both:
        themselves, _ = parting(theirs, moved())
        if same >= themselves:
            return f"same {same} numbers; HIPS autograd itself, started one rounding away, keeps {themselves}"
        return f"number {same + 1} of {both} differs; HIPS autograd, started one rounding away, keeps {themselves}"
    if theirs.late or ours.late:
        return f"same {both} numbers until interrupted" if both else "interrupted before the first number"
    return f"same {both} numbers" if both else "runs, prints no numbers"


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
    print(f"{'all':28}{total[0]:8}{total[1]:8}{total[2]:5}{total[3]:13}\n")
    for name, test in failed:
        print(f"{name}::{test.name}: {EXPECTED.get(test.name) or test.outcome[:200]}")
    return all(test.name in EXPECTED for _, test in failed) and (bool(only) or total[0] >= PASSED)


def show_examples(source: Path, only: str, limit: float, workers: int) -> None:
    folder = source / "examples"
    random_digits(folder / "data")
    library = ("__init__.py", "data.py", "data_mnist.py")
    files = [f for f in sorted(folder.rglob("*.py")) if f.name not in library and only in f.name]

    def both(file: Path) -> tuple[str, float, float]:
        theirs, ours = (run(package, "example", folder, [str(file)], limit) for package in PACKAGES)
        moved = lambda: run(PACKAGES[0], "moved", folder, [str(file)], limit)
        return compared(theirs, ours, moved), ours.seconds, theirs.seconds

    with ThreadPoolExecutor(workers) as pool:
        results = list(pool.map(both, files))
    print(f"\n{'example':40}{'seconds':>9}{'theirs':>8}")
    for file, (verdict, ours, theirs) in zip(files, results, strict=True):
        print(f"{file.name:40}{ours:9.2f}{theirs:8.2f}  {verdict[:200]}")
    same = sum(verdict.startswith(("same", "runs")) for verdict, _, _ in results)
    slow = sum(verdict.startswith("interrupted") for verdict, _, _ in results)
    print(f"{same} of {len(files)} examples print the same numbers, {slow} print none within {limit:g} seconds")


def main() -> None:
    if sys.argv[1:2] == ["inside"]:
        inside(*sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hips_suite", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--folder", type=Path, help="where to unpack HIPS autograd; a temporary folder unless given")
    parser.add_argument("--only", default="", metavar="NAME", help="part of the name of a file")
    parser.add_argument("--part", choices=("tests", "examples", "both"), default="both")
    parser.add_argument("--alone", action="store_true", help="the tests without HIPS autograd beside them")
    parser.add_argument("--limit", type=float, default=60, metavar="S", help="for one example; tests ten times")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes at once; 1 to compare times")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        source = download(options.folder or Path(scratch))
        as_expected = True
        if options.part != "examples":
            as_expected = show_tests(source, options.only, 10 * options.limit, options.workers, options.alone)
        if options.part != "tests":
            show_examples(source, options.only, options.limit, options.workers)
    if not as_expected:
        sys.exit("a test failed that should pass")


if __name__ == "__main__":
    main()
