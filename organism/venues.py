"""The venues that history is fetched from, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from data.errors import ConfigError
from data.sources.source import Source


def open_sources(venue: str, url: str | None, archive: Path) -> Sequence[Source]:
    """Return the sources of a venue, each of which the lake keeps under a name of its own; nobody is asked yet.

    Parameters
    ----------
    venue
        One of `VENUES`.
    url
        Where to ask instead of at the venue itself.
    archive
        Folder in which days of an archive are kept.

    Raises
    ------
    ConfigError
        If there is no venue of that name.
    """
    if venue not in VENUES:
        known = f"known are {', '.join(VENUES)}; of any other: organism data import"
        raise ConfigError(f"venue {venue!r} is none that can be asked; {known}")
    return VENUES[venue](url, archive)


# Libraries of a venue load when it is asked: each takes a second that no other venue should cost.


def _hyperliquid(url: str | None, archive: Path) -> Sequence[Source]:
    from data.hyperliquid.rest import MAINNET_URL, HyperliquidRest
    from data.sources.hyperliquid import HyperliquidSource

    del archive
    return (HyperliquidSource(HyperliquidRest(url or MAINNET_URL)),)


def _hyperliquid_archive(url: str | None, archive: Path) -> Sequence[Source]:
    from data.sources.archive_days import BUCKET, ArchiveDays
    from data.sources.hyperliquid_archive import ArchiveSource
    from data.sources.s3 import Bucket

    days = ArchiveDays(Bucket(BUCKET, url), archive / BUCKET)
    return ArchiveSource(days, "mid"), ArchiveSource(days, "mark")


def _binance(url: str | None, archive: Path) -> Sequence[Source]:
    from data.sources.ccxt_venues import BINANCE, CcxtVenue
    from data.sources.perpetuals import PerpetualSource

    del archive
    return (PerpetualSource(CcxtVenue(BINANCE, url), "binance"),)


def _okx(url: str | None, archive: Path) -> Sequence[Source]:
    from data.sources.ccxt_venues import OKX, CcxtVenue
    from data.sources.perpetuals import PerpetualSource

    del archive
    return (PerpetualSource(CcxtVenue(OKX, url), "okx"),)


VENUES: dict[str, Callable[[str | None, Path], Sequence[Source]]] = {
    "hyperliquid": _hyperliquid,
    "hyperliquid-archive": _hyperliquid_archive,
    "binance": _binance,
    "okx": _okx,
}
