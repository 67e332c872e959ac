"""Trades on the bars that a run was bred on, and on no others: its own snapshot ends where they end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from backtest.result import Trace
from data.market import Universe
from data.snapshot import SnapshotStore
from evolution.genome.genome import Genome
from evolution.run.layout import RunFolder, read_json
from evolution.run.origin import origin_from_plain
from organism.gauntlet.case import Case
from organism.gauntlet.examination import whole_slice
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.subject import GenomeSubject
from organism.home import Home

REMEMBERED = 2


def in_sample_of(home: Home, folder: RunFolder) -> Universe:
    """Return the history that a run was bred on.

    Raises
    ------
    DataError
        If the manifest or the snapshot is missing or damaged.
    """
    manifest = read_json(folder.manifest, "origin")
    return _universe(home.snapshots, origin_from_plain(manifest["origin"], str(folder.manifest)).snapshot)


def in_sample_traces(universe: Universe, rule: Genome, scale: float = 1.0) -> Sequence[Trace]:
    """Return what a rule does on all bars of a universe, coin by coin."""
    subject = GenomeSubject(rule)
    risk = replace(subject.risk, scale=scale)
    return Case(subject, universe, whole_slice("IS", universe), risk, GauntletPolicy()).traces()


@lru_cache(REMEMBERED)
def _universe(snapshots: Path, identifier: str) -> Universe:
    return SnapshotStore(snapshots).open(identifier).load()
