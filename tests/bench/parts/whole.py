"""Part D: genomes a second from end to end, on a population that a search has evolved for twenty generations."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backtest.costs import Costs
from backtest.prepared import prepare
from backtest.signals import Signals
from backtest.workspace import Workspace
from data.market import BoolArray
from data.snapshot import load_universe
from evolution.backends import SerialBackend
from evolution.evaluator import signals
from evolution.genome.genome import Genome
from tests.bench.equality import refusal
from tests.bench.markets import LAST_BARS, synthetic_market, synthetic_markets
from tests.bench.peers.deap_genomes import DeapFoundry, Simulate
from tests.bench.peers.direct import DirectEngine
from tests.bench.peers.portfolio import portfolio_four
from tests.bench.peers.task import Four, Request, Task, four_of
from tests.bench.searching import MINIMUM_TRADES, Spent, generations, stored
from tests.bench.section import Bar, Column, Section, Table
from tests.bench.timing import ROUNDS, Contestant, Timed, interleaved

N_BARS = 20_000
SIZE = 1_000
"""Population, and genotypes scored in each generation."""
EVOLVED = 20
LARGE_WARM_UP = 8
"""Generations of large trees before the first that counts: later ones find some of their leaves."""
SAMPLE = 40
"""Genomes of the evolved population that the others evaluate in each round."""
LARGE_TREES = {
    "immigrant_share": 1.0,
    "maximum_nodes": 80,
    "minimum_depth": 6,
    "maximum_depth": 8,
    "screened_share": 0.0,
}
UNIQUE_BAR, LARGE_BAR, PORTFOLIO_BAR, DIRECT_BAR, LOOP_BAR = 8_000.0, 4_000.0, 100.0, 6.0, 0.25


@dataclass(frozen=True, slots=True)
class Rates:
    """Medians over generations of one search."""

    unique: float
    nominal: float
    loop_share: float
    """Share of a generation's time outside the evaluation."""
    mean_size: float
    """Nodes of the genomes scored."""

    @classmethod
    def of(cls, spent: Sequence[Spent]) -> Rates:
        """Take the medians."""
        return cls(
            statistics.median(item.unique_rate for item in spent),
            statistics.median(item.nominal_rate for item in spent),
            statistics.median(1.0 - item.evaluation_seconds / item.seconds for item in spent),
            statistics.mean(item.mean_size for item in spent),
        )


def measure_whole(*, quick: bool) -> Section:
    """Time our search and two plain foundries on the same genomes."""
    size = SIZE // 4 if quick else SIZE
    with stored(synthetic_markets(N_BARS, 1, 5)) as snapshot:
        evolved, large, timed, refused = _measure(snapshot, size)
    portfolio, direct = (None if spent is None else SAMPLE / spent.median for spent in timed)
    rows = (
        ("ours, whole loop, evolved", evolved.mean_size, evolved.unique, evolved.nominal, 1.0),
        ("ours, whole loop, random large trees", large.mean_size, large.unique, large.nominal, None),
        ("DEAP + direct rust with the chain", None, direct, direct, direct and evolved.unique / direct),
        ("DEAP + Portfolio", None, portfolio, portfolio, portfolio and evolved.unique / portfolio),
    )
    columns = (
        Column("foundry"),
        Column("nodes", "{:.0f}"),
        Column("unique a second", "{:,.0f}"),
        Column("nominal a second", "{:,.0f}"),
        Column("ours / this", "{:,.1f}"),
    )
    nan = float("nan")
    return Section(
        "D. End to end",
        notes=_notes(size),
        tables=(Table(f"{N_BARS:,} bars x 1 coin, one core", columns, rows),),
        bars=(
            Bar("unique genomes a second, evolved", evolved.unique, UNIQUE_BAR),
            Bar(f"unique genomes a second, random trees of {large.mean_size:.0f} nodes", large.unique, LARGE_BAR),
            Bar("times DEAP + Portfolio", evolved.unique / portfolio if portfolio else nan, PORTFOLIO_BAR),
            Bar("times DEAP + direct rust", evolved.unique / direct if direct else nan, DIRECT_BAR),
            Bar("share of a generation outside evaluation", evolved.loop_share, LOOP_BAR, at_least=False),
        ),
        refused=tuple(refused),
    )


def _measure(snapshot: Path, size: int) -> tuple[Rates, Rates, list[Timed | None], list[str]]:
    ours = _search(snapshot, size)
    warm_up = [next(ours) for _ in range(EVOLVED + 1)]
    population = [item.genome for item in warm_up[-1].generation.state.population]
    prepared = prepare(synthetic_market(N_BARS, 5, coin="SYN00", has_funding=False), Costs())
    foundry = DeapFoundry(load_universe(snapshot).markets[0], prepared)
    genomes = _sample(population, foundry)
    simulators = {"Portfolio": _by_portfolio, "direct rust": _by_direct}
    refused = {name: _refusal(name, foundry, simulate, genomes, snapshot) for name, simulate in simulators.items()}
    large = _search(snapshot, size // 2, **LARGE_TREES)
    for _ in range(LARGE_WARM_UP):
        next(large)
    evolved_spent: list[Spent] = []
    large_spent: list[Spent] = []
    contestants = [
        Contestant(lambda: evolved_spent.append(next(ours))),
        Contestant(lambda: large_spent.append(next(large))),
        *(
            Contestant(
                lambda individuals, simulate=simulate: foundry.evolve(individuals, simulate),
                prepare=lambda: foundry.individuals(genomes),
            )
            for name, simulate in simulators.items()
            if refused[name] is None
        ),
    ]
    timed = iter(interleaved(contestants)[2:])
    found = [next(timed) if refused[name] is None else None for name in simulators]
    texts = [text for text in refused.values() if text]
    # The call before the rounds does not count.
    return Rates.of(evolved_spent[-ROUNDS:]), Rates.of(large_spent[-ROUNDS:]), found, texts


def _search(snapshot: Path, size: int, **settings: float) -> Iterator[Spent]:
    backend = SerialBackend(snapshot, minimum_trades=MINIMUM_TRADES)
    return generations(snapshot, backend, time.process_time, population=size, offspring=size, **settings)


def _by_portfolio(request: Request) -> Four:
    return portfolio_four(request, "rust")


def _by_direct(request: Request) -> Four:
    return DirectEngine(request).four()


def _sample(population: Sequence[Genome], foundry: DeapFoundry) -> list[Genome]:
    """Return random genomes that are not liquidated without their stops: vectorbt knows no liquidation."""
    workspace, found = Workspace(N_BARS), []
    for i in np.random.default_rng(2).permutation(len(population)):
        individual = foundry.individuals([population[i]])[0]
        if not _task(foundry, foundry.levels(individual), workspace).simulated().counts.n_liquidations:
            found.append(population[i])
        if len(found) == SAMPLE:
            return found
    raise RuntimeError(f"only {len(found)} genomes of the population are never liquidated; {SAMPLE} are needed")


def _task(foundry: DeapFoundry, levels: BoolArray, workspace: Workspace) -> Task:
    """Return the common subset of a genome's levels, closed at the end by them: only our kernel closes at a border."""
    closed = levels.copy()
    closed[:, -LAST_BARS:] = False
    closed[1::2, -LAST_BARS] = True
    closed[0::2, -LAST_BARS - 1] = False
    return Task.of(foundry.prepared, Signals.from_bools(*closed), workspace)


def _refusal(
    name: str, foundry: DeapFoundry, simulate: Simulate, genomes: Sequence[Genome], snapshot: Path
) -> str | None:
    """Compare levels with our evaluator's, bit by bit, and the four statistics with our kernel's."""
    universe, workspace = load_universe(snapshot), Workspace(N_BARS)
    for i, (genome, individual) in enumerate(zip(genomes, foundry.individuals(genomes), strict=True)):
        row, levels = f"D, {name}, genome {i}", foundry.levels(individual)
        text = refusal(f"{row}, levels", signals(genome, universe)[universe.coins[0]].to_bools(), levels)
        task = _task(foundry, levels, workspace)
        text = text or refusal(row, four_of(task.ours()), simulate(task.request))
        if text:
            return text
    return None


def _notes(size: int) -> tuple[str, ...]:
    return (
        "Ours is `search` with all that belongs to it: drawing, screening of conditions, evaluation with every feature "
        "of the simulation, trial segments, selection, statistics, check against the reference, checkpoints; one "
        f"process, population and offspring {size:,}, {ROUNDS} generations from the {EVOLVED + 2}nd on. Unique are "
        "distinct genotypes scored; nominal counts those drawn again as well, which are known already. Large trees are "
        f"drawn afresh in every generation, half as many, after {LARGE_WARM_UP} generations of such.",
        f"The others evaluate {SAMPLE} genomes of the population of generation {EVOLVED} in each round, by the first "
        "generation of `algorithms.eaSimple`: `gp.compile` of each root, our opcodes without any store, then vectorbt "
        "on the common subset: no funding, no protective levels, no sizing rules, and no genome that would be "
        "liquidated, which vectorbt does not know. Their selection and variation are "
        "not in the time. Levels are equal bit by bit, statistics to 1e-9.",
    )
