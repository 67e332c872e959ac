"""Trees as our evaluator computes them for a batch of genomes: programs over a bank of packed truths."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backtest.signals import n_words, unpack_bits
from data.market import BoolArray, Universe
from evolution.evaluator import FeatureStore, task_of
from evolution.evaluator.bank import TruthBank
from evolution.evaluator.evaluate import fill_levels
from evolution.evaluator.features import DEFAULT_BUDGET_BYTES
from evolution.evaluator.values import value_of
from evolution.genome.genome import Genome
from evolution.genome.node import Node
from evolution.genome.program import program_of
from evolution.opcodes.programs import N_ROOTS, Bank


class OurTrees:
    """A fresh evaluation of genomes: nothing is remembered unless asked for.

    Parameters
    ----------
    genomes
        Their roots are the trees.
    universe
        One coin.
    """

    def __init__(self, genomes: Sequence[Genome], universe: Universe) -> None:
        self._genomes, self._universe = genomes, universe
        self._features = FeatureStore(universe)
        self._bank = TruthBank(universe, self._features, DEFAULT_BUDGET_BYTES)
        program_of.cache_clear()

    def with_leaves(self, series: Sequence[Node]) -> OurTrees:
        """Compute series before."""
        for node in series:
            value_of(node, self._universe, 0, self._features)
        return self

    def with_comparisons(self) -> OurTrees:
        """Compute everything below the logic before."""
        self.evaluate()
        program_of.cache_clear()
        return self

    def evaluate(self) -> Bank:
        """Return the packed levels of every genome, shape (n_genomes, 1, 4 or more, n_words)."""
        n_bars = self._universe.n_bars
        tasks = [task_of(genome) for genome in self._genomes]
        programs = [tuple([self._bank.tokens(program) for program in task.programs]) for task in tasks]
        levels = np.empty((len(tasks), 1, N_ROOTS, n_words(n_bars)), dtype=np.uint64)
        fill_levels(self._bank, programs, [task.warm_up_bars for task in tasks], levels)
        return levels


def bools_of(levels: Bank, n_bars: int) -> list[BoolArray]:
    """Return the level of each tree."""
    return [unpack_bits(words, n_bars) for genome in levels for words in genome[0, :N_ROOTS]]
