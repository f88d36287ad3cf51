"""The transforms, optimizers and checks under the names and with the signatures of HIPS autograd."""

from __future__ import annotations

import inspect
import pkgutil
import re
import subprocess
import sys
from importlib import import_module

import autograd as hips
import autograd.numpy as hips_numpy
import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import builtins, core, misc, test_util, tracer, util, wrap_util
from autograd_lite.misc.fixed_points import fixed_point
from autograd_lite.misc.flatten import flatten_func
from autograd_lite.misc.optimizers import adam, rmsprop, sgd
from autograd_lite.testing import check_grads

RNG = np.random.default_rng(1)
A, X, V, W = RNG.standard_normal((3, 4)), RNG.standard_normal(4), RNG.standard_normal(4), RNG.standard_normal(3)


def vector(xp):
    return lambda x: xp.tanh(xp.dot(A, x))


def number(xp):
    return lambda x: xp.sum(xp.sin(xp.dot(A, x)) ** 2)


CALLS = {
    "make_vjp": lambda p, np: p.make_vjp(vector(np))(X)[0](W),
    "make_jvp": lambda p, np: p.make_jvp(vector(np))(X)(V),
    "make_hvp": lambda p, np: p.make_hvp(number(np))(X)[0](V),
    "make_ggnvp": lambda p, np: p.make_ggnvp(vector(np))(X)(V),
    "make_ggnvp, a cost": lambda p, np: p.make_ggnvp(vector(np), lambda y: np.sum(y**4))(X)(V),
    "hessian_tensor_product": lambda p, np: p.hessian_tensor_product(number(np))(X, V),
    "tensor_jacobian_product": lambda p, np: p.tensor_jacobian_product(vector(np))(X, W),
    "vector_jacobian_product": lambda p, np: p.vector_jacobian_product(vector(np))(X, W),
    "deriv": lambda p, np: p.deriv(lambda x: np.sin(x) ** 2)(0.7),
    "deriv by the second": lambda p, np: p.deriv(lambda a, b: a * b**2, 1)(2.0, 3.0),
    "grad by two": lambda p, np: p.grad(lambda a, b: a * b**2, [1, 0])(2.0, 3.0),
    "holomorphic_grad": lambda p, np: p.holomorphic_grad(lambda z: np.exp(z) * z)(0.3 + 0.4j),
    "grad_and_aux": lambda p, np: p.grad_and_aux(lambda x: (np.sum(x**2), x**3))(X),
    "grad_named": lambda p, np: p.grad_named(lambda a, b: a * b**2, "b")(2.0, 3.0),
    "checkpoint": lambda p, np: p.grad(p.checkpoint(number(np)))(X),
    "grad of one entry": lambda p, np: p.grad(lambda x: np.sum(x**2, keepdims=True))(X),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_same_numbers(call):
    ours, theirs = ag.trees.flatten(call(ag, np))[0], ag.trees.flatten(call(hips, hips_numpy))[0]
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_jvp_by_reverse_sweeps():
    np.testing.assert_allclose(ag.make_jvp_reversemode(vector(np))(X)(V), ag.make_jvp(vector(np))(X)(V)[1])


def test_multigrad_dict():
    def f(a, *rest, b=2.0, **more):
        return a * b + rest[0] * rest[1] + more["c"] ** 2

    found = ag.multigrad_dict(f)(3.0, 4.0, 5.0, c=6.0)
    assert found == {"a": 2.0, "rest": (5.0, 4.0), "b": 3.0, "more": {"c": 12.0}}


def test_errors():
    with pytest.raises(TypeError, match="make_vjp takes a function"):
        ag.make_vjp(3.0)
    with pytest.raises(TypeError, match="there is no argument 2"):
        ag.deriv(np.sin, 2)(1.0)
    with pytest.raises(TypeError, match="return a pair"):
        ag.grad_and_aux(np.sin)(1.0)
    with pytest.raises(TypeError, match="first output that is one number"):
        ag.grad_and_aux(lambda x: (x, x))(X)
    with pytest.raises(ValueError, match="no argument 'c'; the arguments are a, b"):
        ag.grad_named(lambda a, b: a, "c")


def test_builtins():
    x = ag.Tensor(X)
    assert builtins.isinstance(x, np.ndarray) and builtins.isinstance(x, ag.Tensor) and not builtins.isinstance(x, list)
    assert builtins.type(x) is np.ndarray and builtins.type(3) is int
    assert ag.isinstance(1, int) and ag.list is list and ag.dict is dict and ag.tuple is tuple


def test_the_gradient_of_nothing_is_nothing():
    assert ag.grad(lambda x: 1.0)([]) == [] and ag.grad(lambda x: 1.0)({}) == {}


def test_flatten():
    tree = {"b": [X, 2.0], "a": (1j, np.zeros((2, 0)))}
    vector, unflatten = misc.flatten(tree)
    assert vector.shape == (6,) and vector[0] == 1j
    assert list(unflatten(vector)) == ["b", "a"] and unflatten(vector)["b"][0].dtype == float
    check_grads(lambda x, y: misc.flatten([x, {"k": y * y}])[0], X, 2.0)
    check_grads(lambda v: misc.flatten([X, 1.0])[1](v), RNG.standard_normal(5))
    assert misc.flatten([])[0].shape == (0,) and misc.flatten([])[1](np.zeros(0)) == []
    with pytest.raises(ValueError, match="holds 6 numbers"):
        unflatten(np.zeros(5))
    double, _, flat = flatten_func(lambda p, k: [k * x for x in p], [1.0, X])
    np.testing.assert_allclose(double(flat, 3.0), 3 * flat)


@pytest.mark.parametrize("name, optimizer", [("sgd", sgd), ("rmsprop", rmsprop), ("adam", adam)])
def test_optimizers_take_the_same_steps(name, optimizer):
    from autograd.misc import optimizers

    seen = []
    slope = lambda p, i: {"w": 2 * p["w"] + 0.01 * i, "b": [4 * p["b"][0] ** 3]}
    start = {"w": X, "b": [1.5]}
    ours = optimizer(slope, start, lambda x, i, g: seen.append(i), num_iters=7, step_size=0.05)
    theirs = getattr(optimizers, name)(slope, start, num_iters=7, step_size=0.05)
    np.testing.assert_allclose(ours["w"], theirs["w"])
    np.testing.assert_allclose(ours["b"][0], theirs["b"][0])
    assert seen == list(range(7))


def test_fixed_point():
    def root(a, b):
        f = lambda p: lambda x: 0.5 * (x + p["a"] * p["b"] / x)
        return fixed_point(f, {"a": a, "b": b}, np.ones(2), lambda x, y: np.max(np.abs(x - y)), 1e-13)

    a, b = np.array([2.0, 3.0]), 1.5
    np.testing.assert_allclose(root(a, b), np.sqrt(a * b))
    check_grads(root, a, b)
    limit = lambda x0: fixed_point(lambda a: lambda x: 0 * x + a, 1.0, x0, max, 2.0)
    assert ag.grad(limit)(1.0) == 0  # it does not depend on where it starts


def test_const_graph():
    runs = []
    f = misc.const_graph(lambda a, x, b=0.0: runs.append(0) or ag.grad(lambda x: np.sin(x) * a + b)(x), 2.0, b=1.0)
    for x in (0.3, 1.1, 2.0):
        np.testing.assert_allclose(f(x), 2 * np.cos(x))
    assert len(runs) == 1
    np.testing.assert_allclose(ag.grad(f)(0.5), -2 * np.sin(0.5))
    with pytest.raises(ValueError, match="does not depend"):
        misc.const_graph(lambda x: 1.0)(2.0)


def test_checks():
    np.random.seed(0)  # a random direction that is nearly zero would hide the mistake
    test_util.combo_check(np.sum, [0])([X, A], axis=[None, 0], keepdims=[True, False])
    test_util.check_grads(lambda x, y: [x * y], (0, 1))({"a": 1.0}["a"], 2.0)
    wrong = ag.custom_rule(vjp=lambda g, out, x: 2.001 * g)(lambda x: 2 * x)
    with pytest.raises(AssertionError, match=r"\(VJP\) check of <lambda> failed"):
        test_util.check_grads(wrong, modes=["rev"])(1.0)
    with pytest.raises(AssertionError, match="values differ"):
        test_util.check_grads(wrong, modes=["fwd"])(1.0)
    with pytest.raises(AssertionError, match="is not"):
        test_util.check_equivalent(X, A)
    with pytest.raises(ValueError, match="modes are"):
        test_util.check_grads(np.sin, modes=["backward"])


def test_names_are_lazy_and_listed():
    assert {"deriv", "custom_rule", "numpy", "scipy", "extend", "misc"} <= set(dir(ag))
    for name in set(dir(ag)) - {"scipy"}:
        assert getattr(ag, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = ag.nothing


def test_where_takes_names_and_leaves_plain_values_plain():
    from autograd_lite.numpy import where

    for f in (where, hips_numpy.where):
        assert f(True, 1, 2) == 1 and type(f(False, 1, 2.0)) is float and f(True, [1, 2], [3, 4]) == [1, 2]
        assert f(np.array([True, False]), x=3, y=np.ones(2)).tolist() == [3, 1] and f([0, 1])[0].tolist() == [1]
    assert ag.grad(lambda x: where(condition=[True, False], x=x, y=0.0).sum())(2.0) == 1
    for wrong in (lambda: where(True, 1), lambda: where(True, 1, x=2), lambda: where(True, 1, z=2)):
        with pytest.raises(TypeError, match="either both x and y or none"):
            wrong()


def test_methods_of_old_programs():
    product = core.primitive(lambda x, y: x * y)
    with pytest.warns(DeprecationWarning, match=r"primitive\.defvjp is deprecated"):
        product.defvjp(lambda g, ans, vs, gvs, x, y: g * y)
    with pytest.warns(DeprecationWarning, match="defgrad"):
        product.defgrad(lambda ans, x, y: lambda g: g * x, argnum=1)
    check_grads(product, X, V)
    with pytest.warns(DeprecationWarning, match="defvjp_is_zero"):
        product.defvjp_is_zero([0])
    assert ag.grad(product, (0, 1))(2.0, 3.0) == (0.0, 2.0)
    with pytest.warns(DeprecationWarning, match="quick_grad_check"):
        util.quick_grad_check(lambda x, y: x**2 + y, 1.0, (2.0,), {}, False, 1e-4, 1e-4, 1e-6)
    with pytest.warns(DeprecationWarning), pytest.raises(AssertionError, match="wrong derivative"):
        util.quick_grad_check(ag.custom_rule(vjp=lambda g, out, x: 2 * g)(lambda x: x * x), 3.0)


def test_a_trace_is_read_by_a_class_of_ones_own():
    class Line(tracer.Node):
        def __init__(self, value, fun, args, kwargs, parent_argnums, parents):
            self.name = f"{fun.__name__}({', '.join(parents[parent_argnums.index(j)].name for j in parent_argnums)})"
            self.value = value

        def initialize_root(self, name):
            self.name = name

    value, node = tracer.trace(Line.new_root("x"), lambda x: np.sin(x) * x, 2.0)
    assert node.name == "multiply(sin(x), x)" and value == node.value == np.sin(2.0) * 2.0
    assert tracer.trace(Line.new_root("x"), lambda x: 3.0, 2.0) == (3.0, None)
    assert ag.grad(lambda x: tracer.trace(Line.new_root("x"), np.sin, x)[0])(0.0) == 1.0
    with pytest.raises(NotImplementedError, match="initialize_root"):
        tracer.Node.new_root("x")


def test_a_trace_shows_what_a_gradient_inside_it_swept_over():
    def steps(package, np):
        names = []

        class Name(package.tracer.Node):
            def __init__(self, value, fun, args, kwargs, parent_argnums, parents):
                names.append((fun.__name__, float(value)))

            def initialize_root(self):
                pass

        package.tracer.trace(Name.new_root(), package.grad(lambda x: np.sin(x + x) / 2), 1.0)
        return names

    assert steps(ag, np) == steps(hips, hips_numpy)


def test_names_of_the_other_modules():
    assert core.make_vjp(np.sin, 0.0)[0](2.0) == core.make_jvp(np.sin, 0.0)(2.0)[1] == 2.0
    assert tracer.getval(ag.Tensor(X)).tolist() == X.tolist() and tracer.isbox(ag.Tensor(1.0))
    assert util.subval([1, 2], 0, 3) == (3, 2) and util.func(np.sin) is np.sin
    assert wrap_util.unary_to_nary is ag.differential_operators.unary_to_nary


INTERNALS = {  # of HIPS autograd: its boxes and tables of rules, which are other things here
    "builtins": r"container_\w+|sequence_\w+|make_sequence|type_|isinstance_|\w*Box|\w*Meta|\w*VSpace|(fwd_)?grad_\w+",
    "core": r"primitive_\w*|sparse_\w+|translate_\w+|\w+_outgrads|SparseBox|identity_\w+|deprecated_\w+",
    "misc.fixed_points": "fixed_point_vjp",
    "misc.tracers": "ConstGraphNode|const_graph_unary",
    "numpy": "custom_where",
    "numpy.fft": r"\w*_grad|truncate_pad|check_\w+|get_\w+|make_rfft_factors",
    "numpy.linalg": r"T|add2d|grad_\w+|norm_\w+",
    "numpy.numpy_boxes": r"\w+_methods",
    "scipy.integrate": "grad_odeint|argnums_unpack",
    "scipy.linalg": r"grad_\w+",
    "scipy.signal": r"einsum_tensordot|parse_axes|compute_conv_size|flipped_idxs|grad_\w+",
    "scipy.special": r"(make|fwd)_\w+|(inv_)?root_pi",
    "scipy.stats.multivariate_normal": "generalized_outer_product|covgrad|solve",
    "test_util": "TOL|RTOL|EPS",
    "tracer": r"\w+_primitives(_map)?|find_top_boxed_args|TraceStack|trace_stack|new_box|box_type\w+",
    "util": "deprecation_msg",
}
NOT_HERE = re.compile(r"autograd\.numpy\.numpy_(jvps|vjps|vspaces|wrapper)$")


@pytest.mark.parametrize(
    "name", [m.name for m in pkgutil.walk_packages(hips.__path__, "autograd.") if not NOT_HERE.match(m.name)]
)
def test_all_names_of_a_module_are_here(name):
    theirs, ours = import_module(name), import_module(name.replace("autograd", "autograd_lite", 1))
    short = name.removeprefix("autograd.")
    internal = r"grad_\w+" if short.startswith("scipy.stats.") else "nothing"
    internal = re.compile(f"({INTERNALS.get(short, internal)})$")
    defined = re.findall(
        r"^(?:(?:def|class) (?=[a-zA-Z])|(?=[a-zA-Z]\w* *=))(\w+)", inspect.getsource(theirs), re.MULTILINE
    )
    missing = {n for n in defined if hasattr(theirs, n) and not hasattr(ours, n) and not internal.match(n)}
    assert missing == set()


@pytest.mark.parametrize("path", ["differential_operators.grad", "numpy.numpy_boxes.ArrayBox"])
def test_modules_are_attributes(path):
    program = f"import {{}}; print({{}}.{path}.__name__)"
    for package in ("autograd", "autograd_lite"):
        command = [sys.executable, "-c", program.format(package, package)]
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert found.strip() in ("grad", "ArrayBox", "Tensor")


def extensions(package):
    """Calls of the modules for extensions: what each answers to."""
    core, extend, tracer, util = (
        import_module(f"{package.__name__}.{m}") for m in ("core", "extend", "tracer", "util")
    )
    xp = import_module(f"{package.__name__}.numpy")
    entries, numbers = [0, 2, 0], X[:3]

    @extend.primitive
    def take(a, i):
        return a[i]

    @extend.primitive
    def untake(g, i, vs):
        return extend.SparseObject(vs, lambda a: np.add.at(a, i, g) or a)

    extend.defvjp(take, lambda ans, a, i: lambda g: untake(g, i, extend.vspace(a)), None)
    extend.defvjp(untake, lambda ans, g, i, vs: lambda h: take(h, i), None, None)
    cubes = lambda x: xp.sum(take(x, entries) ** 3) + xp.sum(x)

    @extend.primitive
    def floor(x):
        return np.floor(x)

    for kind in (extend.VJPNode, extend.JVPNode):
        extend.register_notrace(kind, floor)

    f = lambda x: xp.sum(xp.sin(x) * x**2 * floor(x + 7.5))
    pulled = lambda x: core.backward_pass(1.0, tracer.trace(extend.VJPNode.new_root(), f, x)[1])
    pushed = lambda x: tracer.trace(extend.JVPNode.new_root(numbers), f, x)[1].g
    space = extend.vspace({"a": numbers, "b": (1.0, 2j)})
    return {
        "a sparse adjoint": package.grad(cubes)(numbers),
        "its derivative": package.make_hvp(cubes)(numbers)[0](numbers),
        "VJPNode": [pulled(numbers), core.backward_pass(1.0, tracer.trace(extend.VJPNode.new_root(), f, 2.0)[1])],
        "VJPNode inside a gradient": package.grad(lambda x: xp.sum(pulled(x) * numbers))(numbers),
        "JVPNode": pushed(numbers),
        "JVPNode inside a gradient": package.grad(pushed)(numbers),
        "no trace": [package.grad(f)(numbers), package.jacobian(lambda x: floor(x) * x)(1.5)],
        "order": list(util.toposort("d", {"d": "bc", "c": "b", "b": "a", "a": ""}.get)),
        "basis": list(space.standard_basis()),
        "sum": space.mut_add(None, space.scalar_mul(space.add(space.ones(), space.ones()), 3.0)),
        "product": space.inner_prod(space.ones(), space.covector(space.ones())),
    }


def test_extensions_answer_alike():
    ours, theirs = extensions(ag), extensions(hips)
    for name, answer in theirs.items():
        for a, b in zip(ag.trees.flatten(ours[name])[0], ag.trees.flatten(answer)[0], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, err_msg=name)
    assert ours["order"] == theirs["order"]


def test_nodes_of_what_does_not_move_and_of_few_entries_of_many():
    start = core.VJPNode.new_root()
    assert core.trace(start, lambda x: np.floor(x) * 2.0, 1.5)[1].parents[0].vjp(1.0) == (None,)
    assert core.backward_pass(1.0, core.trace(start, lambda x: np.floor(x) * 2.0, 1.5)[1]) is None
    large, product = np.arange(2000.0), lambda x: x[3] * x[5] + np.sum(x[10:20].T[2:])
    adjoint = core.backward_pass(1.0, core.trace(start, product, large)[1])
    np.testing.assert_array_equal(adjoint, ag.grad(product)(large))

    class Line(tracer.Node):
        def __init__(self, value, fun, args, kwargs, parent_argnums, parents):
            self.names = [fun.__name__, *[name for parent in parents for name in parent.names]]

        def initialize_root(self, name, more=()):
            self.names = [name, *more]

    f = ag.primitive(np.sin)
    tracer.register_notrace(Line, f)
    value, node = tracer.trace(Line.new_root("x", more=["y"]), lambda x: x[0] * (f(x[1]) + 1.0), [2.0, 0.0])
    assert value == 2.0 and node.names == ["multiply", "x", "y"]


def test_names_and_docstrings_as_there():
    from autograd import wrap_util as theirs

    def named(wrap_util):
        @wrap_util.wraps(number, "{what}_of_{fun}", "{doc}{what}", what="half")
        def f():
            pass

        @wrap_util.wrap_nary_f(number, named, 1)
        def g():
            pass

        return f.__name__, f.__doc__, g.__name__, g.__doc__, wrap_util.get_name(3), wrap_util.get_name(f)

    assert named(wrap_util) == named(theirs)
    assert wrap_util.get_doc(named) is None


def test_a_full_graph():
    end = misc.tracers.full_graph(lambda x, y, k: np.sin(x) * y * k, 1.0, 2.0, k=3.0)
    assert end.value == np.sin(1.0) * 6 and end.recipe[0] is np.multiply and end.recipe[1][1] == 3.0
    ((argnum, product),) = end.recipe[3]
    assert argnum == 0 and product.value == np.sin(1.0) * 2.0
    (_, sine), (_, y) = product.recipe[3]
    assert sine.recipe[3][0][1] is y and y.recipe[3] == []


def test_signatures_of_operators_are_their_own_and_values_are_seen():
    for name in ("make_vjp", "make_jvp", "deriv", "grad_and_aux", "holomorphic_grad", "make_hvp"):
        parameters = list(inspect.signature(getattr(ag, name)).parameters)
        assert parameters[:2] == ["fun", "argnum"]
        assert getattr(ag, name).__name__ == name
    seen = []

    def f(x):
        "Twice."
        seen.append(x._value)
        return 2.0 * x

    gradient = ag.grad(f)
    assert gradient(3.0) == 2.0
    assert seen == [3.0]
    assert "Twice." in gradient.__doc__
