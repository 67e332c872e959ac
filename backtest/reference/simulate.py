"""The loop over bars, in the order of events of the handbook: funding, exits, entries, levels, mark, decide."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from backtest.costs import Costs
from backtest.reference import prices, sizing
from backtest.reference.decisions import NOTHING, Levels, decide
from backtest.reference.state import Bars, Order, Position, RoundTrip, Sleeve, numbers
from backtest.reference.statistics import trace_of
from backtest.result import RUIN_SHARE, ExitReason, Trace
from backtest.risk import Risk
from backtest.signals import Signals
from data.intervals import HOUR_MS
from data.market import FloatArray, Instrument, Market


@dataclass(frozen=True, slots=True)
class _Rules:
    """Everything that stays the same while the bars go by."""

    bars: Bars
    levels: Levels
    sizes: sizing.Sizes
    risk: Risk
    costs: Costs
    instrument: Instrument
    maintenance: float
    """Fraction of the notional."""
    interval_ms: int
    is_border: bytes


def simulate_reference(
    market: Market,
    signals: Signals,
    risk: Risk,
    costs: Costs,
    *,
    start: int = 0,
    stop: int | None = None,
    initial_capital: float = 10_000.0,
    n_blocks: int = 6,
) -> Trace:
    """Trade one coin's signals over the bars [start, stop) as docs/semantics.md says.

    Parameters
    ----------
    market, signals
        One coin and its levels, on the same bars. A level may know its own bar's close: it fills at the next open.
    start, stop
        The slice; `stop` None is the end of the market. Sizing looks back over `start`, trading does not.
    initial_capital
        USDC in the sleeve at the open of `start`.
    n_blocks
        Number of equal blocks of the block returns.

    Raises
    ------
    ValueError
        If signals and market differ in length, or the slice, the capital or the number of blocks is impossible.
    """
    stop_bar = market.n_bars if stop is None else stop
    _check_arguments(market, signals, start, stop_bar, initial_capital, n_blocks)
    rules = _Rules(
        bars=Bars.of(market),
        levels=Levels.of(signals),
        sizes=sizing.sizes_of(market, risk),
        risk=risk,
        costs=costs,
        instrument=market.instrument,
        maintenance=market.instrument.maintenance_fraction,
        interval_ms=market.interval_ms,
        is_border=_borders(market, stop_bar),
    )
    sleeve = Sleeve(cash=initial_capital, equity=initial_capital, ruin=RUIN_SHARE * initial_capital)
    equity = _walk(sleeve, rules, start, stop_bar)
    return trace_of(market, sleeve, equity, start=start, initial_capital=initial_capital, n_blocks=n_blocks)


def _walk(sleeve: Sleeve, rules: _Rules, start: int, stop: int) -> FloatArray:
    """Return the equity at the close of every bar, passing over those on which nothing can happen."""
    equity = np.empty(stop - start)
    marks, t = numbers(equity), start
    while t < stop:
        # An exit is only pending with a position.
        if sleeve.is_dead or (sleeve.position is None and sleeve.pending_entry is None):
            first = stop if sleeve.is_dead else rules.levels.first_entry(t, stop)
            equity[t - start : first - start] = sleeve.equity
            if first == stop:
                break
            t = first
        # In a hole (clause 3) equity stays as it is.
        if rules.bars.is_available[t]:
            _run_bar(sleeve, rules, t)
        marks[t - start] = sleeve.equity
        t += 1
    return equity


def _borders(market: Market, stop: int) -> bytes:
    """Clause 3: a byte a bar, 1 on the last bar of the slice and on every bar before a hole."""
    is_border = np.ones(stop, dtype=np.bool_)
    is_border[:-1] = ~market.is_available[1:stop]
    return is_border.tobytes()


def _run_bar(sleeve: Sleeve, rules: _Rules, t: int) -> None:
    """The order of events inside bar t."""
    if sleeve.position is not None:
        _pay_funding(sleeve, rules, t, sleeve.position)
        if sleeve.pending_exit is not None:
            _fill_pending_exit(sleeve, rules, t, sleeve.position, sleeve.pending_exit)
    if sleeve.pending_entry is not None:
        _fill_pending_entry(sleeve, rules, t, sleeve.pending_entry)
    if sleeve.is_dead:
        return
    if sleeve.position is not None:
        sleeve.n_bars_held += 1
        _meet_levels(sleeve, rules, t, sleeve.position)
    is_border = rules.is_border[t]
    if is_border:
        _close_at_border(sleeve, rules, t)
    _mark(sleeve, rules, t)
    if not is_border and not sleeve.is_dead:
        _decide(sleeve, rules, t)


def _pay_funding(sleeve: Sleeve, rules: _Rules, t: int, position: Position) -> None:
    """Clause 17: what a position carried into open[t] pays, before anything fills there."""
    cost = rules.bars.funding_cost[t]
    if math.isnan(cost):
        rate = rules.costs.unknown_funding_bps_per_8h * prices.BPS * rules.interval_ms / (8 * HOUR_MS)
        payment = position.quantity * rules.bars.open[t] * rate
    else:
        payment = position.side * position.quantity * cost
    if payment != 0.0:
        position.funding += payment
        position.liquidation_level = prices.liquidation_level(position, rules.maintenance)
        sleeve.cash -= payment


def _fill_pending_exit(sleeve: Sleeve, rules: _Rules, t: int, position: Position, reason: ExitReason) -> None:
    """Clause 9: the exit decided at the close before fills at this open."""
    sleeve.pending_exit = None
    price = prices.market_price(rules.bars.open[t], -position.side, rules.costs)
    _close(sleeve, rules, position, t, price=price, reason=reason)


def _fill_pending_entry(sleeve: Sleeve, rules: _Rules, t: int, order: Order) -> None:
    """Clause 14: size the order, count what is skipped or cut, open the position."""
    costs = rules.costs
    sleeve.pending_entry = None
    if sleeve.is_dead:
        return
    if math.isnan(order.exposure):
        sleeve.n_skipped += 1
        return
    price = prices.market_price(rules.bars.open[t], order.side, costs)
    exposure, leverage = sizing.lever(order.exposure, rules.instrument.max_leverage)
    quantity = exposure * sleeve.cash / price
    limit = sizing.capacity(rules.bars, t, costs)
    if quantity > limit:
        quantity = limit
        sleeve.n_capped += 1
    quantity = sizing.round_to_lot(quantity, rules.instrument.lot_size)
    if quantity <= 0.0 or quantity * price < costs.minimum_order_usdc:
        sleeve.n_skipped += 1
        return
    _open(sleeve, rules, order, t, price=price, quantity=quantity, leverage=leverage)


def _open(sleeve: Sleeve, rules: _Rules, order: Order, t: int, *, price: float, quantity: float, leverage: int) -> None:
    fee = prices.fee(quantity, price, rules.costs)
    sleeve.cash -= fee
    sleeve.traded_usdc += quantity * price
    position = Position(
        side=order.side,
        quantity=quantity,
        entry_price=price,
        entry_bar=t,
        leverage=leverage,
        stop_level=prices.stop_level(order.side, price, order.stop),
        target_level=prices.target_level(order.side, price, order.target),
        trailing=order.trailing,
        entry_fee=fee,
        cash_after_entry_fee=sleeve.cash,
        best=price,
    )
    position.liquidation_level = prices.liquidation_level(position, rules.maintenance)
    sleeve.position = position
    _set_equity(sleeve, sleeve.cash)


def _meet_levels(sleeve: Sleeve, rules: _Rules, t: int, position: Position) -> None:
    """Clauses 11 and 12: the level against the position first, then the target, then raise the best price."""
    bars = rules.bars
    open_, high, low = bars.open[t], bars.high[t], bars.low[t]
    met = prices.adverse_exit(position, open_, high, low, rules.costs)
    if met is None and position.target_level is not None:
        met = prices.target_exit(position.side, position.target_level, open_, high, low)
    if met is None:
        prices.raise_best(position, high, low)
        return
    price, reason = met
    _close(sleeve, rules, position, t, price=price, reason=reason)


def _close_at_border(sleeve: Sleeve, rules: _Rules, t: int) -> None:
    """Clauses 3 and 8: what is open closes at the last close; nothing is decided there."""
    position = sleeve.position
    if position is not None:
        price = prices.market_price(rules.bars.close[t], -position.side, rules.costs)
        _close(sleeve, rules, position, t, price=price, reason=ExitReason.BORDER)


def _close(sleeve: Sleeve, rules: _Rules, position: Position, t: int, *, price: float, reason: ExitReason) -> None:
    """Clauses 9, 15 and 18: settle a position and write its trade."""
    gain = position.side * position.quantity * (price - position.entry_price)
    if reason is ExitReason.LIQUIDATION:
        exit_fee = 0.0
        sleeve.cash = position.cash_after_entry_fee - position.margin
    else:
        exit_fee = prices.fee(position.quantity, price, rules.costs)
        sleeve.cash += gain - exit_fee
    fees = position.entry_fee + exit_fee
    sleeve.traded_usdc += position.quantity * price
    sleeve.trades.append(
        RoundTrip(
            entry_bar=position.entry_bar,
            exit_bar=t,
            side=position.side,
            quantity=position.quantity,
            entry_price=position.entry_price,
            exit_price=price,
            fees=fees,
            funding=position.funding,
            profit=gain - fees - position.funding,
            reason=reason,
        )
    )
    sleeve.position = None
    _set_equity(sleeve, sleeve.cash)


def _mark(sleeve: Sleeve, rules: _Rules, t: int) -> None:
    """Equity at the close."""
    position = sleeve.position
    if position is None:
        _set_equity(sleeve, sleeve.cash)
        return
    unrealised = position.side * position.quantity * (rules.bars.close[t] - position.entry_price)
    _set_equity(sleeve, sleeve.cash + unrealised)


def _set_equity(sleeve: Sleeve, equity: float) -> None:
    """Clause 16: equity at zero, which is a millionth of the capital, or less is the end of the sleeve."""
    sleeve.equity = equity
    if equity <= sleeve.ruin:
        sleeve.is_dead = True


def _decide(sleeve: Sleeve, rules: _Rules, t: int) -> None:
    """Clauses 5 to 7: what is to fill at open[t+1]."""
    decision = decide(rules.levels, sleeve.position, rules.risk, t)
    if decision is NOTHING:
        return
    sleeve.pending_exit = decision.exit
    if decision.entry_side is not None:
        sleeve.pending_entry = sizing.order_for(decision.entry_side, t, rules.sizes, rules.risk)


def _check_arguments(
    market: Market, signals: Signals, start: int, stop: int, initial_capital: float, n_blocks: int
) -> None:
    if signals.n_bars != market.n_bars:
        raise ValueError(
            f"signals have {signals.n_bars} bars, {market.coin} has {market.n_bars}: evaluate them on this market"
        )
    if not 0 <= start < stop <= market.n_bars:
        raise ValueError(f"slice is [{start}, {stop}); allowed is 0 <= start < stop <= {market.n_bars}")
    if not (math.isfinite(initial_capital) and initial_capital > 0.0):
        raise ValueError(f"initial_capital is {initial_capital}; allowed is a finite number of USDC above 0")
    if n_blocks < 1:
        raise ValueError(f"n_blocks is {n_blocks}; allowed is 1 or more")
