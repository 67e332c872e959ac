"""Histories of several coins to markets on one calendar, where every hole stays a hole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from data.bars import PRICES, Bars, Funding
from data.errors import DataError
from data.instruments import CoinKnowledge, instrument
from data.intervals import DAY_MS, utc_text
from data.market import SERIES, BoolArray, FloatArray, Instrument, IntArray, Market
from data.spacing import LONGEST_GAP, due_after, modal_spacing

ENDED_MS = DAY_MS
"""A coin whose bars end so long before those of others is taken to be delisted, unless something else is known."""
NOTHING_KNOWN: Mapping[str, CoinKnowledge] = MappingProxyType({})


def align(
    histories: Mapping[str, tuple[Bars, Funding | None]],
    *,
    venue: str,
    interval_ms: int,
    known: Mapping[str, CoinKnowledge] = NOTHING_KNOWN,
) -> tuple[Market, ...]:
    """Put coins on the union of their bars: every step of the grid from the first bar of any to the last of any.

    Where a coin has no bar it is not available and its prices and volume are NaN. Nothing is filled in.

    Parameters
    ----------
    histories
        Bars and funding by coin; bars have passed `data.quality.check_bars`, funding `check_funding`.
    venue
        Name of the venue, for the instruments.
    interval_ms
        Length of a bar.
    known
        What is known of the coins beyond their bars, by coin.

    Returns
    -------
    tuple of Market
        Sorted by the coin's name.
    """
    first = min(int(bars.time_ms[0]) for bars, _ in histories.values())
    last = max(int(bars.time_ms[-1]) for bars, _ in histories.values())
    calendar = np.arange(first, last + interval_ms, interval_ms, dtype=np.int64)

    def instrument_of(coin: str, venue: str, bars: Bars, funding: Funding | None) -> Instrument:
        has_ended = last - int(bars.time_ms[-1]) >= ENDED_MS
        return instrument(
            coin,
            venue,
            known=known.get(coin),
            funding_period_ms=None if funding is None else modal_spacing(funding.time_ms),
            listed_ms=int(bars.time_ms[0]),
            delisted_ms=int(bars.time_ms[-1]) + interval_ms if has_ended else None,
        )

    return tuple(
        _place(instrument_of(coin, venue, bars, funding), bars, funding, calendar, interval_ms)
        for coin, (bars, funding) in sorted(histories.items())
    )


def cut(markets: Sequence[Market], *, start_ms: int | None = None, end_ms: int | None = None) -> tuple[Market, ...]:
    """Copy the bars that open at or after `start_ms` and close at or before `end_ms`.

    The arrays are new: nothing reachable from them holds other bars. A listing or delisting at or after the end
    becomes None, because nobody could know it then.

    Raises
    ------
    DataError
        If fewer than two bars remain.
    """
    time_ms, interval_ms = markets[0].time_ms, markets[0].interval_ms
    first = 0 if start_ms is None else int(np.searchsorted(time_ms, start_ms, side="left"))
    stop = time_ms.size if end_ms is None else int(np.searchsorted(time_ms, end_ms - interval_ms, side="right"))
    if stop - first < 2:
        raise DataError(
            f"{max(stop - first, 0)} bars lie between {_day(start_ms)} and {_day(end_ms)}; at least two are needed, "
            f"and there are bars from {utc_text(int(time_ms[0]))} to {utc_text(int(time_ms[-1]))}"
        )
    last_close = int(time_ms[stop - 1]) + interval_ms
    return tuple(_copy(market, first, stop, last_close) for market in markets)


def refuse_strangers(markets: Sequence[Market]) -> None:
    """Refuse a coin that has no bar in common with any other coin: such a universe is two histories, not one.

    Raises
    ------
    DataError
        Naming the coin and its first and last bar.
    """
    available = np.array([market.is_available for market in markets])
    meets_others = (available & (available.sum(axis=0) > 1)).any(axis=1)
    if len(markets) == 1 or meets_others.all():
        return
    # The coin with the fewest bars is the one that explains the most: it may have none at all.
    row = min(np.flatnonzero(~meets_others).tolist(), key=lambda index: int(available[index].sum()))
    bars = markets[row].time_ms[available[row]]
    span = f"its bars are {utc_text(int(bars[0]))} to {utc_text(int(bars[-1]))}" if bars.size else "it has none"
    raise DataError(
        f"coins do not overlap: {markets[row].coin} shares no bar with any other of "
        f"{', '.join(market.coin for market in markets)}; {span}; leave it out or choose other dates"
    )


def settle(
    funding: Funding | None, calendar: IntArray, opens: FloatArray, interval_ms: int
) -> tuple[FloatArray, FloatArray]:
    """Return funding rate and cost of each bar, NaN where a settlement may be missing.

    The rate of bar t is the sum over settlements in (open[t-1], open[t]], the cost the sum of rate x oracle price,
    or x open[t] where the oracle price is unknown.

    Parameters
    ----------
    funding
        Settlements, strictly increasing; None if nothing is known, which makes every bar NaN.
    calendar
        Shape (n_bars,): opens of the bars, each `interval_ms` after the one before.
    opens
        Shape (n_bars,): prices at the opens, NaN in holes.
    interval_ms
        Length of a bar.
    """
    n_bars = calendar.size
    if funding is None:
        return np.full(n_bars, np.nan), np.full(n_bars, np.nan)
    # The settlement at s belongs to the first bar that opens at or after s.
    bar = -((calendar[0] - funding.time_ms) // interval_ms)
    is_inside = (bar >= 0) & (bar < n_bars)
    bar, rate = bar[is_inside], funding.rate[is_inside]
    price = opens[bar]
    if funding.oracle_price is not None:
        oracle = funding.oracle_price[is_inside]
        price = np.where(np.isnan(oracle), price, oracle)
    rates, costs = np.zeros(n_bars), np.zeros(n_bars)
    np.add.at(rates, bar, rate)
    np.add.at(costs, bar, rate * price)
    unknown = _unknown(funding.time_ms, calendar, interval_ms)
    rates[unknown] = np.nan
    costs[unknown] = np.nan
    return rates, costs


def _copy(market: Market, first: int, stop: int, last_close: int) -> Market:
    arrays = {name: getattr(market, name)[first:stop].copy() for name in ("time_ms", "is_available", *SERIES)}
    facts = market.instrument
    known = replace(
        facts,
        listed_ms=_known_by(last_close, facts.listed_ms),
        delisted_ms=_known_by(last_close, facts.delisted_ms),
    )
    return Market(instrument=known, interval_ms=market.interval_ms, **arrays)


def _known_by(moment_ms: int, event_ms: int | None) -> int | None:
    return None if event_ms is None or event_ms >= moment_ms else event_ms


def _day(time_ms: int | None) -> str:
    return "the border of the history" if time_ms is None else utc_text(time_ms)


def _place(facts: Instrument, bars: Bars, funding: Funding | None, calendar: IntArray, interval_ms: int) -> Market:
    rows = (bars.time_ms - calendar[0]) // interval_ms
    series = {name: _scatter(getattr(bars, name), rows, calendar.size) for name in (*PRICES, "volume")}
    is_available = np.zeros(calendar.size, dtype=np.bool_)
    is_available[rows] = True
    rates, costs = settle(funding, calendar, series["open"], interval_ms)
    return Market(
        instrument=facts,
        interval_ms=interval_ms,
        time_ms=calendar,
        is_available=is_available,
        funding_rate=rates,
        funding_cost=costs,
        **series,
    )


def _scatter(values: FloatArray, rows: NDArray[np.int64], n_bars: int) -> FloatArray:
    placed = np.full(n_bars, np.nan)
    placed[rows] = values
    return placed


def _unknown(time_ms: IntArray, calendar: IntArray, interval_ms: int) -> BoolArray:
    """Return the bars whose window (open[t-1], open[t]] may hold a settlement that the history lacks.

    After a settlement at s the next is due at s + period, the period being that of `due_after`. If it is later than
    `LONGEST_GAP` periods, or never comes, all from that moment is unknown until the next one, at s'. The last that can
    be missing before s' is due at s' - period; on bars shorter than the period everything until the bar of s' itself
    stays unknown. What is before the first settlement is such a gap without a beginning.
    """
    due = due_after(time_ms)
    is_gap = np.diff(time_ms) > LONGEST_GAP * due[:-1]
    starts = (time_ms + due)[np.append(is_gap, True)]
    # The window of a bar reaches back to the open before: it meets the gap if that lies before the gap's end.
    due_before = np.insert(due[:-1], 0, due[0])
    ends = (time_ms - np.minimum(due_before, interval_ms))[np.append(True, is_gap)]
    first = np.concatenate(([0], np.searchsorted(calendar, starts, side="left")))
    stop = np.concatenate((np.searchsorted(calendar - interval_ms, ends, side="left"), [calendar.size]))
    unknown = np.zeros(calendar.size, dtype=np.bool_)
    for a, b in zip(first, stop, strict=True):
        unknown[a:b] = True
    return unknown
