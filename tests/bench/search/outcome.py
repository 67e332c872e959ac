"""What one arm found on one pair; a plain value, one JSON file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from data.canonical import canonical_json
from data.durable import write_atomically
from data.errors import DataError
from evolution.run.layout import read_json


@dataclass(frozen=True, slots=True)
class Look:
    """The candidates of one moment of a search."""

    rung: int
    """Unique genomes after which it was due."""
    evaluations: int
    """Unique genomes scored by then."""
    n_candidates: int
    share: float
    """Sharpe ratio of the best of them on the continuation, as a share of the oracle's; 0 without any."""
    sharpe: float
    """The ratio itself."""
    in_sample: float
    """Its Sharpe ratio in sample."""
    place: int
    """Among the candidates, from 0; -1 without any."""
    size: int
    """Its nodes."""
    sizes: tuple[int, ...]
    """Nodes of all candidates."""
    parts: tuple[int, ...]
    """What a person has to read of each of them: see `rows.parts`."""
    rule: str
    """As a person reads it."""
    seconds: float
    """Processor time of the search so far."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One arm on one pair."""

    kind: str
    seed: int
    arm: str
    cause: dict[str, Any]
    """Parameters that were drawn, with the strength that was found."""
    oracle: float
    """Sharpe ratio of the oracle on the continuation."""
    oracle_in_sample: float | None
    """The same on the bars that were searched; None where it trades too little there to have a fitness."""
    looks: tuple[Look, ...]
    """In the order of their rungs."""

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.seed:04d}-{self.arm}"

    def share(self, budget: int) -> float:
        """Return the share of the oracle at the last look within a budget."""
        return self.at(budget).share

    def at(self, budget: int) -> Look:
        """Return the last look within a budget; an arm that ran dry before it is seen as it ended."""
        return [look for look in self.looks if look.rung <= budget][-1]

    def found_after(self, success: float) -> int | None:
        """Return the unique genomes at the first look that showed a success; None if none did."""
        return next((look.evaluations for look in self.looks if look.share >= success), None)

    def save(self, folder: Path) -> None:
        """Write `KIND-SEED-ARM.json`, whole or not at all."""
        write_atomically(folder / f"{self.name}.json", canonical_json({"schema": 1, **asdict(self)}) + b"\n")


def load_outcome(path: Path) -> Outcome:
    """Return an outcome.

    Raises
    ------
    DataError
        If the file is damaged, saying to remove it: the task is then done again.
    """
    plain = read_json(path, "schema", "kind", "seed", "arm", "cause", "oracle", "oracle_in_sample", "looks")
    del plain["schema"]
    return outcome_of(plain, str(path))


def outcome_of(plain: Mapping[str, Any], where: str) -> Outcome:
    """Return the outcome that plain JSON says.

    Raises
    ------
    DataError
        If it says none, naming where it stands.
    """
    try:
        return Outcome(**{**plain, "looks": tuple(_look(look) for look in plain["looks"])})
    except (TypeError, KeyError) as error:
        raise DataError(f"{where} holds no outcome ({error}): remove it, and it is made again") from None


def _look(plain: Mapping[str, Any]) -> Look:
    return Look(**{**plain, "sizes": tuple(plain["sizes"]), "parts": tuple(plain["parts"])})
