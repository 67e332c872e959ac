"""The table of a run's generations."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from data.canonical import canonical_json
from evolution.run.layout import RunFolder
from evolution.run.metrics import CHUNK, COLUMNS, LAST_BYTES, MetricsTable, read_last_generation


def line(generation: int, **changed) -> dict:
    return {
        "generation": generation,
        "epoch": 0,
        "n_trials": 10 * (generation + 1),
        "n_scored": 10,
        "n_repeated": 30,
        "population": 8,
        "rejections": {"too_few_trades": 2},
        "statistics": {"best": 1.5, "median": 0.5, "deviation": 0.1, "diversity": 0.4, "hypervolume": 20.0},
        "operators": {"crossover": [6, 2], "initial": [4, 0]},
        "best_fresh": None,
    } | changed


def written(folder: RunFolder, generations: list[bytes], pace: list[dict]) -> dict:
    folder.path.mkdir()
    folder.generations.write_bytes(b"\n".join(generations) + b"\n")
    folder.pace.write_bytes(b"\n".join(map(canonical_json, pace)))
    MetricsTable(folder).write()
    return pq.read_table(folder.metrics).to_pydict()


def test_a_row_a_generation_with_what_is_known_of_it(tmp_path):
    pace = [{"generation": 0, "seconds": {"evaluate": 0.5}, "memory_megabytes": 99.5}]
    lines = [canonical_json(line(0)), canonical_json(line(1, rejections={"ruined": 1}, best_fresh=0.25))]
    table = written(RunFolder(tmp_path / "run"), lines, pace)
    assert list(table)[: len(COLUMNS)] == list(COLUMNS)
    assert table["generation"] == [0, 1]
    assert table["unique_rate"] == [0.25, 0.25]
    assert table["best"] == [1.5, 1.5]
    assert table["rejected_too_few_trades"] == [2, None]
    assert table["rejected_ruined"] == [None, 1]
    assert (table["crossover_made"], table["crossover_kept"]) == ([6, 6], [2, 2])
    assert table["best_fresh"] == [None, 0.25]
    assert (table["evaluate_seconds"], table["memory_megabytes"]) == ([0.5, None], [99.5, None])


def test_of_lines_that_are_repeated_the_last_counts_and_a_torn_one_is_left_out(tmp_path):
    lines = [canonical_json(line(0)), canonical_json(line(0, n_trials=12)), canonical_json(line(1))[:-9], b"[1]", b"7"]
    assert written(RunFolder(tmp_path / "run"), lines, [])["n_trials"] == [12]


@pytest.mark.parametrize("words", ["", "x" * 1000, "x" * LAST_BYTES, "x" * (3 * LAST_BYTES)])
def test_the_last_generation_is_found_from_the_end_whatever_stands_there(tmp_path, words):
    """A run was killed after generation 2 and goes on from 1: what comes again replaces what was."""
    path = tmp_path / "generations.jsonl"
    assert read_last_generation(path) == {}
    path.write_bytes(b"")
    assert read_last_generation(path) == {}
    lines = [{**line(number), "words": words} for number in (0, 1, 2, 1)]
    lines.append({**line(2, n_trials=77), "words": words})
    torn = canonical_json(line(3))[:-9]
    unlike = b'{"generation":9}'
    path.write_bytes(b"\n".join([*map(canonical_json, lines), unlike, b"\xff", torn]))
    assert read_last_generation(path) == lines[4]
    path.write_bytes(b"\n".join(map(canonical_json, [line(0), line(1), line(2), line(1)])))
    assert read_last_generation(path) == line(2), "it goes on from further back"
    path.write_bytes(torn)
    assert read_last_generation(path) == {}


def test_table_of_a_long_run_is_put_together_from_parts(tmp_path):
    """Numbers that are whole at first, a column that begins late, a line repeated long after."""
    numbers = [*range(CHUNK + 2), 1]
    fresh = [2] * CHUNK + [0.5, 0.5, 2]
    lines = [canonical_json(line(n, best_fresh=fresh[i], n_trials=i)) for i, n in enumerate(numbers)]
    slow, first = ({"generation": n, "seconds": {}, "memory_megabytes": 9.5} for n in (CHUNK + 1, 0))
    pace = [slow | {"seconds": {"save": 0.5}}, first]
    table = written(RunFolder(tmp_path / "run"), lines, pace)
    assert table["generation"] == list(range(CHUNK + 2))
    assert table["n_trials"][:3] == [0, CHUNK + 2, 2]
    assert table["best_fresh"][CHUNK - 1 :] == [2.0, 0.5, 0.5]
    assert table["save_seconds"][CHUNK:] == [None, 0.5]
    assert table["memory_megabytes"] == [9.5, *[None] * CHUNK, 9.5]


def test_table_is_written_in_a_tenth_of_the_time_at_most_but_at_the_end(tmp_path):
    """Writing takes 2 seconds from 100 on, so the next may begin at 122."""
    folder = RunFolder(tmp_path / "run")
    written(folder, [canonical_json(line(0))], [])
    folder.metrics.unlink()
    times = iter([100.0, 100.0, 102.0, 121.9, 122.0, 122.0, 123.0, 123.0, 124.0])
    table = MetricsTable(folder, lambda: next(times))
    seen = []
    for write in (table.write_if_rested, table.write_if_rested, table.write_if_rested, table.write):
        write()
        seen.append(folder.metrics.exists())
        folder.metrics.unlink(missing_ok=True)
    assert seen == [True, False, True, True]
