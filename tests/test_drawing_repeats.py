"""What repeats is folded: layers in a row, scopes in a loop, the steps of a loop in the record itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from drawing_examples import swept_root

import autograd_lite as ag
from autograd_lite.drawing.network import compose
from autograd_lite.drawing.picture import Box, Card, Picture
from autograd_lite.worksheets import worksheet


def oscillator(x: Any, k: Any, steps: int = 20) -> Any:
    v = 1.0
    for _ in range(steps):
        a = -k * x
        v = v + 0.1 * a
        x = x + 0.1 * v
    return x


def recurrent(U: Any, W: Any, v: Any, xs: Any) -> Any:
    h = np.zeros(4)
    for i, x in enumerate(xs):
        with ag.scope(f"step {i}"):
            h = np.tanh(U @ h + W * x)
    return np.sum(v * h)


def recurrent_graph(steps: int = 8) -> Any:
    return ag.trace(recurrent)(np.eye(4) / 2, np.ones(4), np.ones(4), list(np.linspace(0.1, 1, steps))).reverse_sweep()


def cards(members: list[Card | Box]) -> list[Card]:
    return [c for m in members for c in (cards(m.members) if isinstance(m, Box) else [m])]


def boxes(picture: Picture) -> list[str]:
    return [m.label for m in picture.members if isinstance(m, Box)]


def names(picture: Picture) -> list[str]:
    return [card.name for card in cards(picture.members)]


def test_the_first_step_of_a_loop_is_drawn_and_the_others_share_a_card() -> None:
    graph = ag.trace(oscillator)(1.0, 2.0).forward_sweep(x=1.0).reverse_sweep()
    picture = compose(graph)
    assert boxes(picture) == ["1 of 20 equal steps"]
    box = next(m for m in picture.members if isinstance(m, Box))
    formulas = [card.formula for card in cards(box.members)]
    assert formulas == ["= −k", "= v1·x", "= 0.1·a", "= 1 + v2", "= 0.1·v", "= x + v3"]
    rest = next(card for card in cards(picture.members) if card.nodes)
    assert (rest.name, rest.formula, len(rest.nodes)) == ("× 19", "more such steps", 19 * 6)
    assert rest.role == "output"
    assert [row.text for row in rest.rows if row.label == "value"] == [f"{graph.value:.4f}"]
    assert "114 nodes of repeated steps folded: fold=False shows them" in picture.subtitle


def test_every_node_is_on_one_card() -> None:
    for graph in (ag.trace(oscillator)(1.0, 2.0), recurrent_graph(), recurrent_graph(20)):
        for options in ({"level": "ops"}, {"level": "layers"}, {"level": "ops", "max_nodes": 5}):
            drawn = cards(compose(graph, **options).members)
            inside = [card.nodes or (int(card.key[1:].partition("u")[0]),) for card in drawn]
            assert sorted({number for numbers in inside for number in numbers}) == [node.number for node in graph.nodes]


def test_arrows_join_cards_of_the_picture() -> None:
    for fold in (True, False):
        picture = compose(ag.trace(oscillator)(1.0, 2.0), fold=fold, max_nodes=200)
        keys = {card.key for card in cards(picture.members)}
        assert all({edge.tail, edge.head} <= keys for edge in picture.edges)


def test_a_small_graph_and_one_with_fold_false_are_drawn_whole() -> None:
    assert not boxes(compose(ag.trace(lambda x: oscillator(x, 2.0, 3))(1.0)))
    whole = compose(ag.trace(oscillator)(1.0, 2.0), fold=False, max_nodes=200)
    assert not boxes(whole) and not any(card.nodes for card in cards(whole.members))
    assert compose(swept_root()).subtitle.count("folded") == 0


def test_what_differs_is_not_folded() -> None:
    def varied(x: Any) -> Any:
        for i in range(40):
            x = (np.sin, np.cos, np.tanh, np.exp, np.arctan)[(i * i) % 5 if i % 3 else i % 5](x)
        return x

    drawn = cards(compose(ag.trace(varied)(0.5)).members)
    folded = [card for card in drawn if card.nodes]
    assert sum(len(card.nodes) for card in folded) < 40  # what is folded repeats: check it against the program
    graph = ag.trace(varied)(0.5)
    for card in folded:
        times = int(card.name.split()[1])
        period = len(card.nodes) // times
        functions = [graph.nodes[i - 1].function for i in card.nodes]
        assert functions == functions[:period] * times


def test_loops_in_loops_and_sums_over_what_was_made_before() -> None:
    def layers(x: Any) -> Any:
        hs = [x * (w + 1.0) for w in range(6)]
        for _ in range(6):
            hs = [np.tanh(h + hs[(i + 1) % 6]) for i, h in enumerate(hs)]
        return sum(hs)

    picture = compose(ag.trace(layers)(0.5))
    assert len(cards(picture.members)) <= 12


def test_equal_scopes_fold_at_the_level_of_layers() -> None:
    picture = compose(recurrent_graph(), level="layers")
    step = next(card for card in cards(picture.members) if card.name.startswith("step"))
    assert (step.name, step.formula) == ("step 0 … 7", "× 8")
    assert ("inputs", "8") in [(row.label, row.text) for row in step.rows]
    assert {"U", "W", "v"} <= set(names(picture))  # shared by all steps, so they are seen


def test_a_scope_that_is_a_step_says_how_often_it_comes() -> None:
    picture = compose(recurrent_graph(), level="ops")
    assert boxes(picture) == ["step 0 · 1 of 8 equal steps"]


def test_a_leaf_used_all_over_a_large_picture_is_named_beside_its_uses() -> None:
    picture = compose(ag.trace(oscillator)(1.0, 2.0), fold=False, max_nodes=200)
    k = [card for card in cards(picture.members) if card.name == "k"]
    assert len(k) == 20
    assert [bool(card.rows) for card in k] == [True] + [False] * 19
    assert ("muted", "a name alone: drawn elsewhere") in picture.notes
    small = compose(ag.trace(lambda x: sum(x**i for i in range(8)))(2.0))
    assert names(small).count("x") == 1


def test_a_loop_in_pages(tmp_path: Any) -> None:
    graph = ag.trace(oscillator)(1.0, 2.0).forward_sweep(x=1.0).reverse_sweep()
    page = graph.steps().html()
    shared = next(card for card in cards(compose(graph, level="ops").members) if card.nodes)
    assert f'data-node="{" ".join(map(str, shared.nodes))}"' in page
    sheet = worksheet(ag.trace(lambda x, k: oscillator(x, k, 7))(1.0, 2.0), seed=0)
    assert sheet.svg().count(">k<") >= 7


@pytest.mark.parametrize("steps", [3, 50])
def test_pictures_of_loops_are_small(steps: int) -> None:
    assert len(ag.trace(lambda x, k: oscillator(x, k, steps))(1.0, 2.0).svg()) < 40_000 + 30_000 * (steps == 3)


def test_equal_layers_of_a_network_at_the_level_of_operations() -> None:
    import nn

    model = nn.FFNN([4, *[6] * 8, 2], hidden="tanh", output="softmax", seed=0)
    graph = ag.trace(nn.objective("categorical_cross_entropy"))(model, np.ones((5, 4)), np.array([0, 1, 1, 0, 1]))
    picture = compose(graph, level="ops")
    first = next(label for label in boxes(picture) if "equal" in label)
    assert first.startswith("Layer 1 · Dense(4 → 6, tanh) · 1 of 8 equal layers") and first.count("params") == 1
    rest = next(card for card in cards(picture.members) if card.nodes)
    assert rest.formula == "more such layers"
    assert ("params", str(7 * (6 * 6 + 6))) in [(row.label, row.text) for row in rest.rows]


def test_what_is_broadcast_says_so() -> None:
    picture = compose(ag.trace(lambda x, b: np.sum(x + b))(np.ones((4, 2)), np.ones(2)))
    assert [edge.lines for edge in picture.edges] == [("∂v1/∂x = 1",), ("broadcast to [4, 2]",), ()]
