"""One flipped bit anywhere in a stored file: refused, or nothing that is read has changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.bars import Bars, Funding
from data.errors import DataError
from data.lake import Lake
from data.snapshot import SnapshotStore
from data.worlds import make_world
from evolution.fitness import Reason, Rejected, Score
from evolution.trials import Trial, append_segment, read_segments
from organism.ledger import count_trials
from organism.registry.evidence import read_pack, write_pack
from tests.fuzz.flips import flipped, overwrite

FLIPS = 60
"""Bits turned in each file, one after the other."""
HOURS = 3_600_000 * np.arange(60, dtype=np.int64) + 1_704_067_200_000


def every_flip_is_refused_or_harmless(path: Path, read: Callable[[], Any]) -> int:
    """Flip bits of the file one after the other; return how many were refused in a printable line."""
    whole = path.read_bytes()
    expected = read()
    n_refused = 0
    for place, damaged in flipped(whole, FLIPS, seed=len(whole)):
        overwrite(path, damaged)
        try:
            assert read() == expected, f"bit of byte {place} of {len(whole)} in {path.name}"
        except DataError as error:
            n_refused += str(error).isprintable()
    overwrite(path, whole)
    return n_refused


def numbers(history: Bars | Funding) -> list[list[float]]:
    return [getattr(history, name).tolist() for name in history.__dataclass_fields__ if name != "oracle_price"]


@pytest.mark.parametrize("kind", ["bars", "funding"])
def test_the_lake(kind: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    close = 100.0 + rng.standard_normal(HOURS.size)
    lake = Lake(tmp_path)
    lake.import_bars("v", "C", "1h", Bars(HOURS, close, close + 1, close - 1, close, close), source="s")
    lake.import_funding("v", "C", Funding(HOURS, rng.standard_normal(HOURS.size) / 1e4), source="s")
    [path] = (tmp_path / kind).rglob("*.parquet")
    reads: dict[str, Callable[[], Any]] = {
        "bars": lambda: numbers(lake.read_bars("v", "C", "1h")),
        "funding": lambda: numbers(lake.read_funding("v", "C") or Funding(HOURS, HOURS * 0.0)),
    }
    assert every_flip_is_refused_or_harmless(path, reads[kind]) == FLIPS


def test_a_snapshot(tmp_path: Path) -> None:
    world = make_world("planted", 1, years=0.02)
    snapshot = SnapshotStore(tmp_path).save(world.markets, world.origin)
    for path in sorted(snapshot.path.iterdir()):
        n_refused = every_flip_is_refused_or_harmless(path, lambda: SnapshotStore(tmp_path).open(snapshot.id).id)
        assert n_refused == FLIPS, path.name


def trial(number: int) -> Trial:
    evaluation = (
        Score(number / 7, 0.5, 7, 120, 0.1, 0.05, 30.0, 0.4, 0.2, 1.5, 5, 6, 0.75, 1.25)
        if number % 3
        else Rejected(Reason.RUINED)
    )
    return Trial(f"{number:064x}", 0, "crossover", (f"{number + 1:064x}",), evaluation)


@pytest.mark.parametrize("reader", ["search", "ledger"])
def test_a_segment_of_trials(reader: str, tmp_path: Path) -> None:
    folder = tmp_path / "run" / "trials"
    path = append_segment(folder, 0, [trial(number) for number in range(40)])
    reads: dict[str, Callable[[], Any]] = {
        "search": lambda: [table.to_pylist() for table in read_segments(folder)],
        "ledger": lambda: count_trials(tmp_path),
    }
    assert every_flip_is_refused_or_harmless(path, reads[reader]) > FLIPS / 4


def test_evidence(tmp_path: Path) -> None:
    returns = np.random.default_rng(2).standard_normal(200)
    sha256 = write_pack(tmp_path, {"id": "x"}, {"returns": returns, "times": np.arange(200)})
    for path in sorted((tmp_path / sha256).iterdir()):
        n_refused = every_flip_is_refused_or_harmless(path, lambda: read_pack(tmp_path, sha256).document)
        assert n_refused == FLIPS, path.name
