"""Verdicts and strategies as plain values: tables of measured against threshold."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from organism.registry.rows import Strategy, VerdictRow


def strategy_row(strategy: Strategy) -> dict[str, Any]:
    """Return what a list shows of a strategy."""
    return {
        "id": strategy.id,
        "state": strategy.state.value,
        "run": strategy.run_id,
        "generation": strategy.generation,
        "in_sample_sharpe": strategy.in_sample.get("sharpe"),
        "n_trades": strategy.in_sample.get("n_trades"),
        "rendered": strategy.rendered,
    }


def strategy_view(strategy: Strategy) -> dict[str, Any]:
    """Return everything the registry knows of a strategy, as JSON values."""
    view = asdict(strategy)
    view["state"] = strategy.state.value
    view["born_at"] = strategy.born_at.isoformat()
    view["in_sample"] = dict(strategy.in_sample)
    view["parents"] = list(strategy.parents)
    return view


def verdict_view(row: VerdictRow) -> dict[str, Any]:
    """Return a verdict with its stages."""
    return {
        "id": row.strategy_id,
        "verdict": row.verdict.value,
        "reason": row.reason,
        "snapshot_id": row.snapshot_id,
        "policy_hash": row.policy_hash,
        "evidence_sha256": row.evidence_sha256,
        "decided_at": row.decided_at.isoformat(),
        "stages": json.loads(row.stages_json),
    }
