"""What the four levels at one close decide: clauses 5 to 7."""

from __future__ import annotations

from dataclasses import dataclass

from backtest.reference.state import LONG, SHORT, Position
from backtest.result import ExitReason
from backtest.risk import Risk
from backtest.signals import Signals


@dataclass(frozen=True, slots=True)
class Levels:
    """The four signals of one bar."""

    long_entry: bool
    long_exit: bool
    short_entry: bool
    short_exit: bool

    def entry(self, side: int) -> bool:
        return self.long_entry if side == LONG else self.short_entry

    def exit(self, side: int) -> bool:
        return self.long_exit if side == LONG else self.short_exit

    def allows_entry(self, side: int) -> bool:
        """Clause 5: an entry whose own exit is also true is no entry."""
        return self.entry(side) and not self.exit(side)


@dataclass(frozen=True, slots=True)
class Decision:
    """What to fill at the next open: the exit first, then the entry."""

    exit: ExitReason | None = None
    entry_side: int | None = None


def levels_of(signals: Signals) -> list[Levels]:
    """Return the levels of every bar."""
    return [Levels(*bar) for bar in zip(*(level.tolist() for level in signals.to_bools()), strict=True)]


def decide(levels: Levels, position: Position | None, risk: Risk, t: int) -> Decision:
    """Decide at the close of bar `t`."""
    if position is None:
        return _decide_flat(levels)
    return _decide_in_position(levels, position, risk, t)


def _decide_flat(levels: Levels) -> Decision:
    """Both entry levels true: nothing, whatever the exits say. Else the entry that clause 5 leaves."""
    if levels.long_entry and levels.short_entry:
        return Decision()
    for side in (LONG, SHORT):
        if levels.allows_entry(side):
            return Decision(entry_side=side)
    return Decision()


def _decide_in_position(levels: Levels, position: Position, risk: Risk, t: int) -> Decision:
    """Clause 7 (the time exit wins), then clause 6 (reversal, then exit)."""
    if risk.max_hold_bars is not None and t + 1 == position.entry_bar + risk.max_hold_bars:
        return Decision(exit=ExitReason.MAX_HOLD)
    is_reversal = levels.allows_entry(-position.side) and not levels.entry(position.side)
    if is_reversal and risk.reverse:
        return Decision(exit=ExitReason.REVERSAL, entry_side=-position.side)
    if levels.exit(position.side):
        return Decision(exit=ExitReason.SIGNAL)
    return Decision()
