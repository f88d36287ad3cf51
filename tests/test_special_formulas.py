"""Every function of scipy.special that has a rule has a formula for its partials, and it is the right one."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import scipy.special as sp

import autograd_lite as ag
from autograd_lite.kinds import Constant
from autograd_lite.notation.formulas import partial_formula
from autograd_lite.notation.special_formulas import PARTIALS
from autograd_lite.rules import special as loaded
from autograd_lite.sweeps import rules

FUNCTIONS = [
    f for f, rule in rules.items()
    if isinstance(f, np.ufunc) and f.nout == 1 and f is not getattr(np, f.__name__, None) and type(rule) is not Constant
]
POINTS = {"jv": (2.0, 1.3), "erfinv": (0.3,), "betainc": (1.5, 2.5, 0.3), "ellipk": (0.3,), "ellipe": (0.3,),
          "hyp2f1": (0.5, 1.5, 2.5, 0.3), "eval_jacobi": (3.0, 0.5, 1.5, 0.3), "betaincc": (1.5, 2.5, 0.3),
          "betaincinv": (1.5, 2.5, 0.3), "betainccinv": (1.5, 2.5, 0.3),
          "ndtri_exp": (-0.7,), "gammaincinv": (1.3, 0.4), "gammainccinv": (1.3, 0.4),
          "stdtrit": (2.5, 0.8), "expn": (2, 0.8), "ellipkm1": (0.3,), "spence": (0.3,), "eval_hermite": (3, 0.4),
          "eval_hermitenorm": (3, 0.4), "nbdtr": (2, 5, 0.3), "pdtr": (2.0, 0.8), "pdtrc": (2.0, 0.8),
          "huber": (0.8, 1.3), "ellipkinc": (0.8, 0.3), "ellipeinc": (0.8, 0.3),
          "logit": (0.3,), "ndtri": (0.3,), "erfcinv": (0.3,), "_zeta": (2.5, 0.8)}  # fmt: skip
WHOLE = {"yn", "kn", "nbdtr"}  # orders that are integers


def value(text: str, known: dict[str, Any]) -> Any:
    """The value of a formula of scalars."""
    text = re.sub(r"√(\w+)", r"sqrt(\1)", text).replace("√(", "sqrt(").replace("²", "**2")
    text = re.sub(r"(?<![\w.])(\d+)(?=[a-zπ])", r"\1*", re.sub(r"log (\d+)", r"log(\1)", text))
    text = re.sub(r"\|(.*?)\|", r"abs(\1)", text).replace("·", "*").replace("−", "-").replace("^", "**")
    functions = {name: getattr(sp, name) for name in PARTIALS if hasattr(sp, name)}
    functions |= {"ψ": sp.psi, "ζ": sp.zeta, "π": np.pi, "sqrt": np.sqrt, "sign": np.sign, "abs": abs, "sin": np.sin,
                  "exp": np.exp, "log": np.log, "i": 1j}  # fmt: skip
    return eval(text, {"__builtins__": {}}, {**functions, **known})


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_the_formula_gives_what_the_rule_gives(function: Any) -> None:
    assert loaded
    name, count = function.__name__, function.nin
    point = POINTS.get(name, (0.8, 1.3, 0.4)[-count:] if count == 3 else (1.3, 0.8)[:count])
    point = (2, *point[1:]) if name in WHOLE else point
    written = PARTIALS.get(name)
    assert name in ("log1p", "expm1", "exp2", "cbrt") or (written and len(written) == count)
    for j in range(count):
        if written and not written[j]:
            continue
        graph = ag.trace(lambda t, j=j: function(*point[:j], t, *point[j + 1 :]))(point[j])
        graph.rename({graph.output.name: "z"})
        text = graph.output.partial_formula(0)
        found = value(text, {"t": point[j], "z": graph.value})
        assert found == pytest.approx(graph.output.partial(0), rel=1e-10), text


def test_a_function_of_ones_own_with_such_a_name_has_no_formula() -> None:
    def gamma(x: Any) -> Any:
        return 2 * x

    assert partial_formula(gamma, 0, (np.ones(()),), "y", lambda x: "x") == ""
    assert partial_formula(sp.gamma, 0, (np.ones(()),), "y", lambda x: "x") == "y·ψ(x)"


def test_special_functions_in_latex() -> None:
    text = ag.trace(lambda x: sp.erf(x) + sp.gamma(x) + sp.expit(x))(0.7).derivation()
    assert r"\frac{2}{\sqrt{\pi}} \, \exp(-x^{2})" in text
    assert r"\texttt" not in text
