"""A runbook to print: the steps of a plan with who, the window of each, and blanks for the actual times."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from drsim.reporting.numbers import NONE, format_share
from drsim.reporting.page import MARGIN, Cell, Page, hours_minutes
from drsim.reporting.summary import Command, write_command
from drsim.reporting.wall import Wall, moment_text, nearest_minute
from drsim.studies.runbook import RARE

if TYPE_CHECKING:
    from datetime import datetime

    from drsim.model.scenario import Scenario
    from drsim.studies.runbook import Absence, Runbook, RunbookStep, Window

__all__ = ["MOST", "explanation", "finished", "most_frequent_site", "runbook_page", "step_texts", "who_is_away"]

BLANKS: Final = "_____ _____"
"""For the two times that are written down."""
ROOM: Final = 30
"""Columns that a step and who does it need beside windows on one line; with fewer a window takes two."""
LEAST_WHO: Final = 10
"""Columns for who does it; a longer crew goes on below."""
HEADS: Final = ("step", "who", "after", "starts", "ends", "actual")
MOST: Final = 0.99
"""Share of drills from which on it is not said that some do otherwise."""
WINDOW, HALF = 21, 11
"""Columns of `Tue 16:10 – Wed 08:30`, and of `Tue 16:10 –`."""


def runbook_page(
    runbook: Runbook, *, command: Command, page: Page | None = None, next_move: Sequence[str] = ()
) -> Page:
    """The steps in order, one below the other; `next_move`: a command that writes it to a file, shown at the end."""
    page = Page() if page is None else page
    scenario = runbook.scenario
    page.two_sided(f"Runbook: {scenario.title}", command.place)
    drills = f"{runbook.replications:,} {'drill' if runbook.replications == 1 else 'drills'} · seed {runbook.seed}"
    page.say(f"{moment_text(scenario.moment)} · {scenario.horizon.text} ahead · {drills}", indent=0, style="dim")
    if runbook.interrupted:
        page.say("INTERRUPTED this is about the drills that were finished", style="bold magenta", indent=1)
    page.blank()
    if runbook.steps:
        page.say(finished(runbook), style="" if runbook.finished.successes else "bold magenta")
        for place, absence in enumerate(runbook.away):
            label, told = f"AWAY {len(runbook.away)}", who_is_away(runbook, absence)
            if place:
                page.say(told, indent=len(label) + 3, hang=2)
            else:
                page.label(label, told, label_style="bold", indent=1, hang=len(label) + 4)
        _Table(runbook, page).write()
    else:
        page.say("No step is taken in any drill: there is nothing to do.")
    if runbook.stays:
        page.blank()
        page.heading(f"NOT MOVED {len(runbook.stays)}", "left where it was by the planned move")
        for stay in runbook.stays:
            often = f", in {format_share(stay.happens)} of drills" if stay.happens.value < MOST else ""
            page.say(f"{stay.component}: {stay.why}{often}", hang=2)
    if runbook.idle:
        page.blank()
        page.label(
            f"CALLED, WITH NOTHING TO DO {len(runbook.idle)}",
            " · ".join(runbook.idle),
            label_style="bold",
            indent=1,
            hang=1,
        )
        if runbook.may_be_asked_for:
            page.say(BEHIND, indent=1, style="dim")
    if next_move:
        page.blank()
        write_command(page, " To print: ", next_move, "(with the log to fill in)")
    return page


BEHIND: Final = "What comes after steps that start in no drill is not listed; it may ask for some of these."


def step_texts(runbook: Runbook) -> list[tuple[str, ...]]:
    """What, who, after which other steps, when it starts and ends, and what else is to be said of each step."""
    home = most_frequent_site(runbook)
    return [
        (
            _text(step, home),
            step.who or NONE,
            " ".join(str(runbook.numbers[name]) for name in step.after[:2]),
            *_windows(runbook.scenario, step),
            _detail(step, runbook.away_of(step.who) if step.kind == "mobilise" else (), runbook.goes_on(step)),
        )
        for step in runbook.steps
    ]


def finished(runbook: Runbook) -> str:
    """In how many drills the plan is finished."""
    share, never = runbook.finished, len(runbook.parts[2])
    begun = " in which anything is" if share.trials < runbook.replications else ""
    often = f"in {format_share(share)} of drills{begun}" if share.successes else "in no drill"
    but = ", but for what waits for a lost place," if never and share.successes else ""
    text = f"All that is wanted{but} is done within {runbook.scenario.horizon.text} {often}."
    if never:
        text += f" {never} {'step starts' if never == 1 else 'steps start'} in no drill, named at the end."
    if stays := len(runbook.stays):
        text += f" {stays} {'component is' if stays == 1 else 'components are'} not moved, named at the end."
    return text


def who_is_away(runbook: Runbook, absence: Absence) -> str:
    """`admins (flu) from Tue 09:30 to Fri 09:30`."""
    who = absence.team if absence.heads is None else f"{absence.heads} of {absence.team}"
    begin = _window(runbook.scenario, absence.begin)
    text = f"{who} ({absence.disruption}) from {begin}"
    if absence.end is None:
        text += f", not back within {runbook.scenario.horizon.text}"
    else:
        text += f" to {_window(runbook.scenario, absence.end)}"
    return text if absence.happens.value >= MOST else f"{text}, in {format_share(absence.happens)} of drills"


def explanation(runbook: Runbook) -> str:
    """What the windows are."""
    when = "" if runbook.scenario.moment is not None else ", in hours:minutes after the loss"
    text = "Done is about steps: whether services are back in time is in the report. "
    text += f"{format_share(runbook.within)} of drills start, and end, a step within its window{when}."
    text += " After: the step that most often is the last it waits for."
    home = most_frequent_site(runbook)
    return f"{text} Where no place is named it is {home}." if home else text


class _Table:
    """The steps, as wide as what stands in them."""

    def __init__(self, runbook: Runbook, page: Page) -> None:
        self.runbook = runbook
        self.page = page
        self.texts = step_texts(runbook)
        texts, _, after, starts, ends, _ = zip(*self.texts, strict=True)
        self.after = max(cell_len(number) for text in ("after", *after) for number in text.split())
        self.number = len(str(len(runbook.steps)))
        self.hang = MARGIN + self.number + 1
        for most in (WINDOW, HALF):
            times = [min(most, max(6, *map(cell_len, column))) for column in (starts, ends)]
            left = page.width - self.hang - self.after - sum(times) - len(BLANKS) - 5
            if left >= ROOM:
                break
        longest = max(cell_len(part) for text in texts for part in re.split(r"[\s./_-]", text))
        who = min(max(3, *(cell_len(step.who) for step in runbook.steps)), max(left * 2 // 5, LEAST_WHO))
        who = min(who, left - min(longest, left - LEAST_WHO))
        what = min(left - who, max(4, *map(cell_len, texts)))
        self.widths = [what, who, self.after, *times, len(BLANKS)]

    def write(self) -> None:
        """Say what the windows are, then the steps."""
        self._explain()
        texts = list(enumerate(self.texts, 1))
        plain, rare, never = map(len, self.runbook.parts)
        self._part(texts[:plain])
        if rare:
            self.page.blank()
            self.page.heading(f"RARE {rare}", f"in fewer than {100 * RARE:g} % of the drills that have most steps")
            self._part(texts[plain : plain + rare])
        if never:
            self.page.blank()
            self.page.heading(f"STARTED IN NO DRILL {never}", "wanted, and waiting to the end")
            self._part(texts[plain + rare :])

    def _part(self, texts: Sequence[tuple[int, tuple[str, ...]]]) -> None:
        """Steps below their heads."""
        self.page.blank()
        cells = [Cell(text, width, style="dim") for text, width in zip(HEADS, self.widths, strict=True)]
        self.page.row(cells, indent=self.hang)
        for number, (what, who, after, start, end, detail) in texts:
            self._step(number, [what, who, after, start, end, BLANKS])
            if detail:
                self.page.say(detail, indent=self.hang, hang=2, style="dim")

    def _explain(self) -> None:
        self.page.say(explanation(self.runbook))
        if any(min(step.happens.value, step.done.value) < MOST for step in self.runbook.steps if step.start):
            text = (
                f"A step that fewer than {100 * MOST:g} % of drills have says how many do; its windows are about those."
            )
            self.page.say(text, style="dim")

    def _step(self, number: int, texts: Sequence[str]) -> None:
        """The columns of a step, each on as many lines as it takes."""
        columns = [self.page.wrapped(text, width) for text, width in zip(texts, self.widths, strict=True)]
        for place, line in enumerate(zip_longest(*columns, fillvalue="")):
            first = Cell("" if place else str(number), self.number, "right", "dim")
            self.page.row([first, *(Cell(text, width) for text, width in zip(line, self.widths, strict=True))])


def _text(step: RunbookStep, home: str) -> str:
    if step.kind == "mobilise":
        text = f"mobilise to {step.site}" if step.site else "mobilise"
    else:
        text = f"{step.kind} {step.object}" if step.site == home else step.text.partition(" (time ")[0]
    return f"{text} (time {step.occasion})" if step.occasion > 1 else text


def _detail(step: RunbookStep, away: Sequence[str], goes_on: bool) -> str:
    """What is done, who is away, how often it happens, how often it is done, and how often it waits in vain."""
    parts = [step.brief] if step.brief else []
    if away:
        parts.append(f"away ({', '.join(away)}): there when it is back")
    if step.start is None:
        often = "" if step.waits.value >= MOST else f"in {format_share(step.waits)} of drills "
        return "; ".join([*parts, f"{often}{step.why}"])
    if goes_on:
        parts.append(f"and again later, up to {step.times} times in a drill")
    if step.happens.value < MOST:
        parts.append(f"in {format_share(step.happens)} of drills")
    if step.done.value < MOST and step.end is not None:
        parts.append(f"done in {format_share(step.done)} of those that start it")
    if step.waits.value > 1 - MOST:
        parts.append(f"waits in vain in {format_share(step.waits)}: {step.why}")
    return "; ".join(parts)


def _windows(scenario: Scenario, step: RunbookStep) -> tuple[str, str]:
    if step.start is None:
        return "in no drill", ""
    return _window(scenario, step.start), _window(scenario, step.end)


def _window(scenario: Scenario, window: Window | None) -> str:
    """`Tue 13:02 – 15:01`, `Tue 16:10 – Wed 08:30`, or one time where both are the same."""
    if window is None:
        return f"not within {scenario.horizon.text}"
    moment = scenario.moment
    if moment is None:
        first, last = (hours_minutes(nearest_minute(time)) for time in (window.low, window.high))
        return first if first == last else f"{first} – {last}"
    low, high = _wall(moment, window.low), _wall(moment, window.high)
    first, last = low.text(window.low), high.text(window.high)
    if first == last:
        return first
    same_day = low.day(window.low) == high.day(window.high)
    return f"{first} – {high.clock(window.high) if same_day else last}"


def _wall(moment: datetime, time: int) -> Wall:
    """The clock for one time: a day of the first week by its name alone, later ones with their date."""
    wall = Wall(moment)
    return wall if (wall.at(time).date() - moment.date()).days < 7 else Wall(moment, far=2)


def most_frequent_site(runbook: Runbook) -> str:
    """Where most steps are; empty if none has a place."""
    sites = Counter(step.site for step in runbook.steps if step.site and step.kind != "mobilise")
    return min(sites, key=lambda site: (-sites[site], site), default="")
