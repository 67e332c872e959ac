"""Real processes: two that race, one that is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from organism.registry.states import LifecycleState as S
from organism.registry.store import Registry

ROOT = Path(__file__).parents[3]
PRELUDE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from data.errors import TransitionError
from organism.registry.states import LifecycleState as S
from organism.registry.store import Registry
NOW = datetime(2026, 1, 1, tzinfo=UTC)
print("ready", flush=True)
sys.stdin.readline()
registry = Registry.open(Path(sys.argv[1]))
"""
RACE = """
for strategy in registry.find(states=[S.TESTING, S.REJECTED]):
    try:
        registry.transition(strategy.id, expected=S.TESTING, to=S.REJECTED, reason=sys.argv[2], now=NOW)
    except TransitionError as error:
        print("lost" if "somebody else moved it first" in str(error) else error)
    else:
        print("won")
"""
MOVES = """
state = registry.find()[0].state
while True:
    to = S.DECAYING if state is S.PRODUCTION else S.PRODUCTION
    registry.transition(sys.argv[2], expected=state, to=to, reason="and on", now=NOW)
    state = to
    print("moved", flush=True)
"""


def _start(script: str, *arguments: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", PRELUDE + script, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def _go(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()


def test_of_two_processes_that_move_one_strategy_exactly_one_wins(
    path: Path, registry: Registry, added_in: Callable[..., str]
) -> None:
    names = [added_in(S.TESTING, number) for number in range(20)]
    children = [_start(RACE, str(path), racer) for racer in ("a", "b")]
    for child in children:
        _go(child)
    outcomes = [child.communicate(timeout=60)[0].split() for child in children]
    assert len(outcomes[0]) == len(outcomes[1]) == len(names)
    for one, other in zip(*outcomes, strict=True):
        assert sorted((one, other)) == ["lost", "won"]
    for name in names:
        assert [event.to_state for event in registry.events(name)] == [S.BORN, S.TESTING, S.REJECTED]


def test_two_processes_may_make_the_registry_at_once(path: Path) -> None:
    children = [_start("print(sum(registry.counts().values()))", str(path)) for _ in range(2)]
    for child in children:
        _go(child)
    assert [child.communicate(timeout=60)[0] for child in children] == ["0\n", "0\n"]
    with Registry.open(path) as registry:
        assert registry.find() == []
    assert [file.name for file in path.parent.iterdir()] == ["registry.sqlite", "registry.sqlite.lock"]


def test_a_process_killed_while_moving_leaves_state_and_events_agreeing(
    path: Path, registry: Registry, added_in: Callable[..., str]
) -> None:
    name = added_in(S.PRODUCTION)
    registry.close()
    acknowledged = 5
    for moves in (1, 7, 40):
        with _start(MOVES, str(path), name) as child:
            _go(child)
            assert child.stdout is not None
            for _ in range(moves):
                assert child.stdout.readline() == "moved\n"
            child.send_signal(signal.SIGKILL)
            # Not `communicate`, which passes over the lines that are read ahead already.
            acknowledged += moves + len(child.stdout.read().split())
        with Registry.open(path) as after:
            events, strategy = after.events(name), after.get(name)
        assert [event.version for event in events] == list(range(1, len(events) + 1))
        assert (strategy.state, strategy.version) == (events[-1].to_state, len(events))
        # Committed but not yet told is the one more that a kill allows.
        assert len(events) - acknowledged in (0, 1)
        acknowledged = len(events)
