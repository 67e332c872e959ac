"""Both simulators: what the four levels decide (clauses 5 to 7)."""

from functools import partial

import pytest

from backtest.costs import Costs
from backtest.result import ExitReason
from backtest.risk import Risk

approx = partial(pytest.approx, rel=1e-9)

FREE = Costs(taker_fee_bps=0.0, slippage_bps=0.0)
OPENS = [100, 101, 102, 103, 104, 105, 106, 107]
N_BARS = len(OPENS)


@pytest.fixture
def trades_on_rising_opens(simulator, make_market, make_signals):
    """Return (entry bar, exit bar, side, reason) of every trade on `OPENS`."""

    def run(risk=Risk(), **levels):  # noqa: B008  (a frozen value)
        trace = simulator(make_market(OPENS), make_signals(N_BARS, **levels), risk, FREE)
        trades = trace.trades
        columns = (trades.entry_bar.tolist(), trades.exit_bar.tolist(), trades.side.tolist(), trades.reason)
        return list(zip(*columns, strict=True))

    return run


def test_both_entries_true_while_flat_do_nothing(trades_on_rising_opens):
    """Clause S4."""
    assert trades_on_rising_opens(long_entry=[1], short_entry=[1]) == []


def test_both_entries_true_while_flat_do_nothing_even_if_one_has_its_own_exit(trades_on_rising_opens):
    """Clauses S4 and 5: the levels count, not what clause 5 leaves of them."""
    assert trades_on_rising_opens(long_entry=[1], long_exit=[1], short_entry=[1]) == []


def test_entry_with_its_own_exit_does_nothing_while_flat(trades_on_rising_opens):
    """Clauses S5 and 5, both sides."""
    assert trades_on_rising_opens(long_entry=[1], long_exit=[1]) == []
    assert trades_on_rising_opens(short_entry=[1], short_exit=[1]) == []


def test_entry_beside_the_other_sides_exit_is_taken(trades_on_rising_opens):
    """Clause 5 speaks of the entry's own exit only."""
    expected = [(2, 7, 1, ExitReason.BORDER)]
    assert trades_on_rising_opens(long_entry=[1], short_exit=[1]) == expected


def test_exit_beats_a_same_side_entry(trades_on_rising_opens):
    """Clause S6: entry and exit of bar 3 together close at open[4] and open nothing."""
    assert trades_on_rising_opens(long_entry=[0, 3], long_exit=[3]) == [(1, 4, 1, ExitReason.SIGNAL)]


def test_same_side_entry_does_not_pyramid(trades_on_rising_opens):
    """Clause S9: no pyramiding."""
    assert trades_on_rising_opens(long_entry=[0, 1, 2, 3], long_exit=[5]) == [(1, 6, 1, ExitReason.SIGNAL)]


def test_other_sides_exit_does_not_close(trades_on_rising_opens):
    """Clause S6: the exit of the other side is not its own."""
    assert trades_on_rising_opens(long_entry=[0], short_exit=[2, 3]) == [(1, 7, 1, ExitReason.BORDER)]


def test_opposite_entry_without_reverse_is_ignored_until_flat(trades_on_rising_opens):
    """Clauses S8 and 6: the short entries of bars 2 and 4 are ignored, one beside a plain exit; that of 5 is taken."""
    assert trades_on_rising_opens(long_entry=[0], long_exit=[4], short_entry=[2, 4, 5]) == [
        (1, 5, 1, ExitReason.SIGNAL),
        (6, 7, -1, ExitReason.BORDER),
    ]


def test_opposite_entry_with_reverse_closes_and_reverses_at_one_open(trades_on_rising_opens):
    """Clauses P8, S7 and 6, from long to short and back."""
    assert trades_on_rising_opens(Risk(reverse=True), long_entry=[0, 4], short_entry=[2]) == [
        (1, 3, 1, ExitReason.REVERSAL),
        (3, 5, -1, ExitReason.REVERSAL),
        (5, 7, 1, ExitReason.BORDER),
    ]


def test_reversal_happens_even_if_the_exit_is_true_as_well(trades_on_rising_opens):
    """Clause 6."""
    assert trades_on_rising_opens(Risk(reverse=True), long_entry=[0], long_exit=[2], short_entry=[2]) == [
        (1, 3, 1, ExitReason.REVERSAL),
        (3, 7, -1, ExitReason.BORDER),
    ]


def test_same_side_entry_blocks_a_reversal(trades_on_rising_opens):
    """Clause 6: both entries are true at bar 2; the second case closes by its exit and reverses nothing."""
    assert trades_on_rising_opens(Risk(reverse=True), long_entry=[0, 2], short_entry=[2]) == [
        (1, 7, 1, ExitReason.BORDER)
    ]
    assert trades_on_rising_opens(Risk(reverse=True), long_entry=[0, 2], long_exit=[2], short_entry=[2]) == [
        (1, 3, 1, ExitReason.SIGNAL)
    ]


def test_opposite_entry_with_its_own_exit_does_not_reverse(trades_on_rising_opens):
    """Clause 5, for a reversal."""
    assert trades_on_rising_opens(Risk(reverse=True), long_entry=[0], short_entry=[2], short_exit=[2]) == [
        (1, 7, 1, ExitReason.BORDER)
    ]


def test_reversal_pays_two_fees_and_sizes_the_entry_after_the_close(simulator, make_market, make_signals):
    """Clauses S7, 6, 9 and 14: 1 % fee, no slippage; long 100 -> 120, then short with what is left."""
    market = make_market([100, 100, 120, 120])
    signals = make_signals(4, long_entry=[0], short_entry=[1])
    costs = Costs(taker_fee_bps=100.0, slippage_bps=0.0)

    trace = simulator(market, signals, Risk(reverse=True), costs, initial_capital=1000.0)

    # 10 coins: entry fee 10, gain 200, exit fee 12 -> 1178; the short's notional is all of it, its fee 11.78.
    assert trace.trades.quantity == approx([10, 1178 / 120])
    assert trace.trades.fees == approx([10 + 12, 11.78 + 11.78])
    assert trace.trades.profit == approx([178, -23.56])
    assert trace.equity == approx([1000, 990, 1178 - 11.78, 1178 - 23.56])


def test_max_hold_closes_at_the_open_k_bars_after_the_entry(trades_on_rising_opens):
    """Clauses S11 and 7: in at open[1], out at open[4]."""
    assert trades_on_rising_opens(Risk(max_hold_bars=3), long_entry=[0]) == [(1, 4, 1, ExitReason.MAX_HOLD)]


def test_max_hold_of_one_bar_closes_at_the_next_open(trades_on_rising_opens):
    """Clause 7: the next decision is at the close of the bar of the exit, so a standing entry is in every other bar."""
    assert trades_on_rising_opens(Risk(max_hold_bars=1), long_entry=[0, 1, 2, 3, 4]) == [
        (1, 2, 1, ExitReason.MAX_HOLD),
        (3, 4, 1, ExitReason.MAX_HOLD),
        (5, 6, 1, ExitReason.MAX_HOLD),
    ]


def test_time_exit_wins_over_a_reversal_and_over_an_exit(trades_on_rising_opens):
    """Clause 7: everything falls on the decision at close[2]."""
    expected = [(1, 3, 1, ExitReason.MAX_HOLD)]
    reversing = Risk(max_hold_bars=2, reverse=True)
    assert trades_on_rising_opens(reversing, long_entry=[0], short_entry=[2]) == expected
    assert trades_on_rising_opens(reversing, long_entry=[0], long_exit=[2]) == expected


def test_signal_exit_before_the_time_exit_counts(trades_on_rising_opens):
    """Clause 7."""
    assert trades_on_rising_opens(Risk(max_hold_bars=5), long_entry=[0], long_exit=[2]) == [
        (1, 3, 1, ExitReason.SIGNAL)
    ]


def test_max_hold_counts_from_the_reversal(trades_on_rising_opens):
    """Clause 7: a reversal is a new entry."""
    risk = Risk(max_hold_bars=3, reverse=True)
    assert trades_on_rising_opens(risk, long_entry=[0], short_entry=[1]) == [
        (1, 2, 1, ExitReason.REVERSAL),
        (2, 5, -1, ExitReason.MAX_HOLD),
    ]


def test_exit_decision_while_flat_is_nothing(trades_on_rising_opens):
    """Clause S4: nothing but an entry matters while flat."""
    assert trades_on_rising_opens(long_exit=[0, 1], short_exit=[2]) == []


def test_levels_are_no_edges(trades_on_rising_opens):
    """Clause S1: an entry that stays true opens again after each exit: decided at 0, closed at 3, decided at 3."""
    assert trades_on_rising_opens(long_entry=[0, 1, 3, 4, 5, 6], long_exit=[2]) == [
        (1, 3, 1, ExitReason.SIGNAL),
        (4, 7, 1, ExitReason.BORDER),
    ]


def test_short_side_decides_as_the_long_side_does(trades_on_rising_opens):
    """Clauses S6 to S9, mirrored: the exit beats a same-side entry, which else is ignored; a long entry reverses."""
    assert trades_on_rising_opens(short_entry=[0, 1, 3], short_exit=[3]) == [(1, 4, -1, ExitReason.SIGNAL)]
    assert trades_on_rising_opens(short_entry=[0], long_entry=[2]) == [(1, 7, -1, ExitReason.BORDER)]
    assert trades_on_rising_opens(Risk(reverse=True), short_entry=[0], long_entry=[2]) == [
        (1, 3, -1, ExitReason.REVERSAL),
        (3, 7, 1, ExitReason.BORDER),
    ]
