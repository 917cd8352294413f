"""Consistency groups of the second implementation, word by word from section 11 of docs/semantics.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from reference.drill import Run, Work


class Point(NamedTuple):
    """To when a group goes back, and whose copy that is."""

    time: int
    component: str
    copy: str


class Groups:
    """The groups of one drill, with the point of each that holds."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.members = {name: sorted(members) for name, members in run.land.consistency_groups.items()}
        self.holds: dict[str, Point] = {}

    def of(self, c: str) -> str | None:
        return next((name for name, members in self.members.items() if c in members), None)

    def youngest(self, c: str) -> Point | None:
        """ "the last such point of all its copies, wherever they are kept (tie: the first copy by name)"."""
        found = []
        for name, copy in self.run.backups(c).items():
            good = [t for t in self.run.points_of(c, copy) if not self.run.is_bad(c, name, t)]
            if good and (c, name) not in self.run.found_unusable:
                found.append((-good[0], name))
        return None if not found else Point(-min(found)[0], c, min(found)[1])

    def is_due(self, c: str) -> bool:
        """ "lost, is corrupt or fails over with the cold strategy in force, and some copy of it"."""
        run = self.run
        if c not in run.lost:
            return False
        goes = c in run.corrupt or (run.fails_over(c) and run.strategy(c) == "cold")
        return goes and self.youngest(c) is not None

    def due(self, group: str) -> list[str]:
        return [c for c in self.members[group] if self.is_due(c)]

    def point(self, group: str) -> Point | None:
        """The one that holds, or what is chosen (anew) if that is older."""
        found = [point for c in self.due(group) if (point := self.youngest(c)) is not None]
        if not found:
            return None
        oldest = min(found, key=lambda point: (point.time, point.component))
        holds = self.holds.get(group)
        return holds if holds is not None and holds.time <= oldest.time else oldest

    def limit(self, c: str) -> tuple[str, Point] | None:
        """What holds for the copies that a component takes."""
        group = self.of(c)
        point = self.point(group) if group is not None and self.is_due(c) else None
        return None if group is None or point is None else (group, point)

    def begin(self, work: Work) -> None:
        """ "From the start of the first `restore` of a due member on it holds"."""
        found = self.limit(work.object)
        if found is not None:
            self.holds[found[0]] = found[1]

    def is_restored(self, c: str) -> bool:
        """ "once a `restore` of it ... was `done` from a point that is not after that of the group, wherever it was"."""
        restored = self.run.lost[c].restored
        if restored is None:
            return False
        found = self.limit(c)
        assert restored.point is not None
        return found is None or restored.point <= found[1].time

    def waits(self, c: str) -> bool:
        """ "while another due member is not restored"."""
        group = self.of(c)
        if group is None or not self.is_due(c):
            return False
        return any(other != c and not self.is_restored(other) for other in self.due(group))

    def settle(self) -> None:
        """What is chosen anew, what is forgotten, and what runs from a later point."""
        run = self.run
        for group in self.members:
            point = self.point(group)
            if point is None:
                self.holds.pop(group, None)
                continue
            if group in self.holds:
                self.holds[group] = point
            due = self.due(group)
            for work in reversed(run.in_plan_order(run.running())):
                later = work.kind == "restore" and work.object in due and work.point is not None
                if later and work.point is not None and work.point > point.time:
                    run.finish(work, "interrupted")
