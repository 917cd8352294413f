"""Whether a recorded run comes out the same again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drsim.reporting.page import Page
from drsim.reporting.summary import plural
from drsim.studies.compare import Comparison

if TYPE_CHECKING:
    from drsim.studies.record import Again

__all__ = ["again"]

MOST: Final = 20
"""Figures that are named."""


def again(found: Again, place: str, page: Page | None = None) -> Page:
    """What is the same, what is not, and which versions have changed meanwhile."""
    page = Page() if page is None else page
    result = found.result
    page.two_sided(" → ".join(dict.fromkeys(scenario.title for scenario in found.scenarios)), place)
    seed = result.after.seed if isinstance(result, Comparison) else result.seed
    drills = f"{result.replications:,} {plural('drill', result.replications)} · seed {seed}"
    page.say(drills, indent=0, style="dim")
    page.blank()
    count = len(found.unequal)
    if not count:
        page.say(f"The same: all {found.figures:,} figures are identical.", style="bold")
    else:
        page.say(f"Not the same: {count:,} of {found.figures:,} figures differ.", style="bold red")
    then, now = found.digest
    if then != now:
        why = "was changed in the record" + (", or is read otherwise by this version" if found.versions else "")
        page.say(f"The scenario {why}: its digest was {then[:12]} and is {now[:12]}.")
    page.blank()
    if found.versions:
        page.heading("OTHER VERSIONS", "then and now")
        for name, (before, after) in found.versions.items():
            page.say(f"{name}: {before or 'not there'} → {after or 'not there'}")
        page.blank()
    elif count:
        page.say("No version differs: the record was changed, or drsim was without a new version.")
        page.blank()
    if count:
        page.heading("WHAT DIFFERS", "then and now")
        for path, one, two in found.unequal[:MOST]:
            page.say(f"{path}: {one} → {two}", hang=2, most=2)
        if count > MOST:
            page.say(f"and {count - MOST:,} more", style="dim")
    return page
