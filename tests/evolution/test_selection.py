"""Who survives, who becomes a parent, who is remembered."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolution.fitness import Score
from evolution.rows.chance import below, state_from, uniform
from evolution.rows.odds import Odds
from evolution.rows.tournament import choose_parent
from evolution.search.children import parents_of
from evolution.search.individual import Individual
from evolution.search.observation import HallOfFame, statistics_of
from evolution.search.selection import assign_distances, ideas, survivors
from tests.evolution.plain_goals import PLAIN


@pytest.fixture(scope="module")
def someone(named_genomes):
    """Build an individual of a name and its objectives."""

    def build(name, sharpe, stability=0.0, size=10, sketch=0, parts=6) -> Individual:
        score = Score(sharpe, stability, size, 100, 0.1, 0.1, 10.0, 0.5, 0.2, 1.5, sketch, parts, 0.75, 1.25)
        return Individual(named_genomes["trend"], name, 0, score, PLAIN)

    return build


def names(individuals):
    return [item.genotype_hash for item in individuals]


def scores(individuals):
    return [item.score for item in individuals]


@pytest.fixture
def fronts(someone):
    """Return three fronts: a, b and c; d behind b; e behind d."""
    return [
        someone("e", 0.5, 0.5, 30),
        someone("d", 1.0, 1.5, 20),
        someone("a", 3.0, 0.0, 10),
        someone("b", 2.0, 2.0, 10),
        someone("c", 0.0, 3.0, 10),
    ]


def test_better_fronts_survive_first(fronts):
    assert sorted(names(survivors(fronts, 3))) == ["a", "b", "c"]
    assert sorted(names(survivors(fronts, 4))) == ["a", "b", "c", "d"]


def test_ends_of_a_front_survive_its_middle(fronts):
    assert sorted(names(survivors(fronts, 2))) == ["a", "c"]


def test_fewer_than_asked_for_all_survive(fronts):
    assert sorted(names(survivors(fronts, 99))) == ["a", "b", "c", "d", "e"]


def test_nobody_survives_of_nobody():
    assert survivors([], 10) == []


def test_smaller_rule_dominates_one_as_good(someone):
    small, large = someone("small", 1.0, 1.0, 5), someone("large", 1.0, 1.0, 6)
    assert names(survivors([large, small], 1)) == ["small"]


def test_survival_is_drawn_without_chance(someone):
    rng = np.random.default_rng(3)
    crowd = [someone(str(i), *rng.normal(size=2), int(rng.integers(4, 40))) for i in range(60)]
    assert names(survivors(crowd, 20)) == names(survivors(crowd, 20))


def test_distances_of_survivors_are_those_of_their_own_fronts(someone):
    """Measured again from the survivors alone, as a resumed search must measure them."""
    rng = np.random.default_rng(3)
    crowd = [someone(str(i), *rng.normal(size=2), int(rng.integers(4, 40))) for i in range(60)]
    kept = survivors(crowd, 20)
    again = [Individual(item.genome, item.genotype_hash, 0, item.score, PLAIN) for item in kept]
    assign_distances(again)
    assert [item.fitness.crowding_dist for item in again] == [item.fitness.crowding_dist for item in kept]
    assert names(again) == names(kept)


def test_distance_is_the_room_between_neighbours(someone):
    """Sharpe 0, 1, 4 and stability 3, 2, 0: (4 / 4 + 3 / 3) / 3 for the one between; sizes are equal."""
    three = [someone("a", 0.0, 3.0), someone("b", 1.0, 2.0), someone("c", 4.0, 0.0)]
    assign_distances(three)
    assert [item.fitness.crowding_dist for item in three] == [math.inf, pytest.approx(2 / 3), math.inf]


def chosen(population, elitist_share, n=300, tournament=2, contested=1):
    """Return the winner of n tournaments, and who took part in each."""
    odds = Odds(40, 0.0, 0.4, elitist_share, tournament, contested, 0.0)
    winners, drawn = (state_from(np.random.SeedSequence(7)) for _ in range(2))
    result = []
    parents = parents_of(population)
    for _ in range(n):
        competing = [population[below(len(population), drawn)]]
        objective = below(contested, drawn) if uniform(drawn) < elitist_share else 0
        competing += [population[below(len(population), drawn)] for _ in range(tournament - 1)]
        winner = choose_parent(parents.gains, parents.distances, odds, winners)
        result.append((population[winner], competing, objective))
    return result


@pytest.mark.parametrize("tournament", [1, 2, 5])
def test_highest_sharpe_wins_every_elitist_tournament(fronts, tournament):
    assign_distances(fronts)
    for winner, competing, _ in chosen(fronts, 1.0, tournament=tournament):
        assert len(competing) == tournament
        assert winner.score.sharpe == max(item.score.sharpe for item in competing)


def test_tournament_is_about_any_of_the_contested_objectives(fronts):
    """Two of three: Sharpe and stability, each about half of the time, and never size."""
    assign_distances(fronts)
    about = []
    for winner, competing, objective in chosen(fronts, 1.0, contested=2):
        about.append(objective)
        assert winner.fitness.wvalues[objective] == max(item.fitness.wvalues[objective] for item in competing)
    assert set(about) == {0, 1}
    assert 100 < sum(about) < 200


def test_dominating_individual_wins_every_other_tournament(fronts):
    assign_distances(fronts)
    seen = 0
    for winner, (first, second), _ in chosen(fronts, 0.0):
        for one, other in ((first, second), (second, first)):
            if one.fitness.dominates(other.fitness):
                assert winner is one
                seen += 1
    assert seen > 50


def test_more_room_wins_where_nobody_dominates(fronts):
    """a, b and c are one front; b lies between the others."""
    assign_distances(fronts)
    front = fronts[2:]
    for winner, pair, _ in chosen(front, 0.0):
        assert winner.genotype_hash != "b" or names(pair) == ["b", "b"]


def test_share_of_elitist_tournaments_is_as_asked(someone):
    """One is better by Sharpe, the other has more room: of pairs that differ the first wins three of four."""
    better, roomy = someone("better", 2.0, 0.0), someone("roomy", 1.0, 1.0)
    better.fitness.crowding_dist, roomy.fitness.crowding_dist = 0.0, 1.0
    mixed = [winner for winner, pair, _ in chosen([better, roomy], 0.75, 4000) if pair[0] is not pair[1]]
    assert names(mixed).count("better") / len(mixed) == pytest.approx(0.75, abs=0.03)


def test_hall_holds_the_best_by_sharpe_in_order(someone):
    hall = HallOfFame(3, 0)
    hall.update([someone(str(sharpe), sharpe, sketch=int(sharpe)) for sharpe in (1.0, 4.0, 2.0)])
    hall.update([someone(str(sharpe), sharpe, sketch=8 + int(sharpe)) for sharpe in (3.0, 0.5)])
    assert names(hall) == ["4.0", "3.0", "2.0"]
    assert len(hall) == 3


def test_hall_never_forgets_the_best_when_worse_follow(someone):
    hall = HallOfFame(2, 0)
    hall.update([someone("first", 9.0, sketch=99)])
    for i in range(20):
        hall.update([someone(str(i), i / 10, sketch=i)])
    assert names(hall) == ["first", "19"]


def test_hall_keeps_the_smaller_of_two_that_trade_alike(someone):
    hall = HallOfFame(5)
    hall.update([someone("large", 2.0, size=20), someone("small", 2.0, size=8)])
    assert names(hall) == ["small"]


def test_hall_exchanges_a_rule_for_a_smaller_one_found_later(someone):
    hall = HallOfFame(5, 0)
    hall.update([someone("large", 2.0, size=20), someone("other", 3.0, sketch=1)])
    hall.update([someone("larger", 2.0, size=21)])
    assert names(hall) == ["other", "large"]
    hall.update([someone("small", 2.0, size=8)])
    assert names(hall) == ["other", "small"]


@pytest.mark.parametrize(("sketch", "kept"), [(0b0111, ["good"]), (0b1111, ["good", "worse"])])
def test_three_bits_are_alike_where_four_are_not(someone, sketch, kept):
    hall = HallOfFame(5, 3)
    hall.update([someone("worse", 1.0, sketch=sketch), someone("good", 2.0)])
    assert names(hall) == kept


def test_one_better_rule_replaces_all_that_are_like_it(someone):
    """Two that are three bits apart, and one between them."""
    hall = HallOfFame(5, 2)
    hall.update([someone("left", 1.0, sketch=0b000), someone("right", 1.5, sketch=0b111)])
    assert names(hall) == ["right", "left"]
    hall.update([someone("between", 2.0, sketch=0b001)])
    assert names(hall) == ["between"]


def test_restored_hall_is_the_hall_and_goes_on_alike(someone):
    """Individuals of equal objectives keep their order too."""
    rng = np.random.default_rng(2)
    people = [someone(str(i), float(rng.integers(0, 5)), sketch=i) for i in range(40)]
    hall, restored = HallOfFame(10, 0), HallOfFame(10, 0)
    hall.update(people[:20])
    restored.restore(list(hall))
    assert names(restored) == names(hall)
    for one in (hall, restored):
        one.update(people[20:])
    assert names(restored) == names(hall)


PERSON = st.tuples(st.integers(0, 3), st.integers(0, 1), st.integers(4, 7), st.integers(0, 15))


@given(size=st.integers(1, 6), alike=st.integers(0, 2), waves=st.lists(st.lists(PERSON, max_size=12), max_size=4))
def test_hall_is_the_plain_list_that_its_words_describe(someone, size, alike, waves):
    """Written as one would say it: the best first, each takes the place of those like it, and the worst leaves."""
    hall, members = HallOfFame(size, alike), []
    for number, wave in enumerate(waves):
        newcomers = [
            someone(f"{number:02} {place:02}", float(a), float(b), c, d) for place, (a, b, c, d) in enumerate(wave)
        ]
        hall.update(newcomers)
        for one in sorted(newcomers, key=lambda item: ([-v for v in item.fitness.wvalues], item.genotype_hash)):
            like = [m for m in members if (m.score.sketch ^ one.score.sketch).bit_count() <= alike]
            is_full = len(members) >= size and one.fitness.wvalues <= min(m.fitness.wvalues for m in members)
            if is_full or any(m.fitness.wvalues >= one.fitness.wvalues for m in like):
                continue
            members = [m for m in members if m not in like]
            if len(members) >= size:
                members.pop()
            before = [m for m in members if m.fitness.wvalues > one.fitness.wvalues]
            members = [*before, one, *members[len(before) :]]
        assert names(hall) == names(members)
        assert all(
            (a.score.sketch ^ b.score.sketch).bit_count() > alike
            for place, a in enumerate(members)
            for b in members[:place]
        )


def test_removed_individual_makes_room_for_one_that_trades_alike(someone):
    hall = HallOfFame(3, 0)
    hall.update([someone("one", 2.0), someone("other", 1.0, sketch=1)])
    hall.remove("nobody")
    hall.remove("one")
    assert names(hall) == ["other"]
    hall.update([someone("later", 2.0, size=11)])
    assert names(hall) == ["later", "other"]


def test_statistics_are_of_the_sharpe(someone):
    statistics = statistics_of([someone(str(sharpe), sharpe) for sharpe in (1.0, 2.0, 6.0)], 40)
    assert (statistics["best"], statistics["median"]) == (6.0, 2.0)
    assert statistics["deviation"] == pytest.approx(math.sqrt(14 / 3))
    assert statistics_of([], 40) == {}


def test_diversity_is_the_mean_share_of_bits_that_differ(someone):
    """Three sketches of which two differ in one bit, and each from the third in three: (1 + 3 + 2) / 3 of 48."""
    people = [someone(str(sketch), 1.0, sketch=sketch) for sketch in (0b000, 0b001, 0b111)]
    assert statistics_of(people, 40)["diversity"] == pytest.approx(2 / 48)
    assert statistics_of(people[:1], 40)["diversity"] == 0.0


def test_hypervolume_is_the_area_under_the_best_of_each_size(someone):
    """Sharpe 1 from 10 nodes on, 3 from 20 on, up to 40; what is worse and larger, or loses, adds nothing."""
    people = [someone(f"{a} {b}", a, size=b) for a, b in ((1.0, 10), (3.0, 20), (2.0, 30), (-1.0, 5), (9.0, 40))]
    assert statistics_of(people, 40)["hypervolume"] == 1.0 * 10 + 3.0 * 20


def test_objectives_are_sharpe_and_stability_up_and_size_down(someone):
    base = someone("base", 1.0, 1.0, 10)
    for better in ({"sharpe": 1.1}, {"stability": 1.1}, {"size": 9}):
        other = Individual(base.genome, "other", 0, replace(base.score, **better), PLAIN)
        assert other.fitness.dominates(base.fitness)
        assert not base.fitness.dominates(other.fitness)


def test_population_keeps_the_best_of_each_idea(someone):
    """Sketches of three bits: 0b000 and 0b001 are one idea at a bit's distance, 0b111 is another."""
    crowd = [
        someone("a", 1.0, sketch=0b000),
        someone("b", 2.0, sketch=0b001),
        someone("c", 0.5, sketch=0b111),
        someone("d", 1.5, sketch=0b011),
    ]
    assert names(ideas(crowd, 1)) == ["b", "c"]
    assert names(ideas(crowd, 0)) == ["a", "b", "c", "d"]
    assert names(ideas(crowd, 3)) == ["b"]
    assert ideas([], 3) == []


def test_of_equals_the_one_that_says_less_is_the_idea(someone):
    longer, shorter = someone("a", 1.0, sketch=5, parts=9), someone("b", 1.0, sketch=5, parts=7)
    assert names(ideas([longer, shorter], 0)) == ["b"]
