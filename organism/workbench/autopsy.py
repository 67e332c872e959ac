"""One rule before every stage and every slice: what a verdict, which ends at the first miss, leaves unsaid.

Only on made worlds, whose held-out bars nobody has to keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from data.market import FloatArray
from data.settings import load_settings
from evolution.evaluator import FeatureStore
from organism.calibrate.probe import cases_of, questions_of
from organism.gauntlet.case import Case
from organism.gauntlet.copies import jittered_sharpes, noisy_sharpes
from organism.gauntlet.examination import slices_for
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.subject import GenomeSubject
from organism.gauntlet.vault import refuse_real
from organism.gauntlet.verdict import StageResult
from organism.workbench.judged import Judged, stages_table
from organism.workbench.policy import POLICY
from organism.workbench.slices import SliceReturns


@dataclass(frozen=True, slots=True, eq=False)
class Autopsy:
    """What all stages say of one rule."""

    answers: Sequence[StageResult]
    slices: Sequence[SliceReturns]
    """In sample, out of sample, walk forward."""
    moved: FloatArray
    """Shape (n_copies,): Sharpe ratios in sample of copies whose constants have moved a little, sorted."""
    noisy: FloatArray
    """The same of the rule itself on copies of the history with noise on every bar."""

    @property
    def stages(self) -> pd.DataFrame:
        """A row a stage."""
        return stages_table(self.answers)


def autopsy(judged: Judged) -> Autopsy:
    """Ask every stage of configs/gauntlet.toml about a judged rule, none left out for an earlier miss.

    Raises
    ------
    ConfigError
        If its history is real.
    """
    refuse_real(judged.snapshot)
    policy = load_settings(GauntletPolicy, POLICY)
    whole = judged.snapshot.load()
    slices = slices_for(whole.time_ms, whole.interval_ms, judged.judgement.examination.longest_holding_bars)
    in_sample, *held_out = (
        judged.snapshot.prefix(part.end_ms).load()
        for part in (slices.in_sample, slices.out_of_sample, slices.walk_forward)
    )
    subject = GenomeSubject(judged.genome)
    cases = cases_of(subject, in_sample, held_out, slices, policy, FeatureStore(in_sample))
    answers = [question() for question in questions_of(cases, policy)]
    robust = policy.robustness
    return Autopsy(
        answers,
        [_returns(case) for case in cases],
        jittered_sharpes(cases[0], robust.copies),
        noisy_sharpes(cases[0], robust.copies, robust.noise_share_of_range),
    )


def _returns(case: Case) -> SliceReturns:
    pooled = case.pooled()
    bars = slice(case.slice.start, case.slice.stop)
    return SliceReturns(case.slice.name, case.universe.time_ms[bars], pooled.returns, pooled.metrics.sharpe)
