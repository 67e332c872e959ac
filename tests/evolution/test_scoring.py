"""Scores by the batch are those of one genome at a time, and of the simulation that everybody else uses."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from backtest.batch import Outcome, TooFewEntries
from backtest.costs import costs_for
from backtest.pooling import simulate_pooled
from backtest.prepared import prepare
from backtest.risk import SizingRule
from data.market import Universe
from evolution.evaluator import Evaluator, FeatureStore, Task, signals, task_of
from evolution.evaluator.bank import LEAST_ROWS, BankFullError, TruthBank
from evolution.evaluator.scoring import Ready
from evolution.fitness import Evaluation, Reason, Rejected, Score, score_of, terms_of
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node, level, threshold, window
from evolution.priors import SearchPriors
from evolution.repetition import N_BLOCKS
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_genome

MINIMUM_TRADES = 5
CLOSE, NEVER = Node("close"), Node("never")
ALWAYS = Node("not", (NEVER,))


@pytest.fixture(scope="module")
def crowd() -> list[Genome]:
    grammar, shape, rng = Grammar(SearchPriors()), Shape(), np.random.default_rng(17)
    return [random_genome(grammar, shape, 2 + i % 3, rng) for i in range(150)]


def one_by_one(universe: Universe, genome: Genome) -> Evaluation:
    """Score a genome through `signals` and `simulate_pooled`, as the gauntlet would."""
    levels = signals(genome, universe)
    entries = sum(sum(map(int.bit_count, (value.long_entry | value.short_entry).tolist())) for value in levels.values())
    if entries == 0:
        return Rejected(Reason.ZERO_VARIANCE)
    if entries < MINIMUM_TRADES:
        return Rejected(Reason.TOO_FEW_TRADES, f"{entries} bars to enter on, {MINIMUM_TRADES} trades asked for")
    pooled = simulate_pooled(
        [prepare(market, costs_for(market.coin)) for market in universe],
        list(levels.values()),
        genome.risk.to_risk(),
        n_blocks=N_BLOCKS,
    )
    return score_of(pooled, genome.size, task_of(genome).parts, MINIMUM_TRADES, terms_of(universe))


@pytest.mark.parametrize("n_coins", [1, 3])
def test_a_batch_scores_as_the_plain_way_does(universe, crowd, n_coins):
    part = Universe(universe.snapshot_id, universe.markets[:n_coins])
    received = Evaluator(part, minimum_trades=MINIMUM_TRADES).evaluate_all([task_of(genome) for genome in crowd])
    assert received == [one_by_one(part, genome) for genome in crowd]
    assert sum(isinstance(answer, Score) for answer in received) > 30
    reasons = {answer.reason for answer in received if isinstance(answer, Rejected)}
    assert reasons >= {Reason.ZERO_VARIANCE, Reason.TOO_FEW_TRADES}


@pytest.mark.parametrize("feature_bytes", [0, 300_000, 3_000_000])
def test_room_for_little_changes_no_answer(one_coin, crowd, feature_bytes):
    """Truths and sizings are forgotten and computed again, in the middle of a batch too."""
    tasks = [task_of(genome) for genome in crowd]
    expected = Evaluator(one_coin, minimum_trades=MINIMUM_TRADES).evaluate_all(tasks)
    evaluator = Evaluator(one_coin, minimum_trades=MINIMUM_TRADES, feature_bytes=feature_bytes)
    assert evaluator.evaluate_all(tasks) == expected
    assert evaluator.evaluate_all(tasks[::-1]) == expected[::-1]


def test_more_atoms_and_sizings_than_there_is_room_for(one_coin):
    """Each genome alone fits; together they need more rows than the bank has, and three sizings are one too many."""
    rules = [
        Genome(
            Node("above", (Node("rsi", (CLOSE, window(24))), level(place))),
            NEVER,
            Node("below", (Node("zscore", (Node("close"), window(48))), threshold(step / 20))),
            NEVER,
            RiskGenes(sizing=tuple(SizingRule)[step % 3], sizing_window=5 + step % 2),
        )
        for place in range(0, 100, 10)
        for step in range(-60, 0)
    ]
    tasks = [task_of(rule) for rule in rules]
    roomy = Evaluator(one_coin, minimum_trades=1)
    assert Evaluator(one_coin, minimum_trades=1, feature_bytes=0).evaluate_all(tasks) == roomy.evaluate_all(tasks)
    bank = TruthBank(one_coin, FeatureStore(one_coin), 0)
    atoms = [
        Node("above", (Node("rsi", (CLOSE, window(bars))), level(place))).text
        for bars, place in itertools.product((12, 16, 24, 36, 48, 72), range(101))
    ]
    for atom in atoms[:LEAST_ROWS]:
        bank.tokens(atom)
    with pytest.raises(BankFullError):
        bank.tokens(atoms[LEAST_ROWS])
    assert len(bank.rows) == LEAST_ROWS


def test_no_genome_can_enter_on_fewer_bars_than_it_trades(one_coin, crowd):
    """What the gate relies on."""
    prepared = [prepare(market, costs_for(market.coin)) for market in one_coin]
    n_checked = 0
    for genome in crowd:
        levels = list(signals(genome, one_coin).values())
        entries = sum(map(int.bit_count, (levels[0].long_entry | levels[0].short_entry).tolist()))
        result = simulate_pooled(prepared, levels, genome.risk.to_risk())
        assert result.metrics.n_trades <= entries
        n_checked += result.metrics.n_trades > 0
    assert n_checked > 30


def test_gate_lets_through_who_may_have_just_enough(make_market):
    """Enters on bars 0 and 3, is out again after each: two trades, on two bars."""
    market = make_market([100] * 8, close=[101, 99, 99, 101, 99, 99, 99, 99])
    up, down = Node("above", (Node("close"), Node("open"))), Node("below", (Node("close"), Node("open")))
    rule = Genome(up, down, NEVER, NEVER)
    universe = Universe("one", (market,))
    two, three = (Evaluator(universe, minimum_trades=n).evaluate(rule) for n in (2, 3))
    assert isinstance(two, Score)
    assert two.n_trades == 2
    assert three == Rejected(Reason.TOO_FEW_TRADES, "2 bars to enter on, 3 trades asked for")


def test_a_genome_that_goes_wrong_is_the_only_one(one_coin, crowd):
    tasks = [task_of(genome) for genome in crowd[:20]]
    expected = Evaluator(one_coin, minimum_trades=MINIMUM_TRADES).evaluate_all(tasks)
    broken = tasks[3]._replace(programs=('["above",["close"],["no_such_opcode"]]', *tasks[3].programs[1:]))
    short = tasks[5]._replace(warm_up_bars=10**9)
    mixed = [*tasks[:3], broken, *tasks[3:], short]
    received = Evaluator(one_coin, minimum_trades=MINIMUM_TRADES).evaluate_all(mixed)
    assert [*received[:3], *received[4:-1]] == expected
    assert received[3].reason is Reason.ERROR
    assert received[3].detail.startswith("GenomeError: opcode 'no_such_opcode' is unknown")
    assert received[-1].reason is Reason.SHORT_HISTORY


class Watched(Evaluator):
    """Notes what progress says as each genome is prepared, and finds no memory at the third."""

    def prepare(self, task: Task) -> Ready:
        self.seen.append(int(self.progress[0]))
        if len(self.seen) == 3:
            raise MemoryError("none left")
        return super().prepare(task)


def test_who_watches_sees_each_begin_and_the_first_without_memory_ends_it(one_coin, crowd):
    evaluator = Watched(one_coin, minimum_trades=MINIMUM_TRADES)
    evaluator.seen, evaluator.progress = [], np.array([40])
    received = evaluator.evaluate_all([task_of(genome) for genome in crowd[:6]], evaluator.progress)
    assert evaluator.seen == [41, 42, 43]
    assert evaluator.progress.tolist() == [43]
    assert len(received) == 3
    assert received[2] == Rejected(Reason.OUT_OF_MEMORY, "none left")


class Cramped(Evaluator):
    """Simulates nothing in which the third genome is."""

    def _simulate(self, tasks: Sequence[Task], *others: Any) -> list[Outcome | TooFewEntries]:
        if self.third in tasks:
            raise MemoryError("none left")
        return super()._simulate(tasks, *others)


def test_the_first_without_memory_is_the_last_also_where_its_batch_went_on(one_coin, crowd):
    tasks = [task_of(genome) for genome in crowd[:6]]
    expected = Evaluator(one_coin, minimum_trades=MINIMUM_TRADES).evaluate_all(tasks)
    evaluator, progress = Cramped(one_coin, minimum_trades=MINIMUM_TRADES), np.array([40])
    evaluator.third = tasks[2]
    received = evaluator.evaluate_all(tasks, progress)
    assert received == [*expected[:2], Rejected(Reason.OUT_OF_MEMORY, "none left")]
    assert progress.tolist() == [43]


def test_always_and_never_are_programs_too(make_market):
    market = make_market(np.linspace(100.0, 200.0, 130))
    levels = signals(Genome(ALWAYS, NEVER, NEVER, ALWAYS), Universe("one", (market,)))["TEST"].to_bools()
    assert [level.all() for level in levels] == [True, False, False, True]
    assert [level.any() for level in levels] == [True, False, False, True]
