"""What is said of two strategies, as a document."""

from __future__ import annotations

from collections.abc import Iterator

from organism.comparison.answer import share
from organism.comparison.values import CostRow, GateRow, Side, SliceComparison, StrategyComparison
from organism.report.document import Block, Bullets, Document, Paragraph, RuleChange, Section, Table
from organism.report.table import number, percent
from organism.views.lineage import Behaviour

CHANGES = 12
"""Trades that are listed; how many there are in all stands beside them."""
UNREACHED = "not reached"
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
        lead=(Paragraph(found.sentence), *_rests_on(found)),
        sections=(
            Section("The two", (_sides(a, b),)),
            Section("What the answer does not say", (Bullets(found.cautions),)),
            Section("Rules, from A to B", (RuleChange(found.rule), Paragraph(_lines(a, b), is_note=True))),
            Section("Gate by gate", (_gates(found.gates), Paragraph(_same_gates(found), is_note=True))),
            Section("Slice by slice, on the bars that both have", tuple(_slices(found))),
            Section("Trades", tuple(_trades(found.trades, found.trades_note))),
            Section("Costs", (_costs(found.costs),) if found.costs else (Paragraph("Nothing is known of costs."),)),
            Section("Identity", (_identity(a, b),)),
        ),
    )


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
        ("tried before", f"{a.n_trials:,}", f"{b.n_trials:,}"),
        ("looks at the held-out time before", f"{a.n_openings:,}", f"{b.n_openings:,}"),
    )
    return Table(("", "A", "B"), rows)


def _lines(a: Side, b: Side) -> str:
    if a.run == b.run:
        return (
            f"{{-...-}} is only in A, {{+...+}} only in B, {{...}} is another number. organism evolve compare {a.run} "
            "says how two genomes of a run are related."
        )
    return "{-...-} is only in A, {+...+} only in B, {...} is another number."


def _gates(rows: tuple[GateRow, ...]) -> Table:
    missed = frozenset(place for place, row in enumerate(rows) if False in (row.passed_a, row.passed_b))
    return Table(
        ("slice", "stage", "A", "", "B", "", "asked for"),
        tuple(
            (
                row.slice,
                row.stage,
                row.measured_a or UNREACHED,
                _passed(row.passed_a),
                row.measured_b or UNREACHED,
                _passed(row.passed_b),
                _threshold(row),
            )
            for row in rows
        ),
        frozenset({2, 4}),
        missed,
    )


def _passed(value: bool | None) -> str:
    return {True: "pass", False: "MISSED", None: ""}[value]


def _threshold(row: GateRow) -> str:
    if row.threshold_a and row.threshold_b and row.threshold_a != row.threshold_b:
        return f"A {row.threshold_a}, B {row.threshold_b}"
    return row.threshold_a or row.threshold_b


def _same_gates(found: StrategyComparison) -> str:
    same = "the same rules" if found.a.policy_hash == found.b.policy_hash else "different rules"
    return f"Judged under {same}. The first miss ends a judgement: what comes after it was not measured."


def _slices(found: StrategyComparison) -> Iterator[Block]:
    if found.slices:
        yield _figures(found.slices)
        yield Paragraph(HOW.format(found.decided_on or "none of them"), is_note=True)
        yield from (Paragraph(f"{part.name}: no test, {part.untested}.") for part in found.slices if part.test is None)
    if found.sealed:
        yield Bullets(found.sealed)


def _figures(parts: tuple[SliceComparison, ...]) -> Table:
    heads = ("slice", "from", "to", "Sharpe A", "B", "B less A", "95 % interval", "p", "return A", "B")
    more = ("drawdown A", "B", "correlation", "bars", "left out")
    return Table((*heads, *more), tuple(_slice_row(part) for part in parts), frozenset(range(3, 15)))


def _slice_row(part: SliceComparison) -> tuple[str, ...]:
    test = part.test
    return (
        part.name,
        part.first,
        part.last,
        _known(part.a.sharpe),
        _known(part.b.sharpe),
        "" if test is None else f"{test.difference:+.2f}",
        "" if test is None else f"{test.low:+.2f} to {test.high:+.2f}",
        "" if test is None else share(test.p_value),
        *(_percent(value, sign=True) for value in (part.a.net_return, part.b.net_return)),
        *(_percent(value) for value in (part.a.max_drawdown, part.b.max_drawdown)),
        _known(part.correlation),
        f"{part.n_bars:,}",
        f"{part.n_left_out:,}",
    )


def _known(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}"


def _percent(value: float | None, *, sign: bool = False) -> str:
    return "none" if value is None else percent(value, sign=sign)


def _trades(found: Behaviour | None, note: str) -> Iterator[Block]:
    if found is None:
        yield Paragraph(note)
        return
    rows = [
        (
            coin.coin,
            f"{coin.n_same:,}",
            f"{coin.n_shifted:,}",
            f"{coin.n_removed:,}",
            f"{coin.n_added:,}",
            f"{coin.profit_before:,.0f}",
            f"{coin.profit_after:,.0f}",
        )
        for coin in found.coins
    ]
    heads = ("coin", "in both", "shifted", "only A", "only B", "profit A, USDC", "profit B, USDC")
    yield Table(heads, tuple(rows), frozenset(range(1, 7)))
    parts = f"Their equities part at {found.parts_at} UTC." if found.parts_at else "Their equities never part."
    yield Paragraph(
        f"In sample, {found.first} to {found.last}, simulated anew, each at its frozen scale. Shifted: the same side "
        f"at overlapping times, with another entry or exit. {parts}",
        is_note=True,
    )
    if found.changes:
        kinds = {"added": "only B", "removed": "only A", "shifted": "shifted"}
        shown = found.changes[:CHANGES]
        listed = tuple((kinds[one.kind], one.coin, one.side, one.before, one.after) for one in shown)
        yield Table(("the first that differ", "coin", "side", "A", "B"), listed)
        if found.n_changes > len(shown):
            yield Paragraph(f"And {found.n_changes - len(shown):,} more.", is_note=True)


def _costs(rows: tuple[CostRow, ...]) -> Table:
    heads = ("slice", "", "turnover a year", "trades", "fees, USDC", "funding paid, USDC")
    return Table(heads, tuple(_cost_row(row) for row in rows), frozenset({2, 3, 4, 5}))


def _cost_row(row: CostRow) -> tuple[str, ...]:
    turnover = "none" if row.turnover is None else f"{row.turnover:,.0f} x"
    amounts = ("" if value is None else f"{value:,.0f}" for value in (row.fees_usdc, row.funding_usdc))
    return (row.slice, row.side, turnover, f"{row.n_trades:,}", *amounts)


def _identity(a: Side, b: Side) -> Table:
    rows = (
        ("snapshot", a.snapshot_id, b.snapshot_id),
        ("policy", a.policy_hash, b.policy_hash),
        ("evidence", a.evidence_sha256, b.evidence_sha256),
        ("code", a.code_version, b.code_version),
    )
    return Table(("", "A", "B"), tuple((name, one[:16], other[:16]) for name, one, other in rows))
