"""The grids that constants of a genome lie on (clauses G1 to G5 of docs/semantics.md)."""

from __future__ import annotations

import math
from dataclasses import fields

import pytest

from data.errors import GenomeError
from evolution.genome.codec import to_json
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node, level, threshold, window
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import MAX_WARM_UP_BARS, WINDOWS

NEVER = Node("never")
RECURSIVE = ("ema", "rsi", "atr")


def test_windows_are_the_fourteen_of_the_grid() -> None:
    """Clause G2."""
    assert WINDOWS == (2, 3, 5, 8, 12, 16, 24, 36, 48, 72, 100, 168, 336, 720)
    assert [window(bars).value for bars in WINDOWS] == list(WINDOWS)


@pytest.mark.parametrize("name", RECURSIVE)
def test_windows_of_recursive_opcodes_end_at_100(name: str) -> None:
    """Clause G2."""
    assert CATALOGUE[name].windows == WINDOWS[:11]


def test_thresholds_are_steps_of_a_twentieth_and_of_one() -> None:
    """Clause G3: index 27 is 1.35 without units, and 27 of an oscillator."""
    assert threshold(1.35).index == 27
    assert threshold(1.35).value == 1.35
    assert level(27).index == 27
    assert level(27).value == 27.0


@pytest.mark.parametrize("value", [0.01, 1.349, 10.05, -10.05])
def test_a_threshold_off_the_grid_is_refused(value: float) -> None:
    """Clauses G1 and G3."""
    with pytest.raises(GenomeError):
        threshold(value)


def test_distances_are_steps_of_a_quarter_percent() -> None:
    """Clause G4: indices 1, 10 and 80 are 0.25 %, 2.5 % and 20 %."""
    risk = RiskGenes(stop=1, target=10, trailing=80).to_risk()
    assert (risk.stop, risk.target, risk.trailing) == (0.0025, 0.025, 0.2)
    for index in (0, 81, 2.5):
        with pytest.raises(GenomeError, match="stop is"):
            RiskGenes(stop=index)  # type: ignore[arg-type]


def test_a_negative_zero_is_the_zero_of_the_grid() -> None:
    """Clause G1: constants are whole indices, and there is one index 0."""
    negative, positive = threshold(-0.0), threshold(0.0)
    assert negative == positive
    assert math.copysign(1.0, negative.value) == 1.0
    rule = Node("above", (Node("returns", (window(2),)), negative))
    assert '["dimensionless",0]' in to_json(Genome(rule, NEVER, NEVER, NEVER))


def test_warm_ups_of_nested_windows_add_up_and_end_at_4000() -> None:
    """Clause G5: a mean of n values of a mean of m needs n - 1 + m - 1 bars; six of 720 are 4314, five 3595."""
    values = Node("close")
    for count in range(1, 7):
        values = Node("sma", (values, window(720)))
        assert values.warm_up_bars == 719 * count
        rule = Node("above", (Node("close"), values))
        if count < 6:
            assert Genome(rule, NEVER, NEVER, NEVER).warm_up_bars == 719 * count
    assert MAX_WARM_UP_BARS == 4_000
    with pytest.raises(GenomeError, match="needs 4314 bars of warm-up; allowed are at most 4000"):
        Genome(rule, NEVER, NEVER, NEVER)


def test_the_scale_is_no_gene() -> None:
    """Clause Z5: nothing of a genome changes the scale, which is 1 until it is frozen."""
    assert "scale" not in {item.name for item in fields(RiskGenes)}
    assert RiskGenes().to_risk().scale == 1.0
    assert RiskGenes().to_risk(0.37).scale == 0.37
