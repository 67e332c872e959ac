"""DEAP's own `eaSimple` as an arm: its generators, operators and selection on our opcodes and our evaluator."""

from __future__ import annotations

import operator
import random  # noqa: TID251 - DEAP draws from it
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from deap import algorithms, base, gp, tools

from evolution.backends import Backend, SerialBackend
from evolution.fitness import Evaluation, Score
from evolution.genome.genome import Genome
from evolution.genome.hashing import genotype_hash
from evolution.run.settings import SearchSettings
from tests.bench.search.candidate import Candidate
from tests.bench.search.climb import EnoughError, Moment
from tests.bench.search.deap_language import genome_of, primitive_set

CROSSOVER, MUTATION = 0.5, 0.2
MAX_HEIGHT = 17
"""Koza's, as DEAP's examples have it."""
WORST = float("-inf")
"""Of what has no fitness."""
MAX_STALE = 200
"""Generations without a new genome, after which a population is taken to have converged for good."""


class _Sharpe(base.Fitness):  # type: ignore[misc]  # DEAP has no types
    """One objective, to be maximised."""

    weights = (1.0,)


class _Tree(gp.PrimitiveTree):  # type: ignore[misc]  # DEAP has no types
    """A strategy and its fitness."""

    def __init__(self, content: Any) -> None:
        super().__init__(content)
        self.fitness = _Sharpe()


def evolve_by_ea_simple(
    settings: SearchSettings, seed: int, snapshot: Path, limit: int, watch: Callable[[Moment], None]
) -> None:
    """Run `eaSimple` until `watch` has seen enough, or nothing new comes."""
    random.seed(seed)
    backend = SerialBackend(snapshot, minimum_trades=settings.minimum_trades)
    evaluator = _Evaluator(backend, settings.registered, limit, watch)
    toolbox = _toolbox(settings, evaluator)
    try:
        population = toolbox.population(n=settings.population)
        # It ends by an exception; no number of generations is known before.
        algorithms.eaSimple(population, toolbox, CROSSOVER, MUTATION, ngen=10**9, verbose=False)
    finally:
        backend.close()


def _toolbox(settings: SearchSettings, evaluator: _Evaluator) -> base.Toolbox:
    primitives = primitive_set(frozenset(settings.excluded_opcodes))
    toolbox = base.Toolbox()
    # A height more than our own roots have: the strategy stands above them.
    lowest, highest = settings.minimum_depth, settings.maximum_depth
    toolbox.register("expr", gp.genHalfAndHalf, primitives, min_=lowest, max_=highest)
    toolbox.register("individual", tools.initIterate, _Tree, toolbox.expr)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("select", tools.selTournament, tournsize=3)
    toolbox.register("mate", gp.cxOnePoint)
    toolbox.register("new_part", gp.genHalfAndHalf, min_=1, max_=3)
    toolbox.register("mutate", gp.mutUniform, expr=toolbox.new_part, pset=primitives)
    for name in ("mate", "mutate"):
        toolbox.decorate(name, gp.staticLimit(len, settings.maximum_nodes + 1))
        toolbox.decorate(name, gp.staticLimit(operator.attrgetter("height"), MAX_HEIGHT))
    toolbox.register("evaluate", lambda tree: tree)
    toolbox.register("map", lambda _, trees: evaluator.fitnesses(trees))
    return toolbox


class _Evaluator:
    """Scores each genome once, remembers the best, and shows every generation."""

    def __init__(self, backend: Backend, n_best: int, limit: int, watch: Callable[[Moment], None]) -> None:
        self._backend, self._limit, self._watch = backend, limit, watch
        self._known: dict[str, float] = {}
        self._best = Best(n_best)
        self._n_stale = 0

    def fitnesses(self, trees: Sequence[_Tree]) -> list[tuple[float]]:
        """Return the fitness of each tree; one that breaks a rule of the grammar is no genome, and has the worst."""
        genomes = [genome_of(tree) for tree in trees]
        names = [None if genome is None else genotype_hash(genome) for genome in genomes]
        new: dict[str, Genome] = {}
        for name, genome in zip(names, genomes, strict=True):
            if name is not None and genome is not None and name not in self._known:
                new[name] = genome
        # The budget is kept to the last genome.
        chosen = dict(list(new.items())[: self._limit - len(self._known)])
        answers = self._backend.evaluate(list(chosen.values()))
        for (name, genome), answer in zip(chosen.items(), answers, strict=True):
            self._known[name] = answer.sharpe if isinstance(answer, Score) else WORST
            self._best.consider(genome, answer)
        self._n_stale = 0 if chosen else self._n_stale + 1
        self._watch(Moment(len(self._known), self._best.candidates()))
        if len(self._known) >= self._limit or self._n_stale > MAX_STALE:
            raise EnoughError
        return [(WORST if name is None else self._known.get(name, WORST),) for name in names]


class Best:
    """The best genomes by in-sample Sharpe, one for each behaviour; of equals the smallest, as our hall of fame."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._kept: dict[tuple[float, int, float], Candidate] = {}

    def consider(self, genome: Genome, answer: Evaluation) -> None:
        """Look at a scored genome."""
        if isinstance(answer, Score):
            behaviour = (answer.sharpe, answer.n_trades, answer.net_return)
            kept = self._kept.get(behaviour)
            if kept is None or genome.size < kept.genome.size:
                self._kept[behaviour] = Candidate(genome, answer.sharpe)
            if len(self._kept) > 20 * self._count:
                self._kept = dict(sorted(self._kept.items(), reverse=True)[: self._count])

    def candidates(self) -> list[Candidate]:
        """Return the best, best first."""
        return [self._kept[behaviour] for behaviour in sorted(self._kept, reverse=True)[: self._count]]
