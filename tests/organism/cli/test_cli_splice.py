"""`organism data splice`: from files of two venues to one market that says whose its bars are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.organism.cli.conftest import Done

Organism = Callable[..., Done]

RECIPE = """name = "two"
coin = "BTC"
[[part]]
venue = "old"
[[part]]
venue = "new"
start = 2024-01-03
[limits]
least_bars = 24
"""


def bars_file(path: Path, first: int, stop: int, ratio: float = 1.0) -> Path:
    """Write bars of so many hours after midnight of 2024-01-01: 100 and 102 in turn, times a ratio."""
    rows = ["ts,open,high,low,close,volume"]
    for hour in range(first, stop):
        price = (100.0 if hour % 2 == 0 else 102.0) * ratio
        rows.append(f"{1_704_067_200_000 + 3_600_000 * hour},{price},{price + 1},{price - 1},{price},5")
    path.write_text("\n".join(rows))
    return path


@pytest.fixture
def recipe(organism: Organism, tmp_path: Path) -> Path:
    for venue, first, stop in (("old", 0, 96), ("new", 24, 120)):
        file = bars_file(tmp_path / f"{venue}.csv", first, stop, ratio=1.001 if venue == "new" else 1.0)
        assert organism("data", "import", file, "--coin", "BTC", "--venue", venue).code == 0
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE)
    return path


def test_a_dry_run_reports_and_keeps_nothing(organism: Organism, recipe: Path) -> None:
    done = organism("data", "splice", recipe, "--dry-run")
    assert (done.code, done.err) == (0, "")
    assert "old to new at 2024-01-03 00:00 UTC:" in done.out
    assert "median basis  +0.1000 % (new over old)" in done.out
    assert done.out.endswith("nothing was kept: this was a dry run\n")
    assert "splice-two" not in organism("data", "list").out


def test_it_is_kept_listed_and_shown_and_again_the_same(organism: Organism, recipe: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    first = organism("data", "splice", recipe, "--page", page)
    assert first.code == 0
    assert "version 1 kept: 120 bars added, 0 corrected" in first.out
    shown = page.read_text()
    assert shown.count("<svg") == 2
    assert "old to new at 2024-01-03 00:00 UTC" in shown
    again = organism("data", "splice", recipe, "--json").json
    assert again["kept"] == {
        "version": 1,
        "is_new": False,
        "bars_added": 0,
        "bars_corrected": 0,
        "settlements_added": 0,
        "settlements_corrected": 0,
    }
    assert [(one["venue"], one["bars"], one["share"]) for one in again["stretches"]] == [
        ("old", 48, 0.4),
        ("new", 72, 0.6),
    ]
    assert [joint["n_bars"] for joint in again["joints"]] == [72]
    assert "splice-two: old to 2024-01-03, new" in organism("data", "list").out
    [entry] = [row for row in organism("data", "list", "--json").json["lake"] if row["venue"] == "splice-two"]
    assert [part["venue"] for part in entry["spliced"]] == ["old", "new"]


def test_a_joint_beyond_a_limit_is_a_no(organism: Organism, recipe: Path, tmp_path: Path) -> None:
    recipe.write_text(RECIPE.replace("least_bars = 24", "least_bars = 100"))
    done = organism("data", "splice", recipe, "--page", tmp_path / "page.html")
    assert (done.code, done.err) == (1, "")
    assert "REFUSED: both traded on 72 bars around it, needed are 100 (least_bars)" in done.out
    assert "nothing was kept: a joint breaks a limit" in done.out
    assert ">refused<" in (tmp_path / "page.html").read_text()
    assert organism("data", "splice", recipe, "--json").json["kept"] is None
    assert "splice-two" not in organism("data", "list").out


def test_a_wrong_recipe_is_refused_in_a_line(organism: Organism, recipe: Path) -> None:
    recipe.write_text(RECIPE.replace('venue = "new"', 'venue = "newer"'))
    wrong = organism("data", "splice", recipe)
    assert wrong.refuses("the lake has no bars of newer BTC 1h: it has new BTC 1h, old BTC 1h")
    recipe.write_text(RECIPE.replace("coin", "coyn"))
    assert organism("data", "splice", recipe).refuses("unknown key 'coyn'; did you mean 'coin'")
    assert organism("data", "splice", recipe.with_name("absent.toml")).refuses("absent.toml does not exist")
    assert "splice-two" not in organism("data", "list").out, "nothing is kept"


def test_a_check_says_what_it_is_made_of(organism: Organism, recipe: Path) -> None:
    organism("data", "splice", recipe)
    assert (
        "made of              old to 2024-01-03, new\n" in organism("data", "check", "BTC", "--venue", "splice-two").out
    )
    assert organism("data", "check", "BTC", "--venue", "old", "--json").json["made_of"] is None


def test_a_file_cannot_be_imported_among_spliced_bars(organism: Organism, recipe: Path, tmp_path: Path) -> None:
    file = bars_file(tmp_path / "more.csv", 120, 130)
    refused = organism("data", "import", file, "--coin", "BTC", "--venue", "splice-two")
    assert refused.refuses("only `organism data splice`")
    assert "splice-two" not in organism("data", "list").out, "nothing is kept"


def test_the_doctor_tells_what_was_interrupted_from_what_is_damaged(
    organism: Organism, recipe: Path, tmp_path: Path
) -> None:
    organism("data", "splice", recipe)
    lake = tmp_path / "home/lake"
    assert organism("doctor").code == 0
    [bars] = (lake / "bars/venue=splice-two").rglob("*.parquet")
    bars.unlink()
    parts = {part["what"]: part for part in organism("doctor", "--json").json}
    assert parts["splice splice-two BTC"]["state"] == "leftover"
    assert "run `organism data splice` with its recipe again" in parts["splice splice-two BTC"]["remedy"]
    [record] = (lake / "splices").rglob("*.json")
    record.write_bytes(b"{}")
    done = organism("doctor")
    assert done.code == 1
    assert "is damaged: its sha256 is not its name" in done.out
