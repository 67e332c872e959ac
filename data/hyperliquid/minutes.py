"""Bars and settlements from samples: what can be said of a minute of which only its ends were seen (ADR 21)."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from data.bars import Bars, Contexts, Funding
from data.intervals import DAY_MS, HOUR_MS, MINUTE_MS
from data.market import FloatArray

HOURLY_FROM_MS = 1_686_182_400_000
"""2023-06-08: from then on funding is settled each hour, before it was each eighth."""
LATEST_SAMPLE_MS = 2 * MINUTE_MS
"""How long before a settlement its last sample may be."""

assert datetime.fromtimestamp(HOURLY_FROM_MS / 1000, UTC).isoformat() == "2023-06-08T00:00:00+00:00"


def minute_bars(contexts: Contexts, price: FloatArray) -> Bars:
    """Return bars of a minute made of samples of a price.

    A bar is made of the samples from its first moment to its last, both included: so a sample on the minute closes
    one bar and opens the next. Open is the first, close the last, high and low the extremes of them; it needs two. No
    bar knows a price from behind its close. Highs and lows are those of samples: what happened between is unknown.

    Its volume is an average: 1/1440 of the coins that were traded in the 24 hours before its close, at its close; 0
    where that is unknown. How much was traded in the minute, nobody has recorded.

    Parameters
    ----------
    contexts
        In order of time.
    price
        One of its prices; a sample without it is none.
    """
    seen = ~np.isnan(price)
    time_ms, price, traded = contexts.time_ms[seen], price[seen], contexts.day_notional_volume[seen]
    minute = time_ms // MINUTE_MS
    closes = np.flatnonzero(time_ms % MINUTE_MS == 0)
    bar = np.concatenate((minute, minute[closes] - 1))
    sample = np.concatenate((np.arange(minute.size), closes))
    order = np.lexsort((sample, bar))
    bar, sample = bar[order], sample[order]
    first = np.flatnonzero(np.append(True, np.diff(bar) != 0)) if bar.size else np.empty(0, dtype=np.int64)
    last = np.append(first[1:], bar.size)[: first.size] - 1
    is_bar = last > first
    if not is_bar.any():
        nothing = np.empty(0)
        return Bars(np.empty(0, dtype=np.int64), nothing, nothing, nothing, nothing, nothing)
    values = price[sample]
    close = values[last][is_bar]
    volume = np.nan_to_num(traded[sample[last]][is_bar], nan=0.0) * MINUTE_MS / DAY_MS / close
    return Bars(
        bar[first][is_bar] * MINUTE_MS,
        values[first][is_bar],
        np.maximum.reduceat(values, first)[is_bar],
        np.minimum.reduceat(values, first)[is_bar],
        close,
        volume,
    )


def settlements(contexts: Contexts) -> Funding:
    """Return the funding that was about to be settled: the last sample before each settlement, with the oracle's price.

    It is an estimate: the settlement itself takes in the minute that follows. Where no sample is near, there is none.
    """
    known = ~np.isnan(contexts.funding_rate)
    time_ms = contexts.time_ms[known]
    period = np.where(time_ms < HOURLY_FROM_MS, 8 * HOUR_MS, HOUR_MS)
    due_ms = (time_ms // period + 1) * period
    # The last sample of each period, if it is near its end.
    is_last = np.append(np.diff(due_ms) != 0, True)[: due_ms.size]
    chosen = np.flatnonzero(is_last & (due_ms - time_ms <= LATEST_SAMPLE_MS))
    hours = period[chosen] / HOUR_MS
    return Funding(
        due_ms[chosen], contexts.funding_rate[known][chosen] * hours, contexts.oracle_price[known][chosen].copy()
    )
