"""A neighbour of a rule: the same rule with one of its numbers moved a little, as a person would turn it."""

from __future__ import annotations

import numpy as np

from evolution.genome.genome import Genome
from evolution.opcodes.types import ValueType
from organism.knobs import DISTANCES, Knob, knobs_of, turned

SHARE = 0.2
"""A threshold without bounds, and a distance, moves by up to this share of itself, and at least a step of its grid."""
POINTS = 5
"""A threshold from 0 to 100 moves by up to so many points, wherever it stands: of the day they are an hour and a bit.
A fifth of itself would be a whole morning late in the day, and nothing at midnight."""
DRAWS = 64
"""Settings drawn until one is a rule. Of a single window at the end of its grid every second one is: all miss once in
10^19 neighbours."""


def neighbour_of(rule: Genome, rng: np.random.Generator) -> Genome:
    """Return the rule with one number moved, every number as likely; the rule itself only where it has none.

    Numbers are those of `knobs_of`: constants that are each other's mirror are one, and stops, targets, holding times
    and the window of a sizing rule are numbers as well. One at a time, since a step of a window is a quarter to a half
    of it: several at once are another rule. A number never stays where it is, as a copy that is the rule itself would
    speak for it unasked.
    """
    knobs = knobs_of(rule)
    for _ in range(DRAWS if knobs else 0):
        knob = knobs[int(rng.integers(len(knobs)))]
        steps = int(rng.integers(1, _reach(knob) + 1))
        neighbour = turned(rule, {knob: knob.index + steps * int(rng.choice((-1, 1)))})
        # None beyond the grid, and where an opcode takes no such window or the warm-up would be too long.
        if neighbour is not None:
            return neighbour
    return rule


def _reach(knob: Knob) -> int:
    """Return by how many steps of its grid a number may move."""
    if knob.value_type is ValueType.OSCILLATOR:
        return POINTS
    if knob.value_type is ValueType.DIMENSIONLESS or knob.gene in DISTANCES:
        return max(1, round(abs(knob.index) * SHARE))
    return 1
