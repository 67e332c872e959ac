"""Part C: the operators that leaves of expressions are made of, by several libraries."""

from __future__ import annotations

import numpy as np

from evolution.opcodes.series import sealed
from tests.bench.equality import largest_difference, refusal
from tests.bench.markets import synthetic_market
from tests.bench.peers.rolling import LIBRARIES, Operator, operators
from tests.bench.section import Cell, Column, Section, Table
from tests.bench.timing import Contestant, interleaved

WINDOWS = (14, 200, 2000)
N_BARS = 50_000
NOTES = (
    f"Microseconds for {N_BARS:,} values: the percent changes of closes. They vary around zero, where running sums of "
    "squares lose nothing; on prices some libraries' standard deviations are more than 1e-9 off, and would be refused.",
    "Results agree to 1e-9 or the cell is refused. A dash: the library has no such operator. Ours answer NaN where one "
    "value of a window is missing, wherever the history begins; TA-Lib's means and deviations carry a NaN to the end.",
)


def measure_rolling(*, quick: bool) -> Section:
    """Time every operator at every window."""
    market = synthetic_market(N_BARS, 5)
    changes = np.diff(np.log(market.close), prepend=np.log(market.open[0]))
    values = sealed(100.0 * changes)
    refused: list[str] = []
    rows = []
    for window in WINDOWS[:2] if quick else WINDOWS:
        rows += [_row(operator, refused) for operator in operators(market, values, window)]
    columns = (Column("operator"), Column("window", "{:,}"), *(Column(name, "{:,.0f}") for name in LIBRARIES))
    table = Table("Microseconds", (*columns, Column("largest difference", "{:.0e}")), tuple(rows))
    return Section("C. Rolling operators", notes=NOTES, tables=(table,), refused=tuple(refused))


def _row(operator: Operator, refused: list[str]) -> tuple[Cell, ...]:
    """Time one operator by the libraries that agree, and note those that do not."""
    answers = {library: as_ours(call()) for library, (call, as_ours) in operator.calls.items()}
    kept = []
    for library, answer in answers.items():
        text = refusal(f"C, {library}, {operator.name} of {operator.window}", answers["ours"], answer)
        if text is None:
            kept.append(library)
        else:
            refused.append(text)
    timed = interleaved([Contestant(operator.calls[library][0]) for library in kept])
    us = {library: spent.median * 1e6 for library, spent in zip(kept, timed, strict=True)}
    worst = max(largest_difference(answers["ours"], answers[library]) for library in kept)
    return (operator.name, operator.window, *(us.get(library) for library in LIBRARIES), worst)
