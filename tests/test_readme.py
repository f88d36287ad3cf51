"""The README says what is true: its code runs, its tables come out, its links and commands exist."""

import contextlib
import doctest
import io
import re
from pathlib import Path

import matplotlib
import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.S)


@pytest.fixture(scope="module")
def namespace():
    """The names that the blocks of code define one after the other."""
    matplotlib.use("agg")
    names: dict[str, object] = {}
    with contextlib.redirect_stderr(io.StringIO()):
        for block in BLOCKS:
            if ">>>" not in block:
                exec(compile(block, "README.md", "exec"), names)
    return names


def test_the_code_runs_and_says_what_its_comments_say(namespace):
    f, ag = namespace["f"], namespace["ag"]
    claims = re.findall(r"^(ag\.\S+.*?|x\.grad)\s+# ([0-9.]+)", "\n".join(BLOCKS), flags=re.M)
    assert len(claims) >= 3
    for code, value in claims:
        assert eval(code, dict(namespace)) == pytest.approx(float(value), rel=1e-12), code
    assert ag.grad(f)(0.5) == pytest.approx(0.9220503968758447, rel=1e-12)


def test_the_sessions_come_out(namespace):
    runner = doctest.DocTestRunner()
    sessions = [block for block in BLOCKS if ">>>" in block]
    for block in sessions:
        runner.run(doctest.DocTestParser().get_doctest(block, dict(namespace), "README.md", "README.md", 0))
    assert sessions and runner.summarize(verbose=False).failed == 0


def test_the_network_of_the_readme_learns(namespace):
    X, y, model = namespace["X"], namespace["y"], namespace["model"]
    assert namespace["nn"].accuracy(y[1500:], model(X[1500:] / 16)) > 0.9


def test_links_lead_somewhere():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_commands_that_ci_runs_are_there():
    for name in ("demo", "tests"):
        assert re.search(rf"^<!-- {name} -->\n```sh\npython3 -m venv .+\n```$", README, flags=re.M)
