"""What of a landscape is the same whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drsim.model import bubble
from drsim.model.landscape import Component, Landscape, Response, Step
from drsim.model.needs import Need, leaves
from drsim.planning import graph
from drsim.planning.compile.network import Network, parts_of, tree_of
from drsim.planning.plan import ACTIVE, NO_PRIORITY, STANDBY, LevelOp, Structure, Task, Tree


def compile_structure(landscape: Landscape, response: Response | None = None) -> Structure:
    """The index arrays of a landscape; `response` has the groups, if it is not that of the landscape."""
    return StructureBuilder(landscape, response or landscape.response).structure()


def restart_of(component: Component) -> tuple[Step | None, bool]:
    """The step that starts a component again in place, and whether it goes by itself."""
    if component.restart is not None:
        return component.restart, component.restart.automatic
    return component.start, False


class StructureBuilder:
    """Goes through a landscape; `left_out`: the site that a bubble does without."""

    def __init__(self, landscape: Landscape, response: Response, left_out: str = "") -> None:
        self.landscape = landscape
        self.left_out = left_out
        groups = {name: index for index, names in enumerate(response.groups) for name in names}
        self.group = {name: groups.get(bubble.original(name), len(response.groups)) for name in landscape.components}
        self.best_effort = response.order == "best-effort groups"
        self.needs = graph.needs_graph(landscape)
        self.starts = graph.starting_needs(landscape)
        self.depth = graph.depths(self.starts)
        self.priority = graph.priorities(landscape, self.needs, NO_PRIORITY)
        self.names = sorted(landscape.components, key=self._place)
        self.services = sorted(landscape.services, key=lambda name: (bubble.is_twin(name), name))
        self.parts = [landscape.components[name] for name in self.names]
        self.sites = sorted(landscape.sites)
        self.site_of = {name: index for index, name in enumerate(self.sites)}
        self.component_of = {name: index for index, name in enumerate(self.names)}
        self.deployments = [(c, s) for c, part in enumerate(self.parts) for s in sorted(map(self._site, part.at))]
        self.deployment_of = {pair: index for index, pair in enumerate(self.deployments)}
        self.of_component = [
            tuple(self.deployment_of[c, s] for s in sorted(map(self._site, part.at)))
            for c, part in enumerate(self.parts)
        ]

    def _place(self, name: str) -> tuple[bool, int, int, int, str]:
        """In plan order."""
        return bubble.is_twin(name), self.group[name], self.priority[name], self.depth[name], name

    def _site(self, name: str) -> int:
        return self.site_of[name]

    def structure(self) -> Structure:
        """Put it all together."""
        landscape, parts = self.landscape, self.parts
        crews = landscape.crews
        teams = sorted(crews)
        pools = [(self.site_of[site], pool) for site in self.sites for pool in sorted(landscape.sites[site].pools)]
        pool_of = {pair: index for index, pair in enumerate(pools)}
        roles = [parts[c].at[self.sites[s]].role for c, s in self.deployments]
        standby = [next((d for d in ds if roles[d] != "active"), -1) for ds in self.of_component]
        points = [
            (sv, name, self.site_of[point.at], point.municipality or "", point.channel or "", point.weight)
            for sv, service in enumerate(self.services)
            for name, point in sorted(landscape.services[service].points.items())
        ]
        services = self.services
        direct = [
            tuple(sorted({self.component_of[n] for n in leaves(landscape.services[services[p[0]]].points[p[1]].needs)}))
            for p in points
        ]
        trusts = [
            (p, d)
            for p, point in enumerate(points)
            if landscape.services[services[point[0]]].verify is not None
            for c in direct[p]
            if parts[c].verify is None
            if bubble.is_twin(self.names[c]) == bubble.is_twin(services[point[0]])
            for d in self.of_component[c]
            if parts[c].scope == "network" or self.deployments[d][1] == point[2]
        ]
        self.points, self.direct = points, direct
        network, gate, restore_gate, early_gate, point_gate, views, checked = self._network()
        support, supports = self._support()
        view_nodes, groups, point_ops = self._levels()
        return Structure(
            sites=tuple(self.sites),
            links=tuple(
                (name, *sorted(self.site_of[site] for site in landscape.links[name].between))  # type: ignore[misc]
                for name in sorted(landscape.links)
            ),
            teams=tuple(teams),
            outside=tuple(crews[team].outside for team in teams),
            based=tuple(-1 if (based := crews[team].based) is None else self.site_of[based] for team in teams),
            components=tuple(self.names),
            services=tuple(name for name in services if not bubble.is_twin(name)),
            deployments=tuple(self.deployments),
            of_component=tuple(self.of_component),
            roles=tuple(ACTIVE if role == "active" else STANDBY for role in roles),
            hot=tuple(role == "hot" for role in roles),
            standby=tuple(standby),
            automatic=tuple(restart_of(part)[1] for part in parts),
            local=tuple(part.scope == "site" for part in parts),
            has_data=tuple(part.data is not None for part in parts),
            sheddable=tuple(part.sheddable for part in parts),
            opts_in=tuple(part.verify is not None for part in parts),
            uses=tuple(
                tuple((pool_of[s, pool], count.number) for pool, count in sorted(parts[c].uses.items()))
                if all((s, pool) in pool_of for pool in parts[c].uses)
                else ()
                for c, s in self.deployments
            ),
            pools=tuple(pools),
            support=support,
            supports=supports,
            short=tuple(network.short),
            up=tuple(map(tuple, network.up)),
            owner=tuple(network.owner),
            gate=gate,
            restore_gate=restore_gate,
            early_gate=early_gate,
            point_gate=point_gate,
            views=views,
            checked_views=checked,
            points=tuple(points),
            direct=tuple(direct),
            trusts=tuple(trusts),
            trust_of={pair: index for index, pair in enumerate(trusts)},
            trusted_by=tuple(
                tuple(index for index, (_, other) in enumerate(trusts) if other == d)
                for d in range(len(self.deployments))
            ),
            data_below=self._below(lambda c: self.parts[c].data is not None),
            doubled=tuple(c for c in range(len(self.names)) if self._is_doubled(c)),
            doubled_below=self._below(self._is_doubled),
            view_nodes=view_nodes,
            level_groups=groups,
            point_ops=point_ops,
            depth=tuple(self.depth[name] for name in self.names),
            priority=tuple(self.priority[name] for name in self.names),
            group=tuple(self.group[name] for name in self.names),
            tasks=self._tasks(),
            consistency=tuple(
                (name, tuple(self.component_of[member] for member in sorted(members)))
                for name, members in sorted(landscape.consistency_groups.items())
            ),
            twin_of={
                c: self.component_of[bubble.original(name)]
                for c, name in enumerate(self.names)
                if bubble.is_twin(name) and parts[c].at
            },
            left_out=self.site_of.get(self.left_out, -1),
            tested=tuple(name for name in services if bubble.is_twin(name)),
        )

    def _tasks(self) -> tuple[Task, ...]:
        """The steps of the plan, what each comes before and after said from both sides."""
        steps = self.landscape.steps
        number = {name: index for index, name in enumerate(sorted(steps))}
        after: dict[str, set[str]] = {name: set(step.after) for name, step in steps.items()}
        before: dict[str, set[str]] = {name: set(step.ahead_of) for name, step in steps.items()}
        for name, step in steps.items():
            for other in step.after:
                if other in before:
                    before[other].add(name)
            for other in step.before:
                if other in after:
                    after[other].add(name)
        return tuple(
            Task(
                name=name,
                approval=steps[name].approval,
                is_wait=steps[name].is_wait,
                after=tuple(sorted(self.component_of[n] for n in after[name] if n in self.component_of)),
                before=tuple(sorted(self.component_of[n] for n in before[name] if n in self.component_of)),
                replaces=tuple(sorted(map(self.component_of.__getitem__, steps[name].replaces))),
                after_tasks=tuple(sorted(number[n] for n in after[name] if n in number)),
                before_tasks=tuple(sorted(number[n] for n in before[name] if n in number)),
            )
            for name in number
        )

    def _is_doubled(self, c: int) -> bool:
        return self.parts[c].scope == "network" and len(self.parts[c].at) > 1

    def _below(self, counts: Callable[[int], bool]) -> tuple[tuple[int, ...], ...]:
        """For each point the components that count in the closure of its needs; points with the same needs share it."""
        running = graph.running_graph(self.landscape)
        found: dict[tuple[int, ...], tuple[int, ...]] = {}
        for direct in self.direct:
            if direct not in found:
                below = (self.component_of[n] for n in graph.closure(running, [self.names[c] for c in direct]))
                found[direct] = tuple(sorted(c for c in below if counts(c)))
        return tuple(found[direct] for direct in self.direct)

    def _network(
        self,
    ) -> tuple[
        Network,
        tuple[int, ...],
        tuple[int, ...],
        tuple[int, ...],
        tuple[int, ...],
        dict[tuple[int, int], int],
        dict[tuple[int, int], int],
    ]:
        """Readiness as counters: views are or-nodes over deployments, gates are trees over views."""
        network = Network()
        views: dict[tuple[int, int], int] = {}
        checked: dict[tuple[int, int], int] = {}

        def view(name: str, site: int, *, only_checked: bool = False) -> int:
            table = checked if only_checked else views
            key = (self.component_of[name], site)
            if key not in table:
                table[key] = network.node(1)
            return table[key]

        gate, restore_gate, early_gate, point_gate = [], [], [], []
        for d, (c, s) in enumerate(self.deployments):
            need = self.starts[self.names[c]]
            names = set(leaves(need)) if need is not None else set()
            seen = {name: view(name, s) for name in sorted(names)}
            gate.append(network.tree(need, seen, 1 + 4 * d))
            beside = {n: v for n, v in seen.items() if self.landscape.components[n].scope == "site"}
            restore_gate.append(network.tree(need, beside, 1 + 4 * d + 1))
            mates = {n: v for n, v in seen.items() if self.group[n] == self.group[self.names[c]]}
            early = self.best_effort and len(mates) < len(seen)
            early_gate.append(network.tree(need, mates, 1 + 4 * d + 3) if early else -1)
        for p, (sv, name, s, *_) in enumerate(self.points):
            need = self.landscape.services[self.services[sv]].points[name].needs
            opts = {n: self.landscape.components[n].verify is not None for n in leaves(need)}
            seen = {n: view(n, s, only_checked=opts[n]) for n in sorted(opts)}
            point_gate.append(network.tree(need, seen, 1 + 4 * p + 2))
        gates = (tuple(each) for each in (gate, restore_gate, early_gate, point_gate))
        return network, *gates, views, checked  # type: ignore[return-value]

    def _support(self) -> tuple[tuple[Tree | None, ...], tuple[tuple[int, ...], ...]]:
        """What of `scope: site` each deployment needs beside it."""
        mates = graph.circle_of(self.landscape)
        trees: list[Tree | None] = []
        needers: list[list[int]] = [[] for _ in self.deployments]
        for d, (c, s) in enumerate(self.deployments):
            need = self.landscape.components[self.names[c]].needs
            beside = {
                n: self.deployment_of[self.component_of[n], s]
                for n in leaves(need)
                if self.landscape.components[n].scope == "site" and (self.component_of[n], s) in self.deployment_of
            }
            if not beside:
                trees.append(None)
                continue
            for other in set(beside.values()):
                needers[other].append(d)
            mate = mates[self.names[c]]
            trees.append(_support_tree(need, {n: -2 - o if n in mate else o for n, o in beside.items()}))
        return tuple(trees), tuple(map(tuple, needers))

    def _levels(
        self,
    ) -> tuple[
        tuple[tuple[int, tuple[int, ...], int], ...], tuple[tuple[bool, tuple[LevelOp, ...]], ...], tuple[LevelOp, ...]
    ]:
        """The level graph of the ancestors of services: deployments, and components seen from sites."""
        count = len(self.deployments)
        views: dict[tuple[int, int], int] = {}
        view_nodes: list[tuple[int, tuple[int, ...], int]] = []
        edges: dict[int, list[int]] = {}
        trees: dict[int, Tree] = {}
        todo: list[int] = []

        def view(component: int, site: int) -> int:
            key = (component, site)
            if key not in views:
                views[key] = node = count + len(views)
                seen = self.of_component[component]
                if self.parts[component].scope == "site":
                    seen = tuple(d for d in seen if self.deployments[d][1] == site)
                view_nodes.append((site, seen, node))
                edges[node] = list(seen)
                todo.extend(seen)
            return views[key]

        point_ops = []
        for p, (sv, name, _, *_rest) in enumerate(self.points):
            need = self.landscape.services[self.services[sv]].points[name].needs
            local = {self.names[c]: i for i, c in enumerate(self.direct[p])}
            point_ops.append(LevelOp("point", p, tree_of(need, local)))
            for c in self.direct[p]:
                todo.extend(self.of_component[c])
        while todo:
            d = todo.pop()
            if d in edges:
                continue
            c, s = self.deployments[d]
            need = self.parts[c].needs
            local = {n: view(self.component_of[n], s) for n in sorted(set(leaves(need)))}
            edges[d] = sorted(set(local.values()))
            trees[d] = tree_of(need, local)
        groups = []
        for members in graph.circle_order({node: edges[node] for node in sorted(edges)}):
            ops = tuple(
                LevelOp("deployment", node, trees[node]) if node < count else LevelOp("view", node - count, -1)
                for node in members
            )
            groups.append((len(members) > 1 or members[0] in edges[members[0]], ops))
        return tuple(view_nodes), tuple(groups), tuple(point_ops)


def _support_tree(need: Need, leaf: Mapping[str, int]) -> Tree:
    """A tree over deployments beside; what `leaf` lacks is met and left out."""
    if isinstance(need, str):
        return leaf.get(need, (0, ()))
    needed, parts = parts_of(need)
    return needed, tuple(_support_tree(part, leaf) for part in parts)
