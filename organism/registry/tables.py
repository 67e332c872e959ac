"""The columns that queries name. The migrations own the schema: types, checks and triggers are theirs."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table

METADATA = MetaData()

strategies = Table(
    "strategies",
    METADATA,
    Column("id", String, primary_key=True),
    Column("algorithm_type", String),
    Column("generation", Integer),
    Column("genotype_hash", String),
    Column("genome_json", String),
    Column("rendered", String),
    Column("behaviour_hash", String),
    Column("run_id", String),
    Column("snapshot_id", String),
    Column("parents", String),
    Column("operator", String),
    Column("in_sample", String),
    Column("state", String),
    Column("version", Integer),
    Column("evidence_sha256", String),
    Column("born_at", String),
)

events = Table(
    "events",
    METADATA,
    Column("strategy_id", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("from_state", String),
    Column("to_state", String),
    Column("reason", String),
    Column("at", String),
    Column("evidence_sha256", String),
)

lineage = Table(
    "lineage",
    METADATA,
    Column("child_hash", LargeBinary, primary_key=True),
    Column("parent_hash", LargeBinary, primary_key=True),
    Column("operator", String),
    Column("generation", Integer),
    Column("run_id", String),
)

verdicts = Table(
    "verdicts",
    METADATA,
    Column("strategy_id", String, primary_key=True),
    Column("snapshot_id", String, primary_key=True),
    Column("policy_hash", String, primary_key=True),
    Column("verdict", String),
    Column("stages_json", String),
    Column("reason", String),
    Column("evidence_sha256", String),
    Column("decided_at", String),
)

submissions = Table(
    "submissions",
    METADATA,
    Column("strategy_id", String, primary_key=True),
    Column("snapshot_id", String, primary_key=True),
    Column("run_id", String),
    Column("submitted_at", String),
)

registrations = Table(
    "registrations",
    METADATA,
    Column("run_id", String, primary_key=True),
    Column("snapshot_id", String, primary_key=True),
    Column("policy_hash", String, primary_key=True),
    Column("members", String),
    Column("n_trials", Integer),
    Column("n_earlier", Integer),
    Column("sha256", String, primary_key=True),
    Column("registered_at", String),
)

openings = Table(
    "openings",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("genotype_hash", String),
    Column("slice_name", String),
    Column("start_ms", Integer),
    Column("end_ms", Integer),
    Column("snapshot_id", String),
    Column("policy_hash", String),
    Column("run_id", String),
    Column("opened_at", String),
)
