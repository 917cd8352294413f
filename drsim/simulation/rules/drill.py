"""One instant after the other: section 9 of `docs/semantics.md`."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from drsim.errors import DrsimError
from drsim.planning.plan import ACTIVE, NEVER, STALE, Outage, StepPlan
from drsim.simulation.clock import Work
from drsim.simulation.draws import Numbers
from drsim.simulation.lookups import Lookups
from drsim.simulation.power import Supply
from drsim.simulation.rules.losing import Losing
from drsim.simulation.rules.people import waits
from drsim.simulation.rules.state import NoNumbers
from drsim.simulation.trajectory import DONE, RUNNING, WAITING, Spans, Trajectory, by_order

__all__ = ["Drill"]


class Drill(Losing):
    """Runs from the moment to the end."""

    def __init__(self, lookups: Lookups, numbers: Numbers | NoNumbers, index: int) -> None:
        super().__init__(lookups, numbers, index)
        self.unusual = True
        """whether more may happen than that simple starts end"""
        self.keeps = False
        """whether to keep a copy before the starts of each instant"""
        self.kept: Drill | None = None

    def run(self) -> Trajectory:
        """From the beginning."""
        plan = self.plan
        self.open_calendars()
        if plan.move:
            self.clock.at(plan.move.after, "moves")
        if plan.trial:
            self.clock.at(plan.trial.after, "trial", "begins")
        for index, outage in enumerate(plan.outages):
            if outage.name in plan.failing:
                self.outages[outage.name] = self.own_failures(index, outage)
            elif outage.name in self.lookups.cut_names:
                self.outages[outage.name] = ()
            for begin, end in self._spans(outage) if outage.kind != "power" else ():
                if begin < end:
                    self.clock.at(begin, "outage", (index, 1))
                    self.clock.at(end, "outage", (index, -1))
        return self._to_the_end()

    def _spans(self, outage: Outage) -> Spans:
        """When an outage begins and ends; nothing, if it does not happen."""
        name = outage.name
        if name not in self.outages:
            self.outages[name] = self._power_spans(name) if name in self.plan.power else self._span(outage)
        return self.outages[name]

    def _span(self, outage: Outage) -> Spans:
        since = 0
        if outage.follows:
            before = self._spans(self._outage(outage.follows))
            if not before:
                return ()
            since = self.began.get(outage.follows, before[0][0])
        if not self.luck(outage.chance, outage.chance_variable):
            return ()
        after = self.value(outage.after, outage.after_variable)
        begin = since - after if outage.before else since + after
        if outage.kind == "corruption":
            self.began[outage.name] = begin
            begin = max(0, begin + self.value(outage.detected, outage.detected_variable))
        length = self.value(outage.lasts, outage.lasts_variable)
        return ((begin, begin + length if length < NEVER else NEVER),)

    def _power_spans(self, name: str) -> Spans:
        power = self.plan.power[name]
        mains = [span for each in power.mains for span in self._spans(self._outage(each)) if span[0] < span[1]]
        supply = Supply(power, mains, self.plan.horizon, self.value, self.luck)
        self.supply += supply.events
        return tuple(supply.down)

    def _outage(self, name: str) -> Outage:
        return self.plan.outages[self.lookups.outage_of[name]]

    def resume(self) -> Trajectory:
        """Go on from a copy, which was made before the starts of an instant."""
        self.keeps, self.kept = False, None
        self._finish_instant()
        return self._to_the_end()

    def _to_the_end(self) -> Trajectory:
        self.clock.ends[:] = [self._settler()]
        self.clock.run()
        # both point back here: what nothing points to goes at once, and need not wait for a collection of cycles
        self.clock.ends.clear()
        del self.clock
        self._leave_open()
        return Trajectory(
            plan=self.plan,
            replication=self.numbers.first + self.index,
            offset=self.offset,
            made=self.rows,
            applied=self.applied,
            changes=self._net_changes(),
            recoveries=self.recoveries,
            losses=self.losses,
            lost_at_end=[c for c, lost in enumerate(self.lost) if lost and c not in self.structure.twin_of]
            if any(self.lost)
            else [],
            roomless=self.without_room(),
            evacuations=self.evacuations,
            heads=self.heads,
            there=self.there_log,
            arrivals=self.arrivals,
            wrong=self.wrong,
            early=self.early,
            standing=self.standing,
            shed=self.shed,
            outages=self.outages,
            found_at=self.found_at,
            supply=sorted(self.supply),
            began=self.began,
            lineage=self.lineage,
            corrupt=self.corruptions,
            common=self.common_log,
            awaited=self.awaited_log,
            ended=self.now,
            trial=self.trial,
            numbers=self.numbers if isinstance(self.numbers, Numbers) else None,
        )

    def _leave_open(self) -> None:
        """What is wanted at the end of the drill stays as it is."""
        if any(self.open_steps):
            for step, wanted in enumerate(self.wanted):
                if wanted >= 0 and self.live[step] is None:
                    self.row(step)
        open_rows = [row for row in self.live if row is not None] if any(self.live) else []
        for row in (
            *open_rows,
            *(row for incident in self.incidents for row in (*incident.rows.values(), *incident.tasks.values())),
        ):
            if row.outcome is None:
                row.outcome = RUNNING if row.start >= 0 else WAITING

    # what is due

    def on_alarm(self, kind: str, value: Any) -> None:
        """Something is due; the last event of an instant settles it."""
        self.unusual = True
        match kind:
            case "outage":
                self.due_outages.append(value)
            case "arrival":
                self.due_arrivals.append(value)
            case "timer":
                self.due_timers.append(value)
            case "patience":
                self.due_patience.append(value)
            case "moves":
                self.begin_moves()
            case "stop":
                self.due_stops.append(value)
            case "trial":
                self.trial_due = value
            case "window":
                self.at_window_edge()
            case "heads":
                self.due_heads.append(value)
            case "edge":
                self.due_edge = value
            case "rested":
                self.touched.update(self.plan.rests)
        if self.clock.last_of_instant():
            self._settle()

    # one instant

    def _settle(self) -> None:
        now = self.clock.now
        if now != self.now:
            self.now, self.rounds = now, 0
        self._next_round()
        if self.due_outages:
            self.apply_outages()
        if self.due_stops:
            self.halt_begun()
        if self.flows:
            self.due_rows.extend(flow.row for flow in self.flows if flow.end == now)
            self.flows_changed = self.flows_changed or any(flow.empty == now < flow.end for flow in self.flows)
        if self.due_rows:
            due = self.due_rows[:]
            self.due_rows.clear()
            due.sort(key=by_order, reverse=True)
            for row in due:
                if row.outcome is None:
                    self.end_step(row)
        if self.due_arrivals:
            self.arrive()
        if self.due_heads or self.due_edge >= 0 or self.evacuated:
            self.change_heads()
        if self.found:
            self.open_found()
        if self.opened:
            self.move_exhausted()
        self.settle_wanted()
        if self.due_timers or self.due_patience:
            self.end_timers()
            self.end_patience()
            self.settle_wanted()
        if self.keeps:
            self.kept = self.again(self.numbers, 0)  # type: ignore[arg-type]
        self._finish_instant()

    def _next_round(self) -> None:
        self.rounds += 1
        self.round_began = len(self.applied)
        if self.rounds > len(self.plan.steps) + 10 + (6 + len(self.structure.tasks)) * len(self.incidents):
            busy = sorted({f"{row.kind} {row.object}" for row in self.due_rows})
            raise DrsimError(f"the instant {self.now} ms does not settle; it goes on with: {', '.join(busy)}")

    def _finish_instant(self) -> None:
        if self.impatient:
            self.begin_patience()
        self._start()
        if self.dirty and self.clock.last_of_instant():  # else the next round does it
            self.rounds += 1
            self.settle_wanted()
        if self.flows_changed or (self.reach_changed and self.flows):
            self.refill()
        self.reach_changed = False
        if self.plan.rests and self.several:
            self.await_rest()
        if self.due_edge >= 0:
            # edges alone keep no drill alive: without other events they matter only to somebody who waits
            edge, self.due_edge = self.due_edge, -1
            if not self.clock.at_rest() or self.anybody_waits():
                self.next_edge(edge + 1)
        self.unusual = bool(self.flows or self.several or self.unmanned or self.keeps or len(self.incidents) > 1)

    # starts

    def _start(self) -> None:
        """Ready steps in plan order, each whose whole crew is free."""
        if self.unmanned:
            waiting, self.unmanned = self.unmanned, []
            self.unmanned += [row for row in sorted(waiting, key=by_order) if waits(row) and not self.begin_row(row)]
        if not self.touched:
            return
        touched = set(self.touched)
        self.touched.clear()  # in place: the quick way holds on to it
        if self.several:
            # with crews of several teams the order over all teams matters
            self.back_in_queue([row for row in self.in_turn() if not (self.crew_is_free(row) and self.begin_row(row))])
            return
        present, busy = self.present, self.busy
        for team in touched:
            queue = self.queues[team]
            aside: list[tuple[int, int, Work]] = []
            while queue and (free := present[team] - busy[team]) > 0:
                entry = heappop(queue)
                row = entry[2]
                if waits(row) and (row.crew[0][1] > free or not self.begin_row(row)):
                    aside.append(entry)
            for entry in aside:
                heappush(queue, entry)

    def begin_row(self, row: Work) -> bool:
        """Start a row whose crew is free; False if it still lacks a copy to read."""
        now, component = self.now, self.lookups.component_of_step[row.step] if row.step >= 0 else -1
        beside = component >= 0 and self.open_steps[component] > 1
        if beside and row.kind != "verify" and all(row.step != step for step, _ in self.wanted_of(component)):
            return True  # a start at this instant made this one unwanted; it is dropped when that is settled
        if row.kind == "restore" and not self.begin_restore(row):
            return False
        if self.plan.heads:
            self.take_heads(row)
        row.start = now
        if beside and component >= 0:
            self.touch(component)
        for team, heads in row.crew:
            self.busy[team] += heads
        if row.kind == "restore":
            return True
        if row.kind == "synchronise":
            self.begin_synchronising(row)
            return True
        if row.step < 0:
            self.begin_incident_row(row)
            return True
        if row.step in self.lookups.shedding:
            self.clock.at(now, "stop", row)
        step = row.what
        assert isinstance(step, StepPlan)
        length = self.value(step.fixed, step.variable, row.incident, row.attempt)
        if row.attempt and length < 1:
            length = 1
        if row.step in self.plan.storms:
            self.begin_storm(row, self.end_of_work(length, step.hours))
        else:
            self.clock.end_at(self.end_of_work(length, step.hours), row)
        return True

    def _settler(self) -> Callable[[Work], None]:
        """What is called at the end of a running step; the last of an instant settles it.

        An instant at which nothing happens but the ends of simple starts (`Lookups.simple`) is settled right here, by the same
        rules without the detours: crew-limited recoveries consist of little else. A function with its state bound in is
        twice as fast as a method. It follows `finish`, `serves`, `raise_nodes`, `open_gate`, `row`, `begin_row` and may leave
        out what a simple start has not: data, checks and points that trust it (`ready_since`, `checked`, `start_incident`), failed
        tries (`failures`, `restored`), other incidents. As soon as more is asked for it makes a detour over the rules themselves.
        """
        lookups, plan = self.lookups, self.plan
        due, applied, changes, rows = self.due_rows, self.applied, self.changes, self.rows
        live, latest, wanted = self.live, self.latest, self.wanted
        short, started, ready, gate_since, fed = self.short, self.started, self.ready, self.gate_since, self.fed
        role, lost, broken, incident_of, site_up = self.role, self.lost, self.broken, self.incident_of, self.site_up
        busy, present, queues, teams, open_steps = self.busy, self.present, self.queues, self.touched, self.open_steps
        incidents, first_tries, index, horizon = self.incidents, self.first_tries, self.index, self.clock.horizon
        lasts, variable_of, blank = lookups.lasts, lookups.variable_of_step, object.__new__
        up, gate_of, gated, lone = self.structure.up, lookups.gate_of, lookups.gated, lookups.lone_team
        steps, facts, simple, site_of_step = plan.steps, lookups.facts, lookups.simple, lookups.site_of_step
        component_of, flag_on = lookups.component_of_step, lookups.flag_on
        peek, schedule, ends = self.clock.peek, self.clock.schedule, self.clock.ends

        def on_end(work: Work) -> None:
            if work.outcome is None:
                due.append(work)
                if not simple[work.step]:
                    self.unusual = True
            now = work.due
            if peek() == now:
                return
            if self.unusual or now == self.now:
                self._settle()
                return
            self.now = now
            self.rounds = 1
            self.round_began = len(applied)
            if len(due) > 1:
                due.sort(key=by_order, reverse=True)
            feeds = self.feeds
            arrived = incidents[0].arrived
            detour = False
            for work in due:
                step = work.step
                c, d, team, rivals = facts[step]
                work.outcome = DONE
                work.end = now
                live[step] = None
                wanted[step] = -1
                busy[team] -= 1
                teams.add(team)
                number = len(applied)
                applied.append(work)
                for other in rivals:
                    if role[other] == ACTIVE:
                        role[other] = STALE
                        incident_of[other] = -1
                role[d] = ACTIVE
                started[d] = ready[d] = True
                lost[c] = False
                changes.append((now, flag_on + d, True))
                open_steps[c] -= 1
                if open_steps[c]:
                    self.touch(c)
                fed[d] = views = feeds[d]
                for view in views:
                    short[view] -= 1
                    if short[view]:
                        continue
                    for node in up[view]:
                        short[node] -= 1
                        if short[node]:
                            continue
                        gate = gate_of[node]
                        if gate < 0 or started[gate]:
                            self.open_node(node, number)
                            detour = True
                            continue
                        gate_since[node] = number
                        for waiting in gated[gate]:
                            since = wanted[waiting]
                            if since < 0:
                                continue
                            team = lone[waiting]
                            if (
                                latest[waiting] is not None
                                or broken[gate]
                                or not site_up[site_of_step[waiting]]
                                or team not in arrived
                            ):
                                self.check_step(waiting)
                                detour = True
                                continue
                            new = blank(Work)
                            new.what = steps[waiting]
                            new.step = new.order = waiting
                            new.wanted = since
                            new.ready = now
                            new.is_ready = True
                            new.bound_by = work
                            rows.append(new)
                            live[waiting] = latest[waiting] = new
                            heappush(queues[team], (waiting, number, new))
                            teams.add(team)
            due.clear()
            if detour or self.dirty:
                self.settle_wanted()
                self._finish_instant()
                return
            for team in teams:
                queue = queues[team]
                while queue and busy[team] < present[team]:
                    work = queue[0][2]
                    step = work.step
                    if not simple[step] or work.attempt or open_steps[component_of[step]] > 1:
                        self._finish_instant()
                        return
                    heappop(queue)
                    if work.outcome is not None or work.start >= 0 or not work.is_ready:
                        continue
                    column = first_tries[variable_of[step]]
                    length = self.value(*lasts[step]) if column is None else column[index]
                    work.start = now
                    busy[team] += 1
                    if now + length < horizon:  # `Clock.end_at`
                        work.due = now + length
                        work.callbacks = ends
                        schedule(work, delay=length)
            teams.clear()

        return on_end

    def _net_changes(self) -> list[tuple[int, int, bool]]:
        """The flags after the last round of each instant, where they differ from before."""
        changes = self.changes
        if not self.flips_twice:
            return changes
        net: list[tuple[int, int, bool] | None] = []
        latest: dict[int, int] = {}
        for change in changes:
            flag = change[1]
            place = latest.get(flag)
            before = None if place is None else net[place]
            if before is None or before[0] != change[0]:
                latest[flag] = len(net)
                net.append(change)
            elif before[2] != change[2]:
                net[place] = None  # type: ignore[index]
        return [change for change in net if change is not None]
