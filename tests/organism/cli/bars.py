"""Two days of good bars, for tests to spoil."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

Frame = pd.DataFrame


def bars(n_bars: int = 48, first: str = "2024-01-01") -> Frame:
    times = pd.date_range(first, periods=n_bars, freq="h", tz="UTC")
    return Frame({"date": times, "open": 100.0, "high": 101.0, "low": 99.0, "close": 100.5, "volume": 5.0})


def with_value(column: str, value: float) -> Frame:
    frame = bars()
    frame.loc[7, column] = value
    return frame


def imported(organism: Callable[..., Any], tmp_path: Path) -> None:
    """Put 48 good bars of BTC into the home."""
    path = tmp_path / "good.csv"
    bars().to_csv(path, index=False)
    assert organism("data", "import", path, "--coin", "BTC", "--venue", "test").code == 0
