"""A parent beside a child, in the lines of a panel."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from organism.dashboard.curve import LABEL, Line, curves
from organism.dashboard.words import SOFT, UNKNOWN, figure, indented, table
from organism.views.lineage import Behaviour, Comparison, Delta, Family, GenomeRow, Piece

STYLES = {"same": "", "changed": "$text-warning", "added": "$text-success", "removed": "$text-error"}
VERDICTS = {"better": "$text-success", "worse": "$text-error"}
BEFORE, AFTER = "$text-secondary", "$text-accent"
SHORT = 8
"""Digits of a genotype that are shown."""
WIDE = 110
NAME = 12
"""Columns of the name of a root."""
CHART_ROWS = 9
CHANGES = 12
HEADS = ("genotype", "gen", "made by", "evidence", "Sharpe", "parts", "trades", "far", "")
ALIGNED = "<><>>>>><"


def genome_cells(row: GenomeRow) -> tuple[str, ...]:
    """Return a row of the list."""
    note = row.reason.replace("_", " ") if row.reason else "" if row.is_kept else "no rule"
    return (
        row.genotype[:SHORT],
        UNKNOWN if row.generation is None else f"{row.generation:,}",
        row.operator or "unknown",
        figure(row.evidence),
        figure(row.sharpe),
        UNKNOWN if row.parts is None else str(row.parts),
        UNKNOWN if row.n_trades is None else f"{row.n_trades:,}",
        str(row.distance) if row.distance else "",
        note,
    )


def family_line(family: Family) -> Content:
    """Return who is in the middle, and how many relatives there are."""
    genome = family.genome
    counts = (
        (len(family.parents), "parent"),
        (family.n_ancestors, "ancestor"),
        (family.genome.n_children, "child"),
        (family.n_descendants, "descendant"),
        (family.n_siblings, "sibling"),
    )
    said = "  ".join(f"{n:,} {word if n == 1 else 'children' if word == 'child' else word + 's'}" for n, word in counts)
    return Content.assemble((genome.genotype[:SHORT], "bold $text-accent"), (f"  {said}", SOFT))


def beside(found: Comparison, behaviour: Behaviour | str | None, width: int) -> Content:
    """Return rule, figures and trades of a comparison; `behaviour` may be a word on why it is not there."""
    blocks = [_title(found), _rule(found, width), _deltas(found, width)]
    if found.before is not None:
        if isinstance(behaviour, Behaviour):
            blocks += [_equity(behaviour, width), _trades(behaviour, width)]
        elif behaviour:
            blocks.append(Content.styled(behaviour, SOFT))
    return Content("\n\n").join(block for block in blocks if block.plain)


def _title(found: Comparison) -> Content:
    after = (found.after.genotype[:SHORT], f"bold {AFTER}")
    if found.before is None:
        return Content.assemble(after, ("  drawn afresh, without parents", SOFT))
    relation = "parent" if found.is_parent else "other"
    more = f", one of {found.n_parents} parents: n shows the next" if found.is_parent and found.n_parents > 1 else ""
    return Content.assemble(
        (f"{relation} ", SOFT),
        (found.before.genotype[:SHORT], f"bold {BEFORE}"),
        ("  to  child " if found.is_parent else "  to  ", SOFT),
        after,
        (f"  made by {found.operator}{more}", SOFT),
    )


def _rule(found: Comparison, width: int) -> Content:
    if not found.rule:
        return Content.styled(found.note, "$text-warning")
    lines: list[Content] = []
    for line in found.rule:
        name, before, after = f"{line.name:<{NAME}}", _text(line.before), _text(line.after)
        if found.before is None or line.is_same:
            lines += indented(Content.styled(name + "  ", SOFT), after, width)
        elif width >= WIDE:
            lines += _side_by_side(Content.styled(name + "  ", SOFT), before, after, width)
        else:
            lines += indented(Content.assemble((name, SOFT), ("- ", STYLES["removed"])), before, width)
            lines += indented(Content.assemble(" " * NAME, ("+ ", STYLES["added"])), after, width)
    return Content("\n").join(lines)


def _text(pieces: Sequence[Piece]) -> Content:
    return Content.assemble(
        *((piece.text, STYLES[piece.kind]) if STYLES[piece.kind] else piece.text for piece in pieces)
    )


def _side_by_side(head: Content, before: Content, after: Content, width: int) -> list[Content]:
    """Return the parent on the left and the child on the right."""
    room = (width - len(head.plain) - 3) // 2
    left, right = before.wrap(room) or [Content("")], after.wrap(room) or [Content("")]
    rows = []
    for place in range(max(len(left), len(right))):
        one = left[place] if place < len(left) else Content("")
        other = right[place] if place < len(right) else Content("")
        start = head if place == 0 else Content(" " * len(head.plain))
        rows.append(Content.assemble(start, one, " " * max(0, room - one.cell_length), (" │ ", SOFT), other))
    return rows


def _deltas(found: Comparison, width: int) -> Content:
    shown = [delta for delta in found.deltas if delta.after is not None or delta.before is not None]
    if not shown:
        reason = found.after.reason.replace("_", " ")
        return Content.styled(f"without fitness: {reason}", SOFT) if reason else Content("")
    label = max(len(_called(delta.name)) for delta in shown)
    lines = [_delta(delta, label, is_alone=found.before is None) for delta in shown]
    return Content("\n").join(_in_two(lines) if width >= WIDE else lines)


def _delta(delta: Delta, label: int, *, is_alone: bool) -> Content:
    form = ",.0f" if delta.name in ("n_trades", "parts", "size") else ",.3f"
    name, after = (f"{_called(delta.name):<{label}}", SOFT), f"{figure(delta.after, form):>12}"
    if is_alone:
        return Content.assemble(name, after)
    change = None if delta.before is None or delta.after is None else delta.after - delta.before
    said = (f"{figure(change, '+' + form):>12}  {delta.verdict}", VERDICTS.get(delta.verdict, SOFT))
    return Content.assemble(name, f"{figure(delta.before, form):>12}{after}", said)


def _called(name: str) -> str:
    return name.removeprefix("n_").replace("_", " ").replace("sharpe", "Sharpe")


def _in_two(lines: list[Content]) -> list[Content]:
    """Return the lines in two columns."""
    half = -(-len(lines) // 2)
    column = max(line.cell_length for line in lines) + 4
    rows = []
    for place, one in enumerate(lines[:half]):
        other = lines[half + place] if half + place < len(lines) else Content("")
        rows.append(Content.assemble(one, " " * (column - one.cell_length), other))
    return rows


def _trades(found: Behaviour, width: int) -> Content:
    rows = [
        (
            coin.coin,
            f"{coin.n_same:,}",
            f"{coin.n_shifted:,}",
            f"{coin.n_added:,}",
            f"{coin.n_removed:,}",
            f"{coin.profit_before:,.0f}",
            f"{coin.profit_after:,.0f}",
        )
        for coin in found.coins
    ]
    heads = ("trades", "same", "shifted", "added", "removed", "USDC before", "after")
    blocks = [table(heads, rows, "<>>>>>>", width)]
    if found.changes:
        blocks.append(Content(""))
    for change in found.changes[:CHANGES]:
        sign, style = {"added": ("+", "added"), "removed": ("-", "removed"), "shifted": ("~", "changed")}[change.kind]
        when = change.after if change.kind == "added" else change.before
        profit = (change.profit_after or 0.0) - (change.profit_before or 0.0)
        said = f"{sign} {change.coin:<6} {change.side:<5} {profit:+9,.0f}  "
        now = f"now {change.after}" if change.kind == "shifted" else ""
        # Both times on one line where there is room, and below one another where there is none.
        between = ", " if len(said) + len(when) + 2 + len(now) <= width else "\n" + " " * len(said)
        blocks.append(Content.styled(f"{said}{when}{between if now else ''}{now}", STYLES[style]))
    if found.n_changes > CHANGES:
        blocks.append(Content.styled(f"and {found.n_changes - CHANGES:,} more", SOFT))
    return Content("\n").join(blocks)


def _equity(found: Behaviour, width: int) -> Content:
    if not found.parts_at:
        parting = Content.styled("The equities never part: it trades the same.", SOFT)
    else:
        share = f"after {100.0 * (found.parts_after or 0.0):.1f} % of the bars"
        parting = Content.assemble("The equities part at ", (f"{found.parts_at} UTC", "bold"), (f", {share}.", SOFT))
    lines = [Line(found.equity_before, BEFORE), Line(found.equity_after, AFTER)]
    legend = Content.assemble(
        " " * (LABEL + 2),
        ("━ parent", BEFORE),
        "  ",
        ("━ child", AFTER),
        (f"  {found.first} to {found.last}, in sample", SOFT),
    )
    return Content("\n").join([parting, curves(lines, width, CHART_ROWS), legend])
