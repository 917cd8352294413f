"""Figures of what drills gave, with matplotlib: each draws on an axis and gives it back.

    from drsim import figures
    figures.recovery(result)

Without `ax` each makes a figure of its own, of a size at which all labels can be read in print. Colours are those of Okabe and Ito
(2008), which colour-blind readers can tell apart; what counts is told by a hatch, a sign or a word as well.
"""

from __future__ import annotations

from drsim.reporting.figures.changes import comparison, tornado
from drsim.reporting.figures.drills import gantt, use
from drsim.reporting.figures.landscapes import criticality, landscape
from drsim.reporting.figures.results import continuity, distribution, explanation, recovery

__all__ = [
    "comparison",
    "continuity",
    "criticality",
    "distribution",
    "explanation",
    "gantt",
    "landscape",
    "recovery",
    "tornado",
    "use",
]
