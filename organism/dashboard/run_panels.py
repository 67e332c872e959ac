"""What stands in each panel of the screen of a run."""

from __future__ import annotations

from textual.content import Content

from organism.dashboard.curve import Line, curves
from organism.dashboard.words import SOFT, STATE_STYLES, figure, listed, share, span, table
from organism.views.run_view import RunView

BEST, MEDIAN = "$text-accent", "$text-secondary"
NOTHING_YET = "The first generation is not finished yet."
DOT = {"running": "●", "paused": "‖", "finished": "■"}


def status_line(view: RunView) -> Content:
    """Return state, name, generation and the time that is left, on one line."""
    mark = Content.styled(f"{DOT.get(view.state, '○')} {view.state}", STATE_STYLES.get(view.state, ""))
    if view.generation is None:
        where = NOTHING_YET if view.state != "gone" else ""
    else:
        where = f"generation {view.generation:,}{_of(view)}"
    left = f"{span(view.seconds_left)} left" if view.seconds_left is not None else ""
    parts = [mark, Content.styled(view.run, "bold"), Content(where), Content.styled(left, SOFT)]
    return Content("   ").join(part for part in parts if part.plain)


def _of(view: RunView) -> str:
    if view.generations is None:
        return ", until it is stopped"
    # Behind those that were planned come a few that simplify and tune the best.
    more = view.generation is not None and view.generation > view.generations
    return f", {view.generations:,} of them bred" if more else f" of {view.generations:,}"


def what_to_do(view: RunView) -> str:
    """Return one line on what can be done about the state of the run; most often nothing."""
    ways = {
        "unfinished": f"Nobody works on it. Go on with: organism evolve resume {view.run}",
        "finished": "Judge what it has handed over with: organism validate",
        "pausing": "It is pausing after this generation.",
        "stopping": "It is stopping after this generation.",
        "paused": "It waits between two generations; p goes on.",
        "suspended": f"Its process was stopped from without; let it go on with: kill -CONT {view.process}",
    }
    return view.problem or ways.get(view.state, "")


def drawn(panel: str, view: RunView, width: int, height: int) -> Content:
    """Return what stands in a panel of that name."""
    if panel == "chart":
        return chart(view, width, height)
    return {"figures": figures, "operators": operators, "rejections": rejections, "log": log}[panel](view, width)


def figures(view: RunView, width: int) -> Content:
    """Return the figures of the population and the pace, and where its time went."""
    rows = [
        ("best", figure(view.best), "Sharpe in sample"),
        (
            "median",
            figure(view.median),
            f"of {view.population:,}" + (f", number {view.epoch + 1}" if view.epoch else ""),
        ),
        ("random search", figure(view.best_fresh), f"of {view.n_fresh:,} fresh"),
        ("hypervolume", figure(view.hypervolume, ",.1f"), "Sharpe by size"),
        ("diversity", figure(view.diversity, ".3f"), "of trades, 0-1"),
        ("genotypes", f"{view.n_trials:,}", f"{share(view.unique_share)} new"),
        ("unique", figure(view.unique_per_second, ",.0f"), "a second"),
        ("nominal", figure(view.nominal_per_second, ",.0f"), "a second"),
        ("memory", figure(view.megabytes, ",.0f"), "MiB"),
    ]
    return Content("\n").join([listed(rows, width), Content(""), _parts(view, width)])


def _parts(view: RunView, width: int) -> Content:
    """Return where the time of the last generations went."""
    rows = [(f"  {part}", share(of_all), "") for part, of_all in view.parts]
    return (
        Content("\n").join([Content.styled("time of the last generations", SOFT), listed(rows, width)])
        if rows
        else Content("")
    )


def chart(view: RunView, width: int, height: int) -> Content:
    """Return best and median by generation."""
    legend = Content.assemble(
        " " * 10, ("━ best", BEST), "  ", ("━ median", MEDIAN), ("  in-sample Sharpe by generation", SOFT)
    )
    if not view.best_series:
        return Content.styled(NOTHING_YET, SOFT)
    lines = [Line(view.median_series, MEDIAN), Line(view.best_series, BEST)]
    return Content("\n").join([curves(lines, width, height - 1), legend.truncate(width)])


def operators(view: RunView, width: int) -> Content:
    """Return what each operator has brought, those that made most first."""
    if not view.operators:
        return Content.styled(NOTHING_YET, SOFT)
    rows = [(row.name, f"{row.n_made:,}", f"{row.n_kept:,}", share(row.share_kept)) for row in view.operators]
    return table(("operator", "made", "kept", "yield"), rows, "<>>>", width)


def rejections(view: RunView, width: int) -> Content:
    """Return why genotypes have no fitness."""
    if not view.rejections:
        return Content.styled(
            "Every genotype had fitness so far." if view.generation is not None else NOTHING_YET, SOFT
        )
    rows = [
        (row.words, f"{row.n:,}", share(row.n / view.n_trials if view.n_trials else None)) for row in view.rejections
    ]
    return table(("without fitness", "genotypes", "of all"), rows, "<>>", width)


def log(view: RunView, width: int) -> Content:
    """Return the newest generations, the newest first."""
    if not view.log:
        return Content.styled(NOTHING_YET, SOFT)
    rows = [
        (
            f"{row.generation:,}",
            figure(row.best),
            figure(row.median),
            f"{row.n_scored:,}",
            f"{row.n_repeated:,}",
            f"{row.n_rejected:,}",
            row.note,
        )
        for row in view.log
    ]
    heads = ("generation", "best", "median", "scored", "repeated", "no fitness", "what was new")
    return table(heads, rows, ">>>>>><", width)
