"""Prices of fills, and the levels that close a position inside a bar: clauses 9 to 12 and 15."""

from __future__ import annotations

from backtest.costs import Costs
from backtest.reference.state import LONG, Position
from backtest.result import ExitReason

BPS = 1e-4


def market_price(quoted: float, direction: int, costs: Costs) -> float:
    """Clause 9: a buyer (direction +1) pays more than quoted, a seller (-1) receives less."""
    return quoted * (1.0 + direction * costs.slippage_bps * BPS)


def fee(quantity: float, price: float, costs: Costs) -> float:
    """Clause 9: the taker fee of one fill, USDC."""
    return costs.taker_fee_bps * BPS * quantity * price


def stop_level(side: int, entry_price: float, stop: float | None) -> float | None:
    """Clause 10."""
    return None if stop is None else entry_price * (1.0 - side * stop)


def trailing_level(position: Position, trailing: float) -> float:
    """Clause 10, from the best price of earlier bars only."""
    return position.best * (1.0 - position.side * trailing)


def target_level(side: int, entry_price: float, target: float | None) -> float | None:
    """Clause 10."""
    return None if target is None else entry_price * (1.0 + side * target)


def bankruptcy_price(position: Position) -> float:
    """Clause 15: the price at which the margin, less the funding paid, is gone."""
    funding_per_coin = position.funding / position.quantity
    if position.side == LONG:
        return position.entry_price * (1.0 - 1.0 / position.leverage) + funding_per_coin
    return position.entry_price * (1.0 + 1.0 / position.leverage) - funding_per_coin


def liquidation_level(position: Position, maintenance: float) -> float:
    """Clause 15: where what is left of the margin equals maintenance; at or below 0 a long never meets it."""
    return bankruptcy_price(position) / (1.0 - position.side * maintenance)


def nearest_adverse_level(position: Position) -> tuple[float, ExitReason]:
    """Clause 11: the highest level of a long, the lowest of a short; the first of a tie."""
    side, level, reason = position.side, position.liquidation_level, ExitReason.LIQUIDATION
    if position.stop_level is not None and side * position.stop_level > side * level:
        level, reason = position.stop_level, ExitReason.STOP
    if position.trailing is not None:
        trailing = trailing_level(position, position.trailing)
        if side * trailing > side * level:
            level, reason = trailing, ExitReason.TRAILING
    return level, reason


def adverse_exit(
    position: Position, open_: float, high: float, low: float, costs: Costs
) -> tuple[float, ExitReason] | None:
    """Clause 11: price and reason of the exit by liquidation, stop or trailing stop; None if none is met."""
    level, reason = nearest_adverse_level(position)
    is_met = low <= level if position.side == LONG else high >= level
    if not is_met:
        return None
    if reason is ExitReason.LIQUIDATION:
        return bankruptcy_price(position), reason
    worse = min(level, open_) if position.side == LONG else max(level, open_)
    return market_price(worse, -position.side, costs), reason


def target_exit(side: int, level: float, open_: float, high: float, low: float) -> tuple[float, ExitReason] | None:
    """Clause 11: price and reason of the exit at the target, which must be traded through; None if it is not."""
    if side == LONG:
        return (max(level, open_), ExitReason.TARGET) if high > level else None
    return (min(level, open_), ExitReason.TARGET) if low < level else None


def raise_best(position: Position, high: float, low: float) -> None:
    """Clause 12: only after the checks of the bar."""
    if position.side == LONG:
        # Not max(): every bar held comes past here.
        if high > position.best:  # noqa: PLR1730
            position.best = high
    elif low < position.best:
        position.best = low
