"""Hashes of a genome: what it says, and what it did."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from backtest.result import Trades
from data.canonical import hash_array, hash_json, sha256_hex
from evolution.genome.codec import to_json
from evolution.genome.genome import Genome


def genotype_hash(genome: Genome) -> str:
    """Return the sha256 (64 hexadecimal digits) of the canonical JSON; the key of a genome everywhere."""
    return sha256_hex(to_json(genome).encode("ascii"))


def behaviour_hash(trades: Mapping[str, Trades]) -> str:
    """Return the sha256 of the realised trades of every coin: side, entry bar, exit bar.

    Prices, sizes and reasons do not enter, nor does the order of the coins. A coin without trades is
    left out, so rules that do the same have the same hash.
    """
    return hash_json({coin: hash_array(_bars(closed)) for coin, closed in trades.items() if len(closed)})


def _bars(trades: Trades) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.stack((trades.side, trades.entry_bar, trades.exit_bar)).astype(np.int64)
