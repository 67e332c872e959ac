"""A genome that search has drawn, in every form that it is needed in."""

from __future__ import annotations

from typing import NamedTuple

from evolution.evaluator.task import Task
from evolution.genome.genome import Genome
from evolution.rows.records import genome_from_bytes


class Child(NamedTuple):
    """A genome that was drawn, and how it came about."""

    record: bytes
    """The genome in numbers; see `rows.records`."""
    text: bytes
    """Its canonical JSON."""
    genotype_hash: str
    task: Task
    """Of evaluating it."""
    operator: str
    parents: tuple[int, ...]
    """Places in the population: none, the first of the two, or both, in the order in which they were drawn."""

    @property
    def genome(self) -> Genome:
        return genome_from_bytes(self.record)
