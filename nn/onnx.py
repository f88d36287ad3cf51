"""Models in ONNX, the open format for networks: what was trained here runs wherever ONNX does.

    x @ W + b      MatMul, Add            batch norm     Sub, Mul, Add, by the running statistics
    σ(z)           one node or a few      layer norm     ReduceMean, Sub, Mul, …, over the last axis
    dropout        nothing                residual       Add

Operators that runtimes have for float32 alone, such as Elu, or whose numbers ONNX keeps in float32, such as the slope
of LeakyRelu, are written with others, so that a model in float64 is as exact there as it is here.

Source: https://onnx.ai/onnx/operators, operator set 17.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite import trees

from .activations import BY_NAME, GELU_SLOPE, SELU_ALPHA, SELU_SCALE
from .composition import ActivityPenalty, Residual
from .files import needed, replace, with_suffix
from .layers import Activation, Dense, Dropout, Flatten
from .models import Sequential, title
from .normalization import BatchNorm, LayerNorm

__all__ = ["to_onnx"]

Array = Any

OPSET, IR_VERSION = 17, 8  # of 2021, so that older runtimes read the files too


def to_onnx(model: Any, path: Any, *, input_shape: tuple[int, ...] | None = None) -> Path:
    """Write a model for prediction to ``path`` (.onnx is added where it is missing): input "x", output "y".

    Parameters
    ----------
    model : FFNN, Sequential or a layer
        Made of layers of ``nn`` with named activations, in float32 or float64.
    path : str or Path
        The file appears whole or not at all, and replaces an older one.
    input_shape : tuple of int, optional
        The shape of one sample, for a model that begins with ``Flatten``; else the first layer tells it.  The number of
        samples is left open.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError, TypeError
        For layers and activations of one's own, and where the input shape is not known or does not fit.
    ImportError
        Without onnx, with the command that installs it.

    Examples
    --------
    >>> import tempfile, nn, onnxruntime
    >>> model = nn.FFNN([2, 3, 1], hidden="gelu", seed=0, dtype=np.float32)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     session = onnxruntime.InferenceSession(nn.to_onnx(model, f"{folder}/net"))
    >>> x = np.ones((5, 2), np.float32)
    >>> bool(np.allclose(session.run(["y"], {"x": x})[0], model(x), atol=1e-6))
    True
    """
    onnx = needed("onnx", "onnx", "nn.to_onnx")
    if hasattr(model, "model_"):
        raise TypeError(f"export the network of the estimator, its model_, not the {type(model).__name__} itself")
    shape = _input_shape(model) if input_shape is None else tuple(input_shape)
    dtype = _dtype(model)
    writer = _Writer(onnx, dtype)
    last = writer.layer(model, "x", "")
    output_shape = np.shape(model(np.zeros((2, *shape), dtype)))[1:]
    writer.nodes.append(onnx.helper.make_node("Identity", [last], ["y"]))
    graph = onnx.helper.make_graph(
        writer.nodes, "model", [writer.face("x", shape)], [writer.face("y", output_shape)], writer.constants
    )
    opset = [onnx.helper.make_opsetid("", OPSET)]
    content = onnx.helper.make_model(graph, opset_imports=opset, ir_version=IR_VERSION, producer_name="autograd_lite")
    onnx.checker.check_model(content, full_check=True)
    path = with_suffix(path, ".onnx")
    replace(path, content.SerializeToString())
    return path


def _dtype(model: Any) -> np.dtype[Any]:
    """The one dtype of all parameters, float64 without any."""
    dtypes = {np.asarray(leaf).dtype for leaf in trees.flatten(model)[0]} or {np.dtype(np.float64)}
    if len(dtypes) > 1 or not dtypes <= {np.dtype(np.float32), np.dtype(np.float64)}:
        found = ", ".join(sorted(dtype.name for dtype in dtypes))
        raise ValueError(f"the parameters must all be float32 or all be float64, but are {found}: use .astype first")
    return dtypes.pop()


def _input_shape(model: Any) -> tuple[int, ...]:
    """The shape of one sample, from the first layer that tells it.

    Raises ValueError if none does.
    """
    for layer in _flat(model):
        if isinstance(layer, Dense):
            return (layer.weights.shape[0],)
        if isinstance(layer, (BatchNorm, LayerNorm)):
            return (layer.gamma.size,)
        if isinstance(layer, Flatten):
            break
    raise ValueError("the shape of one sample is not known from the layers: give to_onnx(..., input_shape=(8, 8))")


def _flat(model: Any) -> list[Any]:
    """The layers in the order in which x meets them."""
    if isinstance(model, Sequential):
        return [inner for layer in model.layers for inner in _flat(layer)]
    return _flat(model.inner) if isinstance(model, (Residual, ActivityPenalty)) else [model]


class _Writer:
    """A graph in the making: its nodes and its constants."""

    def __init__(self, onnx: Any, dtype: np.dtype[Any]) -> None:
        self.onnx, self.dtype = onnx, dtype
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def face(self, name: str, shape: tuple[int, ...]) -> Any:
        """An input or output of the graph, with an open number of samples."""
        kind = self.onnx.helper.np_dtype_to_tensor_dtype(self.dtype)
        return self.onnx.helper.make_tensor_value_info(name, kind, ["n", *shape])

    def constant(self, value: Any, name: str = "") -> str:
        """A constant array in the graph; returns its name."""
        name = name or f"c{len(self.constants)}"
        self.constants.append(self.onnx.numpy_helper.from_array(np.asarray(value, self.dtype), name))
        return name

    def node(self, operator: str, *inputs: Any, **attributes: Any) -> str:
        """A node; numbers among its inputs become constants.  Returns the name of its output."""
        names = [x if isinstance(x, str) else self.constant(x) for x in inputs]
        output = f"v{len(self.nodes) + 1}"
        self.nodes.append(self.onnx.helper.make_node(operator, names, [output], **attributes))
        return output

    def layer(self, layer: Any, x: str, place: str) -> str:
        """The nodes of any layer at x; returns the name of what comes out."""
        if isinstance(layer, Sequential):
            for i, inner in enumerate(layer.layers):
                x = self.layer(inner, x, f"{place}layers.{i}.")
            return x
        if type(layer) in _LAYERS:
            return _LAYERS[type(layer)](self, layer, x, place)
        return self.activation(layer, x, place)

    def activation(self, function: Any, z: str, place: str, **options: float) -> str:
        """The nodes of a named function."""
        for name, named in BY_NAME.items():
            if function is named and name in _ACTIVATIONS:
                return _ACTIVATIONS[name](self, z, **options)
        known = ", ".join([*_ACTIVATIONS, *(kind.__name__ for kind in _LAYERS)])
        what = f"{place.rstrip('.') or 'the model'} is {title(function)!r}"
        raise ValueError(f"{what}, a function or layer of your own, which ONNX does not know; known are {known}")


def _dense(w: _Writer, layer: Dense, x: str, place: str) -> str:
    product = w.node("MatMul", x, w.constant(layer.weights, f"{place}weights"))
    z = w.node("Add", product, w.constant(layer.biases, f"{place}biases"))
    return w.activation(layer.activation, z, f"the activation of {place}")


def _batch_norm(w: _Writer, layer: BatchNorm, x: str, place: str) -> str:
    scale = layer.gamma / np.sqrt(layer.variance + layer.eps)
    centered = w.node("Sub", x, w.constant(layer.mean, f"{place}mean"))
    scaled = w.node("Mul", centered, w.constant(scale, f"{place}scale"))
    return w.node("Add", scaled, w.constant(layer.beta, f"{place}beta"))


def _layer_norm(w: _Writer, layer: LayerNorm, x: str, place: str) -> str:
    deviations = w.node("Sub", x, w.node("ReduceMean", x, axes=[-1]))
    variance = w.node("ReduceMean", w.node("Mul", deviations, deviations), axes=[-1])
    normalized = w.node("Div", deviations, w.node("Sqrt", w.node("Add", variance, layer.eps)))
    scaled = w.node("Mul", normalized, w.constant(layer.gamma, f"{place}gamma"))
    return w.node("Add", scaled, w.constant(layer.beta, f"{place}beta"))


def _activation(w: _Writer, layer: Activation, x: str, place: str) -> str:
    return w.activation(layer.function, x, place, **layer.options)


_LAYERS: dict[type, Callable[[_Writer, Any, str, str], str]] = {
    Dense: _dense,
    Activation: _activation,
    BatchNorm: _batch_norm,
    LayerNorm: _layer_norm,
    Dropout: lambda w, layer, x, place: x,
    Flatten: lambda w, layer, x, place: w.node("Flatten", x, axis=1),
    Residual: lambda w, layer, x, place: w.node("Add", x, w.layer(layer.inner, x, f"{place}inner.")),
    ActivityPenalty: lambda w, layer, x, place: w.layer(layer.inner, x, f"{place}inner."),
}


def _leaky_relu(w: _Writer, z: str, slope: float = 0.01) -> str:
    """max(z, 0) + slope min(z, 0)"""
    positive = w.node("Relu", z)
    return w.node("Add", positive, w.node("Mul", w.node("Sub", z, positive), slope))


def _elu(w: _Writer, z: str, alpha: float = 1.0) -> str:
    """max(z, 0) + α (exp(min(z, 0)) − 1)"""
    positive = w.node("Relu", z)
    return w.node("Add", positive, _below_zero(w, z, positive, alpha))


def _selu(w: _Writer, z: str) -> str:
    """λ max(z, 0) + λ α (exp(min(z, 0)) − 1); onnxruntime would join a last product to the next MatMul in float32"""
    positive = w.node("Relu", z)
    return w.node("Add", w.node("Mul", positive, SELU_SCALE), _below_zero(w, z, positive, SELU_SCALE * SELU_ALPHA))


def _below_zero(w: _Writer, z: str, positive: str, alpha: float) -> str:
    """α (exp(z − positive) − 1)"""
    return w.node("Mul", w.node("Sub", w.node("Exp", w.node("Sub", z, positive)), 1), alpha)


def _softplus(w: _Writer, z: str) -> str:
    """max(z, 0) + log(1 + exp(−|z|))"""
    decay = w.node("Exp", w.node("Neg", w.node("Abs", z)))
    return w.node("Add", w.node("Relu", z), w.node("Log", w.node("Add", decay, 1)))


def _silu(w: _Writer, z: str) -> str:
    """z/(1 + exp(−z)); some versions of onnxruntime turn z σ(z) into a node that they do not have for float64"""
    return w.node("Div", z, w.node("Add", w.node("Exp", w.node("Neg", z)), 1))


def _gelu(w: _Writer, z: str) -> str:
    """z σ(s z (1 + c z²))"""
    inner = w.node("Add", w.node("Mul", w.node("Mul", z, z), 0.044715 * GELU_SLOPE), GELU_SLOPE)
    return w.node("Mul", z, w.node("Sigmoid", w.node("Mul", z, inner)))


_ACTIVATIONS: dict[str, Callable[..., str]] = {
    "identity": lambda w, z: z,
    "sigmoid": lambda w, z: w.node("Sigmoid", z),
    "tanh": lambda w, z: w.node("Tanh", z),
    "relu": lambda w, z: w.node("Relu", z),
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "selu": _selu,
    "gelu": _gelu,
    "silu": _silu,
    "softplus": _softplus,
    "softsign": lambda w, z: w.node("Div", z, w.node("Add", w.node("Abs", z), 1)),
    "softmax": lambda w, z: w.node("Softmax", z, axis=-1),
    "log_softmax": lambda w, z: w.node("LogSoftmax", z, axis=-1),
}
