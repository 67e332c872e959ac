"""One judged strategy as its evidence tells it, read whole before anything is compared."""

from __future__ import annotations

from dataclasses import dataclass

from data.errors import ConfigError
from evolution.genome.codec import decode
from evolution.genome.genome import Genome
from organism.comparison.values import Side
from organism.gauntlet.evidence_document import understood
from organism.gauntlet.verdict import StageResult
from organism.home import Home
from organism.registry.evidence import Pack, read_pack
from organism.registry.rows import Strategy, VerdictRow
from organism.registry.store import Registry
from organism.views.answers import answer_word
from organism.views.chapters.retraced import check_openings
from organism.views.chapters.slices import JudgedSlice, judged_slices
from organism.views.stamps import stamps_of


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A strategy and what its verdict rests on."""

    side: Side
    pack: Pack
    genome: Genome
    stages: tuple[StageResult, ...]
    slices: tuple[JudgedSlice, ...]
    """Those that the vault has shown to it."""


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


def read_judged(home: Home, registry: Registry, strategy: Strategy, row: VerdictRow) -> Judged:
    """Return what the evidence of a verdict says.

    Raises
    ------
    DataError
        If it is missing or damaged, or speaks of slices that the vault has not opened for the strategy.
    """
    pack = read_pack(home.evidence, row.evidence_sha256)
    with understood(pack.sha256):
        slices = judged_slices(pack)
        found = Judged(
            side=_side(strategy, pack, slices),
            pack=pack,
            genome=decode(pack.document["genome"]),
            stages=tuple(StageResult.from_plain(stage) for stage in pack.document["stages"]),
            slices=slices,
        )
    end_ms = max((part.end_ms for part in slices), default=0)
    check_openings(slices, strategy.genotype_hash, registry.openings(0, end_ms))
    return found


def _verdicts(registry: Registry, strategy: Strategy) -> list[VerdictRow]:
    found = registry.verdicts(strategy_id=strategy.id)
    if not found:
        raise ConfigError(f"strategy {strategy.id} has no verdict yet; judge it with: organism validate")
    return found[::-1]


def _side(strategy: Strategy, pack: Pack, slices: tuple[JudgedSlice, ...]) -> Side:
    document = pack.document
    return Side(
        id=strategy.id,
        state=strategy.state.value,
        verdict=answer_word(document["verdict"], strategy.state.value),
        reason=document["reason"],
        run=document["run_id"],
        generation=strategy.generation,
        operator=strategy.operator,
        rendered=document["rendered"],
        snapshot_id=document["snapshot_id"],
        policy_hash=document["policy_hash"],
        code_version=document["code_version"],
        evidence_sha256=pack.sha256,
        scale=document["scale"],
        n_tried=document["n_trials"],
        n_openings=document["n_openings"],
        slices=tuple(part.name for part in slices),
        stamps=tuple(stamps_of(document).values()),
    )
