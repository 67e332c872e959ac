"""What a proof will measure: which worlds by which seeds, in which order."""

from __future__ import annotations

from dataclasses import dataclass

from data.code_version import code_version
from evolution.genome.codec import to_json
from organism.proof.classes import FIRST_SEED, NULL_CLASSES, SEEDS_A_CLASS
from organism.proof.measure import PIECE_BARS, RISK_SCALE
from organism.proof.plants import PLANT_CLASS, PLANT_WORLDS, STRENGTHS
from organism.proof.rules import RULES

VERSION = 1
"""Raised when the same world would give other sums."""


@dataclass(frozen=True, slots=True)
class ProofTask:
    """One world."""

    class_name: str
    number: int
    """From 0."""
    seed: int

    @property
    def file_name(self) -> str:
        return f"{self.class_name}-{self.number:05d}.json"


def planned_worlds() -> dict[str, int]:
    """Return how many worlds each class has, those with a cause last."""
    return {**{item.name: item.n_worlds for item in NULL_CLASSES}, PLANT_CLASS: PLANT_WORLDS}


def tasks(most_worlds: int | None = None) -> list[ProofTask]:
    """Return the worlds in the order they are made, all classes growing together: a part is a fair part.

    Parameters
    ----------
    most_worlds
        Only so many of each class; None for all.
    """
    found = []
    for place, (name, planned) in enumerate(planned_worlds().items()):
        first = FIRST_SEED + place * SEEDS_A_CLASS
        wanted = planned if most_worlds is None else min(planned, most_worlds)
        found += [((number + 0.5) / wanted, place, ProofTask(name, number, first + number)) for number in range(wanted)]
    return [task for _, _, task in sorted(found, key=lambda item: item[:2])]


def plan() -> dict[str, object]:
    """Return what every stored world depends on, as plain JSON."""
    return {
        "schema": 1,
        "version": VERSION,
        "code_version": code_version(),
        "rules": {name: to_json(genome) for name, genome in RULES.items()},
        "strengths": list(STRENGTHS),
        "first_seed": FIRST_SEED,
        "seeds_a_class": SEEDS_A_CLASS,
        "years": {item.name: [item.first_judged_year, item.years] for item in NULL_CLASSES},
        "piece_bars": PIECE_BARS,
        "risk_scale": RISK_SCALE,
    }
