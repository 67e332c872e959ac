"""What somebody said about coins of a venue: the venue itself on some day, or a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from data.canonical import canonical_json
from data.hyperliquid.wire import AssetMeta
from data.settings import Settings

META = "meta"
"""Source of what the venue itself says of all of its coins at one moment."""
LATEST_MS = 4_102_444_800_000
"""2100."""

DATES = frozenset({"listed_ms", "delisted_ms"})
"""What holds of a coin whatever the time."""

Moment = Annotated[int, Field(ge=0, lt=LATEST_MS)]


class CoinFacts(Settings):
    """What was said about one coin; None is what was not said."""

    coin: str = Field(pattern=r"^[A-Za-z0-9@#+_:/-]{1,40}$")
    """Whatever name a venue may give one."""
    from_ms: Moment
    """From when on it is known to hold: when it was seen, or what a file says; 0 for always."""
    size_decimals: int | None = Field(None, ge=0, le=18)
    """The lot is 10 to the minus this, in coins."""
    max_leverage: int | None = Field(None, ge=1, le=1000)
    margin: Literal["cross", "isolated"] | None = None
    """Whether a position may share the margin of others, or has to have its own."""
    is_delisted: bool | None = None
    """Whether it was no longer traded at `from_ms`; since when is not said."""
    listed_ms: Moment | None = None
    """First moment of trading."""
    delisted_ms: Moment | None = None
    """Last moment of trading."""

    def said(self) -> dict[str, object]:
        """Return what was said, without from when on."""
        return self.model_dump(exclude={"coin", "from_ms"}, exclude_none=True)

    def contradicts(self, other: CoinFacts) -> bool:
        """Tell whether both cannot be right: another date, or another lot, leverage or margin from the same moment."""
        said, others = self.said(), other.said()
        names = said.keys() if self.from_ms == other.from_ms else said.keys() & DATES
        return any(said[name] != others.get(name, said[name]) for name in names)


class Observation(Settings):
    """What one source said, once."""

    schema_version: Literal[1] = 1
    venue: str
    source: str = Field(max_length=80)
    """`meta`, or the name of a file."""
    seen_ms: Moment
    """When the venue said it, by its own clock; 0 for a file, whose rows have their own dates."""
    number: int = Field(0, ge=0)
    """How many were kept before it, or more: of two that contradict each other the later one counts. 0 is not kept yet,
    or was kept before there were numbers."""
    coins: tuple[CoinFacts, ...]
    """Of the venue only those about which it had said something else, or nothing, before."""

    def encode(self) -> bytes:
        """Return the bytes of its file."""
        return canonical_json(self.model_dump(mode="json", exclude_none=True))


def seen(venue: str, assets: Sequence[AssetMeta], seen_ms: int) -> Observation:
    """Return what the venue says of its coins as an observation."""
    return Observation(
        venue=venue,
        source=META,
        seen_ms=seen_ms,
        coins=tuple(
            CoinFacts(
                coin=asset.name,
                from_ms=seen_ms,
                size_decimals=asset.size_decimals,
                max_leverage=asset.max_leverage,
                margin="isolated" if asset.only_isolated else "cross",
                is_delisted=asset.is_delisted,
            )
            for asset in assets
        ),
    )
