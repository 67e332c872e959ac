"""What a universe hides: coins that were there and are gone, and when its own were chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from data.facts.lifetime import Lifetime, lifetimes
from data.intervals import interval_ms, utc_text
from data.lake import Lake
from data.manifest import Manifest
from data.splice.record import is_splice

NAMED = 6
"""Coins named in a sentence."""


@dataclass(frozen=True, slots=True)
class Survivorship:
    """A universe beside all coins that its venue is known to have had meanwhile."""

    venue: str
    """The venue, of a spliced market the last one."""
    coins: tuple[str, ...]
    gone: tuple[str, ...]
    """Of these: no longer traded, or their bars end before those of the others."""
    others: int
    """Coins that are not in the universe and may have traded during its time, as far as is known."""
    missing: tuple[str, ...]
    """Of these: no longer traded."""
    asked: str | None
    """When the venue was last asked for its coins; None if never, and then the others are only those known here."""
    listed_on: str | None
    """Day of which these are the coins; None if they were named, today."""

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON values, with the sentences."""
        return {**asdict(self), "said": list(sentences(self))}


def survivorship_of(manifest: Manifest, lake: Lake) -> Survivorship | None:
    """Return what is known of the coins beside a snapshot's; None of a made market.

    Parameters
    ----------
    manifest
        Of a snapshot made from the lake.
    """
    origin = manifest.origin
    if origin.get("source") != "lake":
        return None
    venue = _venue_of(origin)
    facts = lake.facts(venue)
    lives = lifetimes(venue, facts, lake.list())
    names = {coin: _name_at_venue(origin, coin) for coin in manifest.coins}
    first_ms, end_ms = manifest.first_ms, manifest.last_ms + interval_ms(manifest.interval)
    ended = {item.coin for item in manifest.instruments if item.delisted_ms is not None}
    own = set(names.values())
    others = [life for life in lives.values() if life.coin not in own and _meets(life, first_ms, end_ms)]
    looked_ms = facts.looked_ms
    return Survivorship(
        venue=venue,
        coins=manifest.coins,
        gone=tuple(coin for coin, name in names.items() if coin in ended or (name in lives and lives[name].is_gone)),
        others=len(others),
        missing=tuple(life.coin for life in others if life.is_gone),
        asked=None if looked_ms is None else utc_text(looked_ms)[:10],
        listed_on=origin.get("listed_on"),
    )


def sentences(found: Survivorship) -> Iterator[str]:
    """Yield what a reader of results has to know."""
    n_coins, n_known = len(found.coins), len(found.coins) + found.others
    how = (
        "chosen with the knowledge of today"
        if found.listed_on is None
        else f"of coins that were traded on {found.listed_on}"
    )
    gone = f"; no longer traded: {_named(found.gone)}" if found.gone else ""
    still = f"and {n_coins - len(found.gone)} of these {n_coins} still are" if n_coins > 1 else "alone"
    yield (
        f"The universe is {how}: {n_coins} of {n_known} coins of {found.venue} known to have traded meanwhile, "
        f"{still}{gone}."
    )
    if found.missing:
        yield (
            f"Coins that were delisted are missing, {len(found.missing)} that are known ({_named(found.missing)}), so "
            "results are flattered."
        )
    if found.asked is None:
        yield (
            f"Which coins {found.venue} has listed and delisted was never asked: there may be more, and results are "
            "flattered by whatever is missing (organism data fetch asks, organism data facts FILE tells)."
        )
    elif not found.missing and found.listed_on is None:
        yield f"As of {found.asked} no other coin of that time is known to be gone."


def _venue_of(origin: Mapping[str, Any]) -> str:
    venue: str = origin["venue"]
    if is_splice(venue):
        spliced = next(iter(origin.get("spliced", {}).values()), None)
        if spliced is not None:
            last: str = spliced["stretches"][-1]["venue"]
            return last
    return venue


def _name_at_venue(origin: Mapping[str, Any], coin: str) -> str:
    """Return what the venue calls a coin, which in a spliced market may have another name."""
    spliced = origin.get("spliced", {}).get(coin)
    name: str = coin if spliced is None else spliced["stretches"][-1]["coin"]
    return name


def _meets(life: Lifetime, first_ms: int, end_ms: int) -> bool:
    """Tell whether a coin may have been traded in [first_ms, end_ms); one without dates may."""
    starts_in_time = life.listed_ms is None or life.listed_ms < end_ms
    return starts_in_time and (life.delisted_ms is None or life.delisted_ms > first_ms)


def _named(coins: tuple[str, ...]) -> str:
    more = f" and {len(coins) - NAMED} more" if len(coins) > NAMED else ""
    return ", ".join(coins[:NAMED]) + more
