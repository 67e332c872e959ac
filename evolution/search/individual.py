"""What is selected among: a genome with its objectives."""

from __future__ import annotations

import numpy as np

from evolution.fitness import Score
from evolution.genome.codec import to_json
from evolution.genome.genome import Genome
from evolution.rows.genes import MAX_HOLD, NONE, STOP
from evolution.rows.records import RECORD, genome_from_bytes, record_of
from evolution.search.child import Child
from evolution.search.goals import DEFAULT_GOALS, Goals

PROTECTIONS = slice(STOP, MAX_HOLD + 1)
"""Among the genes of risk."""


class Individual:
    """A scored genome; genomes without fitness never become one. It never changes.

    Parameters
    ----------
    genome
        What was scored.
    genotype_hash
        Of the genome.
    generation
        Generation in which the genotype first appeared, or took the place of a longer rule.
    score
        Its evaluation.
    goals
        What it is measured by.
    """

    __slots__ = ("_genome", "fitness", "generation", "genotype_hash", "record", "score", "stored", "text")

    def __init__(
        self, genome: Genome, genotype_hash: str, generation: int, score: Score, goals: Goals = DEFAULT_GOALS
    ) -> None:
        self._genome: Genome | None = genome
        self._fill(record_of(genome).tobytes(), to_json(genome).encode("ascii"), genotype_hash, generation, score)
        self.fitness = goals.fitness(score)

    @classmethod
    def of_child(cls, child: Child, generation: int, score: Score, goals: Goals = DEFAULT_GOALS) -> Individual:
        """Return the individual of a genome that search has drawn and scored."""
        individual = cls.__new__(cls)
        individual._genome = None
        individual._fill(child.record, child.text, child.genotype_hash, generation, score)
        individual.fitness = goals.fitness(score)
        return individual

    def _fill(self, record: bytes, text: bytes, genotype_hash: str, generation: int, score: Score) -> None:
        self.record, self.text = record, text
        self.genotype_hash, self.generation, self.score = genotype_hash, generation, score
        self.stored: bytes | None = None
        """Its own canonical JSON, once a checkpoint has needed it."""

    @property
    def n_protections(self) -> int:
        """How many of stop, target, trailing stop and time exit are set."""
        genes = np.frombuffer(self.record, dtype=RECORD)[PROTECTIONS]
        return int((genes != NONE).sum())

    @property
    def genome(self) -> Genome:
        """Of nodes, which few genomes of a search ever are."""
        if self._genome is None:
            self._genome = genome_from_bytes(self.record)
        return self._genome
