"""What three gates that others use would have passed of the strategies that the gauntlet judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backtest.splits import Slice, Slices
from data.code_version import ROOT
from data.market import Universe
from data.settings import load_settings
from evolution.evaluator import FeatureStore
from organism.gauntlet.alarms import chance_variance, deflated, overfitting
from organism.gauntlet.examination import Examination, examine_held_out, examine_in_sample
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.subject import Subject

LEAST_DEFLATED = 0.95


@dataclass(frozen=True, slots=True)
class NaiveGates:
    """Counts of strategies, and what the search as a whole looks like."""

    n_base: int
    n_deflated: int
    overfitting: float | None


def naive_gates(
    subjects: Sequence[Subject],
    in_sample: Universe,
    held_out: Sequence[Universe],
    slices: Slices,
    features: FeatureStore,
    base: GauntletPolicy,
    n_trials: int,
) -> NaiveGates:
    """Ask each gate about all subjects; only on made worlds, whose held-out bars nobody has to keep.

    Parameters
    ----------
    held_out
        The universes that end where out-of-sample and walk-forward slice end.
    slices
        Of the whole history, with the least embargo.
    base
        The policy of `configs/gauntlet-base.toml`.
    n_trials
        Genotypes that the search tried.
    """
    opened = list(zip(held_out, (slices.out_of_sample, slices.walk_forward), strict=True))
    examined = [examine_in_sample(subject, in_sample, base, features) for subject in subjects]
    n_base = sum(
        _passes(subject, examination, opened, base) for subject, examination in zip(subjects, examined, strict=True)
    )
    days = [examination.slice_record("IS").daily.strategy for examination in examined if examination.slices]
    chances = [deflated(series, n_trials, chance_variance(series.size)) for series in days]
    n_deflated = sum(chance is not None and chance >= LEAST_DEFLATED for chance in chances)
    search = overfitting(days)
    return NaiveGates(n_base, n_deflated, None if search is None else search.pbo)


def _passes(
    subject: Subject, examination: Examination, opened: Sequence[tuple[Universe, Slice]], base: GauntletPolicy
) -> bool:
    for universe, part in opened:
        if not examination.passed:
            return False
        examination = examine_held_out(examination, subject, universe, part, base)
    return examination.passed


def base_policy() -> GauntletPolicy:
    """Return the bare rule."""
    return load_settings(GauntletPolicy, ROOT / "configs/gauntlet-base.toml")
