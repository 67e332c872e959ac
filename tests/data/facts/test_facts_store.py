"""What was said about coins: kept once, in order, never forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.canonical import sha256_hex
from data.errors import DataError
from data.facts.lifetime import said_delisted, said_listed
from data.facts.observation import CoinFacts, Observation, seen
from data.facts.store import keep_observation, read_facts, venues_with_facts
from data.hyperliquid.wire import parse_meta
from data.intervals import DAY_MS

DAY_0 = 1_704_067_200_000  # 2024-01-01 00:00 UTC


def meta(number: int, *coins: dict[str, object]) -> Observation:
    """Return what the venue says at noon of the so-manieth day after the first."""
    rows = [{"szDecimals": 5, "maxLeverage": 40, **coin} for coin in coins]
    return seen("venue", parse_meta({"universe": rows}), DAY_0 + number * DAY_MS + DAY_MS // 2)


BTC, ETH = {"name": "BTC"}, {"name": "ETH", "szDecimals": 4, "maxLeverage": 25}


def files(root: Path) -> int:
    return len(list((root / "facts").rglob("*.json")))


def test_what_the_venue_says_comes_back_with_the_moment(tmp_path: Path) -> None:
    assert keep_observation(tmp_path, meta(0, BTC, {**ETH, "marginMode": "noCross"})) == 2
    known = read_facts(tmp_path, "venue")
    assert (known.coins, known.looked_ms) == (["BTC", "ETH"], DAY_0 + DAY_MS // 2)
    found = known.at("ETH", DAY_0 + DAY_MS)
    assert (found.size_decimals, found.max_leverage, found.margin) == (4, 25, "isolated")
    assert venues_with_facts(tmp_path) == ["venue"]


def test_only_what_has_changed_is_kept_again(tmp_path: Path) -> None:
    keep_observation(tmp_path, meta(0, BTC, ETH))
    assert keep_observation(tmp_path, meta(0, BTC, ETH)) == 0
    assert files(tmp_path) == 1
    # A look of another day says that nothing has changed.
    assert keep_observation(tmp_path, meta(1, BTC, ETH)) == 0
    assert (files(tmp_path), read_facts(tmp_path, "venue").looked_ms) == (2, DAY_0 + 3 * DAY_MS // 2)
    assert keep_observation(tmp_path, meta(2, {**BTC, "maxLeverage": 20}, ETH)) == 1
    assert keep_observation(tmp_path, meta(3, BTC, ETH)) == 1
    known = read_facts(tmp_path, "venue")
    assert [known.at("BTC", DAY_0 + number * DAY_MS).max_leverage for number in range(1, 6)] == [40, 40, 20, 40, 40]


def test_before_anything_was_seen_the_first_word_holds_and_says_since_when(tmp_path: Path) -> None:
    keep_observation(tmp_path, meta(5, BTC))
    early = read_facts(tmp_path, "venue").at("BTC", DAY_0)
    assert (early.max_leverage, early.from_ms) == (40, DAY_0 + 5 * DAY_MS + DAY_MS // 2)
    nobody = read_facts(tmp_path, "venue").at("NOBODY", DAY_0)
    assert (nobody.max_leverage, nobody.from_ms) == (None, None)


def test_what_a_file_says_of_the_past_stays_beside_what_the_venue_says_now(tmp_path: Path) -> None:
    keep_observation(tmp_path, meta(5, BTC))
    written = Observation(
        venue="venue", source="mine.csv", seen_ms=0, coins=(CoinFacts(coin="BTC", from_ms=DAY_0, max_leverage=50),)
    )
    assert keep_observation(tmp_path, written) == 1
    assert keep_observation(tmp_path, written) == 0
    known = read_facts(tmp_path, "venue")
    assert [known.at("BTC", DAY_0 + number * DAY_MS).max_leverage for number in (0, 5, 6)] == [50, 50, 40]
    assert known.at("BTC", DAY_0).size_decimals == 5
    assert [source for _, source in known.of("BTC")] == ["mine.csv", "meta"]


def test_a_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    keep_observation(tmp_path, meta(0, BTC))
    [path] = (tmp_path / "facts").rglob("*.json")
    path.write_bytes(path.read_bytes().replace(b"40", b"50"))
    with pytest.raises(DataError, match="is damaged: its sha256 is not its name"):
        read_facts(tmp_path, "venue")


def test_a_lake_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "lake.json").write_text('{"format":99}')
    with pytest.raises(DataError, match="made by a newer version"):
        keep_observation(tmp_path, meta(0, BTC))
    assert not (tmp_path / "facts").exists()


def test_a_venue_that_is_no_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a name"):
        keep_observation(tmp_path, meta(0, BTC).model_copy(update={"venue": "../x"}))


def test_whatever_name_a_venue_may_give_a_coin_is_kept(tmp_path: Path) -> None:
    """One odd name in its list must not keep everybody from fetching anything."""
    names = ["xyz:NVDA", "@107", "A/B", "U+1", "x#y"]
    assert keep_observation(tmp_path, meta(0, *({"name": name} for name in names))) == 5
    assert read_facts(tmp_path, "venue").coins == sorted(names)


def says(source: str = "mine.csv", from_ms: int = 0, **facts: int) -> Observation:
    """Return what a file says of BTC."""
    return Observation(
        venue="venue", source=source, seen_ms=0, coins=(CoinFacts(coin="BTC", from_ms=from_ms, **facts),)
    )


@pytest.mark.parametrize("last", range(12))
def test_of_two_files_that_say_otherwise_the_one_kept_later_counts(last: int, tmp_path: Path) -> None:
    """A corrected file is imported again under its name: their hashes do not say which counts."""
    days = [DAY_0 + number * DAY_MS for number in (*range(last), *range(last + 1, 12), last)]
    for day in days:
        assert keep_observation(tmp_path, says(delisted_ms=day, listed_ms=day - DAY_MS, max_leverage=day % 97 + 1)) == 1
    known = read_facts(tmp_path, "venue")
    assert said_delisted("BTC", known) == days[-1]
    assert said_listed("BTC", known) == days[-1] - DAY_MS
    assert known.at("BTC", DAY_0).max_leverage == days[-1] % 97 + 1


def test_a_correction_counts_whatever_day_its_other_facts_are_of(tmp_path: Path) -> None:
    keep_observation(tmp_path, says(from_ms=DAY_0, listed_ms=DAY_0, delisted_ms=DAY_0 + 9 * DAY_MS))
    # The second file does not say when it was listed, so that its row is of no day.
    keep_observation(tmp_path, says("corrected.csv", delisted_ms=DAY_0 + 5 * DAY_MS))
    assert said_delisted("BTC", read_facts(tmp_path, "venue")) == DAY_0 + 5 * DAY_MS


def test_what_was_taken_back_can_be_said_again(tmp_path: Path) -> None:
    first, second = says(delisted_ms=DAY_0), says(delisted_ms=DAY_0 + DAY_MS)
    assert [keep_observation(tmp_path, one) for one in (first, first, second, first, first)] == [1, 0, 1, 1, 0]
    assert said_delisted("BTC", read_facts(tmp_path, "venue")) == DAY_0


def test_files_that_speak_of_other_things_are_known_whatever_came_between(tmp_path: Path) -> None:
    dates, levels = says("dates.csv", listed_ms=DAY_0), says("levels.csv", from_ms=DAY_0, max_leverage=50)
    later = says("levels.csv", from_ms=DAY_0 + DAY_MS, max_leverage=20)
    assert [keep_observation(tmp_path, one) for one in (dates, levels, later, dates, levels)] == [1, 1, 1, 0, 0]
    assert files(tmp_path) == 3


def test_observations_of_before_they_were_numbered_are_read(tmp_path: Path) -> None:
    content = b'{"coins":[{"coin":"BTC","from_ms":0,"max_leverage":50}],"schema_version":1,"seen_ms":0,' + (
        b'"source":"mine.csv","venue":"venue"}'
    )
    place = tmp_path / "facts" / "venue=venue" / f"{sha256_hex(content)}.json"
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    assert keep_observation(tmp_path, says(max_leverage=50)) == 0
    assert keep_observation(tmp_path, says(max_leverage=20)) == 1
    assert read_facts(tmp_path, "venue").at("BTC", DAY_0).max_leverage == 20
