"""The reference: which public name stands on which page.  The build writes the pages; the texts are the docstrings.

A test fails when a public name stands nowhere: put it into the section where a person would look for it.

    python docs/reference.py         the public names that stand nowhere
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import autograd_lite
import nn

PACKAGES = (autograd_lite, nn)
WITH_INHERITED = {"autograd_lite.Tensor"}  # whose base is only a part of it


class Section(NamedTuple):
    """A heading, and the names of one module below it: all of its ``__all__``, if none are given.

    ``about`` is a module whose docstring introduces them.
    """

    title: str
    module: str
    names: str = ""
    about: str = ""


class Page(NamedTuple):
    title: str
    text: str
    sections: list[Section]


AG = "autograd_lite"
PAGES = {
    "derivatives": Page(
        "Derivatives",
        "Function in, function out. All of them nest in one another, to any order, and take numbers, arrays or nested "
        "lists, tuples, dicts and dataclasses of arrays.",
        [
            Section("First derivatives", AG, "grad value_and_grad elementwise_grad jvp vjp", f"{AG}.transforms"),
            Section("Whole matrices", AG, "jacobian jacfwd jacrev hessian hessian_vector_product", f"{AG}.jacobians"),
            Section("Sparse matrices", AG, "sparse_jacobian sparse_hessian", f"{AG}.sparse"),
            Section("Constants and masks", AG, "stop_gradient masked"),
            Section("Optimization", AG, "minimize"),
            Section("Checking derivatives", f"{AG}.testing"),
            Section("Structures of arrays", f"{AG}.trees"),
        ],
    ),
    "graph": Page(
        "The graph",
        "What a run recorded, as a thing to look at: names, values, derivatives, costs.",
        [
            Section("Recording", AG, "trace graph scope Tensor"),
            Section("The recorded program", AG, "Graph trace.nodes.GraphNode trace.scopes.Scope"),
            Section("Step by step", AG, "trace.steps.Steps trace.steps.Step trace.steps.Term"),
            Section("Operations and bytes", AG, "trace.cost.Cost trace.cost.NodeCost trace.cost.Amount"),
        ],
    ),
    "pictures": Page(
        "Pictures, tables, derivations",
        "The options of ``graph.svg``, ``graph.dot`` and ``graph.save`` are those of the functions in "
        "``autograd_lite.drawing``.",
        [
            Section("Pictures", f"{AG}.drawing"),
            Section("Tables", AG, "trace.tables.Table"),
            Section("Derivations", AG, "notation.derivation.Derivation"),
            Section("Worksheets", f"{AG}.worksheets"),
        ],
    ),
    "diagnosis": Page(
        "What is wrong, and where",
        "Mistakes named, with the place and the fix.",
        [
            Section(
                "Gradients written by hand",
                AG,
                "check_gradient diagnosis.report.GradientReport diagnosis.report.GradientFinding",
                f"{AG}.diagnosis.checking",
            ),
            Section(
                "Derivatives that are lost or not finite",
                AG,
                "why watch diagnosis.why.Why diagnosis.watching.Watch",
                f"{AG}.diagnosis.watching",
            ),
        ],
    ),
    "compiling": Page(
        "Compiling, and long loops",
        "The same answers in less time, or in less memory.",
        [
            Section(
                "Compiling", AG, "compile compiling.compiled.Compiled recorded CompileError", f"{AG}.compiling.compiled"
            ),
            Section("Loops", AG, "scan checkpoint_loop checkpoint", f"{AG}.scanning.calls"),
        ],
    ),
    "custom-rules": Page(
        "Custom rules",
        "The derivative of a function of your own. A rule states the mathematics once and serves both sweeps.",
        [Section("Rules", AG, "custom_rule primitive elementwise linear multilinear general", f"{AG}.custom")],
    ),
    "numpy-scipy": Page(
        "NumPy and SciPy",
        "``import numpy as np`` stays as it is, and ``scipy.special`` takes Tensors where SciPy is there. These "
        "modules hold what the protocols of NumPy and SciPy cannot reach. What each function of NumPy does with a "
        "Tensor is in :doc:`../coverage`.",
        [
            Section(
                "autograd_lite.numpy",
                f"{AG}.numpy",
                "array asarray asanyarray ascontiguousarray asfortranarray asarray_chkfinite astype full arange "
                "fromiter isscalar vectorize take where make_diagonal r_ c_",
                f"{AG}.numpy",
            ),
            Section("autograd_lite.scipy.special", f"{AG}.scipy.special"),
            Section("autograd_lite.scipy.linalg", f"{AG}.scipy.linalg"),
            Section("autograd_lite.scipy.integrate", f"{AG}.scipy.integrate"),
            Section("autograd_lite.scipy.signal", f"{AG}.scipy.signal"),
            Section("autograd_lite.scipy.ndimage", f"{AG}.scipy.ndimage"),
            Section("autograd_lite.scipy.interpolate", f"{AG}.scipy.interpolate"),
            Section(
                "autograd_lite.scipy.stats",
                f"{AG}.scipy.stats",
                "distributions.Distribution distributions.Counting distributions.Joint bernoulli beta binom cauchy "
                "chi2 dirichlet expon gamma geom gumbel_r halfnorm laplace logistic lognorm multivariate_normal "
                "nbinom norm pareto poisson rayleigh t uniform weibull_min",
                f"{AG}.scipy.stats.families",
            ),
            Section("autograd_lite.scipy.stats.multivariate_normal", f"{AG}.scipy.stats.multivariate_normal"),
            Section("autograd_lite.scipy.stats.dirichlet", f"{AG}.scipy.stats.dirichlet"),
        ],
    ),
    "engine": Page(
        "The engine",
        "The core, for those who build on it. :doc:`../how-it-works` walks through it.",
        [
            Section("The recorded graph", AG, "Node graph.Path record path graph.leaf graph.roots graph.same"),
            Section("The two sweeps", AG, "sweeps.Rule forward_sweep reverse_sweep", f"{AG}.sweeps"),
            Section("Kinds of rule", f"{AG}.kinds"),
            Section("Functions without a rule of their own", f"{AG}.registry"),
        ],
    ),
    "hips": Page(
        "The names of HIPS autograd",
        "For programs that were written for HIPS autograd; :doc:`../from-hips-autograd` says what differs.",
        [
            Section(
                "Transforms",
                AG,
                "deriv holomorphic_grad grad_and_aux grad_named multigrad_dict make_vjp make_jvp make_jvp_reversemode "
                "make_hvp make_ggnvp hessian_tensor_product tensor_jacobian_product vector_jacobian_product",
            ),
            Section("autograd_lite.extend", f"{AG}.extend"),
            Section("autograd_lite.core", f"{AG}.core", "make_vjp make_jvp primitive", f"{AG}.core"),
            Section(
                "autograd_lite.tracer",
                f"{AG}.tracer",
                "trace Node VJPNode JVPNode backward_pass register_notrace isbox getval",
                f"{AG}.tracer",
            ),
            Section("autograd_lite.util", f"{AG}.util"),
            Section("autograd_lite.wrap_util", f"{AG}.wrap_util"),
            Section("autograd_lite.test_util", f"{AG}.test_util"),
            Section("autograd_lite.builtins", AG, "isinstance type", f"{AG}.builtins"),
            Section(
                "autograd_lite.misc",
                AG,
                "misc.const_graph misc.tracers.full_graph misc.tracers.FullGraphNode misc.fixed_points.fixed_point",
            ),
            Section("autograd_lite.misc.flatten", f"{AG}.misc.flatten"),
            Section("autograd_lite.misc.optimizers", f"{AG}.misc.optimizers"),
        ],
    ),
    "models": Page(
        "nn: models and layers",
        "A layer is a dataclass of arrays whose call is the mathematics; a model is its parameters.",
        [
            Section("Models", "nn", "FFNN Sequential parameter_count in_training", "nn.models"),
            Section("Layers", "nn", "Dense Activation Dropout Flatten", "nn.layers"),
            Section("Normalization", "nn", "BatchNorm LayerNorm", "nn.normalization"),
            Section("Layers of layers", "nn", "Residual ActivityPenalty", "nn.composition"),
            Section(
                "Activations",
                "nn",
                "identity sigmoid tanh relu leaky_relu elu selu gelu silu softplus softsign softmax log_softmax",
                "nn.activations",
            ),
            Section("Initializers", "nn.initializers"),
            Section("Derivatives in the inputs", "nn", "derivative laplacian divergence curl", "nn.fields"),
        ],
    ),
    "costs": Page(
        "nn: costs and penalties",
        "A cost is called with targets and outputs, C(y, ỹ); any function of the two will do.",
        [
            Section("For classes", "nn", "binary_cross_entropy categorical_cross_entropy hinge", "nn.cross_entropies"),
            Section(
                "For numbers",
                "nn",
                "mean_squared_error half_sum_of_squares mean_absolute_error huber Huber log_cosh poisson gaussian",
                "nn.regression_costs",
            ),
            Section("What they have in common", "nn", "Cost", "nn.cost_base"),
            Section("Regularization", "nn", "L1 L2 ElasticNet MaxNorm", "nn.regularization"),
            Section("The cost of a model", "nn", "objective SumOfSquares", "nn.objective"),
        ],
    ),
    "optimizers": Page(
        "nn: optimizers and schedules",
        "An optimizer is a pair of pure functions, ``init`` and ``update``, written in NumPy.",
        [
            Section("What they have in common", "nn", "Optimizer", "nn.optimizers.base"),
            Section("Descent", "nn", "GD SGD Momentum Nesterov Lion", "nn.optimizers.descent"),
            Section(
                "Adaptive", "nn", "AdaGrad RMSProp AdaDelta Adam AdamW AMSGrad Adamax NAdam", "nn.optimizers.adaptive"
            ),
            Section("Second order", "nn", "LBFGS NewtonCG LevenbergMarquardt", "nn.optimizers.second_order"),
            Section("Schedules", "nn.schedules"),
        ],
    ),
    "training": Page(
        "nn: training",
        "From data to a trained model, a history and a figure.",
        [
            Section("Training", "nn", "fit EarlyStopping Checkpoint History DivergenceError"),
            Section("Diagnosis", "nn", "diagnosis.Diagnosis diagnosis.Finding", "nn.diagnosis"),
            Section("Comparing optimizers", "nn", "race race_results.Race race_results.Lane", "nn.race"),
            Section("Data", "nn", "standardize min_max train_validation_split one_hot", "nn.preprocessing"),
            Section(
                "Metrics", "nn", "accuracy precision recall f1_score confusion_matrix r2_score labels", "nn.metrics"
            ),
            Section("Plots", "nn", "plot_history plot_confusion_matrix training_figure"),
            Section("Estimators of scikit-learn", "nn", "FFNNClassifier FFNNRegressor", "nn.estimators"),
            Section("Saving", "nn", "save load", "nn.saving"),
            Section("Export", "nn", "to_onnx", "nn.onnx"),
        ],
    ),
}


def names(section: Section) -> list[str]:
    """The full names below a heading."""
    found = section.names.split() or import_module(section.module).__all__
    return [f"{section.module}.{name}" for name in found]


def written() -> list[str]:
    """The full names that stand on the pages."""
    return [name for page in PAGES.values() for section in page.sections for name in names(section)]


def public() -> list[str]:
    """The full names of all that is public: what ``dir`` shows of a package, and of its public modules."""
    return sorted(name for package in PACKAGES for name in _public(package, {package}))


def _public(module: ModuleType, seen: set[ModuleType]) -> Iterator[str]:
    for name in dir(module) if module in PACKAGES else module.__all__:
        thing = getattr(module, name)
        if is_ours(thing) and not inspect.ismodule(thing):
            yield f"{module.__name__}.{name}"
        elif is_ours(thing) and thing not in seen:
            seen.add(thing)
            yield from _public(thing, seen)


def is_ours(thing: Any) -> bool:
    """Whether it was written here, and is not NumPy's or Python's own."""
    module = thing.__name__ if inspect.ismodule(thing) else getattr(thing, "__module__", None) or ""
    return module.split(".")[0] in {package.__name__ for package in PACKAGES}


def resolve(name: str) -> Any:
    """The thing of this full name.  Raises LookupError if there is none."""
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            thing: Any = import_module(".".join(parts[:cut]))
            for part in parts[cut:]:
                thing = getattr(thing, part)
        except (ImportError, AttributeError):
            continue
        return thing
    raise LookupError(f"there is no {name}, which docs/reference.py names")


def missing() -> list[str]:
    """Public names that stand nowhere; a thing with two names needs to stand under one of them."""
    documented = {id(resolve(name)) for name in written()}
    return [name for name in public() if id(resolve(name)) not in documented]


# the pages


def write(folder: Path) -> None:
    """Write the pages and an index of them, and touch only what changed."""
    folder.mkdir(exist_ok=True)
    texts = {f"{name}.rst": text_of(page) for name, page in PAGES.items()} | {"index.rst": index()}
    for old in folder.glob("*.rst"):
        if old.name not in texts:
            old.unlink()
    for name, text in texts.items():
        file = folder / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def index() -> str:
    """The page with links to the others."""
    links = [f"* :doc:`{name}`: {', '.join(s.title for s in page.sections)}" for name, page in PAGES.items()]
    tree = [".. toctree::", "   :hidden:", "", *[f"   {name}" for name in PAGES]]
    text = "Every public name, with its docstring; the :ref:`index <genindex>` has them from A to Z."
    return "\n".join([*heading("Reference", "="), text, "", *links, "", *tree, ""])


def text_of(page: Page) -> str:
    lines = [*heading(page.title, "="), page.text, ""]
    for section in page.sections:
        lines += heading(section.title, "-")
        about = section.about or ("" if section.names else section.module)
        if about:
            lines += [f".. automodule:: {about}", "   :no-index:", "", ".. currentmodule:: None", ""]
        found = names(section)
        lines += [".. autosummary::", "   :nosignatures:", "", *[f"   ~{name}" for name in found], ""]
        for name in found:
            lines += directive(name)
    return "\n".join(lines)


def heading(title: str, line: str) -> list[str]:
    return [title, line * len(title), ""]


def directive(name: str) -> list[str]:
    """How autodoc is told to document a thing."""
    thing = resolve(name)
    if inspect.isclass(thing):
        inherited = ["   :inherited-members:"] if name in WITH_INHERITED else []
        return [f".. autoclass:: {name}", "   :members:", *inherited, ""]
    if inspect.isroutine(thing):
        return [f".. autofunction:: {name}", ""]
    return [f".. autodata:: {name}", "   :no-value:", ""]


if __name__ == "__main__":
    print("\n".join(missing()) or "every public name has its place")
