"""Components that go home, or are moved, while things are hit again and again: texts drawn from a seed."""

from __future__ import annotations

import random


def drawn(seed: int, *, moves: bool = False, corrupt: bool = False) -> str:
    """Three components that fail over and go home, or are moved on purpose from one of their places; some data may be corrupted."""
    rng = random.Random(seed)
    pick = rng.choice
    crew, names = ("", ", by: infra", ", by: infra"), ("a", "b", "d")
    components = []
    for place, name in enumerate(names):
        role, home = pick(("hot", "warm", "cold", "warm")), pick(("here", "here", "third"))
        needs = [other for other in names[:place] if rng.random() < 0.6]
        parts = [f"at: {{{home}: active, there: {role}}}", f"needs: [{', '.join(needs)}]"]
        if rng.random() < 0.6:
            copies = []
            if role != "cold":
                kind = pick(("kind: synchronous", "kind: asynchronous, lag: 10 min"))
                copies.append(f"replica: {{at: there, {kind}{pick(('', ', works: 50 %'))}}}")
            if role == "cold" or rng.random() < 0.4:
                store = pick(("there", "third"))
                copies.append(f"kept: {{at: {store}, kind: backup, taken: every 1 h, restores: 20 MB/s}}")
            change = pick(("", ", change: 1 MB/s", ", change: 10 MB/s"))
            parts += [f"data: {{size: {pick(('6 GB', '24 GB'))}{change}}}", f"copies: {{{', '.join(copies)}}}"]
        works = pick(("", ", works: 50 %", ", works: 30 %"))
        if role == "hot":
            parts.append(f"switch: {{takes: {pick(('0 s', '5 min'))}{works}}}")
        else:
            parts.append(f"start: {{takes: {pick(('0 s', '10 min', '30 min'))}{pick(crew)}{works}, attempts: 2}}")
        again = f"restart: {{takes: {pick(('10 min', '20 min'))}{pick(crew)}{pick(('', ', works: 50 %'))}}}"
        parts += [pick(("", again, "restart: {automatic: true, takes: 5 min}"))]
        parts += [pick(("", f"stop: {{takes: {pick(('0 s', '10 min', '30 min'))}{pick(crew)}}}"))]
        parts += [pick(("", "", f"verify: {{takes: 5 min{pick(crew)}}}"))]
        parts += [pick(("", f"repair: {{takes: {pick(('1 h', '30 min'))}{pick(crew)}}}"))]
        parts += [pick(("", "uses: {hosts: 1}"))]
        components.append(f"    {name}: {{{', '.join(part for part in parts if part)}}}")
    hits = ("site: here", "site: here", "site: there", "component: a", "component: b", "link: line", "site: third")
    hits += ("component: a, sites: [there]", "component: d, sites: [there]")
    after, outages = 0, []
    for number in range(pick((2, 3, 4, 5))):
        hit = pick(hits) if number or moves else "site: here"
        outages.append(f"o{number}: {{{hit}, after: {after} min, lasts: {pick(('10 min', '1 h', '2 h', '5 h'))}}}")
        after += pick((0, 30, 60, 90, 120, 200, 300, 600))
    outages += _corruptions(seed, components) if corrupt else []
    window = pick(("always", "daily 8:00-23:00", "daily 12:00-13:00", "daily 14:00-18:00"))
    order = pick(("", "", ", order: groups, groups: [[a], [b]]", ", order: best-effort groups, groups: [[b], [a]]"))
    failback = f'{{stable: {pick(("0 s", "30 min", "1 h", "2 h"))}, window: "{window}", attempts: {pick((1, 1, 2))}}}'
    going = f"failback: {failback}" if not moves else "settle: 10 min"
    rollback = pick(("component", "all"))
    move = f'{{site: here, after: {pick((0, 30, 90, 240))} min, rollback: {rollback}, window: "{window}"}}'
    return f"""\
drsim: scenario 1
title: drawn{f"{chr(10)}moves: {move}" if moves else ""}
moment: 2015-05-12 10:00
horizon: 3 d
disruptions: {{{", ".join(outages)}}}
response:
  {{detect: {pick(("0 s", "5 min"))}, assess: {{takes: {pick(("0 s", "10 min"))}}}, decide: {{takes: 20 min}}, evacuation: 0 s,
  abandon: {pick(("true", "false", "false"))}{order},
  {going}}}
landscape:
  sites: {{here: {{pools: {{hosts: 3}}}}, there: {{pools: {{hosts: 3}}}}, third: {{pools: {{hosts: 3}}}}}}
  links: {{line: {{between: [here, there], bandwidth: 20 MB/s}}, path: {{between: [there, third], bandwidth: 10 MB/s}}}}
  teams: {{infra: {{people: {pick((1, 2))}{pick(("", ', works: "daily 8:00-20:00"'))}}}}}
  components:
{chr(10).join(components)}
  steps: {{call: {{takes: 15 min, before: [a]}}, tell: {{takes: 5 min, after: [a], before: [b]}}}}
  services:
    s: {{points: {{p: {{at: third, needs: [d]}}, q: {{at: there, needs: [a]}}}}{pick(("", ", verify: {takes: 10 min, by: infra}"))}}}
"""


def _corruptions(seed: int, components: list[str]) -> list[str]:
    """Known at any time of what happens else."""
    rng = random.Random(-1 - seed)
    with_data = [each.split(":")[0].strip() for each in components if "data:" in each]
    return [
        f"v{number}: {{corruption: {rng.choice(with_data)}, after: {rng.randrange(0, 400, 10)} min, "
        f"detected: {rng.choice((10, 20, 45, 90, 200, 400))} min}}"
        for number in range(rng.choice((1, 1, 2)) if with_data else 0)
    ]
