"""The end of a run as an operation to be killed: strategies and genealogy into the registry, then the outcome."""

from __future__ import annotations

import shutil
from pathlib import Path

from evolution.run.layout import RunFolder, list_runs, read_json, write_json
from organism.foundry import evolve
from organism.home import Home
from organism.registry.states import LifecycleState
from organism.registry.store import Registry
from tests.torture.cases import visible
from tests.torture.graduation import NOW, check_database, link_bars
from tests.torture.tiny import Job, fingerprint


class HandoverCase:
    """A run whose last generation is on disk and whose strategies are not registered yet."""

    name = "handover"

    def __init__(self, work: Path) -> None:
        whole = work / "whole-run"
        shutil.rmtree(whole, ignore_errors=True)
        job = Job(whole, search={"registered": 3, "generations": 2})
        self._expected = job.finish()
        self._template = job.home
        run = _run(job.home)
        run.outcome.unlink()
        manifest = read_json(run.manifest)
        del manifest["population_hash"]
        write_json(run.manifest, manifest)
        for path in job.home.glob("registry.sqlite*"):
            path.unlink()

    def prepare(self, folder: Path) -> None:
        shutil.copytree(self._template, folder, copy_function=link_bars)

    def operate(self, folder: Path) -> None:
        evolve(
            _run(folder), Home.open(folder), workers=1, watch=_look_away, should_stop=lambda: False, clock=lambda: NOW
        )

    def judge(self, folder: Path) -> str:
        visible(folder)
        registry_path = folder / "registry.sqlite"
        if registry_path.exists():
            check_database(registry_path)
            with Registry.open(registry_path) as registry:
                for strategy in registry.find():
                    states = [event.to_state for event in registry.events(strategy.id)]
                    assert states == [LifecycleState.BORN, LifecycleState.TESTING][: len(states)]
                    assert (strategy.state, strategy.version) == (states[-1], len(states))
        if not _run(folder).is_finished:
            return "old"
        assert fingerprint(folder, _run(folder)) == self._expected
        return "new"

    def go_on(self, folder: Path) -> None:
        self.operate(folder)
        assert self.judge(folder) == "new"


def _run(home: Path) -> RunFolder:
    [run] = list_runs(home / "runs")
    return run


def _look_away(_generation: object) -> None:
    """Nobody watches."""
