"""One drill, told as it was: all that happened, or what kept one service waiting."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from drsim.measures.drills import Interruption
from drsim.measures.due import MISSED
from drsim.measures.explanation import CAUSES, Segment
from drsim.measures.held import lack, lost_ground
from drsim.model.bubble import is_twin
from drsim.model.landscape import ALWAYS
from drsim.planning.plan import INCIDENT_KINDS, NEVER, Outage, Plan, Skills
from drsim.reporting.numbers import plain
from drsim.reporting.page import Cell, Page, hours_minutes
from drsim.reporting.wall import Wall, moment_text, nearest_minute
from drsim.simulation.trajectory import DONE, FAILED, GIVEN_UP, INTERRUPTED, RUNNING, STUCK, WAITING, Row, why_that_copy
from drsim.units import DAY, MINUTE

if TYPE_CHECKING:
    from drsim.studies.replay import Replay

__all__ = ["answer", "because", "crew_text", "outage_text", "shown_minutes", "timeline", "title_of", "wall_of"]

MOST_WAITS = 4
"""Reasons that are named for one wait; the rest is summed."""
MOST_TIMES = 3
"""Times without a standby that are told of one component; the rest is counted."""
FEW = 5
"""Steps of incidents that begin together and are told one by one; more are told as one."""
LEAST = 0.05
"""Contacts that are told of; fewer would be shown as none."""
_ROOM = {True: "makes room: what it uses is given to others", False: "has its room again"}


def timeline(replay: Replay, service: str | None = None, page: Page | None = None) -> Page:
    """The drill as a log, or the interruptions of one service as segments that add up."""
    page = Page() if page is None else page
    if service is None:
        _Log(replay, page).write()
    else:
        _Story(replay, page, service).write()
    return page


def answer(replay: Replay) -> str:
    """How it went, in one sentence."""
    all_of_them = [replay.interruptions(service) for service in replay.plan.structure.services]
    found = [[what for what in each if not what.planned or not what.back] for each in all_of_them]
    down = [each for each in found if each]
    if not down:
        return "no service goes below its minimum"
    if len(down) == 1:
        went = f"1 of {len(found)} services goes below its minimum"
    else:
        went = f"{len(down)} of {len(found)} services go below their minimum"
    if away := sum(any(not what.back for what in each) for each in down):
        return f"{went}, {away} {'is' if away == 1 else 'are'} not back by the end"
    last = max(what.end for each in down for what in each)
    return f"{went}, {'it is' if len(down) == 1 else 'the last is'} back on {wall_of(replay).text(last)}"


def title_of(plan: Plan, service: str) -> str:
    """What people call a service."""
    return plan.scenario.landscape.services[service].title or service


def crew_text(plan: Plan, crew: Iterable[tuple[int, int]], skills: Skills = ()) -> str:
    """`infra`, `2 infra + network`, or `infra (oracle)`."""
    return plan.crew_text(crew, skills)


def outage_text(plan: Plan, outage: Outage) -> str:
    """What an outage takes away: `site haaren is lost`."""
    structure = plan.structure
    if (partition := next((each for each in plan.partitions if each.name == outage.name), None)) is not None:
        home, there = (structure.sites[structure.deployments[d][1]] for d in (partition.home, partition.standby))
        text = f"component {structure.components[partition.component]} at {home} is out of reach of {there}"
        return text if partition.alone else f"{text} and of {structure.sites[partition.witness]}, and stops"
    match outage.kind:
        case "site":
            site = structure.sites[outage.targets[0]]
            return f"site {site} has no power" if outage.name in plan.power else f"site {site} is lost"
        case "power":
            return f"the mains of {structure.sites[outage.targets[0]]} fail"
        case "link":
            links = [structure.links[link][0] for link in outage.targets]
            return f"link {links[0]} is cut" if len(links) == 1 else f"links {', '.join(links)} are cut"
        case "team":
            team = outage.targets[0]
            some = outage.heads < plan.people[team]
            return f"{f'{outage.heads} of ' if some else ''}team {structure.teams[team]} away"
        case "corruption":
            names = sorted({structure.components[structure.deployments[d][0]] for d in outage.targets})
            return f"data of {' and '.join(names)} is corrupt"
    places: dict[str, list[str]] = {}
    for c, s in sorted(structure.deployments[d] for d in outage.targets):
        places.setdefault(structure.components[c], []).append(structure.sites[s])
    if len(places) == 1:
        return "".join(f"component {name} breaks at {', '.join(sites)}" for name, sites in places.items())
    together: dict[str, list[str]] = {}
    for name, sites in sorted(places.items()):
        together.setdefault(" and ".join(sites), []).append(name)
    where = [f"{', '.join(names)} at {sites}" for sites, names in together.items()]
    return f"{'; '.join(where)} break together"


def by_hand_text(plan: Plan, service: str, span: tuple[int, int], wall: Wall) -> str:
    """`served by hand from Tue 12 10:30 to 14:00, at 40 %`."""
    manual = plan.scenario.landscape.services[service].manual
    assert manual is not None
    since, until = wall.text(span[0]), wall.text(span[1])
    if wall.day(span[0]) == wall.day(span[1]):
        until = wall.clock(span[1])
    hours = "" if manual.open == ALWAYS else f", {manual.open}"
    return f"served by hand from {since} to {until}, at {manual.level.text}{hours}"


def moves_text(replay: Replay, service: str) -> str:
    """`1.8 of counter-haaren at counter-boxtel`."""
    parts = []
    for point, other, number in replay.moves(service):
        if 0 < number < LEAST:
            continue
        count = f"{number:,.1f}" if number else "some"
        parts.append(f"{count} of {point} at {other}")
    return " · ".join(parts)


_Told: TypeAlias = tuple[int, int, float, str, str]
_Alike: TypeAlias = dict[tuple[int, str, str], list[tuple[str, _Told]]]
"""(time, how it is over, who) -> what is cut off, and what is told of it alone"""


def _folded(alike: _Alike) -> Iterable[_Told]:
    """What begins or ends at one instant for many that are cut off alike, in one line."""
    for (time, how, who), several in alike.items():
        if len(several) <= FEW:
            yield from (told for _, told in several)
            continue
        text = f"{len(several)} {who}"
        if how.startswith("over"):
            text = f"{text.removesuffix(', which stop')}: {how}"
        names = _few([name.removesuffix(".fenced") for name, _ in several])
        yield time, 0, min(told[2] for _, told in several), f"{text}: {names}", "bold"


def _few(names: Sequence[str]) -> str:
    """`a, b, c, d, e, and 9 more`."""
    rest = [f"and {len(names) - FEW} more"] if len(names) > FEW else []
    return ", ".join([*names[:FEW], *rest])


def due_title(plan: Plan, service: str, name: str) -> str:
    """`payday of benefits`."""
    return f"{plan.scenario.landscape.services[service].due[name].title or name} of {title_of(plan, service)}"


def because(segment: Segment, *, tried: bool = False) -> str:
    """What a wait was for: `dba busy, last with start sql-server`; `tried` if a step in a bubble waited."""
    if segment.cause == "team busy" and segment.detail == "freed for a test":
        return f"too few of {segment.team} are freed for it" if tried else f"{segment.team} freed for a test"
    if segment.cause == "team busy" and segment.detail:
        return f"{segment.team} busy, last with {segment.detail}"
    detail = segment.detail or segment.team
    both = f"{segment.detail}: {segment.team}" if segment.detail and segment.team else detail
    return f"{segment.cause} ({both})" if both else segment.cause


def shown_minutes(begin: int, end: int) -> int:
    """The minutes between two times as they are shown, so that what is shown adds up."""
    return nearest_minute(end) - nearest_minute(begin)


@dataclass
class _Log:
    replay: Replay
    page: Page

    def __post_init__(self) -> None:
        self.plan = self.replay.plan
        self.drill = self.replay.trajectory
        self.wall = wall_of(self.replay)
        self.several = len({row.incident for row in self.drill.rows}) > 1
        self.last = ""
        ends = [0, *(row.end for row in self.drill.rows if row.end >= 0)]
        times = [*ends, *(time for _, _, time, _ in self.replay.due)]
        self.day = max(len(self.wall.day(time)) for time in times)
        self.clock = max(len(self.wall.clock(time)) for time in times)
        self.end = max(len(self.wall.text(end)) for end in ends)
        used = 2 + self.day + 1 + self.clock + 1 + self.end + 1 + 6 + 2
        crews = [len(crew_text(self.plan, row.crew, row.what.skills)) for row in self.drill.rows]
        self.who = min(max([0, *crews]), 20)
        self.what = self.page.width - used - self.who - 1
        self.hang = used

    def write(self) -> None:
        """All events in order of time."""
        page = self.page
        _opening(self.replay, page, answer(self.replay))
        cells = [
            Cell("", self.day),
            Cell("from", 5),
            Cell("to", self.end),
            Cell("h:mm", 6, "right"),
            Cell("", 0),
            Cell("what", self.what),
            Cell("who", self.who),
        ]
        page.row([cell._replace(style="dim") for cell in cells])
        events = sorted(self._events(), key=lambda event: event[:3])
        for like, several in groupby(((time, what, style) for time, _, _, what, style in events), self._alike):
            together = list(several)
            if like is not None and len(together) > FEW:
                self._fold([row for _, row, _ in together if isinstance(row, Row)])
                continue
            for time, what, style in together:
                if isinstance(what, Row):
                    self._row(what)
                else:
                    self._event(time, what, style)
        self._undone()
        self._unprotected()
        self._services()

    def _events(self) -> Iterable[tuple[int, int, float, Row | str, str]]:
        """(time, what comes first at one instant, its order in that, what, style).

        At one instant first all that was applied then, in that order: outages, and steps that take no time; what goes
        below its minimum comes after the outages. Then come what is back, and the steps that go on from there.
        """
        places: dict[Any, list[int]] = defaultdict(list)
        for place, cause in enumerate(self.drill.applied):
            if isinstance(cause, tuple):
                places[cause].append(place)
        alike: _Alike = defaultdict(list)
        struck: dict[int, float] = defaultdict(lambda: math.inf)  # time -> the place of the last outage that began then
        for outage in self.plan.outages:
            spans = self.drill.outages.get(outage.name, ())
            found_at = [self.drill.found_at.get((outage.name, begin)) for begin, _ in spans]
            begun, over = (places[outage.name, how] + [-1] * len(spans) for how in ("begins", "ends"))
            for (begin, end), found, place, last in zip(spans, found_at, begun, over, strict=False):
                if begin < self.plan.horizon:
                    if outage.kind != "power":
                        struck[begin] = max(place, struck.get(begin, -1))
                    unseen = ", which nobody sees" if found is not None else ""
                    text = outage_text(self.plan, outage)
                    if outage.kind == "corruption":
                        text += f", detected {plain(begin - self.drill.began[outage.name])} after it began"
                    told = (begin, 0, place, f"{outage.name}: {text}{unseen}", "bold")
                    alike[begin, unseen, self._side(outage)].append((outage.name, told))
                if found is not None and found < self.plan.horizon:
                    yield found, 0, math.inf, f"{outage.name}: found", "bold"
                if end < self.plan.horizon:
                    how_over = f"over{self._split(outage, end)}"
                    alike[end, how_over, self._side(outage)].append(
                        (outage.name, (end, 0, last, f"{outage.name}: {how_over}", "bold"))
                    )
            if not spans and outage.name in self.plan.scenario.disruptions:
                before = self.drill.outages[outage.follows] if outage.follows else ((0, 0),)
                since = self.drill.began.get(outage.follows, before[0][0] if before else NEVER)
                if before and since < self.plan.horizon:
                    yield since, 0, len(self.drill.applied), f"{outage.name}: does not happen this time", "bold"
        yield from _folded(alike)
        for time, group, (point, c, copy) in self.drill.points_taken:
            whose = f"{self.plan.structure.components[c]}'s {self.plan.copies[c][copy].name}"
            yield time, 1, math.inf, f"group {group} goes back to {self._far(point).text(point)}, of {whose}", ""
        yield from self._trial()
        for event in self.drill.supply:
            yield event.time, 0, -1, f"{self.plan.structure.sites[event.site]}: {event.what}", ""
        for (time, planned), names in self._gone().items():
            whose = f"{len(names)} services below their minimum" if len(names) > 1 else "below its minimum"
            whose += ", as planned" if planned else ""
            yield time, 0, struck[time] + 0.5, f"{whose}: {', '.join(names)}", "bold red"
        for number, ((time, length), names) in enumerate(self._back().items()):
            verb = "is" if len(names) == 1 else "are"
            yield time, 1, number, f"{', '.join(names)} {verb} back after {hours_minutes(length)}", "bold green"
        for name, ends in self._split_ends.items():
            cuts = self.drill.outages.get(name, ())
            for time, ended in ends.items():
                if not any(end == time for _, end in cuts):
                    yield time, 0, len(self.drill.applied), f"{name}: no longer split: {ended}", "bold"
        for time, text in self._meanwhile():
            yield time, 1, math.inf, text, "bold"
        for service, name, time, fate in self.replay.due:
            style = "bold red" if fate == MISSED else ""
            yield time, 3, 0, f"{due_title(self.plan, service, name)} is due: {fate}", style
        for time, c, away in self.drill.shed:
            yield time, 1, math.inf, f"{self.plan.structure.components[c]} {_ROOM[away]}", ""
        for time, text in self._rests():
            yield time, 1, math.inf, text, ""
        for number, row in enumerate(self.drill.rows):
            if row.start >= 0:
                place = self.drill.place(row) if row.start == row.end else -1
                yield row.start, 2 if place < 0 else 0, number if place < 0 else place, row, ""

    def _trial(self) -> Iterable[tuple[int, int, float, str, str]]:
        """How a test in a bubble goes: `the test of the loss of here begins, in a bubble`."""
        trial, test, plan = self.drill.trial, self.replay.test, self.plan
        if trial is None or test is None or plan.trial is None:
            return
        site = plan.structure.sites[plan.trial.site]
        if trial.begun < 0:
            yield trial.over, 1, math.inf, f"the test of the loss of {site} is called off", "bold"
            return
        yield trial.begun, 1, -1, f"the test of the loss of {site} begins, in a bubble (test:)", "bold"
        for service, time in test["recovery_time"].items():
            if time is not None:
                text = f"in the test {title_of(plan, service)} is back after {hours_minutes(shown_minutes(0, time))}"
                yield trial.begun + time, 1, 0, text, "green"
        if trial.ended >= 0:
            missing = [title_of(plan, service) for service, time in test["recovery_time"].items() if time is None]
            never = f", without {', '.join(missing)}" if missing else ""
            if roomless := self._roomless() if trial.outcome == STUCK else []:
                never += f" (no room for {', '.join(roomless)})"
            how = "fails: this is real" if trial.outcome == FAILED else f"is {trial.outcome}{never}"
            yield trial.ended, 1, math.inf, f"the test of the loss of {site} {how}", "bold"

    def _roomless(self) -> list[str]:
        """What of a test never had the room that it asked for."""
        structure = self.plan.structure
        begun = {row.object for row in self.drill.rows if is_twin(row.object)}
        asks = [c for c in structure.twin_of if self.plan.strategies[c] and structure.uses[structure.standby[c]]]
        return [structure.components[c] for c in asks if structure.components[c] not in begun]

    def _side(self, outage: Outage) -> str:
        """What a component that is cut off has in common with others that are told in one line with it; else its name."""
        structure = self.plan.structure
        partition = next((each for each in self.plan.partitions if each.name == outage.name), None)
        if partition is None:
            return outage.name
        home, there = (structure.sites[structure.deployments[d][1]] for d in (partition.home, partition.standby))
        text = f"components at {home} out of reach of {there}"
        return text if partition.alone else f"{text} and of {structure.sites[partition.witness]}, which stop"

    def _split(self, outage: Outage, time: int) -> str:
        """What happens at the end of a cut at whose both sides a component ran."""
        ended = self._split_ends.get(outage.name, {}).get(time, "") if outage.kind == "cut" else ""
        return f", they were split: {ended}" if ended else ""

    @cached_property
    def _split_ends(self) -> dict[str, dict[int, str]]:
        """cut -> when a split of its component ended, and what that cost."""
        structure, drill = self.plan.structure, self.drill
        first = len(structure.sites) + len(structure.links)
        found: dict[str, dict[int, str]] = {}
        for each in self.plan.partitions:
            sides, both = {first + each.home: True, first + each.standby: False}, False
            for time, changes in groupby(drill.changes, key=itemgetter(0)) if each.alone else ():
                sides |= {flag: value for _, flag, value in changes if flag in sides}
                if both and not all(sides.values()):
                    d = each.home if not sides[first + each.home] else each.standby
                    text = f"the side at {structure.sites[structure.deployments[d][1]]} stops"
                    if not any(sides.values()):
                        text = "both sides stop"
                    found.setdefault(each.name, {})[time] = text + self._cost(each.component, time)
                both = all(sides.values())
        return found

    def _cost(self, c: int, time: int) -> str:
        """What was lost of the data of a component that served with what it had left."""
        lost = [r.lost_at - r.point for r in self.drill.recoveries if r.component == c and r.time == time]
        return f", and {plain(max(lost))} of its data is lost" if any(lost) else ""

    def _rests(self) -> Iterable[tuple[int, str]]:
        """Who goes to rest while there still is something to do: `infra: anna and 1 other rest until Wed 13 8:00`."""
        last = max((row.end if row.end >= 0 else self.plan.horizon for row in self.drill.rows), default=0)
        together: dict[tuple[int, int, int], list[str]] = defaultdict(list)
        for team, head, begin, end in self.drill.rests:
            if begin < last:
                together[begin, end, team].append(self.plan.heads[team][head].name)
        for (begin, end, team), names in together.items():
            known = sorted(name for name in names if name)
            others = len(names) - len(known)
            who = [
                *known,
                *([f"{others} {'other' if known else 'of them'}{'s' if others > 1 and known else ''}"] * (others > 0)),
            ]
            verb = "rests" if len(names) == 1 else "rest"
            team_name = self.plan.structure.teams[team]
            yield begin, f"{team_name}: {' and '.join(who)} {verb} until {self.wall.text(min(end, self.plan.horizon))}"

    def _gone(self) -> dict[tuple[int, bool], list[str]]:
        """By (when they go below their minimum, whether that is planned) the services."""
        found: dict[tuple[int, bool], list[str]] = defaultdict(list)
        for service in self.plan.structure.services:
            for what in self.replay.interruptions(service):
                found[what.begin, what.planned].append(title_of(self.plan, service))
        return found

    def _meanwhile(self) -> Iterable[tuple[int, str]]:
        for service in self.plan.structure.services:
            for what in self.replay.interruptions(service):
                if what.by_hand is not None:
                    text = by_hand_text(self.plan, service, what.by_hand, self.wall)
                    yield what.by_hand[0], f"{title_of(self.plan, service)}: {text}"

    def _back(self) -> dict[tuple[int, int], list[str]]:
        """By (when they are back, minutes that they were away) the services."""
        found: dict[tuple[int, int], list[str]] = defaultdict(list)
        for service in self.plan.structure.services:
            for what in self.replay.interruptions(service):
                if what.back and not what.cut:
                    found[what.end, shown_minutes(what.begin, what.end)].append(title_of(self.plan, service))
        return found

    def _times(self, time: int) -> list[Cell]:
        day = self.wall.day(time)
        shown = "" if day == self.last else day
        self.last = day
        return [Cell(shown, self.day), Cell(self.wall.clock(time), self.clock)]

    def _event(self, time: int, text: str, style: str) -> None:
        lines = self.page.wrapped(text, self.page.width - self.hang)
        gap = [Cell("", self.end), Cell("", 6), Cell("", 0)]
        self.page.row(
            [*self._times(time), *gap, Cell(lines[0] if lines else "", self.page.width - self.hang, style=style)]
        )
        for line in lines[1:]:
            self.page.raw(" " * self.hang + line, style=style)

    def _alike(self, event: tuple[int, Row | str, str]) -> tuple[object, ...] | None:
        """What a step of an incident has in common with those that are told in one line with it."""
        _, row, _ = event
        if isinstance(row, Row) and row.kind == "stable" and row.outcome == DONE:
            return row.kind, row.site, nearest_minute(row.start), nearest_minute(row.end)
        if not isinstance(row, Row) or row.incident < 0 or row.step >= 0 or row.outcome != DONE:
            return None
        if row.kind not in INCIDENT_KINDS or row.incident in self.drill.wrong or self._waited(row, row.start):
            return None
        whose = row.incident if row.kind == "mobilise" and row.incident in self._busy else None
        return row.kind, whose, nearest_minute(row.start), crew_text(self.plan, row.crew, row.what.skills)

    def _fold(self, rows: list[Row]) -> None:
        """Steps of incidents that begin together, in one line with the first of them, or the teams that have work."""
        first, last = rows[0], max(rows, key=lambda row: row.end)
        if first.kind == "stable":
            names = [f"{row.object} #{row.incident}" for row in rows]
            self._step(first, last.end, f"stable {len(rows)} components @ {first.site}: {_few(names)}", "")
            return
        if first.kind == "mobilise":
            busy = self._busy.get(first.incident, set())
            named = [row for row in rows if row.object in busy]
            what, rest = "teams", "that have nothing to do"
            last = max(named or rows, key=lambda row: row.end)
        else:
            named, what, rest = sorted(rows, key=lambda row: row.incident)[:FEW], "incidents", "more"
        texts = [f"{row.object}{f' to {row.site}' if row.site else ''}" for row in named]
        if first.kind == "mobilise":
            texts = [f"{text} {self._until(row.start, row.end)}" for text, row in zip(texts, named, strict=True)]
            number, incidents = len({row.object for row in rows}), len({row.incident for row in rows})
            if incidents > 1:
                what += f" for {incidents} incidents"
            elif self.several:
                what += f" for #{first.incident}"
        else:
            texts, number = [f"{text} #{row.incident}" for text, row in zip(texts, named, strict=True)], len(rows)
        if not named:
            texts = ["with nothing to do for any of them"]
        elif len(named) < len(rows):
            texts.append(f"and {len(rows) - len(named)} {rest}")
        self._step(first, last.end, f"{first.kind} {number} {what}: {', '.join(texts)}", "")

    @cached_property
    def _busy(self) -> dict[int, set[str]]:
        """incident -> the teams that do something for it."""
        busy: dict[int, set[str]] = defaultdict(set)
        for row in self.drill.rows:
            if row.start >= 0 and row.crew:
                busy[row.incident].update(self.plan.structure.teams[team] for team, _ in row.crew)
        return busy

    def _until(self, start: int, end: int) -> str:
        """When something ends, with its day if that is not the day it began on."""
        return self.wall.text(end) if self.wall.day(end) != self.wall.day(start) else self.wall.clock(end)

    def _row(self, row: Row) -> None:
        end = row.end if row.end >= 0 else self.plan.horizon
        self._step(row, end, self._name(row), "" if row.outcome == DONE else "red")
        if row.copy >= 0:
            self.page.say(self._copy(row), indent=self.hang, style="dim", hang=2)
        if old := self._left_behind(row):
            self.page.say(old, indent=self.hang, style="dim", hang=2)
        if waited := self._waited(row, row.start):
            self.page.say(waited, indent=self.hang, style="dim", hang=2)

    def _step(self, row: Row, end: int, text: str, style: str) -> None:
        """A line that begins and ends; `row`: whose start and crew it shows."""
        until = self._until(row.start, end) if row.end >= 0 else ""
        lines = self.page.wrapped(text, self.what)
        self.page.row(
            [
                *self._times(row.start),
                Cell(until, self.end),
                Cell(hours_minutes(shown_minutes(row.start, end)), 6, "right"),
                Cell("", 0),
                Cell(lines[0], self.what, style=style),
                Cell(crew_text(self.plan, row.crew, row.what.skills), self.who),
            ]
        )
        for line in lines[1:]:
            self.page.raw(" " * self.hang + line, style=style)

    def _name(self, row: Row) -> str:
        """A step, and how it ended unless that is well."""
        return self._title(row) + self._ending(row)

    def _ending(self, row: Row) -> str:
        if (row.step, row.incident, row.attempt) in self.drill.early:
            return ": failed, it began too early"
        if row.outcome == INTERRUPTED:
            if is_twin(row.object):
                return ": interrupted, the test is over"
            if row.kind == "restore" and row.step >= 0:
                common = self.drill.common_for(self.plan.steps[row.step].component, row.end + 1)
                if common is not None and row.point is not None and common.point < row.point:
                    return ": interrupted, its group goes further back"
            why = lost_ground(self.plan, self.drill, row) if row.step >= 0 else ""
            return f": interrupted, {why}" if why else ": interrupted"
        return {
            DONE: "",
            RUNNING: ": still under way at the end",
            "unusable": ": its copy was unusable",
            "dropped": ": dropped, no longer wanted",
        }.get(row.outcome or "", f": {row.outcome}")

    def _title(self, row: Row) -> str:
        step = self.plan.steps[row.step] if row.step >= 0 else None
        place = f" @ {row.site}" if row.site and (step is None or step.point < 0) else ""
        if row.kind == "mobilise":
            place = f" to {row.site}" if row.site else ""
        number = f", try {row.attempt + 1}" if row.attempt else ""
        incident = f" #{row.incident}" if self.several else ""
        task = self.plan.scenario.landscape.steps.get(row.object) if row.kind == "task" else None
        what = task.do if task is not None and task.do else ""
        if task is not None and (task.approval or task.is_wait):
            what = f"{'waiting for approval' if task.approval else 'waiting'}{f', {what}' if what else ''}"
        if boots := self.plan.boots_text(row.kind, row.object):
            what = boots
        right = self.drill.wrong.get(row.incident, row.end) if row.kind == "assess" else row.end
        if row.start <= right < row.end:
            what = f"first diagnosis wrong, {hours_minutes(shown_minutes(right, row.end))} longer"
        told = f" ({what})" if what else ""
        return f"{row.kind} {row.object}{place}{told}{incident}{number}"

    def _far(self, point: int) -> Wall:
        """The wall clock, with a date where a day of the week might be another week's."""
        long = self.drill.ended - point >= 6 * DAY and self.wall.moment is not None
        return Wall(self.wall.moment, self.wall.offset, 2 if long else self.wall.far)

    def _copy(self, row: Row) -> str:
        """Which copy it used, of when, and why: `from nightly of Mon 22:00: youngest`."""
        since = "" if row.point is None else f" of {self._far(row.point).text(row.point)}"
        behind = f" since {self._far(row.behind).text(row.behind)}" if row.behind >= 0 else ""
        return f"from {self.drill.copy_name(row)}{since}: {why_that_copy(self.plan, row)}{behind}"

    def _left_behind(self, row: Row) -> str:
        """What is lost where a component starts again at a place that it had left: `as of Tue 11:35: 1 h 25 ... lost`."""
        if row.kind != "restart" or row.outcome != DONE or row.step < 0:
            return ""
        c, rows = self.plan.steps[row.step].component, self.drill.rows
        for found in self.drill.recoveries:
            if (found.component, found.incident, found.time) == (
                c,
                row.incident,
                row.end,
            ) and found.point < found.lost_at:
                restores = (each for each in rows if (each.kind, each.object) == ("restore", row.object))
                if any(each.point == found.point and each.incident == row.incident for each in restores):
                    return ""  # told where it was restored
                point = self._far(found.point).text(found.point)
                return f"as of {point}: {plain(found.lost_at - found.point)} of its data is lost"
        return ""

    def _waited(self, row: Row, until: int) -> str:
        """Why it did not start at once: `waited 0:27: dba busy, last with start sql-server`."""
        segments = self.replay.waits(row)
        if shown_minutes(row.ready, until) <= 0 or not segments:
            return ""
        parts: dict[str, int] = defaultdict(int)
        for segment in segments:
            parts[because(segment, tried=is_twin(row.object))] += shown_minutes(segment.begin, segment.end)
        parts = {text: minutes for text, minutes in parts.items() if minutes}
        total = hours_minutes(shown_minutes(row.ready, until))
        if len(parts) < 2:
            return f"waited {total}: {next(iter(parts), '')}"
        shown = [f"{text} {hours_minutes(minutes)}" for text, minutes in list(parts.items())[:MOST_WAITS]]
        if rest := sum(list(parts.values())[MOST_WAITS:]):
            shown.append(f"other reasons {hours_minutes(rest)}")
        return f"waited {total}: {' · '.join(shown)}"

    def _undone(self) -> None:
        waiting = [row for row in self.drill.rows if row.start < 0 and row.outcome == WAITING]
        if waiting:
            self.page.blank()
            self.page.heading(f"NOT STARTED BY THE END {len(waiting)}")
            for row in waiting:
                if row.kind != "stable":
                    since = f"wanted from {self.wall.text(row.wanted)}"
                    why = self._waited(row, self.plan.horizon) or self._lack(row, self.plan.horizon)
                    self.page.say(f"{self._title(row)}: {since}; {why}", hang=4)
            away: dict[str, list[str]] = defaultdict(list)
            for row in waiting:
                if row.kind == "stable":
                    away[row.site].append(row.object)
            for site, names in sorted(away.items()):
                self.page.say(f"still away from {site}, to which they cannot go back: {' · '.join(names)}", hang=4)
        if self.replay.no_room:
            self.page.blank()
            self.page.heading(f"WITHOUT ROOM {len(self.replay.no_room)}", "they wait for it at the end")
            together: dict[str, list[str]] = defaultdict(list)
            for name, site in self.replay.no_room.items():
                together[site].append(f"{name} (asks {self._asked(name)})")
            for site, names in sorted(together.items()):
                self.page.say(f"at {site}: {' · '.join(names)}", hang=4)
        stays = self.replay.not_moved
        if stays:
            self.page.blank()
            self.page.heading(f"NOT MOVED {sum(map(len, stays.values()))}")
            for why, names in stays.items():
                self.page.say(f"{' · '.join(names)}: {why}", hang=4)
        given_up = [row for row in self.drill.rows if row.start < 0 and row.outcome == GIVEN_UP]
        if given_up:
            self.page.blank()
            self.page.heading(f"GIVEN UP BEFORE THEY STARTED {len(given_up)}")
            for row in given_up:
                why = self._waited(row, row.end) if row.is_ready else self._lack(row, row.end)
                told = f"{self._title(row)}: at {self.wall.text(row.end)}{f'; {why}' if why else ''}"
                self.page.say(told, hang=4)
        dropped = [row for row in self.drill.rows if row.start < 0 and row.outcome == "dropped"]
        if dropped:
            self.page.blank()
            self.page.heading(f"NO LONGER WANTED BEFORE THEY STARTED {len(dropped)}")
            if others := [self._title(row) for row in dropped if not is_twin(row.object)]:
                self.page.say(" · ".join(others))
            for row in filter(lambda row: is_twin(row.object), dropped):  # a test that is over
                why = self._waited(row, row.end) if row.is_ready else self._lack(row, row.end)
                self.page.say(f"{self._title(row)}: {why}", hang=4)

    def _asked(self, component: str) -> str:
        """The room that a component asks for: `2 cpu and 8 memory`."""
        structure = self.plan.structure
        asked = structure.uses[structure.standby[structure.components.index(component)]]
        return " and ".join(f"{size} {structure.pools[pool][1]}" for pool, size in asked)

    def _lack(self, row: Row, time: int) -> str:
        """Why it was not ready just before an instant."""
        found = lack(self.plan, self.drill, row, time) if row.step >= 0 or row.kind == "task" else ""
        return found or "what it needs is not there"

    def _unprotected(self) -> None:
        """When a second failure would have found no standby, those with the same times together."""
        together: dict[str, list[str]] = {}
        for name, spans in self.replay.unprotected.items():
            whole = [(begin, end) for begin, end in spans if end - begin >= MINUTE]
            texts = [
                f"from {self.wall.text(begin)} to {'the end' if end == self.plan.horizon else self.wall.text(end)}"
                for begin, end in whole[:MOST_TIMES]
            ]
            if len(whole) > MOST_TIMES:
                more = len(whole) - MOST_TIMES
                texts.append(f"{more} more time{'s' if more > 1 else ''}")
            if texts:
                together.setdefault(", ".join(texts), []).append(name)
        if not together:
            return
        self.page.blank()
        count = sum(map(len, together.values()))
        self.page.heading(f"WITHOUT A STANDBY {count}", "a second failure would find none")
        for times, names in together.items():
            self.page.say(f"{times}: {' · '.join(names)}", hang=2)

    def _services(self) -> None:
        """What is not back, and what never went."""
        services = self.plan.structure.services
        found = {service: self.replay.interruptions(service) for service in services}
        away = [name for name, all_of_them in found.items() if any(not what.back for what in all_of_them)]
        whole = [name for name, all_of_them in found.items() if not all_of_them]
        self.page.blank()
        for heading, names, style in (
            ("NOT BACK", away, "bold red"),
            ("NEVER BELOW THEIR MINIMUM", whole, "bold green"),
        ):
            if names:
                self.page.heading(f"{heading} {len(names)}", style=style)
                self.page.say(" · ".join(title_of(self.plan, name) for name in names))
        ways = {service: moves_text(self.replay, service) for service in services}
        if any(ways.values()):
            self.page.blank()
            self.page.heading("SERVED AT ANOTHER POINT", "contacts, where they are counted")
            for service, text in ways.items():
                if text:
                    self.page.label(f"{title_of(self.plan, service)}:", text, label_style="bold", hang=2)


@dataclass
class _Story:
    replay: Replay
    page: Page
    service: str

    def __post_init__(self) -> None:
        self.plan = self.replay.plan
        self.found = self.replay.explain(self.service)
        last = max([0, *(what.end for what, _ in self.found)])
        self.wall = Wall.over(self.plan.scenario.moment, self.replay.trajectory.offset, last)
        self.title = title_of(self.plan, self.service)

    def write(self) -> None:
        """Each interruption with its segments, and totals by cause."""
        _opening(self.replay, self.page, self._answer())
        for what, segments in self.found:
            self._interruption(what, segments)
        if self.found:
            self._totals()
        self._data()
        due = [each for each in self.replay.due if each[0] == self.service]
        wall = Wall.over(self.plan.scenario.moment, self.replay.trajectory.offset, max([0, *(each[2] for each in due)]))
        for service, name, time, fate in due:
            style = "bold red" if fate == MISSED else ""
            text = f"{due_title(self.plan, service, name)} is due {wall.text(time)}: {fate}."
            self.page.say(text, indent=1, style=style)
        if ways := moves_text(self.replay, self.service):
            self.page.blank()
            self.page.say(f"Served at another point: {ways}.", indent=1)

    def _answer(self) -> str:
        if not self.found:
            return f"{self.title} is never below its minimum"
        longest = max(
            (what for what, _ in self.found), key=lambda what: (not what.planned, not what.back, what.end - what.begin)
        )
        times = "" if len(self.found) == 1 else f", the longest of {len(self.found)} interruptions"
        if not longest.back:
            return f"{self.title} is not back by the end of the {self.plan.scenario.horizon.text}{times}"
        length = hours_minutes(shown_minutes(longest.begin, longest.end))
        return f"{self.title} is back after {length}{', as planned' if longest.planned else ''}{times}"

    def _interruption(self, what: Interruption, segments: Sequence[Segment]) -> None:
        times = [what.begin, what.end, *(s.begin for s in segments)]
        day = max(len(self.wall.day(time)) for time in times)
        hand = max(len(self.wall.clock(time)) for time in times)
        team = min(self.page.width // 4 - 3, max([0, *(len(segment.team) for segment in segments)]))
        cause = max(len(segment.cause) for segment in segments)
        detail = self.page.width - 2 - day - 1 - 5 - 1 - 7 - 2 - cause - 2 - 1 - team
        last = ""
        for segment in segments:
            today = self.wall.day(segment.begin)
            lines = self.page.wrapped(_told(segment), detail) or [""]
            cells = [
                Cell("" if today == last else today, day),
                Cell(self.wall.clock(segment.begin), hand),
                Cell(hours_minutes(shown_minutes(segment.begin, segment.end)), 7, "right"),
                Cell("", 0),
                Cell(segment.cause, cause + 1, style="red" if segment.cause == "failed attempt" else ""),
                Cell(lines[0], detail),
                Cell(segment.team, team),
            ]
            self.page.row(cells)
            for line in lines[1:]:
                self.page.raw(" " * (2 + day + 1 + 5 + 1 + 7 + 2 + cause + 2) + line)
            last = today
        end = self.wall.day(what.end)
        self.page.row(
            [
                Cell("" if end == last else end, day),
                Cell(self.wall.clock(what.end), hand),
                Cell(hours_minutes(shown_minutes(what.begin, what.end)), 7, "right", "bold"),
                Cell("", 0),
                Cell(
                    self._ending(what),
                    self.page.width - day - 20,
                    style="bold green" if what.back and not what.cut else "bold red",
                ),
            ]
        )
        if what.by_hand is not None:
            text = by_hand_text(self.plan, self.service, what.by_hand, self.wall)
            self.page.say(f"Meanwhile {text}.", hang=2)
        self.page.blank()

    def _ending(self, what: Interruption) -> str:
        if what.cut:
            return "a loss in the middle of the move"
        ending = f"{self.title} is back" if what.back else "the end of the drill: not back"
        return f"{ending} (planned: it went home)" if what.planned else ending

    def _totals(self) -> None:
        sums: dict[str, int] = defaultdict(int)
        for _, segments in self.found:
            for segment in segments:
                sums[segment.cause] += shown_minutes(segment.begin, segment.end)
        total = sum(shown_minutes(what.begin, what.end) for what, _ in self.found)
        self.page.heading("IN ALL", "hours:minutes by cause")
        for cause in sorted(sums, key=lambda cause: (-sums[cause], CAUSES.index(cause))):
            self.page.row([Cell(cause, 34), Cell(hours_minutes(sums[cause]), 8, "right")])
        self.page.row([Cell("below its minimum", 34, style="bold"), Cell(hours_minutes(total), 8, "right", "bold")])

    def _data(self) -> None:
        structure, drill = self.plan.structure, self.replay.trajectory
        below = self.replay.group(self.service).data
        gone = [structure.components[c] for c in drill.lost_at_end if c in below]
        lost = self.replay.data_lost(self.service)
        if not below:
            return
        self.page.blank()
        if gone:
            self.page.say(f"Data not recovered by the end: {', '.join(gone)}.", indent=1)
        elif lost is None:
            self.page.say("No data lost.", indent=1)
        else:
            name = structure.components[lost.component]
            long = lost.lost_at - lost.point >= 6 * DAY and self.wall.moment is not None
            since = Wall(self.wall.moment, self.wall.offset, 2 if long else self.wall.far)
            text = f"Data lost: {plain(lost.lost_at - lost.point)} of {name}, all after {since.text(lost.point)}."
            self.page.say(text, indent=1)


def _told(segment: Segment) -> str:
    """What a segment was about."""
    if segment.cause == "team busy" and segment.detail:
        return f"busy, last with {segment.detail}"
    return segment.detail + (f", beside {segment.beside}" if segment.beside else "")


def wall_of(replay: Replay) -> Wall:
    """The clock on the wall, for all that happens in a drill."""
    drill, plan = replay.trajectory, replay.plan
    ends = [min(row.end, plan.horizon) for row in drill.rows]
    ends += [t for spans in drill.outages.values() for span in spans for t in span if t < plan.horizon]
    ends += [time for _, _, time, _ in replay.due]
    open_rows = (row for row in drill.rows if row.end < 0 and row.kind != "stable")
    if any(row.outcome in (RUNNING, WAITING) for row in open_rows) or drill.lost_at_end:
        ends.append(plan.horizon)
    return Wall.over(plan.scenario.moment, drill.offset, max([0, *ends]))


def _opening(replay: Replay, page: Page, answer: str) -> None:
    scenario, wall = replay.plan.scenario, wall_of(replay)
    page.say(f"Drill {replay.drill} of seed {replay.seed}: {answer}", style="bold", indent=0, most=4)
    dated = moment_text(scenario.moment)
    when = dated if scenario.moment is not None else f"any moment of the week: here {wall.day(0)} {wall.clock(0)}"
    page.say(f"{scenario.title} · {when} · {scenario.horizon.text} ahead", style="dim", indent=0, most=4)
    page.blank()
