"""`organism report`: one self-contained page, or the same in words or as values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from organism.cli import comparison, completion
from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, compile_once, open_home, print_json, say
from organism.cli.default_verb import GroupWithDefault
from organism.cli.page_format import PageFormat, hand_out, is_stdout, is_text, json_text, refuse_two_documents

if TYPE_CHECKING:
    from organism.home import Home
    from organism.registry.rows import Strategy, VerdictRow
    from organism.registry.store import Registry
    from organism.views.chapters.whole import WholeReport

app = typer.Typer(cls=GroupWithDefault, help="Write a strategy or a run as a page or text; compare two.")
app.command("compare")(comparison.compare)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be written, and where."""

    form: PageFormat
    to: Path | None

    def path(self, place: Home, name: str) -> Path | None:
        """Return the file; None for stdout."""
        if self.to is not None:
            return None if is_stdout(self.to) else self.to
        return None if is_text(self.form) else place.reports / f"{name}.{self.form}"


@app.command("write", hidden=True)
def write(
    name: Annotated[
        str,
        typer.Argument(help="Strategy id (or its beginning), or the name of a run.", autocompletion=completion.reports),
    ],
    home: HomeOption = DEFAULT_HOME,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="File to write; default HOME/reports/NAME.html or .png, else stdout, which is -."),
    ] = None,
    form: Annotated[
        PageFormat,
        typer.Option(
            "--format", help="html; png: a picture of the page, taken by Chromium; md: tables and words; json: values."
        ),
    ] = PageFormat.HTML,
    as_json: JsonOption = False,
) -> None:
    """Write a strategy or a run as a page or text; compare two.

    The verdict comes first, then trades, equity, months, costs, neighbours,
    resampled histories, lineage and luck, each with what it does not say.
    Slices that the vault has not opened are named and not read. The page
    needs no network, prints, and holds its figures.

    `organism report compare A B` lays two strategies, or two runs, side by
    side, and says whether what differs is more than luck.
    """
    from organism.registry.store import Registry
    from organism.views.provenance import history_view

    if as_json:
        _refuse_two_documents(form, to)
    place, wanted, history = open_home(home), _Wanted(form, to), None
    with Registry.read(place.registry_path) as registry:
        if (place.runs / name).is_dir():
            path = _write_run(place, registry, name, wanted)
        else:
            strategy, row = _judged(registry, name)
            path = _write_strategy(place, registry, strategy, row, wanted)
            history = None if path is None else history_view(place, row.snapshot_id)
    if path is None:
        return
    if as_json:
        print_json({"name": name, "path": str(path), "history": history})
        return
    say(f"written to {path}")


def _refuse_two_documents(form: PageFormat, to: Path | None) -> None:
    """Refuse `--json` where stdout has something else already; values are a document of their own."""
    from data.errors import ConfigError

    if form is PageFormat.JSON:
        return
    refuse_two_documents(to)
    if to is None and is_text(form):
        raise ConfigError(
            f"--format {form} and --json both write to stdout: name a file with --to, or leave one of them out; the "
            "values of the page are --format json"
        )


def _write_run(place: Home, registry: Registry, run: str, wanted: _Wanted) -> Path | None:
    from data.durable import check_named
    from data.errors import ConfigError
    from organism.report.in_words.run import run_document
    from organism.report.markdown import to_markdown
    from organism.report.report_json import run_values
    from organism.report.run_page import run_page
    from organism.views.run_overview import run_overview

    if wanted.form is PageFormat.PNG:
        raise ConfigError(f"--format png is for a strategy, received run {run}: write html, or name a strategy of it")
    path = wanted.path(place, run)
    if path is not None:
        check_named(path)
    found = run_overview(place, registry, run)
    writers = {
        PageFormat.HTML: lambda: run_page(found),
        PageFormat.MARKDOWN: lambda: to_markdown(run_document(found)),
        PageFormat.JSON: lambda: json_text(run_values(found)),
    }
    hand_out(writers[wanted.form](), path)
    return path


def _judged(registry: Registry, name: str) -> tuple[Strategy, VerdictRow]:
    """Return a strategy and its newest verdict."""
    from data.errors import ConfigError

    strategy = registry.get(name)
    verdicts = registry.verdicts(strategy_id=strategy.id)
    if not verdicts:
        raise ConfigError(f"strategy {strategy.id} has no verdict yet; judge it with: organism validate")
    return strategy, verdicts[-1]


def _write_strategy(
    place: Home, registry: Registry, strategy: Strategy, row: VerdictRow, wanted: _Wanted
) -> Path | None:
    """Write the report of a verdict; return where, None for stdout."""
    from data.durable import check_named
    from data.errors import ConfigError
    from organism.report.chromium import find_chromium
    from organism.views.chapters.gather import whole_report
    from organism.views.pages import write_picture

    path = wanted.path(place, strategy.id)
    if path is not None:
        # Before the work, not after it.
        check_named(path)
    if wanted.form is not PageFormat.PNG:
        compile_once()
        hand_out(_text(whole_report(place, registry, strategy, row), wanted.form), path)
        return path
    if path is None:
        raise ConfigError("--to is -, and a picture is no text: name a file, such as --to page.png")
    find_chromium()
    compile_once()
    write_picture(place, registry, strategy, row, path)
    return path


def _text(report: WholeReport, form: PageFormat) -> str:
    from organism.report.in_words.strategy import strategy_document
    from organism.report.markdown import to_markdown
    from organism.report.report_json import strategy_values
    from organism.report.strategy_page import strategy_page

    if form is PageFormat.MARKDOWN:
        return to_markdown(strategy_document(report))
    return json_text(strategy_values(report)) if form is PageFormat.JSON else strategy_page(report)
