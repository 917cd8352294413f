"""Teams, suppliers, and the steps that need them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from drsim.testing.choices import Document, below, extras, fresh, in_order, one_in, pick
from drsim.testing.features import Features
from drsim.testing.places import Places
from drsim.testing.quantities import CALENDARS, WAITS, detection, duration, law

_FORMS: Final = (
    "",
    "based",
    "call_out",
    "based call_out",
    "works",
    "works",
    "based works",
    "call_out works",
    "based call_out works",
)
_TEAMS: Final = tuple((people, form) for people in (None, 2, 3, 1) for form in _FORMS)
_SHIFTS: Final = tuple(each for each in CALENDARS if each != "never")
_WORKS: Final = ("90 %", "50 %", "99.5 %", "10 %")
UNTIL_IT_WORKS: Final = tuple((works, None) for works in _WORKS)
"""Probabilities of a step that is tried again until it works; it has no attempts."""
OFTEN_OR_NEVER: Final = (
    *((works, attempts) for attempts in (None, 2, 3, 1) for works in _WORKS),
    ("0 %", None),
    ("0 %", 2),
)
"""Those of a step after which something else is tried."""
UNUSABLE: Final = (*_WORKS, "0 %")
"""Those of a copy."""
_RESPONSE: Final = ("detect", "assess", "decide", "wait", "abandon", "evacuation", "settle")


@dataclass
class People:
    """The teams and suppliers of a landscape."""

    given: Features
    places: Places
    teams: Document = field(default_factory=dict)
    suppliers: Document = field(default_factory=dict)

    @cached_property
    def crews(self) -> list[str | Document]:
        """Every crew that a step may ask for; asked when all teams are drawn."""
        heads = {name: _heads(team) for name, team in (self.teams | self.suppliers).items()}
        crews: list[str | Document] = list(heads)
        if self.given["multi_crews"]:
            crews += [{name: min(count, 2)} for name, count in heads.items()]
            names = sorted(heads)
            crews += [{one: 1, other: heads[other]} for i, one in enumerate(names) for other in names[i + 1 :]]
        return crews

    def step(
        self,
        draw: DrawFn,
        *,
        by: Literal["nobody", "may"] = "may",
        works: Sequence[tuple[str, int | None]] = (),
        places: Iterable[str] = (),
    ) -> Document:
        """A step; `works` are probabilities below 1 and attempts, `places` the sites where its crew may have to be."""
        crew = fresh(pick(draw, (None, None, *self.crews))) if by == "may" else None
        step: Document = {"takes": law(draw, self.given, working=crew is not None)}
        if crew is not None:
            step["by"] = crew
            step |= self.skills(draw, crew)
        if works and self.given["failures"]:
            index = below(draw, 3 * len(works)) - 2 * len(works)
            if index >= 0:
                step["works"], attempts = works[index]
                if attempts is not None:
                    step["attempts"] = attempts
        if crew is not None and places and self.given["on_site"] and len(self.places.sites) > 1:
            names = [crew] if isinstance(crew, str) else list(crew)
            bases = sorted({self.teams[name]["based"] for name in names if "based" in self.teams.get(name, {})})
            if bases and one_in(draw, 2):
                step["on_site"] = True
                for base in bases:
                    for place in places:
                        self.places.travel(draw, base, place)
        return step

    def skills(self, draw: DrawFn, crew: str | Document) -> Document:
        """What is asked of a crew besides its heads, where somebody has a skill."""
        asked: Document = {}
        for name, heads in ({crew: 1} if isinstance(crew, str) else crew).items():
            known = can_do((self.teams | self.suppliers)[name], heads)
            if known and one_in(draw, 2):
                asked[name] = pick(draw, known)
        return {"skills": asked} if asked else {}


@st.composite
def team(draw: DrawFn, people: People) -> None:
    """A team or a supplier."""
    most = people.given["max_teams"]
    outside = len(people.teams) == most or (one_in(draw, 3) and len(people.suppliers) < most)
    section, kind = (people.suppliers, "supplier") if outside else (people.teams, "team")
    team: Document = {}
    section[f"{kind}-{len(section) + 1}"] = team
    heads, form = pick(draw, _TEAMS)
    if heads is not None:
        team["people"] = heads
    if "based" in form and not outside:
        team["based"] = pick(draw, list(people.places.sites))
    if "works" in form and people.given["calendars"]:
        if one_in(draw, 3):
            team["shifts"] = _shifts(draw, team.pop("people", 1))
        else:
            team["works"] = calendar(draw, CALENDARS)
    if "works" in team and team["works"] != "always" and one_in(draw, 2):
        accepts = pick(draw, ("100 %", "50 %", "90 %"))
        team["on_call"] = {"accepts": accepts, "call_out": law(draw, people.given), "every": "10 min"}
        if one_in(draw, 2):
            team["on_call"] |= {"people": 2, "works": pick(draw, CALENDARS)}
    if people.given["skills"] and one_in(draw, 3):
        for group in (*team.get("shifts", {}).values(), *([] if "shifts" in team else [team])):
            _skills(draw, group)
        if "on_call" in team and one_in(draw, 2):
            _skills(draw, team["on_call"])
    if people.given["rests"] and one_in(draw, 4):
        team["works_at_most"] = pick(draw, ("1 h", "20 min", "4 h"))
        team["rests"] = pick(draw, ("1 h", "30 min", "8 h"))
    if "call_out" in form:
        team["call_out"] = law(draw, people.given)


def _shifts(draw: DrawFn, heads: int) -> Document:
    """Two or three shifts, of which the first has so many heads."""
    shifts: Document = {"day": {"people": heads, "works": calendar(draw, _SHIFTS)}}
    for name in ("late", "night")[: 1 + below(draw, 2)]:
        shifts[name] = {"works": calendar(draw, _SHIFTS)}
        if one_in(draw, 3):
            shifts[name]["people"] = 2
    return shifts


def _skills(draw: DrawFn, group: Document) -> None:
    """Who of some people can do what."""
    names = ("anna", "bert", "carl")[: int(group.get("people", 1))]
    skills = {
        "oracle": fresh(pick(draw, (names[0], list(names), None))),
        "storage": fresh(pick(draw, (None, names[-1], list(names)))),
    }
    skills = {skill: who for skill, who in skills.items() if who is not None}
    if skills:
        group["skills"] = skills


def can_do(team: Document, heads: int) -> list[str]:
    """Skills that so many of a team surely have who are there at once."""
    groups = [*team.get("shifts", {}).values(), team]
    return sorted(
        {
            skill
            for group in groups
            for skill, who in group.get("skills", {}).items()
            if heads <= (1 if isinstance(who, str) else len(who)) and group.get("works") != "never"
        }
    )


def _heads(team: Document) -> int:
    """The most of a team that are surely there at once."""
    if "shifts" in team:
        return max(int(shift.get("people", 1)) for shift in team["shifts"].values())
    return int(team.get("people", 1))  # and perhaps more on call


def calendar(draw: DrawFn, options: Sequence[str]) -> str:
    """A calendar, as a text or by its name."""
    text = pick(draw, options)
    return f"hours-{CALENDARS.index(text)}" if text not in ("always", "never") and one_in(draw, 3) else text


def named_calendars(value: Any) -> Document:
    """The calendars that are asked for by name, at any depth."""
    return {name: CALENDARS[int(name.removeprefix("hours-"))] for name in _names(value)}


def _names(value: Any) -> Iterator[str]:
    for key, each in value.items():
        if key in ("works", "open", "window") and each.startswith("hours-"):
            yield each
        elif isinstance(each, dict):
            yield from _names(each)


@st.composite
def response(draw: DrawFn, given: Features, crews: Sequence[str | Document], people: People | None = None) -> Document:
    """Some keys of a response; shrinks to none."""
    response: Document = {}
    for key in extras(draw, dict.fromkeys(_RESPONSE, 1), 2):
        if key in ("assess", "decide"):
            crew = fresh(pick(draw, crews)) if crews and one_in(draw, 2) else None
            response[key] = {"takes": law(draw, given, working=crew is not None)}
            if crew is not None:
                response[key]["by"] = crew
                if people is not None:
                    response[key] |= people.skills(draw, crew)
            if key == "decide" and given["quorum"] and one_in(draw, 2):
                called = 1 + below(draw, 4)
                quorum = {"people": 1 + below(draw, called), "of": called, "arrives": detection(draw, given)}
                response[key]["quorum"] = quorum
            if key == "assess" and given["failures"] and one_in(draw, 2):
                working = "wh" in str(response[key]["takes"])
                response[key]["wrong"] = pick(draw, ("50 %", "20 %", "99.5 %", "100 %"))
                response[key]["costs"] = "2 wh" if working else law(draw, given)
        elif key == "detect":
            response[key] = detection(draw, given)
        elif key == "abandon":
            response[key] = True
        elif key == "evacuation":
            response[key] = law(draw, given)
        else:
            response[key] = duration(draw, given, WAITS)
    return in_order(response, _RESPONSE)
