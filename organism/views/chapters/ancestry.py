"""Who a rule descends from, with what each ancestor measured in sample."""

from __future__ import annotations

from dataclasses import dataclass

from data.errors import FoundryError
from evolution.run.layout import find_run
from organism.home import Home
from organism.registry.rows import Strategy
from organism.registry.store import Registry
from organism.views.genealogy import Genealogy
from organism.views.lineage import GenomeRow

MOST_ANCESTORS = 200


@dataclass(frozen=True, slots=True)
class Ancestry:
    """A rule and its ancestors."""

    rows: tuple[GenomeRow, ...]
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
        genealogy = Genealogy(find_run(home.runs, strategy.run_id).trials)
        genealogy.refresh()
        row = genealogy.row_of(strategy.genotype_hash)
    except FoundryError as error:
        return _from_registry(registry, strategy, names, str(error))
    return _from_trials(genealogy, row, strategy, names)


def _from_trials(genealogy: Genealogy, row: int, strategy: Strategy, names: dict[str, str]) -> Ancestry:
    reached = genealogy.ancestors_of(row)
    shown = [(row, 0), *reached[:MOST_ANCESTORS]]
    places = {number: place for place, (number, _) in enumerate(shown)}
    edges = [
        (places[parent], place)
        for number, place in places.items()
        if number >= 0
        for parent in genealogy.parents_of(number)
        if parent in places
    ]
    missing = sum(number < 0 for number, _ in reached)
    return Ancestry(
        rows=tuple(genealogy.shown(number, names, distance) for number, distance in shown),
        edges=tuple(edges),
        n_ancestors=len(reached),
        operator=strategy.operator,
        names=names,
        note=f"{missing} of its ancestors have no trial in this run: segments are missing." if missing else "",
    )


def _from_registry(registry: Registry, strategy: Strategy, names: dict[str, str], why: str) -> Ancestry:
    ancestors = registry.ancestors(strategy.genotype_hash)
    own = _unmeasured(strategy.genotype_hash, 0, strategy.generation, strategy.operator)
    rows = [own, *(_unmeasured(genotype, None) for genotype in ancestors[:MOST_ANCESTORS])]
    note = f"What its ancestors measured is not known here: {why}."
    return Ancestry(tuple(rows), (), len(ancestors), strategy.operator, names, note)


def _unmeasured(genotype: str, distance: int | None, generation: int | None = None, operator: str = "") -> GenomeRow:
    return GenomeRow(
        genotype=genotype,
        generation=generation,
        operator=operator,
        n_parents=0,
        n_children=0,
        evidence=None,
        sharpe=None,
        stability=None,
        parts=None,
        n_trades=None,
        max_drawdown=None,
        reason="",
        is_kept=False,
        distance=distance,
    )
