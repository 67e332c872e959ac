"""How many bars a year has (clause T3 of docs/semantics.md)."""

from __future__ import annotations

import pytest

from data.errors import ConfigError
from data.intervals import bars_per_year, interval_ms, interval_name


@pytest.mark.parametrize(("name", "bars"), [("1m", 525_600), ("1h", 8_760), ("4h", 2_190), ("8h", 1_095), ("1d", 365)])
def test_a_year_has_365_days_of_bars(name: str, bars: int) -> None:
    """Clause T3: 365 days / interval."""
    assert bars_per_year(interval_ms(name)) == bars
    assert interval_name(interval_ms(name)) == name


def test_an_interval_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ConfigError, match="interval '7h' is unknown"):
        interval_ms("7h")
    with pytest.raises(ConfigError, match="interval of 7 ms is unknown"):
        interval_name(7)
