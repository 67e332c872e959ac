"""Rules of quality for contexts: what a venue said of a coin at moments."""

from __future__ import annotations

import numpy as np

from data.bars import Contexts
from data.errors import DataError
from data.intervals import utc_text
from data.market import BoolArray, FloatArray
from data.quality import QualityReport
from data.spacing import modal_spacing

MOST_RATE = 0.05
"""An hour: Hyperliquid's own limit is 4 %."""
MOST_RATIO = 10.0
"""Between mark and oracle, which follow each other: a price of a thousand coins is another unit, and so are cents."""

_PRICES = ("mark_price", "mid_price", "oracle_price", "bid_price", "ask_price")
_ALWAYS = ("mark_price", "oracle_price")
_AMOUNTS = ("open_interest", "day_notional_volume")


def check_contexts(contexts: Contexts, *, subject: str = "contexts") -> QualityReport:
    """Refuse what no venue can have said, and report how much of the time is covered.

    Raises
    ------
    DataError
        If there is no row, times are unsorted or double, a price is infinite, zero or negative, mark or oracle are
        missing or more than `MOST_RATIO` apart, a volume or the open interest is infinite or negative, a rate is more
        than `MOST_RATE`, or a premium is infinite. The message names the rule, how many rows break it, and the first
        of them.
    """
    if len(contexts) == 0:
        raise DataError(f"{subject}: empty; at least one row is needed")
    steps = np.append(1, np.diff(contexts.time_ms))
    mark, oracle = contexts.mark_price, contexts.oracle_price
    apart = (mark > oracle * MOST_RATIO) | (oracle > mark * MOST_RATIO)
    for wrong, what in (
        (steps == 0, "with the time of the one before (duplicate)"),
        (steps < 0, "earlier than the one before (unsorted)"),
        *((_no_price(getattr(contexts, name)), f"with infinite, zero or negative {name}") for name in _PRICES),
        *((np.isnan(getattr(contexts, name)), f"without {name}") for name in _ALWAYS),
        (apart, f"with mark_price and oracle_price more than {MOST_RATIO:g} times apart: mixed units"),
        *((_no_amount(getattr(contexts, name)), f"with infinite or negative {name}") for name in _AMOUNTS),
        (np.abs(contexts.funding_rate) > MOST_RATE, f"with funding_rate above {MOST_RATE:g} an hour: a percentage"),
        (np.isinf(contexts.premium), "with infinite premium"),
    ):
        _refuse(wrong, contexts, subject, what)
    first_ms, last_ms = int(contexts.time_ms[0]), int(contexts.time_ms[-1])
    spacing = modal_spacing(contexts.time_ms) if len(contexts) > 1 else 1
    n_expected = max(len(contexts), (last_ms - first_ms) // spacing + 1)
    return QualityReport(len(contexts), first_ms, last_ms, len(contexts) / n_expected, ())


def _no_price(values: FloatArray) -> BoolArray:
    wrong: BoolArray = np.isinf(values) | (values <= 0)
    return wrong


def _no_amount(values: FloatArray) -> BoolArray:
    wrong: BoolArray = np.isinf(values) | (values < 0)
    return wrong


def _refuse(wrong: BoolArray, contexts: Contexts, subject: str, what: str) -> None:
    if not wrong.any():
        return
    row = int(np.argmax(wrong))
    when = int(contexts.time_ms[row])
    raise DataError(
        f"{subject}: {np.count_nonzero(wrong)} of {wrong.size} rows {what}; first is row {row} at "
        f"{utc_text(when)} ({when} ms); allowed is none, repair the source"
    )
