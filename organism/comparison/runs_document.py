"""What is said of two runs, as a document."""

from __future__ import annotations

from organism.comparison.answer import share
from organism.comparison.document import stamps
from organism.comparison.run_values import GatePair, RunComparison, RunSide
from organism.report.document import Bullets, Document, Paragraph, Section, Table
from organism.report.table import known


def runs_document(found: RunComparison) -> Document:
    """Return the answer, and then all that it rests on."""
    return Document(
        title=f"Run A {found.a.run} beside run B {found.b.run}",
        lead=(
            Paragraph(found.sentence),
            *stamps(found.a.stamps, found.b.stamps),
            Paragraph(" ".join(found.history), is_note=True),
        ),
        sections=(
            Section("The two", (_sides(found.a, found.b),)),
            Section("What the answer does not say", (Bullets(found.cautions),)),
            Section(
                "Shares of candidates",
                (
                    _shares(found),
                    Paragraph("p: how often luck alone makes shares as far apart (Fisher's exact test).", is_note=True),
                ),
            ),
            Section("Gate by gate: passed of those that came so far", (_gates(found.gates),)),
            Section("Settings that differ", (_settings(found),)),
        ),
    )


def _sides(a: RunSide, b: RunSide) -> Table:
    rows = (
        ("run", a.run, b.run),
        ("state", a.state, b.state),
        ("market", a.market or "not in this home", b.market or "not in this home"),
        ("seed", str(a.seed), str(b.seed)),
        ("last generation", _whole(a.generation), _whole(b.generation)),
        ("distinct genotypes scored", _whole(a.n_trials), _whole(b.n_trials)),
        ("draws repeated", _whole(a.n_repeated), _whole(b.n_repeated)),
        ("genotypes without fitness", _whole(a.n_rejected), _whole(b.n_rejected)),
        ("best Sharpe ratio in sample", known(a.best), known(b.best)),
        ("median of the last generation", known(a.median), known(b.median)),
        ("hypervolume", known(a.hypervolume), known(b.hypervolume)),
        ("rules of random search", _whole(a.n_fresh), _whole(b.n_fresh)),
        ("best of those", known(a.best_fresh), known(b.best_fresh)),
        ("handed to the gauntlet", _whole(a.n_registered), _whole(b.n_registered)),
        ("judged", _whole(a.n_judged), _whole(b.n_judged)),
        ("graduated", _whole(a.n_graduates), _whole(b.n_graduates)),
    )
    return Table(("", "A", "B"), rows)


def _shares(found: RunComparison) -> Table:
    rows = tuple(
        (
            one.what,
            f"{one.passed_a:,} of {one.judged_a:,}",
            f"{one.passed_b:,} of {one.judged_b:,}",
            "" if one.p_value is None else share(one.p_value),
        )
        for one in found.shares
    )
    return Table(("", "A", "B", "p"), rows, frozenset({1, 2, 3}))


def _gates(gates: tuple[GatePair, ...]) -> Table | Paragraph:
    if not gates:
        return Paragraph("Nobody of the two was judged.")
    rows = tuple(
        (gate.slice, gate.stage, _of(gate.passed_a, gate.asked_a), _of(gate.passed_b, gate.asked_b)) for gate in gates
    )
    return Table(("slice", "stage", "A", "B"), rows, frozenset({2, 3}))


def _settings(found: RunComparison) -> Table | Paragraph:
    if not found.settings:
        return Paragraph("None.")
    rows = tuple((row.name, row.a or "not there", row.b or "not there") for row in found.settings)
    return Table(("setting", "A", "B"), rows)


def _of(n_passed: int, n_asked: int) -> str:
    return f"{n_passed:,} of {n_asked:,}" if n_asked else "nobody"


def _whole(value: int | None) -> str:
    return "none" if value is None else f"{value:,}"
