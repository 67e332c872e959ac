"""A home, and the two things that are done in it: breed, and judge."""

from __future__ import annotations

import atexit
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

from data.settings import load_settings
from data.snapshot import SnapshotStore
from evolution.genome.codec import from_json
from organism.foundry import evolve, start_run
from organism.gauntlet.judge import judge_testing
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.recording import Judgement
from organism.gauntlet.vault import Access
from organism.home import Home
from organism.permutations.planning import plan_permutations
from organism.permutations.record import PermutationRecord, read_record
from organism.permutations.search import search_permuted
from organism.registry.store import Registry
from organism.settings import FoundrySettings
from organism.workbench.evolved import EvolvedRun
from organism.workbench.judged import Judged, Verdicts
from organism.workbench.policy import POLICY

BLOCK_BARS = 24


@dataclass(frozen=True, slots=True, eq=False)
class Workbench:
    """A home to work in; make one with `at` or `temporary`."""

    home: Home
    is_temporary: bool = False
    """Whether its folder is removed at the end of the program."""

    def __repr__(self) -> str:
        return "temporary workbench" if self.is_temporary else f"workbench at {self.home.root}"

    @classmethod
    def at(cls, folder: Path) -> Workbench:
        """Return a workbench in a folder, which is made if it is not there: what `ORGANISM_HOME` would name."""
        return cls(Home.create(folder))

    @classmethod
    def temporary(cls) -> Workbench:
        """Return a workbench in a folder of its own, which is removed at the end of the program."""
        folder = mkdtemp(prefix="foundry-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return cls(Home.create(Path(folder)), is_temporary=True)

    @property
    def snapshots(self) -> SnapshotStore:
        """The histories of this home."""
        return SnapshotStore(self.home.snapshots)

    def evolve(self, settings: FoundrySettings) -> EvolvedRun:
        """Search, in this process, and hand the best to the gauntlet: `organism evolve start`.

        Raises
        ------
        ConfigError
            If the same run exists already.
        DataError
            If its history is missing, damaged, or breaks a rule of quality.
        """
        folder = start_run(settings, self.home)
        outcome = evolve(
            folder,
            self.home,
            workers=0,
            watch=lambda _: None,
            should_stop=lambda: False,
            clock=lambda: datetime.now(UTC),
        )
        return EvolvedRun(outcome)

    def judge(self, run: EvolvedRun) -> Verdicts:
        """Judge what a run has handed over, under the rules of configs/gauntlet.toml: `organism validate RUN`.

        Real history is judged as well: what that opens of its held-out bars stays opened. A strategy that has a verdict
        is not judged again, and is left out.
        """
        judgements: list[Judgement] = []
        with Registry.open(self.home.registry_path) as registry:
            judge_testing(
                self.home,
                registry,
                load_settings(GauntletPolicy, POLICY),
                datetime.now(UTC),
                judgements.append,
                access=Access.CONFIGURED,
                only_run=run.name,
            )
            judged = [
                Judged(one, from_json(registry.get(one.strategy_id).genome_json), run.outcome.snapshot)
                for one in judgements
            ]
        return Verdicts(tuple(sorted(judged, key=lambda one: (-one.sharpe, one.id))))

    def permute(self, run: EvolvedRun, permutations: int) -> PermutationRecord:
        """Repeat a whole search on its in-sample days in other orders: `organism validate RUN --permutations N`."""
        plan = plan_permutations(run.outcome.folder, self.home, permutations, BLOCK_BARS)
        for number in plan.missing():
            search_permuted(plan, self.home, number).save(plan)
        return read_record(plan)
