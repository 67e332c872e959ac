"""Compiled code, made before it is needed."""

from evolution.warm.kernels import compile_kernels, is_warm

__all__ = ["compile_kernels", "is_warm"]
