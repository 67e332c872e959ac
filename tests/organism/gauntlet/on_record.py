"""What a judged home has on record, as tests ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from organism.gauntlet.judge import judge_testing
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.recording import Judgement
from organism.home import Home
from organism.registry.evidence import Pack, read_pack
from organism.registry.store import Registry


@dataclass(frozen=True)
class Answer:
    """What is on record about one strategy."""

    verdict: str
    reason: str
    state: str
    evidence: str


def answers(home: Home) -> dict[str, Answer]:
    with Registry.open(home.registry_path) as registry:
        return {
            row.strategy_id.split("_")[0]: Answer(
                row.verdict.value, row.reason, registry.get(row.strategy_id).state.value, row.evidence_sha256
            )
            for row in registry.verdicts()
        }


def packs(home: Home) -> dict[str, Pack]:
    return {name: read_pack(home.evidence, answer.evidence) for name, answer in answers(home).items()}


def openings(home: Home) -> list[tuple[str, str]]:
    """Return (strategy, slice) of every opening on record, in order."""
    with Registry.open(home.registry_path) as registry:
        names = {strategy.genotype_hash: strategy.algorithm_type for strategy in registry.find()}
        return [(names[item.genotype_hash], item.slice_name) for item in registry.openings(0, 2**62)]


def judge(home: Home, policy: GauntletPolicy, now: datetime, only_run: str | None = None) -> list[Judgement]:
    seen: list[Judgement] = []
    with Registry.open(home.registry_path) as registry:
        judge_testing(home, registry, policy, now, seen.append, only_run=only_run)
    return seen
