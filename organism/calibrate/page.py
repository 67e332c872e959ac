"""The campaign as a page: what was promised, what was measured, how to repeat it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from organism.calibrate.plan import CampaignSettings
from organism.calibrate.plots import RateRow, p_values_svg, rates_svg
from organism.calibrate.stage_tables import Calibration, StageRow
from organism.calibrate.tables import P_LEVEL, ClassTable, Rate

FALSE_LIMITS = {181: 4, 93: 1}
"""Most worlds of a class with a false graduate that still prove fewer than 5 %, by the worlds of the class."""
P_UPPER_LIMIT = 0.08

HEAD = """# Honesty

How often does the foundry graduate nothing-at-all, and how often does it find what is there? `organism calibrate` lets the *whole* foundry (search, registration, gauntlet) run on worlds whose truth is known. Sizes and seeds were fixed before anything was looked at; this page was written from {done} of {planned} worlds.

To repeat: `{command}`. Seed {seed}, plan {plan}, code {code}: the figures are of the search of that code, which breeds at most {trials:,} genotypes, beside what it tries at its end; what today's search finds, and with what budget, is measured in [Search](search.md). A rate has one-sided 95 % bounds (Clopper and Pearson 1934). Rates are of worlds, not of strategies: near copies graduate together.
"""  # noqa: E501 - a paragraph of the page is a line
PART = "**Only a part of the plan is made so far: no promise is proven before all worlds of its class are.**\n"
NULLS = """## Worlds that hold nothing

The promise is that fewer than 5 % of such worlds have a graduate, class by class: 93 worlds with at most one prove it, or 181 with at most four. Beside it, what three gates that others use would have let pass of the same strategies: the base rule (Sharpe above 2 after costs in all three slices, drawdown below 10 %), a deflated Sharpe ratio of at least 0.95 in sample at all trials of the run, and a probability of backtest overfitting of the run below 0.5.

![False graduations](honesty/false-graduations.svg)
"""  # noqa: E501
POWER = """## Worlds with a cause

"The oracle passes" asks the gauntlet alone: the rule that the cause asks for goes before every stage, corrected as if it were one of as many as a run may register, all others refused. That is the power given that search has found the plant. "Last stage alone" is the joined p-value without the base rule. The number of a class is the rule's true Sharpe ratio after costs ([worlds](worlds.md)). The rest is the whole foundry: did search find something that moves with the cause (correlation above 0.5 in sample), and did it graduate? What was announced of graduates is their Sharpe ratio on both held-out slices; what they are worth is that on twenty more years of the same kind of world.

![Power](honesty/power.svg)
"""  # noqa: E501
STAGES = """## Which stages earn their keep

Every stage was asked about every oracle, and about the best-looking strategy of each world that holds nothing where its Sharpe ratio in sample was above 2, whatever the stages before it had said. "Alone" counts those that all other stages would have let pass: what the stage saves, or costs, beside the rest. Seconds are processor time, mean; the first stage of a slice pays for signals and simulation.
"""  # noqa: E501
P_VALUES = """## Is the last p-value one?

The strategy that looked best in sample, asked on both held-out slices free of costs and without any gate, in the classes that are fair games even before costs ({classes}): one a world. The promise is that the upper bound of P(p at most 0.05) is at most {limit:g}.

![P-values](honesty/p-values.svg)
"""  # noqa: E501
KILLS = """## What stopped whom

All strategies that were judged, by the first stage that they did not pass.
"""


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a page says."""

    settings: CampaignSettings
    code_version: str
    tables: Sequence[ClassTable]
    stages: Sequence[StageRow]
    calibration: Calibration

    @property
    def nulls(self) -> list[ClassTable]:
        return [table for table in self.tables if table.is_null]

    @property
    def plants(self) -> list[ClassTable]:
        return [table for table in self.tables if not table.is_null]


def page(findings: Findings, command: str) -> str:
    """Return the page as Markdown; its pictures are those of `pictures`, in a folder `honesty` beside it."""
    settings, tables = findings.settings, findings.tables
    parts = [
        HEAD.format(
            done=sum(t.n_done for t in tables),
            planned=sum(t.n_planned for t in tables),
            command=command,
            seed=settings.seed,
            plan=settings.identity()[:16],
            code=findings.code_version[:16],
            trials=settings.search.most_genotypes,
        )
    ]
    if not _is_complete(tables):
        parts.append(PART)
    if findings.nulls:
        parts += [NULLS, _nulls(findings.nulls)]
    if findings.plants:
        parts += [POWER, _power(findings.plants)]
    if findings.stages:
        parts += [STAGES, _stages(findings.stages)]
    if findings.calibration.p_values:
        parts += [_p_values(findings.calibration, is_complete=_is_complete(tables))]
    parts += [KILLS, _kills(tables)]
    return "\n".join(parts)


def _is_complete(tables: Sequence[ClassTable]) -> bool:
    return all(table.n_done == table.n_planned for table in tables)


def pictures(findings: Findings) -> dict[str, str]:
    """Return the SVG of each picture by its name."""
    gates = ("the gauntlet", "base rule alone", "deflated Sharpe 0.95", "PBO below 0.5")
    false = [RateRow(t.name, (t.graduated, t.base, t.deflated, t.low_overfitting)) for t in findings.nulls]
    questions = ("oracle passes", "last stage alone", "search found it", "graduated if found")
    power = [RateRow(t.name, (t.oracle, t.oracle_joined, t.found, t.graduated_given_found)) for t in findings.plants]
    drawn = {}
    if false:
        title = "Worlds that hold nothing: share with anything let pass (dashes: 5 %)"
        drawn["false-graduations"] = rates_svg(title, gates, false, mark=0.05)
    if power:
        drawn["power"] = rates_svg("Worlds with a cause", questions, power)
    if findings.calibration.p_values:
        drawn["p-values"] = p_values_svg("P-values where nothing is true", findings.calibration.p_values)
    return drawn


def _nulls(tables: Sequence[ClassTable]) -> str:
    rows = [
        (
            t.name,
            f"{t.n_done} of {t.n_planned}",
            f"**{_rate(t.graduated)}**",
            _promise(t),
            _rate(t.base),
            _rate(t.deflated),
            _rate(t.low_overfitting),
            f"{t.search_seconds:.1f} + {t.judge_seconds:.1f}",
        )
        for t in tables
    ]
    head = (
        "class",
        "worlds",
        "false graduates",
        "promise",
        "base rule alone",
        "deflated Sharpe 0.95",
        "PBO below 0.5",
        "search + gauntlet, s",
    )
    return _table(head, rows)


def _promise(table: ClassTable) -> str:
    limit = FALSE_LIMITS.get(table.n_planned)
    if limit is None:
        return "-"
    said = f"at most {limit} of {table.n_planned}"
    if table.graduated.count > limit:
        return f"{said}: **missed**"
    return f"{said}: held" if table.n_done == table.n_planned else f"{said}: held so far"


def _power(tables: Sequence[ClassTable]) -> str:
    rows = [
        (
            t.name,
            f"{t.n_done} of {t.n_planned}",
            _rate(t.oracle),
            _rate(t.oracle_joined),
            _rate(t.found),
            _rate(t.graduated_given_found),
            _number(t.announced),
            _number(t.continued),
        )
        for t in tables
    ]
    head = (
        "class",
        "worlds",
        "oracle passes",
        "last stage alone",
        "search found it",
        "graduated if found",
        "announced Sharpe",
        "worth afterwards",
    )
    return _table(head, rows)


def _stages(stages: Sequence[StageRow]) -> str:
    rows = [
        (
            row.stage,
            f"{row.nulls_stopped} of {row.nulls}",
            str(row.nulls_stopped_alone),
            f"{row.plants_lost} of {row.plants}",
            str(row.plants_lost_alone),
            f"{row.seconds:.3f}",
        )
        for row in stages
    ]
    return _table(("stage", "nulls stopped", "alone", "oracles lost", "alone", "seconds"), rows)


def _p_values(found: Calibration, *, is_complete: bool) -> str:
    rows = [
        (f"p at most {level:g}", _rate(rate), _within(rate, is_complete=is_complete) if level == P_LEVEL else "-")
        for level, rate in found.small
    ]
    head = P_VALUES.format(classes=", ".join(found.classes), limit=P_UPPER_LIMIT)
    return f"{head}\n{_table(('', 'worlds', 'promise'), rows)}"


def _within(rate: Rate, *, is_complete: bool) -> str:
    if rate.high <= P_UPPER_LIMIT:
        return "held"
    return "**missed**" if is_complete or rate.low > P_UPPER_LIMIT else "too few worlds to say"


def _kills(tables: Sequence[ClassTable]) -> str:
    counts = [dict(t.kills) for t in tables]
    total = {name: sum(count.get(name, 0) for count in counts) for count in counts for name in count}
    rows = [(name, *(str(count.get(name, 0)) for count in counts)) for name in sorted(total, key=lambda n: -total[n])]
    return _table(("first stage not passed", *(t.name for t in tables)), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _rate(rate: Rate | None) -> str:
    if rate is None or rate.of == 0:
        return "-"
    return f"{rate.count} of {rate.of} ({100 * rate.low:.1f} to {100 * rate.high:.1f} %)"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
