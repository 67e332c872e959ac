"""Progress for long work: rate, time left, best so far; on stderr, and quiet when nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from evolution.run.layout import ENDLESS

if TYPE_CHECKING:
    from data.fetching import Fetched
    from data.sources.source import Span
    from evolution.run.generation import Generation
    from organism.gauntlet.recording import Judgement
    from organism.recording.recorded import Progress as RecordingState


LINE_EACH = 24
"""Worlds between two lines of a progress that no terminal shows."""
LINE_EACH_S = 600.0
"""Seconds between two lines of a recording that no terminal shows."""


class EvolutionProgress:
    """A bar over generations with evaluations a second and the best Sharpe so far."""

    def __init__(self, progress: Progress, label: str, generations: int) -> None:
        self._progress = progress
        self._total = None if generations >= ENDLESS else generations + 1
        self._task = progress.add_task(label, total=self._total, rate="", best="")
        self._started = time.monotonic()
        self._scored = 0

    def __call__(self, generation: Generation) -> None:
        self._scored += generation.n_scored
        rate = self._scored / max(time.monotonic() - self._started, 1e-9)
        best = generation.statistics.get("best")
        completed = generation.state.generation + 1
        # The best rules get shorter at the end: generations that nobody can count before.
        self._total = None if self._total is None else max(self._total, completed)
        self._progress.update(
            self._task,
            completed=completed,
            total=self._total,
            rate=f"{rate:,.0f} genomes/s",
            best="" if best is None else f"best in-sample Sharpe {best:.2f}",
        )


@contextmanager
def fetch_progress(n_series: int) -> Iterator[Callable[[Fetched], None]]:
    """Show a bar over the series that are fetched, with the rows of the one at hand."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rows]}"),
    )
    console = Console(file=sys.stderr)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("fetching", total=n_series, rows="")
        seen: list[Span] = []

        def watch(fetched: Fetched) -> None:
            if fetched.span not in seen:
                seen.append(fetched.span)
            rows = f"{fetched.span.words}: {fetched.n_added:,} rows"
            progress.update(task, completed=len(seen) - 1, rows=rows)

        yield watch
        progress.update(task, completed=n_series)


@contextmanager
def recording_progress() -> Iterator[Callable[[RecordingState], None]]:
    """Show a line that is kept up to date; where no terminal shows it, another one every ten minutes."""
    from organism.views.recorded import progress_line

    console, said_s = Console(file=sys.stderr), -LINE_EACH_S
    with Progress(TextColumn("{task.description}"), console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("recording", total=None)

        def watch(state: RecordingState) -> None:
            nonlocal said_s
            if console.is_terminal:
                progress.update(task, description=progress_line(state))
            elif time.monotonic() - said_s >= LINE_EACH_S:
                said_s = time.monotonic()
                console.print(progress_line(state), markup=False, highlight=False, soft_wrap=True)

        yield watch


@contextmanager
def judging_progress(label: str, strategies: int) -> Iterator[Callable[[Judgement], None]]:
    """Show a bar over the strategies to be judged, with how many are still in the race."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[last]}"),
    )
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        task = progress.add_task(label, total=strategies, last="")

        def watch(judgement: Judgement) -> None:
            progress.update(task, advance=1, last=f"{judgement.strategy_id}: {judgement.verdict.value}")

        yield watch


@contextmanager
def campaign_progress(label: str, unit: str = "worlds") -> Iterator[Callable[[int, int], None]]:
    """Show a bar over many long tasks, with their rate and the time that is left."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn(unit),
        TextColumn("{task.fields[pace]}"),
    )
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        task = progress.add_task(label, total=None, pace="")
        pace = Pace()

        def watch(done: int, planned: int) -> None:
            progress.update(task, completed=done, total=planned, pace=pace.tell(done, planned, time.monotonic()))

        yield watch


class Pace:
    """Rate and time left of tasks that may each take minutes, counted since this process began with them."""

    def __init__(self) -> None:
        self._first: tuple[int, float] | None = None
        self._last, self._text = 0, ""

    def tell(self, done: int, planned: int, now_seconds: float) -> str:
        """Return `3.2 a minute, 0:41:10 left`; nothing before the first task is done."""
        if self._first is None:
            self._first, self._last = (done, now_seconds), done
        elif done > self._last:
            rate = (done - self._first[0]) / max(now_seconds - self._first[1], 1e-9)
            left = timedelta(seconds=round((planned - done) / rate))
            self._last, self._text = done, f"{60.0 * rate:.1f} a minute, {left} left"
        return self._text


@contextmanager
def evolution_progress(label: str, generations: int) -> Iterator[EvolutionProgress]:
    """Show a bar while the block runs, or how many there were if there is no end; on a pipe, only the last state."""
    is_bounded = generations < ENDLESS
    columns = (
        TextColumn("{task.description}"),
        *(
            (BarColumn(bar_width=24), MofNCompleteColumn())
            if is_bounded
            else (TextColumn("{task.completed} generations"),)
        ),
        TextColumn("{task.fields[rate]}"),
        *((TimeRemainingColumn(compact=True),) if is_bounded else ()),
        TextColumn("{task.fields[best]}"),
    )
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        yield EvolutionProgress(progress, label, generations)


@contextmanager
def proof_progress() -> Iterator[Callable[[int, int], None]]:
    """Show a bar over worlds with worlds a minute and the time that is left; on a pipe a line each two dozen."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("worlds"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    console = Console(file=sys.stderr)
    started, before = time.monotonic(), -1
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("worlds prove", total=None, rate="")

        def watch(done: int, planned: int) -> None:
            nonlocal before
            before = done if before < 0 else before
            seconds = max(time.monotonic() - started, 1e-9)
            rate = 60.0 * (done - before) / seconds
            progress.update(task, completed=done, total=planned, rate=f"{rate:.1f} a minute")
            if not console.is_terminal and done > before and (done - before) % LINE_EACH == 0:
                left = (planned - done) / rate
                console.print(f"{done} of {planned} worlds, {rate:.1f} a minute, {left:.0f} minutes left")

        yield watch
