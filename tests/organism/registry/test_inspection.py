"""What evidence proves and a registry does not know."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from data.errors import DataError
from organism.home import Home
from organism.registry.evidence import read_pack
from organism.registry.inspection import check_evidence, inspect_registry
from organism.registry.store import Registry


def test_an_older_copy_that_forgets_openings_is_told(waiting: Home, judged: Home, tmp_path: Path) -> None:
    """The pack of whoever was asked proves that the vault was open; those of the others prove nothing."""
    with Registry.open(judged.registry_path) as registry:
        packs = {row.strategy_id.split("_")[0]: row.evidence_sha256 for row in registry.verdicts()}
    older = tmp_path / "older.sqlite"
    shutil.copyfile(waiting.registry_path, older)
    with Registry.open(older) as registry:
        contents = inspect_registry(registry)

    def check(name: str) -> None:
        check_evidence(packs[name], read_pack(judged.evidence, packs[name]).document, contents)

    with pytest.raises(
        DataError, match="does not know the opening of OOS, the opening of WF, the registration: an old"
    ):
        check("cause")
    check("copy")
