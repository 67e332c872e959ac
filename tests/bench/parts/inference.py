"""How long the diagnostics of a search take."""

from __future__ import annotations

import numpy as np

from backtest.inference import cscv, daily_alpha, superior_predictive_ability
from tests.bench.section import Bar, Column, Section, Table
from tests.bench.timing import Contestant, interleaved

N_DAYS, N_CANDIDATES, N_BLOCKS, N_SPLITS = 1_095, 100, 16, 12_870
N_RESAMPLES = 1_000
CSCV_BAR_S = 0.1


def measure_inference(*, quick: bool) -> Section:
    """Time what judges the candidates of a search together, and the alpha of one, on three years of days."""
    returns = 0.01 * np.random.default_rng(1).standard_normal((N_DAYS, N_CANDIDATES))
    n_candidates = N_CANDIDATES // 5 if quick else N_CANDIDATES

    def resample() -> None:
        superior_predictive_ability(returns[:, :n_candidates], rng=np.random.default_rng(1), n_resamples=N_RESAMPLES)

    contestants = {
        f"CSCV, {N_SPLITS:,} splits x {N_CANDIDATES} candidates": Contestant(lambda: cscv(returns, N_BLOCKS)),
        f"superior predictive ability, {n_candidates} candidates, {N_RESAMPLES:,} resamples": Contestant(resample),
        "alpha of one candidate": Contestant(lambda: daily_alpha(returns[:, 0], returns[:, 1])),
    }
    timed = dict(zip(contestants, interleaved(list(contestants.values())), strict=True))
    columns = (Column("call"), Column("median ms", "{:,.1f}"), Column("least ms", "{:,.1f}"))
    rows = tuple((name, spent.median * 1e3, spent.least * 1e3) for name, spent in timed.items())
    name = next(iter(contestants))
    return Section(
        "Inference",
        notes=("Noise of three years of days; libraries are loaded before the first round that counts.",),
        tables=(Table(f"{N_DAYS:,} days", columns, rows),),
        bars=(Bar(name, timed[name].median, CSCV_BAR_S, "s", at_least=False),),
    )
