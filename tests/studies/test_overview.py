"""What inherits a class, what lies below what, and how that is drawn: a small case by hand, and drawn landscapes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given, settings

from drsim.model.landscape import Landscape
from drsim.model.needs import leaves
from drsim.reading import loads_landscape
from drsim.reporting.mapped import mapped
from drsim.reporting.picture import picture
from drsim.studies.overview import Heir, Overview
from drsim.testing import landscapes

LAND = """
drsim: landscape 1
title: Two < three
sites: {hall: {}}
components:
  crisis: {at: {hall: active}, needs: [bus], availability: 3}
  permits: {at: {hall: active}, needs: [directory, bus], availability: 2}
  bus: {at: {hall: active}, needs: [directory]}
  directory: {at: {hall: active}, availability: 1}
  archive: {at: {hall: active}, availability: 1}
services:
  desk: {needs: [crisis, bus], points: {web: {at: hall}}}
  web: {needs: [permits], points: {web: {at: hall}}}
"""


def test_a_small_one():
    seen = Overview(loads_landscape(LAND))
    assert seen.layers == (("archive", "crisis", "permits"), ("bus",), ("directory",))
    assert seen.unnoticed == ("archive",)
    assert seen.heirs == (
        Heir("directory", 1, 3, ("crisis", "bus", "directory")),
        Heir("bus", None, 3, ("crisis", "bus")),
    )
    assert set(seen.lines) == {
        ("service", "desk", "crisis"),
        ("service", "web", "permits"),
        ("component", "crisis", "bus"),
        ("component", "permits", "bus"),
        ("component", "bus", "directory"),
    }


def test_one_service_of_it():
    seen = Overview(loads_landscape(LAND), "web")
    assert seen.components == ("bus", "directory", "permits")
    assert [heir.name for heir in seen.heirs] == ["directory", "bus"]
    assert {loss.name: loss.stays for loss in seen.losses} == dict.fromkeys(
        ("hall", "bus", "directory", "permits"), ("web",)
    )
    assert "crisis," not in str(mapped(seen))


def above(land: Landscape, name: str) -> set[str]:
    """What rests on a component, found without a graph library."""
    found: set[str] = set()
    while True:
        more = {c for c, part in land.components.items() if {name, *found} & set(leaves(part.needs)) and c not in found}
        if not more:
            return found - {name}
        found |= more


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(landscapes())
def test_a_class_is_inherited_from_the_highest_above_along_needs(land):
    heirs = {heir.name: heir for heir in Overview(land).heirs}
    for name, part in land.components.items():
        highest = max((land.components[c].availability or 0 for c in above(land, name)), default=0)
        if highest <= (part.availability or 0):
            assert name not in heirs
            continue
        heir = heirs[name]
        assert (heir.own, heir.inherited) == (part.availability, highest)
        assert land.components[heir.path[0]].availability == highest
        assert heir.path[-1] == name
        for upper, lower in zip(heir.path, heir.path[1:], strict=False):
            assert lower in leaves(land.components[upper].needs)


@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(landscapes())
def test_the_picture_has_a_box_for_each_and_a_line_for_each(land):
    seen = Overview(land)
    root = ET.fromstring(picture(seen))
    tag = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{tag}g")) == len(land.components) + len(land.services)
    assert len(root.findall(f"{tag}path")) == len(seen.lines)
    boxes = [(float(b.get("x", "")), float(b.get("y", ""))) for b in root.iterfind(f"{tag}g/{tag}rect")]
    assert len(set(boxes)) == len(boxes)


def test_names_are_drawn_as_they_are():
    root = ET.fromstring(picture(Overview(loads_landscape(LAND))))
    texts = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Two < three", "▲directory", "bus", "permits"} <= texts
