"""Who a rule descends from, with what each ancestor measured in sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.errors import DataError, FoundryError
from evolution.descent import trace_back
from evolution.run.layout import find_run
from organism.home import Home
from organism.registry.rows import Strategy
from organism.registry.store import Registry

MOST_ANCESTORS = 200


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A rule, or one that it descends from; None or nothing where that is not known here."""

    genotype: str
    """sha256 of its canonical JSON."""
    distance: int | None
    """Steps from child to parent between the rule and it, on the shortest way; 0 for the rule itself."""
    generation: int | None = None
    operator: str = ""
    """What made it."""
    sharpe: float | None = None
    """Annual, in sample; None also if it has no fitness."""
    parts: int | None = None
    n_trades: int | None = None


@dataclass(frozen=True, slots=True)
class Ancestry:
    """A rule and its ancestors."""

    rows: tuple[Ancestor, ...]
    """The rule itself first, then its ancestors, the nearest first."""
    edges: tuple[tuple[int, int], ...]
    """Places of parent and child among the rows."""
    n_ancestors: int
    """In all."""
    operator: str
    """What made the rule."""
    names: dict[str, str]
    """Strategy ids by genotype, of those that were registered."""
    note: str = ""
    """What is missing, in words."""


def ancestry(home: Home, registry: Registry, strategy: Strategy) -> Ancestry:
    """Return where a strategy comes from; without the trials of its run, what the registry alone knows."""
    names = {other.genotype_hash: other.id for other in registry.find(run_id=strategy.run_id)}
    try:
        trials = trace_back(find_run(home.runs, strategy.run_id).trials, [strategy.genotype_hash])
        # Of each no more than is shown: there may be very many.
        found = {row["genotype_hash"]: (tuple(row["parents"]), _measured(row)) for row in trials}
        if strategy.genotype_hash not in found:
            raise DataError(f"run {strategy.run_id} has no trial of {strategy.id}")
    except FoundryError as error:
        return _from_registry(registry, strategy, names, str(error))
    return _from_trials(found, strategy, names)


def _from_trials(
    found: Mapping[str, tuple[tuple[str, ...], dict[str, Any]]], strategy: Strategy, names: dict[str, str]
) -> Ancestry:
    parents = {genotype: parents for genotype, (parents, _) in found.items()}
    distances = _distances(strategy.genotype_hash, parents)
    shown = list(distances)[: MOST_ANCESTORS + 1]
    places = {genotype: place for place, genotype in enumerate(shown)}
    edges = [
        (places[parent], place)
        for genotype, place in places.items()
        for parent in dict.fromkeys(parents.get(genotype, ()))
        if parent in places
    ]
    missing = len(distances.keys() - found.keys())
    return Ancestry(
        rows=tuple(Ancestor(one, distances[one], **found[one][1] if one in found else {}) for one in shown),
        edges=tuple(edges),
        n_ancestors=len(distances) - 1,
        operator=strategy.operator,
        names=names,
        note=f"{missing} of its ancestors have no trial in this run: segments are missing." if missing else "",
    )


def _distances(genotype: str, parents: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Return how far each ancestor is, the nearest first and the genotype itself before them."""
    found, edge = {genotype: 0}, [genotype]
    while edge:
        reached = dict.fromkeys(parent for child in edge for parent in parents.get(child, ()))
        distance = found[edge[0]] + 1
        edge = [parent for parent in reached if parent not in found]
        found |= dict.fromkeys(edge, distance)
    return found


def _measured(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("generation", "operator", "sharpe", "parts", "n_trades")}


def _from_registry(registry: Registry, strategy: Strategy, names: dict[str, str], why: str) -> Ancestry:
    ancestors = registry.ancestors(strategy.genotype_hash)
    own = Ancestor(strategy.genotype_hash, 0, strategy.generation, strategy.operator)
    rows = [own, *(Ancestor(genotype, None) for genotype in ancestors[:MOST_ANCESTORS])]
    note = f"What its ancestors measured is not known here: {why}."
    return Ancestry(tuple(rows), (), len(ancestors), strategy.operator, names, note)
