"""What three gates that others use would have passed of the strategies that the gauntlet judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backtest.inference import cscv, deflated_sharpe
from backtest.splits import Slice, Slices
from data.code_version import ROOT
from data.intervals import bars_per_year
from data.market import FloatArray, Universe
from data.settings import load_settings
from data.snapshot import Snapshot
from organism.gauntlet.examination import Examination, examine_held_out, examine_in_sample
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.subject import Subject

N_BLOCKS = 16
LEAST_DEFLATED = 0.95


@dataclass(frozen=True, slots=True)
class NaiveGates:
    """Counts of strategies, and what the search as a whole looks like."""

    n_base: int
    n_deflated: int
    overfitting: float | None


def naive_gates(
    subjects: Sequence[Subject],
    snapshot: Snapshot,
    in_sample: Universe,
    slices: Slices,
    base: GauntletPolicy,
    trial_sharpes: FloatArray,
) -> NaiveGates:
    """Ask each gate about all subjects; only on made worlds, whose held-out bars nobody has to keep.

    Parameters
    ----------
    slices
        Of the whole history, with the least embargo.
    base
        The policy of `configs/gauntlet-base.toml`.
    trial_sharpes
        Annual in-sample Sharpe ratios of every genotype that was scored, shape (n_trials,).
    """
    universes = [snapshot.prefix(part.end_ms).load() for part in (slices.out_of_sample, slices.walk_forward)]
    held_out = list(zip(universes, (slices.out_of_sample, slices.walk_forward), strict=True))
    examined = [examine_in_sample(subject, in_sample, base) for subject in subjects]
    n_base = sum(
        _passes(subject, examination, held_out, base) for subject, examination in zip(subjects, examined, strict=True)
    )
    returns = [examination.slice_record("IS").returns for examination in examined if examination.slices]
    return NaiveGates(n_base, _n_deflated(returns, trial_sharpes, in_sample), _overfitting(returns))


def _passes(
    subject: Subject, examination: Examination, held_out: Sequence[tuple[Universe, Slice]], base: GauntletPolicy
) -> bool:
    for universe, part in held_out:
        if not examination.passed:
            return False
        examination = examine_held_out(examination, subject, universe, part, base)
    return examination.passed


def _n_deflated(returns: Sequence[FloatArray], trial_sharpes: FloatArray, universe: Universe) -> int:
    """Count deflated Sharpe ratios (Bailey 2014) of at least 0.95, at all trials of the run."""
    variance = float(np.var(trial_sharpes / np.sqrt(bars_per_year(universe.interval_ms)), ddof=1))
    count = 0
    for series in returns:
        centred = series - series.mean()
        deviation = float(np.sqrt(np.mean(centred**2)))
        if deviation > 0.0:
            skew, kurtosis = (float(np.mean((centred / deviation) ** power)) for power in (3, 4))
            sharpe = float(series.mean() / series.std(ddof=1))
            chance = deflated_sharpe(sharpe, series.size, trial_sharpes.size, variance, skew=skew, kurtosis=kurtosis)
            count += chance >= LEAST_DEFLATED
    return count


def _overfitting(returns: Sequence[FloatArray]) -> float | None:
    """Return the probability of backtest overfitting of the distinct series; None where there are fewer than two."""
    distinct = {series.tobytes(): series for series in returns if series.std() > 0.0}
    if len(distinct) < 2:
        return None
    try:
        return cscv(np.column_stack(list(distinct.values())), N_BLOCKS).pbo
    except ValueError:
        # Series that differ only in size are one strategy to it.
        return None


def base_policy() -> GauntletPolicy:
    """Return the bare rule."""
    return load_settings(GauntletPolicy, ROOT / "configs/gauntlet-base.toml")
