"""The fused simulation of one sleeve: everything docs/semantics.md asks for, and the statistics, in one call.

The kernel never looks at a bar that cannot matter. While flat it jumps to the next entry by the packed levels; while
holding it knows the bar of the next exit and looks for a price that meets a level before, many bars at a time. Only
then is the position marked: the equity on the bars held, one after the other, is all that the statistics need.
"""

from __future__ import annotations

import math

import numpy as np

from backtest.kernel_equity import LANES, add_changes, close_blocks, deepest_fall, equity_sums, mark
from backtest.kernel_levels import (
    ENTERS,
    LONG_ENDS,
    LONG_ENTRY,
    LONG_EXIT,
    N_LEVELS,
    SHORT_ENTRY,
    SHORT_EXIT,
    combine,
    is_reversal,
    is_set,
    next_bar,
)
from backtest.kernel_rules import (
    BORDER,
    CAPITAL,
    LIQUIDATION,
    MAX_HOLD,
    MAX_HOLD_BARS,
    N_SETTINGS,
    REVERSAL,
    REVERSE,
    SCALE,
    SIGNAL,
    find_touch,
    order_size,
    protection,
)
from backtest.metrics import N_METRICS, metrics_of, write_metrics
from backtest.prepared import FEE, OPEN, PAID, SLIPPAGE, PreparedMarket
from backtest.result import RUIN_SHARE, Counts, Failure, FloatArray, IntArray, Result
from backtest.risk import Risk
from backtest.signals import Signals, WordArray, n_words
from data.jit import inlined

N_TRADE_COLUMNS = 10
"""Entry bar, exit bar, side, quantity, entry price, exit price, fees, funding, profit, reason."""
NO_TRADES = np.empty((0, N_TRADE_COLUMNS))
NO_CHANGE = np.empty(0)
NEVER = 2**40
"""Bars that no history has."""

# Places in the totals.
SUM_R, SUM_RR, SUM_NEGATIVE, DRAWDOWN, EQUITY, TRADED, HELD = range(7)
FORCED, WINS, SKIPPED, CAPPED, LIQUIDATED, RUINED, N_TOTALS = range(7, 14)


@inlined
def find_exit(
    bars: FloatArray,
    reach: FloatArray,
    marks: FloatArray,
    terms: FloatArray,
    way: int,
    position: tuple[float, float, float],
    levels: tuple[float, float, float],
    entry_bar: int,
    planned: tuple[int, int],
    end: int,
) -> tuple[int, int, float]:
    """Return bar, reason and price of the fill that closes a position in a segment that ends before bar `end`.

    `planned` is the bar whose open closes it if no level is met before, and the reason.
    """
    last = min(planned[0], end)
    bar, reason, price = find_touch(bars, reach, terms, way, position, levels, entry_bar, last)
    if bar < last:
        return bar, reason, price
    sign = position[0]
    if planned[0] < end:
        return planned[0], planned[1], sign * bars[way, planned[0], OPEN] * (1.0 - sign * terms[SLIPPAGE])
    close = sign * (marks[way, end - 1] + bars[way, end - 1, PAID])
    return end - 1, BORDER, close * (1.0 - sign * terms[SLIPPAGE])


@inlined
def simulate_sleeve(
    bars: FloatArray,
    reach: FloatArray,
    marks: FloatArray,
    terms: FloatArray,
    exposure: FloatArray,
    distance: FloatArray,
    levels: WordArray,
    settings: FloatArray,
    segments: IntArray,
    block_ends: IntArray,
    equity: FloatArray,
    change: FloatArray,
    trades: FloatArray,
    blocks: FloatArray,
    totals: FloatArray,
    lanes: FloatArray,
) -> int:
    """Simulate one sleeve; fill the arrays from `equity` on and return the number of trades.

    Arrays in, arrays out, nothing of Python: for `run_kernel`, and for loops over many strategies in compiled code.

    Parameters
    ----------
    bars, reach, marks, terms
        Those of `PreparedMarket`.
    exposure, distance
        What `PreparedMarket.sizing` returns; shape (n_bars,) or (1,).
    levels
        Shape (N_LEVELS, n_words): the four levels of the strategy in the first rows; the others are overwritten.
    settings
        Shape (N_SETTINGS,), see `write_settings`.
    segments
        Runs of available bars inside the slice, shape (n, 2); see `PreparedMarket.segments`.
    block_ends
        The first bar after each block; see `Workspace.block_ends`.
    equity
        Room for one place more than bars: the initial capital, then the equity at the close of each bar on which
        something was held or closed.
    change
        Empty, or shape (n_bars,): the change of equity on each bar, USDC, is added to what stands there. So several
        sleeves share one array to be pooled, and the caller fills it with zeros before.
    trades
        Shape (0, N_TRADE_COLUMNS), or with room for a trade a bar.
    blocks
        Shape (n_blocks,): log returns of the blocks, NaN for a ruined sleeve.
    totals
        Shape (N_TOTALS,): sums and counts, see `SUM_R` and those after it.
    lanes
        Shape (3, LANES): room to add up in.
    """
    fee, slip, scale = terms[FEE], terms[SLIPPAGE], settings[SCALE]
    max_hold, reverse = int(settings[MAX_HOLD_BARS]), settings[REVERSE] > 0.0
    combine(levels, reverse)
    cash = settings[CAPITAL]
    ruin = RUIN_SHARE * cash
    is_ruined = False
    equity[0] = cash
    last = 0  # place of the last equity
    books = (0, cash)
    row, keeps = 0, change.size > 0
    totals[:] = 0.0
    blocks[:] = 0.0
    for segment in range(segments.shape[0]):
        decision, end = segments[segment, 0], segments[segment, 1]
        side = 0
        while not is_ruined:
            if side == 0:
                decision = next_bar(levels, ENTERS, decision, end - 1)
                if decision >= end - 1:
                    break
                side = 1 if is_set(levels, LONG_ENTRY, decision) else -1
            # Entry at the open after the decision.
            entry_bar, sign, way = decision + 1, float(side), (1 - side) >> 1
            fill = sign * bars[way, entry_bar, OPEN] * (1.0 + sign * slip)
            wanted = (exposure[decision] if exposure.size > 1 else exposure[0]) * scale
            quantity, leverage, is_capped = order_size(bars, terms, way, entry_bar, wanted, cash, fill)
            totals[CAPPED] += is_capped
            if quantity <= 0.0:
                totals[SKIPPED] += 1.0
                # If a reversal has closed at this open, the bar is accounted flat.
                if cash != equity[last]:
                    books = close_blocks(blocks, block_ends, books, (entry_bar, last), equity, entry_bar, last)
                    last += 1
                    equity[last] = cash
                    if keeps:
                        add_changes(change, equity, entry_bar, (last - 1, last))
                decision, side = entry_bar, 0
                continue
            before = cash
            entry_fee = fee * quantity * fill
            cash -= entry_fee
            totals[TRADED] += quantity * fill
            if cash <= ruin:
                is_ruined = True
                break
            # What closes it.
            event = next_bar(levels, LONG_ENDS + way, entry_bar, end)
            planned = (event + 1, SIGNAL)
            if entry_bar + max_hold <= event + 1:
                planned = (entry_bar + max_hold, MAX_HOLD)
            protected = protection(settings, sign, fill, distance[decision] if distance.size > 1 else distance[0])
            bar, reason, price = find_exit(
                bars, reach, marks, terms, way, (sign, fill, leverage), protected, entry_bar, planned, end
            )
            # Marks at the closes before that.
            at_entry, paid_before = last, bars[way, entry_bar, PAID]
            held = (cash, quantity, sign * fill - paid_before)
            lives = mark(marks, way, held, (entry_bar, bar), equity, last, ruin)
            if lives:
                last += bar - entry_bar
            else:
                while equity[last] > ruin:
                    last += 1
            if keeps:
                add_changes(change, equity, entry_bar, (at_entry, last))
            if not lives:
                totals[HELD] += last - at_entry
                is_ruined = True
                break
            books = close_blocks(blocks, block_ends, books, (entry_bar, at_entry), equity, bar, last)
            # The fill that closes it.
            funding, exit_fee = quantity * (bars[way, bar, PAID] - paid_before), 0.0
            if reason == LIQUIDATION:
                cash -= quantity * fill / leverage
            else:
                exit_fee = fee * quantity * price
                cash += sign * quantity * (price - fill) - funding - exit_fee
            turns = reason == SIGNAL and reverse and is_reversal(levels, side, event)
            totals[TRADED] += quantity * price
            totals[HELD] += bar - entry_bar + (reason not in (SIGNAL, MAX_HOLD))
            totals[WINS] += cash > before
            totals[FORCED] += reason == BORDER
            totals[LIQUIDATED] += reason == LIQUIDATION
            if trades.shape[0] > 0:
                trades[row, 0], trades[row, 1], trades[row, 2] = entry_bar, bar, sign
                trades[row, 3], trades[row, 4], trades[row, 5] = quantity, fill, price
                trades[row, 6], trades[row, 7] = entry_fee + exit_fee, funding
                trades[row, 8], trades[row, 9] = cash - before, REVERSAL if turns else reason
            row += 1
            is_ruined = cash <= ruin
            if turns and not is_ruined:
                decision, side = event, -side
                continue
            last += 1
            equity[last] = cash
            if keeps:
                add_changes(change, equity, bar, (last - 1, last))
            decision, side = bar, 0
    if is_ruined:
        blocks[:] = np.nan
    else:
        close_blocks(blocks, block_ends, books, (0, last), equity, NEVER, last)
        totals[SUM_R], totals[SUM_RR], totals[SUM_NEGATIVE] = equity_sums(equity, last, lanes)
        totals[DRAWDOWN] = deepest_fall(equity, last)
    totals[EQUITY], totals[RUINED] = equity[last], is_ruined
    return row


class Workspace:
    """Buffers that one process uses again for every simulation of at most `n_bars` bars."""

    def __init__(self, n_bars: int) -> None:
        self.n_bars = n_bars
        self.change = np.zeros(n_bars)
        """Change of equity on each bar, USDC."""
        self.equity = np.empty(n_bars + 1)
        """The initial capital, then the equity at the close of each bar on which something was held or closed."""
        self.totals = np.empty(N_TOTALS)
        self.lanes = np.empty((3, LANES))
        self.settings = np.empty(N_SETTINGS)
        self.metrics = np.empty(N_METRICS)
        self._levels: dict[int, WordArray] = {}
        self._block_ends: dict[tuple[int, int, int], IntArray] = {}

    def levels(self, n_bars: int) -> WordArray:
        """Return room for the levels of `n_bars` bars."""
        if n_bars not in self._levels:
            self._levels[n_bars] = np.empty((N_LEVELS, n_words(n_bars)), dtype=np.uint64)
        return self._levels[n_bars]

    def no_change(self, stop: int) -> FloatArray:
        """Return room for the changes of equity before bar `stop`, all 0."""
        change = self.change[:stop]
        change[:] = 0.0
        return change

    def block_ends(self, start: int, stop: int, n_blocks: int) -> IntArray:
        """Return `block_ends`, remembering it."""
        key = (start, stop, n_blocks)
        if key not in self._block_ends:
            self._block_ends[key] = block_ends(*key)
        return self._block_ends[key]


def block_ends(start: int, stop: int, n_blocks: int) -> IntArray:
    """Return the first bar after each block, then a bar that is never reached; shape (n_blocks + 1,)."""
    n = stop - start
    ends = [start + (n * (i + 1)) // n_blocks for i in range(n_blocks - 1)]
    return np.array([*ends, NEVER, NEVER], dtype=np.int64)


def simulate(
    prepared: PreparedMarket,
    signals: Signals,
    risk: Risk,
    *,
    start: int = 0,
    stop: int | None = None,
    initial_capital: float = 10_000.0,
    n_blocks: int = 6,
    workspace: Workspace | None = None,
    keep_changes: bool = True,
) -> Result:
    """Simulate one sleeve over the bars [start, stop); see docs/semantics.md.

    Parameters
    ----------
    prepared
        The coin's market with its costs.
    signals
        Levels on the whole market; those at bar t are filled at the open of t + 1.
    risk
        Sizing and protective levels.
    start, stop
        The slice; it starts flat and closes what is open at its last close.
    initial_capital
        USDC.
    n_blocks
        Number of equal blocks whose log returns are reported.
    workspace
        Buffers to use again. `Result.equity_change` is then a view that the next simulation overwrites.
    keep_changes
        Whether `Result.equity_change` is wanted; a search that only asks for statistics saves it.

    Raises
    ------
    ValueError
        If the slice, the capital, the blocks or the length of the signals are impossible.
    """
    stop = prepared.market.n_bars if stop is None else stop
    check_arguments(prepared, signals, start, stop, initial_capital, n_blocks)
    if workspace is None:
        workspace = Workspace(prepared.market.n_bars)
    change = workspace.no_change(stop) if keep_changes else NO_CHANGE
    return run_kernel(prepared, signals, risk, (start, stop), initial_capital, n_blocks, workspace, change)[0]


def run_kernel(
    prepared: PreparedMarket,
    signals: Signals,
    risk: Risk,
    bars: tuple[int, int],
    initial_capital: float,
    n_blocks: int,
    workspace: Workspace,
    change: FloatArray,
    trades: FloatArray = NO_TRADES,
) -> tuple[Result, int]:
    """Return the result and the number of trades; `change` and `trades` as in `simulate_sleeve`."""
    start, stop = bars
    exposure, distance = prepared.sizing(risk)
    blocks = np.empty(n_blocks)
    write_settings(workspace.settings, risk, initial_capital)
    n_rows = _simulate_one(
        signals.long_entry,
        signals.long_exit,
        signals.short_entry,
        signals.short_exit,
        prepared.bars,
        prepared.reach,
        prepared.marks,
        prepared.terms,
        exposure,
        distance,
        workspace.levels(signals.n_bars),
        workspace.settings,
        prepared.segments(start, stop),
        workspace.block_ends(start, stop, n_blocks),
        workspace.equity,
        change,
        trades,
        blocks,
        workspace.totals,
        workspace.lanes,
        workspace.metrics,
        stop - start,
        prepared.bars_per_year,
    )
    return _result(prepared, bars, initial_capital, blocks, change[start:], workspace), n_rows


@inlined
def _simulate_one(
    long_entry: WordArray,
    long_exit: WordArray,
    short_entry: WordArray,
    short_exit: WordArray,
    bars: FloatArray,
    reach: FloatArray,
    marks: FloatArray,
    terms: FloatArray,
    exposure: FloatArray,
    distance: FloatArray,
    levels: WordArray,
    settings: FloatArray,
    segments: IntArray,
    block_ends: IntArray,
    equity: FloatArray,
    change: FloatArray,
    trades: FloatArray,
    blocks: FloatArray,
    totals: FloatArray,
    lanes: FloatArray,
    metrics: FloatArray,
    n_bars: int,
    bars_per_year: float,
) -> int:
    for i in range(levels.shape[1]):
        levels[LONG_ENTRY, i], levels[LONG_EXIT, i] = long_entry[i], long_exit[i]
        levels[SHORT_ENTRY, i], levels[SHORT_EXIT, i] = short_entry[i], short_exit[i]
    n_trades = simulate_sleeve(
        bars,
        reach,
        marks,
        terms,
        exposure,
        distance,
        levels,
        settings,
        segments,
        block_ends,
        equity,
        change,
        trades,
        blocks,
        totals,
        lanes,
    )
    sleeve_metrics(metrics, totals, n_trades, n_bars, settings[CAPITAL], bars_per_year)
    return n_trades


@inlined
def sleeve_metrics(
    row: FloatArray, totals: FloatArray, n_trades: int, n_bars: int, capital: float, bars_per_year: float
) -> None:
    """Write the metrics of a sleeve over `n_bars` bars from what `simulate_sleeve` made of it; see `write_metrics`."""
    write_metrics(
        row,
        n_bars,
        (totals[SUM_R], totals[SUM_RR], totals[SUM_NEGATIVE]),
        totals[EQUITY] / capital,
        totals[DRAWDOWN],
        totals[TRADED] / capital,
        totals[HELD] / n_bars,
        n_trades - int(totals[FORCED]),
        int(totals[FORCED]),
        int(totals[WINS]),
        bars_per_year,
        totals[RUINED] > 0.0,
    )


def write_settings(settings: FloatArray, risk: Risk, capital: float) -> None:
    """Write what the kernel must know of the risk settings, and the capital in USDC, into shape (N_SETTINGS,)."""
    settings[:] = (
        risk.scale,
        risk.stop or 0.0,
        risk.target or 0.0,
        risk.trailing or 0.0,
        risk.max_hold_bars or NEVER,
        risk.reverse,
        capital,
    )


def _result(
    prepared: PreparedMarket,
    bars: tuple[int, int],
    capital: float,
    blocks: FloatArray,
    change: FloatArray,
    workspace: Workspace,
) -> Result:
    totals, metrics = workspace.totals.tolist(), metrics_of(workspace.metrics.tolist())
    failure = None
    if metrics.sharpe != metrics.sharpe:
        failure = Failure.RUINED if totals[RUINED] > 0.0 else Failure.ZERO_VARIANCE
    return Result(
        prepared.market.coin,
        *bars,
        capital,
        metrics,
        Counts(int(totals[FORCED]), int(totals[SKIPPED]), int(totals[CAPPED]), int(totals[LIQUIDATED])),
        failure,
        blocks,
        change,
        totals[TRADED],
        int(totals[HELD]),
    )


def check_arguments(
    prepared: PreparedMarket, signals: Signals, start: int, stop: int, initial_capital: float, n_blocks: int
) -> None:
    n_bars = prepared.market.n_bars
    if not 0 <= start < stop <= n_bars:
        raise ValueError(f"slice is [{start}, {stop}); allowed is 0 <= start < stop <= {n_bars}, the market's bars")
    if signals.n_bars != n_bars:
        raise ValueError(f"signals have {signals.n_bars} bars; allowed are {n_bars}, as many as the market")
    if not (math.isfinite(initial_capital) and initial_capital > 0.0):
        raise ValueError(f"initial_capital is {initial_capital}; allowed is a finite amount above 0 USDC")
    if n_blocks < 1:
        raise ValueError(f"n_blocks is {n_blocks}; allowed is 1 or more")
