"""A spliced market into the lake, under a venue's name of its own that nothing else may write to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.bars import Bars, Funding
from data.canonical import sha256_hex
from data.durable import write_atomically
from data.errors import ConfigError, DataError
from data.intervals import interval_ms, utc_text
from data.lake import ImportReport, Lake
from data.lake_append import append
from data.lake_files import read_files, to_table
from data.lake_layout import BARS, FUNDING, Series, check_format, mark_format, series_of
from data.lake_lock import GATE, WAIT_S
from data.lock import exclusive
from data.market import IntArray
from data.quality import check_bars, check_funding
from data.splice.build import Spliced
from data.splice.recipe import Recipe
from data.splice.record import SpliceRecord, newest, record_of, records_folder

NO_TIMES = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping a spliced market did."""

    version: int
    """Counted from 1: one more each time that a venue's history had become another."""
    is_new: bool
    """Whether this version was not there before."""
    reports: tuple[ImportReport, ...]
    """Of the bars, and of the settlements if there are any."""


def keep(lake: Lake, spliced: Spliced) -> Kept:
    """Put a spliced market into the lake; rows that have become others get a higher version, and both are kept.

    What it is made of is written first: whoever reads before all rows are there is refused, and the same recipe again
    does the rest.

    Raises
    ------
    DataError
        If a joint breaks a limit, or rows that were made before are no longer.
    ConfigError
        If another recipe has the same name.
    """
    if spliced.problems:
        raise DataError(f"{spliced.recipe.venue} was not kept: {'; '.join(spliced.problems)}")
    recipe, root = spliced.recipe, lake.root
    check_format(root)
    folder = records_folder(root, recipe.venue, recipe.coin)
    with exclusive(folder / GATE, f"{recipe.venue} {recipe.coin}", wait_s=WAIT_S):
        former = newest(root, recipe.venue, recipe.coin)
        _refuse_other_recipe(recipe, former)
        bars = series_of(root, BARS, recipe.venue, recipe.coin, recipe.interval)
        funding = series_of(root, FUNDING, recipe.venue, recipe.coin)
        _refuse_lost_rows(bars, spliced.bars.time_ms)
        _refuse_lost_rows(funding, NO_TIMES if spliced.funding is None else spliced.funding.time_ms)
        record = record_of(spliced)
        is_new = former is None or former[1] != record
        version = is_new + (0 if former is None else former[0])
        mark_format(root)
        if is_new:
            content = record.encode()
            write_atomically(folder / f"{version:04}-{sha256_hex(content)}.json", content)
        source = f"recipe {record.recipe_sha256}"
        reports = [_keep_bars(bars, spliced.bars, source)]
        if spliced.funding is not None:
            reports.append(_keep_funding(funding, spliced.funding, source))
    return Kept(version, is_new, tuple(reports))


def _keep_bars(series: Series, bars: Bars, source: str) -> ImportReport:
    assert series.interval is not None
    quality = check_bars(bars, interval_ms(series.interval), subject=str(series))
    appended = append(series, to_table(bars, BARS.columns), source=source, on_conflict="correct")
    return ImportReport(series.kind, series.venue, series.coin, series.interval, appended, quality)


def _keep_funding(series: Series, funding: Funding, source: str) -> ImportReport:
    cleaned, quality = check_funding(funding, subject=str(series))
    appended = append(series, to_table(cleaned, FUNDING.columns), source=source, on_conflict="correct")
    return ImportReport(series.kind, series.venue, series.coin, None, appended, quality)


def _refuse_other_recipe(recipe: Recipe, former: tuple[int, SpliceRecord] | None) -> None:
    if former is not None and former[1].recipe_sha256 != recipe.sha256():
        raise ConfigError(
            f"{recipe.venue} {recipe.coin} was made by another recipe ({former[1].recipe_sha256[:12]}, this one is "
            f"{recipe.sha256()[:12]}): give this one another name"
        )


def _refuse_lost_rows(series: Series, made: IntArray) -> None:
    """Refuse a result that lacks what was kept before: the lake forgets nothing, so both would be read together."""
    table = read_files(series.files(), ("time_ms",))
    lost: IntArray = np.setdiff1d(NO_TIMES if table is None else table.column("time_ms").to_numpy(), made)
    if lost.size:
        raise DataError(
            f"{series}: {lost.size:,} rows that were made before are no longer made, first at "
            f"{utc_text(int(lost[0]))}; give the recipe another name"
        )
