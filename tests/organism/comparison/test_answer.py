"""The sentence, and what it does not say."""

from __future__ import annotations

import pytest

from organism.comparison.answer import answer, cautions, decided_on, share
from organism.comparison.values import EARNED_THE_SAME, Figures, Finding, SharpeTest, Side, SliceComparison


def part(name: str, difference: float | None = 0.8, p_value: float = 0.31, untested: str = "") -> SliceComparison:
    tested = None if difference is None else SharpeTest(difference, -0.5, 2.1, p_value, 358, 3)
    a, b = Figures(0.1, 1.2, 0.05), Figures(0.2, 2.0, 0.06)
    return SliceComparison(name, "2023-01-07", "2023-12-30", 8_592, 0, a, b, 0.8, tested, untested)


def side(**changes: object) -> Side:
    values: dict[str, object] = {
        "id": "gp_1_a", "state": "candidate", "verdict": "GRADUATE", "reason": "passed every stage", "run": "r",
        "generation": 1, "operator": "initial", "rendered": "", "snapshot_id": "s", "policy_hash": "p",
        "code_version": "c", "evidence_sha256": "e", "scale": 1.0, "n_tried": 7_500, "n_openings": 0, "slices": (),
    }  # fmt: skip
    return Side(**{**values, **changes})  # type: ignore[arg-type]


def test_a_difference_within_luck_is_said_to_be_luck() -> None:
    assert answer(part("OOS")) == (
        Finding.LUCK,
        "B's Sharpe ratio is 0.80 higher than A's (2.00 against 1.20) out of sample (OOS, 2023-01-07 to 2023-12-30); a "
        "difference as large is found in 31 % of pairs that differ by luck alone: not more than luck.",
    )


@pytest.mark.parametrize(("difference", "finding"), [(0.8, Finding.B_HIGHER), (-0.8, Finding.A_HIGHER)])
def test_a_difference_beyond_luck_names_who_is_higher(difference: float, finding: Finding) -> None:
    found, sentence = answer(part("OOS+WF", difference, 0.004))
    assert found is finding
    assert sentence.startswith(f"{finding.value[0]}'s Sharpe ratio is 0.80 higher than ")
    assert sentence.endswith("found in 0.4 % of pairs that differ by luck alone: more than luck.")


def test_in_sample_nothing_is_more_than_luck_elsewhere() -> None:
    found, sentence = answer(part("IS", 3.0, 0.0002))
    assert found is Finding.IN_SAMPLE_ONLY
    assert sentence.endswith(
        "more than luck on these bars, on which both were chosen, and no evidence about any others."
    )


def test_what_cannot_be_tested_is_told_apart_from_what_is_the_same() -> None:
    assert answer(None)[0] is Finding.UNKNOWN
    assert answer(part("OOS", None, untested=EARNED_THE_SAME))[0] is Finding.SAME
    found, sentence = answer(part("OOS", None, untested="one of the two has lost everything"))
    assert found is Finding.UNKNOWN
    assert sentence.endswith("2023-12-30): one of the two has lost everything.")


def test_the_slice_is_chosen_by_its_name_and_not_by_what_it_shows() -> None:
    splendid, dull = part("WF", 5.0, 0.0002), part("OOS", 0.1, 0.9)
    assert decided_on([part("IS"), splendid, dull]) is dull
    assert decided_on([part("IS"), splendid, dull, part("OOS+WF")]) == part("OOS+WF")
    assert decided_on([]) is None


def test_trials_and_other_rules_are_cautioned_about() -> None:
    first, *others = cautions(side(), side(n_tried=100), part("OOS"))
    assert first.startswith("7,500 (A) and 100 (B) rules had been tried")
    assert "optimistic" in first
    assert others == []
    said = list(cautions(side(), side(policy_hash="q", code_version="d"), part("IS")))
    assert said[0].startswith("7,500 rules had")
    assert said[1].startswith("Both were chosen for what they earned in sample")
    assert said[2:] == [
        "They were judged under different rules (policies p and q).",
        "They were judged by different versions of the code.",
    ]


@pytest.mark.parametrize(
    ("p_value", "text"),
    [
        (0.31, "31 %"),
        (0.074, "7.4 %"),
        (0.0002, "0.02 %"),
        (5e-12, "fewer than 0.01 %"),
        (0.99, "99 %"),
        (1.0, "100 %"),
    ],
)
def test_a_p_value_is_said_as_percent(p_value: float, text: str) -> None:
    assert share(p_value) == text
