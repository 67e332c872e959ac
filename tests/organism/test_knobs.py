"""The numbers of a rule: which there are, and the rule with some of them turned."""

from __future__ import annotations

import pytest

from backtest.risk import SizingRule
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node, level, threshold, window
from organism.knobs import knobs_of, turned
from organism.sweep.scenarios import indices_of

NEVER = Node("never")


def crowded(enter: float, leave: float, bars: int = 168) -> Genome:
    """Return: against extreme funding, both sides alike."""
    score = Node("funding_zscore", (window(bars),))
    return Genome(
        Node("below", (score, threshold(-enter))),
        Node("above", (score, threshold(-leave))),
        Node("above", (score, threshold(enter))),
        Node("below", (score, threshold(leave))),
        RiskGenes(stop=8, max_hold=5),
    )


def test_mirrored_constants_are_one_number():
    knobs = knobs_of(crowded(1.5, 0.5))
    assert [knob.label for knob in knobs] == [
        "long entry: window 168 of funding_zscore(168) < -1.5",
        "long entry: threshold -1.5 of funding_zscore(168) < -1.5",
        "long exit: window 168 of funding_zscore(168) > -0.5",
        "long exit: threshold -0.5 of funding_zscore(168) > -0.5",
        "stop",
        "max hold",
    ]
    assert [len(knob.places) for knob in knobs] == [2, 2, 2, 2, 0, 0]


def test_turning_a_threshold_turns_its_mirror_the_other_way():
    genome = crowded(1.5, 0.5)
    knobs = {knob.label.split(" of ")[0]: knob for knob in knobs_of(genome)}
    enter = knobs["long entry: threshold -1.5"]
    assert turned(genome, {enter: enter.index - 2}) == crowded(1.6, 0.5)
    both = {enter: enter.index - 2, knobs["long exit: threshold -0.5"]: -12}
    assert turned(genome, both) == crowded(1.6, 0.6)
    assert turned(genome, {}) == genome


def test_zero_and_fifty_are_their_own_mirrors_and_turn_both_ways():
    """A place of a threshold is 0.05, one of a level 1."""
    score, rsi = Node("funding_zscore", (window(168),)), Node("rsi", (Node("close"), window(12)))

    def rule(above: Node, below: Node, number: Node) -> Genome:
        return Genome(Node("above", (number, above)), NEVER, Node("below", (number, below)), NEVER)

    funding = rule(threshold(0.0), threshold(0.0), score)
    zero = next(knob for knob in knobs_of(funding) if "threshold" in knob.label)
    assert turned(funding, {zero: 5}) == rule(threshold(0.25), threshold(-0.25), score)
    middle = rule(level(50), level(50), rsi)
    fifty = next(knob for knob in knobs_of(middle) if "threshold" in knob.label)
    assert turned(middle, {fifty: 54}) == rule(level(54), level(46), rsi)


def test_the_window_of_a_size_by_volatility_is_a_number_of_the_rule():
    entry = Node("above", (Node("funding_zscore", (window(168),)), threshold(1.5)))
    genome = Genome(entry, NEVER, NEVER, NEVER, RiskGenes(sizing=SizingRule.INVERSE_VOLATILITY, sizing_window=5))
    found = knobs_of(genome)[-1]
    assert (found.label, found.text(found.index)) == ("sizing window", "16")
    assert turned(genome, {found: 6}).risk == RiskGenes(sizing=SizingRule.INVERSE_VOLATILITY, sizing_window=6)
    assert knobs_of(Genome(entry, NEVER, NEVER, NEVER))[-1].label != "sizing window"


def test_genes_of_risk_are_turned_on_their_own_grids():
    genome = crowded(1.5, 0.5)
    stop, hold = knobs_of(genome)[-2:]
    assert (stop.text(stop.index), hold.text(hold.index)) == ("2 %", "16")
    found = turned(genome, {stop: 12, hold: 6})
    assert (found.risk.stop, found.risk.max_hold) == (12, 6)


def test_numbers_that_are_no_mirror_of_each_other_stay_apart():
    """Both sides look at the same hour: the same way. A level of 30 is mirrored by 70, not by 60."""
    time, rsi = Node("time_of_day"), Node("rsi", (Node("close"), window(12)))

    def side(low: int, up: str) -> Node:
        return Node("and", (Node("above", (time, level(45))), Node(up, (rsi, level(low)))))

    alike = Genome(side(30, "below"), NEVER, side(70, "above"), NEVER)
    assert [len(knob.places) for knob in knobs_of(alike)] == [2, 2, 2]
    hour = next(knob for knob in knobs_of(alike) if "45" in knob.label)
    assert [place.way for place in hour.places] == [1, 1]
    odd = Genome(side(30, "below"), NEVER, side(60, "above"), NEVER)
    # The hour is one number; each side's window and level of the index stand alone.
    assert sorted(len(knob.places) for knob in knobs_of(odd)) == [1, 1, 1, 1, 2]


def test_a_place_off_the_grid_is_no_rule():
    genome = crowded(1.5, 0.5)
    stop = knobs_of(genome)[-2]
    assert turned(genome, {stop: 0}) is None
    assert turned(genome, {stop: 81}) is None


def test_a_window_that_the_opcode_does_not_take_is_no_rule():
    rsi = Node("rsi", (Node("close"), window(100)))
    genome = Genome(Node("below", (rsi, level(30))), NEVER, NEVER, NEVER)
    bars = knobs_of(genome)[0]
    assert turned(genome, {bars: bars.index + 1}) is None


@pytest.mark.parametrize(
    ("enter", "expected"),
    [
        (1.5, tuple(range(-45, -14, 3))),
        (0.05, (-6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4)),
        (10.0, (-200, -180, -160, -140, -120, -100)),
    ],
)
def test_places_lie_a_tenth_of_the_number_apart_and_on_the_grid(enter, expected):
    knob = knobs_of(crowded(enter, 0.5))[1]
    assert indices_of(knob) == expected


def test_the_longest_window_that_an_opcode_takes_is_a_number_of_both_sides():
    """The next place of the grid, 168, is none that `adx` takes: nothing may be built of it to find the mirror."""
    strong, rising = Node("above", (Node("adx", (window(100),)), level(30))), Node("returns", (window(100),))
    long = Node("and", (strong, Node("above", (rising, threshold(1.0)))))
    short = Node("and", (strong, Node("below", (rising, threshold(-1.0)))))
    found = {knob.label.split(" of ")[0]: len(knob.places) for knob in knobs_of(Genome(long, NEVER, short, NEVER))}
    assert found == {
        "long entry: window 100": 2,
        "long entry: threshold 30": 2,
        "long entry: threshold 1.0": 2,
    }
