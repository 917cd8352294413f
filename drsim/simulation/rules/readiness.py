"""Readiness, sections 3 and 4 of `docs/semantics.md`, kept in counters.

A node holds when its counter `short` (how many more of its inputs it needs) is 0 or less: a view is an or-node over deployments,
a gate a tree over views. What opens or closes walks upwards from what changed, and nothing else is looked at.
"""

from __future__ import annotations

from drsim.planning.plan import NEVER
from drsim.simulation.clock import Work
from drsim.simulation.levels import site_groups
from drsim.simulation.rules.people import People

__all__ = ["Readiness"]


class Readiness(People):
    """What is ready, what that lets start, and what has lost its ground."""

    def raise_nodes(self, stack: list[int], number: int) -> None:
        """These nodes have one more true input; `number` is that of what was applied."""
        short, up, owner = self.short, self.structure.up, self.structure.owner
        while stack:
            node = stack.pop()
            short[node] -= 1
            if short[node] == 0:
                stack.extend(up[node])
                if owner[node]:
                    self.open_gate(node, owner[node] - 1, stack, number)

    def open_node(self, node: int, number: int) -> None:
        """A node holds from now on."""
        stack = list(self.structure.up[node])
        if owner := self.structure.owner[node]:
            self.open_gate(node, owner - 1, stack, number)
        self.raise_nodes(stack, number)

    def open_gate(self, node: int, owner: int, stack: list[int], number: int) -> None:
        """A gate holds from now on; more nodes to raise are put on the stack."""
        self.gate_since[node] = number
        kind, index = owner % 4, owner // 4
        if kind == 0:
            if self.started[index] and not self.ready[index]:
                self.becomes_ready(index, stack, number)
            for step in self.lookups.gated[index]:
                if self.wanted[step] >= 0:
                    self.check_step(step)
            return
        if kind == 3:
            for step in self.lookups.gated[index]:
                self.check_step(step)
            return
        step = self.lookups.restore[index] if kind == 1 else self.lookups.point_verify[index]
        if step >= 0:
            self.check_step(step)
        if kind == 1 and (step := self.lookups.synchronise[index]) >= 0:
            self.check_step(step)

    def becomes_ready(self, d: int, stack: list[int], number: int) -> None:
        """A deployment is ready; the nodes that it is an input of are put on the stack."""
        self.ready[d] = True
        self.ready_since[d] = number
        self.fed[d] = fed = self.feeds_of(d)
        stack.extend(fed)
        if (step := self.lookups.verify[d]) >= 0:
            self.check_step(step)

    def unready(self, d: int) -> None:
        """A deployment is ready no longer."""
        self.ready[d] = False
        fed, self.fed[d] = self.fed[d], ()
        if (step := self.lookups.verify[d]) >= 0:
            self.shake(step)
        self.lower_nodes(list(fed))

    def lower_nodes(self, stack: list[int]) -> None:
        """These nodes have one true input less."""
        short, up, owner, lookups = self.short, self.structure.up, self.structure.owner, self.lookups
        while stack:
            node = stack.pop()
            short[node] += 1
            if short[node] != 1:
                continue
            stack.extend(up[node])
            if not owner[node]:
                continue
            kind, index = (owner[node] - 1) % 4, (owner[node] - 1) // 4
            if kind == 0:
                if self.ready[index]:
                    self.ready[index] = False
                    stack.extend(self.fed[index])
                    self.fed[index] = ()
                    if (step := lookups.verify[index]) >= 0:
                        self.shake(step)
                for step in lookups.gated[index]:
                    self.shake(step)
            elif kind == 3:
                for step in lookups.gated[index]:
                    self.shake(step)
            else:
                if (step := lookups.restore[index] if kind == 1 else lookups.point_verify[index]) >= 0:
                    self.shake(step)
                if kind == 1 and (step := lookups.synchronise[index]) >= 0:
                    self.shake(step)

    def feeds_of(self, d: int) -> tuple[int, ...]:
        """The nodes that a ready deployment is an input of."""
        return (*self.feeds[d], *self.checked_feeds[d]) if self.checked[d] else self.feeds[d]

    def change_reach(self, number: int) -> None:
        """New paths first, then the lost ones, so that what is served throughout never blinks."""
        self.reach_changed = True
        for step in self.lookups.restore:
            if step >= 0 and (row := self.live[step]) is not None:
                self.touched.update(team for team, _ in row.crew)  # a copy that it waits for may be readable now
        structure = self.structure
        if not self.reach_log:
            whole = site_groups(structure, (True,) * len(structure.sites), (True,) * len(structure.links))
            self.reach_log = [(-NEVER, whole)]
        self.reach_log.append((self.now, site_groups(structure, self.site_up, self.link_up)))
        old = (self.feeds, self.checked_feeds)
        self.feeds, self.checked_feeds = self.lookups.reach(
            tuple(not up for up in self.site_up), tuple(not up for up in self.link_up)
        )
        if old == (self.feeds, self.checked_feeds):
            return
        standing = [d for d, ready in enumerate(self.ready) if ready and self.site_up[self.lookups.site_of[d]]]
        for d in standing:
            more = set(self.feeds_of(d)) - set(self.fed[d])
            if more:
                self.fed[d] = (*self.fed[d], *more)
                self.raise_nodes(list(more), number)
        lost: list[int] = []
        for d in standing:
            if self.ready[d]:
                new = self.feeds_of(d)
                lost.extend(set(self.fed[d]) - set(new))
                self.fed[d] = new
        self.lower_nodes(lost)

    def check_step(self, step: int) -> None:
        """A step that may have got ready."""
        if self.wanted[step] < 0:
            return
        row = self.live[step]
        if row is None:
            if self.grounded(step) and not self.held(step):
                self.make_ready(self.row(step))
        elif not row.is_ready and row.start < 0 and self.grounded(step) and not self.held(step):
            self.make_ready(row)

    def make_ready(self, row: Work) -> None:
        """A row is ready: bound by why it is wanted, what completed its ground or what held it, whichever came last."""
        since = max(self.wanted_by[row.step], self._ground_since(row.step))
        if self.lookups.holdable[row.step]:
            c = self.lookups.component_of_step[row.step]
            since = max(since, self.incidents[row.incident].released.get(c, 0))
            since = max(since, self.group_since.get((row.incident, self.structure.group[c]), 0))
        self.ready_by(row, since)
        if row.step in self.lookups.impatient:
            self.impatient.add(row.step)
        self.queue(row)

    def _ground_since(self, step: int) -> int:
        """The number of what was applied last of all that the ground of a step consists of."""
        kind, place, node, d = self.lookups.ground[step]
        since = self.site_since[place]
        if self.relocates and d >= 0:
            since = max(since, self.site_since[self.lookups.site_of[d]])
        if kind == "ready":
            return max(since, self.ready_since[d])
        if kind == "gate" and self.may_begin_early(step):
            node = self.lookups.early[step]
        if node >= 0:
            since = max(since, self.gate_since[node])
        return max(since, self.whole_since[d]) if kind in ("gate", "whole") else since
