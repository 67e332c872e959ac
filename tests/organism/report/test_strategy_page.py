"""The page of a strategy: the verdict first, every chapter in its place, everything escaped, nothing fetched, small."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from organism.report.data import MemberRow, RegimeRow, RegistrationTable, StageRow
from organism.report.document import Bullets, Code, Figure, Heading, Paragraph, Table, Terms, Words, undrawn
from organism.report.document_page import document_page
from organism.report.in_words.strategy import strategy_document
from organism.report.months import cell_colour
from organism.report.strategy_figures import strategy_pictures, strategy_slots
from organism.report.strategy_page import strategy_page, write_strategy_page
from organism.views.chapters.months import Month, YearRow
from organism.views.chapters.whole import WholeReport
from tests.organism.report.outline import Outline
from tests.organism.report.whole import COINS, nothing, said, whole

SCRIPT = "<script>alert('x')</script>"
PAGE = strategy_page(whole())
CHAPTERS = (
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
)


def figures(page: str) -> Any:
    """Return the figures of a page as its script reads them."""
    found = re.search(r'<script type="text/plain" id="figures">(.*?)</script>', page)
    assert found is not None
    return json.loads(gzip.decompress(base64.b64decode(found.group(1))))


def texts_of(report: WholeReport) -> list[str]:
    return Outline(strategy_page(report)).texts


def texts_in(block: Words) -> list[str]:
    """Return what a block says, piece by piece."""
    match block:
        case Table():
            return [text for row in (block.heads, *block.rows) for text in row if text]
        case Bullets(items):
            return list(items)
        case Terms(meanings):
            return [text for pair in meanings.items() for text in pair if text]
        case Paragraph(text) | Heading(text) | Code(text):
            return [text]
        case _:
            raise AssertionError(f"no text of {block} is expected in a chapter")


def test_the_verdict_comes_first_and_the_chapters_in_their_order() -> None:
    places = [PAGE.index(f"<h2>{title}</h2>") for title in CHAPTERS]
    assert places == sorted(places)
    texts = Outline(PAGE).texts
    assert texts.index("KILL") + 1 == texts.index(" rejected: IS Sharpe: 1.12, asked for > 2.")
    assert PAGE.index(">KILL<") < places[0]
    assert PAGE.count("<h2>") == len(CHAPTERS)


def test_the_contents_lead_to_every_chapter() -> None:
    outline = Outline(PAGE)
    leads = [value for name, value in outline.attributes if name == "href"]
    names = [value for name, value in outline.attributes if name == "id"]
    assert len(leads) == len(CHAPTERS)
    assert {lead.removeprefix("#") for lead in leads if lead} <= set(names)
    assert len(names) == len(set(names))


def test_every_place_for_a_figure_has_its_figures() -> None:
    drawn = figures(PAGE)
    slots = re.findall(r'<div id="plot-(\w+)"', PAGE)
    assert list(drawn) == slots
    assert set(slots) >= {"candles", "closeup", "equity", "underwater", "rolling", "coins", "regimes", "costs", "fan"}
    assert all(found["data"] for choices in drawn.values() for found in choices)
    assert len(drawn["candles"]) == len(COINS)
    assert re.findall(r'<option value="\d"[^>]*>(\w+)</option>', PAGE)[:4] == list(COINS)


def test_trades_stand_at_their_times_and_prices() -> None:
    [entries] = [trace for trace in figures(PAGE)["candles"][0]["data"] if trace.get("name") == "long in"]
    times = np.frombuffer(base64.b64decode(entries["x"]["bdata"]), dtype=entries["x"]["dtype"])
    prices = np.frombuffer(base64.b64decode(entries["y"]["bdata"]), dtype=entries["y"]["dtype"])
    marks = whole().coins[0].marks
    assert times.tolist() == marks.entry_ms[marks.side > 0].tolist()
    assert prices.tolist() == pytest.approx(marks.entry_price[marks.side > 0].tolist(), rel=1e-6)


def test_the_library_is_in_the_page_and_the_policy_names_it_by_its_hash() -> None:
    found = re.search(r'<script type="text/plain" id="library">(.*?)</script>', PAGE)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', PAGE)
    script = PAGE.rpartition("<script>")[2].partition("</script>")[0]
    assert found is not None
    assert policy is not None
    library = gzip.decompress(base64.b64decode(found.group(1)))
    allowed = policy.group(1).replace("&#x27;", "'")
    for body in (library, script.encode()):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(body).digest()).decode()}'" in allowed
    assert "default-src 'none'" in allowed
    assert not re.search(r"script-src[^;]*(unsafe|https?:|\*)|connect-src", allowed)


def test_a_page_fetches_nothing() -> None:
    outline = Outline(PAGE)
    assert not re.search(r"https?:|url\(|@import", PAGE)
    assert not {name for name, _ in outline.attributes} & {"src", "onload", "onclick"}
    assert not {"link", "iframe", "img"} & set(outline.names)
    assert outline.names.count("script") == 3


def test_five_years_of_hourly_bars_on_four_coins_stay_below_five_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"
    write_strategy_page(whole(n_bars=43_800, n_trades=1_000), path)
    assert path.stat().st_size < 5_000_000


def test_markup_in_a_name_stays_text() -> None:
    hostile = replace(whole(name=SCRIPT), coins=tuple(replace(coin, coin=SCRIPT) for coin in whole().coins))
    page = strategy_page(hostile)
    outline = Outline(page)
    assert outline.names.count("script") == 3
    assert SCRIPT in outline.texts
    assert "alert('x')</script>" not in page
    title = figures(page)["candles"][0]["layout"]["yaxis"]["title"]["text"]
    assert title == "&lt;script&gt;alert('x')&lt;/script&gt;, USDC", "the library reads tags in its labels"


def test_a_quote_cannot_leave_an_attribute() -> None:
    stage = StageRow("s", "IS", "1", "2", 'Kill" onload="x', "m")
    report = replace(whole(), said=replace(said(), stages=(stage,), verdict='x" onload="y'))
    assert "onload" not in {name for name, _ in Outline(strategy_page(report)).attributes}


def test_measured_stands_beside_its_threshold_and_what_was_missed_stands_out() -> None:
    texts = Outline(PAGE).texts
    assert "> 2" in [texts[place + 1] for place, text in enumerate(texts) if text == "1.12"]
    passed = StageRow("round trips", "IS", "140", ">= 100", "Pass", "Enough.")
    page = strategy_page(replace(whole(), said=replace(said(), stages=(passed, *said().stages))))
    assert page.count('<tr class="missed">') == 1
    assert page.index(">round trips</td>") < page.index('<tr class="missed">') < page.index(">&gt; 2<")


def test_slices_that_the_vault_has_not_opened_are_named_as_sealed() -> None:
    texts = Outline(PAGE).texts
    assert {f"{name}: sealed, the vault has not opened it for this strategy." for name in ("OOS", "WF")} <= set(texts)
    assert "Not shown, because the vault has not opened it: OOS, WF." in texts


def test_regimes_are_rows_and_what_never_was_is_none_of_them() -> None:
    never = RegimeRow("volatility", "unknown", "IS", 0.0, 0, 0.0, float("nan"))
    texts = texts_of(replace(whole(), said=replace(said(), regimes=(*said().regimes, never))))
    first = texts.index("volatility: calm")
    assert texts[first : first + 6] == ["volatility: calm", "IS", "25.0 %", "1,200", "-3.1 %", "-0.40"]
    assert texts[first + 6 : first + 12] == ["volatility: wild", "IS", "75.0 %", "3", "+20.0 %", "none"]
    assert "volatility: unknown" not in texts
    assert "It was judged before regimes were measured." in texts_of(replace(whole(), said=replace(said(), regimes=())))


def test_the_registration_names_everybody_and_both_p_values() -> None:
    table = RegistrationTable(
        "ef" * 32, (MemberRow("gp_1_a", 0.0031, 0.0124, True), MemberRow("gp_2_b", None, None, False)), 2, 7_500
    )
    texts = texts_of(replace(whole(), said=replace(said(), registration=table, alarms=("It may be luck.",))))
    at = texts.index("gp_1_a (this one)")
    assert texts[at : at + 6] == ["gp_1_a (this one)", "0.0031", "0.012", "gp_2_b", "not known here", "not known here"]
    assert any("after 7,500 trials. 2 other genotypes" in text and "4 in all" in text for text in texts)
    assert {"ef" * 32, "It may be luck."} <= set(texts)


def test_one_that_was_not_registered_says_so() -> None:
    texts = Outline(PAGE).texts
    assert "It was not registered, so no held-out bar was opened for it." in texts
    assert "Alarms are computed for those that were registered." in texts


def test_rules_that_are_not_the_usual_ones_are_stamped_on_the_page() -> None:
    stamps = ("These rules are weaker.", "The vault was opened.")
    page = strategy_page(replace(whole(), said=replace(said(), stamps=stamps)))
    order = [page.index(f'class="stamp">{text}<') for text in stamps]
    assert order == sorted(order)
    assert order[-1] < page.index("<h2>Verdict<")
    assert 'class="stamp"' not in PAGE


@pytest.mark.parametrize("report", [whole(), nothing()], ids=["whole", "nothing"])
def test_the_page_says_all_that_the_document_says_and_in_its_order(report: WholeReport) -> None:
    document = strategy_document(report)
    drawn = strategy_pictures(report).keys() | {slot.name for slot in strategy_slots(report)}
    outline = Outline(document_page(document, strategy_slots(report), strategy_pictures(report)))
    texts = iter(outline.texts)
    for section in document.sections:
        assert section.title in texts
        shown = [block for block in section.blocks if not (isinstance(block, Figure) and block.name in drawn)]
        for text in (text for block in undrawn(shown) for text in texts_in(block)):
            assert text in texts, text


def test_every_chapter_has_its_figures_in_words_too() -> None:
    texts = Outline(PAGE).texts
    assert {"none", "-5.0 %", "7.0 %", "1,234"} <= set(texts)
    assert {"20.00", "4.20", "0.50", "-0.25", "15.55", "22.2 %"} <= set(texts), "gross to net, and costs of gross"
    assert "Funding was unknown for 1.3 % of the in-sample bars." in texts
    assert any("48,211 distinct rules" in text for text in texts)
    assert {"ab" * 32, "cd" * 32} <= set(texts)
    assert "It cannot be told here: the snapshot is not here." in texts, "neighbours without a history"


def test_a_strategy_without_anything_measured_says_so_in_every_chapter() -> None:
    page = strategy_page(nothing())
    assert [page.count(f"<h2>{title}</h2>") for title in CHAPTERS] == [1] * len(CHAPTERS)
    for sentence in (
        "No stage of the gauntlet",
        "There is no equity: nothing was simulated",
        "No coin has been simulated",
        "No slice has enough days",
        "It has no ancestors on record",
        "Nothing was reported as unknown",
    ):
        assert sentence in page
    assert "<script" not in page, "nothing is drawn, so that nothing has to run"


def test_a_month_is_the_denser_the_larger_and_a_part_of_one_says_so() -> None:
    assert cell_colour(0.10, 0.10) == "rgba(47,134,197,0.62)"
    assert cell_colour(-0.05, 0.10) == "rgba(217,88,43,0.31)"
    assert cell_colour(0.0, 0.0).endswith(",0.00)")
    row = YearRow("IS", 2024, (Month(1, 0.021, 31), Month(2, -0.01, 3)), 0.0108)
    page = strategy_page(replace(whole(), years=(row,)))
    assert '<td style="background: rgba(47,134,197,0.62)" title="31 of 31 days">+2.1</td>' in page
    assert 'title="3 of 29 days" class="part">(-1.0)</td>' in page
    assert "<th>+1.1</th>" in page
