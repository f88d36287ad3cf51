"""The objective: what training makes small, C(y, f(X)) plus the penalty, as a function of the model."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_lite as ag

from .activations import BY_NAME, name_of, sigmoid, softmax
from .composition import activity_costs
from .costs import Cost, binary_cross_entropy, categorical_cross_entropy, cost, mean_squared_error
from .modes import in_training
from .regularization import OfLayer
from .targets import numbers

__all__ = ["Objective", "Regularization", "default_cost", "objective"]

Array = Any
Regularization = Any  # a penalty, a constraint, a list of them, a dict {layer: one or a list}, or None


class Objective:
    """(model, X, y) ↦ C(y, model(X)) + penalties(model), from the model's logits where the cost has such a form."""

    def __init__(self, chosen: Any, regularization: Regularization) -> None:
        self.cost = cost(chosen)
        rules = _rules(regularization)
        self.penalties = [rule for rule in rules if not _is_constraint(rule)]
        self.constraints = [rule for rule in rules if _is_constraint(rule)]
        self.__name__ = "objective"

    def from_logits(self, model: Any) -> bool:
        """Whether the model ends in the activation that belongs to the cost.

        Raises ValueError if the model ends in another one, whose outputs would be no probabilities.
        """
        link, last = self.cost.link, getattr(model, "output_activation", None)
        if link is None or last is None:
            return False
        if last is not link and last in BY_NAME.values() and last not in self.cost.also:
            wanted = repr(name_of(link)) if link in BY_NAME.values() else f"np.{name_of(link)}"
            raise ValueError(
                f"the {self.cost.title} is a cost of {self.cost.takes}, but the last activation of the model is "
                f"{name_of(last)}: give the model output={wanted} (it is then trained on its logits)"
            )
        return last is link

    def evaluate(
        self, model: Any, X: Array, targets: Any, weights: Any = None, *, class_weight: Any = None,
        prepared: bool = True,
    ) -> Any:  # fmt: skip
        """The objective; ``prepared`` says that targets and weights are checked and fit the outputs already."""
        from_logits = self.from_logits(model)
        outputs = model.logits(X) if from_logits else model(X)
        return self.of_outputs(model, outputs, from_logits, targets, weights, class_weight, prepared)

    def training(
        self, model: Any, X: Array, targets: Any, rng: np.random.Generator, weights: Any = None, *,
        class_weight: Any = None, prepared: bool = False,
    ) -> tuple[Any, Any]:  # fmt: skip
        """The objective of a model in training, and the model as it is afterwards; see ``nn.modes``.

        It differs from the objective itself by dropout, by batch normalization, and by penalties on activities.

        >>> from nn import Dense, Dropout, Sequential
        >>> model = Sequential(Dropout(0.5), Dense(2, 1, weights=[[1.0], [1.0]]))
        >>> loss, after = objective("mse").training(model, np.ones((3, 2)), np.zeros(3), np.random.default_rng(0))
        >>> print(loss.round(6), objective("mse")(model, np.ones((3, 2)), np.zeros(3)))
        6.666667 4.0
        """
        X = X if prepared or type(X) is ag.Tensor else numbers("X", X)
        from_logits = self.from_logits(model)
        if from_logits and callable(getattr(model, "training", None)):
            outputs, after = model.training(X, rng, logits=True)
        elif from_logits:
            outputs, after = model.logits(X), model
        else:
            outputs, after = in_training(model, X, rng)
        loss = self.of_outputs(model, outputs, from_logits, targets, weights, class_weight, prepared)
        if after is not model:
            for cost in activity_costs(after):
                loss = loss + cost
        return loss, after

    def of_outputs(
        self, model: Any, outputs: Array, from_logits: bool, targets: Any, weights: Any, class_weight: Any,
        prepared: bool,
    ) -> Any:  # fmt: skip
        """The cost of the outputs or logits of the model, and the penalties."""
        cost = self.cost
        with ag.scope(cost):
            if not prepared:
                weights = cost.weights(targets, outputs, weights, class_weight)
                targets = cost.fitted(targets, outputs)
            arrays = (targets, outputs) if weights is None else (targets, outputs, weights)
            loss = cost.of_logits(*arrays) if from_logits else cost.of_outputs(*arrays)
        for penalty in self.penalties:
            loss = loss + penalty(model)
        return loss

    def constrained(self, model: Any) -> Any:
        """The model, put back to where it obeys the constraints, such as ``nn.MaxNorm``."""
        for constraint in self.constraints:
            model = constraint.project(model)
        return model

    def __call__(self, model: Any, X: Any, y: Any, sample_weight: Any = None, class_weight: Any = None) -> Any:
        """The objective, one number; the weights say how much each row and each class counts, as in ``fit``."""
        X = X if type(X) is ag.Tensor else numbers("X", X)
        return self.evaluate(model, X, y, sample_weight, class_weight=class_weight, prepared=False)


def _rules(regularization: Any) -> list[Any]:
    """Penalties and constraints, as a list."""
    if regularization is None:
        return []
    if isinstance(regularization, dict):
        return [OfLayer(number, rule) for number, given in regularization.items() for rule in _rules(given)]
    rules = list(regularization) if isinstance(regularization, (list, tuple)) else [regularization]
    for rule in rules:
        if not callable(rule) and not hasattr(rule, "project"):
            raise TypeError(
                f"regularization must be nn.L1(λ), nn.L2(λ), nn.MaxNorm(c), a function of the model, a list of such or "
                f"a dict by layers, not {rule!r}"
            )
    return rules


def _is_constraint(rule: Any) -> bool:
    return _is_constraint(rule.rule) if isinstance(rule, OfLayer) else hasattr(rule, "project")


def objective(cost: Any, regularization: Regularization = None) -> Objective:
    """What ``fit`` makes small, as a function of (model, X, y), for a training loop of your own.

    Parameters
    ----------
    cost : str or callable
        As in ``fit``.
    regularization : callable, list or dict, optional
        As in ``fit``; constraints are the business of the training loop: ``objective.constrained(model)``.

    Examples
    --------
    >>> import numpy as np, nn, autograd_lite as ag
    >>> model = nn.FFNN([2, 3], output="softmax", weights="zeros")
    >>> cost = nn.objective("categorical_cross_entropy", nn.L2(0.1))
    >>> value, gradient = ag.value_and_grad(cost)(model, np.ones((1, 2)), [2])
    >>> print(round(float(value), 12), gradient.layers[0].biases.round(3))
    1.098612288668 [ 0.333  0.333 -0.667]
    """
    return Objective(cost, regularization)


def default_cost(model: Any) -> Cost:
    """The cost that belongs to the last activation of the model: a cross-entropy for sigmoid and softmax."""
    known: dict[Any, Cost] = {sigmoid: binary_cross_entropy, softmax: categorical_cross_entropy}
    last = getattr(model, "output_activation", None)
    return known.get(last, mean_squared_error) if getattr(last, "__hash__", None) else mean_squared_error
