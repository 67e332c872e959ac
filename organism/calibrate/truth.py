"""What only the maker of a world knows: who found its cause, and what a graduate is worth afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from backtest.costs import costs_for
from backtest.pooling import simulate_pooled
from backtest.prepared import PreparedMarket, prepare
from data.market import Universe
from data.worlds import RECIPES, World, make_world
from evolution.evaluator import signals
from evolution.genome.genome import Genome
from organism.calibrate.outcome import Announced
from organism.gauntlet.recording import Judgement
from organism.settings import HistorySettings

CONTINUATION_YEARS = 20.0
ALIKE = 0.5
"""Correlation of in-sample returns with the oracle's above which a strategy has found the cause."""


def found_cause(history: HistorySettings, judgements: Sequence[Judgement], in_sample: Universe) -> bool | None:
    """Return whether a strategy moves with who holds what the cause asks for; None in a world without one."""
    if history.world is None:
        return None
    position = _world(history, history.world_seed, history.years).oracle_position[: in_sample.n_bars].astype(np.float64)
    if not position.any():
        return None
    moves = np.stack([np.diff(np.log(market.close), prepend=np.nan) for market in in_sample], axis=1)
    oracle = np.nan_to_num(position * moves).sum(axis=1)
    series = [one.examination.slice_record("IS").returns for one in judgements if one.examination.slices]
    return any(float(np.corrcoef(returns, oracle)[0, 1]) > ALIKE for returns in series if returns.std() > 0.0)


def announced(
    history: HistorySettings, graduates: Sequence[Judgement], genomes: Mapping[str, Genome]
) -> tuple[Announced, ...]:
    """Return what is announced of each graduate, and what twenty more years of a world with the same cause show."""
    if not graduates:
        return ()
    later = _continuation(history)
    prepared = [] if later is None else [prepare(market, costs_for(market.coin)) for market in later]
    return tuple(
        Announced(
            _held_out_sharpe(one),
            None if later is None else _sharpe_on(later, prepared, genomes[one.strategy_id], one.examination.scale),
        )
        for one in graduates
    )


def _continuation(history: HistorySettings) -> Universe | None:
    if history.world is None or history.surrogate is not None or not RECIPES[history.world].holds_something:
        return None
    seed = int(np.random.SeedSequence(history.world_seed, spawn_key=(1,)).generate_state(1, np.uint32)[0])
    return Universe("continuation", _world(history, seed, CONTINUATION_YEARS).markets)


def _world(history: HistorySettings, seed: int, years: float) -> World:
    assert history.world is not None
    return make_world(history.world, seed, years=years, plant_strength=history.plant_strength)


def _held_out_sharpe(judgement: Judgement) -> float:
    """Return the annual Sharpe ratio of the days of both held-out slices."""
    parts = [record.daily.strategy for record in judgement.examination.slices if record.slice.name != "IS"]
    days = np.concatenate(parts)
    return float(days.mean() / days.std(ddof=1) * np.sqrt(365.0))


def _sharpe_on(universe: Universe, prepared: Sequence[PreparedMarket], genome: Genome, scale: float | None) -> float:
    assert scale is not None
    levels = signals(genome, universe)
    pooled = simulate_pooled(prepared, [levels[coin] for coin in universe.coins], genome.risk.to_risk(scale))
    return pooled.metrics.sharpe if pooled.failure is None else 0.0
