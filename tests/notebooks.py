"""The notebooks, executed each in an interpreter of its own: `python -m tests.notebooks` writes them anew."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import matplotlib.font_manager
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"
NAMES = ("quick-start", "your-own-history", "write-an-opcode", "read-a-verdict", "worlds-and-honesty")
"""In the order they are best read."""
SECONDS = 1_200
"""That a cell may take: the first of a new version compiles the search, on a machine that may be busy."""
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# Matplotlib lists the fonts of a machine once, and says so; it is done here, where nobody reads it.
assert matplotlib.font_manager.fontManager


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.ipynb"


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def executed(notebook: NotebookNode) -> NotebookNode:
    """Run every cell in a fresh interpreter, and keep nothing but what the cells show.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raises.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(FOLDER)}},
        # It warns of others on the machine, who could read along: there is nothing to hide.
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        # On a busy machine what one call prints comes in several pieces.
        coalesce_streams=True,
    ).execute()
    notebook.metadata = NotebookNode(METADATA)
    for cell in notebook.cells:
        cell.metadata = NotebookNode()
        for output in cell.get("outputs", ()):
            output.pop("metadata", None)
            if "data" in output:
                output["metadata"] = NotebookNode()
    return notebook


def write(notebook: NotebookNode, path: Path) -> None:
    nbformat.validate(notebook)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES, help="which; all of them by default")
    parser.add_argument("--to", type=Path, default=FOLDER, help="folder to write to")
    given = parser.parse_args()
    for name in given.names:
        before, started = os.times(), time.monotonic()
        write(executed(read(path_of(name))), given.to / f"{name}.ipynb")
        after = os.times()
        processor = after.children_user + after.children_system - before.children_user - before.children_system
        seconds = f"{processor:.0f} s of processor time, {time.monotonic() - started:.0f} s"
        sys.stderr.write(f"{name}: {seconds}, {(given.to / f'{name}.ipynb').stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    main()
