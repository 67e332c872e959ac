"""Two values of one dimension against each other; unknown where one of them is."""

from __future__ import annotations

from typing import Any

import numpy as np

from backtest.signals import WordArray
from data.jit import jit
from data.market import FloatArray, Market
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.truth import Truth
from evolution.opcodes.types import NUMERIC, ValueType

Words = tuple[WordArray, WordArray]
Operand = FloatArray | float


@jit
def _series_above_series(values: FloatArray, others: FloatArray) -> Words:
    n = values.size
    true = np.zeros((n + 63) // 64, dtype=np.uint64)
    false = np.zeros_like(true)
    for word in range(true.size):
        bits = np.uint64(0)
        contrary = np.uint64(0)
        start = 64 * word
        # A constant length lets the compiler compare eight bars at a time.
        if start + 64 <= n:
            for bit in range(64):
                bits |= np.uint64(values[start + bit] > others[start + bit]) << np.uint64(bit)
                contrary |= np.uint64(values[start + bit] <= others[start + bit]) << np.uint64(bit)
        else:
            for bit in range(n - start):
                bits |= np.uint64(values[start + bit] > others[start + bit]) << np.uint64(bit)
                contrary |= np.uint64(values[start + bit] <= others[start + bit]) << np.uint64(bit)
        true[word] = bits
        false[word] = contrary
    return true, false
