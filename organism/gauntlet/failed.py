"""Candidates that failed on held-out bars: who moves like one of them has been answered already."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.errors import DataError
from data.intervals import DAY_MS
from data.market import FloatArray, IntArray
from organism.home import Home
from organism.registry.evidence import read_pack
from organism.registry.rows import VerdictRow
from organism.registry.states import Verdict
from organism.registry.store import Registry

FAILED = "failed on held-out bars"
"""What is said of one of them."""
LEAST_DAYS = 60
"""In common, below which two series are not compared."""


@dataclass(frozen=True, slots=True, eq=False)
class Failed:
    """A candidate that the vault has answered with no."""

    strategy_id: str
    time_ms: IntArray
    """Shape (n_bars,): of its in-sample bars."""
    returns: FloatArray
    """Shape (n_bars,): in sample."""


def failed_candidates(home: Home, registry: Registry) -> list[Failed]:
    """Return every candidate of the home that was killed after some held-out bars had been opened to it.

    A pack that cannot be read is passed over: `organism doctor` names it.
    """
    return [failed for row in registry.verdicts() if (failed := _failed(home, row)) is not None]


def alike(time_ms: IntArray, returns: FloatArray, failed: Sequence[Failed], maximum_correlation: float) -> str | None:
    """Return the id of a failed candidate that these in-sample returns move with, or None.

    Days (UTC) are compared, so that a rule is recognised on bars of another length; those that both have, at least
    `LEAST_DAYS`.
    """
    days, ours = _by_day(time_ms, returns)
    for other in failed:
        their_days, theirs = _by_day(other.time_ms, other.returns)
        common, mine, past = np.intersect1d(days, their_days, assume_unique=True, return_indices=True)
        if common.size >= LEAST_DAYS and _correlation(ours[mine], theirs[past]) > maximum_correlation:
            return other.strategy_id
    return None


def _by_day(time_ms: IntArray, returns: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the UTC days that bars begin on, in order, and the sum of the returns of each."""
    days, place = np.unique(time_ms // DAY_MS, return_inverse=True)
    sums: FloatArray = np.bincount(place, weights=returns).astype(np.float64)
    return days, sums


def _correlation(first: FloatArray, second: FloatArray) -> float:
    """Return the correlation; 0 for a series that never moves."""
    if not (first.std() > 0.0 and second.std() > 0.0):
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _failed(home: Home, row: VerdictRow) -> Failed | None:
    held_out = any(stage["slice_name"] != "IS" for stage in json.loads(row.stages_json))
    if row.verdict is not Verdict.KILL or not held_out:
        return None
    try:
        arrays = read_pack(home.evidence, row.evidence_sha256).arrays
        return Failed(row.strategy_id, arrays["is_time_ms"], arrays["is_returns"])
    except (DataError, KeyError):
        return None
