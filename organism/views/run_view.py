"""All that the screen of a run shows, as plain values; `--json` of the dashboard gives the same."""

from __future__ import annotations

from dataclasses import dataclass

from evolution.run.reasons import in_words


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

    @property
    def words(self) -> str:
        return in_words(self.reason)


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
    """Rules drawn afresh: the random search inside the run, or beside it if that has drawn more."""
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
