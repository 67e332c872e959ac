"""One self-contained page: no script, no font, no picture from elsewhere; printable, under 5 MB."""

from __future__ import annotations

from pathlib import Path

from data.durable import write_atomically
from organism.report.chart import equity_chart, legend_of
from organism.report.data import (
    CoinRow,
    LeaderboardReport,
    LeaderboardRow,
    MarketSection,
    RegistrationTable,
    StageRow,
    StrategyReport,
)
from organism.report.markup import Markup, element, join
from organism.report.regimes import regimes_table
from organism.report.table import UNOPENED, cells, framed, number, percent, table

STYLE = Path(__file__).with_name("style.css")
WARNING = "Measured on history, after costs. It promises nothing about the future."
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Content policy of a page: a browser refuses whatever would leave it."""

SURE = 0.05
"""P-value up to which a coin is said to differ."""
TONES = {
    "pass": "good",
    "graduate": "good",
    "marginal": "middling",
    "watch": "middling",
    "kill": "bad",
    "quarantine": "odd",
}
"""Colour of each verdict; the word itself is always written out."""


def write_strategy_report(report: StrategyReport, path: Path) -> None:
    """Write the page of one strategy, durably; the folder is created."""
    write_atomically(path, strategy_page(report).encode("utf-8"))


def write_leaderboard(report: LeaderboardReport, path: Path) -> None:
    """Write the page that lists the strategies of several markets, durably; the folder is created."""
    write_atomically(path, leaderboard_page(report).encode("utf-8"))


def strategy_page(report: StrategyReport) -> str:
    """Return the page as text: from the verdict over rule, equity, coins and regimes to what was unknown."""
    return page(
        report.strategy_id,
        element("header", element("h1", report.strategy_id), _summary(report)),
        section("Verdict", _stages(report.stages)),
        section("Registration", _registration(report.registration)),
        section("Rule", element("pre", report.rendered), element("p", report.explanation)),
        section("Equity and drawdown", _equity(report)),
        section("Coin by coin", _coins(report.coins)),
        section("Regime by regime", regimes_table(report.regimes)),
        section("Alarms of its run", _alarms(report)),
        section(
            "Where the history is from",
            _list(report.history, "It is not known here: its snapshot is not in this home."),
        ),
        section("What was unknown, and notes", _list(report.unknowns, "Nothing was reported as unknown.")),
        section("How many were tried before", element("p", _trials(report.n_trials))),
        section("Identity", _identity(report)),
    )


def leaderboard_page(report: LeaderboardReport) -> str:
    """Return the page as text: the headline, then a table for each market."""
    return page(
        report.title,
        element("header", element("h1", report.title), element("p", report.headline, class_="lead")),
        *(_market(market) for market in report.markets),
    )


def page(title: str, *body: Markup, footer: str = WARNING, more_style: str = "") -> str:
    """Return a whole page; `more_style` is style of its own, after that of every page."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", Markup(STYLE.read_text(encoding="utf-8") + more_style)),
    )
    return "<!doctype html>\n" + element("html", head, element("body", *body, element("footer", footer)), lang="en")


def _summary(report: StrategyReport) -> Markup:
    said = f": {report.reason}." if report.reason else "."
    return join(
        element("p", _badge(report.verdict), f" {report.state}{said}", class_="lead"),
        *(element("p", stamp, class_="stamp") for stamp in report.stamps),
        element("p", "Measured after fees, slippage and funding.", class_="note"),
    )


def section(title: str, *content: Markup) -> Markup:
    return element("section", element("h2", title), *content)


def _badge(verdict: str) -> Markup:
    return element("span", verdict, class_=f"badge {TONES.get(verdict.lower(), 'neutral')}")


def _stages(stages: tuple[StageRow, ...]) -> Markup:
    if not stages:
        return element("p", "No stage of the gauntlet has judged it yet.")
    numbers = {2, 3}
    rows = []
    for stage in stages:
        texts = (stage.name, stage.slice, stage.measured, stage.threshold, _badge(stage.verdict), stage.meaning)
        marked = {} if stage.verdict == "Pass" else {"class_": "missed"}
        rows.append(cells("td", texts, numbers, **marked))
    return framed(("stage", "slice", "measured", "threshold", "verdict", "what it means"), rows, numbers=numbers)


def _registration(registered: RegistrationTable | None) -> Markup:
    if registered is None:
        return element("p", "It was not registered, so no held-out bar was opened for it.")
    rows = [
        (
            f"{member.strategy_id} (this one)" if member.is_this_one else member.strategy_id,
            _p_value(member.p_value),
            _p_value(member.corrected),
        )
        for member in registered.members
    ]
    n_questions = len(registered.members) + registered.n_earlier
    return join(
        element(
            "p",
            f"Fixed before any held-out bar was read, after {registered.n_trials:,} trials. {registered.n_earlier} "
            f"other genotypes had seen some of this time before; they count as questions too, {n_questions} in all.",
        ),
        table(("registered together", "p-value", "corrected (Holm)"), rows, numbers={1, 2}),
        element(
            "p",
            "One-sided p-value of alpha on the days of both held-out slices; 1 stands for one that was not asked on "
            "both. The p-values are on the pages of those that passed both slices.",
            class_="note",
        ),
        element("dl", element("dt", "registration"), element("dd", registered.sha256)),
    )


def _alarms(report: StrategyReport) -> Markup:
    none = "None could be computed." if report.registration else "Alarms are computed for those that were registered."
    return _list(report.alarms, none)


def _equity(report: StrategyReport) -> Markup:
    if not report.curves:
        return element("p", "No equity has been computed.")
    sealed = ", ".join(report.sealed)
    notes = [element("p", f"Not shown, because the vault has not opened it: {sealed}.")] if sealed else []
    return join(
        element("p", "Each slice starts flat with its initial capital.", class_="note"),
        equity_chart(report.curves),
        legend_of(report.curves),
        *notes,
    )


def _coins(coins: tuple[CoinRow, ...]) -> Markup:
    if not coins:
        return element("p", "No coin has been simulated.")
    rows = [
        (
            row.coin,
            row.slice,
            number(row.sharpe),
            percent(row.net_return, sign=True),
            percent(row.max_drawdown),
            f"{row.n_trades:,}",
            *(_known(value) for value in (row.difference, row.p_value, row.sharpe_without)),
        )
        for row in coins
    ]
    headings = ("coin", "slice", "Sharpe", "net return", "max drawdown", "trades")
    beside = ("vs others", "p", "without it")
    return join(
        table((*headings, *beside), rows, numbers=set(range(2, 9))),
        element("p", _coin_words(coins), class_="note"),
    )


def _known(value: float | None) -> str:
    return "" if value is None else number(value)


def _coin_words(coins: tuple[CoinRow, ...]) -> str:
    """Say which coins differ by more than luck would have them differ."""
    explained = (
        "Vs others: the Sharpe ratio of a coin's days less the mean of the other coins'; p is the chance that "
        "luck alone makes a difference as large, corrected for asking about every coin. The last column is the Sharpe "
        "ratio of the strategy on all coins but this one."
    )
    named = [
        f"{row.coin} does {'better' if row.difference > 0.0 else 'worse'} in {row.slice}"
        for row in coins
        if row.difference is not None and row.p_value is not None and row.p_value <= SURE
    ]
    found = ", ".join(named) if named else "No coin differs from the others by more than luck"
    return f"{found}. {explained}"


def _trials(n_trials: int) -> str:
    return (
        f"{n_trials:,} distinct rules had been scored on in-sample history before this one was judged, or asked about "
        "by a screen. The best of "
        "many looks good by luck alone, so in-sample figures of a chosen rule are too high; the slices that the "
        "search never saw are the evidence."
    )


def _identity(report: StrategyReport) -> Markup:
    pairs = (
        ("snapshot", report.snapshot_id),
        ("policy", report.policy_hash),
        ("evidence", report.evidence_sha256),
        ("strategy", report.strategy_id),
    )
    return element("dl", *(element(tag, text) for pair in pairs for tag, text in zip(("dt", "dd"), pair, strict=True)))


def _market(market: MarketSection) -> Markup:
    heads = ("strategy", "verdict", "IS Sharpe", "OOS Sharpe", "WF Sharpe", "max drawdown", "trades")
    rows = [row for listed in market.rows for row in _leaderboard_rows(listed)]
    listed_rows = framed(heads, rows, numbers={2, 3, 4, 5, 6}) if rows else element("p", "No strategy was listed.")
    return section(market.name, element("p", market.description), listed_rows, _list(market.notes, ""))


def _leaderboard_rows(row: LeaderboardRow) -> tuple[Markup, Markup]:
    """Return a row of figures, and below it one over the whole width with the rule."""
    figures = (
        element("code", row.strategy_id),
        _badge(row.verdict),
        number(row.in_sample_sharpe),
        number(row.out_of_sample_sharpe),
        number(row.walk_forward_sharpe),
        percent(row.max_drawdown),
        UNOPENED if row.n_trades is None else f"{row.n_trades:,}",
    )
    remark = element("p", row.remark, class_="note") if row.remark else Markup("")
    below = element("td", element("pre", row.rule), remark, colspan=len(figures))
    return cells("td", figures, {2, 3, 4, 5, 6}, class_="open"), element("tr", below)


def _list(texts: tuple[str, ...], otherwise: str) -> Markup:
    if texts:
        return element("ul", *(element("li", text) for text in texts))
    return element("p", otherwise) if otherwise else Markup("")


def _p_value(value: float | None) -> str:
    return "not known here" if value is None else f"{value:.2g}"
