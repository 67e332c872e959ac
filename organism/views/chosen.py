"""Which history of the lake a person means."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from data.errors import ConfigError, DataError
from data.intervals import interval_ms
from data.lake_entries import LakeEntry
from data.shown import shown


def chosen(
    entries: Sequence[LakeEntry], coin: str, interval: str, venue: str | None = None, *, against: str | None = None
) -> LakeEntry:
    """Return the bars of a coin; the venue may be left out where there is only one.

    Parameters
    ----------
    against
        Venue with which the bars will be compared: it is not meant where others are there as well.

    Raises
    ------
    ConfigError
        If the interval is unknown, several venues have such bars and none is named, or a venue would be compared with
        itself.
    DataError
        If the lake has no such bars; what it has that is near is listed.
    """
    interval_ms(interval)
    bars = [entry for entry in entries if entry.interval is not None]
    of_coin = _narrowed(bars, "coin", coin, "in the lake")
    of_interval = _narrowed(of_coin, "interval", interval, f"in the lake for {coin}")
    where = f"in the lake for {coin} {interval}"
    if against is not None:
        _narrowed(of_interval, "venue", against, where)
    others = [entry for entry in of_interval if entry.venue != against]
    if venue is not None and venue == against:
        raise ConfigError(f"{coin} {interval} of {venue} would be compared with itself: name another venue")
    if venue is not None:
        return _narrowed(of_interval, "venue", venue, where)[0]
    if not others:
        raise ConfigError(f"{coin} {interval} is in the lake from {against} alone: there is nothing to compare it with")
    if len(others) > 1:
        venues = ", ".join(entry.venue for entry in others)
        raise ConfigError(f"{coin} {interval} is in the lake from {venues}: say which with --venue")
    return others[0]


def _narrowed(entries: Sequence[LakeEntry], key: str, wanted: str, where: str) -> list[LakeEntry]:
    found = [entry for entry in entries if getattr(entry, key) == wanted]
    if found:
        return found
    known = sorted({str(getattr(entry, key)) for entry in entries})
    if not known:
        raise DataError("the lake has no bars yet: bring some with organism data fetch, or organism data import")
    # A coin is often typed in small letters.
    near = difflib.get_close_matches(wanted[:40].upper(), [name.upper() for name in known], n=5, cutoff=0.4)
    listed = [name for name in known if name.upper() in near] or known
    word = "near are" if len(listed) < len(known) else "there are" if len(known) > 1 else "there is"
    raise DataError(f"{key} {shown(wanted)} is not {where}: {word} {', '.join(listed)}; organism data list shows all")
