"""The truths of atoms on every coin of a universe, in rows that programs name.

A root is asked on which bars it is known to be True, and nothing else: of an `and` with a part that never is, the other
part need not be known, nor does the never True part of an `or`. Such parts are left out, their atoms not computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from backtest.signals import n_words
from data.market import Universe
from evolution.evaluator.features import FeatureStore
from evolution.evaluator.values import compute_values
from evolution.genome.genome import MAX_DEPTH, MAX_NODES
from evolution.genome.mask import MASK_ATOMS
from evolution.genome.program import SEPARATOR, SYMBOLS, atom_of
from evolution.opcodes.programs import AND, BLOCK_WORDS, FALSE, NOT, OR, TRUE, Bank, has_bits, is_ever_true
from evolution.opcodes.truth import Truth

FIRST_ROWS = 64
LEAST_ROWS = 1 + MAX_NODES // 3 + MASK_ATOMS
"""As many as one genome can need, whatever the budget says: a comparison has three nodes, `never` is the same one."""

REMEMBERED_PROGRAMS = 20_000
TOKENS = {SYMBOLS["and"]: AND, SYMBOLS["or"]: OR, SYMBOLS["not"]: NOT}


class Part(NamedTuple):
    """What a program or a part of it comes to."""

    tokens: tuple[int, ...]
    """For `run_programs`, exact on the side that was asked for alone."""
    is_ever: bool
    """Whether it may be on that side on some bar of some coin."""


class BankFullError(Exception):
    """No row is free; `clear` the bank when its rows are no longer needed."""


class TruthBank:
    """Rows of packed truths, each computed once and kept until `clear`.

    Parameters
    ----------
    universe
        The history that every row belongs to.
    features
        Where the series are remembered that atoms compare.
    budget_bytes
        Bytes of rows kept.
    """

    def __init__(self, universe: Universe, features: FeatureStore | None, budget_bytes: int) -> None:
        self._universe, self._features = universe, features
        shape = (len(universe.markets), 2, n_words(universe.n_bars))
        self._most = max(LEAST_ROWS, budget_bytes // (16 * shape[0] * shape[2]))
        self.rows: Bank = np.empty((min(FIRST_ROWS, self._most), *shape), dtype=np.uint64)
        """Shape (n_rows, n_coins, 2, n_words); made anew when it grows, so ask for it when programs run."""
        self.stack: Bank = np.empty((MAX_DEPTH + 1, 2, BLOCK_WORDS), dtype=np.uint64)
        """Room for any program to work in."""
        self._places: dict[str, int] = {}
        self._ever: list[tuple[bool, bool]] = []
        self._programs: dict[str, Part] = {}
        self._entered: dict[str, bool] = {}

    def tokens(self, program: str) -> tuple[int, ...]:
        """Return a program as tokens for `run_programs`, exact where it is known to be True.

        Raises
        ------
        BankFullError
            If there are more atoms than rows.
        """
        return self._known(program).tokens

    def has(self, program: str) -> bool:
        """Return whether a program costs nothing more."""
        return program in self._programs

    def is_ever_true(self, program: str) -> bool:
        """Return whether a program is known to be True on some bar of some coin; raises as `tokens` does."""
        entered = self._entered.get(program)
        if entered is None:
            part = self._known(program)
            entered = part.is_ever and is_ever_true(self.rows, np.array(part.tokens, dtype=np.int64), self.stack)
            self._entered[program] = entered
        return entered

    def _known(self, program: str) -> Part:
        part = self._programs.get(program)
        if part is None:
            if len(self._programs) >= REMEMBERED_PROGRAMS:
                # Rows may last for the whole of a long search; what programs come to is found again at once.
                self._programs.clear()
                self._entered.clear()
            items = program.split(SEPARATOR)
            part = self._programs[program] = self._part(items, first_items(items), len(items) - 1, TRUE)
        return part

    def clear(self) -> None:
        """Forget every row."""
        self._places.clear()
        self._ever.clear()
        self._entered.clear()
        self._programs.clear()

    def _part(self, items: Sequence[str], firsts: Sequence[int], last: int, side: int) -> Part:
        """Return the part of a program that ends at item `last`, as far as it is known to be on one side."""
        item = items[last]
        token = TOKENS.get(item)
        if token is None:
            place = self._row(item)
            return Part((place,), self._ever[place][side])
        if token == NOT:
            inner = self._part(items, firsts, last - 1, TRUE + FALSE - side)
            return Part((*inner.tokens, NOT), inner.is_ever)
        needs_both = (token == AND) == (side == TRUE)
        left = self._part(items, firsts, firsts[last - 1] - 1, side)
        if needs_both and not left.is_ever:
            return left
        right = self._part(items, firsts, last - 1, side)
        if left.is_ever and right.is_ever:
            return Part((*left.tokens, *right.tokens, token), is_ever=True)
        # Of an `or` the part that may be is left, of an `and` the one that never is.
        return right if right.is_ever != needs_both else left

    def _row(self, atom: str) -> int:
        place = self._places.get(atom)
        if place is None:
            place = len(self._places)
            if place == len(self.rows):
                self._grow()
            node = atom_of(atom)
            for coin, truth in enumerate(compute_values(node, self._universe, self._features)):
                assert isinstance(truth, Truth)
                self.rows[place, coin, TRUE], self.rows[place, coin, FALSE] = truth.true, truth.false
            self._ever.append((has_bits(self.rows[place], TRUE), has_bits(self.rows[place], FALSE)))
            # Only a row that is whole is ever named.
            self._places[atom] = place
        return place

    def _grow(self) -> None:
        n_rows = len(self.rows)
        if n_rows == self._most:
            raise BankFullError
        grown = np.empty((min(2 * n_rows, self._most), *self.rows.shape[1:]), dtype=np.uint64)
        grown[:n_rows] = self.rows
        self.rows = grown


def first_items(items: Sequence[str]) -> list[int]:
    """Return, for each item of a program in postfix order, the first item of the part that ends with it."""
    firsts: list[int] = []
    for place, item in enumerate(items):
        token = TOKENS.get(item)
        if token is None:
            firsts.append(place)
        elif token == NOT:
            firsts.append(firsts[place - 1])
        else:
            firsts.append(firsts[firsts[place - 1] - 1])
    return firsts
