"""What the four levels at one close decide: clauses 5 to 7."""

from __future__ import annotations

from dataclasses import dataclass

from backtest.reference.state import LONG, SHORT, Position
from backtest.result import ExitReason
from backtest.risk import Risk
from backtest.signals import Signals


@dataclass(frozen=True, slots=True)
class Levels:
    """The four signals: for each side a byte a bar, 1 where the level is true."""

    entries: dict[int, bytes]
    exits: dict[int, bytes]
    any_entry: bytes

    @classmethod
    def of(cls, signals: Signals) -> Levels:
        long_entry, long_exit, short_entry, short_exit = signals.to_bools()
        return cls(
            {LONG: long_entry.tobytes(), SHORT: short_entry.tobytes()},
            {LONG: long_exit.tobytes(), SHORT: short_exit.tobytes()},
            (long_entry | short_entry).tobytes(),
        )

    def allows_entry(self, side: int, t: int) -> bool:
        """Clause 5: an entry whose own exit is also true is no entry."""
        return self.entries[side][t] == 1 and not self.exits[side][t]

    def first_entry(self, start: int, stop: int) -> int:
        """Return the first bar of [start, stop) with an entry of either side, or `stop`."""
        found = self.any_entry.find(1, start, stop)
        return stop if found < 0 else found


@dataclass(frozen=True, slots=True)
class Decision:
    """What to fill at the next open: the exit first, then the entry."""

    exit: ExitReason | None = None
    entry_side: int | None = None


NOTHING = Decision()


def decide(levels: Levels, position: Position | None, risk: Risk, t: int) -> Decision:
    """Decide at the close of bar `t`."""
    if position is None:
        return _decide_flat(levels, t)
    return _decide_in_position(levels, position, risk, t)


def _decide_flat(levels: Levels, t: int) -> Decision:
    """Both entry levels true: nothing, whatever the exits say. Else the entry that clause 5 leaves."""
    if levels.entries[LONG][t] and levels.entries[SHORT][t]:
        return NOTHING
    for side in (LONG, SHORT):
        if levels.allows_entry(side, t):
            return Decision(entry_side=side)
    return NOTHING


def _decide_in_position(levels: Levels, position: Position, risk: Risk, t: int) -> Decision:
    """Clause 7 (the time exit wins), then clause 6 (reversal, then exit)."""
    side = position.side
    if risk.max_hold_bars is not None and t + 1 == position.entry_bar + risk.max_hold_bars:
        return Decision(exit=ExitReason.MAX_HOLD)
    if risk.reverse and levels.allows_entry(-side, t) and not levels.entries[side][t]:
        return Decision(exit=ExitReason.REVERSAL, entry_side=-side)
    if levels.exits[side][t]:
        return Decision(exit=ExitReason.SIGNAL)
    return NOTHING
