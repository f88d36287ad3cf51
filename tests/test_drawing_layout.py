"""The layout program: the order in which it is looked for, and what is said when it is missing or fails."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

import pytest
from drawing_examples import swept_root

from autograd_lite.drawing import LayoutError, LayoutNotFound, dot, layout, svg


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """No variable, no package, an empty PATH."""
    monkeypatch.delenv(layout.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))

    def not_installed(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "files", not_installed)
    return monkeypatch


def program(path: Path, script: str = "pass") -> Path:
    """An executable that runs this Python."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{sys.executable}\nimport sys, time\n{script}\n")
    path.chmod(0o755)
    return path


def install(monkeypatch, root: Path, name: str) -> Path:
    """A package graphviz-pure whose record lists an executable outside of site-packages, as pip writes it."""
    executable = program(root / "bin" / name)
    site = root / "lib" / "site-packages"
    info = site / "graphviz_pure-0.2.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: graphviz-pure\nVersion: 0.2.2\n")
    (info / "RECORD").write_text(f"../../bin/{name},,\ngraphviz_pure-0.2.2.dist-info/METADATA,,\n")
    found = metadata.PathDistribution(info)
    monkeypatch.setattr(metadata, "files", lambda package: {"graphviz-pure": found.files}[package])
    return executable


def test_the_variable_comes_first(bare, tmp_path):
    install(bare, tmp_path, "graphviz-pure")
    mine = program(tmp_path / "mine")
    bare.setenv(layout.VARIABLE, str(mine))
    assert layout.find() == mine


@pytest.mark.parametrize("name", ["graphviz-pure", "graphviz-pure.exe"])
def test_then_the_installed_package_also_when_it_is_not_on_path(bare, tmp_path, name):
    installed = install(bare, tmp_path, name)
    program(tmp_path / "path" / "dot")
    bare.setenv("PATH", str(tmp_path / "path"))
    assert layout.find() == installed.resolve()


def test_then_dot_on_path(bare, tmp_path):
    dot_program = program(tmp_path / "path" / "dot")
    bare.setenv("PATH", str(tmp_path / "path"))
    assert layout.find() == dot_program


def test_a_package_whose_program_is_gone_is_passed_over(bare, tmp_path):
    install(bare, tmp_path, "graphviz-pure").unlink()
    dot_program = program(tmp_path / "path" / "dot")
    bare.setenv("PATH", str(tmp_path / "path"))
    assert layout.find() == dot_program


def test_without_a_program_the_error_names_the_command_and_dot_text_needs_none(bare):
    with pytest.raises(LayoutNotFound, match=r'pip install "autograd-lite\[svg\]"'):
        svg(swept_root())
    assert dot(swept_root()).startswith("digraph")


def test_a_variable_that_names_nothing_is_an_error(bare, tmp_path):
    bare.setenv(layout.VARIABLE, str(tmp_path / "none"))
    with pytest.raises(LayoutNotFound, match=r"AUTOGRAD_LITE_DOT is set to .*none', which is no program"):
        layout.find()


def test_the_package_of_this_environment_is_found(monkeypatch):
    monkeypatch.delenv(layout.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", "")
    assert layout.find().stem == "graphviz-pure" and svg(swept_root()).startswith("<svg")


def test_what_a_failing_program_says_is_passed_on(bare, tmp_path):
    broken = program(tmp_path / "broken", "print('out of ink', file=sys.stderr); sys.exit(3)")
    bare.setenv(layout.VARIABLE, str(broken))
    with pytest.raises(LayoutError, match="broken failed with status 3: out of ink"):
        layout.run("digraph {}", "svg")


def test_a_program_that_says_nothing_failed(bare, tmp_path):
    bare.setenv(layout.VARIABLE, str(program(tmp_path / "silent")))
    with pytest.raises(LayoutError, match="silent failed with status 0: it said nothing"):
        layout.run("digraph {}", "svg")


def test_a_program_that_does_not_end_is_stopped(bare, tmp_path):
    bare.setenv(layout.VARIABLE, str(program(tmp_path / "slow", "time.sleep(60)")))
    bare.setattr(layout, "SECONDS", 0.2)
    with pytest.raises(LayoutError, match=r"slow did not finish within 0.2 s: draw less, with level='layers'"):
        layout.run("digraph {}", "svg")


def test_a_program_that_cannot_be_run_is_named(bare, tmp_path):
    no_program = tmp_path / "text"
    no_program.write_bytes(b"\x7fELF")
    no_program.chmod(0o755)
    bare.setenv(layout.VARIABLE, str(no_program))
    with pytest.raises(LayoutError, match="text could not be run"):
        layout.run("digraph {}", "svg")


def test_the_program_gets_the_text_and_the_format_and_no_shell(bare, tmp_path):
    script = "text = sys.stdin.buffer.read(); print(sys.argv[1:], len(text))"
    bare.setenv(layout.VARIABLE, str(program(tmp_path / "a program; ls", script)))
    assert layout.run("digraph { é }", "png", "-Gdpi=192").decode().strip() == "['-Kdot', '-Tpng', '-Gdpi=192'] 14"


def test_the_program_is_described_with_the_version_of_the_package(bare, tmp_path):
    mine = program(tmp_path / "mine")
    bare.setenv(layout.VARIABLE, str(mine))
    assert layout.described() == "mine"
    bare.delenv(layout.VARIABLE)
    install(bare, tmp_path, "graphviz-pure")
    bare.setattr(metadata, "version", {"graphviz-pure": "0.2.2"}.__getitem__)
    assert layout.described() == "graphviz-pure 0.2.2"
