"""A landscape as a picture: SVG, written out as text, so that any browser shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from drsim.studies.overview import Overview

__all__ = ["picture"]

PER_ROW: Final = 12
"""Boxes beside each other; a layer of more has several rows."""
BOX, HEIGHT, GAP, ROW, BETWEEN, LEFT, TOP = 138, 34, 14, 52, 44, 96, 96
LETTERS: Final = 21
"""That fit into a box."""
STYLE: Final = """
text { font: 11px sans-serif; fill: #222 } .title { font-size: 20px; font-weight: bold } .layer { fill: #666 }
rect { fill: #fff; stroke: #667; rx: 5px } .service { fill: #dce9f7; stroke: #2b6cb0 } .class-3 { fill: #f3d9b1 }
.class-2 { fill: #fbefd5 } .class-1 { fill: #f4f4ee } .standby { stroke-dasharray: 5 3 }
.alone { stroke: #c0392b; stroke-width: 3 } path { fill: none; stroke: #456; stroke-opacity: .4 }
g:hover rect { fill: #fff6a8 }
"""

Place = tuple[float, float]
Key = tuple[str, str]
"""("service" or "component", name)."""


def picture(overview: Overview) -> str:
    """Draw services on top, below them what they rest on, layer by layer; hovering over a box tells the rest."""
    edges: list[tuple[Key, Key]] = [((kind, name), ("component", below)) for kind, name, below in overview.lines]
    rows = _ordered(_rows(overview), edges)
    places: dict[Key, Place] = {}
    labels: list[tuple[float, str]] = []
    y, layer = float(TOP), ""
    widest = max([len(row) for _, row in rows], default=1)
    for name, row in rows:
        if name != layer:
            y += BETWEEN if layer else 0
            labels.append((y, name))
            layer = name
        begin = LEFT + (widest - len(row)) * (BOX + GAP) / 2
        for place, key in enumerate(row):
            places[key] = (begin + place * (BOX + GAP), y)
        y += ROW
    width, height = max(LEFT + widest * (BOX + GAP), 900), y + 20
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}">',
            f"<style>{STYLE}</style>",
            f'<rect width="{width:g}" height="{height:g}" style="stroke: none"/>',
            f'<text class="title" x="16" y="32">{escape(overview.landscape.title or "Landscape")}</text>',
            *_legend(),
            *(f'<text class="layer" x="16" y="{y + 21:g}">{escape(name)}</text>' for y, name in labels),
            *(_line(places[a], places[b]) for a, b in edges),
            *_boxes(overview, places),
            "</svg>",
        ]
    )


def _rows(overview: Overview) -> list[tuple[str, list[Key]]]:
    found = _cut("services", [("service", name) for name in overview.services])
    for depth, names in enumerate(overview.layers, 1):
        found += _cut(f"layer {depth}", [("component", name) for name in names])
    return found


def _cut(name: str, keys: list[Key]) -> list[tuple[str, list[Key]]]:
    rows = -(-len(keys) // PER_ROW)
    each = -(-len(keys) // max(rows, 1))
    return [(name, keys[i : i + each]) for i in range(0, len(keys), each or 1)]


def _ordered(rows: Sequence[tuple[str, list[Key]]], edges: Sequence[tuple[Key, Key]]) -> list[tuple[str, list[Key]]]:
    """Put each box near the middle of those above that need it, so that lines are short."""
    above: dict[Key, list[Key]] = {}
    for upper, lower in edges:
        above.setdefault(lower, []).append(upper)
    layers: dict[str, list[Key]] = {}
    for name, row in rows:
        layers.setdefault(name, []).extend(row)
    place: dict[Key, float] = {}
    for keys in layers.values():
        middle = {
            key: sum(near) / len(near) if (near := [place[up] for up in above.get(key, ()) if up in place]) else 0.5
            for key in keys
        }
        keys.sort(key=lambda key: (middle[key], key))
        place |= {key: (number + 0.5) / len(keys) for number, key in enumerate(keys)}
    found: list[tuple[str, list[Key]]] = []
    for name, keys in layers.items():
        lines: list[list[Key]] = [row for other, row in _cut(name, keys) if other == name]
        for number in range(len(lines)):  # neighbours above each other, so that the order is kept across the rows
            found.append((name, keys[number :: len(lines)]))
    return found


def _line(start: Place, end: Place) -> str:
    (a, top), (b, bottom) = start, end
    x, y, u, v = a + BOX / 2, top + HEIGHT, b + BOX / 2, bottom
    half = max((v - y) / 2, 12)
    return f'<path d="M{x:g} {y:g}C{x:g} {y + half:g} {u:g} {v - half:g} {u:g} {v:g}"/>'


def _boxes(overview: Overview, places: Mapping[Key, Place]) -> Iterator[str]:
    parts, services = overview.landscape.components, overview.landscape.services
    alone = {(loss.kind, loss.name): loss for loss in overview.losses if loss.stays}
    heirs = {heir.name: heir for heir in overview.heirs}
    for (kind, name), (x, y) in places.items():
        if kind == "service":
            classes, told = ["service"], [f"service {name}", services[name].title]
        else:
            part = parts[name]
            classes = [f"class-{part.availability}"] if part.availability else []
            classes += ["standby"] if part.standby else []
            told = [name, part.title, *(f"{site}: {part.at[site].role}" for site in sorted(part.at))]
            if part.availability:
                told.append(f"GEMMA availability class {part.availability}")
            if stop := alone.get(("component", name)):
                classes.append("alone")
                told.append(f"lost alone{f' at {stop.site}' if stop.site else ''}, it stops {', '.join(stop.stays)}")
            if name in heirs:
                told.append(f"inherits class {heirs[name].inherited}: {' needs '.join(heirs[name].path)}")
        text = name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
        mark = "▲" if name in heirs and heirs[name].own is not None and kind == "component" else ""
        yield (
            f"<g><title>{escape(chr(10).join(filter(None, told)))}</title>"
            f'<rect class={quoteattr(" ".join(classes))} x="{x:g}" y="{y:g}" width="{BOX}" height="{HEIGHT}"/>'
            f'<text x="{x + BOX / 2:g}" y="{y + 21:g}" text-anchor="middle">{escape(mark + text)}</text></g>'
        )


def _legend() -> Iterator[str]:
    x = 16
    for style, text in (
        ("alone", "stops a service that no standby brings back"),
        ("standby", "has a standby"),
        ("class-3", "GEMMA class 3"),
        ("class-2", "class 2"),
        ("class-1", "class 1"),
    ):
        yield f'<rect class="{style}" x="{x}" y="50" width="22" height="14"/><text x="{x + 28}" y="61">{text}</text>'
        x += 50 + 6 * len(text)
    yield f'<text x="{x}" y="61">▲ inherits a higher class</text>'
    told = "A line leads down to what is needed; a need that is there by way of another too is left out."
    yield f'<text class="layer" x="16" y="82">{told}</text>'
