"""Section 8, skills: the people of a team one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from drsim.calendar import Calendar
from drsim.model.landscape import OnCall, Shift, Team
from drsim.units import HOUR


class Person(NamedTuple):
    """One head; the order of the fields is that in which heads are taken."""

    number_of_skills: int
    skills: tuple[str, ...]
    on_call: bool
    shift: str
    is_named: bool
    name: str
    number: int
    works: Calendar | None
    """None for who is on call."""


def people_of(team: Team) -> list[Person]:
    """Give all heads of a team "in an order"; nothing where they are not told apart."""
    groups: list[tuple[bool, str, Shift | OnCall | Team]] = [(False, "", team)]
    if team.shifts:
        groups = [(False, name, shift) for name, shift in team.shifts.items()]
    if team.on_call is not None:
        groups.append((True, "", team.on_call))
    if team.works_at_most is None and not any(group.skills for _, _, group in groups):
        return []
    people = []
    for on_call, shift, group in groups:
        of: dict[str, set[str]] = {}
        for skill, names in group.skills.items():
            for name in names:
                of.setdefault(name, set()).add(skill)
        unnamed = group.people.number - len(of)
        for number in range(unnamed):
            people.append(Person(0, (), on_call, shift, False, "", number, None if on_call else group.works))
        for name, skills in of.items():
            own = tuple(sorted(skills))
            people.append(Person(len(own), own, on_call, shift, True, name, 0, None if on_call else group.works))
    return sorted(people, key=lambda person: person[:7])


def there(people: list[Person], is_open: Callable[[Calendar], bool], have_come: bool, away: int) -> list[Person]:
    """Give who is there, "in this order, without as many of the last as are away"."""
    on_duty = [p for p in people if (have_come if p.works is None else is_open(p.works))]
    return on_duty[: max(0, len(on_duty) - away)]


def rests_of(team: Team) -> int:
    """Give how long one of them rests; 8 h unless it is said."""
    return 8 * HOUR if team.rests is None else team.rests.ms


def is_at_rest(team: Team, steps: list[tuple[int, int]], now: int) -> bool:
    """Tell whether one of a team rests, who did steps (begin, end) and does nothing now; section 8, rest."""
    if team.works_at_most is None or not steps:
        return False
    stretch = before = None
    for begin, end in sorted(steps):
        if before is None or begin - before >= rests_of(team):
            stretch = begin
        before = end
    assert stretch is not None
    assert before is not None
    return now - stretch >= team.works_at_most.ms and now - before < rests_of(team)


def able(people: list[Person], skill: str | None) -> list[Person]:
    """Give those who have a skill; all of them if none is asked for."""
    return [person for person in people if skill is None or skill in person.skills]
