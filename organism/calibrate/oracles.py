"""What a trader who knew the cause of a made world would trade, as a genome of the grammar that is searched."""

from __future__ import annotations

from data.worlds import RECIPES
from data.worlds.parameters import Cause, CauseParameters, SessionParameters
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node, level, threshold, window


def oracle_of(cause: Cause) -> Genome | None:
    """Return the genome that holds the position of a cause; None where the grammar cannot say it."""
    match cause:
        case CauseParameters():
            return _against_the_crowd(cause)
        case SessionParameters():
            return _against_the_night(cause)
        case _:
            return None


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


ORACLES: dict[str, Genome] = {
    name: oracle
    for name, recipe in RECIPES.items()
    if recipe.cause is not None and (oracle := oracle_of(recipe.cause)) is not None
}
"""By world; those that are not here hold nothing that a rule could keep after costs on held-out bars."""
