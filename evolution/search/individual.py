"""What DEAP selects among: a genome with its objectives."""

from __future__ import annotations

from dataclasses import dataclass, field

from deap import base

from evolution.fitness import Score
from evolution.genome.genome import Genome

OBJECTIVES = ("sharpe", "stability", "size")
"""Fields of `Score` in the order of the weights below."""


class Objectives(base.Fitness):  # type: ignore[misc]  # DEAP has no types
    """Sharpe and stability up, size down."""

    weights = (1.0, 1.0, -1.0)


@dataclass(slots=True, eq=False)
class Individual:
    """A scored genome; genomes without fitness never become one."""

    genome: Genome
    genotype_hash: str
    generation: int
    """Generation in which the genotype first appeared."""
    score: Score
    fitness: Objectives = field(init=False)

    def __post_init__(self) -> None:
        self.fitness = Objectives(tuple(getattr(self.score, name) for name in OBJECTIVES))

    def __deepcopy__(self, memo: dict[int, object]) -> Individual:
        # DEAP copies what enters its hall of fame; nothing of ours changes after construction.
        return self
