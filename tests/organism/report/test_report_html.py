"""The pages: verdict first, everything escaped, nothing fetched, small."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from organism.report.data import (
    CoinRow,
    Curve,
    LeaderboardReport,
    LeaderboardRow,
    MarketSection,
    MemberRow,
    RegimeRow,
    RegistrationTable,
    StageRow,
    StrategyReport,
)
from organism.report.html import leaderboard_page, strategy_page, write_leaderboard, write_strategy_report

SCRIPT = "<script>alert('x')</script>"
HOUR_MS = 3_600_000
VOID = {"meta", "br"}


class Outline(HTMLParser):
    """Collects elements and text, and checks that every element is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: list[str] = []
        self.texts: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def strategy(name: str = "nsga2_3_0a1b2c3d", n_bars: int = 500) -> StrategyReport:
    steps = np.random.default_rng(1).normal(0.0, 0.003, n_bars)
    steps[0] = 0.0
    equity = 10_000.0 * np.cumprod(1.0 + steps)
    time_ms = 1_577_836_800_000 + np.arange(n_bars, dtype=np.int64) * HOUR_MS
    return StrategyReport(
        strategy_id=name,
        state="rejected",
        verdict="KILL",
        rendered="long entry: close > sma(close, 24)\nrisk: fixed size",
        explanation="It goes long when the close is above its average.",
        stages=(StageRow("Sharpe", "in-sample", "1.12", "> 2", "Kill", "It earned too little for its risk."),),
        curves=(Curve("in-sample", time_ms, equity),),
        coins=(CoinRow("BTC", "in-sample", float("nan"), -0.05, 1234, 0.07),),
        unknowns=("Funding was unknown for 1.3 % of the in-sample bars.",),
        n_trials=48_211,
        snapshot_id="ab" * 32,
        policy_hash="cd" * 32,
        sealed=("out-of-sample", "walk-forward"),
        reason="in-sample Sharpe: 1.12, asked for > 2",
    )


def leaderboard(rule: str = "long entry: close > open") -> LeaderboardReport:
    judged = LeaderboardRow("nsga2_1_aaaaaaaa", "Pass", rule, 3.0, 2.5, 2.25, 0.041, 321)
    unjudged = LeaderboardRow("nsga2_2_bbbbbbbb", "Watch", rule, 1.5, None, None, None, None, "Not in the budget.")
    return LeaderboardReport(
        "Demo",
        "planted market: 1 graduates; empty market: 0",
        (
            MarketSection("Planted", "Has a cause.", (judged, unjudged), ("30,000 rules were scored.",)),
            MarketSection("Empty", "Has none.", ()),
        ),
    )


def test_regimes_are_rows_and_what_never_was_is_none_of_them() -> None:
    rows = (
        RegimeRow("volatility", "calm", "in-sample", 0.25, 1_200, -0.031, -0.4),
        RegimeRow("volatility", "wild", "in-sample", 0.75, 3, 0.2, float("nan")),
        RegimeRow("volatility", "unknown", "in-sample", 0.0, 0, 0.0, float("nan")),
    )
    texts = Outline(strategy_page(replace(strategy(), regimes=rows))).texts
    first = texts.index("volatility: calm")
    assert texts[first : first + 6] == ["volatility: calm", "in-sample", "25.0 %", "1,200", "-3.1 %", "-0.40"]
    assert texts[first + 6 : first + 12] == ["volatility: wild", "in-sample", "75.0 %", "3", "+20.0 %", "none"]
    assert "volatility: unknown" not in texts
    assert "It was judged before regimes were measured." in Outline(strategy_page(strategy())).texts


def test_the_verdict_stands_before_the_rule_and_the_curves() -> None:
    texts = Outline(strategy_page(strategy())).texts
    order = [
        texts.index(title)
        for title in (
            "KILL",
            " rejected: in-sample Sharpe: 1.12, asked for > 2.",
            "Verdict",
            "Registration",
            "Rule",
            "Equity and drawdown",
            "Coin by coin",
            "Regime by regime",
            "Alarms of its run",
            "What was unknown, and notes",
        )
    ]
    assert order == sorted(order)


def test_a_stage_that_was_missed_stands_out_in_its_row() -> None:
    passed = StageRow("round trips", "in-sample", "140", ">= 100", "Pass", "Enough.")
    page = strategy_page(replace(strategy(), stages=(passed, *strategy().stages)))
    assert page.count('<tr class="missed">') == 1
    assert page.index("round trips") < page.index('<tr class="missed">') < page.index(">1.12<")


def test_the_registration_names_everybody_and_both_p_values() -> None:
    table = RegistrationTable(
        "ef" * 32, (MemberRow("gp_1_a", 0.0031, 0.0124, True), MemberRow("gp_2_b", None, None, False)), 2, 7_500
    )
    texts = Outline(strategy_page(replace(strategy(), registration=table, alarms=("It may be luck.",)))).texts
    at = texts.index("gp_1_a (this one)")
    assert texts[at : at + 6] == ["gp_1_a (this one)", "0.0031", "0.012", "gp_2_b", "not known here", "not known here"]
    assert any("after 7,500 trials. 2 other genotypes" in text and "4 in all" in text for text in texts)
    assert {"ef" * 32, "It may be luck."} <= set(texts)


def test_one_that_was_not_registered_says_so() -> None:
    texts = Outline(strategy_page(strategy())).texts
    assert "It was not registered, so no held-out bar was opened for it." in texts
    assert "Alarms are computed for those that were registered." in texts


def test_rules_that_are_not_the_usual_ones_are_stamped_on_the_page() -> None:
    page = strategy_page(replace(strategy(), stamps=("These rules are weaker.", "The vault was opened.")))
    order = [page.index(f'class="stamp">{text}<') for text in ("These rules are weaker.", "The vault was opened.")]
    assert order == sorted(order)
    assert order[-1] < page.index(">Verdict<")
    assert 'class="stamp"' not in strategy_page(strategy())


def test_measured_stands_beside_its_threshold() -> None:
    texts = Outline(strategy_page(strategy())).texts
    assert texts[texts.index("1.12") + 1] == "> 2"


def test_every_section_has_its_figures() -> None:
    texts = Outline(strategy_page(strategy())).texts
    assert {"none", "-5.0 %", "7.0 %", "1,234"} <= set(texts)
    assert "Funding was unknown for 1.3 % of the in-sample bars." in texts
    assert any("48,211 distinct rules" in text for text in texts)
    assert {"ab" * 32, "cd" * 32} <= set(texts)


def test_slices_that_the_vault_has_not_opened_are_named_as_not_shown() -> None:
    assert "Not shown, because the vault has not opened it: out-of-sample, walk-forward." in strategy_page(strategy())


@pytest.mark.parametrize(
    "page", [strategy_page(strategy(SCRIPT)), leaderboard_page(leaderboard(SCRIPT))], ids=["strategy", "leaderboard"]
)
def test_markup_in_a_name_stays_text(page: str) -> None:
    outline = Outline(page)
    assert "script" not in outline.names
    assert SCRIPT in outline.texts


@pytest.mark.parametrize(
    "page", [strategy_page(strategy()), leaderboard_page(leaderboard())], ids=["strategy", "leaderboard"]
)
def test_a_page_fetches_nothing(page: str) -> None:
    outline = Outline(page)
    assert not re.search(r"https?:|//|url\(|@import", page)
    assert not {name for name, _ in outline.attributes} & {"src", "href", "onload", "onclick"}
    assert not {"script", "link", "iframe", "img"} & set(outline.names)


def test_a_quote_cannot_leave_an_attribute() -> None:
    hostile = StageRow("s", "in-sample", "1", "2", 'Kill" onload="x', "m")
    page = strategy_page(StrategyReport("id", "testing", 'x" onload="y', "r", "e", (hostile,), (), (), (), 0, "s", "p"))
    assert "onload" not in {name for name, _ in Outline(page).attributes}


def test_five_years_of_hourly_bars_stay_far_below_five_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"
    write_strategy_report(strategy(n_bars=43_800), path)
    assert path.stat().st_size < 500_000
    assert path.read_text(encoding="utf-8").count("L") < 2 * 2_000 + 200


def test_a_leaderboard_leads_with_its_headline_and_lists_each_market(tmp_path: Path) -> None:
    path = tmp_path / "leaderboard.html"
    write_leaderboard(leaderboard(), path)
    texts = Outline(path.read_text(encoding="utf-8")).texts
    order = [texts.index(text) for text in ("planted market: 1 graduates; empty market: 0", "Planted", "Empty")]
    assert order == sorted(order)
    assert {"3.00", "2.50", "2.25", "4.1 %", "321", "30,000 rules were scored."} <= set(texts)
    assert texts.count("not opened") == 4
    assert "No strategy was listed." in texts


def test_a_strategy_without_anything_measured_says_so() -> None:
    page = strategy_page(StrategyReport("id", "testing", "Watch", "r", "e", (), (), (), (), 0, "s", "p"))
    for sentence in ("No stage of the gauntlet", "No equity", "No coin", "Nothing was reported as unknown"):
        assert sentence in page


@pytest.mark.parametrize("equity", [[10_000.0], [10_000.0, 10_000.0], [10_000.0, -5.0, float("nan")]])
def test_flat_short_and_ruined_curves_are_drawn_with_finite_coordinates(equity: list[float]) -> None:
    curve = Curve("in-sample", np.arange(len(equity), dtype=np.int64) * HOUR_MS, np.array(equity))
    page = strategy_page(StrategyReport("id", "dead", "Kill", "r", "e", (), (curve,), (), (), 0, "s", "p"))
    assert '<path d="M' in page
    assert not re.search(r'"[^"]*\b(nan|inf)\b[^"]*"', page)
