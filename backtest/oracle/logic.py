"""vectorbt's own decisions beside ours: the same signals, rules and prices, each simulator by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backtest.costs import Costs
from backtest.oracle.common_subset import BPS, COMMON_SUBSET, CommonSubset
from backtest.oracle.engine import vectorbt
from backtest.oracle.signal_rows import BORDER, ENTERING, INSIDE, ROWS_PER_BAR, SignalRows, signal_rows
from backtest.parity import Books, Difference, first_event_difference
from backtest.prepared import prepare
from backtest.result import RUIN_SHARE, ExitReason, Failure, Trace, Trades
from backtest.risk import Risk
from backtest.signals import Signals
from backtest.trace import trace
from data.market import Market

NAMES = ("kernel", "vectorbt")
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class LogicReport:
    """Whether vectorbt decides as the kernel does."""

    first_difference: Difference | None
    """The first event that differs; None when all agree."""
    n_trades: int
    """Round trips of the kernel that were compared."""

    @property
    def agrees(self) -> bool:
        return self.first_difference is None


def logic_parity(
    market: Market,
    signals: Signals,
    risk: Risk,
    costs: Costs,
    *,
    start: int = 0,
    stop: int | None = None,
    initial_capital: float = 10_000.0,
    subset: CommonSubset = COMMON_SUBSET,
) -> LogicReport:
    """Simulate a strategy by kernel and by vectorbt on what both know, and compare trade by trade and bar by bar.

    Arguments are those of `backtest.kernel.simulate`; see `CommonSubset` for what becomes of them. Numbers agree as in
    `backtest.parity.first_difference`. A sleeve that is ruined is compared up to the bar before.
    """
    stop = market.n_bars if stop is None else stop
    common, n_trades = subset.market(market), 0
    cheap = subset.costs(costs, risk)
    prepared = prepare(common, cheap)
    for variant in subset.risks(risk, cheap):
        ours = trace(prepared, signals, variant, start=start, stop=stop, initial_capital=initial_capital)
        theirs = simulate_vectorbt(
            common, signals, variant, cheap, start=start, stop=stop, initial_capital=initial_capital, subset=subset
        )
        end = _complete_until(ours)
        kernel = _until(Books.of(ours), end)
        n_trades += len(kernel.trades)
        difference = first_event_difference(kernel, _until(theirs, end), names=NAMES)
        if difference is not None:
            return LogicReport(difference, n_trades)
    return LogicReport(None, n_trades)


def simulate_vectorbt(
    market: Market,
    signals: Signals,
    risk: Risk,
    costs: Costs,
    *,
    start: int,
    stop: int,
    initial_capital: float,
    subset: CommonSubset = COMMON_SUBSET,
) -> Books:
    """Let vectorbt decide and fill, and return what it did in our terms.

    Market, risk and costs must be inside `subset`, as its methods return them.
    """
    rows = signal_rows(market, signals, start, stop, reverse=risk.reverse)
    portfolio = _portfolio(rows, risk, costs, initial_capital, subset.share)
    equity = portfolio.value(engine="rust").to_numpy()[rows.last_row]
    return Books(start, initial_capital, equity, _trades(portfolio.exit_trades.values, risk, start))


def _portfolio(rows: SignalRows, risk: Risk, costs: Costs, cash: float, share: float) -> Any:
    """Leave nothing to vectorbt's global settings; nothing is drawn, so that there is no seed.

    The engine is named, so that a fallback raises.
    """
    distance = risk.trailing if risk.stop is None else risk.stop
    return vectorbt().Portfolio.from_signals(
        rows.close,
        entries=rows.long_entry,
        exits=rows.long_exit,
        short_entries=rows.short_entry,
        short_exits=rows.short_exit,
        size=share,
        size_type="percent",
        price=rows.fill_price,
        fees=costs.taker_fee_bps * BPS,
        fixed_fees=0.0,
        slippage=costs.slippage_bps * BPS,
        min_size=0.0,
        max_size=np.inf,
        size_granularity=np.nan,
        reject_prob=0.0,
        lock_cash=False,
        allow_partial=False,
        raise_reject=False,
        log=False,
        accumulate="disabled",
        upon_long_conflict="exit",
        upon_short_conflict="exit",
        upon_dir_conflict="ignore",
        # Closed on the first row of an open, entered on the second, where the signals stand again.
        upon_opposite_entry="close" if risk.reverse else "ignore",
        val_price=rows.fill_price,
        open=rows.open,
        high=rows.high,
        low=rows.low,
        sl_stop=np.nan if distance is None else distance,
        sl_trail=risk.stop is None and risk.trailing is not None,
        tp_stop=np.nan if risk.target is None else risk.target,
        stop_entry_price="fillprice",
        stop_exit_price="stopmarket",
        upon_stop_exit="close",
        upon_stop_update="keep",
        use_stops=True,
        init_cash=cash,
        cash_sharing=False,
        call_seq="default",
        ffill_val_price=True,
        update_value=False,
        max_orders=rows.close.size,
        max_logs=1,
        init_temp_records=False,
        group_by=False,
        freq=pd.Timedelta(1, "h"),
        attach_call_seq=False,
        fillna_close=True,
        engine="rust",
    )


def _trades(records: Any, risk: Risk, start: int) -> Trades:
    entry_row, exit_row = records["entry_idx"], records["exit_idx"]
    side = np.where(records["direction"] == 0, 1, -1).astype(np.int64)
    return Trades(
        entry_bar=start + entry_row // ROWS_PER_BAR,
        exit_bar=start + exit_row // ROWS_PER_BAR,
        side=side,
        quantity=records["size"],
        entry_price=records["entry_price"],
        exit_price=records["exit_price"],
        fees=records["entry_fees"] + records["exit_fees"],
        funding=np.zeros(side.size),
        profit=records["pnl"],
        reason=tuple(_reason(records, i, int(side[i]), risk) for i in range(side.size)),
    )


def _reason(records: Any, i: int, side: int, risk: Risk) -> ExitReason:
    """Tell what closed a trade from its row: vectorbt does not say."""
    row = int(records["exit_idx"][i])
    if row % ROWS_PER_BAR == BORDER:
        return ExitReason.BORDER
    if row % ROWS_PER_BAR != INSIDE:
        enters_again = i + 1 < records.size and records["entry_idx"][i + 1] == row + ENTERING
        return ExitReason.REVERSAL if enters_again else ExitReason.SIGNAL
    # A stop fills well below the target, whatever it trails; the records' prices are rounded.
    if risk.target is not None:
        gain = side * (records["exit_price"][i] / records["entry_price"][i] - 1.0)
        if gain >= risk.target - ROUNDING:
            return ExitReason.TARGET
    return ExitReason.STOP if risk.stop is not None else ExitReason.TRAILING


def _complete_until(ours: Trace) -> int:
    """Return the bar before which the sleeve is alive at every close."""
    result = ours.result
    if result.failure is not Failure.RUINED:
        return result.stop
    return result.start + int(np.flatnonzero(ours.equity <= RUIN_SHARE * result.initial_capital)[0])


def _until(books: Books, end: int) -> Books:
    """Return the part of the books before bar `end`; a trade open there is left out."""
    n = int(np.count_nonzero(books.trades.exit_bar < end))
    names = [name for name in Trades.__slots__ if name != "reason"]
    trades = Trades(**{name: getattr(books.trades, name)[:n] for name in names}, reason=books.trades.reason[:n])
    return Books(books.start, books.initial_capital, books.equity[: end - books.start], trades)
