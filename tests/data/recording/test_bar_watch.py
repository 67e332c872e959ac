"""When a bar of a stream is over, and whether it is whole; by hand, a message at a time."""

from __future__ import annotations

from data.hyperliquid.wire import Candle
from data.recording.bar_watch import BarWatch

T0 = 1_704_067_200_000
MINUTE, HOUR = 60_000, 3_600_000
GRACE = 40_000
SERIES = [("BTC", "1m"), ("ETH", "1m")]


def candle(
    minute: int, n_trades: int, coin: str = "BTC", interval: str = "1m", close: float = 100.0, step: int = MINUTE
) -> Candle:
    open_ms = T0 + minute * MINUTE
    return Candle(open_ms, open_ms + step - 1, coin, interval, 100.0, 120.0, 90.0, close, float(n_trades), n_trades)


def watching(*series: tuple[str, str]) -> BarWatch:
    watch = BarWatch(series or (("BTC", "1m"),), T0, GRACE)
    watch.connected()
    return watch


def test_a_bar_is_told_once_after_the_grace_and_in_its_newest_state() -> None:
    watch = watching()
    watch.hear(candle(0, 1), T0 + 15_000)
    watch.hear(candle(0, 7), T0 + 59_000)
    watch.hear(candle(1, 1), T0 + 61_000)
    assert watch.settle(T0 + MINUTE + GRACE - 1).whole == ()
    assert watch.settle(T0 + MINUTE + GRACE).whole == (candle(0, 7),)
    again = watch.settle(T0 + MINUTE + GRACE)
    assert (again.whole, again.missed) == ((), frozenset())


def test_messages_that_come_twice_late_or_out_of_order_leave_the_newest_state() -> None:
    watch = watching()
    watch.hear(candle(0, 9), T0 + 50_000)
    watch.hear(candle(0, 9), T0 + 51_000)
    watch.hear(candle(0, 3), T0 + 52_000)
    watch.hear(candle(1, 2), T0 + 61_000)
    # Thirty seconds late, and still the newest.
    watch.hear(candle(0, 12), T0 + 90_000)
    assert watch.settle(T0 + 100_000).whole == (candle(0, 12),)
    watch.hear(candle(0, 13), T0 + 101_000)
    counts = watch.counts
    assert (counts.repeated, counts.older, counts.late, counts.whole) == (1, 1, 1, 1)


def test_a_bar_that_nobody_told_is_missed() -> None:
    watch = watching(*SERIES)
    watch.hear(candle(0, 9), T0 + 50_000)
    watch.hear(candle(1, 1), T0 + 61_000)
    settled = watch.settle(T0 + 100_000)
    assert settled.whole == (candle(0, 9),)
    assert settled.missed == {("ETH", "1m")}


def test_a_bar_whose_last_state_came_before_a_loss_is_missed() -> None:
    watch = watching()
    watch.hear(candle(0, 9), T0 + 50_000)
    watch.lost()
    watch.connected()
    watch.hear(candle(1, 1), T0 + 75_000)
    settled = watch.settle(T0 + 100_000)
    assert (settled.whole, settled.missed) == ((), {("BTC", "1m")})


def test_a_bar_that_was_told_again_after_a_loss_is_whole() -> None:
    watch = watching()
    watch.hear(candle(0, 9), T0 + 20_000)
    watch.lost()
    # The next connection tells the same before every feed of it is acknowledged.
    watch.hear(candle(0, 9), T0 + 40_000)
    watch.connected()
    watch.hear(candle(1, 1), T0 + 61_000)
    assert watch.settle(T0 + 100_000).whole == (candle(0, 9),)


def test_nothing_is_whole_while_the_connection_is_gone() -> None:
    watch = watching()
    watch.hear(candle(0, 9), T0 + 59_000)
    watch.hear(candle(1, 1), T0 + 61_000)
    watch.lost()
    assert watch.settle(T0 + 100_000).missed == {("BTC", "1m")}


def test_a_process_that_stood_still_takes_nothing_that_it_has_not_read_for_the_end() -> None:
    watch = watching()
    watch.hear(candle(0, 3), T0 + 20_000)
    # An hour later; the messages in between wait to be read.
    settled = watch.settle(T0 + HOUR)
    assert (settled.whole, settled.missed) == ((), {("BTC", "1m")})
    assert watch.counts.missed == 59


def test_something_else_of_a_later_moment_says_that_the_stream_has_passed_the_end() -> None:
    watch = watching(*SERIES)
    watch.hear(candle(0, 3), T0 + 20_000)
    watch.told(T0 + MINUTE - 1)
    assert watch.settle(T0 + 100_000).whole == ()
    watch.hear(candle(1, 3), T0 + 110_000)
    watch.told(T0 + 2 * MINUTE)
    assert watch.settle(T0 + 160_000).whole == (candle(1, 3),)


def test_series_that_nobody_asked_for_and_bars_of_the_future_are_strange() -> None:
    watch = watching()
    watch.hear(candle(0, 1, coin="DOGE"), T0)
    watch.hear(candle(0, 1, interval="1h", step=HOUR), T0)
    watch.hear(candle(2, 1), T0 + 59_999)
    assert watch.counts.strange == 3
    # Our clock may be behind by less than a bar.
    watch.hear(candle(1, 1), T0 + 59_999)
    assert watch.counts.strange == 3


def test_intervals_of_one_coin_are_watched_apart() -> None:
    watch = watching(("BTC", "1m"), ("BTC", "1h"))
    hour = candle(0, 60, interval="1h", step=HOUR)
    watch.hear(hour, T0 + 3_599_000)
    watch.hear(candle(59, 1), T0 + 3_599_000)
    watch.told(T0 + HOUR)
    settled = watch.settle(T0 + HOUR + GRACE)
    assert set(settled.whole) == {hour, candle(59, 1)}
    assert settled.missed == {("BTC", "1m")}
