"""How cost grows: with bars, coins, population, nodes and workers; and what memory a large search takes."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.bench.markets import synthetic_markets
from tests.bench.memory import peak_pss_bytes
from tests.bench.parts.growth_evaluation import over_bars, over_coins, over_nodes
from tests.bench.parts.growth_population import over_population
from tests.bench.parts.growth_workers import over_workers
from tests.bench.searching import stored
from tests.bench.section import Bar, Column, Plot, Section, Table

MEMORY_BAR_GIB = 3.0
GIB = 1 << 30
MEMORY_BARS, MEMORY_COINS, MEMORY_WORKERS, MEMORY_GENERATIONS, MEMORY_SIZE = 1_000_000, 5, 2, 2, 50
EVOLVE = Path(__file__).resolve().parents[1] / "evolve_here.py"
NOTES = (
    "Evaluation is `evaluate` of a backend in this process, every feature of the simulation on, of genomes that a "
    "short search has kept; the comparisons they name are remembered from the call before, unless a line says "
    "otherwise. "
    "Kernel alone is one call at density 0.01. Populations above 3,000 have two rounds. "
    "What the machine itself gains by a second worker, in the same rounds, is what any work can gain at that moment: "
    "undisturbed it is 2.",
)


def measure_growth(*, quick: bool) -> Section:
    """Measure every curve, the workers, and the memory."""
    plots = [measure(quick=quick) for measure in (over_bars, over_coins, over_nodes, over_population)]
    workers, bars = over_workers(quick=quick)
    tables = [*(_as_table(plot) for plot in plots), workers]
    if not quick:
        memory, bar = _memory()
        tables.append(memory)
        bars = (*bars, bar)
    return Section("Growth", notes=NOTES, tables=tuple(tables), bars=bars, plots=tuple(plots))


def _as_table(plot: Plot) -> Table:
    """Return the points of a plot."""
    columns = (
        Column(plot.x_label, "{:,.0f}"),
        *(Column(f"{line.name}, {plot.y_label}", "{:,.1f}") for line in plot.lines),
    )
    rows = tuple(zip(plot.lines[0].x, *(line.y for line in plot.lines), strict=True))
    return Table(plot.title, columns, rows)


def _memory() -> tuple[Table, Bar]:
    """Evolve a large history in processes of their own and watch what they hold."""
    with stored(synthetic_markets(MEMORY_BARS, MEMORY_COINS, 5)) as snapshot:
        started = time.perf_counter()
        numbers = map(str, (MEMORY_WORKERS, MEMORY_GENERATIONS, MEMORY_SIZE))
        peak, printed = peak_pss_bytes([sys.executable, str(EVOLVE), str(snapshot), *numbers])
        seconds = time.perf_counter() - started
    columns = (
        Column("genomes scored", "{:,}"),
        Column("seconds", "{:.0f}"),
        Column("peak PSS, GiB", "{:.2f}"),
        Column("of it the search's own process", "{:.2f}"),
    )
    size = f"{MEMORY_BARS:,} bars x {MEMORY_COINS} coins, {MEMORY_WORKERS} workers"
    row = (int(printed.split()[-1]), seconds, sum(peak) / GIB, peak[0] / GIB)
    table = Table(f"Memory of a search, {size}, all processes", columns, (row,))
    return table, Bar(f"PSS of a search, {size}", sum(peak) / GIB, MEMORY_BAR_GIB, "GiB", at_least=False)
