"""What a run found: the answer first, then how the services fared, why, who is hurt, and what the answer rests on."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from drsim.measures.drills import AGES
from drsim.measures.estimates import Mean, Quantile, Share
from drsim.reporting.causes import cause_table
from drsim.reporting.decided import Promise, by_hand, due_work, promise, promise_in_test, sits_out
from drsim.reporting.margins import margins
from drsim.reporting.numbers import NONE, UNKNOWN, Shown, count_parts, format_count, format_share, format_times
from drsim.reporting.page import MARGIN, WIDTH, Cell, Page, warning_style
from drsim.reporting.wall import Wall, moment_text
from drsim.studies.dossier import limits_in_working_hours
from drsim.units import HOUR

if TYPE_CHECKING:
    from drsim.model.scenario import Scenario
    from drsim.studies.result import Explanation, Outcome, Result

__all__ = [
    "EXPLAINED",
    "GROUPS",
    "Command",
    "answer",
    "due_texts",
    "every_rto_text",
    "most_interesting",
    "numbers_of",
    "plural",
    "service_texts",
    "summary",
    "turned_away_text",
    "worst_first",
]

EXPLAINED: Final = 5
"""Services of which it is told what held them up."""
GROUPS: Final = {
    "misses": "MISS A TARGET",
    "undecided": "TOO CLOSE TO CALL",
    "back in time": "BACK IN TIME",
    "no target": "NO TARGET",
    "keeps running": "KEEP RUNNING",
}
"""How services may fare, the worst first."""
_PARTS: Final = {
    "keeps running": ("keeps running", "keep running"),
    "back in time": ("comes back in time", "come back in time"),
    "misses": ("misses a target", "miss a target"),
    "undecided": ("is too close to call", "are too close to call"),
    "no target": ("has no target", "have no target"),
}
_IN_TEST: Final = {
    "met": ("is back in time", "are back in time"),
    "missed": ("misses its RTO", "miss their RTO"),
    "undecided": _PARTS["undecided"],
    None: ("has no RTO", "have no RTO"),
}
"""How services may fare in a test in a bubble."""
_OVER: Final = {
    3: ("citizens served", "on average, after"),
    2: ("citizens served", "on average, after"),
    1: ("served", "after"),
    0: ("", ""),
}
"""What stands above the ages of bars, by the columns that a bar has."""
_MARKS: Final = {"missed": "✗", "undecided": "~"}
WIDEST: Final = {"rto": 10, "half": 12, "most": 12, "in time": 22, "asked": 6, "data": 10}
"""Columns of the table of services."""
NAMED: Final = 4
"""Services that are named where the same is asked of the data of many."""
SHORTEST_TITLE: Final = 22
"""Of a service, where there is room for it."""
LONGEST_SITE: Final = 22
"""Of a title; where one is longer, sites go by their names."""
LONGEST_FILE: Final = 60
"""Of a file name in a command; a longer one is left to the reader."""


@dataclass(frozen=True)
class Command:
    """How the reader asked, so that what to type next can be written out."""

    scenario: str
    """As typed."""
    replications: int = 1_000
    seed: int = 1
    changes: tuple[str, ...] = ()
    """PATH=VALUE of each --set."""

    @property
    def place(self) -> str:
        """Where the scenario is from, for people."""
        return "standard input" if self.scenario == "-" else self.scenario

    def line(self, command: str, *options: str, drills: bool = False) -> list[str]:
        """The words of a command about the same drills; `drills`: with their number."""
        file = shlex.quote(self.scenario)
        known = file != "-" and cell_len(file) <= LONGEST_FILE  # what came by standard input is not there again
        words = ["drsim", command, file if known else "SCENARIO", *options]
        if drills and self.replications != 1_000:
            words += ["-n", str(self.replications)]
        if self.seed != 1 and command != "show":
            words += ["--seed", str(self.seed)]
        for change in self.changes:
            words += ["--set", shlex.quote(change)]
        return words


@dataclass
class _Table:
    """The columns of the table of services, as wide as what stands in them."""

    result: Result
    page: Page
    outcomes: Sequence[Outcome]
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    times: dict[str, tuple[Shown, Shown, Shown]] = field(default_factory=dict)
    """Half the drills, 95 % of them, data lost."""

    def __post_init__(self) -> None:
        self.horizon = self.result.plan.horizon
        self.ages = [age for age in AGES if age * HOUR <= self.horizon]
        self.times = {outcome.name: self._times(outcome) for outcome in self.outcomes}
        self.rows = {outcome.name: self._texts(outcome) for outcome in self.outcomes}
        self.asked = sorted({outcome.asked for outcome in self.outcomes if outcome.in_time is not None})
        self.heads = {
            "rto": ("", "", "RTO"),
            "half": ("back in", "half the", "drills"),
            "most": ("back in", "95 % of", "drills"),
            "in time": ("in time:", "asked of", f"{_percent(self.asked[0])} of drills" if self.asked else ""),
            "data": ("data", "lost,", "95 %"),
        }
        if len(self.asked) != 1:
            self.heads["in time"] = ("", "", "in time")
        if len(self.asked) > 1:
            self.heads["asked"] = ("", "", "asked")
        self.width = {
            key: min(WIDEST[key], max(map(cell_len, [*head, *(row[key] for row in self.rows.values())])))
            for key, head in self.heads.items()
        }
        self._room()

    def _room(self) -> None:
        """Give titles what is left, and bars less where that is too little."""
        longest = max([12, *(cell_len(self.page.clean(outcome.title)) for outcome in self.outcomes)])
        fixed = MARGIN + sum(width + 1 for width in self.width.values()) + 2 * 2 + 1  # two marks, and after the title
        for self.bar in (3, 2, 1, 0):
            above = _above([_age(age) for age in self.ages], self.bar) if self.bar else ""
            self.above = _OVER[self.bar] + (above,)
            self.space = max(self.bar * len(self.ages), *map(cell_len, self.above))
            room = self.page.width - fixed - self.space
            if room >= min(longest, SHORTEST_TITLE):
                break
        self.title = max(12, min(longest, room))

    def _texts(self, outcome: Outcome) -> dict[str, str]:
        rto = self.result.scenario.landscape.services[outcome.name].targets.rto
        texts = {
            "rto": NONE if rto is None else rto.text,
            "half": self.times[outcome.name][0].text,
            "most": self.times[outcome.name][1].text,
            "in time": NONE if outcome.in_time is None else format_share(outcome.in_time),
            "data": self._data_text(outcome),
            "asked": _percent(outcome.asked) if outcome.in_time is not None else NONE,
        }
        return {key: self.page.clean(text) for key, text in texts.items()}

    def _has_data(self, outcome: Outcome) -> bool:
        return bool(outcome.group.data)

    def _data_text(self, outcome: Outcome) -> str:
        if not self._has_data(outcome):
            return NONE
        return "not back" if math.isinf(outcome.data_loss.value) else self.times[outcome.name][2].text

    def _times(self, outcome: Outcome) -> tuple[Shown, Shown, Shown]:
        def shown(*quantiles: Quantile) -> list[Shown]:
            return format_times(((each.value, each.low, each.high) for each in quantiles), horizon_ms=self.horizon)

        half, most = shown(outcome.recovery[0.5], outcome.recovery[0.95])
        return half, most, shown(outcome.data_loss)[0]

    def _cells(self, title: str, texts: dict[str, str], marks: tuple[str, str], style: str) -> list[Cell]:
        cells = [Cell(title, self.title, style=style if any(marks) else "")]
        for key, width in self.width.items():
            if key == "data":
                text = f"{marks[1]} {texts[key]}" if marks[1] else texts[key]
                cells.append(Cell(text, width + 2, "right", style if marks[1] else ""))
                continue
            if key == "in time":
                cells.append(Cell(marks[0], 1, style=style))
            cells.append(Cell(texts[key], width))
        return cells

    def head(self) -> None:
        """Three lines of what the columns are."""
        for number in range(3):
            texts = {key: head[number] for key, head in self.heads.items()}
            cells = [cell._replace(style="dim") for cell in self._cells("", texts, ("", ""), "")]
            self._row(cells, self.above[number] if self.ages else "", "dim")

    def line(self, outcome: Outcome) -> None:
        """One service."""
        marks = (_MARKS.get(outcome.verdict or "", ""), _MARKS.get(outcome.data_verdict or "", ""))
        style = warning_style(outcome.fared) if any(marks) else ""
        cells = self._cells(outcome.title, self.rows[outcome.name], marks, style)
        self._row(cells, self.page.bars(outcome.profile[: len(self.ages)], self.bar) if self.bar else "")

    def _row(self, cells: Sequence[Cell], bars: str, style: str = "") -> None:
        """Cells, and what stands in the place of the bars."""
        self.page.row(cells)
        line = self.page.lines[-1]
        if bars:
            line.pad_right(max(1, self.page.width - self.space - line.cell_len))
            line.append(bars, style)

    def intervals(self) -> None:
        """The intervals of all times: beside each other, or under the title where that would leave it no room."""
        heads = ("back in half", "back in 95 %", "data lost, 95 %")
        rows: list[tuple[str, list[str]]] = []
        for outcome in self.outcomes:
            if outcome.fared == "keeps running" and not outcome.data_loss.value:
                continue
            half, most, data = map(_interval, self.times[outcome.name])
            ends = (half, most, data if self._has_data(outcome) else NONE)
            rows.append((outcome.title, [self.page.clean(text) for text in ends]))
        if not rows:
            return
        page, confidence = self.page, f"{100 * self.result.confidence:g} %"
        page.blank()
        page.heading("INTERVALS", f"{confidence} intervals of the times: the earliest and the latest they may be")
        widths = [max(map(cell_len, column)) + 2 for column in zip(heads, *(row[1] for row in rows), strict=True)]
        longest = max(cell_len(page.clean(title)) for title, _ in rows)
        title = page.width - MARGIN - sum(width + 1 for width in widths)
        if title < min(longest, SHORTEST_TITLE):
            for name, texts in rows:
                page.say(name, most=1)
                page.say(" · ".join(f"{head}: {text}" for head, text in zip(heads, texts, strict=True)), indent=6)
            return
        title = min(longest, title)
        page.row([Cell("", title), *(Cell(head, w, "right", "dim") for head, w in zip(heads, widths, strict=True))])
        for name, texts in rows:
            page.row([Cell(name, title), *(Cell(text, w, "right") for text, w in zip(texts, widths, strict=True))])

    def signs(self) -> list[str]:
        """What the signs before times and shares in the table mean, of those that are in it."""
        rows = [self.rows[outcome.name] for outcome in self.outcomes if outcome.fared != "keeps running"]
        times = [row[key] for row in rows for key in ("half", "most", "data")]
        shares = [row["in time"] for row in rows]
        found = []
        for sign, text in _SIGN_TEXTS.items():
            if any(time.startswith(self.page.clean(sign)) and not time.startswith(f"{sign}=") for time in times):
                found.append(f"{sign}: {text}")
        bounds = [sign for sign in "<>" if any(share.startswith(sign) for share in shares)]
        if bounds:
            found.append(f"{' or '.join(bounds)} before a share: so in {_ALL_OR_NONE[''.join(bounds)]} of these drills")
        return found


_SIGN_TEXTS: Final = {
    UNKNOWN: "too few drills to say",
    "≥": "the interval has no upper end yet; run more drills",
    "≤": "at most, too little to tell from nothing",
    ">": "not back by then",
}
_ALL_OR_NONE: Final = {"<": "none", ">": "all", "<>": "none or all"}


def _interval(shown: Shown) -> str:
    """Both ends as one text: `2 h 28 – 2 h 40`."""
    if shown.low == shown.high:
        return shown.low
    return f"{'0' if shown.low == NONE else shown.low} – {shown.high}"


def summary(
    result: Result,
    *,
    command: Command,
    explained: Sequence[Explanation] = (),
    intervals: bool = False,
    page: Page | None = None,
    numbers: tuple[int, int] | None = None,
) -> Page:
    """What a run found; `explained`: why the most interesting services took so long; `numbers`: (assumed, all)."""
    page = Page() if page is None else page
    _opening(result, command, page)
    page.blank()
    page.say(answer(result), style="bold", indent=MARGIN)
    if result.every_rto is not None:
        page.say(every_rto_text(result.every_rto))
    verdicts = [verdict for outcome in result.outcomes for verdict in (outcome.verdict, outcome.data_verdict)]
    if "undecided" in [*verdicts, *(each.verdict for each in result.tried if each.drills)]:
        page.say(f"More drills may settle what is too close to call: -n {10 * command.replications}")
    page.blank()
    _trial(result, page)
    _services(result, page, intervals)
    page.blank()
    margins(result, page, everything=intervals)
    if explained:
        counts = {len(each.drills) for each in explained}
        several = mean_of(max(counts)) if len(counts) == 1 else f"mean of up to {max(counts)} drills"
        around = f"{several} around P95"
        page.heading("WHAT HELD THEM UP", f"hours:minutes, {around}; each column adds up to its time")
        more = {each.service: len(alike(result, each.service)) - 1 for each in explained}
        titles = [
            result.outcome(name).title + (f" and {number} more" if number else "") for name, number in more.items()
        ]
        cause_table(page, titles, explained)
        page.blank()
    _due(result, page)
    _by_hand(result, page)
    _citizens(result, page)
    _planned(result, page)
    _unprotected(result, page)
    if numbers is not None:
        text = f"{numbers[0]} of the {numbers[1]} numbers behind this are assumptions"
        page.label("ASSUMED", text, label_style="bold", indent=1)
    _closer(result, command, explained, page)
    return page


def most_interesting(result: Result, most: int = EXPLAINED) -> list[str]:
    """The services that are explained, as they stand in the table: those that miss a target, then the undecided, then the
    slowest of all others; of those that are alike the first.
    """
    down = [outcome for outcome in result.outcomes if outcome.recovery[0.95].value > 0]
    last = list(GROUPS).index("back in time")
    slow = sorted(down, key=lambda outcome: (min(worst_first(outcome)[0], last), *worst_first(outcome)[1:]))
    found: list[str] = []
    covered: set[str] = set()
    for outcome in slow:
        if outcome.name not in covered and len(found) < most:
            found.append(outcome.name)
            covered.update(alike(result, outcome.name))
    return sorted(found, key=lambda name: worst_first(result.outcome(name)))


def alike(result: Result, service: str) -> list[str]:
    """The services that were away just as long in half the drills, in 95 %, and in the same drills around that."""

    def key(outcome: Outcome) -> tuple[float, float, tuple[int, ...]]:
        times = (outcome.recovery[0.5].value, outcome.recovery[0.95].value)
        return (*times, result.around(outcome.name, 0.95) if times == wanted_times else ())

    wanted = result.outcome(service)
    wanted_times = (wanted.recovery[0.5].value, wanted.recovery[0.95].value)
    return [outcome.name for outcome in result.outcomes if key(outcome) == key(wanted)]


def answer(result: Result) -> str:
    """The answer in one sentence, or in two where a test in a bubble has one of its own, which comes first."""
    if result.scenario.tests is None:
        return _of_services(result)
    return f"{_of_test(result)} Production: {_lower(_of_services(result))}"


def _of_test(result: Result) -> str:
    """How the services fare in a test in a bubble."""
    found = promise_in_test(result)
    if found is None:
        return "The test begins in no drill."
    fared = [each.verdict for each in result.tried]
    said = _said("Every RTO met in the test?", found)
    parts = [f"{fared.count(key)} {text[fared.count(key) > 1]}" for key, text in _IN_TEST.items() if key in fared]
    return f"{said} Of {len(fared)} {plural('service', len(fared))} {', '.join(parts)}."


def _of_services(result: Result) -> str:
    fared = [outcome.fared for outcome in result.outcomes]
    if not fared:
        return "There are no services to look at."
    counts = {key: fared.count(key) for key in _PARTS if key in fared}
    if len(fared) == 1:
        return f"{_verdict(result)} The only service {_PARTS[fared[0]][0]}."
    parts = ", ".join(f"{number} {_PARTS[key][number > 1]}" for key, number in counts.items())
    return f"{_verdict(result)} Of {len(fared)} services {parts}."


def _said(question: str, found: Promise) -> str:
    answers = {"missed": "No", "undecided": "Too close to call", "met": "Yes"}
    return f"{question} {answers[found]}." if found in answers else "Nothing is promised."


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def every_rto_text(share: Share) -> str:
    """In which share of drills all went well."""
    return f"Every RTO is met in {format_share(share)} of drills."


def _verdict(result: Result) -> str:
    return _said("Every target met?", promise(result))


def _opening(result: Result, command: Command, page: Page) -> None:
    scenario = result.scenario
    page.two_sided(scenario.title, command.place)
    if scenario.question:
        page.say(scenario.question, indent=0, most=4)
    parts = [moment_text(scenario.moment)]
    parts.append(f"{scenario.horizon.text} ahead")
    parts.append(f"{result.replications:,} {plural('drill', result.replications)}")
    parts.append(f"seed {result.seed}")
    if sits_out(scenario):
        parts.append(f"a lost site is sat out for {scenario.response.wait.text} before failover is declared")
    page.say(" · ".join(parts), indent=0, style="dim")
    if result.stopped is not None:
        page.label("PRECISION", result.stopped, label_style="bold", indent=0)
    if result.interrupted:
        text = f"of {command.replications:,} drills {result.replications:,} were finished, and this is about those"
        page.label("INTERRUPTED", text, label_style="bold red", indent=0)


def _services(result: Result, page: Page, intervals: bool) -> None:
    order = sorted(result.outcomes, key=worst_first)
    table = _Table(result, page, order)
    if any(outcome.fared != "keeps running" for outcome in order):
        table.head()
    for fared, heading in GROUPS.items():
        group = [outcome for outcome in order if outcome.fared == fared]
        if not group:
            continue
        if fared == "keeps running":
            page.heading(f"{heading} {len(group)}", "never below their minimum", style=warning_style("back in time"))
            page.say(" · ".join(_kept(outcome) for outcome in group))
            continue
        page.heading(f"{heading} {len(group)}", style=warning_style(fared))
        for outcome in group:
            table.line(outcome)
        _data_asked(result, page, group)
    _legend(result, page, table)
    if intervals:
        table.intervals()


def service_texts(result: Result) -> list[tuple[Outcome, dict[str, str]]]:
    """The services, the worst first, each with what is told of it: rto, half, most, in time, data, asked."""
    table = _Table(result, Page(), sorted(result.outcomes, key=worst_first))
    return [(outcome, table.rows[outcome.name]) for outcome in table.outcomes]


def _data_asked(result: Result, page: Page, group: Sequence[Outcome]) -> None:
    """What is asked of the data of services that miss that, or may, and how often it is kept; the same is said once."""
    found: dict[tuple[str, str], list[str]] = {}
    for outcome in group:
        rpo = result.scenario.landscape.services[outcome.name].targets.rpo
        if outcome.data_verdict in _MARKS and outcome.data_in_time is not None and rpo is not None:
            asked = f"at most {rpo.text} of data lost in {_percent(outcome.asked)} of drills"
            kept = f"kept in {format_share(outcome.data_in_time)}"
            found.setdefault((_MARKS[outcome.data_verdict], f"{asked}; {kept}"), []).append(outcome.title)
    for (mark, text), titles in found.items():
        more = f" and {len(titles) - NAMED} more" if len(titles) > NAMED + 1 else ""
        whose = "" if len(group) == 1 else f" of {', '.join(titles[:NAMED] if more else titles)}{more}"
        page.say(f"{mark} asked{whose}: {text}", indent=MARGIN + 2, hang=2)


def worst_first(outcome: Outcome) -> tuple[int, float, float, str]:
    """What services are sorted by, those that fared worst on top."""
    fared = list(GROUPS).index(outcome.fared)
    share = 1.0 if outcome.in_time is None or fared > 1 else outcome.in_time.value
    return fared, share, -outcome.recovery[0.95].value, outcome.name


def _kept(outcome: Outcome) -> str:
    """A service that keeps running, with how far down it goes on average."""
    ages = [level for level, age in zip(outcome.profile, AGES, strict=True) if age]
    lowest = min(ages, default=1.0)
    if lowest >= 0.995:
        return outcome.title
    age = AGES[ages.index(lowest)]
    return f"{outcome.title} (serves {100 * lowest:.0f} % after {_age(age, ' ')})"


def _legend(result: Result, page: Page, table: _Table) -> None:
    outcomes = table.outcomes
    verdicts = {verdict for outcome in outcomes for verdict in (outcome.verdict, outcome.data_verdict)}
    parts = [f"{_MARKS[verdict]} {text}" for verdict, text in _MARK_TEXTS.items() if verdict in verdicts]
    if any(outcome.fared != "keeps running" for outcome in outcomes):
        if table.bar and table.ages:
            digits = "bars from 0, nobody, to 9, everybody"
            parts.append(digits if page.ascii_only else "bars from · nobody to █ everybody")
        parts += [f"in brackets {100 * result.confidence:g} % intervals"]
        parts.append("times are rounded to their own error (--intervals)")
        parts += table.signs()
        if not table.bar and page.width < WIDTH:
            parts.append(f"a page of {WIDTH} columns also shows how many citizens are served as time goes by")
    if parts:
        page.say("; ".join(parts) + ".", style="dim")
    if any(outcome.fared != "keeps running" for outcome in outcomes) and (text := _working_hours(result)):
        page.say(text, style="dim")


_MARK_TEXTS: Final = {"missed": "misses what is asked", "undecided": "too close to call"}


def _working_hours(result: Result) -> str:
    """When targets in working hours end on the wall clock, for an interruption from the moment on."""
    limits = limits_in_working_hours(result)
    if not limits:
        return ""
    text = "wh: working hours, Mon-Fri 9:00-17:00 except Dutch holidays"
    wall = Wall(result.scenario.moment, far=2)
    shown = [f"{name} end on {wall.text(end)}" for name, end in limits if end is not None]
    return f"{text}. Counted from the moment, {', '.join(shown)}." if shown else f"{text}."


def due_texts(result: Result) -> list[tuple[str, str]]:
    """(what must be done by a date, `missed in 12 % (8–17)`) of all that is due in some drill."""
    found = []
    for each in due_work(result):
        text = f"missed in {format_share(each.missed)}"
        if each.by_hand.successes:
            text += f", kept only by hand or elsewhere in {format_share(each.by_hand)}"
        found.append((f"{each.title} of {each.service}", text))
    return found


def _due(result: Result, page: Page) -> None:
    """What must be done by a date, and how often that is missed."""
    rows = due_texts(result)
    if not rows:
        return
    page.heading(f"DUE {len(rows)}", "by a date: in which share of drills one is missed")
    for title, text in rows:
        page.label(f"{title}:", text, label_style="bold", hang=2)
    page.blank()


def _trial(result: Result, page: Page) -> None:
    """What a test in a bubble would have taken."""
    tests = result.scenario.tests
    if tests is None:
        return
    begun = max((each.drills for each in result.tried), default=0)
    often = f"it begins in {begun:,} of {result.replications:,} drills"
    page.heading(f"IN THE TEST OF THE LOSS OF {tests.site}", f"until it serves in the bubble; {often}")
    for each in result.tried:
        if each.back is None:
            continue
        quantiles = [each.recovery[p] for p in (0.5, 0.95)]
        shown = format_times((q.value, q.low, q.high) for q in quantiles)
        texts = ["not back" if math.isinf(q.value) else text.text for q, text in zip(quantiles, shown, strict=True)]
        times = [f"P50 {texts[0]}", f"P95 {texts[1]}"]
        if each.back.successes < each.drills:
            times.append(f"is there in {format_share(each.back)}")
        if each.in_time is not None:
            kept = f"within its RTO in {format_share(each.in_time)}"
            mark = _MARKS.get(each.verdict or "")
            times.append(f"{mark} {kept}, asked: {_percent(each.asked)}" if mark else kept)
        page.label(f"{each.title}:", " · ".join(times), label_style="bold", hang=2)
    page.blank()


def _by_hand(result: Result, page: Page) -> None:
    """How long services are served by hand on average, those that ever are; the longest first."""
    found = by_hand(result)
    if not found:
        return
    page.label(
        "SERVED BY HAND", "hours on average, where that is more than the systems give", label_style="bold", indent=1
    )
    parts = []
    for outcome, time in found:
        parts.append(f"{outcome.title} {format_count(time.value / HOUR, _half(time) / HOUR)}")
    page.say(" · ".join(parts), hang=2)


def _elsewhere(result: Result, page: Page) -> None:
    """How many another counter served."""
    parts = [
        f"{outcome.title} {_counted(outcome.elsewhere)}"
        for outcome in result.outcomes
        if outcome.elsewhere is not None and outcome.elsewhere.value
    ]
    if parts:
        page.say(f"served at another counter: {' · '.join(parts)}", hang=2)


def turned_away_text(result: Result) -> str:
    """`650 ±50 of 131,300 contacts in opening hours`; empty where there is no demand."""
    lost, contacts = result.turned_away
    if not contacts.value:
        return ""
    all_of_them = f"{_counted(contacts)} contacts in opening hours"
    if lost.value:
        return f"{_counted(lost)} of {all_of_them}"
    few = f" (on average <{count_parts(0.0, 0.0, lost.high).high})" if math.isfinite(lost.high) else ""
    return f"nobody{few} of {all_of_them}"


def _citizens(result: Result, page: Page) -> None:
    text = turned_away_text(result)
    if not text:
        return
    page.label("CITIZENS TURNED AWAY", text, label_style="bold", indent=1)
    _elsewhere(result, page)
    if not result.turned_away[0].value:
        return
    sites = result.scenario.landscape.sites
    by_title = all(cell_len(sites[name].title) <= LONGEST_SITE for name in result.turned_away_by_municipality)
    parts = []
    for name, mean in result.turned_away_per_1000.items():
        title = sites[name].title if by_title else ""
        parts.append(f"{title or name} {format_count(mean.value, _half(mean))}")
    if parts:
        page.say(f"per 1,000 inhabitants: {' · '.join(parts)}", hang=2)


def _planned(result: Result, page: Page) -> None:
    """How long going home takes away the service of which that is longest."""
    down = [outcome for outcome in result.outcomes if outcome.planned is not None and outcome.planned.value > 0]
    if not down:
        return
    worst = max(down, key=lambda outcome: outcome.planned.value if outcome.planned is not None else 0)
    mean = worst.planned
    assert mean is not None
    text = format_times([(mean.value, mean.low, mean.high)], horizon_ms=result.plan.horizon)[0].text
    more = f" and {len(down) - 1} more" if len(down) > 1 else ""
    text = f"{text} (mean) below its minimum to go home, which no RTO counts: {worst.title}{more}"
    page.label("PLANNED", text, label_style="bold", indent=1)


def _unprotected(result: Result, page: Page) -> None:
    """How long a second failure would find no standby, of the service of which that is longest."""
    bare = [outcome for outcome in result.outcomes if outcome.unprotected.value > 0]
    if not bare:
        return
    worst = max(bare, key=lambda outcome: outcome.unprotected.value)
    time = worst.unprotected
    shown = format_times([(time.value, time.low, time.high)], horizon_ms=result.plan.horizon)[0]
    if time.value >= result.plan.horizon:
        text = f"all {result.scenario.horizon.text}"
        if time.low < result.plan.horizon:
            text += f" (from {shown.low})"
    else:
        text = shown.text if shown.low == shown.high else f"{shown.text} ({shown.low} to {shown.high})"
    alike = sum(outcome.unprotected.value == time.value for outcome in bare)
    whose = worst.title if alike == 1 else f"something that {alike} services rest on"
    more = f", and for less {len(bare) - alike} more" if len(bare) > alike else ""
    text = f"{text} (P95) in which a second failure finds no standby: {whose}{more}"
    page.label("UNPROTECTED", text, label_style="bold", indent=1)


def _closer(result: Result, command: Command, explained: Sequence[Explanation], page: Page) -> None:
    """What to type next."""
    lines: list[tuple[list[str], str]] = []
    if explained:
        worst = explained[0]
        lines.append((command.line("explain", worst.service, drills=True), ""))
        drill = middle_drill(worst)
        words = command.line("replay", "--drill", str(drill), "--service", worst.service)
        lines.append((words, "(a bad day)"))
    if (late := next((each for each in result.tried if each.verdict == "missed"), None)) is not None:
        lines.append((command.line("replay", "--drill", str(late.late)), f"({late.title} is late in the test)"))
    lines.append((command.line("plan"), "(what is lost, and who does what)"))
    lines.append((command.line("show", "--assumptions"), "(every number, and where it is from)"))
    page.blank()
    for number, (words, why) in enumerate(lines):
        write_command(page, " Closer: " if number == 0 else " " * 9, words, why)


def write_command(page: Page, label: str, words: Sequence[str], why: str = "") -> None:
    """A command that can be copied: where it is too long it goes on after a backslash."""
    room = page.width - len(label) - 2
    lines, line = [], ""
    for word in _units(words):
        if line and cell_len(f"{line} {word}") > room:
            lines.append(f"{line} \\")
            line = "  " + word
        else:
            line = f"{line} {word}".lstrip() if not line.startswith("  ") else f"{line} {word}"
    if why and cell_len(f"{line}   {why}") <= page.width - len(label):
        line = f"{line}   {page.clean(why)}"
    for number, text in enumerate([*lines, line]):
        page.raw((label if number == 0 else " " * len(label)) + text)


def _units(words: Sequence[str]) -> list[str]:
    """Words, an option together with its value."""
    found: list[str] = []
    for word in words:
        if found and found[-1].startswith("-") and " " not in found[-1] and not word.startswith("-"):
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def middle_drill(explanation: Explanation) -> int:
    """The drill in the middle of those that were explained."""
    return explanation.drills[len(explanation.drills) // 2]


def numbers_of(scenario: Scenario) -> tuple[int, int]:
    """(assumed, all) numbers of a scenario."""
    from drsim.reading import assumptions

    found = assumptions(scenario)
    return sum(1 for each in found if each.source is None), len(found)


def _percent(share: float) -> str:
    return f"{100 * share:g} %"


def _age(hours: int, space: str = "") -> str:
    return f"{hours}{space}h" if hours < 24 else f"{hours // 24}{space}d"


def _counted(mean: Mean) -> str:
    """A number of contacts; what differs only as floats do is exact."""
    half = _half(mean)
    return format_count(round(mean.value, 6), 0.0 if half < 1e-9 else half)


def _half(mean: Mean) -> float:
    """How far a mean may be off, on the side where that is more."""
    return max(mean.high - mean.value, mean.value - mean.low)


def plural(word: str, number: int) -> str:
    """`1 drill`, `2 drills`, without the number."""
    return word if number == 1 else f"{word}s"


def mean_of(number: int) -> str:
    """What numbers are the mean of."""
    return f"mean of the {number} drills" if number > 1 else "of the drill"


def _above(labels: Sequence[str], width: int) -> str:
    """Labels each above a bar of this width; one for which there is no room before the next one or the last is left out."""
    if not labels:
        return ""
    line, last = "", (len(labels) - 1) * width
    for number, label in enumerate(labels[:-1]):
        begin = number * width
        if (not line or begin > len(line)) and begin + len(label) < last:
            line = line.ljust(begin) + label
    return line.ljust(last) + labels[-1]
