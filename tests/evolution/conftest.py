"""Random valid genomes, and a few with names, for every test of the evolution package."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from backtest.risk import SizingRule
from data.market import Universe
from data.snapshot import SnapshotStore, load_universe
from data.worlds import make_world
from evolution.agreement import ReferenceCheck
from evolution.backends import SerialBackend
from evolution.genome.genome import MAX_DISTANCE_INDEX, Genome, RiskGenes
from evolution.genome.mask import MAX_MASK
from evolution.genome.node import CONSTANTS, Node, level, threshold, window
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.types import CONSTANT_RANGES, MAX_WARM_UP_BARS, WINDOWS, ValueType
from tests.evolution.searched import SETTINGS

DEEPEST = 5
CONSTANT_NAMES = {value_type: name for name, value_type in CONSTANTS.items()}
CLOSE, NEVER = Node("close"), Node("never")


@functools.cache
def _makers(wanted: ValueType, *, only_leaves: bool) -> tuple[tuple[Opcode, Signature], ...]:
    return tuple(
        (opcode, signature)
        for opcode in CATALOGUE.values()
        for signature in opcode.signatures
        if signature.result is wanted and not (only_leaves and signature.arguments)
    )


@st.composite
def nodes(draw: st.DrawFn, wanted: ValueType = ValueType.BOOL, depth: int = DEEPEST) -> Node:
    """Draw an expression of a type; whatever the grammar allows can appear."""
    makers = _makers(wanted, only_leaves=depth <= 1)
    if wanted in CONSTANT_NAMES and (not makers or draw(st.booleans())):
        return Node(CONSTANT_NAMES[wanted], (), draw(st.integers(*CONSTANT_RANGES[wanted])))
    opcode, signature = draw(st.sampled_from(makers or _makers(wanted, only_leaves=False)))
    children = []
    for argument in signature.arguments:
        if argument is ValueType.WINDOW:
            children.append(window(draw(st.sampled_from(opcode.windows))))
        else:
            children.append(draw(nodes(argument, depth - 1)))
    return Node(opcode.name, tuple(children))


def risk_genes() -> st.SearchStrategy[RiskGenes]:
    """Draw any genes of risk."""
    distance = st.none() | st.integers(1, MAX_DISTANCE_INDEX)
    place = st.integers(0, len(WINDOWS) - 1)
    return st.builds(
        RiskGenes,
        sizing=st.sampled_from(SizingRule),
        sizing_window=place,
        stop=distance,
        target=distance,
        trailing=distance,
        max_hold=st.none() | place,
        reverse=st.booleans(),
        regime_mask=st.none() | st.integers(1, MAX_MASK),
    )


@st.composite
def _genomes(draw: st.DrawFn) -> Genome:
    roots = [draw(nodes()) for _ in range(4)]
    assume(max(root.warm_up_bars for root in roots) <= MAX_WARM_UP_BARS)
    return Genome(*roots, draw(risk_genes()))


@pytest.fixture(scope="session")
def genomes() -> st.SearchStrategy[Genome]:
    """Strategy of random valid genomes; use it as `data.draw(genomes)`."""
    return _genomes()


@pytest.fixture(scope="session")
def bool_nodes() -> st.SearchStrategy[Node]:
    """Strategy of random Bool expressions."""
    return nodes()


@pytest.fixture(scope="session")
def named_genomes() -> dict[str, Genome]:
    """A few rules of the kinds that people know."""
    average = Node("sma", (CLOSE, window(24)))
    stretched = Node("zscore", (CLOSE, window(48)))
    strength = Node("rsi", (CLOSE, window(24)))
    dip = Node("and", (Node("below", (stretched, threshold(-1.5))), Node("below", (strength, level(30)))))
    return {
        "trend": Genome(
            Node("crosses_above", (CLOSE, average)),
            Node("never"),
            Node("crosses_below", (CLOSE, average)),
            Node("never"),
            RiskGenes(reverse=True, stop=10),
        ),
        "dip": Genome(
            dip,
            Node("above", (stretched, threshold(0.0))),
            NEVER,
            NEVER,
            RiskGenes(stop=10, target=20, trailing=5, max_hold=WINDOWS.index(48)),
        ),
        "funding": Genome(
            NEVER,
            NEVER,
            Node("above", (Node("funding_zscore", (window(168),)), threshold(2.0))),
            Node("not", (Node("above", (Node("funding_zscore", (window(168),)), threshold(0.5))),)),
            RiskGenes(sizing=SizingRule.INVERSE_VOLATILITY, sizing_window=WINDOWS.index(72)),
        ),
        "never": Genome(NEVER, NEVER, NEVER, NEVER),
    }


@pytest.fixture(scope="session")
def snapshot_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a stored snapshot: 0.6 years of hourly bars of four coins, longer than any warm-up."""
    world = make_world("planted", 1, years=0.6)
    return SnapshotStore(tmp_path_factory.mktemp("snapshots")).save(world.markets, world.origin).path


@pytest.fixture(scope="session")
def universe(snapshot_folder: Path) -> Universe:
    """The universe of `snapshot_folder`."""
    return load_universe(snapshot_folder)


@pytest.fixture(scope="session")
def one_coin(universe: Universe) -> Universe:
    """The first coin of `universe` alone."""
    return Universe(universe.snapshot_id, universe.markets[:1])


@pytest.fixture(scope="module")
def serial(snapshot_folder) -> SerialBackend:
    return SerialBackend(snapshot_folder, minimum_trades=SETTINGS.minimum_trades)


@pytest.fixture(scope="module")
def check(snapshot_folder) -> ReferenceCheck:
    return ReferenceCheck(load_universe(snapshot_folder))
