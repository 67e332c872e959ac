"""Part A, told: the cases, what was promised of them, and their tables."""

from __future__ import annotations

import math

from tests.bench.parts.simulations_cases import (
    COPY,
    DIRECT,
    FULL,
    LARGE,
    LOOP,
    NUMBA,
    OURS,
    RUST,
    SMALL,
    SMALL_SETS,
    TIGHT,
    WIDE,
    Case,
    Measured,
    measure_case,
)
from tests.bench.section import Bar, Cell, Column, Section, Table

PORTFOLIO_BARS = {0.001: 800.0, 0.01: 250.0, 0.05: 80.0}
"""How many times `Portfolio` our kernel is to be, by density of entries."""
DIRECT_DENSITY, DIRECT_BAR = 0.01, 15.0
GROWTH_BAR = 1.3
SHORT_BARS = 10
FULL_TITLE = "Ours with every feature on, beside what vectorbt takes for the common subset of the same levels"
SUBSET_TITLE = "The common subset"
NOTES = (
    "Random entry levels on the share of bars called density, half of them short; exits 10 bars later in the mean, "
    "or 1 / density bars later. Hourly bars of a random walk. "
    f"At {SMALL:,} bars {SMALL_SETS} sets of levels take turns, as many bars as the large history has, "
    "all compared, so that no processor learns them. Ours is called as a search calls it for one coin, without the "
    "changes of equity that pooling adds up.",
    "Common subset: one coin, next-open fills, fees and slippage, a tenth of the cash, opposite entries ignored; "
    "no funding, no protective levels. Total return, Sharpe ratio, maximum drawdown and number of trades agree to "
    "1e-9 or the row is refused.",
    "`Portfolio` is `Portfolio.from_signals` with these four statistics; direct rust is "
    "`simulate_from_signals_rs` with total profit, value chain, Sharpe ratio, maximum drawdown and trade records, "
    "without any of the objects.",
    "`backtesting.py` has other rules (whole units, its own fees and statistics): only its number of trades is "
    "compared. At a million bars it has one round, and none where trades are long.",
    "Copy is the time in which the machine copies what a simulation reads: four prices, funding, four levels.",
)


def measure_simulations(*, quick: bool) -> Section:
    """Time every case and judge the bars."""
    sizes = (SMALL,) if quick else (SMALL, LARGE)
    holding = ((SHORT_BARS, TIGHT), (None, WIDE))
    cases = [Case(n, d, held or 1 / d, risk) for n in sizes for d in PORTFOLIO_BARS for held, risk in holding]
    measured = [measure_case(case) for case in cases]
    return Section(
        "A. Backtest only, identical levels",
        notes=NOTES,
        tables=(_full_table(measured), _subset_table(measured)),
        bars=tuple(_bars(measured)),
        refused=tuple(text for item in measured for text in item.refused),
    )


def _bars(measured: list[Measured]) -> list[Bar]:
    found = []
    for item in measured:
        density, held = item.case.density, f"{item.full.exposure:.0%} of bars held"
        if item.case.n_bars == SMALL:
            times = _known(item.ratio(RUST, FULL))
            found.append(Bar(f"times Portfolio, density {density}, {held}", times, PORTFOLIO_BARS[density]))
            if density == DIRECT_DENSITY:
                times = _known(item.ratio(DIRECT, FULL))
                found.append(Bar(f"times direct rust, density {density}, {held}", times, DIRECT_BAR))
            continue
        small = next(other for other in measured if other.case.n_bars == SMALL and _is_same_but_bars(other, item))
        growth = _known(item.us(FULL)) / item.case.n_bars / (_known(small.us(FULL)) / SMALL)
        name = f"ns per bar at 1M over 20k, density {density}, {held}"
        found.append(Bar(name, growth, GROWTH_BAR, at_least=False))
    return found


def _known(value: float | None) -> float:
    return math.nan if value is None else value


def _is_same_but_bars(left: Measured, right: Measured) -> bool:
    return (left.case.density, left.case.bars_held) == (right.case.density, right.case.bars_held)


def _full_table(measured: list[Measured]) -> Table:
    columns = (
        Column("bars", "{:,}"),
        Column("density"),
        Column("trades", "{:,.0f}"),
        Column("bars held", "{:.0%}"),
        Column("ours us", "{:,.1f}"),
        Column("ns a bar", "{:.2f}"),
        Column("direct rust us", "{:,.0f}"),
        Column("times", "{:,.1f}"),
        Column("Portfolio rust us", "{:,.0f}"),
        Column("times", "{:,.0f}"),
        Column("copy us", "{:,.1f}"),
        Column("ours / copy", "{:.1f}"),
    )
    return Table(FULL_TITLE, columns, tuple(_full_row(item) for item in measured))


def _full_row(item: Measured) -> tuple[Cell, ...]:
    return (
        item.case.n_bars,
        item.case.density,
        item.full.n_trades,
        item.full.exposure,
        item.us(FULL),
        _known(item.us(FULL)) * 1e3 / item.case.n_bars,
        item.us(DIRECT),
        item.ratio(DIRECT, FULL),
        item.us(RUST),
        item.ratio(RUST, FULL),
        item.us(COPY),
        item.ratio(FULL, COPY),
    )


def _subset_table(measured: list[Measured]) -> Table:
    peers = ((DIRECT, "direct rust"), (RUST, "Portfolio rust"), (NUMBA, "Portfolio numba"), (LOOP, "backtesting.py"))
    columns = (
        Column("bars", "{:,}"),
        Column("density"),
        Column("trades", "{:,.0f}"),
        Column("bars held", "{:.0%}"),
        Column("ours us", "{:,.1f}"),
        *(column for _, name in peers for column in (Column(f"{name} us", "{:,.0f}"), Column("times", "{:,.0f}"))),
        Column("copy us", "{:,.1f}"),
    )
    rows = []
    for item in measured:
        others = [cell for name, _ in peers for cell in (item.us(name), item.ratio(name, OURS))]
        case, traded = item.case, item.common
        shown = (case.n_bars, case.density, traded.n_trades, traded.exposure, item.us(OURS))
        rows.append((*shown, *others, item.us(COPY)))
    return Table(SUBSET_TITLE, columns, tuple(rows))
