"""Who descends from whom, in a family tree drawn by hand."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from data.errors import ConfigError, DataError
from evolution.fitness import Reason, Rejected, Score
from evolution.genome.codec import to_json
from evolution.genome.genome import Genome
from evolution.run.layout import RunFolder, write_json
from evolution.run.lines import append_whole
from evolution.trials import Trial, append_segment
from organism.desk import lineage as desk
from organism.home import Home
from organism.views.genealogy import Genealogy
from organism.views.lineage import Found
from organism.views.lineage_query import matches
from organism.views.rule_book import RuleBook

#   A   B        generation 0
#    \\ / \\
#     C   D       generation 1
#    / \\ /
#   E   F         generation 2; E has no fitness, F also a parent without a trial
PARENTS = {"A": "", "B": "", "C": "AB", "D": "B", "E": "C", "F": "CD", "G": "FX"}
GENERATIONS = {"A": 0, "B": 0, "C": 1, "D": 1, "E": 2, "F": 2, "G": 3}
OPERATORS = {
    "A": "initial",
    "B": "initial",
    "C": "expression",
    "D": "hoist",
    "E": "risk",
    "F": "side",
    "G": "expression",
}


def named(letter: str) -> str:
    return sha256(letter.encode()).hexdigest()


def score(evidence: float) -> Score:
    return Score(evidence / 10, 1.0, 9, 120, 0.5, 0.1, 3.0, 0.4, 0.2, 1.2, 7, 5, evidence, evidence + 1)


def trial(letter: str) -> Trial:
    evaluation = Rejected(Reason.RUINED) if letter == "E" else score(float(ord(letter)))
    parents = tuple(named(parent) for parent in PARENTS[letter])
    return Trial(named(letter), GENERATIONS[letter], OPERATORS[letter], parents, evaluation)


def write(folder: RunFolder, letters: str) -> None:
    for generation in {GENERATIONS[letter] for letter in letters}:
        trials = [trial(letter) for letter in letters if GENERATIONS[letter] == generation]
        append_segment(folder.trials, generation, trials)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.create(tmp_path / "home")
    write_json(home.runs / "run-1" / "manifest.json", {"schema": 2})
    write(RunFolder(home.runs / "run-1"), "ABCDEFG")
    return home


@pytest.fixture
def folder(home: Home) -> RunFolder:
    return RunFolder(home.runs / "run-1")


@pytest.fixture
def family_tree(folder: RunFolder) -> Genealogy:
    genealogy = Genealogy(folder.trials)
    assert genealogy.refresh()
    return genealogy


def letters(genealogy: Genealogy, rows: list[int]) -> str:
    names = {named(letter): letter for letter in "ABCDEFGX"}
    return "".join(names[genealogy.genotype(row)] for row in rows)


@pytest.mark.parametrize(
    ("letter", "parents", "children", "ancestors", "descendants", "siblings"),
    [
        ("A", "", "C", "", "CEFG", ""),
        ("B", "", "CD", "", "CDEFG", ""),
        ("C", "AB", "EF", "AB", "EFG", "D"),
        ("D", "B", "F", "B", "FG", "C"),
        ("E", "C", "", "CAB", "", "F"),
        ("F", "CD", "G", "CDAB", "G", "E"),
        ("G", "FX", "", "FXCDAB", "", ""),
    ],
)
def test_relatives(letter, parents, children, ancestors, descendants, siblings, family_tree) -> None:
    row = family_tree.row_of(named(letter))
    assert letters(family_tree, family_tree.parents_of(row)) == parents
    assert letters(family_tree, family_tree.children_of(row)) == children
    assert letters(family_tree, [place for place, _ in family_tree.ancestors_of(row)]) == ancestors
    assert letters(family_tree, [place for place, _ in family_tree.descendants_of(row)]) == descendants
    assert letters(family_tree, family_tree.siblings_of(row)) == siblings


def test_distances_are_those_of_the_shortest_way(family_tree: Genealogy) -> None:
    row = family_tree.row_of(named("G"))
    assert [distance for _, distance in family_tree.ancestors_of(row)] == [1, 1, 2, 2, 3, 3]


def test_new_segments_are_read_later(folder: RunFolder, family_tree: Genealogy) -> None:
    assert not family_tree.refresh()
    child = Trial(named("H"), 4, "risk", (named("G"),), score(1.0))
    append_segment(folder.trials, 4, [child])
    assert family_tree.refresh()
    assert letters(family_tree, family_tree.parents_of(family_tree.row_of(named("H")))) == "G"
    assert len(family_tree) == 8


def test_a_genotype_is_named_by_its_beginning(family_tree: Genealogy) -> None:
    assert family_tree.genotype(family_tree.row_of(named("C")[:12])) == named("C")
    with pytest.raises(ConfigError, match="not among the 7 trials"):
        family_tree.row_of("zz")
    with pytest.raises(ConfigError, match=r"not among|give more of its digits"):
        family_tree.row_of("")


def test_a_damaged_segment_is_named(folder: RunFolder) -> None:
    path = folder.trials / "segment-000000001.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match=r"segment-000000001\.parquet is damaged"):
        Genealogy(folder.trials).refresh()


def test_what_was_read_before_a_damaged_segment_has_its_relatives(folder: RunFolder) -> None:
    path = folder.trials / "segment-000000002.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    genealogy = Genealogy(folder.trials)
    for _ in range(2):
        with pytest.raises(DataError, match=r"segment-000000002\.parquet is damaged"):
            genealogy.refresh()
    assert letters(genealogy, genealogy.children_of(genealogy.row_of(named("B")))) == "CD"
    path.write_bytes(whole)
    assert genealogy.refresh()
    assert len(genealogy) == 7
    assert letters(genealogy, genealogy.parents_of(genealogy.row_of(named("F")))) == "CD"


def test_a_trial_takes_less_than_two_hundred_bytes(tmp_path: Path) -> None:
    """Twenty thousand of them, each with two parents, the arrays' room for more included."""
    former: list[str] = []
    for number in range(20):
        hashes = [sha256(f"{number} {place}".encode()).hexdigest() for place in range(1000)]
        parents = tuple(former[:2])
        append_segment(tmp_path, number, [Trial(one, number, "risk", parents, score(1.0)) for one in hashes])
        former = hashes
    Genealogy(tmp_path).refresh()
    tracemalloc.start()
    try:
        genealogy = Genealogy(tmp_path)
        genealogy.refresh()
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(genealogy.ancestors_of(len(genealogy) - 1)) == 38
    assert most < 200 * 20_000


def test_a_whole_genotype_is_told_from_one_that_begins_alike(family_tree: Genealogy) -> None:
    assert family_tree.genotype(family_tree.row_of(named("C"))) == named("C")
    with pytest.raises(ConfigError, match="not among the 7 trials"):
        family_tree.row_of(named("C")[:16] + "0" * 48)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "ABCDEFG"),
        ("hoist", "D"),
        ("evidence>69", "FG"),
        ("evidence>=66 generation<=1", "BCD"),
        ("generation=2", "EF"),
        ("sharpe<6.6", "A"),
        ("expression generation=3", "G"),
        ("kept", ""),
        ("rsi", ""),
    ],
)
def test_a_search_finds_who_holds_every_word(
    query: str, expected: str, folder: RunFolder, family_tree: Genealogy
) -> None:
    found = matches(query, family_tree, RuleBook(folder)).is_match
    assert sorted(letters(family_tree, found.nonzero()[0].tolist())) == sorted(expected)


@pytest.mark.parametrize("query", ["nonsense", "sharp>1", "[bold]", "evidence>", "\x1b[31m", "x" * 400])
def test_a_word_that_is_none_is_refused(query: str, folder: RunFolder, family_tree: Genealogy) -> None:
    with pytest.raises(ConfigError, match="allowed are"):
        matches(query, family_tree, RuleBook(folder))


def test_a_family_whose_parent_has_no_trial(home: Home) -> None:
    found = desk.family(home, "run-1", named("G"))
    assert (found.genome.operator, found.n_ancestors, found.n_descendants) == ("expression", 6, 0)
    assert [row.generation for row in found.parents] == [2, None]
    assert "1 of its ancestors have no trial" in found.note
    assert "rule was not written down" in found.note
    stranger = desk.beside(home, "run-1", named("G"), 1)
    assert stranger.before is not None
    assert (stranger.before.genotype, stranger.rule, stranger.n_parents) == (named("X"), (), 2)
    assert all(delta.before is None for delta in stranger.deltas)


def test_one_without_parents_is_shown_alone(home: Home) -> None:
    found = desk.beside(home, "run-1", named("A"))
    assert (found.before, found.n_parents, found.is_parent) == (None, 0, False)


def test_figures_of_parent_and_child(home: Home) -> None:
    found = {delta.name: delta for delta in desk.compare(home, "run-1", named("C"), named("F")).deltas}
    assert (found["evidence"].before, found["evidence"].after, found["evidence"].verdict) == (67.0, 70.0, "better")
    assert found["parts"].verdict == "same"
    assert found["n_trades"].verdict == "same"


def test_rules_are_found_by_their_parts(home: Home, folder: RunFolder, funding_rule: Callable[..., Genome]) -> None:
    rules = [funding_rule(1.5), funding_rule(2.0)]
    texts = [to_json(rule).encode() for rule in rules]
    # A line that a kill cut short names nobody.
    append_whole(folder.rules, texts[0] + b"\n" + texts[1][:30])
    book = RuleBook(folder)
    book.refresh()
    first = sha256(texts[0]).hexdigest()
    assert (len(book), first in book, book.text(first)) == (1, True, texts[0])
    append_whole(folder.rules, texts[1] + b"\n")
    book.refresh()
    second = sha256(texts[1]).hexdigest()
    assert list(book.containing(b'["funding_zscore"')) == [first, second]
    append_segment(
        folder.trials, 5, [Trial(first, 5, "initial", (), score(3.0)), Trial(second, 5, "root", (first,), score(4.0))]
    )
    found = desk.appearance(home, "run-1", rules[0].long_entry.text)
    assert isinstance(found, Found)
    assert [row.genotype for row in found.rows] == [first]


@pytest.mark.parametrize("genotype", ["abc", "g" * 64, "a" * 65, 7, None])
def test_an_outcome_whose_genotypes_are_none_is_damaged(folder: RunFolder, genotype: object) -> None:
    item = {"genotype_hash": genotype, "genome": "{}"}
    write_json(folder.outcome, {"population": [], "hall_of_fame": [item]})
    with pytest.raises(DataError, match=r"outcome\.json is damaged"):
        RuleBook(folder).refresh()
