"""What stands for an array while it is recorded, under the name that programs for HIPS autograd ask for."""

from ..tensor import Tensor as ArrayBox

__all__ = ["ArrayBox"]
