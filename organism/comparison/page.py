"""Two strategies, or two runs, as a page."""

from __future__ import annotations

from organism.comparison.document import EQUITY, strategies_document
from organism.comparison.run_values import RunComparison
from organism.comparison.runs_document import runs_document
from organism.comparison.values import StrategyComparison
from organism.report.document import Document
from organism.report.document_page import document_page
from organism.report.plots.look import slice_text
from organism.report.plots.pairs import pair_figure
from organism.report.plots.slot import Choice, Slot

Found = StrategyComparison | RunComparison


def document_of(found: Found) -> Document:
    """Return what is said, for whatever shows it."""
    return strategies_document(found) if isinstance(found, StrategyComparison) else runs_document(found)


def comparison_page(found: Found) -> str:
    """Return the page as text."""
    slots = _slots(found) if isinstance(found, StrategyComparison) else ()
    return document_page(document_of(found), slots)


def _slots(found: StrategyComparison) -> tuple[Slot, ...]:
    if not found.curves:
        return ()
    names = found.a.id, found.b.id
    choices = tuple(Choice(pair_figure(pair, names), slice_text(pair.slice)) for pair in found.curves)
    about = "Net return of both on the bars that both have, after all costs; thinned, peaks and troughs kept."
    # What the search never saw says most.
    return (Slot(EQUITY, about, choices, chosen=len(choices) - 1),)
