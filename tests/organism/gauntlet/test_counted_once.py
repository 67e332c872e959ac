"""What a home has tried is counted once a judgement, before anybody is judged; who comes later waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from data.snapshot import SnapshotStore
from data.worlds import World
from evolution.fitness import Reason, Rejected
from evolution.genome.genome import Genome, RiskGenes
from evolution.run.layout import RunFolder
from evolution.trials import Trial, append_segment
from organism.gauntlet.judge import judge_testing
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.recording import Judgement
from organism.home import Home
from organism.ledger import TrialCount
from organism.registry.store import Registry
from tests.organism.gauntlet.on_record import answers, packs


def test_who_is_handed_over_during_a_judgement_waits_for_the_next_which_counts_its_trials(
    home: Home,
    two_years: World,
    rules: dict[str, Genome],
    submit: Callable[..., None],
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    never, snapshot_id = rules["never"], SnapshotStore(home.snapshots).save(two_years.markets, two_years.origin).id
    submit(home, {"never": never}, snapshot_id, judged_at, "run-1")
    submit(home, {"other": replace(never, risk=RiskGenes(stop=20))}, snapshot_id, judged_at, "run-2")

    def score_generation(number: int) -> None:
        trial = Trial(f"{number:02x}" * 32, number, "initial", (), Rejected(Reason.RUINED))
        append_segment(RunFolder(home.runs / "run-2").trials, number, [trial])

    def search_on(judgement: Judgement) -> None:
        if judgement.run_id == "run-1":
            score_generation(1)
            submit(home, {"late": replace(never, risk=RiskGenes(stop=40))}, snapshot_id, judged_at, "run-2")

    def judge(now: datetime, watch: Callable[[Judgement], None]) -> TrialCount:
        with Registry.open(home.registry_path) as registry:
            return judge_testing(home, registry, court_policy, now, watch)

    score_generation(0)
    assert judge(judged_at, search_on) == TrialCount(distinct=1, scored=1)
    assert {name: pack.document["n_trials"] for name, pack in packs(home).items()} == {"never": 1, "other": 1}
    assert judge(judged_at + timedelta(days=1), lambda _: None) == TrialCount(distinct=2, scored=2)
    assert set(answers(home)) == {"never", "other", "late"}
    assert packs(home)["late"].document["n_trials"] == 2
