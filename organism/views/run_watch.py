"""A run as somebody watches it: plain values, made anew from the lines that were added since."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.errors import DataError
from data.lock import living_holder
from data.shown import inert_line
from evolution.run.control import Wish, read_wish
from evolution.run.layout import RunFolder, read_json
from organism.views.progress import Progress, count, number
from organism.views.tail import Tail

SCHEMA = 2
"""Of the manifest."""
ENDLESS = 900_000
"""Generations of a run that goes on until it is stopped."""
RECENT = 20
"""Generations by which pace is measured."""
LOG_ROWS = 40
POINTS = 400
"""Of a curve, at most."""
NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class OperatorRow:
    """What one operator has brought."""

    name: str
    n_made: int
    n_kept: int
    """Those of them that were in the population afterwards."""

    @property
    def share_kept(self) -> float:
        return self.n_kept / self.n_made if self.n_made else 0.0


@dataclass(frozen=True, slots=True)
class RejectionRow:
    """How many genotypes had no fitness for one reason."""

    reason: str
    n: int


@dataclass(frozen=True, slots=True)
class LogRow:
    """A finished generation."""

    generation: int
    best: float | None
    median: float | None
    n_scored: int
    n_repeated: int
    n_rejected: int
    note: str
    """What was new in it; most often nothing."""


@dataclass(frozen=True, slots=True)
class RunView:
    """All that the screen of a run shows. What is not known, or does not exist, is None."""

    run: str
    state: str
    """`running`, `pausing`, `paused`, `stopping`, `unfinished`, `finished`, `damaged` or `gone`."""
    problem: str = ""
    """What is wrong with the run's folder and what to do, if something is."""
    process: int | None = None
    """That works on it."""
    generation: int | None = None
    """The last finished one."""
    generations: int | None = None
    """The last one that is planned; None if it goes on until it is stopped."""
    n_trials: int = 0
    """Distinct genotypes scored."""
    n_repeated: int = 0
    """Draws thrown away, their genotype having been scored before."""
    unique_share: float | None = None
    """Of all draws, those that nobody had scored before."""
    n_rejected: int = 0
    n_quarantined: int = 0
    population: int = 0
    epoch: int = 0
    best: float | None = None
    """Annual in-sample Sharpe ratio, as the median and that of the rules drawn afresh."""
    median: float | None = None
    hypervolume: float | None = None
    """Of the objectives: how much of what could be had the population has."""
    diversity: float | None = None
    """From 0 to 1: how differently the population trades."""
    n_fresh: int = 0
    """Rules drawn afresh: the random search inside the run."""
    best_fresh: float | None = None
    unique_per_second: float | None = None
    """Distinct genotypes scored, over the last generations."""
    nominal_per_second: float | None = None
    """The same with repeated draws."""
    seconds_left: float | None = None
    megabytes: float | None = None
    best_genotype: str | None = None
    rejections: tuple[RejectionRow, ...] = ()
    operators: tuple[OperatorRow, ...] = ()
    parts: tuple[tuple[str, float], ...] = ()
    """Where the time of the last generations went: share by part."""
    best_series: tuple[float | None, ...] = ()
    """By generation, thinned where there are many; as the median."""
    median_series: tuple[float | None, ...] = ()
    log: tuple[LogRow, ...] = ()
    """The newest first."""

    @property
    def is_live(self) -> bool:
        """Whether a process works on it, and reads what it is told."""
        return self.process is not None


class RunReader:
    """Looks at a run again and again, and reads only what is new.

    Nothing is written or locked, so that the process that works on the run notices nothing.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self._generations, self._pace = Tail(folder.generations), Tail(folder.pace)
        self._progress = Progress()
        self._seconds: deque[tuple[int, Mapping[str, Any]]] = deque(maxlen=RECENT)
        self._megabytes: float | None = None
        self._settings: Mapping[str, Any] | None = None

    def read(self) -> RunView:
        """Return the run as it is now."""
        name = inert_line(self.folder.name, NAME_LENGTH)
        if not self.folder.path.is_dir():
            return RunView(name, "gone", "its folder was removed; choose another run")
        try:
            if self._settings is None:
                self._settings = _search_settings(self.folder)
        except DataError as error:
            return RunView(name, "damaged", str(error))
        self._read_lines()
        return self._view(name, self._settings)

    def _read_lines(self) -> None:
        bite = self._generations.read()
        if bite.is_anew:
            self._progress = Progress()
        for line in bite.lines:
            self._progress.add(line)
        bite = self._pace.read()
        if bite.is_anew:
            self._seconds.clear()
        for line in bite.lines[-RECENT:]:
            seconds = line.get("seconds")
            self._seconds.append((line["generation"], seconds if isinstance(seconds, dict) else {}))
            self._megabytes = number(line.get("memory_megabytes"))

    def _view(self, name: str, settings: Mapping[str, Any]) -> RunView:
        progress, process = self._progress, living_holder(self.folder.lock)
        last = progress.last
        statistics = last.get("statistics") if isinstance(last.get("statistics"), dict) else {}
        assert isinstance(statistics, dict)
        planned = count(settings.get("generations"))
        drawn = progress.n_scored + progress.n_repeated
        pace = self._rates()
        best = last.get("best")
        genotype = best.get("genotype_hash") if isinstance(best, dict) else None
        return RunView(
            run=name,
            state=self._state(process),
            process=process,
            generation=last.get("generation"),
            generations=None if planned >= ENDLESS else planned,
            n_trials=count(last.get("n_trials")),
            n_repeated=progress.n_repeated,
            unique_share=progress.n_scored / drawn if drawn else None,
            n_rejected=sum(progress.rejections.values()),
            n_quarantined=progress.n_quarantined,
            population=count(last.get("population")),
            epoch=count(last.get("epoch")),
            best=number(statistics.get("best")),
            median=number(statistics.get("median")),
            hypervolume=number(statistics.get("hypervolume")),
            diversity=number(statistics.get("diversity")),
            n_fresh=progress.made["initial"],
            best_fresh=progress.best_fresh,
            unique_per_second=pace[0],
            nominal_per_second=pace[1],
            seconds_left=self._seconds_left(settings, planned, process),
            megabytes=self._megabytes,
            best_genotype=genotype if isinstance(genotype, str) else None,
            rejections=tuple(
                RejectionRow(inert_line(reason, NAME_LENGTH), n) for reason, n in progress.rejections.most_common() if n
            ),
            operators=tuple(
                OperatorRow(inert_line(operator, NAME_LENGTH), n, progress.kept[operator])
                for operator, n in progress.made.most_common()
                if n
            ),
            parts=self._parts(),
            best_series=_thinned(progress.series["best"]),
            median_series=_thinned(progress.series["median"]),
            log=_log(progress.lines),
        )

    def _state(self, process: int | None) -> str:
        if self.folder.is_finished:
            return "finished"
        if process is None:
            return "unfinished"
        if self.folder.paused.exists():
            return "paused"
        try:
            wish = read_wish(self.folder)
        except DataError:
            # The process says so, and goes on.
            wish = Wish.RUN
        return {Wish.RUN: "running", Wish.PAUSE: "pausing", Wish.STOP: "stopping"}[wish]

    def _recent_seconds(self) -> float:
        return sum(number(value) or 0.0 for _, seconds in self._seconds for value in seconds.values())

    def _rates(self) -> tuple[float | None, float | None]:
        seconds = self._recent_seconds()
        lines = [self._progress.lines.get(generation, {}) for generation, _ in self._seconds]
        if seconds <= 0.0 or not lines:
            return None, None
        unique = sum(count(line.get("n_scored")) for line in lines)
        return unique / seconds, (unique + sum(count(line.get("n_repeated")) for line in lines)) / seconds

    def _seconds_left(self, settings: Mapping[str, Any], planned: int, process: int | None) -> float | None:
        """Return an estimate by the last generations; None where nobody works, or no end is planned."""
        last = self._progress.last
        if process is None or self.folder.is_finished or not self._seconds:
            return None
        left = math.inf if planned >= ENDLESS else max(0, planned - count(last.get("generation")))
        most, offspring = settings.get("evaluations"), count(settings.get("offspring"))
        if type(most) is int and offspring:
            left = min(left, max(0, most - count(last.get("n_trials"))) / offspring)
        return None if math.isinf(left) else left * self._recent_seconds() / len(self._seconds)

    def _parts(self) -> tuple[tuple[str, float], ...]:
        whole = self._recent_seconds()
        sums: dict[str, float] = {}
        for _, seconds in self._seconds:
            for part, value in seconds.items():
                sums[part] = sums.get(part, 0.0) + (number(value) or 0.0)
        if whole <= 0.0:
            return ()
        ordered = sorted(sums.items(), key=lambda item: -item[1])
        return tuple((inert_line(part, NAME_LENGTH), value / whole) for part, value in ordered)


def _search_settings(folder: RunFolder) -> Mapping[str, Any]:
    """Return what the search was asked for, as it stands in the manifest; nothing is checked but that it can be read.

    Raises
    ------
    DataError
        If there is no manifest, it is damaged, or a newer version wrote it.
    """
    manifest = read_json(folder.manifest, "schema", "settings")
    schema = manifest["schema"]
    if type(schema) is not int or schema > SCHEMA:
        raise DataError(
            f"{folder.manifest} has schema {schema!r:.20}, this version reads up to {SCHEMA}: "
            "the run was made by a newer version; use that one to look at it"
        )
    settings = manifest["settings"]
    search = settings.get("search") if isinstance(settings, dict) else None
    if not isinstance(search, dict):
        raise DataError(f"{folder.manifest} is damaged, it has no settings of a search; restore it from a backup")
    return search


def _thinned(values: Sequence[float]) -> tuple[float | None, ...]:
    step = max(1, -(-len(values) // POINTS))
    # From the end, so that the newest is always there.
    kept = list(values[::-1][::step])[::-1]
    return tuple(value if math.isfinite(value) else None for value in kept)


def _log(lines: Mapping[int, Mapping[str, Any]]) -> tuple[LogRow, ...]:
    rows: list[LogRow] = []
    former: LogRow | None = None
    epoch = None
    for generation in sorted(lines):
        line = lines[generation]
        statistics = line.get("statistics") if isinstance(line.get("statistics"), dict) else {}
        assert isinstance(statistics, dict)
        rejections = line.get("rejections")
        best = number(statistics.get("best"))
        notes = []
        if epoch is not None and line.get("epoch") != epoch:
            notes.append("a new population")
        elif former is not None and best is not None and former.best is not None and best > former.best:
            notes.append(f"best +{best - former.best:.2f}")
        if count(line.get("n_quarantined")):
            notes.append(f"{count(line.get('n_quarantined'))} in quarantine")
        former = LogRow(
            generation,
            best,
            number(statistics.get("median")),
            count(line.get("n_scored")),
            count(line.get("n_repeated")),
            sum(map(count, rejections.values())) if isinstance(rejections, dict) else 0,
            ", ".join(notes),
        )
        epoch = line.get("epoch")
        rows.append(former)
    return tuple(reversed(rows[-LOG_ROWS:]))
