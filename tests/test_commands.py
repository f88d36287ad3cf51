"""The command line, as a person meets it: what it prints, what it writes, and with which status it ends."""

import io
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from autograd_lite.__main__ import main
from autograd_lite.commands import Terminal, derive


def run(capsys, *arguments):
    status = main(arguments)
    out, err = capsys.readouterr()
    return status, out, err


def test_derive_prints_the_table_of_the_notes(capsys):
    status, out, err = run(capsys, "derive", "sqrt(x**2 + exp(x**2))", "--at", "x=1")
    assert (status, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert out.splitlines()[0] == "d = sqrt(x**2 + exp(x**2))   at x = 1"
    assert lines[2][:3] == ["var", "definition", "value"]
    assert lines[4:9] == [
        ["x", "input", "1.0000", "1.0000", "1.9283"],
        ["a", "x**2", "1.0000", "2.0000", "0.9641"],
        ["b", "exp(a)", "2.7183", "5.4366", "0.2593"],
        ["c", "a", "+", "b", "3.7183", "7.4366", "0.2593"],
        ["d", "sqrt(c)", "1.9283", "1.9283", "1.0000"],
    ]
    assert re.search(r"dd/dx +forward 1\.9283 +reverse 1\.9283 +central difference 1\.9283", out)


def test_derive_by_several_variables(capsys):
    status, out, _ = run(capsys, "derive", "x*y + sin(x)/y", "--at", "x=1", "y=pi/4")
    assert status == 0
    assert re.search(r"dd/dx +forward 1\.4733 +reverse 1\.4733", out)
    assert re.search(r"dd/dy +forward -0\.3641 +reverse -0\.3641", out)


def test_pictures_are_written(capsys, tmp_path):
    for name in ("out.svg", "out.gv", "out.png"):
        status, out, _ = run(capsys, "derive", "exp(x)*y", "--at", "x=1", "y=2", "--svg", str(tmp_path / name))
        assert status == 0 and name in out
    assert ElementTree.parse(tmp_path / "out.svg").getroot().tag.endswith("svg")
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")
    assert "digraph" in (tmp_path / "out.gv").read_text()


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["sqrt(x", "--at", "x=1"], r"never closed\n  sqrt\(x\n      \^"),
        (["foo(x)", "--at", "x=1"], "unknown function"),
        (["x**2"], "give a value for x: --at x=1"),
        (["x**2", "--at", "y=1"], "give x=1"),
        (["x**2", "--at", "x=y"], "must be a number"),
        (["x**2", "--at", "x"], "give x=1"),
        (["x**2", "--at", "x=foo(1)"], "unknown function"),
        (["2 + 2"], "no variable"),
        (["log(x)", "--at", "x=-1"], r"a = log\(x\) is nan at x = -1"),
        (["x**2", "--at", "x=1", "--svg", "nowhere/at/all.svg"], "no picture"),
        (["x**2", "--at", "x=1", "--svg", "out.docx"], "no picture.*docx"),
    ],
)
def test_bad_input_ends_with_status_2(capsys, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    status, _, err = run(capsys, "derive", *arguments)
    assert status == 2 and err.startswith("error: ")
    assert re.search(message, err)


def test_a_point_without_derivative_ends_with_status_1(capsys):
    status, out, _ = run(capsys, "derive", "sqrt(x)", "--at", "x=0")
    assert status == 1 and "no finite derivative" in out


def test_without_unicode_it_is_ascii_and_without_color_plain():
    class Stream(io.StringIO):
        encoding = "ascii"

    stream = Stream()
    assert derive(Terminal(stream, color=False), "x**2", ["x=3"]) == 0
    assert stream.getvalue().isascii() and "\x1b" not in stream.getvalue()
    colored = io.StringIO()
    derive(Terminal(colored, color=True), "x**2", ["x=3"])
    assert "\x1b[" in colored.getvalue()
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored.getvalue()) == stream.getvalue()


def test_color_follows_the_terminal_and_no_color(monkeypatch):
    class Tty(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert Terminal(Tty()).color and not Terminal(io.StringIO()).color
    monkeypatch.setenv("NO_COLOR", "1")
    assert not Terminal(Tty()).color


def test_the_demo_from_a_process_of_its_own(tmp_path):
    """The main job: derivatives agree, the digits are learnt, three pictures are there."""
    done = subprocess.run(
        [sys.executable, "-m", "autograd_lite", "demo"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "MPLBACKEND": "agg", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    accuracy = re.search(r"test accuracy ([0-9.]+)%", done.stdout)
    assert accuracy is not None and float(accuracy[1]) >= 96.0
    for name in ("graph.svg", "training.svg", "network.svg"):
        assert name in done.stdout
        assert ElementTree.parse(tmp_path / name).getroot().tag.endswith("svg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["graph.svg", "network.svg", "training.svg"]
