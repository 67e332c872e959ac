"""Verdicts of the gauntlet and openings of the vault; neither is ever changed or removed."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _sha256(column: str) -> str:
    return f"(length({column}) = 64 AND {column} NOT GLOB '*[^0-9a-f]*')"


_TABLES = (
    f"""
    CREATE TABLE verdicts (
        strategy_id TEXT NOT NULL REFERENCES strategies (id),
        snapshot_id TEXT NOT NULL,
        policy_hash TEXT NOT NULL CHECK {_sha256("policy_hash")},
        verdict TEXT NOT NULL CHECK (verdict IN ('Pass', 'Marginal', 'Watch', 'Kill')),
        stages_json TEXT NOT NULL CHECK (json_valid(stages_json)),
        reason TEXT NOT NULL,
        evidence_sha256 TEXT NOT NULL CHECK {_sha256("evidence_sha256")},
        decided_at TEXT NOT NULL,
        PRIMARY KEY (strategy_id, snapshot_id, policy_hash)
    ) STRICT, WITHOUT ROWID
    """,
    f"""
    CREATE TABLE openings (
        id INTEGER PRIMARY KEY,
        genotype_hash TEXT NOT NULL CHECK {_sha256("genotype_hash")},
        slice_name TEXT NOT NULL,
        start_ms INTEGER NOT NULL CHECK (start_ms >= 0),
        end_ms INTEGER NOT NULL CHECK (end_ms > start_ms),
        snapshot_id TEXT NOT NULL,
        policy_hash TEXT NOT NULL CHECK {_sha256("policy_hash")},
        run_id TEXT NOT NULL,
        opened_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX openings_by_genotype ON openings (genotype_hash)",
)

# The existence checks stand against INSERT OR REPLACE, which deletes without asking the delete trigger.
_TRIGGERS = (
    """
    CREATE TRIGGER verdicts_are_given_once BEFORE INSERT ON verdicts BEGIN
        SELECT RAISE(ABORT, 'the verdict exists already')
        WHERE EXISTS (SELECT 1 FROM verdicts WHERE strategy_id = NEW.strategy_id
                      AND snapshot_id = NEW.snapshot_id AND policy_hash = NEW.policy_hash);
    END
    """,
    """
    CREATE TRIGGER openings_happen_once BEFORE INSERT ON openings BEGIN
        SELECT RAISE(ABORT, 'the opening exists already') WHERE EXISTS (SELECT 1 FROM openings WHERE id = NEW.id);
        SELECT RAISE(ABORT, 'this genotype has seen a part of this time already')
        WHERE EXISTS (SELECT 1 FROM openings WHERE genotype_hash = NEW.genotype_hash
                      AND start_ms < NEW.end_ms AND end_ms > NEW.start_ms);
    END
    """,
    "CREATE TRIGGER verdicts_never_change BEFORE UPDATE ON verdicts "
    "BEGIN SELECT RAISE(ABORT, 'verdicts are append-only'); END",
    "CREATE TRIGGER verdicts_are_kept BEFORE DELETE ON verdicts "
    "BEGIN SELECT RAISE(ABORT, 'verdicts are append-only'); END",
    "CREATE TRIGGER openings_never_change BEFORE UPDATE ON openings "
    "BEGIN SELECT RAISE(ABORT, 'openings are append-only'); END",
    "CREATE TRIGGER openings_are_kept BEFORE DELETE ON openings "
    "BEGIN SELECT RAISE(ABORT, 'openings are append-only'); END",
)


def upgrade() -> None:
    """Create the tables and their triggers."""
    for statement in (*_TABLES, *_TRIGGERS):
        op.execute(statement)
