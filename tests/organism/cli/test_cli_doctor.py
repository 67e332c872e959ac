"""What `organism doctor` says to do brings back what was damaged."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from data.hyperliquid.wire import BestBidOffer, Level
from data.recording.quotes import keep_quotes
from evolution.genome.genome import Genome
from evolution.run.layout import RunFolder, read_json
from organism.home import Home
from organism.registry.migrate import upgrade

Organism = Callable[..., Any]
ROOT = Path(__file__).parents[3]
COMMITTED_AT = datetime(2100, 1, 1, tzinfo=UTC)
"""Of the event that the process of `HOLDING` writes: later than every other."""


@pytest.fixture
def home(finished_home: Home, tmp_path: Path) -> Iterator[Home]:
    """A copy of a home with a finished run, for `organism` to use."""
    copy = Home.open(shutil.copytree(finished_home.root, tmp_path / "home"))
    yield copy
    # Snapshots are read-only; the test's own folder must be removable.
    for path in copy.root.rglob("*"):
        if path.is_file():
            path.chmod(0o600)


def only_run(home: Home) -> RunFolder:
    [manifest] = home.runs.glob("*/manifest.json")
    return RunFolder(manifest.parent)


def flip_a_bit(path: Path) -> None:
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def damaged(organism: Organism) -> list[dict[str, str]]:
    done = organism("doctor", "--json")
    found = [finding for finding in done.json if finding["state"] == "damaged"]
    assert done.code == (1 if found else 0)
    return found


def test_a_whole_home_has_nothing_to_do(organism: Organism, home: Home) -> None:
    done = organism("doctor")
    assert done.code == 0
    assert "parts are whole" in done.out.splitlines()[-1]
    assert "damaged" not in done.out
    assert damaged(organism) == []


def test_who_has_no_home_yet_is_told_of_the_machine(
    organism: Organism, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ORGANISM_HOME")
    done = organism("doctor")
    assert (done.code, done.err) == (0, "")
    assert "there is none at var yet; `make demo`" in done.out
    assert list(tmp_path.iterdir()) == []


def test_what_will_fail_is_said_and_exits_1(organism: Organism, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORGANISM_WORKERS", "many")
    done = organism("doctor", "--json")
    [wrong] = [finding for finding in done.json if finding["state"] == "wrong"]
    assert (done.code, wrong["what"]) == (1, "cores")
    assert "wrong cores: ORGANISM_WORKERS is 'many'\n  to do: set" in organism("doctor").out


def test_a_damaged_registry_comes_back_from_a_backup(organism: Organism, home: Home, tmp_path: Path) -> None:
    before = organism("registry", "list", "--json").json
    copy = tmp_path / "copy.sqlite"
    assert organism("registry", "backup", copy).code == 0
    home.registry_path.write_bytes(home.registry_path.read_bytes()[:5000] + b"\0" * 9000)
    organism("registry", "list").refuses("is damaged.*organism registry restore BACKUP")
    [finding] = damaged(organism)
    assert (finding["what"], finding["remedy"][:33]) == ("registry", "organism registry restore BACKUP,")
    done = organism("registry", "restore", copy, "--json")
    assert done.code == 0
    assert [Path(path).exists() for path in done.json["moved_aside"]] == [True]
    assert (damaged(organism), organism("registry", "list", "--json").json) == ([], before)


def of_a_newer_program(registry: Path) -> None:
    with closing(sqlite3.connect(registry)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")


def test_a_registry_of_a_newer_program_is_no_damage_and_no_copy_takes_its_place(
    organism: Organism, home: Home, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite"
    assert organism("registry", "backup", copy).code == 0
    of_a_newer_program(home.registry_path)
    before = home.registry_path.read_bytes()
    done = organism("doctor", "--json")
    [finding] = [finding for finding in done.json if finding["what"] == "registry"]
    assert (done.code, finding["state"]) == (1, "unread")
    assert finding["remedy"] == "update the program, nothing was changed"
    assert "restore" not in organism("doctor").out
    organism("registry", "restore", copy).refuses("has schema '9999'.*: update the program, nothing was changed")
    assert home.registry_path.read_bytes() == before
    assert organism("registry", "restore", copy, "--forget").code == 0
    assert damaged(organism) == []


def test_an_older_copy_takes_the_place_of_a_whole_registry_only_where_it_is_asked_to_forget(
    organism: Organism, waiting: Home, judged: Home, tmp_path: Path
) -> None:
    home = Home.open(shutil.copytree(judged.root, tmp_path / "home"))
    copy, newer = tmp_path / "copy.sqlite", tmp_path / "newer.sqlite"
    shutil.copyfile(waiting.registry_path, copy)
    assert organism("registry", "backup", newer).code == 0
    known = organism("registry", "list", "--json").json
    before = home.registry_path.read_bytes()
    organism("registry", "restore", copy).refuses(
        r"is whole, and the copy does not know all of it \(.*7 verdicts, .* openings of the vault.*--forget"
    )
    assert home.registry_path.read_bytes() == before
    assert organism("registry", "restore", newer).code == 0, "it forgets nothing"
    assert organism("registry", "list", "--json").json == known
    assert organism("registry", "restore", copy, "--forget").code == 0
    assert {row["state"] for row in organism("registry", "list", "--json").json} == {"testing"}


def test_doctor_and_backup_leave_an_older_registry_as_it_is(
    organism: Organism, contents: Callable[[Path], dict[str, str]], tmp_path: Path
) -> None:
    home = Home.create(tmp_path / "home")
    engine = create_engine(f"sqlite:///{home.registry_path}")
    with engine.begin() as connection:
        upgrade(connection, "0004")
    engine.dispose()
    before = contents(home.root)
    assert damaged(organism) == []
    assert organism("registry", "backup", tmp_path / "copy.sqlite").code == 0
    assert contents(home.root) == before


HOLDING = """
import sqlite3, sys, time
from datetime import UTC, datetime
from pathlib import Path

from evolution.genome.codec import to_json
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.hashing import genotype_hash
from evolution.genome.node import Node
from organism.registry.rows import NewStrategy
from organism.registry.store import Registry

if __name__ == "__main__":
    path, genome = Path(sys.argv[1]), Genome(*[Node("never")] * 4, RiskGenes(stop=7))
    with Registry.open(path) as registry:
        new = NewStrategy(
            algorithm_type="committed", generation=0, genotype_hash=genotype_hash(genome), genome_json=to_json(genome),
            rendered="never", behaviour_hash="0" * 64, run_id="run-1", snapshot_id="0" * 64, parents=(),
            operator="initial", in_sample={},
        )
        name = registry.add(new, datetime(2100, 1, 1, tzinfo=UTC))
        unfinished = sqlite3.connect(path)
        unfinished.execute("BEGIN IMMEDIATE")
        unfinished.row_factory = sqlite3.Row
        [row] = unfinished.execute("SELECT * FROM strategies WHERE id = ?", (name,))
        second = {**row, "id": "uncommitted_0", "algorithm_type": "uncommitted", "genotype_hash": "f" * 64}
        names, places = ", ".join(second), ", ".join("?" * len(second))
        unfinished.execute(f"INSERT INTO strategies ({names}) VALUES ({places})", tuple(second.values()))
        print("ready", flush=True)
        time.sleep(600)
"""


@pytest.fixture
def writer(fresh: Home) -> Iterator[subprocess.Popen[str]]:
    """A process that has registered a strategy and is in the middle of a second transaction."""
    command = [sys.executable, "-c", HOLDING, str(fresh.registry_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def test_a_backup_is_taken_while_another_process_writes(
    organism: Organism, fresh: Home, writer: subprocess.Popen[str], rules: dict[str, Genome], tmp_path: Path
) -> None:
    """What the write-ahead log holds is in the copy, and what was not committed is not."""
    log = fresh.registry_path.with_name(f"{fresh.registry_path.name}-wal")
    assert log.stat().st_size > 0
    copy = tmp_path / "copy.sqlite"
    assert organism("registry", "backup", copy).code == 0
    with closing(sqlite3.connect(copy)) as connection:
        [(n_strategies, newest)] = connection.execute(
            "SELECT (SELECT COUNT(*) FROM strategies), (SELECT MAX(at) FROM events)"
        )
    writer.kill()
    writer.wait()
    done = organism("registry", "restore", copy, "--json")
    assert done.code == 0
    assert done.json["n_strategies"] == n_strategies
    assert datetime.fromisoformat(done.json["newest_event"]) == datetime.fromisoformat(newest) == COMMITTED_AT
    # The log of the file that was replaced is not beside the copy, and what it held is not lost either.
    assert [path.name for path in fresh.root.glob(f"{fresh.registry_path.name}-*")] == []
    [replaced] = [path for path in done.json["moved_aside"] if path.endswith(".replaced")]
    with closing(sqlite3.connect(replaced)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM strategies").fetchall() == [(n_strategies,)]
    listed = organism("registry", "list", "--json").json
    names = [row["id"].split("_")[0] for row in listed]
    assert (names.count("committed"), names.count("uncommitted")) == (1, 0)
    assert len(names) == n_strategies == len(rules) + 1
    assert damaged(organism) == []


def test_a_registry_that_is_gone_is_missed_where_evidence_is(organism: Organism, home: Home, tmp_path: Path) -> None:
    assert organism("validate").code in {0, 1}
    assert organism("registry", "backup", tmp_path / "copy.sqlite").code == 0
    home.registry_path.unlink()
    organism("registry", "list").refuses("is missing, but .*evidence holds evidence of its verdicts")
    assert not home.registry_path.exists()
    assert "registry" in {finding["what"] for finding in damaged(organism)}
    assert organism("registry", "restore", tmp_path / "copy.sqlite").code == 0
    assert damaged(organism) == []


def test_a_backup_that_cannot_be_written_says_so(organism: Organism, home: Home) -> None:
    assert organism("registry", "backup", "/sys/copy.sqlite").refuses("could not be read or written|cannot be written")


def test_a_backup_is_never_written_over_another(organism: Organism, home: Home, tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"kept")
    organism("registry", "backup", tmp_path / "there").refuses("give a new file")
    organism("registry", "backup", tmp_path / "missing/copy").refuses("in a folder that exists")
    assert (tmp_path / "there").read_bytes() == b"kept"


@pytest.mark.parametrize("content", [None, b"", b"SQLite format 3\0" + b"x" * 5000])
def test_a_copy_that_is_none_changes_nothing(organism: Organism, home: Home, tmp_path: Path, content: Any) -> None:
    before = home.registry_path.read_bytes()
    if content is not None:
        (tmp_path / "copy").write_bytes(content)
    organism("registry", "restore", tmp_path / "copy").refuses("does not exist|is empty|is damaged|could not be read")
    assert home.registry_path.read_bytes() == before
    assert [path.name for path in home.root.iterdir() if ".tmp" in path.name] == []


def test_a_damaged_snapshot_comes_back_from_its_history(organism: Organism, home: Home) -> None:
    snapshot = read_json(only_run(home).manifest)["snapshot_id"]
    flip_a_bit(home.snapshots / snapshot / "close.npy")
    [finding] = damaged(organism)
    assert finding["what"] == f"snapshot {snapshot[:12]}"
    (home.snapshots / snapshot).rename(home.root / "elsewhere")
    assert organism("data", "synth", "planted", "--years", 1.0).code == 0
    assert (home.snapshots / snapshot).exists()
    assert damaged(organism) == []


def test_a_lost_trial_segment_is_missed_and_the_run_made_again_is_the_same(
    organism: Organism, home: Home, tmp_path: Path
) -> None:
    folder = only_run(home)
    expected = read_json(folder.outcome)["population_hash"]
    (folder.trials / "segment-000000001.parquet").unlink()
    [finding] = damaged(organism)
    assert finding["what"] == f"run {folder.name}"
    assert "trials, the run scored" in finding["detail"]
    assert f"move {folder.path} away and start it again" in finding["remedy"]
    settings = read_json(folder.manifest)["settings"]
    folder.path.rename(home.root / "elsewhere")
    config = tmp_path / "again.toml"
    config.write_text(_toml(settings))
    assert organism("evolve", "start", config).code == 0
    assert read_json(folder.outcome)["population_hash"] == expected
    assert damaged(organism) == []


def test_a_leftover_of_a_crash_is_named_and_is_no_damage(organism: Organism, home: Home) -> None:
    leftover = home.root / ".registry.sqlite.0a1b2c3d.tmp"
    leftover.write_bytes(b"half")
    done = organism("doctor")
    assert done.code == 0
    assert f"leftover: {leftover}" in done.out
    assert "1 leftovers" in done.out


def _toml(settings: dict[str, Any], table: str = "") -> str:
    """Write the settings of a run as the file that they came from."""
    plain = {key: value for key, value in settings.items() if not isinstance(value, dict) and value is not None}
    lines = [f"[{table}]"] if table else []
    lines += [f"{key} = {_value(value)}" for key, value in plain.items()]
    inner = {key: value for key, value in settings.items() if isinstance(value, dict)}
    tables = [_toml(value, f"{table}.{key}" if table else key) for key, value in inner.items()]
    return "\n".join([*lines, *tables]) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(item)}" for key, item in value.items() if item is not None) + "}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_damaged_quotes_are_found_and_removed_since_nobody_has_them(organism: Organism, tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home")
    quote = BestBidOffer("BTC", 1_704_067_200_000, Level(99.0, 1.0), Level(100.0, 1.0))
    assert keep_quotes(home.lake, "hyperliquid", [quote], "test") == 1
    assert damaged(organism) == []
    [path] = home.lake.rglob("*.parquet")
    flip_a_bit(path)
    [finding] = damaged(organism)
    assert finding["what"] == "quotes of hyperliquid BTC"
    assert finding["remedy"] == "remove that file; what was in it cannot be had again"
    path.unlink()
    assert damaged(organism) == []
