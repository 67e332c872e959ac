"""The rules of the gauntlet, as configured; their hash is part of every verdict."""

from __future__ import annotations

from pydantic import Field, model_validator

from data.canonical import hash_json
from data.settings import Settings


class InSamplePolicy(Settings):
    """Thresholds on the 60 % that search has seen."""

    minimum_trades: int = Field(100, ge=1)
    minimum_sharpe: float = 2.0
    maximum_drawdown: float = Field(0.10, gt=0, lt=1)
    minimum_sharpe_at_doubled_costs: float = 1.0
    minimum_share_kept_one_bar_later: float = Field(0.5, ge=0, le=1)


class HeldOutPolicy(Settings):
    """Thresholds on each of the two slices that search has not seen."""

    minimum_trades: int = Field(30, ge=1)
    minimum_sharpe: float = 2.0
    maximum_drawdown: float = Field(0.10, gt=0, lt=1)


class WalkForwardPolicy(Settings):
    """Consecutive folds of the last slice."""

    folds: int = Field(4, ge=2, le=24)
    minimum_positive_folds: int = Field(3, ge=1, le=24)

    @model_validator(mode="after")
    def _check_folds(self) -> WalkForwardPolicy:
        if self.minimum_positive_folds > self.folds:
            raise ValueError(
                f"minimum_positive_folds is {self.minimum_positive_folds}, above folds, {self.folds}: "
                "nothing could ever pass"
            )
        return self


class RiskTarget(Settings):
    """What the frozen scale aims at, in sample."""

    annual_volatility: float = Field(0.10, gt=0, lt=1)
    maximum_drawdown: float = Field(0.07, gt=0, lt=1)


class VaultPolicy(Settings):
    """How often held-out time may be looked at."""

    promotions_per_run: int = Field(5, ge=1, le=1_000)
    openings_per_calendar_time: int = Field(20, ge=1, le=10_000)
    maximum_correlation: float = Field(0.8, gt=0, le=1)


class GauntletPolicy(Settings):
    """The whole of `configs/gauntlet.toml`."""

    in_sample: InSamplePolicy = InSamplePolicy()
    held_out: HeldOutPolicy = HeldOutPolicy()
    walk_forward: WalkForwardPolicy = WalkForwardPolicy()
    risk_target: RiskTarget = RiskTarget()
    vault: VaultPolicy = VaultPolicy()

    def sha256(self) -> str:
        """Return the hash that names this policy in verdicts and evidence."""
        return hash_json(self.model_dump(mode="json"))
