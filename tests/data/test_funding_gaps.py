"""Where settlements may be missing between others, in hours worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.bars import Funding
from data.fetching import missing_spans
from data.intervals import HOUR_MS
from data.lake import Lake
from data.sources.source import Span

MIDNIGHT_MS = 1_704_067_200_000


@pytest.mark.parametrize(
    ("hours", "gaps"),
    [
        ([*range(10)], []),
        ([0, 1, 2, 4, 5, 6], [(2, 4)]),
        ([0, 8, 16, 32, 40], [(16, 32)]),
        # From eight hours to one: the last of the long distances is asked about, those before it are not.
        ([0, 8, 16, 24, 25, 26, 27], [(16, 24)]),
        ([0, 1, 2, 3, 11, 19, 27], [(3, 11)]),
        # Near gaps are one.
        ([0, 1, 3, 5, 7, 8, 9], [(1, 7)]),
        ([0, 1, 3, 4, *range(5, 600), 601, 602], [(1, 3), (599, 601)]),
        ([0, 1], []),
        ([0, 5, 6], [(0, 5)]),
        ([0, 1, 6], [(1, 6)]),
    ],
)
def test_only_what_is_further_apart_than_its_neighbours_is_asked_for(
    hours: list[int], gaps: list[tuple[int, int]], tmp_path: Path
) -> None:
    lake = Lake(tmp_path)
    times = MIDNIGHT_MS + HOUR_MS * np.array(hours, dtype=np.int64)
    lake.import_funding("v", "BTC", Funding(times, np.full(times.size, 1e-4)), source="a")
    spans = list(missing_spans(lake, "v", Span("BTC", None, MIDNIGHT_MS, MIDNIGHT_MS + 700 * HOUR_MS)))
    found = [((one.start_ms - MIDNIGHT_MS) // HOUR_MS, (one.end_ms - MIDNIGHT_MS) // HOUR_MS) for one in spans]
    # An hour more, so that the settlement behind the gap is there to compare; and the last one on.
    assert found == [*((first, last + 1) for first, last in gaps), (hours[-1] - 1, 700)]
