"""Models as files: the arrays in safetensors, the architecture as JSON; nothing in them is ever executed.

    save(model, "net")     →     net.safetensors       arrays, and the architecture in its header
                                 net.json              the same architecture, for people to read
    load("net")            →     the model

The first file is complete by itself and replaced in one step, so after a crash there is the old model or the new one.
The second may be deleted; where it is, it must say the same, so that nobody edits it and wonders.

Source: https://huggingface.co/docs/safetensors, the format: a header in JSON, then the bytes of the arrays.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from .architecture import build, describe
from .files import needed, replace, with_suffix

__all__ = ["load", "save"]

FORMAT = "autograd_lite.nn"
VERSION = 1
SUFFIX = ".safetensors"


def save(model: Any, path: Any) -> Path:
    """Write a model to ``path`` (.safetensors is added where it is missing) and its architecture to a .json beside it.

    Parameters
    ----------
    model : FFNN, Sequential or a layer
        Made of layers of ``nn`` with named activations; parameters keep their dtype to the last bit.
    path : str or Path
        Both files appear whole or not at all, and replace older ones.

    Returns
    -------
    Path
        The file with the arrays.

    Raises
    ------
    ValueError, TypeError
        For layers and activations of one's own, which a file cannot name; nothing is written then.
    ImportError
        Without safetensors, with the command that installs it.

    Examples
    --------
    >>> import tempfile, nn
    >>> model = nn.FFNN([2, 3, 1], seed=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = nn.save(model, f"{folder}/net")
    ...     print(file.name, nn.load(file))
    net.safetensors FFNN([2, 3, 1], hidden=tanh, output=identity)
    """
    safetensors = needed("safetensors.numpy", "safetensors", "nn.save")
    path = with_suffix(path, SUFFIX)
    if hasattr(model, "model_"):
        raise TypeError(f"save the network of the estimator, its model_, not the {type(model).__name__} itself")
    description, arrays = describe(model)
    build(description, arrays)  # what cannot be loaded again is refused now
    architecture = {"format": FORMAT, "version": VERSION, "model": description}
    text = json.dumps(architecture, indent=2, allow_nan=False)
    content = safetensors.save(arrays, {"architecture": text, "sha256": digest(architecture, arrays)})
    replace(path, content)
    replace(path.with_suffix(".json"), f"{text}\n".encode())
    return path


def load(path: Any) -> Any:
    """The model that ``save`` wrote to ``path``.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged, cut off, or anything else than ``save`` writes; nothing in it is executed, and there is
        a whole model or none.
    ImportError
        Without safetensors, with the command that installs it.

    >>> load("no-such-model")
    Traceback (most recent call last):
        ...
    FileNotFoundError: no model at no-such-model.safetensors
    """
    safetensors = needed("safetensors", "safetensors", "nn.load")
    path = with_suffix(path, SUFFIX)
    if not path.is_file():
        raise FileNotFoundError(f"no model at {path}")
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            metadata, arrays = file.metadata() or {}, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        architecture = _architecture(metadata.get("architecture", ""))
        if metadata.get("sha256") != digest(architecture, arrays):
            raise ValueError("its bytes are not those that were written")
        _compare(architecture, path.with_suffix(".json"))
        return build(architecture["model"], arrays)
    except RecursionError:
        raise ValueError(f"{path} is no model that nn can load: its layers are nested too deeply") from None
    except (ValueError, TypeError, AttributeError, OSError, safetensors.SafetensorError) as error:
        raise ValueError(f"{path} is no model that nn can load, or is damaged: {error}") from None


def digest(architecture: dict[str, Any], arrays: dict[str, Any]) -> str:
    """A fingerprint of all that a file holds, by which damage is noticed."""
    total = sha256(json.dumps(architecture, sort_keys=True).encode())
    for name in sorted(arrays):
        total.update(f"{name} {arrays[name].dtype.str} {arrays[name].shape}".encode())
        total.update(arrays[name].tobytes())
    return total.hexdigest()


def _architecture(text: str) -> dict[str, Any]:
    """The architecture from its JSON, with the format and the version that this package writes."""
    architecture = json.loads(text, parse_constant=_refuse)
    if not isinstance(architecture, dict) or set(architecture) != {"format", "version", "model"}:
        raise ValueError("its header describes no architecture")
    if architecture["format"] != FORMAT or architecture["version"] != VERSION:
        found = f"{architecture['format']!r} version {architecture['version']!r}"
        raise ValueError(f"its format is {found[:80]}, not {FORMAT!r} version {VERSION}")
    return architecture


def _refuse(constant: str) -> Any:
    raise ValueError(f"its architecture holds {constant}")


def _compare(architecture: dict[str, Any], beside: Path) -> None:
    """Raise ValueError if the readable file beside the model says something else."""
    if not beside.exists():
        return
    try:
        same = json.loads(beside.read_text(encoding="utf-8"), parse_constant=_refuse) == architecture
    except (ValueError, RecursionError):
        same = False
    if not same:
        raise ValueError(
            f"{beside.name} beside it says something else than the file itself. It is only for reading: to change the "
            "architecture build a new model; delete it to load the model as it was saved"
        )
