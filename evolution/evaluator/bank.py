"""The truths of atoms on every coin of a universe, in rows that programs name."""

from __future__ import annotations

import numpy as np

from backtest.signals import n_words
from data.market import Universe
from evolution.evaluator.features import FeatureStore
from evolution.evaluator.program import SEPARATOR, TOKENS
from evolution.evaluator.values import compute_value
from evolution.genome.codec import node_from_text
from evolution.genome.genome import MAX_NODES
from evolution.opcodes.programs import FALSE, TRUE, Bank
from evolution.opcodes.truth import Truth

FIRST_ROWS = 64
LEAST_ROWS = 1 + MAX_NODES // 3
"""As many as one genome can need, whatever the budget says: a comparison has three nodes, `never` is the same one."""


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
        self._places: dict[str, int] = {}
        self._programs: dict[str, tuple[int, ...]] = {}

    def tokens(self, program: str) -> tuple[int, ...]:
        """Return a program as tokens for `run_programs`, computing the atoms that have no row yet.

        Raises
        ------
        BankFullError
            If there are more atoms than rows.
        """
        tokens = self._programs.get(program)
        if tokens is None:
            items = program.split(SEPARATOR)
            tokens = tuple([TOKENS[item] if item in TOKENS else self._row(item) for item in items])
            self._programs[program] = tokens
        return tokens

    def clear(self) -> None:
        """Forget every row."""
        self._places.clear()
        self._programs.clear()

    def _row(self, atom: str) -> int:
        place = self._places.get(atom)
        if place is None:
            place = len(self._places)
            if place == len(self.rows):
                self._grow()
            node = node_from_text(atom)
            for coin, market in enumerate(self._universe):
                truth = compute_value(node, market, self._features)
                assert isinstance(truth, Truth)
                self.rows[place, coin, TRUE], self.rows[place, coin, FALSE] = truth.true, truth.false
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
