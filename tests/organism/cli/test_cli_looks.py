"""`organism data check` and `organism data show` on a lake of a few days."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

Organism = Callable[..., Any]
N_BARS = 72


def bars(drop: tuple[int, ...] = ()) -> pd.DataFrame:
    """Return three days of hourly bars that go up and down, without some."""
    times = pd.date_range("2024-01-01", periods=N_BARS, freq="h", tz="UTC")
    close = [100.0 + hour % 2 for hour in range(N_BARS)]
    frame = pd.DataFrame({"date": times, "open": 100.0, "high": 102.0, "low": 99.0, "close": close, "volume": 5.0})
    return frame.drop(index=list(drop))


@pytest.fixture
def lake(organism: Organism, tmp_path: Path) -> Organism:
    """Return the command line with BTC of two venues in the lake; `holed` lacks two bars and has funding."""
    funding = pd.DataFrame(
        {"date": pd.date_range("2024-01-01", periods=9, freq="8h", tz="UTC"), "funding_rate": 0.0001}
    )
    funding.to_csv(tmp_path / "funding.csv", index=False)
    for venue, drop in (("whole", ()), ("holed", (30, 31))):
        path = tmp_path / f"{venue}.csv"
        bars(drop).to_csv(path, index=False)
        more = ["--funding", tmp_path / "funding.csv"] if drop else []
        assert organism("data", "import", path, "--coin", "BTC", "--venue", venue, *more).code == 0
    return organism


def test_a_history_with_a_gap_is_answered_with_no(lake: Organism, tmp_path: Path) -> None:
    page = tmp_path / "pages" / "btc.html"
    done = lake("data", "check", "BTC", "1h", "--venue", "holed", "--against", "whole", "--page", page)
    assert (done.code, done.err) == (1, "")
    assert "BTC 1h of holed: not clean: 1 gap of 2 bars together\n" in done.out
    assert re.search(r"bars +70 of 72 expected, 97.22 %", done.out)
    assert re.search(r"bars in common +70 of 72, 97.22 %", done.out)
    assert "2024-01-02 06:00  2024-01-02 07:00  2" in done.out
    assert "<title>2024-01-02: 91.67 %</title>" in page.read_text(encoding="utf-8")


def test_of_two_venues_the_one_that_is_not_compared_with_is_looked_at(lake: Organism) -> None:
    done = lake("data", "check", "BTC", "1h", "--against", "whole")
    assert done.out.startswith("BTC 1h of holed: not clean")


def test_a_whole_history_is_answered_with_yes(lake: Organism) -> None:
    done = lake("data", "check", "BTC", "--venue", "whole")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("BTC 1h of whole: clean: no gaps, no outliers\n")
    value = lake("data", "check", "BTC", "--venue", "whole", "--json").json
    assert (value["is_clean"], value["bars"], value["funding"], value["page"]) == (True, N_BARS, None, None)


def test_how_far_venues_may_differ_is_an_option(lake: Organism, tmp_path: Path) -> None:
    path = tmp_path / "dear.csv"
    dear = bars()
    for name in ("open", "high", "low", "close"):
        dear[name] *= 1.005
    dear.to_csv(path, index=False)
    assert lake("data", "import", path, "--coin", "BTC", "--venue", "dear").code == 0
    asked = ["data", "check", "BTC", "--venue", "whole", "--against", "dear"]
    assert lake(*asked).code == 0
    done = lake(*asked, "--basis", "0.004")
    assert done.code == 1
    assert f"not clean: {N_BARS} disagreements with dear" in done.out


def test_a_file_is_still_checked_before_it_is_imported(organism: Organism, tmp_path: Path) -> None:
    path = tmp_path / "bars.csv"
    bars((5,)).to_csv(path, index=False)
    done = organism("data", "check", path, "1h")
    assert (done.code, done.err) == (0, "")
    assert "71 rows" in done.out
    assert not (tmp_path / "home").exists()
    assert organism("data", "check", path, "--page", "x.html").refuses("are for a coin of the lake, not for a file")
    assert organism("data", "check", path, "30s").refuses("interval '30s' is unknown")


def test_candles_are_drawn_in_words_and_on_a_page(lake: Organism, tmp_path: Path) -> None:
    page = tmp_path / "show.html"
    done = lake("data", "show", "BTC", "1h", "--venue", "holed", "--page", page)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("BTC 1h of holed: 101, +1.00 %\n")
    assert "\n2024-01-01 00:00 to 2024-01-04 00:00 UTC, 70 bars, 1 h a candle\n" in done.out
    assert "\x1b" not in done.out
    # 72 places beside an axis of 12 characters: every row of the drawing has them all.
    rows = [line for line in done.out.split("\n") if re.match(r".{11}[┤│├└]", line)]
    assert {len(row) for row in rows} == {12 + N_BARS}
    assert "\u00d7 no bars" in done.out
    text = page.read_text(encoding="utf-8")
    assert "<h1>BTC 1h of holed</h1>" in text
    assert len(text) < 40_000


def test_a_stretch_is_chosen_by_dates_or_by_number(lake: Organism) -> None:
    day = lake("data", "show", "BTC", "--venue", "whole", "--from", "2024-01-02", "--to", "2024-01-03", "--json").json
    assert [day["bars"], len(day["candles"]), day["candle_ms"]] == [24, 24, 3_600_000]
    assert [day["candles"][row]["time"] for row in (0, -1)] == ["2024-01-02 00:00", "2024-01-02 23:00"]
    last = lake("data", "show", "BTC", "--venue", "whole", "--last", "5", "--json").json
    assert (last["bars"], last["candles"][0]["time"]) == (5, "2024-01-03 19:00")
    assert last["candles"][0]["funding_a_year"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "BTC"], "BTC 1h is in the lake from holed, whole: say which with --venue"),
        (["check", "BTX", "1h"], "coin 'BTX' is not in the lake: there is BTC"),
        (["check", "BTC", "30m"], "interval '30m' is not in the lake for BTC: there is 1h"),
        (["check", "BTC", "1h", "--venue", "whol"], "venue 'whol' is not in the lake for BTC 1h: there are"),
        (["check", "BTC", "--venue", "whole", "--against", "x"], "venue 'x' is not in the lake for BTC 1h"),
        (["check", "BTC", "--venue", "whole", "--basis", "0"], "Invalid value for '--basis'"),
        (["check", "BTC", "--venue", "whole", "--basis", "nan"], "Invalid value for '--basis'"),
        (["show", "BTX"], "coin 'BTX' is not in the lake"),
        (["show", "BTC", "2h", "--venue", "whole"], "interval '2h' is not in the lake for BTC"),
        (["show", "BTC", "--venue", "whole", "--from", "2025-01-01"], "there are no bars from 2025-01-01 00:00"),
        (["show", "BTC", "--venue", "whole", "--from", "yesterday"], "Invalid value for '--from'"),
        (["show", "BTC", "--venue", "whole", "--last", "0"], "Invalid value for '--last'"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(arguments: list[str], message: str, lake: Organism) -> None:
    assert lake("data", *arguments).refuses(message)


def test_bars_of_tomorrow_are_refused_by_check_and_import(organism: Organism, tmp_path: Path) -> None:
    times = pd.date_range("2090-01-01", periods=3, freq="h", tz="UTC")
    path = tmp_path / "tomorrow.csv"
    bars().iloc[:3].assign(date=times).to_csv(path, index=False)
    organism("data", "check", path).refuses("3 of 3 rows are not over at .*: leave out what is in progress, or set the")
    organism("data", "import", path, "--coin", "BTC", "--venue", "v").refuses("are not over")
    assert not (tmp_path / "home").exists()


def test_venues_that_count_in_other_units_are_told_so(lake: Organism, tmp_path: Path) -> None:
    path = tmp_path / "thousand.csv"
    prices = ["open", "high", "low", "close"]
    frame = bars()
    frame[prices] *= 1000.0
    frame.to_csv(path, index=False)
    assert lake("data", "import", path, "--coin", "BTC", "--venue", "bulk").code == 0
    done = lake("data", "check", "BTC", "1h", "--venue", "bulk", "--against", "whole")
    assert done.code == 1
    assert "closes are 1000 times those of whole: do both count in the same units?" in done.out
