"""The rules of the gauntlet, as configured; their hash is part of every verdict."""

from __future__ import annotations

from pydantic import Field, model_validator

from data.canonical import hash_json
from data.settings import Settings
from organism.gauntlet.contradictions import contradictions

BASE_SHARPE, BASE_DRAWDOWN = 2.0, 0.10
BASE_STAGES = ("Sharpe after costs", "drawdown at frozen scale")


class InSamplePolicy(Settings):
    """Thresholds on the 60 % that search has seen."""

    minimum_trades: int = Field(100, ge=1)
    minimum_sharpe: float = 2.0
    maximum_drawdown: float = Field(0.10, gt=0, lt=1)
    minimum_sharpe_at_doubled_costs: float = 1.0
    minimum_share_kept_one_bar_later: float = Field(0.5, ge=0, le=1)
    minimum_alpha_t: float = 2.0
    maximum_annual_turnover: float = Field(2_000.0, gt=0)
    """Times equity. At 2,000 one basis point of cost is 20 % a year: a Sharpe ratio of 2 at 10 % volatility."""
    minimum_capacity_usdc: float = Field(50_000.0, ge=0)
    """Five times the capital that everything is simulated with."""
    maximum_share_of_bar_volume: float = Field(0.01, gt=0, le=1)
    """What a fill may be of the volume of its bar, at that capital."""


class RobustnessPolicy(Settings):
    """What an edge must survive in sample besides costs and delay: luck, weather, neighbours, noise."""

    maximum_share_of_one_trade: float = Field(0.2, gt=0, le=1)
    minimum_positive_sixths: int = Field(5, ge=0, le=6)
    maximum_share_of_one_regime: float = Field(0.7, gt=0)
    copies: int = Field(100, ge=10, le=10_000)
    share_of_fills_missed: float = Field(0.1, ge=0, lt=1)
    minimum_share_kept_with_missed_fills: float = Field(0.5, ge=0, le=1)
    minimum_share_kept_with_a_number_moved: float = Field(0.5, ge=0, le=1)
    noise_share_of_range: float = Field(0.05, ge=0, le=1)
    minimum_share_kept_on_noisy_bars: float = Field(0.5, ge=0, le=1)


class HeldOutPolicy(Settings):
    """Thresholds on each of the two slices that search has not seen."""

    minimum_trades: int = Field(30, ge=1)
    minimum_sharpe: float = 2.0
    maximum_drawdown: float = Field(0.10, gt=0, lt=1)
    maximum_joined_p_value: float = Field(0.01, gt=0, lt=1)
    """Of alpha on both slices together, corrected for all that were registered.

    A hundredth where a twentieth is promised: in a market that rises, the base rule lets nearly everything pass and
    this stage stands alone. A true Sharpe ratio above 2 on both slices is rarely above it.
    """


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
    minimum_years: float = Field(2.0, ge=0, le=100)
    """With less history the best verdict is Watch."""
    openings_per_calendar_time: int = Field(20, ge=1, le=10_000)
    maximum_correlation: float = Field(0.8, gt=0, le=1)


class GauntletPolicy(Settings):
    """The whole of `configs/gauntlet.toml`."""

    left_out: tuple[str, ...] = Field((), max_length=50)
    """Names of stages that are not asked."""
    in_sample: InSamplePolicy = InSamplePolicy()
    robustness: RobustnessPolicy = RobustnessPolicy()
    held_out: HeldOutPolicy = HeldOutPolicy()
    walk_forward: WalkForwardPolicy = WalkForwardPolicy()
    risk_target: RiskTarget = RiskTarget()
    vault: VaultPolicy = VaultPolicy()

    @model_validator(mode="after")
    def _check_contradictions(self) -> GauntletPolicy:
        found = contradictions(self, GauntletPolicy.model_construct())
        if found:
            raise ValueError("; ".join(found))
        return self

    def weaknesses(self) -> tuple[str, ...]:
        """Say where this is weaker than the base rule: Sharpe above 2, drawdown below 10 %, in every slice."""
        found = [f"left_out names {name!r}" for name in BASE_STAGES if name in self.left_out]
        for table, rules in (("in_sample", self.in_sample), ("held_out", self.held_out)):
            if rules.minimum_sharpe < BASE_SHARPE:
                found.append(f"{table}.minimum_sharpe is {rules.minimum_sharpe:g}, below {BASE_SHARPE:g}")
            if rules.maximum_drawdown > BASE_DRAWDOWN:
                found.append(f"{table}.maximum_drawdown is {rules.maximum_drawdown:g}, above {BASE_DRAWDOWN:g}")
        return tuple(found)

    def sha256(self) -> str:
        """Return the hash that names this policy in verdicts and evidence."""
        return hash_json(self.model_dump(mode="json"))
