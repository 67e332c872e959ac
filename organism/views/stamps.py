"""Where a verdict does not rest on what a reader would expect: weaker rules, a vault opened for others, lost trials."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data.errors import DataError
from organism.gauntlet.evidence_document import understood
from organism.registry.evidence import read_document
from organism.registry.rows import Strategy
from organism.registry.states import LifecycleState

Stamps = Mapping[str, str]
"""By a mark of two words, what it stands for in a sentence; empty if there is nothing to say."""


def stamps_of(document: Mapping[str, Any]) -> Stamps:
    """Return what is to be said of the rules and the count of trials of an evidence document."""
    found = {}
    if document.get("weaker_than_base"):
        weaknesses = "; ".join(document["weaker_than_base"])
        found["weaker rules"] = f"These rules are weaker than the base rule: {weaknesses}."
    # Packs from before there was such a flag do not have its word.
    if document.get("open_vault"):
        found["open vault"] = (
            "These are not the configured rules: the vault of real history was opened with --open-vault."
        )
    # Nor the runs that were missed in their count.
    if document.get("lost_runs"):
        runs = ", ".join(document["lost_runs"])
        found["lost trials"] = (
            f"More rules were tried than counted: the trials of these runs were gone when it was judged: {runs}."
        )
    return found


def stamps_of_strategy(evidence: Path, strategy: Strategy) -> Stamps:
    """Return the stamps of what a strategy has passed with; none of one that waits, or was rejected."""
    if strategy.evidence_sha256 is None or strategy.state is LifecycleState.REJECTED:
        return {}
    return stamps_on_record(evidence, strategy.evidence_sha256)


def stamps_on_record(evidence: Path, sha256: str) -> Stamps:
    """Return the stamps of a pack under a folder of evidence; that they are not known if it cannot be read."""
    try:
        with understood(sha256):
            return stamps_of(read_document(evidence, sha256))
    except DataError as error:
        return {"unknown rules": f"Under which rules it was judged is not known: {error}."}
