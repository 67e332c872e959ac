"""The command line. Parsing only: every verb imports what it needs when it is called."""

from __future__ import annotations

import os
import sys

import typer
from typer.exceptions import TyperException

from data.errors import FoundryError
from organism.cli import (
    calibrate,
    config,
    dashboard,
    data,
    demo,
    doctor,
    evolve,
    registry,
    replay,
    report,
    sweep,
    validate,
    venue,
    worlds,
)
from organism.cli.interrupt import BEGINS_ANEW, goes_on

# One thread for each process: the work is spread over processes, and idle BLAS threads only spin.
for _library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_library, "1")

USAGE_ERROR = 2
CTRL_C = BEGINS_ANEW
"""What typer answers instead of letting a KeyboardInterrupt through."""

app = typer.Typer(
    name="organism",
    help="Breeds trading strategies for crypto perpetuals, judges them honestly, and keeps the few that survive.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(data.app, name="data")
app.add_typer(evolve.app, name="evolve")
app.add_typer(registry.app, name="registry")
app.add_typer(worlds.app, name="worlds")
app.add_typer(venue.app, name="venue")
app.add_typer(config.app, name="config")
app.add_typer(report.app, name="report")
app.command("validate")(goes_on(validate.validate))
app.command("replay")(replay.replay)
app.command("demo")(demo.demo)
app.command("sweep")(sweep.sweep)
app.command("calibrate")(goes_on(calibrate.calibrate))
app.command("dashboard")(dashboard.dashboard)
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run a verb; exit 0 done, 1 the answer is no, 2 usage or input, 3 interrupted and resumable, 130 interrupted."""
    if len(sys.argv) == 1:
        sys.argv.append("--help")
    try:
        code = app(standalone_mode=False, prog_name="organism")
    except FoundryError as error:
        _say(f"error: {error}{_notes(error)}")
        sys.exit(USAGE_ERROR)
    except TyperException as error:
        _say(f"error: {error.format_message()} (see {_place(error)} --help)")
        sys.exit(USAGE_ERROR)
    except OSError as error:
        # The file system said no: a full disk, a folder where a file should be, a path that may not be written.
        _say(f"error: {error}; check the path, its permissions and the space left{_notes(error)}")
        sys.exit(USAGE_ERROR)
    except typer.Exit as wanted:
        sys.exit(wanted.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        code = CTRL_C
    if code == CTRL_C:
        # A verb that can be gone on with has said so and ended before: see `goes_on`.
        _say("interrupted; there is nothing to go on with: the same command begins anew")
        sys.exit(BEGINS_ANEW)
    sys.exit(code if isinstance(code, int) else 0)


def _notes(error: Exception) -> str:
    """Return what was added to an error on its way up: how to go on."""
    return "".join(f"; {note}" for note in getattr(error, "__notes__", ()))


def _place(error: TyperException) -> str:
    """Return the verb that was called wrongly."""
    context = getattr(error, "ctx", None)
    return context.command_path if context is not None else "organism"


def _say(text: str) -> None:
    # One line, nothing that a terminal would act on.
    sys.stderr.write("".join(c if c.isprintable() else " " for c in text) + "\n")


if __name__ == "__main__":
    main()
