"""Real history with its future taken out of order: nothing of what made it forecastable is left, its bars are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from data.errors import ConfigError
from data.market import Market
from data.worlds.parts import BarParts, FloatArray, IntArray, to_markets, to_parts
from data.worlds.world import World

VERSION = 1
"""Raised when the same seed and history would give other arrays."""


def permuted_blocks(markets: Sequence[Market], block_bars: int, seed: int, *, source: str) -> World:
    """Cut real bars into blocks and put them in a random order, the same for all coins.

    What happens inside a block stays: volatility that clusters for hours, the shape of bars, the coins together,
    funding beside its prices. What lasts longer is gone, but the drift of the whole stays: who holds earns it.
    See Masters 2020 for permuting bars; blocks keep what single bars would lose.

    Parameters
    ----------
    markets
        On one calendar; bars on which a coin did not trade are left out, for all.
    block_bars
        Length of a block, 1 or more and at most half of the history. The first and last block are shorter, as the
        grid of blocks begins at a random bar.
    seed
        Whole number, 0 or more.
    source
        Where the history comes from: a snapshot's name, for the record.

    Raises
    ------
    ConfigError
        If the blocks are too long or the seed is impossible.
    DataError
        If the coins never traded together.
    """
    parts = to_parts(markets)
    if not 1 <= block_bars <= parts.n_bars // 2:
        raise ConfigError(
            f"block_bars is {block_bars}; allowed is a whole number from 1 to {parts.n_bars // 2}, "
            f"half of the {parts.n_bars} bars on which all coins trade"
        )
    order = block_order(_generator(seed), parts.n_bars, block_bars)
    return _world(
        to_markets(parts.taken(order), markets),
        f"Real bars in blocks of {block_bars}, put in a random order: no rule that looks further back holds.",
        {"name": f"permuted-{block_bars}", "seed": seed, "source": source},
    )


def random_signs(markets: Sequence[Market], seed: int, *, source: str) -> World:
    """Give every real bar a random sign, the same for all coins; a bar turned over has its high below.

    Size, clustering and company of the moves are exactly those of history; their direction is a coin's toss.

    **Why nothing can be earned.** With s the sign, r the move of a bar from close to close and f the funding settled
    at its end, the bar moves by s r - log cosh r - log(1 - f). The mean of exp of it times 1 - f is 1, whatever was
    known before: a long expects to gain on a bar just the funding it expects to pay at the next open.

    Parameters and errors are those of `permuted_blocks`.
    """
    parts = _without_gaps(to_parts(markets))
    sign = np.where(_generator(seed).random(parts.n_bars) < 0.5, -1.0, 1.0)[:, None]
    turned = sign < 0.0
    flipped = replace(
        parts,
        highest=np.where(turned, -parts.lowest, parts.highest),
        lowest=np.where(turned, -parts.highest, parts.lowest),
        body=sign * parts.body + _fair_drift(parts),
    )
    return _world(
        to_markets(flipped, markets),
        "Real moves with random signs: every position expects a profit of zero before costs.",
        {"name": "random-signs", "seed": seed, "source": source},
    )


def block_order(rng: np.random.Generator, n_bars: int, block_bars: int) -> IntArray:
    """Return the numbers of all bars, block by block in a random order; the grid begins at a random bar."""
    borders = np.arange(int(rng.integers(block_bars)), n_bars, block_bars)
    blocks = [block for block in np.split(np.arange(n_bars), borders) if block.size]
    return np.concatenate([blocks[place] for place in rng.permutation(len(blocks))])


def _without_gaps(parts: BarParts) -> BarParts:
    """Return bars that open where the one before closed; the gap becomes the first part of the bar's move."""
    return replace(
        parts,
        gap=np.zeros(parts.gap.shape),
        highest=np.maximum(parts.gap + parts.highest, 0.0),
        lowest=np.minimum(parts.gap + parts.lowest, 0.0),
        body=parts.gap + parts.body,
    )


def _fair_drift(parts: BarParts) -> FloatArray:
    """Return what makes a bar a fair game: see `random_signs`. The funding settled at its end is the next bar's."""
    settled = np.zeros(parts.body.shape)
    settled[:-1] = np.nan_to_num(parts.funding_rate[1:])
    drift: FloatArray = -np.log(np.cosh(parts.body)) - np.log1p(-settled)
    return drift


def _generator(seed: int) -> np.random.Generator:
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ConfigError(f"seed is {seed!r}: allowed is a whole number, 0 or more")
    return np.random.default_rng(seed)


def _world(markets: tuple[Market, ...], description: str, origin: dict[str, object]) -> World:
    nothing = np.zeros((markets[0].n_bars, len(markets)), dtype=np.int8)
    return World(markets, nothing, description, {"kind": "world", "version": VERSION, **origin})
