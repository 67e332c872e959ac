"""A comparison of two rules as lines of words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from organism.views.lineage import Behaviour, Comparison, Piece, RuleLine

MARKS = {"added": ("{+", "+}"), "removed": ("{-", "-}"), "changed": ("{", "}")}
"""Around what differs, where there is no colour."""
MARKS_SAID = "{-...-} is in the first alone, {+...+} in the second alone, {...} is another number."
CHANGES = 12


def comparison_lines(found: Comparison, behaviour: Behaviour | None) -> Iterator[str]:
    """Yield what differs in the rule, in the figures and in the trades."""
    old = "nobody" if found.before is None else found.before.genotype[:8]
    yield f"{old} to {found.after.genotype[:8]}, made by {found.operator}{'' if found.is_parent else ', not its child'}"
    if found.note:
        yield found.note
    yield from rule_lines(found.rule)
    for delta in found.deltas:
        if delta.before is not None and delta.after is not None:
            name = delta.name.removeprefix("n_").replace("_", " ")
            change = f"{delta.after - delta.before:+.4g}"
            yield f"{name:20} {delta.before:12.4g} {delta.after:12.4g} {change:>12} {delta.verdict}".rstrip()
    if behaviour is not None:
        yield from _trades(behaviour)


def rule_lines(rule: Sequence[RuleLine]) -> Iterator[str]:
    """Yield each part of a rule once if it is the same, else as it was and as it is, with marks around what differs."""
    for line in rule:
        if line.is_same:
            yield f"  {line.name}: {_text(line.after)}"
        else:
            yield f"- {line.name}: {_text(line.before)}"
            yield f"+ {line.name}: {_text(line.after)}"


def _trades(found: Behaviour) -> Iterator[str]:
    for coin in found.coins:
        yield (
            f"{coin.coin}: {coin.n_same} trades the same, {coin.n_shifted} shifted, {coin.n_added} added, "
            f"{coin.n_removed} removed; {coin.profit_before:,.0f} USDC before, {coin.profit_after:,.0f} after"
        )
    for change in found.changes[:CHANGES]:
        times = " now ".join(time for time in (change.before, change.after) if time)
        yield f"  {change.kind:8} {change.coin} {change.side:5} {times}"
    if found.n_changes > CHANGES:
        yield f"  and {found.n_changes - CHANGES:,} more"
    yield f"the equities part at {found.parts_at} UTC" if found.parts_at else "the equities never part"


def _text(pieces: Sequence[Piece]) -> str:
    parts = [(MARKS.get(piece.kind, ("", "")), piece.text) for piece in pieces]
    return "".join(f"{before}{text}{after}" for (before, after), text in parts)
