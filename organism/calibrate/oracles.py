"""What a trader who knew the cause of a made world would trade, as a genome of the grammar that is searched."""

from __future__ import annotations

from data.worlds import RECIPES
from data.worlds.parameters import Cause, CauseParameters, LeadLagParameters, SessionParameters, SqueezeParameters
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node, level, threshold, window
from evolution.opcodes.types import WINDOWS

NEVER = Node("never", ())


def oracle_of(cause: Cause) -> Genome:
    """Return the genome that holds the position of a cause."""
    match cause:
        case CauseParameters():
            return _against_the_crowd(cause)
        case SessionParameters():
            return _against_the_night(cause)
        case SqueezeParameters():
            return _out_of_the_squeeze(cause)
        case LeadLagParameters():
            return _after_the_lead(cause)


def _against_the_crowd(cause: CauseParameters) -> Genome:
    """Return: against extreme funding, until it is back within bounds; the position of `data.worlds.cause`."""
    score = Node("funding_zscore", (window(cause.window),))
    return Genome(
        long_entry=Node("below", (score, threshold(-cause.enter))),
        long_exit=Node("above", (score, threshold(-cause.leave))),
        short_entry=Node("above", (score, threshold(cause.enter))),
        short_exit=Node("below", (score, threshold(cause.leave))),
        risk=RiskGenes(),
    )


def _against_the_night(session: SessionParameters) -> Genome:
    """Return: against a large move of the night from `begin_hour` to `end_hour`; the position of `session_drift`."""
    moved, goes = Node("returns", (window(session.night_bars),)), _passes(session.end_hour)
    comes = _passes(session.begin_hour)
    return Genome(
        long_entry=Node("and", (comes, Node("below", (moved, threshold(-session.move_percent))))),
        long_exit=goes,
        short_entry=Node("and", (comes, Node("above", (moved, threshold(session.move_percent))))),
        short_exit=goes,
        risk=RiskGenes(),
    )


def _passes(hour: int) -> Node:
    """Return: this is the bar at whose close so many hours of the day have gone."""
    # The largest level below, since a crossing goes beyond it: 24 for six o'clock, when 25 % of the day have gone.
    return Node("crosses_above", (Node("time_of_day", ()), level((hour * 100 - 1) // 24)))


def _out_of_the_squeeze(cause: SqueezeParameters) -> Genome:
    """Return: with a close that leaves a tight range, for so many bars; as `data.worlds.plants.squeeze_position`."""
    size = window(cause.window)
    is_tight = Node("below", (Node("squeeze", (size,)), threshold(cause.tight)))
    score = Node("zscore", (Node("close", ()), size))
    return _held(
        Node("and", (is_tight, Node("above", (score, threshold(cause.leaves))))),
        Node("and", (is_tight, Node("below", (score, threshold(-cause.leaves))))),
        cause.hold_bars,
    )


def _after_the_lead(cause: LeadLagParameters) -> Genome:
    """Return: after the lead coin, where a coin has moved less; as `data.worlds.plants.lead_lag_position`."""
    moved = Node("returns", (window(cause.move_bars),))
    led = Node("leader", (moved,))
    return _held(
        Node("and", (Node("above", (led, threshold(cause.move_percent))), Node("below", (moved, led)))),
        Node("and", (Node("below", (led, threshold(-cause.move_percent))), Node("above", (moved, led)))),
        cause.hold_bars,
    )


def _held(long_entry: Node, short_entry: Node, bars: int) -> Genome:
    """Return: enter, and leave after so many bars."""
    return Genome(long_entry, NEVER, short_entry, NEVER, RiskGenes(max_hold=WINDOWS.index(bars)))


ORACLES: dict[str, Genome] = {
    name: oracle_of(recipe.cause) for name, recipe in RECIPES.items() if recipe.cause is not None
}
"""By world; those that are not here hold nothing that a rule could keep after costs on held-out bars."""
