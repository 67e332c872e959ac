"""The regime mask: in which kinds of time a rule may enter, one bit for each state of volatility with one of trend.

Bit 3 * volatility + trend, in the order of `data.regimes`. Where a state is unknown, no mask allows an entry.
"""

from __future__ import annotations

from functools import cache

from data.regimes import Trend, Volatility
from evolution.genome.node import Node

N_VOLATILITIES, N_TRENDS = len(Volatility), len(Trend)
MAX_MASK = (1 << N_VOLATILITIES * N_TRENDS) - 1
"""Every state, as long as it is known."""


def _between(low: Node, high: Node) -> Node:
    return Node("and", (Node("not", (low,)), Node("not", (high,))))


_CALM, _WILD, _FALLING, _RISING = Node("calm"), Node("wild"), Node("falling"), Node("rising")
VOLATILITY_NODES = (_CALM, _between(_CALM, _WILD), _WILD)
TREND_NODES = (_FALLING, _between(_FALLING, _RISING), _RISING)
MASK_WARM_UP_BARS = max(node.warm_up_bars for node in (*VOLATILITY_NODES, *TREND_NODES))
MASK_ATOMS = 4
"""Truths that masks are made of."""


@cache
def mask_node(mask: int) -> Node:
    """Return the truth of being in one of the states of a mask."""
    wanted: Node | None = None
    for trends, volatilities in _by_trends(mask).items():
        kinds = _any([VOLATILITY_NODES[v] for v in volatilities])
        part = Node("and", (kinds, _any([TREND_NODES[t] for t in trends])))
        wanted = part if wanted is None else Node("or", (wanted, part))
    assert wanted is not None
    return wanted


@cache
def mask_words(mask: int) -> str:
    """Return a mask as it is read: `volatility calm or wild, trend rising; volatility normal, trend sideways`."""
    return "; ".join(
        f"volatility {_listed(Volatility, volatilities)}, trend {_listed(Trend, trends)}"
        for trends, volatilities in _by_trends(mask).items()
    )


def allows(mask: int, volatility: int, trend: int) -> bool:
    """Return whether a mask has a state."""
    return bool(mask >> (N_TRENDS * volatility + trend) & 1)


def _by_trends(mask: int) -> dict[tuple[int, ...], list[int]]:
    """Return the states of volatility for each set of trends that is allowed in them."""
    found: dict[tuple[int, ...], list[int]] = {}
    for volatility in range(N_VOLATILITIES):
        trends = tuple(trend for trend in range(N_TRENDS) if allows(mask, volatility, trend))
        if trends:
            found.setdefault(trends, []).append(volatility)
    return found


def _any(nodes: list[Node]) -> Node:
    whole = nodes[0]
    for node in nodes[1:]:
        whole = Node("or", (whole, node))
    return whole


def _listed(states: type[Volatility | Trend], places: list[int] | tuple[int, ...]) -> str:
    names = [states(place).name.lower() for place in places]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
