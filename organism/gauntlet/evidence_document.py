"""What an evidence pack says, as plain values and arrays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from data.code_version import code_version
from data.errors import DataError
from data.market import FloatArray, IntArray
from data.shown import inert_line
from organism.registry.rows import Strategy
from organism.registry.states import Verdict

if TYPE_CHECKING:
    # Reading evidence needs nothing of what measures it.
    from organism.gauntlet.examination import Examination, SliceRecord
    from organism.gauntlet.policy import GauntletPolicy
    from organism.ledger import TrialCount


def evidence_of(
    strategy: Strategy,
    examination: Examination,
    policy: GauntletPolicy,
    verdict: Verdict,
    reason: str,
    *,
    trials: TrialCount,
    n_openings: int,
    open_vault: bool,
) -> tuple[dict[str, Any], dict[str, FloatArray | IntArray]]:
    """Return the document and the arrays of a pack; nothing in them depends on the moment of writing."""
    document = {
        "schema": 1,
        "strategy_id": strategy.id,
        "genotype_hash": strategy.genotype_hash,
        "genome": json.loads(strategy.genome_json),
        "rendered": strategy.rendered,
        "behaviour_hash": strategy.behaviour_hash,
        "run_id": strategy.run_id,
        "snapshot_id": strategy.snapshot_id,
        "code_version": code_version(),
        "policy": policy.model_dump(mode="json"),
        "policy_hash": policy.sha256(),
        "weaker_than_base": list(policy.weaknesses()),
        "open_vault": open_vault,
        "n_trials": trials.tried,
        "lost_runs": list(trials.lost_runs),
        "n_openings": n_openings,
        "verdict": verdict.value,
        "reason": reason,
        "alarms": None if examination.alarms is None else asdict(examination.alarms),
        **measured_part(examination),
    }
    return document, arrays_of(examination)


@contextmanager
def understood(sha256: str) -> Iterator[None]:
    """Refuse a pack whose bytes are whole and whose words are not ours; wrap nothing but the reading of it."""
    try:
        yield
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            f"evidence pack {sha256[:12]} holds no judgement that this version can read "
            f"({type(error).__name__} {inert_line(str(error), 80)}): use the version that wrote it"
        ) from None


def measured_part(examination: Examination) -> dict[str, Any]:
    """Return what a replay must reproduce."""
    return {
        "scale": examination.scale,
        "longest_holding_bars": examination.longest_holding_bars,
        "stages": [stage.to_plain() for stage in examination.stages],
        "slices": [_slice(record) for record in examination.slices],
        "engine": list(examination.engine),
        "registered": None if examination.registered is None else asdict(examination.registered),
        "retuning": None if examination.retuning is None else asdict(examination.retuning),
    }


def arrays_of(examination: Examination) -> dict[str, FloatArray | IntArray]:
    """Return pooled returns and times of every examined slice."""
    arrays: dict[str, FloatArray | IntArray] = {}
    for record in examination.slices:
        arrays[f"{record.slice.name.lower()}_returns"] = record.returns
        arrays[f"{record.slice.name.lower()}_time_ms"] = record.time_ms
    return arrays


def _slice(record: SliceRecord) -> dict[str, Any]:
    part = record.slice
    return {
        "name": part.name,
        "start_ms": part.start_ms,
        "end_ms": part.end_ms,
        "n_bars": part.stop - part.start,
        "metrics": record.metrics,
        "coins": list(record.coins),
        "regimes": list(record.regimes),
    }
