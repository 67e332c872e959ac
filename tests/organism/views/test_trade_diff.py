"""Trades before and after, paired by hand."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.result import Counts, ExitReason, Metrics, Result, Trace, Trades
from organism.views.trade_diff import behaviour_of, paired

HOUR_MS = 3_600_000
BARS = 100
TIME_MS = np.arange(BARS, dtype=np.int64) * HOUR_MS


def trades(*spans: tuple[int, int, int, float]) -> Trades:
    """Return trades of (side, entry bar, exit bar, profit)."""
    side, entry, leave, profit = (np.array(part) for part in zip(*spans, strict=True)) if spans else [np.zeros(0)] * 4
    price = np.ones(len(spans))
    return Trades(
        entry.astype(np.int64),
        leave.astype(np.int64),
        side.astype(np.int64),
        price,
        price,
        price,
        0 * price,
        0 * price,
        profit.astype(float),
        (ExitReason.SIGNAL,) * len(spans),
    )


def trace(coin: str, held: Trades, equity: list[float]) -> Trace:
    nan = float("nan")
    metrics = Metrics(0.0, nan, nan, 0.0, nan, 0.0, 0.0, len(held), nan)
    empty = np.zeros(0)
    result = Result(coin, 0, BARS, 100.0, metrics, Counts(0, 0, 0, 0), None, empty, empty, 0.0, 0)
    values = np.array([*equity, *[equity[-1]] * (BARS - len(equity))])
    return Trace(result, values, held)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [], []),
        ([(1, 2, 5)], [(1, 2, 5)], [(0, 0)]),
        ([(1, 2, 5)], [(1, 4, 9)], [(0, 0)]),
        ([(1, 2, 5)], [(1, 6, 9)], [(0, None), (None, 0)]),
        ([(1, 2, 5)], [(-1, 2, 5)], [(0, None), (None, 0)]),
        ([(1, 2, 5), (1, 7, 9)], [(1, 2, 9)], [(0, 0), (1, None)]),
        ([(1, 2, 9)], [(-1, 2, 3), (1, 5, 9)], [(None, 0), (0, 1)]),
        ([(1, 1, 2), (1, 20, 30)], [(1, 20, 30), (1, 40, 41)], [(0, None), (1, 0), (None, 1)]),
    ],
)
def test_trades_of_one_side_that_overlap_are_one(before, after, expected) -> None:
    found = paired(trades(*((*span, 1.0) for span in before)), trades(*((*span, 1.0) for span in after)))
    assert found == expected


def test_what_two_rules_did() -> None:
    old = [
        trace("BTC", trades((1, 2, 5, 10.0), (1, 20, 30, -4.0)), [100.0, 101.0, 102.0]),
        trace("ETH", trades(), [100.0]),
    ]
    new = [
        trace("BTC", trades((1, 2, 5, 10.0), (1, 22, 30, 3.0), (-1, 50, 60, 2.0)), [100.0, 101.0, 104.0]),
        trace("ETH", trades(), [100.0]),
    ]
    found = behaviour_of(old, new, TIME_MS)
    btc, eth = found.coins
    assert (btc.n_same, btc.n_shifted, btc.n_added, btc.n_removed) == (1, 1, 1, 0)
    assert (btc.profit_before, btc.profit_after) == (6.0, 15.0)
    assert (eth.n_same, eth.n_added) == (0, 0)
    assert [(change.kind, change.side, change.profit_before, change.profit_after) for change in found.changes] == [
        ("shifted", "long", -4.0, 3.0),
        ("added", "short", None, 2.0),
    ]
    assert found.changes[0].before == "1970-01-01 20:00 to 1970-01-02 06:00"
    assert found.changes[0].after == "1970-01-01 22:00 to 1970-01-02 06:00"
    # Both coins together begin with 200; BTC differs at the close of bar 2.
    assert (found.parts_at, found.parts_after) == ("1970-01-01 02:00", 0.02)
    assert (found.equity_before[0], found.equity_before[-1], found.equity_after[-1]) == (1.0, 1.01, 1.02)


def test_rules_that_trade_the_same_never_part() -> None:
    one = [trace("BTC", trades((1, 2, 5, 10.0)), [100.0, 110.0])]
    found = behaviour_of(one, one, TIME_MS)
    assert (found.parts_at, found.parts_after, found.n_changes, found.coins[0].n_same) == ("", None, 0, 1)


def test_coins_are_compared_by_name() -> None:
    """A coin that only one of the two universes has stands alone, whatever its place."""
    old = [
        trace("BTC", trades((1, 2, 5, 10.0)), [100.0]),
        trace("DOGE", trades((1, 30, 40, 4.0)), [100.0]),
    ]
    new = [
        trace("ADA", trades((-1, 50, 60, -7.0)), [100.0]),
        trace("BTC", trades((1, 2, 5, 10.0)), [100.0]),
        trace("kPEPE", trades((1, 30, 40, 4.0), (1, 70, 80, 1.0)), [100.0]),
    ]
    found = behaviour_of(old, new, TIME_MS)
    counts = {coin.coin: (coin.n_same, coin.n_shifted, coin.n_removed, coin.n_added) for coin in found.coins}
    assert counts == {"ADA": (0, 0, 0, 1), "BTC": (1, 0, 0, 0), "DOGE": (0, 0, 1, 0), "kPEPE": (0, 0, 0, 2)}
    profits = {coin.coin: (coin.profit_before, coin.profit_after) for coin in found.coins}
    nan = pytest.approx(float("nan"), nan_ok=True)
    assert profits == {"ADA": (nan, -7.0), "BTC": (10.0, 10.0), "DOGE": (4.0, nan), "kPEPE": (nan, 5.0)}
    listed = [(change.kind, change.coin, change.profit_before, change.profit_after) for change in found.changes]
    assert sorted(listed[:2]) == [("added", "kPEPE", None, 4.0), ("removed", "DOGE", 4.0, None)]
    assert listed[2:] == [("added", "ADA", None, -7.0), ("added", "kPEPE", None, 1.0)]
