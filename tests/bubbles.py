"""Tests in a bubble of few people and little room, beside which production has something to do: texts drawn from a seed."""

from __future__ import annotations

import random

NAMES = ("a", "b", "d", "e")


def drawn(seed: int) -> str:
    """Up to four components that are tried elsewhere; who and what is freed for it, and what it covers, is said or not."""
    rng = random.Random(seed)
    pick = rng.choice
    crew = ("", ", by: infra", ", by: infra", ", by: {infra: 2}", ", by: apps")
    components = []
    for place, name in enumerate(NAMES[: pick((2, 3, 4))]):
        role = pick(("hot", "warm", "cold", "warm"))
        needs = [other for other in NAMES[:place] if rng.random() < 0.3] + ["own"] * (rng.random() < 0.3)
        parts = [f"at: {{here: active, there: {role}}}", f"needs: [{', '.join(needs)}]"]
        if place and rng.random() < 0.3:
            parts.append(f"starts_after: [{NAMES[place - 1]}]")
        if role == "cold" and rng.random() < 0.7:
            parts.append("data: {size: 12 GB}")
            parts.append(
                f"copies: {{kept: {{at: {pick(('there', 'desk'))}, kind: backup, taken: every 1 h, restores: 20 MB/s}}}}"
            )
        if role == "hot":
            parts.append(f"switch: {{takes: {pick(('0 s', '5 min'))}}}")
        else:
            works = pick(("", "", ", works: 50 %, attempts: 2"))
            parts.append(f"start: {{takes: {pick(('10 min', '30 min', '1 h'))}{pick(crew)}{works}}}")
        parts += [pick(("", "", f"verify: {{takes: 5 min{pick(crew)}}}"))]
        parts += [pick(("", "uses: {hosts: 1}", "uses: {hosts: 2}"))]
        components.append(f"    {name}: {{{', '.join(part for part in parts if part)}}}")
    more = [f"after: {pick((0, 60, 60, 90))} min"]
    if rng.random() < 0.5:
        more.append(f"frees: {pick(('infra', '{infra: 2}', '{infra: 1, apps: 1}', '{infra: 2, apps: 1}'))}")
    if rng.random() < 0.4:
        more.append(f"room: {{there: {{hosts: {pick((1, 2, 3, 5))}}}}}")
    if rng.random() < 0.3:
        more.append(f"covers: {pick(('s', '[s, t]'))}")
    more += [pick(("", "lasts: 2 h", "lasts: 5 h")), pick(("", "stand_ins: own"))]
    by = "infra" if "infra" in more[1] else pick(("infra", "apps"))
    faults = [f"fault: {{component: own, lasts: {pick((10, 30))} min}}"] * (rng.random() < 0.6)
    hit = pick(("site: here", "component: own", "site: there", "link: line", "team: infra, people: 1"))
    faults += [f"late: {{{hit}, after: {pick((70, 100, 150, 200))} min, lasts: {pick((1, 5))} h}}"] * (
        rng.random() < 0.5
    )
    return f"""\
drsim: scenario 1
title: drawn
moment: 2015-05-12 10:00
horizon: 2 d
tests: {{site: here, {", ".join(part for part in more if part)}, teardown: {{takes: {pick((0, 20))} min, by: {by}}}}}
disruptions: {{{", ".join(faults)}}}
response: {{detect: 0 s, assess: {{takes: {pick((0, 10))} min}}, decide: {{takes: 20 min}}, evacuation: 0 s}}
landscape:
  sites: {{here: {{pools: {{hosts: 8}}}}, there: {{pools: {{hosts: 8}}}}, desk: {{}}}}
  links:
    line: {{between: [here, there], bandwidth: 20 MB/s}}
    path: {{between: [there, desk], bandwidth: 10 MB/s}}
    road: {{between: [here, desk], bandwidth: 10 MB/s}}
  teams: {{infra: {{people: 3{pick(("", "", ', works: "daily 8:00-13:00"'))}}}, apps: {{}}}}
  components:
    own: {{at: {{desk: active}}, restart: {{takes: 10 min}}}}
{chr(10).join(components)}
  services:
    s: {{points: {{p: {{at: desk, needs: [a]}}}}{pick(("", ", verify: {takes: 15 min, by: infra}"))}}}
    t: {{points: {{p: {{at: desk, needs: [b, own]}}, q: {{at: desk, needs: [own]}}}}, verify: {{takes: 90 min, by: {{infra: 2}}}}}}
"""
