"""From two names to all that is said of the two."""

from __future__ import annotations

import numpy as np

from data.errors import ConfigError
from evolution.genome.codec import decode
from organism.comparison.answer import answer, cautions, decided_on
from organism.comparison.gates import gate_rows
from organism.comparison.history import SharedHistory, shared_history
from organism.comparison.slices import Common, common_slices, compared, curves_of, joined, slices_of
from organism.comparison.trades import cost_rows, in_sample_trades, trade_difference
from organism.comparison.values import Side, StrategyComparison
from organism.gauntlet.evidence_document import understood
from organism.home import Home
from organism.registry.evidence import Pack, read_pack
from organism.registry.rows import Strategy, VerdictRow
from organism.registry.store import Registry
from organism.views.answers import answer_word
from organism.views.rule_diff import rule_diff

SLICES = ("IS", "OOS", "WF")


def compare_strategies(home: Home, registry: Registry, first: str, second: str) -> StrategyComparison:
    """Lay two judged strategies side by side, the first being A.

    Slices that the vault has not shown to both are named, and nothing is read of them.

    Raises
    ------
    ConfigError
        If a name is unknown, both are the same strategy, or one has no verdict.
    DataError
        If evidence is missing or damaged.
    """
    strategies = registry.get(first), registry.get(second)
    if strategies[0].id == strategies[1].id:
        raise ConfigError(f"{first!a} and {second!a} are both {strategies[0].id}: name two different strategies")
    rows = newest_verdicts(registry, *strategies)
    packs = tuple(read_pack(home.evidence, row.evidence_sha256) for row in rows)
    a, b = packs
    with understood(f"{a.sha256[:12]} or {b.sha256}"):
        return _compared(home, strategies, (a, b))


def newest_verdicts(registry: Registry, a: Strategy, b: Strategy) -> tuple[VerdictRow, VerdictRow]:
    """Return the newest verdicts on the same history; the newest of each if there is none.

    Raises
    ------
    ConfigError
        If one of the two has no verdict.
    """
    ours, theirs = _verdicts(registry, a), _verdicts(registry, b)
    pairs = ((one, other) for one in ours for other in theirs if one.snapshot_id == other.snapshot_id)
    return next(pairs, (ours[0], theirs[0]))


def _verdicts(registry: Registry, strategy: Strategy) -> list[VerdictRow]:
    found = registry.verdicts(strategy_id=strategy.id)
    if not found:
        raise ConfigError(f"strategy {strategy.id} has no verdict yet; judge it with: organism validate")
    return found[::-1]


def _compared(home: Home, strategies: tuple[Strategy, Strategy], packs: tuple[Pack, Pack]) -> StrategyComparison:
    sides = tuple(_side(strategy, pack) for strategy, pack in zip(strategies, packs, strict=True))
    a, b = sides
    common = common_slices(*packs)
    history = shared_history(home, packs[0].document, packs[1].document, _times(common))
    parts = common if history.is_shared else ()
    slices = tuple(compared(part) for part in joined(parts))
    decided = decided_on(slices)
    finding, sentence = answer(decided)
    trades = [in_sample_trades(home, strategy, side.scale) for strategy, side in zip(strategies, sides, strict=True)]
    behaviour, note = trade_difference(*trades)
    genomes = [decode(pack.document["genome"]) for pack in packs]
    return StrategyComparison(
        finding=finding,
        sentence=sentence,
        decided_on="" if decided is None else decided.name,
        cautions=tuple(cautions(a, b, decided)),
        a=a,
        b=b,
        rule=rule_diff(*genomes),
        gates=gate_rows(packs[0].document, packs[1].document),
        slices=slices,
        curves=tuple(curves_of(part) for part in parts),
        sealed=tuple(_sealed(a, b, history, {part.name for part in common})),
        history=history.words,
        trades=behaviour,
        trades_note=note,
        costs=cost_rows(packs, trades, [name for name in SLICES if name in a.slices and name in b.slices]),
    )


def _times(common: tuple[Common, ...]) -> np.ndarray:
    return np.concatenate([part.time_ms for part in common]) if common else np.zeros(0, dtype=np.int64)


def _side(strategy: Strategy, pack: Pack) -> Side:
    document = pack.document
    return Side(
        id=strategy.id,
        state=strategy.state.value,
        verdict=answer_word(document["verdict"], strategy.state.value),
        reason=document["reason"],
        run=strategy.run_id,
        generation=strategy.generation,
        operator=strategy.operator,
        rendered=document["rendered"],
        snapshot_id=document["snapshot_id"],
        policy_hash=document["policy_hash"],
        code_version=document["code_version"],
        evidence_sha256=pack.sha256,
        scale=document["scale"],
        n_trials=document["n_trials"],
        n_openings=document["n_openings"],
        slices=slices_of(document),
    )


def _sealed(a: Side, b: Side, history: SharedHistory, common: set[str]) -> list[str]:
    """Return why each slice that is not shown is not."""
    words = []
    for name in SLICES:
        judged = [letter for letter, side in (("A", a), ("B", b)) if name in side.slices]
        if not judged:
            words.append(f"{name}: sealed for both.")
        elif len(judged) == 1:
            other = "B" if judged == ["A"] else "A"
            words.append(f"{name}: judged for {judged[0]}, sealed for {other}; not read here.")
        elif not history.is_shared or name not in common:
            words.append(f"{name}: judged for both, on no bar that they have in common.")
    return words
