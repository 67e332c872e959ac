"""How the time of one genome grows with bars, coins and nodes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache
from itertools import cycle

import numpy as np

from backtest.costs import Costs
from backtest.kernel import simulate
from backtest.prepared import prepare
from backtest.workspace import Workspace
from data.errors import GenomeError
from evolution.backends import SerialBackend
from evolution.genome.genome import Genome
from evolution.priors import SearchPriors
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_genome
from tests.bench.markets import drawn_levels, synthetic_market, synthetic_markets
from tests.bench.parts.simulations_cases import SIDES, TIGHT
from tests.bench.peers.task import CAPITAL_USDC
from tests.bench.searching import MINIMUM_TRADES, generations, stored
from tests.bench.section import Line, Plot
from tests.bench.timing import Contestant, interleaved

N_BARS = 20_000
BARS = (20_000, 60_000, 200_000, 600_000, 2_000_000)
COINS = (1, 2, 5, 10, 20)
NODES = (8, 16, 32, 64, 128)
N_GENOMES = 60
DENSITY, BARS_HELD = 0.01, 10
MOST_SETS, BARS_IN_TURN = 20, 2_000_000
"""So many sets of levels take turns, or as many as make so many bars: few enough to make, too many to learn."""


def over_bars(*, quick: bool) -> Plot:
    """Time the kernel, and whole evaluations whose comparisons are remembered, from 20k to 2M bars."""
    sizes = BARS[:3] if quick else BARS
    genomes = evolved_genomes()
    kernel = [_kernel_us(n_bars) for n_bars in sizes]
    evaluation = [_evaluation_us(n_bars, 1, genomes) for n_bars in sizes]
    return Plot(
        "growth-bars",
        "One genome against bars, one coin",
        "bars",
        "us",
        (Line("evaluation", sizes, tuple(evaluation)), Line("kernel alone", sizes, tuple(kernel))),
    )


def over_coins(*, quick: bool) -> Plot:
    """Time whole evaluations on 1 to 20 coins."""
    sizes = COINS[:3] if quick else COINS
    found = [_evaluation_us(N_BARS, n_coins, evolved_genomes()) for n_coins in sizes]
    return Plot(
        "growth-coins", f"One genome against coins, {N_BARS:,} bars", "coins", "us", _one("evaluation", sizes, found)
    )


def over_nodes(*, quick: bool) -> Plot:
    """Time random genomes of 8 to 128 nodes, evaluated for the first time and again."""
    sizes = NODES[:3] if quick else NODES
    first, again = [], []
    with stored(synthetic_markets(N_BARS, 1, 5)) as snapshot:
        for nodes in sizes:
            genomes = _genomes_of_size(nodes)

            def fresh() -> SerialBackend:
                return SerialBackend(snapshot, minimum_trades=MINIMUM_TRADES)

            warm = fresh()
            timed = interleaved(
                [
                    Contestant(lambda backend, genomes=genomes: backend.evaluate(genomes), prepare=fresh),
                    Contestant(lambda genomes=genomes, warm=warm: warm.evaluate(genomes)),
                ]
            )
            first.append(timed[0].median * 1e6 / len(genomes))
            again.append(timed[1].median * 1e6 / len(genomes))
    lines = (Line("nothing ready", sizes, tuple(first)), Line("comparisons ready", sizes, tuple(again)))
    return Plot("growth-nodes", f"One random genome against its nodes, {N_BARS:,} bars x 1 coin", "nodes", "us", lines)


@lru_cache(1)
def evolved_genomes() -> tuple[Genome, ...]:
    """Return genomes that a short search on 20,000 bars has kept."""
    with stored(synthetic_markets(N_BARS, 1, 5)) as snapshot:
        backend = SerialBackend(snapshot, minimum_trades=MINIMUM_TRADES)
        run = generations(snapshot, backend, time.process_time, population=300, offspring=300)
        last = [next(run) for _ in range(6)][-1]
    return tuple(item.genome for item in last.generation.state.population[:N_GENOMES])


def _kernel_us(n_bars: int) -> float:
    prepared, workspace = prepare(synthetic_market(n_bars, 5), Costs()), Workspace(n_bars)
    seeds = range(7, 7 + max(1, min(MOST_SETS, BARS_IN_TURN // n_bars)))
    sets = [drawn_levels(n_bars, DENSITY, BARS_HELD, SIDES, seed) for seed in seeds]
    turns = cycle(sets)
    call = Contestant(lambda: simulate(prepared, next(turns), TIGHT, initial_capital=CAPITAL_USDC, workspace=workspace))
    return interleaved([call])[0].median * 1e6


def _evaluation_us(n_bars: int, n_coins: int, genomes: Sequence[Genome]) -> float:
    with stored(synthetic_markets(n_bars, n_coins, 5)) as snapshot:
        backend = SerialBackend(snapshot, minimum_trades=MINIMUM_TRADES)
        timed = interleaved([Contestant(lambda: backend.evaluate(genomes))])[0]
    return timed.median * 1e6 / len(genomes)


def _genomes_of_size(nodes: int) -> list[Genome]:
    """Return random genomes within a quarter of a number of nodes."""
    grammar, rng = Grammar(SearchPriors()), np.random.default_rng(4)
    found: list[Genome] = []
    depth = 0
    while len(found) < N_GENOMES:
        depth = depth % 8 + 1
        genome = _drawn(grammar, depth + 1, rng)
        if genome is not None and abs(genome.size - nodes) <= nodes // 4:
            found.append(genome)
    return found


def _drawn(grammar: Grammar, depth: int, rng: np.random.Generator) -> Genome | None:
    try:
        return random_genome(grammar, Shape(), depth, rng)
    except GenomeError:
        # Its warm-up would be longer than is allowed.
        return None


def _one(name: str, x: Sequence[float], y: Sequence[float]) -> tuple[Line, ...]:
    return (Line(name, tuple(x), tuple(y)),)
