"""Markets as tables, with the columns that a venue's files have."""

from __future__ import annotations

import pandas as pd

from data.market import IntArray, Market


def bars_table(market: Market) -> pd.DataFrame:
    """Return a market's bars: `ts` (UTC), open, high, low, close, volume; bars that are missing are left out."""
    columns = {name: getattr(market, name) for name in ("open", "high", "low", "close", "volume")}
    table = pd.DataFrame({"ts": times(market.time_ms), **columns})
    return table[market.is_available].reset_index(drop=True)


def funding_table(market: Market) -> pd.DataFrame:
    """Return a market's funding, a settlement a bar: `ts` (UTC) and `funding_rate`; what is unknown is left out."""
    table = pd.DataFrame({"ts": times(market.time_ms), "funding_rate": market.funding_rate})
    return table.dropna(ignore_index=True)


def times(time_ms: IntArray) -> pd.DatetimeIndex:
    """Return UTC milliseconds as times of pandas."""
    return pd.DatetimeIndex(pd.to_datetime(time_ms, unit="ms", utc=True))


def on_one_line(rendered: str) -> str:
    """Return the text of a rule without breaks, for a cell of a table."""
    return "; ".join(rendered.splitlines())
