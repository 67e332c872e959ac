"""Genomes that nobody drew, as children: written down by hand, or made of another by a rule."""

from __future__ import annotations

from evolution.evaluator.task import task_of
from evolution.genome.codec import to_json
from evolution.genome.genome import Genome
from evolution.genome.hashing import genotype_hash
from evolution.rows.records import record_of
from evolution.search.child import Child


def child_of(genome: Genome, operator: str, parents: tuple[int, ...] = ()) -> Child:
    """Return a genome as a child.

    Parameters
    ----------
    parents
        Places among the individuals that the generation is bred from.
    """
    return Child(
        record_of(genome).tobytes(),
        to_json(genome).encode("ascii"),
        genotype_hash(genome),
        task_of(genome),
        operator,
        parents,
    )
