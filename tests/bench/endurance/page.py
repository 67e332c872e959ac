"""What was seen, as a section of a page."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.endurance.moments import (
    HOUR_S,
    LEAST_GENOMES,
    MOST_MEMORY,
    Tenth,
    memory_growth,
    rate_kept,
)


def section(tenths: Sequence[Tenth], is_same: bool) -> str:
    """Return the tenths and the bars as Markdown."""
    last = tenths[-1].last
    an_hour = last.nominal * HOUR_S / last.seconds
    growth = memory_growth(tenths)
    bars = (
        ("nominal genomes an hour", f"{an_hour:,.0f}", f"at least {LEAST_GENOMES:,}", an_hour >= LEAST_GENOMES),
        (
            "most memory after the first tenth, times that in it",
            f"{growth:.3f}",
            f"at most {MOST_MEMORY}",
            growth <= MOST_MEMORY,
        ),
        ("rate of the second half, times the first", f"{rate_kept(tenths):.3f}", "", None),
        ("last generations bred again after a resume", "the same bytes" if is_same else "other bytes", "same", is_same),
    )
    lines = [
        f"{last.nominal:,} nominal genomes, {last.unique:,} of them unique, in {last.seconds / 60:.0f} minutes.",
        "",
        "| bar | measured | asked for | |",
        "|---|---:|---:|---|",
        *(f"| {name} | {measured} | {asked} | {_held(held)} |" for name, measured, asked, held in bars),
        "",
        "| tenth | nominal a second | unique a second | most held, MiB |",
        "|---:|---:|---:|---:|",
        *(_row(number, tenth) for number, tenth in enumerate(tenths, 1)),
    ]
    return "\n".join(lines)


def _row(number: int, tenth: Tenth) -> str:
    held = tenth.most_held_bytes / 2**20
    return f"| {number} | {tenth.nominal_rate:,.0f} | {tenth.unique_rate:,.0f} | {held:,.0f} |"


def _held(held: bool | None) -> str:
    return {True: "held", False: "**missed**", None: ""}[held]
