"""The registry: every strategy, its life, its ancestors, its verdicts, and what the vault has shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, Engine

from organism.registry import breeding, judgements, lineage, strategies
from organism.registry.breeding import Bred
from organism.registry.checks import check_name, check_sha256
from organism.registry.database import BUSY_TIMEOUT_S, check_pages, open_database, translated, writing
from organism.registry.holding import held_with_others
from organism.registry.reading import read_database
from organism.registry.rows import Event, LineageRecord, NewStrategy, Opening, Registration, Strategy, VerdictRow
from organism.registry.states import LifecycleState


class Registry:
    """One SQLite file. Every method is one transaction: all of it has happened on return, or none of it.

    Every method raises DataError when the file is damaged, or locked by another program for too long.
    """

    def __init__(self, path: Path, engine: Engine, held: ExitStack | None = None) -> None:
        self.path = path
        self._engine = engine
        self._held = held or ExitStack()

    @classmethod
    def open(cls, path: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Registry:
        """Open the registry at `path`: made if missing, migrated if older, refused if damaged or newer.

        Raises
        ------
        OutOfReachError
            If it cannot be read or written now, or is of a newer program.
        DataError
            Saying what is wrong with the file and how to restore it.
        """
        with held_with_others(path, busy_timeout_s) as held:
            return cls(path, open_database(path, busy_timeout_s), held.pop_all())

    @classmethod
    def read(cls, path: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Registry:
        """Open one state of the registry at `path` for reading: nothing is made, migrated or locked on the disk.

        What is written afterwards, by whomever, is not seen.

        Raises
        ------
        OutOfReachError, DataError
            As of `open`. Also by every method that writes.
        """
        return cls(path, read_database(path, busy_timeout_s))

    def close(self) -> None:
        """Close the file; nothing is lost without it."""
        self._engine.dispose()
        self._held.close()

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, new: NewStrategy, now: datetime) -> str:
        """Register a strategy as born and return its id; the same genotype again returns the id that it has."""
        with self._write() as connection:
            name, is_new = strategies.insert_strategy(connection, new, now)
            if is_new:
                records = (
                    LineageRecord(new.genotype_hash, parent, new.operator, new.generation) for parent in new.parents
                )
                lineage.insert_lineage(connection, records, new.run_id)
        return name

    def transition(
        self,
        strategy_id: str,
        *,
        expected: LifecycleState | Strategy,
        to: LifecycleState,
        reason: str,
        now: datetime,
        evidence_sha256: str | None = None,
    ) -> None:
        """Move a strategy and append the event.

        Parameters
        ----------
        expected
            The state in which the caller saw it, or the strategy as read: then the version must be the
            same too, so that a move there and back is noticed.
        reason
            Why; kept as one printable line.
        evidence_sha256
            The evidence pack that the move rests on; a move to candidate needs one.

        Raises
        ------
        TransitionError
            If the move is not allowed, lacks evidence, or somebody else moved first.
        ConfigError
            If the id is unknown.
        """
        with self._write() as connection:
            self._move(connection, expected, _event(strategy_id, to, reason, now, evidence_sha256))

    def submit(self, strategy_id: str, now: datetime) -> None:
        """Move a born strategy to testing, where the gauntlet finds it."""
        self.transition(
            strategy_id, expected=LifecycleState.BORN, to=LifecycleState.TESTING, reason="submitted", now=now
        )

    def submit_again(self, strategy_id: str, run_id: str, snapshot_id: str, now: datetime) -> bool:
        """Put a strategy that waits in testing before the gauntlet on another history, for a run that has found it.

        Returns
        -------
        Whether that is new: not if it was submitted on that history before, by whatever run, or has left testing.

        Raises
        ------
        ConfigError
            If the id is unknown.
        """
        with self._write() as connection:
            return strategies.insert_submission(connection, strategy_id, run_id, snapshot_id, now)

    def decide(
        self,
        verdict: VerdictRow,
        *,
        expected: LifecycleState | Strategy,
        to: LifecycleState,
        reason: str,
        evidence_sha256: str | None = None,
    ) -> None:
        """Record a verdict and make the move that follows from it, both or neither; see `transition`."""
        event = _event(verdict.strategy_id, to, reason, verdict.decided_at, evidence_sha256)
        with self._write() as connection:
            judgements.insert_verdict(connection, verdict)
            self._move(connection, expected, event)

    def get(self, id_or_prefix: str) -> Strategy:
        """Return the strategy with this id, or the only one whose id or genotype hash begins with it.

        Raises
        ------
        ConfigError
            If nothing fits, naming the nearest ids, or more than one does.
        """
        with self._read() as connection:
            return strategies.select_one(connection, id_or_prefix)

    def find(
        self,
        states: Collection[LifecycleState] | None = None,
        snapshot_id: str | None = None,
        run_id: str | None = None,
    ) -> list[Strategy]:
        """Return the strategies that fit every filter given, oldest first."""
        with self._read() as connection:
            return strategies.select_strategies(connection, states, snapshot_id, run_id)

    def submitted(
        self,
        states: Collection[LifecycleState] | None = None,
        snapshot_id: str | None = None,
        run_id: str | None = None,
        strategy_id: str | None = None,
    ) -> list[Strategy]:
        """Return the strategies that fit every filter given, once for each history that they were submitted on.

        Births come first, then what was submitted again, each oldest first.

        Each has the run, the snapshot and, as the time of its birth, the moment of that submission; the first of a
        strategy is its birth.
        """
        with self._read() as connection:
            return strategies.select_submitted(connection, states, snapshot_id, run_id, strategy_id)

    def events(self, strategy_id: str) -> list[Event]:
        """Return the life of a strategy in order; empty for an id that nothing has."""
        with self._read() as connection:
            return strategies.select_events(connection, strategy_id)

    def check_integrity(self) -> None:
        """Let SQLite look at every page, index and reference.

        Raises
        ------
        DataError
            With the first thing that is wrong.
        """
        with self._read() as connection:
            check_pages(connection, self.path)

    def counts(self) -> dict[LifecycleState, int]:
        """Return the number of strategies in every state, zeros included."""
        with self._read() as connection:
            return strategies.count_states(connection)

    def add_lineage(self, records: Iterable[LineageRecord], run_id: str) -> None:
        """Keep who descends from whom, registered or not; a pair that is known already keeps its first record."""
        check_name("run id", run_id)
        with self._write() as connection:
            lineage.insert_lineage(connection, records, run_id)

    def parents(self, genotype_hash: str) -> list[LineageRecord]:
        """Return the known parents of a genotype."""
        check_sha256("genotype hash", genotype_hash)
        with self._read() as connection:
            return lineage.select_parents(connection, genotype_hash)

    def ancestors(self, genotype_hash: str) -> list[str]:
        """Return the genotype hashes of every known ancestor, the genotype itself excluded, ordered by hash."""
        with self._read() as connection:
            return lineage.select_ancestors(connection, genotype_hash)

    def count_lineage_unknown_to(self, other: Path) -> int:
        """Return how many pairs of child and parent the registry at `other` does not know; it has the same schema."""
        with self._read() as connection:
            return lineage.count_unknown_to(connection, other)

    def bred_ancestors(self, genotype_hash: str, *, snapshot_id: str, until: datetime) -> list[Bred]:
        """Return the ancestors of a genotype that runs had submitted by then on other histories, oldest first.

        Parameters
        ----------
        snapshot_id
            A history that is left out: that which the genotype is judged on.
        until
            When the genotype is known to have existed.
        """
        with self._read() as connection:
            return breeding.select_bred_ancestors(connection, genotype_hash, snapshot_id, until)

    def record_verdict(self, row: VerdictRow) -> None:
        """Keep a verdict without a move; the same verdict again changes nothing.

        Raises
        ------
        TransitionError
            If another verdict was given on the same snapshot under the same policy.
        ConfigError
            If the id is unknown.
        """
        with self._write() as connection:
            judgements.insert_verdict(connection, row)

    def verdicts(self, strategy_id: str | None = None, snapshot_id: str | None = None) -> list[VerdictRow]:
        """Return the verdicts that fit both filters, oldest first."""
        with self._read() as connection:
            return judgements.select_verdicts(connection, strategy_id, snapshot_id)

    def register(self, registration: Registration, now: datetime) -> None:
        """Fix who of a run will be asked on held-out bars; the same again changes nothing.

        Raises
        ------
        TransitionError
            If others that the run has registered on the same snapshot under the same policy wait for an answer, or
            one of these was among them.
        """
        with self._write() as connection:
            judgements.insert_registration(connection, registration, now)

    def registrations(self, run_id: str | None = None) -> list[Registration]:
        """Return the registrations of a run, or all, oldest first."""
        with self._read() as connection:
            return judgements.select_registrations(connection, run_id)

    def unanswered(self, registration: Registration) -> frozenset[str]:
        """Return the genotypes of a registration that are in testing and have no verdict on it."""
        with self._read() as connection:
            return judgements.select_unanswered(connection, registration)

    def record_opening(self, opening: Opening) -> Opening | None:
        """Record an opening; or return the earlier one of this genotype that shares time with it, and record nothing.

        Call it through `organism.ledger.Vault`, which refuses.
        """
        with self._write() as connection:
            return judgements.insert_opening(connection, opening)

    def openings(self, start_ms: int, end_ms: int) -> list[Opening]:
        """Return every opening that shares time with [start_ms, end_ms), in order of recording."""
        with self._read() as connection:
            return judgements.select_openings(connection, start_ms, end_ms)

    def ancestral_opening(
        self, genotype_hash: str, start_ms: int, end_ms: int, *, before: datetime | None = None
    ) -> Opening | None:
        """Return the first opening of an ancestor that shares time with [start_ms, end_ms), or None.

        Parameters
        ----------
        before
            Count only openings made earlier than this.
        """
        with self._read() as connection:
            return judgements.select_ancestral_opening(connection, genotype_hash, start_ms, end_ms, before)

    @staticmethod
    def _move(connection: Connection, expected: LifecycleState | Strategy, event: Event) -> None:
        if isinstance(expected, Strategy):
            strategies.move(connection, expected.state, expected.version, event)
        else:
            strategies.move(connection, expected, None, event)

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with translated(self.path), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with translated(self.path), writing(self._engine).begin() as connection:
            yield connection


def _event(strategy_id: str, to: LifecycleState, reason: str, now: datetime, evidence_sha256: str | None) -> Event:
    """Return the event without the version and state that only the transaction knows."""
    if evidence_sha256 is not None:
        check_sha256("evidence", evidence_sha256)
    return Event(strategy_id, 0, None, to, reason, now, evidence_sha256)
