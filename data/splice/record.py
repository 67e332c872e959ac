"""What a spliced market is made of, written beside the lake's other folders: one file a version, named by its bytes.

::

    <lake>/splices/venue=splice-NAME/coin=C/0001-<sha256>.json

The file holds the recipe, what each venue gave with its hash, each joint as measured, and the hash of the result.
Neither a moment nor a path is in it: the same recipe on the same histories gives the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field, ValidationError

from data.bars import Bars, Funding
from data.canonical import canonical_json, sha256_hex
from data.errors import DataError
from data.lake_layout import Series
from data.market import IntArray
from data.settings import Settings
from data.shown import inert_line
from data.splice.build import Spliced, Stretch, hash_bars, hash_funding
from data.splice.joint import Joint
from data.splice.recipe import PREFIX, Recipe

FILE = re.compile(r"([0-9]{4,9})-([0-9a-f]{64})\.json")
ADVICE = "run `organism data splice` with its recipe again"


class UnfinishedError(DataError):
    """Making a spliced market was interrupted; the same recipe again does the rest."""


class JointRecord(Settings):
    """A joint as it was measured; see `data.splice.joint.Joint`. None stands for what is not finite."""

    time_ms: int
    before: str
    after: str
    n_bars: int
    first_ms: int | None
    last_ms: int | None
    basis_median: float | None
    basis_worst: float | None
    worst_ms: int | None
    share_apart: float | None
    correlation: float | None
    step: float | None
    n_missing: int


class SpliceRecord(Settings):
    """One version of a spliced market."""

    schema_version: Literal[1] = 1
    recipe: Recipe
    recipe_sha256: str
    stretches: tuple[Stretch, ...] = Field(min_length=1)
    """In order of time."""
    joints: tuple[JointRecord, ...]
    bars_sha256: str
    """Of the bars that were made."""
    funding_sha256: str | None
    """Of the settlements that were made; None without any."""

    def encode(self) -> bytes:
        """Return the bytes of its file."""
        return canonical_json(self.model_dump(mode="json"))

    def venues_of(self, time_ms: IntArray) -> IntArray:
        """Return of each bar the place of its stretch in `stretches`, shape (n_bars,), by the bar's open."""
        ends = np.array([stretch.end_ms for stretch in self.stretches[:-1]], dtype=np.int64)
        return np.searchsorted(ends, time_ms, side="right")


def is_splice(venue: str) -> bool:
    """Tell whether a venue's name is that of a spliced market."""
    return venue.startswith(PREFIX)


def record_of(spliced: Spliced) -> SpliceRecord:
    """Return what there is to write down of a market that was made."""
    return SpliceRecord(
        recipe=spliced.recipe,
        recipe_sha256=spliced.recipe.sha256(),
        stretches=spliced.stretches,
        joints=tuple(map(joint_record, spliced.joints)),
        bars_sha256=hash_bars(spliced.bars),
        funding_sha256=None if spliced.funding is None else hash_funding(spliced.funding),
    )


def joint_record(joint: Joint) -> JointRecord:
    """Return a joint as plain values."""
    times = joint.overlap.time_ms
    return JointRecord(
        time_ms=joint.time_ms,
        before=joint.before,
        after=joint.after,
        n_bars=joint.n_bars,
        first_ms=int(times[0]) if times.size else None,
        last_ms=int(times[-1]) if times.size else None,
        basis_median=_known(joint.basis_median),
        basis_worst=_known(joint.basis_worst),
        worst_ms=joint.worst_ms,
        share_apart=_known(joint.share_apart),
        correlation=_known(joint.correlation),
        step=_known(joint.step),
        n_missing=joint.n_missing,
    )


def records_folder(root: Path, venue: str, coin: str) -> Path:
    """Return where the versions of a spliced market are written down."""
    return root / "splices" / f"venue={venue}" / f"coin={coin}"


def newest(root: Path, venue: str, coin: str) -> tuple[int, SpliceRecord] | None:
    """Return the number of the newest version and what it says; None if there is none.

    Raises
    ------
    DataError
        If its file is damaged.
    """
    paths = records_folder(root, venue, coin).glob("*.json")
    found = [(int(match[1]), path) for path in paths if (match := FILE.fullmatch(path.name))]
    if not found:
        return None
    number, path = max(found)
    return number, _read(path)


def all_splices(root: Path) -> Iterator[tuple[str, str]]:
    """Yield venue and coin of every spliced market that was ever begun, sorted."""
    for folder in sorted(root.glob("splices/venue=*/coin=*")):
        if any(folder.glob("*.json")):
            yield folder.parent.name.partition("=")[2], folder.name.partition("=")[2]


def check_bars_whole(series: Series, bars: Bars, found: tuple[int, SpliceRecord] | None) -> None:
    """Refuse bars that are not those of the newest version: making it was interrupted, or something was added.

    Raises
    ------
    UnfinishedError
        Saying what to do.
    """
    if found is None or hash_bars(bars) != found[1].bars_sha256:
        raise not_whole(series)


def check_funding_whole(series: Series, funding: Funding | None, found: tuple[int, SpliceRecord] | None) -> None:
    """As `check_bars_whole`, for settlements, of which there may be none."""
    expected = None if found is None else found[1].funding_sha256
    if (None if funding is None else hash_funding(funding)) != expected:
        raise not_whole(series)


def not_whole(series: Series) -> UnfinishedError:
    """Return what to say of a history that was not made to the end."""
    return UnfinishedError(f"{series}: not what the newest version of its recipe makes; it was interrupted: {ADVICE}")


def origin_of(record: SpliceRecord) -> dict[str, Any]:
    """Return what a snapshot says about where its bars are from."""
    return {
        "recipe_sha256": record.recipe_sha256,
        "join": record.recipe.join.value,
        "stretches": [
            {
                "venue": stretch.venue,
                "coin": stretch.coin,
                "first_ms": stretch.first_ms,
                "end_ms": stretch.end_ms,
                "price_factor": stretch.price_factor,
            }
            for stretch in record.stretches
        ],
    }


def _read(path: Path) -> SpliceRecord:
    content = path.read_bytes()
    match = FILE.fullmatch(path.name)
    if match is None or sha256_hex(content) != match[2]:
        raise DataError(f"{path} is damaged: its sha256 is not its name; delete it and {ADVICE}")
    try:
        return SpliceRecord.model_validate(json.loads(content))
    except (ValueError, ValidationError) as error:
        raise DataError(
            f"{path} is not a recipe's record of this version: {inert_line(str(error), 200)}; {ADVICE}"
        ) from None


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
