"""``fit(..., diagnose=True)``: what is wrong with a training, where, the number that shows it, and what to do.

    data.py        before any network: scales, constant and repeated features, targets out of reach
    layers.py      adjoints that vanish or explode, units that are dead, saturated or alike, weights that explode
    learning.py    rates too high or too low, wrong costs, one answer to everything, overfitting

    probe.py       the measurements: signals, adjoints and gradients of all layers in one sweep, and the curvature
    evidence.py    all that was seen of one training;  examination.py  when it is looked at;  findings.py  the result

A finding needs a symptom and a measurement that explains it, and what it advises has been tried where it can be.
"""

from __future__ import annotations

from .findings import Diagnosis, Finding

__all__ = ["Diagnosis", "Finding"]
