"""A proof: every world measured once, each in a file, so that an interruption loses one world."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from data.errors import ConfigError, DataError
from data.lock import exclusive
from data.worlds import make_world
from evolution.run.layout import read_json, write_json
from organism.proof.classes import class_named
from organism.proof.measure import PIECE_BARS, RuleSums, measure
from organism.proof.plan import ProofTask, plan
from organism.proof.plants import PLANT_CLASS, measure_plants
from organism.proof.rules import RULES
from organism.proof.sums import N_MOMENTS, Sums

Watcher = Callable[[int, int], None]
"""Sees how many worlds are done, of how many."""


@dataclass(frozen=True, slots=True)
class ProofFolder:
    """Where a proof keeps its plan and a file for each world that is done."""

    path: Path

    def file(self, task: ProofTask) -> Path:
        return self.path / "worlds" / task.file_name


def prove(folder: ProofFolder, wanted: Sequence[ProofTask], watch: Watcher) -> None:
    """Measure those worlds that are not done yet; see `tasks`.

    Raises
    ------
    ConfigError
        If the folder holds worlds of another plan or other code.
    """
    with exclusive(folder.path / ".lock", f"proof {folder.path.name}"):
        _fix_plan(folder)
        done = sum(folder.file(task).exists() for task in wanted)
        watch(done, len(wanted))
        for task in wanted:
            if not folder.file(task).exists():
                write_json(folder.file(task), {"schema": 1, "seed": task.seed, "found": _measured(task)})
                done += 1
                watch(done, len(wanted))


def _fix_plan(folder: ProofFolder) -> None:
    path, wanted = folder.path / "plan.json", plan()
    if not path.exists():
        write_json(path, wanted)
        return
    found = read_json(path, *wanted)
    changed = [name for name in wanted if found[name] != wanted[name]]
    if changed:
        raise ConfigError(
            f"{folder.path} holds worlds measured with another {', '.join(changed)}: move the folder away, "
            "and all worlds are measured again"
        )


def _measured(task: ProofTask) -> dict[str, Any]:
    if task.class_name == PLANT_CLASS:
        return measure_plants(task.seed)
    item = class_named(task.class_name)
    world = make_world(item.name, task.seed, years=item.years)
    measured = measure(world, RULES, item.first_judged_year * PIECE_BARS)
    return {name: asdict(sums) for name, sums in measured.items()}


def null_worlds(folder: ProofFolder, wanted: Sequence[ProofTask], name: str) -> list[dict[str, RuleSums]]:
    """Return the worlds of a class that are wanted and done.

    Raises
    ------
    DataError
        If a file is damaged, saying to remove it: its world is then measured again.
    """
    found = []
    for path, plain in _found(folder, wanted, name):
        try:
            found.append({rule: RuleSums(_sums(sums["paid"]), _sums(sums["free"])) for rule, sums in plain.items()})
        except (TypeError, KeyError, ValueError) as error:
            raise _damaged(path, error) from None
    return found


def plant_worlds(folder: ProofFolder, wanted: Sequence[ProofTask]) -> list[dict[str, Any]]:
    """Return the planted worlds that are wanted and done."""
    return [plain for _, plain in _found(folder, wanted, PLANT_CLASS)]


def _found(folder: ProofFolder, wanted: Sequence[ProofTask], name: str) -> list[tuple[Path, dict[str, Any]]]:
    paths = [folder.file(task) for task in wanted if task.class_name == name]
    return [(path, _found_in(path)) for path in paths if path.exists()]


def _found_in(path: Path) -> dict[str, Any]:
    try:
        found = read_json(path, "found")["found"]
        if not isinstance(found, dict):
            raise TypeError(f"found is {found!r}")
    except (DataError, TypeError) as error:
        raise _damaged(path, error) from None
    return found


def _sums(plain: Mapping[str, Any]) -> Sums:
    simple, log = tuple(plain["simple"]), tuple(plain["log"])
    if len(simple) != N_MOMENTS or len(log) != N_MOMENTS:
        raise ValueError(f"{len(simple)} and {len(log)} moments, allowed are {N_MOMENTS}")
    return Sums(plain["n_bars"], plain["returns"], plain["squares"], plain["n_trades"], simple, log)


def _damaged(path: Path, error: Exception) -> DataError:
    return DataError(f"{path} is damaged ({error}): remove it, and its world is measured again")
