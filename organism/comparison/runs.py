"""From the names of two runs to all that is said of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from data.errors import ConfigError, DataError
from data.snapshot import SnapshotStore
from evolution.run.layout import RunFolder, find_run, read_json
from organism.comparison.run_shares import answer_about, share_tests
from organism.comparison.run_values import GatePair, RunComparison, RunSide, SettingRow
from organism.home import Home
from organism.registry.states import Verdict
from organism.registry.store import Registry
from organism.views.judgings import Judging, judgings_of
from organism.views.progress import statistic
from organism.views.runs import run_view
from organism.views.survivors import GateCount, merged, survivors_by_gate

LONGEST = 60
"""Of a setting's text, such as a list of rules to begin with."""
CHOICE = (
    "The best in-sample Sharpe ratio of a run is one number, the largest of many: it has no p value, and says more "
    "about how many rules were tried than about what was found."
)
RELATIVES = (
    "Candidates of one run are relatives and often pass or fail together, so that the p value is too small; and a run "
    "is one draw: only several seeds of each say whether one way of searching is better."
)


def compare_runs(home: Home, registry: Registry, first: str, second: str) -> RunComparison:
    """Lay two runs side by side, the first being A.

    Raises
    ------
    ConfigError
        If a name is unknown, or both are the same run.
    DataError
        If a manifest is missing or damaged.
    """
    folders = find_run(home.runs, first), find_run(home.runs, second)
    if folders[0] == folders[1]:
        raise ConfigError(f"{first!a} and {second!a} are the same run: name two different ones")
    judgings = [judgings_of(home.evidence, registry, folder.name) for folder in folders]
    rows = [found[0].rows if found else () for found in judgings]
    a, b = (_side(home, registry, folder, found) for folder, found in zip(folders, judgings, strict=True))
    shares = share_tests(rows[0], rows[1])
    finding, sentence = answer_about(*shares)
    return RunComparison(
        finding=finding,
        sentence=sentence,
        cautions=tuple(_cautions(a, b)),
        history=tuple(_history(a, b)),
        a=a,
        b=b,
        settings=tuple(differing(_settings(folders[0]), _settings(folders[1]))),
        gates=tuple(_gates(survivors_by_gate(rows[0]), survivors_by_gate(rows[1]))),
        shares=shares,
    )


def differing(a: Mapping[str, Any], b: Mapping[str, Any], under: str = "") -> Iterator[SettingRow]:
    """Yield the settings that are not the same, with the names of their tables before theirs."""
    for key in sorted(a.keys() | b.keys()):
        one, other = a.get(key), b.get(key)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            yield from differing(one, other, f"{under}{key}.")
        elif one != other or (key in a) != (key in b):
            yield SettingRow(f"{under}{key}", _text(key, a), _text(key, b))


def _text(key: str, table: Mapping[str, Any]) -> str:
    if key not in table:
        return ""
    text = json.dumps(table[key], ensure_ascii=True)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text):,} characters)"


def _settings(folder: RunFolder) -> Mapping[str, Any]:
    settings = read_json(folder.manifest, "settings")["settings"]
    if not isinstance(settings, dict):
        raise DataError(f"{folder.manifest} is damaged, its settings are no object; restore it from a backup")
    return settings


def _side(home: Home, registry: Registry, folder: RunFolder, judgings: Sequence[Judging]) -> RunSide:
    view, told = run_view(folder), judgings[0] if judgings else Judging("", (), {})
    last = view["generations"][-1] if view["generations"] else {}
    return RunSide(
        run=folder.name,
        state=view["state"],
        market=_market(home, view["snapshot_id"]),
        snapshot_id=view["snapshot_id"],
        seed=view["seed"],
        generation=view["generation"],
        n_trials=view["n_trials"],
        n_repeated=view["n_repeated"],
        n_rejected=sum(view["rejections"].values()),
        best=view["highest_sharpe"],
        median=statistic(last, "median"),
        hypervolume=statistic(last, "hypervolume"),
        n_fresh=view["random_baseline"]["n_drawn"],
        best_fresh=view["random_baseline"]["best"],
        n_registered=len(registry.submitted(run_id=folder.name)),
        n_judged=len(told.rows),
        n_graduates=sum(row.verdict is Verdict.PASS for row in told.rows),
        policy_hash=told.policy_hash,
        stamps=tuple(told.stamps.values()),
        n_other_policies=len(judgings[1:]),
    )


def _market(home: Home, snapshot_id: str) -> str:
    try:
        manifest = SnapshotStore(home.snapshots).open(snapshot_id).manifest
    except DataError:
        return ""
    return f"{', '.join(manifest.coins)}, {manifest.interval} bars, {_origin(manifest.origin)}"


def _origin(origin: Mapping[str, Any]) -> str:
    if origin.get("kind") == "world":
        return f"made world {origin.get('name')}, seed {origin.get('seed')}"
    return str(origin.get("venue") or origin.get("kind") or "of unknown origin")


def _cautions(a: RunSide, b: RunSide) -> Iterator[str]:
    if a.snapshot_id != b.snapshot_id:
        yield "The histories differ: what differs between the runs may be the market and not the search."
    yield RELATIVES
    yield "How many of a run are asked on held-out bars is limited by its policy, and so are its graduates."
    yield CHOICE
    if a.n_trials != b.n_trials:
        yield f"A has scored {a.n_trials:,} genotypes and B {b.n_trials:,}: the larger budget finds more by itself."
    if a.policy_hash and b.policy_hash and a.policy_hash != b.policy_hash:
        yield f"They were judged under different rules (policies {a.policy_hash[:12]} and {b.policy_hash[:12]})."
    for name, side in (("A", a), ("B", b)):
        if side.n_other_policies:
            yield f"{name} was judged under other rules too, which this page is not about: organism report {side.run}"
        if side.state != "finished":
            yield f"{name} is not finished."


def _history(a: RunSide, b: RunSide) -> Iterator[str]:
    if a.snapshot_id == b.snapshot_id:
        yield f"Both were bred and judged on the same history ({a.snapshot_id[:12]}: {a.market or 'not in this home'})."
        return
    yield f"They were bred on different histories: A on {_named(a)}, B on {_named(b)}."


def _named(side: RunSide) -> str:
    return f"{side.market or 'one that is not in this home'} ({side.snapshot_id[:12]})"


def _gates(a: Sequence[GateCount], b: Sequence[GateCount]) -> Iterator[GatePair]:
    ours, theirs = ({(gate.slice, gate.stage): gate for gate in found} for found in (a, b))
    for slice_name, stage in merged(list(ours), list(theirs)):
        one, other = (found.get((slice_name, stage), GateCount(slice_name, stage, 0, 0)) for found in (ours, theirs))
        yield GatePair(slice_name, stage, one.n_asked, one.n_passed, other.n_asked, other.n_passed)
