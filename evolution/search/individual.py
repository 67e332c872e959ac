"""What DEAP selects among: a genome with its objectives."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import mul

from deap import base

from evolution.fitness import Score
from evolution.genome.genome import Genome


class Objectives(base.Fitness):  # type: ignore[misc]  # DEAP has no types
    """Sharpe and stability up, size down."""

    weights = (1.0, 1.0, -1.0)

    def __init__(self, values: tuple[float, ...] = ()) -> None:
        # What DEAP's own does, without looking at the weights of the class for every individual again.
        self.wvalues = tuple(map(mul, values, self.weights))


@dataclass(slots=True, eq=False)
class Individual:
    """A scored genome; genomes without fitness never become one."""

    genome: Genome
    genotype_hash: str
    generation: int
    """Generation in which the genotype first appeared."""
    score: Score
    fitness: Objectives = field(init=False)
    stored: bytes | None = field(default=None, init=False, repr=False)
    """Its canonical JSON, once a checkpoint has needed it: an individual never changes."""

    def __post_init__(self) -> None:
        score = self.score
        self.fitness = Objectives((score.sharpe, score.stability, score.size))
