"""The partial derivatives of the functions of scipy.special, as formulas like those of ``formulas.py``.

An empty formula stands where there is no closed one.
"""

from __future__ import annotations

__all__ = ["PARTIALS"]


def _by_order(sign: str, name: str, rest: str = "", before: str = "") -> tuple[str, str]:
    """(f(n − 1, x) ± f(n + 1, x))/2 of a Bessel function."""
    return "", f"{before}({name}({{0}} − 1, {{1}}) {sign} {name}({{0}} + 1, {{1}}))/2{rest}"


_DENSITY = "exp(−{0}²/2)/√(2π)"

PARTIALS: dict[str, tuple[str, ...]] = {
    # error functions
    "erf": ("2/√π·exp(−{0}²)",),
    "erfc": ("−2/√π·exp(−{0}²)",),
    "erfcx": ("2{0}·{out} − 2/√π",),
    "erfi": ("2/√π·exp({0}²)",),
    "erfinv": ("√π/2·exp({out}²)",),
    "erfcinv": ("−√π/2·exp({out}²)",),
    "dawsn": ("1 − 2{0}·{out}",),
    "ndtr": (_DENSITY,),
    "log_ndtr": ("exp(−{0}²/2 − {out})/√(2π)",),
    "ndtri": ("√(2π)·exp({out}²/2)",),
    # gamma and beta
    "gamma": ("{out}·ψ({0})",),
    "gammaln": ("ψ({0})",),
    "loggamma": ("ψ({0})",),
    "rgamma": ("−{out}·ψ({0})",),
    "psi": ("ζ(2, {0})",),
    "_zeta": ("", "−{0}·ζ({0} + 1, {1})"),
    "poch": ("{out}·(ψ({0} + {1}) − ψ({0}))", "{out}·ψ({0} + {1})"),
    "beta": ("{out}·(ψ({0}) − ψ({0} + {1}))", "{out}·(ψ({1}) − ψ({0} + {1}))"),
    "betaln": ("ψ({0}) − ψ({0} + {1})", "ψ({1}) − ψ({0} + {1})"),
    "gammainc": ("", "{1}^({0} − 1)·exp(−{1})/gamma({0})"),
    "gammaincc": ("", "−{1}^({0} − 1)·exp(−{1})/gamma({0})"),
    "betainc": ("", "", "{2}^({0} − 1)·(1 − {2})^({1} − 1)/beta({0}, {1})"),
    "stdtr": ("", "(1 + {1}²/{0})^(−({0} + 1)/2)/(√{0}·beta(1/2, {0}/2))"),
    # logistic, logarithms, entropy
    "expit": ("{out}·(1 − {out})",),
    "logit": ("1/({0}·(1 − {0}))",),
    "log_expit": ("1/(1 + exp({0}))",),
    "xlogy": ("log({1})", "{0}/{1}"),
    "xlog1py": ("log(1 + {1})", "{0}/(1 + {1})"),
    "entr": ("−log({0}) − 1",),
    "rel_entr": ("log({0}/{1}) + 1", "−{0}/{1}"),
    "kl_div": ("log({0}/{1})", "1 − {0}/{1}"),
    "cosm1": ("−sin({0})",),
    "exp10": ("{out}·log 10",),
    # exponential and elliptic integrals
    "expi": ("exp({0})/{0}",),
    "exp1": ("−exp(−{0})/{0}",),
    "ellipk": ("(ellipe({0})/(1 − {0}) − {out})/(2{0})",),
    "ellipe": ("({out} − ellipk({0}))/(2{0})",),
    # Bessel functions
    "j0": ("−j1({0})",),
    "j1": ("(j0({0}) − jv(2, {0}))/2",),
    "y0": ("−y1({0})",),
    "y1": ("(y0({0}) − yv(2, {0}))/2",),
    "i0": ("i1({0})",),
    "i1": ("(i0({0}) + iv(2, {0}))/2",),
    "k0": ("−k1({0})",),
    "k1": ("−(k0({0}) + kv(2, {0}))/2",),
    "i0e": ("i1e({0}) − sign({0})·{out}",),
    "i1e": ("(i0e({0}) + ive(2, {0}))/2 − sign({0})·{out}",),
    "k0e": ("{out} − k1e({0})",),
    "k1e": ("{out} − (k0e({0}) + kve(2, {0}))/2",),
    "jv": _by_order("−", "jv"),
    "yv": _by_order("−", "yv"),
    "yn": _by_order("−", "yn"),
    "iv": _by_order("+", "iv"),
    "ive": _by_order("+", "ive", " − sign({1})·{out}"),
    "kv": _by_order("+", "kv", before="−"),
    "kve": _by_order("+", "kve", before="{out} − "),
    "kn": ("", "−(kn(|{0} − 1|, {1}) + kn({0} + 1, {1}))/2"),
}
