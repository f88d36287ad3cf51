"""The name of HIPS autograd's module ``autograd.wrap_util`` for operators of your own, ``op(f, argnum)(*args)``."""

from .differential_operators import unary_to_nary

__all__ = ["unary_to_nary"]
