"""Every number of a scenario with where it is from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from drsim.reporting.page import MARGIN, Cell, Page

if TYPE_CHECKING:
    from drsim.reading import Assumption

__all__ = ["assumed"]

WIDEST = 0.54
"""Part of the page for a path; the value of a longer one stands below it."""


def assumed(numbers: Sequence[Assumption], sources: Mapping[str, str], page: Page | None = None) -> Page:
    """One line for each number, then how many there are of each source."""
    page = Page() if page is None else page
    path = min(int(WIDEST * page.width), max([4, *(cell_len(each.path) for each in numbers)]))
    source = max([10, *(cell_len(each.source or "") + 1 for each in numbers if each.source)])
    value = page.width - MARGIN - path - source - 2
    for each in numbers:
        name = f"@{each.source}" if each.source else "assumption"
        last = Cell(name, source, style="" if each.source else "magenta")
        lines = page.wrapped(each.text, value)
        if cell_len(each.path) > path:
            page.say(each.path)
        first = each.path if cell_len(each.path) <= path else ""
        page.row([Cell(first, path), Cell(lines[0] if lines else "", value), last])
        for line in lines[1:]:
            page.row([Cell("", path), Cell(line, value)])
    page.blank()
    counts = Counter(each.source for each in numbers)
    page.label(
        "ASSUMED", f"{counts.pop(None, 0)} of {len(numbers)} numbers are assumptions", label_style="bold", indent=1
    )
    named = [(-count, name) for name, count in counts.items() if name is not None]
    for minus, name in sorted(named):
        texts = [sources.get(part, "") for part in name.split(", ")]
        page.say(f"{-minus} from @{name}: {'; '.join(filter(None, texts))}", hang=2)
    return page
