"""Screens: trades counted by hand, questions that mirror each other, and children that ask for more."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.signals import pack_bits
from data.market import Universe
from evolution.evaluator import signals
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node, level, threshold, window
from evolution.opcodes.types import WINDOW, WINDOWS, ValueType
from evolution.priors import SearchPriors
from evolution.rows.genes import N_GENES
from evolution.rows.growing import Means, Shape
from evolution.rows.language import LANGUAGE
from evolution.rows.mirroring import mirror
from evolution.rows.odds import SCREENED
from evolution.rows.records import genome_from_bytes, genome_of, node_of, record_of
from evolution.screening import Screen, ScreenedBreeder
from evolution.screening.base import ALWAYS, NEVER, draw_base, draw_nothing
from evolution.screening.comparisons import comparisons
from evolution.screening.outlook import Outlook
from evolution.screening.questions import Questions, answers_of, draw_questions, kinds_of
from evolution.screening.tally import (
    N_PARTS,
    NO_QUESTION,
    NO_TRADES,
    STRETCH_WORDS,
    Kinds,
    Sample,
    Trades,
    best_question,
    first_part,
    with_trades,
)
from evolution.search.children import parents_of
from evolution.search.grammar import Grammar
from evolution.search.levels import levels_of
from tests.conftest import build_market
from tests.evolution.bred import ODDS, population_of, some_state

NOBODY = Node("never")
UP = Node("above", (Node("returns", (window(3),)), threshold(0.5)))
DOWN = Node("below", (Node("returns", (window(3),)), threshold(-0.5)))
CALM = Node("calm")
MIRRORED = Genome(UP, NOBODY, DOWN, NOBODY, RiskGenes(max_hold=WINDOWS.index(5)))


def bits(*bars: int, n_bars: int = 12) -> np.ndarray:
    return pack_bits(np.isin(np.arange(n_bars), bars)).reshape(1, -1)


def summed(
    enters: np.ndarray,
    answers: np.ndarray,
    ahead: list[float],
    hold_bars: int,
    n_parts: int = 1,
    *,
    cost: float = 0.0,
    is_long: bool = True,
) -> list[float]:
    if n_parts == N_PARTS:
        enters, answers = first_part(enters), first_part(answers)
    trades = Trades(np.array([ahead]), np.array([cost]), hold_bars, 0)
    return list(with_trades(enters, answers, trades, is_long, n_parts, NO_TRADES))


@pytest.fixture(scope="module")
def universe() -> Universe:
    rng = np.random.default_rng(3)
    markets = [
        build_market(100.0 * np.exp(np.cumsum(0.01 * rng.normal(size=900))), coin=coin) for coin in ("AAA", "BBB")
    ]
    return Universe("screened", tuple(markets))


@pytest.fixture(scope="module")
def means(universe: Universe) -> Means:
    return Means(LANGUAGE, Grammar(SearchPriors()).menus, Shape(2, 2), levels_of(universe))


@pytest.fixture(scope="module")
def screen(universe: Universe, means: Means) -> Screen:
    return Screen(universe, means, least_trades=5, most_questions=400)


def test_who_is_in_a_trade_does_not_enter_another_one() -> None:
    """Bars 0, 1, 4, 5 and 9 are asked for; from 0 it holds to 3, from 4 to 7; what is never answered counts nothing."""
    ahead = [0.01 * bar for bar in range(12)]
    enters = bits(0, 1, 2, 4, 5, 9)
    assert summed(enters, bits(*range(12)), ahead, 3) == pytest.approx([3, 0.0 + 0.04 + 0.09, 0.04**2 + 0.09**2])
    assert summed(enters, bits(1, 2, 5), ahead, 3) == pytest.approx([2, 0.01 + 0.05, 0.01**2 + 0.05**2])
    assert summed(enters, bits(), ahead, 3) == [0.0, 0.0, 0.0]


def test_nobody_enters_where_the_end_of_the_trade_is_unknown() -> None:
    ahead = [0.01, np.nan, 0.03, 0.04, *[0.0] * 8]
    assert summed(bits(1, 2, 3), bits(*range(12)), ahead, 1) == pytest.approx([2, 0.07, 0.03**2 + 0.04**2])


def test_a_trade_blocks_bars_beyond_its_word_of_64() -> None:
    ahead = [1.0] * 200
    enters = bits(10, 63, 64, 70, 150, 199, n_bars=200)
    assert summed(enters, enters, ahead, 100)[0] == 2
    assert summed(enters, enters, ahead, 54)[0] == 3
    assert summed(enters, enters, ahead, 1)[0] == 6


@given(
    seed=st.integers(0, 2**32 - 1),
    n_words=st.integers(1, 140),
    share=st.sampled_from([0.01, 0.3, 1.0]),
    hold_bars=st.sampled_from([1, 3, 63, 64, 65, 200, 2_000]),
    n_parts=st.sampled_from([1, N_PARTS]),
    cost=st.sampled_from([0.0, 0.0019]),
    is_long=st.booleans(),
)
def test_trades_are_those_of_a_walk_from_bar_to_bar(
    seed: int, n_words: int, share: float, hold_bars: int, n_parts: int, cost: float, is_long: bool
) -> None:
    rng, n_bars = np.random.default_rng(seed), 64 * n_words
    enters, answers = rng.random(n_bars) < share, rng.random(n_bars) < 0.7
    ahead = np.where(rng.random(n_bars) < 0.1, np.nan, rng.normal(size=n_bars))
    earned, free = [], 0
    for bar in range(n_bars):
        is_looked_at = bar // (64 * STRETCH_WORDS) % n_parts == 0
        if is_looked_at and bar >= free and enters[bar] and answers[bar] and not np.isnan(ahead[bar]):
            earned.append((ahead[bar] if is_long else -ahead[bar]) - cost)
            free = bar + hold_bars
    both = pack_bits(enters)[None], pack_bits(answers)[None]
    sums = summed(*both, ahead.tolist(), hold_bars, n_parts, cost=cost, is_long=is_long)
    assert sums[0] == len(earned)
    np.testing.assert_allclose(sums[1:], [np.sum(earned), np.sum(np.square(earned))], rtol=1e-12, atol=1e-12)


def answer_of(answers: list[np.ndarray], others: list[int], least: int = 2, seed: int = 1) -> int:
    """Return the best of 64 draws: a long and a short side that could enter on every bar."""
    ahead = np.array([[0.01, 0.02, 0.015, -0.03, -0.04, -0.02, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]])
    both = bits(*range(12))
    part = Sample(first_part(both), first_part(both), first_part(np.array(answers)), N_PARTS)
    whole = Sample(both, both, np.array(answers), 1)
    kinds = Kinds(np.arange(len(answers)), np.array([0, len(answers)]))
    trades = Trades(ahead, np.zeros(1), 1, least)
    return best_question(trades, part, whole, np.array(others), kinds, 64, some_state(seed))


def test_a_part_is_every_fourth_stretch_of_a_thousand_bars() -> None:
    n_bars = 6 * 1_024
    enters = bits(0, 1_023, 1_024, 4_095, 4_096, 5_119, 5_120, n_bars=n_bars)
    assert summed(enters, enters, [1.0] * n_bars, 1, n_parts=4)[0] == 4
    assert summed(enters, enters, [1.0] * n_bars, 1)[0] == 7


def test_the_question_with_the_highest_t_is_found_whatever_the_order_of_draws() -> None:
    """The second side is asked the other's mirror: 0 with 1 takes the rises long and the falls short."""
    answers = [bits(0, 1, 2), bits(3, 4, 5), bits(0, 3, 6), bits(1, 4, 7)]
    assert {answer_of(answers, [1, 0, 3, 2], seed=seed) for seed in range(5)} == {0}


def test_no_question_is_better_than_one_that_loses_or_leaves_too_little() -> None:
    losing = [bits(3, 4, 5), bits(0, 1, 2)]
    assert answer_of(losing, [0, 1]) == NO_QUESTION
    assert answer_of([bits(0, 1, 2), bits(3, 4, 5)], [1, 0], least=7) == NO_QUESTION
    assert answer_of([bits(0, 1, 2), bits(3, 4, 5)], [1, 0], least=6) == 0


def test_a_trade_is_entered_at_the_next_open_and_pays_twice() -> None:
    """Opens 102, 101, 105, 110, 108; 4.5 bps of fee and 5 of slippage, twice: 0.0019."""
    market = build_market(np.array([102.0, 101.0, 105.0, 110.0, 108.0]), coin="AAA")
    opens = market.open
    outlook = Outlook(Universe("five", (market,)))
    ahead, costs = outlook.ahead(2)
    assert ahead[0, :2] == pytest.approx([opens[3] / opens[1] - 1.0, opens[4] / opens[2] - 1.0])
    assert np.isnan(ahead[0, 2:]).all()
    assert costs == pytest.approx([0.0019])
    assert outlook.ahead(2, is_before_costs=True)[1].tolist() == [0.0]
    assert np.isnan(outlook.ahead(9)[0]).all()


def test_returns_ahead_take_no_more_memory_than_they_may_and_are_the_same_when_asked_for_again(
    universe: Universe,
) -> None:
    """Two coins of 900 bars are 14,400 bytes; of every holding time three are remembered, of a history too long one."""
    size = 2 * 900 * 8
    expected = {hold_bars: Outlook(universe).ahead(hold_bars)[0].tobytes() for hold_bars in WINDOWS}
    for budget, most in ((3 * size + 1, 3), (1, 1)):
        outlook = Outlook(universe, budget)
        tracemalloc.start()
        for hold_bars in (*WINDOWS, *WINDOWS):
            assert outlook.ahead(hold_bars)[0].tobytes() == expected[hold_bars]
        held = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert most * size <= held < (most + 1) * size
        last, _ = outlook.ahead(WINDOWS[-1])
        assert outlook.ahead(WINDOWS[-1])[0] is last


def mirrored(row: np.ndarray) -> bytes:
    other = row.copy()
    mirror(LANGUAGE, other)
    return other.tobytes()


def test_every_question_has_its_mirror(means: Means) -> None:
    questions = draw_questions(means, 2_000, some_state(1))
    assert len({row.tobytes() for row in questions.rows}) == len(questions.rows) in range(1_900, 2_003)
    for row, other in zip(questions.rows, questions.others.tolist(), strict=True):
        assert mirrored(row) == questions.rows[other].tobytes()


def test_every_question_is_of_one_kind_whatever_its_window_or_coin(means: Means) -> None:
    questions = draw_questions(means, 3_000, some_state(1))
    kinds = kinds_of(questions)
    assert sorted(kinds.order.tolist()) == list(range(len(questions.rows)))
    said = []
    for first, end in pairwise(kinds.bounds.tolist()):
        nodes = [node_of(questions.rows[place]) for place in kinds.order[first:end].tolist()]
        measured = [
            node.children[0] if node.children and node.children[0].type is not WINDOW else node for node in nodes
        ]
        across = {"leader", "peers", "cross_rank"}
        names = {(one.children[0] if one.opcode in across else one).opcode for one in measured}
        assert len(names) == 1
        said += names
    assert len(said) == len(set(said)) > 20
    assert {"time_of_day", "returns", "calm"} <= set(said)


def test_questions_are_of_every_measure_of_the_grammar_and_of_no_other(means: Means, universe: Universe) -> None:
    def opcodes(priors: SearchPriors) -> set[str]:
        menus = Grammar(priors).menus
        rows = list(comparisons(means._replace(menus=menus)))
        return {node.opcode for row in rows for node in node_of(row).walk()}

    everything = opcodes(SearchPriors())
    assert {"returns", "zscore", "squeeze", "rsi", "time_of_day", "leader", "atr"} <= everything
    without = opcodes(SearchPriors(excluded_opcodes=frozenset({"leader", "squeeze", "below"})))
    assert everything - without >= {"leader", "squeeze", "below"}
    assert "returns" in without


def test_answers_are_what_a_rule_of_the_question_alone_enters_on(means: Means, universe: Universe) -> None:
    questions = draw_questions(means, 60, some_state(2))
    answers, n_compared = answers_of(questions, universe), 0
    for row, answer in zip(questions.rows, answers, strict=True):
        genome = Genome(node_of(row), NOBODY, NOBODY, NOBODY)
        if genome.warm_up_bars >= universe.n_bars:
            continue
        n_compared += 1
        levels = signals(genome, universe)
        whole = -(-genome.warm_up_bars // 64)
        for coin, found in zip(universe.coins, answer, strict=True):
            assert found[whole:].tolist() == levels[coin].long_entry[whole:].tolist()
    assert n_compared > 40


def with_condition(genome: Genome, condition: Node) -> Genome:
    base = draw_base(record_of(genome), some_state(1))
    assert base is not None
    row = record_of(Genome(condition, NOBODY, NOBODY, NOBODY))[N_GENES:-3]
    child = np.empty(60, dtype=np.int16)
    end = base.with_condition(row, child)
    return genome_of(np.concatenate((record_of(genome)[:N_GENES], child[:end])))


def test_a_condition_is_asked_of_both_sides_of_a_mirrored_rule() -> None:
    condition = Node("above", (Node("rsi", (Node("close"), window(5))), level(70)))
    opposite = Node("below", (Node("rsi", (Node("close"), window(5))), level(30)))
    child = with_condition(MIRRORED, condition)
    assert child.long_entry == Node("and", (UP, condition))
    assert set(child.short_entry.children) == {DOWN, opposite}
    assert (child.long_exit, child.short_exit, child.risk) == (NOBODY, NOBODY, MIRRORED.risk)


def test_a_one_sided_rule_stays_one_sided() -> None:
    short = Genome(NOBODY, NOBODY, DOWN, UP, MIRRORED.risk)
    assert with_condition(short, CALM).roots == (NOBODY, NOBODY, Node("and", (DOWN, CALM)), UP)


def test_one_of_two_conditions_is_sometimes_found_anew() -> None:
    both = Genome(Node("and", (UP, CALM)), NOBODY, NOBODY, NOBODY, MIRRORED.risk)
    kept = [draw_base(record_of(both), some_state(seed)) for seed in range(60)]
    assert {node_of(base.kept) for base in kept if base} == {both.long_entry, UP, CALM}


def test_what_is_not_left_after_a_number_of_bars_is_left_alone() -> None:
    assert draw_base(record_of(Genome(UP, DOWN, DOWN, UP)), some_state(1)) is None
    assert draw_base(record_of(Genome(NOBODY, UP, NOBODY, UP, MIRRORED.risk)), some_state(1)) is None


def test_the_first_condition_is_added_to_nothing() -> None:
    genes = record_of(MIRRORED)[:N_GENES]
    sides = {draw_nothing(genes, 0.5, some_state(seed)).entries[:2] for seed in range(40)}
    always, never = ALWAYS.tobytes(), NEVER.tobytes()
    assert sides == {(always, always), (always, never), (never, always)}


def children_of(screen: Screen, genomes: list[Genome], seed: int, count: int = 60) -> Iterator[Genome]:
    litter = ScreenedBreeder(screen, ODDS, 1.0, 0.5).breed(parents_of(population_of(genomes)), count, some_state(seed))
    for number in range(len(litter.made)):
        child = litter.child(number)
        assert child.operator == SCREENED
        yield genome_from_bytes(child.record)


def conditions(genome: Genome) -> int:
    entry = genome.long_entry if genome.long_entry != NOBODY else genome.short_entry
    return 1 + sum(node.opcode == "and" for node in entry.walk())


def test_children_have_a_condition_more_or_are_fresh(screen: Screen) -> None:
    children = list(children_of(screen, [MIRRORED] * 8, 1))
    assert len(children) > 30
    assert {conditions(child) for child in children} == {1, 2}
    heirs = [child for child in children if UP in child.long_entry.walk() and child.risk == MIRRORED.risk]
    assert len(heirs) > 20
    assert {conditions(child) for child in heirs} == {2}
    assert all(node.type is not ValueType.BOOL or node.opcode != "or" for child in children for node in child.walk())


def test_without_parents_all_are_fresh(screen: Screen) -> None:
    children = list(children_of(screen, [], 2))
    assert len(children) > 30
    assert {conditions(child) for child in children} == {1, 2}
    assert all(child.risk.max_hold is not None for child in children)


def test_what_a_screen_remembers_changes_nothing(screen: Screen, universe: Universe, means: Means) -> None:
    first = list(children_of(screen, [MIRRORED] * 8, 7))
    assert list(children_of(screen, [MIRRORED] * 8, 7)) == first
    assert list(children_of(screen, [MIRRORED] * 8, 8)) != first
    anew = Screen(universe, means, least_trades=5, most_questions=400)
    assert list(children_of(anew, [MIRRORED] * 8, 7)) == first


def test_a_screen_finds_the_condition_that_a_market_was_made_of() -> None:
    """After a large step of the first half of the day the price goes on for five bars, of the second half back."""
    rng = np.random.default_rng(5)
    n_bars, hold = 6_000, 5
    noise = 0.004 * rng.normal(size=n_bars)
    steps = noise.copy()
    for bar in np.flatnonzero(np.abs(noise[:-hold]) > 0.006).tolist():
        steps[bar + 1 : bar + 1 + hold] += np.sign(noise[bar]) * (0.004 if bar % 24 < 12 else -0.004)
    universe = Universe("made", (build_market(100.0 * np.exp(np.cumsum(steps)), coin="AAA"),))
    alone = Grammar(SearchPriors(excluded_opcodes=frozenset({"leader"}))).menus
    screen = Screen(
        universe,
        Means(LANGUAGE, alone, Shape(2, 2), levels_of(universe)),
        least_trades=20,
        most_questions=4_000,
    )
    rise = Node("above", (Node("returns", (window(2),)), threshold(0.6)))
    fall = Node("below", (Node("returns", (window(2),)), threshold(-0.6)))
    rule = Genome(rise, NOBODY, fall, NOBODY, RiskGenes(max_hold=WINDOWS.index(hold)))
    base = draw_base(record_of(rule), some_state(1))
    assert base is not None
    found = screen.ask(base.entries, 8_000, some_state(1))
    assert found is not None
    assert node_of(found.long).children[0].opcode == "time_of_day"


def test_no_condition_is_proposed_where_none_leaves_enough_trades(universe: Universe, means: Means) -> None:
    greedy = Screen(universe, means, least_trades=100_000, most_questions=50)
    base = draw_base(record_of(MIRRORED), some_state(1))
    assert base is not None
    assert greedy.ask(base.entries, 50, some_state(1)) is None


def test_no_questions_are_no_conditions(means: Means) -> None:
    nothing: Questions = draw_questions(means, 0, some_state(1))
    assert nothing.rows == ()
