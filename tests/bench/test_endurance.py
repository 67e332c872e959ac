"""The tenths of a long search, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bench.endurance.moments import Moment, memory_growth, rate_kept, tenths_of
from tests.bench.endurance.page import section

MIB = 2**20


def _steady(seconds: float) -> Moment:
    """Return a look at a search that draws 100 genomes a second, 80 of them new, and holds 50 MiB."""
    return Moment(seconds, round(100 * seconds), round(80 * seconds), 50 * MIB)


STEADY = [_steady(second) for second in range(5, 106)]
"""Looks every second from 5 s to 105 s, so that a tenth is ten seconds."""


def test_a_steady_search_has_ten_tenths_of_the_same_rates() -> None:
    tenths = tenths_of(STEADY)
    assert [(tenth.first.seconds, tenth.last.seconds) for tenth in tenths] == [
        (low, low + 10) for low in range(5, 105, 10)
    ]
    assert {tenth.nominal_rate for tenth in tenths} == {100.0}
    assert {tenth.unique_rate for tenth in tenths} == {80.0}
    assert (memory_growth(tenths), rate_kept(tenths)) == (1.0, 1.0)


def test_growth_is_the_most_of_later_tenths_over_the_most_of_the_first() -> None:
    # 60 MiB once in the first tenth, 75 MiB once in the seventh.
    held = {8: 60, 70: 75}
    moments = [replace(moment, held_bytes=held.get(int(moment.seconds), 50) * MIB) for moment in STEADY]
    assert memory_growth(tenths_of(moments)) == pytest.approx(75 / 60)


def test_rate_kept_is_that_of_the_second_half_over_the_first() -> None:
    # 100 genomes a second until 55 s, 50 a second from then on.
    slower = [
        moment if moment.seconds <= 55 else Moment(moment.seconds, 5_500 + 50 * int(moment.seconds - 55), 1, MIB)
        for moment in STEADY
    ]
    assert rate_kept(tenths_of(slower)) == pytest.approx(0.5)


def test_too_few_looks_are_refused() -> None:
    with pytest.raises(ValueError, match="look more often"):
        tenths_of(STEADY[::30])


def test_a_page_says_which_bars_are_missed() -> None:
    # 10,500 genomes in 105 s are 360,000 an hour; memory has not grown; the resumed search wrote other bytes.
    page = section(tenths_of(STEADY), is_same=False)
    assert "| nominal genomes an hour | 360,000 | at least 10,000,000 | **missed** |" in page
    assert "| 1.000 | at most 1.05 | held |" in page
    assert "| other bytes | same | **missed** |" in page
