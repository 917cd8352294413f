"""What held one service up, on usual days and on bad ones, side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from drsim.reporting.causes import cause_table
from drsim.reporting.numbers import format_half, format_times
from drsim.reporting.page import Page, hours_minutes
from drsim.reporting.summary import Command, mean_of, middle_drill, plural, write_command
from drsim.units import MINUTE

if TYPE_CHECKING:
    from drsim.studies.result import Explanation, Result

__all__ = ["explained"]

STORIES: Final = 5
"""That are told."""
UNSURE: Final = 6
"""Causes of which it is told how sure they are."""
TURNS: Final = 4
"""That are told of one story."""


def explained(
    result: Result, explanations: Sequence[Explanation], *, command: Command, page: Page | None = None
) -> Page:
    """The explanations of one service around several quantiles; at least one."""
    page = Page() if page is None else page
    name = explanations[0].service
    outcome = result.outcome(name)
    page.two_sided(f"What held {outcome.title} up", command.place)
    page.say(
        f"{result.scenario.title} · {result.replications:,} {plural('drill', result.replications)} · seed {result.seed}",
        indent=0,
        style="dim",
        most=4,
    )
    if result.interrupted:
        page.label("INTERRUPTED", f"{result.replications:,} of {command.replications:,} drills", indent=0)
    page.blank()
    times = [outcome.recovery[p] for p in (0.5, 0.95)]
    half, most = format_times(((t.value, t.low, t.high) for t in times), horizon_ms=result.plan.horizon)
    lost = result.not_back(name)
    if not lost and all(not each.total for each in explanations):
        page.say(f"It is not below its minimum in the drills around {_and(explanations)}: nothing held it up.")
        return page
    page.say(f"Back in half the drills: {half.text} · back in 95 % of drills: {most.text}")
    page.blank()
    number = len(explanations[0].drills)
    columns = {f"around {_quantile(each.around)}": each for each in explanations}
    page.heading("WHAT HELD IT UP", f"hours:minutes, {mean_of(number)} around each quantile; columns add up")
    cause_table(page, list(columns), explanations, details=True)
    _give_or_take(page, columns)
    page.blank()
    if lost:
        share = f"{len(lost):,} of {result.replications:,} drills"
        page.say(f"In {share} it is not back by the end; those are never averaged with others.")
        page.blank()
    apart = None if any(each.censored for each in explanations) else result.explain_not_back(name)
    if apart is not None:
        columns["not back"] = apart
        page.heading("WHEN IT DOES NOT COME BACK", "hours:minutes until the end of the drill, mean of such drills")
        cause_table(page, ["not back"], [apart], details=True)
        _give_or_take(page, {"not back": apart})
        page.blank()
    for title, each in columns.items():
        _stories(page, title, each)
    manual = result.scenario.landscape.services[name].manual
    if manual is not None:
        page.heading("BY HAND", f"{manual.text}; hours:minutes of these interruptions, closed hours included")
        page.say(
            " · ".join(f"{title}: {hours_minutes(round(each.by_hand / MINUTE))}" for title, each in columns.items())
        )
        page.blank()
    for title, each in columns.items():
        drills = f"{plural('drill', len(each.drills))} {', '.join(map(str, each.drills))}"
        page.label(title, drills, label_style="bold", indent=1, hang=1)
    page.blank()
    for index, each in enumerate(explanations):
        words = command.line("replay", "--drill", str(middle_drill(each)), "--service", name)
        label = " Closer: " if index == 0 else " " * 9
        write_command(page, label, words, f"(one around {_quantile(each.around)})")
    return page


def _give_or_take(page: Page, columns: Mapping[str, Explanation]) -> None:
    """How sure the means of a column are, where that is more than a minute; the least sure first."""
    for title, each in columns.items():
        halves = {cause: (of.high - of.low) / 2 for cause, of in each.intervals.items()}
        unsure = sorted((half, cause) for cause, half in halves.items() if MINUTE <= half < math.inf)[::-1][:UNSURE]
        if unsure:
            parts = " · ".join(f"{cause} {format_half(half)}" for half, cause in unsure)
            page.say(f"{title}, give or take (95 %): {parts}", style="dim", hang=2)


def _stories(page: Page, title: str, explanation: Explanation) -> None:
    """The distinct ways in which the drills of a column went, with one of each to look at; nothing where all went alike."""
    told = explanation.stories
    if len(told) < 2:
        return
    number = len(explanation.drills)
    page.heading(f"STORIES {title}", "what took longer than in the others, hours:minutes on average")
    for story in told[:STORIES]:
        turns = [
            f"{_led(turn.cause, turn.detail)} {hours_minutes(round(turn.mean / MINUTE))}"
            for turn in story.turns[:TURNS]
        ]
        more = f" and {len(story.turns) - TURNS} more" if len(story.turns) > TURNS else ""
        what = " · ".join(turns) + more if turns else "nothing in particular took longer"
        head = f"{len(story.drills)} of {number}"
        page.label(head, f"{what} (see drill {story.example})", label_style="bold", hang=9)
    if len(told) > STORIES:
        left = sum(len(story.drills) for story in told[STORIES:])
        page.label(f"{left} of {number}", "in other ways, each of them rarer", label_style="bold", hang=9)
    page.blank()


def _led(cause: str, detail: str) -> str:
    """A cause with what it was about, in words: `nobody on duty (apps)`."""
    return f"{cause} ({detail})" if detail else cause


def _quantile(p: float) -> str:
    return f"P{100 * p:g}"


def _and(explanations: Sequence[Explanation]) -> str:
    return " and ".join(_quantile(each.around) for each in explanations)
