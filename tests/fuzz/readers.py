"""Every reader of files that a stranger may have made: content in, a value or a FoundryError out."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from data.canonical import canonical_json, hash_json, sha256_hex
from data.code_version import ROOT, code_version
from data.settings import load_settings
from data.snapshot import load_universe
from evolution.genome.codec import from_json
from evolution.run.checkpoint import load_checkpoint
from evolution.run.layout import RunFolder
from evolution.run.origin import Origin
from organism.gauntlet.evidence_document import understood
from organism.home import Home
from organism.registry.evidence import read_pack
from organism.replay import replay
from organism.run_manifest import run_settings
from organism.settings import FoundrySettings
from organism.views.chapters.equity import equity_lines
from organism.views.chapters.slices import judged_slices
from organism.views.reports import strategy_report
from organism.views.runs import run_view

CORPUS = ROOT / "tests" / "fixtures" / "hostile"
SOUND = CORPUS.parent / "sound"
SEALED = re.compile(rb"[0-9a-f]{64}\n")
GENERATION = 7
ORIGIN = Origin("settings", "snapshot", "code")
SIMPLEST = FoundrySettings.model_validate({"name": "x", "history": {"world": "planted"}})
MANIFEST = canonical_json({"snapshot_id": "s", "seed": 1, "settings": {}})


def read_genome(content: bytes, folder: Path) -> object:
    return from_json(content)


def read_config(content: bytes, folder: Path) -> object:
    return load_settings(FoundrySettings, _put(folder / "config.toml", content))


def read_checkpoint(content: bytes, folder: Path) -> object:
    """Read a state behind its right hash, unless the content brings a hash of its own."""
    sealed = content if SEALED.match(content) else sha256_hex(content).encode() + b"\n" + content
    _put(folder / f"generation-{GENERATION:09d}.json", sealed)
    return load_checkpoint(folder, ORIGIN)[0]


def read_run_manifest(content: bytes, folder: Path) -> object:
    """Read the manifest of a run; CODE and IDENTITY in it stand for this version and for the simplest settings."""
    ours = content.replace(b"CODE", code_version().encode()).replace(b"IDENTITY", SIMPLEST.identity().encode())
    _put(folder / "manifest.json", ours)
    return run_settings(RunFolder(folder))


def read_outcome(content: bytes, folder: Path) -> object:
    _put(folder / "manifest.json", MANIFEST)
    _put(folder / "outcome.json", content)
    return run_view(RunFolder(folder))


def read_snapshot_manifest(content: bytes, folder: Path) -> object:
    """Read a manifest whose folder has its right hash, and no arrays."""
    return load_universe(_put(folder / sha256_hex(content) / "manifest.json", content).parent)


def read_evidence(content: bytes, folder: Path) -> object:
    """Read a pack without arrays, behind right hashes, as the page of a report and as a replay do."""
    home = Home.create(folder)
    sha256 = sha256_hex(content)
    files = {"pack.json": sha256}
    place = _put(home.evidence / sha256 / "pack.json", content).parent
    _put(place / "checksums.json", canonical_json({"files": files, "sha256": hash_json(files)}))
    pack = read_pack(home.evidence, sha256)
    with understood(sha256):
        strategy_report(pack, "testing")
        equity_lines(judged_slices(pack))
    return replay(home, sha256)


READERS: Mapping[str, Callable[[bytes, Path], object]] = MappingProxyType(
    {
        "genome": read_genome,
        "config": read_config,
        "checkpoint": read_checkpoint,
        "run_manifest": read_run_manifest,
        "outcome": read_outcome,
        "snapshot_manifest": read_snapshot_manifest,
        "evidence": read_evidence,
    }
)
"""By the name of their folder in the corpus. Each writes below the folder it is given, and nowhere else."""


def corpus(reader: str) -> dict[str, bytes]:
    """Return the hostile files of a reader by name, in order."""
    return {path.stem: path.read_bytes() for path in sorted((CORPUS / reader).iterdir())}


def sound(reader: str) -> bytes:
    """Return a file that is as it should be, as far as one file can tell."""
    [path] = SOUND.glob(f"{reader}.*")
    return path.read_bytes()


def clear(folder: Path) -> None:
    """Empty the folder between two readings."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def _put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
