"""The state of a search between two generations, and its plain-data form."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from operator import attrgetter
from typing import Any, NoReturn

from data.canonical import canonical_json, hash_json
from data.errors import DataError
from data.shown import shown
from evolution.fitness import Score
from evolution.genome.codec import from_json
from evolution.genome.hashing import genotype_hash
from evolution.repetition import N_BLOCKS
from evolution.rows.parts import parts_of
from evolution.rows.records import record_of
from evolution.run.epoch import FIRST_EPOCH, Epoch
from evolution.run.layout import MAX_GENERATION
from evolution.search.goals import DEFAULT_GOALS, Goals
from evolution.search.individual import Individual

STATE_KEYS = ("generation", "population", "hall_of_fame", "n_trials", "epoch", "is_tuned", "settled")
EPOCH_KEYS = tuple(item.name for item in fields(Epoch))
INDIVIDUAL_KEYS = ("genome", "genotype_hash", "generation", "score")
SCORE_KEYS = tuple(item.name for item in fields(Score))
SCORE_FORM = "{" + ",".join(f'"{key}":%r' for key in sorted(SCORE_KEYS)) + "}"
_sorted_values = attrgetter(*sorted(SCORE_KEYS))
WHOLE_SCORES = ("size", "n_trades", "sketch", "parts")
MAX_POPULATION = 20_000
MAX_HALL_OF_FAME = 5_000
MAX_COUNT = 10**12
GENOTYPE = re.compile(r"[0-9a-f]{64}")
MOST = {"sketch": (1 << N_BLOCKS) - 1}
"""Of whole figures of a score; of the others `MAX_COUNT`."""


@dataclass(frozen=True, slots=True)
class SearchState:
    """Everything that the next generation depends on, besides the settings and the seed."""

    generation: int
    """The last finished generation; 0 is the initial one."""
    population: tuple[Individual, ...]
    hall_of_fame: tuple[Individual, ...]
    n_trials: int
    """Distinct genotypes scored so far."""
    epoch: Epoch = FIRST_EPOCH
    """That of the next generation."""
    is_tuned: bool = False
    """Whether the numbers of the best have been tuned."""
    settled: tuple[str, ...] = ()
    """Genotypes of the hall, in order, that have lost what they hardly need; they are asked about once."""

    def population_hash(self) -> str:
        """Return the sha256 of the population's genotypes and scores, in order."""
        return hash_json([[item.genotype_hash, asdict(item.score)] for item in self.population])


def state_to_plain(state: SearchState) -> dict[str, Any]:
    """Return the state as JSON values."""
    return {
        "generation": state.generation,
        "population": [individual_to_plain(item) for item in state.population],
        "hall_of_fame": [individual_to_plain(item) for item in state.hall_of_fame],
        "n_trials": state.n_trials,
        "epoch": asdict(state.epoch),
        "is_tuned": state.is_tuned,
        "settled": list(state.settled),
    }


def state_json(state: SearchState) -> bytes:
    """Return `canonical_json(state_to_plain(state))`, put together from texts that individuals keep."""
    # Joined once: a megabyte costs more to copy than to put together.
    epoch, is_tuned = canonical_json(asdict(state.epoch)), canonical_json(state.is_tuned)
    pieces = [b'{"epoch":%b,"generation":%d,"hall_of_fame":[' % (epoch, state.generation)]
    pieces += _between_commas(state.hall_of_fame)
    pieces.append(b'],"is_tuned":%b,"n_trials":%d,"population":[' % (is_tuned, state.n_trials))
    pieces += _between_commas(state.population)
    pieces.append(b'],"settled":%b}' % canonical_json(list(state.settled)))
    return b"".join(pieces)


def _between_commas(individuals: Sequence[Individual]) -> list[bytes]:
    pieces = [b","] * max(0, 2 * len(individuals) - 1)
    pieces[::2] = [item.stored or _individual_json(item) for item in individuals]
    return pieces


def _individual_json(item: Individual) -> bytes:
    # Canonical JSON has no backslash, so that only its quotes are written differently inside a string.
    genome, hashed = item.text.replace(b'"', b'\\"'), item.genotype_hash.encode("ascii")
    item.stored = b'{"generation":%d,"genome":"%b","genotype_hash":"%b","score":%b}' % (
        item.generation,
        genome,
        hashed,
        _score_json(item.score).encode("ascii"),
    )
    return item.stored


def _score_json(score: Score) -> str:
    values = _sorted_values(score)
    if not all(map(math.isfinite, values)):
        raise ValueError(f"{score} has a figure that is not finite and has no JSON form")
    # A sum with zero is the number itself, but never a negative zero.
    return SCORE_FORM % tuple([value + 0 for value in values])


def state_from_plain(value: object, what: str = "search state", goals: Goals = DEFAULT_GOALS) -> SearchState:
    """Return the state that `state_to_plain` wrote, every part of it checked.

    Parameters
    ----------
    what
        Name of the thing that is read, the beginning of every message.
    goals
        What its individuals are measured by.

    Raises
    ------
    DataError
        If something is missing, unknown, of a wrong type or size, or a hash is not that of its genome.
    GenomeError
        If a genome is not one of ours.
    """
    try:
        return _state(value, goals)
    except _Wrong as error:
        raise DataError(f"{what} is damaged: {error}") from None


class _Wrong(Exception):
    """What is wrong with a part of a state."""


def individual_from_plain(value: object, what: str) -> Individual:
    """Return the individual that `individual_to_plain` wrote, every part of it checked; as `state_from_plain`."""
    try:
        return _from_plain(value, "individual", DEFAULT_GOALS)
    except _Wrong as error:
        raise DataError(f"{what} is damaged: {error}") from None


def _state(value: object, goals: Goals) -> SearchState:
    plain = _object(value, "state", STATE_KEYS)
    generation = _whole(plain["generation"], "generation", MAX_GENERATION)
    people = {
        name: [
            _from_plain(item, f"{name}[{place}]", goals) for place, item in enumerate(_items(plain[name], name, limit))
        ]
        for name, limit in (("population", MAX_POPULATION), ("hall_of_fame", MAX_HALL_OF_FAME))
    }
    for name, individuals in people.items():
        if any(item.generation > generation for item in individuals):
            _refuse(f"{name}, generation of an individual", "later than that of the state", f"0 to {generation}")
    return SearchState(
        generation=generation,
        population=tuple(people["population"]),
        hall_of_fame=tuple(people["hall_of_fame"]),
        n_trials=_whole(plain["n_trials"], "n_trials", MAX_COUNT),
        epoch=_epoch(plain["epoch"], generation),
        is_tuned=_truth(plain["is_tuned"], "is_tuned"),
        settled=_genotypes(plain["settled"], "settled"),
    )


def _epoch(value: object, generation: int) -> Epoch:
    plain = _object(value, "epoch", EPOCH_KEYS)
    # An epoch that is about to begin says so.
    began, improved = (_whole(plain[name], f"epoch, {name}", generation + 1) for name in ("began", "improved"))
    best = plain["best"]
    if best is not None and (type(best) is not float or not math.isfinite(best)):
        _refuse("epoch, best", shown(best), "a finite number or null")
    return Epoch(_whole(plain["number"], "epoch, number", MAX_GENERATION), began, improved, best)


def individual_to_plain(item: Individual) -> dict[str, Any]:
    """Return an individual as JSON values."""
    return {
        "genome": item.text.decode("ascii"),
        "genotype_hash": item.genotype_hash,
        "generation": item.generation,
        "score": {name: getattr(item.score, name) for name in SCORE_KEYS},
    }


def _from_plain(value: object, place: str, goals: Goals) -> Individual:
    plain = _object(value, place, INDIVIDUAL_KEYS)
    text = plain["genome"]
    genome = from_json(text) if type(text) is str else _refuse(f"{place}, genome", shown(text), "text")
    if plain["genotype_hash"] != genotype_hash(genome):
        _refuse(f"{place}, genotype_hash", shown(plain["genotype_hash"]), "the sha256 of its genome")
    score = _score(plain["score"], f"{place}, score")
    if score.size != genome.size:
        _refuse(f"{place}, score, size", shown(score.size), f"{genome.size}, the nodes of its genome")
    if score.parts != parts_of(record_of(genome)):
        _refuse(f"{place}, score, parts", shown(score.parts), f"{parts_of(record_of(genome))}, those of its genome")
    generation = _whole(plain["generation"], f"{place}, generation", MAX_GENERATION)
    return Individual(genome, plain["genotype_hash"], generation, score, goals)


def _score(value: object, place: str) -> Score:
    plain = _object(value, place, SCORE_KEYS)
    for name, figure in plain.items():
        if name in WHOLE_SCORES:
            _whole(figure, f"{place}, {name}", MOST.get(name, MAX_COUNT))
        elif type(figure) is not float or not math.isfinite(figure):
            _refuse(f"{place}, {name}", shown(figure), "a finite number")
    return Score(**plain)


def _object(value: object, place: str, keys: tuple[str, ...]) -> dict[str, Any]:
    if type(value) is not dict or set(value) != set(keys):
        _refuse(place, shown(value), f"an object with exactly {', '.join(keys)}")
    return value


def _items(value: object, place: str, limit: int) -> list[object]:
    if type(value) is not list or len(value) > limit:
        _refuse(place, shown(value), f"a list of at most {limit}")
    return value


def _genotypes(value: object, place: str) -> tuple[str, ...]:
    names = _items(value, place, MAX_HALL_OF_FAME)
    for name in names:
        if type(name) is not str or not GENOTYPE.fullmatch(name):
            _refuse(place, shown(name), "a list of genotypes of 64 hexadecimal digits")
    return tuple(str(name) for name in names)


def _whole(value: object, place: str, limit: int) -> int:
    if type(value) is not int or not 0 <= value <= limit:
        _refuse(place, shown(value), f"a whole number from 0 to {limit}")
    return value


def _truth(value: object, place: str) -> bool:
    if type(value) is not bool:
        _refuse(place, shown(value), "true or false")
    return value


def _refuse(place: str, received: str, allowed: str) -> NoReturn:
    raise _Wrong(f"{place} is {received}; allowed is {allowed}")
