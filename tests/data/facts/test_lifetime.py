"""From when to when a coin was traded, and how that is known."""

from __future__ import annotations

import pytest

from data.facts.history import FactsHistory
from data.facts.lifetime import KnownBy, Lifetime, lifetimes
from data.facts.observation import CoinFacts, Observation
from data.intervals import DAY_MS, HOUR_MS
from data.lake_entries import LakeEntry
from data.lake_layout import BARS, FUNDING

DAY_0 = 1_704_067_200_000


def at(number: float) -> int:
    return DAY_0 + round(number * DAY_MS)


def hours(coin: str, first: float, end: float, venue: str = "v") -> LakeEntry:
    """Return hourly bars that open on one day and close on another."""
    return LakeEntry(BARS, venue, coin, "1h", 1, at(first), at(end) - HOUR_MS)


def look(number: float, *coins: str, gone: str = "") -> Observation:
    facts = [CoinFacts(coin=coin, from_ms=at(number), is_delisted=coin == gone) for coin in coins]
    return Observation(venue="v", source="meta", seen_ms=at(number), coins=tuple(facts))


def file(coin: str, listed: float | None = None, delisted: float | None = None) -> Observation:
    facts = CoinFacts(
        coin=coin,
        from_ms=0,
        listed_ms=None if listed is None else at(listed),
        delisted_ms=None if delisted is None else at(delisted),
    )
    return Observation(venue="v", source="f.csv", seen_ms=0, coins=(facts,))


def life(coin: str, observations: list[Observation], entries: list[LakeEntry]) -> Lifetime:
    return lifetimes("v", FactsHistory(observations), entries)[coin]


def dates(found: Lifetime) -> tuple[object, ...]:
    return (found.listed_ms, found.listed_by.value, found.delisted_ms, found.delisted_by.value, found.is_gone)


OTHER = hours("OTHER", 0, 100)


@pytest.mark.parametrize(
    ("observations", "entries", "expected"),
    [
        ([], [OTHER, hours("X", 5, 100)], (at(5), "bars", None, "nothing", False)),
        # Its bars end while those of others go on for a day or more.
        ([], [OTHER, hours("X", 5, 99)], (at(5), "bars", at(99), "bars", True)),
        ([], [OTHER, hours("X", 5, 99.5)], (at(5), "bars", None, "nothing", False)),
        # The venue says that it is still there: its bars were not fetched.
        ([look(200, "X")], [OTHER, hours("X", 5, 50)], (at(5), "bars", None, "nothing", False)),
        # It was gone when the venue was first asked, and bars say since when.
        ([look(200, "X", gone="X")], [OTHER, hours("X", 5, 50)], (at(5), "bars", at(50), "bars", True)),
        ([look(200, "X", gone="X")], [OTHER], (None, "nothing", None, "nothing", True)),
        # It was there in one look and gone in the next.
        ([look(10, "X"), look(20, "X", gone="X")], [], (None, "nothing", at(20), "venue", True)),
        # One that an earlier look did not show was listed by the later one.
        ([look(10, "OTHER"), look(20, "X")], [], (at(20), "venue", None, "nothing", False)),
        ([look(10, "OTHER"), look(20, "X")], [hours("X", 15, 19)], (at(15), "bars", None, "nothing", False)),
        # A file knows better than all of them.
        ([file("X", 3, 60), look(200, "X")], [OTHER, hours("X", 5, 50)], (at(3), "file", at(60), "file", True)),
    ],
)
def test_dates_come_from_whoever_knows_best(
    observations: list[Observation], entries: list[LakeEntry], expected: tuple[object, ...]
) -> None:
    assert dates(life("X", observations, entries)) == expected


def test_intervals_are_compared_with_their_own_kind() -> None:
    """Minutes of one coin that reach further do not make the hours of another end early."""
    minutes = LakeEntry(BARS, "v", "OTHER", "1m", 1, at(90), at(120))
    assert not life("X", [], [OTHER, minutes, hours("X", 5, 100)]).is_gone


def test_settlements_reach_back_further_than_bars() -> None:
    funding = LakeEntry(FUNDING, "v", "X", None, 1, at(-200), at(100))
    assert life("X", [], [hours("X", 5, 100), funding]).listed_ms == at(-200)


def test_other_venues_say_nothing() -> None:
    assert list(lifetimes("v", FactsHistory([]), [hours("X", 0, 9, venue="w"), OTHER])) == ["OTHER"]


def test_a_coin_is_traded_from_its_listing_until_it_is_delisted() -> None:
    found = Lifetime("X", at(3), KnownBy.FILE, at(60), KnownBy.FILE, is_gone=True)
    assert [found.is_traded_at(at(number)) for number in (2.9, 3, 59.9, 60)] == [False, True, True, False]
    assert not Lifetime("X", None, KnownBy.NOTHING, None, KnownBy.NOTHING, is_gone=False).is_traded_at(at(0))
