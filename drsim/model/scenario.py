"""The scenario: what happens to a landscape, and how people respond."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self

from immutabledict import immutabledict
from pydantic import Field

from drsim.displayed import Displayed
from drsim.distributions import Law as LawOf
from drsim.model import fields, tree
from drsim.model.fields import Part
from drsim.model.landscape import ALL, ALWAYS, Landscape, Office, Response
from drsim.units import DAY
from drsim.units import Duration as DurationOf

DEFAULT_HORIZON: Final = DurationOf(14 * DAY)
"""How far a drill looks when its scenario does not say."""


class Disruption(Part):
    """Something that is hit."""

    kind: Literal["site", "link", "component", "team", "label", "links_of", "power", "corruption"]
    target: fields.Text
    """The name of what is hit; of a team or supplier for `team`, of a site for `links_of` and `power`, of a component or a
    label for `corruption`."""
    after: fields.ClockLaw = LawOf.constant(0)
    """How long after the moment of the drill, or the beginning of what it follows, it begins."""
    lasts: fields.ClockLaw | None = None
    """None: the whole drill, or until repaired."""
    until_repaired: bool = False
    sites: fields.Items[fields.SiteName] = ()
    """Where a component, or what has the label, fails; empty: wherever it is active."""
    people: fields.SomeCount | None = None
    """How many of a team are away; None: all of them."""
    follows: fields.Name | None = None
    """The disruption from whose beginning `after` counts, and without which it does not happen; None: of its own."""
    chance: fields.SomeShare = ALL
    """The probability that it happens."""
    before: fields.ClockLaw | None = None
    """How long before the moment of the drill a corruption began, in the place of `after`."""
    detected: fields.ClockLaw | None = None
    """From the beginning of a corruption until it is known."""
    reaches: fields.Items[fields.Text] = ()
    """What else a corruption spoils: kinds of copies, and sites where copies are kept."""


class Moves(Part):
    """What runs at a site is moved to its standbys, on purpose."""

    site: fields.SiteName
    after: fields.ClockDuration = DurationOf(0)
    """How long after the moment of the drill."""
    window: fields.Hours = ALWAYS
    """When a component may be stopped to move."""
    rollback: Annotated[Literal["component", "all"], fields.choice("component", "all")] = "component"
    """What goes back when a move fails: that component, or all that has moved."""


class Trial(Part):
    """The loss of a site is tried in a bubble, while production goes on."""

    site: fields.SiteName
    """The site that the bubble does without."""
    after: fields.ClockDuration = DurationOf(0)
    """How long after the moment of the drill it begins."""
    lasts: fields.Horizon | None = None
    """How long after that it is over, done or not; None: no limit."""
    covers: fields.SomeServices = ()
    """What it is about: only what these services rest on is in the bubble; empty: all that can be."""
    stand_ins: fields.SomeComponents = ()
    """Components from outside of which the bubble has something that answers like them."""
    frees: fields.Crew | None = None
    """How many of each team are there for the test and nothing else; None: whoever is on duty does what comes first."""
    room: fields.BySite[fields.Named[fields.Whole]] | None = None
    """How much of each pool is there for the test and nothing else; None: what is asked for first is given first."""
    teardown: Office
    """Empty the bubble."""


class Expected(Part):
    """What `drsim check` holds a scenario to, of one service; it changes nothing in a drill."""

    rto: fields.Verdict | None = None
    """Whether it is back within its RTO in the share of drills that is asked; None: nothing is expected."""
    rpo: fields.Verdict | None = None
    """The same of its data and its RPO."""
    test: fields.Verdict | None = None
    """Whether it is back in the test in a bubble within its RTO, in the share that is asked of the drills in which that begins."""
    because: fields.Text | None = None
    """Why it misses what it does: for people, and required then."""


class Scenario(Part, Displayed):
    """A drill."""

    title: fields.Headline
    question: fields.Text | None = None
    """For people."""
    why: fields.Text | None = None
    """For people."""
    landscape: Landscape
    moment: datetime | None = None
    """Local time when it begins; None: any moment of the week."""
    disruptions: fields.Named[Disruption] = immutabledict()
    response: Response = Response()
    """Complete: the landscape's, with what the scenario says over it."""
    horizon: fields.Horizon = DEFAULT_HORIZON
    """How far the drill looks."""
    moves: Moves | None = None
    """What is moved on purpose; None: nothing."""
    tests: Trial | None = None
    """What is tried in a bubble; None: nothing."""
    expect: fields.ByService[Expected] = immutabledict()
    """What its services are expected to keep and to miss."""
    file: Annotated[str | None, Field(exclude=True, repr=False)] = None
    """Where it was read, for messages; not compared."""

    def with_(self, changes: Mapping[str, Any]) -> Self:
        """Give a copy in which the values at these paths are others, as strictly checked as a file.

        A path is names joined by dots: `teams.apps.people`, `response.wait`, `moment`. It works on the resolved form:
        there are no classes and channels left to change. It changes what exists and adds an optional key that was left
        out; it never adds an entry. Values are written as in the notation, or numbers, quantities, mappings and lists.
        InputError has all problems.
        """
        from drsim.reading import changed

        return changed(self, changes)

    def digest(self) -> str:
        """Give 64 hexadecimal digits that are the same for equal scenarios only (SHA-256 of all values)."""
        return tree.digest(self)

    def __repr__(self) -> str:
        """Say what it is, in one line."""
        hit = ", ".join(self.disruptions) or "nothing happens"
        return f"<Scenario {self.title!r}: {hit}; {self.landscape!r}>"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        """Compare all but the file."""
        return isinstance(other, Scenario) and self._compared() == other._compared()

    def __hash__(self) -> int:
        """Hash what is compared."""
        return hash(self._compared())

    def _compared(self) -> tuple[object, ...]:
        return tuple(value for name, value in self if name != "file")
