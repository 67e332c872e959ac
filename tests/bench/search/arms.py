"""What each arm came to: whole tables of few arms, one line each of many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.bench.search.markdown import table


def whole_tables(document: dict[str, Any]) -> Iterator[str]:
    """Yield each arm on each kind of world, and then the first beside each of the others."""
    yield from _arms(document)
    yield from _duels(document)


def one_line_each(document: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each arm: what it has of each kind, and what the first arm has more than it, of all kinds."""
    found = {(row["kind"], row["arm"]): row for row in document["arms"]}
    kinds = list(dict.fromkeys(row["kind"] for row in document["arms"]))
    planted = [row["kind"] for row in document["oracles"]]
    first = document["plan"]["arms"][0]["name"]
    duels = {row["other"]: row for row in document["duels"] if row["kind"] == kinds[-1]}
    rows = [
        (
            arm,
            *(_of_kind(found.get((kind, arm))) for kind in planted),
            _size(row),
            *_beside(duels.get(arm)),
        )
        for arm in dict.fromkeys(row["arm"] for row in document["arms"])
        if (row := found[kinds[-1], arm])
    ]
    yield from (
        f"Of each kind in how many worlds it was found, and the mean share of the oracle; then **{first}** beside each "
        "of the others, on all worlds that both have seen: the mean of what it has more in share of the oracle.",
        "",
    )
    head = ("arm", *planted, "nodes of candidates, median (what is read of them)", f"{first} better", "worse")
    yield from table((*head, "p of signed ranks", f"{first} has more"), rows, n_names=1)


def _of_kind(row: dict[str, Any] | None) -> str:
    return "-" if row is None else f"**{row['successes']['count']} of {row['successes']['of']}**, {row['share']:.2f}"


def _size(row: dict[str, Any]) -> str:
    return "-" if row["nodes"] is None else f"{row['nodes']:g} ({row['parts']:g})"


def _beside(duel: dict[str, Any] | None) -> tuple[str, str, str, str]:
    """Return better, worse, p and difference; the first arm has nothing beside itself."""
    if duel is None:
        return "", "", "", ""
    return f"{duel['wins']} of {duel['of']}", f"{duel['losses']}", f"{duel['p_value']:.2g}", _difference(duel)


def _difference(duel: dict[str, Any]) -> str:
    return f"{duel['difference']:+.3f} ({duel['low']:+.3f} to {duel['high']:+.3f})"


def _arms(document: dict[str, Any]) -> Iterator[str]:
    limit = document["plan"]["budget"] * document["plan"]["longest"]
    random = {row["kind"]: row["evaluations"] for row in document["arms"] if row["arm"] == "random"}
    rows = [
        (
            row["kind"],
            row["arm"],
            f"**{row['successes']['count']} of {row['successes']['of']}** "
            f"({row['successes']['low']:.0%} to {row['successes']['high']:.0%})",
            f"{row['share']:.2f}",
            f"{row['median_share']:.2f}",
            f"{row['in_sample']:.2f}",
            _median(row["evaluations"]),
            _ratio(row["evaluations"], random.get(row["kind"])),
            _size(row),
            f"{row['seconds']:.0f}",
        )
        for row in document["arms"]
    ]
    head = (
        "kind",
        "arm",
        "successes",
        "share of oracle, mean",
        "median",
        "in sample",
        f"genomes to success, median (cut at {limit:,})",
        "of random's",
        "nodes of candidates, median (what is read of them)",
        "seconds, median",
    )
    yield from table(head, rows)


def _duels(document: dict[str, Any]) -> Iterator[str]:
    if document["duels"]:
        yield from (f"**{document['duels'][0]['arm']}** beside each of the others, on the same seeds:", "")
    rows = [(row["kind"], row["other"], *_beside(row)) for row in document["duels"]]
    yield from table(("kind", "other", "better", "worse", "p of signed ranks", "gain in share of oracle"), rows)


def _median(found: dict[str, Any]) -> str:
    return ("over " if found["is_least"] else "") + f"{found['value']:,.0f}"


def _ratio(found: dict[str, Any], random: dict[str, Any] | None) -> str:
    if random is None or (found["is_least"] and random["is_least"]):
        return "-"
    bound = "under " if random["is_least"] else "over " if found["is_least"] else ""
    return f"{bound}{found['value'] / random['value']:.2f}"
