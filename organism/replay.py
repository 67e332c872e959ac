"""Do it again: every number of an evidence pack, from its genome and its snapshot, without a new opening."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from data.canonical import canonical_json, hash_array
from data.code_version import code_version
from data.settings import parse_settings
from data.snapshot import SnapshotStore
from evolution.genome.codec import decode
from organism.gauntlet.evidence_document import arrays_of, measured_part, understood
from organism.gauntlet.examination import (
    Examination,
    Registered,
    examine_agreement,
    examine_held_out,
    examine_in_sample,
    examine_robustness,
    slices_for,
)
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.registration import joined_p_value, joined_stage
from organism.gauntlet.stages.programme import agreement_stages, robustness_stages
from organism.gauntlet.subject import GenomeSubject
from organism.home import Home
from organism.registry.checks import check_sha256
from organism.registry.evidence import Pack, read_pack


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay found."""

    strategy_id: str
    differences: tuple[str, ...]
    """Names of parts that came out otherwise; empty when every byte agrees."""
    same_code: bool
    """Whether this code is the code that wrote the evidence."""


def replay(home: Home, evidence_sha256: str) -> Replay:
    """Measure again what the pack says was measured, on the slices it says were opened, and compare.

    Raises
    ------
    DataError
        If the pack or its snapshot is missing or damaged.
    """
    pack = read_pack(home.evidence, evidence_sha256)
    document = pack.document
    with understood(pack.sha256):
        request = _request(document)
        strategy_id, written_by = str(document["strategy_id"]), document["code_version"]
    examination = _repeat(home, request)
    differences = [
        name
        for name, value in measured_part(examination).items()
        if name not in document or canonical_json(value) != canonical_json(document[name])
    ]
    differences += _array_differences(examination, pack)
    return Replay(strategy_id, tuple(differences), written_by == code_version())


@dataclass(frozen=True, slots=True)
class _Request:
    """What a pack says was done."""

    subject: GenomeSubject
    policy: GauntletPolicy
    snapshot_id: str
    stages: frozenset[str]
    opened: frozenset[str]
    genotype_hash: str
    registered: Registered | None


def _request(document: Mapping[str, Any]) -> _Request:
    return _Request(
        subject=GenomeSubject(decode(document["genome"])),
        policy=parse_settings(GauntletPolicy, document["policy"], source="policy of the evidence pack"),
        snapshot_id=check_sha256("snapshot id", document["snapshot_id"]),
        stages=frozenset(stage["stage"] for stage in document["stages"]),
        opened=frozenset(record["name"] for record in document["slices"]),
        genotype_hash=check_sha256("genotype hash", document["genotype_hash"]),
        registered=_registered(document["registered"]),
    )


def _registered(plain: Mapping[str, Any] | None) -> Registered | None:
    if plain is None:
        return None
    p_values = {check_sha256("genotype hash", key): float(value) for key, value in plain["p_values"].items()}
    return Registered(check_sha256("registration", plain["sha256"]), int(plain["n_earlier"]), p_values)


def _repeat(home: Home, request: _Request) -> Examination:
    subject, policy = request.subject, request.policy
    snapshot = SnapshotStore(home.snapshots).open(request.snapshot_id)
    calendar = snapshot.load()
    border = slices_for(calendar.time_ms, calendar.interval_ms, 0).in_sample.end_ms
    in_sample = snapshot.prefix(border).load()
    examination = examine_in_sample(subject, in_sample, policy)
    if {stage.name for stage in robustness_stages(policy)} & request.stages:
        examination = examine_robustness(examination, subject, in_sample, policy)
    agreement = {stage.name for stage in agreement_stages()}
    if agreement & request.stages:
        examination = examine_agreement(examination, subject, in_sample, policy)
    if request.opened <= {"IS"}:
        # A very long holding leaves no held-out bars to speak of; then there is nothing to slice either.
        return examination
    slices = slices_for(calendar.time_ms, calendar.interval_ms, examination.longest_holding_bars)
    for part in (slices.out_of_sample, slices.walk_forward):
        if part.name in request.opened:
            universe = snapshot.prefix(part.end_ms).load()
            examination = examine_held_out(examination, subject, universe, part, policy)
    return examination if request.registered is None else _with_joined_stage(examination, request)


def _with_joined_stage(examination: Examination, request: _Request) -> Examination:
    """Ask again what both slices say together; the other candidates' p-values are those on record."""
    assert request.registered is not None
    p_values = {**request.registered.p_values, request.genotype_hash: joined_p_value(examination)}
    registered = replace(request.registered, p_values=p_values)
    stage = joined_stage(request.genotype_hash, p_values, registered.n_earlier, request.policy)
    return replace(examination, stages=(*examination.stages, stage), registered=registered)


def _array_differences(examination: Examination, pack: Pack) -> list[str]:
    ours = arrays_of(examination)
    if set(ours) != set(pack.arrays):
        return ["arrays"]
    # Returns of a ruined slice are NaN, which equals nothing; the bytes do.
    return [name for name, array in ours.items() if hash_array(array) != hash_array(pack.arrays[name])]
