"""A small search, and what tests read of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evolution.run.generation import Generation
from evolution.run.layout import RunFolder
from evolution.run.loop import search
from evolution.run.origin import Origin
from evolution.run.settings import SearchSettings
from evolution.trials import read_segments

SETTINGS = SearchSettings(
    population=16,
    offspring=16,
    generations=3,
    minimum_trades=5,
    hall_of_fame=6,
    registered=6,
    immigrant_share=0.2,
    simplify=False,
)
SEED = 11
LAST = SETTINGS.generations
ORIGIN = Origin("settings", "snapshot", "code")


def generations(
    folder: Path, backend, check, *, seed=SEED, settings=SETTINGS, resumed=None, universe=None
) -> Iterator[Generation]:
    return search(
        settings,
        seed,
        backend,
        RunFolder(folder),
        priors=settings.priors(),
        check=check,
        origin=ORIGIN,
        universe=universe or check.universe,
        resumed=resumed,
    )


def files_of(folder: Path) -> dict[str, bytes]:
    """Return every file; of a line of progress, or a rule, that a kill let repeat, one."""
    files = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    # No two runs take the same time.
    files.pop(RunFolder(folder).pace.name)
    names = (RunFolder(folder).generations.name, RunFolder(folder).rules.name)
    return files | {name: b"".join(dict.fromkeys(files[name].splitlines(keepends=True))) for name in names}


def recorded(folder: Path) -> list[dict]:
    return [row for table in read_segments(RunFolder(folder).trials) for row in table.to_pylist()]


def hashes(generation: Generation) -> list[str]:
    return [item.genotype_hash for item in generation.state.population]


def changed(**changes) -> SearchSettings:
    """Return the settings with other values, checked as those of a file are."""
    return SearchSettings.model_validate(SETTINGS.model_dump() | changes)
