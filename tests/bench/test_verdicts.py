"""A wrong row is refused, a bar is held or missed by its numbers, the page says what was found. Nothing is timed."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from tests.bench.equality import largest_difference, refusal
from tests.bench.page.markdown import table_lines, word_of
from tests.bench.page.write import BUSY, page_text, write_page
from tests.bench.section import Bar, Column, Line, Plot, Section, Table


def test_equal_results_are_not_refused() -> None:
    values = np.array([1.0, math.nan, 1e6])
    assert refusal("row", values, values * (1.0 + 1e-12)) is None


@pytest.mark.parametrize(
    "theirs",
    [(1.0, 2.0, 3.0001), (1.0, 2.0, math.nan), (1.0, 2.0), (1.0, 2.0, math.inf)],
    ids=["another number", "unknown", "shorter", "infinite"],
)
def test_a_wrong_row_is_refused_by_name(theirs: tuple[float, ...]) -> None:
    text = refusal("direct rust at 20k bars", (1.0, 2.0, 3.0), theirs)
    assert text is not None
    assert text.startswith("direct rust at 20k bars: results differ by ")


def test_differences_are_relative_above_one_and_absolute_below() -> None:
    assert largest_difference([1000.0], [1001.0]) == pytest.approx(1e-3)
    assert largest_difference([1e-3], [2e-3]) == pytest.approx(1e-3)


@pytest.mark.parametrize(
    ("measured", "at_least", "is_held"),
    [(15.0, True, True), (14.9, True, False), (15.0, False, True), (15.1, False, False)],
)
def test_a_bar_is_held_or_missed_by_its_numbers(measured: float, at_least: bool, is_held: bool) -> None:
    bar = Bar("times", measured, 15.0, at_least=at_least)
    assert bar.is_held is is_held
    assert word_of(asdict(bar)).strip("*") == bar.word


@pytest.mark.parametrize("at_least", [True, False])
def test_a_bar_that_was_not_measured_is_missed(at_least: bool) -> None:
    bar = Bar("times", math.nan, 15.0, at_least=at_least)
    assert not bar.is_held
    assert "missed" in word_of(asdict(bar))


def test_what_is_missing_in_a_table_is_a_dash() -> None:
    table = Table("Title", (Column("name"), Column("us", "{:,.1f}")), (("ours", 1234.56), ("theirs", None)))
    assert list(table_lines(asdict(table)))[4:6] == ["| ours | 1,234.6 |", "| theirs | - |"]


@pytest.fixture
def document() -> dict[str, object]:
    """Return a document with one of everything, as a reader of the JSON gets it."""
    line = Line("ours <warm>", (20_000.0, 2_000_000.0), (1.5, 150.0))
    section = Section(
        "A. Backtest only",
        notes=("A note.",),
        tables=(Table("Rows", (Column("bars", "{:,}"),), ((20_000,),)),),
        bars=(Bar("times Portfolio", 900.0, 800.0), Bar("PSS", 4.0, 3.0, "GiB", at_least=False)),
        plots=(Plot("bars", "Cost against bars", "bars", "us", (line,)),),
        refused=("numba at 1M bars: results differ by 1.0e-3",),
    )
    found: dict[str, object] = json.loads(
        json.dumps({"machine": {"cores": "2", "load": "0.1"}, "quick": False, "sections": {"A": asdict(section)}})
    )
    return found


def test_the_page_is_written_from_the_document_alone(document: dict[str, object], tmp_path: Path) -> None:
    page = write_page(document, tmp_path).read_text(encoding="utf-8")
    assert page == page_text(document)
    for part in (
        "cores 2",
        "1 of 2 bars held",
        "| 20,000 |",
        "| times Portfolio | 900 | at least 800 | held |",
        "| PSS | 4 GiB | at most 3 GiB | **missed** |",
        "![Cost against bars](benchmarks/bars.svg)",
        "**REFUSED** numba at 1M bars",
    ):
        assert part in page


def test_a_page_made_on_a_busy_machine_says_so(document: dict[str, object]) -> None:
    assert BUSY not in page_text(document)
    assert BUSY in page_text({**document, "machine": {"load": "1.6"}})


def test_a_plot_is_sound_and_small(document: dict[str, object], tmp_path: Path) -> None:
    write_page(document, tmp_path)
    text = (tmp_path / "benchmarks" / "bars.svg").read_text(encoding="utf-8")
    picture = ET.fromstring(text)
    namespace = "{http://www.w3.org/2000/svg}"
    assert len(picture.findall(f"{namespace}circle")) == 2
    assert "ours <warm>" in [item.text for item in picture.findall(f"{namespace}text")]
    assert len(text) < 20_000
