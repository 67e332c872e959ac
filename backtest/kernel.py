"""The fused simulation of one sleeve: everything SEMANTICS asks for, and the statistics, in one pass.

The loop never looks at a bar that cannot matter. While flat it jumps to the next entry by the packed
levels; while holding it knows the bar of the next exit and only watches prices until then.
"""

from __future__ import annotations

import math

import numpy as np

from backtest.kernel_rules import (
    BORDER,
    LIQUIDATION,
    MAX_HOLD,
    REVERSAL,
    SIGNAL,
    TARGET,
    adverse,
    guard_level,
    is_reversal,
    liquidation_line,
    next_entry,
    next_exit,
)
from backtest.metrics import metrics_from_sums
from backtest.prepared import PreparedMarket
from backtest.result import RUIN_SHARE, Counts, Failure, FloatArray, IntArray, Result
from backtest.risk import MAX_EXPOSURE, Risk
from backtest.signals import Signals, WordArray
from data.jit import jit

N_TRADE_COLUMNS = 10
"""Entry bar, exit bar, side, quantity, entry price, exit price, fees, funding, profit, reason."""
NEVER = 2**40
"""Bars that no history has."""

# Places in the settings array.
FEE, SLIP, MINIMUM, SCALE, CAP, MAX_LEVERAGE, MAINTENANCE, LOT = range(8)
STOP_D, TARGET_D, TRAIL_D, CAPITAL, MAX_HOLD_BARS, REVERSE, N_SETTINGS = range(8, 15)
# Places in the totals array.
SUM_R, SUM_RR, SUM_NEGATIVE, DRAWDOWN, EQUITY, TRADED, HELD = range(7)
TRADES, FORCED, WINS, SKIPPED, CAPPED, LIQUIDATED, RUINED, N_TOTALS = range(7, 15)


@jit
def _simulate(
    prices: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    funding_paid: tuple[FloatArray, FloatArray],
    capacity: FloatArray,
    exposure: FloatArray,
    distance: FloatArray,
    words: tuple[WordArray, WordArray, WordArray, WordArray],
    segments: IntArray,
    settings: FloatArray,
    block_ends: IntArray,
    change: FloatArray,
    trades: FloatArray,
    blocks: FloatArray,
    totals: FloatArray,
) -> int:
    open_, high, low, close = prices
    pay_long, pay_short = funding_paid
    long_entry, long_exit, short_entry, short_exit = words
    fee, slip, minimum = settings[FEE], settings[SLIP], settings[MINIMUM]
    scale, max_exposure, max_leverage = settings[SCALE], settings[CAP], settings[MAX_LEVERAGE]
    maintenance, lot = settings[MAINTENANCE], settings[LOT]
    max_hold, reverse = int(settings[MAX_HOLD_BARS]), settings[REVERSE] > 0.0
    cash = settings[CAPITAL]
    previous = cash  # equity at the close before
    peak = cash
    block, border_equity, next_border = 0, cash, block_ends[0]
    floor = cash
    sum_r = sum_rr = sum_negative = drawdown = 0.0
    traded, held, n_trades, n_forced, n_wins = 0.0, 0, 0, 0, 0
    n_skipped, n_capped, n_liquidated = 0, 0, 0
    ruined = False
    ruin = RUIN_SHARE * cash
    row = 0
    for s in range(segments.shape[0]):
        first, end = segments[s, 0], segments[s, 1]
        decision = first
        side = 0
        while not ruined:
            if side == 0:
                decision, side = next_entry(long_entry, long_exit, short_entry, short_exit, decision, end - 1)
                if side == 0:
                    break
            entry_bar = decision + 1
            # Entry at open[entry_bar].
            rule = exposure[decision] if exposure.size > 1 else exposure[0]
            # In this order, since a comparison with NaN is False: an unknown exposure must stay unknown.
            wanted = min(rule * scale, max_exposure)
            fill = open_[entry_bar] * (1.0 + side * slip)
            quantity = 0.0
            if wanted == wanted:
                leverage = min(max(1.0, math.ceil(wanted - 1e-9)), max_leverage)
                wanted = min(wanted, leverage)
                quantity = wanted * cash / fill
                if quantity > capacity[entry_bar]:
                    quantity = capacity[entry_bar]
                    n_capped += 1
                quantity = math.floor(quantity / lot + 1e-9) * lot
            if quantity <= 0.0 or quantity * fill < minimum:
                n_skipped += 1
                # A reversal has closed at this open: the bar is accounted flat.
                if cash != previous:
                    r = (cash - previous) / previous
                    change[entry_bar] = cash - previous
                    sum_r += r
                    sum_rr += r * r
                    if r < 0.0:
                        sum_negative += r * r
                    while entry_bar >= next_border:
                        blocks[block] = math.log(previous / border_equity)
                        border_equity = previous
                        block += 1
                        next_border = block_ends[block]
                    previous = cash
                    peak = max(peak, cash)
                    drawdown = max(drawdown, 1.0 - cash / peak)
                    floor = peak * (1.0 - drawdown)
                decision, side = entry_bar, 0
                continue
            before = cash
            entry_fee = fee * quantity * fill
            cash -= entry_fee
            traded += quantity * fill
            basis = cash
            signed = side * quantity
            margin = quantity * fill / leverage
            funding = 0.0
            widen = distance[decision] if distance.size > 1 else distance[0]
            # Levels are kept times the side, so that one comparison serves longs and shorts.
            sign = float(side)
            stop_level, target_level, trail = -np.inf, np.inf, 0.0
            if settings[STOP_D] > 0.0:
                stop_level = sign * fill * (1.0 - sign * min(settings[STOP_D] * widen, 0.99))
            if settings[TARGET_D] > 0.0:
                target_level = sign * fill * (1.0 + sign * min(settings[TARGET_D] * widen, 0.99))
            if settings[TRAIL_D] > 0.0:
                trail = min(settings[TRAIL_D] * widen, 0.99)
            # The level that a paid coin of funding moves: unpaid + slope * funding.
            unpaid, slope = liquidation_line(side, fill, leverage, quantity, maintenance)
            guard = guard_level(sign, stop_level, fill, trail, unpaid)
            # The open that fills the next exit, unless a level is met before it.
            if side > 0:
                event = next_exit(long_exit, long_entry, short_entry, short_exit, reverse, entry_bar, end)
                against, towards, pays = low, high, pay_long
            else:
                event = next_exit(short_exit, short_entry, long_entry, long_exit, reverse, entry_bar, end)
                against, towards, pays = high, low, pay_short
            exit_open = event + 1
            is_time = entry_bar + max_hold <= exit_open
            if is_time:
                exit_open = entry_bar + max_hold
            ruined = cash <= ruin
            bar, best, is_met, reason, exit_price = entry_bar, fill, False, -1, 0.0
            while not ruined:
                while bar >= next_border:
                    blocks[block] = math.log(previous / border_equity)
                    border_equity = previous
                    block += 1
                    next_border = block_ends[block]
                pause = min(exit_open, end - 1, next_border)
                while bar < pause:
                    if sign * against[bar] <= guard or sign * towards[bar] > target_level:
                        is_met = True
                        break
                    equity = cash - funding + signed * (close[bar] - fill)
                    delta = equity - previous
                    r = delta / previous
                    change[bar] = delta
                    sum_r += r
                    sum_rr += r * r
                    # Without a branch: the sign of a return cannot be predicted.
                    loss = min(r, 0.0)
                    sum_negative += loss * loss
                    previous = equity
                    # `floor` is the equity at which the drawdown becomes the largest so far.
                    if equity > peak:
                        peak = equity
                        floor = peak * (1.0 - drawdown)
                    elif equity < floor:
                        drawdown = 1.0 - equity / peak
                        floor = equity
                        if equity <= ruin:
                            ruined = True
                            bar += 1
                            break
                    if trail > 0.0:
                        best = sign * max(sign * best, sign * towards[bar])
                    bar += 1
                    # The position is carried into open[bar]: funding comes first of all.
                    funding += quantity * pays[bar]
                    guard = guard_level(sign, stop_level, best, trail, unpaid + slope * funding)
                if is_met or ruined or bar == exit_open:
                    break
                if bar == end - 1:
                    is_met = sign * against[bar] <= guard or sign * towards[bar] > target_level
                    if not is_met:
                        reason, exit_price = BORDER, close[bar] * (1.0 - side * slip)
                    break
            if is_met:
                if sign * against[bar] <= guard:
                    liquidation = sign * (unpaid + slope * funding)
                    reason, exit_price = adverse(sign, open_[bar], guard, stop_level, liquidation, slip)
                else:
                    reason, exit_price = TARGET, sign * max(target_level, sign * open_[bar])
            elif reason != BORDER:
                reason, exit_price = (MAX_HOLD if is_time else SIGNAL), open_[bar] * (1.0 - side * slip)
            if ruined:
                held += bar - entry_bar
                break
            # The position closes.
            if reason == LIQUIDATION:
                exit_fee = 0.0
                exit_price = fill * (1.0 - side / leverage) + side * funding / quantity
                cash = basis - margin
                n_liquidated += 1
            else:
                exit_fee = fee * quantity * exit_price
                cash += signed * (exit_price - fill) - funding - exit_fee
            traded += quantity * exit_price
            at_open = reason == SIGNAL or reason == MAX_HOLD
            held += bar - entry_bar + (0 if at_open else 1)
            next_side = 0
            if reason == SIGNAL and reverse:
                if side > 0:
                    turns = is_reversal(long_entry, short_entry, short_exit, event)
                else:
                    turns = is_reversal(short_entry, long_entry, long_exit, event)
                if turns:
                    next_side, reason = -side, REVERSAL
            profit = cash - before
            trades[row, 0] = entry_bar
            trades[row, 1] = bar
            trades[row, 2] = side
            trades[row, 3] = quantity
            trades[row, 4] = fill
            trades[row, 5] = exit_price
            trades[row, 6] = entry_fee + exit_fee
            trades[row, 7] = funding
            trades[row, 8] = profit
            trades[row, 9] = reason
            row += 1
            if profit > 0.0:
                n_wins += 1
            if reason == BORDER:
                n_forced += 1
            else:
                n_trades += 1
            if cash <= ruin:
                ruined = True
                change[bar] = cash - previous
                previous = cash
                break
            if next_side != 0:
                decision, side = event, next_side
                continue
            delta = cash - previous
            r = delta / previous
            change[bar] = delta
            sum_r += r
            sum_rr += r * r
            if r < 0.0:
                sum_negative += r * r
            while bar >= next_border:
                blocks[block] = math.log(previous / border_equity)
                border_equity = previous
                block += 1
                next_border = block_ends[block]
            previous = cash
            peak = max(peak, cash)
            drawdown = max(drawdown, 1.0 - cash / peak)
            floor = peak * (1.0 - drawdown)
            decision, side = bar, 0
        if ruined:
            break
    if not ruined:
        while block < blocks.size:
            blocks[block] = math.log(previous / border_equity)
            border_equity = previous
            block += 1
    totals[SUM_R], totals[SUM_RR], totals[SUM_NEGATIVE], totals[DRAWDOWN] = sum_r, sum_rr, sum_negative, drawdown
    totals[EQUITY], totals[TRADED], totals[HELD] = previous, traded, held
    totals[TRADES], totals[FORCED], totals[WINS] = n_trades, n_forced, n_wins
    totals[SKIPPED], totals[CAPPED], totals[LIQUIDATED] = n_skipped, n_capped, n_liquidated
    totals[RUINED] = ruined
    return row


class Workspace:
    """Buffers that one process uses again for every simulation of at most `n_bars` bars."""

    def __init__(self, n_bars: int) -> None:
        self.n_bars = n_bars
        self.change = np.zeros(n_bars)
        # A trade lasts at least one bar's decision, so there cannot be more trades than bars.
        self.trades = np.empty((n_bars, N_TRADE_COLUMNS))
        self.totals = np.empty(N_TOTALS)
        self.settings = np.empty(N_SETTINGS)
        self._block_ends: dict[tuple[int, int, int], IntArray] = {}

    def block_ends(self, start: int, stop: int, n_blocks: int) -> IntArray:
        """Return the first bar after each block, then a bar that is never reached; shape (n_blocks + 1,)."""
        key = (start, stop, n_blocks)
        if key not in self._block_ends:
            n = stop - start
            ends = [start + (n * (i + 1)) // n_blocks for i in range(n_blocks - 1)]
            self._block_ends[key] = np.array([*ends, NEVER, NEVER], dtype=np.int64)
        return self._block_ends[key]


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

    Raises
    ------
    ValueError
        If the slice, the capital, the blocks or the length of the signals are impossible.
    """
    stop = prepared.market.n_bars if stop is None else stop
    check_arguments(prepared, signals, start, stop, initial_capital, n_blocks)
    if workspace is None:
        workspace = Workspace(prepared.market.n_bars)
    return run_kernel(prepared, signals, risk, (start, stop), initial_capital, n_blocks, workspace)[0]


def run_kernel(
    prepared: PreparedMarket,
    signals: Signals,
    risk: Risk,
    bars: tuple[int, int],
    initial_capital: float,
    n_blocks: int,
    workspace: Workspace,
) -> tuple[Result, int]:
    """Return the result and the number of trade rows that the workspace holds."""
    start, stop = bars
    exposure, distance = prepared.sizing(risk)
    _fill_settings(workspace.settings, prepared, risk, initial_capital)
    change = workspace.change[:stop]
    change[start:] = 0.0
    blocks = np.zeros(n_blocks)
    n_rows = _simulate(
        prepared.prices,
        prepared.funding,
        prepared.capacity,
        exposure,
        distance,
        (signals.long_entry, signals.long_exit, signals.short_entry, signals.short_exit),
        prepared.segments(start, stop),
        workspace.settings,
        workspace.block_ends(start, stop, n_blocks),
        change,
        workspace.trades,
        blocks,
        workspace.totals,
    )
    return _result(prepared, bars, initial_capital, blocks, change[start:], workspace.totals), n_rows


def _fill_settings(settings: FloatArray, prepared: PreparedMarket, risk: Risk, capital: float) -> None:
    costs, instrument = prepared.costs, prepared.market.instrument
    settings[:] = (
        costs.taker_fee_bps / 10_000.0,
        costs.slippage_bps / 10_000.0,
        costs.minimum_order_usdc,
        risk.scale,
        MAX_EXPOSURE,
        instrument.max_leverage,
        instrument.maintenance_fraction,
        instrument.lot_size,
        risk.stop or 0.0,
        risk.target or 0.0,
        risk.trailing or 0.0,
        capital,
        risk.max_hold_bars or NEVER,
        risk.reverse,
    )


def _result(
    prepared: PreparedMarket,
    bars: tuple[int, int],
    capital: float,
    blocks: FloatArray,
    change: FloatArray,
    totals: FloatArray,
) -> Result:
    sums = totals.tolist()
    start, stop = bars
    ruined = sums[RUINED] > 0.0
    n_forced, n_trades = int(sums[FORCED]), int(sums[TRADES])
    metrics = metrics_from_sums(
        n_returns=stop - start,
        sums=(sums[SUM_R], sums[SUM_RR], sums[SUM_NEGATIVE]),
        growth=sums[EQUITY] / capital,
        max_drawdown=sums[DRAWDOWN],
        traded_per_capital=sums[TRADED] / capital,
        exposure=sums[HELD] / (stop - start),
        n_trades=n_trades,
        n_forced=n_forced,
        n_wins=int(sums[WINS]),
        bars_per_year=prepared.bars_per_year,
        ruined=ruined,
    )
    if ruined:
        blocks[:] = np.nan
    failure = Failure.RUINED if ruined else Failure.ZERO_VARIANCE if metrics.sharpe != metrics.sharpe else None
    return Result(
        prepared.market.coin,
        start,
        stop,
        capital,
        metrics,
        Counts(n_forced, int(sums[SKIPPED]), int(sums[CAPPED]), int(sums[LIQUIDATED])),
        failure,
        blocks,
        change,
        sums[TRADED],
        int(sums[HELD]),
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
