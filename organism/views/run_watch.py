"""A run as somebody watches it: plain values, made anew from the lines that were added since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.errors import DataError
from data.lock import living_holder
from data.shown import inert_line
from evolution.rows.odds import INITIAL
from evolution.run.layout import ENDLESS, MANIFEST_SCHEMA, RunFolder, read_json
from organism.views.progress import Progress, count, follow, statistic
from organism.views.random_search import beside
from organism.views.run_log import log_rows
from organism.views.run_pace import NAME_LENGTH, Pace
from organism.views.run_state import state_of
from organism.views.run_view import OperatorRow, RejectionRow, RunView
from organism.views.tail import Tail


class RunReader:
    """Looks at a run again and again, and reads only what is new.

    Nothing is written or locked, so that the process that works on the run notices nothing.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self._generation_lines, self._pace_lines = Tail(folder.generations), Tail(folder.pace)
        self._progress = Progress()
        self._beside_lines, self._beside = Tail(beside(folder).generations), Progress()
        self._pace = Pace()
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
        self._progress = follow(self._generation_lines, self._progress)
        self._beside = follow(self._beside_lines, self._beside)
        for bite in self._pace_lines.bites():
            if bite.is_anew:
                self._pace.clear()
            self._pace.add(bite.lines)

    def _view(self, name: str, settings: Mapping[str, Any]) -> RunView:
        progress, process = self._progress, living_holder(self.folder.lock)
        last = progress.last
        planned = count(settings.get("generations"))
        drawn = progress.n_scored + progress.n_repeated
        is_worked_on = process is not None and not self.folder.is_finished
        rates = self._pace.rates(progress.lines)
        best = last.get("best")
        genotype = best.get("genotype_hash") if isinstance(best, dict) else None
        random = max(progress, self._beside, key=lambda drawn: drawn.made[INITIAL])
        return RunView(
            run=name,
            state=state_of(self.folder, process),
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
            best=statistic(last, "best"),
            median=statistic(last, "median"),
            hypervolume=statistic(last, "hypervolume"),
            diversity=statistic(last, "diversity"),
            n_fresh=random.made[INITIAL],
            best_fresh=random.best_fresh,
            unique_per_second=rates[0],
            nominal_per_second=rates[1],
            seconds_left=self._pace.seconds_left(settings, last) if is_worked_on else None,
            megabytes=self._pace.megabytes,
            best_genotype=genotype if isinstance(genotype, str) else None,
            rejections=tuple(RejectionRow(inert_line(reason, NAME_LENGTH), n) for reason, n in progress.reasons),
            operators=tuple(
                OperatorRow(inert_line(name, NAME_LENGTH), n_made, n_kept)
                for name, n_made, n_kept in sorted(progress.operators, key=lambda found: -found[1])
            ),
            parts=self._pace.parts(),
            best_series=tuple(progress.series("best")),
            median_series=tuple(progress.series("median")),
            log=log_rows(progress.lines),
        )


def _search_settings(folder: RunFolder) -> Mapping[str, Any]:
    """Return what the search was asked for, as it stands in the manifest; nothing is checked but that it can be read.

    Raises
    ------
    DataError
        If there is no manifest, it is damaged, or a newer version wrote it.
    """
    manifest = read_json(folder.manifest, "schema", "settings")
    schema = manifest["schema"]
    if type(schema) is not int or schema > MANIFEST_SCHEMA:
        raise DataError(
            f"{folder.manifest} has schema {schema!r:.20}, this version reads up to {MANIFEST_SCHEMA}: "
            "the run was made by a newer version; use that one to look at it"
        )
    settings = manifest["settings"]
    search = settings.get("search") if isinstance(settings, dict) else None
    if not isinstance(search, dict):
        raise DataError(f"{folder.manifest} is damaged, it has no settings of a search; restore it from a backup")
    return search
