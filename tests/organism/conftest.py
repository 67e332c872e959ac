"""Rules, worlds and settings that the tests of judging, running and the command line share."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.market import Market
from data.snapshot import SnapshotStore
from data.worlds import World, make_world
from evolution.genome.codec import to_json
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.hashing import genotype_hash
from evolution.genome.node import Node, threshold, window
from evolution.genome.render import render
from evolution.run.layout import RunFolder
from evolution.trials import append_segment
from organism.foundry import evolve, start_run
from organism.gauntlet.judge import judge_testing
from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home
from organism.ledger import lost_runs
from organism.registry.rows import NewStrategy
from organism.registry.store import Registry
from organism.settings import FoundrySettings

LOOSE = {
    "left_out": [
        "profit from the best trade",
        "sixths of the time with a profit",
        "profit from one volatility regime",
        "t of alpha over holding",
        "Sharpe kept with missed fills",
        "Sharpe kept with a number moved",
        "Sharpe of the worst tenth with a number moved",
        "Sharpe kept on noisy bars",
        "joined p-value, corrected",
    ],
    "in_sample": {
        "minimum_trades": 5,
        "minimum_sharpe": -20.0,
        "maximum_drawdown": 0.5,
        "minimum_sharpe_at_doubled_costs": -50.0,
        "minimum_share_kept_one_bar_later": 0.0,
    },
    "held_out": {"minimum_trades": 1, "minimum_sharpe": -50.0, "maximum_drawdown": 0.9},
    "walk_forward": {"folds": 2, "minimum_positive_folds": 1},
    "vault": {"minimum_years": 0.0},
}
TINY = {
    "name": "tiny",
    "seed": 1,
    "workers": 1,
    "history": {"world": "planted", "world_seed": 1, "years": 1.0},
    "search": {
        "population": 24,
        "offspring": 24,
        "generations": 3,
        "minimum_trades": 10,
        "registered": 8,
        "simplify": False,
    },
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return a home that nothing is in."""
    return Home.create(tmp_path / "home")


@pytest.fixture(scope="session")
def judged_at() -> datetime:
    return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(scope="session")
def loose_policy() -> GauntletPolicy:
    """Return thresholds that almost everything meets, for tests of what follows."""
    return GauntletPolicy.model_validate(LOOSE)


@pytest.fixture(scope="session")
def tiny_settings() -> Callable[..., FoundrySettings]:
    """Build settings of a run of a second or so; `search` changes keys of its table."""

    def build(*, search: dict[str, Any] | None = None, **changes: Any) -> FoundrySettings:
        return FoundrySettings.model_validate({**TINY, **changes, "search": {**TINY["search"], **(search or {})}})  # type: ignore[dict-item]

    return build


@pytest.fixture(scope="session")
def two_years() -> World:
    """Return a planted world: its cause is worth a Sharpe ratio near 6."""
    return make_world("planted", 1, years=2.0)


@pytest.fixture(scope="session")
def funding_rule() -> Callable[..., Genome]:
    """Build: against a crowd beyond `enter` deviations, until it is back within `leave`; 1.5 and 0.5 is the cause."""

    def build(enter: float = 1.5, leave: float = 0.5, **genes: Any) -> Genome:
        score = Node("funding_zscore", (window(168),))
        return Genome(
            long_entry=Node("below", (score, threshold(-enter))),
            long_exit=Node("above", (score, threshold(-leave))),
            short_entry=Node("above", (score, threshold(enter))),
            short_exit=Node("below", (score, threshold(leave))),
            risk=RiskGenes(**genes),
        )

    return build


@pytest.fixture(scope="session")
def opposite() -> Callable[[Genome], Genome]:
    """Build the same rule on the other side of every trade."""
    return lambda rule: Genome(rule.short_entry, rule.short_exit, rule.long_entry, rule.long_exit, rule.risk)


@pytest.fixture(scope="session")
def rules(funding_rule: Callable[..., Genome], opposite: Callable[[Genome], Genome]) -> dict[str, Genome]:
    """Return the cause, two near copies, its halves, its opposite, and one that never trades."""
    cause, never = funding_rule(), Node("never")
    return {
        "cause": cause,
        "copy": funding_rule(1.45, 0.5),
        "stopped": funding_rule(1.5, 0.45, stop=40),
        "short": Genome(never, never, cause.short_entry, cause.short_exit),
        "long": Genome(cause.long_entry, cause.long_exit, never, never),
        "opposite": opposite(cause),
        "never": Genome(never, never, never, never),
    }


@pytest.fixture(scope="session")
def court_policy() -> GauntletPolicy:
    """Return the rules of the project, with a budget that not everybody can have."""
    return GauntletPolicy.model_validate({"robustness": {"copies": 10}, "vault": {"promotions_per_run": 2}})


@pytest.fixture(scope="session")
def submit() -> Callable[..., None]:
    """Put rules of one run into testing; the algorithm's name is how a test finds its rule again.

    The run has a segment of no trials, as one that has lost its own is told.
    """

    def put(home: Home, rules: Mapping[str, Genome], snapshot_id: str, now: datetime, run: str = "run-1") -> None:
        if lost_runs(home.runs, [run]):
            append_segment(RunFolder(home.runs / run).trials, 0, [])
        with Registry.open(home.registry_path) as registry:
            for name, genome in rules.items():
                new = NewStrategy(
                    algorithm_type=name,
                    generation=0,
                    genotype_hash=genotype_hash(genome),
                    genome_json=to_json(genome),
                    rendered=render(genome),
                    behaviour_hash="0" * 64,
                    run_id=run,
                    snapshot_id=snapshot_id,
                    parents=(),
                    operator="initial",
                    in_sample={},
                )
                registry.submit(registry.add(new, now), now)

    return put


@pytest.fixture(scope="session")
def waiting(
    rules: dict[str, Genome],
    submit: Callable[..., None],
    two_years: World,
    judged_at: datetime,
    tmp_path_factory: pytest.TempPathFactory,
) -> Home:
    """Return a home with all rules in testing; judge only copies of it."""
    home = Home.create(tmp_path_factory.mktemp("waiting") / "home")
    snapshot = SnapshotStore(home.snapshots).save(two_years.markets, two_years.origin)
    submit(home, rules, snapshot.id, judged_at)
    return home


@pytest.fixture
def fresh(waiting: Home, tmp_path: Path) -> Home:
    """Return a copy of `waiting` to judge."""
    return Home.open(shutil.copytree(waiting.root, tmp_path / "home"))


@pytest.fixture(scope="session")
def judged(
    waiting: Home, court_policy: GauntletPolicy, judged_at: datetime, tmp_path_factory: pytest.TempPathFactory
) -> Home:
    """Return a copy of `waiting` that was judged once, without interruption; only read it."""
    home = Home.open(shutil.copytree(waiting.root, tmp_path_factory.mktemp("judged") / "home"))
    with Registry.open(home.registry_path) as registry:
        judge_testing(home, registry, court_policy, judged_at, lambda _: None)
    return home


@pytest.fixture(scope="session")
def finished_home(
    tiny_settings: Callable[..., FoundrySettings], judged_at: datetime, tmp_path_factory: pytest.TempPathFactory
) -> Home:
    """Return a home with one finished run and nothing judged; only read it, or copy it."""
    home = Home.create(tmp_path_factory.mktemp("finished") / "home")
    folder = start_run(tiny_settings(), home)
    evolve(folder, home, workers=1, watch=lambda _: None, should_stop=lambda: False, clock=lambda: judged_at)
    return home


@pytest.fixture(scope="session")
def write_history() -> Callable[[Path, Iterable[Market]], Path]:
    """Write COIN_1h.parquet and COIN_funding.parquet of markets into a folder, as a venue would deliver them."""

    def write(folder: Path, markets: Iterable[Market]) -> Path:
        folder.mkdir(parents=True)
        for market in markets:
            stamps = pa.array(market.time_ms, pa.timestamp("ms", tz="UTC"))
            columns = {name: getattr(market, name) for name in ("open", "high", "low", "close", "volume")}
            pq.write_table(pa.table({"ts": stamps, **columns}), folder / f"{market.coin}_1h.parquet")
            funding = pa.table({"ts": stamps, "funding_rate": market.funding_rate})
            pq.write_table(funding, folder / f"{market.coin}_funding.parquet")
        return folder

    return write


@pytest.fixture(scope="session")
def contents() -> Callable[[Path], dict[str, str]]:
    """Return the sha256 of every file under a folder, by its path: what must not change when something is refused."""

    def look(folder: Path) -> dict[str, str]:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    return look
