"""The one evaluator, for search, gauntlet and executor alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backtest.signals import Signals, n_words
from data.errors import GenomeError
from data.market import Universe
from evolution.evaluator.bank import TruthBank
from evolution.evaluator.features import FeatureStore
from evolution.evaluator.task import Task, task_of
from evolution.evaluator.values import is_across_coins
from evolution.genome.genome import Genome
from evolution.opcodes.programs import N_ROOTS, Bank, run_programs

Programs = tuple[tuple[int, ...], ...]
"""The tokens of the four roots."""


class ShortHistoryError(GenomeError):
    """The history ends before a genome decides anything."""


def signals(genome: Genome, universe: Universe, features: FeatureStore | None = None) -> dict[str, Signals]:
    """Compute the four levels of every coin.

    The level at bar t uses bars up to t, its own close included. Unknown is False, and so is every
    bar before the genome's warm-up.

    Parameters
    ----------
    genome
        The rule; the same for every coin.
    universe
        The history it is read on.
    features
        Series computed before on the same universe; optional, and without influence on the result.

    Raises
    ------
    ShortHistoryError
        If the history is not longer than the genome's warm-up.
    ValueError
        If `features` belongs to another snapshot.
    """
    if features is not None and features.snapshot_id != universe.snapshot_id:
        raise ValueError(
            f"features belong to snapshot {features.snapshot_id[:12]}, the universe to {universe.snapshot_id[:12]}; "
            "make one FeatureStore for each universe"
        )
    if features is None and any(map(is_across_coins, genome.roots)):
        # Each coin asks for what its arguments are on all of them: once is enough.
        features = FeatureStore(universe)
    task, bank = task_of(genome), TruthBank(universe, features, 0)
    _check_length(task, universe.n_bars)
    programs = tuple([bank.tokens(program) for program in task.programs])
    levels = np.empty((1, len(universe.markets), N_ROOTS, n_words(universe.n_bars)), dtype=np.uint64)
    fill_levels(bank, [programs], [task.warm_up_bars], levels)
    return {market.coin: Signals(market.n_bars, *levels[0, place]) for place, market in enumerate(universe)}


def look_up(task: Task, bank: TruthBank, n_bars: int) -> Programs:
    """Return a task's programs as tokens, the bank holding what they name.

    For simulation: the exit of a side that is never entered is not computed, its level is False throughout.

    Raises
    ------
    ShortHistoryError
        If the history is not longer than the genome's warm-up.
    BankFullError
        If the bank has no room.
    """
    _check_length(task, n_bars)
    long_entry, long_exit, short_entry, short_exit = task.programs
    return (*_of_side(bank, long_entry, long_exit), *_of_side(bank, short_entry, short_exit))


def _of_side(bank: TruthBank, entry: str, leave: str) -> Programs:
    enters = bank.tokens(entry)
    is_needed = bank.has(leave) or bank.is_ever_true(entry)
    # What is never True is as good as any other.
    return enters, bank.tokens(leave) if is_needed else enters


def _check_length(task: Task, n_bars: int) -> None:
    if n_bars <= task.warm_up_bars:
        raise ShortHistoryError(
            f"history of {n_bars} bars is not longer than the genome's warm-up of {task.warm_up_bars}; "
            "give more history or shorter windows"
        )


def fill_levels(bank: TruthBank, programs: Sequence[Programs], warm_up_bars: Sequence[int], levels: Bank) -> None:
    """Write the levels of each genome into the first four rows of `levels`; see `run_programs`."""
    tokens: list[int] = []
    offsets = [0]
    for roots in programs:
        for root in roots:
            tokens += root
            offsets.append(len(tokens))
    run_programs(
        bank.rows,
        np.array(tokens, dtype=np.int64),
        np.array(offsets, dtype=np.int64),
        np.array(warm_up_bars, dtype=np.int64),
        bank.stack,
        levels,
    )
