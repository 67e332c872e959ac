"""Genomes on which the simulators disagree: both results, and what is needed to see it again."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from backtest.result import Metrics, Trace
from data.canonical import canonical_json
from data.durable import write_atomically
from data.errors import DataError, GenomeError, SimulationError
from evolution.agreement import Check, Disagreement
from evolution.run.layout import RunFolder, read_json
from evolution.run.state import individual_from_plain, individual_to_plain
from evolution.search.individual import Individual
from evolution.search.observation import HallOfFame

LIMIT = 3
"""Genomes in quarantine that stop a run: by then nothing that it measured can be trusted."""


class Quarantine:
    """Takes the best of a population out of it for as long as the simulators disagree on it.

    Parameters
    ----------
    folder
        The run; what is there already counts towards the limit.
    check
        Asked once about each genotype.
    """

    def __init__(self, folder: RunFolder, check: Check) -> None:
        self._folder, self._check = folder, check
        self._agreed: set[str] = set()

    def prove_best(self, population: list[Individual], hall: HallOfFame) -> set[str]:
        """Remove from both what goes into quarantine; return the genotype hashes of what went.

        Raises
        ------
        SimulationError
            When the run has `LIMIT` genomes in quarantine.
        """
        quarantined: set[str] = set()
        while population:
            best = max(population, key=lambda item: (item.score.sharpe, item.genotype_hash))
            if best.genotype_hash in self._agreed:
                break
            found = self._check.disagreement(best.genome, best.score)
            if found is None:
                self._agreed.add(best.genotype_hash)
                break
            save_quarantined(self._folder.quarantine, best, found)
            population.remove(best)
            hall.remove(best.genotype_hash)
            quarantined.add(best.genotype_hash)
            self._check_limit(found)
        return quarantined

    def _check_limit(self, last: Disagreement) -> None:
        if len(list(self._folder.quarantine.glob("*.json"))) >= LIMIT:
            raise SimulationError(
                f"run {self._folder.name} is stopped: the simulators disagree on {LIMIT} genomes, last on {last.coin}, "
                f"{last.difference}. This is a defect of the program; both results of each: {self._folder.quarantine}"
            )


def save_quarantined(folder: Path, item: Individual, found: Disagreement) -> Path:
    """Write one JSON file with the genome, the first difference and both results; return its path."""
    path = folder / f"{item.genotype_hash}.json"
    content = {
        "schema": 1,
        "individual": individual_to_plain(item),
        "coin": found.coin,
        "difference": str(found.difference),
        "kernel": trace_to_plain(found.kernel),
        "reference": trace_to_plain(found.reference),
    }
    write_atomically(path, canonical_json(content) + b"\n")
    return path


def read_quarantined(folder: Path) -> list[tuple[Individual, str]]:
    """Return every genome in quarantine with the words of its first difference, by genotype hash.

    Raises
    ------
    DataError
        If a file is damaged.
    """
    found = []
    for path in sorted(folder.glob("*.json")):
        content = read_json(path, "individual", "difference")
        try:
            found.append((individual_from_plain(content["individual"], str(path)), str(content["difference"])))
        except (DataError, GenomeError) as error:
            raise DataError(f"{error}; restore {path.name} from a backup") from None
    return found


def trace_to_plain(trace: Trace) -> dict[str, Any]:
    """Return a trace as JSON values; a number that does not exist is None."""
    trades = trace.trades
    names = [name for name in trades.__dataclass_fields__ if name != "reason"]
    columns = {name: getattr(trades, name).tolist() for name in names}
    return {
        "metrics": _metrics(trace.result.metrics),
        "counts": asdict(trace.result.counts),
        "failure": trace.result.failure,
        "trades": {**columns, "reason": [reason.value for reason in trades.reason]},
        "equity": trace.equity.tolist(),
    }


def _metrics(metrics: Metrics) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in asdict(metrics).items()}
