"""A finished generation, and the line of progress that people are shown of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from data.canonical import canonical_json
from evolution.run.state import SearchState


class Yield(NamedTuple):
    """What one operator has brought in a generation."""

    n_made: int
    """Genotypes scored."""
    n_kept: int
    """Those of them that are in the population now."""


@dataclass(frozen=True, slots=True)
class Generation:
    """What a caller sees of a finished generation."""

    state: SearchState
    n_scored: int
    """Distinct genotypes scored in this generation."""
    n_repeated: int
    """Draws thrown away because their genotype had been scored before."""
    rejections: dict[str, int]
    """How many had no fitness, by reason."""
    n_quarantined: int
    """Genomes of this generation's best on which the simulators disagreed; they are no longer in the state."""
    statistics: dict[str, float]
    """Best, median and deviation of the population's Sharpe; empty without a population."""
    operators: dict[str, Yield]
    """By name; `initial` are those drawn afresh."""
    best_fresh: float | None
    """The first objective, weighted, of the best that was drawn afresh: what random search finds; None if none was."""


def append_line(path: Path, generation: Generation) -> None:
    """Write a generation's line behind the others; readers take the last of those that are repeated."""
    with path.open("a+b") as stream:
        if stream.tell():
            stream.seek(-1, os.SEEK_END)
            if stream.read() != b"\n":
                # A kill cut the last line short; it must not swallow this one.
                stream.write(b"\n")
        stream.write(canonical_json(generation_line(generation)) + b"\n")


def generation_line(generation: Generation) -> dict[str, Any]:
    """Return the line that `generations.jsonl` keeps."""
    state = generation.state
    best = max(state.population, key=lambda item: item.score.sharpe, default=None)
    return {
        "generation": state.generation,
        "n_trials": state.n_trials,
        "n_scored": generation.n_scored,
        "n_repeated": generation.n_repeated,
        "population": len(state.population),
        "rejections": generation.rejections,
        "n_quarantined": generation.n_quarantined,
        "statistics": generation.statistics,
        "epoch": state.epoch.number,
        "operators": {name: list(found) for name, found in generation.operators.items()},
        "best_fresh": generation.best_fresh,
        "best": None if best is None else {"genotype_hash": best.genotype_hash, "size": best.score.size},
    }
