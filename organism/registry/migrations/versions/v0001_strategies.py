"""Strategies, their events and their lineage.

The state of a strategy changes only through an event: a trigger checks each new event and moves the
strategy, and refuses every other update. So state and last event agree whoever writes.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# A frozen copy: a migration says what it said on the day it was written.
_MOVES = """
    'born>testing',
    'testing>candidate', 'testing>rejected', 'testing>quarantined',
    'candidate>paper', 'candidate>rejected', 'candidate>quarantined', 'candidate>dead',
    'paper>production', 'paper>decaying', 'paper>dead', 'paper>quarantined', 'paper>rejected',
    'production>decaying', 'production>dead', 'production>quarantined',
    'decaying>production', 'decaying>dead', 'decaying>quarantined',
    'quarantined>testing', 'quarantined>dead'
"""
_STATES = "'born','testing','candidate','paper','production','decaying','dead','rejected','quarantined'"
_PROVEN = "'candidate','paper','production','decaying'"


def _sha256(column: str) -> str:
    return f"(length({column}) = 64 AND {column} NOT GLOB '*[^0-9a-f]*')"


_TABLES = (
    f"""
    CREATE TABLE strategies (
        id TEXT PRIMARY KEY NOT NULL CHECK (id GLOB '[a-z]*' AND id NOT GLOB '*[^a-z0-9_]*'),
        algorithm_type TEXT NOT NULL,
        generation INTEGER NOT NULL CHECK (generation >= 0),
        genotype_hash TEXT NOT NULL UNIQUE CHECK {_sha256("genotype_hash")},
        genome_json TEXT NOT NULL CHECK (json_valid(genome_json)),
        rendered TEXT NOT NULL,
        behaviour_hash TEXT NOT NULL CHECK {_sha256("behaviour_hash")},
        run_id TEXT NOT NULL,
        snapshot_id TEXT NOT NULL,
        parents TEXT NOT NULL CHECK (json_type(parents) = 'array'),
        operator TEXT NOT NULL,
        in_sample TEXT NOT NULL CHECK (json_type(in_sample) = 'object'),
        state TEXT NOT NULL CHECK (state IN ({_STATES})),
        version INTEGER NOT NULL CHECK (version >= 1),
        evidence_sha256 TEXT CHECK (evidence_sha256 IS NULL OR {_sha256("evidence_sha256")}),
        born_at TEXT NOT NULL,
        CHECK (state NOT IN ({_PROVEN}) OR evidence_sha256 IS NOT NULL)
    ) STRICT
    """,
    f"""
    CREATE TABLE events (
        strategy_id TEXT NOT NULL REFERENCES strategies (id),
        version INTEGER NOT NULL CHECK (version >= 1),
        from_state TEXT CHECK (from_state IN ({_STATES})),
        to_state TEXT NOT NULL CHECK (to_state IN ({_STATES})),
        reason TEXT NOT NULL,
        at TEXT NOT NULL,
        evidence_sha256 TEXT CHECK (evidence_sha256 IS NULL OR {_sha256("evidence_sha256")}),
        PRIMARY KEY (strategy_id, version),
        CHECK ((version = 1) = (from_state IS NULL)),
        CHECK (to_state <> 'candidate' OR evidence_sha256 IS NOT NULL)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE lineage (
        child_hash BLOB NOT NULL CHECK (length(child_hash) = 32),
        parent_hash BLOB NOT NULL CHECK (length(parent_hash) = 32),
        operator TEXT NOT NULL,
        generation INTEGER NOT NULL CHECK (generation >= 0),
        run_id TEXT NOT NULL,
        PRIMARY KEY (child_hash, parent_hash)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX strategies_by_state ON strategies (state)",
)

_TRIGGERS = (
    # The existence checks stand against INSERT OR REPLACE, which deletes without asking the delete trigger.
    """
    CREATE TRIGGER strategies_start_as_born BEFORE INSERT ON strategies BEGIN
        SELECT RAISE(ABORT, 'a strategy starts as born, version 1, without evidence')
        WHERE NEW.state <> 'born' OR NEW.version <> 1 OR NEW.evidence_sha256 IS NOT NULL;
        SELECT RAISE(ABORT, 'the strategy exists already')
        WHERE EXISTS (SELECT 1 FROM strategies WHERE id = NEW.id OR genotype_hash = NEW.genotype_hash);
    END
    """,
    """
    CREATE TRIGGER strategies_are_kept BEFORE DELETE ON strategies BEGIN
        SELECT RAISE(ABORT, 'strategies are never deleted: move them to dead');
    END
    """,
    """
    CREATE TRIGGER strategies_move_by_event BEFORE UPDATE ON strategies BEGIN
        SELECT RAISE(ABORT, 'a strategy moves only by an event that says so')
        WHERE NEW.version IS NOT OLD.version + 1 OR NOT EXISTS (
            SELECT 1 FROM events WHERE strategy_id = OLD.id AND version = NEW.version
            AND from_state = OLD.state AND to_state = NEW.state
            AND COALESCE(evidence_sha256, OLD.evidence_sha256) IS NEW.evidence_sha256
        );
        SELECT RAISE(ABORT, 'only state, version and evidence of a strategy change')
        WHERE (NEW.id, NEW.algorithm_type, NEW.generation, NEW.genotype_hash, NEW.genome_json, NEW.rendered,
               NEW.behaviour_hash, NEW.run_id, NEW.snapshot_id, NEW.parents, NEW.operator, NEW.in_sample, NEW.born_at)
        IS NOT (OLD.id, OLD.algorithm_type, OLD.generation, OLD.genotype_hash, OLD.genome_json, OLD.rendered,
               OLD.behaviour_hash, OLD.run_id, OLD.snapshot_id, OLD.parents, OLD.operator, OLD.in_sample, OLD.born_at);
    END
    """,
    f"""
    CREATE TRIGGER events_are_allowed_moves BEFORE INSERT ON events BEGIN
        SELECT RAISE(ABORT, 'the event exists already')
        WHERE EXISTS (SELECT 1 FROM events WHERE strategy_id = NEW.strategy_id AND version = NEW.version);
        SELECT RAISE(ABORT, 'the first event of a strategy is its birth')
        WHERE NEW.version = 1 AND NEW.to_state <> 'born';
        SELECT RAISE(ABORT, 'the lifecycle does not allow this move')
        WHERE NEW.version > 1 AND (NEW.from_state || '>' || NEW.to_state) NOT IN ({_MOVES});
        SELECT RAISE(ABORT, 'the strategy is not in the state and version that the event continues')
        WHERE NOT EXISTS (
            SELECT 1 FROM strategies WHERE id = NEW.strategy_id
            AND state = COALESCE(NEW.from_state, 'born') AND version = max(NEW.version - 1, 1)
        );
    END
    """,  # noqa: S608 - the list of moves is the constant above
    """
    CREATE TRIGGER events_move_their_strategy AFTER INSERT ON events WHEN NEW.version > 1 BEGIN
        UPDATE strategies
        SET state = NEW.to_state, version = NEW.version,
            evidence_sha256 = COALESCE(NEW.evidence_sha256, evidence_sha256)
        WHERE id = NEW.strategy_id;
    END
    """,
    "CREATE TRIGGER events_never_change BEFORE UPDATE ON events "
    "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
    "CREATE TRIGGER events_are_kept BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
    "CREATE TRIGGER lineage_never_changes BEFORE UPDATE ON lineage "
    "BEGIN SELECT RAISE(ABORT, 'lineage is append-only'); END",
    "CREATE TRIGGER lineage_is_kept BEFORE DELETE ON lineage BEGIN SELECT RAISE(ABORT, 'lineage is append-only'); END",
)


def upgrade() -> None:
    """Create the tables and their triggers."""
    for statement in (*_TABLES, *_TRIGGERS):
        op.execute(statement)
