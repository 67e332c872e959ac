"""Real history made into a null: the same bars in another order, or with other signs, as a snapshot of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from backtest.inference import permute_bars
from data.market import Market
from data.snapshot import Snapshot, SnapshotStore
from data.worlds.signs import random_signs

SurrogateName = Literal["permuted-24", "permuted-168", "random-signs"]
BLOCK_BARS: dict[SurrogateName, int] = {"permuted-24": 24, "permuted-168": 168}
"""Length of the blocks that are exchanged, in bars."""
VERSIONS: dict[SurrogateName, int] = {"permuted-24": 2, "permuted-168": 2, "random-signs": 1}
"""Raised when the same name, seed and history would give other arrays; 2 cuts blocks at the clock."""


def save_surrogate(store: SnapshotStore, source: Snapshot, name: SurrogateName, seed: int) -> Snapshot:
    """Alter the whole history of a snapshot and store it beside; the same arguments give the same snapshot.

    Coins, what the venue says about them, and which funding is unknown stay. Permuted bars also keep the calendar
    and its holes; random signs leave out the bars on which not every coin traded.

    Parameters
    ----------
    name
        `permuted-24` and `permuted-168` exchange blocks of so many bars, days and weeks of UTC if the bars are hourly,
        see `permute_bars`, which also says what stays in place; `random-signs` tosses a coin for the direction of each
        bar, see `data.worlds.signs`.
    seed
        Whole number, 0 or more.

    Raises
    ------
    DataError
        If the coins never traded together, or no block can change place.
    """
    origin = {"kind": "surrogate", "name": name, "seed": seed, "version": VERSIONS[name], "source": source.id}
    return store.save(_altered(source, name, seed), origin)


def _altered(source: Snapshot, name: SurrogateName, seed: int) -> Sequence[Market]:
    markets = source.load().markets
    if name == "random-signs":
        return random_signs(markets, seed, source=source.id).markets
    return permute_bars(markets, np.random.default_rng(seed), block_bars=BLOCK_BARS[name])
