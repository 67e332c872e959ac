"""The only numba import: compiled functions whose cache can never be stale.

numba keys its on-disk cache by the file of the decorated function alone. A kernel that inlines a
function from another file would go on running the old one after an edit. So the cache folder itself
is named after the contents of every source file that may hold compiled code.

With `NUMBA_DISABLE_JIT=1` every function stays plain Python, and numba with its 90 MiB is not loaded at all: for
tests, and for a process that reads rules and simulates none.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from data.code_version import ROOT, hash_sources

COMPILED_PACKAGES = (
    "data",
    "backtest",
    "evolution/genome",
    "evolution/opcodes",
    "evolution/rows",
    "evolution/screening",
    "evolution/search/fronts",
)
KEPT_CACHES = 8


def code_key() -> str:
    """Return a short hash of the packages with compiled code: all of them, since constants are compiled in too."""
    return hash_sources(COMPILED_PACKAGES)[:16]


def _choose_cache_folder() -> Path:
    parent = ROOT / ".jit_cache"
    folder = parent / code_key()
    if not folder.exists() and parent.exists():
        by_age = sorted(parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for stale in by_age[KEPT_CACHES - 1 :]:
            shutil.rmtree(stale, ignore_errors=True)
    return folder


os.environ.setdefault("NUMBA_CACHE_DIR", str(_choose_cache_folder()))
CACHE_FOLDER = Path(os.environ["NUMBA_CACHE_DIR"])
"""Where this version of the code keeps what it compiled."""

IS_COMPILED = os.environ.get("NUMBA_DISABLE_JIT", "0") == "0"

if TYPE_CHECKING or IS_COMPILED:
    # The cache folder must be named before numba is imported.
    import numba
    from llvmlite import ir
    from numba.extending import intrinsic

Function = TypeVar("Function", bound=Callable[..., Any])


def jit(function: Function) -> Function:
    """Compile `function` with numba: cached on disk, free of the GIL, strict IEEE arithmetic."""
    if not IS_COMPILED:
        return function
    return cast(Function, numba.njit(cache=True, nogil=True, fastmath=False, error_model="numpy")(function))


def inlined(function: Function) -> Function:
    """Compile `function` into each of its callers, without counting references: it must make no arrays of its own.

    For the parts of a kernel that every trade runs through, where a call or a count costs as much as the work.
    """
    if not IS_COMPILED:
        return function
    # Numba keeps the switch for references to itself; its signature does not name it.
    options: dict[str, Any] = {"error_model": "numpy", "forceinline": True, "_nrt": False}
    return cast(Function, numba.njit(cache=True, nogil=True, fastmath=False, **options)(function))


def _instruction(describe: Callable[..., Any]) -> Any:
    """Return what numba replaces by the instructions that a function describes."""
    return intrinsic(describe)


def _fetch_line(typing: Any, array: Any, item: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), (pointer, number, number, number))
        fetch = builder.module.declare_intrinsic("llvm.prefetch", (pointer,), kind)
        address = builder.bitcast(builder.gep(data, [arguments[1]]), pointer)
        # To read, soon, data.
        builder.call(fetch, [address, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return numba.void(array, item), generate


def _trailing_zeros(typing: Any, word: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return numba.uint64(word), generate


def _do_nothing(array: Any, item: int) -> None:
    """Stand in for `fetch_line` where nothing is compiled."""


def _lowest_set(word: Any) -> int:
    return (int(word) & -int(word)).bit_length() - 1


fetch_line: Callable[[Any, int], None] = _instruction(_fetch_line) if IS_COMPILED else _do_nothing
"""Ask for the line of the processor's cache that holds an item, counted from the first of an array.

It changes nothing but the time at which the item is there; an item that does not exist does no harm.
"""
trailing_zeros: Callable[[Any], int] = _instruction(_trailing_zeros) if IS_COMPILED else _lowest_set
"""Return the position of the lowest set bit of a 64-bit word that is not 0: one instruction of the processor."""
