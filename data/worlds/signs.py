"""Real history whose moves have lost their direction. For another order of bars see `backtest.inference`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from data.errors import ConfigError
from data.market import Market
from data.worlds.parts import BarParts, FloatArray, to_markets, to_parts
from data.worlds.world import World

VERSION = 1
"""Raised when the same seed and history would give other arrays."""


def random_signs(markets: Sequence[Market], seed: int, *, source: str) -> World:
    """Give every real bar a random sign, the same for all coins; a bar turned over has its high below.

    Size, clustering and company of the moves are exactly those of history; their direction is a coin's toss.

    **Why nothing can be earned.** With s the sign, r the move of a bar from close to close and f the funding settled
    at its end, the bar moves by s r - log cosh r - log(1 - f). The mean of exp of it times 1 - f is 1, whatever was
    known before: a long expects to gain on a bar just the funding it expects to pay at the next open.

    Parameters
    ----------
    markets
        On one calendar; bars on which a coin did not trade are left out, for all.
    seed
        Whole number, 0 or more.
    source
        Where the history comes from: a snapshot's name, for the record.

    Raises
    ------
    ConfigError
        If the seed is impossible.
    DataError
        If the coins never traded together.
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
    signed = to_markets(flipped, markets)
    return World(
        signed,
        np.zeros((signed[0].n_bars, len(signed)), dtype=np.int8),
        "Real moves with random signs: every position expects a profit of zero before costs.",
        {"kind": "world", "name": "random-signs", "seed": seed, "version": VERSION, "source": source},
    )


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
