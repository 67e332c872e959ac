"""What a trader who knew the cause of a made world would trade, as a genome of the grammar that is searched."""

from __future__ import annotations

from data.worlds import WorldName
from data.worlds.parameters import CauseParameters
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node, threshold, window


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


ORACLES: dict[WorldName, Genome] = {"planted": _against_the_crowd(CauseParameters())}
"""By world; those that are not here hold nothing that a rule could keep after costs on held-out bars."""
