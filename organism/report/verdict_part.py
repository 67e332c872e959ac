"""What a page says of the verdict: the word, what was measured against what, who was registered with it."""

from __future__ import annotations

from organism.report.data import RegistrationTable, StageRow, StrategyReport
from organism.report.html import badge, listed
from organism.report.markup import Markup, element, join
from organism.report.table import cells, framed, table


def summary(report: StrategyReport) -> Markup:
    said = f": {report.reason}." if report.reason else "."
    return join(
        element("p", badge(report.verdict), f" {report.state}{said}", class_="lead"),
        *(element("p", stamp, class_="stamp") for stamp in report.stamps),
        element("p", "Measured after fees, slippage and funding.", class_="note"),
    )


def stages_table(stages: tuple[StageRow, ...]) -> Markup:
    if not stages:
        return element("p", "No stage of the gauntlet has judged it yet.")
    numbers = {2, 3}
    rows = []
    for stage in stages:
        texts = (stage.name, stage.slice, stage.measured, stage.threshold, badge(stage.verdict), stage.meaning)
        marked = {} if stage.verdict == "Pass" else {"class_": "missed"}
        rows.append(cells("td", texts, numbers, **marked))
    return framed(("stage", "slice", "measured", "threshold", "verdict", "what it means"), rows, numbers=numbers)


def registration_part(registered: RegistrationTable | None) -> Markup:
    if registered is None:
        return element("p", "It was not registered, so no held-out bar was opened for it.")
    rows = [
        (
            f"{member.strategy_id} (this one)" if member.is_this_one else member.strategy_id,
            _p_value(member.p_value),
            _p_value(member.corrected),
        )
        for member in registered.members
    ]
    n_questions = len(registered.members) + registered.n_earlier
    return join(
        element(
            "p",
            f"Fixed before any held-out bar was read, after {registered.n_trials:,} trials. {registered.n_earlier} "
            f"other genotypes had seen some of this time before; they count as questions too, {n_questions} in all.",
        ),
        table(("registered together", "p-value", "corrected (Holm)"), rows, numbers={1, 2}),
        element(
            "p",
            "One-sided p-value of alpha on the days of both held-out slices; 1 stands for one that was not asked on "
            "both. The p-values are on the pages of those that passed both slices.",
            class_="note",
        ),
        element("dl", element("dt", "registration"), element("dd", registered.sha256)),
    )


def alarms_part(report: StrategyReport) -> Markup:
    none = "None could be computed." if report.registration else "Alarms are computed for those that were registered."
    return listed(report.alarms, none)


def identity_part(report: StrategyReport) -> Markup:
    pairs = (
        ("snapshot", report.snapshot_id),
        ("policy", report.policy_hash),
        ("evidence", report.evidence_sha256),
        ("strategy", report.strategy_id),
    )
    return element("dl", *(element(tag, text) for pair in pairs for tag, text in zip(("dt", "dd"), pair, strict=True)))


def _p_value(value: float | None) -> str:
    return "not known here" if value is None else f"{value:.2g}"
