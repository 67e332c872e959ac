"""What putting a copy in the place of a registry would forget: the one thing that no advice may bring about."""

from __future__ import annotations

from organism.registry.inspection import Contents


def forgotten(now: Contents, copy: Contents, n_descents: int) -> str:
    """Return what a registry knows and a copy does not, in words; empty if the copy knows all of it.

    Parameters
    ----------
    n_descents
        Pairs of child and parent that the copy does not know. Held-out bars are refused to those whose ancestors have
        seen them.
    """
    versions = {name: strategy.version for name, strategy in copy.strategies.items()}
    counts = {
        "strategies": len(now.strategies.keys() - versions.keys()),
        "moves of others": sum(one.version > versions.get(name, one.version) for name, one in now.strategies.items()),
        "verdicts": len(set(now.verdicts) - set(copy.verdicts)),
        "openings of the vault": len(now.openings - copy.openings),
        "registrations": len(now.registrations - copy.registrations),
        "submissions": len(now.judged_for.keys() - copy.judged_for.keys()),
        "descents": n_descents,
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)
