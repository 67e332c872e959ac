"""Days of `asset_ctxs` as the archive of Hyperliquid has them, made up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import lz4.frame
import numpy as np

from data.sources.archive_days import midnight_ms

HEADER = (
    "time,coin,funding,open_interest,prev_day_px,day_ntl_vlm,premium,oracle_px,mark_px,mid_px,"
    "impact_bid_px,impact_ask_px"
)


def stamp(time_ms: int) -> str:
    """Return a time as the archive writes it."""
    return f"{np.datetime64(time_ms // 1000, 's')}Z"


def row(time_ms: int, coin: str, price: float, *, funding: str = "0.0000125") -> str:
    """Return a line of which all prices are about one."""
    prices = f"{price},{price},{price},{price},{price}"
    return f"{stamp(time_ms)},{coin},{funding},1000.5,{price},1440000.0,0.0001,{prices}"


def packed(lines: Sequence[str], header: str = HEADER) -> bytes:
    """Return a file of the archive."""
    text: bytes = lz4.frame.compress("\n".join((header, *lines, "")).encode())
    return text


def made_up_day(day: date, n_coins: int, seed: int = 1) -> bytes:
    """Return a whole day of random walks: a row a minute and coin, minute by minute, numbers as long as the venue's."""
    rng = np.random.default_rng(seed)
    walks = np.exp(np.cumsum(rng.standard_normal((1440, n_coins)) * 4e-4, axis=0) + np.linspace(0, 9, n_coins))
    premiums = rng.standard_normal((1440, n_coins)) * 3e-4
    rates = np.where(rng.random((1440, n_coins)) < 0.4, 1.25e-5, rng.standard_normal((1440, n_coins)) * 3e-5)
    lines = []
    for minute in range(1440):
        when = stamp(midnight_ms(day) + 60_000 * minute)
        for coin in range(n_coins):
            price = walks[minute, coin]
            lines.append(
                f"{when},COIN{coin},{rates[minute, coin]:.10f},{price * 321:.2f},{price:.6g},{price * 1e6:.10f},"
                f"{premiums[minute, coin]:.10f},{price * 1.0003:.6g},{price:.6g},{price * 1.00001:.7g},"
                f"{price * 0.9999:.6g},{price * 1.0001:.6g}"
            )
    return packed(lines)
