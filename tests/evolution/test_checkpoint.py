"""The newest whole checkpoint counts; a damaged one is passed over and named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.canonical import canonical_json, sha256_hex
from data.errors import ConfigError, DataError
from evolution.evaluator.task import task_of
from evolution.fitness import Score
from evolution.genome.hashing import genotype_hash
from evolution.run.checkpoint import load_checkpoint, save_checkpoint
from evolution.run.layout import MAX_GENERATION
from evolution.run.origin import Origin
from evolution.run.state import SearchState, state_from_plain, state_json, state_to_plain
from evolution.search.individual import Individual

ORIGIN = Origin("settings", "snapshot", "code")
SCORE = Score(1.25, 0.1 + 0.2, 7, 120, 1e-17, 0.05, 30.0, 0.4, 0.2, 1.5, 5, 6, 0.75, 1.25)


@pytest.fixture
def state(named_genomes):
    """Return a state of a generation: a population of all named rules, one of them in the hall."""
    people = [
        Individual(genome, genotype_hash(genome), 0, replace(SCORE, size=genome.size, parts=task_of(genome).parts))
        for genome in named_genomes.values()
    ]

    def build(generation: int) -> SearchState:
        settled = tuple(sorted(item.genotype_hash for item in people[:2]))
        return SearchState(generation, tuple(people), tuple(people[:1]), 40 + generation, settled=settled)

    return build


@pytest.fixture
def folder(tmp_path, state):
    """Checkpoints of the generations 0 to 4."""
    for generation in range(5):
        save_checkpoint(tmp_path, state(generation), ORIGIN)
    return tmp_path


def file_of(folder, generation):
    return folder / f"generation-{generation:09d}.json"


def damage(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_newest_checkpoint_is_loaded_with_every_number(folder, state):
    loaded, messages = load_checkpoint(folder, ORIGIN)
    assert messages == []
    assert state_to_plain(loaded) == state_to_plain(state(4))
    assert loaded.population_hash() == state(4).population_hash()
    assert [item.genome for item in loaded.population] == [item.genome for item in state(4).population]
    first = loaded.population[0]
    assert first.score == replace(SCORE, size=first.genome.size, parts=task_of(first.genome).parts)
    assert first.fitness.values == (SCORE.evidence, SCORE.promise, SCORE.stability, first.score.parts)


def test_three_checkpoints_are_kept(folder):
    assert sorted(path.name for path in folder.iterdir()) == [file_of(folder, g).name for g in (2, 3, 4)]


def test_a_million_generations_are_no_border(tmp_path, state):
    for generation in (999_998, 999_999, 1_000_000, MAX_GENERATION):
        save_checkpoint(tmp_path, state(generation), ORIGIN)
    assert load_checkpoint(tmp_path, ORIGIN)[0].generation == MAX_GENERATION
    assert sorted(path.name for path in tmp_path.iterdir())[0] == "generation-000999999.json"


def test_names_of_six_digits_are_read(folder):
    """As they were written while a million generations were thought to be enough."""
    for path in folder.iterdir():
        path.rename(path.with_name(path.name.replace("-000", "-")))
    assert load_checkpoint(folder, ORIGIN)[0].generation == 4


def test_saving_a_generation_again_replaces_it(folder, state):
    before = file_of(folder, 4).read_bytes()
    save_checkpoint(folder, state(4), ORIGIN)
    assert file_of(folder, 4).read_bytes() == before
    assert len(list(folder.iterdir())) == 3


def test_no_checkpoint_is_no_state(tmp_path):
    assert load_checkpoint(tmp_path, ORIGIN) == (None, [])
    assert load_checkpoint(tmp_path / "missing", ORIGIN) == (None, [])


def test_one_changed_byte_falls_back_to_the_one_before_and_says_so(folder):
    damage(file_of(folder, 4))
    loaded, messages = load_checkpoint(folder, ORIGIN)
    assert loaded.generation == 3
    assert messages == ["checkpoint generation-000000004.json is damaged: its sha256 does not match"]


@pytest.mark.parametrize("length", [0, 10, 64, 65, 200])
def test_file_cut_short_falls_back(folder, length):
    """Nothing, half a hash, a hash, a hash and its line end, part of the state."""
    path = file_of(folder, 4)
    path.write_bytes(path.read_bytes()[:length])
    loaded, messages = load_checkpoint(folder, ORIGIN)
    assert (loaded.generation, len(messages)) == (3, 1)


def test_two_damaged_files_fall_back_twice(folder):
    damage(file_of(folder, 4))
    file_of(folder, 3).write_bytes(b"")
    loaded, messages = load_checkpoint(folder, ORIGIN)
    assert loaded.generation == 2
    assert [message.split()[1] for message in messages] == ["generation-000000004.json", "generation-000000003.json"]


def test_all_damaged_is_refused_and_names_each(folder):
    for generation in (2, 3, 4):
        damage(file_of(folder, generation))
    with pytest.raises(DataError, match=r"no checkpoint is whole: .*000004.*000003.*000002.*restore one from a backup"):
        load_checkpoint(folder, ORIGIN)


@pytest.mark.parametrize("body", [b"[]", b'{"generation":4}', b'{"generation":"x","population":[],"hall_of_fame":[]}'])
def test_whole_file_that_is_no_state_falls_back(folder, body):
    """The sha256 is right, what it covers is not."""
    file_of(folder, 4).write_bytes(sha256_hex(body).encode() + b"\n" + body)
    loaded, messages = load_checkpoint(folder, ORIGIN)
    assert loaded.generation == 3
    assert messages[0].startswith("checkpoint generation-000000004.json is damaged")


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("settings", "configuration was 'settings', is 'other': put the old one back"),
        ("snapshot", "snapshot was 'snapshot', is 'other': restore that history"),
        ("code", "code was 'code', is 'other': go back to the version of the program"),
    ],
)
def test_checkpoint_of_another_origin_is_refused_and_what_differs_is_named(folder, part, words):
    with pytest.raises(ConfigError, match=r"checkpoint generation-000000004\.json cannot go on") as caught:
        load_checkpoint(folder, replace(ORIGIN, **{part: "other"}))
    assert words in str(caught.value)
    assert str(caught.value).count(" was ") == 1


def test_leftover_of_an_interrupted_write_is_ignored(folder):
    (folder / ".generation-000000005.json.0a0b0c0d.tmp").write_bytes(b"half")
    loaded, messages = load_checkpoint(folder, ORIGIN)
    assert (loaded.generation, messages) == (4, [])


def test_state_survives_its_plain_form(state):
    plain = state_to_plain(state(2))
    assert state_to_plain(state_from_plain(plain)) == plain


@pytest.mark.parametrize("settled", [None, {}, [1], ["x" * 64], ["a" * 63], [None]])
def test_what_is_settled_is_a_list_of_genotypes(state, settled):
    with pytest.raises(DataError, match=r"settled is .*; allowed is a list"):
        state_from_plain(state_to_plain(state(2)) | {"settled": settled})


FIGURES = st.floats(allow_nan=False, allow_infinity=False)


@given(figures=st.tuples(*[FIGURES] * 6), small=st.floats(-1e-3, 0.0), place=st.integers(0, 999_999_999))
def test_joined_text_is_the_canonical_json_of_the_plain_form(named_genomes, figures, small, place):
    sharpe, *others = figures
    people = [
        Individual(
            genome,
            genotype_hash(genome),
            place,
            Score(sharpe, small, genome.size, place, *others[:4], 0.2, 1.5, 5, task_of(genome).parts, 0.75, 1.25),
        )
        for genome in named_genomes.values()
    ]
    state = SearchState(place, tuple(people), tuple(people[:2]), 7, settled=(people[0].genotype_hash,))
    expected = canonical_json(state_to_plain(state))
    # The second time from the texts that the individuals keep.
    assert [state_json(state), state_json(state)] == [expected, expected]


def test_state_without_anybody_has_a_canonical_text_too():
    empty = SearchState(0, (), (), 3)
    assert state_json(empty) == canonical_json(state_to_plain(empty))


def test_population_hash_knows_order_and_scores(state):
    whole = state(2)
    turned = SearchState(2, whole.population[::-1], whole.hall_of_fame, 42)
    fewer = SearchState(2, whole.population[:-1], whole.hall_of_fame, 42)
    assert len({whole.population_hash(), turned.population_hash(), fewer.population_hash()}) == 3
    assert SearchState(9, whole.population, (), 0).population_hash() == whole.population_hash()
