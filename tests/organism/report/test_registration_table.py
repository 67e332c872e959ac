"""Who was registered together, with p-values before and after Holm's correction, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from organism.registry.rows import Registration
from organism.report.data import MemberRow, RegistrationTable
from organism.views.registration import registration_table

A, B, C = ("a" * 64, "b" * 64, "c" * 64)
NAMES = {A: "gp_1_aaaaaaaa", B: "gp_2_bbbbbbbb"}
REGISTRATION = Registration(
    run_id="run", snapshot_id="5" * 64, policy_hash="6" * 64, members=(A, B, C), n_trials=7_500, n_earlier=2
)


def document(registered: dict[str, Any] | None, genotype: str = A) -> dict[str, Any]:
    return {"registered": registered, "genotype_hash": genotype, "n_trials": 9_000}


def test_raw_and_corrected_p_values_stand_side_by_side() -> None:
    """The smallest first; three members and two earlier genotypes are five questions: 5 * 0.004, 4 * 0.01, 1."""
    judged = {"sha256": REGISTRATION.sha256, "n_earlier": 2, "p_values": {A: 0.01, B: 0.004, C: 1.0}}
    table = registration_table(document(judged), REGISTRATION, NAMES)
    assert table is not None
    assert (table.sha256, table.n_earlier, table.n_tried) == (REGISTRATION.sha256, 2, 7_500)
    assert [(row.strategy_id, row.p_value, row.is_this_one) for row in table.members] == [
        ("gp_2_bbbbbbbb", 0.004, False),
        ("gp_1_aaaaaaaa", 0.01, True),
        ("cccccccc", 1.0, False),
    ]
    assert [row.corrected for row in table.members] == pytest.approx([0.02, 0.04, 1.0])


def test_one_that_failed_before_the_p_values_shows_who_was_registered() -> None:
    table = registration_table(document(None, B), REGISTRATION, NAMES)
    assert table is not None
    assert [(row.p_value, row.corrected) for row in table.members] == [(None, None)] * 3
    assert [row.is_this_one for row in table.members] == [False, True, False]


def test_evidence_alone_tells_as_much_as_it_knows() -> None:
    judged = {"sha256": "7" * 64, "n_earlier": 0, "p_values": {B: 0.02, A: 0.01}}
    assert registration_table(document(judged), None, {}) == RegistrationTable(
        "7" * 64,
        (MemberRow("aaaaaaaa", 0.01, 0.02, True), MemberRow("bbbbbbbb", 0.02, 0.02, False)),
        n_earlier=0,
        n_tried=9_000,
    )


def test_one_that_was_not_registered_has_no_table() -> None:
    assert registration_table(document(None), None, NAMES) is None
