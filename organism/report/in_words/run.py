"""What a run has come to, as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from organism.report.document import Block, Document, Figure, Paragraph, Section, Stamp, Table
from organism.report.in_words.market import strategies
from organism.report.table import known, percent
from organism.views.run_overview import GenerationRow, OtherRules, RunOverview

SHOWN_GENERATIONS = 12
PROGRESS, FUNNEL = "progress", "gates"
"""Names of the figures."""


def run_document(found: RunOverview) -> Document:
    """Return the document; the sentence about graduates comes first."""
    return Document(
        title=found.run,
        lead=(
            Paragraph(run_sentence(found)),
            *map(Stamp, found.stamps),
            Paragraph(found.section.description, is_note=True),
        ),
        sections=(
            Section("Strategies", strategies(found.section)),
            *([Section("Under other rules", tuple(_others(found)))] if found.others else []),
            Section("Gate by gate", _gates(found)),
            Section("Progress of the search", _progress(found.generations)),
            Section("Search and chance", _chance(found)),
            Section("Operators", _operators(found)),
            Section("Genotypes without fitness", _rejections(found)),
        ),
    )


def run_sentence(found: RunOverview) -> str:
    """Return how many graduated, of how many, under which rules."""
    if not found.words:
        return f"Nobody of its {found.n_registered:,} candidates was judged yet: organism validate."
    left = found.n_registered - sum(found.words.values())
    unjudged = f" {left:,} {'was' if left == 1 else 'were'} not judged." if left else ""
    others = " What other rules have answered stands by itself, below." if found.others else ""
    return f"{_counted(found)}{unjudged}{others}"


def _others(found: RunOverview) -> Iterator[Block]:
    """Say what other rules have answered; of this page nothing else is about them."""
    for rules in found.others:
        yield Paragraph(_counted(rules))
        yield from map(Stamp, rules.stamps)
    yield Paragraph("None of them is among the strategies and gates of this page.", is_note=True)


def _counted(rules: RunOverview | OtherRules) -> str:
    counted = ", ".join(f"{n:,} {word}" for word, n in rules.words.items())
    n_judged = sum(rules.words.values())
    return f"Of {n_judged:,} candidates that were judged under policy {rules.policy_hash[:12]}: {counted}."


def _gates(found: RunOverview) -> tuple[Block, ...]:
    if not found.gates:
        return (Paragraph("Nobody was judged."),)
    rows = tuple(
        (one.slice, one.stage, f"{one.n_asked:,}", f"{one.n_passed:,}", percent(one.n_passed / one.n_asked))
        for one in found.gates
    )
    return (
        Figure(FUNNEL),
        Table(("slice", "stage", "came", "passed", "share"), rows, frozenset({2, 3, 4})),
        Paragraph(
            "The first miss ends a judgement. Of those that pass the cheap stages only so many of a run are promoted "
            "to the others; the policy says how many.",
            is_note=True,
        ),
    )


def _progress(generations: Sequence[GenerationRow]) -> tuple[Block, ...]:
    if not generations:
        return (Paragraph("No generation was written down."),)
    step = max(1, -(-len(generations) // SHOWN_GENERATIONS))
    shown = [*generations[: len(generations) - 1 : step], generations[-1]]
    rows = tuple(
        (
            f"{one.generation:,}",
            *map(known, (one.best, one.median, one.hypervolume, one.diversity)),
            f"{one.n_trials:,}",
        )
        for one in shown
    )
    heads = ("generation", "best Sharpe", "median Sharpe", "hypervolume", "diversity", "genotypes scored")
    return (
        Figure(PROGRESS),
        Table(heads, rows, frozenset(range(6))),
        Paragraph("In sample, where the search has chosen: the best of many looks good by luck alone.", is_note=True),
    )


def _chance(found: RunOverview) -> tuple[Block, ...]:
    return (
        Paragraph(
            f"{found.n_trials:,} distinct genotypes were scored; {found.n_repeated:,} draws were thrown away because "
            "their genotype had been scored before."
        ),
        Paragraph(_random_search(found)),
    )


def _random_search(found: RunOverview) -> str:
    best = found.best_fresh
    fresh = "none with fitness" if best is None else f"the best with a Sharpe ratio of {best:.2f}"
    drawn = f"{found.n_fresh:,} rules were drawn afresh, {fresh}; the best of the search has {known(found.best)}."
    if found.is_beside:
        return (
            "Random search beside the run, as many rules from the same grammar on the same bars; what screens asked "
            f"besides is not among them: {drawn} What it finds is what looking so often finds without a search."
        )
    return (
        f"The random search inside the run: {drawn} It is a test only if both have drawn as many rules, as with: "
        f"organism evolve baseline {found.run}"
    )


def _operators(found: RunOverview) -> tuple[Block, ...]:
    rows = tuple((one.name, f"{one.n_made:,}", f"{one.n_kept:,}", percent(one.share_kept)) for one in found.operators)
    if not rows:
        return (Paragraph("Nothing was bred."),)
    note = "Kept: in the population or the hall of fame after the generation that made it."
    table = Table(("operator", "made", "kept", "share"), rows, frozenset({1, 2, 3}))
    return (table, Paragraph(note, is_note=True))


def _rejections(found: RunOverview) -> tuple[Block, ...]:
    if not found.rejections:
        return (Paragraph("None."),)
    rows = tuple((one.words, f"{one.n:,}") for one in found.rejections)
    return (Table(("why", "genotypes"), rows, frozenset({1})),)
