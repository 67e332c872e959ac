"""Copies of a subject: a moved number, noise, missed fills; and what a fragile one keeps of its Sharpe ratio."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from backtest.risk import Risk
from backtest.signals import Signals
from data.market import Market, Universe
from data.worlds.altered import noise_tape, noisy, scrambled_after, usual_range
from evolution.evaluator import FeatureStore
from evolution.genome.genome import Genome
from evolution.genome.node import Node, threshold, window
from organism.gauntlet.case import Case
from organism.gauntlet.copies import jittered_sharpes, missed_fill_sharpes, noisy_sharpes
from organism.gauntlet.stages.causality import SeesNoFuture, StartsAnywhere
from organism.gauntlet.stages.neighbours import MissedFills, MovedNumber, NoisyBars, WorstMovedNumber
from organism.gauntlet.subject import GenomeSubject
from organism.gauntlet.verdict import Verdict


@dataclass(frozen=True)
class OnEdge:
    """Earns with its very constants; four of five neighbours do the opposite."""

    itself: Any
    neighbour: Any
    risk: Risk

    def signals(self, universe: Universe, features: FeatureStore | None = None) -> Mapping[str, Signals]:
        signals: Mapping[str, Signals] = self.itself.signals(universe, features)
        return signals

    def jittered(self, rng: np.random.Generator) -> Any:
        return self.neighbour if rng.random() < 0.8 else self.itself

    def retuned(self, universe: Universe, rng: np.random.Generator) -> Any:
        raise AssertionError("nobody asks for it here")


@pytest.fixture
def on_edge(with_trend: Any, against_trend: Any, waves: Universe, case_of: Callable[..., Case]) -> Case:
    return case_of(OnEdge(with_trend, against_trend, with_trend.risk), waves)


def test_copies_are_made_once_and_forgotten_with_their_case(
    with_trend: Any, against_trend: Any, waves: Universe, case_of: Callable[..., Case]
) -> None:
    case = case_of(OnEdge(with_trend, against_trend, with_trend.risk), waves)
    found: Callable[[Case], Any]
    for found in (
        lambda one: jittered_sharpes(one, 2),
        lambda one: noisy_sharpes(one, 2, 0.1),
        lambda one: missed_fill_sharpes(one, 2, 0.1),
    ):
        assert found(case) is found(case)
    ended = weakref.ref(case.subject)
    del case
    gc.collect()
    # Whoever judges many worlds would keep the history and the features of those before.
    assert ended() is None


def test_a_rule_that_needs_its_very_constants_is_killed(on_edge: Case) -> None:
    sharpes = jittered_sharpes(on_edge, 50)
    own = on_edge.pooled().metrics.sharpe
    assert own > 0.0
    # Each copy is one of the two.
    assert len(set(sharpes.tolist())) == 2
    assert 1 <= (sharpes == own).sum() <= 20
    for stage in (MovedNumber(0.7, 50), WorstMovedNumber(50)):
        result = stage.judge(on_edge)
        assert result.verdict is Verdict.KILL
        assert result.measured is not None
        assert result.measured < 0.0


def test_a_rule_without_constants_keeps_all_of_its_sharpe(
    with_trend: Any, waves: Universe, case_of: Callable[..., Case]
) -> None:
    result = MovedNumber(0.7, 12).judge(case_of(with_trend, waves))
    assert (result.verdict, result.measured) == (Verdict.PASS, 100.0)


def test_the_same_copies_are_made_again(with_trend: Any, waves: Universe, case_of: Callable[..., Case]) -> None:
    first, second = case_of(with_trend, waves), case_of(with_trend, waves)
    for sharpes in (lambda case: noisy_sharpes(case, 12, 0.1), lambda case: missed_fill_sharpes(case, 12, 0.1)):
        assert sharpes(first).tolist() == sharpes(second).tolist()
        assert len(set(sharpes(first).tolist())) == 12
        assert np.all(np.diff(sharpes(first)) >= 0.0)


def after_flat_bars(market: Market) -> Any:
    """Long or short for a bar, as the bar before went, when one closes just where it opened."""
    before = np.sign(np.roll(market.close, 1) - np.roll(market.close, 2))
    return np.where(market.close == market.open, before, 0).astype(np.int64)


def test_an_edge_made_of_exact_ticks_is_killed_by_noise(
    make_market: Callable[..., Market], scripted: Any, case_of: Callable[..., Case]
) -> None:
    """Two up, one flat, one up; two down, one flat, one down: whoever sees the flat bars knows what comes."""
    steps = np.tile([0.01, 0.01, 0.0, 0.01, -0.01, -0.01, 0.0, -0.01], 75)
    close = 100.0 * np.exp(np.cumsum(steps))
    opened = np.where(steps == 0.0, close, close * np.exp(-steps))
    case = case_of(
        scripted(after_flat_bars),
        Universe("ticks", (make_market(list(opened), close=list(close), coin="BTC", venue="test"),)),
    )
    assert case.pooled().metrics.sharpe > 10.0
    assert NoisyBars(0.5, 0.05, 12).judge(case).verdict is Verdict.KILL


def test_orders_that_never_miss_keep_everything_and_those_that_always_miss_nothing(
    with_trend: Any, waves: Universe, case_of: Callable[..., Case]
) -> None:
    case = case_of(with_trend, waves)
    assert MissedFills(0.5, 0.0, 10).judge(case).measured == 100.0
    assert missed_fill_sharpes(case, 10, 0.5)[0] < case.pooled().metrics.sharpe
    assert MissedFills(0.5, 0.999, 10).judge(case).verdict is Verdict.KILL


def test_a_leak_of_one_bar_is_seen_at_the_cuts(
    clairvoyant: Any, with_trend: Any, waves: Universe, case_of: Callable[..., Case]
) -> None:
    honest, cheat = (SeesNoFuture().judge(case_of(subject, waves)) for subject in (with_trend, clairvoyant))
    assert (honest.measured, honest.verdict) == (0.0, Verdict.PASS)
    assert cheat.measured is not None
    assert cheat.measured >= 10.0


def test_a_rule_that_counts_from_the_first_bar_depends_on_it(
    scripted: Any, with_trend: Any, waves: Universe, case_of: Callable[..., Case]
) -> None:
    stage = StartsAnywhere(warm_up_bars=50)
    counted = stage.judge(case_of(scripted(lambda market: np.arange(market.n_bars) // 7 % 2), waves))
    assert counted.verdict is Verdict.KILL
    assert stage.judge(case_of(with_trend, waves)).measured == 0.0


def test_a_history_shorter_than_the_longest_warm_up_is_compared_past_the_warm_up_of_the_rule(
    scripted: Any, waves: Universe, case_of: Callable[..., Case]
) -> None:
    """Of 600 bars, starts at a quarter, a half and three quarters of the first 549; 50 bars later all are compared.

    Levels are four for each of two coins: 8 x ((600 - 187) + (600 - 324) + (600 - 461)).
    """
    counted = scripted(lambda market: np.arange(market.n_bars) // 7 % 2, warm_up_bars=50)
    result = StartsAnywhere().judge(case_of(counted, waves))
    assert result.verdict is Verdict.KILL
    assert result.meaning.startswith("Of 6,624 levels past 50 bars of warm-up")


@pytest.mark.parametrize("warm_up_bars", [596, 4_000])
def test_a_history_that_ends_within_the_warm_up_of_the_rule_is_not_asked(
    warm_up_bars: int, scripted: Any, waves: Universe, case_of: Callable[..., Case]
) -> None:
    counted = scripted(lambda market: np.arange(market.n_bars) // 7 % 2, warm_up_bars=warm_up_bars)
    result = StartsAnywhere().judge(case_of(counted, waves))
    assert (result.measured, result.verdict, result.measured_text) == (None, Verdict.PASS, "not asked")
    assert result.meaning == (
        f"Not asked: 600 bars are too few to be begun later and leave {warm_up_bars:,} bars for the warm-up of the "
        "rule. It speaks neither for nor against it."
    )


def test_the_warm_up_of_a_genome_is_that_of_its_longest_part() -> None:
    assert GenomeSubject(Genome(*(Node("never"),) * 4)).warm_up_bars == 0
    late = Node("above", (Node("funding_zscore", (window(168),)), threshold(1.0)))
    assert GenomeSubject(Genome(late, *(Node("never"),) * 3)).warm_up_bars == late.warm_up_bars > 0


def test_scrambled_history_is_the_same_up_to_the_bar_and_valid_after_it(waves: Universe) -> None:
    other = scrambled_after(waves, 300, np.random.default_rng(1))
    for was, became in zip(waves, other, strict=True):
        for name in ("open", "high", "low", "close", "volume", "funding_rate", "funding_cost"):
            np.testing.assert_array_equal(getattr(became, name)[:301], getattr(was, name)[:301])
            assert not np.any(getattr(became, name)[301:] == getattr(was, name)[301:]), name
        assert np.all(became.low <= np.minimum(became.open, became.close))
        assert np.all(became.high >= np.maximum(became.open, became.close))
        assert np.all(became.low > 0.0)
    assert other.snapshot_id != waves.snapshot_id


def test_noise_is_a_share_of_the_usual_range_and_bars_stay_valid(make_market: Callable[..., Market]) -> None:
    market = make_market([100.0] * 4_000, [101.0] * 4_000, [99.0] * 4_000, [100.0] * 4_000)
    [became] = noisy(Universe("flat", (market,)), 0.05, noise_tape(4_000, 1, np.random.default_rng(1)), 0).markets
    # The usual range is 2: noise of 0.1 on open and close.
    assert (became.open - 100.0).std() == pytest.approx(0.1, rel=0.05)
    assert (became.close - 100.0).std() == pytest.approx(0.1, rel=0.05)
    assert np.all(became.low <= np.minimum(became.open, became.close))
    assert np.all(became.high >= np.maximum(became.open, became.close))
    np.testing.assert_array_equal(became.volume, market.volume)


def test_no_bar_has_the_same_noise_in_two_copies(waves: Universe) -> None:
    tape = noise_tape(waves.n_bars, 40, np.random.default_rng(1))
    opens = np.array([market.open for copy in range(20) for market in noisy(waves, 0.1, tape, copy)])
    noise = opens - np.tile([market.open for market in waves], (20, 1))
    assert abs(np.corrcoef(noise)[np.triu_indices(40, k=1)]).max() < 0.25


def test_the_usual_range_by_hand(make_market: Callable[..., Market]) -> None:
    market = make_market([10.0, 10.0, 10.0], [11.0, 12.0, 13.0], [9.0, 10.0, 9.0], available=[True, False, True])
    np.testing.assert_allclose(usual_range(market), [2.0, 2.0, 3.0])
