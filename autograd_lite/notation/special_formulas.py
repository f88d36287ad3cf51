"""The partial derivatives of the functions of scipy.special, as formulas like those of ``formulas.py``.

An empty formula stands where there is no closed one.
"""

from __future__ import annotations

__all__ = ["PARTIALS"]


def _by_order(sign: str, name: str, rest: str = "", before: str = "") -> tuple[str, str]:
    """(f(n − 1, x) ± f(n + 1, x))/2 of a Bessel function."""
    return "", f"{before}({name}({{0}} − 1, {{1}}) {sign} {name}({{0}} + 1, {{1}}))/2{rest}"


_DENSITY = "exp(−{0}²/2)/√(2π)"
_OF_GAMMA = "{1}^({0} − 1)·exp(−{1})/gamma({0})"
_OF_BETA = "{2}^({0} − 1)·(1 − {2})^({1} − 1)/beta({0}, {1})"

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
    "gammainc": ("", _OF_GAMMA),
    "gammaincc": ("", f"−{_OF_GAMMA}"),
    "betainc": ("", "", _OF_BETA),
    "stdtr": ("", "(1 + {1}²/{0})^(−({0} + 1)/2)/(√{0}·beta(1/2, {0}/2))"),
    "gammaincinv": ("", "gamma({0})·exp({out})/{out}^({0} − 1)"),
    "gammainccinv": ("", "−gamma({0})·exp({out})/{out}^({0} − 1)"),
    "chdtr": ("", "({1}/2)^({0}/2 − 1)·exp(−{1}/2)/(2gamma({0}/2))"),
    "chdtrc": ("", "−({1}/2)^({0}/2 − 1)·exp(−{1}/2)/(2gamma({0}/2))"),
    "pdtr": ("", "−{1}^{0}·exp(−{1})/gamma({0} + 1)"),
    "pdtrc": ("", "{1}^{0}·exp(−{1})/gamma({0} + 1)"),
    "betaincc": ("", "", f"−{_OF_BETA}"),
    "betaincinv": ("", "", "beta({0}, {1})/({out}^({0} − 1)·(1 − {out})^({1} − 1))"),
    "betainccinv": ("", "", "−beta({0}, {1})/({out}^({0} − 1)·(1 − {out})^({1} − 1))"),
    "nbdtr": ("", "", "{2}^({1} − 1)·(1 − {2})^{0}/beta({1}, {0} + 1)"),
    "stdtrit": ("", "√{0}·beta(1/2, {0}/2)·(1 + {out}²/{0})^(({0} + 1)/2)"),
    "ndtri_exp": ("√(2π)·exp({0} + {out}²/2)",),
    "binom": ("{out}·(ψ({0} + 1) − ψ({0} − {1} + 1))", "{out}·(ψ({0} − {1} + 1) − ψ({1} + 1))"),
    # power transforms and losses
    "boxcox": ("{0}^({1} − 1)", "(({1}·{out} + 1)·log({0}) − {out})/{1}"),
    "boxcox1p": ("(1 + {0})^({1} − 1)", "(({1}·{out} + 1)·log(1 + {0}) − {out})/{1}"),
    "inv_boxcox": ("{out}^(1 − {1})", ""),
    "inv_boxcox1p": ("(1 + {out})^(1 − {1})", ""),
    "powm1": ("{1}·{0}^({1} − 1)", "({out} + 1)·log({0})"),
    "exprel": ("(exp({0}) − {out})/{0}",),
    "huber": ("|{1}| − {0}", "{0}·sign({1})"),
    "pseudo_huber": ("2{out}/{0} − {1}²/√({0}² + {1}²)", "{0}·{1}/√({0}² + {1}²)"),
    # in degrees
    "sindg": ("π/180·cosdg({0})",),
    "cosdg": ("−π/180·sindg({0})",),
    "tandg": ("π/180·(1 + {out}²)",),
    "cotdg": ("−π/180·(1 + {out}²)",),
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
    "expn": ("", "−expn({0} − 1, {1})"),
    "ellipkm1": ("({out} − ellipe(1 − {0})/{0})/(2·(1 − {0}))",),
    "ellipkinc": ("1/√(1 − {1}·sin({0})²)", ""),
    "ellipeinc": ("√(1 − {1}·sin({0})²)", "({out} − ellipkinc({0}, {1}))/(2{1})"),
    "spence": ("log({0})/(1 − {0})",),
    "wofz": ("2i/√π − 2{0}·{out}",),
    "owens_t": ("", "exp(−{0}²·(1 + {1}²)/2)/(2π·(1 + {1}²))"),
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
    "hankel1": _by_order("−", "hankel1"),
    "hankel2": _by_order("−", "hankel2"),
    "hankel1e": _by_order("−", "hankel1e", " − i·{out}"),
    "hankel2e": _by_order("−", "hankel2e", " + i·{out}"),
    "struve": ("", "struve({0} − 1, {1}) − {0}·{out}/{1}"),
    "modstruve": ("", "modstruve({0} − 1, {1}) − {0}·{out}/{1}"),
    "kn": ("", "−(kn(|{0} − 1|, {1}) + kn({0} + 1, {1}))/2"),
    # hypergeometric functions and orthogonal polynomials
    "hyp0f1": ("", "hyp0f1({0} + 1, {1})/{0}"),
    "hyp1f1": ("", "", "{0}/{1}·hyp1f1({0} + 1, {1} + 1, {2})"),
    "hyperu": ("", "", "−{0}·hyperu({0} + 1, {1} + 1, {2})"),
    "hyp2f1": ("", "", "", "{0}·{1}/{2}·hyp2f1({0} + 1, {1} + 1, {2} + 1, {3})"),
    "eval_legendre": ("", "({0} + 1)/2·eval_jacobi({0} − 1, 1, 1, {1})"),
    "eval_jacobi": ("", "", "", "({0} + {1} + {2} + 1)/2·eval_jacobi({0} − 1, {1} + 1, {2} + 1, {3})"),
    "eval_gegenbauer": ("", "", "2·{1}·eval_gegenbauer({0} − 1, {1} + 1, {2})"),
    "eval_chebyt": ("", "{0}·eval_chebyu({0} − 1, {1})"),
    "eval_chebyu": ("", "2·eval_gegenbauer({0} − 1, 2, {1})"),
    "eval_laguerre": ("", "−eval_genlaguerre({0} − 1, 1, {1})"),
    "eval_genlaguerre": ("", "", "−eval_genlaguerre({0} − 1, {1} + 1, {2})"),
    "eval_hermite": ("", "2·{0}·eval_hermite({0} − 1, {1})"),
    "eval_hermitenorm": ("", "{0}·eval_hermitenorm({0} − 1, {1})"),
}
