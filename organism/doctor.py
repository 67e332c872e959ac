"""Is everything in a home whole? What is not, is named with how to get it back."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

from data.errors import DataError, FoundryError
from data.facts.store import venues_with_facts
from data.hyperliquid.kept_days import open_kept
from data.lake import Lake
from data.lake_layout import all_series, check_format
from data.recording.quotes import read_quotes, recorded_quotes
from data.snapshot import SnapshotStore
from data.splice.record import UnfinishedError, all_splices
from evolution.run.layout import RunFolder, list_runs
from organism.finding import DAMAGED, LEFTOVER, UNREAD, WHOLE, Finding
from organism.gauntlet.evidence_document import understood
from organism.handed_over import forgotten_of
from organism.home import Home
from organism.ledger import lost_runs
from organism.registry.errors import OutOfReachError
from organism.registry.evidence import read_pack
from organism.registry.inspection import Contents, check_evidence, inspect_registry
from organism.registry.store import Registry
from organism.run_inspection import Part, check_outcome, run_parts

SHA256_NAME = re.compile("[0-9a-f]{64}")
TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}\.tmp(-wal|-shm|-journal)?")


def examine_home(home: Home) -> list[Finding]:
    """Read every file of a home and check it; nothing is changed."""
    findings: list[Finding] = []
    for what, look, remedy in _parts(home):
        try:
            look()
        except UnfinishedError as error:
            findings.append(Finding(what, LEFTOVER, str(error), "run `organism data splice` with its recipe again"))
        except OutOfReachError as error:
            findings.append(Finding(what, UNREAD, error.what, error.remedy))
        except FoundryError as error:
            findings.append(Finding(what, DAMAGED, str(error), remedy))
        else:
            findings.append(Finding(what, WHOLE))
    return findings + [_leftover(path) for path in _leftovers(home)]


def _parts(home: Home) -> Iterator[Part]:
    lake, store = Lake(home.lake), SnapshotStore(home.snapshots)
    yield from _lake_parts(lake)
    for path in sorted(home.archive.glob("*/*.parquet")):
        what, remedy = f"day {path.stem} of {path.parent.name}", "remove that file; a fetch pays for its day again"
        yield what, partial(_check_kept_day, path), remedy
    for path in _hash_named(home.snapshots):
        again = "the same history gives it again: `organism evolve start` with its configuration, or `data synth`"
        yield f"snapshot {path.name[:12]}", partial(store.open, path.name), f"move {path} away; {again}"
    for folder in list_runs(home.runs):
        yield from run_parts(folder)
    found: list[Contents] = []
    is_begun = home.registry_path.exists() or bool(_hash_named(home.evidence))
    if is_begun:
        remedy = "organism registry restore BACKUP, from a file made with `organism registry backup`"
        yield "registry", lambda: found.append(_inspect(home.registry_path)), remedy
    if found or not is_begun:
        genotypes = {one.genotype_hash for contents in found for one in contents.strategies.values()}
        for folder in filter(_has_whole_outcome, list_runs(home.runs)):
            remedy = f"`organism evolve resume {folder.name}` hands them over again"
            yield f"strategies of run {folder.name}", partial(_check_handed_over, folder, genotypes), remedy
    for name in lost_runs(home.runs, (run for contents in found for run in contents.judged_for.values())):
        again = "start it again, with its configuration, its seed and the version of the program that has bred it"
        remedy = f"put {home.runs / name} back from a backup, or {again}: the same trials come of it"
        yield f"trials of run {name}", partial(_miss, name, home), remedy
    # A pack that a verdict names and nobody finds is damage too.
    judged = {row.evidence_sha256: row.strategy_id for contents in found for row in contents.verdicts}
    for name in sorted(judged.keys() | {path.name for path in _hash_named(home.evidence)}):
        remedy = f"put {home.evidence / name} back from a backup"
        if name in judged:
            known = f"organism registry show {judged[name]}"
            remedy += f"; nothing else brings it back, but the verdict is on record: `{known}`"
        yield f"evidence {name[:12]}", partial(_check_evidence, home.evidence, name, found), remedy


def _check_kept_day(path: Path) -> None:
    day = open_kept(path)
    if day is not None:
        day.verify()


def _has_whole_outcome(folder: RunFolder) -> bool:
    """Tell whether a run is finished and says what it has handed over; an outcome that is damaged is named itself."""
    if not folder.is_finished:
        return False
    try:
        check_outcome(folder)
    except FoundryError:
        return False
    return True


def _check_handed_over(folder: RunFolder, genotypes: Collection[str]) -> None:
    found = forgotten_of(folder, genotypes)
    if found is not None:
        raise DataError(f"{found}: an older copy of it was put back, or it was begun anew")


def _miss(run: str, home: Home) -> None:
    raise DataError(
        f"the registry has strategies of run {run}, and none of its trials is in {home.runs}: what the home has tried "
        "is counted too low, and `organism validate` reckons luck too small"
    )


def _lake_parts(lake: Lake) -> Iterator[Part]:
    try:
        check_format(lake.root)
    except DataError:
        # Its histories are not ours to judge.
        yield "lake", partial(check_format, lake.root), "see what it says: nothing in the lake was looked at"
        return
    for series in all_series(lake.root):
        yield str(series), partial(lake.verify, series), "remove that file and import its history again"
    for venue, coin in recorded_quotes(lake.root):
        look = partial(read_quotes, lake.root, venue, coin)
        yield f"quotes of {venue} {coin}", look, "remove that file; what was in it cannot be had again"
    for venue, coin in all_splices(lake.root):
        remedy = "remove the file that it names, and run `organism data splice` with its recipe again"
        yield f"splice {venue} {coin}", partial(lake.verify_splice, venue, coin), remedy
    for venue in venues_with_facts(lake.root):
        remedy = "remove that file; a fetch or `data facts` brings it again"
        yield f"facts of {venue}", partial(lake.facts, venue), remedy


def _hash_named(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if SHA256_NAME.fullmatch(path.name))


def _leftovers(home: Home) -> list[Path]:
    written = (path for path in home.root.rglob(".*.tmp*") if TEMPORARY.fullmatch(path.name))
    return sorted({*written, *home.permuted.glob("*")})


def _leftover(path: Path) -> Finding:
    return Finding(str(path), LEFTOVER, "what a crash left of work that never counted", "remove it while nothing runs")


def _inspect(path: Path) -> Contents:
    with Registry.read(path) as registry:
        return inspect_registry(registry)


def _check_evidence(folder: Path, name: str, found: Sequence[Contents]) -> None:
    pack = read_pack(folder, name)
    for contents in found:
        with understood(name):
            check_evidence(name, pack.document, contents)
