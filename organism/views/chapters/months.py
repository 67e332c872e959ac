"""What each calendar month brought, slice by slice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

import numpy as np

from organism.views.chapters.slices import JudgedSlice


@dataclass(frozen=True, slots=True)
class Month:
    """The judged days of one month."""

    month: int
    """1 to 12."""
    net_return: float
    """Fraction, compounded over the days below."""
    n_days: int
    """Judged days; fewer than the month has where a slice begins or ends in it."""


@dataclass(frozen=True, slots=True)
class YearRow:
    """The months of one year within one slice."""

    slice: str
    year: int
    months: tuple[Month, ...]
    """In order; months outside the slice are left out."""
    net_return: float
    """Of all its months together."""


def year_rows(slices: Sequence[JudgedSlice]) -> tuple[YearRow, ...]:
    """Return a row for each year of each slice that was not ruined, in order of time."""
    return tuple(row for part in slices if not part.is_ruined for row in _rows(part))


def _rows(part: JudgedSlice) -> list[YearRow]:
    days = part.days()
    stamps = [datetime.fromtimestamp(int(ms) / 1000, tz=UTC) for ms in days.day_ms]
    dated = list(zip(((stamp.year, stamp.month) for stamp in stamps), days.returns, strict=True))
    rows = []
    for year, of_year in groupby(dated, key=lambda item: item[0][0]):
        months = [_month(month, list(of_month)) for (_, month), of_month in groupby(of_year, key=lambda item: item[0])]
        growth = float(np.prod([1.0 + month.net_return for month in months]))
        rows.append(YearRow(part.name, year, tuple(months), growth - 1.0))
    return rows


def _month(month: int, days: Sequence[tuple[tuple[int, int], float]]) -> Month:
    growth = float(np.prod([1.0 + earned for _, earned in days]))
    return Month(month, growth - 1.0, len(days))
