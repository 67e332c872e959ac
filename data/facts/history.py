"""Everything that was ever said about a venue's coins, in order of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data.facts.observation import META, CoinFacts, Observation


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What holds of a coin at some moment, as far as is known."""

    size_decimals: int | None
    max_leverage: int | None
    margin: str | None
    from_ms: int | None
    """Since when the youngest of these is known; later than the moment asked about where nothing was known by then.
    None where nothing ever was."""


class FactsHistory:
    """What was said about each coin.

    Parameters
    ----------
    observations
        In any order.
    """

    def __init__(self, observations: Sequence[Observation]) -> None:
        self._kept: dict[str, list[tuple[CoinFacts, str]]] = {}
        for observation in sorted(observations, key=lambda one: (one.number, one.source)):
            for facts in observation.coins:
                self._kept.setdefault(facts.coin, []).append((facts, observation.source))
        # A file is somebody's knowledge of the past: of one moment it goes before what the venue says now, and a later
        # file before an earlier one.
        self._said = {
            coin: sorted(rows, key=lambda row: (row[0].from_ms, row[1] != META)) for coin, rows in self._kept.items()
        }
        self.next_number = max((observation.number for observation in observations), default=0) + 1
        """Of the observation that is kept next."""
        looks = [observation.seen_ms for observation in observations if observation.source == META]
        self.looked_ms = max(looks, default=None)
        """When the venue was last asked; None if it never was."""
        self.first_look_ms = min(looks, default=None)

    @property
    def coins(self) -> Sequence[str]:
        """Coins about which something is known, sorted by name."""
        return sorted(self._said)

    def of(self, coin: str) -> Sequence[tuple[CoinFacts, str]]:
        """Return what was said about a coin with who said it, in order of time."""
        return tuple(self._said.get(coin, ()))

    def written(self, coin: str) -> Sequence[CoinFacts]:
        """Return what files say of a coin, in the order in which they were kept."""
        return [row for row, source in self._kept.get(coin, ()) if source != META]

    def has(self, source: str, facts: CoinFacts) -> bool:
        """Tell whether a source has said just this before, and nobody has contradicted it since."""
        if source == META:
            own = [row for row, who in self.of(facts.coin) if who == META]
            return bool(own) and own[-1].said() == facts.said()
        kept = self._kept.get(facts.coin, [])
        if (facts, source) not in kept:
            return False
        since = kept[len(kept) - kept[::-1].index((facts, source)) :]
        return not any(row.contradicts(facts) for row, who in since if who != META)

    def at(self, coin: str, time_ms: int) -> KnownFacts:
        """Return what held of a coin at a moment: the last word up to then, else the first one after."""
        found: dict[str, Any] = {}
        since: list[int] = []
        for name in ("size_decimals", "max_leverage", "margin"):
            said = [(row.from_ms, getattr(row, name)) for row, _ in self.of(coin) if getattr(row, name) is not None]
            before = [one for one in said if one[0] <= time_ms]
            chosen = before[-1] if before else said[0] if said else (None, None)
            found[name] = chosen[1]
            if chosen[0] is not None:
                since.append(chosen[0])
        return KnownFacts(**found, from_ms=max(since, default=None))
