"""The page of a run: its strategies, the gates, and how the search went."""

from __future__ import annotations

from collections.abc import Iterator

from organism.report.document_page import document_page
from organism.report.in_words.run import FUNNEL, PROGRESS, run_document
from organism.report.plots.search import gates_figure, hypervolume_figure, sharpe_figure
from organism.report.plots.slot import Choice, Slot
from organism.views.run_overview import RunOverview


def run_page(found: RunOverview) -> str:
    """Return the page as text."""
    return document_page(run_document(found), tuple(_slots(found)))


def _slots(found: RunOverview) -> Iterator[Slot]:
    if found.gates:
        about = "Candidates that came to each gate: those that passed it, and those that ended there."
        yield Slot(FUNNEL, about, (Choice(gates_figure(found.gates)),))
    if found.generations:
        about = "Sharpe ratio in sample, or hypervolume of Sharpe ratio and brevity, generation by generation."
        choices = (
            Choice(sharpe_figure(found), "Sharpe ratio"),
            Choice(hypervolume_figure(found.generations), "hypervolume"),
        )
        yield Slot(PROGRESS, about, choices)
