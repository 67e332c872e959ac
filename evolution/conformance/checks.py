"""The checks: each takes a case, and returns what is wrong with it in words, or None."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from data.market import FloatArray
from evolution.conformance.cases import Case, cases_of
from evolution.conformance.histories import (
    HOLE,
    LAST_BARS,
    LATER_BEGINNINGS,
    N_BARS,
    cut,
    jumping,
    odd_markets,
    scrambled,
    walk,
)
from evolution.opcodes.definition import Opcode
from evolution.opcodes.truth import Truth
from evolution.opcodes.types import ValueType

Check = Callable[[Case], str | None]
LEVELS = (1e-10, 1e4)
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says of an opcode."""

    check: str
    cases: int
    """How many it was asked about: signatures times windows."""
    wrong: str
    """The first case that it does not hold for, and why; empty if it holds."""


def conformance(opcode: Opcode) -> list[Finding]:
    """Return what each check says of an opcode, in the order of `CHECKS`; whatever its function raises is raised.

    Raises
    ------
    GenomeError
        If it reads other coins.
    """
    cases = cases_of(opcode)
    findings = []
    for words, check in CHECKS.items():
        said = ((case, check(case)) for case in cases)
        wrong = next((f"{case}: {found}" for case, found in said if found is not None), "")
        findings.append(Finding(words, len(cases), wrong))
    return findings


def knows_no_future(case: Case) -> str | None:
    """Bars after one that are replaced by garbage, or left out, change no bit of the values up to it."""
    market = walk()
    for last in LAST_BARS:
        past = case.floats(market)[: last + 1]
        for future, other in (("garbage", scrambled(market, last)), ("no bars", cut(market, 0, last + 1))):
            seen = case.floats(other)[: last + 1]
            if seen.tobytes() != past.tobytes():
                return (
                    f"with {future} after bar {last}, {_n_different(seen, past)} of the {last + 1} values before change"
                )
    return None


def begins_anywhere(case: Case) -> str | None:
    """Past the warm-up it does not matter where the history begins; to nine digits if it is recursive."""
    # A hole begins a recursion afresh, and would hide what is left of its first state.
    history = walk() if case.opcode.is_recursive else walk(hole=True)
    for start in LATER_BEGINNINGS:
        whole = case.floats(history)[start + case.warm_up_bars :]
        late = case.floats(cut(history, start, history.n_bars))[case.warm_up_bars :]
        if case.opcode.is_recursive:
            is_same = _is_close(late, whole, float(np.nanmax(np.abs(whole))), relative=0.0)
        else:
            is_same = late.tobytes() == whole.tobytes()
        if not (whole.size and is_same):
            return f"a history that begins {start} bars later has other values after {case.warm_up_bars} bars"
    return None


def keeps_its_warm_up(case: Case) -> str | None:
    """Past the warm-up every value is known."""
    known = ~np.isnan(case.floats(walk()))
    if not known[case.warm_up_bars :].all():
        missing = int(np.count_nonzero(~known[case.warm_up_bars :]))
        return f"{missing} values are unknown after the warm-up of {case.warm_up_bars} bars"
    return None


def begins_afresh(case: Case) -> str | None:
    """A recursion begins afresh after a hole."""
    if not case.opcode.is_recursive:
        return None
    holed = walk(hole=True)
    after = case.floats(cut(holed, HOLE.stop, N_BARS))
    is_same = np.isfinite(after).any() and case.floats(holed)[HOLE.stop :].tobytes() == after.tobytes()
    return None if is_same else "what is left of the state before a hole changes the values after it"


def keeps_its_bounds(case: Case) -> str | None:
    """Values stay within the declared bounds, on a walk and on a market that jumps."""
    low, high = case.opcode.bounds
    calm = case.floats(walk(3))
    if not np.isfinite(calm).any():
        return "no value is known on a random walk"
    for values in (calm, case.floats(jumping())):
        known = values[~np.isnan(values)]
        if (low is not None and (known < low).any()) or (high is not None and (known > high).any()):
            return f"values reach from {known.min():g} to {known.max():g}, outside of {low} to {high}"
    return None


def has_no_level(case: Case) -> str | None:
    """The level of price changes nothing but prices: a rule means the same on every coin."""
    market = walk()
    for level in LEVELS:
        scaled = replace(market, **{name: getattr(market, name) * level for name in ("open", "high", "low", "close")})
        expected = case.floats(market) * (level if case.signature.result is ValueType.PRICE else 1.0)
        if not _is_close(case.floats(scaled), expected, float(np.nanmax(np.abs(expected)))):
            return f"other values at {level:g} times the price"
    return None


def repeats(case: Case) -> str | None:
    """Arguments are not written to, and the answer is the same again."""
    market = walk()
    arguments = case.arguments(market)
    before = [bytes_of(argument) for argument in arguments]
    first = bytes_of(case.opcode(market, *arguments))
    if bytes_of(case.opcode(market, *arguments)) != first:
        return "the same call again has another answer"
    return None if [bytes_of(argument) for argument in arguments] == before else "it writes to its arguments"


def answers_everywhere(case: Case) -> str | None:
    """Every market, however odd, gives an answer of the right shape, finite or NaN, and sealed."""
    for kind, odd in odd_markets().items():
        with np.errstate(all="ignore"):  # the sources of arguments, not the opcodes, leave the range of floats
            arguments = case.arguments(odd)
        value = case.opcode(odd, *arguments)
        is_truth = case.signature.result is ValueType.BOOL
        wrong = _wrong_truth(value, odd.n_bars) if is_truth else _wrong_series(value, odd.n_bars)
        if wrong is not None:
            return f"{wrong} ({kind})"
    return None


def knows_its_order(case: Case) -> str | None:
    """It says commutative exactly if exchanging its arguments changes nothing."""
    arguments = case.signature.arguments
    if case.constant is not None or len(arguments) != 2 or arguments[0] is not arguments[1]:
        return "commutative without two arguments of a type" if case.opcode.is_commutative else None
    market = walk()
    left, right = case.arguments(market)
    is_same = bytes_of(case.opcode(market, left, right)) == bytes_of(case.opcode(market, right, left))
    if is_same == case.opcode.is_commutative:
        return None
    return f"exchanging the arguments changes {'nothing' if is_same else 'something'}"


def describes_itself(case: Case) -> str | None:
    """Name, weight, cost, and a place for each argument in both of its texts."""
    opcode, fields = case.opcode, [f"<{k}>" for k in range(len(case.signature.arguments))]
    if not (opcode.name.isidentifier() and opcode.name == opcode.name.lower()):
        return f"its name {opcode.name!r} is no lower-case identifier"
    if not (opcode.weight > 0 and opcode.cost > 0 and case.warm_up_bars >= 0):
        return "weight and cost have to be above 0, and the warm-up not below"
    if len({signature.arguments for signature in opcode.signatures}) != len(opcode.signatures):
        return "two signatures take the same arguments"
    texts = [template.format(*fields) for template in (opcode.render, opcode.explain)]
    return None if all(field in text for field in fields for text in texts) else "a text has no place for an argument"


CHECKS: dict[str, Check] = {
    "the future changes no bit of the past": knows_no_future,
    "past the warm-up, the beginning of history does not matter": begins_anywhere,
    "past the warm-up, every value is known": keeps_its_warm_up,
    "a recursion begins afresh after a hole": begins_afresh,
    "values stay within the bounds": keeps_its_bounds,
    "the level of price changes nothing but prices": has_no_level,
    "the answer repeats, and arguments are not written": repeats,
    "odd markets have an answer of the right shape": answers_everywhere,
    "commutative exactly if the order does not matter": knows_its_order,
    "it describes itself": describes_itself,
}
"""By what they say."""


def bytes_of(value: Any) -> bytes:
    """Return the bits of a series, of a truth, or of a constant."""
    return value.true.tobytes() + value.false.tobytes() if isinstance(value, Truth) else np.asarray(value).tobytes()


def _n_different(values: FloatArray, others: FloatArray) -> int:
    return int(np.count_nonzero(values.view(np.uint64) != others.view(np.uint64)))


def _is_close(values: FloatArray, expected: FloatArray, scale: float, *, relative: float = TOLERANCE) -> bool:
    # Something infinite is close to nothing.
    return bool(
        np.isfinite(scale) and np.allclose(values, expected, rtol=relative, atol=TOLERANCE * scale, equal_nan=True)
    )


def _wrong_series(value: Any, n_bars: int) -> str | None:
    if not isinstance(value, np.ndarray) or value.shape != (n_bars,) or value.dtype != np.float64:
        return f"not an array of {n_bars} floats"
    if value.flags.writeable:
        return "the answer can be written to: seal it"
    return "a value is infinite" if np.isinf(value).any() else None


def _wrong_truth(value: Any, n_bars: int) -> str | None:
    if not isinstance(value, Truth) or not value.true.shape == value.false.shape == ((n_bars + 63) // 64,):
        return f"not a truth of {n_bars} bars"
    if value.true.dtype != np.uint64 or value.false.dtype != np.uint64:
        return "not packed in words of 64 bits"
    if (value.true & value.false).any():
        return "a bar is both True and False"
    spare = np.unpackbits((value.true | value.false).view(np.uint8), bitorder="little")[n_bars:]
    return "a bit beyond the last bar is set" if spare.any() else None
