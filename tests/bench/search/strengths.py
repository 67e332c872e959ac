"""How strong a cause must be for its oracle to be worth what a plan says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from data.canonical import canonical_json, hash_json
from data.durable import write_atomically
from data.errors import ConfigError
from data.worlds import drawn_cause
from data.worlds.parameters import Cause
from evolution.run.layout import read_json
from organism.calibrate.oracles import oracle_of
from tests.bench.search.continuation import Continuation
from tests.bench.search.plan import STRENGTH, BarsSettings, Pair, PlanSettings

MOST = 1.0
"""A drift of the price by its whole volatility on every bar."""


def strengthened(pair: Pair, plan: PlanSettings, folder: Path) -> Cause:
    """Return the cause that a pair draws, at the strength of the plan's Sharpe ratio; kept in `folder`.

    Measured on bars of its own, the same noise at each strength, and interpolated: the ratio is nearly linear in it.
    """
    cause = drawn_cause(pair.kind, pair.seed)
    asked = {"pair": asdict(pair), "cause": asdict(cause), "sharpe": plan.sharpe, **plan.strength.model_dump()}
    path = folder / f"{pair.kind}-{pair.seed:04d}-{hash_json(asked)[:12]}.json"
    if not path.exists():
        measured: list[tuple[float, float]] = []

        def sharpe(strength: float) -> float:
            measured.append((strength, _sharpe(pair, replace(cause, strength=strength), plan.strength)))
            return measured[-1][1]

        strength = solved(sharpe, cause.strength, plan.sharpe, what=f"{pair.kind} of seed {pair.seed}")
        write_atomically(path, canonical_json({"strength": strength, "measured": measured, **asked}) + b"\n")
    return replace(cause, strength=float(read_json(path, "strength")["strength"]))


def solved(sharpe: Callable[[float], float], usual: float, target: float, *, what: str) -> float:
    """Return the strength at which `sharpe` is the target: from three strengths, by a line through the nearest two.

    Raises
    ------
    ConfigError
        If it would be more than `MOST`.
    """
    known = [(strength, sharpe(strength)) for strength in (0.0, usual)]
    near = min(_on_line(known[0], known[1], target), MOST)
    known = sorted([*known, (near, sharpe(near))], key=lambda one: abs(one[1] - target))
    found = _on_line(known[0], known[1], target)
    if not 0.0 < found <= MOST:
        raise ConfigError(f"{what} needs a strength of {found:g} for a Sharpe ratio of {target:g}: allowed is up to 1")
    return round(found, 6)


def _sharpe(pair: Pair, cause: Cause, bars: BarsSettings) -> float:
    return Continuation(pair, cause, bars, STRENGTH).sharpe(oracle_of(cause))


def _on_line(one: tuple[float, float], other: tuple[float, float], target: float) -> float:
    rise = (other[1] - one[1]) / (other[0] - one[0])
    return one[0] + (target - one[1]) / rise
