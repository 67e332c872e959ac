"""Bars taken apart into what each adds to the path, and put together again in another order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from data.errors import DataError
from data.market import BoolArray, Market

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
MINIMUM_BARS = 2


@dataclass(frozen=True, slots=True, eq=False)
class BarParts:
    """What each bar of several coins adds; shape (n_bars, n_coins), logarithms of prices."""

    gap: FloatArray
    """Open above the close before; 0 on the first bar and behind a hole, where nobody could hold."""
    highest: FloatArray
    """High above the open."""
    lowest: FloatArray
    """Low above the open, at or below 0."""
    body: FloatArray
    """Close above the open."""
    volume_usdc: FloatArray
    funding_rate: FloatArray
    """Fraction, settled at the bar's open; NaN where unknown."""

    @property
    def n_bars(self) -> int:
        return int(self.gap.shape[0])

    def taken(self, order: IntArray | BoolArray) -> BarParts:
        """Return the bars of these numbers, in this order, all coins alike."""
        return BarParts(**{item.name: getattr(self, item.name)[order] for item in fields(self)})


def to_parts(markets: Sequence[Market]) -> BarParts:
    """Take apart the bars on which every coin traded; the others are left out.

    Raises
    ------
    DataError
        If fewer than two such bars exist.
    """
    traded = np.all([market.is_available for market in markets], axis=0)
    if traded.sum() < MINIMUM_BARS:
        coins = ", ".join(market.coin for market in markets)
        raise DataError(f"{coins} trade together on {traded.sum()} bars; at least {MINIMUM_BARS} are needed")
    opened, high, low, close = (
        np.log(np.stack([getattr(market, name) for market in markets], axis=1))
        for name in ("open", "high", "low", "close")
    )
    gap = np.zeros(opened.shape)
    gap[1:] = opened[1:] - close[:-1]
    gap[1:][~traded[:-1]] = 0.0
    usdc, rates = _columns(markets, "volume") * _columns(markets, "open"), _columns(markets, "funding_rate")
    return BarParts(gap, high - opened, low - opened, close - opened, usdc, rates).taken(traded)


def _columns(markets: Sequence[Market], name: str) -> FloatArray:
    return np.stack([getattr(market, name) for market in markets], axis=1)


def to_markets(parts: BarParts, like: Sequence[Market]) -> tuple[Market, ...]:
    """Chain bars into markets: without holes, from the first open and the first moment of `like` on.

    Volume keeps its worth in USDC. Funding is charged at the open, as no oracle price exists.
    """
    first = like[0]
    start = int(np.argmax(np.all([market.is_available for market in like], axis=0)))
    time_ms = first.time_ms[start] + first.interval_ms * np.arange(parts.n_bars, dtype=np.int64)
    ends = np.cumsum(parts.gap + parts.body, axis=0)
    begins = ends - parts.body
    return tuple(
        _market(
            market,
            time_ms,
            float(market.open[start]) * np.exp(begins[:, coin]),
            float(market.open[start]) * np.exp(ends[:, coin]),
            parts,
            coin,
        )
        for coin, market in enumerate(like)
    )


def _market(
    like: Market, time_ms: IntArray, opened: FloatArray, close: FloatArray, parts: BarParts, coin: int
) -> Market:
    # Where a bar opens as the one before closed, it must do so to the last bit.
    joined = np.flatnonzero(parts.gap[1:, coin] == 0.0) + 1
    opened[joined] = close[joined - 1]
    rate = parts.funding_rate[:, coin].copy()
    return Market(
        instrument=replace(like.instrument, venue="synthetic", listed_ms=int(time_ms[0]), delisted_ms=None),
        interval_ms=like.interval_ms,
        time_ms=time_ms,
        open=opened,
        # The extremes reach both ends but for the rounding of exp.
        high=np.maximum(opened * np.exp(parts.highest[:, coin]), np.maximum(opened, close)),
        low=np.minimum(opened * np.exp(parts.lowest[:, coin]), np.minimum(opened, close)),
        close=close,
        volume=parts.volume_usdc[:, coin] / opened,
        is_available=np.ones(time_ms.size, dtype=np.bool_),
        funding_rate=rate,
        funding_cost=rate * opened,
    )
