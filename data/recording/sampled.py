"""Asset contexts of a stream as the lake keeps contexts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from data.bars import Contexts
from data.errors import DataError
from data.hyperliquid.wire import AssetContext
from data.lake import Lake
from data.recording.records import Record

NAMES = {
    "mark_price": "mark_price",
    "mid_price": "mid_price",
    "oracle_price": "oracle_price",
    "funding_rate": "funding",
    "open_interest": "open_interest",
    "premium": "premium",
    "day_notional_volume": "day_notional_volume",
}
"""What the lake calls what the venue says; the prices of an impact are not recorded."""


def keep_contexts(lake: Lake, venue: str, records: Sequence[Record], source: str) -> tuple[int, list[str]]:
    """Import the contexts among records; return how many there were, and what of them cannot be market data.

    The venue does not say when a context was, so that its time is that of its coming; of two at one time the later
    one counts. The same records again change nothing.
    """
    by_coin: dict[str, dict[int, AssetContext]] = defaultdict(dict)
    for record in records:
        if isinstance(record.told, AssetContext):
            by_coin[record.told.coin][record.received_ms] = record.told
    count, problems = 0, []
    for coin, told in sorted(by_coin.items()):
        try:
            lake.import_contexts(venue, coin, _contexts(told), source=source, on_conflict="correct")
        except DataError as error:
            problems.append(str(error))
        else:
            count += len(told)
    return count, problems


def _contexts(told: dict[int, AssetContext]) -> Contexts:
    times = np.array(sorted(told), dtype=np.int64)
    unknown = np.full(times.size, np.nan)
    # None becomes NaN.
    columns = {
        name: np.array([getattr(told[time_ms], said) for time_ms in times.tolist()], dtype=np.float64)
        for name, said in NAMES.items()
    }
    return Contexts(time_ms=times, bid_price=unknown, ask_price=unknown.copy(), **columns)
