"""What is said of two strategies, as a document."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from organism.comparison.answer import share
from organism.comparison.values import CostPair, GateRow, SharpeTest, Side, SliceComparison, StrategyComparison
from organism.report.document import Block, Bullets, Document, Figure, Paragraph, RuleChange, Section, Stamp, Table
from organism.report.in_words.meanings import COSTS
from organism.report.in_words.trades import COST_HEADS, cost_cells
from organism.report.in_words.verdict import passed_text
from organism.report.table import known, number, percent
from organism.views.lineage import Behaviour, CoinTrades

CHANGES = 6
"""Trades of a slice that are listed; how many there are in all stands beside them."""
KINDS = {"added": "only B", "removed": "only A", "shifted": "shifted"}
UNREACHED = "not reached"
EQUITY = "equity"
"""Name of the figure with the equity of both."""
HOW = (
    "Sharpe ratios are annual, of UTC days. The interval holds the true difference 95 times of a hundred; p is how "
    "often luck alone makes a difference as large, found by resampling whole blocks of days of both at once (Ledoit "
    "and Wolf 2008). The first sentence of this page is about {}, whichever slice looks best."
)


def strategies_document(found: StrategyComparison) -> Document:
    """Return the answer, and then all that it rests on."""
    a, b = found.a, found.b
    return Document(
        title=f"A {a.id} beside B {b.id}",
        lead=(Paragraph(found.sentence), *stamps(a.stamps, b.stamps), *_rests_on(found)),
        sections=(
            Section("The two", (_sides(a, b),)),
            Section("What the answer does not say", (Bullets(found.cautions),)),
            Section("Rules, from A to B", (RuleChange(found.rule),)),
            Section("Gate by gate", (_gates(found.gates), Paragraph(_same_gates(found), is_note=True))),
            Section("Slice by slice, on the bars that both have", tuple(_slices(found))),
            Section("Trades", tuple(_trades(found))),
            Section(
                "Costs",
                (_costs(found.costs), COSTS)
                if found.costs
                else (Paragraph(found.trades_note or "Nothing is known of costs."),),
            ),
            Section("Identity", (_identity(a, b),)),
        ),
    )


def stamps(a: Sequence[str], b: Sequence[str]) -> Iterator[Stamp]:
    """Yield the stamps of both, each once, with whose it is."""
    for text in dict.fromkeys((*a, *b)):
        yield Stamp(f"{' and '.join(name for name, side in (('A', a), ('B', b)) if text in side)}: {text}")


def _rests_on(found: StrategyComparison) -> Iterator[Block]:
    yield Paragraph(" ".join(found.history), is_note=True)


def _sides(a: Side, b: Side) -> Table:
    rows = (
        ("id", a.id, b.id),
        ("verdict", f"{a.verdict}, {a.state}", f"{b.verdict}, {b.state}"),
        ("why", a.reason, b.reason),
        ("run", a.run, b.run),
        ("generation", str(a.generation), str(b.generation)),
        ("made by", a.operator, b.operator),
        ("scale", number(a.scale), number(b.scale)),
        ("tried before", f"{a.n_tried:,}", f"{b.n_tried:,}"),
        ("looks at the held-out time before", f"{a.n_openings:,}", f"{b.n_openings:,}"),
    )
    return Table(("", "A", "B"), rows)


def _gates(rows: tuple[GateRow, ...]) -> Table:
    missed = frozenset(place for place, row in enumerate(rows) if False in (row.passed_a, row.passed_b))
    return Table(
        ("slice", "stage", "A", "", "B", "", "asked for"),
        tuple(
            (
                row.slice,
                row.stage,
                row.measured_a or UNREACHED,
                passed_text(row.passed_a),
                row.measured_b or UNREACHED,
                passed_text(row.passed_b),
                _threshold(row),
            )
            for row in rows
        ),
        frozenset({2, 4}),
        missed,
        badges=frozenset({3, 5}),
    )


def _threshold(row: GateRow) -> str:
    if row.threshold_a and row.threshold_b and row.threshold_a != row.threshold_b:
        return f"A {row.threshold_a}, B {row.threshold_b}"
    return row.threshold_a or row.threshold_b


def _same_gates(found: StrategyComparison) -> str:
    same = "the same rules" if found.a.policy_hash == found.b.policy_hash else "different rules"
    return f"Judged under {same}. The first miss ends a judgement: what comes after it was not measured."


def _slices(found: StrategyComparison) -> Iterator[Block]:
    if found.slices:
        yield _tests(found.slices)
        yield Paragraph(HOW.format(found.decided_on or "none of them"), is_note=True)
        yield from (Paragraph(f"{part.name}: no test, {part.untested}.") for part in found.slices if part.test is None)
        yield Figure(EQUITY)
        yield _figures(found.slices)
    if found.sealed:
        yield Bullets(found.sealed)


def _tests(parts: tuple[SliceComparison, ...]) -> Table:
    heads = ("slice", "A Sharpe", "B Sharpe", "B less A", "95 % interval", "p", "days", "correlation")
    return Table(heads, tuple(_test_row(part) for part in parts), frozenset(range(1, 8)))


def _test_row(part: SliceComparison) -> tuple[str, ...]:
    test = part.test
    tested = ("", "", "", "") if test is None else _tested(test)
    return (part.name, known(part.a.sharpe), known(part.b.sharpe), *tested, known(part.correlation))


def _tested(test: SharpeTest) -> tuple[str, ...]:
    interval = f"{test.low:+.2f} to {test.high:+.2f}"
    return (f"{test.difference:+.2f}", interval, share(test.p_value), f"{test.n_days:,}")


def _figures(parts: tuple[SliceComparison, ...]) -> Table:
    heads = ("slice", "from", "to", "A return", "B return", "A drawdown", "B drawdown", "bars", "left out")
    return Table(heads, tuple(_figures_row(part) for part in parts), frozenset(range(3, 9)))


def _figures_row(part: SliceComparison) -> tuple[str, ...]:
    return (
        part.name,
        part.first,
        part.last,
        *(_percent(value, sign=True) for value in (part.a.net_return, part.b.net_return)),
        *(_percent(value) for value in (part.a.max_drawdown, part.b.max_drawdown)),
        f"{part.n_bars:,}",
        f"{part.n_left_out:,}",
    )


def _percent(value: float | None, *, sign: bool = False) -> str:
    return "none" if value is None else percent(value, sign=sign)


def _trades(found: StrategyComparison) -> Iterator[Block]:
    if found.trades:
        heads = ("slice", "coin", "in both", "shifted", "only A", "only B", "profit A, USDC", "profit B, USDC")
        rows = tuple(_coin_row(one.slice, coin) for one in found.trades for coin in one.behaviour.coins)
        yield Table(heads, rows, frozenset(range(2, 8)))
        yield Paragraph(
            "Traded again on the bars of the verdicts, each at its frozen scale. Shifted: the same side at overlapping "
            "times, with another entry or exit.",
            is_note=True,
        )
    if found.trades_note:
        yield Paragraph(found.trades_note)
    for one in found.trades:
        yield from _changes(one.slice, one.behaviour)


def _coin_row(slice_name: str, coin: CoinTrades) -> tuple[str, ...]:
    counts = (coin.n_same, coin.n_shifted, coin.n_removed, coin.n_added)
    profits = (_usdc(coin.profit_before, "A"), _usdc(coin.profit_after, "B"))
    return (slice_name, coin.coin, *(f"{n:,}" for n in counts), *profits)


def _usdc(profit: float, side: str) -> str:
    return f"not in {side}" if math.isnan(profit) else f"{profit:,.0f}"


def _changes(slice_name: str, found: Behaviour) -> Iterator[Block]:
    if not found.changes:
        yield Paragraph(f"{slice_name}: they made the same trades.")
        return
    shown = found.changes[:CHANGES]
    rows = tuple((KINDS[one.kind], one.coin, one.side, one.before, one.after) for one in shown)
    yield Table((f"first in {slice_name}", "coin", "side", "A", "B"), rows)
    parts = f"The equities part at {found.parts_at} UTC." if found.parts_at else "The equities never part."
    left = found.n_changes - len(shown)
    yield Paragraph(f"{f'And {left:,} more. ' if left else ''}{parts}", is_note=True)


def _costs(pairs: tuple[CostPair, ...]) -> Table:
    sides = ((pair.slice, side, row) for pair in pairs for side, row in (("A", pair.a), ("B", pair.b)))
    rows = tuple((name, side, *cost_cells(row)) for name, side, row in sides)
    return Table(("slice", "", *COST_HEADS), rows, frozenset(range(2, 9)))


def _identity(a: Side, b: Side) -> Table:
    rows = (
        ("snapshot", a.snapshot_id, b.snapshot_id),
        ("policy", a.policy_hash, b.policy_hash),
        ("evidence", a.evidence_sha256, b.evidence_sha256),
        ("code", a.code_version, b.code_version),
    )
    return Table(("", "A", "B"), tuple((name, one[:16], other[:16]) for name, one, other in rows))
