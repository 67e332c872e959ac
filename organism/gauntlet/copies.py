"""The same strategy many times, each time a little otherwise: the Sharpe ratios of its copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from backtest.costs import costs_for
from backtest.pooling import simulate_pooled
from backtest.prepared import PreparedMarket, prepare
from backtest.risk import Risk
from backtest.signals import Signals, pack_bits
from data.worlds.altered import noise_tape, noisy
from evolution.evaluator import FeatureStore
from organism.gauntlet.case import CAPITAL_USDC, Case, FloatArray

SEED = 20_250_101
"""The copies are fixed: the same strategy on the same history has the same ones, for ever."""


def jittered_sharpes(case: Case, n_copies: int) -> FloatArray:
    """Return the Sharpe ratios of copies with one number moved a little, sorted; shape (n_copies,)."""
    return case.found_once(("jittered", n_copies), lambda: _jittered_sharpes(case, n_copies))


def noisy_sharpes(case: Case, n_copies: int, share_of_range: float) -> FloatArray:
    """Return the Sharpe ratios on copies of the history with noise on every bar, sorted; shape (n_copies,)."""
    return case.found_once(("noisy", n_copies, share_of_range), lambda: _noisy_sharpes(case, n_copies, share_of_range))


def missed_fill_sharpes(case: Case, n_copies: int, share_missed: float) -> FloatArray:
    """Return the Sharpe ratios of copies whose orders fail on a share of all bars, sorted; shape (n_copies,).

    A level that is missed at one close is seen at the next, if it still holds: entries and exits come late or never.
    """
    return case.found_once(
        ("missed fills", n_copies, share_missed), lambda: _missed_fill_sharpes(case, n_copies, share_missed)
    )


def _jittered_sharpes(case: Case, n_copies: int) -> FloatArray:
    rng = np.random.default_rng(SEED)
    features = case.features or FeatureStore(case.universe)
    prepared = case.prepared()
    copies = [case.subject.jittered(rng) for _ in range(n_copies)]
    # Each with stops and holding times of its own, at the scale that was frozen for the rule itself.
    risks = [replace(copy.risk, scale=case.risk.scale) for copy in copies]
    return _sorted(
        [
            _sharpe(case, prepared, copy.signals(case.universe, features), risk)
            for copy, risk in zip(copies, risks, strict=True)
        ]
    )


def _noisy_sharpes(case: Case, n_copies: int, share_of_range: float) -> FloatArray:
    n_readers = n_copies * len(case.universe.markets)
    tape = noise_tape(case.universe.n_bars, n_readers, np.random.default_rng(SEED))
    sharpes = []
    for copy in range(n_copies):
        universe = noisy(case.universe, share_of_range, tape, copy)
        prepared = [prepare(market, costs_for(market.coin)) for market in universe]
        sharpes.append(_sharpe(case, prepared, case.subject.signals(universe), case.risk))
    return _sorted(sharpes)


def _missed_fill_sharpes(case: Case, n_copies: int, share_missed: float) -> FloatArray:
    rng = np.random.default_rng(SEED)
    prepared = case.prepared()
    missed = (_missed(case.signals, share_missed, rng) for _ in range(n_copies))
    return _sorted([_sharpe(case, prepared, levels, case.risk) for levels in missed])


def _missed(levels: Mapping[str, Signals], share: float, rng: np.random.Generator) -> dict[str, Signals]:
    missed = {}
    for coin, signals in levels.items():
        seen = pack_bits(rng.random(signals.n_bars) >= share)
        missed[coin] = Signals(
            signals.n_bars,
            signals.long_entry & seen,
            signals.long_exit & seen,
            signals.short_entry & seen,
            signals.short_exit & seen,
        )
    return missed


def _sharpe(case: Case, prepared: Sequence[PreparedMarket], levels: Mapping[str, Signals], risk: Risk) -> float:
    """Return the pooled Sharpe ratio over the case's slice; minus infinity where none exists."""
    pooled = simulate_pooled(
        prepared,
        [levels[coin] for coin in case.universe.coins],
        risk,
        start=case.slice.start,
        stop=case.slice.stop,
        capital=CAPITAL_USDC,
        keep_returns=False,
    )
    return pooled.metrics.sharpe if pooled.failure is None else float("-inf")


def _sorted(sharpes: list[float]) -> FloatArray:
    return np.sort(np.array(sharpes))
