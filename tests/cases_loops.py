"""The table of cases, continued: loops and checkpoints."""

import numpy as np
from table import C, P, R, case

import autograd_lite as ag
from autograd_lite.checkpoints import recompute
from autograd_lite.scanning.loops import scan_loop


def rotating(c, x):
    return np.sin(c) * x, c * x


def ratio(c, x):
    return (c / (1 + x * x), c + x)


case(scan_loop, "numbers",     lambda c, x: ag.scan(rotating, c, x)[0],                                 R(),    R(4))
case(scan_loop, "vectors",     lambda c, x: ag.scan(rotating, c, x)[0],                                 R(2),   R(3, 2))
case(scan_loop, "ys",          lambda c, x: ag.scan(ratio, c, x)[1],                                    R(2),   R(3, 2))
case(scan_loop, "reverse",     lambda c, x: ag.scan(ratio, c, x, reverse=True)[1],                      R(2),   R(3, 2))
case(scan_loop, "complex",     lambda c, x: ag.scan(rotating, c, x)[0],                                 C(2),   C(3, 2))
case(scan_loop, "closure",     lambda w: ag.scan(lambda c, x: (np.sin(c * w), c @ w), w, length=3)[1],  R(3))
case(scan_loop, "empty",       lambda c, x: ag.scan(ratio, c, x)[1],                                    R(2),   R(0, 2))
case(scan_loop, "checkpoint",  lambda c, x: ag.scan(ratio, c, x, checkpoint=True)[1],                   R(2),   R(5, 2))
case(scan_loop, "slots",       lambda c: ag.checkpoint_loop(lambda c: np.sin(c) * 1.5, c, 7, 2),        P(2))
case(scan_loop, "branches",    lambda c, x: ag.scan(lambda c, x: (c * x if x > 0 else c - x, c), c, x)[1],
     P(2), [0.5, -1.0, 2.0])  # fmt: skip
case(recompute, "numbers",     ag.checkpoint(lambda x, y: np.sin(x) / y),                               R(),    P())
case(recompute, "stretched",   ag.checkpoint(lambda x, y: np.sin(x) / y),                               R(2, 1), P(3))
case(recompute, "complex",     ag.checkpoint(lambda x: np.exp(x) * x),                                  C(2))
case(recompute, "closure",     lambda x: ag.checkpoint(lambda y: np.sin(y) * x)(x * x),                 R(3))
