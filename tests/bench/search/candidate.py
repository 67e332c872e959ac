"""A rule that a search would hand over."""

from __future__ import annotations

from dataclasses import dataclass

from evolution.genome.genome import Genome


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule and what it showed in sample."""

    genome: Genome
    in_sample: float
    """Pooled Sharpe ratio in sample, after costs."""
