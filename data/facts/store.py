"""Observations in the lake: files that are only ever added, each named by its bytes.

::

    <lake>/facts/venue=V/<sha256>.json
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from data.canonical import sha256_hex
from data.durable import write_atomically
from data.errors import DataError
from data.facts.history import FactsHistory
from data.facts.observation import META, Observation
from data.intervals import DAY_MS
from data.lake_layout import NAME, check_format, mark_format
from data.shown import inert_line, shown

MAX_BYTES = 4 * 1024 * 1024
"""Of one observation: a thousand coins take a twentieth of it."""


def keep_observation(root: Path, observation: Observation) -> int:
    """Add what is new in an observation to the lake at `root`, and return of how many coins something is.

    Of a venue's own word a look of another day is kept although nothing has changed: it says that it has not.

    Raises
    ------
    DataError
        If the venue's name is none, or the lake was made by a newer version.
    """
    if NAME.fullmatch(observation.venue) is None:
        raise DataError(f"venue {shown(observation.venue)} is not a name: allowed are 1 to 20 letters, digits, hyphens")
    check_format(root)
    known = read_facts(root, observation.venue)
    fresh = tuple(facts for facts in observation.coins if not known.has(observation.source, facts))
    same_day = known.looked_ms is not None and known.looked_ms // DAY_MS == observation.seen_ms // DAY_MS
    if not fresh and (observation.source != META or same_day):
        return 0
    mark_format(root)
    content = observation.model_copy(update={"coins": fresh, "number": known.next_number}).encode()
    write_atomically(_folder(root, observation.venue) / f"{sha256_hex(content)}.json", content)
    return len(fresh)


def read_facts(root: Path, venue: str) -> FactsHistory:
    """Return all that is known of a venue's coins; nothing is known of one that nobody spoke about.

    Raises
    ------
    DataError
        If a file is damaged.
    """
    return FactsHistory([_read(path) for path in sorted(_folder(root, venue).glob("*.json"))])


def venues_with_facts(root: Path) -> Sequence[str]:
    """Return the venues about whose coins something is known, sorted by name."""
    return sorted(folder.name.partition("=")[2] for folder in root.glob("facts/venue=*") if any(folder.glob("*.json")))


def _folder(root: Path, venue: str) -> Path:
    return root / "facts" / f"venue={venue}"


def _read(path: Path) -> Observation:
    with path.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    if sha256_hex(content) != path.stem:
        raise DataError(
            f"{path} is damaged: its sha256 is not its name; delete it, and fetch or import its facts again"
        )
    try:
        return Observation.model_validate(json.loads(content))
    except (ValueError, ValidationError) as error:
        raise DataError(
            f"{path} does not say what this version can read: {inert_line(str(error), 200)}; move it away"
        ) from None
