"""A spliced market whose venue has changed its past, killed anywhere while the new version is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from data.bars import Bars, Funding
from data.lake import Lake
from data.splice.build import hash_bars, hash_funding, splice
from data.splice.keeping import keep
from data.splice.recipe import Recipe
from data.splice.record import UnfinishedError

HOUR_MS = 3_600_000
FEBRUARY_MS = 1_706_745_600_000  # 2024-02-01 00:00 UTC
RECIPE = Recipe.model_validate(
    {
        "name": "two",
        "coin": "BTC",
        "part": [{"venue": "old"}, {"venue": "new", "start": "2024-02-01"}],
        "limits": {"least_bars": 24},
    }
)


class SpliceCase:
    """Two venues of some days around the end of a month, of which one has corrected both of its months."""

    name = "splice"

    def prepare(self, folder: Path) -> None:
        lake = Lake(folder / "lake")
        for venue, first in (("old", -48), ("new", -24)):
            lake.import_bars(venue, "BTC", "1h", _bars(first, 100.0), source="first")
            lake.import_funding(venue, "BTC", _funding(first, 0.0001), source="first")
        keep(lake, splice(RECIPE, lake))
        lake.import_bars("new", "BTC", "1h", _bars(-24, 100.2), source="later", on_conflict="correct")
        lake.import_bars("old", "BTC", "1h", _bars(-48, 100.1), source="later", on_conflict="correct")
        lake.import_funding("new", "BTC", _funding(-24, 0.0002), source="later", on_conflict="correct")

    def operate(self, folder: Path) -> None:
        lake = Lake(folder / "lake")
        keep(lake, splice(RECIPE, lake))

    def judge(self, folder: Path) -> str:
        """A part of the new version is refused, as if nothing were there; nobody ever reads a mixture."""
        lake = Lake(folder / "lake")
        try:
            bars, funding = lake.read_bars("splice-two", "BTC", "1h"), lake.read_funding("splice-two", "BTC")
        except UnfinishedError:
            return "old"
        new = splice(RECIPE, lake)
        assert funding is not None
        assert new.funding is not None
        is_new = hash_bars(bars) == hash_bars(new.bars)
        assert is_new == (hash_funding(funding) == hash_funding(new.funding)), "bars and funding of two versions"
        assert is_new or set(bars.close.tolist()) == {100.0, 102.0}, "neither the old version nor the new one"
        return "new" if is_new else "old"

    def go_on(self, folder: Path) -> None:
        self.operate(folder)
        assert self.judge(folder) == "new", "done again, the new version is not whole"
        records = sorted((folder / "lake/splices").rglob("*.json"))
        assert [path.name[:5] for path in records] == ["0001-", "0002-"], records


def _bars(first: int, price: float) -> Bars:
    """Return 72 bars from so many hours after the beginning of February."""
    times = FEBRUARY_MS + HOUR_MS * np.arange(first, first + 72, dtype=np.int64)
    # Up and down, so that the returns of both venues are the same.
    close = price * (1.0 + 0.02 * (np.arange(first, first + 72) % 2))
    return Bars(times, close.copy(), close + 1.0, close - 1.0, close, np.full(times.size, 5.0))


def _funding(first: int, rate: float) -> Funding:
    times = FEBRUARY_MS + HOUR_MS * np.arange(first, first + 72, dtype=np.int64)
    return Funding(times, np.full(times.size, rate))
