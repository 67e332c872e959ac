"""`organism config`, and what the shell offers while a name is typed."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from organism.home import Home

Organism = Callable[..., Any]
ROOT = Path(__file__).parents[3]


def test_a_file_is_shown_resolved(organism: Organism) -> None:
    done = organism("config", "show", ROOT / "configs/demo.toml")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("#:schema ./schema/run.json\n# run configuration of ")
    assert tomllib.loads(done.out)["search"]["patience"] == 0
    shown = organism("config", "show", ROOT / "configs/demo.toml", "--json").json
    assert (shown["kind"], shown["settings"]["search"]["population"]) == ("run", 300)
    assert "search.population" in shown["given"]
    assert "search.patience" not in shown["given"]


def test_the_policy_is_named_as_verdicts_name_it(organism: Organism) -> None:
    from data.settings import load_settings
    from organism.gauntlet.policy import GauntletPolicy

    path = ROOT / "configs/gauntlet.toml"
    named = load_settings(GauntletPolicy, path).sha256()
    assert organism("config", "show", path, "--json").json["hash"] == named
    assert f"# policy {named}\n" in organism("config", "show", path).out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[vault]\nminimum_year = 3\n", r"did you mean 'minimum_years'\?"),
        ("", r"say it with --kind gauntlet\|grammar"),
        ("a = [", "is not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused(text: str, message: str, organism: Organism, tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    assert str(path) in organism("config", "show", path).refuses(message)
    organism("config", "show", tmp_path / "nowhere.toml").refuses("does not exist: give the path of a .toml file")
    organism("config", "show", path, "--kind", "rum").refuses("'rum' is not one of 'run', 'gauntlet'")


def test_a_schema_is_printed(organism: Organism) -> None:
    assert organism("config", "schema", "gauntlet").json["properties"].keys() >= {"in_sample", "vault"}


def offered(home: Path, *words: str) -> list[str]:
    """Return what bash is offered for the last word, by a process of its own as bash asks it."""
    asked = {
        "_ORGANISM_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(("organism", *words)),
        "COMP_CWORD": str(len(words)),
        "ORGANISM_HOME": str(home),
        "PATH": "/usr/bin:/bin",
    }
    command = [sys.executable, "-m", "organism.cli.main"]
    done = subprocess.run(command, cwd=ROOT, env=asked, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def test_the_shell_is_offered_verbs_runs_and_strategies(finished_home: Home, organism: Organism) -> None:
    home = finished_home.root
    [run] = [row["run"] for row in organism("evolve", "list", "--home", home, "--json").json]
    ids = {row["id"] for row in organism("registry", "list", "--home", home, "--json").json}
    assert offered(home, "regi") == ["registry"]
    assert offered(home, "evolve", "show", run[:3]) == [run]
    assert set(offered(home, "registry", "show", "gp_")) == ids
    assert set(offered(home, "validate", "")) == {run, *ids}
    chosen = min(ids)
    assert offered(home, "report", chosen) == [chosen]
    assert offered(home, "report", "com") == ["compare"]
    assert offered(home, "report", "compare", chosen, run[:3]) == [run]
    assert set(offered(home, "report", "--")) == {"--home", "--to", "--format", "--json", "--help"}


@pytest.mark.parametrize("content", [None, b"", b"SQLite format 3\0" + b"garbage" * 900])
def test_the_shell_is_offered_nothing_where_nothing_can_be_read(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "registry.sqlite").write_bytes(content)
    from organism.registry.names import strategy_names

    assert strategy_names(tmp_path / "registry.sqlite", "") == []


def test_a_completion_loads_nothing_heavy(finished_home: Home) -> None:
    code = (
        "import json, os, sys\n"
        "os.environ.update(_ORGANISM_COMPLETE='complete_bash', COMP_WORDS='organism replay gp', COMP_CWORD='2',"
        f" ORGANISM_HOME={str(finished_home.root)!r})\n"
        "from organism.cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    sys.stderr.write(json.dumps(sorted(name.split('.')[0] for name in sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("gp_")
    assert not set(json.loads(done.stderr)) & {"numba", "pandas", "numpy", "sqlalchemy", "pyarrow"}


OTHER_KINDS = (
    (("evolve", "start", "configs/calibration.toml"), "a campaign configuration, for `organism calibrate FILE`"),
    (("evolve", "start", "configs/gauntlet.toml"), "a gauntlet configuration, for `organism validate --policy FILE`"),
    (("evolve", "start", "configs/grammars/no-funding.toml"), "for `organism evolve start CONFIG --grammar FILE`"),
    (("evolve", "start", "configs/demo.toml", "--grammar", "configs/gauntlet.toml"), "expected is a grammar conf"),
    (("calibrate", "configs/demo.toml"), "a run configuration, for `organism evolve start FILE`; expected is a camp"),
    (("demo", "--config", "configs/gauntlet.toml"), "expected is a run configuration, such as configs/demo.toml"),
)


@pytest.mark.parametrize(("words", "message"), OTHER_KINDS, ids=lambda one: " ".join(one) if type(one) is tuple else "")
def test_a_configuration_of_another_kind_names_the_verb_that_it_belongs_to(
    organism: Organism, words: tuple[str, ...], message: str
) -> None:
    asked = [ROOT / word if word.endswith(".toml") else word for word in words]
    assert message in organism(*asked).refuses("configuration, for")


def test_a_policy_of_another_kind_names_the_verb_that_it_belongs_to(organism: Organism, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    refusal = organism("validate", "--policy", ROOT / "configs/demo.toml").refuses("a run configuration")
    assert "expected is a gauntlet configuration, such as configs/gauntlet.toml" in refusal


def test_a_mistake_in_a_configuration_of_the_right_kind_is_named(organism: Organism, tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('name = "mine"\n[history]\nworld = "planted"\n[search]\npopulaton = 10\n', encoding="utf-8")
    assert "populaton" in organism("evolve", "start", path).refuses("did you mean 'population'")
