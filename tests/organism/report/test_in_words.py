"""Reports as Markdown and as JSON values: the figures of the page."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from organism.report.data import MarketSection
from organism.report.document import Block, Document, Figure, Table
from organism.report.in_words.run import run_document, run_sentence
from organism.report.in_words.strategy import strategy_document
from organism.report.markdown import to_markdown
from organism.report.report_json import run_values, strategy_values
from organism.report.run_page import run_page
from tests.organism.report.outline import Outline
from tests.organism.report.overview import overview
from tests.organism.report.whole import nothing, said, whole

MARKUP = '<b>&"|`*[x](y)\n# z'


def blocks(document: Document) -> list[Block]:
    return [*document.lead, *(block for section in document.sections for block in section.blocks)]


def test_the_verdict_comes_first_and_every_chapter_is_there() -> None:
    document = strategy_document(whole())
    assert to_markdown(document).startswith(
        "# nsga2_3_0a1b2c3d\n\nKILL, rejected: IS Sharpe: 1.12, asked for > 2.\n\n*Measured after fees"
    )
    assert [section.title for section in document.sections] == [
        "Verdict",
        "Rule",
        "Candles and trades",
        "Equity by slice",
        "Underwater",
        "Month by month",
        "Rolling Sharpe ratio, 90 days",
        "Coin by coin",
        "Regime by regime",
        "What costs took",
        "Its neighbours",
        "Histories that might have been",
        "Days, good and bad",
        "Lineage",
        "Trials, and luck",
        "What was unknown, and notes",
    ]
    written = to_markdown(document)
    for row in (
        r"\| IS +\| Sharpe +\| +1.12 \| > 2 +\| MISSED \| It earned too little",
        r"\| IS +\| BTC +\| +3 \| +20.00 \| +4.20 \| +0.50 \| +-0.25 \| 15.55 \| +22.2 % \|",
        r"\| volatility: wild +\| IS +\| +75.0 % \| +3 \| +\+20.0 % \| +none \|",
        r"\| IS +\| 2020 \| .*\(.*\)",
    ):
        assert len(re.findall(row, written)) == 1, row
    assert "- OOS: sealed, the vault has not opened it for this strategy.\n" in written
    assert "It cannot be told here: the snapshot is not here." in written


def test_what_was_not_measured_is_said_and_breaks_nothing() -> None:
    written = to_markdown(strategy_document(nothing()))
    assert "No stage of the gauntlet has judged it yet." in written
    assert "There is no equity: nothing was simulated, or a sleeve was ruined." in written
    assert json.loads(json.dumps(strategy_values(nothing()), allow_nan=False))["neighbourhood"] is None


def test_text_of_users_is_no_markup_in_markdown() -> None:
    hostile = replace(whole(), said=replace(said(), reason=MARKUP, rendered=f"```\n{MARKUP}", unknowns=(MARKUP,)))
    written = to_markdown(strategy_document(hostile))
    # Once, inside of the fence of the rule.
    assert written.count("\n# ") == 1
    assert "\\<b>" in written
    assert "````text" in written


def test_values_have_a_schema_and_null_for_what_does_not_exist() -> None:
    values = json.loads(json.dumps(strategy_values(whole()), allow_nan=False))
    assert (values["schema"], values["kind"]) == (1, "strategy")
    assert values["said"]["verdict"] == "KILL"
    assert values["said"]["coins"][0]["sharpe"] is None
    assert values["costs"][0]["gross"] == 20.0
    assert values["equity"][0]["net_return"][0] == 0.0
    assert len(values["equity"][0]["time_ms"]) == len(values["equity"][0]["net_return"])
    assert set(values) == {
        "schema", "kind", "said", "equity", "years", "rolling", "spreads", "fans", "coins", "costs", "neighbourhood",
        "chance", "ancestry", "untraced",
    }  # fmt: skip


def test_what_a_run_has_scored_and_what_was_tried_have_names_of_their_own() -> None:
    of_a_strategy, of_a_run = strategy_values(whole()), run_values(overview())
    assert (of_a_strategy["said"]["n_tried"], of_a_run["n_trials"]) == (48_211, 200)
    assert "n_trials" not in of_a_strategy["said"]
    assert "n_tried" not in of_a_run


def test_an_ancestor_without_trials_is_at_no_known_distance() -> None:
    own, ancestor = whole().ancestry.rows
    ancestry = replace(whole().ancestry, rows=(own, replace(ancestor, distance=None, generation=4)))
    written = to_markdown(strategy_document(replace(whole(), ancestry=ancestry)))
    assert re.search(r"\| 1b1b1b1b1b1b1b1b +\| not known \| +4 \|", written)


def test_a_run_begins_with_who_graduated() -> None:
    found = overview()
    assert run_sentence(found) == (
        "Of 3 candidates that were judged under policy cdcdcdcdcdcd: 1 GRADUATE, 2 KILL. 1 was not judged."
    )
    assert run_sentence(replace(found, words={})).startswith("Nobody of its 4 candidates was judged yet")
    written = to_markdown(run_document(found))
    assert (
        "| gp_1_a   | Pass    |      2.50 |       2.25 | not opened |        5.0 % |    120 | passed every stage |\n\n"
        "```text\ngp_1_a\nlong entry: rising\n```\n"
    ) in written
    assert "| IS    | luck   |    3 |      2 | 66.7 % |" in written
    assert "|          2 |        3.00 |          none |       10.00 |      0.50 |              200 |" in written
    assert (
        "100 rules were drawn afresh, the best with a Sharpe ratio of 0.75; the best of the search has 3.00." in written
    )
    assert "as with: organism evolve baseline demo-1-0a1b2c3d" in written
    beside = to_markdown(run_document(replace(found, is_beside=True)))
    assert "what screens asked besides is not among them: 100 rules were drawn afresh" in beside
    assert "| point    |   40 |   10 | 25.0 % |" in written
    assert "| too few trades |         9 |" in written
    values = run_values(found)
    assert (values["schema"], values["kind"], values["generations"][2]["best"]) == (1, "run", 3.0)


def test_a_run_of_which_nothing_is_known_is_shown() -> None:
    bare = replace(
        overview(0), words={}, gates=(), operators=(), rejections=(), best=None, best_fresh=None,
        section=MarketSection("demo", "BTC", ()),
    )  # fmt: skip
    written = to_markdown(run_document(bare))
    for sentence in (
        "No strategy was judged.",
        "Nobody was judged.",
        "No generation was written down.",
        "Nothing was bred.",
    ):
        assert sentence in written
    assert "<script" not in run_page(bare), "nothing is drawn, so that nothing has to run"


def test_the_page_of_a_run_draws_progress_and_gates() -> None:
    page = Outline(run_page(overview()))
    assert {value for name, value in page.attributes if name == "id"} >= {"plot-progress", "plot-gates", "figures"}
    assert page.texts.count("gp_1_a") == 1
    text = " ".join(page.texts)
    assert "Of 3 candidates that were judged" in text
    assert "long entry: rising" in text


def test_a_long_run_is_thinned_to_its_ends() -> None:
    tables = [block for block in blocks(run_document(overview(100))) if isinstance(block, Table)]
    table = next(one for one in tables if "best Sharpe" in one.heads)
    assert [table.rows[0][0], table.rows[-1][0]] == ["0", "99"]
    assert len(table.rows) == 12


def test_figures_are_left_out_of_words() -> None:
    assert [block.name for block in blocks(run_document(overview())) if isinstance(block, Figure)] == [
        "gates",
        "progress",
    ]
    assert "Figure" not in to_markdown(run_document(overview()))
