"""What a run has come to, or has by now: who was judged and how, gate by gate, and how the search went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evolution.run.layout import find_run
from organism.home import Home
from organism.registry.rows import VerdictRow
from organism.registry.store import Registry
from organism.report.data import MarketSection
from organism.views.answers import ORDER, answer_word
from organism.views.judgings import judgings_of
from organism.views.leaderboard import market_section
from organism.views.progress import count, progress_of, statistic
from organism.views.random_search import RandomSearch, random_search_of
from organism.views.run_view import OperatorRow, RejectionRow
from organism.views.survivors import GateCount, survivors_by_gate


@dataclass(frozen=True, slots=True)
class GenerationRow:
    """One generation. Sharpe ratios are annual and in sample; None where there is none."""

    generation: int
    best: float | None
    median: float | None
    hypervolume: float | None
    """Of the objectives: how much of what could be had the population has."""
    diversity: float | None
    """From 0 to 1: how differently the population trades."""
    n_trials: int
    """Distinct genotypes scored so far."""
    random: float | None = None
    """The best of as many rules of the random search beside the run; None if there are not as many."""


@dataclass(frozen=True, slots=True)
class OtherRules:
    """What rules have answered that the rest of the page is not about; the fields mean what they mean there."""

    words: Mapping[str, int]
    policy_hash: str
    stamps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunOverview:
    """All that the page of a run says."""

    run: str
    section: MarketSection
    """Market, best strategies, notes."""
    words: Mapping[str, int]
    """How many strategies have which word: GRADUATE, WATCH, KILL, QUARANTINE."""
    policy_hash: str
    """Of the rules that words, gates and strategies are about; empty if nobody was judged."""
    stamps: tuple[str, ...]
    """Where those were not the rules that a reader would expect, in sentences."""
    others: tuple[OtherRules, ...]
    """What other rules have answered."""
    n_registered: int
    """Handed to the gauntlet; of them those without a word were not judged."""
    gates: tuple[GateCount, ...]
    generations: tuple[GenerationRow, ...]
    """Thinned where there are many."""
    n_trials: int
    n_repeated: int
    """Draws thrown away, their genotype having been scored before."""
    operators: tuple[OperatorRow, ...]
    rejections: tuple[RejectionRow, ...]
    n_fresh: int
    """Rules drawn afresh: the random search inside the run, or beside it."""
    best_fresh: float | None
    is_beside: bool
    """Whether they were drawn beside the run, as many as it had tried."""
    best: float | None
    """The highest Sharpe ratio of any generation's best."""


def run_overview(home: Home, registry: Registry, run: str) -> RunOverview:
    """Return what a run has come to; of one that goes on, what it has come to by now.

    Raises
    ------
    DataError
        If what it has written or what was judged is damaged.
    """
    section = market_section(home, registry, run)
    folder = find_run(home.runs, run)
    told, *others = judgings_of(home.evidence, registry, run) or (None,)
    judged = told.rows if told else ()
    states = {strategy.id: strategy.state.value for strategy in registry.submitted(run_id=run)}
    progress = progress_of(folder.generations)
    random = random_search_of(folder, progress)
    operators = (OperatorRow(*found) for found in progress.operators)
    return RunOverview(
        run=run,
        section=section,
        words=_words(judged, states),
        policy_hash=told.policy_hash if told else "",
        stamps=tuple(told.stamps.values()) if told else (),
        others=tuple(
            OtherRules(_words(one.rows, states), one.policy_hash, tuple(one.stamps.values())) for one in others
        ),
        n_registered=len(states),
        gates=survivors_by_gate(judged),
        generations=tuple(_generation(line, random) for line in progress.points),
        n_trials=count(progress.last.get("n_trials")),
        n_repeated=progress.n_repeated,
        operators=tuple(sorted(operators, key=lambda row: (-row.n_made, row.name))),
        rejections=tuple(RejectionRow(*found) for found in progress.reasons),
        n_fresh=random.n_drawn,
        best_fresh=random.best,
        is_beside=random.is_beside,
        best=progress.best,
    )


def _words(rows: Sequence[VerdictRow], states: Mapping[str, str]) -> dict[str, int]:
    """Return how often each word was said: in the order of the answers, then those that have left."""
    counted = Counter(answer_word(row.verdict.value, states[row.strategy_id]) for row in rows)
    return {word: counted[word] for word in (*ORDER, *sorted(counted.keys() - set(ORDER))) if counted[word]}


def _generation(line: Mapping[str, Any], random: RandomSearch) -> GenerationRow:
    found = {name: statistic(line, name) for name in ("best", "median", "hypervolume", "diversity")}
    n_trials = count(line.get("n_trials"))
    best = random.best_of(n_trials) if random.is_beside else None
    return GenerationRow(generation=line["generation"], n_trials=n_trials, random=best, **found)
