"""HIPS autograd's own test suite and examples, run against this package: ``python -m benchmarks.hips_suite``.

It downloads the source distribution of HIPS autograd (with pip, into ``--folder`` or a temporary one), and runs its
tests and its examples twice, each in a process of its own: with HIPS autograd, and with the name ``autograd`` meaning
``autograd_lite``.  Nothing of theirs is part of this repository.  It prints the tests passed and failed of every file,
the reason of each failure, whether every example prints the same numbers, and the times side by side.

The alias is the whole migration.  Four modules of internals have no counterpart here (``autograd.core``, ``.tracer``,
``.util``, ``.wrap_util``): what tests and examples take from them and is public elsewhere is handed to them; what is
public nowhere fails, with that as its reason.  Examples that need MNIST get random images of the same format.
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
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import NamedTuple
from xml.etree import ElementTree

VERSION = "1.9.1"
PACKAGES = ("autograd", "autograd_lite")
INTERNALS = {
    "core": {"vspace": "extend", "primitive": "extend", "rules": "sweeps"},
    "tracer": {"primitive": "extend", "notrace_primitive": "extend"},
    "util": {},
    "wrap_util": {"unary_to_nary": "differential_operators"},
}
PUBLIC = ("builtins", "differential_operators", "extend", "misc", "numpy", "scipy", "test_util")
NUMBER = re.compile(r"(?<!\w)[-+]?(?:(?:\d+\.\d*|\.\d+|\d+)(?:e[-+]?\d+)?|nan\b|inf\b)", re.IGNORECASE)


# In the process of a test or an example


def alias() -> None:
    """Let the name ``autograd`` and all its submodules mean ``autograd_lite``."""
    import autograd_lite

    sys.modules["autograd"] = autograd_lite
    for found in pkgutil.walk_packages(autograd_lite.__path__, "autograd_lite."):
        if found.name.split(".")[1] in PUBLIC:
            name = found.name.replace("autograd_lite", "autograd", 1)
            sys.modules[name] = importlib.import_module(found.name)
    for name, public in INTERNALS.items():
        module = ModuleType(f"autograd.{name}")
        for attribute, where in public.items():
            setattr(module, attribute, getattr(importlib.import_module(f"autograd_lite.{where}"), attribute))
        sys.modules[module.__name__] = module
    sys.modules["autograd.core"].primitive_vjps = sys.modules["autograd.core"].rules  # type: ignore[attr-defined]
    sys.modules["autograd.core"].make_vjp = lambda f, x: autograd_lite.make_vjp(f)(x)  # type: ignore[attr-defined]
    sys.modules["autograd.tracer"].isbox = lambda x: type(x) is autograd_lite.Tensor  # type: ignore[attr-defined]


def inside(package: str, job: str, *arguments: str) -> None:
    """One test file, or one example with a seed and without windows."""
    import matplotlib
    import numpy

    matplotlib.use("Agg")
    if package == "autograd_lite":
        alias()
    if job == "tests":
        import pytest

        file, report = arguments
        options = ["-c", os.devnull, "--rootdir", ".", "-p", "no:cacheprovider", "-q", f"--junitxml={report}"]
        sys.exit(pytest.main([file, *options]))
    import runpy

    numpy.random.seed(0)
    sys.path.insert(0, str(Path(arguments[0]).parent))
    runpy.run_path(arguments[0], run_name="__main__")


# In the process that asks


class Test(NamedTuple):
    name: str
    outcome: str  # "passed", "skipped" or the reason why it failed


class Report(NamedTuple):
    tests: list[Test]
    seconds: float


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


def run(package: str, job: str, folder: Path, arguments: Sequence[str], limit: float) -> tuple[str, str, float, bool]:
    """Output, errors and seconds of a process, and whether it was interrupted."""
    command = [sys.executable, "-u", "-W", "ignore", __file__, "inside", package, job, *arguments]
    root = str(Path(__file__).parent.parent)
    paths = {"PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}
    environment = {**os.environ, **paths, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    start = time.perf_counter()
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, timeout=limit, capture_output=True, text=True, check=False
        )
        return done.stdout, done.stderr, time.perf_counter() - start, False
    except subprocess.TimeoutExpired as error:
        parts = [part.decode() if isinstance(part, bytes) else part or "" for part in (error.stdout, error.stderr)]
        return parts[0], parts[1], limit, True


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


def compared(theirs: tuple[str, str, float, bool], ours: tuple[str, str, float, bool]) -> str:
    """Whether an example printed the same numbers, as far as both came."""
    for who, (_, errors, _, late) in (("HIPS autograd", theirs), ("ours", ours)):
        if "Traceback" in errors and not late:
            return f"{who} fails: {errors.strip().splitlines()[-1]}"
    expected, found = numbers(theirs[0]), numbers(ours[0])
    both = min(len(expected), len(found)) - (theirs[3] or ours[3])  # the last number may be cut off
    if not (theirs[3] or ours[3]) and len(expected) != len(found):
        return f"prints {len(found)} numbers instead of {len(expected)}"
    for k, (a, b) in enumerate(zip(expected[: max(both, 0)], found, strict=False)):
        if not (a == b or abs(a - b) <= 1e-6 + 1e-5 * abs(a) or (a != a and b != b)):
            return f"number {k + 1} of {len(expected)} is {b} instead of {a}"
    if theirs[3] or ours[3]:
        return f"same {both} numbers until interrupted" if both > 0 else "interrupted before the first number"
    return f"same {both} numbers" if both else "runs, prints no numbers"


def show_tests(source: Path, only: str, limit: float, workers: int) -> None:
    files = [file for file in sorted((source / "tests").glob("test_*.py")) if only in file.name]
    jobs = [(package, file, limit) for file in files for package in PACKAGES]
    with ThreadPoolExecutor(workers) as pool:
        reports = list(pool.map(lambda job: tested(*job), jobs))
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
        print(f"{name}::{test.name}: {test.outcome[:200]}")


def show_examples(source: Path, only: str, limit: float, workers: int) -> None:
    folder = source / "examples"
    random_digits(folder / "data")
    library = ("__init__.py", "data.py", "data_mnist.py")
    files = [f for f in sorted(folder.rglob("*.py")) if f.name not in library and only in f.name]

    def both(file: Path) -> tuple[str, float, float]:
        theirs, ours = (run(package, "example", folder, [str(file)], limit) for package in PACKAGES)
        return compared(theirs, ours), ours[2], theirs[2]

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
    parser.add_argument("--limit", type=float, default=60, metavar="S", help="for one example; tests ten times")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes at once; 1 to compare times")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        source = download(options.folder or Path(scratch))
        if options.part != "examples":
            show_tests(source, options.only, 10 * options.limit, options.workers)
        if options.part != "tests":
            show_examples(source, options.only, options.limit, options.workers)


if __name__ == "__main__":
    main()
