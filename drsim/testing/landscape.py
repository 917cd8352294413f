"""A whole landscape, as a document and as the model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Unpack

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from drsim.testing.choices import Document, below, one_in, pick, several
from drsim.testing.components import Components, component
from drsim.testing.consistency import consistency_groups
from drsim.testing.failback import failback
from drsim.testing.features import Features, complete
from drsim.testing.people import People, named_calendars, response, team
from drsim.testing.places import Places, place
from drsim.testing.services import Services, channel, service
from drsim.testing.shedding import sheddable
from drsim.testing.shipping import shipping
from drsim.testing.tasks import Tasks, task

if TYPE_CHECKING:
    from drsim.model import Landscape


@st.composite
def landscape(draw: DrawFn, given: Features) -> Document:
    """A landscape, section by section."""
    # early, for Hypothesis more often leaves out what comes late; less of it changes nothing else
    least_sites = min(1 + below(draw, 4), given["max_sites"])
    least = min(1 + below(draw, 4), given["max_components"])
    places = Places(given)
    several(draw, place(places), least_sites, given["max_sites"])
    people = People(given, places)
    if given["crews"]:
        several(draw, team(people), 0, 2 * given["max_teams"])
    drawn_response = draw(response(given, people.crews, people))
    known = Components(given, places, people, backwards=given["max_components"] > 1 and one_in(draw, 3))
    several(draw, component(known), least, given["max_components"])
    if given["sheddable"] and given["pools"] and below(draw, 3):
        sheddable(draw, known)
    if given["failback"] and below(draw, 3):
        drawn_response |= failback(draw, given, people, known.components)
    if given["shipping"] and "failback" not in drawn_response:
        shipping(draw, given, known.components)
    services = Services(given, known)
    if given["channels"]:
        several(draw, channel(services), 0, 3)
    several(draw, service(services), 1, given["max_services"])
    tasks = Tasks(known)
    if given["steps"]:
        several(draw, task(tasks), 0, 3)
    if given["groups"] and one_in(draw, 4):
        drawn_response |= _groups(draw, [name for name, each in known.components.items() if "sheddable" not in each])
    consistent = consistency_groups(draw, tasks, drawn_response) if given["consistency"] and given["data"] else {}
    sections = {
        "response": drawn_response,
        "sites": places.sites,
        "links": places.links,
        "teams": people.teams,
        "suppliers": people.suppliers,
        "classes": known.classes,
        "components": known.components,
        "consistency_groups": consistent,
        "steps": tasks.steps,
        "channels": services.channels,
        "services": services.services,
    }
    sections = {"sources": places.sources, "calendars": named_calendars(sections), **sections}
    filled = {name: section for name, section in sections.items() if section}
    return {"drsim": "landscape 1", "title": "A generated landscape", **filled}


def _groups(draw: DrawFn, names: list[str]) -> Document:
    """Some components in up to three groups, and by which rule these follow each other."""
    groups: list[list[str]] = []
    for name in names:
        place = below(draw, 5)
        if place < 4:
            at = max(0, place - 1)
            groups += [[] for _ in range(at + 1 - len(groups))]
            groups[at].append(name)
    groups = [group for group in groups if group] or [names[:1]]
    if one_in(draw, 2):
        groups.reverse()
    order = pick(draw, ("groups", "best-effort groups", "dependencies"))
    return {"groups": groups} if order == "dependencies" else {"order": order, "groups": groups}


def landscape_documents(**features: Unpack[Features]) -> SearchStrategy[Document]:
    """Landscapes in the notation, as plain dicts with `drsim` first.

    Every service is at or above its minimum when nothing is disrupted. Shrinks to one component at one site with one
    service. See `Features` for the keyword arguments.
    """
    return landscape(complete(features))


def landscapes(**features: Unpack[Features]) -> SearchStrategy[Landscape]:
    """Landscapes as the model; the arguments, and what they shrink to, are those of `landscape_documents`."""
    from drsim.reading import loads_landscape

    return landscape_documents(**features).map(lambda document: loads_landscape(document_text(document)))


def document_text(document: Document) -> str:
    """A document as text for the reader: JSON, which is YAML too and much faster to write."""
    return json.dumps(document, ensure_ascii=False, indent=1)
