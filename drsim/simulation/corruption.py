"""What a corruption spoils, section 11 of `docs/semantics.md`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from drsim.planning.plan import Outage, Structure

__all__ = ["Lineage", "corrupted_by", "is_cleaned", "is_spoilt"]

Lineage = Mapping[int, tuple[tuple[int, int], ...]]
"""component -> (point, when it served again) of each time that its data was restored"""


def corrupted_by(outage: Outage, structure: Structure) -> list[int]:
    """The components whose data a corruption hits."""
    return sorted({structure.deployments[d][0] for d in outage.targets})


def is_cleaned(lineage: Lineage, c: int, began: int, time: int) -> bool:
    """Whether the data of a component was restored from before a corruption, between its beginning and `time`."""
    return any(point < began <= served <= time for point, served in lineage.get(c, ()))


def is_spoilt(
    known: Iterable[Outage],
    began: Mapping[str, int],
    structure: Structure,
    lineage: Lineage,
    copy: tuple[int, int],
    point: int,
) -> bool:
    """Whether what a copy (component, copy) holds of one moment is bad, by the corruptions that are known."""
    c = copy[0]
    for outage in known:
        if structure.of_component[c][0] not in outage.targets:  # which are all deployments of what it hits
            continue
        begin = began[outage.name]
        if copy in outage.spoils if point < begin else not is_cleaned(lineage, c, begin, point):
            return True
    return False
