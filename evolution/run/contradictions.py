"""Settings of a search that cannot hold together, each named with the one that it contradicts."""

from __future__ import annotations

from collections.abc import Iterable

from evolution.search.objectives import Limit


def refuse_more_registered(registered: int, hall_of_fame: int) -> None:
    """Refuse to hand over more rules than are remembered.

    Raises
    ------
    ValueError
        Naming both numbers.
    """
    if registered > hall_of_fame:
        raise ValueError(
            f"registered {registered} is above hall_of_fame {hall_of_fame}, of which they are the best: lower the one "
            "or raise the other"
        )


def refuse_more_contested(contested: int, n_objectives: int, usual: int) -> None:
    """Refuse tournaments about more objectives than there are; as many as is usual are as many as there are.

    Raises
    ------
    ValueError
        Naming both numbers.
    """
    if contested > max(n_objectives, usual):
        raise ValueError(
            f"contested {contested} is above the number of objectives, {n_objectives}; allowed is at most that: lower "
            "it, or name more objectives"
        )


def refuse_too_few_nodes(maximum_nodes: int, shortest_rule: int) -> None:
    """Refuse rules so short that none can be drawn.

    Raises
    ------
    ValueError
        Naming both numbers.
    """
    if maximum_nodes < shortest_rule:
        raise ValueError(
            f"maximum_nodes {maximum_nodes} is too few: the shortest rule that can be drawn of these opcodes has "
            f"{shortest_rule} nodes; allow as many, or opcodes that need less"
        )


def refuse_unreachable(limits: Iterable[Limit], *, maximum_nodes: int, minimum_trades: int) -> None:
    """Refuse limits that nothing keeps which the search makes and counts.

    Raises
    ------
    ValueError
        Naming the limit and what it contradicts.
    """
    for limit in limits:
        if limit.metric == "size" and limit.least is not None and limit.least > maximum_nodes:
            raise ValueError(f"limit of size: least {limit.least:g} is above maximum_nodes {maximum_nodes}")
        if limit.metric == "n_trades" and limit.most is not None and limit.most < minimum_trades:
            raise ValueError(f"limit of n_trades: most {limit.most:g} is below minimum_trades {minimum_trades}")
