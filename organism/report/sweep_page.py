"""The page of a sweep: what is said of the neighbours of a rule, with maps of their Sharpe ratios."""

from __future__ import annotations

from collections.abc import Sequence

from organism.report.document_page import document_page
from organism.report.heat_maps import plane_map, row_map
from organism.report.in_words.neighbours import PLANE, row_name, sweep_document
from organism.sweep.scenarios import Sweep


def sweep_page(found: Sweep, strategy_id: str, rule: str, history: Sequence[str] = ()) -> str:
    """Return the page as text; `history` says where the bars are from."""
    rows = {row_name(place): row_map(row) for place, row in enumerate(found.rows)}
    plane = {} if found.plane is None else {PLANE: plane_map(found.plane)}
    return document_page(sweep_document(found, strategy_id, rule, history), pictures=plane | rows)
