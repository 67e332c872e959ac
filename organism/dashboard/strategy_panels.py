"""What stands behind each tab of the screen of a strategy."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from organism.dashboard.curve import LABEL, Line, curves
from organism.dashboard.words import SOFT, STATE_STYLES, cut, figure, indented, share, table
from organism.report.data import StageRow
from organism.views.strategy import SliceCurve, StrategyPage, TradeList

EQUITY, FALL = "$text-accent", "$text-error"
UNJUDGED = "Not judged yet. Judge what is in testing with:  organism validate"
NO_COINS = "Figures by coin are in the evidence of a verdict. Judge it with:  organism validate"
BLANK = Content("")
OTHER_COLUMNS = 21
"""Of the table of gates: slice, verdict, and what lies between."""


def head(page: StrategyPage) -> Content:
    """Return who it is and what the gauntlet says, on one line."""
    word = page.verdict or page.card.state
    said = page.reason or ("" if page.verdict else "not judged yet")
    return Content.assemble(
        (page.card.id, "bold"),
        "  ",
        (word, f"bold {STATE_STYLES.get(word, '')}".strip()),
        (f"  {page.card.state}", SOFT),
        f"  {said}",
    )


def rule(page: StrategyPage, width: int) -> Content:
    """Return the rule, what it does in words, where it comes from, and how many were tried before it."""
    card = page.card
    lines = [Content(card.rendered), BLANK, Content(page.explanation), BLANK, _trials(page)]
    lines += [Content.styled(stamp, "$text-warning") for stamp in page.stamps]
    lines += [
        BLANK,
        Content.styled(f"made by {card.operator} in generation {card.generation:,} of {card.run}", SOFT),
        Content.styled(f"genotype {card.genotype_hash}", SOFT),
    ]
    if page.evidence_sha256:
        lines += [
            Content.styled(f"evidence {page.evidence_sha256}", SOFT),
            Content.styled(f"snapshot {page.snapshot_id}", SOFT),
            Content.styled(f"policy   {page.policy_hash}", SOFT),
        ]
    lines.append(BLANK)
    for event in page.events:
        head = Content.assemble((f"{event.at}  ", SOFT), f"{event.to_state:<12} ")
        lines += indented(head, Content(event.reason), width)
    return Content("\n").join(lines)


def gates(page: StrategyPage, width: int) -> Content:
    """Return every stage measured against its threshold, and below it what the number means and does not mean."""
    if not page.stages:
        return Content("\n").join([Content.styled(UNJUDGED, SOFT), *_alarms(page)])
    measured = max(len(stage.measured) for stage in page.stages)
    threshold = max(len(stage.threshold) for stage in page.stages)
    longest = max(len(stage.name) for stage in page.stages)
    name = max(12, min(longest, width - measured - threshold - OTHER_COLUMNS))
    lines = [Content.styled(f"{'stage':<{name}}  slice  {'measured':>{measured}}  {'asked for':<{threshold}}", SOFT)]
    for stage in page.stages:
        lines += _stage(stage, (name, measured, threshold), width)
    lines += [BLANK, *_registered(page, width)]
    lines += _alarms(page)
    return Content("\n").join(lines)


def equity(page: StrategyPage, width: int, height: int) -> Content:
    """Return equity and drawdown of each slice that was opened, and which were not."""
    if not page.verdict:
        return Content.styled(UNJUDGED, SOFT)
    rows = max(4, min(10, (height - 2) // max(1, len(page.curves)) - 7))
    blocks = [_slice(curve, width, rows) for curve in page.curves]
    if page.ruined:
        blocks.append(Content(f"{', '.join(page.ruined)}: a sleeve was ruined, so that there is no equity to draw."))
    if page.sealed:
        blocks.append(
            Content.styled(f"{', '.join(page.sealed)}: sealed. The vault has not opened it for this one.", SOFT)
        )
    return Content("\n\n").join(blocks)


def coins(page: StrategyPage, width: int) -> Content:
    """Return a row for each coin and for each regime, by slice."""
    if not page.coins:
        return Content.styled(NO_COINS, SOFT)
    by_coin = [
        (
            row.coin,
            row.slice,
            figure(row.sharpe),
            share(row.net_return),
            share(row.max_drawdown),
            f"{row.n_trades:,}",
            figure(row.difference, "+.2f"),
            figure(row.p_value),
        )
        for row in page.coins
    ]
    heads = ("coin", "slice", "Sharpe", "net return", "drawdown", "trades", "vs others", "p")
    blocks = [table(heads, by_coin, "<<>>>>>>", width)]
    blocks.append(
        Content.styled("vs others: its Sharpe less the mean of the other coins; p: luck alone, corrected", SOFT)
    )
    if page.regimes:
        by_regime = [
            (
                row.kind,
                row.state,
                row.slice,
                share(row.share_bars),
                figure(row.sharpe),
                share(row.net_return),
                f"{row.n_trades:,}",
            )
            for row in page.regimes
        ]
        regime_heads = ("regime", "state", "slice", "of bars", "Sharpe", "net return", "trades")
        blocks += [BLANK, table(regime_heads, by_regime, "<<<>>>>", width)]
    if page.unknowns:
        blocks += [BLANK, *map(Content, page.unknowns)]
    return Content("\n").join(blocks)


def trades(found: TradeList | str, width: int) -> Content:
    """Return the newest round trips in sample; or a word on why they are not there."""
    if isinstance(found, str):
        return Content.styled(found, SOFT)
    won = share(found.n_profitable / found.n if found.n else None)
    said = (
        f"{found.n:,} round trips in sample, {found.first} to {found.last}, {won} with a profit, "
        f"{found.profit:,.0f} USDC of 10,000 in all, at risk scale {found.scale:.3g}"
    )
    rows = [
        (
            row.coin,
            row.side,
            row.entry,
            row.leave[5:],
            f"{row.profit:+,.2f}",
            f"{row.entry_price:,.5g}",
            f"{row.exit_price:,.5g}",
            row.reason.replace("_", " "),
        )
        for row in found.rows
    ]
    heads = ("coin", "side", "in (UTC)", "out", "USDC", "in at", "out at", "closed by")
    more = [Content.styled(f"the newest {len(rows):,} of them", SOFT)] if len(rows) < found.n else []
    return Content("\n").join([Content(said), BLANK, table(heads, rows, "<<<<>>><", width), *more])


PANES: dict[str, tuple[str, Callable[[StrategyPage, int], Content]]] = {
    "rule": ("Rule", rule),
    "gates": ("Gates", gates),
    "coins": ("Coins, regimes", coins),
}
"""Those that need nothing but the page and a width."""


def _trials(page: StrategyPage) -> Content:
    if page.n_tried is None:
        return Content.styled(UNJUDGED, SOFT)
    return Content(
        f"{page.n_tried:,} rules had been tried on in-sample history before this one was judged. The best of many "
        "looks good by luck alone: its in-sample figures are too high, and only slices that the search never saw count."
    )


def _stage(stage: StageRow, widths: tuple[int, int, int], width: int) -> list[Content]:
    name, measured, threshold = widths
    style = STATE_STYLES.get(stage.verdict, "")
    line = Content.assemble(
        f"{cut(stage.name, name):<{name}}  {stage.slice:<5}  {stage.measured:>{measured}}  ",
        f"{stage.threshold:<{threshold}}  ",
        ("passed" if stage.verdict == "Pass" else "missed", style),
    )
    meaning = Content.styled(stage.meaning, SOFT).wrap(max(20, width - 2))
    return [line, *(Content.assemble("  ", part) for part in meaning)]


def _alarms(page: StrategyPage) -> list[Content]:
    """Return what is known of its run, a paragraph each."""
    paragraphs = [part for line in page.alarms for part in (BLANK, Content(line))]
    return [BLANK, Content.styled("alarms of its run", SOFT), *paragraphs] if paragraphs else []


def _registered(page: StrategyPage, width: int) -> list[Content]:
    if not page.members:
        return [Content.styled("It was not registered, so no held-out bar was opened for it.", SOFT)]
    rows = [
        (
            f"{member.strategy_id}{' (this one)' if member.is_this_one else ''}",
            figure(member.p_value, ".2g"),
            figure(member.corrected, ".2g"),
        )
        for member in page.members
    ]
    n = len(page.members) + page.n_earlier
    return [table(("registered together", "p-value", f"corrected for {n} questions"), rows, "<>>", width)]


def _slice(curve: SliceCurve, width: int, rows: int) -> Content:
    title = Content.assemble(
        (f"{curve.slice}  ", "bold"),
        (f"{curve.first} to {curve.last}   ", SOFT),
        f"return {share(curve.net_return)}   ",
        f"worst drawdown {share(-curve.worst)}",
    )
    percent = [100.0 * fall for fall in curve.drawdown]
    return Content("\n").join(
        [
            title,
            curves([Line(curve.equity, EQUITY)], width, rows),
            Content.styled(" " * (LABEL + 2) + "drawdown, %", SOFT),
            curves([Line(percent, FALL)], width, max(3, rows // 2), ".1f", zero=True),
        ]
    )
