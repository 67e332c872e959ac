"""What a worker is told of a genome, and nothing else of it."""

from __future__ import annotations

from typing import NamedTuple

from evolution.genome.codec import risk_text
from evolution.genome.genome import Genome
from evolution.genome.program import mask_ending, program_of
from evolution.rows.parts import parts_of
from evolution.rows.records import record_of


class Task(NamedTuple):
    """What a worker is told of a genome; plain text and whole numbers."""

    warm_up_bars: int
    size: int
    """Number of nodes."""
    parts: int
    """Those of the genome: see `rows.parts`."""
    risk: str
    """Canonical JSON of the risk genes."""
    programs: tuple[str, str, str, str]
    """Of the four roots, see `genome.program`; those of entries end with the genome's mask."""


def task_of(genome: Genome | Task) -> Task:
    """Return the task of evaluating a genome; a task is its own."""
    if isinstance(genome, Task):
        return genome
    long_entry, long_exit, short_entry, short_exit = map(program_of, genome.roots)
    masked = mask_ending(genome.risk.regime_mask)
    programs = (long_entry + masked, long_exit, short_entry + masked, short_exit)
    return Task(genome.warm_up_bars, genome.size, parts_of(record_of(genome)), risk_text(genome.risk), programs)
