"""How far a neighbour's number is from that of the rule itself, and that it is one number alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backtest.risk import SizingRule
from data.market import Universe
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node, level, threshold, window
from evolution.opcodes.types import WINDOWS
from organism.gauntlet.case import Case
from organism.gauntlet.copies import jittered_sharpes
from organism.gauntlet.neighbour import neighbour_of
from organism.gauntlet.subject import GenomeSubject
from organism.knobs import knobs_of

NEVER = Node("never", ())


def above_average(bars: int, opcode: str = "sma", **genes: Any) -> Genome:
    average = Node(opcode, (Node("close", ()), window(bars)))
    return Genome(Node("above", (Node("close", ()), average)), NEVER, NEVER, NEVER, RiskGenes(**genes))


def neighbours(rule: Genome, n: int = 400) -> list[Genome]:
    rng = np.random.default_rng(1)
    return [neighbour_of(rule, rng) for _ in range(n)]


def thresholds_beside(constant: Node, side: Node) -> set[int | None]:
    rule = Genome(Node("above", (side, constant)), NEVER, NEVER, NEVER, RiskGenes())
    return {copy.long_entry.children[1].index for copy in neighbours(rule) if copy.long_entry.children[0] == side}


@pytest.mark.parametrize(
    ("hour", "expected"), [(45, range(40, 51)), (90, range(85, 96)), (2, range(8)), (99, range(94, 101))]
)
def test_a_time_of_the_day_moves_by_an_hour_and_a_bit_early_and_late_alike(hour: int, expected: range) -> None:
    assert thresholds_beside(level(hour), Node("time_of_day", ())) == set(expected) - {hour}


@pytest.mark.parametrize(("value", "steps"), [(2.0, 8), (-0.5, 2), (0.05, 1), (0.0, 1)])
def test_a_threshold_without_bounds_moves_by_a_fifth_of_itself(value: float, steps: int) -> None:
    index = round(value * 20)
    moved = thresholds_beside(threshold(value), Node("returns", (window(12),)))
    assert moved == set(range(index - steps, index + steps + 1)) - {index}


@pytest.mark.parametrize(
    ("bars", "opcode", "expected"), [(24, "sma", {16, 36}), (2, "sma", {3}), (720, "sma", {336}), (100, "ema", {72})]
)
def test_a_window_moves_by_a_step_and_never_stays(bars: int, opcode: str, expected: set[int]) -> None:
    """Also not at an end of the grid, nor where the next window is more than its opcode takes: 168 for an `ema`."""
    found = {rule.long_entry.children[1].children[1].index for rule in neighbours(above_average(bars, opcode), 100)}
    assert {WINDOWS[index] for index in found if index is not None} == expected


@pytest.mark.parametrize(
    ("gene", "index", "expected"),
    [
        ("stop", 10, range(8, 13)),
        ("stop", 1, range(1, 3)),
        ("target", 80, range(64, 81)),
        ("trailing", 4, range(3, 6)),
        ("max_hold", 6, range(5, 8)),
        ("max_hold", 13, range(12, 14)),
    ],
)
def test_what_risk_is_held_to_moves_as_well(gene: str, index: int, expected: range) -> None:
    """Distances by a fifth of themselves, at least a step; holding times by a step; all within their grids."""
    moved = [copy.risk for copy in neighbours(above_average(24, **{gene: index}))]
    # It stays where the window has moved.
    assert {getattr(risk, gene) for risk in moved} == set(expected)
    # What the rule has not got does not come.
    assert {risk.stop for risk in moved if gene != "stop"} <= {None}


def test_the_window_of_a_sizing_rule_moves_and_that_of_none_does_not() -> None:
    sized = above_average(24, sizing=SizingRule.INVERSE_VOLATILITY, sizing_window=6)
    assert {copy.risk.sizing_window for copy in neighbours(sized, 100)} == {5, 6, 7}
    assert {copy.risk for copy in neighbours(above_average(24), 100)} == {RiskGenes()}


def test_one_number_moves_and_its_mirror_with_it() -> None:
    """Three numbers, each as often as the others: window and threshold of both sides, and the stop."""
    score = Node("funding_zscore", (window(168),))
    rule = Genome(
        Node("below", (score, threshold(-1.5))), NEVER, Node("above", (score, threshold(1.5))), NEVER, RiskGenes(stop=8)
    )
    was = {knob.label.split(" of ")[0]: knob.index for knob in knobs_of(rule)}
    assert len(was) == 3
    times = [0, 0, 0]
    for copy in neighbours(rule, 300):
        assert copy.short_entry.children[1].index == -(copy.long_entry.children[1].index or 0)
        moved = [knob.index != index for knob, index in zip(knobs_of(copy), was.values(), strict=True)]
        assert sum(moved) == 1
        times[moved.index(True)] += 1
    # Binomial, 300 draws of a third: 100 and four deviations of 8.2.
    assert all(67 <= count <= 133 for count in times)


def test_a_rule_without_numbers_is_its_own_neighbour() -> None:
    rule = Genome(Node("above", (Node("close", ()), Node("open", ()))), NEVER, NEVER, NEVER)
    assert neighbour_of(rule, np.random.default_rng(1)) == rule


def test_copies_trade_with_the_risk_they_have(waves: Universe, case_of: Callable[..., Case]) -> None:
    """Nothing but its stop can move: the copies' Sharpe ratios are those of other stops, and never its own."""
    rising = Node("above", (Node("close", ()), Node("open", ())))

    def case_with(stop: int) -> Case:
        return case_of(GenomeSubject(Genome(rising, NEVER, NEVER, NEVER, RiskGenes(stop=stop))), waves)

    own, *others = (case_with(stop).pooled().metrics.sharpe for stop in (2, 1, 3))
    assert own not in others
    assert set(jittered_sharpes(case_with(2), 20).tolist()) == set(others)
