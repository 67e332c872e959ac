"""What goes into the registry and what comes out of it: frozen values, no database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from data.canonical import hash_json, sha256_hex
from data.errors import ConfigError, DataError, GenomeError
from data.shown import inert_line
from organism.registry.checks import check_algorithm, check_name, check_sha256
from organism.registry.states import LifecycleState, Verdict


@contextmanager
def stored_row(what: str) -> Iterator[None]:
    """Refuse a row whose contents were never written by this program; wrap nothing but its reading."""
    try:
        yield
    except (ConfigError, GenomeError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(
            f"registry has a damaged row, {inert_line(what, 80)} ({inert_line(str(error), 160)}): put back a copy made "
            "with `sqlite3 registry.sqlite '.backup COPY'`"
        ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStrategy:
    """A strategy as the search hands it over.

    Raises
    ------
    ConfigError
        If a name holds anything but letters, digits and a few marks.
    GenomeError
        If `genome_json` is not the text that `genotype_hash` names.
    ValueError
        If a hash is not a sha256 or the generation is negative.
    """

    algorithm_type: str
    """What bred it: a lower-case word such as `nsga2`."""
    generation: int
    """First generation it appeared in, from 0."""
    genotype_hash: str
    """sha256 of `genome_json`: the key."""
    genome_json: str
    """Canonical JSON of the genome."""
    rendered: str
    """The rule in readable form."""
    behaviour_hash: str
    """sha256 of its realised in-sample trades."""
    run_id: str
    snapshot_id: str
    parents: tuple[str, ...]
    """Genotype hashes; empty for a random start."""
    operator: str
    """What made it from its parents, such as `crossover` or `init`."""
    in_sample: Mapping[str, float]
    """Metrics by name; NaN says that a metric does not exist. Infinity is refused."""

    def __post_init__(self) -> None:
        check_algorithm(self.algorithm_type)
        check_name("run id", self.run_id)
        check_name("snapshot id", self.snapshot_id)
        check_name("operator", self.operator)
        for what, value in (("genotype hash", self.genotype_hash), ("behaviour hash", self.behaviour_hash)):
            check_sha256(what, value)
        for parent in self.parents:
            check_sha256("parent", parent)
        if type(self.generation) is not int or self.generation < 0:
            raise ValueError(f"generation is {self.generation!r}; allowed is a whole number from 0")
        if sha256_hex(self.genome_json.encode("utf-8", "surrogatepass")) != self.genotype_hash:
            raise GenomeError(
                f"genome JSON {self.genome_json[:60]!a} is not what genotype hash {self.genotype_hash} names; "
                "allowed is the canonical JSON: encode the genome again"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """A registered strategy; see `NewStrategy` for the fields that they share."""

    id: str
    """Name: `{algorithm_type}_{generation}_{first digits of the hash}`."""
    algorithm_type: str
    generation: int
    genotype_hash: str
    genome_json: str
    rendered: str
    behaviour_hash: str
    run_id: str
    """That it was born in; as it is submitted again, that which has found it."""
    snapshot_id: str
    """The history of that run."""
    parents: tuple[str, ...]
    operator: str
    in_sample: Mapping[str, float]
    state: LifecycleState
    version: int
    """Number of events so far; what a compare-and-swap compares."""
    evidence_sha256: str | None
    """Newest evidence pack; None before graduation."""
    born_at: datetime
    """UTC; as it is submitted again, when."""


@dataclass(frozen=True, slots=True)
class Event:
    """One move of one strategy; never changed afterwards."""

    strategy_id: str
    version: int
    """1 for the birth, then counting up."""
    from_state: LifecycleState | None
    """None for the birth."""
    to_state: LifecycleState
    reason: str
    """One printable line."""
    at: datetime
    """UTC."""
    evidence_sha256: str | None


class LineageRecord(NamedTuple):
    """One parent of one child. A run writes very many of them, hence no dataclass."""

    child_hash: str
    parent_hash: str
    operator: str
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRow:
    """What the gauntlet concluded; one for each strategy, snapshot and policy."""

    strategy_id: str
    snapshot_id: str
    policy_hash: str
    """sha256 of the rules that were applied."""
    verdict: Verdict
    stages_json: str
    """Canonical JSON of every stage measured against its threshold."""
    reason: str
    """The answer in one printable line."""
    evidence_sha256: str
    """The evidence pack that the verdict rests on."""
    decided_at: datetime
    """UTC."""

    def __post_init__(self) -> None:
        check_name("snapshot id", self.snapshot_id)
        check_sha256("policy hash", self.policy_hash)
        check_sha256("evidence", self.evidence_sha256)
        # A plain string with the value of a verdict is the verdict.
        object.__setattr__(self, "verdict", Verdict(self.verdict))


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Candidates of a run, fixed before any held-out bar is looked at.

    For a run, a snapshot and a policy there is one at a time: another one comes only once its members have an answer.
    """

    run_id: str
    snapshot_id: str
    policy_hash: str
    members: tuple[str, ...]
    """Genotype hashes, sorted."""
    n_trials: int
    """Genotypes tried in the home by then, and what screens have asked about."""
    n_earlier: int
    """Other genotypes that had seen some of the held-out time by then, or were registered to; the correction counts
    them too."""

    def __post_init__(self) -> None:
        check_name("run id", self.run_id)
        check_name("snapshot id", self.snapshot_id)
        check_sha256("policy hash", self.policy_hash)
        for member in self.members:
            check_sha256("genotype hash", member)
        if list(self.members) != sorted(set(self.members)):
            raise ValueError(f"members are {self.members}; allowed are distinct genotype hashes in order")

    def is_of_the_same(self, other: Registration) -> bool:
        """Tell whether it is of the same run, on the same snapshot and under the same policy."""
        ours, theirs = ((one.run_id, one.snapshot_id, one.policy_hash) for one in (self, other))
        return ours == theirs

    @property
    def sha256(self) -> str:
        """What is committed to: the hash of run, snapshot, policy and members."""
        content = {
            "run_id": self.run_id,
            "snapshot_id": self.snapshot_id,
            "policy_hash": self.policy_hash,
            "members": list(self.members),
        }
        return hash_json(content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One look of one genotype at held-out time [start_ms, end_ms); recorded before the look, never removed."""

    genotype_hash: str
    slice_name: str
    start_ms: int
    """UTC milliseconds, included."""
    end_ms: int
    """UTC milliseconds, excluded."""
    snapshot_id: str
    policy_hash: str
    run_id: str
    opened_at: datetime
    """UTC."""

    def __post_init__(self) -> None:
        check_sha256("genotype hash", self.genotype_hash)
        check_sha256("policy hash", self.policy_hash)
        for what, value in (
            ("slice name", self.slice_name),
            ("snapshot id", self.snapshot_id),
            ("run id", self.run_id),
        ):
            check_name(what, value)
        if not 0 <= self.start_ms < self.end_ms:
            raise ValueError(f"slice is [{self.start_ms}, {self.end_ms}) ms; allowed is 0 <= start < end")
