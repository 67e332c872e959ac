"""Logic over whole roots: programs in postfix form, run block by block on packed truths.

A token that is not negative is a row of the bank of truths; `AND`, `OR` and `NOT` are Kleene's, as in `Truth`. Blocks
are so short that the stack of a program stays in the processor's nearest cache.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.jit import inlined, jit
from data.market import IntArray

AND, OR, NOT = -1, -2, -3
N_ROOTS = 4
TRUE, FALSE = range(2)
BLOCK_WORDS = 64
ALL_BITS, LAST_BITS = ~np.uint64(0), np.uint64(63)

Bank = NDArray[np.uint64]
"""Shape (n_rows, n_coins, 2, n_words): where something is known to be True, and to be False."""


@jit
def has_bits(row: Bank, side: int) -> bool:
    """Return whether a row of the bank, shape (n_coins, 2, n_words), is known to be on a side on some bar."""
    for coin in range(row.shape[0]):
        for word in range(row.shape[2]):
            if row[coin, side, word] != 0:
                return True
    return False


@inlined
def _run_block(
    bank: Bank, coin: int, program: IntArray, bounds: tuple[int, int], words: tuple[int, int], stack: Bank
) -> None:
    """Leave the value of one program, for the words [first, end), at the bottom of the stack."""
    first, size = np.uint64(words[0]), np.uint64(words[1] - words[0])
    top = np.int64(-1)
    for place in range(bounds[0], bounds[1]):
        token = program[place]
        if token >= 0:
            top += 1
            for i in range(size):
                stack[top, TRUE, i] = bank[token, coin, TRUE, first + i]
                stack[top, FALSE, i] = bank[token, coin, FALSE, first + i]
        elif token == NOT:
            for i in range(size):
                is_true = stack[top, TRUE, i]
                stack[top, TRUE, i] = stack[top, FALSE, i]
                stack[top, FALSE, i] = is_true
        elif token == AND:
            top -= 1
            for i in range(size):
                stack[top, TRUE, i] &= stack[top + 1, TRUE, i]
                stack[top, FALSE, i] |= stack[top + 1, FALSE, i]
        else:
            top -= 1
            for i in range(size):
                stack[top, TRUE, i] |= stack[top + 1, TRUE, i]
                stack[top, FALSE, i] &= stack[top + 1, FALSE, i]


@jit
def is_ever_true(bank: Bank, program: IntArray, stack: Bank) -> bool:
    """Return whether a program is known to be True on some bar of some coin; see `run_programs`."""
    n_words = bank.shape[3]
    for coin in range(bank.shape[1]):
        for first in range(0, n_words, BLOCK_WORDS):
            end = min(first + BLOCK_WORDS, n_words)
            _run_block(bank, coin, program, (0, program.size), (first, end), stack)
            for i in range(np.uint64(end - first)):
                if stack[0, TRUE, i] != 0:
                    return True
    return False


@jit
def run_programs(
    bank: Bank, program: IntArray, offsets: IntArray, warm_up_bars: IntArray, stack: Bank, levels: Bank
) -> None:
    """Fill `levels`, shape (n_genomes or more, n_coins, 4 or more, n_words), with where each root is known to be True.

    Parameters
    ----------
    bank
        Truths by row.
    program
        The tokens of all roots, one after another.
    offsets
        Shape (4 * n_genomes + 1,): where the tokens of each root begin.
    warm_up_bars
        Shape (n_genomes,): bars before which every level of a genome is False.
    stack
        Shape (deepest program, 2, `BLOCK_WORDS`), to work in.
    levels
        The first four rows of each genome and coin are written.
    """
    n_words = bank.shape[3]
    for genome in range(warm_up_bars.size):
        for coin in range(bank.shape[1]):
            for root in range(N_ROOTS):
                bounds = (offsets[N_ROOTS * genome + root], offsets[N_ROOTS * genome + root + 1])
                for first in range(0, n_words, BLOCK_WORDS):
                    end = min(first + BLOCK_WORDS, n_words)
                    _run_block(bank, coin, program, bounds, (first, end), stack)
                    for i in range(np.uint64(end - first)):
                        levels[genome, coin, root, np.uint64(first) + i] = stack[0, TRUE, i]
                # Whatever was True before the warm-up is cleared.
                whole = warm_up_bars[genome] >> 6
                levels[genome, coin, root, :whole] = 0
                if warm_up_bars[genome] & 63:
                    levels[genome, coin, root, whole] &= ALL_BITS << (np.uint64(warm_up_bars[genome]) & LAST_BITS)
