"""A registry with a flipped bit: refused on opening, found by doctor, or nothing that decides has changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.errors import DataError, FoundryError
from organism.home import Home
from organism.registry.errors import OutOfReachError
from organism.registry.evidence import read_pack
from organism.registry.inspection import check_evidence, inspect_registry
from organism.registry.store import Registry

FLIPS = 80


def what_decides(path: Path, home: Home) -> list[Any]:
    """Check a registry as doctor does; return the cells that verdicts, states and the vault rest on."""
    with Registry.read(path) as registry:
        contents = inspect_registry(registry)
    for sha256 in {row.evidence_sha256 for row in contents.verdicts}:
        check_evidence(sha256, read_pack(home.evidence, sha256).document, contents)
    strategies = [
        (s.id, s.genotype_hash, s.genome_json, s.rendered, s.behaviour_hash, s.run_id, s.state, s.version)
        for s in contents.strategies.values()
    ]
    verdicts = [(v.strategy_id, v.snapshot_id, v.policy_hash, v.verdict, v.stages_json) for v in contents.verdicts]
    return [sorted(strategies), sorted(verdicts), sorted(contents.openings)]


def test_a_flipped_bit_is_found_or_decides_nothing(judged: Home, tmp_path: Path) -> None:
    whole = judged.registry_path.read_bytes()
    expected = what_decides(judged.registry_path, judged)
    used = np.flatnonzero(np.frombuffer(whole, np.uint8))
    rng = np.random.default_rng(4)
    found: list[FoundryError] = []
    for number, place in enumerate(rng.choice(used, FLIPS, replace=False).tolist()):
        path = tmp_path / f"{number}.sqlite"
        path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << int(rng.integers(8)))]) + whole[place + 1 :])
        try:
            assert what_decides(path, judged) == expected, place
        except FoundryError as error:
            found.append(error)
    assert len(found) > FLIPS / 2
    assert not any(isinstance(error, OutOfReachError) for error in found), "the advice would be about permissions"


@pytest.mark.parametrize("trigger", [b"events_are_allowed_moves", b"openings_happen_once"])
def test_a_trigger_that_was_changed_is_refused_on_opening(trigger: bytes, judged: Home, tmp_path: Path) -> None:
    path = tmp_path / "registry.sqlite"
    content = judged.registry_path.read_bytes()
    place = content.index(b"RAISE(ABORT", content.index(b"CREATE TRIGGER " + trigger))
    path.write_bytes(content[:place] + b"RAISE(aBORT" + content[place + 11 :])
    with pytest.raises(DataError, match="its tables or triggers are not those of schema"):
        Registry.open(path)


def test_bytes_that_are_no_text_are_named_as_damage(judged: Home, tmp_path: Path) -> None:
    path = tmp_path / "registry.sqlite"
    content = judged.registry_path.read_bytes()
    place = content.index(b"CREATE TRIGGER strategies_start_as_born") + 20
    path.write_bytes(content[:place] + b"\xd5" + content[place + 1 :])
    with pytest.raises(DataError, match=r"registry .* is damaged"):
        Registry.open(path)
