"""What is kept of a candidate on which the simulators disagree: both results, coin by coin."""

from __future__ import annotations

from pathlib import Path

from backtest.costs import costs_for
from backtest.parity import first_difference
from backtest.reference import simulate_reference
from data.canonical import canonical_json
from data.durable import write_atomically
from evolution.run.quarantine import trace_to_plain
from organism.gauntlet.case import CAPITAL_USDC, N_BLOCKS, Case
from organism.gauntlet.verdict import StageResult


def save_both_results(folder: Path, strategy_id: str, stage: StageResult, case: Case) -> Path:
    """Write what kernel and reference make of a case into one JSON file, with the stage that was missed.

    vectorbt's first difference, if it is vectorbt that differs, is in the words of the stage.
    """
    coins = []
    for market, ours in zip(case.universe, case.traces(), strict=True):
        plain = simulate_reference(
            market,
            case.signals[market.coin],
            case.risk,
            costs_for(market.coin),
            start=case.slice.start,
            stop=case.slice.stop,
            initial_capital=CAPITAL_USDC / len(case.universe.markets),
            n_blocks=N_BLOCKS,
        )
        difference = first_difference(ours, plain, names=("kernel", "reference"))
        coins.append(
            {
                "coin": market.coin,
                "difference": None if difference is None else str(difference),
                "kernel": trace_to_plain(ours),
                "reference": trace_to_plain(plain),
            }
        )
    path = folder / f"{strategy_id}.json"
    content = {"schema": 1, "strategy_id": strategy_id, "stage": stage.to_plain(), "coins": coins}
    write_atomically(path, canonical_json(content) + b"\n")
    return path
