"""Nested lists, tuples, dicts and dataclasses of arrays: taken apart and rebuilt."""

from collections import OrderedDict, namedtuple
from dataclasses import dataclass, field

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.trees import flatten, map_tree, names

Pair = namedtuple("Pair", "first second")


@dataclass(frozen=True)
class Layer:
    weights: np.ndarray
    activation: object = np.tanh
    bias: bool = True
    size: int = field(default=3, metadata={"static": True})

    def __post_init__(self):
        assert isinstance(self.weights, np.ndarray), "rebuilding must not construct anew"


TREES = [
    3.0,
    np.ones(2),
    [1.0, [2.0, 3.0]],
    (1.0, Pair(2.0, (3.0,))),
    {"b": 1.0, "a": {"c": 2.0}},
    OrderedDict(z=1.0, y=[2.0]),
    [None, "text", np.sin, 1.0, True],
    [],
    {"layers": [Layer(np.ones(2)), Layer(np.zeros(3))]},
]


@pytest.mark.parametrize("tree", TREES, ids=lambda t: str(t)[:30])
def test_rebuilding_with_the_same_leaves_gives_the_same_tree(tree):
    leaves, rebuild = flatten(tree)
    again = rebuild(leaves)
    assert type(again) is type(tree)
    assert str(again) == str(tree)
    assert len(names(tree)) == len(leaves)


def test_frozen_dataclasses_hold_tensors_in_between():
    layer = Layer(np.ones(2))
    new = map_tree(ag.Tensor, layer)
    assert type(new.weights) is ag.Tensor and new.activation is np.tanh and new.bias is True and new.size == 3
    assert type(layer.weights) is np.ndarray


def test_names_are_the_expressions_that_select():
    tree = {"p": [1.0, Pair(2.0, 3.0)], "layer": Layer(np.ones(1))}
    found = names(tree, "tree")
    assert found == ["tree['p'][0]", "tree['p'][1].first", "tree['p'][1].second", "tree['layer'].weights"]


def test_trees_of_different_structure():
    with pytest.raises(ValueError, match="2 leaves and 1"):
        map_tree(lambda a, b: a, [1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="2 leaves, but 3"):
        flatten([1.0, 2.0])[1]([1, 2, 3])
