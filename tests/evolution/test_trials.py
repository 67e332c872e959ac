"""Segments of trials: written once, read in order, refused when damaged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import DataError
from evolution.fitness import Reason, Rejected, Score
from evolution.trials import Trial, append_segment, read_segment, read_segments, segments

SCORE = Score(1.25, 0.5, 7, 120, 0.1, 0.05, 30.0, 0.4, 0.2, 1.5, 5, 6, 0.75, 1.25)


def trials(generation: int, n: int = 3) -> list[Trial]:
    """One without fitness, then some with."""
    scored = [
        Trial(f"{generation:02d}{i:062d}", generation, "crossover", ("a" * 64, "b" * 64), SCORE) for i in range(1, n)
    ]
    return [Trial(f"{generation:02d}{0:062d}", generation, "initial", (), Rejected(Reason.RUINED)), *scored]


def test_segment_gives_back_every_trial(tmp_path):
    append_segment(tmp_path, 4, trials(4, 2))
    [table] = read_segments(tmp_path)
    assert table.to_pylist() == [
        {
            "genotype_hash": "04" + "0" * 62,
            "generation": 4,
            "operator": "initial",
            "parents": [],
            "reason": "ruined",
            "sharpe": None,
            "stability": None,
            "size": None,
            "n_trades": None,
            "net_return": None,
            "max_drawdown": None,
            "turnover": None,
            "exposure": None,
            "floor": None,
            "sharpe_before_costs": None,
            "sketch": None,
            "parts": None,
            "evidence": None,
            "promise": None,
        },
        {
            "genotype_hash": "04" + "0" * 61 + "1",
            "generation": 4,
            "operator": "crossover",
            "parents": ["a" * 64, "b" * 64],
            "reason": None,
            "sharpe": 1.25,
            "stability": 0.5,
            "size": 7,
            "n_trades": 120,
            "net_return": 0.1,
            "max_drawdown": 0.05,
            "turnover": 30.0,
            "exposure": 0.4,
            "floor": 0.2,
            "sharpe_before_costs": 1.5,
            "sketch": 5,
            "parts": 6,
            "evidence": 0.75,
            "promise": 1.25,
        },
    ]


def test_segments_come_in_order_of_generation(tmp_path):
    for generation in (10, 2, 0):
        append_segment(tmp_path, generation, trials(generation))
    assert [table["generation"][0].as_py() for table in read_segments(tmp_path)] == [0, 2, 10]


@pytest.mark.parametrize(("before", "expected"), [(None, [0, 1, 2]), (3, [0, 1, 2]), (2, [0, 1]), (0, [])])
def test_segments_before_a_generation_leave_it_out(tmp_path, before, expected):
    for generation in range(3):
        append_segment(tmp_path, generation, trials(generation))
    paths = segments(tmp_path, before_generation=before)
    assert [read_segment(path)["generation"][0].as_py() for path in paths] == expected


def test_damaged_segment_of_a_later_generation_is_not_even_opened(tmp_path):
    append_segment(tmp_path, 0, trials(0))
    append_segment(tmp_path, 1, trials(1)).write_bytes(b"")
    assert [read_segment(path).num_rows for path in segments(tmp_path, before_generation=1)] == [len(trials(0))]


def test_generation_without_trials_is_an_empty_segment(tmp_path):
    append_segment(tmp_path, 0, [])
    assert [table.num_rows for table in read_segments(tmp_path)] == [0]


def test_folder_without_segments_has_none(tmp_path):
    assert list(read_segments(tmp_path / "missing")) == []


def test_writing_a_generation_again_replaces_it_by_the_same_bytes(tmp_path):
    path = append_segment(tmp_path, 0, trials(0))
    before = path.read_bytes()
    append_segment(tmp_path, 0, trials(0))
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["segment-000000000.parquet"]


def test_changed_value_is_refused_by_the_checksum_of_its_page(tmp_path):
    """A digit of a hash, stored as it is: without a checksum it would be read as another genotype."""
    path = append_segment(tmp_path, 0, trials(0, 200))
    content = bytearray(path.read_bytes())
    page = content.index(b"PAR1") + 4
    content[page + 100] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"trial segment .*segment-000000000.parquet is damaged .*CRC.*restore it"):
        list(read_segments(tmp_path))


def rewritten(path: Path, column: str, values: list[Any]) -> None:
    """Put other values into a column, under checksums that fit and the digests of before."""
    table = pq.read_table(path)
    place = table.column_names.index(column)
    field = table.field(place)
    changed = table.set_column(place, field, pa.array(values, field.type))
    pq.write_table(changed, path, write_page_checksum=True)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("genotype_hash", ["0" * 64, "1" * 64]),
        ("generation", [4, 5]),
        ("operator", ["initialc", "rossover"]),
        ("parents", [["a" * 64], ["b" * 64]]),
        ("reason", ["ruined", ""]),
        ("sharpe", [0.0, 1.25]),
        ("stability", [None, -0.5]),
        ("size", [0, 7]),
    ],
)
def test_rows_other_than_those_written_are_refused(tmp_path, column, values):
    """Also where what is missing becomes a zero, and where texts are cut at other places."""
    path = append_segment(tmp_path, 4, trials(4, 2))
    rewritten(path, column, values)
    with pytest.raises(DataError, match=r"segment-000000004.parquet is damaged \(its rows are others\)"):
        list(read_segments(tmp_path))


def test_rows_written_otherwise_are_the_same_rows(tmp_path):
    """Encoding and the cut into groups lie in the file, not in the rows."""
    path = append_segment(tmp_path, 4, trials(4, 30))
    [expected] = read_segments(tmp_path)
    pq.write_table(pq.read_table(path), path, row_group_size=7, compression="none", write_page_checksum=True)
    [found] = read_segments(tmp_path)
    assert found.equals(expected)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_segment_cut_short_is_refused(tmp_path, share):
    path = append_segment(tmp_path, 0, trials(0, 50))
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(DataError, match=r"segment-000000000.parquet is damaged .*restore it from a backup"):
        list(read_segments(tmp_path))


def test_any_changed_byte_is_refused_or_makes_no_difference(tmp_path):
    """The footer has no checksum, but what it says of columns is compared."""
    path = append_segment(tmp_path, 0, trials(0, 20))
    content = path.read_bytes()
    [expected] = read_segments(tmp_path)
    n_refused = 0
    for place in range(0, len(content), 7):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x81]) + content[place + 1 :])
        try:
            [table] = read_segments(tmp_path)
        except DataError:
            n_refused += 1
        else:
            assert table.equals(expected), place
    assert n_refused > len(content) / 7 / 2
