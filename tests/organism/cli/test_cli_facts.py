"""`organism data facts` and `organism data list --at`: who was there, and since when that is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.organism.cli.conftest import Done

Organism = Callable[..., Done]
FACTS = """name,listed,delisted,size_decimals,max_leverage,margin
RDNT,2024-01-02,2024-01-03,0,3,isolated
BTC,,,5,40,cross
"""


@pytest.fixture
def written(organism: Organism, tmp_path: Path) -> Path:
    """Return a file of facts, beside a lake in which BTC has four days."""
    rows = [f"{1_704_067_200_000 + 3_600_000 * hour},100,101,99,100,5" for hour in range(96)]
    bars = tmp_path / "bars.csv"
    bars.write_text("\n".join(["ts,open,high,low,close,volume", *rows]))
    assert organism("data", "import", bars, "--coin", "BTC", "--venue", "hyperliquid").code == 0
    path = tmp_path / "coins.csv"
    path.write_text(FACTS)
    return path


def test_facts_of_a_file_are_kept_and_listed(organism: Organism, written: Path) -> None:
    done = organism("data", "facts", written)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        f"2 coins of hyperliquid have something new in {written}",
        "coins of hyperliquid: 2 known, never asked",
        "  BTC      history from 2024-01-01; 5 size decimals, leverage 40, cross",
        "  RDNT     listed 2024-01-02 (file), delisted 2024-01-03 (file); 0 size decimals, leverage 3, isolated, since "
        "2024-01-02",
    ]
    assert organism("data", "facts", written, "--json").json["new"] == 0
    assert organism("data", "facts").out.splitlines() == done.out.splitlines()[1:]


def test_a_day_has_the_coins_of_that_day(organism: Organism, written: Path) -> None:
    organism("data", "facts", written)
    for day, coins in (("2024-01-01", ["BTC"]), ("2024-01-03", ["BTC", "RDNT"]), ("2024-01-04", ["BTC"])):
        assert [coin["coin"] for coin in organism("data", "facts", "--at", day, "--json").json["coins"]] == coins
    [listed] = organism("data", "list", "--at", "2024-01-03", "--json").json["coins"]
    assert [(coin["coin"], coin["listed_by"], coin["has_bars"]) for coin in listed["coins"]] == [
        ("BTC", "bars", True),
        ("RDNT", "file", False),
    ]


def test_the_list_shows_coins_with_bars_and_counts_the_others(organism: Organism, written: Path) -> None:
    organism("data", "facts", written)
    out = organism("data", "list").out
    assert "  BTC      history from 2024-01-01; 5 size decimals, leverage 40, cross\n" in out
    assert "  and 1 without bars here; organism data facts lists them\n" in out


def test_a_wrong_file_is_refused_and_nothing_is_kept(organism: Organism, written: Path, tmp_path: Path) -> None:
    written.write_text(FACTS.replace("margin", "margn"))
    organism("data", "facts", written).refuses("unknown key 'coin.0.margn'; did you mean 'margin'")
    assert not (tmp_path / "home/lake/facts").exists()
