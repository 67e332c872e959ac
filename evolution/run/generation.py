"""A finished generation, and the line of progress that people are shown of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from data.canonical import canonical_json
from evolution.run.lines import append_whole
from evolution.run.state import SearchState
from evolution.search.child import Child
from evolution.search.individual import Individual


class Yield(NamedTuple):
    """What one operator has brought in a generation."""

    n_made: int
    """Genotypes scored."""
    n_kept: int
    """Those of them that are in the population or the hall of fame now."""


def yields(offspring: Sequence[Child], remembered: Sequence[Individual], number: int) -> dict[str, Yield]:
    """Return what each operator has brought in generation `number`, by name, of what is in the state now."""
    kept = {item.genotype_hash for item in remembered if item.generation == number}
    made = Counter(child.operator for child in offspring)
    survived = Counter(child.operator for child in offspring if child.genotype_hash in kept)
    return {operator: Yield(count, survived[operator]) for operator, count in sorted(made.items())}


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
    """Best, median and deviation of the population's Sharpe, and how far it is spread; empty without a population."""
    operators: dict[str, Yield]
    """By name; `initial` are those drawn afresh."""
    best_fresh: float | None
    """The highest Sharpe ratio that was drawn afresh: what random search finds; None if none was."""
    seconds: dict[str, float]
    """By part; different each time."""
    is_last: bool
    """Whether the search has nothing left to do."""


def append_line(path: Path, line: dict[str, Any]) -> None:
    """Write a line behind the others; readers take the last of those of one generation."""
    append_whole(path, canonical_json(line) + b"\n")


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
        "epoch": state.epoch.number_at(state.generation),
        "operators": {name: list(found) for name, found in generation.operators.items()},
        "best_fresh": generation.best_fresh,
        "best": None if best is None else {"genotype_hash": best.genotype_hash, "size": best.score.size},
    }


def pace_line(generation: Generation, memory_megabytes: float) -> dict[str, Any]:
    """Return the line that `pace.jsonl` keeps."""
    return {
        "generation": generation.state.generation,
        "seconds": generation.seconds,
        "memory_megabytes": round(memory_megabytes, 1),
    }
