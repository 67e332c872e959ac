"""The only door to held-out bars: an opening is on record before a single bar is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from backtest.splits import Slice
from data.errors import ConfigError
from data.market import Universe
from data.snapshot import Snapshot
from organism.gauntlet.policy import VaultPolicy
from organism.ledger import Vault, VaultClosed
from organism.registry.rows import Opening, Strategy

MADE = ("world", "surrogate", "in-sample part")
"""Kinds of origin whose held-out bars hide nothing: made worlds, histories made into nulls, and what search may see."""


class Access(Enum):
    """Whose held-out bars a judge may open."""

    MADE = "made"
    """Those of made histories alone: work on the foundry itself."""
    CONFIGURED = "configured"
    """Those of real history too, under the rules that are configured."""
    OPEN = "open"
    """Those of real history too, under any rules, because somebody said `--open-vault`; evidence says so."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who asks, and under which rules."""

    strategy: Strategy
    policy_hash: str


def is_made(snapshot: Snapshot) -> bool:
    """Return whether a history is made, or has no held-out bars of a real one; unknown origins are real."""
    return snapshot.manifest.origin.get("kind") in MADE


def is_same_market(one: Snapshot, other: Snapshot) -> bool:
    """Return whether two histories are stretches of one market: of real prices, a venue, coins, an interval.

    A made history is a market of its own: what is decided on one says nothing of a rule elsewhere.
    """
    if is_made(one) or is_made(other):
        return False
    ours, theirs = (
        (snapshot.manifest.origin.get("venue"), snapshot.manifest.coins, snapshot.manifest.interval)
        for snapshot in (one, other)
    )
    return ours == theirs


def refuse_real(snapshot: Snapshot) -> None:
    """Refuse a snapshot of real history to whoever works on the foundry.

    Raises
    ------
    ConfigError
        If it is one.
    """
    if not is_made(snapshot):
        raise ConfigError(
            f"snapshot {snapshot.id[:12]} ({', '.join(snapshot.manifest.coins)}) is real history, whose held-out bars "
            "are opened under the rules of configs/gauntlet.toml alone: try others on a made world, or on a run with "
            "in_sample_only = true in its [history]; or say --open-vault, which costs openings that never come back"
        )


def open_slice(vault: Vault, snapshot: Snapshot, part: Slice, ticket: Ticket, now: datetime) -> Universe:
    """Record the opening, then return history up to the end of the slice and no further.

    An opening that was recorded by the very same question, before a crash kept its answer from being
    written, is not a second one.

    Raises
    ------
    VaultClosed
        If this genotype has seen any of this calendar time before.
    """
    try:
        vault.open_slice(
            ticket.strategy.genotype_hash,
            slice_name=part.name,
            start_ms=part.start_ms,
            end_ms=part.end_ms,
            snapshot_id=snapshot.id,
            policy_hash=ticket.policy_hash,
            run_id=ticket.strategy.run_id,
            now=now,
        )
    except VaultClosed as closed:
        if not _same_question(closed.opening, snapshot, part, ticket):
            raise
    return snapshot.prefix(part.end_ms).load()


def refusal(
    vault: Vault,
    snapshot: Snapshot,
    parts: tuple[Slice, ...],
    ticket: Ticket,
    rules: VaultPolicy,
    *,
    bred_at: datetime | None = None,
    n_registered: int = 0,
    n_promised: int = 0,
) -> str | None:
    """Return why this strategy may not see these slices, or None if it may.

    Parameters
    ----------
    bred_at
        Since when nothing can have informed it; None: since it was born.
    n_registered
        Strategies of its run that will be asked before it and have opened nothing yet.
    n_promised
        Those of other runs whose judgement was interrupted between registration and opening.
    """
    start_ms, end_ms = min(part.start_ms for part in parts), max(part.end_ms for part in parts)
    strategy = ticket.strategy
    opened = vault.openings_overlapping(start_ms, end_ms)
    mine = [opening for opening in opened if opening.genotype_hash == strategy.genotype_hash]
    if mine:
        begun = any(_same_question(opening, snapshot, part, ticket) for opening in mine for part in parts)
        return None if begun else "it has seen this calendar time before"
    ancestor = vault.judged_ancestor(strategy.genotype_hash, start_ms, end_ms, bred_at=bred_at or strategy.born_at)
    if ancestor is not None:
        return f"it descends from {ancestor.genotype_hash[:8]}, which the vault has judged on this calendar time"
    if sum(opening.run_id == strategy.run_id for opening in opened) + n_registered >= rules.promotions_per_run:
        return f"its run has used its {rules.promotions_per_run} promotions"
    if len(opened) + n_registered + n_promised >= rules.openings_per_calendar_time:
        return (
            f"this calendar time has been opened {rules.openings_per_calendar_time} times, its budget; "
            "only newer bars can judge more"
        )
    return None


def _same_question(opening: Opening, snapshot: Snapshot, part: Slice, ticket: Ticket) -> bool:
    asked = replace(
        opening,
        genotype_hash=ticket.strategy.genotype_hash,
        slice_name=part.name,
        start_ms=part.start_ms,
        end_ms=part.end_ms,
        snapshot_id=snapshot.id,
        policy_hash=ticket.policy_hash,
        run_id=ticket.strategy.run_id,
    )
    return asked == opening
