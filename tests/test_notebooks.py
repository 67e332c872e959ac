"""The notebooks are true: what is stored is what they show when they are run, and the text says the same."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat import NotebookNode

from tests.notebooks import FOLDER, NAMES, ROOT, path_of, read

MOST_BYTES = 300_000
MOST_LINES = 20
LOGIC = (ast.FunctionDef, ast.Lambda, ast.ClassDef, ast.If, ast.For, ast.While, ast.ListComp, ast.DictComp, ast.Try)
THE_SUBJECT = {"write-an-opcode": (ast.FunctionDef,), "your-own-history": (ast.Try,)}
"""What a notebook is about may be written in it."""
FIGURE = re.compile(r"\*\*(-?[\d,.]*\d)( %)?\*\*")
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def cells(name: str, kind: str) -> list[NotebookNode]:
    return [cell for cell in read(path_of(name)).cells if cell.cell_type == kind]


def words(cell: NotebookNode) -> str:
    """Return what a cell shows as text; of a picture, what is drawn in it."""
    shown = []
    for output in cell.outputs:
        assert output.output_type in ("stream", "execute_result", "display_data"), output
        assert output.get("name") != "stderr", output.text
        shown.append(output.text if output.output_type == "stream" else output.data["text/plain"])
    return "\n".join(shown)


def kinds(cell: NotebookNode) -> list[str]:
    return sorted(kind for output in cell.outputs for kind in output.get("data", {"text/plain": ""}))


def test_the_folder_holds_these_notebooks_and_the_documents_lead_to_them() -> None:
    assert {path.stem for path in FOLDER.iterdir() if path.suffix == ".ipynb"} == set(NAMES)
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    assert all(f"../notebooks/{name}.ipynb" in index for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_run_from_above_to_below_and_small(name: str) -> None:
    found = cells(name, "code")
    assert [cell.execution_count for cell in found] == list(range(1, len(found) + 1))
    assert path_of(name).stat().st_size < MOST_BYTES


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_holds_words_and_no_logic(name: str) -> None:
    text, code = cells(name, "markdown"), cells(name, "code")
    assert text[0].source.startswith("# ")
    assert "**Goal:**" in text[0].source
    for cell in code:
        found = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, LOGIC)]
        assert not [node for node in found if not isinstance(node, THE_SUBJECT.get(name, ()))], cell.source
        assert len(cell.source.splitlines()) <= MOST_LINES or found, cell.source


@pytest.mark.parametrize("name", NAMES)
def test_figures_in_bold_are_those_that_a_cell_shows(name: str) -> None:
    shown = "\n".join(words(cell) for cell in cells(name, "code"))
    figures = {figure for cell in cells(name, "markdown") for figure, _ in FIGURE.findall(cell.source)}
    numbers = set(re.findall(r"(?<![\w.])-?[\d,]*\.?\d+", shown))
    assert figures <= numbers, figures - numbers


@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_a_notebook_leads_somewhere(name: str) -> None:
    targets = {target for cell in cells(name, "markdown") for target in LINK.findall(cell.source)}
    assert targets
    assert {target for target in targets if not target.startswith("https://") and not (FOLDER / target).exists()} == (
        set()
    )


@pytest.mark.slow
@pytest.mark.timeout(1_500)
@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_shows_what_is_stored(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.notebooks", name, "--to", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    fresh = [cell for cell in read(tmp_path / f"{name}.ipynb").cells if cell.cell_type == "code"]
    stored = cells(name, "code")
    assert [words(cell) for cell in fresh] == [words(cell) for cell in stored], "write them anew: make notebooks"
    assert [kinds(cell) for cell in fresh] == [kinds(cell) for cell in stored]
