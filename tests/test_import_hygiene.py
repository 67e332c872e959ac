"""What a fresh interpreter has loaded, and which file may name which heavy library."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from evolution.fitness import Reason, Rejected
from evolution.trials import Trial, append_segment

ROOT = Path(__file__).parents[1]
PACKAGES = ("data", "backtest", "evolution", "organism")
ONE_FILE = {
    "numba": "data/jit.py",
    "boto3": "data/sources/s3.py",
    "lz4": "data/hyperliquid/asset_contexts.py",
    "ccxt": "data/sources/ccxt_venues.py",
    "duckdb": "data/lake_views.py",
    "arch": "backtest/inference/arch_library.py",
    "statsmodels": "backtest/inference/statsmodels_library.py",
}
ONE_FOLDER = {
    "vectorbt": "backtest/oracle/",
    "vectorbt_rust": "backtest/oracle/",
    "deap": "evolution/search/",
    "sqlalchemy": "organism/registry/",
    "alembic": "organism/registry/",
    "plotly": "organism/report/",
    "matplotlib": "organism/workbench/figures/",
    "aiohttp": "organism/venue_sim/",
    "textual": "organism/dashboard/",
}
HELP_CALLS = (
    ["--help"],
    ["data", "fetch", "--help"],
    ["evolve", "--help"],
    ["evolve", "start", "--help"],
    ["validate", "--help"],
)


def loaded_after(code: str) -> set[str]:
    """Return the top names in `sys.modules` of a new interpreter that ran `code`."""
    report = "\nimport json, sys\nsys.stderr.write('\\n' + json.dumps(sorted({n.split('.')[0] for n in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code + report], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


def loaded_after_import(*modules: str) -> set[str]:
    return loaded_after("".join(f"import {module}\n" for module in modules))


def modules_in(folder: str) -> list[str]:
    files = sorted((ROOT / folder).glob("*.py"))
    return [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files]


@cache
def imports() -> dict[str, frozenset[str]]:
    """Return the top names that each source file imports, wherever in the file."""
    found = {}
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            names: set[str] = set()
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names.add(node.module.split(".")[0])
            found[file.relative_to(ROOT).as_posix()] = frozenset(names)
    return found


def importers(*libraries: str) -> set[str]:
    return {file for file, names in imports().items() if names & set(libraries)}


def test_genome_and_evaluator_load_without_the_search_engine() -> None:
    loaded = loaded_after_import(*modules_in("evolution/genome"), *modules_in("evolution/evaluator"))
    assert "evolution" in loaded
    assert not loaded & {"deap", "vectorbt", "sqlalchemy", "plotly", "duckdb"}


def test_the_layout_of_a_run_is_read_without_the_search_engine() -> None:
    assert not loaded_after_import("evolution.run.layout") & {"deap", "vectorbt", "numba"}


def test_the_public_registry_loads_light() -> None:
    loaded = loaded_after_import("organism.registry.public")
    assert not loaded & {"deap", "vectorbt", "plotly", "sqlalchemy", "alembic"}


def test_inference_loads_its_libraries_when_they_are_needed() -> None:
    assert not loaded_after_import("backtest.inference") & {"arch", "statsmodels", "scipy", "pandas", "numba"}


@pytest.mark.parametrize("arguments", HELP_CALLS, ids=" ".join)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    loaded = loaded_after(
        "import sys\n"
        "from organism.cli.main import main\n"
        f"sys.argv = ['organism', *{arguments}]\n"
        "try:\n    main()\n"
        "except SystemExit as done:\n    assert not done.code, done.code\n"
    )
    assert not loaded & {
        "numba",
        "pandas",
        "vectorbt",
        "pyarrow",
        "duckdb",
        "sqlalchemy",
        "deap",
        "plotly",
        "scipy",
        "textual",
    }
    assert not loaded & {"boto3", "ccxt", "moto", "hyperliquid"}


def test_the_desk_that_reads_loads_no_compiler(tmp_path: Path) -> None:
    append_segment(tmp_path, 0, [Trial("0" * 64, 0, "initial", (), Rejected(Reason.RUINED))])
    loaded = loaded_after(
        "import io, sys\n"
        "from pathlib import Path\n"
        f"sys.argv, sys.stdin = ['desk', 'reading', {str(tmp_path)!r}], io.StringIO()\n"
        "from organism.desk.__main__ import main\n"
        "main()\n"
        "from organism.desk.lineage import Genealogy\n"
        f"assert Genealogy(Path({str(tmp_path)!r})).refresh()\n"
    )
    assert "pyarrow" in loaded
    assert not loaded & {"numba", "llvmlite", "pandas", "scipy", "duckdb"}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_top_of_a_package_is_empty(package: str) -> None:
    assert not (ROOT / package / "__init__.py").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("library", ONE_FILE)
def test_one_file_imports_the_library(library: str) -> None:
    assert importers(library, f"{library}_rust") == {ONE_FILE[library]}


@pytest.mark.parametrize("library", ONE_FOLDER)
def test_one_folder_imports_the_library(library: str) -> None:
    assert {file for file in importers(library) if not file.startswith(ONE_FOLDER[library])} == set()
