"""Evidence that is gone: what is said to do about it can be done, and nothing else is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from organism.home import Home
from organism.registry.store import Registry

Organism = Callable[..., Any]


@pytest.fixture
def lost(home: Home) -> tuple[str, str]:
    """Return the id of a graduate and the sha256 of its evidence, which was moved beside the home."""
    with Registry.read(home.registry_path) as registry:
        [graduate] = [one for one in registry.find() if one.algorithm_type == "cause"]
    assert graduate.evidence_sha256 is not None
    (home.evidence / graduate.evidence_sha256).rename(home.root.with_name("kept"))
    return graduate.id, graduate.evidence_sha256


def test_a_missing_pack_is_put_back_and_all_else_that_doctor_names_works(
    organism: Organism, home: Home, lost: tuple[str, str]
) -> None:
    name, sha256 = lost
    [finding] = [one for one in organism("doctor", "--json").json if one["state"] == "damaged"]
    assert finding["what"] == f"evidence {sha256[:12]}"
    assert finding["remedy"] == (
        f"put {home.evidence / sha256} back from a backup; nothing else brings it back, but the verdict is on record: "
        f"`organism registry show {name}`"
    )
    shown = organism("registry", "show", name, "--json")
    assert (shown.code, shown.json["verdicts"][0]["verdict"]) == (0, "Pass")
    home.root.with_name("kept").rename(home.evidence / sha256)
    assert organism("doctor").code == 0


def test_nobody_is_told_to_judge_again_what_is_judged_once(organism: Organism, lost: tuple[str, str]) -> None:
    for verb in ("report", "replay"):
        assert "judge the" not in organism(verb, lost[0]).refuses("does not exist: put its folder back from a backup")
