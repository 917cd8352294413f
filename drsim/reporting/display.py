"""What Jupyter shows of an object: a title, the answer, and a table or two, as HTML.

Text goes through `Page.clean` and is escaped. There are no scripts and no style sheet, and nothing is typeset as mathematics.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from typing import Final

from drsim.measures.drills import AGES
from drsim.measures.explanation import CAUSES
from drsim.model.landscape import Landscape
from drsim.model.scenario import Disruption, Moves, Scenario, Trial
from drsim.model.tree import plain_leaf, written
from drsim.planning.plan import Plan
from drsim.reporting import checked, compared, helped, hunted, summary
from drsim.reporting.causes import minutes_by_cause
from drsim.reporting.linted import flow, place_text
from drsim.reporting.mapped import counts
from drsim.reporting.numbers import NONE
from drsim.reporting.page import Page, hours_minutes
from drsim.reporting.planned import happenings, step_rows
from drsim.reporting.runbook import explanation, finished, step_texts, who_is_away
from drsim.reporting.timeline import answer, shown_minutes, title_of, wall_of
from drsim.reporting.wall import moment_text
from drsim.studies.check import Check
from drsim.studies.compare import Comparison
from drsim.studies.helps import Helps
from drsim.studies.hunt import Hunt
from drsim.studies.lint import Lint
from drsim.studies.outlook import Outlook
from drsim.studies.overview import Overview
from drsim.studies.replay import Replay
from drsim.studies.result import Explanation, Outcome, Result
from drsim.studies.runbook import Runbook
from drsim.units import HOUR

__all__ = ["display"]

MOST_STEPS: Final = 12
"""Steps of a plan that are shown; the rest is counted."""
SHORT: Final = 24
"""Letters of a cell that is not broken into lines."""
MOST_NAMES: Final = 8
"""Names in one cell; the rest is counted."""


def display(shown: object) -> str:
    """Give the HTML of a scenario, a landscape, a plan, or what was found with them."""
    match shown:
        case Scenario():
            parts = _scenario(shown)
        case Landscape():
            parts = [_title(shown.title or "Landscape"), _line(_counts(shown)), _sites(shown)]
        case Plan():
            parts = _plan(shown)
        case Result():
            parts = _result(shown)
        case Comparison():
            parts = _comparison(shown)
        case Replay():
            parts = _replay(shown)
        case Check():
            parts = _check(shown)
        case Lint():
            parts = _lint(shown)
        case Explanation():
            parts = _explanation(shown)
        case Helps():
            parts = _helps(shown)
        case Overview():
            parts = _overview(shown)
        case Hunt():
            parts = _hunt(shown)
        case Runbook():
            parts = _runbook(shown)
        case _:
            raise TypeError(f"there is no display of a {type(shown).__name__}")
    return "\n".join(['<div class="drsim tex2jax_ignore mathjax_ignore">', *filter(None, parts), "</div>"])


# one for each kind


def _scenario(scenario: Scenario) -> list[str]:
    assumed, numbers = summary.numbers_of(scenario)
    happens = [(name, what.kind, what.target, _rest(what)) for name, what in scenario.disruptions.items()]
    for name, part in (("moves", scenario.moves), ("tests", scenario.tests)):
        if part is not None:
            happens.append((name, "site", part.site, _rest(part)))
    return [
        _title(scenario.title),
        *([_line(scenario.question)] if scenario.question else []),
        _line(f"{moment_text(scenario.moment)} · {scenario.horizon.text} ahead"),
        _table("What happens", ("", "kind", "target", "how"), happens or ["nothing"]),
        _line(_counts(scenario.landscape)),
        _sites(scenario.landscape),
        _line(f"{assumed} of the {numbers} numbers behind this are assumptions."),
    ]


def _rest(part: Disruption | Moves | Trial) -> str:
    """What is said of it beside its target, as a scenario file says it."""
    target = part.kind if isinstance(part, Disruption) else "site"
    return ", ".join(f"{key}: {flow(value)}" for key, value in written(part, plain_leaf).items() if key != target)


def _counts(landscape: Landscape) -> str:
    kinds = ("sites", "links", "teams", "suppliers", "components", "services")
    found = {kind: len(getattr(landscape, kind)) for kind in kinds}
    return " · ".join(f"{number} {kind if number != 1 else kind[:-1]}" for kind, number in found.items())


def _sites(landscape: Landscape) -> str:
    rows = []
    for name, site in landscape.sites.items():
        active = sum(name in part.at and part.at[name].role == "active" for part in landscape.components.values())
        standby = sum(part.standby == name for part in landscape.components.values())
        room = ", ".join(f"{pool} {size}" for pool, size in site.pools.items())
        rows.append((name, site.title, site.kind, _or_none(active), _or_none(standby), room))
    return _table("Sites", ("", "title", "kind", "components active", "standby of", "room"), rows)


def _plan(plan: Plan) -> list[str]:
    outlook = Outlook(plan)
    scenario = plan.scenario
    lost = [
        (
            " and ".join(loss.outages),
            _names([title_of(plan, name) for name in loss.services]),
            _names(loss.components),
            _names(loss.weakened),
        )
        for loss in outlook.losses
    ]
    steps = step_rows(outlook)
    return [
        _title(f"Plan: {scenario.title}"),
        _line(f"{moment_text(scenario.moment)} · {scenario.horizon.text} ahead"),
        _table("What happens", ("", ""), happenings(plan) or ["nothing"]),
        _table("What is lost", ("to", "below their minimum", "nowhere any more", "elsewhere still"), lost),
        _table(
            f"Steps that may be taken: {len(steps)}",
            ("", "what", "takes", "who", "RTO"),
            steps[:MOST_STEPS],
            more=len(steps) - MOST_STEPS,
        ),
        *([_table("Never fits", ("",), [(each,) for each in plan.never_fits])] if plan.never_fits else []),
    ]


def _result(result: Result) -> list[str]:
    n, scenario = result.replications, result.scenario
    told = [f"{n:,} {summary.plural('drill', n)}", f"seed {result.seed}", f"{scenario.horizon.text} ahead"]
    away = summary.turned_away_text(result)
    return [
        _title(scenario.title),
        _line(" · ".join(told) + (" · interrupted" if result.interrupted else "")),
        _line(summary.answer(result), strong=True),
        *([_line(summary.every_rto_text(result.every_rto))] if result.every_rto is not None else []),
        _services(result),
        _line(
            f"✗ misses what is asked; ~ too close to call; in brackets {100 * result.confidence:g} % intervals; "
            "times are rounded to their own error."
        ),
        *([_line(f"Citizens turned away: {away}.")] if away else []),
    ]


def _services(result: Result) -> str:
    ages = [age for age in AGES if age * HOUR <= result.plan.horizon]
    page, rows = Page(), list[_Row]()
    texts = summary.service_texts(result)
    for fared, group in groupby(texts, lambda each: each[0].fared):
        found = list(group)
        rows.append(f"{summary.GROUPS[fared].capitalize()}: {len(found)}")
        if fared == "keeps running":
            rows.append(" · ".join(outcome.title for outcome, _ in found))
            continue
        rows += [
            (outcome.title, *_service(outcome, row), page.bars(outcome.profile[: len(ages)], 1))
            for outcome, row in found
        ]
    heads = ("", "RTO", "half the drills", "95 % of drills", "in time", "asked", "data lost, 95 %")
    served = f"citizens served, {ages[0]} h to {ages[-1] / 24:g} d" if ages else "citizens served"
    return _table("Back in", (*heads, served), rows, bars=True)


def _service(outcome: Outcome, row: dict[str, str]) -> Iterable[str]:
    marks = {"missed": "✗ ", "undecided": "~ "}
    yield from (row["rto"], row["half"], row["most"])
    yield marks.get(outcome.verdict or "", "") + row["in time"]
    yield row["asked"]
    yield marks.get(outcome.data_verdict or "", "") + row["data"]


def _comparison(comparison: Comparison) -> list[str]:
    before, after = comparison.before.scenario, comparison.after.scenario
    titles = [before.title] if before.title == after.title else [before.title, after.title]
    n = comparison.replications
    changes = [(path, one or NONE, two or NONE) for path, one, two in compared.alike(comparison.changes)]
    rows = list[_Row]()
    for verdict, (heading, _) in compared.GROUPS.items():
        group = compared.in_order(comparison, verdict)
        if group:
            rows.append(f"{heading.capitalize()}: {len(group)}")
        if verdict == "same":
            rows += [" · ".join(each.title for each in group)] if group else []
            continue
        rows += [(each.title, *compared.row_texts(each), *compared.in_time_texts(each)) for each in group]
    heads = ("", "on average", "in 95 % of drills", "sooner in", "later in", "in time before", "in time after")
    most = compared.MOST_CHANGES
    return [
        _title(" → ".join(titles)),
        _line(f"{n:,} {summary.plural('drill', n)} of each, with the same luck · seed {comparison.after.seed}"),
        _line(compared.answer(comparison), strong=True),
        _table("What differs", ("", "before", "after"), changes[:most], more=len(changes) - most),
        _table("Back sooner (−) or later (+)", heads, rows),
    ]


def _replay(replay: Replay) -> list[str]:
    plan, wall, told = replay.plan, wall_of(replay), answer(replay)
    rows = []
    for service in plan.structure.services:
        found = [what for what in replay.interruptions(service) if not what.planned]
        if not found:
            continue
        longest = max(found, key=lambda what: (not what.back, what.end - what.begin))
        back = wall.text(longest.end) if longest.back else "not back"
        minutes = shown_minutes(longest.begin, longest.end)
        lost = replay.data_lost(service)
        data = NONE if lost is None else hours_minutes(shown_minutes(lost.point, lost.lost_at))
        rows.append((minutes, title_of(plan, service), wall.text(longest.begin), back, hours_minutes(minutes), data))
    rows.sort(key=lambda row: (row[3] != "not back", -row[0], row[1]))
    return [
        _title(f"Drill {replay.drill} of seed {replay.seed}: {plan.scenario.title}"),
        _line(f"{told[0].upper()}{told[1:]}.", strong=True),
        _table(
            "Longest interruptions, h:mm",
            ("", "below its minimum", "back", "after", "data lost"),
            [row[1:] for row in rows],
        ),
    ]


def _check(check: Check) -> list[str]:
    n = check.result.replications
    rows = list[_Row]()
    for fared, (heading, _) in checked.GROUPS.items():
        group = [each for each in check.promises if each.fared == fared]
        if group:
            rows.append(f"{heading.capitalize()}: {len(group)}")
        rows += [(each.title, *checked.texts(each), each.because or "") for each in group]
    return [
        _title(check.result.scenario.title),
        _line(f"{n:,} {summary.plural('drill', n)} · seed {check.result.seed}"),
        _line(checked.answer(check) if check.promises else "It expects nothing.", strong=True),
        _table("Promises", ("", *checked.HEADS, "because"), rows),
    ]


def _lint(lint: Lint) -> list[str]:
    number = len(lint.findings)
    rows = [
        (place_text(each), each.rule, each.problem.rule, each.shown, each.problem.hint or "") for each in lint.findings
    ]
    told = f"{number} {'weakness' if number == 1 else 'weaknesses'} in the plan." if number else "No weakness found."
    return [
        _title(lint.scenario.title),
        _line(told, strong=True),
        _table("Weaknesses", ("where", "rule", "what is wrong", "what a drill shows", "what to do"), rows),
    ]


def _explanation(found: Explanation) -> list[str]:
    minutes = minutes_by_cause(found)
    rows = [(cause, hours_minutes(minutes[cause])) for cause in CAUSES if minutes.get(cause)]
    n, total = len(found.drills), "not back: so far" if found.censored else "recovery time"
    return [
        _title(f"What held {found.service} up"),
        _line(
            f"{n} {summary.plural('drill', n)} around the time that {100 * found.around:g} % of drills do not exceed"
        ),
        _table("Mean time by cause, h:mm", ("", ""), [*rows, (total, hours_minutes(sum(minutes.values())))]),
    ]


def _helps(helps: Helps) -> list[str]:
    rows = list[_Row]()
    for kind, (heading, more) in helped.GROUPS.items():
        group = [each for each in helps.tried if each.kind == kind]
        if group:
            rows.append(f"{heading.capitalize()}: {more}")
        rows += [(each.text, *helped.row_texts(each)) for each in group]
    n = helps.replications
    return [
        _title(f"What would bring {helps.title} back sooner"),
        _line(f"{n:,} {summary.plural('drill', n)}, the same luck in each row · seed {helps.seed}"),
        _table("Sooner (−) or later (+)", ("", "on average", f"bad day (P{100 * helps.around:g})", ""), rows)
        or _line("Nothing that can be changed held it up.", strong=True),
        *[_line(f"Not tried: {what}: {why}") for what, why in helps.refused],
    ]


def _overview(overview: Overview) -> list[str]:
    alone = [(loss.kind, loss.name, loss.site, _names(loss.stops), _names(loss.stays)) for loss in overview.losses]
    layers = [(str(depth), _names(names)) for depth, names in enumerate(overview.layers, 1)]
    return [
        _title(overview.landscape.title or "Landscape"),
        _line(counts(overview)),
        _table("Layers", ("", "components"), layers),
        _table(
            "What alone stops a service",
            ("", "name", "at", "stops", "also after standbys took over"),
            alone[:MOST_STEPS],
            more=len(alone) - MOST_STEPS,
        ),
    ]


def _hunt(hunt: Hunt) -> list[str]:
    rows = list[_Row]()
    for heading, cases in (
        ("Breaks it", hunt.found),
        ("Too close to call", hunt.undecided),
        ("Near misses", hunt.near),
    ):
        if cases:
            rows.append(f"{heading}: {len(cases)}")
        rows += [(case.text, *hunted.case_texts(case), hunted.worst_hour(case)) for case in cases]
    return [
        _title(hunted.asked(hunt)),
        _line(hunted.facts(hunt) + (" · interrupted" if hunt.interrupted else "")),
        _line(hunted.answer(hunt), strong=True),
        _table("Sets of failures", ("", *hunted.HEADS, "worst hour of the week"), rows),
    ]


def _runbook(runbook: Runbook) -> list[str]:
    n, scenario = runbook.replications, runbook.scenario
    steps = [(str(place), *texts) for place, texts in enumerate(step_texts(runbook), 1)]
    told = [moment_text(scenario.moment), f"{scenario.horizon.text} ahead", f"{n:,} {summary.plural('drill', n)}"]
    idle = [_line(f"Called, with nothing to do: {' · '.join(runbook.idle)}.")] if runbook.idle else []
    return [
        _title(f"Runbook: {scenario.title}"),
        _line(" · ".join([*told, f"seed {runbook.seed}"]) + (" · interrupted" if runbook.interrupted else "")),
        _line(explanation(runbook) if steps else "No step is taken in any drill.", strong=not steps),
        *([_line(finished(runbook))] if steps else ()),
        *(_line(f"Away: {who_is_away(runbook, absence)}.") for absence in runbook.away),
        _table(f"Steps: {len(steps)}", ("", "step", "who", "after", "starts", "ends", ""), steps),
        *idle,
    ]


# HTML

_Row = Sequence[str] | str
"""The cells of a row; a text alone is as wide as the table."""


def _text(text: object) -> str:
    return escape(Page().clean(str(text)))


def _title(text: str) -> str:
    return f"<h4>{_text(text)}</h4>"


def _line(text: str, *, strong: bool = False) -> str:
    return f"<p><strong>{_text(text)}</strong></p>" if strong else f"<p>{_text(text)}</p>"


def _table(caption: str, heads: Sequence[str], rows: Sequence[_Row], *, more: int = 0, bars: bool = False) -> str:
    """A table with its title; nothing without rows. `more`: how many are left out; `bars`: the last column is bars."""
    if not rows:
        return ""
    lines = [f"<table>\n<caption {_LEFT}>{_text(caption)}</caption>"]
    if any(heads):
        lines.append(f"<thead><tr>{''.join(f'<th {_LEFT}>{_text(head)}</th>' for head in heads)}</tr></thead>")
    lines.append("<tbody>")
    for row in [*rows, *([f"and {more} more"] if more > 0 else [])]:
        if isinstance(row, str):
            lines.append(f'<tr><td colspan="{len(heads)}" {_LEFT}><em>{_text(row)}</em></td></tr>')
            continue
        first, *rest = row
        texts = [_text(cell) for cell in rest]
        texts[-1:] = [f"<code>{text}</code>" if bars else text for text in texts[-1:]]
        styles = [_WHOLE if len(cell) <= SHORT else _LEFT for cell in rest]
        cells = "".join(f"<td {style}>{text}</td>" for style, text in zip(styles, texts, strict=True))
        lines.append(f'<tr><th scope="row" {_LEFT}>{_text(first)}</th>{cells}</tr>')
    return "\n".join([*lines, "</tbody>\n</table>"])


_LEFT: Final = 'style="text-align: left"'
_WHOLE: Final = 'style="text-align: left; white-space: nowrap"'


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES + 1 else ""
    return (" · ".join(names[:MOST_NAMES] if more else names) + more) or NONE


def _or_none(number: int) -> str:
    return str(number) if number else NONE
