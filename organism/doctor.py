"""Is everything in a home whole? What is not, is named with how to get it back."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
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
from evolution.run.checkpoint import load_checkpoint
from evolution.run.layout import MANIFEST_KEYS, RunFolder, list_runs, read_json
from evolution.run.origin import Origin, origin_from_plain
from evolution.run.quarantine import read_quarantined
from evolution.trials import read_segments
from organism.finding import DAMAGED, LEFTOVER, UNREAD, WHOLE, Finding
from organism.gauntlet.evidence_document import understood
from organism.handed_over import forgotten_of
from organism.home import Home
from organism.ledger import lost_runs
from organism.permutations import records_of
from organism.permutations.plan import origin_and_seed
from organism.registry.errors import OutOfReachError
from organism.registry.evidence import read_pack
from organism.registry.inspection import Contents, check_evidence, inspect_registry
from organism.registry.store import Registry
from organism.views.random_search import beside

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


def _parts(home: Home) -> Iterator[tuple[str, Callable[[], object], str]]:
    lake, store = Lake(home.lake), SnapshotStore(home.snapshots)
    yield from _lake_parts(lake)
    for path in sorted(home.archive.glob("*/*.parquet")):
        what, remedy = f"day {path.stem} of {path.parent.name}", "remove that file; a fetch pays for its day again"
        yield what, partial(_check_kept_day, path), remedy
    for path in _hash_named(home.snapshots):
        again = "the same history gives it again: `organism evolve start` with its configuration, or `data synth`"
        yield f"snapshot {path.name[:12]}", partial(store.open, path.name), f"move {path} away; {again}"
    for manifest in sorted(home.runs.glob("*/manifest.json")):
        folder = RunFolder(manifest.parent)
        remedy = f"put back a copy, or move {folder.path} away and start it again: its seed gives the same result"
        yield f"run {folder.name}", partial(_check_run, folder), remedy
        if beside(folder).path.exists():
            remedy = f"remove {beside(folder).path}; `organism evolve baseline {folder.name}` draws the same again"
            yield f"random search beside run {folder.name}", partial(_check_drawn, folder), remedy
        if (folder.path / "permutations").exists():
            again = "remove the file it names; `organism validate --permutations` makes that search again"
            yield f"permutations of run {folder.name}", partial(records_of, folder), again
    found: list[Contents] = []
    is_begun = home.registry_path.exists() or bool(_hash_named(home.evidence))
    if is_begun:
        remedy = "organism registry restore BACKUP, from a file made with `organism registry backup`"
        yield "registry", lambda: found.append(_inspect(home.registry_path)), remedy
    if found or not is_begun:
        genotypes = {one.genotype_hash for contents in found for one in contents.strategies.values()}
        for folder in filter(lambda folder: folder.is_finished, list_runs(home.runs)):
            remedy = f"`organism evolve resume {folder.name}` hands them over again"
            yield f"strategies of run {folder.name}", partial(_check_handed_over, folder, genotypes), remedy
    for name in lost_runs(home.runs, (run for contents in found for run in contents.judged_for.values())):
        again = "start it again, with its configuration, its seed and the version of the program that has bred it"
        remedy = f"put {home.runs / name} back from a backup, or {again}: the same trials come of it"
        yield f"trials of run {name}", partial(_miss, name, home), remedy
    # A pack that a verdict names and nobody finds is damage too.
    names = {row.evidence_sha256 for contents in found for row in contents.verdicts}
    for name in sorted(names | {path.name for path in _hash_named(home.evidence)}):
        remedy = f"put back a copy of {home.evidence / name}; its name is the sha256 of what it held"
        yield f"evidence {name[:12]}", partial(_check_evidence, home.evidence, name, found), remedy


def _check_kept_day(path: Path) -> None:
    day = open_kept(path)
    if day is not None:
        day.verify()


def _check_run(folder: RunFolder) -> None:
    """Manifest, checkpoints, quarantine, outcome; and that no trial is missing from the count."""
    manifest = read_json(folder.manifest, *MANIFEST_KEYS)
    # Whatever code the run was started with: being of another version is no damage.
    n_trials = _check_trials(folder, origin_from_plain(manifest["origin"], str(folder.manifest)))
    read_quarantined(folder.quarantine)
    if folder.is_finished:
        expected = read_json(folder.outcome, "n_trials", "population_hash")["n_trials"]
        if n_trials != expected:
            raise DataError(f"{folder.trials} holds {n_trials} trials, the run scored {expected}")


def _check_handed_over(folder: RunFolder, genotypes: Collection[str]) -> None:
    found = forgotten_of(folder, genotypes)
    if found is not None:
        raise DataError(f"{found}: an older copy of it was put back, or it was begun anew")


def _miss(run: str, home: Home) -> None:
    raise DataError(
        f"the registry has strategies of run {run}, and none of its trials is in {home.runs}: what the home has tried "
        "is counted too low, and `organism validate` reckons luck too small"
    )


def _check_drawn(folder: RunFolder) -> None:
    """Checkpoints and trials of the random search beside a run."""
    origin, _ = origin_and_seed(folder)
    _check_trials(beside(folder), origin)


def _check_trials(folder: RunFolder, origin: Origin) -> int:
    """Check the checkpoints, and return how many trials there are; one that is newer than these has counted fewer."""
    state, damaged = load_checkpoint(folder.checkpoints, origin)
    if damaged:
        raise DataError("; ".join(damaged))
    n_trials: int = sum(table.num_rows for table in read_segments(folder.trials))
    if state is not None and n_trials < state.n_trials:
        raise DataError(f"{folder.trials} holds {n_trials} trials, the run scored {state.n_trials}")
    return n_trials


def _lake_parts(lake: Lake) -> Iterator[tuple[str, Callable[[], object], str]]:
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
