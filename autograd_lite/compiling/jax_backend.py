"""``backend="jax"``: the same program with ``jax.numpy`` for NumPy, compiled by XLA for the CPU, a GPU or a TPU.

Arrays of JAX cannot be written to, so entries are put by ``x.at[i].add(v)``; a program under ``jax.jit`` cannot branch,
so it returns what the guards ask for, and they are asked afterwards.  It computes in the precision of the arguments
(``jax_enable_x64`` is switched on for the call alone), in XLA's order of operations: the last bits may differ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..graph import Node
from ..kinds import pick
from ..programs.recording import Departed
from ..programs.spelling import index_text, tuple_text
from ..rules.elementwise import masked
from ..rules.indexing import scatter
from ..scanning.loops import scan_loop
from .capture import CompileError
from .emitting import Emitter, Program
from .planning import Plan, Step
from .rewriting import added
from .scans import Inner, expressible
from .spelling import spelled
from .texts import identifier

__all__ = ["prepared"]

_REDUCED = {"np.add.reduce": "np.sum", "np.multiply.reduce": "np.prod", "np.maximum.reduce": "np.max",
            "np.minimum.reduce": "np.min"}  # fmt: skip
_TRIANGLES = frozenset({np.linalg.cholesky, np.linalg.eigh, np.linalg.eigvalsh})


def prepared(plan: Plan, name: str) -> tuple[Program, Callable[..., Any], type[Exception]]:
    """The program of a plan, the function that runs it on NumPy's arrays, and what it raises for another branch.

    Raises ImportError with the pip command if JAX is missing; CompileError for a program that draws random numbers.
    """
    try:
        import jax
        import jax.experimental
    except ImportError as error:
        raise ImportError('backend="jax" needs JAX: pip install "autograd-lite[jax]"') from error
    if plan.captured.effects:
        raise CompileError('backend="jax" draws no random numbers: draw them outside and pass them in')
    library: Any = jax if hasattr(jax, "enable_x64") else jax.experimental  # its place before JAX 0.8
    double_precision = library.enable_x64
    program = JaxEmitter(plan).program(identifier(name))
    for name, value in program.outside.items():
        if not isinstance(value, np.ndarray):
            raise CompileError(f'backend="jax" knows no {name}: leave this function to backend="numpy"')
    namespace: dict[str, Any] = {}
    with double_precision(True):
        exec(program.source, namespace)  # our own text
    jitted = jax.jit(namespace[program.name])
    dtypes = [y.value.dtype for y in plan.outputs if type(y) is Node]
    single = len(dtypes) == 1 and not plan.guards
    guards = [guard for _, guard in plan.guards]

    def run(*arguments: Any) -> Any:
        try:
            with double_precision(True):
                found = jitted(*arguments)
        except (jax.errors.JAXTypeError, AttributeError, TypeError) as error:
            raise CompileError(
                f'backend="jax" cannot run this program ({str(error).splitlines()[0]}): use backend="numpy"'
            ) from error
        found = (found,) if single else found
        for guard, answer in zip(guards, found[len(dtypes) :], strict=True):
            if not np.array_equal(np.asarray(answer), guard.outcome):
                raise Departed(guard.line)
        if any([x.dtype.kind == "c" and dtype.kind != "c" for x, dtype in zip(found, dtypes, strict=False)]):
            raise CompileError('backend="jax" gives complex numbers where NumPy gives real ones: use backend="numpy"')
        results = [np.array(x, dtype)[()] for x, dtype in zip(found, dtypes, strict=False)]
        return results[0] if len(results) == 1 else tuple(results)

    return program, run, Departed


class JaxEmitter(Emitter):
    """Writes the statements of a program for ``jax.numpy``, which goes by the name of np in it."""

    uses_buffers = nests = False

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan, floats=False)
        self.imports = {"import jax.numpy as np"}

    def text(self, a: Any, near: Node | None = None) -> str:
        written = super().text(a, near)
        return f"np.array({written})" if type(a) is list else written

    def body(self) -> None:
        for step in self.plan.steps:
            self._noted(self._step, step)
        outputs = [self._output(y) for y in self.plan.outputs if type(y) is Node]
        outputs += [self.names[guard.node] for _, guard in self.plan.guards]
        self._line(f"return {', '.join(outputs)}" if outputs else "return ()")

    def _scan(self, step: Step) -> None:
        """``jax.lax.scan`` over the recorded step."""
        inner = Inner(self, step)
        if inner.guards:
            raise CompileError('backend="jax" knows no scan that decides by value: use np.where, or backend="numpy"')
        for node in inner.body_consts:
            self.names[node] = self.text(inner.given[node])
        m, gathered = inner.loop.carries, [*inner.put, *inner.stored]
        carry, xs = [self.names[leaf] for leaf in inner.leaves[:m]], [self.names[leaf] for leaf in inner.leaves[m:]]
        body, before, row = (self.unique.named(name) for name in ("step", "state", "row"))
        self._line(f"def {body}({before}, {row}):", inner.loop.name)
        self.depth += 1
        for names, given in ((carry, before), (xs, row)):
            if names:
                self._line(f"{tuple_text(names)} = {given}")
        for part in inner.steps:
            self._step(part)
        outputs = [self.text(y) for y in inner.outputs]
        put = [*[outputs[i] for i in inner.put], *[self.names[inner.leaves[k]] for k in inner.stored.values()]]
        self._line(f"return {tuple_text(outputs[:m])}, {tuple_text(put)}")
        self.depth -= 1
        start = [
            f"np.broadcast_to(np.asarray({self.text(a)}, {self.text(leaf.value.dtype)}), {leaf.value.shape})"
            for a, leaf in zip(inner.carry, inner.leaves, strict=False)
        ]
        results = f"{tuple_text(carry)}, {tuple_text([inner.picks[i].name for i in gathered])}"
        given = f"{tuple_text(start)}, {tuple_text(list(map(self.text, inner.xs)))}"
        self._line(f"{results} = jax.lax.scan({body}, {given}, {inner.loop.n}, {inner.loop.reverse})")
        for i in range(m):
            if i in inner.picks:
                self._line(f"{inner.picks[i].name} = {carry[i]}")
        self.imports.add("import jax")

    def _step(self, step: Step) -> None:
        node, comment = step.node, self._comment(step.node)
        if node.function is scan_loop and expressible(node):
            self._scan(step)
        elif node.function is pick and node.args[0].function is scan_loop and expressible(node.args[0]):
            return  # named where the loop is written
        elif node.function is scatter:
            values, _, *index = node.args
            self._line(f"{step.name} = {self._zeros(node)}{self._put_at(index, values)}", comment)
        elif node.function is added:
            x, values, *index = node.args
            self._line(f"{step.name} = {self.text(x)}{self._put_at(index, values)}", comment)
        elif node.function is masked:
            x, mask = map(self.text, node.args)
            self._line(f"{step.name} = np.where({mask}, {x}, 0)", comment)
        else:
            text = spelled(node, lambda a: self.text(a, node))
            for ufunc, function in _REDUCED.items():
                text = text.replace(ufunc, function)
            if node.function in _TRIANGLES:  # NumPy reads one triangle, where JAX takes the mean of both
                text = f"{text[:-1]}, symmetrize_input=False)"
            self._line(f"{step.name} = {text}", comment)

    def _put_at(self, index: Any, values: Any) -> str:
        return f".at[{index_text(tuple(index), self.text)}].add({self.text(values)})"
