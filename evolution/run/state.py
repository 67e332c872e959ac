"""The state of a search between two generations, and its plain-data form."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from data.canonical import hash_json
from data.errors import DataError
from evolution.fitness import Score
from evolution.genome.codec import from_json, to_json
from evolution.search.individual import Individual


@dataclass(frozen=True, slots=True)
class SearchState:
    """Everything that the next generation depends on, besides the settings and the seed."""

    generation: int
    """The last finished generation; 0 is the initial one."""
    population: tuple[Individual, ...]
    hall_of_fame: tuple[Individual, ...]
    n_trials: int
    """Distinct genotypes scored so far."""

    def population_hash(self) -> str:
        """Return the sha256 of the population's genotypes and scores, in order."""
        return hash_json([[item.genotype_hash, asdict(item.score)] for item in self.population])


def state_to_plain(state: SearchState) -> dict[str, Any]:
    """Return the state as JSON values."""
    return {
        "generation": state.generation,
        "population": [_to_plain(item) for item in state.population],
        "hall_of_fame": [_to_plain(item) for item in state.hall_of_fame],
        "n_trials": state.n_trials,
    }


def state_from_plain(value: dict[str, Any]) -> SearchState:
    """Return the state that `state_to_plain` wrote.

    Raises
    ------
    DataError
        If something is missing or of a wrong type.
    GenomeError
        If a genome is not one of ours.
    """
    try:
        return SearchState(
            generation=int(value["generation"]),
            population=tuple(_from_plain(item) for item in value["population"]),
            hall_of_fame=tuple(_from_plain(item) for item in value["hall_of_fame"]),
            n_trials=int(value["n_trials"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"search state is damaged: {type(error).__name__} {error}") from None


def _to_plain(item: Individual) -> dict[str, Any]:
    return {
        "genome": to_json(item.genome),
        "genotype_hash": item.genotype_hash,
        "generation": item.generation,
        "score": asdict(item.score),
    }


def _from_plain(value: dict[str, Any]) -> Individual:
    return Individual(
        from_json(value["genome"]), str(value["genotype_hash"]), int(value["generation"]), Score(**value["score"])
    )
