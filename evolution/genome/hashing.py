"""Names of a genome: what it says, what it is called, and what it did."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from backtest.result import Trades
from data.canonical import hash_array, hash_json, sha256_hex
from evolution.genome.codec import to_json
from evolution.genome.genome import Genome

_ALGORITHM = re.compile(r"[a-z][a-z0-9_]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def genotype_hash(genome: Genome) -> str:
    """Return the sha256 (64 hexadecimal digits) of the canonical JSON; the key of a genome everywhere."""
    return sha256_hex(to_json(genome).encode("ascii"))


def strategy_id(algorithm_type: str, generation: int, genotype: str) -> str:
    """Return `{algorithm_type}_{generation}_{first 8 digits of the hash}`: a name, not a key.

    Parameters
    ----------
    algorithm_type
        What bred it: a lower-case word such as `nsga2`.
    generation
        The first generation it appeared in, from 0.
    genotype
        Full `genotype_hash`.

    Raises
    ------
    ValueError
        If an argument is not of that form.
    """
    if not _ALGORITHM.fullmatch(algorithm_type):
        raise ValueError(f"algorithm type is {algorithm_type!a}; allowed is lower-case letters, digits and underscores")
    if type(generation) is not int or generation < 0:
        raise ValueError(f"generation is {generation!r}; allowed is a whole number from 0")
    if not _SHA256.fullmatch(genotype):
        raise ValueError(f"genotype is {genotype[:80]!a}; allowed is a sha256 of 64 hexadecimal digits")
    return f"{algorithm_type}_{generation}_{genotype[:8]}"


def behaviour_hash(trades: Mapping[str, Trades]) -> str:
    """Return the sha256 of the realised trades of every coin: side, entry bar, exit bar.

    Prices, sizes and reasons do not enter, nor does the order of the coins. A coin without trades is
    left out, so rules that do the same have the same hash.
    """
    return hash_json({coin: hash_array(_bars(closed)) for coin, closed in trades.items() if len(closed)})


def _bars(trades: Trades) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.stack((trades.side, trades.entry_bar, trades.exit_bar)).astype(np.int64)
