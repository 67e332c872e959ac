"""A stretch of history as candles: buckets of bars where there are more bars than places to draw them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from data.bars import Bars, Funding
from data.errors import DataError
from data.intervals import DAY_MS, HOUR_MS, MINUTE_MS, YEAR_MS, utc_text
from data.market import FloatArray, IntArray
from data.spacing import LONGEST_GAP, due_after

LENGTHS_MS = (
    *(minutes * MINUTE_MS for minutes in (1, 2, 3, 5, 10, 15, 20, 30)),
    *(hours * HOUR_MS for hours in (1, 2, 3, 4, 6, 8, 12)),
    *(days * DAY_MS for days in (1, 2, 3, 4, 5, 7, 10, 14, 20, 30, 45, 60, 90, 180, 360)),
)
"""Lengths of a candle; the first that is a whole number of bars and makes few enough candles is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Candles:
    """Candles of one coin on a grid of places; a place without any bar has no candle."""

    venue: str
    coin: str
    interval: str
    """Of the bars."""
    bars_from_ms: int
    bars_to_ms: int
    """Open of the first bar and close of the last, UTC milliseconds."""
    first_ms: int
    """UTC milliseconds at which the first place begins: at or before the first bar."""
    candle_ms: int
    """Length of a candle."""
    n_places: int
    n_bars: int
    place: IntArray
    """Shape (n_candles,): the place of each candle, increasing, in [0, n_places)."""
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    """Shape (n_candles,), as the four prices: coins traded."""
    funding: FloatArray
    """Shape (n_places,): what a long pays, as a fraction a year; NaN where unknown."""

    @property
    def change(self) -> float:
        """Fraction from the first open to the last close."""
        return float(self.close[-1] / self.open[0] - 1.0)

    @property
    def end_ms(self) -> int:
        """UTC milliseconds at which the last place ends."""
        return self.first_ms + self.n_places * self.candle_ms


def stretch(bars: Bars, *, first_ms: int | None = None, end_ms: int | None = None, last: int | None = None) -> Bars:
    """Return the bars that open from `first_ms` on and before `end_ms`, and of these the `last`.

    Raises
    ------
    DataError
        If there are none.
    """
    start = 0 if first_ms is None else int(np.searchsorted(bars.time_ms, first_ms))
    stop = len(bars) if end_ms is None else int(np.searchsorted(bars.time_ms, end_ms))
    start = start if last is None else max(start, stop - last)
    if start >= stop:
        span = f"{utc_text(int(bars.time_ms[0]))} to {utc_text(int(bars.time_ms[-1]))}"
        asked = f"from {_moment(first_ms)} to {_moment(end_ms)}"
        raise DataError(f"there are no bars {asked}: there are bars from {span} UTC; choose other dates")
    return Bars(
        *(getattr(bars, name)[start:stop].copy() for name in ("time_ms", "open", "high", "low", "close", "volume"))
    )


def candle_length(first_ms: int, last_ms: int, interval_ms: int, places: int) -> int:
    """Return the shortest length that draws bars from `first_ms` to `last_ms` with at most `places` candles."""
    for length in LENGTHS_MS:
        if length % interval_ms == 0 and last_ms // length - first_ms // length < places:
            return length
    # Beyond a century of days: as many whole longest candles as it takes.
    longest = LENGTHS_MS[-1]
    return longest * (-(-(last_ms - first_ms + longest) // (longest * max(places - 1, 1))))


def candles(
    bars: Bars,
    funding: Funding | None,
    interval_ms: int,
    places: int,
    *,
    venue: str,
    coin: str,
    interval: str,
) -> Candles:
    """Bucket bars into at most `places` candles, aligned to UTC.

    Parameters
    ----------
    bars
        At least one, checked.
    funding
        All settlements of the coin; None if there are none.
    interval_ms
        Length of a bar.
    places
        The most candles that there is room for.
    venue, coin, interval
        What the bars are.
    """
    first, last = int(bars.time_ms[0]), int(bars.time_ms[-1])
    length = candle_length(first, last, interval_ms, places)
    origin = first // length * length
    place, start = np.unique((bars.time_ms - origin) // length, return_index=True)
    end = np.append(start[1:], len(bars)) - 1
    n_places = (last - origin) // length + 1
    return Candles(
        venue=venue,
        coin=coin,
        interval=interval,
        bars_from_ms=first,
        bars_to_ms=last + interval_ms,
        first_ms=origin,
        candle_ms=length,
        n_places=n_places,
        n_bars=len(bars),
        place=place,
        open=bars.open[start],
        high=np.maximum.reduceat(bars.high, start),
        low=np.minimum.reduceat(bars.low, start),
        close=bars.close[end],
        volume=np.add.reduceat(bars.volume, start),
        funding=_funding_by_place(funding, origin, length, n_places, interval_ms),
    )


def candles_json(shown: Candles) -> dict[str, Any]:
    """Return candles as JSON values."""
    rows = zip(shown.place, shown.open, shown.high, shown.low, shown.close, shown.volume, strict=True)
    return {
        "venue": shown.venue,
        "coin": shown.coin,
        "interval": shown.interval,
        "bars": shown.n_bars,
        "candle_ms": shown.candle_ms,
        "candles": [
            {
                "time": utc_text(shown.first_ms + int(place) * shown.candle_ms),
                "open": float(opened),
                "high": float(high),
                "low": float(low),
                "close": float(close),
                "volume": float(volume),
                "funding_a_year": None if np.isnan(shown.funding[place]) else float(shown.funding[place]),
            }
            for place, opened, high, low, close, volume in rows
        ],
    }


def price_line(shown: Candles) -> str:
    """Return which history is drawn, its last price, and how it moved."""
    name = f"{shown.coin} {shown.interval} of {shown.venue}"
    return f"{name}: {shown.close[-1]:,.10g}, {100 * shown.change:+.2f} %"


def span_line(shown: Candles) -> str:
    """Return the time that is drawn, and how many bars make a candle."""
    span = f"{utc_text(shown.bars_from_ms)} to {utc_text(shown.bars_to_ms)} UTC"
    return f"{span}, {shown.n_bars:,} bars, {length_text(shown.candle_ms)} a candle"


def length_text(milliseconds: int) -> str:
    """Return the length of a candle in words: `4 h`."""
    unit, name = next((unit, name) for unit, name in UNITS if milliseconds % unit == 0)
    return f"{milliseconds // unit} {name}"


UNITS = ((DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "min"))


def _funding_by_place(funding: Funding | None, origin: int, length: int, n_places: int, interval_ms: int) -> FloatArray:
    """Return the mean over each place of the yearly rate that each step of the grid pays; NaN where none is known.

    A settlement pays for the time since the one before, or for the spacing that was due if that is too long ago.
    """
    if funding is None or len(funding) < 2:
        return np.full(n_places, np.nan)
    due = due_after(funding.time_ms)
    usual = np.insert(due[:-1], 0, due[0])
    spacing = np.diff(funding.time_ms, prepend=funding.time_ms[0] - usual[0])
    spacing = np.where(spacing > LONGEST_GAP * usual, usual, spacing)
    steps = np.arange(origin, origin + n_places * length, interval_ms, dtype=np.int64)
    # The step that opens at s is paid for by the first settlement after s.
    after = np.searchsorted(funding.time_ms, steps, side="right")
    payer = np.minimum(after, len(funding) - 1)
    is_known = (after < len(funding)) & (funding.time_ms[payer] - spacing[payer] <= steps)
    yearly = np.where(is_known, funding.rate[payer] * YEAR_MS / spacing[payer], 0.0).reshape(n_places, -1)
    n_known = is_known.reshape(n_places, -1).sum(axis=1)
    return np.where(n_known > 0, yearly.sum(axis=1) / np.maximum(n_known, 1), np.nan)


def _moment(time_ms: int | None) -> str:
    return "the border of the history" if time_ms is None else utc_text(time_ms)
