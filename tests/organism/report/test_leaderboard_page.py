"""The page of a run: the headline first, everything escaped, nothing fetched."""

from __future__ import annotations

import re
from pathlib import Path

from organism.report.data import LeaderboardReport, LeaderboardRow, MarketSection
from organism.report.leaderboard_page import leaderboard_page, write_leaderboard
from tests.organism.report.outline import Outline

SCRIPT = "<script>alert('x')</script>"


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


def test_markup_in_a_rule_stays_text() -> None:
    outline = Outline(leaderboard_page(leaderboard(SCRIPT)))
    assert "script" not in outline.names
    assert SCRIPT in outline.texts


def test_a_page_of_a_run_fetches_nothing_and_runs_nothing() -> None:
    page = leaderboard_page(leaderboard())
    outline = Outline(page)
    assert not re.search(r"https?:|//|url\(|@import", page)
    assert not {name for name, _ in outline.attributes} & {"src", "href", "onload", "onclick"}
    assert not {"script", "link", "iframe", "img"} & set(outline.names)


def test_a_leaderboard_leads_with_its_headline_and_lists_each_market(tmp_path: Path) -> None:
    path = tmp_path / "leaderboard.html"
    write_leaderboard(leaderboard(), path)
    texts = Outline(path.read_text(encoding="utf-8")).texts
    order = [texts.index(text) for text in ("planted market: 1 graduates; empty market: 0", "Planted", "Empty")]
    assert order == sorted(order)
    assert {"3.00", "2.50", "2.25", "4.1 %", "321", "30,000 rules were scored."} <= set(texts)
    assert texts.count("not opened") == 4
    assert "No strategy was judged." in texts
