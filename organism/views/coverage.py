"""What a check of a history in the lake found: its verdict, and all of it as JSON values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from data.agreement import Agreement
from data.coverage import USUAL, Coverage, Outlier, Run, Thresholds
from data.intervals import utc_text


@dataclass(frozen=True, slots=True)
class Check:
    """A history of the lake, and what was found."""

    venue: str
    coin: str
    interval: str
    coverage: Coverage
    against: str | None = None
    """The second venue."""
    agreement: Agreement | None = None
    """With the second venue."""
    thresholds: Thresholds = USUAL
    made_of: str | None = None
    """Of a spliced market the venues in order of time, in words."""

    @property
    def outliers(self) -> tuple[Outlier, ...]:
        """Outliers that no second venue has seen as well."""
        if self.agreement is None:
            return self.coverage.outliers
        return tuple(found for found in self.coverage.outliers if not self.agreement.confirms(found.time_ms))

    @property
    def n_confirmed(self) -> int:
        """Outliers that the second venue has seen as well: the market was like that."""
        return len(self.coverage.outliers) - len(self.outliers)

    @property
    def is_clean(self) -> bool:
        """No gap, no outlier, and no disagreement with the second venue."""
        return not (self.coverage.gaps or self.outliers or (self.agreement and self.agreement.outliers))


def check_json(check: Check) -> dict[str, Any]:
    """Return all that was found, as JSON values."""
    found, agreed = check.coverage, check.agreement
    return {
        "venue": check.venue,
        "coin": check.coin,
        "interval": check.interval,
        "made_of": check.made_of,
        "is_clean": check.is_clean,
        "first": utc_text(found.first_ms),
        "last": utc_text(found.last_ms),
        "bars": found.n_bars,
        "bars_expected": found.n_expected,
        "coverage": found.share,
        "gaps": [_run_json(run) for run in found.gaps],
        "stale_runs": [_run_json(run) for run in found.stale_runs],
        "zero_volume_bars": found.n_zero_volume,
        "outliers": [
            {"time": utc_text(one.time_ms), "move": one.move, "usual_move": one.usual_move} for one in check.outliers
        ],
        "outliers_confirmed": check.n_confirmed,
        "funding": None
        if found.funding is None
        else {
            "share_known": found.funding.share,
            "longest_unknown": None
            if found.funding.longest_unknown is None
            else _run_json(found.funding.longest_unknown),
        },
        "against": None if agreed is None else {"venue": check.against, **_agreement_json(agreed)},
    }


def verdict(check: Check) -> str:
    """Return in one sentence whether the history is whole."""
    found = check.coverage
    troubles = [
        (len(found.gaps), "gap", f" of {found.n_missing:,} bars together"),
        (len(check.outliers), "outlier", ""),
        (
            0 if check.agreement is None else len(check.agreement.outliers),
            "disagreement",
            f" with {check.against}",
        ),
    ]
    said = [f"{count:,} {word}{'s' * (count > 1)}{rest}" for count, word, rest in troubles if count]
    if said:
        return "not clean: " + ", ".join(said)
    return "clean: no gaps, no outliers" + (f", agrees with {check.against}" if check.against else "")


def _agreement_json(agreed: Agreement) -> dict[str, Any]:
    return {
        "first": utc_text(agreed.first_ms),
        "last": utc_text(agreed.last_ms),
        "bars_expected": agreed.n_expected,
        "bars_common": agreed.n_common,
        "bars_traded": agreed.n_traded,
        "largest_basis": agreed.largest_basis,
        "share_common": agreed.share_common,
        "share_agreeing": agreed.share_agreeing,
        "basis_median": agreed.basis_median,
        "basis_p99": agreed.basis_p99,
        "disagreements": [
            {"time": utc_text(one.time_ms), "close": one.close, "other_close": one.other_close}
            for one in agreed.outliers
        ],
    }


def _run_json(run: Run) -> dict[str, Any]:
    return {"from": utc_text(run.first_ms), "to": utc_text(run.last_ms), "bars": run.n_bars}


def name_of(check: Check) -> str:
    """Return which history it is."""
    return f"{check.coin} {check.interval} of {check.venue}"
