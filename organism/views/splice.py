"""A spliced market as plain values and as lines of words: what each venue gave, and how they meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan
from typing import Any

from data.intervals import utc_text
from data.splice.build import Spliced, Stretch
from data.splice.joint import Joint
from data.splice.keeping import Kept
from data.splice.recipe import Join
from data.splice.record import joint_record


def splice_json(spliced: Spliced, kept: Kept | None) -> dict[str, Any]:
    """Return all that there is to say, as JSON values; `kept` is None when nothing was kept."""
    recipe = spliced.recipe
    return {
        "venue": recipe.venue,
        "coin": recipe.coin,
        "interval": recipe.interval,
        "join": recipe.join.value,
        "recipe_sha256": recipe.sha256(),
        "limits": recipe.limits.model_dump(),
        "limits_changed": list(recipe.limits.changed()),
        "problems": list(spliced.problems),
        "bars": len(spliced.bars),
        "stretches": [
            {**stretch_json(stretch), "share": stretch.n_bars / len(spliced.bars)} for stretch in spliced.stretches
        ],
        "joints": [_joint_json(joint) for joint in spliced.joints],
        "settlements": 0 if spliced.funding is None else len(spliced.funding),
        "kept": None if kept is None else _kept_json(kept),
    }


def splice_lines(spliced: Spliced, kept: Kept | None) -> list[str]:
    """Return a headline, a line for each venue, a few for each joint, and what was kept."""
    return [
        headline(spliced),
        *(f"  {line}" for line in stretch_lines(spliced)),
        *(line for joint in spliced.joints for line in ("", *joint_lines(joint, spliced))),
        "",
        *_changed_limits(spliced),
        kept_line(spliced, kept),
    ]


def headline(spliced: Spliced) -> str:
    """Return in one line what was made."""
    recipe = spliced.recipe
    first, last = (utc_text(int(spliced.bars.time_ms[row])) for row in (0, -1))
    return (
        f"{recipe.coin} {recipe.interval} of {recipe.venue}: {len(spliced.bars):,} bars, {first} to {last} UTC, "
        f"prices {join_words(recipe.join)}"
    )


def join_words(join: Join) -> str:
    """Return how prices meet."""
    return "as they are" if join is Join.AS_IS else "scaled by the median basis of each overlap"


def stretch_lines(spliced: Spliced) -> Iterator[str]:
    """Yield what each venue gave."""
    for stretch, part in zip(spliced.stretches, spliced.recipe.part, strict=True):
        share = stretch.n_bars / len(spliced.bars)
        scaled = "" if stretch.price_factor == 1.0 else f", prices times {stretch.price_factor:.6f}"
        yield (
            f"{stretch.venue}: {stretch.n_bars:,} bars ({100 * share:.1f} %), {utc_text(stretch.first_ms)} to "
            f"{utc_text(stretch.end_ms)}{scaled}; {_funding_words(stretch, part.funding.value)}"
        )


def joint_figures(joint: Joint, spliced: Spliced) -> tuple[tuple[str, str], ...]:
    """Return names and figures of a joint."""
    if not joint.n_bars:
        return (("overlap", "none: both traded on no bar around it"), *_meeting(joint))
    first, last = (utc_text(int(joint.overlap.time_ms[row])) for row in (0, -1))
    scaled = ", after scaling" if spliced.recipe.join is Join.SCALED else ""
    worst = "" if joint.worst_ms is None else f" at {utc_text(joint.worst_ms)}"
    return (
        ("overlap", f"{joint.n_bars:,} bars on which both traded, {first} to {last} UTC"),
        ("median basis", f"{100 * joint.basis_median:+.4f} % ({joint.after} over {joint.before})"),
        ("worst basis", f"{100 * joint.basis_worst:+.3f} %{worst}"),
        (
            "apart",
            f"{100 * joint.share_apart:.2f} % of bars by more than {100 * spliced.recipe.limits.apart:g} %{scaled}",
        ),
        ("correlation", _correlation_words(joint.correlation)),
        *_meeting(joint),
    )


def joint_lines(joint: Joint, spliced: Spliced) -> Iterator[str]:
    """Yield a headline and figures of a joint, then what speaks against it."""
    yield f"{joint_title(joint)}:"
    figures = joint_figures(joint, spliced)
    width = max(len(name) for name, _ in figures)
    yield from (f"  {name:<{width}}  {figure}" for name, figure in figures)
    yield from (f"  REFUSED: {problem}" for problem in joint.problems)


def joint_title(joint: Joint) -> str:
    """Return which venue takes over from which, and when."""
    return f"{joint.before} to {joint.after} at {utc_text(joint.time_ms)} UTC"


def kept_line(spliced: Spliced, kept: Kept | None) -> str:
    """Return what was kept, or why nothing was."""
    if spliced.problems:
        return (
            "nothing was kept: a joint breaks a limit. Choose another day or venue, or, if you know why, set the limit "
            "under [limits] in the recipe"
        )
    if kept is None:
        return "nothing was kept: this was a dry run"
    if not kept.is_new:
        return f"version {kept.version}, as before: no venue's history has changed"
    rows = ", ".join(
        f"{report.appended.n_added:,} {'settlements' if report.interval is None else 'bars'} added, "
        f"{report.appended.n_corrected:,} corrected"
        for report in kept.reports
    )
    return f"version {kept.version} kept: {rows}"


def stretch_json(stretch: Stretch) -> dict[str, Any]:
    """Return what a venue gave, as JSON values."""
    return {
        "venue": stretch.venue,
        "coin": stretch.coin,
        "first": utc_text(stretch.first_ms),
        "end": utc_text(stretch.end_ms),
        "bars": stretch.n_bars,
        "price_factor": stretch.price_factor,
        "settlements": stretch.n_settlements,
        "funding_hours": stretch.funding_hours,
        "bars_sha256": stretch.bars_sha256,
        "funding_sha256": stretch.funding_sha256,
    }


def venues_line(stretches: Sequence[Stretch]) -> str:
    """Return the venues in order of time: `binance to 2024-09-05, hyperliquid`."""
    return ", ".join(
        stretch.venue + (f" to {utc_text(stretch.end_ms)[:10]}" if index + 1 < len(stretches) else "")
        for index, stretch in enumerate(stretches)
    )


def _changed_limits(spliced: Spliced) -> Iterator[str]:
    changed = spliced.recipe.limits.changed()
    if changed:
        yield f"limits of this recipe: {', '.join(changed)}"


def _meeting(joint: Joint) -> tuple[tuple[str, str], ...]:
    missing = f", {joint.n_missing:,} bars missing between them" if joint.n_missing else ""
    return (("step", f"{100 * joint.step:+.3f} % from the last close before to the first open after{missing}"),)


def _correlation_words(correlation: float) -> str:
    return "unknown: too few returns, or none that vary" if isnan(correlation) else f"{correlation:.5f} of the returns"


def _funding_words(stretch: Stretch, kind: str) -> str:
    if stretch.funding_hours is None:
        return "no funding: unknown"
    return f"{stretch.n_settlements:,} settlements every {stretch.funding_hours:g} h, {kind}"


def _joint_json(joint: Joint) -> dict[str, Any]:
    return joint_record(joint).model_dump(mode="json") | {"problems": list(joint.problems)}


def _kept_json(kept: Kept) -> dict[str, Any]:
    bars, *funding = kept.reports
    return {
        "version": kept.version,
        "is_new": kept.is_new,
        "bars_added": bars.appended.n_added,
        "bars_corrected": bars.appended.n_corrected,
        "settlements_added": sum(report.appended.n_added for report in funding),
        "settlements_corrected": sum(report.appended.n_corrected for report in funding),
    }
